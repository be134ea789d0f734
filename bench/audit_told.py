"""The figures of `bench.audit` as Markdown: a table a part, every row with its ratio. Must never measure anything."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median
from typing import Any

Figures = Mapping[str, Any]
Row = tuple[str, ...]

MARK, END = "<!-- audit: written by the command above -->", "<!-- audit: end -->"
LIBRARIES = ("msgspec", "orjson", "jsonschema-rs", "lxml", "jsonschema", "xmlschema", "backports.zstd")
WALL, CPU, PEAK = 0, 1, 2
MICRO = 1e6
MEGA = 2**20


def page(figures: Mapping[str, Mapping[str, Figures]]) -> str:
    """All parts that were measured, with date, machine and versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    today = datetime.now(UTC).date().isoformat()
    load = os.getloadavg()[0]
    head = (
        f"{today}, Python {platform.python_version()}, {os.cpu_count()} cores (load at the end {load:.1f}), {versions}."
    )
    return "\n\n".join((head, *(TOLD[part](found) for part, found in figures.items())))


def placed(text: str, tables: str) -> str:
    """The page with the tables between its marks."""
    before, mark, rest = text.partition(MARK)
    _, end, after = rest.partition(END)
    if not (mark and end):
        raise SystemExit(f"the page has no place for the tables: write {MARK} and {END} where they belong")
    return f"{before}{MARK}\n\n{tables}\n\n{END}{after}"


def paired(above: Sequence[Sequence[float]], below: Sequence[Sequence[float]], what: int = CPU) -> float:
    """The median of the ratios of measurements that were taken one after the other."""
    return median(one[what] / other[what] for one, other in zip(above, below, strict=True))


def _each(taken: Sequence[Sequence[float]], count: int, what: int = CPU) -> float:
    """Microseconds for one exchange, the median."""
    return median(one[what] for one in taken) / count * MICRO


def _table(*rows: Row) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join((lines[0], "|---" * len(rows[0]) + "|", *lines[1:]))


def _bare(kinds: Mapping[str, Figures]) -> str:
    rows: list[Row] = [("one process, processor time", "broken", "audit", "bare pipeline", "of its throughput")]
    for kind, found in kinds.items():
        for title, taken in found["recordings"].items():
            # The decoder with which the bare pipeline is the fastest counts.
            names = [name for name in taken if name != "audit"]
            best = min(names, key=lambda name: _each(taken[name], found["count"]))
            ours, least = (_each(taken[name], found["count"]) for name in ("audit", best))
            ratio = paired(taken[best], taken["audit"])
            rows.append((kind, title, f"{ours:.1f} µs", f"{least:.1f} µs ({best})", f"{ratio:.2f}"))
    return _table(*rows)


def _command(kinds: Mapping[str, Figures]) -> str:
    rows: list[Row] = [("`conformance audit --workers 1`", "exchanges", "takes", "bare process", "of its throughput")]
    for kind, found in kinds.items():
        for count, taken in found.items():
            ours, bare = (median(one[CPU] for one in taken[name]) for name in ("audit", "bare"))
            ratio = paired(taken["bare"], taken["audit"])
            rows.append((kind, f"{int(count):,}", f"{ours:.1f} s", f"{bare:.1f} s", f"{ratio:.2f}"))
    return _table(*rows)


def _opinions(kinds: Mapping[str, Figures]) -> str:
    rows: list[Row] = [("one exchange", "exchanges", "audit", "jsonschema and xmlschema", "times as fast")]
    for kind, found in kinds.items():
        ours, theirs = (_each(found[name], found["count"]) for name in ("audit", "opinions"))
        ratio = paired(found["opinions"], found["audit"])
        rows.append((kind, f"{found['count']:,}", f"{ours:.0f} µs", f"{theirs:.0f} µs", f"{ratio:.1f}"))
    return _table(*rows)


def _memory(kinds: Mapping[str, Figures]) -> str:
    rows: list[Row] = [("peak of all processes", "processes", "exchanges", "peak", "ten times as many", "ratio")]
    for kind, found in kinds.items():
        for workers, peaks in found.items():
            count, few, many = next(iter(peaks)), *(one[PEAK] for one in peaks.values())
            sizes = (f"{one / MEGA:.0f} MiB" for one in (few, many))
            rows.append((kind, workers, f"{int(count):,}", *sizes, f"{many / few:.2f}"))
    return _table(*rows)


def _workers(kinds: Mapping[str, Figures]) -> str:
    rows: list[Row] = [("wall time", "exchanges", "one process", "two", "times as fast", "best pair", "MB/s of two")]
    for kind, found in kinds.items():
        taken = found["taken"]
        one, two = (median(each[WALL] for each in taken[number]) for number in ("1", "2"))
        best = max(first[WALL] / second[WALL] for first, second in zip(taken["1"], taken["2"], strict=True))
        ratio, speed = paired(taken["1"], taken["2"], WALL), found["bytes"] / two / 1e6
        times = f"{one:.1f} s", f"{two:.1f} s", f"{ratio:.2f}", f"{best:.2f}"
        rows.append((kind, f"{found['count']:,}", *times, f"{speed:.0f}"))
    return _table(*rows)


def _broken(kinds: Mapping[str, Figures]) -> str:
    rows: list[Row] = [("broken", "service", "exchanges", "one exchange", "times as long as without")]
    for kind, found in kinds.items():
        first = next(iter(found["taken"].values()))
        for name, taken in found["taken"].items():
            each = _each(taken, found["count"])
            rows.append((name, kind, f"{found['count']:,}", f"{each:.0f} µs", f"{paired(taken, first):.1f}"))
    return _table(*rows)


def _shapes(kinds: Mapping[str, Figures]) -> str:
    rows: list[Row] = [("shape", "service", "bytes of one", "one exchange", "times as long as plain lines")]
    for kind, found in kinds.items():
        first = next(iter(found["taken"].values()))
        for name, taken in found["taken"].items():
            size = found["bytes"][name] / found["count"]
            each = _each(taken, found["count"])
            rows.append((f"`.{name}`", kind, f"{size:.0f}", f"{each:.0f} µs", f"{paired(taken, first):.2f}"))
    return _table(*rows)


TOLD: Mapping[str, Callable[[Mapping[str, Figures]], str]] = {
    "bare": _bare,
    "command": _command,
    "opinions": _opinions,
    "memory": _memory,
    "workers": _workers,
    "broken": _broken,
    "shapes": _shapes,
}
