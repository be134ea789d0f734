"""The bytes of an XML document → its root element: which encoding they are in, and what is no document at all.

Nothing is fetched and no entity is expanded; what this suite does not read is told apart from what is ill-formed.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from conformance.codecs.decoded import Malformed

DEEPEST = 200
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
MARK = "\ufeff"
DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z][\w.-]*)[\"']")
OURS = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "unicode-escape"})
"""Names that Python knows and nobody else: no charsets."""
DOCTYPE = "a document type declaration, which this suite does not read"
LIMITS = ("huge", "depth", "limit")
"""Words of libxml2 for a document that is too much for it, not ill-formed."""


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
    instructions: Any = tree.xpath("//processing-instruction()")
    for found in instructions:
        _removed(found)
    return Document(
        root=root, fair=fair, document_type=tree.docinfo.internalDTD is not None, instructions=len(instructions)
    )


def _removed(node: Any) -> None:
    """Take the node out of the tree; the text behind it stays."""
    parent, before = node.getparent(), node.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + (node.tail or "")
    else:
        parent.text = (parent.text or "") + (node.tail or "")
    node.tail = None
    parent.remove(node)


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
        if found not in OURS:
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
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except etree.XMLSyntaxError as error:
        reason = str(error.msg or "no XML document")
        if "amplification" in reason:
            raise Malformed(DOCTYPE, unread=True) from None
        raise Malformed(reason, unread=any(word in reason.lower() for word in LIMITS)) from None
    declared_type: Any = root.getroottree().docinfo.internalDTD
    if declared_type is not None and any(True for _ in declared_type.iterentities()):
        raise Malformed(DOCTYPE, unread=True)
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise Malformed(f"nested deeper than the {DEEPEST} levels that this suite reads", unread=True)
    return root
