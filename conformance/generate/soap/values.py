"""Texts for one member of a SOAP message: no value of its type, nearly one, other spellings of one. Tables only.

What stands here as a value is text; the codec writes it as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from conformance.facets import plain
from conformance.generate.values import Value
from conformance.model import Field, Tree

BEYOND = 2**31
MEGABYTE = 1024 * 1024

WRONG: Mapping[str, tuple[Value, ...]] = {
    "int": (
        Value("word", "abc", "a word"),
        Value("empty", "", "an empty element"),
        Value("fraction", "1.5", "a number with a fraction"),
        Value("thousands", "1,000", "a number with a separator of thousands"),
        Value("above", str(BEYOND), f"{BEYOND}, one more than xsd:int has"),
        Value("below", str(-BEYOND - 1), f"{-BEYOND - 1}, one less than xsd:int has"),
    ),
    "integer": (
        Value("word", "abc", "a word"),
        Value("empty", "", "an empty element"),
        Value("fraction", "1.5", "a number with a fraction"),
        Value("thousands", "1,000", "a number with a separator of thousands"),
    ),
    "decimal": (Value("word", "abc", "a word"), Value("empty", "", "an empty element")),
    "boolean": (Value("word", "abc", "a word"), Value("number", "2", "a number")),
    "dateTime": (
        Value("word", "abc", "a word"),
        Value("day-first", "31/01/2025", "a date with the day first"),
    ),
    "base64Binary": (
        # Of a legal length, and with letters after it: some readers skip what they do not know, others count it.
        Value("letter", "QUJD*UI=", "a character outside of the alphabet"),
        Value("url-alphabet", "QUJD-_I=", "the alphabet for URLs"),
        Value("words", "no es base64!", "a sentence"),
    ),
    "guid": (Value("word", "xyz", "a word"),),
}
"""Hard negatives. DESIGN: SOAP int, dateTime, base64."""

NEARLY: Mapping[str, tuple[Value, ...]] = {
    "boolean": (Value("capital", "True", "the word True"), Value("empty", "", "an empty element")),
    "dateTime": (
        Value("date", "2025-01-31", "a date alone"),
        Value("time", "10:00:00", "a time alone"),
        Value("blank", "2025-01-31 10:00:00", "a blank in place of the T"),
        Value("no-such-day", "2025-02-30T10:00:00", "a day that February does not have"),
        Value("no-such-month", "2025-13-01T10:00:00", "a thirteenth month"),
        Value("no-such-zone", "2025-01-31T10:00:00+25:00", "a zone beyond all others"),
        Value("empty", "", "an empty element"),
    ),
    "base64Binary": (
        Value("length", "QUJDR", "a letter more than a multiple of four"),
        Value("no-padding", "QUI", "no padding"),
    ),
    "guid": (Value("short", "6f1d2c3b-8a47", "the first digits of a GUID"),),
}
"""What widespread readers take although XML Schema does not."""

TEXTS = (
    Value("unicode", "Ñandú Œuvre Ελλάς 日本 ☃", "letters of several scripts"),
    Value("specials", "A & B <C> 'D' \"E\" ]]> %26", "the characters that XML escapes"),
    Value("white-space", "  uno\tdos\n tres  ", "white space in front, within and behind"),
)
"""Texts that XML carries, for members that nothing binds."""
MALFORMED = (
    Value("no-at", "sin-arroba", "a text without an at sign"),
    Value("no-local", "@example.com", "no local part"),
    Value("blank-within", "uno dos@example.com", "a blank in the local part"),
    Value("two-ats", "uno@@example.com", "two at signs"),
)
"""No mail addresses. Whether a service takes them is said nowhere; what it answers is to be well formed either way."""
ASTRAL = Value("astral", "𝐀😀", "letters beyond the basic plane")


def spellings(member: Field, current: Tree) -> Iterator[Value]:
    """Other spellings of the value that the member has, all in the lexical space of its type."""
    match member.type:
        case "int" | "integer":
            digits = plain(current) if not isinstance(current, str) else current.strip()
            sign, bare = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
            if not sign:
                yield Value("plus", f"+{bare}", f"written +{bare}")
            yield Value("padded", f" {digits} ", f"written {digits} between spaces")
            yield Value("zeros", f"{sign}00{bare}", f"written {sign}00{bare}")
        case "decimal":
            digits = plain(current) if not isinstance(current, str) else current.strip()
            yield Value("padded", f" {digits} ", f"written {digits} between spaces")
        case "boolean":
            digit = "1" if current is True else "0"
            yield Value("digit", digit, f"written {digit}")
            yield Value("padded", f" {'true' if current is True else 'false'} ", "written between spaces")
        case "dateTime":
            yield from _instants(str(current))
        case "base64Binary" if isinstance(current, str) and len(current) >= 8:
            yield Value("lines", f"{current[:4]}\n{current[4:]}\n", "written in lines")


def _instants(current: str) -> Iterator[Value]:
    """The same wall clock time with a zone and with fractions of a second."""
    try:
        bare = datetime.fromisoformat(current).replace(tzinfo=None).isoformat(timespec="seconds")
    except ValueError:
        return
    yield Value("utc", f"{bare}Z", f"written {bare}Z")
    yield Value("offset", f"{bare}-05:00", f"written {bare}-05:00")
    yield Value("fraction", f"{bare}.123", f"written {bare}.123")
    yield Value("seven-digits", f"{bare}.1234567", "seven digits of a second")
    yield Value("padded", f" {bare} ", "written between spaces")


def edges(member: Field) -> Iterator[Value]:
    """Values at the ends of the type's space."""
    if member.type == "int":
        for slug, number in (("least", -BEYOND), ("zero", 0), ("greatest", BEYOND - 1)):
            yield Value(slug, str(number), f"{number}")
    elif member.type == "dateTime":
        yield Value("midnight", "2025-01-31T24:00:00", "midnight written 24:00:00")
        yield Value("far-zone", "2025-01-31T10:00:00+14:00", "the farthest zone")
        yield Value("first-year", "0001-01-01T00:00:00", "the first year")
        yield Value("far-year", "12025-01-31T00:00:00", "a year of five digits")


def sizes() -> Iterator[Value]:
    """Contents of a base64Binary: none, and a megabyte."""
    yield Value("empty", "", "nothing in it")
    # 'Q' alone is three bytes in four letters, none of which needs an escape.
    yield Value("megabyte", "QUJD" * (MEGABYTE // 3 + 1), "a megabyte in it")
