"""A regular expression as a small tree of our own, so that dialects and near misses work on structure, not on text.

Only what the dialects share is represented: characters and classes, groups, alternatives, greedy and lazy repetition,
the two anchors. Anything else is `Unsupported` with the reason; nothing is passed through. Classes are read over ASCII
(`\\w` is [A-Za-z0-9_]), the part on which .NET, ECMA-262 and Python agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined]  # the parser that `re` itself uses
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any


class Unsupported(ValueError):  # noqa: N818 - a verdict on the pattern
    """The pattern uses something on which the dialects differ; the text names it."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of `ranges` (inclusive code points), or outside them when `negated`."""

    ranges: tuple[tuple[int, int], ...]
    negated: bool = False

    def has(self, char: str) -> bool:
        """Is the character in the class?"""
        return any(low <= ord(char) <= high for low, high in self.ranges) != self.negated


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`low` to `high` times; high None is unbounded."""

    item: Node
    low: int
    high: int | None
    greedy: bool = True


@dataclass(frozen=True, slots=True)
class Anchor:
    """`start` or `end` of the text."""

    where: str


Node = Chars | Sequence | Choice | Repeat | Anchor

CATEGORIES = {
    sre.CATEGORY_DIGIT: ((0x30, 0x39),),
    sre.CATEGORY_WORD: ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
    sre.CATEGORY_SPACE: ((0x09, 0x0D), (0x20, 0x20)),
}
NEGATED = {
    sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
    sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
    sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
}
ANCHORS = {sre.AT_BEGINNING: "start", sre.AT_END: "end"}


@lru_cache(maxsize=256)
def parse(pattern: str) -> Node:
    """The tree of the pattern. Unsupported where it is no regular expression, or not one that all dialects share."""
    try:
        parsed = parser.parse(pattern)
    except re.error as error:
        raise Unsupported(f"not a regular expression: {error}") from None
    if parsed.state.flags & ~re.UNICODE.value:
        raise Unsupported("inline flags")
    return _sequence(parsed)


def _sequence(parsed: Any) -> Node:
    items = tuple(_node(op, value) for op, value in parsed)
    return items[0] if len(items) == 1 else Sequence(items)


def _node(op: Any, value: Any) -> Node:
    if op is sre.LITERAL:
        return Chars(((value, value),))
    if op is sre.NOT_LITERAL:
        return Chars(((value, value),), negated=True)
    if op is sre.ANY:
        return Chars(((0x0A, 0x0A),), negated=True)
    if op is sre.IN:
        return _class(value)
    if op is sre.BRANCH:
        return Choice(tuple(_sequence(option) for option in value[1]))
    if op is sre.SUBPATTERN:
        return _group(value)
    if op in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
        low, high, item = value
        return Repeat(_sequence(item), low, None if high is sre.MAXREPEAT else high, op is sre.MAX_REPEAT)
    if op is sre.AT and value in ANCHORS:
        return Anchor(ANCHORS[value])
    raise Unsupported(f"{str(op).lower().replace('_', ' ')} {value if isinstance(value, int) else ''}".strip())


def _group(value: Any) -> Node:
    _, added, removed, item = value
    if added or removed:
        raise Unsupported("inline flags")
    return _sequence(item)


def _class(items: Any) -> Chars:
    negated = items[0][0] is sre.NEGATE
    ranges: list[tuple[int, int]] = []
    for op, value in items[1:] if negated else items:
        if op is sre.LITERAL:
            ranges.append((value, value))
        elif op is sre.RANGE:
            ranges.append(value)
        elif op is sre.CATEGORY and value in CATEGORIES:
            ranges.extend(CATEGORIES[value])
        elif op is sre.CATEGORY and value in NEGATED and len(items) == 1:
            return Chars(CATEGORIES[NEGATED[value]], negated=True)
        else:
            raise Unsupported("a negated class inside a class")
    return Chars(tuple(sorted(set(ranges))), negated)


# --- how a text matches -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """A node and the part of the text it matched; `parts` are those of its items, one a repetition."""

    node: Node
    start: int
    end: int
    parts: tuple[Span, ...] = ()


def derive(node: Node, text: str) -> Span | None:
    """How the whole text matches, or None. Backtracks as an engine does; meant for short texts."""
    for span in _match(node, text, 0):
        if span.end == len(text):
            return span
    return None


def _match(node: Node, text: str, at: int) -> Iterator[Span]:
    match node:
        case Chars():
            if at < len(text) and node.has(text[at]):
                yield Span(node, at, at + 1)
        case Anchor():
            if at == (0 if node.where == "start" else len(text)):
                yield Span(node, at, at)
        case Choice():
            for option in node.options:
                for span in _match(option, text, at):
                    yield Span(node, at, span.end, (span,))
        case Sequence():
            for parts in _in_turn(node.items, text, at):
                yield Span(node, at, parts[-1].end if parts else at, parts)
        case Repeat():
            yield from _times(node, text, at, ())


def _in_turn(items: tuple[Node, ...], text: str, at: int) -> Iterator[tuple[Span, ...]]:
    if not items:
        yield ()
        return
    for first in _match(items[0], text, at):
        for rest in _in_turn(items[1:], text, first.end):
            yield (first, *rest)


def _times(node: Repeat, text: str, at: int, parts: tuple[Span, ...]) -> Iterator[Span]:
    start = parts[0].start if parts else at
    if node.high is None or len(parts) < node.high:
        for span in _match(node.item, text, at):
            if span.end > at:
                yield from _times(node, text, span.end, (*parts, span))
    if len(parts) >= node.low:
        yield Span(node, start, at, parts)
