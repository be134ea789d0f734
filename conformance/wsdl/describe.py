"""The message of an operation as a tree of elements, and that tree as text for people.

Groups are flattened: what stands in a choice may be left out, what stands in a group that repeats may repeat.
Attributes are left out. Must never import what opens sockets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from conformance.model import Description
from conformance.wsdl.errors import Unread, Unusable
from conformance.wsdl.load import XS
from conformance.wsdl.operations import Part, Shape
from conformance.wsdl.schemas import schema_of

KINDS: Mapping[str, str] = {
    **dict.fromkeys(("int", "short", "byte", "unsignedShort", "unsignedByte"), "int"),
    **dict.fromkeys(("integer", "long", "unsignedInt", "unsignedLong"), "integer"),
    **dict.fromkeys(("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"), "integer"),
    **dict.fromkeys(("decimal", "float", "double"), "decimal"),
    "boolean": "boolean",
    "dateTime": "dateTime",
    "base64Binary": "base64Binary",
}
"""Built-in type → type of a member; any other is text."""
MOST_NODES = 3000
MOST_DEPTH = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One element. `kind` is the type of a member that it could be: `object` with `children`, `open` for anything.

    `values` are those that its type lists, each with what the schema says of it; `fixed` is its only or its default
    value. `choice` is the number of the choice that it stands in, where one of them is due. `attributes` are those that
    it must have; `remark` is `abstract` where something else must stand in its place, `again` where it is inside of one
    like itself and no more of it is told.
    """

    tag: str
    least: int = 1
    most: int | None = 1
    kind: str = "object"
    type: str = ""
    values: tuple[tuple[str, str], ...] = ()
    patterns: tuple[str, ...] = ()
    fixed: str | None = None
    nillable: bool = False
    children: tuple[Node, ...] = ()
    attributes: tuple[str, ...] = ()
    choice: int = 0
    remark: str = ""

    @property
    def name(self) -> str:
        return str(etree.QName(self.tag).localname)

    @property
    def repeats(self) -> bool:
        return self.most is None or self.most > 1


Path = tuple[Node, ...]
"""The elements from below the root of the message to one of them."""


def tree(description: Description, shape: Shape) -> Node:
    """The message with all that may stand in it."""
    return _Reading(description).message(shape)


def places(root: Node) -> Iterator[Path]:
    """Every element below the root with its path, in the order of the schema."""
    for child in root.children:
        yield (child,)
        for below in places(child):
            yield (child, *below)


def outline(root: Node) -> str:
    """The tree as indented text: name, type, how often."""
    return "\n".join(f"  {line}" for line in _lines(root, 0))


def _lines(node: Node, depth: int) -> Iterator[str]:
    most = "*" if node.most is None else node.most
    often = "" if (node.least, node.most) == (1, 1) else f", {node.least}..{most}"
    values = f" ({', '.join(value for value, _ in node.values[:8])})" if node.values else ""
    told = f": {node.type}{values}" if node.type else ""
    yield f"{'  ' * depth}{node.name}{told}{often}{f', {node.remark}' if node.remark else ''}"
    for child in node.children:
        yield from _lines(child, depth + 1)


class _Reading:
    """Turns the components of a compiled schema into nodes, so many and no more."""

    def __init__(self, description: Description) -> None:
        self._url = description.url
        self._maps = schema_of(description).maps
        self._count = 0
        self._choices = 0

    def message(self, shape: Shape) -> Node:
        if not shape.rpc:
            return self._element(self._global("elements", shape.tag), ())
        return Node(tag=shape.tag, children=tuple(self._part(part) for part in shape.parts))

    def _part(self, part: Part) -> Node:
        if part.element:
            return self._element(self._global("elements", part.element), ())
        made = self._typed(Node(tag=part.name), self._global("types", part.type), ())
        return replace(made, least=1, most=1)

    def _global(self, kind: str, name: str) -> Any:
        try:
            found = getattr(self._maps, kind)[name]
        except KeyError:
            raise Unusable(f"{self._url}: nothing declares {name or 'the type of a part'}") from None
        return found

    def _element(self, element: Any, above: tuple[Any, ...]) -> Node:
        self._count += 1
        if self._count > MOST_NODES:
            raise Unread(f"{self._url}: the message has more than {MOST_NODES} elements; no more are read")
        node = Node(
            tag=self._name(element.name),
            nillable=bool(element.nillable),
            fixed=element.fixed if element.fixed is not None else element.default,
            remark="abstract" if element.abstract or element.type.abstract else "",
        )
        return self._typed(node, element.type, above)

    def _typed(self, node: Node, kind: Any, above: tuple[Any, ...]) -> Node:
        if not kind.is_simple():
            node = replace(node, attributes=tuple(self._demanded(kind.attributes)))
        simple = kind if kind.is_simple() else kind.content if kind.has_simple_content() else None
        if simple is not None:
            return _leaf(node, simple, kind)
        name = kind.local_name or ""
        if kind.name == f"{{{XS}}}anyType":
            return replace(node, kind="open", type="anyType")
        if kind in above or len(above) >= MOST_DEPTH:
            return replace(node, type=name, remark="again")
        children = _once(self._group(kind.content, (*above, kind), 0))
        if not children and any(type(part).__name__ == "XsdAnyElement" for part in kind.content.iter_elements()):
            return replace(node, kind="open", type=name or "anything")
        return replace(node, type=name, children=children)

    def _name(self, name: str) -> str:
        """The name, which a compiler takes as it is written."""
        try:
            etree.QName(name)
        except ValueError:
            raise Unusable(f"{self._url}: its schema declares {name!r}, which is no name in XML") from None
        return name

    def _demanded(self, attributes: Any) -> Iterator[str]:
        """The attributes that an element must have and that the schema has no value for."""
        for name, one in attributes.items():
            if name is not None and one.use == "required":
                yield str(etree.QName(self._name(name)).localname)

    def _group(self, group: Any, above: tuple[Any, ...], choice: int) -> Iterator[Node]:
        if group.model == "choice" and group.min_occurs and not choice:
            self._choices += 1
            choice = self._choices
        for particle in group:
            if hasattr(particle, "model"):
                made = self._group(particle, above, choice)
            elif particle.name is None or type(particle).__name__ == "XsdAnyElement":
                continue
            else:
                own = self._element(particle, above)
                made = iter((replace(own, least=particle.min_occurs, most=particle.max_occurs, choice=choice),))
            for node in made:
                least = 0 if group.model == "choice" else node.least * group.min_occurs
                yield replace(node, least=least, most=_times(node.most, group.max_occurs))


def _once(nodes: Iterator[Node]) -> tuple[Node, ...]:
    """Each element once, where it stands first, and none that may not be there; branches of a choice may share one."""
    made: dict[str, Node] = {}
    for node in nodes:
        if node.most != 0:
            held = made.get(node.tag)
            made[node.tag] = node if held is None else replace(held, least=min(held.least, node.least))
    return tuple(made.values())


def _times(one: int | None, other: int | None) -> int | None:
    if 0 in (one, other):
        return 0
    return None if one is None or other is None else one * other


def _leaf(node: Node, simple: Any, kind: Any) -> Node:
    found, patterns = "string", list[str]()
    parts = getattr(simple, "member_types", None) or ()
    values: tuple[tuple[str, str], ...] = tuple(pair for part in parts for pair in _listed(part))
    plain_text, step = bool(parts) or simple.is_list(), simple
    while step is not None and step.name != f"{{{XS}}}anySimpleType":
        if step.elem is not None and step.target_namespace != XS:
            values = values or _listed(step)
            patterns += [one.get("value", "") for one in step.elem.iter(f"{{{XS}}}pattern")]
        if step.name and step.name.startswith(f"{{{XS}}}"):
            found = "string" if plain_text else KINDS.get(step.local_name, found)
            if step.local_name in KINDS:
                break
        step = step.base_type
    shown = kind.local_name or simple.local_name or getattr(simple.base_type, "local_name", "") or "string"
    return replace(node, kind=found, type=shown, values=values, patterns=tuple(patterns))


def _listed(simple: Any) -> tuple[tuple[str, str], ...]:
    """(value, what the schema says of it) of an enumeration, as the type itself writes it."""
    made = []
    for one in simple.elem.iter(f"{{{XS}}}enumeration") if simple.elem is not None else ():
        said = " ".join(text for note in one.iter(f"{{{XS}}}documentation") for text in note.itertext())
        made.append((one.get("value", ""), " ".join(said.split())))
    return tuple(made)
