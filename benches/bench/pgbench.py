"""What PostgreSQL can do by itself: pgbench -M prepared, over the same socket."""

import re
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from .database import session
from .notes import NotMeasured

# What the service says at the start of its sessions and what matters here (src/db.rs).
WRITER = {"jit": "off"}
READER = {"jit": "off", "plan_cache_mode": "force_generic_plan"}
COUNTS = [8, 16, 64]
# As many as the service is asked by at once.
CLIENTS = 64


def pgbench(database, script, seconds, connections, settings):
    """(transactions a second, 99th percentile in ms)."""
    with tempfile.TemporaryDirectory(prefix="dateline-pgbench-") as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script.text)
        # Not of each transaction, or writing them down would be measured too.
        sampled = 1 if connections == 1 else 0.2
        command = ["pgbench", *database.address, "-n", "-M", "prepared", "-f", str(file), "-c", str(connections),
                   "-j", "1", "-T", str(seconds), "-l", f"--sampling-rate={sampled}",
                   "--log-prefix", f"{folder}/log"]
        command += [x for name, value in script.variables.items() for x in ["-D", f"{name}={value}"]]
        done = subprocess.run([*command, "dateline"], text=True, capture_output=True, timeout=seconds + 60,
                              env=session(settings))
        rate = re.search(r"tps = ([\d.]+) \(without", done.stdout)
        if done.returncode or not rate:
            raise NotMeasured(f"pgbench: {done.stderr.strip()[-600:]}")
        waited = sorted(int(line.split()[2]) for log in Path(folder).glob("log*") for line in log.open())
    if not waited:
        raise NotMeasured("pgbench: not one transaction in that time")
    return float(rate[1]), waited[int(len(waited) * 0.99)] / 1000


def best_count(database, script, seconds, settings):
    """With how many connections it does most."""
    return max(COUNTS, key=lambda count: pgbench(database, script, seconds, count, settings)[0])


def in_turns(rounds, *sides):
    """Measures the sides one after the other, again and again, so that a machine that becomes slower does so for
    all of them. Gives the medians of each: (rate, 99th percentile)."""
    measured = [[] for _ in sides]
    for _ in range(rounds):
        for side, results in zip(sides, measured):
            results.append(side())
    return [tuple(median(values) for values in zip(*results)) for results in measured]
