"""The frozen values that every other module takes and returns.

A document becomes a `Contract`; a contract yields `Rule`s and `Case`s; a case sent is an `Exchange`; the judge turns
an exchange into a `Judgement`; judgements of one run add up to `Verdict`s and a `Report`. Standard library only: this
module sits below all others and must never import one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

Tree = Any
"""A decoded message: dict, list, str, bool, None, int, or Decimal for a number with a fraction or exponent."""


class Level(StrEnum):
    """How binding a rule is. Only MUST decides a run, unless `--strict` is given."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Basis(StrEnum):
    """Where a fact comes from; DESIGN: facts and their basis."""

    STATED = "stated"
    STANDARD = "standard"
    INFERRED = "inferred"
    ASSUMED = "assumed"


class Outcome(StrEnum):
    """EARL 1.0's five outcome values, in this project's spelling."""

    PASSED = "passed"
    FAILED = "failed"
    CANT_TELL = "cant-tell"
    INAPPLICABLE = "inapplicable"
    UNTESTED = "untested"


class Expect(StrEnum):
    """What a conforming service does with the case's request."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    OBSERVE = "observe"
    """Either answer conforms; what was seen becomes an observation."""
    ANY = "any"
    """Only envelope and HTTP rules look at the answer."""


class Reply(StrEnum):
    """What an answer says about the request."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NEITHER = "neither"
    DEAD = "dead"
    """No answer: not connected, timed out, cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A line of a document, or a clause of a standard: one of the two pairs is set."""

    document: str | None = None
    line: int | None = None
    standard: str | None = None
    clause: str | None = None

    def __str__(self) -> str:
        if self.document is not None:
            return f"{self.document}, line {self.line}"
        return f"{self.standard} {self.clause}"


# --- the contract -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """One constraint as the document prints it. A range is one constraint and two rules.

    `facet` is `required`, `pattern`, `range` or `max-length`. `pattern` and `max_length` hold the value of theirs;
    `minimum` and `maximum` (inclusive) those of a range.
    """

    facet: str
    basis: Basis
    citation: Citation
    pattern: str | None = None
    max_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A member of a message.

    `type` is one of `string boolean integer decimal guid list object int dateTime base64Binary empty open`.
    A list has `item` (its `name` is the element name of one item in XML); an object has `fields`.
    `marks`: `reference` (names something that must exist at the tenant), `mail`, `secret`, `target-only`.
    `occurs` is (least, most), most None for unbounded, where XML type mapping speaks; its basis is inferred.
    `implied_by` maps a facet to the facets whose enforcement makes it impossible to break this one unnoticed.
    """

    name: str
    type: str
    basis: Basis
    citation: Citation
    type_basis: Basis = Basis.STATED
    type_citation: Citation | None = None
    constraints: tuple[Constraint, ...] = ()
    marks: tuple[str, ...] = ()
    occurs: tuple[int, int | None] | None = None
    implied_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    item: Field | None = None
    fields: tuple[Field, ...] = ()

    def constraint(self, facet: str) -> Constraint | None:
        """The constraint of that facet, or None."""
        return next((c for c in self.constraints if c.facet == facet), None)

    @property
    def required(self) -> bool:
        return self.constraint("required") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request or an answer. `root` is the model or wrapper name; `wrappers` the elements between root and fields."""

    root: str
    citation: Citation
    fields: tuple[Field, ...]
    wrappers: tuple[str, ...] = ()
    namespace: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """One documented wire form. `name` is `json`, `xml`, `form`, `soap-1.1` or `soap-1.2`.

    `media_types` are those of the request, `response_media_types` those of the answer, preferred first.
    """

    name: str
    media_types: tuple[str, ...]
    citation: Citation
    response_media_types: tuple[str, ...] = ()
    action: str | None = None
    envelope: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """The member of the answer that tells acceptance from refusal, and the one that carries what was saved."""

    member: str
    citation: Citation
    basis: Basis
    echo: str | None = None
    echo_citation: Citation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`lower` must not exceed `upper`. Our reading; never decides a verdict."""

    lower: str
    upper: str
    basis: Basis
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What the service does: one message in, one out, in each documented encoding."""

    name: str
    method: str
    path: str
    citation: Citation
    request: Message
    response: Message
    encodings: tuple[Encoding, ...]
    acceptance: Acceptance | None = None
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erratum:
    """Something wrong, missing or contradictory in a document, and what follows from it."""

    id: str
    document: str
    line: int
    statement: str
    consequence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One line of a document: the facts that it yields, or the reason why it carries none. Exactly one is set."""

    line: int
    facts: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`kind` is `aspnet-help-page`, `asmx-help-page` or `prose`."""

    name: str
    kind: str
    sha256: str
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Everything that is known of one service. `baseline` maps a request member to a value that works on loopback."""

    schema: str
    service: str
    document: Document
    operation: Operation
    errata: tuple[Erratum, ...] = ()
    baseline: Mapping[str, Any] = field(default_factory=dict)
    ledger: tuple[LedgerLine, ...] = ()

    def encoding(self, name: str) -> Encoding:
        """The encoding of that name; KeyError where the service documents none."""
        for encoding in self.operation.encodings:
            if encoding.name == name:
                return encoding
        raise KeyError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One requirement. `id` is `<service>/<part>/<path>/<facet>`; `path` is empty for a whole message.

    `schema` says that the emitted schema expresses the rule, so that a second opinion exists.
    """

    id: str
    service: str
    part: str
    path: str
    facet: str
    level: Level
    basis: Basis
    citation: Citation
    statement: str
    encodings: tuple[str, ...]
    schema: bool = False


# --- cases and exchanges ----------------------------------------------------------------------------------------------

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What goes over the wire. `url` is absolute; header names keep their case; the body is complete."""

    method: str
    url: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back; the body is decoded of transfer and content codings."""

    status: int
    headers: Headers
    body: bytes
    reason: str = ""
    http_version: str = "HTTP/1.1"

    def header(self, name: str) -> str | None:
        return _header(self.headers, name)


def _header(headers: Headers, name: str) -> str | None:
    values = [value for key, value in headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request to send: a baseline, or one difference from it.

    `rules` are what it decides: one rule, or an implied set with its own rule first. A refusal counts only where the
    case `leans_on` was accepted (the baseline of the encoding where None); `leans_on` also is what `absent` compares.
    `varies_reference` marks a difference in business data: a refusal then is cant-tell.
    `origin` is `contract`, `example:<file>#<n>` or `property:<seed>`. `path` is the member that differs.
    """

    id: str
    service: str
    encoding: str
    kind: str
    """`baseline`, `positive`, `negative`, `observe` or `http`."""
    expect: Expect
    rules: tuple[str, ...]
    title: str
    request: Request
    path: str = ""
    expected: str = ""
    observed: str = ""
    leans_on: str | None = None
    varies_reference: bool = False
    answer: str = ""
    """For `http` cases: which answers satisfy the rule, a name known to the judge."""
    origin: str = "contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and what became of it. Exactly one of `response` and `error` is set. `id` orders a run: `x00001`."""

    id: str
    case: str
    request: Request
    response: Response | None
    error: str | None
    started: str
    """ISO 8601 with zone."""
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One sending. The baseline case stands in several steps; a `barrier` is sent alone: after all before, before all
    after it. `exchange` is the id that its exchange will carry."""

    exchange: str
    case: Case
    barrier: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run sends, in order, fixed before the first byte.

    `riders` maps the id of a case that is sent to further cases with the very same bytes, judged on the same answer.
    `left_out` maps the id of a case that is not sent to the reason (budget), `undecided` a (rule, encoding) that such
    a case would have decided.
    """

    steps: tuple[Step, ...]
    riders: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    undecided: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def riding(self, step: Step) -> tuple[Case, ...]:
        """The further cases that the step's answer decides: those of the baseline ride on its first sending alone."""
        riders = self.riders.get(step.case.id, ())
        if not riders:
            return ()
        first = next(one for one in self.steps if one.case.id == step.case.id)
        return riders if first.exchange == step.exchange else ()


# --- judgement and report ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One place where what came differs from what was due; text is made later."""

    path: str
    expected: str
    observed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one exchange says of one rule. `leans` marks evidence that counts only beside an accepted partner."""

    rule: str
    outcome: Outcome
    finding: Finding | None = None
    reason: str = ""
    leans: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Something worth telling that decides nothing: either behaviour conforms."""

    rule: str
    encoding: str
    sentence: str
    exchanges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All that one exchange says. `words` are the server's own, for a reason; `encoding` is that of the answer."""

    exchange: str
    reply: Reply
    words: str
    encoding: str
    results: tuple[Result, ...] = ()
    observations: tuple[Observation, ...] = ()
    disagreements: tuple[str, ...] = ()
    """Rule ids over which the contract walk and the schema validator differ: a defect of this suite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of evidence: a case, its exchange, and what the judge made of it. Several records share an exchange
    where cases ride on the same bytes."""

    case: Case
    exchange: Exchange
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a run says of one rule in one encoding."""

    rule: str
    service: str
    encoding: str
    level: Level
    basis: Basis
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    exchanges: tuple[str, ...] = ()
    reason: str = ""
    waiver: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run, complete or not; every writer renders from it."""

    schema: str
    outcome: str
    """`conforms`, `does-not-conform` or `inconclusive`."""
    sentence: str
    exit_status: int
    target: Mapping[str, Any]
    suite: Mapping[str, Any]
    scope: Mapping[str, Any]
    counts: Mapping[str, Any]
    decision_rules: tuple[str, ...]
    notices: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    observations: tuple[Observation, ...]
