"""ASMX help page → facts: both SOAP versions, the action, the wrappers, the typed leaves, the repetition.

Knows no service. The page prints no cardinality; `occurs` is what the type mapping of such a server gives. Must never
import another reader or the readings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from conformance.documents.draft import Draft, erratum
from conformance.documents.ledger import Notes
from conformance.documents.page import Page, kebab
from conformance.documents.samples import Node, read_xml
from conformance.documents.samples import walk as walk_sample
from conformance.model import Basis, Encoding, Erratum, Field, Message, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

KIND = "asmx-help-page"
_POST = re.compile(r"^POST (?P<path>/\S+) HTTP/\d\.\d$")
_STATUS = re.compile(r"^HTTP/\d\.\d (?P<status>\d{3})")
_HEADER = re.compile(r"^(?P<name>[A-Za-z-]+): ?(?P<value>.*)$")
ENVELOPES = {
    "http://schemas.xmlsoap.org/soap/envelope/": "soap-1.1",
    "http://www.w3.org/2003/05/soap-envelope": "soap-1.2",
}
LEAVES = {
    "string": ("string", (0, 1)),
    "base64Binary": ("base64Binary", (0, 1)),
    "int": ("int", (1, 1)),
    "short": ("int", (1, 1)),
    "long": ("integer", (1, 1)),
    "dateTime": ("dateTime", (1, 1)),
    "boolean": ("boolean", (1, 1)),
    "decimal": ("decimal", (1, 1)),
    "double": ("decimal", (1, 1)),
    "float": ("decimal", (1, 1)),
    "guid": ("guid", (1, 1)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One HTTP message of the page: its first line, its headers with their lines, its envelope."""

    line: int
    path: str | None
    headers: dict[str, tuple[str, int]]
    envelope: Node
    body: Node


def recognises(page: Page) -> bool:
    """A SOAP request is printed with its HTTP head."""
    posts = any(_POST.match(line) for line in page.lines)
    return posts and any(uri in line for uri in ENVELOPES for line in page.lines)


def read(page: Page) -> Draft:
    """The facts of an ASMX help page."""
    notes = Notes()
    blocks = tuple(_blocks(page, notes))
    pairs = [(ask, answer) for ask, answer in pairwise(blocks) if ask.path and not answer.path]
    if not pairs:
        raise page.error(1, "no SOAP request followed by its answer is printed here")
    request, answer = (_message(page, block) for block in pairs[0])
    for ask, reply in pairs[1:]:
        for first, second in ((request, ask), (answer, reply)):
            if _shape(_message(page, second)) != _shape(first):
                raise page.error(second.line, "the two SOAP versions do not print the same message")
    head = pairs[0][0]
    operation = Operation(
        name=request.root,
        method="POST",
        path=head.path or "",
        citation=page.cite(head.line),
        request=request,
        response=answer,
        encodings=tuple(_encoding(page, ask, reply) for ask, reply in pairs),
    )
    for number, line in enumerate(page.lines, start=1):
        if line.strip() == operation.name:
            notes.fact(number, "operation/name")
        elif line.strip():
            notes.reason(number, "text of the page generator")
    errata = (*_cut_off(page, pairs[0]), *_silent(page, operation))
    return Draft(kind=KIND, operation=operation, notes=notes, errata=errata)


def _blocks(page: Page, notes: Notes) -> Iterator[Block]:
    number = 1
    while number <= len(page.lines):
        post = _POST.match(page.line(number))
        if post is None and _STATUS.match(page.line(number)) is None:
            number += 1
            continue
        first, headers = number, {}
        while (header := _HEADER.match(page.line(number + 1))) is not None:
            number += 1
            headers[header["name"].lower()] = (header["value"], number)
        start = next((n for n in range(number + 1, len(page.lines) + 1) if page.line(n).strip()), number + 1)
        end = next(
            (n for n in range(start, len(page.lines) + 1) if page.line(n).endswith("Envelope>") and n > start), 0
        )
        if not page.line(start).startswith("<") or not end:
            raise page.error(first, "no complete envelope follows this line")
        envelope = read_xml(page, start, end)
        body = next((node for node in envelope.nodes if node.name == "Body"), None)
        if envelope.namespace not in ENVELOPES or body is None or len(body.nodes) != 1:
            raise page.error(envelope.line, "this is no SOAP envelope with one element in its body")
        block = Block(line=first, path=post["path"] if post else None, headers=headers, envelope=envelope, body=body)
        _note_block(notes, block, start, end)
        yield block
        number = end + 1


def _note_block(notes: Notes, block: Block, start: int, end: int) -> None:
    part = "request" if block.path else "response"
    name = ENVELOPES[block.envelope.namespace or ""]
    notes.fact(block.line, "operation" if block.path else f"encoding/{name}/response/status")
    for header, (_, line) in block.headers.items():
        if header == "content-type":
            notes.fact(line, f"encoding/{name}" if block.path else f"encoding/{name}/response")
        elif header == "soapaction":
            notes.fact(line, f"encoding/{name}/action")
        else:
            notes.reason(line, "a header that a target or a message fills")
    if start != block.envelope.line:
        notes.reason(start, "the XML declaration of a sample")
    notes.fact(block.envelope.line, f"encoding/{name}/envelope")
    notes.reason(block.body.line, "the body of an envelope")
    root, wrappers, top = _unwrap(block.body.nodes[0])
    notes.fact(root.line, f"{part}/root")
    for wrapper in wrappers:
        notes.fact(wrapper.line, f"{part}/wrapper")
    for seen in walk_sample(top):
        if seen.later:
            notes.reason(seen.node.line, "a further item of a list, as the first")
        elif seen.item:
            notes.fact(seen.node.line, f"{part}/{seen.path}/item")
        else:
            notes.fact(seen.node.line, f"{part}/{seen.path}", f"{part}/{seen.path}/type")
    for number in range(start, end + 1):
        notes.reason(number, "the end of an element")


def _unwrap(root: Node) -> tuple[Node, tuple[Node, ...], Node]:
    """The root, the elements that only wrap, and the element that holds the members."""
    wrappers: list[Node] = []
    top = root
    while len(top.nodes) == 1 and top.nodes[0].container and not top.nodes[0].repeated:
        top = top.nodes[0]
        wrappers.append(top)
    return root, tuple(wrappers), top


def _message(page: Page, block: Block) -> Message:
    root, wrappers, top = _unwrap(block.body.nodes[0])
    return Message(
        root=root.name,
        citation=page.cite(root.line),
        fields=_fields(page, top),
        wrappers=tuple(node.name for node in wrappers),
        namespace=root.namespace,
    )


def _fields(page: Page, node: Node) -> tuple[Field, ...]:
    names = [child.name for child in node.nodes]
    if len(names) != len(set(names)):
        raise page.error(node.line, f"{node.name} repeats an element among others; this reader cannot place it")
    return tuple(_field(page, child) for child in node.nodes)


def _field(page: Page, node: Node) -> Field:
    cite = page.cite(node.line)
    made = Field(name=node.name, type="object", basis=Basis.STATED, citation=cite, occurs=(0, 1))
    if node.nil:
        return replace(made, type="open", type_basis=Basis.INFERRED)
    if node.repeated:
        item = replace(_field(page, node.nodes[0]), occurs=(0, None))
        return replace(made, type="list", item=item)
    if node.container:
        return replace(made, fields=_fields(page, node))
    word = str(node.value).strip()
    if not word:
        return replace(made, type="empty")
    if word not in LEAVES:
        raise page.error(node.line, f"the type {word!r} is not known to this reader")
    kind, occurs = LEAVES[word]
    return replace(made, type=kind, occurs=occurs)


def _encoding(page: Page, ask: Block, reply: Block) -> Encoding:
    if "content-type" not in ask.headers or "content-type" not in reply.headers:
        raise page.error(ask.line, "this message or its answer has no Content-Type")
    content, line = ask.headers["content-type"]
    action = ask.headers.get("soapaction")
    uri = ask.envelope.namespace
    return Encoding(
        name=ENVELOPES[uri or ""],
        media_types=(content.split(";")[0].strip(),),
        citation=page.cite(line),
        response_media_types=(reply.headers["content-type"][0].split(";")[0].strip(),),
        action=action[0].strip('"') if action is not None else None,
        envelope=uri,
    )


def _shape(message: Message) -> object:
    """What both versions must agree on: everything but the lines."""

    def plain(member: Field) -> object:
        inner = tuple(plain(child) for child in member.fields)
        return member.name, member.type, member.occurs, inner, plain(member.item) if member.item else None

    return message.root, message.wrappers, message.namespace, tuple(plain(member) for member in message.fields)


def _cut_off(page: Page, pair: tuple[Block, Block]) -> Iterator[Erratum]:
    for block in pair:
        _, _, top = _unwrap(block.body.nodes[0])
        cut = [(seen.path, seen.node) for seen in walk_sample(top) if any(child.nil for child in seen.node.nodes)]
        for path, node in cut:
            lines = [child.line for child in node.nodes if child.nil]
            yield erratum(
                page,
                lines[0],
                f"cut-off-{kebab(node.nodes[0].name)}",
                f"{node.nodes[0].name} in {path} is printed as nil on lines {' and '.join(map(str, lines))}: the page"
                " generator stops at this depth.",
                "The content is open: it may be anything, and nil is not demanded.",
            )


def _silent(page: Page, operation: Operation) -> Iterator[Erratum]:
    yield erratum(
        page,
        operation.request.citation.line or 1,
        "cardinality-not-printed",
        "The page does not say which elements may be absent or repeated.",
        "Cardinality is inferred from the type mapping: an absent string is no defect, an absent int is one of ours.",
    )
