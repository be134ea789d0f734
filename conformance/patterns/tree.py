"""The nodes of a pattern's tree, and the verdict on a pattern that has none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LAST = 0x10FFFF
Ranges = tuple[tuple[int, int], ...]


class Unsupported(ValueError):  # noqa: N818 - a verdict on the pattern
    """The pattern uses something on which the dialects differ; the text names it."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of `ranges` (inclusive code points), or outside them when `negated`."""

    ranges: Ranges
    negated: bool = False

    def has(self, char: str) -> bool:
        """Is the character in the class?"""
        return any(low <= ord(char) <= high for low, high in self.ranges) != self.negated

    @property
    def covered(self) -> Ranges:
        """The code points of the class, spelt out where it is negated."""
        return outside(self.ranges) if self.negated else self.ranges


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`low` to `high` times; high None is unbounded."""

    item: Node
    low: int
    high: int | None
    greedy: bool = True


@dataclass(frozen=True, slots=True)
class Anchor:
    """`start` or `end` of the text."""

    where: str


Node = Chars | Sequence | Choice | Repeat | Anchor

EMPTY = Sequence(())
"""No characters; never an item of another node but as an alternative, since Rust does not read `(?:)?`."""


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The same code points, sorted, with what touches joined."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def outside(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """All other code points."""
    gaps: list[tuple[int, int]] = []
    start = 0
    for low, high in merged(ranges):
        if low > start:
            gaps.append((start, low - 1))
        start = high + 1
    return (*gaps, (start, LAST)) if start <= LAST else tuple(gaps)


def overlap(left: Ranges, right: Ranges) -> bool:
    """Do the two have a code point in common?"""
    return any(low <= last and first <= high for low, high in left for first, last in right)
