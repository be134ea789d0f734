"""What differs between the expected and the observed, so that a page can mark it. Pure; must never import a writer."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

Piece = tuple[str, bool]
"""A piece of a text, and whether it is what differs."""

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_HEAD = re.compile(r"[^:\n]{1,60}(?=:)")
"""What became of a request, such as `accepted`, before what explains it."""
_ALIKE = 0.5
_MOST = 400
"""Tokens that are compared; longer texts differ as a whole."""


def marked(expected: str, observed: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in pieces. Where both begin with what became of a request, that differs, and the rest explains it."""
    first, second = _HEAD.match(expected), _HEAD.match(observed)
    if first and second and first[0] != second[0]:
        return (
            _pieces([(first[0], True), (expected[first.end() :], False)]),
            _pieces([(second[0], True), (observed[second.end() :], False)]),
        )
    left, right = _TOKEN.findall(expected), _TOKEN.findall(observed)
    if len(left) > _MOST or len(right) > _MOST:
        return _whole(expected), _whole(observed)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return _whole(expected), _whole(observed)
    mine: list[Piece] = []
    theirs: list[Piece] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        mine.append(("".join(left[a:b]), tag != "equal"))
        theirs.append(("".join(right[c:d]), tag != "equal"))
    return _pieces(mine), _pieces(theirs)


def _whole(text: str) -> tuple[Piece, ...]:
    return _pieces([(text, True)])


def _pieces(found: list[Piece]) -> tuple[Piece, ...]:
    return tuple(piece for piece in found if piece[0])
