"""The JSON and XML samples of a page as one kind of tree, each node with the line that it starts on.

Line numbers are why the standard parsers do not suffice for JSON. Knows no page format and imports no reader.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.page import Page

XSI = "http://www.w3.org/2001/XMLSchema-instance"
NIL = f"{{{XSI}}}nil"
DATA_CONTRACT = "http://schemas.datacontract.org/"
DEEPEST = 64
"""No page nests deeper; what does is no sample."""
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ROOT = re.compile(r"<(?P<name>[^\s<>/!?]+)")
_SURROGATE = re.compile("[\ud800-\udfff]")
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
    prefixes: tuple[tuple[str, str], ...] = ()
    """The namespace prefixes in force at an element; that of the default namespace is empty."""

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


def json_sample(page: Page, first: int, last: int) -> tuple[Node, int]:
    """The sample that begins on a line, and the line on which it ends, at the latest the last."""
    text = _text(page, first, last)
    try:
        _, end = json.JSONDecoder(parse_float=Decimal).raw_decode(text)
        node, _ = _json(text, 0, first, "")
    except json.JSONDecodeError as error:
        raise page.error(first + error.lineno - 1, f"the JSON sample is broken here: {error.msg}") from error
    except (ValueError, ArithmeticError) as error:
        raise page.error(
            first, f"the JSON sample that begins here holds a number that cannot be read: {error}"
        ) from None
    except RecursionError:
        raise page.error(first, f"the JSON sample that begins here is nested deeper than {DEEPEST} levels") from None
    torn = next((seen.node for seen in walk(node) if _SURROGATE.search(seen.node.name)), None)
    if torn is not None:
        raise page.error(torn.line, "this line of the JSON sample has a name with half a character in it")
    return node, first + text.count("\n", 0, end)


def _text(page: Page, first: int, last: int) -> str:
    """The lines of a sample, without the caption that may stand before it."""
    text = "\n".join(page.lines[first - 1 : last])
    return re.sub(r"^\s*(?:Sample:[^\S\n]*)?", "", text)


def _json(text: str, at: int, first: int, name: str, depth: int = 0) -> tuple[Node, int]:
    """A value that is known to be well-formed, and the position behind it."""
    if depth > DEEPEST:
        raise RecursionError
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
        node, at = _json(text, at, first, key, depth + 1)
        nodes.append(node if opening == "[" else replace(node, line=start))
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return Node(name=name, line=line, nodes=tuple(nodes), container=True, repeated=opening == "["), at + 1


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found is not None else at


def read_xml(page: Page, first: int, last: int) -> Node:
    """The sample between two lines, both included. Two children of one name are a list: pages print lists so."""
    text = _text(page, first, last)
    # The text is ours by now, whatever encoding its declaration names.
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(errors="replace"), parser)
    except etree.XMLSyntaxError as error:
        line = min(first + (error.lineno or 1) - 1, last)
        told = " ".join(str(error.msg).split())
        raise page.error(line, f"the XML sample is broken here: {told}") from error
    if max(depth for depth, _ in _depths(root)) > DEEPEST:
        raise page.error(first, f"the XML sample that begins here is nested deeper than {DEEPEST} levels")
    return _xml(root, first)


def xml_sample(page: Page, first: int, last: int) -> tuple[Node, int]:
    """The sample that begins on a line, and the line on which its root ends, at the latest the last."""
    lines = _text(page, first, last).split("\n")
    opening = _ROOT.search("\n".join(lines))
    end = last
    if opening is not None:
        closing = re.compile(rf"</{re.escape(opening['name'])}\s*>\s*$|^\s*<{re.escape(opening['name'])}[^<]*/>\s*$")
        end = next((first + at for at in range(len(lines) - 1, -1, -1) if closing.search(lines[at])), last)
    return read_xml(page, first, end), end


def _depths(root: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    waiting = [(1, root)]
    while waiting:
        depth, element = waiting.pop()
        yield depth, element
        waiting.extend((depth + 1, child) for child in element)


def _xml(element: etree._Element, first: int) -> Node:
    name = etree.QName(element)
    # Entities that nobody resolves are nodes as well; they are no members.
    nodes = tuple(_xml(child, first) for child in element if isinstance(child.tag, str))
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
        prefixes=tuple(sorted((prefix or "", uri) for prefix, uri in element.nsmap.items())),
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
