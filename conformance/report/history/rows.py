"""The history of a target as a table: what a run is told by, on a terminal and on a page alike.

Pure; must never import a writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.model import Level
from conformance.report.comparing.snapshot import WAIVED
from conformance.report.history import counts
from conformance.report.sentences import tally
from conformance.report.text import one_line, unique

if TYPE_CHECKING:
    from conformance.report.history import Point, Track
    from conformance.report.language import Language

LEVELS = (Level.MUST, Level.SHOULD)
NONE = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A run: `about` in words, then `numbers`."""

    outcome: str
    about: tuple[str, ...]
    numbers: tuple[str, ...]


def heads(language: Language, *, about: bool = True) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands above the words, and above the numbers; of a single service nothing is said of changes."""
    words = [language.fill("Started")]
    if about:
        words += [language.fill("Environment"), language.fill("Suite"), language.fill("Outcome")]
    numbers = [language.fill("{level} passed", level=level) for level in LEVELS]
    numbers += [language.fill("Failed"), language.fill("Waived")]
    if about:
        numbers += [language.fill("Newly failing"), language.fill("Newly passing")]
    return tuple(words), tuple(numbers)


def rows(track: Track, language: Language) -> list[Row]:
    """A row a run, over all services."""
    return [_row(point, language) for point in track.points]


def service_rows(track: Track, service: str, language: Language) -> list[Row]:
    """A row a run that tested the service."""
    return [
        Row(
            outcome=point.run.outcome,
            about=(one_line(language.moment(point.run.started)),),
            numbers=_numbers(point, language, service),
        )
        for point in track.points
        if service in point.counts
    ]


def services(track: Track) -> tuple[str, ...]:
    """The services of a target, where that is more than one."""
    found = unique(service for point in track.points for service in point.counts)
    return found if len(found) > 1 else ()


def _row(point: Point, language: Language) -> Row:
    run, since = point.run, point.since
    changed = (NONE, NONE) if since is None else (_number(len(since.newly_failing)), _number(len(since.newly_passing)))
    about = (language.moment(run.started), run.environment, run.version, language.word(run.outcome))
    return Row(
        outcome=run.outcome,
        about=tuple(one_line(text, 80) for text in about),
        numbers=(*_numbers(point, language), *changed),
    )


def _numbers(point: Point, language: Language, service: str | None = None) -> tuple[str, ...]:
    found = [counts(point, level, service) for level in LEVELS]
    shares = (tally(one, language=language) if sum(one.values()) else NONE for one in found)
    return (*shares, *(_number(sum(one[word] for one in found)) for word in ("failed", WAIVED)))


def _number(value: int) -> str:
    return str(value or NONE)
