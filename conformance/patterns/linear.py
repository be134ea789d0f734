"""Does a text match a tree? In time that grows with the text and the tree alone, whatever they are.

Python's engine tries one way after the other, and some patterns have more ways than there is time. Here all ways are
followed at once, the ones that the engine would try first ahead of the others: so a first match is the same. Steps that
were taken are kept, up to a bound. Must never be given a tree of more than `MOST_PLACES`; it says so itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from conformance.patterns.tree import Anchor, Choice, Node, Repeat, Sequence, Unsupported

MOST_PLACES = 50_000
"""Places in a tree with its repetitions spelt out."""
MOST_KEPT = 200_000
"""Places in the steps that are kept, about ten megabytes."""
MOST_WORK = 5_000_000
"""Places that are looked at anew for one text, two or three seconds; for longer nobody waits."""


class TooLongError(Exception):
    """The text is too long for the pattern to be held against it here."""


class _Class(Protocol):
    """One character of a kind."""

    def has(self, char: str) -> bool: ...


class _Way(NamedTuple):
    """A place: a class of characters, an anchor, or neither where the ways part; -1 goes nowhere."""

    first: int
    second: int = -1
    chars: _Class | None = None
    anchor: str = ""


_Threads = tuple[int, ...]
END = 0
"""The place of a match."""


class Machine:
    """A tree, ready to be held against texts. `end` is for one with anchors, `full` for one without."""

    def __init__(self, tree: Node) -> None:
        self._ways: list[_Way] = [_Way(-1)]
        self._made_of = 0
        self._start = self._made(tree, END)
        self._steps: dict[tuple[_Threads, str], _Threads] = {}
        self._shown: dict[tuple[_Threads, bool, bool, bool], tuple[_Threads, bool]] = {}
        self._kept = self._work = 0

    def end(self, text: str) -> int | None:
        """Where the first match from the start of the text ends, as Python's `match` finds it; None without one."""
        found = None
        for at, ended in self._run(text, first=True):
            found = at if ended else found
        return found

    def full(self, text: str) -> bool:
        """Is there any match of the whole text?"""
        return any(ended and at == len(text) for at, ended in self._run(text, first=False))

    def _run(self, text: str, *, first: bool) -> Iterator[tuple[int, bool]]:
        """Place by place: is there a match that ends here?"""
        threads: _Threads = (self._start,)
        self._work = 0
        for at in range(len(text) + 1):
            shown, ended = self._closed(threads, start=at == 0, end=at == len(text), first=first)
            yield at, ended
            if not shown or at == len(text):
                return
            key = (shown, text[at])
            known = self._steps.get(key)
            if known is None:
                self._worked(len(shown))
                known = tuple(
                    way.first for place in shown if (way := self._ways[place]).chars and way.chars.has(text[at])
                )
                self._keep(len(shown) + len(known))
                self._steps[key] = known
            threads = known

    def _closed(self, threads: _Threads, *, start: bool, end: bool, first: bool) -> tuple[_Threads, bool]:
        """The places that want a character, and whether a match ends here; behind it the engine looks no further."""
        key = (threads, start, end, first)
        known = self._shown.get(key)
        if known is not None:
            return known
        shown: list[int] = []
        seen: set[int] = set()
        stack = list(reversed(threads))
        ended = False
        while stack:
            place = stack.pop()
            if place in seen or place < 0:
                continue
            seen.add(place)
            way = self._ways[place]
            if place == END:
                ended = True
                if first:
                    break
            elif way.chars is not None:
                shown.append(place)
            elif not way.anchor or (start if way.anchor == "start" else end):
                stack += (way.second, way.first)
        self._worked(len(seen))
        self._keep(len(threads) + len(shown))
        self._shown[key] = tuple(shown), ended
        return self._shown[key]

    def _worked(self, more: int) -> None:
        self._work += more
        if self._work > MOST_WORK:
            raise TooLongError

    def _keep(self, more: int) -> None:
        self._kept += more
        if self._kept > MOST_KEPT:
            self._steps.clear()
            self._shown.clear()
            self._kept = more

    def _put(self, way: _Way) -> int:
        if len(self._ways) >= MOST_PLACES:
            raise Unsupported(f"repetitions that come to more than {MOST_PLACES}")
        self._ways.append(way)
        return len(self._ways) - 1

    def _made(self, node: Node, then: int) -> int:
        """The place where the node begins, which goes on at `then`."""
        self._made_of += 1
        if self._made_of > 4 * MOST_PLACES:
            # Nothing, many times over, needs no place.
            raise Unsupported(f"repetitions that come to more than {MOST_PLACES}")
        match node:
            case Sequence():
                for item in reversed(node.items):
                    then = self._made(item, then)
                return then
            case Choice():
                return self._either([self._made(option, then) for option in node.options])
            case Repeat():
                return self._repeated(node, then)
            case Anchor():
                return self._put(_Way(then, anchor=node.where))
        return self._put(_Way(then, chars=node))

    def _either(self, places: list[int]) -> int:
        *before, last = places
        for place in reversed(before):
            last = self._put(_Way(place, last))
        return last

    def _repeated(self, node: Repeat, then: int) -> int:
        def parted(again: int, on: int) -> _Way:
            return _Way(again, on) if node.greedy else _Way(on, again)

        if node.high is None:
            loop = self._put(_Way(-1))
            self._ways[loop] = parted(self._made(node.item, loop), then)
            then = loop
        else:
            out = then
            for _ in range(node.high - node.low):
                then = self._put(parted(self._made(node.item, then), out))
        for _ in range(node.low):
            then = self._made(node.item, then)
        return then
