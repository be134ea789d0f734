"""Scalars as text, for the encodings in which everything is text: XML and forms. Lexical spaces are those of XSD 1.0.

What is outside of a type's lexical space stays the text that it is, so that the contract walk sees it as what it is.
"""

from __future__ import annotations

import re
from decimal import Decimal

from conformance.codecs import json
from conformance.facets import is_number, plain
from conformance.model import Tree

BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
"""XML Schema Part 2 §3.2.2.1."""
INTEGER = re.compile(r"[+-]?[0-9]+")
DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
BLANKS = " \t\r\n"
LONGEST = 4000
"""Python reads no longer integers; Decimal does, as exactly."""


def value_of(type_name: str, text: str) -> Tree:
    """The value that the text stands for; the text itself where it is outside of the type's lexical space."""
    bare = text.strip(BLANKS)
    match type_name:
        case "boolean":
            return BOOLEANS.get(bare, text)
        case "integer" | "int":
            return _number(bare) if INTEGER.fullmatch(bare) else text
        case "decimal":
            return _number(bare) if DECIMAL.fullmatch(bare) else text
        case "guid" | "dateTime" | "enum":
            return bare
    return text


def _number(text: str) -> int | Decimal:
    return int(text) if INTEGER.fullmatch(text) and len(text) <= LONGEST else Decimal(text)


def text_of(value: Tree) -> str:
    """The text of a scalar; anything else as JSON writes it, since a message may hold what does not belong there."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return plain(value)
    return value if isinstance(value, str) else json.encode(value).decode()
