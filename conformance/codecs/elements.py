"""The members of a message → elements below one element, by the contract: names, namespaces, order. And what reading
(`element_reader`) and writing share. What a document is around them is for `xml` and `soap`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

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

Namespace = str | None


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


def item_tags(message: Message, member: Field, item: Field, inside: Namespace) -> tuple[str, ...]:
    """The elements from that of a list, or of its parent where it has none, to that of an item."""
    if item.element:
        return item.element
    if unwrapped(member):
        return (tag(_namespace(member, inside), element_name(member.name)),)
    scalar = not item.fields and data_contract(message)
    return (tag(ARRAYS if scalar else _namespace(item, inside), element_name(item.name)),)


def _namespace(member: Field, inside: Namespace) -> Namespace:
    return inside if member.namespace is None else member.namespace or None


def within(member: Field, inside: Namespace) -> Namespace:
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
            self._value(element, member, value, within(member, inside))

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
        path = item_tags(self._message, member, item, inside)
        inner = within(member if unwrapped(member) and not item.element else item, inside)
        for entry in value:
            element = etree.SubElement(_descended(holder, path[:-1]), path[-1])
            self._value(element, item, entry, inner)

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


def named(namespace: Namespace) -> str:
    """The namespace in words."""
    return f"the namespace {namespace}" if namespace else "no namespace"


def anything(element: etree._Element) -> Tree:
    """An element that no contract describes: its text, or its children by name."""
    if nil(element):
        return None
    children: dict[str, Any] = {etree.QName(child).localname: anything(child) for child in elements(element)}
    return children or (element.text or "")
