"""What the lines of an ASMX help page yield: facts of both SOAP versions under the same names, or the reason for none.

Must never import a reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.documents.asmx.fields import is_open
from conformance.documents.ledger import facets, members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.asmx.heads import Head
    from conformance.documents.asmx.tree import Element, Source
    from conformance.documents.ledger import Notes
    from conformance.model import Field, Message

LATER = "a further item of a list, as the first"
OPEN = "content that the page leaves open"
END = "the end of an element"


def note_head(notes: Notes, head: Head, encoding: str) -> None:
    """The first line of a message and its headers."""
    if head.asks:
        notes.fact(head.line, "operation")
        if encoding.startswith("http-"):
            notes.fact(head.line, f"encoding/{encoding}/path")
    else:
        notes.fact(head.line, f"encoding/{encoding}/response/status")
    for name, header in head.headers.items():
        if name == "content-type":
            notes.fact(header.line, f"encoding/{encoding}" if head.asks else f"encoding/{encoding}/response")
            if head.asks and "action=" in header.value:
                notes.fact(header.line, f"encoding/{encoding}/action")
        elif name == "soapaction":
            notes.fact(header.line, f"encoding/{encoding}/action")
        else:
            notes.reason(header.line, "a header that a target or a message fills")


def note_envelope(notes: Notes, envelope: Element, encoding: str) -> None:
    """The elements that belong to SOAP."""
    notes.fact(envelope.line, f"encoding/{encoding}/envelope")
    for child in envelope.children:
        notes.reason(child.line, f"the {child.name.lower()} of an envelope")


def note_message(notes: Notes, part: str, message: Message, wrappers: tuple[Element, ...] = ()) -> None:
    """The facts of a message; a second version of it yields the same on lines of its own."""
    if message.root:
        notes.fact(message.citation.line, f"{part}/root")
    for wrapper in wrappers:
        notes.fact(wrapper.line, f"{part}/wrapper")
    _fields(notes, f"{part}/header", message.headers)
    _fields(notes, part, message.fields)


def _fields(notes: Notes, part: str, fields: tuple[Field, ...]) -> None:
    for path, member in members(fields):
        notes.fact(member.citation.line, f"{part}/{path}", f"{part}/{path}/type")
        for constraint in member.constraints:
            notes.fact(constraint.citation.line, *(f"{part}/{path}/{facet}" for facet in facets(constraint)))
        item, name = member.item, f"{part}/{path}/item"
        while item is not None:
            notes.fact(item.citation.line, name)
            item, name = item.item, f"{name}/item"


def note_rest(notes: Notes, source: Source, root: Element, start: int, end: int) -> None:
    """Why the lines of a sample that yield no fact yield none. Facts are noted before."""
    first, last = source.line(start), source.line(max(start, end - 1))
    for line in range(first, root.line):
        notes.reason(line, "the XML declaration of a sample")
    for line, why in _without_fact(root):
        notes.reason(line, why)
    for line in range(first, last + 1):
        if source.page.line(line).strip():
            notes.reason(line, END)


def _without_fact(element: Element, *, later: bool = False) -> Iterator[tuple[int, str]]:
    before: tuple[str, str] | None = None
    for child in element.children:
        again = later or child.qualified == before
        before = child.qualified
        if again:
            yield child.line, LATER
        elif is_open(element):
            yield child.line, OPEN
        yield from _without_fact(child, later=again)
