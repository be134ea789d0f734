"""A pattern of XML Schema 1.0 (Part 2, appendix F) as a tree, for `linear`.

Only what repeats, branches and groups is read here. What one character may be is left to the compiler of schemas, whose
reading of classes and categories is complete.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from elementpath.regex import RegexError, translate_pattern

from conformance.patterns.parse import DEEPEST
from conformance.patterns.syntax import COUNT
from conformance.patterns.tree import Chars, Choice, Node, Repeat, Sequence, Unsupported

_ESCAPE = re.compile(r"\\(?:[pP]\{[A-Za-z0-9-]{1,64}\}|.)", re.DOTALL)
_TIMES = {"?": (0, 1), "*": (0, None), "+": (1, None)}
_LARGEST = 5
"""Digits of a count."""


@dataclass(frozen=True, slots=True)
class Kind(Chars):
    """One character that the expression matches."""

    written: str = ""

    def has(self, char: str) -> bool:
        return _one(self.written).match(char) is not None


@lru_cache(maxsize=1024)
def _one(written: str) -> re.Pattern[str]:
    try:
        return re.compile(translate_pattern(written, back_references=False, lazy_quantifiers=False, anchors=False))
    except (RegexError, re.error, ValueError, LookupError, OverflowError, RecursionError) as error:
        raise Unsupported(f"not a regular expression: {error}") from None


def parse_xsd(pattern: str) -> Node:
    """The tree of the pattern; Unsupported where it is none, or too much."""
    reader = _Reader(pattern)
    tree = reader.choice(0)
    if reader.at < len(pattern):
        raise Unsupported("not a regular expression: a parenthesis that closes nothing")
    return tree


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def choice(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise Unsupported(f"groups more than {DEEPEST} deep")
        options = [self.sequence(depth)]
        while self.text.startswith("|", self.at):
            self.at += 1
            options.append(self.sequence(depth))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def sequence(self, depth: int) -> Node:
        items: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            items.append(self.repeated(self.atom(depth)))
        return Sequence(tuple(items))

    def atom(self, depth: int) -> Node:
        start = self.at
        char = self.text[start]
        self.at += 1
        if char == "(":
            inner = self.choice(depth + 1)
            if not self.text.startswith(")", self.at):
                raise Unsupported("not a regular expression: a group that does not close")
            self.at += 1
            return inner
        if char == "\\":
            found = _ESCAPE.match(self.text, start)
            self.at = found.end() if found is not None else len(self.text)
        elif char == "[":
            self.at = self.behind_class(start)
        elif char in "?*+{}]":
            raise Unsupported(f"not a regular expression: {char} stands alone")
        written = self.text[start : self.at]
        _one(written)
        return Kind((), written=written)

    def behind_class(self, start: int) -> int:
        depth, at = 0, start
        while at < len(self.text):
            char = self.text[at]
            depth += {"[": 1, "]": -1}.get(char, 0)
            at += 2 if char == "\\" else 1
            if not depth:
                return at
        raise Unsupported("not a regular expression: a class that does not close")

    def repeated(self, item: Node) -> Node:
        char = self.text[self.at : self.at + 1]
        if char in _TIMES:
            self.at += 1
            return Repeat(item, *_TIMES[char])
        found = COUNT.match(self.text, self.at)
        if found is None:
            return item
        self.at = found.end()
        if max(len(found[1]), len(found[3] or "")) > _LARGEST:
            raise Unsupported(f"a count of more than {_LARGEST} digits")
        low = int(found[1])
        high = low if found[2] is None else int(found[3]) if found[3] else None
        if high is not None and high < low:
            raise Unsupported("not a regular expression: a count whose bounds are swapped")
        return Repeat(item, low, high)
