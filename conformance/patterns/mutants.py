"""Patterns as people get them wrong: anchors lost, dots unescaped, counts off by one, classes too wide or too narrow.

Derived from the tree of a pattern, so that any pattern has its own. A mutant may admit the very same texts, or refuse
every text that is ever sent; who uses them picks those that can show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from conformance.patterns import PLAIN, Anchor, Chars, Choice, Node, Repeat, Sequence, Unsupported, parse, write
from conformance.patterns.tree import Ranges, outside

MOST_WRITTEN = 200_000
"""Characters of all mutants of one pattern together: each place of a long one makes several, each as long as it is."""
ANY = Repeat(Chars(((0x0A, 0x0A),), negated=True), 0, None)
"""`.*`"""
DOT = Chars(((0x0A, 0x0A),), negated=True)
ENDS = (Anchor("start"), Anchor("end"))

WITHOUT: Mapping[str, Ranges] = {
    "no-upper-case": ((0x41, 0x5A),),
    "no-lower-case": ((0x61, 0x7A),),
    "no-digits": ((0x30, 0x39),),
    "no-underscore": ((0x5F, 0x5F),),
    "no-hyphen": ((0x2D, 0x2D),),
}
"""What a class too narrow leaves out."""
WITH: Mapping[str, Ranges] = {
    "with-digits": ((0x30, 0x39),),
    "with-underscore": ((0x5F, 0x5F),),
    "with-hyphen": ((0x2D, 0x2D),),
    "any": ((0x20, 0x7E),),
}
"""What a class too wide takes in."""


def mutants(pattern: str) -> Iterator[tuple[str, str]]:
    """(name, pattern) of every mutant; none where dialects differ on the pattern, and of a very long one those of its
    first places."""
    try:
        tree = parse(pattern)
    except Unsupported:
        return
    seen = {write(tree, PLAIN)}
    written = 0
    for name, mutant in _mutants(tree):
        text = write(mutant, PLAIN)
        written += len(text)
        if written > MOST_WRITTEN:
            return
        if text not in seen:
            seen.add(text)
            yield name, text


def _mutants(tree: Node) -> Iterator[tuple[str, Node]]:
    parts = list(tree.items) if isinstance(tree, Sequence) else [tree]
    start, end = (anchor in parts for anchor in ENDS)
    inner = tuple(part for part in parts if part not in ENDS)
    if start:
        yield "start-lost", Sequence((ANY, *inner))
    if end:
        yield "end-lost", Sequence((*inner, ANY))
    if start and end:
        yield "both-lost", Sequence((ANY, *inner, ANY))
    if len(inner) == 1 and isinstance(inner[0], Choice):
        yield "anchors-misplaced", _misplaced(inner[0])
    for literal in inner:
        if isinstance(literal, Chars) and _sign(literal):
            yield f"only-{literal.ranges[0][0]:02x}", Sequence((ANY, literal, ANY))
    yield from _inside(tree)


def _misplaced(choice: Choice) -> Node:
    """`^a|b$` for `^(a|b)$`."""
    first, *between, last = choice.options
    held = [Sequence((ANY, option, ANY)) for option in between]
    return Choice((Sequence((first, ANY)), *held, Sequence((ANY, last))))


def _sign(node: Chars) -> bool:
    """Is it one given character that is neither letter nor digit?"""
    return _single(node) and not chr(node.ranges[0][0]).isalnum()


def _single(node: Chars) -> bool:
    return not node.negated and len(node.ranges) == 1 and node.ranges[0][0] == node.ranges[0][1]


def _inside(tree: Node) -> Iterator[tuple[str, Node]]:
    """One place of the tree changed at a time; places are numbered in the order of the text."""
    repeats = classes = literals = 0
    for node, rebuilt, looped in _places(tree, lambda same: same):
        if isinstance(node, Repeat):
            repeats += 1
            for name, low, high in _counts(node):
                yield f"count-{repeats}-{name}", rebuilt(replace(node, low=low, high=high))
        elif isinstance(node, Chars) and _single(node):
            literals += 1
            # Between repetitions of repetitions a mark that need not be there makes an engine run for ever.
            if _sign(node) and not looped:
                yield f"sign-{literals}-any", rebuilt(DOT)
                yield f"sign-{literals}-optional", rebuilt(Repeat(node, 0, 1))
        elif isinstance(node, Chars):
            classes += 1
            for name, other in _classes(node):
                yield f"class-{classes}-{name}", rebuilt(other)


def _counts(node: Repeat) -> Iterator[tuple[str, int, int | None]]:
    low, high = node.low, node.high
    if low:
        yield "fewer", low - 1, high
    if high is None or low < high:
        yield "least-more", low + 1, high
    if high is not None:
        yield "more", low, high + 1
        if high > max(low, 1):
            yield "most-fewer", low, high - 1


def _classes(node: Chars) -> Iterator[tuple[str, Chars]]:
    own = node.covered
    for name, lost in WITHOUT.items():
        kept = outside((*outside(own), *lost))
        if kept and kept != own:
            yield name, Chars(kept)
    for name, more in WITH.items():
        wider = outside(outside((*own, *more)))
        if wider != own:
            yield name, Chars(wider)


def _places(
    node: Node, whole: Callable[[Node], Node], *, looped: bool = False
) -> Iterator[tuple[Node, Callable[[Node], Node], bool]]:
    """Every node with what puts another in its place, and whether it may come any number of times."""
    yield node, whole, looped
    match node:
        case Repeat():
            looped = looped or node.high is None
            yield from _places(node.item, lambda other: whole(replace(node, item=other)), looped=looped)
        case Sequence():
            for at, item in enumerate(node.items):
                place = _in_items(node.items, at, lambda items: whole(Sequence(items)))
                yield from _places(item, place, looped=looped)
        case Choice():
            for at, option in enumerate(node.options):
                place = _in_items(node.options, at, lambda items: whole(Choice(items)))
                yield from _places(option, place, looped=looped)


def _in_items(items: tuple[Node, ...], at: int, whole: Callable[[tuple[Node, ...]], Node]) -> Callable[[Node], Node]:
    return lambda other: whole((*items[:at], other, *items[at + 1 :]))
