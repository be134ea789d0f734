"""What the text of a value may be so that nobody has to look at it: patterns and checks compiled from the contract.

A text in a slot is of the member's type in every encoding alike, breaks none of its constraints, and needs no escape in
JSON or XML. Much that is as good is in no slot: a text with an ampersand, a number with an exponent, a date without a
time. So a slot may be stricter than the walk, never kinder. Of masks it keeps out all but words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lxml import etree

from conformance.codecs.lexical import value_of
from conformance.emit.bounds import Bounds, bounds_of
from conformance.emit.jsonschema import INTEGER_PATTERNS
from conformance.facets import broken, element_name, readable
from conformance.judge.beyond import Check, remembered
from conformance.judge.beyond_xml import padded
from conformance.model import Field
from conformance.patterns import holder


class Slot(NamedTuple):
    """A pattern without groups of its own, and what it leaves open about a text, where there is anything."""

    pattern: str
    check: Check | None = None
    bare: bool = False
    """JSON writes it without quotes."""

    def takes(self, text: str) -> bool:
        """Is the text in the slot?"""
        return re.fullmatch(self.pattern, text) is not None and bool(self.check is None or self.check(text))


LETTERS = r"!#-%'()+-;=?-Z\]-~\u00a1-\u00ac\u00ae-\u00ff"
"""Inside of a class: of Latin-1, since others take Python long to compile, no blank, no control, and nothing that JSON
or XML escapes or a mask begins with."""
FIGURES = 9
"""As many digits fit into an int, wherever there is one."""
FRACTION = r"(?:\.[0-9]{1,6})?"
BASE64 = "[A-Za-z0-9+/]++={0,2}"
GUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
DATE_TIME = (
    "[12][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    rf"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]{FRACTION}(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])?"
)


def slot(member: Field) -> Slot | None:
    """The slot of a scalar; None where every text has to be looked at."""
    bounds = bounds_of(member)
    match member.type:
        case "string":
            return _text(bounds)
        case "boolean":
            return None if _bounded(bounds) else Slot("(?:true|false)", bare=True)
        case "integer" | "int" | "decimal":
            return _number(member, bounds)
        case "guid":
            return Slot(GUID, _unbroken(member) if _bounded(bounds) else None)
        case "dateTime":
            return Slot(DATE_TIME, _unbroken(member) if _bounded(bounds) else None)
        case "base64Binary":
            return None if _bounded(bounds) else Slot(BASE64, padded)
    return None


def slots_of(fields: Iterable[Field], but: frozenset[str] = frozenset()) -> dict[str, Slot]:
    """The slots by the names that members have as elements and in JSON, at any depth, without those that are named.
    Members of one name that differ have none."""
    found: dict[str, Slot] = {}
    met: dict[str, Field] = {}
    for name, member in _named(fields):
        known = met.setdefault(name, member)
        if (known.type, known.constraints, known.required) != (member.type, member.constraints, member.required):
            found.pop(name, None)
        elif known is member and name not in but and (made := slot(member)) is not None:
            found[name] = made
    return found


def _named(fields: Iterable[Field]) -> Iterator[tuple[str, Field]]:
    for member in fields:
        if member.name[:1] not in {"@", "#"}:
            last = etree.QName(member.element[-1]).localname if member.element else element_name(member.name)
            yield last, member
            if last != member.name:
                yield member.name, member
        yield from _named(member.fields)
        if member.item is not None:
            yield from _named((member.item,))


def _bounded(bounds: Bounds) -> bool:
    return bounds != Bounds()


def _unbroken(member: Field) -> Check:
    """Does the value of a text break nothing?"""
    return remembered(lambda text: not any(broken(member, value_of(member.type, text))))


def _held(patterns: Iterable[str]) -> Check:
    """Is the text what these patterns want? That of a number in a slot is as a number is written to be held to one."""
    held = tuple(holder(pattern) for pattern in patterns if readable(pattern))
    return remembered(lambda text: all(one(text) for one in held))


def _text(bounds: Bounds) -> Slot | None:
    least, most = bounds.min_length or 1, bounds.max_length
    if most is not None and most < least:
        return None
    times = f"{{{least},{'' if most is None else most}}}"
    return Slot(f"(?! )[ {LETTERS}]{times}+", _held(bounds.patterns) if bounds.patterns else None)


def _number(member: Field, bounds: Bounds) -> Slot:
    fraction = FRACTION if member.type == "decimal" else ""
    low, high = bounds.minimum, bounds.maximum
    told = all(pattern in INTEGER_PATTERNS for pattern in bounds.patterns) and (not bounds.patterns or not fraction)
    check = None if told else _held(bounds.patterns)
    whole = low is not None and high is not None and 0 <= low <= high and low == int(low) and high == int(high)
    if low is not None and high is not None and whole and high < 10**FIGURES:
        if not fraction:
            return Slot(f"(?:{'|'.join(_between(int(low), int(high)))})", check, bare=True)
        # With a fraction the largest number is too large.
        inner = [f"(?:{'|'.join(_between(int(low), int(high) - 1))}){FRACTION}"] if low < high else []
        return Slot(f"(?:{'|'.join((*inner, f'{int(high)}'))})", check, bare=True)
    plain = f"(?:0|[1-9][0-9]{{0,{FIGURES - 1}}})"
    if not _bounded(bounds):
        return Slot(f"(?:0|-?[1-9][0-9]{{0,{FIGURES - 1}}}){fraction}", bare=True)
    return Slot(plain + fraction, check if low is None and high is None else _unbroken(member), bare=True)


def _between(low: int, high: int) -> Iterator[str]:
    """Patterns of the whole numbers from one to the other, without a zero in front."""
    while low <= high:
        # As many of the last digits as may be anything, from here on.
        free, step = 0, 1
        while low and low % (step * 10) == 0 and low + step * 10 - 1 <= high:
            free, step = free + 1, step * 10
        first = str(low // step)
        last = min(9, int(first[-1]) + (high + 1 - low) // step - 1)
        head = first[:-1] + (first[-1] if last == int(first[-1]) else f"[{first[-1]}-{last}]")
        yield head + (f"[0-9]{{{free}}}" if free > 1 else "[0-9]" * free)
        low += step * (last - int(first[-1]) + 1)
