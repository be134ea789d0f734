"""The members of a message ⇄ elements below one element. What a document is around them is for `xml` and `soap`.

Writing follows the contract: names, namespaces, order. Reading is by the contract and forgiving: members are found by
local name, and what departs from the documented form is told as `Oddity`, so that one wrong namespace is one finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from lxml import etree

from conformance.codecs.decoded import Oddity
from conformance.codecs.lexical import BLANKS, text_of
from conformance.facets import element_name
from conformance.model import Field, Message, Tree

XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = {"xsd": "http://www.w3.org/2001/XMLSchema", "xsi": XSI}
NIL = f"{{{XSI}}}nil"
DATA_CONTRACT = "http://schemas.datacontract.org/"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 does not admit as a character."""
NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
NEAR = 0.8
"""How alike two names are of which one is a slip of the other."""

Namespace = str | None
Lexical = Callable[[Field, str], Tree]
"""What a text in the place of a member stands for."""


def ordered(message: Message, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The members in the order in which they are written: the document's, or by name in a data contract."""
    return tuple(sorted(fields, key=lambda member: member.name)) if data_contract(message) else fields


def data_contract(message: Message) -> bool:
    """Does DataContractSerializer write the message?"""
    return (message.namespace or "").startswith(DATA_CONTRACT)


def tag(namespace: Namespace, name: str) -> str:
    """The name with its namespace, as lxml wants it."""
    return f"{{{namespace}}}{name}" if namespace else name


def nil(element: etree._Element) -> bool:
    """Does the element say that it is null?"""
    return str(element.get(NIL, "")).strip(BLANKS) in {"true", "1"}


def elements(element: etree._Element) -> Iterator[etree._Element]:
    """The children that are elements."""
    return (child for child in element if isinstance(child.tag, str))


def unwrapped(member: Field) -> bool:
    """A list without an element around its items."""
    return member.type == "list" and member.occurs is not None and member.occurs[1] is None


def tags(member: Field, inside: Namespace) -> tuple[str, ...]:
    """The elements from that of the parent to the member's own. `inside` is the namespace of the parent's members."""
    if member.element:
        return member.element
    return (tag(_namespace(member, inside), element_name(member.name)),)


def _item_tags(message: Message, member: Field, item: Field, inside: Namespace) -> tuple[str, ...]:
    if item.element:
        return item.element
    if unwrapped(member):
        return (tag(_namespace(member, inside), element_name(member.name)),)
    scalar = not item.fields and data_contract(message)
    return (tag(ARRAYS if scalar else _namespace(item, inside), element_name(item.name)),)


def _namespace(member: Field, inside: Namespace) -> Namespace:
    return inside if member.namespace is None else member.namespace or None


def _within(member: Field, inside: Namespace) -> Namespace:
    """The namespace of what stands inside of the member."""
    if member.element:
        return etree.QName(member.element[-1]).namespace
    return _namespace(member, inside)


class Writer:
    """Writes members below an element."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def members(self, parent: etree._Element, fields: tuple[Field, ...], tree: Tree, inside: Namespace) -> None:
        """The members of an object below its element. Members that the contract does not know come last."""
        if not isinstance(tree, Mapping):
            self._text(parent, tree)
            return
        for member in ordered(self._message, fields):
            if member.name in tree:
                self._member(parent, member, tree[member.name], inside)
        known = {member.name for member in fields}
        for name, value in tree.items():
            if name not in known and NAME.fullmatch(name):
                self._anything(etree.SubElement(parent, tag(inside, element_name(name))), value, inside)

    def _member(self, parent: etree._Element, member: Field, value: Tree, inside: Namespace) -> None:
        if member.name.startswith("@"):
            name = tag(member.namespace, element_name(member.name[1:]))
            parent.set(name, ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text_of("" if value is None else value)))
        elif member.name == "#text":
            self._text(parent, value)
        elif member.name != "#any" and unwrapped(member) and member.item is not None and isinstance(value, list):
            holder = _descended(parent, member.element)
            self._items(holder, member, member.item, value, inside)
        elif member.name != "#any":
            path = tags(member, inside)
            element = etree.SubElement(_descended(parent, path[:-1]), path[-1])
            self._value(element, member, value, _within(member, inside))

    def _value(self, element: etree._Element, member: Field, value: Tree, inside: Namespace) -> None:
        if value is None:
            element.set(NIL, "true")
        elif member.item is not None and isinstance(value, list):
            self._items(element, member, member.item, value, inside)
        elif member.fields and isinstance(value, Mapping):
            self.members(element, member.fields, value, inside)
        elif member.type == "enum":
            self._text(element, _literal(member, value))
        else:
            self._anything(element, value, inside)

    def _items(self, holder: etree._Element, member: Field, item: Field, value: list[Tree], inside: Namespace) -> None:
        path = _item_tags(self._message, member, item, inside)
        within = _within(member if unwrapped(member) and not item.element else item, inside)
        for entry in value:
            element = etree.SubElement(_descended(holder, path[:-1]), path[-1])
            self._value(element, item, entry, within)

    def _anything(self, element: etree._Element, value: Tree, inside: Namespace) -> None:
        if isinstance(value, Mapping):
            self.members(element, (), value, inside)
        elif isinstance(value, list):
            for entry in value:
                self._anything(etree.SubElement(element, tag(inside, "item")), entry, inside)
        elif value is None:
            element.set(NIL, "true")
        else:
            self._text(element, value)

    def _text(self, element: etree._Element, value: Tree) -> None:
        element.text = ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text_of(value))


def _literal(member: Field, value: Tree) -> Tree:
    return next((choice.literal for choice in member.choices if choice.literal and choice.name == value), value)


def _descended(parent: etree._Element, path: tuple[str, ...]) -> etree._Element:
    """The element at the end of the path, made where it is missing."""
    for name in path:
        last = parent[-1] if len(parent) else None
        parent = last if last is not None and last.tag == name else etree.SubElement(parent, name)
    return parent


class Reader:
    """Builds the tree of one message and collects what departs from the documented form.

    With `valid` the document is held to a schema: texts outside of their type and names that stand in the place of
    documented ones are oddities as well.
    """

    def __init__(self, message: Message, lexical: Lexical, valid: Callable[[Field, str], bool] | None = None) -> None:
        self._message = message
        self._lexical = lexical
        self._valid = valid
        self.oddities: list[Oddity] = []
        self._told: set[tuple[str, str]] = set()
        self.repeated: list[str] = []

    def odd(self, kind: str, path: str, expected: str, observed: str) -> None:
        """Note an oddity, the first of its kind at each place."""
        if (kind, path) not in self._told:
            self._told.add((kind, path))
            self.oddities.append(Oddity(kind=kind, path=path, expected=expected, observed=observed))

    def placed(self, element: etree._Element, path: str, expected: Namespace) -> None:
        """Note where the element is not in its namespace."""
        namespace = etree.QName(element).namespace
        if namespace != expected:
            self.odd("namespace", path, named(expected), named(namespace))

    def members(self, element: etree._Element, fields: tuple[Field, ...], path: str, inside: Namespace) -> Tree:
        """The members below the element; its text where it holds that instead."""
        children = list(elements(element))
        texts = [member for member in fields if member.name == "#text"]
        attributes = [member for member in fields if member.name.startswith("@")]
        if not children and (element.text or "").strip(BLANKS) and not texts:
            return element.text
        tree: dict[str, Tree] = {}
        for member in attributes:
            held = element.get(tag(member.namespace, element_name(member.name[1:])))
            if held is not None:
                self._check(member, f"{path}/{member.name}" if path else member.name, held)
                tree[member.name] = self._lexical(member, held)
        for member in texts:
            text = None if children else element.text or ""
            self._check(member, f"{path}/{member.name}" if path else member.name, text)
            tree[member.name] = self._lexical(member, element.text or "")
        found = _Found(self._message, fields, inside)
        came = self._children(found, children, path, tree, inside)
        self._in_order(tree, fields, path)
        if self._valid is not None:
            self._misnamed(came, tree, fields, path)
        return tree

    def _children(
        self, found: _Found, children: list[etree._Element], path: str, tree: dict[str, Tree], inside: Namespace
    ) -> list[_Came]:
        """Fill the tree; each child in turn with what it is."""
        came: list[_Came] = []
        for child in children:
            local = etree.QName(child).localname
            if local in found.containers:
                # An element that only holds others, which the contract does not know as a member.
                inner = found.containers[local]
                for name, value in self.members(child, inner, path, inside).items():
                    tree.setdefault(name, value)
                came.append(_Came(local, inner[0], child))
                continue
            member = found.members.get(local)
            name = member.name if member is not None else local
            here = f"{path}/{name}" if path else name
            came.append(_Came(name, member, child))
            if member is not None and unwrapped(member) and member.item is not None:
                self.placed(child, here, _item_namespace(self._message, member, member.item, inside))
                tree.setdefault(name, []).append(self._value(child, member.item, here, _within(member, inside)))
                continue
            if name in tree:
                # What the document does not name may come as often as it likes.
                if member is not None:
                    self.repeated.append(here)
                    self.odd("repeated", here, "one element", "a second one")
                continue
            if member is None:
                tree[name] = anything(child)
                continue
            self.placed(child, here, etree.QName(tags(member, inside)[-1]).namespace)
            tree[name] = self._value(child, member, here, _within(member, inside))
        return came

    def _misnamed(self, came: list[_Came], tree: Mapping[str, Tree], fields: tuple[Field, ...], path: str) -> None:
        """Children nearly called like an absent member, or in its place with its content: it was renamed.

        What else is unknown is new, and an absent member may be absent.
        """
        due = {member.name: member for member in ordered(self._message, fields)}
        order = list(due)
        absent = [name for name in order if name not in tree]
        alone = sum(one.member is None for one in came) == 1
        for place, one in enumerate(came):
            if one.member is not None:
                continue
            near = get_close_matches(one.name.lower(), {name.lower(): name for name in absent}, 1, NEAR)
            meant = next((name for name in absent if near and name.lower() == near[0]), None)
            if meant is None and alone:
                between = _between(came, place, order, absent)
                meant = between if between is not None and self._resembles(one.element, due[between]) else None
            if meant is not None:
                self.odd("name", f"{path}/{meant}" if path else meant, meant, one.name)

    def _resembles(self, element: etree._Element, member: Field) -> bool:
        """Does the element hold what the member would? A text says nothing: any is one."""
        inner = {etree.QName(child).localname for child in elements(element)}
        item = member.item
        if member.type == "list" and item is not None:
            return element_name(item.name) in inner
        if member.fields:
            return bool(inner & {element_name(child.name) for child in member.fields})
        text = (element.text or "").strip(BLANKS)
        typed = member.type not in {"string", "open", "empty", "object", "map", "base64Binary"}
        return typed and bool(text) and not inner and self._valid is not None and self._valid(member, text)

    def _in_order(self, tree: Mapping[str, Tree], fields: tuple[Field, ...], path: str) -> None:
        due = [member.name for member in ordered(self._message, fields) if member.name in tree]
        came = [name for name in tree if name in due]
        wrong = next(((one, other) for one, other in zip(due, came, strict=True) if one != other), None)
        if wrong is not None:
            self.odd("order", path, wrong[0], wrong[1])

    def _value(self, element: etree._Element, member: Field, path: str, inside: Namespace) -> Tree:
        if nil(element):
            return None
        if member.type == "list" and member.item is not None:
            return self._list(element, member, member.item, path, inside)
        if member.fields:
            return self.members(element, member.fields, path, inside)
        if member.type == "map" and not len(element) and not (element.text or "").strip(BLANKS):
            return {}
        if member.type in {"object", "map", "open", "empty"}:
            return anything(element)
        if next(elements(element), None) is not None:
            self._check(member, path, None)
            return anything(element)
        self._check(member, path, element.text or "")
        return self._lexical(member, element.text or "")

    def _check(self, member: Field, path: str, text: str | None) -> None:
        """Note a text outside of its type's lexical space; None for elements where text is due."""
        if self._valid is not None and (text is None or not self._valid(member, text)):
            self.odd("lexical", path, member.type, "elements in place of text" if text is None else text)

    def _list(self, element: etree._Element, member: Field, item: Field, path: str, inside: Namespace) -> Tree:
        children = list(elements(element))
        if not children and (element.text or "").strip(BLANKS):
            return element.text
        *between, last = _item_tags(self._message, member, item, inside)
        for step in between:
            children = [inner for child in children if child.tag == step for inner in elements(child)]
        due = etree.QName(last)
        for child in children:
            name = etree.QName(child).localname
            if name != due.localname:
                self.odd("item", path, item.name if not item.element else due.localname, name)
            self.placed(child, path, due.namespace)
        return [self._value(child, item, path, _within(item, inside)) for child in children]


@dataclass(frozen=True, slots=True)
class _Came:
    """A child: its name in the tree, the member that it is, if any."""

    name: str
    member: Field | None
    element: etree._Element


def _between(came: list[_Came], place: int, order: list[str], absent: list[str]) -> str | None:
    """The only absent member that could stand at the place, before another that is there."""
    behind = next(
        (order.index(one.name) for one in came[place + 1 :] if one.member is not None and one.name in order), None
    )
    if behind is None:
        return None
    before = next((order.index(one.name) for one in reversed(came[:place]) if one.name in order), -1)
    between = [name for name in order[before + 1 : behind] if name in absent]
    return between[0] if len(between) == 1 else None


class _Found:
    """The members of an object by the local name of the element that begins them."""

    def __init__(self, message: Message, fields: tuple[Field, ...], inside: Namespace) -> None:
        self.members: dict[str, Field] = {}
        self.containers: dict[str, tuple[Field, ...]] = {}
        for member in fields:
            if member.name.startswith(("@", "#")):
                continue
            path = _first(message, member, inside)
            local = etree.QName(path[0]).localname
            if len(path) == 1:
                self.members[local] = member
            else:
                self.containers[local] = (*self.containers.get(local, ()), _below(member, path[1:]))


def _first(message: Message, member: Field, inside: Namespace) -> tuple[str, ...]:
    if unwrapped(member) and member.item is not None:
        return (*member.element, *_item_tags(message, member, member.item, inside))
    return tags(member, inside)


def _below(member: Field, path: tuple[str, ...]) -> Field:
    if unwrapped(member) and member.item is not None:
        return (
            replace(member, element=member.element[1:])
            if member.element
            else replace(member, item=replace(member.item, element=path))
        )
    return replace(member, element=path)


def _item_namespace(message: Message, member: Field, item: Field, inside: Namespace) -> Namespace:
    return etree.QName(_item_tags(message, member, item, inside)[-1]).namespace


def named(namespace: Namespace) -> str:
    """The namespace in words."""
    return f"the namespace {namespace}" if namespace else "no namespace"


def anything(element: etree._Element) -> Tree:
    """An element that no contract describes: its text, or its children by name."""
    if nil(element):
        return None
    children: dict[str, Any] = {etree.QName(child).localname: anything(child) for child in elements(element)}
    return children or (element.text or "")
