"""XML as ASP.NET writes models: XmlSerializer (the document's order, no namespace) or DataContractSerializer (ordered
by name, in a namespace). List items stand in elements of their own; a null is `xsi:nil`.

Nothing is fetched and no entity is expanded.
"""

from __future__ import annotations

import codecs
from typing import Any

from lxml import etree

from conformance.codecs.decoded import Decoded
from conformance.codecs.element_reader import Reader
from conformance.codecs.elements import ILLEGAL, NAMESPACES, Writer, ordered, tag
from conformance.codecs.lexical import value_of
from conformance.codecs.xml_bytes import DEEPEST, declared, root_of
from conformance.facets import element_name
from conformance.model import Field, Message, Tree

__all__ = ["DEEPEST", "ILLEGAL", "declared", "decode", "encode", "ordered", "written"]


def encode(message: Message, tree: Tree) -> bytes:
    """The message as UTF-8 with an XML declaration. Members that the contract does not know come last."""
    root = etree.Element(tag(message.namespace, element_name(message.root)), nsmap=_prefixes(message))
    Writer(message).members(root, message.fields, tree, message.namespace)
    return written(root)


def written(root: etree._Element) -> bytes:
    """The document as bytes."""
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _prefixes(message: Message) -> dict[str, str]:
    # lxml takes None for the default namespace, its type stubs do not.
    default: dict[Any, str] = {None: message.namespace} if message.namespace else {}
    return NAMESPACES | default


def decode(message: Message, body: bytes, charset: str = "") -> Decoded:
    """The message in the bytes; Malformed where they are no XML document."""
    root, fair = root_of(body, charset)
    reader = Reader(message, _value)
    name = etree.QName(root).localname
    if name != element_name(message.root):
        reader.odd("root", "", message.root, name)
    reader.placed(root, "", message.namespace)
    tree = reader.members(root, message.fields, "", message.namespace)
    return Decoded(
        tree=tree,
        duplicates=tuple(reader.repeated),
        byte_order_mark=body.startswith(codecs.BOM_UTF8),
        utf8=fair,
        oddities=tuple(reader.oddities),
    )


def _value(member: Field, text: str) -> Tree:
    return value_of(member.type, text)
