"""What the emitted JSON Schemas cannot say of a message that is valid: checks compiled from the contract.

Each check is a closure over one member, made once; members that need none cost nothing. `Checks` also says which facets
they stand for. A check may refuse what the walk would let pass, never the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from conformance.emit.bounds import NUMBERS, TEXTS, bounds_of
from conformance.emit.dialects import Unsupported, translate
from conformance.emit.jsonschema import INTEGER_PATTERNS
from conformance.facets import Fit, blank, broken, fits
from conformance.model import Acceptance, Field, Tree
from conformance.rules.fields import join

Check = Callable[[Any], object]
"""Something true where all is well."""
MOST_KNOWN = 4096
"""Values of one member whose check is remembered, and the longest of them."""
LONGEST_KNOWN = 100
LENGTHS = ("min-length", "max-length")
TYPE = ("type", "strict-type")
LAST = "\uffff"
"""Of the basic plane."""


class Checks(NamedTuple):
    """A check of a message or a part of it, and the (path, facet) that it stands for. `texts` says the same of a
    document by the local names of its elements, where every check is one of the text of an element."""

    holds: Check
    places: tuple[tuple[str, str], ...]
    texts: Mapping[bytes, tuple[Check, ...]] | None = None


def json_request(fields: tuple[Field, ...]) -> Checks:
    """For requests that their schema finds valid."""
    return _object(fields, "", _of_request)


def json_answer(fields: tuple[Field, ...], acceptance: Acceptance | None) -> Checks:
    """For answers that their schema finds valid. What hangs on what was sent (echo, refusal) is not looked at here."""
    held = _object(fields, "", _of_answer)
    if acceptance is None or acceptance.echo is None:
        return held
    member, echo, inner = acceptance.member, acceptance.echo, held.holds

    def holds(tree: Mapping[str, Tree]) -> bool:
        return bool(inner(tree)) and (tree.get(member) is not True or tree.get(echo) is not None)

    return Checks(holds, ((echo, "required"), *held.places))


# --- members ----------------------------------------------------------------------------------------------------------

Of = Callable[[Field, str], Checks | None]


def _object(fields: tuple[Field, ...], path: str, of: Of) -> Checks:
    """The checks of an object's members, at any depth: and none stands under its name in another case."""
    found = [
        (member.name, checks)
        for member in fields
        for checks in (of(member, join(path, member.name)), _inside(member, join(path, member.name), of))
        if checks is not None
    ]
    every = tuple((name, checks.holds) for name, checks in found)
    known = frozenset(member.name for member in fields)
    lower = frozenset(name.lower() for name in known)
    names = tuple((join(path, member.name), "name") for member in fields)

    def holds(tree: Mapping[str, Tree]) -> bool:
        if not known.issuperset(tree) and any(name.lower() in lower and name not in known for name in tree):
            return False
        for name, check in every:
            value = tree.get(name)
            if value is not None and not check(value):
                return False
        return True

    return Checks(holds, (*names, *(place for _, checks in found for place in checks.places)))


def _inside(member: Field, path: str, of: Of) -> Checks | None:
    """The checks of what an object, the items of a list or the values of a map hold."""
    item = member.item if member.type in {"list", "map"} else None
    fields = member.fields if item is None else item.fields if member.type == "list" else ()
    if fields:
        held = _object(fields, path, of)
    elif item is not None and item.type == "dateTime":
        held = Checks(exactly(item), tuple((path, facet) for facet in TYPE))
    else:
        return None
    if not held.places:
        return None
    return held if item is None else Checks(_each(held.holds), held.places)


def _each(check: Check) -> Check:
    def holds(value: Any) -> bool:
        for one in value.values() if isinstance(value, Mapping) else value:
            if one is not None and not check(one):
                return False
        return True

    return holds


def _of_request(member: Field, path: str) -> Checks | None:
    needed = tuple(needs(member, "ecma"))
    if not needed:
        return None
    check: Check
    if member.type in NUMBERS:
        check = _number(member)
    elif member.type in TEXTS | {"base64Binary"}:
        check = text_check(member, needed)
    else:
        check = _unbroken(member)
    return Checks(check, tuple((path, facet) for facet in needed))


def _of_answer(member: Field, path: str) -> Checks | None:
    return Checks(exactly(member), ((path, "type"),)) if member.type == "dateTime" else None


# --- what a member needs ----------------------------------------------------------------------------------------------


def needs(member: Field, dialect: str) -> Iterator[str]:
    """The facets of a request's member that its schema does not express, or not as the walk reads them. `dialect` is
    that of the schema's patterns."""
    bounds = bounds_of(member)
    if member.required and member.type in {"string", "guid"}:
        yield "not-blank"
    if member.type == "dateTime":
        # No pattern knows how far a zone may be.
        yield from TYPE
    if bounds.patterns and not (member.type in NUMBERS and _at_least_zero(member)):
        # That of a number speaks of its value, in no schema; and no line feed ends a text that matches.
        yield "pattern"
    if member.type in NUMBERS and (bounds.minimum is not None or bounds.maximum is not None):
        yield from ("minimum", "maximum", "maximum-step")
    limited = bounds.min_length is not None or bounds.max_length is not None
    if limited and (member.type == "string" or not _counted(member, dialect)):
        # Of characters beyond the basic plane readers count one or two.
        yield from LENGTHS


def _counted(member: Field, dialect: str) -> bool:
    """Does the schema hold the member to its length?"""
    counted = TEXTS | {"list"} if dialect == "ecma" else TEXTS - {"dateTime"} | {"list"}
    return member.type in counted and not bounds_of(member).empty_length


def _at_least_zero(member: Field) -> bool:
    """Do the patterns of a whole number say no more than that it is not negative? Then the schema says it too."""
    return member.type != "decimal" and all(pattern in INTEGER_PATTERNS for pattern in bounds_of(member).patterns)


def _number(member: Field) -> Check:
    """The schema holds whole numbers to whole bounds; what is written with a fraction or an exponent is looked at."""
    bounds = bounds_of(member)
    whole = all(edge is None or edge == int(edge) for edge in (bounds.minimum, bounds.maximum))
    trusted = whole and _at_least_zero(member)
    unbroken = lru_cache(MOST_KNOWN)(_unbroken(member))
    look = _of_digits(member)
    known = lru_cache(MOST_KNOWN)(look)

    def check(value: int | Decimal) -> bool:
        if type(value) is int:
            return trusted or unbroken(value)
        # Equal numbers may have different digits, so that the digits are what is remembered.
        digits = str(value)
        return known(digits) if len(digits) <= LONGEST_KNOWN else look(digits)

    return check


def _of_digits(member: Field) -> Callable[[str], bool]:
    return lambda digits: not any(broken(member, Decimal(digits)))


def text_check(member: Field, needed: tuple[str, ...], dialect: str = "ecma") -> Check:
    """A check of a text whose form the schema knows, but for what is `needed`."""
    limited = bool(set(needed) & set(LENGTHS))
    if member.type == "dateTime" or not _translated(member, dialect) or (limited and not _counted(member, dialect)):
        return exactly(member)
    check = _ENDS["not-blank" in needed, "pattern" in needed]
    return (lambda text: (text.isascii() or max(text) <= LAST) and check(text)) if limited else check


_ENDS: Mapping[tuple[bool, bool], Check] = {
    (True, True): lambda text: text[-1:] != "\n" and text.strip(),
    (True, False): str.strip,
    (False, True): lambda text: text[-1:] != "\n",
    (False, False): lambda _text: True,
}
"""By whether blanks alone are too little, and whether a line feed at the end is too much."""


def exactly(member: Field) -> Check:
    """The text as the walk looks at it, remembered."""

    def look(text: str) -> bool:
        empty = member.required and member.type in {"string", "guid"} and blank(text)
        return not empty and fits(member, text) is Fit.EXACT and not any(broken(member, text))

    return remembered(look)


def _unbroken(member: Field) -> Callable[[Any], bool]:
    return lambda value: not any(broken(member, value))


def _translated(member: Field, dialect: str) -> bool:
    try:
        for pattern in bounds_of(member).patterns:
            translate(pattern, dialect)
    except Unsupported:
        return False
    return True


def remembered(look: Callable[[str], bool]) -> Check:
    """The check of a text, remembered for short ones: most members have few values."""
    known = lru_cache(MOST_KNOWN)(look)
    return lambda text: known(text) if len(text) <= LONGEST_KNOWN else look(text)
