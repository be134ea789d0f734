"""What public knowledge, outside of the documents, has to say of values: told, never judged. DOMAIN: informative.

A reading marks a member with what its value is known as; the table here holds what such a value looks like.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from conformance.model import Contract, Tree
from conformance.rules.fields import walk

HASH = re.compile(r"[0-9a-f]{96}")
"""A SHA-384 in hexadecimal digits."""
_FEW = 24


def _start(value: str) -> bytes:
    """The first bytes of base64 content; empty where it does not decode."""
    try:
        return base64.b64decode(value[:_FEW], validate=True)
    except (binascii.Error, ValueError):
        return b""


def _cufe(value: str) -> str:
    return "" if HASH.fullmatch(value) else "is not 96 lower-case hexadecimal digits, as a CUFE or CUDE is"


def _pdf(value: str) -> str:
    return "" if _start(value).startswith(b"%PDF-") else "does not begin as a PDF does"


def _xml(value: str) -> str:
    return "" if _start(value).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" else "does not begin as XML does"


ADVICE: dict[str, Callable[[str], str]] = {"cufe": _cufe, "pdf": _pdf, "xml": _xml}
"""Mark of a member of an answer → what is odd about a value; empty for nothing."""

WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)
"""Of a NIT's digits, from the right."""
ENVIRONMENTS = frozenset({"1", "2"})


def check_digit(nit: str) -> str:
    """The check digit of a NIT; empty where that is no number of up to fifteen digits."""
    if not nit.isascii() or not nit.isdigit() or len(nit) > len(WEIGHTS):
        return ""
    rest = sum(int(digit) * weight for digit, weight in zip(reversed(nit), WEIGHTS, strict=False)) % 11
    return str(rest if rest < 2 else 11 - rest)


def advice(contract: Contract, tree: Tree) -> Iterator[tuple[str, str]]:
    """(rule, sentence) for every value of an answer that is not what it is publicly known to be."""
    for path, member in walk(contract.operation.response.fields):
        value = _at(tree, path.split("/"))
        for mark in member.marks:
            if mark in ADVICE and isinstance(value, str) and value and (odd := ADVICE[mark](value)):
                yield f"{contract.service}/response/{path}/name", f"{path} {odd} (informative)"


def advice_on_values(contract: Contract, values: dict[str, Tree]) -> Iterator[str]:
    """Sentences about the values that a target's requests carry."""
    marked = {mark: member.name for member in contract.operation.request.fields for mark in member.marks}
    nit, digit = marked.get("nit"), marked.get("check-digit")
    if nit is not None and digit is not None and nit in values and digit in values:
        due = check_digit(str(values[nit]))
        if due and str(values[digit]).strip() != due:
            yield f"{digit} is not the check digit of {nit} (informative)"
    place = marked.get("environment")
    if place is not None and place in values and str(values[place]).strip() not in ENVIRONMENTS:
        yield f"{place} is neither 1, production, nor 2, tests (informative)"


def _at(tree: Tree, names: list[str]) -> Tree:
    for name in names:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree
