"""Regular expression dialects: the documents' pattern written again for each reader, or refused with a reason.

The annotation wants the whole text, so every translation asks for the whole text, with anchors in the pattern or not.
ECMA-262 is what JSON Schema and OpenAPI speak. XSD 1.0 always means the whole text; it has no anchors (`^` and `$` are
literals there), no `(?:`, no lazy repetition, and its `\\w` leaves out `_`: so classes are spelt out. Where the readers
still differ is told in docs/dialects.md.
"""

from __future__ import annotations

from functools import lru_cache

from conformance.patterns import PLAIN, XSD, Choice, Unsupported, parse, whole, write

DIALECTS = ("ecma", "python", "xsd")
# `$` is the end of the text in ECMA-262; in Python it is so before a last line feed too.
ENDS = {"ecma": "$", "python": r"\Z"}

__all__ = ["DIALECTS", "Unsupported", "translate"]


@lru_cache(maxsize=1024)
def translate(pattern: str, dialect: str) -> str:
    """The pattern in `ecma`, `python` or `xsd`. `Unsupported` where it cannot say the same there."""
    tree = whole(parse(pattern))
    if dialect == "xsd":
        return write(tree, XSD)
    body = write(tree, PLAIN)
    return f"^{f'(?:{body})' if isinstance(tree, Choice) else body}{ENDS[dialect]}"
