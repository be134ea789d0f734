"""ASP.NET Web API help page → facts. A reader of the format: it knows no service, no model and no line number.

What the page betrays about itself becomes an erratum: a row without a name (recovered from the order of the samples),
a nested model without a table, a format without a sample, a sample that breaks its own constraint. Must never import
another reader or the readings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.documents import helperrata, helptable
from conformance.documents.draft import Draft
from conformance.documents.helpmodels import held
from conformance.documents.ledger import Notes, members
from conformance.documents.samples import Node, read_json, read_xml, walk
from conformance.model import Basis, Encoding, Field, Message, Operation

if TYPE_CHECKING:
    from conformance.documents.page import Page

KIND = "aspnet-help-page"
TITLE = re.compile(r"^(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (?P<path>\S+)$")
HEADINGS = (
    "Request Information",
    "URI Parameters",
    "Body Parameters",
    "Request Formats",
    "Response Information",
    "Resource Description",
    "Response Formats",
)
_MEDIA = re.compile(r"^[\w.+-]+/[\w.+-]+(?:, ?[\w.+-]+/[\w.+-]+)*$")
_ENCODINGS = (("json", "json"), ("xml", "xml"), ("x-www-form-urlencoded", "form"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One documented wire form of a part, with its sample where the page prints one."""

    name: str
    media_types: tuple[str, ...]
    line: int
    sample: Node | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The request or the answer as printed."""

    message: Message
    formats: tuple[Format, ...]
    table: helptable.Table | None


def recognises(page: Page) -> bool:
    """The page begins with a method and a path and has the headings of such a page."""
    return TITLE.match(page.line(1)) is not None and "Request Information" in page.lines


def read(page: Page) -> Draft:
    """The facts of a help page."""
    title = TITLE.match(page.line(1))
    if title is None:
        raise page.error(1, "a help page begins with a method and a path")
    notes = Notes()
    sections = _sections(page, notes)
    for heading in ("", "Request Information", "Response Information"):
        first, last = sections.get(heading, (1, 0))
        helptable.read_table(page, max(first, 2), last, notes)
    first, last = sections.get("URI Parameters", (1, 0))
    for number in range(first, last + 1):
        if page.line(number).strip() != "None.":
            raise page.error(number, "parameters in the address are not known to this reader")
        notes.fact(number, "request/uri-parameters")
    request = _part(page, notes, "request", sections, "Body Parameters", "Request Formats", None)
    answer = _part(page, notes, "response", sections, "Resource Description", "Response Formats", request.message)
    operation = Operation(
        name=_name(title["path"]),
        method=title["method"],
        path=title["path"],
        citation=page.cite(1),
        request=request.message,
        response=answer.message,
        encodings=_encodings(page, notes, request.formats, answer.formats),
    )
    _note_optional(notes, request.table, answer.table, operation)
    return Draft(
        kind=KIND,
        operation=operation,
        notes=notes,
        errata=(
            *helperrata.of_table(page, request.table, operation.request),
            *helperrata.of_table(page, answer.table, operation.response),
            *(e for f in request.formats for e in helperrata.of_format(page, f.name, f.line, f.sample)),
            *helperrata.of_samples(page, [f.sample for f in request.formats], operation.request),
        ),
    )


def _name(path: str) -> str:
    """`api/Account/Register/{id}` → `AccountRegister`."""
    words = [
        word for word in path.split("?", maxsplit=1)[0].split("/") if word and "{" not in word and word.lower() != "api"
    ]
    return "".join(word[0].upper() + word[1:] for word in words)


def _sections(page: Page, notes: Notes) -> dict[str, tuple[int, int]]:
    """Heading → its first and last line; the lines before any heading stand under the empty name."""
    starts = [("", 0)]
    for number, line in enumerate(page.lines, start=1):
        if line.strip() in HEADINGS:
            notes.reason(number, "a heading")
            starts.append((line.strip(), number))
    ends = [number - 1 for _, number in starts[1:]] + [len(page.lines)]
    return {name: (number + 1, end) for (name, number), end in zip(starts, ends, strict=True)}


def _part(
    page: Page,
    notes: Notes,
    part: str,
    sections: dict[str, tuple[int, int]],
    describing: str,
    showing: str,
    model: Message | None,
) -> Part:
    formats = _formats(page, notes, part, sections.get(showing, (1, 0)))
    first, last = sections.get(describing, (1, 0))
    table = helptable.read_table(page, first, last, notes)
    samples = [entry.sample for entry in formats if entry.sample is not None]
    fields: tuple[Field, ...] = ()
    if table is not None:
        names = _names(page, table, samples)
        nodes = samples[0] if samples else None
        fields = tuple(_field(page, row, name, nodes, model) for row, name in zip(table.rows, names, strict=True))
    line = table.line if table is not None else first
    namespace = next((sample.namespace for sample in samples if sample.namespace), None)
    root = table.model if table is not None else ""
    message = Message(root=root, citation=page.cite(line), fields=fields, namespace=namespace)
    return Part(message=message, formats=formats, table=table)


def _formats(page: Page, notes: Notes, part: str, span: tuple[int, int]) -> tuple[Format, ...]:
    first, last = span
    heads = [number for number in range(first, last + 1) if _MEDIA.match(page.line(number))]
    found = []
    for head, end in zip(heads, [*(number - 1 for number in heads[1:]), last], strict=True):
        media = tuple(word.strip() for word in page.line(head).split(","))
        name = next((name for mark, name in _ENCODINGS if any(mark in word for word in media)), None)
        body = [number for number in range(head + 1, end + 1) if page.line(number).strip()]
        if name is None or not body or page.line(body[0])[0] not in "{[<":
            sample = None
            for number in body:
                notes.reason(number, "no sample of a format that this reader knows")
        else:
            sample = (read_json if name == "json" else read_xml)(page, body[0], end)
            _note_sample(notes, part, name, sample, body)
        if name is None:
            notes.reason(head, "a format that this reader does not know")
        else:
            found.append(Format(name=name, media_types=media, line=head, sample=sample))
    return tuple(found)


def _note_sample(notes: Notes, part: str, name: str, sample: Node, body: list[int]) -> None:
    notes.fact(sample.line, f"{part}/sample/{name}")
    for seen in walk(sample):
        if seen.later:
            notes.reason(seen.node.line, "a further item of a list, as the first")
        elif seen.item and (seen.node.name or not seen.node.container):
            notes.fact(seen.node.line, f"{part}/{seen.path}/item")
        elif not seen.item:
            notes.fact(seen.node.line, f"{part}/{seen.path}/sample")
    for number in body:
        notes.reason(number, "a bracket of a sample")


def _names(page: Page, table: helptable.Table, samples: list[Node]) -> list[str]:
    """The names of the rows; a lost one is what the samples carry in its place."""
    named = [row.name for row in table.rows]
    lost = [row for row in table.rows if row.name is None]
    if not lost:
        return [name for name in named if name is not None]
    for sample in samples:
        shown = [node.name for node in sample.nodes]
        spare = iter([name for name in shown if name not in named])
        named = [name if name is not None else next(spare, None) for name in named]
        if None in named or [name for name in shown if name in named] != named:
            raise page.error(lost[0].line, "this row has no name, and the order of the samples does not tell it")
    if not samples:
        raise page.error(lost[0].line, "this row has no name, and there is no sample to tell it")
    return [name for name in named if name is not None]


def _field(page: Page, row: helptable.Row, name: str, sample: Node | None, model: Message | None) -> Field:
    kind, word = helptable.type_word(page, row)
    shown = sample.child(name) if sample is not None else None
    cite = page.cite(row.type_line)
    item: Field | None = None
    fields: tuple[Field, ...] = ()
    if kind == "list" and word is not None:
        plain = helptable.TYPE_WORDS.get(word)
        first = shown.nodes[0] if shown is not None and shown.nodes else None
        inner = () if plain is not None else held(page, word, first, model)
        item = Field(name=word, type=plain or "object", basis=Basis.STATED, citation=cite, fields=inner)
    elif kind == "object" and word is not None:
        fields = held(page, word, shown, model)
    return Field(
        name=name,
        type=kind,
        basis=Basis.STATED,
        citation=page.cite(row.line),
        type_citation=cite,
        constraints=helptable.constraints(page, row),
        item=item,
        fields=fields,
    )


def _encodings(
    page: Page, notes: Notes, request: tuple[Format, ...], answer: tuple[Format, ...]
) -> tuple[Encoding, ...]:
    for entry in answer:
        notes.fact(entry.line, f"encoding/{entry.name}/response")
    media = {entry.name: entry.media_types for entry in answer}
    return tuple(
        Encoding(
            name=entry.name,
            media_types=entry.media_types,
            citation=page.cite(entry.line),
            response_media_types=media.get(entry.name, ()),
        )
        for entry in request
    )


def _note_optional(
    notes: Notes, request: helptable.Table | None, answer: helptable.Table | None, operation: Operation
) -> None:
    """A row of the request without `Required` says that its member may be absent; of an answer it says nothing."""
    lines = {member.citation.line: path for path, member in members(operation.request.fields) if not member.required}
    for row in request.rows if request is not None else ():
        if row.line in lines:
            notes.fact(row.annotation_line, f"request/{lines[row.line]}/optional")
    for row in answer.rows if answer is not None else ():
        notes.reason(row.annotation_line, "no annotation is printed")
