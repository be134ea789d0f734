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
BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
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
    if _depth(text) > DEEPEST:
        raise Malformed(f"nested deeper than the {DEEPEST} levels that this suite reads", unread=True)
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


def _depth(text: str) -> int:
    """How deep the brackets outside of strings are nested, at most."""
    deepest = level = 0
    for mark in BRACKETS.findall(text):
        if mark in "[{":
            level += 1
            deepest = max(deepest, level)
        elif mark in "]}":
            level -= 1
    return deepest


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= LONGEST_INT else _decimal(text)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise Malformed("a number beyond what this suite reads", unread=True) from None


def _constant(text: str) -> NoReturn:
    raise Malformed(f"{text} is no JSON value")
