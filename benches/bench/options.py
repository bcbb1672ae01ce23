"""What is asked for on the command line, and the programs that it takes."""

import argparse
import os
import shutil
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def parse(description):
    parser = argparse.ArgumentParser(
        prog="benches/run", description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--sizes", type=numbers, default=[100_000], metavar="N,…",
        help="how many articles, each in three languages; with more than one the whole is measured at each, and "
             "the times compared (100000)")
    add("--comments", type=int, default=2, help="comments for each article, on the average (2)")
    add("--seed", type=int, default=7, help="what the content follows from (7)")
    add("--seconds", type=int, help="how long each side is measured at a time (3)")
    add("--rounds", type=int, help="how often both sides take turns; the median counts (3)")
    add("--only", default="", metavar="TEXT,…", help="only rows whose name has one of these in it")
    add("--quick", action="store_true", help="one round of a second, 2000 articles: to see that it works")
    add("--data", type=Path, metavar="FOLDER",
        help="keep the content there, and use what is there already: to measure again without filling again")
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "release"
    add("--program", type=Path, default=target / "dateline", help="the release program")
    add("--still", type=Path, help="the handler to measure cached answers beside (the newest "
                                   "target/release/deps/static_answer-*)")
    options = parser.parse_args()
    if options.quick and options.sizes == parser.get_default("sizes"):
        options.sizes = [2000]
    options.seconds = options.seconds or (1 if options.quick else 3)
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.only = [text for text in options.only.split(",") if text]
    # Absolute: the programs run in other folders than this one.
    options.program = options.program.resolve()
    options.still = (options.still or newest(target / "deps")).resolve()
    options.data = options.data and options.data.resolve()
    find_programs(options)
    return options


def numbers(text):
    return sorted(int(number.replace("_", "")) for number in text.split(","))


def newest(folder):
    """Cargo puts a digest behind the name, and leaves older builds beside."""
    built = [file for file in folder.glob("static_answer-*") if not file.suffix and os.access(file, os.X_OK)]
    return max(built, key=lambda file: file.stat().st_mtime, default=folder / "static_answer-*")


def find_programs(options):
    for tool in ["wrk", "psql", "pgbench"]:
        if shutil.which(tool):
            continue
        # Debian has no link for pgbench where only a server is installed.
        found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{tool}"))
        if not found:
            sys.exit(f"benches/run: {tool} is missing: apt-get install -y wrk postgresql")
        os.environ["PATH"] += os.pathsep + str(found[-1].parent)
    for program, build in [(options.program, "cargo build --release"), (options.still, "cargo bench --no-run")]:
        if not program.is_file():
            sys.exit(f"benches/run: {program} is missing: {build}")
