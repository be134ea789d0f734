"""The wire forms that an ASP.NET Web API help page lists, each with its sample where there is one that can be read.

The page generator prints media types with an equal sample under one head, so a head may speak of several encodings at
once. In place of a sample it may print that none is available, or the exception that it met. Knows no tables.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.documents.helppage.marks import bare, fence, ruled
from conformance.documents.helppage.sections import Block, media_at
from conformance.documents.samples import DATA_CONTRACT, XSI, Node, json_sample, walk, xml_sample

if TYPE_CHECKING:
    from conformance.documents.ledger import Notes
    from conformance.documents.page import Page

_ENCODINGS = (
    ("json", re.compile(r"[/+-]json$")),
    ("xml", re.compile(r"[/+-]xml$")),
    ("form", re.compile(r"/x-www-form-urlencoded$")),
)
_SCALAR = re.compile(r"\"[^\"\\]*\"|-?\d{1,20}(?:\.\d{1,20})?|true|false|null")
_CAPTION = re.compile(r"^Sample:\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One documented wire form of a part, with its sample where the page prints one."""

    name: str
    media_types: tuple[str, ...]
    line: int
    sample: Node | None

    @property
    def serializer(self) -> str | None:
        """Which serializer wrote the XML sample: they declare the same namespace under prefixes of their own."""
        if self.name != "xml" or self.sample is None:
            return None
        prefixes = dict(self.sample.prefixes)
        foreign = (self.sample.namespace or "").startswith(DATA_CONTRACT)
        own = prefixes.get("i") == XSI and "xsd" not in prefixes
        return "data-contract" if foreign or own else "xml-serializer"


def encoding_of(media_type: str) -> str | None:
    """The encoding of a media type, None for those that this suite does not know."""
    return next((name for name, mark in _ENCODINGS if mark.search(media_type.lower())), None)


def formats(page: Page, notes: Notes, part: str, span: tuple[int, int], blocks: Sequence[Block]) -> tuple[Format, ...]:
    """The forms between two lines; tables that stand among them are none of them."""
    first, last = span
    tables = {number for block in blocks for number in range(block.first, block.last + 1)}
    numbers = [number for number in range(first, last + 1) if number not in tables]
    heads = [number for number in numbers if media_at(page, number)]
    for number in numbers:
        if not heads or number < heads[0]:
            notes.reason(number, "no sample and no media type")
    found: dict[str, Format] = {}
    for head, after in zip(heads, [*heads[1:], last + 1][: len(heads)], strict=True):
        end = after - 1
        body = [number for number in numbers if head < number <= end and page.line(number).strip()]
        media = media_at(page, head)
        for made in _formats(page, notes, part, head, media, body):
            other = found.get(made.name)
            found[made.name] = made if other is None else _together(other, made)
        for number in body:
            notes.reason(number, "no sample of a format that this reader knows")
    return tuple(found.values())


def _together(one: Format, other: Format) -> Format:
    """Two heads of one encoding: their samples differ, or one failed. The first sample stands for both."""
    types = dict.fromkeys((*one.media_types, *other.media_types))
    sample = one.sample if one.sample is not None else other.sample
    return Format(name=one.name, media_types=tuple(types), line=one.line, sample=sample)


def _formats(page: Page, notes: Notes, part: str, head: int, media: tuple[str, ...], body: list[int]) -> list[Format]:
    """The formats under one head."""
    start = next((number for number in body if _plain(page, number)), None)
    names = list(dict.fromkeys(encoding_of(word) for word in media))
    if names == [None]:
        notes.reason(head, "a format that this reader does not know")
    made = []
    for name in names:
        if name is None:
            continue
        sample = None
        opening = _plain(page, start)[:1] if start is not None else ""
        fits = {"json": "{[", "xml": "<"}.get(name, "")
        wrong = len(names) == 1 and opening in {"{", "[", "<"}
        scalar = name == "json" and start is not None and _SCALAR.fullmatch(_plain(page, start)) is not None
        if start is not None and opening and fits and (opening in fits or wrong or scalar):
            sample, last = (json_sample if name == "json" else xml_sample)(page, start, body[-1])
            _note(notes, part, name, sample, [number for number in body if number <= last])
        types = tuple(word for word in media if encoding_of(word) == name)
        made.append(Format(name=name, media_types=types, line=head, sample=sample))
        notes.fact(head, *(() if part == "request" else (f"encoding/{name}/response",)))
    return made


def _plain(page: Page, number: int) -> str:
    """A line of a sample without the caption; empty where it is caption or fence alone."""
    text = page.line(number).strip()
    if fence(text) or ruled(text) or bare(text) == "Sample":
        return ""
    return _CAPTION.sub("", text)


def _note(notes: Notes, part: str, name: str, sample: Node, body: list[int]) -> None:
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
