"""Services that keep to the page and read XML each in a way of its own, more widely or more narrowly."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

from tests.profiles import markup
from tests.profiles.policy import MEMBERS, lenient, worded
from tests.profiles.service import Service

PLACES = {member.name: place for place, member in enumerate(MEMBERS)}

# --- the document -----------------------------------------------------------------------------------------------------


class NoComments(Service):
    """Comments and processing instructions are refused."""

    def root(self, body: bytes) -> ET.Element:
        return markup.parsed(body, markup.Plain)


class TakesDoctype(Service):
    """A document type declaration is passed over."""

    def root(self, body: bytes) -> ET.Element:
        return markup.parsed(body, ET.TreeBuilder)


class Utf8Only(Service):
    """UTF-8 without a byte order mark, and nothing else."""

    def root(self, body: bytes) -> ET.Element:
        if body.startswith(b"\xef\xbb\xbf"):
            raise ValueError("a byte order mark")
        body.decode("utf-8")
        return super().root(body)


class AnyCharset(Service):
    """A charset in Latin-1 is taken, and so are the bytes."""

    charsets = frozenset({"", "utf-8", "iso-8859-1"})


# --- names and order --------------------------------------------------------------------------------------------------


class AnyName(Service):
    """Names in any case, in any namespace."""

    def root(self, body: bytes) -> ET.Element:
        root = markup.parsed(body, markup.Careful, None)
        proper = {name.lower(): name for name in (*PLACES, markup.REQUEST)}
        for element in root.iter():
            local = element.tag.rpartition("}")[2]
            element.tag = proper.get(local.lower(), local)
        if root.tag != markup.REQUEST:
            raise ValueError(f"{root.tag} for a root")
        return root


class KnownNames(Service):
    """An element or attribute that the page does not name is refused, and so is an element twice."""

    def root(self, body: bytes) -> ET.Element:
        root = super().root(body)
        names = [child.tag for child in root]
        if root.attrib or set(names) - set(PLACES) or len(set(names)) < len(names):
            raise ValueError("not as documented")
        return root


class InOrder(Service):
    """Elements out of order are passed over, as a reader does that knows what comes next: the rest is not there."""

    def read_xml(self, body: bytes) -> Any:
        root, place = self.root(body), -1
        for child in list(root):
            if PLACES.get(child.tag, -1) > place:
                place = PLACES[child.tag]
            else:
                root.remove(child)
        return markup.members(root)


class OrderDemanded(Service):
    """Elements out of order are refused."""

    def root(self, body: bytes) -> ET.Element:
        root = super().root(body)
        places = [PLACES[child.tag] for child in root if child.tag in PLACES]
        if places != sorted(places):
            raise ValueError("out of order")
        return root


class LastWins(Service):
    """Of two elements with one name the last counts."""

    def read_xml(self, body: bytes) -> Any:
        return {child.tag: markup.held(child) for child in self.root(body)}


# --- values -----------------------------------------------------------------------------------------------------------


class NoBlanks(Service):
    """White space around a value is refused; only true and false are booleans; a number has digits and a point."""

    @staticmethod
    def words(kind: str, value: Any) -> Any:
        plain = {"flag": "true|false", "whole": "-?[0-9]+", "number": r"-?[0-9.]+", "guid": r"\S+"}.get(kind)
        if plain is not None and isinstance(value, str) and re.fullmatch(plain, value) is None:
            raise ValueError(f"not a plain {kind}")
        return worded(kind, value)


class Trimmed(Service):
    """White space around free text too is cut off."""

    @staticmethod
    def words(kind: str, value: Any) -> Any:
        return worded(kind, value.strip() if isinstance(value, str) else value)


class LenientWords(Service):
    """`True`, a fraction cut off, an exponent, GUIDs in braces."""

    @staticmethod
    def words(kind: str, value: Any) -> Any:
        return worded(kind, value) if str(value) in {"0", "1"} else lenient(kind, value)


class NoTextWords(Service):
    """The stock reader: an element in place of text is an empty text, which no number or flag is."""

    @staticmethod
    def words(kind: str, value: Any) -> Any:
        return worded(kind, "" if value == {} else value)


class EmptyIsNull(Service):
    """An empty element of an optional member is as good as none."""

    def named(self, message: dict[str, Any]) -> dict[str, Any]:
        optional = {member.name for member in MEMBERS if not member.required}
        return {name: value for name, value in message.items() if value != "" or name not in optional}


class ZeroForMissing(Service):
    """The stock server: a value type that is not there is 0, false, or the GUID of zeros; a text still is demanded."""

    def read_xml(self, body: bytes) -> Any:
        empty = {"flag": "false", "whole": "0", "number": "0", "guid": "00000000-0000-0000-0000-000000000000"}
        zeros = {member.name: empty[member.kind] for member in MEMBERS if member.kind in empty and member.required}
        return zeros | super().read_xml(body)
