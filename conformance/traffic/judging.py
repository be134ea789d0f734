"""One recorded exchange → what it says: the request of the consumer, the answer of the provider.

The walk tier: everything is decoded by the codecs and walked beside the contract, by the judge of every run. A request
counts against its consumer, an answer against its provider, and so does the acceptance of what the document excludes.
What a recording does not hold is not judged, and said to be so. Pure; opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from conformance.judge import Judge
from conformance.judge.refusals import is_code
from conformance.judge.requests import MASKED, asked_results
from conformance.judge.requests import Asked as Told
from conformance.model import (
    Case,
    Contract,
    Description,
    Exchange,
    Expect,
    Finding,
    Judgement,
    Outcome,
    Reply,
    Request,
    Response,
    Rule,
)
from conformance.rules.soap import is_soap
from conformance.traffic.files.charsets import in_utf_8
from conformance.traffic.masks import hidden, masked_text
from conformance.traffic.recognising import Known, Recogniser
from conformance.traffic.recording import NOTHING, PART, TEXT, Answered, Asked, Recorded, body_of
from conformance.traffic.summary import CONSUMER, PROVIDER, Key

TRUNCATED = "the recording holds a part of the body"
MISSING = "the recording does not hold the body"
RECODED = "the recording holds the text of the body, not its bytes: rules about bytes are not judged"
UNANSWERED = "no answer was recorded"
UNREADABLE = "body64 of the recording is no Base64"
DOUBTFUL = "accepted what the document excludes, unless a code in the answer says no: declare refusal in a target file"
LOST = {PART: TRUNCATED, NOTHING: MISSING}
OF_BYTES = frozenset({"envelope/utf-8", "envelope/charset", "envelope/byte-order-mark", "envelope/utf"})
"""Rules about bytes that the text of a body does not show."""
AS_IT_SHOULD = frozenset({Outcome.PASSED, Outcome.INAPPLICABLE})
MOST_KINDS = 4096
"""Kept at a time; beyond it all are forgotten, and walked again once each."""
OF_A_RUN = frozenset({"http/in-time"})
"""Rules about limits that only a run has."""


class Said(NamedTuple):
    """What one exchange says of one rule, for one party."""

    party: str
    rule: str
    encoding: str
    outcome: Outcome
    finding: Finding | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """All that one exchange says. `unjudged` are pairs of party and reason, with an empty party for both."""

    service: str = ""
    encoding: str = ""
    said: tuple[Said, ...] = ()
    observations: tuple[tuple[Key, str], ...] = ()
    unjudged: tuple[tuple[str, str], ...] = ()
    exchange: Exchange | None = None

    @property
    def clean(self) -> bool:
        """Nothing but what is as it should be, so that others of the kind need not be looked at again."""
        return all(one.outcome in AS_IT_SHOULD for one in self.said)

    @property
    def failures(self) -> tuple[tuple[Key, ...], ...]:
        """The keys of what failed, by party."""
        failed = [one for one in self.said if one.outcome is Outcome.FAILED]
        return tuple(
            tuple(dict.fromkeys(Key(party, one.rule, one.encoding) for one in failed if one.party == party))
            for party in dict.fromkeys(one.party for one in failed)
        )

    def findings(self, key: Key) -> list[Finding]:
        """What shows that failure."""
        return [
            one.finding
            for one in self.said
            if one.outcome is Outcome.FAILED and (one.party, one.rule) == (key.party, key.rule) and one.finding
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A service as recordings are judged by it."""

    contract: Contract
    rules: Mapping[str, Rule]
    description: Description | None = None
    url: str = ""
    """The only address of the service, where a target file names one."""
    named: bool = True
    """False where nobody knows the names of its messages."""


def quoted(judged: Judged, mask: Callable[[str], str]) -> Judged:
    """What was said, for others of its kind: masked, and without the exchange that showed it."""
    return replace(
        judged,
        said=tuple(one._replace(reason=mask(one.reason)) if one.reason else one for one in judged.said),
        observations=tuple((key, mask(sentence)) for key, sentence in judged.observations),
        exchange=None,
    )


def header(side: Asked | Answered, name: str) -> str | None:
    """The values of a header as one; None where there is none."""
    values = [value for key, value in side.headers if key.lower() == name]
    return ", ".join(values) if values else None


class Desk:
    """Judges one exchange after the other; what it was made from is all its state, but for what it remembers."""

    def __init__(self, subjects: Mapping[str, Subject]) -> None:
        self.subjects = subjects
        self.recognise = Recogniser(
            {name: one.contract for name, one in subjects.items()},
            {name: one.url for name, one in subjects.items() if one.url},
            frozenset(name for name, one in subjects.items() if not one.named),
        )
        self._judges = {
            name: Judge(one.contract, one.rules, one.description, alone=True) for name, one in subjects.items()
        }
        self._told: dict[Hashable, Told] = {}

    def __call__(self, recorded: Recorded, kind: Hashable | None = None) -> Judged:
        """What the exchange says, by the walk. `kind` is that of a request in which the walk finds nothing: one of them
        is walked."""
        asked = recorded.request
        try:
            body, answered = body_of(asked), body_of(recorded.response) if recorded.response is not None else b""
        except ValueError:
            return Judged(unjudged=(("", UNREADABLE),))
        known = self.recognise(
            asked.method, asked.url, header(asked, "content-type") or "", header(asked, "soapaction"), body
        )
        if isinstance(known, str):
            return Judged(unjudged=(("", known),))
        shown = _exchange(
            recorded, Request(method=asked.method, url=asked.url, headers=tuple(asked.headers), body=body), answered
        )
        exchange = _as_kept(shown, recorded)
        request = exchange.request
        subject = self.subjects[known.service]
        lost = LOST.get(asked.kept, "")
        told = None if lost else self._asked(subject.contract, known.encoding, request, kind)
        said = [*_consumers(told, known, asked.kept)] if told is not None else []
        unjudged = [(CONSUMER, lost)] if lost else [*_left_out(CONSUMER, asked.kept, said)]
        observations = (
            [] if told is None else [(Key(CONSUMER, o.rule, o.encoding), o.sentence) for o in told.observations]
        )
        if recorded.response is None:
            unjudged.append((PROVIDER, UNANSWERED))
        elif lost := LOST.get(recorded.response.kept, ""):
            unjudged.append((PROVIDER, lost))
        else:
            judgement = self._judged(known, exchange, told)
            answers = [*self._answers(known, recorded, exchange, judgement, told)]
            said += answers
            unjudged += _left_out(PROVIDER, recorded.response.kept, answers)
            observations += ((Key(PROVIDER, o.rule, o.encoding), o.sentence) for o in judgement.observations)
        return Judged(
            service=known.service,
            encoding=known.encoding,
            said=tuple(one for one in said if one.reason != MASKED),
            observations=tuple(observations),
            unjudged=tuple(dict.fromkeys(unjudged)),
            exchange=shown,
        )

    def _asked(self, contract: Contract, encoding: str, request: Request, kind: Hashable | None) -> Told:
        told = self._told.get(kind) if kind is not None else None
        if told is None:
            told = asked_results(contract, encoding, request, masked=masked_text)
            if kind is not None and all(one.outcome in AS_IT_SHOULD for one in told.results):
                if len(self._told) >= MOST_KINDS:
                    self._told.clear()
                self._told[kind] = replace(told, tree=None, decoded=None)
        return told

    def again(self, service: str, encoding: str, exchange: Exchange) -> frozenset[str]:
        """The rules over which walk and schemas differ about an answer that is shown: a defect of this suite."""
        subject = self.subjects[service]
        judge = Judge(subject.contract, subject.rules, subject.description)
        case = _case(Known(service, encoding), exchange.request, excluded=False)
        return frozenset(judge(case, exchange).disagreements)

    def _judged(self, known: Known, exchange: Exchange, told: Told | None) -> Judgement:
        case = _case(known, exchange.request, excluded=told is not None and told.excluded)
        return self._judges[known.service](case, exchange)

    def _answers(
        self, known: Known, recorded: Recorded, exchange: Exchange, judgement: Judgement, told: Told | None
    ) -> Iterator[Said]:
        masked = hidden(self.subjects[known.service].contract, exchange, known.encoding)
        text = recorded.response is not None and recorded.response.kept == TEXT
        for result in judgement.results:
            place = result.rule.removeprefix(f"{known.service}/")
            if place in OF_A_RUN or (text and place in OF_BYTES):
                continue
            one = Said(
                PROVIDER, result.rule, result.encoding or known.encoding, result.outcome, result.finding, result.reason
            )
            yield one._replace(outcome=Outcome.UNTESTED, finding=None, reason=MASKED) if masked(place) else one
        if told is not None and told.excluded and judgement.reply is Reply.ACCEPTED:
            yield from _not_enforced(known, judgement, told)


def _case(known: Known, request: Request, *, excluded: bool) -> Case:
    """The case that a recorded request stands for: a valid message, or one of which only the answer's form counts."""
    return Case(
        id="recorded",
        service=known.service,
        encoding=known.encoding,
        kind="negative" if excluded else "positive",
        expect=Expect.ANY,
        rules=(),
        title="a recorded exchange",
        request=request,
        origin="recorded",
    )


def _exchange(recorded: Recorded, request: Request, answered: bytes) -> Exchange:
    response = recorded.response
    return Exchange(
        id="recorded",
        case="recorded",
        request=request,
        response=None
        if response is None
        else Response(
            status=response.status,
            headers=tuple(response.headers),
            body=answered,
            reason=response.reason,
            http_version=response.http_version,
        ),
        error=(recorded.error or UNANSWERED) if response is None else None,
        started=recorded.started,
        milliseconds=recorded.milliseconds,
    )


def _as_kept(exchange: Exchange, recorded: Recorded) -> Exchange:
    """The exchange as it is judged: of texts that a recorder kept no charset says anything."""
    request, response = exchange.request, exchange.response
    if TEXT not in {recorded.request.kept, recorded.response.kept if recorded.response is not None else ""}:
        return exchange
    if recorded.request.kept == TEXT:
        headers, body = in_utf_8(request.headers, request.body)
        request = replace(request, headers=headers, body=body)
    if response is not None and recorded.response is not None and recorded.response.kept == TEXT:
        headers, body = in_utf_8(response.headers, response.body)
        response = replace(response, headers=headers, body=body)
    return replace(exchange, request=request, response=response)


def _consumers(told: Told, known: Known, kept: str) -> Iterator[Said]:
    for result in told.results:
        if kept == TEXT and result.rule.removeprefix(f"{known.service}/") in OF_BYTES:
            continue
        yield Said(CONSUMER, result.rule, known.encoding, result.outcome, result.finding, result.reason)


def _left_out(party: str, kept: str, said: Iterable[Said]) -> Iterator[tuple[str, str]]:
    if kept == TEXT:
        yield party, RECODED
    if any(one.reason == MASKED for one in said):
        yield party, MASKED


def _not_enforced(known: Known, judgement: Judgement, told: Told) -> Iterator[Said]:
    """The provider accepted what its document excludes. In SOAP a code in the answer may say otherwise, unless the
    target file declares what a refusal is."""
    codes = any(is_code(path, text) for path, text in judgement.said.items())
    doubtful = is_soap(known.encoding) and not judgement.decided and codes
    for result in told.results:
        found = result.finding
        if result.outcome is not Outcome.FAILED or found is None:
            continue
        if doubtful:
            yield Said(PROVIDER, result.rule, known.encoding, Outcome.CANT_TELL, reason=DOUBTFUL)
            continue
        finding = Finding(
            path=found.path, expected=f"refused: {found.expected}", observed=f"accepted: {found.observed}"
        )
        yield Said(PROVIDER, result.rule, known.encoding, Outcome.FAILED, finding)
