"""The figures of `own_cost` as Markdown: a table a part, every row with its ratio. Must never measure anything."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

Figures = Mapping[str, Any]

MARK, END = "<!-- own cost: written by the command above -->", "<!-- own cost: end -->"
DRAWN = {"standard", "deep"}
"""Depths that draw cases, for which hypothesis is needed."""
LIBRARIES = ("pytest", "requests", "jsonschema", "xmlschema", "lxml", "pydantic", "hypothesis")


def page(figures: Mapping[str, Figures]) -> str:
    """All parts that were measured, with date, machine and versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    today = datetime.now(UTC).date().isoformat()
    load = os.getloadavg()[0]
    head = (
        f"{today}, Python {platform.python_version()}, {os.cpu_count()} cores (load at the end {load:.1f}), {versions}."
    )
    tables = (TOLD[part](found) for part, found in figures.items())
    return "\n\n".join((head, *tables))


def placed(text: str, tables: str) -> str:
    """The page with the tables between its marks."""
    before, mark, rest = text.partition(MARK)
    _, end, after = rest.partition(END)
    if not (mark and end):
        raise SystemExit(f"the page has no place for the tables: write {MARK} and {END} where they belong")
    return f"{before}{MARK}\n\n{tables}\n\n{END}{after}"


def _table(*rows: Sequence[str]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join((lines[0], "|---" * len(rows[0]) + "|", *lines[1:]))


def _exchange(found: Figures) -> str:
    number = found["requests"]
    plan, judged, report = (found[name] / number * 1e3 for name in ("plan", "exchange", "report"))
    ours = plan + judged
    rows = [("one exchange", "ours", "`requests`", "ratio")]
    for name, cost, wire in (
        ("against the reference", ours, found["loop"]),
        ("against the barest server", ours, found["loop_plain"]),
        ("with the reports of the run, against the reference", ours + report, found["loop"]),
    ):
        each = wire * 1e3
        rows.append((name, f"{cost:.2f} ms", f"{each:.2f} ms", f"{cost / each:.2f}"))
    parts = f"plan {plan:.2f} ms, guard, judge and record {judged:.2f} ms, reports {report:.2f} ms"
    return f"{_table(*rows)}\n\n{number} requests; ours is {parts}."


def _start(found: Figures) -> str:
    rows = [("to the first request", "ours", "cannot be saved", "ratio")]
    for depth, taken in found["depths"].items():
        least = found["pytest"] + found["libraries"] + (found["draws"] if depth in DRAWN else 0)
        rows.append((f"`--depth {depth}`", f"{taken:.2f} s", f"{least:.2f} s", f"{taken / least:.2f}"))
    parts = f"{found['pytest']:.2f} s, one import of each library {found['libraries']:.2f} s"
    return f"{_table(*rows)}\n\nAn empty pytest run takes {parts}, of hypothesis {found['draws']:.2f} s."


def _growth(found: Figures) -> str:
    first = next(iter(found.values()))["each"]
    rows: list[tuple[str, ...]] = [
        ("depth", "requests", "plan", "judge and record", "reports", "one exchange", "ratio")
    ]
    for depth, taken in found.items():
        parts = (f"{taken[name]:.2f} s" for name in ("plan", "exchange", "report"))
        each = taken["each"]
        rows.append((depth, str(taken["requests"]), *parts, f"{each * 1e3:.2f} ms", f"{each / first:.2f}"))
    return _table(*rows)


def _workers(found: Figures) -> str:
    alone = found["free"][1]["sending"]
    rows = [("senders", "requests", "sending", "times as fast as one")]
    for number, taken in found["free"].items():
        speed = alone / taken["sending"]
        rows.append((str(number), str(taken["requests"]), f"{taken['sending']:.1f} s", f"{speed:.2f}"))
    held = found["held"]
    least = (held["requests"] - 1) / found["rate"]
    ratio = f"{held['sending']:.1f} s, {held['sending'] / least:.2f} times the {least:.1f} s that the rate takes"
    return f"{_table(*rows)}\n\nFour senders at {found['rate']} requests a second: {ratio}."


TOLD = {"exchange": _exchange, "start": _start, "growth": _growth, "workers": _workers}
