"""The XML of an ASMX help page as elements that know their lines, read from where it begins to where its root ends.

Pages come with and without line breaks, so the end of a sample is where its root is closed and nowhere else; expat
tells that place. Knows nothing of SOAP. Must never import a reader.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.page import Page
    from conformance.errors import ConformanceError

XSI = "http://www.w3.org/2001/XMLSchema-instance"
DEEPEST = 64
"""No page nests deeper; what does is no sample."""
_CUT = "\n"
# Between namespace and name, as expat joins them: an attribute's value cannot hold a line feed as it stands.
_UNFINISHED = frozenset({"no element found", "unclosed token", "partial character", "unclosed CDATA section"})


class Source:
    """A page as one text, since a message need not begin at the start of a line, with the line of every place in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        # A carriage return inside a line is blank to XML; expat would count a line for it.
        self.text = "\n".join(line.replace("\r", " ") for line in page.lines)
        self._starts = [0]
        for line in page.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def line(self, at: int) -> int:
        """The line that a place of the text is on."""
        return max(1, min(bisect_right(self._starts, at), len(self.page.lines)))

    def error(self, at: int, reason: str) -> ConformanceError:
        """An error that names the line of a place."""
        return self.page.error(self.line(at), reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute but the declarations of namespaces."""

    name: str
    namespace: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element. `text` is its own, without that of its children, with single blanks; `namespace` may be empty."""

    name: str
    namespace: str
    line: int
    text: str = ""
    children: tuple[Element, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    """Those of the service; `nil` and `any_type` say what the page generator marks with attributes of its own."""
    nil: bool = False
    any_type: bool = False

    @property
    def qualified(self) -> tuple[str, str]:
        return self.namespace, self.name

    def below(self) -> Iterator[Element]:
        """Every element under this one, parents first."""
        for child in self.children:
            yield child
            yield from child.below()


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet."""

    name: str
    namespace: str
    line: int
    attributes: tuple[Attribute, ...]
    texts: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)


class _RootClosed(Exception):  # noqa: N818 - it ends a pass, and is no error
    """The root is closed; what follows is another matter."""


def read_xml(source: Source, start: int, limit: int) -> tuple[Element, int]:
    """The XML that begins at a place, and the place behind its root, before the limit."""
    return _Reading(source, start).run(source.text[start:limit])


class _Reading:
    """One pass of expat over a text whose end is not known beforehand."""

    def __init__(self, source: Source, start: int) -> None:
        self._source = source
        self._first = source.line(start)
        self._start = start
        self._open: list[_Open] = []
        self._root: Element | None = None
        self._root_at = self._root_end = 0
        # The text is ours by now, whatever encoding its declaration names.
        self._parser = expat.ParserCreate(encoding="utf-8", namespace_separator=_CUT)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._doctype

    def run(self, text: str) -> tuple[Element, int]:
        data = text.encode(errors="replace")
        try:
            self._parser.Parse(data, True)
        except _RootClosed:
            if self._root is not None:
                return self._root, self._start + len(data[: self._behind(data)].decode(errors="replace"))
        except expat.ExpatError as error:
            words = expat.ErrorString(error.code)
            if words in _UNFINISHED:
                raise self._error(self._first, "the XML that begins here does not end") from None
            line = min(self._first + error.lineno - 1, len(self._source.page.lines))
            raise self._error(line, f"the XML sample is broken here: {words}") from error
        raise self._error(self._first, "the XML that begins here does not end")

    def _behind(self, data: bytes) -> int:
        """The place behind the root. Expat stands before its closing tag, or behind the only tag that it has."""
        at = self._root_end
        if self._root is not None and not self._root.children and data[self._root_at : at].endswith(b"/>"):
            return at
        return data.index(b">", at) + 1

    def _error(self, line: int, reason: str) -> ConformanceError:
        return self._source.page.error(line, reason)

    @property
    def _line(self) -> int:
        return min(self._first + self._parser.CurrentLineNumber - 1, len(self._source.page.lines))

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) == DEEPEST:
            raise self._error(self._line, f"the XML is nested deeper than {DEEPEST} levels here")
        if not self._open:
            self._root_at = self._parser.CurrentByteIndex
        namespace, _, local = name.rpartition(_CUT)
        own = tuple(
            Attribute(name=key.rpartition(_CUT)[2], namespace=key.rpartition(_CUT)[0], value=" ".join(value.split()))
            for key, value in attributes.items()
        )
        self._open.append(_Open(name=local, namespace=namespace, line=self._line, attributes=own))

    def _end(self, _name: str) -> None:
        made = self._open.pop()
        marks = {held.name: held.value for held in made.attributes if held.namespace == XSI}
        element = Element(
            name=made.name,
            namespace=made.namespace,
            line=made.line,
            text=" ".join("".join(made.texts).split()),
            children=tuple(made.children),
            attributes=tuple(held for held in made.attributes if held.namespace != XSI),
            nil=marks.get("nil") in {"true", "1"} or marks.get("null") == "1",
            any_type=marks.get("type") == "type",
        )
        if not self._open:
            self._root, self._root_end = element, self._parser.CurrentByteIndex
            raise _RootClosed
        self._open[-1].children.append(element)

    def _data(self, text: str) -> None:
        if self._open:
            self._open[-1].texts.append(text)

    def _doctype(self, *_: object) -> NoReturn:
        raise self._error(self._line, "the XML has a document type here, and no page generator prints one")
