"""Imports and exports beside COPY."""

import argparse
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from .database import Database, session

# What an export holds. Histories, events and what stands for addresses are not in it.
CONTENT = ["locales", "tags", "tag_translations", "articles", "article_tags", "slugs", "translations", "revisions",
           "comments"]
# Nothing but rows and indexes.
BARE = {"session_replication_role": "replica", "statement_timeout": 0, "default_toast_compression": "lz4"}


def main(about):
    options = parse(about)
    with tempfile.TemporaryDirectory(prefix="dateline-transfer-", dir=options.folder) as folder:
        os.chmod(folder, 0o711)
        try:
            print("\n".join(measure(options, Path(folder))))
        except KeyboardInterrupt:
            return 130
    return 0


def parse(about):
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--comments", type=int, default=200_000)
    parser.add_argument("--program", default="target/release/dateline", type=Path)
    parser.add_argument("--folder", help="where the temporary folder is made")
    return parser.parse_args()


def measure(options, folder):
    program = options.program.resolve()
    first, second, third = (folder / name for name in ["made", "imported", "copied"])
    made = f"generate --articles {options.articles} --comments {options.comments} --seed 7".split()
    run(program, first, *made)
    lines = folder / "content.ndjson"
    written, wrote, export_memory = run(program, first, "export", lines)
    with serving(program, first) as database:
        copied_out = copy_out(database, CONTENT, None)
    drop(first)
    read, _, import_memory = run(program, second, "import", lines)
    again, _, _ = run(program, second, "import", lines)
    rows = folder / "rows"
    rows.mkdir()
    with serving(program, second) as database:
        tables = names(database)
        copy_out(database, tables, rows)
    drop(second)
    run(program, third, "migrate")
    with serving(program, third) as database:
        copied_in = copy_in(database, tables, rows)
    size = lines.stat().st_size
    yield (f"{options.articles} articles and {options.comments} comments, {size / 2**30:.2f} GiB of lines; "
           f"{os.cpu_count()} cores")
    yield ""
    yield "| | seconds | COPY, seconds | ratio | goal | memory at most, MB |"
    yield "|---|--:|--:|--:|--:|--:|"
    yield row("export", written, copied_out, export_memory)
    yield row("import into an empty database", read, copied_in, import_memory)
    yield f"| the same import once more, which changes nothing | {again:.1f} | | | | |"


def row(name, seconds, copied, memory):
    ratio = seconds / copied
    said = f"{ratio:.2f}×" if ratio <= 3 else f"**{ratio:.2f}×**"
    return f"| {name} | {seconds:.1f} | {copied:.1f} | {said} | ≤ 3× | {memory} |"


def run(program, data, *arguments):
    """How long it takes, what it says, and the most memory that it has had, in MB."""
    environment = {**os.environ, "DATELINE_DATA_DIR": str(data), "RUST_LOG": "warn"}
    started = time.monotonic()
    process = subprocess.Popen([program, *map(str, arguments)], env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    most = [0]
    watching = threading.Thread(target=watch, args=(process, most))
    watching.start()
    said, _ = process.communicate()
    watching.join()
    if process.returncode:
        raise SystemExit(f"{program.name} {arguments[0]} failed: {said}")
    return time.monotonic() - started, said, most[0]


def watch(process, most):
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            return
        for line in status.splitlines():
            if line.startswith("VmHWM"):
                most[0] = max(most[0], int(line.split()[1]) // 1024)
        time.sleep(0.1)


class serving:
    """The private PostgreSQL, for as long as a service uses it."""

    def __init__(self, program, data):
        self.program, self.data = program, data

    def __enter__(self):
        environment = {**os.environ, "DATELINE_DATA_DIR": str(self.data), "RUST_LOG": "warn",
                       "DATELINE_BIND": "127.0.0.1:0"}
        self.process = subprocess.Popen([self.program], env=environment, text=True, stderr=subprocess.PIPE)
        for line in self.process.stderr:
            if line.startswith("listening"):
                break
        return Database(self.data)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def names(database):
    listed = database.sql("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace "
                          "and relname !~ '^(__diesel|secrets|tokens)' order by relname")
    return listed.splitlines()


def columns(database, table):
    """Those that are not worked out from others."""
    return database.sql(f"select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attnum > 0 "
                        f"and not attisdropped and attgenerated = '' and attrelid = '{table}'::regclass")


def copy_out(database, tables, folder):
    started = time.monotonic()
    for table in tables:
        to = folder / table if folder else "/dev/null"
        command(database, f"\\copy {table} ({columns(database, table)}) to '{to}' (format binary)")
    return time.monotonic() - started


def copy_in(database, tables, folder):
    command(database, "truncate " + ", ".join(tables) + " cascade")
    started = time.monotonic()
    for table in tables:
        command(database, f"\\copy {table} ({columns(database, table)}) from '{folder / table}' (format binary)")
    return time.monotonic() - started


def command(database, text):
    done = subprocess.run(["psql", *database.address, "-d", "dateline", "-qX", "-v", "ON_ERROR_STOP=1", "-c", text],
                          capture_output=True, text=True, env=session(BARE))
    if done.returncode:
        raise SystemExit(done.stderr.strip())


def drop(folder):
    shutil.rmtree(folder)
