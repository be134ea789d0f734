"""The fastest tier: a body that differs from one that was vouched for in its values alone is known by one pattern.

Whoever writes messages writes them by templates. Of an exchange in which nothing was found both bodies become forms:
every character as it is, but where a value stands one of the texts that need no look (`judge.slots`). A form admits
nothing of which the readers would make another shape, and no value that the validators would refuse; what has to come
back is held against what was sent. So what fits is of the kind of the exchange from which the form was made, undecoded.
What fits no form is read as if there were none.
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
"""Of requests by one head, and of answers to one form. Beyond it all are forgotten."""
MOST_CLIENTS = 4096
TRIES, WORTH = 16, 256
"""So many forms are made of the messages of one head before one has to have been of use, and then one for so many that
were: where no two messages are alike, none are made for long."""
_SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()]")
Pick = Callable[[tuple[str, ...]], object]


class LikeRequest(NamedTuple):
    """What requests of a kind have in common: how they are read, and the shape."""

    route: int
    shape: Hashable


class Likeness(NamedTuple):
    """What exchanges of a kind have in common."""

    request: LikeRequest
    shape: Hashable
    """Of the answer."""
    accepts: bool


@dataclass(slots=True, eq=False)
class Form:
    """How somebody writes a message."""

    pattern: str
    match: Callable[[str], re.Match[str] | None]
    checks: tuple[tuple[int, Check], ...]
    places: tuple[Place, ...]
    names: frozenset[str]


class Answer(NamedTuple):
    """How an answer to requests of one form is written, and what of both has to be the same text."""

    form: Form
    kind: Likeness
    sent: Pick | None
    back: Pick | None


@dataclass(slots=True, eq=False)
class Asked:
    """How a request is written, and the answers to such."""

    form: Form
    kind: LikeRequest
    answers: list[Answer] = field(default_factory=list)


class Side(NamedTuple):
    """How values are found in the requests by one head, or in the answers, and what they may be by their names. `bare`
    is True where quotes tell texts from numbers."""

    values: Callable[[str], Values | None]
    slots: Mapping[str, Slot]
    bare: bool = False


class Forms:
    """The forms of the exchanges with one head. `echo` names the member of an answer in which the members of `names`
    come back."""

    def __init__(self, asked: Side, answered: Side, echo: str = "", names: frozenset[str] = frozenset()) -> None:
        self._sides = asked, answered
        self._echo, self._names = echo, names
        self._asked: list[Asked] = []
        self._last: dict[str, Asked] = {}
        self._tries = self._hits = 0

    def of(self, client: str, asked: str, answer: str) -> Likeness | None:
        """The kind of an exchange whose bodies fit; None where they fit no form."""
        sent = self._sent(client, asked)
        if sent is None or _odd(answer):
            return None
        answers = sent[0].answers
        for place, (form, kind, ours, theirs) in enumerate(answers):
            found = form.match(answer)
            if found is None:
                continue
            back = found.groups()
            if not _sure(form, back) or (ours is not None and theirs is not None and ours(sent[1]) != theirs(back)):
                return None
            if place:
                answers.insert(0, answers.pop(place))
            self._hits += 1
            return kind
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
        found = None if last is None else last.form.match(text)
        if last is not None and found is not None:
            values = found.groups()
            return (last, values) if _sure(last.form, values) else None
        for one in self._asked:
            found = one.form.match(text)
            if found is None:
                continue
            if len(self._last) >= MOST_CLIENTS:
                self._last.clear()
            self._last[client] = one
            values = found.groups()
            return (one, values) if _sure(one.form, values) else None
        return None

    def learn_request(self, text: str, kind: LikeRequest) -> Asked | None:
        """Remember how a request is written in which nothing was found; None where it can be written otherwise."""
        if self._tries >= TRIES + self._hits // WORTH:
            return None
        self._tries += 1
        form = self._form(text, answers=False)
        if form is None:
            return None
        for known in self._asked:
            if known.form.pattern == form.pattern:
                return known
        if len(self._asked) >= MOST_FORMS:
            self._asked.clear()
            self._last.clear()
        self._asked.append(Asked(form, kind))
        return self._asked[-1]

    def learn(self, asked: str, answer: str, kind: Likeness) -> None:
        """Remember how an exchange is written in which nothing was found."""
        sent = self.learn_request(asked, kind.request)
        back = None if sent is None else self._form(answer, answers=True)
        if sent is None or back is None or any(one.form.pattern == back.pattern for one in sent.answers):
            return
        pairs = self._pairs(sent.form, back)
        if pairs is None:
            return
        if len(sent.answers) >= MOST_FORMS:
            sent.answers.clear()
        ours, theirs = (itemgetter(*places) if places else None for places in pairs)
        sent.answers.append(Answer(back, kind, ours, theirs))

    def _form(self, text: str, *, answers: bool) -> Form | None:
        """The form of a text; None where its values are in no slots."""
        side = self._sides[answers]
        values = None if _odd(text) else side.values(text)
        if values is None:
            return None
        parts, checks, places, at = list[str](), list[tuple[int, Check]](), list[Place](), 0
        for (begin, end), place, quoted in zip(values.spans, values.places, values.quoted, strict=True):
            slot = side.slots.get(_name(place))
            if slot is None or (side.bare and slot.bare is quoted):
                continue
            if slot.check is not None:
                checks.append((len(places), slot.check))
            places.append(place)
            parts += (_SPECIAL.sub(r"\\\g<0>", text[at:begin]), "(", slot.pattern, ")")
            at = end
        parts.append(_SPECIAL.sub(r"\\\g<0>", text[at:]))
        pattern = "".join(parts)
        form = Form(pattern, re.compile(pattern).fullmatch, tuple(checks), tuple(places), frozenset(values.names))
        found = form.match(text)
        return form if found is not None and _sure(form, found.groups()) else None

    def _pairs(self, sent: Form, back: Form) -> tuple[list[int], list[int]] | None:
        """Which values of a request are which of the answer; None where a value that comes back is not told by both."""
        ours, theirs = list[int](), list[int]()
        if not self._echo:
            return ours, theirs
        there = {place[1:]: number for number, place in enumerate(back.places) if place[:1] == (self._echo,)}
        for number, place in enumerate(sent.places):
            if _name(place[:1]) in self._names:
                if place not in there:
                    return None
                ours.append(number)
                theirs.append(there.pop(place))
        # What is left came back from elsewhere, unless it was sent as something that is no value.
        if any(not place or _name(place[:1]) in sent.names for place in there):
            return None
        return ours, theirs


def _name(place: Place) -> str:
    """The name of what stands there; empty for an item of JSON."""
    last = place[-1] if place else ""
    return last.partition("[")[0] if isinstance(last, str) else ""


def _odd(text: str) -> bool:
    """May the text hold the word of a mask, or is it too long? No other mask is in a slot."""
    return "edacted" in text or "EDACTED" in text or len(text) > LONGEST


def _sure(form: Form, values: tuple[str, ...]) -> bool:
    for number, check in form.checks:  # noqa: SIM110 - a generator takes longer than most checks
        if not check(values[number]):
            return False
    return True
