"""Values and texts as findings hold them: whole while secrets may be in them, short once those are masked."""

from __future__ import annotations

from decimal import Decimal

import simplejson

from conformance.model import Tree

LONGEST = 160
"""Characters of a text in a finding."""
UNCUT = 65536
"""Characters that are kept until secrets are masked: a text cut before could end in half a secret."""


def show(value: Tree) -> str:
    """The value as JSON writes it, whole; whoever writes it down masks it and then shortens it."""
    if isinstance(value, Decimal):
        return whole(str(value))
    try:
        return whole(simplejson.dumps(value, use_decimal=True, ensure_ascii=False))
    except RecursionError:
        return "a value that is nested deeply"


def whole(text: str) -> str:
    """The text without characters that have no UTF-8."""
    return text[:UNCUT].encode("utf-8", "backslashreplace").decode("utf-8")


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text on one line, cut where long. Only for texts whose secrets are masked."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest]}…"
