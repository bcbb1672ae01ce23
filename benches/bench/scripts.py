"""Statements as scripts for pgbench, with what varies in them varying."""

import re

from .notes import NotMeasured

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# pgbench would take it for a variable. A cast has two colons.
COLON = re.compile(r"(?<!:):(?=[A-Za-z0-9_])")


class Script:
    """What pgbench repeats: a transaction of these statements, with :n from 1 to `count`."""

    def __init__(self, statements, count=1, varying=None):
        """`varying` has the values that depend on the number, and SQL that makes them from :n."""
        self.lines = [f"\\set n random(1, {count})"]
        self.variables = {}
        self.statements = sum(not s.is_control for s in statements)
        self.varied = 0
        for at, statement in enumerate(statements):
            self.lines.append(self.line(statement, at, varying or {}))
        if varying and not self.varied:
            raise NotMeasured("what varies in the request was not found among the statements' parameters")

    def line(self, statement, at, varying):
        # Those from the log have no variables yet.
        if found := statement.session and COLON.search(statement.text):
            raise NotMeasured(f"pgbench would take this for a variable: {statement.text[found.start():][:20]}")

        def put(match):
            number = int(match[1])
            value = statement.values[number - 1]
            if value is None:
                return "null" + match[2]
            if value in varying:
                self.varied += 1
                return varying[value] + match[2]
            self.variables[f"p{at}_{number}"] = value
            return f":p{at}_{number}{match[2]}"

        return re.sub(r"\$(\d+)((?:::\w+(?:\[\])?)?)", put, statement.text).replace("\n", " ") + ";"

    @property
    def text(self):
        return "\n".join(self.lines) + "\n"


def with_types(database, statement):
    """The statement with a cast at each parameter whose type PostgreSQL cannot tell from its place: the service
    says what type each is, pgbench and psql do not."""
    for _ in range(20):
        try:
            database.sql(f"prepare asked as {statement.text}")
            return
        except NotMeasured as error:
            found = re.search(r"could not determine data type of parameter \$(\d+)", str(error))
            wrong = re.search(r"type (?:text|boolean)|argument of|does not exist: (?:text|unknown)|is not unique", str(error))
            if not found and not wrong:
                raise
        unknown = [int(found[1])] if found else range(1, len(statement.values) + 1)
        for number in unknown:
            cast = f"${number}::{type_of(statement.values[number - 1])}"
            statement.text = re.sub(rf"\${number}(?![\d:]|::)", lambda _, cast=cast: cast, statement.text)
        if not found:
            database.sql(f"prepare asked as {statement.text}")
            return


def type_of(value):
    """As it looks."""
    if value in ("t", "f"):
        return "boolean"
    if value is not None and UUID.fullmatch(value):
        return "uuid"
    if value is not None and re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*", value):
        return "timestamptz"
    if value is not None and re.fullmatch(r"-?\d{1,18}", value):
        return "bigint"
    if value is not None and re.fullmatch(r"\{.*\}", value):
        first = value[1:-1].split(",")[0]
        return f"{type_of(first) if first else 'text'}[]"
    return "text"


def one_of(values, kind):
    """SQL of the nth of these: an array in the text of the statement, which costs next to nothing to look into
    where all have one length."""
    listed = ",".join(values)
    return f"('{{{listed}}}'::{kind}[])[:n::int]"
