"""A pattern from outside and a text from outside, in bounded time: which engine is asked, and what for.

Python's own is quick, and some patterns keep it busy for ever. It is asked where each character belongs to one way
only. What else can be read as a tree goes to `linear`. What only Python reads (lookarounds, backreferences) is refused
where it repeats what repeats, and its texts are as short as its repetitions allow.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from math import log10

from conformance.patterns.linear import Machine, TooLongError
from conformance.patterns.parse import parse
from conformance.patterns.tree import Choice, Node, Repeat, Sequence, Unsupported
from conformance.patterns.whole import conflicts, empty, whole
from conformance.patterns.write import PLAIN, write

Holds = Callable[[str], bool]
"""Is the first match the whole text?"""
QUICK = 10_000
"""Characters of a text that Python's engine is given: it remembers each repetition of a group."""
MOST_TRIES = 10**8
"""What Python's engine may try at most for a text, about a second; a text takes far less of it."""
NO_ENGINE = "a repetition of what repeats, beside what only one dialect reads"
_HIDDEN = re.compile(r"\\.|\[\^?\]?(?:[^\]\\]|\\.)*\]", re.DOTALL)
"""Escapes and classes: nothing in them repeats."""
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{\d*,?\d*\})")
_REPEATS = re.compile(r"[*+]|\{\d*,\d*\}|\\\d")


@lru_cache(maxsize=256)
def holder(pattern: str) -> Holds:
    """What says whether the whole of a text is the first match. Unsupported, or an error of `re`, where nothing can.

    A text that is too long to tell counts as one that does: nothing is held against it.
    """
    try:
        tree = parse(pattern)
    except Unsupported:
        return _only_python(pattern)
    try:
        bare = whole(tree)
    except Unsupported:
        bare = None
    quick = re.compile(write(tree, PLAIN), re.ASCII)
    degree = 1 + conflicts(tree if bare is None else bare)

    def holds(text: str) -> bool:
        if len(text) > QUICK or degree * log10(len(text) + 1) > log10(MOST_TRIES):
            return _slow(pattern)(text)
        found = quick.match(text)
        return found is not None and found.end() == len(text)

    return holds


@lru_cache(maxsize=256)
def _slow(pattern: str) -> Holds:
    tree = parse(pattern)
    try:
        bare = whole(tree)
    except Unsupported:
        bare = None
    if bare is None and _wayward(tree, looped=False):
        # Which empty way Python's engine takes is its own; what may match at all is held to match.
        bare = tree
    machine = Machine(tree if bare is None else bare)

    def holds(text: str) -> bool:
        try:
            return machine.end(text) == len(text) if bare is None else machine.full(text)
        except TooLongError:
            return True

    return holds


def _wayward(node: Node, *, looped: bool) -> bool:
    """Is there an empty way ahead of another in what repeats?"""
    match node:
        case Repeat():
            lazy = looped and not node.greedy and node.low == 0
            return lazy or _wayward(node.item, looped=looped or node.high != 1)
        case Choice():
            early = looped and any(map(empty, node.options[:-1]))
            return early or any(_wayward(option, looped=looped) for option in node.options)
        case Sequence():
            return any(_wayward(item, looped=looped) for item in node.items)
    return False


def _only_python(pattern: str) -> Holds:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        quick = re.compile(pattern, re.ASCII)
    shown = _HIDDEN.sub("x", pattern)
    if _REPEATED_GROUP.search(shown):
        raise Unsupported(NO_ENGINE)
    repeats = len(_REPEATS.findall(shown))

    def holds(text: str) -> bool:
        if repeats * log10(len(text) + 1) > log10(MOST_TRIES):
            return True
        found = quick.match(text)
        return found is not None and found.end() == len(text)

    return holds
