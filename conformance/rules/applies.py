"""Which rules about members an encoding can tell apart, as one table: in XML and forms every scalar is text.

A rule that no message of the encoding can break, or whose breaking is legal there, does not apply to it. Nothing else
in the project decides this; generators make cases for what applies and for nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.model import Constraint, Encoding, Field

EVERY = frozenset({"json", "xml", "form"})
ROOM = 14
"""Characters of the text that is sent to see whether letters beyond ASCII are taken."""
LONGEST = 65_536
"""Characters of the longest text that is made. A bound beyond it, such as the greatest integer, is never reached."""
NESTED = frozenset({"list", "map", "object"})
ANYTHING = frozenset({"open", "empty"})

WRONG_TYPE: Mapping[str, frozenset[str]] = {
    "json": frozenset({"string", "boolean", "integer", "decimal", "guid", "dateTime", "enum", "list", "map", "object"}),
    # Text inside of a list, and elements in place of text, are what readers look past: neither is wrong beyond doubt.
    "xml": frozenset({"boolean", "integer", "decimal", "guid", "dateTime", "enum"}),
    "form": frozenset({"boolean", "integer", "decimal", "guid", "dateTime", "enum"}),
}
"""Types that have a value which no reader of the encoding converts."""

CONVERTIBLE: Mapping[str, frozenset[str]] = {
    "json": WRONG_TYPE["json"] - {"object", "map"},
    "xml": frozenset({"boolean", "integer"}),
    "form": frozenset({"integer"}),
}
"""Types that have a value which only a lenient reader of the encoding takes."""


def applies(encoding: str, member: Field, facet: str, *, nested: bool) -> bool:
    """Does a rule with that facet of a request's member hold in the encoding? `nested`: it stands inside another."""
    if encoding not in EVERY:
        return False
    if encoding == "form" and (nested or member.type in NESTED):
        # How a form writes nested members is stated nowhere.
        return False
    if facet == "type":
        return member.type in WRONG_TYPE[encoding]
    if facet == "strict-type" and member.type == "list" and (member.item is None or not member.item.fields):
        # One item that stands in no list is another type altogether, unless it is an object.
        return False
    if facet == "strict-type":
        return member.type in CONVERTIBLE[encoding]
    return True


def testable(member: Field, constraint: Constraint) -> bool:
    """Can a message be made that breaks the constraint and nothing else? A pattern speaks of texts and numbers."""
    if constraint.facet == "pattern":
        return member.type in {"string", "integer", "decimal"}
    bounds = (constraint.min_length or 0, constraint.max_length or 0)
    return constraint.facet not in {"length", "max-length", "min-length"} or max(bounds) <= LONGEST


def untestable(fields: tuple[Field, ...], prefix: str = "") -> Iterator[str]:
    """The path and facet of every stated constraint that no rule is made of."""
    for member in fields:
        path = f"{prefix}{member.name}"
        yield from (f"{path}/{held.facet}" for held in member.constraints if not testable(member, held))
        yield from untestable(member.fields + (member.item.fields if member.item is not None else ()), f"{path}/")


def free_text(member: Field) -> bool:
    """Is it text that any baseline carries and that nothing but its length binds? It may hold letters beyond ASCII."""
    bounds = [held for held in member.constraints if held.max_length is not None or held.min_length is not None]
    roomy = all((held.min_length or 0) <= ROOM <= (held.max_length or ROOM) for held in bounds)
    bound = member.constraint("pattern") is not None or bool(member.marks)
    return member.type == "string" and roomy and not bound and (member.required or not member.constraints)


def softer(facet: str, encodings: tuple[str, ...]) -> tuple[str, ...]:
    """The encodings in which a stated rule is SHOULD: the page prints no form, only that scalars go into one."""
    return tuple(name for name in encodings if name == "form" and facet != "optional")


def answering(encodings: tuple[Encoding, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the named encodings that answers are documented in."""
    return tuple(one.name for one in encodings if one.name in names and one.response_media_types)
