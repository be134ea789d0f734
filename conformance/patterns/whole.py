"""A tree that is held against the whole text: the same language without anchors.

[RegularExpression] takes the first match that .NET finds and wants it to be the whole text. With an anchor at the end
the engine goes on until it has such a match; without one it may stop short: `a|ab` refuses `ab`. So a pattern that
lacks the end anchor is taken only where the text itself decides at each character how the match goes on.
"""

from __future__ import annotations

from math import inf

from conformance.patterns.tree import (
    EMPTY,
    Anchor,
    Chars,
    Choice,
    Node,
    Ranges,
    Repeat,
    Sequence,
    Unsupported,
    merged,
    overlap,
)


def whole(tree: Node) -> Node:
    """The tree without anchors. Unsupported where it is more than a reading of the whole text."""
    bare = _stripped(_stripped(tree, "start"), "end")
    if _anchored(bare):
        raise Unsupported("an anchor that is not at an end of the pattern")
    if not _ended(tree) and not decided(bare):
        raise Unsupported("no anchor at the end, where .NET's first match may be shorter than the text")
    return bare


def _stripped(node: Node, where: str) -> Node:
    """The node without the anchors with which it begins, or ends."""
    match node:
        case Anchor() if node.where == where:
            return EMPTY
        case Choice():
            return Choice(tuple(_stripped(option, where) for option in node.options))
        case Repeat() if node.high == 1:
            bare = _stripped(node.item, where)
            return bare if bare == EMPTY else Repeat(bare, node.low, 1, node.greedy)
        case Sequence():
            items = list(node.items if where == "start" else reversed(node.items))
            kept: list[Node] = []
            while items and not kept:
                bare = _stripped(items.pop(0), where)
                kept = [] if bare == EMPTY else [bare]
            kept += items
            if len(kept) == 1:
                return kept[0]
            return Sequence(tuple(kept if where == "start" else reversed(kept)))
    return node


def _anchored(node: Node) -> bool:
    match node:
        case Sequence():
            return any(_anchored(item) for item in node.items)
        case Choice():
            return any(_anchored(option) for option in node.options)
        case Repeat():
            return _anchored(node.item)
    return isinstance(node, Anchor)


def _ended(node: Node) -> bool:
    """Does every way through the node end in the end anchor?"""
    match node:
        case Sequence():
            return bool(node.items) and _ended(node.items[-1])
        case Choice():
            return all(_ended(option) for option in node.options)
        case Repeat():
            return node.low == 1 == node.high and _ended(node.item)
    return node == Anchor("end")


# --- does the next character decide? ----------------------------------------------------------------------------------


def empty(node: Node) -> bool:
    """May the node match nothing?"""
    match node:
        case Sequence():
            return all(empty(item) for item in node.items)
        case Choice():
            return any(empty(option) for option in node.options)
        case Repeat():
            return node.low == 0 or empty(node.item)
    return isinstance(node, Anchor)


def _first(node: Node) -> Ranges:
    """The characters with which the node can begin."""
    match node:
        case Chars():
            return node.covered
        case Sequence():
            found: Ranges = ()
            for item in node.items:
                found += _first(item)
                if not empty(item):
                    break
            return merged(found)
        case Choice():
            return merged(pair for option in node.options for pair in _first(option))
        case Repeat():
            return _first(node.item) if node.high != 0 else ()
    return ()


def decided(node: Node, follow: Ranges = ()) -> bool:
    """Is a match of the node that could go on never ended early, when `follow` can come behind it?

    Holds where each next character belongs to one way only and the engine tries to go on before it stops.
    """
    return not conflicts(node, follow)


def conflicts(node: Node, follow: Ranges = (), *, looped: bool = False) -> float:
    """In how many places the next character may belong to several ways. Endless where such a place is in what repeats:
    then the ways double with each repetition, and otherwise they grow with the length of the text, once a place."""
    one = inf if looped else 1
    match node:
        case Sequence():
            total = 0.0
            for item in reversed(node.items):
                total += conflicts(item, follow, looped=looped)
                follow = merged((*_first(item), *(follow if empty(item) else ())))
            return total
        case Choice():
            here = 0 if _apart(node.options, follow) else one
            return here + sum(conflicts(option, follow, looped=looped) for option in node.options)
        case Repeat():
            if node.low == node.high == 1:
                return conflicts(node.item, follow, looped=looped)
            first, again = _first(node.item), node.high != 1
            here = 0
            if empty(node.item):
                here = inf if again else one
            elif node.low != node.high and (not node.greedy or overlap(first, follow)):
                here = one
            behind = merged((*first, *follow)) if again else follow
            return here + conflicts(node.item, behind, looped=looped or again)
    return 0


def _apart(options: tuple[Node, ...], follow: Ranges) -> bool:
    """No two options begin alike; one that may be empty comes last, and what follows begins like none."""
    met: Ranges = follow if any(map(empty, options)) else ()
    for option in options:
        first = _first(option)
        if overlap(first, met):
            return False
        met = merged((*met, *first))
    return not any(map(empty, options[:-1]))
