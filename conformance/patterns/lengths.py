"""How long the texts of a pattern are."""

from __future__ import annotations

from conformance.patterns.tree import Anchor, Chars, Choice, Node, Repeat, Sequence


def lengths(node: Node) -> tuple[int, int | None]:
    """The fewest and the most characters of a text that the whole pattern matches; most None for no end."""
    match node:
        case Chars():
            return 1, 1
        case Anchor():
            return 0, 0
        case Choice():
            found = [lengths(option) for option in node.options]
            return min(low for low, _ in found), _most(max, [high for _, high in found])
        case Sequence():
            found = [lengths(item) for item in node.items]
            return sum(low for low, _ in found), _most(sum, [high for _, high in found])
        case Repeat():
            low, high = lengths(node.item)
            most = None if high is None or node.high is None else high * node.high
            return low * node.low, 0 if high == 0 else most


def _most(join: object, highs: list[int | None]) -> int | None:
    known = [high for high in highs if high is not None]
    if len(known) < len(highs):
        return None
    return sum(known) if join is sum else max(known, default=0)
