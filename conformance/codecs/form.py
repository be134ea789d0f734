"""`application/x-www-form-urlencoded`, WHATWG URL §5, as ASP.NET binds it to a model.

Scalars are `Name=value`. How nested members are written no document says; ASP.NET reads `List[0].Member` and
`List[0][Member]`, and both are read here. A form has no null: such members are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl, quote_plus, urlencode

from conformance.codecs.decoded import Decoded, Malformed
from conformance.codecs.lexical import text_of, value_of
from conformance.model import Field, Message, Tree

STYLES = {"dots": ".{}", "brackets": "[{}]"}
"""How a member of a list's item is written behind the item's number."""
STEP = re.compile(r"\.([^.\[\]]+)|\[([^\[\]]*)\]")
NAME = re.compile(r"([^.\[\]]+)((?:\.[^.\[\]]+|\[[^\[\]]*\])*)")
INDEX = re.compile(r"[0-9]+")
DEEPEST = 20
MOST_ITEMS = 10_000
_quoted = lru_cache(maxsize=512)(quote_plus)
"""Messages of a plan differ in one pair of many."""


def encode(_message: Message, tree: Tree) -> bytes:
    """The message as pairs in its own order, in UTF-8."""
    return written(pairs(tree))


def written(found: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> bytes:
    """Pairs as bytes."""
    return urlencode(list(found), encoding="utf-8", errors="replace", quote_via=_quoted).encode("ascii")


def pairs(tree: Tree, style: str = "dots") -> Iterator[tuple[str, str]]:
    """Name and text of every scalar."""
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from _pairs(name, value, STYLES[style])


def _pairs(name: str, value: Tree, inner: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for child, held in value.items():
            yield from _pairs(name + inner.format(child), held, inner)
    elif isinstance(value, list):
        for number, held in enumerate(value):
            yield from _pairs(f"{name}[{number}]", held, inner)
    elif value is not None:
        yield name, text_of(value)


def decode(message: Message, body: bytes, charset: str = "") -> Decoded:
    """The message in the bytes; Malformed where they are nothing that a form can hold."""
    del charset  # The encoding of a form is UTF-8: WHATWG URL §5.1.
    found, utf8 = _pairs_in(body)
    raw: dict[str, Tree] = {}
    repeated: list[str] = []
    for name, value in found:
        parsed = NAME.fullmatch(name)
        steps = [name] if parsed is None else [parsed[1], *(dot or key for dot, key in STEP.findall(parsed[2]))]
        if len(steps) > DEEPEST:
            raise Malformed(f"nested deeper than the {DEEPEST} levels that this suite reads", unread=True)
        if not _put(raw, steps, value):
            repeated.append(name)
    return Decoded(tree=_object(message.fields, raw), duplicates=tuple(repeated), utf8=utf8)


def _pairs_in(body: bytes) -> tuple[list[tuple[str, str]], bool]:
    """The pairs, and whether they are in UTF-8, escaped or not; otherwise they are read as Latin-1."""
    try:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict"), True
    except UnicodeDecodeError:
        return parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1"), False


def _put(tree: dict[str, Tree], steps: list[str], value: str) -> bool:
    """Set the value at the place; False where there is one already, which stays. A bare name may repeat as a list."""
    for step in steps[:-1]:
        inner = tree.setdefault(step, {})
        if not isinstance(inner, dict):
            return False
        tree = inner
    # A step of empty brackets appends; a pair without a name keeps its empty one.
    last = steps[-1] or (str(len(tree)) if len(steps) > 1 else "")
    if last in tree:
        return False
    tree[last] = value
    return True


def _in_order(index: str) -> tuple[int, str]:
    # By the number, of any length: Python reads no integer of more than 4,300 digits.
    digits = index.lstrip("0")
    return len(digits), digits


def _object(fields: tuple[Field, ...], raw: Mapping[str, Tree]) -> dict[str, Tree]:
    known = {member.name: member for member in fields}
    return {name: _value(known[name], value) if name in known else value for name, value in raw.items()}


def _value(member: Field, value: Tree) -> Tree:
    if isinstance(value, Mapping):
        if member.item is not None and all(map(INDEX.fullmatch, value)) and len(value) <= MOST_ITEMS:
            return [_value(member.item, value[key]) for key in sorted(value, key=_in_order)]
        return _object(member.fields, value)
    if member.type == "list" and member.item is not None and not member.item.fields:
        return [value_of(member.item.type, value)]
    return value_of(member.type, value)
