"""The ways in which the rules of REST are broken, as data.

A rule that no row speaks of has one way, `dropped`. `WIDE` are habits that many members share: a reader that takes
"5" for 5 takes it everywhere. How a way behaves stands in `habits`, `echoes`, `answers`, `negotiation` and `wire`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.codecs.elements import ordered
from conformance.model import Contract, Field
from conformance.reference.defect import Way, is_of
from conformance.rules.applies import free_text

JSON, XML, FORM = ("json",), ("xml",), ("form",)
DOCUMENTS = ("json", "xml")


def _own(contract: Contract, member: Field | None) -> bool:
    """Is it a member of the message itself, of no object in it?"""
    return any(member is one for one in contract.operation.request.fields)


def _varied(contract: Contract, member: Field | None) -> bool:
    """May the value vary? Members that name something at the tenant keep theirs, so a stale one cannot be told."""
    known = member is not None and member.marks in {(), ("mail",)} and member.type != "list"
    return known and _own(contract, member)


def _free(contract: Contract, member: Field | None) -> bool:
    return member is not None and free_text(member) and _own(contract, member)


def _text_of(contract: Contract, member: Field | None) -> str:
    """The text that every request has in the member, where it is one."""
    known = member is not None and member.type == "string" and _own(contract, member)
    return str(contract.baseline.get(member.name, "")) if known and member is not None else ""


def _text(contract: Contract, member: Field | None) -> bool:
    return bool(_text_of(contract, member))


def _small(contract: Contract, member: Field | None) -> bool:
    return any(char.islower() for char in _text_of(contract, member))


def _capital(contract: Contract, member: Field | None) -> bool:
    """Are there capitals, in every request or in the one that swaps the case?"""
    text = _text_of(contract, member)
    return any(char.isupper() for char in text) or (_varied(contract, member) and any(map(str.isalpha, text)))


def _fitted(_contract: Contract, member: Field | None) -> bool:
    """Is it a text that may only be so long?"""
    held = member.constraints if member is not None and member.type == "string" else ()
    return any(constraint.max_length is not None for constraint in held)


def _spaced(contract: Contract, _member: Field | None) -> bool:
    """Is there a space in a text of every request?"""
    return any(isinstance(value, str) and " " in value for value in contract.baseline.values())


def _unsorted(contract: Contract, _member: Field | None) -> bool:
    """Do the elements of an answer come in another order than that of their names?"""
    message = contract.operation.response
    names = [member.name for member in ordered(message, message.fields)]
    return names != sorted(names)


def _tells(contract: Contract, member: Field | None) -> bool:
    """Is it the member that tells success?"""
    acceptance = contract.operation.acceptance
    return member is not None and acceptance is not None and member.name == acceptance.member


def _decimals(_contract: Contract, member: Field | None) -> bool:
    return member is not None and member.type == "decimal"


NEGOTIATED = ("http/accept-honoured", "http/accept-quality", "http/accept-unknown")
"""Rules that go by the label of an answer, whatever it holds."""

DROPPED = (Way(),)

WAYS: Mapping[tuple[str, str], tuple[Way, ...]] = {
    # --- members of a request ---
    ("request", "required"): (Way(), Way(variant="null", encodings=DOCUMENTS), Way(variant="absent")),
    ("request", "max-length"): (Way(), Way(variant="bytes", when=_free)),
    ("request", "minimum"): (Way(), Way(variant="exclusive", when=_decimals)),
    ("request", "maximum"): (Way(), Way(variant="exclusive", when=_decimals)),
    ("request", "pattern"): (Way(), Way(variant="culture", when=_decimals), Way(variant="after-refusal")),
    # --- members of an answer ---
    ("response", "required"): (
        Way(),
        Way(variant="null"),
        Way(variant="renamed"),
        Way(variant="bare", when=_tells),
    ),
    ("response", "refusal"): (Way(), Way(variant="status")),
    ("response", "type"): (
        Way(),
        Way(variant="digit", when=is_of("boolean"), encodings=JSON),
        Way(variant="yes", when=_tells),
        Way(variant="comma", when=is_of("decimal")),
        Way(variant="one-item", when=is_of("list"), encodings=JSON),
    ),
    ("response", "echo"): (
        Way(variant="altered"),
        Way(variant="missing"),
        Way(variant="null"),
        Way(variant="renamed", when=_text),
        Way(variant="stale", when=_varied),
        Way(variant="defaulted", when=is_of("boolean", "integer", "decimal", "guid")),
        Way(variant="upper-case", when=_small),
        Way(variant="lower-case", when=_capital),
        Way(variant="cut", when=_fitted),
        Way(variant="trimmed", when=_free),
        Way(variant="plain-letters", when=_free),
        Way(variant="question-marks", when=_free),
        Way(variant="twice-encoded", when=_free),
        Way(variant="html-escaped", when=_free),
        Way(variant="plus-for-space", when=_free),
        Way(variant="rounded", when=_decimals),
        Way(variant="whole", when=_decimals),
        Way(variant="last-item", when=is_of("list")),
        Way(variant="without-twins", when=is_of("list")),
    ),
    # --- the envelope of an answer ---
    ("envelope", "well-formed"): (
        Way(),
        Way(variant="cut"),
        Way(variant="trailing", encodings=JSON),
        Way(variant="single-quotes", encodings=JSON),
        Way(variant="not-a-number", encodings=JSON),
        Way(variant="unescaped", encodings=XML),
        Way(variant="second-root", encodings=XML),
        Way(variant="unannounced-wide"),
    ),
    ("envelope", "unique-names"): (Way(), Way(variant="nested")),
    ("envelope", "root"): (
        Way(),
        Way(variant="as-text"),
        Way(variant="lower-case", encodings=XML),
        Way(variant="wrapped", encodings=XML),
    ),
    ("envelope", "namespace"): (Way(), Way(variant="root"), Way(variant="leaf")),
    ("envelope", "order"): (Way(), Way(variant="by-name", when=_unsorted), Way(variant="nested")),
    ("envelope", "repeated"): (Way(), Way(variant="nested")),
    # --- the text of a request ---
    ("envelope", "spelling"): (
        Way(),
        Way(variant="white-space", encodings=DOCUMENTS),
        Way(variant="escapes", also=("envelope/non-ascii",)),
        Way(variant="undeclared", encodings=XML),
        Way(variant="cdata", encodings=XML),
        Way(variant="percent", encodings=FORM, when=_spaced),
    ),
    ("envelope", "non-ascii"): (
        Way(),
        Way(variant="escapes", encodings=DOCUMENTS),
        Way(variant="bytes", encodings=DOCUMENTS),
    ),
    ("envelope", "empty-body"): (
        Way(),
        Way(variant="nothing"),
        Way(variant="null", encodings=JSON),
        Way(variant="no-members", encodings=DOCUMENTS),
    ),
    ("envelope", "request-root"): (
        Way(),
        Way(variant="list", encodings=JSON),
        Way(variant="scalar", encodings=JSON),
        Way(variant="any-name", encodings=XML),
        Way(variant="wrapped", encodings=XML),
    ),
    # --- HTTP ---
    ("http", "charset-parameter"): (Way(), Way(variant="upper-case"), Way(variant="quoted")),
    ("http", "accept-documented"): (Way(), Way(variant="one-alone")),
    ("http", "accept-honoured"): (Way(), Way(variant="first-type"), Way(variant="plain", also=NEGOTIATED)),
    ("http", "accept-quality"): (
        Way(),
        Way(variant="last"),
        Way(variant="unweighted-last"),
        Way(variant="unread"),
    ),
    ("http", "accept-wildcard"): (
        Way(),
        Way(variant="any"),
        Way(variant="subtype"),
        Way(variant="none"),
        Way(variant="first-alone"),
    ),
    ("http", "accept-unknown"): (Way(), Way(variant="plain")),
    ("http", "content-type"): (
        Way(),
        Way(variant="page-label", also=NEGOTIATED),
        Way(variant="page", also=("envelope/well-formed",)),
        Way(variant="page-on-refusal", also=("envelope/well-formed",)),
    ),
    ("http", "content-type-present"): (Way(), Way(variant="never", also=NEGOTIATED)),
    ("http", "no-server-error"): (
        Way(),
        Way(variant="nested", encodings=DOCUMENTS),
        Way(variant="letters", also=("envelope/non-ascii",)),
        Way(variant="unknown", encodings=DOCUMENTS),
        Way(variant="null", encodings=DOCUMENTS),
        Way(variant="nothing"),
        Way(variant="big-numbers"),
        Way(variant="media-type"),
    ),
    ("http", "in-time"): (Way(), Way(variant="large", encodings=DOCUMENTS)),
}
"""(part, facet) → the ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """A way that all rules of these facets share, for members of these types; of every type where there are none.
    `listed`: for members of the items of a list alone. `also` are as for a way."""

    variant: str
    part: str
    facets: tuple[str, ...]
    types: tuple[str, ...] = ()
    encodings: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    listed: bool = False


NUMBERS = ("integer", "decimal")
EMPTY = ("envelope/empty-body",)
"""A message without any member lacks those that are demanded."""

WIDE: tuple[Habit, ...] = (
    Habit(variant="ignored", part="request", facets=("*",), also=EMPTY),
    Habit(variant="after-acceptance", part="request", facets=("*",), also=EMPTY),
    Habit(variant="remembered", part="request", facets=("required",), also=EMPTY),
    Habit(variant="once", part="request", facets=("required",), also=EMPTY),
    Habit(variant="once", part="request", facets=("type",)),
    Habit(variant="once", part="request", facets=("pattern",)),
    Habit(variant="after-refusal", part="request", facets=("type",)),
    Habit(variant="after-refusal", part="request", facets=("required",), also=EMPTY),
    Habit(variant="empty", part="request", facets=("not-blank",)),
    Habit(variant="spaces", part="request", facets=("not-blank",)),
    Habit(variant="words", part="request", facets=("type",), types=("boolean",)),
    Habit(variant="words", part="request", facets=("type",), types=("integer",)),
    Habit(variant="words", part="request", facets=("type",), types=("decimal",)),
    Habit(variant="words", part="request", facets=("type",), types=("list",)),
    Habit(variant="numbers", part="request", facets=("type",), types=("list",)),
    Habit(variant="objects", part="request", facets=("type",), types=("boolean",)),
    Habit(variant="objects", part="request", facets=("type",), types=NUMBERS),
    Habit(variant="objects", part="request", facets=("type",), types=("string",)),
    Habit(variant="lists", part="request", facets=("type",), types=("boolean", *NUMBERS, "string")),
    Habit(variant="short", part="request", facets=("type",), types=("guid",)),
    Habit(variant="any-letter", part="request", facets=("type",), types=("guid",)),
    Habit(variant="first-item", part="request", facets=("type",), listed=True),
    Habit(variant="digits", part="request", facets=("strict-type",), types=("integer",), encodings=JSON),
    Habit(variant="digits", part="request", facets=("strict-type",), types=("decimal",), encodings=JSON),
    Habit(variant="fraction", part="request", facets=("strict-type",), types=("integer",)),
    Habit(variant="true-for-one", part="request", facets=("strict-type",), types=NUMBERS, encodings=JSON),
    Habit(variant="word", part="request", facets=("strict-type",), types=("boolean",), encodings=JSON),
    Habit(variant="one-for-true", part="request", facets=("strict-type",), types=("boolean",), encodings=JSON),
    Habit(variant="capital", part="request", facets=("strict-type",), types=("boolean",), encodings=XML),
    Habit(variant="list-of-one", part="request", facets=("strict-type",), encodings=JSON),
    Habit(variant="scalar", part="request", facets=("strict-type",), types=("string",), encodings=JSON),
    Habit(variant="one-item", part="request", facets=("strict-type",), types=("list",), encodings=JSON),
    Habit(variant="of-the-request-before", part="response", facets=("echo",)),
    Habit(variant="of-the-first-request", part="response", facets=("echo",)),
    Habit(variant="emptied", part="response", facets=("echo",)),
    Habit(variant="single-precision", part="response", facets=("echo",), types=("decimal",)),
    Habit(variant="other-case", part="response", facets=("name",)),
    Habit(variant="upper-case", part="response", facets=("name",)),
    Habit(variant="capital", part="response", facets=("type",), types=("boolean",), encodings=XML),
)
"""Habits that many members share: one defect each."""
