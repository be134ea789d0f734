"""What a tool did with each defect, and what that comes to: sums, kinds, and whether the aims are met.

Pure; must never start a tool, open a file or read a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

CLEAN = ""
"""The name of a run against the reference without a defect."""

REQUESTS = 3
SECONDS = 4
"""Ours may send a third of the requests of the other, and take a quarter of its wall time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One tool against one defect, or against the clean reference.

    `told` are the kinds of failure that it reported, `at` is the place of the request that first showed the defect.
    `novel` says that the report alone, held beside that of the clean reference, has a kind of failure more.
    """

    tool: str
    defect: str
    caught: bool
    requests: int
    seconds: float
    told: tuple[str, ...] = ()
    novel: bool = False
    at: int | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What one tool did with all defects."""

    tool: str
    caught: int
    novel: int
    defects: int
    requests: int
    seconds: float
    false_alarms: tuple[str, ...]
    cut: int


def total(tool: str, runs: Iterable[Run]) -> Total:
    """The sums of one tool over all of its runs, that against the clean reference included."""
    own = [run for run in runs if run.tool == tool]
    broken = [run for run in own if run.defect != CLEAN]
    return Total(
        tool=tool,
        caught=sum(run.caught for run in broken),
        novel=sum(run.novel for run in broken),
        defects=len(broken),
        requests=sum(run.requests for run in own),
        seconds=sum(run.seconds for run in own),
        false_alarms=tuple(alarm for run in own if run.defect == CLEAN for alarm in run.told),
        cut=sum(run.cut for run in own),
    )


def short_of(ours: Total, theirs: Total) -> tuple[str, ...]:
    """The aims that ours does not meet, as sentences; none if it meets all."""
    found = []
    if ours.caught < ours.defects or not ours.defects:
        found.append(f"{ours.tool} caught {ours.caught} of {ours.defects} defects, not all")
    if ours.requests * REQUESTS > theirs.requests:
        found.append(f"{ours.tool} sent {ours.requests} requests, more than a third of {theirs.requests}")
    if ours.seconds * SECONDS > theirs.seconds:
        found.append(f"{ours.tool} took {ours.seconds:.0f} s, more than a quarter of {theirs.seconds:.0f} s")
    if ours.false_alarms:
        found.append(f"{ours.tool} gave {len(ours.false_alarms)} false alarms on the clean reference")
    return tuple(found)


def kind(defect: str) -> str:
    """Part and facet of the rule that a defect breaks, by its id: `request pattern`, `response echo`."""
    _, part, *path = defect.partition(":")[0].split("/")
    return f"{part} {path[-1]}"


def by_kind(runs: Sequence[Run], tools: Sequence[str]) -> tuple[tuple[str, int, tuple[int, ...]], ...]:
    """Kind of defect, how many there are, and how many of them each tool caught, in the order of the names."""
    defects = {run.defect: kind(run.defect) for run in runs if run.defect != CLEAN}
    caught = {(run.tool, run.defect) for run in runs if run.caught}
    rows = []
    for name in sorted(set(defects.values())):
        members = [defect for defect, own in defects.items() if own == name]
        rows.append((name, len(members), tuple(sum((tool, one) in caught for one in members) for tool in tools)))
    return tuple(rows)


def only(tool: str, runs: Iterable[Run]) -> tuple[str, ...]:
    """The defects that this tool caught and no other."""
    known = tuple(runs)
    others = {run.defect for run in known if run.tool != tool and run.caught}
    return tuple(run.defect for run in known if run.tool == tool and run.caught and run.defect not in others)


def curve(tool: str, runs: Iterable[Run], marks: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """How many defects the first so many requests of each run had shown."""
    places = [run.at for run in runs if run.tool == tool and run.at is not None]
    return tuple((mark, sum(place <= mark for place in places)) for mark in marks)


def per_run(tool: str, runs: Iterable[Run]) -> tuple[float, float]:
    """The median requests and seconds of one run."""
    own = [run for run in runs if run.tool == tool]
    return _median([run.requests for run in own]), _median([run.seconds for run in own])


def _median(values: Sequence[float]) -> float:
    return quantiles(values, n=2, method="inclusive")[0] if len(values) > 1 else values[0]
