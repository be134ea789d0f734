"""XML documents: spellings of the baseline, and bodies that are no such document."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from functools import partial
from xml.sax.saxutils import escape

from lxml import etree

from conformance.generate.envelopes.text import (
    ACCENTED,
    DECLARATION,
    Text,
    accented,
    halved,
    observed,
    refused,
    rewritten,
    spelt,
    words,
)
from conformance.generate.subject import Subject
from conformance.model import Message, Tree


def texts(subject: Subject) -> Iterator[Text]:
    """Every text that is tried."""
    yield from _spellings(subject)
    yield from _odd(subject)
    yield from _malformed(subject)


def _bare(subject: Subject, tree: Tree) -> str:
    """The document without its XML declaration."""
    return subject.encode(tree).removeprefix(DECLARATION).decode()


def _spellings(subject: Subject) -> Iterator[Text]:
    base = subject.baseline()
    bare = _bare(subject, base)
    yield rewritten(subject, "no-declaration", "no XML declaration", _undeclared)
    yield rewritten(subject, "declaration", "another spelling of the XML declaration", _declared)
    yield rewritten(subject, "white-space", "every element on a line of its own", _in_lines)
    title = "no declaration of unused namespaces"
    yield rewritten(subject, "no-prefixes", title, lambda body: _in_lines(body, prefixes=False))
    name = words(subject)
    if name is None:
        return
    text = str(base[name])
    for slug, title, written in (
        ("references", "character references", "".join(f"&#x{ord(char):X};" for char in text)),
        ("cdata", "a CDATA section", f"<![CDATA[{text}]]>"),
    ):
        body = bare.replace(f">{escape(text)}</{name}>", f">{written}</{name}>", 1)
        yield spelt("spelling", slug, f"{name} written as {title}", body.encode())
    yield accented(subject, name)
    plain = etree.tostring(etree.fromstring(_bare(subject, base | {name: ACCENTED}).encode()), encoding="us-ascii")
    title = f"{name} = {ACCENTED!r} in character references"
    yield spelt("non-ascii", "escaped", title, DECLARATION + plain)


def _undeclared(body: bytes) -> bytes:
    return body.removeprefix(DECLARATION)


def _declared(body: bytes) -> bytes:
    declaration = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    return declaration + _undeclared(body) + b"\n"


def _in_lines(body: bytes, *, prefixes: bool = True) -> bytes:
    root = etree.fromstring(body)
    etree.indent(root, "\t")
    if not prefixes:
        etree.cleanup_namespaces(root)
    # As text first: on its own lxml writes letters beyond ASCII as references, which is another spelling again.
    return etree.tostring(root, encoding="unicode").encode()


def _odd(subject: Subject) -> Iterator[Text]:
    """What services legally read in different ways, or not at all."""
    bare = _bare(subject, subject.baseline())
    message = subject.contract.operation.request
    mark = codecs.BOM_UTF8
    yield observed("byte-order-mark", "a byte order mark in front", mark + bare.encode())
    wide = f'<?xml version="1.0" encoding="utf-16"?>{bare}'.encode("utf-16")
    yield observed("utf-16", "the document in UTF-16, with a byte order mark", wide)
    yield observed("comment", "a comment in front", f"<!-- policy -->{bare}".encode())
    yield observed("instruction", "a processing instruction in front", f"<?policy run?>{bare}".encode())
    yield observed("document-type", "a document type declaration", f"<!DOCTYPE {message.root}>{bare}".encode())
    changes: tuple[tuple[str, str, Callable[[etree._Element], None]], ...] = (
        ("order", "the elements in reverse order", _reverse),
        ("twice", "the first element twice, with one value", _double),
        ("unknown-element", "an element that the document does not name", _add),
        ("unknown-attribute", "an attribute that the document does not name", _attribute),
        ("lower-case", "the name of the first element in lower case", _lower),
    )
    for slug, title, change in changes:
        yield observed(slug, title, _changed(bare, change), facet="request-root")
    moved = _changed(bare, partial(_namespace, message))
    yield observed("namespace", "the elements in a namespace that the document does not name", moved, "request-root")


def _changed(bare: str, change: Callable[[etree._Element], None]) -> bytes:
    root = etree.fromstring(bare.encode())
    change(root)
    return bytes(etree.tostring(root))


def _reverse(root: etree._Element) -> None:
    root[:] = list(reversed(root))


def _double(root: etree._Element) -> None:
    if len(root):
        root.insert(1, etree.fromstring(etree.tostring(root[0])))


def _add(root: etree._Element) -> None:
    etree.SubElement(root, "NotDocumented").text = "x"


def _attribute(root: etree._Element) -> None:
    root.set("notDocumented", "x")


def _lower(root: etree._Element) -> None:
    if len(root):
        root[0].tag = etree.QName(root[0]).localname.lower()


def _namespace(message: Message, root: etree._Element) -> None:
    # Built on the name of the documented one, so that it never is that.
    other = f"{message.namespace or ''}urn:conformance:other"
    for element in root.iter():
        element.tag = f"{{{other}}}{etree.QName(element).localname}"


def _malformed(subject: Subject) -> Iterator[Text]:
    bare = _bare(subject, subject.baseline())
    root = subject.contract.operation.request.root

    yield refused("malformed", "truncated", "the document ends after its first half", halved(subject))
    yield refused("malformed", "unclosed", "the end tag of the root left out", bare.removesuffix(f"</{root}>").encode())
    wrong = f"{bare.removesuffix(f'</{root}>')}</Other>"
    yield refused("malformed", "mismatched", "an end tag of another name", wrong.encode())
    ampersand = bare.replace("</", " & </", 1)
    yield refused("malformed", "ampersand", "a bare ampersand", ampersand.encode())
    yield refused("malformed", "two-roots", "the document twice in a row", f"{bare}{bare}".encode())
    yield refused("malformed", "other-format", "a JSON text", b'{"policy": 1}')
    yield refused("empty-body", "nothing", "no body at all", b"")
    yield refused("empty-body", "white-space", "white space alone", b" \r\n ")
    namespace = subject.contract.operation.request.namespace
    empty = f'<{root} xmlns="{namespace}"/>' if namespace else f"<{root}/>"
    yield refused("empty-body", "root", "the root element with nothing in it", empty.encode())
    other = bare.replace(f"<{root}", "<NotDocumented", 1).removesuffix(f"</{root}>") + "</NotDocumented>"
    yield refused("request-root", "other", "a root element of another name", other.encode())
    yield refused("request-root", "wrapped", "the document inside of another element", f"<Body>{bare}</Body>".encode())
