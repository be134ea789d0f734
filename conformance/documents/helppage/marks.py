r"""The marks that Markdown and HTML leave in the text of a help page: headings, fences, links, escapes, breaks.

Outside of patterns they are taken off. A regular expression uses most of the same characters for itself, so within a
pattern only this is undone:

* A line break (`<br>`, `<p>` …) ends it, unless a bracket of the pattern is still open.
* What stands wholly between backticks is taken without them, and `\|` is a bar in a row that stands on one line; such a
  row cannot hold a bar otherwise. Without any mark of Markdown on the page it is the pattern's own. Both are errata.
* Entities are undone on a page that has marks of Markdown or breaks; on another they may be the pattern's own.
* Backslash escapes are undone if the whole page escapes: no pattern has a bracket, a star, or a backslash before a
  letter that is not escaped, and something is escaped that no expression explains: a text outside of patterns, a
  backslash before `d`, `w` …, the bracket of a range such as `\[0-9\]`. Else `\[` is the pattern's own.

Knows no table and no type.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.documents.helppage.annotations import PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.page import Page

_HEADING = re.compile(r"^#{1,6}\s+")
_FENCE = re.compile(r"^(?:`{3,}|~{3,})[^`]*$")
_LINE = re.compile(r"^(?:-{3,}|={3,}|(?:[-*_][ \t]*){3,})$")
# `(?<p>…)`, `\k<p>` and `(?P<p>…)` are groups of a pattern.
_BREAK = re.compile(
    r"[ \t]*(?<!\\)(?<!\?)(?<!\\k)(?<!\?P)</?(?:br|p|div|li|ul|ol)(?:\s[^<>|]{0,200})?/?>[ \t]*", re.IGNORECASE
)
_INLINE = re.compile(r"</?(?:a|abbr|b|code|em|i|span|strong)(?:\s[^<>|]{0,300})?>", re.IGNORECASE)
_LINK = re.compile(r"\[(?P<text>(?:[^\[\]\\]|\\.){0,300})\]\([^()\s]{0,500}(?:\s\"[^\"]{0,200}\")?\)")
_BOLD = re.compile(r"\*\*(?P<text>[^*]{1,500})\*\*")
_CODE = re.compile(r"`(?P<text>[^`]{1,500})`")
_CODED = re.compile(r"^\s*`(?P<text>[^`]+)`(?P<rest>\s.*|)$", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPE = re.compile(r"\\(?P<mark>[!-/:-@\[-`{-~])")
_ESCAPED = re.compile(r"\\[_*\[\]]")
_ESCAPED_IN_PATTERN = re.compile(r"\\\\[dwsDWSbBpP.]|\\\[\^?.-.")
_BAR = re.compile(r"(?<!\\)\|")
ROW = 4
"""A row that stands on one line has more bars than this, or as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How a page is written: `markdown` with headings, fences or breaks; `escapes` before special characters."""

    markdown: bool = False
    escapes: bool = False

    def row(self, line: str) -> bool:
        """A line that is a whole row of a table in Markdown, in which bars inside cells are escaped."""
        return self.markdown and _row(line)

    def barred(self, line: str) -> bool:
        """The pattern in this row has an escaped bar, and nothing tells whether the bar itself is meant."""
        tail = line.partition(PATTERN)[2]
        return not self.escapes and _row(line) and "\\|" in tail and _CODED.match(tail) is None

    def cell(self, text: str, *, pattern: bool = False, row: bool = False) -> str:
        """The text of a cell, or of a part of it; `pattern` says that it begins within a pattern."""
        head, told, tail = ("", "", text) if pattern else text.partition(PATTERN)
        if head:
            kept = head[len(head.rstrip()) :]
            head = self._plain(head, row=row) + (kept if told else "")
            # What was before the pattern may have ended in a line of its own.
            head = re.sub(r"\n\s*$", "\n", head) if told else head
        if told or pattern:
            tail = self._pattern(tail, row=row)
        return f"{head}{told}{tail}".strip()

    def _plain(self, text: str, *, row: bool) -> str:
        text = _BREAK.sub("\n", text)
        text = _INLINE.sub("", text)
        text = text.replace("\\|", "|") if row else text
        for mark in (_LINK, _BOLD, _CODE):
            text = mark.sub(lambda found: found["text"], text)
        text = _ESCAPE.sub(lambda found: found["mark"], text) if self.markdown else text
        ended = text.endswith("\n")
        return _entities(text).replace("\xa0", " ").strip() + ("\n" if ended else "")

    def _pattern(self, text: str, *, row: bool) -> str:
        text = _BREAK.sub("\n", text) if self.markdown else text
        coded = _CODED.match(text)
        if coded is not None:
            text = f" {coded['text']}{coded['rest']}"
        text = text.replace("\\|", "|") if row else text
        if self.escapes and coded is None:
            text = _ESCAPE.sub(lambda found: found["mark"], text)
        return _entities(text) if self.markdown and coded is None else text


def _row(line: str) -> bool:
    text = line.strip()
    return text.startswith("|") and len(_BAR.findall(text)) >= ROW


def bare(text: str) -> str:
    """A line without the marks of a heading and of what stands in it."""
    text = re.sub(r"^(?:[-*+•]\s+)?(?:#+\s+)?", "", text.strip())
    text = re.sub(r"\s+#+$", "", text)
    if any(mark in text for mark in "[`<&\\") or "**" in text:
        text = " ".join(Marks(markdown=True).cell(text).split())
    return text.strip("*_ ").removesuffix(":").strip("*_ ").strip()


def fence(text: str) -> bool:
    """A line that opens or closes a sample in Markdown."""
    return _FENCE.match(text.strip()) is not None


def ruled(text: str) -> bool:
    """A line across the page, or the line under a heading."""
    return _LINE.match(text.strip()) is not None


def marks_of(page: Page) -> Marks:
    """What a page is written in."""
    lines = list(_outside(page))
    markdown = len(lines) < len(page.lines) or any(
        _HEADING.match(line) or ("|" in line and _BREAK.search(line)) for line in lines
    )
    if not markdown:
        return Marks()
    patterns = [tail for line in lines if (tail := line.partition(PATTERN)[2])]
    texts = [line.partition(PATTERN)[0] for line in lines if line.lstrip()[:1] not in {"{", "}", "[", "]", "<", '"'}]
    told = any(_ESCAPED.search(text) for text in texts) or any(map(_ESCAPED_IN_PATTERN.search, patterns))
    return Marks(markdown=True, escapes=told and all(map(_escaped, patterns)))


def _outside(page: Page) -> Iterator[str]:
    """The lines that are no fence and stand in none."""
    within = False
    for line in page.lines:
        if fence(line):
            within = not within
        elif not within:
            yield line


def _escaped(pattern: str) -> bool:
    """Nothing is left once the escapes are gone that a writer of Markdown would have escaped."""
    rest = _ESCAPE.sub("", _BREAK.sub("", pattern))
    return not any(mark in rest for mark in "[]*\\")


def _entities(text: str) -> str:
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)
