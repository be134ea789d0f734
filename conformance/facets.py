"""What a type admits and when a value breaks a constraint: the predicates that generator, judge and reference share.

Patterns are read in the documents' dialect (.NET) restricted to what .NET, ECMA-262 and Python agree on: the whole
string, `\\d` and `\\w` over ASCII. Strings on which the dialects differ must not reach a verdict (DESIGN: verdicts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache

from conformance.model import Choice, Constraint, Field, Tree
from conformance.patterns import Unsupported, holder


class Fit(Enum):
    """How a value stands to a type."""

    EXACT = auto()
    CONVERTIBLE = auto()
    """A lenient reader could take it: `"5"` for an integer, 1 for a boolean."""
    WRONG = auto()


@lru_cache(maxsize=4096)
def element_name(name: str) -> str:
    """The name as an XML element can have it: what XML does not admit in one is spelt `_x0040_`, as .NET does."""
    return "".join(
        char if NAME_START.fullmatch(char) or (index and NAME_REST.fullmatch(char)) else f"_x{ord(char):04X}_"
        for index, char in enumerate(name)
    )


NAME_START = re.compile(r"[A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF]")
NAME_REST = re.compile(r"[-.0-9\u00B7\u0300-\u036F]")
"""Of XML 1.0 §2.3, the part that documents use; other characters are spelt out."""

GUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
NUMBER = re.compile(r"\s*[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\s*", re.ASCII)
DATE_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(T(?P<time>([01]\d|2[0-3]):\d\d:\d\d)(\.(?P<fraction>\d+))?(?P<zone>Z|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
"""ISO 8601 as .NET writes it: a date alone, or with a time; a fraction and a zone are optional."""
LOOSE_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?(Z|[+-]\d\d)?:?(\d\d)?", re.ASCII)
LOOSE_TIME = re.compile(
    r"/Date\(-?\d+([+-]\d{4})?\)/|([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
    r"|(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])/\d{4}( \d\d:\d\d(:\d\d)?)?",
    re.ASCII,
)
"""Other texts that some reader takes for an instant. A day before the month is none: .NET reads the month first."""
MUTE = frozenset({"data-type", "default", "optional", "text"})
"""Facets of constraints that decide nothing."""
FARTHEST = timedelta(hours=14)
"""No zone is farther from UTC."""
# A number with a larger exponent is not written out: 1e999999999 has a billion digits.
PLAIN_EXPONENT = 64


@lru_cache(maxsize=256)
def readable(pattern: str) -> bool:
    """Can texts be held against the pattern here? One that only another dialect reads, or that would take for ever,
    decides nothing."""
    try:
        holder(pattern)
    except (re.error, OverflowError, RecursionError, Unsupported):
        return False
    return True


def matches(pattern: str, text: str) -> bool:
    """The first match is the whole text, as [RegularExpression] wants it: `a|ab` refuses `ab`. A last line feed never
    matches, since dialects differ on it.
    """
    return not text.endswith("\n") and holder(pattern)(text)


def blank(value: Tree) -> bool:
    """Nothing but white space, U+00A0 included, as [Required] counts it."""
    return isinstance(value, str) and not value.strip()


def is_integral(value: int | Decimal) -> bool:
    """60, 60.0 and 6e1 are integral, 1.5 is not."""
    return isinstance(value, int) or value == value.to_integral_value()


def fit(type_name: str, value: Tree, choices: tuple[Choice, ...] = ()) -> Fit:
    """Does the value have the type, could it be converted, or neither? `value` is present and not null."""
    if type_name in {"open", "empty"}:
        return Fit.EXACT
    if exact(type_name, value, choices):
        return Fit.EXACT
    return Fit.CONVERTIBLE if convertible(type_name, value, choices) else Fit.WRONG


def fits(member: Field, value: Tree) -> Fit:
    """`fit` for a member, with the choices of its enumeration."""
    return fit(member.type, value, member.choices)


def is_number(value: Tree) -> bool:
    """A JSON number; booleans are not, though Python counts them as int."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def exact(type_name: str, value: Tree, choices: tuple[Choice, ...] = ()) -> bool:
    """The value has the type as it stands. Without `choices` an enumeration admits any word and any whole number."""
    match type_name:
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "int":
            return is_number(value) and is_integral(value)
        case "decimal":
            return is_number(value)
        case "guid":
            return isinstance(value, str) and GUID.fullmatch(_unwrapped(value)) is not None
        case "enum":
            return _chosen(value, choices) is not None if choices else isinstance(value, str) or _whole(value)
        case "dateTime":
            return isinstance(value, str) and instant(value) is not None
        case "list":
            return isinstance(value, list)
        case "object" | "map":
            return isinstance(value, dict)
    return isinstance(value, str)


def _whole(value: Tree) -> bool:
    return is_number(value) and is_integral(value)


def _chosen(value: Tree, choices: tuple[Choice, ...]) -> Choice | None:
    """The choice that the value is by name, or by number where the document prints one."""
    for choice in choices:
        if value == choice.name if isinstance(value, str) else _whole(value) and value == choice.number:
            return choice
    return None


def _unwrapped(text: str) -> str:
    if text[:1] + text[-1:] in {"{}", "()"}:
        return text[1:-1]
    return text


def convertible(type_name: str, value: Tree, choices: tuple[Choice, ...] = ()) -> bool:
    """A reader that converts would take it. The list of what counts is DESIGN's: `"5"`, `"true"`, 1, 1.5, `[x]`."""
    if isinstance(value, list):
        return len(value) == 1 and exact(type_name, value[0], choices)
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
        case "enum":
            return _as_choice(value, choices)
        case "dateTime":
            return isinstance(value, str) and _as_instant(value)
        case "list":
            return isinstance(value, dict)
    return False


def _as_choice(value: Tree, choices: tuple[Choice, ...]) -> bool:
    """Readers of .NET take any whole number, digits as text, names in any case and several names with commas."""
    if not isinstance(value, str):
        return is_number(value) and is_integral(value)
    known = {choice.name.lower() for choice in choices}
    words = [word.strip().lower() for word in value.split(",")]
    return re.fullmatch(r"[+-]?\d+", value.strip(), re.ASCII) is not None or all(word in known for word in words)


def instant(text: str) -> datetime | None:
    """The instant that an ISO 8601 text names, without a zone where it has none; None for what no calendar has."""
    found = DATE_TIME.fullmatch(text)
    if found is None:
        return None
    fraction = (found["fraction"] or "0")[:6].ljust(6, "0")
    try:
        read = datetime.fromisoformat(f"{found['day']}T{found['time'] or '00:00:00'}.{fraction}{found['zone'] or ''}")
    except ValueError:
        return None
    return read if abs(read.utcoffset() or timedelta()) <= FARTHEST else None


def _as_instant(text: str) -> bool:
    found = LOOSE_ISO.fullmatch(text)
    if found is None:
        return LOOSE_TIME.fullmatch(text) is not None
    day, clock, seconds, fraction, zone, minutes = (part or "" for part in found.groups())
    whole = zone if zone in {"", "Z"} else f"{zone}:{minutes or '00'}"
    return instant(f"{day}T{clock}{seconds or ':00'}{fraction}{whole}") is not None


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

    `minimum`, `maximum`, `maximum-step` (above the bound by less than one), `pattern`, `min-length`, `max-length`. The
    length of a list is the number of its items. A constraint that decides nothing, or whose pattern Python cannot read,
    is broken by nothing.
    """
    for constraint in member.constraints:
        yield from _broken(member.type, constraint, value)


def _broken(type_name: str, constraint: Constraint, value: Tree) -> Iterator[str]:
    if constraint.pattern is not None and readable(constraint.pattern):
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
    length = len(value) if isinstance(value, (str, list)) else None
    if length is not None and constraint.min_length is not None and length < constraint.min_length:
        yield "min-length"
    if length is not None and constraint.max_length is not None and length > constraint.max_length:
        yield "max-length"


def same(type_name: str, sent: Tree, came: Tree, choices: tuple[Choice, ...] = ()) -> bool:
    """The same value: numbers by value, GUIDs by their digits, choices by name or number, instants as such."""
    if type_name == "enum" and (choice := _chosen(sent, choices)) is not None:
        return choice == _chosen(came, choices)
    if is_number(sent) and is_number(came):
        return bool(sent == came)
    if type_name == "guid" and isinstance(sent, str) and isinstance(came, str):
        return _unwrapped(sent).replace("-", "").lower() == _unwrapped(came).replace("-", "").lower()
    if type_name == "dateTime" and isinstance(sent, str) and isinstance(came, str) and sent != came:
        return _same_instant(sent, came)
    return type(sent) is type(came) and bool(sent == came)


def equal(member: Field, sent: Tree, came: Tree) -> bool:
    """`same` for a member, with the choices of its enumeration."""
    return same(member.type, sent, came, member.choices)


def _same_instant(sent: str, came: str) -> bool:
    """Where one text alone has a zone the other was written in one that nobody named: any that exists will do."""
    one, other = instant(sent), instant(came)
    if one is None or other is None:
        return False
    if (one.tzinfo is None) == (other.tzinfo is None):
        return one == other
    # The clock of the one with a zone is read in UTC; the other's then is off by its own zone.
    apart = (one.replace(tzinfo=None) - (one.utcoffset() or timedelta())) - (
        other.replace(tzinfo=None) - (other.utcoffset() or timedelta())
    )
    return abs(apart) <= FARTHEST and not apart % timedelta(minutes=15)
