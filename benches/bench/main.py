"""The whole run."""

import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from . import data, kinds, options as given, plans, process, reads, report, writes
from .database import Database
from .notes import note
from .service import Service, environment
from .statements import Listener


def main(description):
    options = given.parse(description)
    # As Ctrl-C: everything that was started is ended on the way out.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    started, by_size = time.time(), {}
    try:
        for size in options.sizes:
            print(f"## {size:,} articles\n", flush=True)
            with ExitStack() as stack:
                last = size == options.sizes[-1]
                by_size[size] = run(options, size, folder(options, size, stack), stack, with_plans=last)
        print(report.growth(by_size))
    except KeyboardInterrupt:
        note("interrupted")
        return 130
    note(f"all in {time.time() - started:.0f} s")
    return 0


def interrupted(*_):
    raise KeyboardInterrupt


def folder(options, size, stack):
    """Where the content of this size is; gone at the end unless it is to be kept."""
    if options.data:
        kept = options.data / f"{size}-{options.comments}-{options.seed}"
        kept.mkdir(parents=True, exist_ok=True)
        return kept
    made = Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    # PostgreSQL may run as another user.
    made.chmod(0o755)
    stack.callback(data.remove, made)
    return made


def run(options, size, where, stack, with_plans):
    """Measures everything at one size, prints it, and gives the rows by name."""
    filled_in = data.fill(options, size, where)
    service = Service(options.program, where)
    stack.callback(service.stop)
    singles = process.idle(options, service)
    database = Database(where)
    data.name(database)
    content = data.content(database, filled_in)
    print(report.header(options, database, content), flush=True)

    rows = list(reads.cached(options, service, content))
    singles += process.loaded(options, service, content)
    plans_text = ""
    if any(kinds.chosen(options, name) for name in kinds.names(content)):
        uncached = Service(options.program, where, DATELINE_CACHE_MB="0")
        stack.callback(uncached.stop)
        listener = Listener(database)
        listener.learn()
        measured = reads.FromDatabase(options, uncached, database, listener, content, token(options, where))
        rows += measured.rows()
        singles += measured.beside
        if with_plans:
            plans_text = "\n".join(plans.describe(database, *planned) for planned in measured.plans)
    rows += writes.rows(options, service, database, content)
    singles += process.start(options, database, where)
    print(report.table(rows))
    print(report.singles(singles))
    print(plans_text, flush=True)
    return {f"{row.group}: {row.name}": row for row in rows if not row.missing}


def token(options, where):
    """For what only editors may see."""
    command = [options.program, "token", "create", "--name", "benches", "--role", "admin"]
    made = subprocess.run(command, env=environment(where), cwd=where, text=True, capture_output=True, timeout=120)
    if made.returncode:
        raise SystemExit(f"benches/run: no token: {made.stderr}")
    return made.stdout.strip()
