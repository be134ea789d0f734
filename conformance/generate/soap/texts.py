"""Spellings of the baseline's envelope that say the same, and texts that hold no message at all."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from conformance.codecs import CODECS
from conformance.codecs.elements import elements, tag
from conformance.generate.envelopes.text import ACCENTED, DECLARATION, Rewrite, words
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
    rewritten,
    written,
)
from conformance.generate.subject import Subject
from conformance.generate.transport import case_of
from conformance.model import Case, Expect, Field

PLACE = "conformance-place"
"""Stands in a text for what lxml would write in its own way."""


def text_cases(subject: Subject) -> Iterator[Case]:
    """Every spelling, and everything that is no message."""
    for slug, title, rewrite in (*_declarations(), *_markup(subject), *_prefixed(subject)):
        slot = "header" if slug == "empty-header" else "spelling"
        yield rewritten(subject, ("spelling", slot), slug, title, rewrite)
    for slug, title, body in _leaf(subject):
        yield envelope_case(subject, "spelling", slug, title, body, Expect.ACCEPTED)
    yield from _accented(subject)
    place, title = ("accepts-byte-order-mark", "byte-order-mark"), "a byte order mark in front"
    yield rewritten(subject, place, "utf-8", title, lambda body: codecs.BOM_UTF8 + body)
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
Spellings = Iterator[tuple[str, str, Rewrite]]
"""(slug, title, what makes it of an envelope)."""


def _bare(body: bytes) -> bytes:
    return body.removeprefix(DECLARATION)


def _declarations() -> Spellings:
    yield "no-declaration", "no XML declaration", _bare
    upper = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    yield "declaration", "another spelling of the XML declaration", lambda body: upper + _bare(body)
    cased = b"<?xml version='1.0' encoding='Utf-8'?>"
    yield "encoding-case", "the encoding written Utf-8", lambda body: cased + _bare(body)
    short = b'<?xml version="1.0"?>'
    yield "no-encoding", "an XML declaration without an encoding", lambda body: short + _bare(body)
    title = "white space in front of the envelope and behind it"
    yield "white-space-around", title, lambda body: b"\n  " + _bare(body) + b"\r\n\r\n"


def _of_tree(change: Callable[[etree._Element], None]) -> Rewrite:
    """The envelope after a change of its tree."""

    def rewrite(body: bytes) -> bytes:
        root = etree.fromstring(body)
        change(root)
        return written(root)

    return rewrite


def _markup(subject: Subject) -> Spellings:
    yield "white-space", "every element on a line of its own", _of_tree(lambda root: etree.indent(root, "\t"))

    def comments(root: etree._Element) -> None:
        for parent in (root, body_of(root), holder_of(subject, root)):
            parent.insert(0, etree.Comment(" conformance "))
            parent.append(etree.Comment(" conformance "))

    yield "comments", "comments between the elements", _of_tree(comments)
    comment = b"<!-- conformance -->"
    title = "comments in front of the envelope and behind it"
    yield "comments-around", title, lambda body: DECLARATION + comment + _bare(body) + comment

    def header(root: etree._Element) -> None:
        if root.find(tag(namespace(subject), "Header")) is None:
            root.insert(0, etree.Element(tag(namespace(subject), "Header")))

    if not subject.header:
        yield "empty-header", "an empty Header", _of_tree(header)


def _prefixed(subject: Subject) -> Spellings:
    root = baseline(subject)
    own, inside = namespace(subject), etree.QName(child_of(root)).namespace
    spaces = {etree.QName(one).namespace for one in root.iter(tag="*")}
    unqualified = None in spaces
    if inside:
        others: dict[str, str | None] = {own: "S", inside: "m", "urn:conformance:unused": "unused"}
        yield "prefixes", "other prefixes", _with_prefixes(others)
        if not unqualified:
            title = "the message with the default namespace, the envelope with another prefix"
            yield "default-inside", title, _with_prefixes({own: "SOAP-ENV", inside: None})
    if not unqualified:
        title = "the envelope with the default namespace"
        yield "default-namespace", title, _with_prefixes({own: None, inside: "m"} if inside else {own: None})


def _with_prefixes(prefixes: Mapping[str, str | None]) -> Rewrite:
    return lambda body: written(respelt(etree.fromstring(body), prefixes))


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


def _accented(subject: Subject) -> Iterator[Case]:
    """Letters beyond ASCII in a member, or beside the message where nothing in it may vary."""
    facet, found = "non-ascii", _word(subject)
    if found is None:
        comment = _of_tree(lambda root: root.insert(0, etree.Comment(f" {ACCENTED} ")))
        yield rewritten(subject, (facet, "comment"), "comment", f"a comment with {ACCENTED!r} in UTF-8", comment)
        return
    member, _ = found
    escaped = "".join(char if char.isascii() else f"&#{ord(char)};" for char in ACCENTED)
    for slug, how, spelling in (("utf-8", "UTF-8", ACCENTED), ("escaped", "character references", escaped)):
        title, body = f"{member.name} = {ACCENTED!r} in {how}", _in_place(subject, member, spelling)
        yield envelope_case(subject, facet, slug, title, body, Expect.ACCEPTED)


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
