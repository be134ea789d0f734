"""Positives → as few messages as carry all their changes, the edges of the members crossed pairwise.

A message that carries many changes and is taken shows every one of them; where it is not taken its halves are sent,
down to the change that is at fault. Negatives are never packed: a refusal must have one reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from covertable import make

from conformance.generate.addresses import addresses_in, unsafe
from conformance.generate.members import put
from conformance.generate.subject import Subject
from conformance.model import Case, Change, Expect, Request, Tree

LAST = ("spelling", "byte-order-mark")
"""What adds to the text comes before what spells all of it, and that before what stands in front."""
CROSSED = 2
"""Edges of as many members meet in some message: pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What is sent for some positives. `riders` and `parts` are as in a plan."""

    cases: tuple[Case, ...]
    riders: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)
    parts: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)


def packed(subject: Subject, cases: Sequence[Case], twins: Mapping[str, tuple[Case, ...]]) -> Packed:
    """The cases with those that can share a message packed into as few as there may be; the others as they are. `twins`
    maps the id of a case to those with the very same bytes, which come with it."""
    turns = subject.turns()
    # Where the baseline is refused, the counterpart of what it has itself must have been accepted by itself.
    baseline = f"{subject.service}/{subject.encoding.name}/baseline"
    counterparts = {twin.leans_on for twin in twins.get(baseline, ())}
    shared = {
        case.id
        for case in cases
        if packable(case) and case.id not in counterparts
        if all(_follows(one, case) for one in twins.get(case.id, ()))
    }
    alone = [case for case in cases if case.id not in shared]
    sent: list[Case] = []
    riders: dict[str, tuple[Case, ...]] = {}
    parts: dict[str, tuple[Case, ...]] = {}
    number = 0
    for place, turn in enumerate(turns):
        here = [case for case in cases if case.id in shared and _change(case).row == place]
        for message in _messages(turn, here):
            number += 1
            made = _Pack(turn, f"{subject.service}/{subject.encoding.name}/packed/{number}").of(message)
            sent += made.cases
            riders |= made.riders
            parts |= made.parts
    return Packed(cases=(*sent, *alone), riders=riders, parts=parts)


def packable(case: Case) -> bool:
    """May the case's change share a message with others? Not where a refusal may have a reason of business."""
    asks = case.expect in {Expect.ACCEPTED, Expect.ANY}
    return case.change is not None and asks and not case.varies_reference


def _follows(twin: Case, case: Case) -> bool:
    """Does the twin show in a packed message what it shows by itself? Not where it wants more left as it was."""
    return packable(twin) and _change(twin).slots <= _change(case).slots


# --- which changes meet -----------------------------------------------------------------------------------------------

Row = dict[str, Case]
"""The cases of one message by the slot of their change."""


@dataclass(frozen=True, slots=True)
class _Message:
    """The changes of one message; `own` are those that no earlier message carries."""

    row: Row
    own: tuple[Case, ...]


def _messages(subject: Subject, cases: Sequence[Case]) -> Iterator[_Message]:
    """Every case in at least one message. Edges are crossed; whatever else there is fills the slots that are left, and
    those whose edge an earlier message has too."""
    rows = [row for row in _crossed(subject, cases) if row]
    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        for case in row.values():
            first.setdefault(case.id, number)
    for case in cases:
        if case.id in first:
            continue
        number, row = next(_rooms(subject, rows, first, case), (len(rows), {}))
        rows[number:] = [{**row, _change(case).slot: case}, *rows[number + 1 :]]
        first[case.id] = number
    for number, row in enumerate(rows):
        yield _Message(row, tuple(case for case in row.values() if first[case.id] == number))


def _rooms(subject: Subject, rows: Sequence[Row], first: Mapping[str, int], case: Case) -> Iterator[tuple[int, Row]]:
    """The messages that have room for the case, each by its number: those with its slot free before the others."""
    slot = _change(case).slot
    for again in (False, True):
        for number, row in enumerate(rows):
            if slot not in row or (again and first[row[slot].id] != number):
                others = {name: held for name, held in row.items() if name != slot}
                if _fits(subject, others, case):
                    yield number, others


def _crossed(subject: Subject, cases: Sequence[Case]) -> list[Row]:
    factors: dict[str, list[Case]] = {}
    for case in cases:
        if _change(case).bound:
            factors.setdefault(_change(case).slot, []).append(case)
    # What replaces a whole list leaves no room for what is within; it goes where that is not tried.
    inner = [slot for slot in factors if not any(other.startswith(f"{slot}/") for other in factors)]
    if len(inner) < CROSSED:
        return []
    levels: dict[str, list[int]] = {slot: list(range(len(factors[slot]))) for slot in inner}
    constraints = [_in_order(subject, factors, order) for order in _orders(subject) if set(order) <= set(inner)]
    made: list[dict[str, int]] = make(levels, strength=CROSSED, constraints=constraints)
    rows = [{slot: factors[slot][row[slot]] for slot in inner} for row in made]
    return [_mended(subject, row) for row in rows]


def _in_order(subject: Subject, factors: Mapping[str, list[Case]], order: tuple[str, str]) -> dict[str, Any]:
    lower, upper = order
    small, large = ([_value(subject, case, name) for case in factors[name]] for name in order)

    def kept(row: Mapping[str, int]) -> bool:
        return bool(small[row[lower]] <= large[row[upper]])

    return {"operator": "fn", "requires": [lower, upper], "evaluate": kept}


def _mended(subject: Subject, row: Row) -> Row:
    """The row without changes that do not go together; they find their place elsewhere."""
    kept: Row = {}
    for slot, case in row.items():
        if _fits(subject, kept, case):
            kept[slot] = case
    return kept


def _fits(subject: Subject, row: Row, case: Case) -> bool:
    """Is there room for the case's change in the message?"""
    slot = _change(case).slot
    taken = {other for held in row.values() for other in _change(held).slots}
    if any(_within(one, other) or _within(other, one) for one in _change(case).slots for other in taken):
        return False
    return all(
        _ordered(subject, {**row, slot: case}, lower, upper)
        for lower, upper in _orders(subject)
        if slot in {lower, upper}
    )


def _within(slot: str, other: str) -> bool:
    return slot == other or slot.startswith(f"{other}/")


def _orders(subject: Subject) -> tuple[tuple[str, str], ...]:
    return tuple((order.lower, order.upper) for order in subject.contract.operation.orders)


def _ordered(subject: Subject, row: Row, lower: str, upper: str) -> bool:
    """Does the message keep the smaller of a pair below the larger?"""
    message = message_of(subject, [_change(case) for case in row.values()])
    small, large = message.get(lower), message.get(upper)
    return small is None or large is None or bool(small <= large)


def _value(subject: Subject, case: Case, name: str) -> Tree:
    return message_of(subject, [_change(case)]).get(name)


# --- one message ------------------------------------------------------------------------------------------------------


def message_of(subject: Subject, changes: Iterable[Change]) -> dict[str, Tree]:
    """The baseline with the changes; what only moves along gives way to what is changed itself."""
    found = list(changes)
    along = [pair for change in found for pair in change.sets[1:]]
    own = [change.sets[0] for change in found if change.sets]
    message = subject.baseline()
    for names, value in (*along, *sorted(own, key=lambda pair: len(pair[0]))):
        message = put(message, names, value)
    return message


def composed(subject: Subject, changes: Sequence[Change]) -> Request:
    """The request that carries all the changes."""
    body = subject.encode(message_of(subject, changes))
    for change in sorted(changes, key=lambda one: LAST.index(one.slot) if one.slot in LAST else -1):
        body = change.rewrite(body) if change.rewrite is not None else body
    return subject.request(
        body,
        media_type=_header([change.media_type for change in changes]),
        accept=_header([change.accept for change in changes]),
        action=_header([change.action for change in changes]),
    )


def _header(told: Sequence[str | None]) -> str | None:
    return next((value for value in told if value != ""), "")


@dataclass(frozen=True, slots=True)
class _Pack:
    """Makes the packed cases of one message: the whole, and its halves."""

    subject: Subject
    name: str

    def of(self, message: _Message) -> Packed:
        """The message's case, its riders, its halves and theirs."""
        own = message.own
        if len(message.row) == 1 and own:
            return Packed(cases=own)
        riders: dict[str, tuple[Case, ...]] = {}
        parts: dict[str, tuple[Case, ...]] = {}
        whole = self._case(self.name, tuple(message.row.values()))
        if unsafe(addresses_in(whole.request.body), self.subject.recipients):
            # Beside each other two texts may read as an address that neither is.
            return Packed(cases=own)
        self._carry(whole, own, riders)
        self._halve(whole, own, riders, parts)
        return Packed(cases=(whole,), riders=riders, parts=parts)

    def _halve(
        self,
        whole: Case,
        cases: tuple[Case, ...],
        riders: dict[str, tuple[Case, ...]],
        parts: dict[str, tuple[Case, ...]],
    ) -> None:
        if not cases:
            return
        middle = (len(cases) + 1) // 2
        halves = []
        for letter, half in (("a", cases[:middle]), ("b", cases[middle:])):
            if len(half) == 1:
                halves.append(half[0])
            elif half:
                part = self._case(f"{whole.id}{letter}", half)
                self._carry(part, half, riders)
                self._halve(part, half, riders, parts)
                halves.append(part)
        parts[whole.id] = tuple(halves)

    def _carry(self, carrier: Case, cases: tuple[Case, ...], riders: dict[str, tuple[Case, ...]]) -> None:
        riders[carrier.id] = tuple(replace(case, carried_by=carrier.id) for case in cases)

    def _case(self, name: str, cases: Sequence[Case]) -> Case:
        return Case(
            id=name,
            service=self.subject.service,
            encoding=self.subject.encoding.name,
            kind="positive",
            expect=Expect.ACCEPTED,
            rules=(),
            title=f"at once: {'; '.join(case.title for case in cases)}",
            request=composed(self.subject, [_change(case) for case in cases]),
        )


def _change(case: Case) -> Change:
    if case.change is None:
        raise ValueError(f"{case.id} cannot share a message")
    return case.change
