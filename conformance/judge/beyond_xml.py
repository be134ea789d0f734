"""What the emitted XML Schemas cannot say of a message, or libxml2 reads more kindly than the codecs: checks compiled
from the contract, for messages that are valid.

The elements that need a check are found by XPath, at any depth at once: whatever else a message holds is never made an
object of. As in `beyond`, a check may refuse what the walk would let pass, never the other way round.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterator
from functools import partial
from math import ceil, floor
from typing import Any, NamedTuple

from lxml import etree

from conformance.codecs import xsd
from conformance.codecs.elements import item_tags, nil, tag, tags, unwrapped, within
from conformance.codecs.lexical import value_of
from conformance.emit.bounds import NUMBERS, TEXTS, bounds_of
from conformance.facets import Fit, broken, element_name, fits
from conformance.judge.beyond import TYPE, Check, Checks, is_filled, needs, remembered, text_check
from conformance.model import Acceptance, Field, Message
from conformance.rules.fields import join

Of = Callable[[Field, str], Checks | None]
"""The check of the text of a member, None where the schema says all of it."""
_LAST = {0: "", 1: "AEIMQUYcgkosw048", 2: "AQgw"}
"""The letters that may stand before so much padding."""
_UNTYPED = frozenset({"object", "map"})
"""Elements that no contract describes are texts to the walk, whatever the schema admits."""


class Spot(NamedTuple):
    """A place in a message that needs a check: the elements from below its root to it, the attribute if it is one."""

    steps: tuple[str, ...]
    attribute: str
    check: Check


def xml_request(message: Message) -> Checks:
    """For requests in plain XML that their schema finds valid."""
    return _message(message, _of_request)


def xml_answer(message: Message, acceptance: Acceptance | None) -> Checks:
    """For answers in plain XML that their schema finds valid. What hangs on what was sent is not looked at here."""
    held = _message(message, _of_answer)
    if acceptance is None or acceptance.echo is None:
        return held
    echo, inner = acceptance.echo, held.holds
    accepts, saved = (tag(message.namespace, element_name(name)) for name in (acceptance.member, echo))

    def holds(root: etree._Element) -> bool:
        if not inner(root):
            return False
        said = next(root.iterchildren(accepts), None)
        if said is None or (said.text or "").strip() not in {"true", "1"}:
            return True
        back = next(root.iterchildren(saved), None)
        return back is not None and not nil(back)

    return Checks(holds, ((echo, "required"), *held.places))


def soap_request(message: Message) -> Checks:
    """For the element in the Body of a request that its schema finds valid."""
    return _message(message, partial(_of_soap, request=True))


def soap_answer(message: Message) -> Checks:
    """For the element in the Body of an answer that its schema finds valid."""
    return _message(message, partial(_of_soap, request=False))


# --- places -----------------------------------------------------------------------------------------------------------


def _message(message: Message, of: Of) -> Checks:
    spots: list[Spot] = []
    wrappers = tuple(tag(message.namespace, element_name(name)) for name in message.wrappers)
    places = tuple(_Spots(message, of, spots).members(message.fields, "", message.namespace, wrappers))
    looks = tuple(_looks(spots))

    def holds(root: etree._Element) -> bool:
        for find, checks in looks:
            for found in find(root):
                # Of an attribute the text is found, of an element that itself.
                if type(found) is str:
                    if not checks[""](found):
                        return False
                elif not checks[found.tag](found.text or "") and not nil(found):
                    return False
        return True

    return Checks(holds, places)


class _Spots:
    """Collects what needs a check, with the (path, facet) of each."""

    def __init__(self, message: Message, of: Of, spots: list[Spot]) -> None:
        self._message = message
        self._of = of
        self._spots = spots

    def members(
        self, fields: tuple[Field, ...], path: str, inside: str | None, steps: tuple[str, ...]
    ) -> Iterator[tuple[str, str]]:
        """What stands in one element: its members by their elements, attributes, its own text."""
        for member in fields:
            here = join(path, member.name)
            if member.name == "#any":
                # Whatever stands there may be a member under another name.
                yield from self._spot(Checks(_nothing, ((path, "name"),)), steps)
            elif member.name == "#text":
                yield from self._spot(self._of(member, here), steps)
            elif member.name[0] == "@":
                name = tag(member.namespace, element_name(member.name[1:]))
                yield from self._spot(self._of(member, here), steps, name)
            else:
                yield from self._element(member, here, inside, steps)

    def _spot(self, checks: Checks | None, steps: tuple[str, ...], attribute: str = "") -> Iterator[tuple[str, str]]:
        if checks is not None:
            self._spots.append(Spot(steps, attribute, checks.holds))
            yield from checks.places

    def _element(
        self, member: Field, path: str, inside: str | None, steps: tuple[str, ...]
    ) -> Iterator[tuple[str, str]]:
        around, item = within(member, inside), member.item
        if member.type != "list" or item is None:
            yield from self._value(member, path, around, (*steps, tags(member, inside)[-1]))
            return
        last = item_tags(self._message, member, item, inside if unwrapped(member) else around)[-1]
        if unwrapped(member):
            yield from self._value(item, path, around, (*steps, last))
            return
        outer = (*steps, tags(member, inside)[-1])
        if self._of(member, path) is not None:
            # No schema counts the items as the walk does.
            yield from self._spot(Checks(_nothing, ((path, "max-length"),)), outer)
        yield from self._value(item, path, within(item, around), (*outer, last))

    def _value(self, member: Field, path: str, inside: str | None, steps: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        if member.fields:
            yield from self.members(member.fields, path, inside, steps)
        elif member.type == "list" and member.item is not None:
            last = item_tags(self._message, member, member.item, inside)[-1]
            yield from self._value(member.item, path, within(member.item, inside), (*steps, last))
        else:
            yield from self._spot(self._of(member, path), steps)


def _looks(spots: list[Spot]) -> Iterator[tuple[Callable[[Any], Any], dict[str, Check]]]:
    """The places as a few expressions, each with its checks by the name of the element; one for each attribute."""
    layers: list[dict[str, list[Spot]]] = []
    for spot in spots:
        name = "" if spot.attribute else spot.steps[-1] if spot.steps else "."
        layer = next((one for one in layers if name not in one and "" not in one and name), None)
        if layer is None:
            layer = {}
            layers.append(layer)
        layer[name] = [spot]
    for layer in layers:
        found = [one for (one,) in layer.values()]
        prefixes = {space: f"n{number}" for number, space in enumerate(sorted(set(_spaces(found))))}
        text = "|".join(_xpath(one, prefixes) for one in found)
        namespaces = {prefix: space for space, prefix in prefixes.items()}
        yield (
            etree.XPath(text, namespaces=namespaces, smart_strings=False),
            {name: spot.check for name, (spot,) in layer.items()},
        )


def _spaces(spots: list[Spot]) -> Iterator[str]:
    for spot in spots:
        for name in (*spot.steps, *filter(None, [spot.attribute])):
            space = etree.QName(name).namespace
            if space:
                yield space


def _xpath(spot: Spot, prefixes: dict[str, str]) -> str:
    steps = [_named(name, prefixes) for name in spot.steps]
    return "/".join([*steps, f"@{_named(spot.attribute, prefixes)}"] if spot.attribute else steps) or "."


def _named(name: str, prefixes: dict[str, str]) -> str:
    found = etree.QName(name)
    return f"{prefixes[found.namespace]}:{found.localname}" if found.namespace else found.localname


def _nothing(_text: str) -> bool:
    return False


# --- texts ------------------------------------------------------------------------------------------------------------


def _of_request(member: Field, path: str) -> Checks | None:
    if member.type in _UNTYPED:
        return Checks(_nothing, ((path, "type"),))
    needed = tuple(needs(member, "xsd"))
    if member.type == "enum":
        # A token has its white space collapsed within, too.
        needed = (*needed, *TYPE)
    elif member.type in NUMBERS:
        # A schema is exact, but its patterns are those of a text, not of a value, and it has no range without values.
        needed = tuple(facet for facet in needed if facet == "pattern" or _contradicts(member))
    if not needed:
        return None
    places = tuple((path, facet) for facet in needed)
    if member.type in TEXTS and member.type not in {"enum", "dateTime"}:
        return Checks(text_check(member, needed, "xsd"), places)
    return Checks(_exactly(member), places)


def _contradicts(member: Field) -> bool:
    """Is no number in the range? A schema cannot say so."""
    bounds = bounds_of(member)
    if bounds.minimum is None or bounds.maximum is None:
        return False
    whole = member.type != "decimal"
    return floor(bounds.maximum) < ceil(bounds.minimum) if whole else bounds.maximum < bounds.minimum


def _of_answer(member: Field, path: str) -> Checks | None:
    if member.type in _UNTYPED:
        return Checks(_nothing, ((path, "type"),))
    return Checks(_exactly(member), ((path, "type"),)) if member.type in {"dateTime", "enum"} else None


def _exactly(member: Field) -> Check:
    """The text as the walk looks at what stands for it, remembered."""

    def look(text: str) -> bool:
        value = value_of(member.type, text)
        return fits(member, value) is Fit.EXACT and not any(broken(member, value))

    return remembered(look)


def _of_soap(member: Field, path: str, *, request: bool) -> Checks | None:
    if member.type in {"dateTime", "guid", "enum", "decimal"}:
        facets = (("enumeration",) if member.type == "enum" else TYPE) if request else ("type",)
        return Checks(remembered(partial(xsd.valid, member)), tuple((path, facet) for facet in facets))
    if member.type == "base64Binary":
        facets = TYPE if request else ("type",)
        return Checks(partial(_base64, member), tuple((path, facet) for facet in facets))
    if request and member.required and member.type == "string":
        return Checks(is_filled, ((path, "not-blank"),))
    return None


def _base64(member: Field, text: str) -> bool:
    """libxml2 skips what is no letter of the alphabet; Python takes padding behind letters that no bytes have."""
    if not text:
        return True
    try:
        binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return xsd.valid(member, text)
    padding = 2 if text[-2:] == "==" else int(text[-1] == "=")
    return not len(text) % 4 and (not padding or text[-1 - padding] in _LAST[padding])
