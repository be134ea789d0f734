"""How a text matches a tree: which part of it each node holds.

Ends that were met are kept, so a pattern that makes an engine backtrack for ever costs no more here than any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from conformance.patterns.tree import Anchor, Chars, Choice, Node, Repeat, Sequence


@dataclass(frozen=True, slots=True)
class Span:
    """A node and the part of the text it matched; `parts` are those of its items, one a repetition."""

    node: Node
    start: int
    end: int
    parts: tuple[Span, ...] = ()


def derive(node: Node, text: str) -> Span | None:
    """How the whole text matches, or None. Where there are several ways, the one with the longest repetitions first."""
    way = _Derivation(text).ends(node, 0).get(len(text))
    return None if way is None else _span(way)


class _Way(NamedTuple):
    """A span whose parts are still a chain, the last one first: most ways are never looked at."""

    node: Node
    start: int
    end: int
    last: _Chain | None = None


class _Chain(NamedTuple):
    before: _Chain | None
    way: _Way


def _span(way: _Way) -> Span:
    parts: list[Span] = []
    chain = way.last
    while chain is not None:
        parts.append(_span(chain.way))
        chain = chain.before
    return Span(way.node, way.start, way.end, tuple(reversed(parts)))


class _Derivation:
    def __init__(self, text: str) -> None:
        self.text = text
        self.known: dict[tuple[int, int], dict[int, _Way]] = {}

    def ends(self, node: Node, at: int) -> dict[int, _Way]:
        """Where the node can end when it starts at `at`, each with the first way to get there."""
        key = (id(node), at)
        if key not in self.known:
            self.known[key] = self.found(node, at)
        return self.known[key]

    def found(self, node: Node, at: int) -> dict[int, _Way]:
        match node:
            case Chars():
                fits = at < len(self.text) and node.has(self.text[at])
                return {at + 1: _Way(node, at, at + 1)} if fits else {}
            case Anchor():
                there = at == (0 if node.where == "start" else len(self.text))
                return {at: _Way(node, at, at)} if there else {}
            case Choice():
                ways: dict[int, _Way] = {}
                for option in node.options:
                    for end, way in self.ends(option, at).items():
                        ways.setdefault(end, _Way(node, at, end, _Chain(None, way)))
                return ways
            case _:
                return self.chained(node, at)

    def chained(self, node: Sequence | Repeat, at: int) -> dict[int, _Way]:
        """One item after the other, longest first, without recursion: texts may be long."""
        ways: dict[int, _Way] = {}
        seen: set[tuple[int, int]] = set()
        stack: list[tuple[int, int, _Chain | None, bool]] = [(0, at, None, False)]
        while stack:
            count, here, chain, complete = stack.pop()
            if complete:
                ways.setdefault(here, _Way(node, at, here, chain))
                continue
            if (count, here) in seen:
                continue
            seen.add((count, here))
            item = _next(node, count)
            if item is None or (isinstance(node, Repeat) and count >= node.low):
                stack.append((count, here, chain, True))
            if item is None:
                continue
            for end, way in reversed(self.ends(item, here).items()):
                if end > here or isinstance(node, Sequence):
                    stack.append((_counted(node, count), end, _Chain(chain, way), False))
                elif count < node.low:
                    # An item that may be empty fills up the repetitions that are still missing.
                    stack.append((node.low, end, _Chain(chain, way), False))
        return ways


def _next(node: Sequence | Repeat, count: int) -> Node | None:
    if isinstance(node, Sequence):
        return node.items[count] if count < len(node.items) else None
    return node.item if node.high is None or count < node.high else None


def _counted(node: Sequence | Repeat, count: int) -> int:
    """The count after one more; past the last bound all counts are alike."""
    if isinstance(node, Repeat) and node.high is None:
        return min(count + 1, node.low)
    return count + 1
