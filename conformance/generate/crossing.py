"""Which changes meet in one message: the edges of members pairwise, everything else wherever there is room.

Pure arrangement: it knows slots and values, no bytes. Must never encode a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from covertable import make

from conformance.model import Case, Change, Tree

CROSSED = 2
"""Edges of as many members meet in some message: pairs."""
Row = dict[str, Case]
"""The cases of one message by the slot of their change."""
Orders = Sequence[tuple[str, str]]
"""Pairs of members of which the first must not overtake the second."""


@dataclass(frozen=True, slots=True)
class Message:
    """The changes of one message; `own` are those that no earlier message carries."""

    row: Row
    own: tuple[Case, ...]


def messages(base: Mapping[str, Tree], orders: Orders, cases: Sequence[Case]) -> Iterator[Message]:
    """Every case in at least one message. Edges are crossed; whatever else there is fills the slots that are left, and
    those whose edge an earlier message has too."""
    floor = _Floor(base, orders)
    rows = [row for row in floor.crossed(cases) if row]
    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        for case in row.values():
            first.setdefault(case.id, number)
    for case in cases:
        if case.id in first:
            continue
        number, row = next(floor.rooms(rows, first, case), (len(rows), {}))
        rows[number:] = [{**row, change_of(case).slot: case}, *rows[number + 1 :]]
        first[case.id] = number
    for number, row in enumerate(rows):
        yield Message(row, tuple(case for case in row.values() if first[case.id] == number))


def change_of(case: Case) -> Change:
    """What the case does to the baseline; ValueError where it cannot share a message."""
    if case.change is None:
        raise ValueError(f"{case.id} cannot share a message")
    return case.change


@dataclass(frozen=True, slots=True)
class _Floor:
    """Where changes are arranged: over this baseline, keeping these orders."""

    base: Mapping[str, Tree]
    orders: Orders

    def crossed(self, cases: Sequence[Case]) -> list[Row]:
        """Rows in which every two edges of two members meet, if they go together."""
        factors: dict[str, list[Case]] = {}
        for case in cases:
            if change_of(case).bound:
                factors.setdefault(change_of(case).slot, []).append(case)
        # What replaces a whole list leaves no room for what is within; it goes where that is not tried.
        inner = [slot for slot in factors if not any(other.startswith(f"{slot}/") for other in factors)]
        if len(inner) < CROSSED:
            return []
        apart = tuple(self._apart(factors, order) for order in self.orders if set(order) <= set(inner))
        made = _array(tuple((slot, len(factors[slot])) for slot in inner), apart)
        return [self._mended({slot: factors[slot][row[slot]] for slot in inner}) for row in made]

    def _apart(self, factors: Mapping[str, list[Case]], order: tuple[str, str]) -> Apart:
        """The values of an ordered pair, by their numbers, that would overtake each other."""
        small, large = ([self._value([case], name) for case in factors[name]] for name in order)
        wrong = frozenset((x, y) for x, low in enumerate(small) for y, high in enumerate(large) if low > high)
        return (*order, wrong)

    def _mended(self, row: Row) -> Row:
        """The row without changes that do not go together; they find their place elsewhere."""
        kept: Row = {}
        for slot, case in row.items():
            if self._fits(kept, case):
                kept[slot] = case
        return kept

    def rooms(self, rows: Sequence[Row], first: Mapping[str, int], case: Case) -> Iterator[tuple[int, Row]]:
        """The messages that have room for the case, each by its number: those with its slot free before the others."""
        slot = change_of(case).slot
        for again in (False, True):
            for number, row in enumerate(rows):
                if slot not in row or (again and first[row[slot].id] != number):
                    others = {name: held for name, held in row.items() if name != slot}
                    if self._fits(others, case):
                        yield number, others

    def _fits(self, row: Row, case: Case) -> bool:
        """Is there room for the case's change in the message?"""
        change = change_of(case)
        taken = {other for held in row.values() for other in change_of(held).slots}
        if any(_within(one, other) or _within(other, one) for one in change.slots for other in taken):
            return False
        whole = [*row.values(), case]
        return all(self._in_order(whole, *order) for order in self.orders if change.slot in order)

    def _in_order(self, cases: Sequence[Case], lower: str, upper: str) -> bool:
        small, large = self._value(cases, lower), self._value(cases, upper)
        return small is None or large is None or bool(small <= large)

    def _value(self, cases: Sequence[Case], name: str) -> Tree:
        """What a message with the changes of the cases has for the member."""
        sets = (change_of(case).sets for case in cases)
        said = [(own, value) for pairs in sets for own, (names, value) in enumerate(pairs) if names == (name,)]
        return min(said, key=lambda pair: pair[0])[1] if said else self.base.get(name)


def _within(slot: str, other: str) -> bool:
    return slot == other or slot.startswith(f"{other}/")


Apart = tuple[str, str, frozenset[tuple[int, int]]]
"""Two slots, and the numbers of their values that do not go together."""


@lru_cache(maxsize=64)
def _array(levels: tuple[tuple[str, int], ...], apart: tuple[Apart, ...]) -> tuple[Mapping[str, int], ...]:
    """The covering array. The encodings of a service mostly have the same."""
    factors = {slot: list(range(number)) for slot, number in levels}
    made: Iterable[dict[str, int]] = make(factors, strength=CROSSED, constraints=[_constraint(one) for one in apart])
    return tuple(made)


def _constraint(apart: Apart) -> dict[str, Any]:
    one, other, wrong = apart

    def kept(row: Mapping[str, int]) -> bool:
        return (row[one], row[other]) not in wrong

    return {"operator": "fn", "requires": [one, other], "evaluate": kept}
