"""The parts of an ASP.NET Web API help page: its title, its headings, and the tables that stand anywhere between them.

What Markdown puts around a heading and a colon behind it are no part of it. Knows no table's rows and no samples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conformance.documents.helppage.marks import bare
from conformance.documents.helppage.tables import ENUM_HEADING, enum_header_at, head_text, header_at
from conformance.documents.helppage.typewords import models_in, type_word

if TYPE_CHECKING:
    from conformance.documents.ledger import Notes
    from conformance.documents.page import Page

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
MEDIA = re.compile(r"^[\w.+-]+/[\w.+-]+(?:, ?[\w.+-]+/[\w.+-]+)*$")
DESCRIBING = frozenset({"URI Parameters", "Body Parameters", "Resource Description"})
FIRST_LINES = 40
"""The title stands in one of these; what is above it belongs to the site."""
_ABOVE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A table: the line where its name or its head stands, its head, and its last line. `section` is the heading."""

    first: int
    head: int
    last: int
    model: str
    section: str
    enum: bool


def media_at(page: Page, number: int) -> tuple[str, ...]:
    """The media types that this line lists; none where it is no head of a format."""
    text = bare(page.line(number))
    return tuple(word.strip() for word in text.split(",")) if MEDIA.match(text) else ()


def title_of(page: Page) -> tuple[int, re.Match[str]] | None:
    """The line with method and path."""
    for number in range(1, min(len(page.lines), FIRST_LINES) + 1):
        found = TITLE.match(bare(page.line(number)))
        if found is not None:
            return number, found
    return None


def recognises(page: Page) -> bool:
    """The page begins with a method and a path and has the headings of such a page."""
    return title_of(page) is not None and any(bare(line) == "Request Information" for line in page.lines)


def sections(page: Page, notes: Notes) -> dict[str, tuple[int, int]]:
    """Heading → its first and last line; the lines before any heading stand under the empty name."""
    starts = [("", 0)]
    for number, line in enumerate(page.lines, start=1):
        heading = bare(line)
        if heading in HEADINGS:
            notes.reason(number, "a heading")
            if heading in dict(starts):
                raise page.error(number, f"the heading {heading} is there twice; give one operation a page")
            starts.append((heading, number))
    ends = [number - 1 for _, number in starts[1:]] + [len(page.lines)]
    return {name: (number + 1, end) for (name, number), end in zip(starts, ends, strict=True)}


def blocks(page: Page, spans: dict[str, tuple[int, int]]) -> tuple[Block, ...]:
    """Every table of the page, in its order."""
    words = frozenset(_words(page))
    found: list[Block] = []
    for section, (first, last) in spans.items():
        heads = [n for n in range(first, last + 1) if header_at(page, n) is not None or enum_header_at(page, n)]
        mine: list[Block] = []
        for head in heads:
            name, line = _named(page, head, first, words, main=section in DESCRIBING and not mine)
            enum = header_at(page, head) is None
            mine.append(Block(first=line, head=head, last=last, model=name, section=section, enum=enum))
        for at, block in enumerate(mine):
            end = mine[at + 1].first - 1 if at + 1 < len(mine) else last
            end = next((n - 1 for n in range(block.head + 1, end + 1) if media_at(page, n)), end)
            if section not in DESCRIBING or at + 1 < len(mine):
                end = _trimmed(page, block.head, end)
            found.append(replace(block, last=end))
    return tuple(found)


def _named(page: Page, head: int, first: int, words: frozenset[str], *, main: bool) -> tuple[str, int]:
    """The name that stands before a table, and its line: glued to the head, or among the lines above."""
    match = header_at(page, head)
    text = head_text(page, head)
    if match is not None:
        glued = (match["model"] or match["other"] or "").strip(" |")
    else:
        intro = ENUM_HEADING.match(text)
        glued = (intro["model"] if intro is not None else text.partition("Name")[0]).strip(" |")
    if glued:
        return glued, head
    candidates: list[tuple[str, int]] = []
    for number in range(head - 1, max(first, head - 1 - _ABOVE) - 1, -1):
        raw = page.line(number).strip()
        above = bare(raw)
        intro = ENUM_HEADING.match(above)
        if intro is not None and not raw.startswith("|"):
            above = intro["model"].strip() or " "
        if "|" in raw or raw[:1] in {"}", "]", "<"} or above in HEADINGS or MEDIA.match(above):
            break
        if type_word(above) is not None:
            candidates.append((above, number))
    if not candidates:
        return "", head
    used = [found for found in candidates if set(models_in_text(found[0])) & words]
    return used[-1] if used and not main else candidates[0]


def models_in_text(text: str) -> tuple[str, ...]:
    """The models that a phrase speaks of."""
    word = type_word(text)
    return tuple(models_in(word)) if word is not None else ()


def _words(page: Page) -> set[str]:
    """Every word that stands in a cell of its own, a candidate for the name of a model."""
    cells = (cell for line in page.lines if "|" in line for cell in line.split("|"))
    return {model for cell in cells if cell.strip() for model in models_in_text(bare(cell))}


def _trimmed(page: Page, head: int, last: int) -> int:
    """The last line that has a bar: what stands below a table that has bars is no row."""
    if "|" not in page.line(head):
        return last
    barred = [number for number in range(head + 1, last + 1) if "|" in page.line(number)]
    return barred[-1] if barred else last
