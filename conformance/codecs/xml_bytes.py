"""The bytes of an XML document → its root element: which encoding they are in, and what is no document at all.

Nothing is fetched and no entity is expanded; what this suite does not read is told apart from what is ill-formed.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Any, NoReturn
from xml.parsers import expat

from lxml import etree

from conformance.codecs.decoded import Malformed
from conformance.errors import without_excerpt

DEEPEST = 200
"""A fixed bound, below that of libxml2, so that whoever walks a document may call himself."""
MOST_NODES = 100_000
"""Elements, attributes and other nodes. Each takes about 200 bytes; 16 MiB of empty elements would be a gigabyte."""
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
MARK = "\ufeff"
DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z][\w.-]*)[\"']")
OURS = frozenset({"unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined"})
"""Names that Python knows and nobody else: no charsets."""
DOCTYPE = "a document type declaration, which this suite does not read"
LIMITS = ("huge", "depth", "limit", "too long", "too big")
"""Words of libxml2 for a document that is too much for it, not ill-formed."""
VALIDITY = range(500, 600)
"""Codes of libxml2 for what is wrong with declarations in a document type: they are not read here."""
TAG = re.compile("<[^>]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as it was parsed. `fair`: the bytes are in the encoding that they declare; `document_type`: it has a
    document type declaration, without entities; `instructions`: how many processing instructions it holds."""

    root: etree._Element
    fair: bool
    document_type: bool = False
    instructions: int = 0


def root_of(body: bytes, charset: str = "") -> tuple[etree._Element, bool]:
    """The root element, and whether the bytes are in the encoding that they declare. Malformed where there is none."""
    document = document_of(body, charset)
    if document.document_type:
        raise Malformed(DOCTYPE, unread=True)
    return document.root, document.fair


def document_of(body: bytes, charset: str = "") -> Document:
    """The document in the bytes; Malformed where there is none, or one with entities of its own."""
    text, fair = _text(body, charset)
    root = _parsed(text)
    tree = root.getroottree()
    instructions: Any = tree.xpath("count(//processing-instruction())")
    # What is around the root is none of its content; the text behind one inside stays.
    etree.strip_elements(tree, etree.ProcessingInstruction, with_tail=False)
    return Document(
        root=root, fair=fair, document_type=tree.docinfo.internalDTD is not None, instructions=int(instructions)
    )


def declared(body: bytes, charset: str = "") -> str:
    """The name of the encoding that the bytes are said to be in. A byte order mark beats the charset beats the
    declaration: RFC 7303 §3."""
    marked = next((name for mark, name in MARKS if body.startswith(mark)), None)
    found = DECLARED.match(body[:200])
    return marked or charset or (found[1].decode("ascii") if found else "") or "utf-8"


def _text(body: bytes, charset: str) -> tuple[str, bool]:
    name = _known(declared(body, charset))
    if _contradicts(name, body):
        # The characters of UTF-8 under another name: the declaration is wrong, not the text.
        return body.decode("utf-8"), False
    try:
        return body.decode(name), True
    except UnicodeDecodeError:
        return body.removeprefix(codecs.BOM_UTF8).decode("latin-1"), False


def _known(name: str) -> str:
    try:
        found = codecs.lookup(name).name
        if found.replace("_", "-") not in OURS:
            b"\0\0\0\0".decode(found)  # A codec of Python's that yields no text is a LookupError here.
            return found
    except (LookupError, ValueError):
        pass
    raise Malformed("an encoding that this suite does not read", unread=True)


def _contradicts(name: str, body: bytes) -> bool:
    """Is the body UTF-8 although another encoding is declared for it?"""
    # No document in UTF-16 is free of zero bytes; in any other encoding ASCII is as good as UTF-8.
    wide = name.startswith(("utf-16", "utf-32"))
    if b"\0" in body if wide else name.startswith("utf") or body.isascii():
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _parsed(text: str) -> etree._Element:
    if text.startswith(MARK):
        raise Malformed("a second byte order mark")
    data = text.encode("utf-8", "surrogatepass")
    if _nodes(text) > MOST_NODES:
        _beyond(data, f"more than the {MOST_NODES} elements and attributes that this suite reads")
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        _ill_formed(error, data)
    # A warning behind it, of a relative namespace, makes lxml forget that a prefix has no namespace.
    for entry in parser.error_log:
        if entry.domain == etree.ErrorDomains.NAMESPACE and entry.level >= etree.ErrorLevels.ERROR:
            reason = " ".join(without_excerpt(entry.message).split())
            raise Malformed(f"{reason}, line {entry.line}, column {entry.column}")
    declared_type: Any = root.getroottree().docinfo.internalDTD
    if declared_type is not None and any(True for _ in declared_type.iterentities()):
        raise Malformed(DOCTYPE, unread=True)
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise Malformed(f"nested deeper than the {DEEPEST} levels that this suite reads", unread=True)
    return root


def _nodes(text: str) -> int:
    """How many nodes the document has, at most; none is counted exactly while there are few."""
    most = text.count("<") + text.count("=")
    if most <= MOST_NODES:
        return most
    return sum(1 + found[0].count("=") for found in TAG.finditer(text) if not found[0].startswith("</"))


def _ill_formed(error: etree.XMLSyntaxError, data: bytes) -> NoReturn:
    reason = " ".join(without_excerpt(str(error.msg or "no XML document")).split())
    if "amplification" in reason or getattr(error, "code", 0) in VALIDITY:
        raise Malformed(DOCTYPE, unread=True) from None
    if any(word in reason.lower() for word in LIMITS):
        _beyond(data, reason)
    raise Malformed(reason) from None


def _beyond(data: bytes, reason: str) -> NoReturn:
    """The document is more than is read here, which no standard forbids, unless it is not even well-formed: that is
    told by a reader that keeps nothing of it."""
    # With a document type the reader would look into declarations.
    if b"<!DOCTYPE" not in data:
        try:
            expat.ParserCreate("utf-8").Parse(data, True)
        except expat.ExpatError as error:
            raise Malformed(str(error)) from None
    raise Malformed(reason, unread=True) from None
