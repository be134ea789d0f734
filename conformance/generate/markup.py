"""The text of elements as a reader of XML puts it together: across comments, instructions, CDATA sections and tags.

An address may stand in pieces that only such a reader joins. Nothing is checked: what is no XML is read as far as it
goes, in time linear in the text. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DEEPEST = 12
"""Elements below this depth count as text of the one above, so that no depth makes the work quadratic."""
_MARK = re.compile(r"<(?:(!--)|(\?)|(!\[CDATA\[)|(/?)(?=[^\s<>=/\x00-\x39\x3b-\x40])|!)")
_NAME = re.compile(r"[^\s<>/\"'=]*")
_IN_TAG = re.compile(r"[\"'>]")
_PLAIN_TYPE = re.compile(r"<!DOCTYPE\s+[^\s<>\[\]\"']+\s*>", re.IGNORECASE)
_TYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_BLANK = "\ufeff \r\n\t"
_LEAF = re.compile(r"""<([^\s<>/"'=]++)(?:[^<>"'/]|"[^<>"]*+"|'[^<>']*+')*+>([^<>]*+)</\1\s*+>""")
"""An element with nothing in it but text, which is most of a message."""


@dataclass(slots=True)
class _Open:
    """An element whose end is to come: its name, the piece that it begins with, has it text of its own, in pieces?"""

    name: str
    first: int
    text: bool = False
    parted: bool = False


def declares(text: str) -> bool:
    """The text may have entities of its own: a document type with more than a name."""
    return "<!" in text and _TYPE.search(_PLAIN_TYPE.sub("", text)) is not None


def joined(text: str) -> Iterator[str]:
    """The text of every element in which something stands between pieces of it, and what stands outside of elements.
    Where that is text, some readers take all tags away: the text without any of them."""
    if "<" not in text:
        return
    pieces: list[str] = []
    outside: list[str] = []
    inside = [_Open("", 0)]
    place = 0

    def add(piece: str) -> None:
        pieces.append(piece)
        if len(inside) == 1:
            outside.append(piece)
        inside[-1].text = inside[-1].text or bool(piece.strip())

    while match := _MARK.search(text, place):
        add(text[place : match.start()])
        comment, instruction, section, slash = match.groups()
        inside[-1].parted = True
        if comment or instruction or section:
            ending = "-->" if comment else "?>" if instruction else "]]>"
            end = text.find(ending, match.end())
            until = len(text) if end < 0 else end
            if section:
                add(text[match.end() : until])
            place = until + (len(ending) if end >= 0 else 0)
            continue
        if len(inside) < _DEEPEST and (leaf := _LEAF.match(text, match.start())):
            pieces.append(leaf[2])
            place = leaf.end()
            continue
        named = _NAME.match(text, match.end())
        name = named[0] if named else ""
        place = _tag_end(text, match.end() + len(name))
        if slash:
            yield from _closed(inside, pieces, name)
        elif slash == "" and not text.startswith("/>", place - 2) and len(inside) < _DEEPEST:
            inside.append(_Open(name, len(pieces)))
    add(text[place:])
    yield from _untagged(text, outside, pieces, broken=len(inside) > 1)
    for element in inside[1:]:
        if element.text and element.parted:
            yield "".join(pieces[element.first :])


def _untagged(text: str, outside: list[str], pieces: list[str], *, broken: bool) -> Iterator[str]:
    """What stands outside of elements. Some readers take all tags away there, and go on with what is left."""
    told = "".join(outside).strip(_BLANK)
    if told and len(outside) > 1:
        yield "".join(outside)
    # What stands before or behind a whole document is no part of its values.
    if told and (broken or outside[0].strip(_BLANK) or any(mark in told for mark in "@&%\\")):
        yield "".join(pieces)
        last = text.rfind(">") + 1
        yield _TAG.sub("", text[:last]) + text[last:]


def _tag_end(text: str, place: int) -> int:
    """Behind the tag, whose attributes may hold what else would end it."""
    while match := _IN_TAG.search(text, place):
        if match[0] == ">":
            return match.end()
        place = text.find(match[0], match.end()) + 1
        if not place:
            break
    return len(text)


def _closed(inside: list[_Open], pieces: list[str], name: str) -> Iterator[str]:
    if all(element.name != name for element in inside[1:]):
        return
    while len(inside) > 1:
        element = inside.pop()
        if element.text and element.parted:
            yield "".join(pieces[element.first :])
        # What an element without its end tag holds is text of the one around it as well.
        if element.name == name:
            return
