"""What can be wrong with the reference in SOAP, as data: the ways in which each rule is broken.

A rule that no row speaks of has one way, `dropped`. A way may need something that a contract has not; it may show in
one version alone; and `also` are the rules that cannot but fail with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from conformance.codecs.elements import unwrapped
from conformance.judge.refusals import CODES
from conformance.model import Contract, Field, Rule
from conformance.reference.answers import served
from conformance.reference.defect import Defect
from conformance.reference.soap_forms import OTHER_TEXT, in_elements, nested
from conformance.rules.fields import walk
from conformance.rules.soap_fields import due, free

FIRST, SECOND = ("soap-1.1",), ("soap-1.2",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to break a rule. `when` says of the contract, and of the member where the rule is about one, whether there
    is anything to break; `also` names further rules without the service, `*` stands for any path."""

    variant: str = "dropped"
    also: tuple[str, ...] = ()
    encodings: tuple[str, ...] = ()
    when: Callable[[Contract, Field | None], bool] | None = None


CLIENTS = ("http/stock-client",)
"""A stock client reads no answer whose envelope or whose status is broken so."""


def _wordy(contract: Contract, _member: Field | None) -> bool:
    """May a member of the request be any text?"""
    return any(free(member) for member in contract.operation.request.fields)


def _silent(contract: Contract, member: Field | None) -> bool:
    return not _wordy(contract, member)


def _qualified(contract: Contract, _member: Field | None) -> bool:
    """Are all members in a namespace? Others must not stand below a default one, so no spelling has one there."""
    members = served(contract).operation.request.fields
    spaces = [etree.QName(step).namespace for member in members for step in member.element]
    return all(spaces) and all(member.namespace != "" for member in members)


def _demands(contract: Contract, _member: Field | None) -> bool:
    """Is a text demanded, so that its being nil is a refusal in both versions?"""
    return any(member.required and not due(member) for _, member in walk(contract.operation.request.fields))


def _lax(contract: Contract, member: Field | None) -> bool:
    """May some text be nil, and is none demanded?"""
    members = [one for _, one in walk(contract.operation.request.fields) if not one.name.startswith(("@", "#"))]
    return not _demands(contract, member) and any(not due(one) for one in members)


def _coded(contract: Contract, _member: Field | None) -> bool:
    """Does the answer tell in a code how it went?"""
    members = walk(served(contract).operation.response.fields)
    return any(member.type in {"string", "int"} and CODES.search(member.name) for _, member in members)


def _nested(contract: Contract, _member: Field | None) -> bool:
    """Do objects stand within the answer?"""
    return next(nested(served(contract).operation.response.fields), None) is not None


def _several(contract: Contract, _member: Field | None) -> bool:
    return len(in_elements(contract.operation.response.fields)) > 1


def _any(contract: Contract, _member: Field | None) -> bool:
    return bool(in_elements(contract.operation.response.fields))


def _scalar(_contract: Contract, member: Field | None) -> bool:
    """Is the member an element with a text that not any text will do for?"""
    return member is not None and member.type in OTHER_TEXT and not member.name.startswith("@")


def _wrapped(contract: Contract, _member: Field | None) -> bool:
    return bool(contract.operation.response.wrappers)


def _numbered(contract: Contract, _member: Field | None) -> bool:
    return any(member.type == "int" for _, member in walk(served(contract).operation.response.fields))


def _of(*types: str) -> Callable[[Contract, Field | None], bool]:
    return lambda _, member: member is not None and member.type in types


def _around_items(_contract: Contract, member: Field | None) -> bool:
    return member is not None and not unwrapped(member)


def _value(_contract: Contract, member: Field | None) -> bool:
    return member is not None and due(member)


WAYS: Mapping[tuple[str, str], tuple[Way, ...]] = {
    # --- answers: the envelope ---
    ("envelope", "charset"): (Way(also=CLIENTS),),
    ("envelope", "document-type"): (Way(also=CLIENTS), Way(variant="fault")),
    ("envelope", "processing-instruction"): (Way(), Way(variant="fault")),
    ("envelope", "version"): (
        Way(also=CLIENTS),
        Way(variant="unknown", also=CLIENTS),
        Way(variant="whole", also=CLIENTS),
    ),
    ("envelope", "structure"): (Way(variant="two-headers"), Way(variant="before-body")),
    ("envelope", "qualified-child"): (Way(also=("envelope/namespace", "response/valid")),),
    ("envelope", "root"): (Way(), Way(variant="wrapper", when=_wrapped)),
    ("envelope", "namespace"): (Way(), Way(variant="leaf")),
    ("envelope", "order"): (Way(when=_several), Way(variant="nested", when=_nested)),
    ("envelope", "repeated"): (Way(when=_any),),
    ("envelope", "versions-agree"): (
        Way(variant="code", when=_coded),
        Way(variant="stricter", when=_lax),
        Way(variant="laxer", when=_demands),
    ),
    # --- answers: faults ---
    ("envelope", "fault-structure"): (
        Way(),
        Way(variant="no-code", also=("envelope/must-understand", "envelope/version-mismatch")),
        Way(variant="order", encodings=SECOND),
    ),
    ("envelope", "fault-code"): (Way(), Way(variant="unknown")),
    ("envelope", "fault-status"): (Way(), Way(variant="bad-request", encodings=FIRST)),
    # --- requests: the envelope ---
    ("envelope", "spelling"): (
        Way(variant="undeclared"),
        Way(variant="comments", also=("envelope/non-ascii",)),
        Way(variant="unprefixed", when=_qualified),
        Way(variant="prefix"),
        Way(variant="cdata", when=_wordy),
    ),
    ("envelope", "non-ascii"): (
        Way(also=("request/*/text",)),
        Way(variant="references", when=_wordy),
    ),
    ("envelope", "header"): (Way(), Way(variant="node")),
    ("envelope", "must-understand"): (
        Way(),
        Way(variant="other-code"),
        Way(variant="next"),
        Way(variant="true", encodings=SECOND),
    ),
    ("envelope", "version-mismatch"): (Way(), Way(variant="other-code")),
    ("envelope", "request-root"): (Way(), Way(variant="bare")),
    # --- HTTP ---
    ("http", "success-status"): (Way(also=CLIENTS),),
    ("http", "method"): (Way(), Way(variant="refused")),
    ("http", "wsdl"): (Way(variant="missing"), Way(variant="truncated"), Way(variant="other-operation")),
    ("http", "stock-client"): (Way(also=("response/valid",)),),
    ("response", "valid"): (
        Way(variant="overflow", when=_numbered),
        Way(variant="unknown", also=CLIENTS),
        Way(variant="order", when=_nested, also=CLIENTS),
    ),
    # --- members of a request ---
    ("request", "type"): (
        Way(),
        Way(variant="fraction", when=_of("int", "integer")),
        Way(variant="overflow", when=_of("int")),
        Way(variant="empty", when=_of("int", "integer", "decimal")),
        Way(variant="day-first", when=_of("dateTime")),
        Way(variant="alphabet", when=_of("base64Binary")),
    ),
    ("request", "strict-type"): (
        Way(),
        Way(variant="date", when=_of("dateTime")),
        Way(variant="time", when=_of("dateTime")),
        Way(variant="capital", when=_of("boolean")),
        Way(variant="padding", when=_of("base64Binary")),
    ),
    ("request", "lexical"): (
        Way(variant="plus", when=_of("int", "integer")),
        Way(variant="zeros", when=_of("int", "integer")),
        Way(variant="padded", when=_of("int", "integer", "decimal", "boolean", "dateTime")),
        Way(variant="digit", when=_of("boolean")),
        Way(variant="utc", when=_of("dateTime")),
        Way(variant="offset", when=_of("dateTime")),
        Way(variant="fraction", when=_of("dateTime")),
        Way(variant="lines", when=_of("base64Binary")),
    ),
    ("request", "text"): (Way(variant="latin"), Way(variant="specials"), Way(variant="white-space")),
    ("request", "size"): (Way(variant="empty"), Way(variant="large")),
    ("request", "required"): (Way(), Way(variant="nil", when=_value), Way(variant="defaulted", when=_value)),
    # --- members of an answer ---
    ("response", "item"): (Way(when=_around_items),),
    ("response", "name"): (Way(), Way(variant="renamed")),
    ("response", "type"): (Way(), Way(variant="element", when=_scalar)),
}
"""(part, facet) → the ways."""


def soap_defects(contract: Contract, rules: Iterable[Rule]) -> Iterator[Defect]:
    """Every defect of the service's reference in SOAP, in the order of the rules."""
    known = tuple(rules)
    requested = dict(walk(contract.operation.request.fields))
    answered = dict(walk(contract.operation.response.fields))
    for rule in known:
        member = (requested if rule.part == "request" else answered).get(rule.path)
        for way in WAYS.get((rule.part, rule.facet), (Way(),)):
            shown = way.encodings or rule.encodings
            if set(shown) & set(rule.encodings) and (way.when is None or way.when(contract, member)):
                yield _defect(contract, rule, way, known)


def _defect(contract: Contract, rule: Rule, way: Way, known: tuple[Rule, ...]) -> Defect:
    also = [found for pattern in way.also for found in _named(contract.service, pattern, known)]
    also += _around(contract, rule, known)
    return Defect(
        id=f"{rule.id}:{way.variant}",
        rules=tuple(dict.fromkeys((rule.id, *also))),
        encodings=way.encodings or rule.encodings,
        broken=frozenset({rule.id}),
        variant=way.variant,
    )


def _named(service: str, pattern: str, known: tuple[Rule, ...]) -> Iterator[str]:
    part, star, facet = pattern.partition("/*/")
    if not star:
        yield f"{service}/{pattern}"
    else:
        yield from (rule.id for rule in known if (rule.part, rule.facet) == (part, facet))


def _around(contract: Contract, rule: Rule, known: tuple[Rule, ...]) -> Iterator[str]:
    """A list of several items holds what its items are refused for one by one: a choice, or a member left out. An
    attribute that is nil has an empty text."""
    attribute = rule.part == "request" and rule.path.rpartition("/")[2].startswith("@")
    if attribute and rule.facet in {"type", "strict-type"}:
        required = f"{rule.id.removesuffix(rule.facet)}required"
        yield from (found.id for found in known if found.id == required)
    if rule.part == "request" and "/" in rule.path and rule.facet.startswith(("choice-", "optional")):
        parent = f"{contract.service}/request/{rule.path.rpartition('/')[0]}/several"
        yield from (found.id for found in known if found.id == parent)
