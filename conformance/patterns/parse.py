"""The text of a .NET pattern → tree.

A parser of our own: Python's reads several spellings otherwise than .NET (`{,3}`, `[a-z-[aeiou]]`, `[[:digit:]]`) and
refuses some that annotations use (`(?<name>…)`, `[\\w-.]`). What is not listed is refused.
"""

from __future__ import annotations

import re
from functools import lru_cache

from conformance.patterns.syntax import ANCHORS, CLASSES, CONTROLS, COUNT, ESCAPES, FLAGS, GROUPS, HALF_COUNT, NAMED
from conformance.patterns.tree import (
    EMPTY,
    LAST,
    Anchor,
    Chars,
    Choice,
    Node,
    Ranges,
    Repeat,
    Sequence,
    Unsupported,
    merged,
    outside,
)

# Engines keep a state for each repetition that a pattern spells out; past these one or another gives up.
DEEPEST = 50
LARGEST = 10_000


@lru_cache(maxsize=256)
def parse(pattern: str) -> Node:
    """The tree of the pattern. Unsupported where it is no regular expression, or not one that all dialects share."""
    for char in pattern:
        _shared(ord(char))
    parser = _Parser(pattern)
    tree = parser.choice(0)
    if parser.at < len(pattern):
        raise parser.bad("a parenthesis that closes nothing")
    if _size(tree) > LARGEST:
        raise Unsupported(f"repetitions that come to more than {LARGEST}")
    return tree


def _shared(code: int) -> int:
    """The code point, if every dialect counts it as one character."""
    if code > 0xFFFF or 0xD800 <= code <= 0xDFFF:
        raise Unsupported("a character beyond U+FFFF, which .NET and ECMA-262 count as two")
    return code


def _size(node: Node) -> int:
    """How many characters the tree asks for with its repetitions spelt out."""
    match node:
        case Sequence():
            return sum(_size(item) for item in node.items)
        case Choice():
            return sum(_size(option) for option in node.options)
        case Repeat():
            return _size(node.item) * max(node.low, node.high or 0, 1)
        case Anchor():
            return 0
    return 1


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def bad(self, what: str) -> Unsupported:
        return Unsupported(f"not a regular expression: {what} at position {self.at}")

    def sees(self, start: str) -> bool:
        return self.text.startswith(start, self.at)

    def take(self) -> str:
        if self.at >= len(self.text):
            raise self.bad("it ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def choice(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise Unsupported(f"groups more than {DEEPEST} deep")
        options = [self.sequence(depth)]
        while self.sees("|"):
            self.at += 1
            options.append(self.sequence(depth))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def sequence(self, depth: int) -> Node:
        items: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            item = self.repeated(self.atom(depth))
            items += [] if item == EMPTY else [item]
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def atom(self, depth: int) -> Node:
        if COUNT.match(self.text, self.at):
            raise self.bad("a repetition of nothing")
        match self.take():
            case "(":
                return self.group(depth)
            case "[":
                return self.chars()
            case "\\":
                return self.escape()
            case "^" | "$" as char:
                return Anchor(ANCHORS[char])
            case ".":
                return Chars(((0x0A, 0x0A),), negated=True)
            case "*" | "+" | "?":
                raise self.bad("a repetition of nothing")
            case "{" if HALF_COUNT.match(self.text, self.at - 1):
                raise Unsupported("{,n}, which is text to .NET and a repetition to Python")
            case char:
                return Chars(((ord(char), ord(char)),))

    def repeated(self, item: Node) -> Node:
        found = self.count()
        if found is None:
            return item
        low, high = found
        if isinstance(item, Anchor):
            raise Unsupported("a repeated anchor")
        if high is not None and low > high:
            raise self.bad("a repetition whose bounds are swapped")
        greedy = not self.sees("?")
        self.at += not greedy
        if self.sees("+"):
            raise Unsupported("a possessive repetition")
        if self.count() is not None:
            raise self.bad("a repetition of a repetition")
        return item if item == EMPTY else Repeat(item, low, high, greedy)

    def count(self) -> tuple[int, int | None] | None:
        for char, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.sees(char):
                self.at += 1
                return bounds
        found = COUNT.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        if any(len(digits) > len(str(LARGEST)) for digits in (found[1], found[3] or "")):
            raise Unsupported(f"repetitions that come to more than {LARGEST}")
        low = int(found[1])
        return low, (low if found[2] is None else int(found[3]) if found[3] else None)

    def group(self, depth: int) -> Node:
        if self.sees("?:"):
            self.at += 2
        elif named := NAMED.match(self.text, self.at):
            self.at = named.end()
        elif self.sees("?"):
            raise self.unshared()
        inner = self.choice(depth + 1)
        if not self.sees(")"):
            raise self.bad("a group that does not close")
        self.at += 1
        return inner

    def unshared(self) -> Unsupported:
        for start, what in GROUPS:
            if self.sees(start):
                return Unsupported(what)
        if FLAGS.match(self.text, self.at):
            return Unsupported("inline flags")
        return Unsupported("a group of .NET's own") if self.sees("?<") or self.sees("?'") else self.bad("a group")

    def escape(self) -> Chars:
        char = self.take()
        if char.lower() in CLASSES:
            return Chars(CLASSES[char.lower()], negated=char.isupper())
        if char in ESCAPES:
            raise Unsupported(ESCAPES[char])
        code = self.escaped(char)
        return Chars(((code, code),))

    def escaped(self, char: str) -> int:
        """The code point of an escape that stands for one character."""
        if char in CONTROLS:
            return CONTROLS[char]
        if char in "xu":
            digits = self.text[self.at : self.at + (2 if char == "x" else 4)]
            if not re.fullmatch("[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}", digits) or len(digits) != (2 if char == "x" else 4):
                raise self.bad(f"\\{char} without its digits")
            self.at += len(digits)
            return _shared(int(digits, 16))
        if not char.isascii() or char.isalnum() or char == "_":
            raise self.bad(f"the unknown escape \\{char}")
        return ord(char)

    def chars(self) -> Chars:
        """A class, behind its bracket."""
        negated = self.sees("^")
        self.at += negated
        ranges: list[tuple[int, int]] = []
        first = True
        while first or not self.sees("]"):
            first = False
            low = self.member()
            if not isinstance(low, int):
                # A dash behind a class such as \w stands for itself, so no range is looked for.
                ranges.extend(low)
            elif self.sees("-") and not self.sees("-]"):
                self.dash()
                self.at += 1
                high = self.member()
                if not isinstance(high, int) or high < low:
                    raise self.bad("a range without an end")
                ranges.append((low, high))
            else:
                ranges.append((low, low))
        self.at += 1
        found = merged(ranges)
        if found == ((0, LAST),) and negated:
            raise Unsupported("a class that holds no character")
        if found and found[-1][1] == LAST:
            # Written without the far end, which ECMA-262 counts as two characters.
            return Chars(outside(found), not negated)
        return Chars(found, negated)

    def member(self) -> int | Ranges:
        """One character of a class, or the ranges of a class escape within it."""
        if self.sees("[:"):
            raise Unsupported("a POSIX class")
        self.dash()
        char = self.take()
        if char != "\\":
            return ord(char)
        char = self.take()
        if char.lower() in CLASSES:
            inside = CLASSES[char.lower()]
            return outside(inside) if char.isupper() else inside
        if char == "b":
            return 0x08
        if char in ESCAPES:
            raise Unsupported(ESCAPES[char])
        return self.escaped(char)

    def dash(self) -> None:
        if self.sees("-["):
            raise Unsupported("a class taken from a class")
