"""What of a request readers legally take in different ways, though the contract walk holds it against it: never a
failure of the consumer's. DESIGN: verdicts; DOMAIN: regex dialects, lengths.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from conformance.facets import NUMBER, PLAIN_EXPONENT, broken, is_integral, is_number, matches, readable
from conformance.judge.beyond import LAST
from conformance.model import Field, Tree

FRACTION = "it is written with a fraction or an exponent"
COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*", re.ASCII)
STANDS_FOR = {"N": "0", "Z": " "}
"""What stands for a character beyond ASCII of that general category; a letter for any other."""


def doubts(member: Field, value: Tree, found: dict[str, tuple[str, str]], encoding: str) -> Iterator[tuple[str, str]]:
    """(facet, why) of what is doubtful in the value, whether it was `found` broken or not."""
    if encoding != "json" and isinstance(value, (dict, list)) and member.type not in {"list", "map", "object"}:
        yield from ((facet, "it holds elements in place of text") for facet in found)
        return
    if isinstance(value, str):
        if "strict-type" in found and encoding != "json" and member.type == "integer" and _integral(value):
            yield "strict-type", FRACTION
        if "type" in found and member.type == "decimal" and COMMA.fullmatch(value):
            yield "type", "it has a comma for a point, which some cultures write"
        if "pattern" in found and any(_read_otherwise(one, value) for one in _patterns(member)):
            yield "pattern", "dialects of regular expressions differ on it"
        trimmed = value.strip()
        if trimmed and trimmed != value:
            kept = set(found) & {"pattern", "max-length"} - set(broken(member, trimmed))
            yield from ((facet, "a reader that trims it finds nothing wrong") for facet in sorted(kept))
        yield from _lengths(member, value, found)
    elif is_number(value) and "pattern" in found and _other_digits(member, value):
        yield "pattern", "it is written with zeros that say nothing"


def _integral(text: str) -> bool:
    try:
        return NUMBER.fullmatch(text) is not None and is_integral(Decimal(text.strip()))
    except ArithmeticError:
        # An exponent that no number of Python's has.
        return False


def _patterns(member: Field) -> Iterator[str]:
    return (one.pattern for one in member.constraints if one.pattern is not None and readable(one.pattern))


def _read_otherwise(pattern: str, text: str) -> bool:
    """May some dialect match a text that ours does not? A last line feed, and what is a letter or a digit beyond
    ASCII, are what they differ on."""
    plain = "".join(char if char.isascii() else STANDS_FOR.get(unicodedata.category(char)[0], "a") for char in text)
    tried = {plain, plain.removesuffix("\n"), text.removesuffix("\n")} - {text}
    return any(matches(pattern, one) for one in tried)


def _lengths(member: Field, text: str, found: dict[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Some count characters, others units of UTF-16."""
    if text.isascii() or member.type != "string" or max(text) <= LAST:
        return
    wide = sum(char > LAST for char in text)
    why = "characters beyond the basic plane count as one or as two"
    for constraint in member.constraints:
        least, most = constraint.min_length, constraint.max_length
        if least is not None and len(text) < least <= len(text) + wide:
            yield "min-length", why
        if most is not None and "max-length" not in found and len(text) + wide > most:
            yield "max-length", why


def _other_digits(member: Field, value: int | Decimal) -> bool:
    """Does the same number satisfy the pattern without the zeros behind it, or as the whole number that it is?"""
    if isinstance(value, int):
        return False
    exponent = value.as_tuple().exponent
    if value == 0 or not isinstance(exponent, int) or abs(exponent) > PLAIN_EXPONENT:
        return value == 0 and "pattern" not in broken(member, 0)
    digits = format(value, "f")
    short = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "pattern" not in broken(member, Decimal(short))
