"""What a type admits and when a value breaks a constraint: the predicates that generator, judge and reference share.

Patterns are read in the documents' dialect (.NET) restricted to what .NET, ECMA-262 and Python agree on: the whole
string, `\\d` and `\\w` over ASCII. Strings on which the dialects differ must not reach a verdict (DESIGN: verdicts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache

from conformance.model import Constraint, Field, Tree


class Fit(Enum):
    """How a value stands to a type."""

    EXACT = auto()
    CONVERTIBLE = auto()
    """A lenient reader could take it: `"5"` for an integer, 1 for a boolean."""
    WRONG = auto()


GUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
NUMBER = re.compile(r"\s*[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\s*", re.ASCII)
# A number with a larger exponent is not written out: 1e999999999 has a billion digits.
PLAIN_EXPONENT = 64


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """The documents' pattern as Python reads it over ASCII. Match it with `fullmatch`."""
    return re.compile(pattern, re.ASCII)


def matches(pattern: str, text: str) -> bool:
    """The whole of `text` matches. `$` alone would let a trailing newline pass in Python, so `fullmatch` decides."""
    found = compiled(pattern).fullmatch(text)
    return found is not None and not text.endswith("\n")


def blank(value: Tree) -> bool:
    """Nothing but white space, U+00A0 included, as [Required] counts it."""
    return isinstance(value, str) and not value.strip()


def is_integral(value: int | Decimal) -> bool:
    """60, 60.0 and 6e1 are integral, 1.5 is not."""
    return isinstance(value, int) or value == value.to_integral_value()


def fit(type_name: str, value: Tree) -> Fit:
    """Does the value have the type, could it be converted, or neither? `value` is present and not null."""
    if type_name in {"open", "empty"}:
        return Fit.EXACT
    if exact(type_name, value):
        return Fit.EXACT
    return Fit.CONVERTIBLE if convertible(type_name, value) else Fit.WRONG


def is_number(value: Tree) -> bool:
    """A JSON number; booleans are not, though Python counts them as int."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def exact(type_name: str, value: Tree) -> bool:
    """The value has the type as it stands."""
    match type_name:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "int":
            return is_number(value) and is_integral(value)
        case "decimal":
            return is_number(value)
        case "guid":
            return isinstance(value, str) and GUID.fullmatch(_unwrapped(value)) is not None
        case "list":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
    return isinstance(value, str)


def _unwrapped(text: str) -> str:
    if text[:1] + text[-1:] in {"{}", "()"}:
        return text[1:-1]
    return text


def convertible(type_name: str, value: Tree) -> bool:
    """A reader that converts would take it. The list of what counts is DESIGN's: `"5"`, `"true"`, 1, 1.5, `[x]`."""
    if isinstance(value, list):
        return len(value) == 1 and exact(type_name, value[0])
    match type_name:
        case "string":
            return is_number(value) or isinstance(value, bool)
        case "boolean":
            return (is_number(value) and value in (0, 1)) or (
                isinstance(value, str) and value.lower() in {"true", "false"}
            )
        case "integer" | "int" | "decimal":
            if isinstance(value, str):
                return NUMBER.fullmatch(value) is not None
            return isinstance(value, bool) or is_number(value)
        case "list":
            return isinstance(value, dict)
    return False


def plain(value: int | Decimal) -> str:
    """A number as a service would format it: no exponent, the scale kept, an integral number without a point kept."""
    if isinstance(value, int):
        return str(value) if value.bit_length() < PLAIN_EXPONENT * 4 else format(Decimal(value), "E")
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > PLAIN_EXPONENT:
        return str(value)
    return format(value, "f")


def _writable(value: int | Decimal) -> int | Decimal:
    """The value, or one with fewer zeros of its kind where writing it out would take too many: for patterns only."""
    if isinstance(value, int):
        return value if value.bit_length() < PLAIN_EXPONENT * 4 else 10**PLAIN_EXPONENT * (1 if value > 0 else -1)
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or abs(exponent) <= PLAIN_EXPONENT:
        return value
    return Decimal((sign, digits[:PLAIN_EXPONENT], PLAIN_EXPONENT if exponent > 0 else -PLAIN_EXPONENT))


def broken(member: Field, value: Tree) -> Iterator[str]:
    """The facets of the member's stated constraints that an exactly typed value breaks, in the document's order.

    `minimum`, `maximum`, `maximum-step` (above the bound by less than one), `pattern`, `max-length`.
    """
    for constraint in member.constraints:
        yield from _broken(member.type, constraint, value)


def _broken(type_name: str, constraint: Constraint, value: Tree) -> Iterator[str]:
    if constraint.pattern is not None:
        if is_number(value):
            whole = type_name in {"integer", "int"} and isinstance(value, Decimal)
            text = plain(_writable(value.to_integral_value() if whole else value))
        else:
            text = str(value)
        if not matches(constraint.pattern, text):
            yield "pattern"
    if constraint.minimum is not None and is_number(value) and value < constraint.minimum:
        yield "minimum"
    if constraint.maximum is not None and is_number(value) and value > constraint.maximum:
        # A range of ints around a decimal member rounds, so the last step has a rule of its own.
        step = type_name == "decimal" and value < constraint.maximum + 1
        yield "maximum-step" if step else "maximum"
    if constraint.max_length is not None and isinstance(value, str) and len(value) > constraint.max_length:
        yield "max-length"


def same(type_name: str, sent: Tree, came: Tree) -> bool:
    """The same value: numbers by value, GUIDs by their digits, everything else exactly."""
    if is_number(sent) and is_number(came):
        return bool(sent == came)
    if type_name == "guid" and isinstance(sent, str) and isinstance(came, str):
        return _unwrapped(sent).replace("-", "").lower() == _unwrapped(came).replace("-", "").lower()
    return type(sent) is type(came) and bool(sent == came)
