"""JSON, RFC 8259, read strictly: no NaN, no comments, no trailing commas, names counted.

Numbers keep their value exactly: int, or Decimal where a fraction or an exponent is written.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any, NoReturn

import simplejson

from conformance.codecs.decoded import Decoded, Malformed
from conformance.model import Tree

# Python refuses to read longer integers; they are kept as Decimal, which is exact too.
LONGEST_INT = 4000
DEEPEST = 200
"""A fixed bound, so that what is read does not depend on how much of Python's stack is left."""
MOST_VALUES = 100_000
"""Values in one text. Each takes about 100 bytes here, so that 16 MiB of empty arrays would be half a gigabyte."""
MOST_DIGITS = 100_000
"""Characters of one number. Arithmetic on more takes seconds, and no reader of the services holds so many."""
MARKS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[][{},]', re.DOTALL)
"""A string, closed or not, or a mark between values. Gives nothing back, so each character is looked at once."""
PAIRS = {"]": "[", "}": "{"}
SURROGATE = re.compile("[\ud800-\udfff]")


def raw(text: str) -> Tree:
    """A number or any other token that is to stand in the message exactly as written: `60.0`, `1e1`."""
    return simplejson.RawJSON(text)


def encode(tree: Tree) -> bytes:
    """The message as compact UTF-8. Decimals are written as they stand."""
    text: str = simplejson.dumps(tree, use_decimal=True, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # Lone surrogates have no UTF-8; they came as escapes and go as escapes.
        return SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode("utf-8")


def decode(body: bytes) -> Decoded:
    """The message in the bytes; Malformed where they are no JSON text."""
    marked = body.startswith(codecs.BOM_UTF8)
    data = body.removeprefix(codecs.BOM_UTF8)
    utf8 = True
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        utf8 = False
        text = data.decode("latin-1")
    _bounded(text)
    duplicates: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(items)
        if len(built) < len(items):
            counted = Counter(name for name, _ in items)
            duplicates.extend(sorted(name for name, times in counted.items() if times > 1))
        return built

    try:
        tree = json.loads(
            text, parse_float=_decimal, parse_int=_integer, parse_constant=_constant, object_pairs_hook=pairs
        )
    except json.JSONDecodeError as error:
        raise Malformed(f"{error.msg.removesuffix(' at')} at character {error.pos + 1}") from None
    return Decoded(tree=tree, duplicates=tuple(duplicates), byte_order_mark=marked, utf8=utf8)


def _bounded(text: str) -> None:
    """Malformed where the text is deeper or holds more than is read here. RFC 8259 §9 lets a reader set such limits and
    a writer none, so that is no fault of the text, unless its brackets do not pair."""
    opened = text.count("[") + text.count("{")
    if opened <= DEEPEST and opened + text.count(",") <= MOST_VALUES:
        return
    deepest, values = _size(text)
    if deepest > DEEPEST:
        raise Malformed(f"nested deeper than the {DEEPEST} levels that this suite reads", unread=True)
    if values > MOST_VALUES:
        raise Malformed(f"more than the {MOST_VALUES} values that this suite reads", unread=True)


def _size(text: str) -> tuple[int, int]:
    """How deep the brackets outside of strings are nested, at most, and how many values there are, about."""
    pending = bytearray()
    deepest = values = 0
    for found in MARKS.finditer(text):
        mark = found[0]
        if mark in "[{":
            pending += mark.encode()
            deepest = max(deepest, len(pending))
            values += 1
        elif mark == ",":
            values += 1
        elif mark in PAIRS and (not pending or pending.pop() != ord(PAIRS[mark])):
            raise Malformed(f"{mark} closes nothing at character {found.start() + 1}")
    if pending:
        raise Malformed(f"{chr(pending[-1])} is not closed")
    return deepest, values


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= LONGEST_INT else _decimal(text)


def _decimal(text: str) -> Decimal:
    if len(text) > MOST_DIGITS:
        raise Malformed(f"a number of more than the {MOST_DIGITS} characters that this suite reads", unread=True)
    try:
        return Decimal(text)
    except ArithmeticError:
        raise Malformed("a number beyond what this suite reads", unread=True) from None


def _constant(text: str) -> NoReturn:
    raise Malformed(f"{text} is no JSON value")
