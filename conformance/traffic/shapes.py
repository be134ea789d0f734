"""The fast tier's readers: one body → its shape, where compiled validators vouch for everything else about it.

A shape is what the results of the walk hang on once every value is as it should be: which members are there, which are
null, and the few values that decide whether an answer accepts. A reader gives None for whatever it is not sure about;
the walk judges that. So a reader may be stricter than the walk, and never kinder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import unquote_plus

import msgspec
from lxml import etree

from conformance.codecs import CODECS, Malformed
from conformance.codecs.elements import NIL
from conformance.codecs.soap import ENVELOPES
from conformance.model import Field, Message

Shape = tuple[Hashable, bool, Any]
"""A shape, whether the message says that it accepts, and the message: a tree, or of a document the element that holds
it, its bytes, the names in it in a row, and in plain XML these with their texts."""
Reader = Callable[[str], Shape | None]
MOST_SHAPES = 4096
"""Whose members are counted once."""
LONGEST = 4_000_000
"""Characters; longer bodies are walked within the codecs' bounds."""
MOST_TAGS = 400
"""Tags of a document that cannot be too deep for the codecs' bounds."""
_TAGS = re.compile(rb"<([^\s/>!?]+)")
_TEXTS = re.compile(rb"<([^\s/>!?]+)(?:>([^<]*))?")
"""Elements, and of those without an attribute the text that they begin with."""
_OPENED = re.compile(rb"<[^<>/!?\"'](?:[^<>!?\"']|\"[^<>\"]*\"|'[^<>']*')*(?<!/)>$")
"""A tag that opens an element ends here."""
_CLOSED = re.compile(rb"</(?:[\w.-]+:)?$")
USUAL = (
    b"<?xml version='1.0' encoding='utf-8'?>",
    b'<?xml version="1.0" encoding="utf-8"?>',
    b'<?xml version="1.0" encoding="UTF-8"?>',
)
"""How most documents begin."""
_DECLARED = re.compile(
    rb"""<\?xml\s+version\s*=\s*["']1\.0["'](?:\s+encoding\s*=\s*["'](?:utf-8|UTF-8)["'])?(?:\s+standalone\s*=\s*["'](?:yes|no)["'])?\s*\?>"""
)
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def masked(text: str) -> bool:
    """Does the text perhaps hold a mask? Spelt out, since this is asked of every body: one letter is found the fastest,
    then what is long."""
    return (
        "•" in text
        or ("*" in text and "***" in text)
        or "EDACTED" in text
        or "edacted" in text
        or ("]" in text and "ED]" in text)
        or ("[" in text and ("[Filtered" in text or "[filtered" in text or "[Masked" in text or "[masked" in text))
        # As JSON and XML may write a bullet or a star.
        or ("\\" in text and ("\\u2022" in text or "\\u002" in text))
        or ("&" in text and ("&#8226" in text or "&#x2022" in text or "&#42" in text or "&#x2" in text))
    )


# --- JSON -------------------------------------------------------------------------------------------------------------


def json_reader(message: Message, told: str = "") -> Reader:
    """Reads a JSON text. `told` is the member that says whether the message accepts."""
    shape = object_shape(message.fields)
    counted: dict[Hashable, tuple[int, int]] = {}
    numbers = count()

    def read(text: str) -> Shape | None:
        if len(text) > LONGEST or masked(text):
            return None
        try:
            tree = _decode(text)
            if type(tree) is not dict:
                return None
            seen = shape(tree)
            known = counted.get(seen)
            if known is None:
                if len(counted) >= MOST_SHAPES:
                    counted.clear()
                # A number is sooner compared than a shape.
                known = counted[seen] = (2 * _texts(tree), next(numbers))
            # A name that occurs twice has quotes of its own and no member; so has a quote in a text.
            if text.count('"') != known[0] and ("\\" not in text or not _once(text)):
                return None
        except (ValueError, RecursionError):
            return None
        return known[1], not told or tree.get(told) is True, tree

    return read


def _texts(tree: Any) -> int:
    """How many names and texts there are, at any depth. The shape of a message tells."""
    if type(tree) is dict:
        return len(tree) + sum(map(_texts, tree.values()))
    return sum(map(_texts, tree)) if type(tree) is list else int(type(tree) is str)


def plain_json(text: str) -> bool:
    """Is it JSON in which no object has a name twice, and nothing is masked?"""
    try:
        return len(text) <= LONGEST and not masked(text) and _once(text)
    except (ValueError, RecursionError):
        return False


def _once(text: str) -> bool:
    """Does no object have a name twice?"""
    single = True

    def pairs(items: list[tuple[str, Any]]) -> None:
        nonlocal single
        single = single and len(dict(items)) == len(items)

    json.loads(text, object_pairs_hook=pairs)
    return single


def object_shape(fields: Iterable[Field]) -> Callable[[dict[str, Any]], Hashable]:
    """The function that tells which members an object has, in which order and of which types of JSON, and that of all
    that they hold."""
    inner = tuple(
        (member.name, object_shape(member.item.fields if member.item is not None else member.fields))
        for member in fields
        if member.fields or member.item is not None or member.type in {"list", "map", "object"}
    )

    def shape(tree: dict[str, Any]) -> Hashable:
        kinds = tuple(map(type, tree.values()))
        nested = kinds.count(dict) + kinds.count(list)
        if not nested:
            return tuple(tree), kinds
        below = tuple([_below(tree.get(name), of) for name, of in inner])
        if len(below) - below.count(None) == nested:
            return tuple(tree), kinds, below
        # Something that no contract describes.
        return tuple(tree), kinds, tuple([_any(value) for value in tree.values()])

    return shape


def _below(value: Any, of: Callable[[dict[str, Any]], Hashable]) -> Hashable:
    """The shape of an object or a list; None of anything else."""
    if type(value) is list:
        return tuple([of(item) if type(item) is dict else _any(item) for item in value])
    return of(value) if type(value) is dict else None


def _kind(value: object) -> object:
    return type(value)


def _any(value: Any) -> object:
    """The shape of what no contract describes."""
    if type(value) is dict:
        return tuple(value), tuple(map(_any, value.values()))
    if type(value) is list:
        return tuple(map(_any, value))
    return _kind(value)


def form_reader(message: Message) -> Reader:
    """Reads a form by its codec, whose types are those of the contract."""
    shape, decode = object_shape(message.fields), CODECS["form"].decode

    def read(text: str) -> Shape | None:
        # A mask may be written in percents, which the codec reads.
        if len(text) > LONGEST or masked(text) or ("%" in text and masked(unquote_plus(text))):
            return None
        try:
            decoded = decode(message, text.encode(), "")
        except (Malformed, UnicodeEncodeError):
            return None
        if decoded.duplicates or not decoded.utf8:
            return None
        return shape(decoded.tree), True, decoded.tree

    return read


# --- XML and SOAP -----------------------------------------------------------------------------------------------------


def _parser() -> etree.XMLParser:
    return etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True)


def _plain(text: str) -> bytes | None:
    """The bytes of a plain document: without declarations, comments, sections, and instructions behind its own."""
    # A byte order mark is told of a request.
    if len(text) > LONGEST or text[:1] == "\ufeff" or masked(text):
        return None
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return None
    begin = 0
    if raw[:2] == b"<?":
        declared = None if raw.startswith(USUAL) else _DECLARED.match(raw)
        if declared is not None:
            begin = declared.end()
        elif raw.startswith(USUAL):
            begin = raw.index(b">")
        else:
            return None
    # One letter is found the fastest.
    if (b"!" in raw and b"<!" in raw) or (raw.find(b"?", begin) >= 0 and raw.find(b"<?", begin) >= 0):
        return None
    return raw


def _parsed(raw: bytes, parser: etree.XMLParser) -> etree._Element | None:
    try:
        return etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def plain_xml(text: str) -> bool:
    """Is it a document with nothing but elements in it, and nothing masked?"""
    raw = _plain(text)
    return raw is not None and _parsed(raw, _parser()) is not None


class Flags:
    """The texts of a few elements that tell a refusal from an acceptance, found by their names."""

    def __init__(self, yes: Mapping[str, frozenset[bytes]]) -> None:
        self._yes = tuple((f"{name}>".encode(), texts) for name, texts in yes.items())

    def __call__(self, raw: bytes) -> tuple[tuple[bytes, ...], bool] | None:
        """The texts, and whether they say that the message accepts; None where one is not plainly there, once."""
        told: list[bytes] = []
        accepts = True
        for name, texts in self._yes:
            count = raw.count(name)
            if count == 2:
                begin = raw.index(name) + len(name)
                text = raw[begin : raw.index(b"<", begin)].strip()
                if b"&" in text:
                    return None
                told.append(text)
                accepts = accepts and text in texts
            elif count or name[:-1] in raw:
                return None
            else:
                told.append(b"")
                accepts = False
        return tuple(told), accepts


def _nils(raw: bytes, root: etree._Element) -> tuple[str | None, ...] | None:
    return tuple([one.get(NIL) for one in root.iter()]) if b":nil" in raw else None


def xml_reader(flags: Flags) -> Reader:
    """Reads a document."""
    parser = _parser()

    def read(text: str) -> Shape | None:
        raw = _plain(text)
        told = None if raw is None else flags(raw)
        if raw is None or told is None:
            return None
        held = _TEXTS.findall(raw)
        root = _parsed(raw, parser) if len(held) <= MOST_TAGS else None
        if root is None:
            return None
        names = b" ".join([name for name, _ in held])
        return (names, told[0], _nils(raw, root)), told[1], (root, raw, names, held)

    return read


def soap_reader(version: str, root: str, flags: Flags) -> Reader:
    """Reads an envelope with nothing but a Body, and in it nothing but the element `root`, as `{namespace}name`."""
    parser = _parser()
    envelope, inside = (f"{{{ENVELOPES[version]}}}{name}" for name in ("Envelope", "Body"))
    local = root.rpartition("}")[2].encode()
    known: set[tuple[bytes, bytes]] = set()

    def read(text: str) -> Shape | None:
        raw = _plain(text)
        told = None if raw is None else flags(raw)
        if raw is None or told is None:
            return None
        # What stands around the members is mostly the same bytes: it is looked at once.
        begin, end = raw.find(b">", raw.find(local)) + 1, raw.rfind(local)
        names = _TAGS.findall(raw, begin)
        top = _parsed(raw, parser) if len(names) <= MOST_TAGS else None
        if top is None or len(top) != 1 or len(top[0]) != 1:
            return None
        child = top[0][0]
        around = (raw[:begin], raw[end:])
        if around not in known:
            if child.tag != root or not _bare(top, envelope, inside):
                return None
            if begin <= end and _OPENED.search(around[0]) and _CLOSED.search(raw, 0, end) and len(known) < MOST_SHAPES:
                known.add(around)
        row = b" ".join(names)
        return (row, told[0], _nils(raw, child)), told[1], (child, raw, row, [])

    return read


def _bare(top: etree._Element, envelope: str, inside: str) -> bool:
    """Is it an envelope with nothing in it but a Body with one element, and that without an attribute?"""
    body = top[0]
    if top.tag != envelope or body.tag != inside or top.attrib or body.attrib or body[0].attrib:
        return False
    texts = (top.text, body.text, body.tail, body[0].tail)
    return not any(text is not None and not text.isspace() for text in texts)


def glance(texts: Mapping[bytes, tuple[Callable[[Any], object], ...]] | None) -> Callable[[bytes, bytes], bool]:
    """Looks at the texts of the elements with these names, in the bytes of a document and the names in it: True where
    all is well, False where that is not sure. No element has to be made an object of."""
    if texts is None:
        return lambda _raw, _names: False
    if not texts:
        return lambda _raw, _names: True
    one = b"|".join(re.escape(name) for name in sorted(texts, key=len, reverse=True))
    found = re.compile(rb"<(" + one + rb")(?:>([^<&\r]*)</|\s*/>)").findall
    count = re.compile(rb"(?<![^ ])(?:" + one + rb")(?![^ ])").findall

    def look(raw: bytes, names: bytes) -> bool:
        seen = found(raw)
        # A name with a prefix may be one of these; one with an attribute, or a reference in its text, was not seen.
        if b":" in names or len(seen) != len(count(names)):
            return False
        for name, text in seen:
            said = text.decode()
            for check in texts[name]:
                if not check(said):
                    return False
        return True

    return look
