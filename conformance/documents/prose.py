"""A page of prose about a SOAP operation → what it states: the operation's name, the inputs, the kinds of document.

It prints no element names, so those made here are `assumed`; readings replace them. The kinds between brackets are
stated, and so is which input may be left out. Knows no service. Must never import another reader or the readings.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.documents.draft import Draft
from conformance.documents.ledger import Notes
from conformance.documents.page import Page, kebab
from conformance.model import Basis, Choice, Constraint, Field, Message, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

KIND = "prose"
_OPERATION = re.compile(r"https?://[^/\s]+(?P<path>/[^?\s]*)\?wsdl/(?P<name>\w+)")
_BULLET = re.compile(r"^\s*[•*-]\s+(?P<text>.*\S)\s*$")
_ASIDE = re.compile(r"\((?P<text>[^)]*)\)")
_INPUT = re.compile(r"\bentrada\b.*:$")


def recognises(page: Page) -> bool:
    """The page speaks of SOAP and of an operation behind the address of a WSDL."""
    return any(_OPERATION.search(line) for line in page.lines) and any("SOAP" in line for line in page.lines)


def read(page: Page) -> Draft:
    """The facts of a page of prose."""
    notes = Notes()
    line, found = _operation(page)
    start = next((n for n, text in enumerate(page.lines, start=1) if _INPUT.search(text)), None)
    if start is None:
        raise page.error(1, "no line announces the inputs of the operation")
    notes.fact(start, "request/required")
    request = Message(root=found["name"], citation=page.cite(line), fields=_inputs(page, notes, start))
    answer = Message(root=f"{found['name']}Response", citation=page.cite(line), fields=())
    operation = Operation(
        name=found["name"],
        method="POST",
        path=found["path"],
        citation=page.cite(line),
        request=request,
        response=answer,
        encodings=(),
    )
    for number, text in enumerate(page.lines, start=1):
        if text.strip():
            notes.reason(number, "a heading or a sentence that states no fact of a message")
    return Draft(kind=KIND, operation=operation, notes=notes)


def _operation(page: Page) -> tuple[int, re.Match[str]]:
    for number, line in enumerate(page.lines, start=1):
        found = _OPERATION.search(line)
        if found is not None:
            return number, found
    raise page.error(1, "no address names the operation behind ?wsdl/")


def _inputs(page: Page, notes: Notes, start: int) -> tuple[Field, ...]:
    """The bullets below the announcement. One that ends with a colon is a list of what follows it."""
    fields: list[Field] = []
    held: list[Field] = []
    listed: Field | None = None
    for number, text in _bullets(page, start + 1):
        made = _input(page, notes, number, text)
        if listed is not None:
            held.append(made)
        elif text.endswith(":"):
            listed = made
        else:
            fields.append(made)
    if listed is not None:
        item = Field(
            name="item",
            type="object",
            basis=Basis.ASSUMED,
            citation=listed.citation,
            type_basis=Basis.ASSUMED,
            fields=tuple(held),
        )
        fields.append(replace(listed, type="list", type_basis=Basis.STATED, item=item))
    return tuple(fields)


def _bullets(page: Page, number: int) -> Iterator[tuple[int, str]]:
    begun = False
    for at in range(number, len(page.lines) + 1):
        bullet = _BULLET.match(page.line(at))
        if bullet is not None:
            begun = True
            yield at, bullet["text"]
        elif begun or page.line(at).strip():
            return


def _input(page: Page, notes: Notes, number: int, text: str) -> Field:
    asides = [aside["text"] for aside in _ASIDE.finditer(text)]
    optional = any(aside.startswith("si ") for aside in asides)
    kinds = [kebab(kind) for aside in asides if not aside.startswith("si ") for kind in re.split(r", | o ", aside)]
    words = kebab(_ASIDE.sub(" ", text).split(",", maxsplit=1)[0]).split("-")
    name = words[0] + "".join(word.capitalize() for word in words[1:])
    cite = page.cite(number)
    for kind in kinds:
        notes.under(number, f"kind/{kind}")
    # One kind alone is no choice, but a remark.
    listed = len(kinds) > 1
    return Field(
        name=name,
        type="enum" if listed else "string",
        basis=Basis.ASSUMED,
        citation=cite,
        type_basis=Basis.STATED if listed else Basis.ASSUMED,
        constraints=(Constraint(facet="optional" if optional else "required", basis=Basis.STATED, citation=cite),),
        choices=tuple(Choice(name=kind) for kind in kinds) if listed else (),
    )
