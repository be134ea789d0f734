"""Which rules an OpenAPI document says by its very form, and which it cannot say: two tables, one row a rule.

Rules that a keyword of a schema expresses stand beside it, written by `jsonschema`; everything else is here, so that
each rule of the service is either said somewhere in the file or listed with the reason. A test holds the union against
the rules. Must never import rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.emit.bounds import below, rule_id
from conformance.model import Contract, Field

JSON, XML = ("json",), ("xml",)
BOTH = ("json", "xml")
REST = ("json", "xml", "form")
UNCONVERTED = frozenset({"object", "map", "open", "empty"})
"""Types to which nothing is converted."""

# fmt: off
SAID = (
    ("envelope/root", BOTH, "the type of the schema of the answer, and its xml.name"),
    ("envelope/request-root", BOTH, "the type of the schema of the request, and its xml.name"),
    ("envelope/namespace", XML, "xml.namespace of each schema, absent where there is none"),
    ("http/request-media-type", REST, "the keys of requestBody.content"),
)
UNSAID = (
    ("envelope/well-formed", BOTH, "OpenAPI speaks of what a body holds, not of how its text is written"),
    ("envelope/utf-8", JSON, "OpenAPI speaks of what a body holds, not of its bytes"),
    ("envelope/charset", XML, "OpenAPI speaks of what a body holds, not of its bytes"),
    ("envelope/byte-order-mark", JSON, "OpenAPI speaks of what a body holds, not of its bytes"),
    ("envelope/unique-names", JSON, "a schema sees an object after its names were read"),
    ("envelope/spelling", REST, "a schema sees a message after its text was read"),
    ("envelope/non-ascii", REST, "a schema sees characters, not how they are encoded"),
    ("envelope/malformed", BOTH, "what is no message of the media type has no schema"),
    ("envelope/empty-body", REST, "a required body may still be blank, or hold nothing"),
    ("envelope/order", XML, "the properties of a schema have no order"),
    ("envelope/repeated", XML, "the properties of a schema are unique, elements are not"),
    ("http/media-type-case", REST, "a key of content stands for its media type, spelling is not its matter"),
    ("http/charset-parameter", REST, "a key of content is compared without its parameters"),
    ("http/unsupported-media-type", REST, "what is answered to a media type that is not listed is not said"),
    ("http/accept-documented", REST, "negotiation: content lists media types, not when each of them is sent"),
    ("http/accept-honoured", REST, "negotiation: content lists media types, not when each of them is sent"),
    ("http/accept-quality", REST, "negotiation: content lists media types, not when each of them is sent"),
    ("http/accept-wildcard", REST, "negotiation: content lists media types, not when each of them is sent"),
    ("http/accept-unknown", REST, "negotiation: content lists media types, not when each of them is sent"),
    ("http/content-type", REST, "that a header tells the truth about a body is not said"),
    ("http/content-type-present", REST, "OpenAPI leaves Content-Type out of the headers that it describes"),
    ("http/allow", REST, "what other methods are answered is not said"),
    ("http/no-server-error", REST, "a status that is not listed is not thereby excluded"),
    ("http/in-time", REST, "OpenAPI says nothing of time"),
)
# fmt: on


def said(contract: Contract) -> dict[str, str]:
    """Rule id → where the document says it, for rules that no keyword of a schema stands for alone."""
    found = {f"{contract.service}/{rule}": where for rule, names, where in SAID if _documented(contract, names)}
    for path, member in _walk(contract.operation.request.fields):
        if not member.required and "/" not in path:
            found[rule_id(contract, "request", path, "optional")] = "not among the required members"
        scalars = member.type == "list" and (member.item is None or not member.item.fields)
        if member.type not in UNCONVERTED and not scalars:
            found[rule_id(contract, "request", path, "strict-type")] = "the type of the member, in JSON"
        if member.type == "decimal" and member.constraint("range") is not None:
            found[rule_id(contract, "request", path, "maximum-step")] = "maximum"
    for path, member in _walk(contract.operation.response.fields):
        found[rule_id(contract, "response", path, "name")] = "the name of the property"
        if member.type == "list" and _documented(contract, XML):
            found[rule_id(contract, "response", path, "item")] = "xml.name of the items"
    return found


def unsaid(contract: Contract) -> dict[str, str]:
    """Rule id → why an OpenAPI document cannot say it, for rules that stand beside no schema."""
    found = {f"{contract.service}/{rule}": reason for rule, names, reason in UNSAID if _documented(contract, names)}
    for path, member in _walk(contract.operation.request.fields):
        if member.required and member.type in {"string", "guid"}:
            found[rule_id(contract, "request", path, "not-blank")] = "a blank text is a text"
    acceptance = contract.operation.acceptance
    if acceptance is None:
        return found
    refusal = rule_id(contract, "response", acceptance.member, "refusal")
    found[refusal] = "how a refusal is answered no document states, so its body has no schema"
    if acceptance.echo is not None:
        required = rule_id(contract, "response", acceptance.echo, "required")
        found[required] = "an answer with the same status that is no acceptance need not carry it"
        for path, _ in _walk(contract.operation.response.fields):
            if path.startswith(f"{acceptance.echo}/"):
                echo = rule_id(contract, "response", path, "echo")
                found[echo] = "a schema sees one message, not the one that it answers"
    return found


def _documented(contract: Contract, names: tuple[str, ...]) -> bool:
    return any(encoding.name in names for encoding in contract.operation.encodings)


def _walk(fields: tuple[Field, ...], prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Every member with its path; the items of lists are entered, the values of dictionaries are not."""
    for member in fields:
        path = below(prefix, member.name)
        yield path, member
        yield from _walk(member.fields, path)
        if member.type == "list" and member.item is not None:
            yield from _walk(member.item.fields, path)
