"""Defects in the members of a SOAP answer: their names, their texts, the elements of their items. A table of edits.

A key is the facet of a rule and the variant of its defect. Must never import the service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

from conformance.codecs.elements import tag
from conformance.model import Field
from conformance.reference.places import attribute_of, items, member_at, places
from conformance.reference.soap_forms import Parts, rename

OTHER_TEXT: Mapping[str, str] = {
    "int": "1.5",
    "integer": "1.5",
    "decimal": "1,5",
    "boolean": "True",
    "dateTime": "2025/01/31",
    "base64Binary": "JVBE-_8=",
    "guid": "not-a-guid",
    "enum": "NotDocumented",
}
"""For each type a text that is no value of it."""


def change_member(parts: Parts, path: str, facet: str, variant: str) -> None:
    """Break a rule about a member of the answer in place."""
    message = parts.contract.operation.response
    member = member_at(message.fields, path)
    change = MEMBERS[facet, variant]
    found = items if facet == "item" else places
    for element in list(found(message, parts.child, path)):
        change(element, member)


def _called(element: etree._Element, member: Field, change: Callable[[str], str]) -> None:
    """Another name for the member."""
    attribute = attribute_of(member)
    if attribute:
        named = etree.QName(attribute)
        element.set(tag(named.namespace, change(named.localname)), element.attrib.pop(attribute))
    else:
        rename(element, change(str(etree.QName(element).localname)))


def _recased(name: str) -> str:
    """The first letter that has a case in the other one."""
    place = next((place for place, letter in enumerate(name) if letter.swapcase() != letter), None)
    return f"{name}s" if place is None else name[:place] + name[place].swapcase() + name[place + 1 :]


def _retype(element: etree._Element, member: Field) -> None:
    """A text that is no value of the type: any where elements are due; where any text is due, an element."""
    attribute, text = attribute_of(member), OTHER_TEXT.get(member.type, "texto")
    if attribute:
        element.set(attribute, text)
    elif member.type in OTHER_TEXT or member.fields or member.item is not None:
        element[:] = []
        element.text = text
    else:
        _fill(element, member)


WORDS: Mapping[str, str] = {"boolean": "yes", "int": "1,000", "dateTime": "2025-01-31 10:20:30"}
"""For each type a text as people write it who do not know the type."""


def _respell(element: etree._Element, member: Field) -> None:
    """A value as a program writes it that knows nothing of the type."""
    element.text = WORDS[member.type] if member.type in WORDS else (element.text or "")[:-1]


def _emptied(element: etree._Element, _member: Field) -> None:
    element[:] = []
    element.text = None


def _fill(element: etree._Element, _member: Field) -> None:
    element.text = None
    etree.SubElement(element, element.tag).text = "1"


MEMBERS: Mapping[tuple[str, str], Callable[[etree._Element, Field], object]] = {
    ("name", "dropped"): lambda element, member: _called(element, member, _recased),
    ("name", "renamed"): lambda element, member: _called(element, member, lambda name: f"{name}s"),
    ("type", "dropped"): _retype,
    ("type", "element"): _fill,
    ("type", "word"): _respell,
    ("type", "cut"): _respell,
    ("type", "empty"): _emptied,
    ("item", "dropped"): lambda element, _: rename(element, f"{etree.QName(element).localname}Item"),
}
"""Facet and variant → what breaks the element of a member."""
