"""XML and forms for the Flask service, by hand: the standard library, and a table of what is no text.

Written from the page; must never import `conformance`. A slip is one of these names, and changes one line.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

REQUEST = "GrantorSettingsModelApi"
RESPONSE = "ResponseModelApiOfGrantorSettingsModelApi"
ITEMS = {"NotificationSchemaList": "NotificationSchemaModelApi", "messageDetail": "string"}
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
WHOLE = ("DaysUncollectibleDebt", "NotificationTypeId", "MaximumTermDays")
NUMBERS = (*WHOLE, "MinimumInterest", "MaximunInterest")
FLAGS = (
    *("IsAfiliatedCC", "IsCreditRateEnabled", "IsCreditRateAutomatic", "ShowDocumentDetail", "AssignSeller"),
    *("FlagPaymentNotification", "AssignBranch", "FlagAttachment", "ShowLinkDocumentAttachment"),
)
GUIDS = ("DefaultNotificationSchemaId", "UserId", "NotificationSchemaId")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def typed(name: str, text: str | None, slip: str) -> Any:
    """The value that a text stands for; the text itself where it stands for none, to be refused like any other."""
    bare = (text or "").strip()
    if name in FLAGS:
        if slip == "the truth of a text":
            return bool(bare)
        return {"true": True, "1": True, "false": False, "0": False}.get(bare, text)
    if name in NUMBERS and NUMBER.fullmatch(bare):
        if name in WHOLE and (slip == "fractions cut off" or "." not in bare):
            return int(Decimal(bare))
        return Decimal(bare)
    return bare if name in GUIDS else text or ""


def from_xml(body: bytes, slip: str) -> Any:
    """The members in an XML document; ValueError where there is none."""
    if b"<!DOCTYPE" in body:
        raise ValueError("a document type declaration")
    if slip == "a document begins with its declaration" and not body.startswith(b"<?xml"):
        raise ValueError("no declaration")
    if slip == "XML in ASCII" and not body.isascii():
        raise ValueError("not ASCII")
    if slip == "the text between the tags":
        found = re.findall(r"<(\w+)>([^<]*)</\1>", body.decode())
        return {name: typed(name, text, slip) for name, text in found}
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        raise LookupError if slip == "a crash over malformed XML" else ValueError(str(error)) from None
    if slip == "the root is not looked at":
        root.tag = REQUEST
    if root.tag != REQUEST:
        raise ValueError(root.tag)
    return {child.tag: _held(child, slip) for child in root}


def _held(element: ET.Element, slip: str) -> Any:
    if element.get(NIL) == "true":
        return None
    if element.tag == "NotificationSchemaList":
        items = element.findall(ITEMS[element.tag])
        if slip == "a list of one is no list" and len(items) == 1:
            return {leaf.tag: leaf.text for leaf in items[0]}
        return [{leaf.tag: {} if len(leaf) else typed(leaf.tag, leaf.text, slip) for leaf in item} for item in items]
    if len(element) and slip != "children are not looked at":
        return {}
    return typed(element.tag, element.text, slip)


def from_form(body: bytes, slip: str) -> Any:
    """The members in a form; ValueError where there is none."""
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=slip != "blank pairs vanish", errors="strict")
    found = {name: typed(name, text, slip) for name, text in reversed(pairs)}
    if slip == "a box that is not ticked is false":
        found = dict.fromkeys(FLAGS, False) | found
    if slip == "the order of the form" and pairs[:1] and pairs[0][0] != "GrantorTaxId":
        raise ValueError("out of order")
    return found


def to_xml(tree: dict[str, Any]) -> bytes:
    """The answer as a document, members in the order of the page."""
    root = ET.Element(RESPONSE)
    data = tree["data"]
    _fill(root, tree | {"data": {name: data[name] for name in ORDER}})
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


ORDER = (
    *("GrantorTaxId", "IsAfiliatedCC", "DaysUncollectibleDebt", "IsCreditRateEnabled", "IsCreditRateAutomatic"),
    *("DefaultNotificationSchemaId", "NotificationSchemaList", "NotificationTypeId", "CollectionReminderTime"),
    *("ShowDocumentDetail", "ArMailName", "Email", "FlagPaymentNotification", "MinimumInterest", "MaximunInterest"),
    *("MaximumTermDays", "AssignSeller", "AssignBranch", "UserId", "FlagAttachment", "ShowLinkDocumentAttachment"),
)


def _fill(parent: ET.Element, value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if inner is not None:
                _fill(ET.SubElement(parent, name), inner)
    elif isinstance(value, list):
        for inner in value:
            _fill(ET.SubElement(parent, ITEMS[parent.tag]), inner)
    else:
        parent.text = str(value).lower() if isinstance(value, bool) else str(value)
