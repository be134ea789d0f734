"""The lexical spaces of XML Schema 1.0's built-in types, as far as documents use them. Pure text work.

`value` gives what a text stands for; a text outside of its type's space stays the text that it is.
"""

from __future__ import annotations

import re
from calendar import monthrange
from decimal import Decimal

from conformance.codecs.lexical import BLANKS, BOOLEANS, DECIMAL, INTEGER, value_of
from conformance.facets import GUID
from conformance.model import Field, Tree

INT = (-(2**31), 2**31 - 1)
"""Part 2 §3.3.17."""
DATE_TIME = re.compile(
    r"(?P<year>-?(?:[1-9][0-9]{4,}|[0-9]{4}))-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?P<fraction>\.[0-9]+)?"
    r"(?P<zone>Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
)
"""Part 2 §3.2.7.1."""
_B64 = "[A-Za-z0-9+/]"
BASE64 = re.compile(
    rf"(?:{_B64} ?{_B64} ?{_B64} ?{_B64} ?)*(?:{_B64} ?{_B64} ?[AEIMQUYcgkosw048] ?=|{_B64} ?[AQgw] ?= ?=)?"
)
"""Part 2 §3.2.16; white space is collapsed before."""
DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|-?INF|NaN")
"""Part 2 §3.2.5.1: more texts than a decimal has, and the type of what a page prints as double or float."""
HELD = frozenset({"int", "integer", "decimal", "boolean", "dateTime", "base64Binary", "guid", "enum"})
"""Types whose texts are not any."""
_RUNS = re.compile(r"[ \t\r\n]+")
_ISO = re.compile(r"\d{4}-\d\d-\d\d.*|\d\d?:\d\d.*", re.ASCII | re.DOTALL)
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "si", "sí", "t", "f", "y", "n"})
_GUID = re.compile(r"[{(]?[0-9a-fA-F-]+[)}]?")
_ALPHABET = re.compile(r"[A-Za-z0-9+/=\s]*")


def collapsed(text: str) -> str:
    """White space as `collapse` leaves it."""
    return _RUNS.sub(" ", text).strip(BLANKS)


def valid(member: Field, text: str) -> bool:
    """Is the text in the lexical space of the member's type, and its value in the value space?"""
    # Any other text is valid, however long.
    bare = collapsed(text) if member.type in HELD else ""
    match member.type:
        case "int":
            return INTEGER.fullmatch(bare) is not None and INT[0] <= Decimal(bare) <= INT[1]
        case "integer":
            return INTEGER.fullmatch(bare) is not None
        case "decimal":
            kept = member.constraint("data-type")
            wide = kept is not None and kept.text in {"double", "float"}
            return (DOUBLE if wide else DECIMAL).fullmatch(bare) is not None
        case "boolean":
            return bare in BOOLEANS
        case "dateTime":
            return _date_time(bare)
        case "base64Binary":
            return BASE64.fullmatch(bare) is not None
        case "guid":
            return GUID.fullmatch(bare) is not None
        case "enum" if member.choices:
            return bare in {choice.literal or choice.name for choice in member.choices}
    return True


def hard(member: Field, text: str) -> bool:
    """Is the text, which is outside of the member's type, one that no reader should take for a value? DESIGN: SOAP int,
    dateTime, base64."""
    bare = text.strip()
    match member.type:
        case "dateTime":
            return bool(bare) and _ISO.fullmatch(bare) is None
        case "boolean":
            return bool(bare) and bare.lower() not in _WORDS
        case "base64Binary":
            return _ALPHABET.fullmatch(text) is None
        case "guid":
            return _GUID.fullmatch(bare) is None
    return not valid(member, text)


def _date_time(text: str) -> bool:
    found = DATE_TIME.fullmatch(text)
    if found is None:
        return False
    year, month, day = int(found["year"][:9]), int(found["month"]), int(found["day"])
    if not year or not 1 <= month <= 12:
        return False
    # The calendar repeats after 400 years, so a year of any length has one of these.
    if not 1 <= day <= monthrange(2000 + int(found["year"][-4:]) % 400, month)[1]:
        return False
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    if hour == 24:
        return not minute and not second and not (found["fraction"] or "").strip(".0")
    return hour < 24 and minute < 60 and second < 60


def value(member: Field, text: str) -> Tree:
    """What the text stands for; the text itself where it is outside of the type's lexical space."""
    if not valid(member, text):
        return text
    if member.type == "enum":
        bare = collapsed(text)
        return next((choice.name for choice in member.choices if (choice.literal or choice.name) == bare), bare)
    if member.type == "base64Binary":
        return collapsed(text).replace(" ", "")
    return value_of(member.type, text)
