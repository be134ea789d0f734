"""Many runs in the order of time, target by target: what each found, what changed since the one before, what flaps.

Pure; must never import a writer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from conformance.model import Comparison, Level, Outcome, group_of
from conformance.report.comparing import FAILURES, compare
from conformance.report.comparing.remarks import moment
from conformance.report.comparing.snapshot import WAIVED
from conformance.report.headline import CONFORMS, DOES_NOT_CONFORM, INCONCLUSIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.report.comparing.snapshot import Said, Snapshot

FLAPS = 2
"""A rule that changed between holding and failing that often flaps; once is a defect, or its mending."""

WORDS = (*(str(outcome) for outcome in Outcome), WAIVED)
"""What is counted: the outcomes, `failed` without what somebody answers for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One run among others. `counts` are by service, level and word; `since` compares with the run before it."""

    run: Snapshot
    counts: dict[str, dict[str, dict[str, int]]]
    since: Comparison | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping:
    """A rule that holds and fails by turns. `words` are those of every run, empty where one does not speak of it."""

    rule: str
    encoding: str
    changes: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """The runs of one target, or what audits of it say of one party."""

    name: str
    points: tuple[Point, ...]
    flapping: tuple[Flapping, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Every target with its runs, in the order of the names."""

    tracks: tuple[Track, ...]


def history_of(runs: Iterable[Snapshot]) -> History:
    """The history of the runs, whatever their order; a run that is named twice counts once."""
    tracks: dict[str, dict[tuple[str, str], Snapshot]] = {}
    parts = (part for run in runs for part in _parts(run))
    for run in sorted(parts, key=lambda run: (moment(run.started), run.run)):
        tracks.setdefault(run.name, {})[run.run, run.started] = run
    return History(tracks=tuple(_track(name, list(tracks[name].values())) for name in sorted(tracks)))


def _parts(run: Snapshot) -> Iterator[Snapshot]:
    """The run itself; of an audit each party, since what is theirs is never added."""
    if not run.audit:
        yield run
        return
    for party in dict.fromkeys(one.party for one in run.said):
        said = tuple(replace(one, party="") for one in run.said if one.party == party)
        yield replace(run, name=group_of(run.name, party), outcome=_outcome(said, strict=run.strict), said=said)


def _outcome(said: Sequence[Said], *, strict: bool) -> str:
    """What one party of an audit came to."""
    deciding = (Level.MUST, Level.SHOULD) if strict else (Level.MUST,)
    if any(one.word == Outcome.FAILED and one.level in deciding for one in said):
        return DOES_NOT_CONFORM
    return CONFORMS if any(one.word in {Outcome.PASSED, *FAILURES} for one in said) else INCONCLUSIVE


def _track(name: str, runs: Sequence[Snapshot]) -> Track:
    points = tuple(
        Point(run=run, counts=_counts(run), since=compare(before, run) if before is not None else None)
        for before, run in zip((None, *runs), runs, strict=False)
    )
    return Track(name=name, points=points, flapping=tuple(_flapping(runs)))


def _counts(run: Snapshot) -> dict[str, dict[str, dict[str, int]]]:
    services = dict.fromkeys([*run.services, *(one.service for one in run.said)])
    tally = Counter((one.service, one.level, one.word) for one in run.said)
    return {
        service: {str(level): {word: tally[service, level, word] for word in WORDS} for level in Level}
        for service in services
    }


def counts(point: Point, level: Level, service: str | None = None) -> dict[str, int]:
    """How many rules of that level there are of each word, in one service or in all, and `tested`: the decided ones."""
    rows = [levels[str(level)] for name, levels in point.counts.items() if service in {None, name}]
    found = {word: sum(row[word] for row in rows) for word in WORDS}
    return found | {"tested": found["passed"] + found["failed"] + found[WAIVED]}


def _flapping(runs: Sequence[Snapshot]) -> Iterator[Flapping]:
    said: dict[tuple[str, str], list[str]] = {}
    for place, run in enumerate(runs):
        for one in run.said:
            said.setdefault((one.rule, one.encoding), [""] * len(runs))[place] = one.word
    found = [
        Flapping(rule=rule, encoding=encoding, changes=changes, words=tuple(words))
        for (rule, encoding), words in said.items()
        if (changes := _changes(words)) >= FLAPS
    ]
    yield from sorted(found, key=lambda one: (-one.changes, one.rule, one.encoding))


def _changes(words: Sequence[str]) -> int:
    """How often it went from holding to failing or back; what a run cannot tell is neither."""
    known = [word in FAILURES for word in words if word in FAILURES or word == Outcome.PASSED]
    return sum(before != after for before, after in pairwise(known))
