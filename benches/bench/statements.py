"""The statements that the service sends: taken from PostgreSQL's log while it answers one request.

So they are not kept here, both sides run the same, and a change of the code changes both. What the services
send by themselves meanwhile (times that are set, counts, the log for the cache) is told from that by having
listened for a while to services that nobody asked anything.
"""

import re
import time
from dataclasses import dataclass, field

from .notes import NotMeasured, note

# How long is listened: services keep house every ten seconds (src/worker.rs).
QUIET = 12
LINE = re.compile(r"\S+ \S+ \S+ \[(\d+)\] (?:LOG:  (?:execute [^:]*|statement): |DETAIL:  parameters: )")
# This program's own, and what sessions begin with.
OWN = re.compile(r"alter system|select pg_reload_conf|set |listen |update tokens|UPDATE \"tokens\"")
BEGIN, END = ("begin", "start transaction"), ("commit", "rollback")


@dataclass
class Statement:
    text: str
    session: str
    values: list = field(default_factory=list)

    @property
    def is_control(self):
        return self.text.lower().startswith(BEGIN + END)


class Listener:
    def __init__(self, database):
        self.database = database
        self.usual = set()

    def learn(self):
        """What is sent while nobody asks."""
        note(f"listening for {QUIET} s to what the services send by themselves")
        self.usual = {s.text for s in self.during(lambda: time.sleep(QUIET)) if not s.is_control}

    def sent_for(self, ask):
        """The statements that this question leads to, transactions with their begin and commit."""
        found = without(self.during(ask), self.usual)
        if not found:
            raise NotMeasured("no statement of it is in PostgreSQL's log: answered from memory?")
        return found

    def during(self, happens):
        self.log_statements("all")
        start = self.database.log.stat().st_size
        try:
            happens()
        finally:
            self.log_statements("none")
        with open(self.database.log, "rb") as log:
            log.seek(start)
            return parse(log.read().decode(errors="replace"))

    def log_statements(self, which):
        self.database.sql(f"alter system set log_statement = '{which}'")
        self.database.sql("select pg_reload_conf()")
        # The signal reaches every session in its own time.
        time.sleep(0.5)


def parse(log):
    """The statements in a piece of PostgreSQL's log."""
    found = []
    for line in re.split(r"\n(?!\t)", log):
        executed = LINE.match(line)
        if not executed:
            continue
        rest = line[executed.end():].replace("\n\t", "\n").rstrip("\n")
        if executed[0].endswith("parameters: "):
            values = re.findall(r"\$\d+ = (NULL|'(?:[^']|'')*')", rest)
            of = next((s for s in reversed(found) if s.session == executed[1]), None)
            if of:
                of.values = [None if v == "NULL" else v[1:-1].replace("''", "'") for v in values]
        else:
            found.append(Statement(rest, executed[1]))
    return [s for s in found if not OWN.match(s.text)]


def without(statements, usual):
    """The same without the usual ones, and without the transactions in which one of them is."""
    kept, opened = [], {}
    for statement in statements:
        running = opened.get(statement.session)
        if statement.text.lower().startswith(BEGIN):
            opened[statement.session] = [statement]
        elif running is None:
            if statement.text not in usual and not statement.is_control:
                kept.append(statement)
        else:
            running.append(statement)
            if statement.text.lower().startswith(END):
                del opened[statement.session]
                if not any(s.text in usual for s in running) and len(running) > 2:
                    kept.extend(running)
    return kept
