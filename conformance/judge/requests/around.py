"""What a request shows of the rules about envelopes and HTTP: its method, its media type, the text around its members.

Only what a service is to refuse it for is a rule of the consumer's. `by` names what hides the members; what services
legally read in different ways is told as a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from conformance.codecs import Decoded, Malformed
from conformance.codecs.elements import elements, named
from conformance.codecs.soap import ENVELOPES
from conformance.judge.reply import media_type
from conformance.judge.soap_marks import Mark, bad, blocked, good, judged
from conformance.model import Contract, Request, Tree
from conformance.rules.soap import is_soap

MALFORMED, EMPTY, ROOT = "envelope/malformed", "envelope/empty-body", "envelope/request-root"
NAMESPACE, VERSION = "envelope/request-namespace", "envelope/version-mismatch"
TEXT = (MALFORMED, EMPTY, ROOT, VERSION, NAMESPACE)
"""In the order in which one hides the others."""
MEMBERS = "a message with members"
TOLD = {
    "order": "the members come in another order than that of the document",
    "namespace": "elements are in another namespace than that of the document",
    "item": "the items of a list stand in elements of another name",
    "repeated": "a member comes more than once",
}
"""Kinds of oddities that are only told of a request."""


@dataclass(slots=True)
class Around:
    """Marks of the rules around the members; `by` is the rule that hides those, empty where they can be seen."""

    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    by: str = ""

    def hide(self, by: str, *found: Mark) -> None:
        """A finding behind which nothing can be seen."""
        self.marks += found
        self.marks += blocked(by, *TEXT[TEXT.index(by) + 1 :])
        self.by = by


def travel(contract: Contract, encoding: str, request: Request) -> tuple[list[Mark], list[str]]:
    """Marks and notes about how the request is sent."""
    operation = contract.operation
    method = request.method.upper()
    marks = [judged("http/method", operation.method, "" if method == operation.method else method, "method")]
    known = {name.lower() for one in operation.encodings for name in one.media_types}
    label = media_type(request)
    notes = []
    if label:
        rule, due = "http/unsupported-media-type", ", ".join(contract.encoding(encoding).media_types)
        marks.append(judged(rule, due, "" if label in known else label, "content-type"))
    elif method == operation.method:
        notes.append("the request has no Content-Type")
    if encoding == "soap-1.1" and method == operation.method:
        notes += _action(request.header("SOAPAction"))
    return marks, notes


def _action(action: str | None) -> Iterator[str]:
    # WS-I BP 1.1 R1109 binds the sender; a receiver must not rely on the header: R1127.
    if action is None:
        yield "the request has no SOAPAction"
    elif not (len(action) > 1 and action[0] == action[-1] == '"'):
        yield "SOAPAction is not quoted"


def text(contract: Contract, encoding: str, body: bytes, read: Decoded | Malformed) -> Around:
    """What the text around the members shows."""
    around = Around()
    if not body.strip() or (encoding == "form" and not body.strip(b" \t\r\n&")):
        around.marks += blocked(EMPTY, MALFORMED)
        around.hide(EMPTY, bad(EMPTY, MEMBERS, "nothing"))
    elif isinstance(read, Malformed):
        due = "a JSON text" if encoding == "json" else "an XML document"
        around.hide(MALFORMED, bad(MALFORMED, due, str(read)))
    else:
        around.marks.append(good(MALFORMED))
        around.notes += _oddities(read)
        if is_soap(encoding):
            _envelope(around, contract, encoding.removeprefix("soap-"), read)
        else:
            _root(around, contract, encoding, read)
    return around


def _oddities(read: Decoded) -> Iterator[str]:
    if read.byte_order_mark:
        yield "the request begins with a byte order mark"
    if not read.utf8:
        yield "the bytes of the request are not in the encoding that they declare"
    if read.duplicates:
        yield TOLD["repeated"]
    kinds = {odd.kind for odd in read.oddities if odd.path or odd.kind != "namespace"}
    yield from (sentence for kind, sentence in TOLD.items() if kind in kinds and kind != "repeated")
    envelope = read.envelope
    if envelope is None:
        return
    if envelope.document_type:
        yield "the request has a document type declaration"
    if envelope.instructions:
        yield "the request has a processing instruction"
    if envelope.body is not None and len([*elements(envelope.body)]) > 1:
        yield "the Body of the request holds more than one element"


def _root(around: Around, contract: Contract, encoding: str, read: Decoded) -> None:
    tree = read.tree
    odd = next((one for one in read.oddities if one.kind == "root"), None)
    if odd is not None and not _members(contract, tree):
        around.marks.append(good(EMPTY))
        around.hide(ROOT, bad(ROOT, odd.expected, odd.observed))
        return
    if tree is None:
        around.hide(EMPTY, bad(EMPTY, MEMBERS, "null"))
        return
    if not isinstance(tree, dict):
        around.marks.append(good(EMPTY))
        due = "a JSON object" if encoding == "json" else "members in the root element"
        around.hide(ROOT, bad(ROOT, due, _kind(tree)))
        return
    around.marks.append(judged(EMPTY, MEMBERS, "" if tree else "none"))
    if odd is None and any(one.kind == "namespace" and not one.path for one in read.oddities):
        around.notes += [TOLD["namespace"]] if TOLD["namespace"] not in around.notes else []
    around.marks.append(judged(ROOT, odd.expected if odd else "", odd.observed if odd else ""))


def _members(contract: Contract, tree: Tree) -> bool:
    """Is any member of the message there, whatever its root is called?"""
    return isinstance(tree, dict) and any(member.name in tree for member in contract.operation.request.fields)


def _kind(tree: Tree) -> str:
    if isinstance(tree, bool):
        return "a boolean"
    return "a list" if isinstance(tree, list) else "a text" if isinstance(tree, str) else "a number"


def _envelope(around: Around, contract: Contract, version: str, read: Decoded) -> None:
    envelope = read.envelope
    if envelope is None:
        return
    name = etree.QName(envelope.root)
    if name.localname != "Envelope":
        around.marks.append(good(EMPTY))
        around.hide(ROOT, bad(ROOT, "an Envelope", name.localname))
        return
    due = ENVELOPES[version]
    unknown = "" if envelope.version else named(name.namespace)
    around.marks.append(judged(VERSION, named(due), unknown, "Envelope"))
    if envelope.version not in {version, ""}:
        around.notes.append("the envelope is one of another version than the media type names")
    if envelope.child is None:
        around.marks.append(bad(EMPTY, MEMBERS, "an empty Body" if envelope.body is not None else "no Body"))
        around.marks += blocked(EMPTY, ROOT, NAMESPACE)
        around.by = EMPTY
        return
    around.marks.append(good(EMPTY))
    odd = next((one for one in read.oddities if one.kind == "root"), None)
    if odd is not None or not isinstance(read.tree, dict):
        came = odd.observed if odd is not None else etree.QName(envelope.child).localname
        around.marks.append(bad(ROOT, odd.expected if odd is not None else contract.operation.request.root, came))
        around.marks += blocked(ROOT, NAMESPACE)
        around.by = ROOT
        return
    around.marks.append(good(ROOT))
    moved = next((one for one in read.oddities if one.kind == "namespace" and not one.path), None)
    around.marks.append(judged(NAMESPACE, moved.expected if moved else "", moved.observed if moved else ""))
