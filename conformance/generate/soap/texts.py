"""Spellings of the baseline's envelope that say the same, and texts that hold no message at all."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from conformance.codecs import CODECS
from conformance.codecs.elements import elements, tag
from conformance.generate.envelopes.text import ACCENTED, DECLARATION, words
from conformance.generate.soap.envelope import (
    bare,
    baseline,
    body_of,
    changed,
    child_of,
    envelope_case,
    holder_of,
    leaf_of,
    namespace,
    written,
)
from conformance.generate.subject import Subject
from conformance.generate.transport import case_of
from conformance.model import Case, Expect, Field

PLACE = "conformance-place"
"""Stands in a text for what lxml would write in its own way."""


def text_cases(subject: Subject) -> Iterator[Case]:
    """Every spelling, and everything that is no message."""
    for slug, title, body in (*_declarations(subject), *_markup(subject), *_prefixed(subject), *_leaf(subject)):
        yield envelope_case(subject, "spelling", slug, title, body, Expect.ACCEPTED)
    for slug, title, body in _accented(subject):
        yield envelope_case(subject, "non-ascii", slug, title, body, Expect.ACCEPTED)
    marked = codecs.BOM_UTF8 + subject.encode(subject.baseline())
    title = "a byte order mark in front"
    yield envelope_case(subject, "accepts-byte-order-mark", "utf-8", title, marked, Expect.ACCEPTED)
    for slug, title, body in _malformed(subject):
        yield envelope_case(subject, "malformed", slug, title, body, Expect.REFUSED)
        if subject.encoding.name == "soap-1.1":
            request = subject.request(body)
            yield case_of(
                subject, "http", "malformed-status", slug, title, request, Expect.ANY, answer="malformed-status"
            )
    for slug, title, body in _empty(subject):
        yield envelope_case(subject, "empty-body", slug, title, body, Expect.REFUSED)


Texts = Iterator[tuple[str, str, bytes]]
"""(slug, title, body)."""


def _declarations(subject: Subject) -> Texts:
    text = bare(subject)
    yield "no-declaration", "no XML declaration", text
    upper = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n' + text
    yield "declaration", "another spelling of the XML declaration", upper
    yield "encoding-case", "the encoding written Utf-8", b"<?xml version='1.0' encoding='Utf-8'?>" + text
    yield "no-encoding", "an XML declaration without an encoding", b'<?xml version="1.0"?>' + text
    yield "white-space-around", "white space in front of the envelope and behind it", b"\n  " + text + b"\r\n\r\n"


def _markup(subject: Subject) -> Texts:
    root = baseline(subject)
    etree.indent(root, "\t")
    yield "white-space", "every element on a line of its own", written(root)

    def comments(root: etree._Element) -> None:
        for parent in (root, body_of(root), holder_of(subject, root)):
            parent.insert(0, etree.Comment(" conformance "))
            parent.append(etree.Comment(" conformance "))

    yield "comments", "comments between the elements", changed(subject, comments)
    front = DECLARATION + b"<!-- conformance -->" + bare(subject) + b"<!-- conformance -->"
    yield "comments-around", "comments in front of the envelope and behind it", front

    def header(root: etree._Element) -> None:
        if root.find(tag(namespace(subject), "Header")) is None:
            root.insert(0, etree.Element(tag(namespace(subject), "Header")))

    if not subject.header:
        yield "empty-header", "an empty Header", changed(subject, header)


def _prefixed(subject: Subject) -> Texts:
    root = baseline(subject)
    own, inside = namespace(subject), etree.QName(child_of(root)).namespace
    spaces = {etree.QName(one).namespace for one in root.iter(tag="*")}
    unqualified = None in spaces
    others: dict[str, str | None] = {"urn:conformance:unused": "unused"}
    if inside:
        yield "prefixes", "other prefixes", written(respelt(root, {own: "S", inside: "m"} | others))
        if not unqualified:
            title = "the message with the default namespace, the envelope with another prefix"
            yield "default-inside", title, written(respelt(root, {own: "SOAP-ENV", inside: None}))
    if not unqualified:
        title = "the envelope with the default namespace"
        prefixes = {own: None, inside: "m"} if inside else {own: None}
        yield "default-namespace", title, written(respelt(root, prefixes))


def respelt(root: etree._Element, prefixes: Mapping[str, str | None]) -> etree._Element:
    """The same tree with these prefixes, all declared at the root; None is the default namespace.

    What is in no namespace must not come below a default one: lxml would write it into that.
    """
    # lxml takes None for the default namespace, its type stubs do not.
    spaces: dict[str, str] = {prefix: space for space, prefix in prefixes.items()}  # type: ignore[misc]
    made = etree.Element(root.tag, nsmap=spaces)
    _copied(root, made)
    return made


def _copied(source: etree._Element, made: etree._Element) -> None:
    made.text, made.tail = source.text, source.tail
    for name, value in source.attrib.items():
        made.set(name, value)
    for child in elements(source):
        _copied(child, etree.SubElement(made, child.tag))


def _word(subject: Subject) -> tuple[Field, str] | None:
    name = words(subject)
    if name is None:
        return None
    member = next(one for one in subject.fields if one.name == name)
    # As the codec writes it: without what XML does not admit.
    leaf = leaf_of(subject, baseline(subject), member)
    return None if leaf is None else (member, leaf.text or "")


def _in_place(subject: Subject, member: Field, written_as: str) -> bytes:
    root = baseline(subject)
    leaf = leaf_of(subject, root, member)
    if leaf is not None:
        leaf.text = PLACE
    return written(root).replace(PLACE.encode(), written_as.encode())


def _leaf(subject: Subject) -> Texts:
    """One text in a CDATA section as a whole, or all in references: parts of both in one element are another matter."""
    found = _word(subject)
    if found is None:
        return
    member, text = found
    for slug, title, spelling in (
        ("references", "character references", "".join(f"&#x{ord(char):X};" for char in text)),
        ("decimal-references", "decimal character references", "".join(f"&#{ord(char)};" for char in text)),
        *([("cdata", "a CDATA section", f"<![CDATA[{text}]]>")] if _plain(text) else []),
    ):
        yield slug, f"{member.name} written as {title}", _in_place(subject, member, spelling)


def _plain(text: str) -> bool:
    """Can a CDATA section hold it? It has an end, and lines end in one way there."""
    return "]]>" not in text and "\r" not in text


def _accented(subject: Subject) -> Texts:
    found = _word(subject)
    if found is None:
        # Nothing in the message may vary: the letters stand beside it.
        body = changed(subject, lambda root: root.insert(0, etree.Comment(f" {ACCENTED} ")))
        yield "comment", f"a comment with {ACCENTED!r} in UTF-8", body
        return
    member, _ = found
    escaped = "".join(char if char.isascii() else f"&#{ord(char)};" for char in ACCENTED)
    for slug, title, spelling in (("utf-8", "UTF-8", ACCENTED), ("escaped", "character references", escaped)):
        yield slug, f"{member.name} = {ACCENTED!r} in {title}", _in_place(subject, member, spelling)


def _halved(subject: Subject) -> bytes:
    """About half of an envelope that holds no secret: masking does not know a part of one. It ends where a tag begins,
    since a part of an address may be somebody's."""
    known = {name: value for name, value in subject.baseline().items() if name not in subject.private}
    codec = CODECS[subject.encoding.name]
    text = codec.encode(subject.contract.operation.request, known).removeprefix(DECLARATION).decode()
    half = len(text) // 2
    # Of a short message the start tag alone may be more than the half; nothing at all is another case.
    end = text.rfind("<", 1, half)
    return text[: end if end > 0 else text.index("<", half)].encode()


def _malformed(subject: Subject) -> Texts:
    text = bare(subject).decode()
    opened = text.rpartition("</")[0]
    yield "truncated", "the envelope ends in its middle", _halved(subject)
    yield "unclosed", "the end tag of the envelope left out", opened.encode()
    yield "mismatched", "an end tag of another name", f"{opened}</Other>".encode()
    # Inside of the first member: a text beside elements would join them all to one, in which an address could stand.
    yield "ampersand", "a bare ampersand", text.replace("</", " & </", 1).encode()
    yield "two-roots", "the envelope twice in a row", f"{text}{text}".encode()
    yield "other-format", "a JSON text", b'{"message": 1}'
    yield "text", "a text without any markup", b"no message"


def _empty(subject: Subject) -> Texts:
    yield "nothing", "no body at all", b""
    yield "white-space", "white space alone", b" \r\n "
    yield "no-body", "an envelope without a Body", changed(subject, lambda root: root.remove(body_of(root)))
    change: Callable[[etree._Element], None] = lambda root: body_of(root).remove(child_of(root))  # noqa: E731
    yield "body", "an empty Body", changed(subject, change)
