"""The tables of an ASP.NET Web API help page: where they stand, what they are called, and their rows.

A table of members has the columns Name, Description, Type, Additional information; one of an enumeration has Name,
Value, Description. The model's name stands glued to the head, or on a line before it. Knows no service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.documents.helppage.annotations import NONE, constraints
from conformance.documents.helppage.marks import Marks, ruled
from conformance.documents.helppage.pieces import Piece, Style, style_of
from conformance.documents.helppage.rows import Cells, Unread, rows_in
from conformance.documents.helppage.typewords import TypeWord, type_word
from conformance.errors import SuiteError
from conformance.model import Choice, Constraint

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.documents.ledger import Notes
    from conformance.documents.page import Page

HEADER = re.compile(
    r"^(?P<model>.*?)\|?\s*Name\s*\|\s*Description\s*\|\s*Type\s*\|\s*Additional information\s*\|?\s*$"
    r"|^(?P<other>[^|]*?)NameDescriptionTypeAdditional information\s*$"
)
ENUM_HEADER = re.compile(
    r"^(?P<model>.*?)\|?\s*Name\s*\|\s*Value\s*\|\s*Description\s*\|?\s*$|^NameValueDescription\s*$"
)
ENUM_HEADING = re.compile(r"^(?P<model>.*?)\s*Possible enumeration values:?\s*(?P<rest>.*)$")
RULE = re.compile(r"^\|?(\s*:?-+:?\s*\|)+\s*(:?-+:?)?\s*$")
_CHOICE = re.compile(r"^\|?\s*(?P<name>[^\s|]+)\s*\|\s*(?P<number>-?\d{1,20})\s*(?:\|.*)?$")
_CHOICE_NAME = re.compile(r"^\|?\s*(?P<name>[^\s|]+)\s*\|?$")
_CHOICE_NUMBER = re.compile(r"^\|?\s*(?P<number>-?\d{1,20})\s*(?:\|.*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table; `name` is None where the cell is empty."""

    name: str | None
    line: int
    word: TypeWord
    type_line: int
    annotations: str
    annotation_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A model's table. `model` is the text before its head; `stray` are lines with a bar that belongs to no row."""

    model: str
    line: int
    last: int
    rows: tuple[Row, ...]
    stray: tuple[int, ...]

    @property
    def word(self) -> TypeWord | None:
        """The type that the table describes: what the name says, or the last word of a sentence that ends in it."""
        return type_word(self.model) or (type_word(self.model.split()[-1]) if self.model else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enumeration:
    """The table of an enumeration."""

    model: str
    line: int
    choices: tuple[Choice, ...]


def head_text(page: Page, number: int) -> str:
    """A line that may be the head of a table, without emphasis."""
    return page.line(number).strip().replace("**", "").replace("`", "")


def header_at(page: Page, number: int) -> re.Match[str] | None:
    """The head of a table of members on this line."""
    return HEADER.match(head_text(page, number))


def enum_header_at(page: Page, number: int) -> bool:
    """The head of an enumeration's table on this line."""
    return ENUM_HEADER.match(_plain(page, number)) is not None


def _plain(page: Page, number: int) -> str:
    """A line without the sentence that stands before an enumeration's table, which may be glued to it."""
    text = head_text(page, number)
    glued = ENUM_HEADING.match(text)
    return f"{glued['model']}{glued['rest']}" if glued is not None and glued["rest"] else text


def read_rows(
    page: Page, block: tuple[int, int, str], names: Collection[str], models: Collection[str], marks: Marks
) -> Table:
    """The table whose head is on a line, up to a last line, with the name of its model."""
    head, last, model = block
    lines = [
        (n, page.line(n)) for n in range(head + 1, last + 1) if not _is_rule(page, n, head) and not ruled(page.line(n))
    ]
    under = page.line(head + 1) if _is_rule(page, head + 1, head) else ""
    style = style_of(lines, under, page.line(head))
    laid = rows_in(lines, style, names, models, marks)
    if isinstance(laid, Unread):
        raise _unread(page, laid, style)
    rows = tuple(_row(cells) for cells in laid.rows)
    if not rows:
        raise page.error(head, "this table has no row; the page prints None. where there is nothing to list")
    named = [row.name for row in rows if row.name is not None]
    for row in rows:
        if row.name is not None and named.count(row.name) > 1:
            raise page.error(row.line, f"this table has more than one row {row.name}; keep one of them")
    return Table(model=model, line=head, last=last, rows=rows, stray=laid.stray)


def _is_rule(page: Page, number: int, head: int) -> bool:
    return number == head + 1 and RULE.match(page.line(number).strip()) is not None


def _unread(page: Page, laid: Unread, style: Style) -> Exception:
    piece = laid.at
    if style is Style.LED and not piece.opens:
        return page.error(piece.line, f"expected a table row, found {page.line(piece.line)[:60]!r}")
    told = [held for held in laid.row if held.text]
    typed = next((held for held in told[1:] if type_word(held.text) is None), None)
    if len(told) < 3 or typed is None:  # a description, a type and annotations
        return page.error(piece.line, "this table row has fewer than four cells, or none of them is a type")
    return page.error(typed.line, f"the type {typed.text[:60]!r} is not known to this reader")


def _row(cells: Cells) -> Row:
    word = type_word(_text(cells.typed))
    if word is None:
        raise SuiteError("a row was made around a text that is no type")
    return Row(
        name=cells.name,
        line=cells.opener,
        word=word,
        type_line=cells.typed[-1].line,
        annotations=_text(cells.annotated),
        annotation_line=cells.annotated[-1].line,
    )


def _text(pieces: tuple[Piece, ...]) -> str:
    """The text of a cell; the bars inside it were its own, and line ends are blanks."""
    joined = "".join(piece.text + piece.after for piece in pieces[:-1])
    return (joined + pieces[-1].text).strip().removesuffix(" |").strip()


def note_table(page: Page, table: Table, notes: Notes) -> None:
    """Say of every line of a table why it carries no fact, for those that turn out to carry none."""
    if _is_rule(page, table.line + 1, table.line):
        notes.reason(table.line + 1, "the line under a table's head")
    for line in table.stray:
        notes.reason(line, "a bar that belongs to no row")
    for row, end in zip(table.rows, [*(row.line for row in table.rows[1:]), table.last + 1], strict=True):
        for number in range(row.line, end):
            if number not in {row.line, row.type_line, row.annotation_line}:
                inner = number > row.type_line
                held = "the first lines of a cell, taken with its last one"
                notes.reason(number, held if inner else "a description, not carried")
        silent = "no annotation is printed" if row.annotations in NONE else "annotations that no request carries"
        notes.reason(row.annotation_line, silent)
        notes.reason(row.line, "a row of a model that no message carries")
        notes.reason(row.type_line, "a row of a model that no message carries")


def read_enum(page: Page, block: tuple[int, int, str], notes: Notes, marks: Marks) -> Enumeration:
    """The enumeration whose head is on a line, up to a last line, with its name."""
    head, last, model = block
    choices: list[Choice] = []
    pending: str | None = None
    number = head + 1
    if _is_rule(page, number, head):
        notes.reason(number, "the line under a table's head")
        number += 1
    while number <= last:
        text = marks.cell(page.line(number))
        whole = _CHOICE.match(text)
        alone = _CHOICE_NUMBER.match(text)
        if whole is not None and pending is None:
            choices.append(Choice(name=whole["name"], number=int(whole["number"])))
            notes.fact(number, f"enumeration/{model}/{whole['name']}")
        elif pending is not None and alone is not None:
            choices.append(Choice(name=pending, number=int(alone["number"])))
            notes.fact(number, f"enumeration/{model}/{pending}")
            pending = None
        elif pending is None and (found := _CHOICE_NAME.match(text)) is not None and _value_follows(page, number, last):
            pending = found["name"]
            notes.reason(number, "a name in an enumeration, taken with its number")
        number += 1
    if not choices:
        raise page.error(head, "this table of an enumeration has no row with a name and a number")
    for choice in choices:
        if [held.name for held in choices].count(choice.name) > 1:
            raise page.error(head, f"this enumeration has {choice.name} more than once; keep one of them")
    return Enumeration(model=model, line=head, choices=tuple(choices))


def _value_follows(page: Page, number: int, last: int) -> bool:
    return number < last and _CHOICE_NUMBER.match(page.line(number + 1).strip()) is not None


def row_constraints(page: Page, row: Row) -> tuple[Constraint, ...]:
    """The annotations of a row."""
    return constraints(row.annotations, page.cite(row.annotation_line))
