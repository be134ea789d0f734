"""ASP.NET Web API help page → facts. A reader of the format: it knows no service, no model and no line number.

What the page betrays about itself becomes an erratum: a row without a name (recovered from the order of the samples),
a nested model without a table, a format without a sample, a sample that breaks its own constraint. Must never import
another reader or the readings.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.documents.draft import Draft
from conformance.documents.helppage import errata
from conformance.documents.helppage.printed import Printed, printed
from conformance.documents.helppage.sections import recognises, title_of
from conformance.documents.helppage.shown import Shown
from conformance.documents.ledger import Notes, members
from conformance.model import Encoding, Field, Message, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.helppage.formats import Format
    from conformance.documents.helppage.tables import Table
    from conformance.documents.page import Page

__all__ = ["KIND", "read", "recognises"]

KIND = "aspnet-help-page"


def read(page: Page) -> Draft:
    """The facts of a help page."""
    title = title_of(page)
    if title is None:
        raise page.error(1, "a help page begins with a method and a path")
    line, words = title
    notes = Notes()
    parts = printed(page, notes, line)
    parameters = _parameters(page, notes, parts)
    request = _message(page, parts, "request")
    word = parts.bodies["request"].word
    parts.models.requested = parts.models.closure([word] if word is not None else [])
    response = _message(page, parts, "response")
    respelt = errata.of_spelling(page, parts)
    operation = Operation(
        name=_name(words["method"], words["path"]),
        method=words["method"],
        path=words["path"],
        citation=page.cite(line),
        request=request,
        response=response,
        encodings=tuple(_encodings(page, notes, parts, but="xml" if errata.torn(respelt) else "")),
        parameters=parameters,
    )
    _note_rows(notes, parts.tables, operation)
    return Draft(kind=KIND, operation=operation, notes=notes, errata=errata.of_page(page, parts, operation, respelt))


def _name(method: str, path: str) -> str:
    """`api/Account/Register/{id}` → `AccountRegister`."""
    parts = path.split("?", maxsplit=1)[0].split("/")
    words = [word for word in parts if word and "{" not in word and word.lower() != "api"]
    return "".join(word[0].upper() + word[1:] for word in words) or method.capitalize()


def _parameters(page: Page, notes: Notes, parts: Printed) -> tuple[Field, ...]:
    """The parameters in the address. No sample shows them, so their names are those of the table alone."""
    table = parts.parameters
    if table is None:
        for line in parts.nowhere:
            notes.fact(line, "request/uri-parameters")
        return ()
    lost = next((row for row in table.rows if row.name is None), None)
    if lost is not None:
        raise page.error(lost.line, "this parameter of the address has no name, and no sample could tell it")
    fields = parts.models.fields(table, Shown())
    return tuple(replace(member, name=row.name or "") for member, row in zip(fields, table.rows, strict=True))


def _message(page: Page, parts: Printed, part: str) -> Message:
    """A body that is no object has no members here; an erratum says so."""
    body, place = parts.bodies[part], parts.shown[part]
    word, sample = body.word, place.xml
    fields: tuple[Field, ...] = ()
    model = word.text if word is not None and word.kind == "model" else ""
    if body.table is not None and (word is None or model) and not place.listed:
        fields = parts.models.fields(body.table, place, (model,))
        if model in parts.models.requested:
            # The answer is what was sent, and its table repeats what is demanded of requests.
            fields = tuple(replace(member, constraints=()) for member in fields)
    elif word is not None and word.kind in {"model", "pair"} and not place.listed:
        fields = parts.models.shape(word, place, page.cite(body.line)).fields
    root = word.item_name if word is not None else body.table.model if body.table is not None else ""
    line = body.line
    if sample is not None and sample.name != root:
        root, line = sample.name, sample.line
    namespace = sample.namespace if sample is not None else None
    return Message(root=root, citation=page.cite(line), fields=fields, namespace=namespace)


def _encodings(page: Page, notes: Notes, parts: Printed, but: str) -> Iterator[Encoding]:
    """The documented forms, those of the request first; `but` leaves one out."""
    asked = {held.name: held for held in parts.formats["request"]}
    given = {held.name: held for held in parts.formats["response"]}
    for name in dict.fromkeys([*asked, *given]):
        first: Format = asked.get(name) or given[name]
        both = [held[name] for held in (asked, given) if name in held]
        serializers = [held.serializer for held in both if held.serializer is not None]
        if name == but:
            notes.reason(first.line, "a format whose names differ from those of JSON")
            continue
        yield Encoding(
            name=name,
            media_types=asked[name].media_types if name in asked else (),
            citation=page.cite(first.line),
            response_media_types=given[name].media_types if name in given else (),
            response_citation=page.cite(given[name].line) if name in given else None,
            serializer=serializers[0] if serializers else None,
        )


def _note_rows(notes: Notes, tables: tuple[Table, ...], operation: Operation) -> None:
    """A row of the request without `Required` says that its member may be absent; of an answer it says nothing."""
    optional: dict[int, list[str]] = {}
    for path, member in members(operation.request.fields):
        if not member.required and member.citation.line is not None:
            optional.setdefault(member.citation.line, []).append(path)
    for table in tables:
        for row in table.rows:
            notes.fact(row.annotation_line, *(f"request/{path}/optional" for path in optional.get(row.line, ())))
