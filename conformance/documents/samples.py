"""The JSON and XML samples of a page as one kind of tree, each node with the line that it starts on.

Line numbers are why the standard parsers do not suffice for JSON. Knows no page format and imports no reader.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.page import Page

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SPACE = re.compile(r"\s*")
_SCALARS = json.JSONDecoder(parse_float=Decimal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A member or element. A leaf has `value` (text in XML) and no `nodes`; the items of a JSON list have no name."""

    name: str
    line: int
    value: Any = None
    nodes: tuple[Node, ...] = ()
    container: bool = False
    repeated: bool = False
    """The nodes are the items of a list."""
    namespace: str | None = None
    nil: bool = False

    def child(self, name: str) -> Node | None:
        """The first node of that name."""
        return next((node for node in self.nodes if node.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A node on the way through a sample. `path` leaves list items out; `item` says that it is one itself."""

    path: str
    node: Node
    item: bool
    later: bool
    """It stands in the second item of a list, or a further one."""


def walk(node: Node, prefix: str = "", *, later: bool = False) -> Iterator[Seen]:
    """Every node below this one, parents first."""
    for index, child in enumerate(node.nodes):
        path = prefix.removesuffix("/") if node.repeated else f"{prefix}{child.name}"
        again = later or (node.repeated and index > 0)
        yield Seen(path=path, node=child, item=node.repeated, later=again)
        yield from walk(child, f"{path}/" if path else "", later=again)


def read_json(page: Page, first: int, last: int) -> Node:
    """The sample between two lines, both included."""
    text = "\n".join(page.lines[first - 1 : last])
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise page.error(first + error.lineno - 1, f"the JSON sample is broken here: {error.msg}") from error
    return _json(text, 0, first, "")[0]


def _json(text: str, at: int, first: int, name: str) -> tuple[Node, int]:
    """A value that is known to be well-formed, and the position behind it."""
    at = _skip(text, at)
    line = first + text.count("\n", 0, at)
    opening = text[at]
    if opening not in "{[":
        value, at = _SCALARS.raw_decode(text, at)
        return Node(name=name, line=line, value=value), at
    nodes: list[Node] = []
    at = _skip(text, at + 1)
    while text[at] not in "}]":
        key, start = "", first + text.count("\n", 0, at)
        if opening == "{":
            key, at = _SCALARS.raw_decode(text, at)
            at = _skip(text, at) + 1
        node, at = _json(text, at, first, key)
        nodes.append(node if opening == "[" else _at(node, start))
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return Node(name=name, line=line, nodes=tuple(nodes), container=True, repeated=opening == "["), at + 1


def _at(node: Node, line: int) -> Node:
    """The node on the line of its name: a value may start on a later one."""
    return Node(
        name=node.name, line=line, value=node.value, nodes=node.nodes, container=node.container, repeated=node.repeated
    )


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found is not None else at


def read_xml(page: Page, first: int, last: int) -> Node:
    """The sample between two lines, both included. Two children of one name are a list: pages print lists so."""
    text = "\n".join(page.lines[first - 1 : last])
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        line = first + (error.lineno or 1) - 1
        raise page.error(line, f"the XML sample is broken here: {error.msg}") from error
    return _xml(root, first)


def _xml(element: etree._Element, first: int) -> Node:
    name = etree.QName(element)
    nodes = tuple(_xml(child, first) for child in element)
    line = element.sourceline
    return Node(
        name=name.localname,
        namespace=name.namespace,
        line=first + (line if isinstance(line, int) else 1) - 1,
        value=None if nodes else (element.text or ""),
        nodes=nodes,
        container=bool(nodes),
        repeated=len(nodes) > 1 and len({node.name for node in nodes}) == 1,
        nil=element.get(NIL) in {"true", "1"},
    )


def type_of(value: Any) -> str:
    """The type that a sample value shows, as far as one value can."""
    text = str(value)
    if value is None:
        return "open"
    if isinstance(value, bool) or text in {"true", "false"}:
        return "boolean"
    if GUID.fullmatch(text):
        return "guid"
    if isinstance(value, int) or re.fullmatch(r"-?\d+", text):
        return "integer"
    if isinstance(value, Decimal) or re.fullmatch(r"-?\d+\.\d+", text):
        return "decimal"
    return "string"
