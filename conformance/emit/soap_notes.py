"""Which rules a declaration in the schema of a SOAP service expresses, and how often its element occurs.

What a service must take is no constraint on a message, so a schema has nothing to say of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.emit.soap_types import SOFTLY, TYPED
from conformance.emit.xsd_notes import Notes, Parent
from conformance.model import Basis, Contract, Field


def occurs_in(part: str, member: Field) -> tuple[int, int | None]:
    """(least, most) of a member. Where the type mapping does not speak, what is required is there."""
    if member.occurs is not None:
        return member.occurs
    return (1, 1) if part == "request" and member.required else (0, 1)


def note(contract: Contract, part: str, path: str, element: Parent, member: Field) -> None:
    """Write the rules into the declaration. What is assumed of an answer is no rule's business."""
    answer = part == "response"
    if answer and member.basis is Basis.ASSUMED:
        return
    expressed = dict(_of_answer(member) if answer else _of_request(member))
    notes = Notes(contract, part, path, element)
    for facet, keyword in expressed.items():
        notes.rule(keyword, facet)
    blank = not answer and member.required and member.type == "string"
    if blank:
        notes.missing("not-blank", "a blank text is a text")
    if expressed or blank:
        notes.close()


def _of_answer(member: Field) -> Iterator[tuple[str, str]]:
    """(facet, keyword) of the rules about a member of an answer."""
    if member.name[0] != "@":
        yield "name", "name"
    if member.type not in {"open", "empty"}:
        yield "type", "type"
    if member.type == "list" and member.item is not None:
        yield "item", "name"


def _of_request(member: Field) -> Iterator[tuple[str, str]]:
    """(facet, keyword) of the rules about a member of a request."""
    presence = "use" if member.name[0] == "@" else "minOccurs"
    if member.required or (member.type in TYPED and occurs_in("request", member)[0]):
        yield "required", presence
    if member.constraint("optional") is not None:
        yield "optional", presence
    if member.type in TYPED:
        yield "type", "type"
    if member.type in SOFTLY:
        yield "strict-type", "type"
    if member.type == "enum":
        yield "enumeration", "enumeration"
