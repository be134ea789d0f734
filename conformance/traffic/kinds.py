"""The fast tiers: exchanges of a kind that the walk has found clean are counted, not walked again.

The kind of an exchange is its head (where it went, how it was labelled, what status came back) and the shapes of its
two bodies. Compiled validators and the checks beside them say that every value is as it should be; then nothing that
the walk could say depends on more than the kind. The first exchange of each kind is walked, and what that said stands
for all of it. An exchange that is written as one of them was is not even read (`forms`). Whatever a reader is not sure
about is walked. A test holds the tiers to the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from conformance.codecs.elements import tag
from conformance.facets import element_name
from conformance.judge.compiled import Compiled, Vouch
from conformance.judge.refusals import refusal_of
from conformance.judge.reply import charset_in, is_json, is_xml, media_in
from conformance.judge.slots import slots_of
from conformance.model import Contract, Message
from conformance.rules.soap import is_soap
from conformance.traffic import shapes
from conformance.traffic.echoing import Echoes, echoed, json_echo, xml_echo
from conformance.traffic.forms import Forms, Likeness, LikeRequest, Odd, Room, Side
from conformance.traffic.judging import MOST_KINDS, Desk, Judged
from conformance.traffic.places import Values, json_values, no_values, xml_values
from conformance.traffic.recognising import Known
from conformance.traffic.recording import BYTES, TEXT, Answered, Asked, Recorded
from conformance.traffic.summary import Key, Occurrence

PROOFS = 2
"""Exchanges of an odd kind that are walked before the others are counted."""
MOST_HEADS = 4096
"""Kept at a time; beyond it all are forgotten."""
UTF_8 = frozenset({"", "utf-8", "utf8"})
WHOLE = frozenset({BYTES, TEXT})
Head = tuple[tuple[str, str, str, str | None, str], tuple[int, str, str, str]]
"""What of an exchange is not in its bodies: method, address, label and action of the request, and what of it was kept;
status, label and version of the answer, and what of it was kept."""


@dataclass(frozen=True, slots=True)
class Route:
    """How the bodies of exchanges with one head are read, and what vouches for them. Others with the same head may be
    for another service, which only their bodies tell; of those no reader is sure."""

    number: int
    known: Known
    asked: shapes.Reader
    answered: shapes.Reader
    request: Callable[[Any], bool]
    answer: Callable[[Any], bool]
    forms: Forms
    """How exchanges with the head are written, as far as that is known."""
    echoes: Echoes | None = None


@dataclass(slots=True)
class Proof:
    """What the walk said of the first exchange of an odd kind, and of how many others."""

    forms: Forms
    outline: tuple[object, ...]
    times: int = 1


def outline(judged: Judged) -> tuple[object, ...]:
    """What is said, without the words that show it."""
    said = tuple(one._replace(finding=None) for one in judged.said)
    return judged.service, judged.encoding, said, judged.observations, judged.unjudged


@dataclass(slots=True)
class Kind:
    """What the walk said of the first of its kind, where that stands, and how many there are that were not walked.
    `failures` are the keys of what failed, by party."""

    judged: Judged
    first: Occurrence
    last: Occurrence
    times: int = 1
    failures: tuple[tuple[Key, ...], ...] = ()


class Kinds:
    """Knows how exchanges are told apart, and which kinds need no walk any more."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._compiled = {name: Compiled(one.contract) for name, one in desk.subjects.items()}
        self._routes: dict[Head, Route | None] = {}
        self._columns: dict[str, int] = {}
        self._clean: set[Likeness] = set()
        self._odd: dict[Likeness, Proof] = {}
        self._numbers = count()
        self._room = Room()
        self._count = 0

    def of(self, recorded: Recorded) -> Likeness | None:
        """The kind of an exchange of which nothing but that has to be known; None for one that has to be walked."""
        asked, answer = recorded.request, recorded.response
        if answer is None:
            return None
        route, client = self._way(asked, answer)
        if route is None:
            return None
        known = route.forms.of(client, asked.body, answer.body)
        if known is not None:
            return known
        sent = route.asked(asked.body)
        if sent is None or not route.request(sent[2]):
            return None
        back = route.answered(answer.body)
        if back is None or not route.answer(back[2]):
            return None
        if back[1] and route.echoes is not None and not route.echoes(sent[2], back[2]):
            return None
        kind = Likeness(LikeRequest(route.number, sent[0]), back[0], back[1])
        if kind in self._clean:
            route.forms.learn(asked.body, answer.body, kind)
        return kind

    def found_clean(self, kind: Likeness, recorded: Recorded) -> None:
        """Nothing was found in the exchange of the kind."""
        if len(self._clean) >= MOST_KINDS:
            self._clean.clear()
        self._clean.add(kind)
        if recorded.response is not None:
            route, _ = self._way(recorded.request, recorded.response)
            if route is not None:
                route.forms.learn(recorded.request.body, recorded.response.body, kind)

    def found(self, recorded: Recorded, like: LikeRequest | None, judged: Judged) -> None:
        """That was said of an exchange of no kind, its request `like` others or of none, too; it stands for those whose
        bodies are both written so."""
        asked, answer = recorded.request, recorded.response
        if answer is None or len(self._odd) >= MOST_KINDS:
            return
        route, _ = self._way(asked, answer)
        if route is None or route.known != (judged.service, judged.encoding):
            return
        odd = Odd(next(self._numbers))
        kind = Likeness(like or LikeRequest(route.number, odd), odd, accepts=False)
        if route.forms.learn(asked.body, answer.body, kind):
            self._odd[kind] = Proof(route.forms, outline(judged))

    def stands(self, kind: Likeness, judged: Judged) -> bool:
        """Does what was said of this exchange stand for all of its odd kind? Several have to say the same."""
        proof = self._odd.get(kind)
        if proof is None:
            return False
        if outline(judged) != proof.outline:
            proof.forms.forget(kind)
            return False
        proof.times += 1
        return proof.times >= PROOFS

    def of_request(self, recorded: Recorded) -> LikeRequest | None:
        """The kind of a request of which nothing but that has to be known, whatever is wrong with the answer."""
        asked, answer = recorded.request, recorded.response
        if answer is None:
            return None
        route, client = self._way(asked, answer)
        if route is None:
            return None
        known = route.forms.of_request(client, asked.body)
        if known is not None:
            return known
        sent = route.asked(asked.body)
        if sent is None or not route.request(sent[2]):
            return None
        kind = LikeRequest(route.number, sent[0])
        route.forms.learn_request(asked.body, kind)
        return kind

    def _way(self, asked: Asked, answer: Answered) -> tuple[Route | None, str]:
        """How the bodies are read, and the name of the client that asked."""
        if asked.body64 is not None or answer.body64 is not None:
            return None, ""
        asked_as, action, client, odd = self._labels(asked.headers)
        answered_as, _, _, strange = self._labels(answer.headers)
        if odd or strange:
            return None, ""
        url = asked.url.partition("?")[0] if "?" in asked.url else asked.url
        head = (
            (asked.method, url, asked_as, action, asked.kept),
            (answer.status, answered_as, answer.http_version, answer.kept),
        )
        route = self._routes.get(head)
        if route is None and head not in self._routes:
            route = self._routed(head, asked.body)
        return route, client

    def _labels(self, headers: list[tuple[str, str]]) -> tuple[str, str | None, str, bool]:
        """Content-Type, SOAPAction and User-Agent, and whether one of the first two came twice."""
        found: list[str | None] = [None, None, None]
        columns, odd = self._columns, False
        for name, value in headers:
            column = columns.get(name)
            if column is None:
                column = LABELS.get(name.lower(), OTHER)
                if len(columns) < MOST_HEADS:
                    columns[name] = column
            if column != OTHER:
                odd = odd or (found[column] is not None and column != CLIENT)
                found[column] = value
        return found[0] or "", found[1], found[2] or "", odd

    def _routed(self, head: Head, body: str) -> Route | None:
        """The route of a head that was not met before; where the body is for no service nothing is remembered."""
        method, url, asked_as, action, _ = head[0]
        known = self._desk.recognise(method, url, asked_as, action, body.encode("utf-8", "replace"))
        if isinstance(known, str):
            return None
        if len(self._routes) >= MOST_HEADS:
            self._routes.clear()
            self._odd.clear()
            self._room = Room()
        route = self._routes[head] = self._route(head, known)
        return route

    def _route(self, head: Head, known: Known) -> Route | None:
        (_, _, asked_as, _, kept), (status, answered_as, _, answer_kept) = head
        if (
            status != 200
            or not {kept, answer_kept} <= WHOLE
            or not {charset_in(asked_as), charset_in(answered_as)} <= UTF_8
        ):
            return None
        contract, compiled = self._desk.subjects[known.service].contract, self._compiled[known.service]
        operation, media = contract.operation, media_in(answered_as)
        if media_in(asked_as) not in contract.encoding(known.encoding).media_types:
            return None
        self._count += 1
        if is_soap(known.encoding):
            version = known.encoding.removeprefix("soap-")
            return Route(
                self._count,
                known,
                shapes.soap_reader(version, _root(operation.request), NO_FLAGS),
                shapes.soap_reader(version, _root(operation.response), shapes.Flags(_conditions(contract))),
                _document(compiled.soap_request),
                _document(compiled.soap_answer),
                self._forms(contract, xml_values, coded=True),
            )
        member = operation.acceptance.member if operation.acceptance is not None else ""
        if known.encoding == "xml" and is_xml(media):
            flags = shapes.Flags({member: TRUE}) if member else NO_FLAGS
            return Route(
                self._count,
                known,
                shapes.xml_reader(NO_FLAGS),
                shapes.xml_reader(flags),
                _document(compiled.xml_request),
                _document(compiled.xml_answer),
                self._forms(contract, xml_values),
                xml_echo(contract),
            )
        if known.encoding in {"json", "form"} and is_json(media):
            asked = (shapes.form_reader if known.encoding == "form" else shapes.json_reader)(operation.request)
            answered = shapes.json_reader(operation.response, member)
            return Route(
                self._count,
                known,
                asked,
                answered,
                compiled.json_request.clean,
                compiled.json_answer.clean,
                self._forms(contract, json_values if known.encoding == "json" else no_values),
                json_echo(contract),
            )
        return None

    def _forms(self, contract: Contract, values: Callable[[str], Values | None], *, coded: bool = False) -> Forms:
        operation, acceptance, bare = contract.operation, contract.operation.acceptance, values is json_values
        accepts = frozenset() if acceptance is None else frozenset({acceptance.member})
        plain = shapes.plain_json if bare else shapes.plain_xml
        return Forms(
            Side(values, slots_of(operation.request.fields), plain, bare),
            Side(values, slots_of(operation.response.fields, accepts | frozenset(_conditions(contract))), plain, bare),
            (acceptance.echo or "") if acceptance is not None else "",
            frozenset(echoed(contract)),
            coded=coded,
            room=self._room,
        )


def _document(vouch: Vouch) -> Callable[[Any], bool]:
    """What vouches for a document as `shapes` reads it."""
    valid, holds, look = vouch.valid, vouch.holds, shapes.glance(vouch.texts)
    return lambda found: valid(found[0]) and (look(found[1], found[2]) or bool(holds(found[0])))


CLIENT, OTHER = 2, 3
LABELS = {"content-type": 0, "soapaction": 1, "user-agent": CLIENT}
TRUE = frozenset({b"true", b"1"})
NO_FLAGS = shapes.Flags({})


def _conditions(contract: Contract) -> dict[str, frozenset[bytes]]:
    """The local names of elements that may say no, each with the texts that do not. Of a condition that is not that of
    a flag no text is beyond doubt."""
    refusal = refusal_of(contract)
    held = (*refusal.any, *refusal.all) if refusal is not None else ()
    flags = {"false": TRUE, "true": frozenset({b"false", b"0"})}
    return {
        one.path.strip("/").rpartition("/")[2]: flags.get(one.value, frozenset()) if one.equal else frozenset()
        for one in held
    }


def _root(message: Message) -> str:
    return tag(message.namespace, element_name(message.root))
