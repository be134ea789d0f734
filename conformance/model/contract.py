"""What is known of a service: its operation, its messages member by member, what its document gets wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from conformance.model.terms import Basis, Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """One constraint as the document prints it. A range is one constraint and two rules.

    `facet` is `required`, `pattern`, `range`, `max-length`, `min-length`, `length` (both ends of a string length), or
    one that decides nothing of a value: `optional` (the document says that the member may be left out), `data-type`,
    `default`, `text` (an annotation in words of its own); `text` holds the value of the last three. `pattern`,
    `max_length` and `min_length` hold the value of theirs; `minimum` and `maximum`
    (inclusive) those of a range.
    """

    facet: str
    basis: Basis
    citation: Citation
    pattern: str | None = None
    max_length: int | None = None
    min_length: int | None = None
    text: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of an enumeration: its name, its number where the page prints one, and what a message says for it where
    that is neither."""

    name: str
    number: int | None = None
    literal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A member of a message, or a parameter in the address.

    `type` is one of `string boolean integer decimal guid enum list map object int dateTime base64Binary empty open`.
    A list has `item` (its `name` is the element name of one item in XML); a map has `item` for its values, its keys are
    text; an object has `fields`, an enum `choices`. `model` is the document's name for what an object or enum is.
    `marks`: `reference` (names something that must exist at the tenant), `mail`, `secret`, `target-only`.
    `occurs` is (least, most), most None for unbounded, where XML type mapping speaks; its basis is inferred. A list
    whose own most is None has no element around it: its items stand among the other members, under its name.
    `namespace` is set where it is not that of the parent (of the message, at the top; none, for an attribute). In XML a
    name with `@` before it is that of an attribute, `#text` is the text of the element that has the member, and `#any`
    stands for further content of any kind. `element` is set where a WSDL says how the member is written: the elements
    from that of the parent to the member's own, each as `{namespace}name`; it goes before `name` and `namespace`.
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
    choices: tuple[Choice, ...] = ()
    model: str = ""
    namespace: str | None = None
    element: tuple[str, ...] = ()

    def constraint(self, facet: str) -> Constraint | None:
        """The constraint of that facet, or None."""
        return next((c for c in self.constraints if c.facet == facet), None)

    @property
    def required(self) -> bool:
        return self.constraint("required") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request or an answer. `root` is the model or wrapper name; `wrappers` the elements between root and fields;
    `headers` the blocks in the header of a SOAP envelope."""

    root: str
    citation: Citation
    fields: tuple[Field, ...]
    wrappers: tuple[str, ...] = ()
    namespace: str | None = None
    headers: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """One documented wire form. `name` is `json`, `xml`, `form`, `soap-1.1`, `soap-1.2`, `http-get` or `http-post`.

    `media_types` are those of the request, `response_media_types` those of the answer, preferred first. `serializer`
    is that of an XML form: `xml-serializer` (members in the document's order, no namespace of its own) or
    `data-contract` (members in alphabetical order, in the namespace of the message). `method`, `path`, `request` and
    `response` are set where they are not those of the operation.
    """

    name: str
    media_types: tuple[str, ...]
    citation: Citation
    response_media_types: tuple[str, ...] = ()
    response_citation: Citation | None = None
    action: str | None = None
    envelope: str | None = None
    serializer: str | None = None
    method: str = ""
    path: str = ""
    request: Message | None = None
    response: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """The member of the answer that tells acceptance from refusal, and the one that carries what was saved."""

    member: str
    citation: Citation
    basis: Basis
    echo: str | None = None
    echo_citation: Citation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What an answer says at a place: the text of the member at `path` is `value`, or is anything but that."""

    path: str
    value: str
    equal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Which answers without a fault say no: those with one of `any`, or with all of `all`."""

    any: tuple[Condition, ...] = ()
    all: tuple[Condition, ...] = ()
    basis: Basis = Basis.STATED


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
    refusal: Refusal | None = None
    orders: tuple[Order, ...] = ()
    parameters: tuple[Field, ...] = ()
    """Those in the address: in its path, between braces, or in its query."""
    one_way: bool = False
    """The service takes the message and answers without a body; `response` then has neither root nor fields."""


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
    """Everything that is known of one service. `baseline` maps a request member to a value that works on loopback;
    `effect` says in a clause what accepted requests leave behind at a target."""

    schema: str
    service: str
    document: Document
    operation: Operation
    errata: tuple[Erratum, ...] = ()
    baseline: Mapping[str, Any] = field(default_factory=dict)
    effect: str = ""
    ledger: tuple[LedgerLine, ...] = ()

    def encoding(self, name: str) -> Encoding:
        """The encoding of that name; KeyError where the service documents none."""
        for encoding in self.operation.encodings:
            if encoding.name == name:
                return encoding
        raise KeyError(name)
