"""Processes of the service."""

import json
import os
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from .notes import NotMeasured

# Longer than any start takes: by then something is wrong.
PATIENCE = 120


def environment(data, **settings):
    """Its settings and none of whoever runs this."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    kept.pop("DATABASE_URL", None)
    return kept | {"DATELINE_DATA_DIR": str(data), "DATELINE_BIND": "127.0.0.1:0", "RUST_LOG": "warn",
                   "DATELINE_COMMENT_RATE": "off"} | settings


class Service:
    """`dateline serve`, listening."""

    def __init__(self, program, data, **settings):
        # A session of its own: Ctrl-C is for this program, which then ends the others in their order.
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [program, "serve"], env=environment(data, **settings), cwd=data, stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.said = []
        self.token = None
        self.url = self.wait_until_listening()
        self.listening_after = time.perf_counter() - self.started
        # What it says later must not fill the pipe.
        threading.Thread(target=self.said.extend, args=(self.process.stderr,), daemon=True).start()

    def wait_until_listening(self):
        overdue = threading.Timer(PATIENCE, self.process.kill)
        overdue.start()
        try:
            for line in self.process.stderr:
                self.said.append(line)
                if found := re.match(r"listening on (http://\S+)", line):
                    return found[1]
        finally:
            overdue.cancel()
        raise SystemExit("benches/run: the service does not start:\n" + "".join(self.said))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def memory(self, what="VmRSS"):
        """Megabytes, now (`VmRSS`) or at most so far (`VmHWM`)."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(what + r":\s+(\d+) kB", status.read())[1]) / 1024

    def request(self, method, path, body=None, headers=(), token=None):
        """Its answer: headers and body."""
        headers = {"Content-Type": "application/json", **dict(headers)}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        address = self.url + urllib.parse.quote(path, safe="/?&=%.-_~")
        request = urllib.request.Request(address, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            raise NotMeasured(f"{method} {path}: {error.code}, {detail(error.read())}") from error

    def json(self, path, token=None):
        return json.loads(self.request("GET", path, token=token)[1])


def detail(problem):
    """What a problem document says (RFC 9457)."""
    try:
        return json.loads(problem)["detail"]
    except (ValueError, KeyError):
        return problem[:200].decode(errors="replace")


class Still:
    """The handler with one answer written beforehand (benches/static_answer.rs)."""

    # What every server writes by itself.
    OWN = {"content-length", "date", "connection", "transfer-encoding", "keep-alive"}

    def __init__(self, program, headers, body):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        kept = [[name, value] for name, value in headers.items() if name.lower() not in self.OWN]
        self.process.stdin.write(json.dumps({"headers": kept, "body": body.decode()}) + "\n")
        self.process.stdin.flush()
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise NotMeasured("the still handler does not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
