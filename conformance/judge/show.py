"""Values as findings show them: short, printable, one line."""

from __future__ import annotations

from decimal import Decimal

import simplejson

from conformance.model import Tree

LONGEST = 160


def show(value: Tree) -> str:
    """The value as JSON writes it, cut where long, without characters that have no UTF-8."""
    if isinstance(value, Decimal):
        return clean(str(value))
    return clean(simplejson.dumps(value, use_decimal=True, ensure_ascii=False))


def clean(text: str, longest: int = LONGEST) -> str:
    """The text on one line, cut where long."""
    line = " ".join(text.split())
    line = line if len(line) <= longest else f"{line[:longest]}…"
    return line.encode("utf-8", "backslashreplace").decode("utf-8")
