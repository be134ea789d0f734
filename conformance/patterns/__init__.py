"""Regular expressions as small trees of our own, so that dialects and near misses work on structure, not on text.

The text of a pattern is read as .NET reads it, since the documents print .NET's; classes are read over ASCII (`\\w` is
[A-Za-z0-9_]), the part on which .NET, ECMA-262 and Python agree. What the dialects do not share is `Unsupported` with
the reason; nothing is passed through.
"""

from __future__ import annotations

from functools import lru_cache

from conformance.patterns.engine import holder
from conformance.patterns.match import Span, derive
from conformance.patterns.parse import parse
from conformance.patterns.tree import Anchor, Chars, Choice, Node, Repeat, Sequence, Unsupported
from conformance.patterns.whole import whole
from conformance.patterns.write import PLAIN, XSD, write

__all__ = [
    "PLAIN",
    "XSD",
    "Anchor",
    "Chars",
    "Choice",
    "Node",
    "Repeat",
    "Sequence",
    "Span",
    "Unsupported",
    "derive",
    "holder",
    "parse",
    "reading",
    "whole",
    "write",
]


@lru_cache(maxsize=256)
def reading(pattern: str) -> str:
    """The pattern in Python's spelling with its anchors where they were: what Python's engine takes for .NET's.

    Both take alternatives and repetitions in the same order, so [RegularExpression], which wants the first match to be
    the whole text, is `match` that ends at the end of the text. Read it with `re.ASCII` or without, it says the same.
    """
    return write(parse(pattern), PLAIN)
