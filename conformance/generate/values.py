"""Values for one member: of another type, convertible, oddly spelt, on and beside its bounds. Tables, no requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor

from conformance.codecs import json
from conformance.facets import broken, plain, same
from conformance.model import Field, Tree


@dataclass(frozen=True, slots=True)
class Value:
    """A value to put in a member, a slug for the case id, and what it is in words."""

    slug: str
    value: Tree
    what: str


WORD = Value("word", "abc", "a word")
OBJECT = Value("object", {}, "an object")
EMPTY_LIST = Value("list", [], "an empty list")
TRUE = Value("true", True, "a boolean")
CHILD = Value("child", {"value": "abc"}, "an element in place of text")

NO_GUID = (
    WORD,
    Value("short", "6f1d2c3b-8a47-4e59-9b10-2d3e4f5a6b7", "a GUID with a digit too few"),
    Value("letter", "6f1d2c3b-8a47-4e59-9b10-2d3e4f5a6b7g", "a GUID with a g among its digits"),
)

JSON_WRONG: Mapping[str, tuple[Value, ...]] = {
    "string": (OBJECT, EMPTY_LIST),
    "boolean": (WORD, OBJECT, EMPTY_LIST),
    "integer": (WORD, OBJECT, EMPTY_LIST),
    "decimal": (WORD, OBJECT, EMPTY_LIST),
    "guid": (*NO_GUID, OBJECT, EMPTY_LIST),
    "dateTime": (WORD, OBJECT, EMPTY_LIST),
    "enum": (WORD, OBJECT, EMPTY_LIST),
    "list": (WORD, Value("number", 5, "a number")),
    "map": (WORD, Value("number", 5, "a number")),
    "object": (WORD, Value("number", 5, "a number")),
}
TEXT_WRONG: Mapping[str, tuple[Value, ...]] = {
    "boolean": (WORD,),
    "integer": (WORD,),
    "decimal": (WORD,),
    "guid": NO_GUID,
    "dateTime": (WORD, Value("day-first", "31/01/2025", "a date with the day first")),
    "enum": (WORD,),
}
"""Hard negatives: no reader that converts takes them."""


def wrong(member: Field, encoding: str) -> tuple[Value, ...]:
    """Values of another type that nothing converts, in the encoding."""
    if encoding == "json":
        of_words = member.type == "list" and member.item is not None and bool(member.item.fields)
        items = (Value("items", ["abc"], "a list of words"),) if of_words else ()
        return JSON_WRONG.get(member.type, ()) + items
    return TEXT_WRONG.get(member.type, ())


def convertible(member: Field, current: Tree, encoding: str) -> Iterator[Value]:
    """Values of another type that a lenient reader converts; those that satisfy the constraints come first."""
    if encoding != "json":
        yield from _convertible_text(member, current)
        return
    match member.type:
        case "string":
            if not breaks(member, "true"):
                yield Value("number", 5, "a number") if not member.constraints else TRUE
        case "boolean":
            yield Value("text", "true", "the text true")
            yield Value("one", 1, "the number 1")
        case "integer":
            yield Value("text", str(current), "digits as text")
            yield Value("fraction", Decimal(current) + Decimal("0.5"), "a number with a fraction")
            yield TRUE
        case "decimal":
            yield Value("text", str(current), "digits as text")
            yield TRUE
        case "list":
            if isinstance(current, list) and current:
                yield Value("bare", current[0], "one item that is in no list")
    if member.type not in {"list", "map", "object"}:
        yield Value("in-list", [current], "the value in a list of one")
    if member.type == "string" and breaks(member, "true"):
        # Who converts it refuses the text that it becomes: this tells the least.
        yield TRUE


def _convertible_text(member: Field, current: Tree) -> Iterator[Value]:
    if member.type == "boolean":
        yield Value("capital", "True", "the word True")
    elif member.type == "integer":
        yield Value("fraction", f"{current}.5", "a number with a fraction")


OTHER_GUID = "0d4c3b2a-6f58-4e71-8a90-5b6c7d8e9f01"
OTHER_TIMES = ("2025-02-28T12:30:00", "2025-03-31T08:15:00")


def other(member: Field, current: Tree) -> Value | None:
    """A second proper value of a member that nothing but its type binds; None for a text, whose words may mean much."""
    match member.type:
        case "enum":
            names = (choice.name for choice in member.choices if current not in {choice.name, choice.number})
            name = next(names, None)
            return None if name is None else Value("other", name, f"{name}, another choice")
        case "dateTime":
            text = next(time for time in OTHER_TIMES if not same("dateTime", time, current))
            return Value("other", text, "another instant")
        case "guid":
            return Value("other", OTHER_GUID, "another GUID") if current != OTHER_GUID else None
        case "integer" | "decimal" if not any(held.pattern or held.maximum is not None for held in member.constraints):
            return Value("other", current + 1, f"{plain(current + 1)}, one more")
    return None


def spellings(member: Field, current: Tree, encoding: str) -> Iterator[Value]:
    """Other spellings of a proper value; services differ legally, so they are observed."""
    match member.type:
        case "integer" | "decimal":
            yield from _numbers(plain(current), encoding)
        case "guid" if isinstance(current, str):
            yield Value("braces", f"{{{current}}}", "a GUID in braces")
            yield Value("digits", current.replace("-", ""), "a GUID without dashes")
            yield Value("upper", current.upper(), "a GUID in upper case")
        case "boolean" if encoding != "json":
            yield Value("digit", "1" if current else "0", "a digit for a boolean")
    if encoding == "xml" and member.type in TEXT_WRONG:
        yield CHILD


def _numbers(digits: str, encoding: str) -> Iterator[Value]:
    longer = f"{digits}0" if "." in digits else f"{digits}.0"

    def written(text: str) -> Tree:
        return json.raw(text) if encoding == "json" else text

    yield Value("point-zero", written(longer), f"written {longer}")
    yield Value("exponent", written(f"{digits}e0"), f"written {digits}e0")
    if encoding != "json":
        yield Value("plus", f"+{digits}", f"written +{digits}")
        yield Value("padded", f" {digits} ", f"written {digits} between spaces")
        yield Value("zero", f"0{digits}", f"written 0{digits}")


def bounds(member: Field) -> Iterator[tuple[str, Value]]:
    """(facet, value) on each bound, one inside, one and far outside. A decimal has the last step as well."""
    constraint = member.constraint("range")
    if constraint is None or constraint.minimum is None or constraint.maximum is None:
        return
    low, high = reach(member, constraint.minimum, constraint.maximum)
    yield "minimum", Value("at", low, f"{low}, the minimum")
    yield "minimum", Value("inside", low + 1, f"{low + 1}, one above the minimum")
    yield "minimum", Value("outside", low - 1, f"{low - 1}, one below the minimum")
    if low > -(10**6):
        yield "minimum", Value("far", -(10**6), "a million below zero")
    yield "maximum", Value("at", high, f"{high}, the maximum")
    yield "maximum", Value("inside", high - 1, f"{high - 1}, one below the maximum")
    yield "maximum", Value("outside", high + 1, f"{high + 1}, one above the maximum")
    if high < 2**31:
        yield "maximum", Value("far", 2**31, f"{2**31}, beyond 32 bits")
    if member.type == "decimal":
        yield "maximum-step", Value("step", high + Decimal("0.01"), f"{high + Decimal('0.01')}, the last step above")


def reach(member: Field, minimum: Decimal, maximum: Decimal) -> tuple[int | Decimal, int | Decimal]:
    """The least and the greatest value that the member may have: for an integer the whole numbers within."""
    if member.type == "decimal":
        low, high = (int(edge) if edge == int(edge) else edge for edge in (minimum, maximum))
        return low, high
    return ceil(minimum), floor(maximum)


def decimals(member: Field) -> Iterator[Value]:
    """Numbers with each count of decimals about those that a pattern speaks of, in the middle of the range.

    Away from the bounds, so that a service that takes no fraction fails the pattern and nothing else.
    """
    constraint = member.constraint("range")
    middle = 1
    if constraint is not None and constraint.minimum is not None and constraint.maximum is not None:
        middle = int((constraint.minimum + constraint.maximum) / 2)
    for digits in ("5", "25", "05", "125", "005", "0001"):
        text = f"{middle}.{digits}"
        yield Value(f"decimals-{text}", Decimal(text), text)


def breaks(member: Field, value: Tree) -> tuple[str, ...]:
    """The facets that the value breaks."""
    return tuple(broken(member, value))
