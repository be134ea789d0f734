"""The text of a table of an ASP.NET Web API help page, cut at its bars into pieces; and how its rows begin.

Which pieces make a row is not decided here. Knows no annotations and no types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from conformance.documents.helppage.annotations import PATTERN

if TYPE_CHECKING:
    from conformance.documents.helppage.marks import Marks

BAR = re.compile(r"(?<!\S)\|(?!\S)")
"""A bar with blanks or line ends around it."""
ANY_BAR = re.compile(r"(?<!\\)\|")
_LED_HEAD = re.compile(r"\|\s*Name\s*\|")


class Style(Enum):
    """How the rows of a table begin."""

    LED = auto()
    """With a bar."""
    BARE = auto()
    """With the name; bars only divide cells."""
    LINES = auto()
    """There are no bars at all: each line is a cell."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The text between two bars. `opens` says that a row may begin here, `forced` that one must; `soft` that the next
    piece stands on a line of its own without a bar between."""

    text: str
    line: int
    opens: bool = False
    forced: bool = False
    lone: bool = False
    soft: bool = False
    ends: bool = False
    """A bar at the end of its line ends it: no cell goes on behind that."""
    after: str = " | "
    """What divides it from the next piece, as printed."""


def style_of(lines: Iterable[tuple[int, str]], under: str = "", head: str = "") -> Style:
    """How the rows begin: as the line under the head of the table does, or the head itself; where the name of the model
    is glued to the head with a bar, as most rows do."""
    texts = [text.strip() for _, text in lines]
    if (head and "|" not in head) or not any("|" in text for text in texts):
        return Style.LINES
    if under or head.strip().startswith("|"):
        return Style.LED if (under or head).strip().startswith("|") else Style.BARE
    if head and _LED_HEAD.search(head) is None:
        return Style.BARE
    led = sum(text.startswith("|") and text != "|" for text in texts)
    bare = sum(not text.startswith("|") and len(BAR.findall(text)) > 1 for text in texts)
    return Style.LED if led >= bare else Style.BARE


def pieces_of(lines: list[tuple[int, str]], style: Style, bar: re.Pattern[str], marks: Marks) -> Iterator[Piece]:
    """The pieces of some lines, cut at one kind of bar, without the marks of Markdown."""
    for number, raw in lines:
        text = raw.strip()
        if not text:
            continue
        if text == "|":
            yield Piece("", number, opens=True, lone=True)
            continue
        row = marks.row(text)
        within = False
        led = text.startswith("|") and style is not Style.LINES
        text = text[1:] if led else text
        if led and style is Style.BARE:
            # Such a row begins with its name, so a bar says that there is none.
            yield Piece("", number, opens=True, forced=True)
        cuts = [] if style is Style.LINES else [found.start() - 1 for found in bar.finditer(f" {text} ")]
        closed = bool(cuts) and cuts[-1] == len(text) - 1
        starts = [0, *(cut + 1 for cut in cuts)][: len(cuts) + (not closed)]
        for index, start in enumerate(starts):
            end = cuts[index] if index < len(cuts) else len(text)
            last = index == len(starts) - 1
            opens = index == 0 and led is (style is Style.LED)
            cut = text[start:end].strip()
            told = marks.cell(cut, pattern=within, row=row)
            within = within or PATTERN in cut
            yield Piece(
                told,
                number,
                opens=opens,
                forced=opens and led,
                soft=last and not closed,
                ends=last and closed,
                after=(" " if last and not closed else " | ") if last else _divider(text, end),
            )


def _divider(text: str, bar: int) -> str:
    """The bar with the blanks around it."""
    before = len(text[:bar]) - len(text[:bar].rstrip())
    behind = len(text[bar + 1 :]) - len(text[bar + 1 :].lstrip())
    return text[bar - before : bar + 1 + behind]
