"""What the emitted XML Schemas cannot say of a message, or libxml2 reads more kindly than the codecs: checks compiled
from the contract, for messages that are valid.

The elements that need a check are found by their names, at any depth at once: whatever else a message holds is never
made an object of. As in `beyond`, a check may refuse what the walk would let pass, never the other way round; so of two
members of one name both are held to the checks of either.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import ceil, floor
from typing import NamedTuple

from lxml import etree

from conformance.codecs import xsd
from conformance.codecs.elements import item_tags, nil, tag, tags, unwrapped, within
from conformance.codecs.lexical import BLANKS, value_of
from conformance.emit.bounds import NUMBERS, TEXTS, bounds_of
from conformance.facets import Fit, broken, element_name, fits
from conformance.judge.beyond import TYPE, Check, Checks, needs, remembered, text_check
from conformance.model import Acceptance, Field, Message
from conformance.rules.fields import join

Of = Callable[[Field, str], Checks | None]
"""The check of the text of a member, None where the schema says all of it."""
_BEFORE = {1: "AEIMQUYcgkosw048", 2: "AQgw"}
"""The letters that may stand in front of so much padding."""
_UNTYPED = frozenset({"object", "map"})
"""Elements that no contract describes are texts to the walk, whatever the schema admits."""


class Spot(NamedTuple):
    """A place in a message that needs a check: an element by its tag, or an attribute of it."""

    tag: str
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
    root = tag(message.namespace, element_name(message.root))
    holder = tag(message.namespace, element_name(message.wrappers[-1])) if message.wrappers else root
    places = tuple(_Spots(message, of, spots).members(message.fields, "", message.namespace, holder))
    checks = {spot.tag: _all([one for one in spots if one.tag == spot.tag]) for spot in spots}
    wanted = tuple(checks)

    def holds(element: etree._Element) -> bool:
        # Without a name all elements would be found.
        return not wanted or all(checks[found.tag](found) or nil(found) for found in element.iter(*wanted))

    return Checks(holds, places, _texts(spots))


def _texts(spots: list[Spot]) -> Mapping[bytes, tuple[Check, ...]] | None:
    """The checks by local name; None where one is of an attribute."""
    if any(spot.attribute for spot in spots):
        return None
    found: dict[bytes, tuple[Check, ...]] = {}
    for spot in spots:
        name = spot.tag.rpartition("}")[2].encode()
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), spot.check)))
    return found


def _all(spots: list[Spot]) -> Check:
    """The checks of all places of one name, of an element."""
    texts = tuple(dict.fromkeys(one.check for one in spots if not one.attribute))
    attributes = tuple((one.attribute, one.check) for one in spots if one.attribute)
    if len(texts) == 1 and not attributes:
        (check,) = texts
        return lambda element: check(element.text or "")

    def holds(element: etree._Element) -> bool:
        return all(check(element.text or "") for check in texts) and all(
            (held := element.get(name)) is None or check(held) for name, check in attributes
        )

    return holds


class _Spots:
    """Collects what needs a check, with the (path, facet) of each."""

    def __init__(self, message: Message, of: Of, spots: list[Spot]) -> None:
        self._message = message
        self._of = of
        self._spots = spots

    def members(
        self, fields: tuple[Field, ...], path: str, inside: str | None, holder: str
    ) -> Iterator[tuple[str, str]]:
        """What stands in the element `holder`: its members by their elements, attributes, its own text."""
        for member in fields:
            here = join(path, member.name)
            if member.name == "#any":
                # Whatever stands there may be a member under another name.
                yield from self._spot(Checks(_nothing, ((path, "name"),)), holder)
            elif member.name == "#text":
                yield from self._spot(self._of(member, here), holder)
            elif member.name[0] == "@":
                name = tag(member.namespace, element_name(member.name[1:]))
                yield from self._spot(self._of(member, here), holder, name)
            else:
                yield from self._element(member, here, inside)

    def _spot(self, checks: Checks | None, name: str, attribute: str = "") -> Iterator[tuple[str, str]]:
        if checks is not None:
            self._spots.append(Spot(name, attribute, checks.holds))
            yield from checks.places

    def _element(self, member: Field, path: str, inside: str | None) -> Iterator[tuple[str, str]]:
        around, item = within(member, inside), member.item
        if member.type != "list" or item is None:
            yield from self._value(member, path, around, tags(member, inside)[-1])
            return
        flat = unwrapped(member)
        if not flat and self._of(member, path) is not None:
            # No schema says of a list what is said of its items.
            yield from self._spot(Checks(_nothing, ((path, "max-length"),)), tags(member, inside)[-1])
        last = item_tags(self._message, member, item, inside if flat else around)[-1]
        yield from self._value(item, path, around if flat else within(item, around), last)

    def _value(self, member: Field, path: str, inside: str | None, name: str) -> Iterator[tuple[str, str]]:
        if member.fields:
            yield from self.members(member.fields, path, inside, name)
        elif member.type == "list" and member.item is not None:
            last = item_tags(self._message, member, member.item, inside)[-1]
            yield from self._value(member.item, path, within(member.item, inside), last)
        else:
            yield from self._spot(self._of(member, path), name)


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
        return Checks(_base64, tuple((path, facet) for facet in facets))
    if request and member.required and member.type == "string":
        return Checks(str.strip, ((path, "not-blank"),))
    return None


def _base64(text: str) -> bool:
    """libxml2 skips what is no letter of the alphabet, and Python takes padding behind letters that no bytes have."""
    bare = text
    try:
        binascii.a2b_base64(bare, strict_mode=True)
    except ValueError:
        for blank in BLANKS:
            bare = bare.replace(blank, "")
        try:
            binascii.a2b_base64(bare, strict_mode=True)
        except ValueError:
            return False
    return padded(bare)


def padded(bare: str) -> bool:
    """Is the end of Base64 as it has to be? Some versions of Python take more padding than there can be."""
    padding = len(bare) - len(bare.rstrip("="))
    return not len(bare) % 4 and (not padding or (padding in _BEFORE and bare[-1 - padding] in _BEFORE[padding]))
