"""The member tables of an ASP.NET Web API help page: rows, type words, annotations.

Such a table arrives as text with one cell a line, each ended by a bar: `| Name |`, description, type, annotations. A
name that mail obfuscation swallowed leaves a lone bar, and so does a row that ends twice. Knows no service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from conformance.model import Basis, Constraint

if TYPE_CHECKING:
    from conformance.documents.ledger import Notes
    from conformance.documents.page import Page

HEADER = re.compile(r"^(?P<model>[^|]*)\| Name \| Description \| Type \| Additional information \|$")
_RULE = re.compile(r"^(\|-+)+\|$")
_OPENER = re.compile(r"^\| (?P<name>\S+) \|$")
CELLS = 3
"""Those behind the name: description, type, annotations."""
_COLLECTION = "Collection of "

TYPE_WORDS = {
    "string": "string",
    "boolean": "boolean",
    "integer": "integer",
    "unsigned integer": "integer",
    "byte": "integer",
    "signed byte": "integer",
    "unsigned byte": "integer",
    "decimal number": "decimal",
    "globally unique identifier": "guid",
    "date": "dateTime",
    "character": "string",
    "time interval": "string",
    "URI": "string",
    "Object": "open",
}

_NUMBER = r"-?\d+(?:\.\d+)?(?:E[+-]?\d+)?"
# The page generator sorts annotations by their text, `Required` first; so what may follow a pattern is known.
_AFTER = (
    ("range", re.compile(rf"(?:^| )Range: inclusive between (?P<low>{_NUMBER}) and (?P<high>{_NUMBER})$")),
    ("max-length", re.compile(r"(?:^| )Max length: (?P<length>\d+)$")),
)
_UNKNOWN_AFTER = re.compile(r"(?:^| )(?:Min length: \d+|String length: inclusive between \d+ and \d+)$")
_PATTERN = "Matching regular expression pattern: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table; `name` is None where the cell is empty."""

    name: str | None
    line: int
    type_word: str
    type_line: int
    annotations: str
    annotation_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A model's table. `stray` are lines with a bar that belongs to no row."""

    model: str
    line: int
    rows: tuple[Row, ...]
    stray: tuple[int, ...]


def read_table(page: Page, first: int, last: int, notes: Notes) -> Table | None:
    """The table between two lines, or None where there is none. Describing lines are noted as such."""
    header = next((n for n in range(first, last + 1) if HEADER.match(page.line(n))), None)
    for number in range(first, header or last + 1):
        notes.reason(number, "a description, not carried" if page.line(number) != "None." else "nothing to list")
    if header is None:
        return None
    rows: list[Row] = []
    stray: list[int] = []
    number = header + 1
    if _RULE.match(page.line(number)):
        notes.reason(number, "the line under a table's head")
        number += 1
    while number <= last:
        cells = _cells(page, number, last)
        lone = page.line(number).strip() == "|"
        if not lone and not _OPENER.match(page.line(number)):
            raise page.error(number, f"expected a table row, found {page.line(number)[:60]!r}")
        if cells is not None:
            rows.append(_row(page, number, cells, notes))
            number = cells[-1][-1] + 1
        elif lone:
            notes.reason(number, "a bar that belongs to no row")
            stray.append(number)
            number += 1
        else:
            raise page.error(number, "this table row has fewer than four cells")
    found = HEADER.match(page.line(header))
    model = found.group("model").strip() if found is not None else ""
    return Table(model=model, line=header, rows=tuple(rows), stray=tuple(stray))


def _cells(page: Page, number: int, last: int) -> list[tuple[int, ...]] | None:
    """The lines of the three cells behind the opener on this line; None where the next row opens before that."""
    cells: list[tuple[int, ...]] = []
    held: list[int] = []
    for at in range(number + 1, last + 1):
        if _OPENER.match(page.line(at)):
            break
        held.append(at)
        if page.line(at).strip() == "|" or page.line(at).endswith(" |"):
            cells.append(tuple(held))
            held = []
        if len(cells) == CELLS:
            return cells
    return None


def _row(page: Page, number: int, cells: list[tuple[int, ...]], notes: Notes) -> Row:
    descriptions, types, annotations = cells
    for described in descriptions:
        notes.reason(described, "a description, not carried")
    for piece in (*types[:-1], *annotations[:-1]):
        notes.reason(piece, "the first lines of a cell, taken with its last one")
    opener = _OPENER.match(page.line(number))
    return Row(
        name=opener.group("name") if opener is not None else None,
        line=number,
        type_word=_text(page, types),
        type_line=types[-1],
        annotations=_text(page, annotations),
        annotation_line=annotations[-1],
    )


def _text(page: Page, lines: tuple[int, ...]) -> str:
    """The text of a cell without its bar."""
    return " ".join(page.line(number) for number in lines).removesuffix("|").strip()


def type_word(page: Page, row: Row) -> tuple[str, str | None]:
    """The type and, for a list or an object, the word for what it holds."""
    if row.type_word.startswith(_COLLECTION):
        return "list", row.type_word.removeprefix(_COLLECTION)
    if row.type_word in TYPE_WORDS:
        return TYPE_WORDS[row.type_word], None
    if re.fullmatch(r"\w+", row.type_word):
        return "object", row.type_word
    raise page.error(row.type_line, f"the type {row.type_word!r} is not known to this reader")


def constraints(page: Page, row: Row) -> tuple[Constraint, ...]:
    """The annotations of a row, in the order of the page. A pattern may hold anything: it is found from the right."""
    rest = row.annotations
    cite = page.cite(row.annotation_line)
    found: list[Constraint] = []
    if rest in {"None.", ""}:
        return ()
    while (last := _last(rest)) is not None:
        match, facet = last
        rest = rest[: match.start()]
        if facet == "range":
            low, high = Decimal(match["low"]), Decimal(match["high"])
            found.append(Constraint(facet=facet, basis=Basis.STATED, citation=cite, minimum=low, maximum=high))
        else:
            length = int(match["length"])
            found.append(Constraint(facet=facet, basis=Basis.STATED, citation=cite, max_length=length))
    unknown = _UNKNOWN_AFTER.search(rest)
    if unknown is not None:
        raise page.error(row.annotation_line, f"the annotation {unknown[0].strip()!r} is not known to this reader")
    head, separator, pattern = rest.partition(_PATTERN)
    if separator:
        found.append(Constraint(facet="pattern", basis=Basis.STATED, citation=cite, pattern=pattern))
    if head.strip() == "Required":
        found.append(Constraint(facet="required", basis=Basis.STATED, citation=cite))
    elif head.strip():
        raise page.error(row.annotation_line, f"the annotation {head.strip()!r} is not known to this reader")
    return tuple(reversed(found))


def _last(rest: str) -> tuple[re.Match[str], str] | None:
    for facet, suffix in _AFTER:
        match = suffix.search(rest)
        if match is not None:
            return match, facet
    return None
