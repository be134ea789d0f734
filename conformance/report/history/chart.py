"""A trend as an SVG drawing: for each run a bar of what did not pass, so that three failures among 300 rules show.

Numbers only: every text but the labels is put in by the page, which escapes it. Colours are classes of the page's
style, and each kind has a pattern of its own for who sees no colours, and for print. Pure; must never import a writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from math import ceil
from typing import TYPE_CHECKING

from conformance.report.comparing.snapshot import WAIVED
from conformance.report.history import counts

if TYPE_CHECKING:
    from conformance.model import Level
    from conformance.report.history import Point, Track

KINDS = ("failed", "waived", "open")
"""What is stacked, from the bottom up."""

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 200, 44, 24, 22, 30
NARROW, WIDE, WHOLE = 14, 64, 900
"""A bar with its gap is between these wide; together they are to fill that much."""

_LABEL = 74
"""The room that a date wants, as ISO writes it: of one width in every language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a bar."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One run: where it stands, what it is made of, the sum above it, and whether there is room for its date."""

    x: float
    width: float
    middle: float
    top: float
    parts: tuple[Part, ...]
    numbers: dict[str, int]
    total: int
    labelled: bool
    day: str
    point: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing; `ticks` are pairs of a height and its number."""

    level: Level
    width: float
    height: float
    left: float
    right: float
    base: float
    ticks: tuple[tuple[float, int], ...]
    bars: tuple[Bar, ...]


def chart(track: Track, level: Level) -> Chart:
    """The drawing of a target's runs, for the rules of a level."""
    counted = [_kinds(counts(point, level)) for point in track.points]
    totals = [sum(numbers.values()) for numbers in counted]
    step = ticks(max(totals, default=0))
    most = step[-1]
    pitch = min(WIDE, max(NARROW, (WHOLE - LEFT - RIGHT) / max(1, len(counted))))
    width = LEFT + pitch * len(counted) + RIGHT
    room = HEIGHT - TOP - BOTTOM
    base = HEIGHT - BOTTOM
    every = ceil(_LABEL / pitch)
    drawn = []
    for place, (point, numbers, total) in enumerate(zip(track.points, counted, totals, strict=True)):
        x = LEFT + pitch * place + pitch * 0.15
        drawn.append(
            Bar(
                x=round(x, 1),
                width=round(pitch * 0.7, 1),
                middle=round(x + pitch * 0.35, 1),
                top=round(base - room * total / most, 1),
                parts=tuple(_parts(numbers, base, room / most)),
                numbers=numbers,
                total=total,
                labelled=place % every == 0,
                day=point.run.started[:10],
                point=point,
            )
        )
    return Chart(
        level=level,
        width=round(max(width, LEFT + _LABEL + RIGHT), 1),
        height=HEIGHT,
        left=LEFT,
        right=round(max(width, LEFT + _LABEL + RIGHT) - RIGHT, 1),
        base=base,
        ticks=tuple((round(base - room * number / most, 1), number) for number in step),
        bars=tuple(drawn),
    )


def _kinds(found: dict[str, int]) -> dict[str, int]:
    return {"failed": found["failed"], "waived": found[WAIVED], "open": found["cant-tell"] + found["untested"]}


def _parts(numbers: dict[str, int], base: float, unit: float) -> list[Part]:
    found, below = [], 0
    for kind in KINDS:
        if numbers[kind]:
            below += numbers[kind]
            found.append(Part(kind=kind, y=round(base - unit * below, 1), height=round(unit * numbers[kind], 1)))
    return found


def ticks(most: int) -> tuple[int, ...]:
    """Round numbers from 0 to at least `most`, four steps or fewer."""
    most = max(most, 1)
    step = next(step for power in count() for factor in (1, 2, 5) if (step := factor * 10**power) * 4 >= most)
    return tuple(range(0, most + step, step)) if most % step else tuple(range(0, most + 1, step))
