"""Contract → rules about the members of a SOAP message, whose values are those of XML Schema's types.

A document that prints a type states it; how often an element occurs is our reading of the type, unless the document
says that the member is required.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.model import Basis, Citation, Contract, Field, Rule
from conformance.rules.applies import ANYTHING
from conformance.rules.fields import article, member_rule, walk

TYPED = frozenset({"int", "integer", "decimal", "boolean", "dateTime", "base64Binary", "guid"})
"""Types with texts that are no value of theirs."""
SOFTLY = frozenset({"boolean", "dateTime", "base64Binary", "guid"})
"""Types with texts that widespread readers take although XML Schema does not."""
SPELT = frozenset({"int", "integer", "decimal", "boolean", "dateTime", "base64Binary"})
"""Types with several spellings of one value."""


def free(member: Field) -> bool:
    """Text that may be any: neither a reference nor an address, nor bound by anything but being there."""
    bound = any(constraint.facet != "required" for constraint in member.constraints)
    return member.type == "string" and not member.marks and not bound


def due(member: Field) -> bool:
    """Does the type mapping demand the element, though the document does not say so? A value type is there once."""
    return member.occurs is not None and member.occurs[0] > 0 and not member.required and member.type in TYPED


def request_rules(contract: Contract, encodings: tuple[str, ...]) -> Iterator[Rule]:
    """Rules that a request can break, and those about what must be taken."""
    for path, member in walk(contract.operation.request.fields):
        if not member.name.startswith("#"):
            for facet, basis, citation, statement in _of_member(path, member):
                place = ("request", path, facet)
                yield member_rule(contract, encodings, place, basis, citation, statement, facet == "type")


def _of_member(path: str, member: Field) -> Iterator[tuple[str, Basis, Citation, str]]:
    cite = member.citation
    required = member.constraint("required")
    if required is not None:
        yield "required", required.basis, required.citation, f"A request without {path} is refused."
        if member.type == "string":
            yield "not-blank", Basis.INFERRED, required.citation, f"A blank {path} is refused."
    elif due(member):
        yield "required", Basis.INFERRED, cite, f"A request without {path}, or with nil in it, is refused."
    optional = member.constraint("optional")
    if optional is not None:
        yield "optional", optional.basis, optional.citation, f"A request without {path} is accepted."
    type_cite = member.type_citation or cite
    yield from _of_type(path, member, type_cite)
    if member.type == "enum":
        for choice in member.choices:
            yield f"choice-{choice.name}", member.type_basis, type_cite, f"{choice.name} is accepted in {path}."
        names = ", ".join(choice.name for choice in member.choices)
        yield "enumeration", Basis.INFERRED, type_cite, f"{path} is one of {names}; anything else is refused."
    if free(member):
        yield "text", Basis.INFERRED, cite, f"Any text that XML can carry is accepted in {path}."
    if member.type == "list":
        yield "several", member.type_basis, type_cite, f"Several items in {path} are accepted."


def _of_type(path: str, member: Field, type_cite: Citation) -> Iterator[tuple[str, Basis, Citation, str]]:
    """What the member's type alone says."""
    if member.type in TYPED:
        statement = f"{path} is {article(member.type)}; anything else is refused."
        yield "type", member.type_basis, type_cite, statement
    if member.type in SOFTLY:
        statement = f"A value that is only nearly {article(member.type)} is refused in {path}."
        yield "strict-type", Basis.INFERRED, type_cite, statement
    if member.type in SPELT:
        statement = f"Every spelling of a value that {article(member.type)} has is accepted in {path}."
        yield "lexical", Basis.INFERRED, type_cite, statement
    if member.type == "base64Binary":
        yield "size", Basis.INFERRED, type_cite, f"{path} is taken empty and with a megabyte in it."


def response_rules(contract: Contract, encodings: tuple[str, ...]) -> Iterator[Rule]:
    """Rules about the members of an answer to a request that is accepted."""
    for path, member in walk(contract.operation.response.fields):
        if member.name.startswith("#"):
            continue
        cite = member.citation
        if not member.name.startswith("@"):
            # An attribute of another name is one that is not there.
            statement = f"{path} is spelt exactly so, case included."
            place = ("response", path, "name")
            yield member_rule(contract, encodings, place, member.basis, cite, statement, schema=False)
        if member.type not in ANYTHING:
            statement = f"{path}, where present and not nil, is {article(member.type)}."
            type_cite = member.type_citation or cite
            place = ("response", path, "type")
            # A schema says of the type of a text that it is one; elements in its place are the codec's to tell.
            typed = member.type in TYPED | {"enum"}
            yield member_rule(contract, encodings, place, member.type_basis, type_cite, statement, typed)
        if member.type == "list" and member.item is not None:
            statement = f"The items of {path} stand in elements {member.item.name}."
            place = ("response", path, "item")
            yield member_rule(contract, encodings, place, member.basis, member.item.citation, statement, schema=False)
