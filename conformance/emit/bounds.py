"""What the constraints of a member come to: the facts that every schema language writes in its own words.

A page may bound the same thing twice (`Max length` beside `String length`); the tighter bound is the one that holds.
Says too which bounds speak of a value of the member's type at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from conformance.model import Contract, Field

NUMBERS = frozenset({"integer", "int", "decimal"})
TEXTS = frozenset({"string", "guid", "enum", "dateTime"})
COUNTED = TEXTS | {"list"}
"""Types that have a length; that of a list is the number of its items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The tightest of each kind; all patterns, since each of them holds."""

    patterns: tuple[str, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    min_length: int | None = None
    max_length: int | None = None

    @property
    def empty_length(self) -> bool:
        """Nothing is that long."""
        return self.min_length is not None and self.max_length is not None and self.min_length > self.max_length


def bounds_of(member: Field) -> Bounds:
    """The bounds that the member's constraints set. A least length of nothing is no bound."""
    kept = member.constraints
    minima = [one.minimum for one in kept if one.minimum is not None]
    maxima = [one.maximum for one in kept if one.maximum is not None]
    shortest = [one.min_length for one in kept if one.min_length]
    longest = [one.max_length for one in kept if one.max_length is not None]
    return Bounds(
        patterns=tuple(dict.fromkeys(one.pattern for one in kept if one.pattern is not None)),
        minimum=max(minima, default=None),
        maximum=min(maxima, default=None),
        min_length=max(shortest, default=None),
        max_length=min(longest, default=None),
    )


def idle(member: Field) -> Iterator[tuple[str, str]]:
    """(facet, reason) of the bounds that no value of the member's type can break."""
    bounds = bounds_of(member)
    if member.type not in NUMBERS:
        for facet, value in (("minimum", bounds.minimum), ("maximum", bounds.maximum)):
            if value is not None:
                yield facet, f"a range speaks of numbers, this member is of type {member.type}"
    if member.type not in COUNTED:
        for facet, length in (("min-length", bounds.min_length), ("max-length", bounds.max_length)):
            if length is not None:
                yield facet, f"a length speaks of text and lists, this member is of type {member.type}"


def rule_id(contract: Contract, part: str, path: str, facet: str) -> str:
    """The id of the rule at that place."""
    return f"{contract.service}/{part}/{path}/{facet}"


def below(path: str, name: str) -> str:
    """The path of a member of the object at `path`; empty for the whole message."""
    return f"{path}/{name}" if path else name
