"""Positives → as few messages as carry all their changes, the edges of the members crossed pairwise.

A message that carries many changes and is taken shows every one of them; where it is not taken its halves are sent,
down to the change that is at fault. Negatives are never packed: a refusal must have one reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from conformance.generate.addresses import addresses_in, unsafe
from conformance.generate.crossing import Message, change_of, messages
from conformance.generate.members import put
from conformance.generate.subject import Subject
from conformance.model import Case, Change, Expect, Request, Tree

LAST = ("spelling", "byte-order-mark")
"""What adds to the text comes before what spells all of it, and that before what stands in front."""


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
    orders = [(order.lower, order.upper) for order in subject.contract.operation.orders]
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
        here = [case for case in cases if case.id in shared and change_of(case).row == place]
        for message in messages(turn.baseline(), orders, here):
            number += 1
            own = f"{baseline}-{place + 1}" if place else None
            made = _Pack(turn, f"{subject.service}/{subject.encoding.name}/packed/{number}", own).of(message)
            sent += made.cases
            riders |= made.riders
            parts |= made.parts
    # What they lean on goes first: the baselines of further sets of values.
    first = [case for case in alone if not case.rules]
    return Packed(cases=(*first, *sent, *(case for case in alone if case.rules)), riders=riders, parts=parts)


def packable(case: Case) -> bool:
    """May the case's change share a message with others? Not where a refusal may have a reason of business."""
    asks = case.expect in {Expect.ACCEPTED, Expect.ANY}
    return case.change is not None and asks and not case.varies_reference


def _follows(twin: Case, case: Case) -> bool:
    """Does the twin show in a packed message what it shows by itself? Not where it wants more left as it was."""
    return packable(twin) and change_of(twin).slots <= change_of(case).slots


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
    baseline: str | None
    """That of its set of values, where it is not the first."""

    def of(self, message: Message) -> Packed:
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
            carries=tuple(case.id for case in cases),
            leans_on=self.baseline,
            request=composed(self.subject, [change_of(case) for case in cases]),
        )
