"""Requests by wrk: one thread, connections kept alive."""

import json
import re
import subprocess
from pathlib import Path

from .notes import NotMeasured

SCRIPT = Path(__file__).resolve().parent.parent / "requests.lua"
UNITS = {"us": 0.001, "ms": 1, "s": 1000}


def wrk(url, path, seconds, *, count=1, body=None, connections=64, headers=(), in_turn=False):
    """(requests a second, 99th percentile in ms). `path` and `body` may have {n} in them, which goes from 1 to
    `count` at random, or in turn."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    for name, value in dict(headers).items():
        command += ["-H", f"{name}: {value}"]
    command += ["-s", str(SCRIPT), url, "--", path, str(count), "turn" if in_turn else "random"]
    command += [json.dumps(body)] if body else []
    done = subprocess.run(command, text=True, capture_output=True, timeout=seconds + 60)
    rate, slow = re.search(r"Requests/sec: +([\d.]+)", done.stdout), re.search(r"99% +([\d.]+)(us|ms|s)", done.stdout)
    if not rate or not slow or re.search(r"Non-2xx|Socket errors", done.stdout):
        raise NotMeasured(f"wrk: {' '.join((done.stdout + done.stderr).split())[-400:]}")
    return float(rate[1]), float(slow[1]) * UNITS[slow[2]]
