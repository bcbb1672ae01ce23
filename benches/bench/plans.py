"""How PostgreSQL carries the statements out, and what would be slow on more data."""

import json

from .notes import NotMeasured
from .pgbench import READER

# A table that may be read from end to end: it does not grow with the content.
SMALL = 5_000
# The most rows of a page, and one more to know that there are more.
PAGE = 101


def describe(database, name, statements):
    """Markdown: what each statement reads at its seventh execution, with warnings above it."""
    try:
        parts = [plan(database, statement) for statement in statements if not statement.is_control]
    except NotMeasured as error:
        return f"Plan of {name}: {error}\n"
    warnings = "".join(f"\n**{warning}**\n" for _, found in parts for warning in found)
    return f"Plan of {name}:\n{warnings}\n```\n" + "\n\n".join(text for text, _ in parts) + "\n```\n"


def plan(database, statement):
    literals = ["null" if v is None else "'" + v.replace("'", "''") + "'" for v in statement.values]
    run = f"execute asked({', '.join(literals)});" if literals else "execute asked;"
    explained = database.sql(
        f"prepare asked as {statement.text};\\o /dev/null\n{run * 6}\n\\o\n"
        f"explain (analyze, buffers, timing off, format json) {run}", READER)
    [found] = json.loads(explained)
    top = found["Plan"]
    lines = [f"{buffers(top)} buffers, {found['Execution Time']:.2f} ms", *steps(top, 0)]
    return "\n".join(lines), sorted(set(warnings(database, top)))


def buffers(node):
    return node["Shared Hit Blocks"] + node["Shared Read Blocks"]


def steps(node, depth):
    """The steps that read a table or sort, each with the buffers of itself and all below it."""
    if node["Actual Loops"] == 0:
        return
    shown = "Relation Name" in node or "Index Name" in node or "Sort" in node["Node Type"]
    if shown:
        using = f" using {node['Index Name']}" if "Index Name" in node else ""
        on = f" on {node['Relation Name']}" if "Relation Name" in node else ""
        rows = f"rows={node['Actual Rows']}"
        if dropped := node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0):
            rows += f", dropped={dropped}"
        if node["Actual Loops"] > 1:
            rows += f", {node['Actual Loops']} times"
        text = "  " * depth + f"{node['Node Type']}{using}{on} ({rows})"
        yield f"{text:90} {buffers(node):6}"
    for child in node.get("Plans", []):
        yield from steps(child, depth + shown)


def warnings(database, node):
    if node["Node Type"] == "Seq Scan" and node["Actual Loops"]:
        table = node["Relation Name"]
        rows = database.number(f"select reltuples::bigint from pg_class where oid = '\"{table}\"'::regclass")
        if rows > SMALL:
            yield f"Reads all of {table}, {rows:,} rows."
    if node["Node Type"] in ("Sort", "Incremental Sort"):
        rows = max(child["Actual Rows"] for child in node["Plans"])
        if rows > PAGE:
            yield f"Sorts {rows:,} rows."
    for child in node.get("Plans", []):
        yield from warnings(database, child)
