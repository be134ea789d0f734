"""The fastest tier: a body that differs from one that was vouched for in its values alone is known by one pattern.

Whoever writes messages writes them by templates. Of an exchange in which nothing was found both bodies become forms:
every character as it is, but where a value stands one of the texts that need no look (`judge.slots`). A form admits
nothing of which the readers would make another shape, and no value that the validators would refuse; what has to come
back is held against what was sent. So what fits is of the kind of the exchange from which the form was made, undecoded.
What fits no form is read as if there were none.

An answer for which nobody vouches has a form as well: there a value that is in no slot stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from conformance.judge.beyond import Check
from conformance.judge.slots import Slot
from conformance.traffic.places import Place, Values
from conformance.traffic.shapes import LONGEST

MOST_FORMS = 64
"""Of requests by one head, and of answers to one form. Beyond it those that were not met for long are forgotten."""
MOST_IN_ALL = 1024
"""Of all heads; each is some 25 kB."""
LONGEST_REST = 8192
"""Characters of a text that are in no slot: a pattern of more takes too long to make."""
MOST_CLIENTS = 4096
TRIES, WORTH = 32, 64
"""So many forms are made of the messages of one head before one has to have been of use, and then one for so many that
were: where no two messages are alike, none are made for long."""
Pick = Callable[[tuple[str, ...]], object]


class Odd(NamedTuple):
    """In the place of the shape of a message for which nobody vouches."""

    number: int


class LikeRequest(NamedTuple):
    """What requests of a kind have in common: how they are read, and the shape."""

    route: int
    shape: Hashable

    @property
    def odd(self) -> bool:
        return isinstance(self.shape, Odd)


class Likeness(NamedTuple):
    """What exchanges of a kind have in common."""

    request: LikeRequest
    shape: Hashable
    """Of the answer."""
    accepts: bool

    @property
    def odd(self) -> bool:
        """Of the answer, and so of the exchange."""
        return isinstance(self.shape, Odd)


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """How somebody writes a message: what is in its slots, and where other values stand."""

    pattern: str
    match: Callable[[str], re.Match[str] | None]
    checks: tuple[tuple[int, Check], ...]
    places: tuple[Place, ...]
    fixed: frozenset[Place]
    names: frozenset[str]

    def sure(self, values: tuple[str, ...]) -> bool:
        """Does every value pass the checks of its slot?"""
        for number, check in self.checks:  # noqa: SIM110 - a generator takes longer than most checks
            if not check(values[number]):
                return False
        return True


class Answer(NamedTuple):
    """How an answer to requests of one form is written, and what of both has to be the same text."""

    form: Form
    kind: Likeness
    sent: Pick | None
    back: Pick | None
    pins: tuple[tuple[int, str], ...] = ()
    """Values of the request that have to be these, since what came back of them is no value of a slot."""

    def fits(self, sent: tuple[str, ...], text: str) -> bool | None:
        """Is it such an answer to a request with these values? None where it is written otherwise."""
        found = self.form.match(text)
        if found is None:
            return None
        for number, value in self.pins:
            if sent[number] != value:
                return None
        values = found.groups()
        return self.form.sure(values) and (
            self.sent is None or self.back is None or self.sent(sent) == self.back(values)
        )


@dataclass(slots=True, eq=False)
class Asked:
    """How a request is written, and the answers to such."""

    form: Form
    kind: LikeRequest
    answers: list[Answer] = field(default_factory=list)

    def values(self, text: str) -> tuple[str, ...] | None:
        """What stands in the slots; None where the text is written otherwise."""
        found = self.form.match(text)
        return None if found is None else found.groups()


class Side(NamedTuple):
    """How values are found in the requests by one head, or in the answers, and what they may be by their names. `bare`
    is True where quotes tell texts from numbers; `plain` tells whether a text is well-formed and hides nothing."""

    values: Callable[[str], Values | None]
    slots: Mapping[str, Slot]
    plain: Callable[[str], bool]
    bare: bool = False


class Room:
    """How many forms may still be remembered, by whomever."""

    def __init__(self, left: int = MOST_IN_ALL) -> None:
        self.left = left

    def take(self) -> bool:
        """Is there room for one more?"""
        if self.left <= 0:
            return False
        self.left -= 1
        return True


class Forms:
    """The forms of the exchanges with one head. `echo` names the member of an answer in which the members of `names`
    come back. Where an answer is `coded`, any text of it may tell how it went, if the request was odd."""

    def __init__(
        self,
        asked: Side,
        answered: Side,
        echo: str = "",
        names: frozenset[str] = frozenset(),
        *,
        coded: bool = False,
        room: Room | None = None,
    ) -> None:
        self._sides = asked, answered
        self._echo, self._names = echo, names
        self._asked: list[Asked] = []
        self._last: dict[str, Asked] = {}
        self._coded, self._room = coded, room or Room()
        self._tries, self._hits = [0, 0], [0, 0]

    def of(self, client: str, asked: str, answer: str) -> Likeness | None:
        """The kind of an exchange whose bodies fit; None where they fit no form."""
        sent = self._sent(client, asked)
        if sent is None or _odd(answer):
            return None
        one, values = sent
        for place, known in enumerate(one.answers):
            fits = known.fits(values, answer)
            if fits is None:
                continue
            if not fits:
                return None
            if place:
                one.answers.insert(0, one.answers.pop(place))
            self._hits[known.kind.odd] += 1
            return known.kind
        return None

    def of_request(self, client: str, asked: str) -> LikeRequest | None:
        """The kind of a request whose body fits."""
        sent = self._sent(client, asked)
        return None if sent is None else sent[0].kind

    def _sent(self, client: str, text: str) -> tuple[Asked, tuple[str, ...]] | None:
        """What the request is written like, and its values."""
        if _odd(text):
            return None
        # A client mostly writes as it wrote before.
        last = self._last.get(client)
        values = None if last is None else last.values(text)
        if last is not None and values is not None:
            return (last, values) if last.form.sure(values) else None
        for place, one in enumerate(self._asked):
            values = one.values(text)
            if values is not None:
                if len(self._last) >= MOST_CLIENTS:
                    self._last.clear()
                self._last[client] = one
                self._asked.insert(0, self._asked.pop(place))
                return (one, values) if one.form.sure(values) else None
        return None

    def learn_request(self, text: str, kind: LikeRequest) -> None:
        """Remember how a request is written, whatever the answer."""
        if self._may(odd=kind.odd):
            self._request(text, kind)

    def _may(self, *, odd: bool) -> bool:
        """May one more form be made? What is odd has a budget of its own, since it is seldom met again."""
        if self._tries[odd] >= TRIES + self._hits[odd] // WORTH:
            return False
        self._tries[odd] += 1
        return True

    def _request(self, text: str, kind: LikeRequest) -> Asked | None:
        form = self._form(text, self._sides[0], odd=kind.odd)
        if form is None:
            return None
        for known in self._asked:
            if known.form.pattern == form.pattern:
                return known
        if len(self._asked) >= MOST_FORMS:
            self._room.left += 1 + len(self._asked.pop().answers)
            self._last.clear()
        if not self._room.take():
            return None
        self._asked.append(Asked(form, kind))
        return self._asked[-1]

    def learn(self, asked: str, answer: str, kind: Likeness) -> bool:
        """Remember how an exchange is written in which nothing was found, unless it is odd; False where nothing can be
        remembered."""
        sent = self._request(asked, kind.request) if self._may(odd=kind.odd) else None
        values = None if sent is None else sent.values(asked)
        if sent is None or values is None:
            return False
        side, odd = self._sides[1], kind.odd
        if kind.request.odd and self._coded:
            side = side._replace(slots={})
        back = self._form(answer, side, odd=odd)
        if back is None:
            return False
        pairs = self._pairs(sent.form, back, odd=odd)
        if pairs is None:
            return False
        ours, theirs, pinned = pairs
        pins = tuple((number, values[number]) for number in pinned)
        made = Answer(back, kind, _pick(ours), _pick(theirs), pins)
        if not made.fits(values, answer) or any((back.pattern, pins) == (o.form.pattern, o.pins) for o in sent.answers):
            return False
        if len(sent.answers) >= MOST_FORMS:
            sent.answers.pop()
            self._room.left += 1
        if not self._room.take():
            return False
        sent.answers.append(made)
        return True

    def forget(self, kind: Likeness) -> None:
        """Know no exchange by that kind any more, and make no other form for it."""
        self._tries[kind.odd] += TRIES
        for one in self._asked:
            kept = [answer for answer in one.answers if answer.kind != kind]
            self._room.left += len(one.answers) - len(kept)
            one.answers = kept

    @staticmethod
    def _form(text: str, side: Side, *, odd: bool) -> Form | None:
        """The form of a text; None where a value is in no slot, unless it is odd, or hides somewhere."""
        values = None if odd and not side.plain(text) else side.values(text)
        if values is None:
            return None
        parts, checks, places, fixed, at = list[str](), list[tuple[int, Check]](), list[Place](), values.fixed, 0
        rest = len(text)
        for (begin, end), place, quoted in zip(values.spans, values.places, values.quoted, strict=True):
            slot, value = side.slots.get(_name(place)), text[begin:end]
            # By a namespace in a text a message in none may have been recognised.
            if (
                slot is None
                or (side.bare and slot.bare is quoted)
                or (odd and ("://" in value or not slot.takes(value)))
            ):
                fixed.add(place)
                continue
            if slot.check is not None:
                checks.append((len(places), slot.check))
            places.append(place)
            rest -= end - begin
            parts += (re.escape(text[at:begin]), "(", slot.pattern, ")")
            at = end
        if rest > LONGEST_REST:
            return None
        parts.append(re.escape(text[at:]))
        pattern = "".join(parts)
        match = re.compile(pattern).fullmatch
        form = Form(pattern, match, tuple(checks), tuple(places), frozenset(fixed), frozenset(values.names))
        found = match(text)
        return form if found is not None and form.sure(found.groups()) else None

    def _pairs(self, sent: Form, back: Form, *, odd: bool) -> tuple[list[int], list[int], list[int]] | None:
        """Which values of a request are which of the answer, and of an odd one those that came back as something else;
        None where a value that comes back is not told by both."""
        ours, theirs, pinned = list[int](), list[int](), list[int]()
        if not self._echo:
            return ours, theirs, pinned
        there = {place[1:]: number for number, place in enumerate(back.places) if place[:1] == (self._echo,)}
        for number, place in enumerate(sent.places):
            if _name(place[:1]) not in self._names:
                continue
            if place in there:
                ours.append(number)
                theirs.append(there.pop(place))
            elif not odd:
                return None
            elif (self._echo, *place) in back.fixed:
                pinned.append(number)
        # What is left came back from elsewhere, unless it was sent as something that is no value.
        if any(not place or _name(place[:1]) in sent.names for place in there):
            return None
        return ours, theirs, pinned


def _pick(numbers: list[int]) -> Pick | None:
    return itemgetter(*numbers) if numbers else None


def _name(place: Place) -> str:
    """The name of what stands there; empty for an item of JSON."""
    last = place[-1] if place else ""
    return last.partition("[")[0] if isinstance(last, str) else ""


def _odd(text: str) -> bool:
    """May the text hold the word of a mask, or is it too long? No other mask is in a slot."""
    return "edacted" in text or "EDACTED" in text or len(text) > LONGEST
