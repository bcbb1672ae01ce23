"""The results as Markdown."""

import os
import platform

from .notes import note


def header(options, database, content):
    version = database.sql("show server_version").split()[0]
    load = os.getloadavg()[0]
    if load > 0.7:
        note(f"the machine is busy (load {load:.1f}): the figures will not be what they could be")
    filled = f", made in {content.filled_in:.0f} s" if content.filled_in else ""
    return (
        f"{content.total:,} editions in 3 languages, {content.editions:,} of them English; {content.comments:,} "
        f"comments; {content.size}{filled}. {os.cpu_count()} cores ({platform.machine()}) for client, service and "
        f"PostgreSQL {version} together; load {load:.1f} at the start. {options.rounds} × {options.seconds} s for "
        f"each side, in turns; medians. 64 connections unless said.\n")


def table(rows):
    """All rows of each group."""
    parts = []
    for group in dict.fromkeys(row.group for row in rows):
        mine = [row for row in rows if row.group == group]
        lines = []
        if any(row.times for row in mine):
            lines.append("| request | measured, 1/s | limit, 1/s | by | ratio | goal | p99, ms | limit's | ratio | "
                         "goal | its SQL, × the look-up's | goal |")
            lines.append("|---|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|")
        else:
            lines.append("| request | measured, 1/s | limit, 1/s | by | ratio | goal | p99, ms | limit's | ratio | goal |")
            lines.append("|---|--:|--:|---|--:|--:|--:|--:|--:|--:|")
        lines += [line(row, lines[0].count("|") - 1) for row in mine]
        parts.append(f"### {group}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def line(row, columns):
    if row.missing:
        cells = [row.label, f"not measured: {row.missing}".replace("|", "/").replace("\n", " ")]
    else:
        cells = [
            row.label, f"{row.own[0]:,.0f}", f"{row.limit[0]:,.0f}", row.beside,
            *at_least(row.ratio, row.ratio_goal), f"{row.own[1]:.1f}", f"{row.limit[1]:.1f}",
            *at_most(row.tail, row.tail_goal), *at_most(row.times, row.times_goal)]
    return "| " + " | ".join(cells[:columns] + [""] * (columns - len(cells))) + " |"


def at_least(figure, goal):
    text = f"{figure:.2f}"
    return [text if goal is None or round(figure, 2) >= goal else f"**{text}**", "" if goal is None else f"≥ {goal:.2f}"]


def at_most(figure, goal):
    if figure is None:
        return ["", ""]
    text = f"{figure:.1f}×"
    return [text if goal is None or round(figure, 1) <= goal else f"**{text}**", "" if goal is None else f"≤ {goal:g}×"]


def singles(found):
    lines = ["### The process, and words\n", "| | measured | goal |", "|---|--:|--:|"]
    for single in found:
        figure = f"**{single.figure}**" if single.missed else single.figure
        lines.append(f"| {single.name} | {figure} | {single.goal} |")
    return "\n".join(lines) + "\n" if found else ""


def growth(by_size):
    """How much longer each takes with more content: rows of the same place in each run."""
    sizes = sorted(by_size)
    if len(sizes) < 2:
        return ""
    first, *others = sizes
    lines = ["### Growth: the time a request takes, beside that with the least content\n",
             "| request | " + " | ".join(f"{size:,} articles" for size in sizes) + " | goal |",
             "|---|" + "--:|" * (len(sizes) + 1)]
    for key, row in by_size[first].items():
        cells = [f"{row.own[0]:,.0f}/s"]
        for size in others:
            other = by_size[size].get(key)
            times = other and row.own[0] / other.own[0]
            text = f"{times:.2f}×" if times else ""
            cells.append(f"**{text}**" if times and round(times, 2) > 1.15 else text)
        lines.append(f"| {' | '.join([key, *cells])} | ≤ 1.15× |")
    return "\n".join(lines) + "\n"
