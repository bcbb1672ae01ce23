-- Requests for wrk: wrk -s requests.lua URL -- PATH COUNT random|turn [BODY]
-- In PATH and BODY, {n} is a number from 1 to COUNT. In BODY, {once} is a number that no other request has.
--
-- They are written before the clock runs: wrk shares the processor with what it measures. So there are at most
-- as many different ones as fit in little memory, drawn from all the numbers there are.

local MOST = 50000
local requests, next_one = {}, 0
-- As long as a number that is put in its place.
local ONCE = ("#"):rep(18)

local function written(path, body, n)
    path = path:gsub("{n}", n)
    if body then
        local text = body:gsub("{n}", n):gsub("{once}", ONCE)
        return wrk.format("POST", path, {["Content-Type"] = "application/json"}, text)
    end
    return wrk.format("GET", path)
end

function init(arguments)
    local path, count, order, body = arguments[1], tonumber(arguments[2]), arguments[3], arguments[4]
    math.randomseed(os.time())
    once = body and body:find("{once}", 1, true)
    local varies = path:find("{n}", 1, true) or body and body:find("{n}", 1, true)
    for i = 1, varies and math.min(count, MOST) or 1 do
        local n = (order == "turn" or count <= MOST) and i or math.random(count)
        requests[i] = written(path, body, n)
    end
    if order == "random" then
        for i = #requests, 2, -1 do
            local j = math.random(i)
            requests[i], requests[j] = requests[j], requests[i]
        end
    end
end

function request()
    next_one = next_one + 1
    local text = requests[(next_one - 1) % #requests + 1]
    if once then
        text = text:gsub(ONCE, ("%010d%08d"):format(os.time(), next_one), 1)
    end
    return text
end
