"""The private PostgreSQL of the services, as seen by its own client programs."""

import os
import subprocess
from urllib.parse import quote

from .notes import NotMeasured


class Database:
    def __init__(self, data):
        """`data` is DATELINE_DATA_DIR: its `postgres` may be a link (see src/db/private.rs)."""
        base = (data / "postgres").resolve()
        self.folder, self.log = base, base / "server.log"
        self.socket = base / "data"
        self.address = ["-h", str(self.socket), "-U", "dateline"]

    @property
    def url(self):
        return f"postgres://dateline@{quote(str(self.socket), safe='')}/dateline"

    def sql(self, text, settings=None, timeout=3600):
        """What psql prints, without headings: columns have `|` between them."""
        command = ["psql", *self.address, "-d", "dateline", "-qAtX", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            command, input=text, text=True, capture_output=True, timeout=timeout, env=session(settings or {}))
        if done.returncode:
            raise NotMeasured(f"psql: {done.stderr.strip()[:1000]}")
        return done.stdout.strip()

    def number(self, text):
        return int(self.sql(text) or 0)


def session(settings):
    """An environment in which libpq begins its sessions with these settings."""
    said = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return {**os.environ, "PGOPTIONS": said}
