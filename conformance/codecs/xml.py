"""XML as ASP.NET writes models: XmlSerializer (the document's order, no namespace) or DataContractSerializer (ordered
by name, in a namespace). List items stand in elements of their own; a null is `xsi:nil`.

Reading is by the contract and forgiving: members are found by local name, and what departs from the documented form is
told as `Oddity`, so that one wrong namespace is one finding. Nothing is fetched and no entity is expanded.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from conformance.codecs.decoded import Decoded, Oddity
from conformance.codecs.lexical import BLANKS, text_of, value_of
from conformance.codecs.xml_bytes import DEEPEST, declared, root_of
from conformance.facets import element_name
from conformance.model import Field, Message, Tree

__all__ = ["DEEPEST", "declared", "decode", "encode", "ordered", "written"]

XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = {"xsd": "http://www.w3.org/2001/XMLSchema", "xsi": XSI}
NIL = f"{{{XSI}}}nil"
DATA_CONTRACT = "http://schemas.datacontract.org/"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 does not admit as a character."""
NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


def ordered(message: Message, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The members in the order in which they are written: the document's, or by name in a data contract."""
    return tuple(sorted(fields, key=lambda member: member.name)) if _data_contract(message) else fields


def _data_contract(message: Message) -> bool:
    return (message.namespace or "").startswith(DATA_CONTRACT)


def _namespace(message: Message, member: Field | None = None) -> str | None:
    """The namespace of the members, or of the items of a list of scalars."""
    scalar = member is not None and not member.fields
    return ARRAYS if scalar and _data_contract(message) else message.namespace


# --- writing ----------------------------------------------------------------------------------------------------------


def encode(message: Message, tree: Tree) -> bytes:
    """The message as UTF-8 with an XML declaration. Members that the contract does not know come last."""
    root = etree.Element(_tag(message.namespace, element_name(message.root)), nsmap=_prefixes(message))
    _Writer(message).members(root, message.fields, tree)
    return written(root)


def written(root: etree._Element) -> bytes:
    """The document as bytes."""
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _prefixes(message: Message) -> dict[str, str]:
    # lxml takes None for the default namespace, its type stubs do not.
    default: dict[Any, str] = {None: message.namespace} if message.namespace else {}
    return NAMESPACES | default


def _tag(namespace: str | None, name: str) -> str:
    return f"{{{namespace}}}{name}" if namespace else name


class _Writer:
    def __init__(self, message: Message) -> None:
        self._message = message

    def members(self, parent: etree._Element, fields: tuple[Field, ...], tree: Tree) -> None:
        """The members of an object below its element."""
        if not isinstance(tree, Mapping):
            self._text(parent, tree)
            return
        for member in ordered(self._message, fields):
            if member.name in tree:
                self._value(self._child(parent, member.name), member, tree[member.name])
        known = {member.name for member in fields}
        for name, value in tree.items():
            if name not in known and NAME.fullmatch(name):
                self._anything(self._child(parent, name), value)

    def _child(self, parent: etree._Element, name: str) -> etree._Element:
        return etree.SubElement(parent, _tag(self._message.namespace, element_name(name)))

    def _value(self, element: etree._Element, member: Field, value: Tree) -> None:
        if value is None:
            element.set(NIL, "true")
        elif member.item is not None and isinstance(value, list):
            tag = _tag(_namespace(self._message, member.item), element_name(member.item.name))
            for entry in value:
                self._value(etree.SubElement(element, tag), member.item, entry)
        elif member.fields and isinstance(value, Mapping):
            self.members(element, member.fields, value)
        else:
            self._anything(element, value)

    def _anything(self, element: etree._Element, value: Tree) -> None:
        if isinstance(value, Mapping):
            self.members(element, (), value)
        elif isinstance(value, list):
            for entry in value:
                self._anything(self._child(element, "item"), entry)
        elif value is None:
            element.set(NIL, "true")
        else:
            self._text(element, value)

    def _text(self, element: etree._Element, value: Tree) -> None:
        element.text = ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text_of(value))


# --- reading ----------------------------------------------------------------------------------------------------------


def decode(message: Message, body: bytes, charset: str = "") -> Decoded:
    """The message in the bytes; Malformed where they are no XML document."""
    root, fair = root_of(body, charset)
    reader = _Reader(message)
    tree = reader.whole(root)
    return Decoded(
        tree=tree,
        duplicates=tuple(reader.repeated),
        byte_order_mark=body.startswith(codecs.BOM_UTF8),
        utf8=fair,
        oddities=tuple(reader.oddities),
    )


class _Reader:
    """Builds the tree of one document and collects what departs from the documented form."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self.oddities: list[Oddity] = []
        self._told: set[tuple[str, str]] = set()
        self.repeated: list[str] = []

    def whole(self, root: etree._Element) -> Tree:
        """The tree below the root."""
        name = etree.QName(root).localname
        if name != element_name(self._message.root):
            self._odd("root", "", self._message.root, name)
        self._placed(root, "", self._message.namespace)
        return self._object(root, self._message.fields, "")

    def _odd(self, kind: str, path: str, expected: str, observed: str) -> None:
        if (kind, path) not in self._told:
            self._told.add((kind, path))
            self.oddities.append(Oddity(kind=kind, path=path, expected=expected, observed=observed))

    def _placed(self, element: etree._Element, path: str, expected: str | None) -> None:
        namespace = etree.QName(element).namespace
        if namespace != expected:
            self._odd("namespace", path, _named(expected), _named(namespace))

    def _object(self, element: etree._Element, fields: tuple[Field, ...], path: str) -> Tree:
        children = list(_elements(element))
        if not children and (element.text or "").strip(BLANKS):
            return element.text
        known = {element_name(member.name): member for member in fields}
        tree: dict[str, Tree] = {}
        for child in children:
            member = known.get(etree.QName(child).localname)
            name = member.name if member is not None else etree.QName(child).localname
            inner = f"{path}/{name}" if path else name
            if name in tree:
                # What the document does not name may come as often as it likes.
                if member is not None:
                    self.repeated.append(inner)
                    self._odd("repeated", inner, "one element", "a second one")
                continue
            if member is not None:
                self._placed(child, inner, self._message.namespace)
            tree[name] = self._value(child, member, inner) if member is not None else _anything(child)
        self._in_order(tree, fields, path)
        return tree

    def _in_order(self, tree: Mapping[str, Tree], fields: tuple[Field, ...], path: str) -> None:
        due = [member.name for member in ordered(self._message, fields) if member.name in tree]
        came = [name for name in tree if name in due]
        wrong = next(((one, other) for one, other in zip(due, came, strict=True) if one != other), None)
        if wrong is not None:
            self._odd("order", path, wrong[0], wrong[1])

    def _value(self, element: etree._Element, member: Field, path: str) -> Tree:
        if _nil(element):
            return None
        if member.type == "list" and member.item is not None:
            return self._list(element, member.item, path)
        if member.fields:
            return self._object(element, member.fields, path)
        if member.type == "map" and not len(element) and not (element.text or "").strip(BLANKS):
            return {}
        if member.type in {"object", "map", "open"} or next(_elements(element), None) is not None:
            return _anything(element)
        return value_of(member.type, element.text or "")

    def _list(self, element: etree._Element, item: Field, path: str) -> Tree:
        children = list(_elements(element))
        if not children and (element.text or "").strip(BLANKS):
            return element.text
        for child in children:
            name = etree.QName(child).localname
            if name != element_name(item.name):
                self._odd("item", path, item.name, name)
            self._placed(child, path, _namespace(self._message, item))
        return [self._value(child, item, path) for child in children]


def _nil(element: etree._Element) -> bool:
    return str(element.get(NIL, "")).strip(BLANKS) in {"true", "1"}


def _named(namespace: str | None) -> str:
    return f"the namespace {namespace}" if namespace else "no namespace"


def _elements(element: etree._Element) -> Iterator[etree._Element]:
    return (child for child in element if isinstance(child.tag, str))


def _anything(element: etree._Element) -> Tree:
    """An element that no contract describes: its text, or its children by name."""
    if _nil(element):
        return None
    children = {etree.QName(child).localname: _anything(child) for child in _elements(element)}
    return children or (element.text or "")
