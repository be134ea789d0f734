"""Where the members of a SOAP message stand: the elements at a rule's path, found by local names.

Knows lists, wrappers and the paths that a WSDL gives. Must never import the service or its defects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from lxml import etree

from conformance.codecs.elements import elements, tag, unwrapped
from conformance.facets import element_name
from conformance.model import Field, Message


def holder_of(message: Message, child: etree._Element) -> etree._Element:
    """The element that the members stand in, below the child of Body."""
    for name in message.wrappers:
        child = next(_named(child, element_name(name)), child)
    return child


def places(message: Message, child: etree._Element, path: str) -> Iterator[etree._Element]:
    """Every element at the path of a member; those of the items for a list without an element around them. For an
    attribute the element that has it."""
    yield from _at([holder_of(message, child)], message.fields, path.split("/"))


def items(message: Message, child: etree._Element, path: str) -> Iterator[etree._Element]:
    """The items of the lists at the path."""
    for found in lists(message, child, path):
        yield from found


def lists(message: Message, child: etree._Element, path: str) -> Iterator[list[etree._Element]]:
    """The items of each list at the path: a list may stand in the items of another."""
    member = member_at(message.fields, path)
    found = list(places(message, child, path))
    if not unwrapped(member):
        yield from (list(_inner(member, one)) for one in found)
        return
    # Without an element around them those of one list have their parent in common.
    for _, held in groupby(found, key=lambda one: id(one.getparent())):
        yield list(held)


def texts(message: Message, child: etree._Element, path: str) -> Iterator[str]:
    """The text of every element at the path of a member, or of its attribute."""
    attribute = attribute_of(member_at(message.fields, path))
    for found in places(message, child, path):
        held = found.get(attribute) if attribute else found.text or ""
        if held is not None:
            yield held


def attribute_of(member: Field) -> str:
    """The name of the attribute that the member is; empty for an element."""
    return tag(member.namespace, element_name(member.name[1:])) if member.name.startswith("@") else ""


def member_at(fields: tuple[Field, ...], path: str) -> Field:
    """The member with that path."""
    first, _, rest = path.partition("/")
    member = next(one for one in fields if one.name == first)
    return member_at(_fields(member), rest) if rest else member


def _fields(member: Field) -> tuple[Field, ...]:
    return member.item.fields if member.item is not None else member.fields


def _at(holders: Iterable[etree._Element], fields: tuple[Field, ...], names: list[str]) -> Iterator[etree._Element]:
    member = next(one for one in fields if one.name == names[0])
    if member.name.startswith(("@", "#")):
        yield from holders
        return
    found = [end for holder in holders for end in _descended(holder, _steps(member))]
    if len(names) == 1:
        yield from found
    elif member.type == "list" and not unwrapped(member):
        yield from _at([inner for one in found for inner in _inner(member, one)], _fields(member), names[1:])
    else:
        yield from _at(found, _fields(member), names[1:])


def _steps(member: Field) -> tuple[str, ...]:
    """The local names from the holder's element to the member's own."""
    named = tuple(etree.QName(name).localname for name in member.element)
    if unwrapped(member) and member.item is not None:
        return (*named, *_item_steps(member, member.item))
    return named or (element_name(member.name),)


def _item_steps(member: Field, item: Field) -> tuple[str, ...]:
    if item.element:
        return tuple(etree.QName(name).localname for name in item.element)
    return (element_name(member.name if unwrapped(member) else item.name),)


def _inner(member: Field, element: etree._Element) -> Iterator[etree._Element]:
    if member.item is not None:
        yield from _descended(element, _item_steps(member, member.item))


def _descended(element: etree._Element, names: tuple[str, ...]) -> Iterator[etree._Element]:
    if not names:
        yield element
        return
    for child in _named(element, names[0]):
        yield from _descended(child, names[1:])


def _named(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in elements(element) if etree.QName(child).localname == name)
