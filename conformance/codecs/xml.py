"""XML as XmlSerializer writes it: no namespace, members in the document's order, list items in elements of their own.

Only writing so far: the reference answers in XML where Accept asks for it. Null members are left out, as there.
"""

from __future__ import annotations

import re

from lxml import etree

from conformance.codecs import json
from conformance.facets import is_number, plain
from conformance.model import Field, Message, Tree

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 does not admit as a character."""


def encode(message: Message, tree: Tree) -> bytes:
    """The message as UTF-8 with an XML declaration."""
    root = etree.Element(message.root)
    _members(root, message.fields, tree)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _members(parent: etree._Element, fields: tuple[Field, ...], tree: Tree) -> None:
    for member in fields:
        value = tree.get(member.name) if isinstance(tree, dict) else None
        if value is not None:
            _value(etree.SubElement(parent, member.name), member, value)


def _value(element: etree._Element, member: Field, value: Tree) -> None:
    if member.item is not None and isinstance(value, list):
        for entry in value:
            _value(etree.SubElement(element, member.item.name), member.item, entry)
    elif member.fields and isinstance(value, dict):
        _members(element, member.fields, value)
    else:
        element.text = ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", _text(value))


def _text(value: Tree) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return plain(value)
    return value if isinstance(value, str) else json.encode(value).decode()
