"""What a defective service makes of a value before it says it again. Tables: variant → the value that comes back.

Pure. Must never import the service.
"""

from __future__ import annotations

import html
import struct
import unicodedata
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from conformance.facets import is_number
from conformance.generate.defaults import default
from conformance.generate.values import other as other_value
from conformance.model import Field, Tree

GONE = object()
"""The member is left out."""
DEFAULTS: Mapping[str, Tree] = {
    "string": "",
    "boolean": False,
    "integer": 0,
    "decimal": 0,
    "guid": "00000000-0000-0000-0000-000000000000",
    "list": [],
}


def _other(member: Field, value: Tree) -> Tree:
    """A value of the same type that is not the one sent."""
    proper = other_value(member, value) if member.type in {"enum", "dateTime", "guid"} else None
    if proper is not None:
        return proper.value
    if isinstance(value, bool):
        return not value
    if is_number(value):
        return value + 1
    if isinstance(value, dict):
        return {} if value else {"other": default(member.item) if member.item is not None else "other"}
    if isinstance(value, list):
        return value[:-1]
    return f"{value} "


def _text(change: Callable[[str], str]) -> Callable[[Field, Tree], Tree]:
    return lambda _, value: change(value) if isinstance(value, str) else value


def _number(change: Callable[[Decimal], Tree]) -> Callable[[Field, Tree], Tree]:
    return lambda _, value: change(Decimal(value)) if is_number(value) else value


def _list(change: Callable[[list[Tree]], list[Tree]]) -> Callable[[Field, Tree], Tree]:
    return lambda _, value: change(value) if isinstance(value, list) else value


def _plain(text: str) -> str:
    """Letters without their marks, as a column of another code page keeps them."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _single(value: Decimal) -> Tree:
    """The number through a float of 32 bits."""
    try:
        read = struct.unpack("f", struct.pack("f", float(value)))[0]
    except OverflowError:
        return value
    return value if read == value else Decimal(repr(read))


def _tenths(value: Decimal) -> Tree:
    return value.quantize(Decimal("0.1"), ROUND_HALF_EVEN) if abs(value) < 10**6 else value


def _without_twins(items: list[Tree]) -> list[Tree]:
    return [item for place, item in enumerate(items) if item not in items[:place]]


def _cut(member: Field, value: Tree) -> Tree:
    """A column that is one character too short."""
    longest = min((held.max_length for held in member.constraints if held.max_length is not None), default=None)
    return value[: longest - 1] if longest is not None and isinstance(value, str) else value


ECHOES: Mapping[str, Callable[[Field, Tree], Tree]] = {
    "altered": _other,
    "missing": lambda _member, _value: GONE,
    "null": lambda _member, _value: None,
    "defaulted": lambda member, value: DEFAULTS.get(member.type, value),
    # --- texts ---
    "trimmed": _text(str.strip),
    "upper-case": _text(str.upper),
    "lower-case": _text(str.lower),
    "cut": _cut,
    "plain-letters": _text(_plain),
    "question-marks": _text(lambda text: text.encode("ascii", "replace").decode()),
    "twice-encoded": _text(lambda text: text.encode("utf-8", "replace").decode("latin-1")),
    "html-escaped": _text(html.escape),
    "plus-for-space": _text(lambda text: text.replace(" ", "+")),
    # --- numbers ---
    "rounded": _number(_tenths),
    "whole": _number(lambda value: int(value) if abs(value) < 10**30 else value),
    "single-precision": _number(_single),
    # --- lists ---
    "last-item": _list(lambda items: items[-1:]),
    "sorted": _list(lambda items: sorted(items, key=str)),
    "backwards": _list(lambda items: items[::-1]),
    "without-twins": _list(_without_twins),
}
"""Variant → what comes back of a member of the request (with its constraints) and the value that was sent."""

DATA: Mapping[str, Callable[[Mapping[str, Tree], Mapping[str, Tree], Mapping[str, Tree]], Mapping[str, Tree]]] = {
    "of-the-request-before": lambda sent, latest, _first: latest or sent,
    "of-the-first-request": lambda sent, _latest, first: first or sent,
    "emptied": lambda _sent, _latest, _first: {},
}
"""Variant → the message that is said again, of the one that was sent, the last and the first that were accepted."""
