"""Elements below one element → the members of a message, by the contract and forgiving.

Members are found by local name, and what departs from the documented form is told as `Oddity`, so that one wrong
namespace is one finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from lxml import etree

from conformance.codecs.decoded import Oddity
from conformance.codecs.elements import (
    Namespace,
    anything,
    elements,
    item_tags,
    named,
    nil,
    ordered,
    tag,
    tags,
    unwrapped,
    within,
)
from conformance.codecs.lexical import BLANKS
from conformance.facets import element_name
from conformance.model import Field, Message, Tree

Lexical = Callable[[Field, str], Tree]
"""What a text in the place of a member stands for."""
NEAR = 0.8
"""How alike two names are of which one is a slip of the other."""


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
                held = self.members(child, inner, path, inside)
                # A text in its place holds none of them.
                for name, value in held.items() if isinstance(held, dict) else ():
                    tree.setdefault(name, value)
                came.append(_Came(local, inner[0], child))
                continue
            member = found.members.get(local)
            name = member.name if member is not None else local
            here = f"{path}/{name}" if path else name
            came.append(_Came(name, member, child))
            if member is not None and unwrapped(member) and member.item is not None:
                self.placed(child, here, _item_namespace(self._message, member, member.item, inside))
                tree.setdefault(name, []).append(self._value(child, member.item, here, within(member, inside)))
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
            tree[name] = self._value(child, member, here, within(member, inside))
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
        *between, last = item_tags(self._message, member, item, inside)
        for step in between:
            children = [inner for child in children if child.tag == step for inner in elements(child)]
        due = etree.QName(last)
        for child in children:
            name = etree.QName(child).localname
            if name != due.localname:
                self.odd("item", path, item.name if not item.element else due.localname, name)
            self.placed(child, path, due.namespace)
        return [self._value(child, item, path, within(item, inside)) for child in children]


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
        return (*member.element, *item_tags(message, member, member.item, inside))
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
    return etree.QName(item_tags(message, member, item, inside)[-1]).namespace
