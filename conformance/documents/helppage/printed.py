"""What stands on an ASP.NET Web API help page, taken apart: sections, samples, tables, enumerations.

Every line is accounted for on the way. Putting the parts together as messages is the reader's part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.documents.helppage.annotations import NONE
from conformance.documents.helppage.formats import Format, formats
from conformance.documents.helppage.marks import Marks, bare, fence, marks_of, ruled
from conformance.documents.helppage.models import Models
from conformance.documents.helppage.sections import DESCRIBING, Block, blocks, sections
from conformance.documents.helppage.shown import Shown
from conformance.documents.helppage.tables import Enumeration, Table, note_table, read_enum, read_rows
from conformance.documents.helppage.typewords import TypeWord, models_in, type_word
from conformance.documents.samples import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.documents.ledger import Notes
    from conformance.documents.page import Page

ANSWERING = ("Response Information", "Resource Description", "Response Formats")
PARTS = (("request", "Body Parameters", "Request Formats"), ("response", "Resource Description", "Response Formats"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a section says of a body: its type where there is one, the line that says so, its table where it has one."""

    word: TypeWord | None
    line: int
    table: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The parts of a page. `bodies`, `formats` and `shown` are by part; `parameters` is the table of the address."""

    bodies: Mapping[str, Body]
    formats: Mapping[str, tuple[Format, ...]]
    shown: Mapping[str, Shown]
    parameters: Table | None
    nowhere: tuple[int, ...]
    """The lines that say that the address has no parameters."""
    models: Models
    tables: tuple[Table, ...]
    marks: Marks
    answered: bool
    """The page has a heading for what the service answers."""
    formatless: int
    """Where the formats should be listed."""


def printed(page: Page, notes: Notes, title: int) -> Printed:
    """Take a page apart; `title` is the line of its title."""
    spans = sections(page, notes)
    marks = marks_of(page)
    found = blocks(page, spans)
    shown = {
        part: formats(page, notes, part, spans.get(heading, (1, 0)), [b for b in found if b.section == heading])
        for part, _, heading in PARTS
    }
    samples = [held.sample for part in shown.values() for held in part if held.sample is not None]
    names = {seen.node.name for sample in samples for seen in walk(sample)}
    models = {model for block in found for model in _models(block)}
    enums: dict[str, Enumeration] = {}
    tables: list[tuple[Block, Table]] = []
    for block in found:
        for number in range(block.first, block.head):
            notes.reason(number, "the name of the table below it")
        if block.enum:
            enums.setdefault(block.model, _enum(page, block, notes, marks))
            continue
        table = read_rows(page, (block.head, block.last, block.model), names, models, marks)
        note_table(page, table, notes)
        tables.append((block, table))
    mains = {block.section: table for block, table in reversed(tables) if block.section in DESCRIBING}
    bodies = {part: _body(page, spans.get(heading, (1, 0)), mains.get(heading)) for part, heading, _ in PARTS}
    by_model = {model: table for block, table in reversed(tables) for model in _models(block)}
    for block, table in tables:
        named = [f"model/{model}" for model in _models(block) if by_model[model] is table]
        if table not in mains.values():
            notes.fact(table.line, *named)
        notes.reason(table.line, "the head of a table")
    for span in ((1, title - 1), *spans.values()):
        _note_text(page, notes, *span)
    serializers = [held.serializer for part in shown.values() for held in part if held.serializer is not None]
    places = {part: _shown(held) for part, held in shown.items()}
    return Printed(
        bodies=bodies,
        formats=shown,
        shown=places,
        parameters=mains.get("URI Parameters"),
        nowhere=_nothing(page, spans.get("URI Parameters", (1, 0))),
        models=Models(
            page=page,
            tables=by_model,
            enums=enums,
            samples=tuple(places.values()),
            alphabetical=serializers[:1] == ["data-contract"],
        ),
        tables=tuple(table for _, table in tables),
        marks=marks,
        answered=not spans.keys().isdisjoint(ANSWERING),
        formatless=next((spans[name][0] - 1 for _, _, name in PARTS if name in spans), title),
    )


def _models(block: Block) -> Iterator[str]:
    """The model that a table describes: that of its name, or the one that its phrase is around."""
    found = type_word(block.model) or (type_word(block.model.split()[-1]) if block.model else None)
    yield from models_in(found) if found is not None else ()


def _enum(page: Page, block: Block, notes: Notes, marks: Marks) -> Enumeration:
    if not block.model:
        raise page.error(block.head, "this table of an enumeration has no name; put it on the line before")
    notes.fact(block.head, f"enumeration/{block.model}")
    return read_enum(page, (block.head, block.last, block.model), notes, marks)


def _body(page: Page, span: tuple[int, int], table: Table | None) -> Body:
    """The type of a body stands before its table, or alone; `None.` says that there is no body."""
    first, last = span
    if table is not None:
        return Body(word=table.word, line=table.line, table=table)
    lines = [(number, bare(page.line(number))) for number in range(first, last + 1) if page.line(number).strip()]
    if all(text not in NONE for _, text in lines):
        for number, text in reversed(lines):
            word = type_word(text)
            if word is not None:
                return Body(word=word, line=number, table=None)
    return Body(word=None, line=min(first, len(page.lines)), table=None)


def _nothing(page: Page, span: tuple[int, int]) -> tuple[int, ...]:
    numbers = range(span[0], span[1] + 1)
    return tuple(number for number in numbers if bare(page.line(number)) in NONE - {""})


def _note_text(page: Page, notes: Notes, first: int, last: int) -> None:
    for number in range(first, last + 1):
        text = page.line(number)
        if fence(text) or ruled(text):
            notes.reason(number, "a fence or a line across the page")
        elif text.strip():
            nothing = bare(text) in NONE
            notes.reason(number, "nothing to list" if nothing else "a description, not carried")


def _shown(held: tuple[Format, ...]) -> Shown:
    samples = {entry.name: entry.sample for entry in held}
    return Shown(samples.get("json"), samples.get("xml"))
