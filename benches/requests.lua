-- Requests for wrk: wrk -s requests.lua URL -- PATH COUNT [BODY]
-- In PATH and BODY, {n} is a number from 1 to COUNT, another for each request, and {hex} the same in
-- twelve hexadecimal digits, as the made ids end.

local path, count, body

function init(arguments)
    path, count, body = arguments[1], tonumber(arguments[2]), arguments[3]
    math.randomseed(os.time())
end

local function fill(text, n)
    return (text:gsub("{n}", n):gsub("{hex}", string.format("%012x", n)))
end

function request()
    local n = math.random(count)
    if body then
        return wrk.format("POST", fill(path, n), {["Content-Type"] = "application/json"}, fill(body, n))
    end
    return wrk.format("GET", fill(path, n))
end
