"""Near misses and boundary strings made from a pattern itself and a value that matches it.

Every place where the pattern holds the value is pushed a little: each repetition one past each end, each class a
character just outside, each literal left out, each anchor something in front or behind, each alternative in turn. What
the value makes no use of, since it may be left out, is filled in and pushed as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.facets import matches
from conformance.generate.spans import filled, of_kind, sample, single, typical_of, whole
from conformance.patterns import Anchor, Chars, Choice, Repeat, Span, Unsupported, derive, parse

__all__ = ["near_hits", "near_misses", "sample", "sized", "stretch", "usable"]

# A repetition is not stretched past this many characters.
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `start:end` of the value by `text`; `what` says in words what it tries."""

    start: int
    end: int
    text: str
    what: str

    def apply(self, value: str) -> str:
        return value[: self.start] + self.text + value[self.end :]


def usable(pattern: str, value: str) -> bool:
    """Can texts be made from the pattern and the value? Not where dialects differ on it, or the value breaks it."""
    try:
        return derive(parse(pattern), value) is not None
    except Unsupported:
        return False


def near_misses(pattern: str, value: str) -> tuple[tuple[str, str], ...]:
    """Strings that barely fail the pattern, each with what it tries, without repeats, in a fixed order."""
    return tuple((text, what) for text, what in _edited(pattern, value) if not matches(pattern, text))


def near_hits(pattern: str, value: str) -> tuple[tuple[str, str], ...]:
    """Strings that barely match: every repetition at each of its ends, every alternative."""
    return tuple((text, what) for text, what in _edited(pattern, value) if matches(pattern, text))


def _edited(pattern: str, value: str) -> Iterator[tuple[str, str]]:
    tree = derive(parse(pattern), value)
    if tree is None:
        raise ValueError(f"{value!r} does not match {pattern!r}")
    seen = {value}
    for text, what in _texts(tree, value):
        if text not in seen and len(text) <= LONGEST:
            seen.add(text)
            yield text, what


def _texts(tree: Span, value: str) -> Iterator[tuple[str, str]]:
    typical = typical_of(tree.node)
    for edit in _edits(tree, value, typical):
        yield edit.apply(value), edit.what
    for longer, added in filled(tree, value):
        yield longer, "with an optional part"
        for edit in _brief(added, longer, typical):
            yield edit.apply(longer), edit.what
    # The value of one kind of characters wherever they may stand: a class that lacks them is met at any place.
    longest = whole(tree, value)
    read = derive(tree.node, longest[0])
    if read is None or next(filled(read, longest[0]), None) is not None:
        # An optional part that can be read as another one would take its place.
        longest = whole(tree, value, once=False)
    for char in typical:
        yield of_kind(longest, char), f"{char!r} wherever it may stand"


def _edits(span: Span, value: str, typical: tuple[str, ...]) -> Iterator[Edit]:
    match span.node:
        case Repeat():
            yield from _repetition(span.node, span, value, typical)
        case Chars():
            yield from _character(span.node, span, typical)
        case Anchor():
            place = "before" if span.node.where == "start" else "after"
            for char in (" ", "-", "+", "x"):
                yield Edit(span.start, span.start, char, f"{char!r} {place} the rest")
        case Choice():
            for option in span.node.options:
                yield Edit(span.start, span.end, sample(option), "another alternative")
    # One item of a repetition stands for all; the last one differs where a check looks at the first alone.
    parts = span.parts
    if isinstance(span.node, Repeat) and len(parts) > 1:
        parts = (parts[0], parts[-1])
    for part in parts:
        yield from _edits(part, value, typical)


def _repetition(node: Repeat, span: Span, value: str, typical: tuple[str, ...]) -> Iterator[Edit]:
    unit = value[span.parts[-1].start : span.parts[-1].end] if span.parts else sample(node.item)
    for count in sorted({node.low - 1, node.low, node.low + 1, *((node.high, node.high + 1) if node.high else ())}):
        if count < 0 or count == len(span.parts):
            continue
        kept = value[span.start : span.parts[min(count, len(span.parts)) - 1].end] if count and span.parts else ""
        filled = kept + unit * (count - min(count, len(span.parts)))
        yield Edit(span.start, span.end, filled, f"{count} instead of {_bounds(node)} repetitions")
        if isinstance(node.item, Chars) and node.item.has("x"):
            # The same with one letter alone, which makes mail domains that are never delegated: `zz`, many of `x`.
            yield Edit(
                span.start,
                span.end,
                ("z" if count == 2 and node.item.has("z") else "x") * count,
                f"{count} instead of {_bounds(node)} repetitions",
            )
    if isinstance(node.item, Chars) and span.parts:
        # Every edge of the class once, at the last place: the places in turn are too few for all.
        last = span.parts[-1]
        for char in _outside(node.item):
            yield Edit(last.start, last.end, char, f"{char!r} where {_class(node.item)} belongs")
        yield from _strangers(node, span, typical)


def _strangers(node: Repeat, span: Span, typical: tuple[str, ...]) -> Iterator[Edit]:
    """What other classes of the pattern have, behind a `z`, which keeps a mail domain one that nobody has."""
    if isinstance(node.item, Chars) and node.item.has("z") and node.low == 2:
        for char in typical:
            if not node.item.has(char):
                yield Edit(span.start, span.end, f"z{char}", f"{char!r} where {_class(node.item)} belongs")


def _bounds(node: Repeat) -> str:
    return f"{node.low} to {'any' if node.high is None else node.high}"


def _outside(node: Chars) -> tuple[str, ...]:
    """The printable neighbours of the class's ranges that are not in it."""
    neighbours = [code for low, high in node.ranges for code in (low - 1, high + 1)]
    return tuple(dict.fromkeys(chr(code) for code in neighbours if 0x20 <= code < 0x7F and not node.has(chr(code))))


def _character(node: Chars, span: Span, typical: tuple[str, ...]) -> Iterator[Edit]:
    # Two neighbours a place, taken in turn.
    turn = [*_outside(node), " "]
    tried = [turn[span.start % len(turn)], turn[(span.start + 1) % len(turn)]]
    tried += () if single(node) else typical
    for char in dict.fromkeys(tried):
        if not node.has(char):
            yield Edit(span.start, span.end, char, f"{char!r} where {_class(node)} belongs")
    if single(node):
        yield Edit(span.start, span.end, "", f"without {chr(node.ranges[0][0])!r}")


def _brief(span: Span, value: str, typical: tuple[str, ...]) -> Iterator[Edit]:
    """What is tried of a part that was filled in: its counts, and one stranger a place."""
    match span.node:
        case Repeat() if isinstance(span.node.item, Chars):
            unit = value[span.parts[-1].start : span.parts[-1].end] if span.parts else sample(span.node.item)
            for count in (span.node.low - 1, *((span.node.high + 1,) if span.node.high else ())):
                if count >= 0:
                    yield Edit(
                        span.start, span.end, unit * count, f"{count} instead of {_bounds(span.node)} repetitions"
                    )
            strangers = [*_strangers(span.node, span, typical)]
            yield from strangers or _stranger(span.node.item, span.parts[-1:])
            return
        case Chars():
            yield from _stranger(span.node, (span,))
    for part in span.parts:
        yield from _brief(part, value, typical)


def _stranger(node: Chars, spans: tuple[Span, ...]) -> Iterator[Edit]:
    for span in spans:
        for char in _outside(node)[:1]:
            yield Edit(span.start, span.end, char, f"{char!r} where {_class(node)} belongs")


def _class(node: Chars) -> str:
    parts = [chr(low) if low == high else f"{chr(low)}-{chr(high)}" for low, high in node.ranges]
    return f"[{'^' if node.negated else ''}{''.join(parts)}]"


def sized(pattern: str | None, value: str, length: int) -> str | None:
    """The value made exactly `length` characters long, still matching; None where that cannot be done."""
    if length >= len(value):
        return stretch(pattern, value, length)
    if pattern is None:
        return value[:length]
    # Every run of characters that could be left out, from the left.
    cut = len(value) - length
    shorter = (value[:start] + value[start + cut :] for start in range(length + 1))
    return next((text for text in shorter if matches(pattern, text)), None)


def stretch(pattern: str | None, value: str, length: int) -> str | None:
    """The value made exactly `length` characters long, still matching; None where that cannot be done.

    Single characters are added first, from the left: a mail address then grows its local part to the end of its
    bound before the domain, and stays one that mail software takes.
    """
    if length < len(value):
        return None
    if pattern is None:
        return value + value[-1:] * (length - len(value)) if value or not length else None
    tree = derive(parse(pattern), value)
    if tree is None:
        return None
    text = value
    for span in sorted(_growable(tree), key=lambda found: found.start):
        node = span.node
        if not isinstance(node, Repeat) or not span.parts:
            continue
        shift = len(text) - len(value)
        unit = value[span.parts[-1].start : span.parts[-1].end]
        room = length - len(text) if node.high is None else min(length - len(text), node.high - len(span.parts))
        text = text[: span.end + shift] + unit * room + text[span.end + shift :]
    return text if len(text) == length and matches(pattern, text) else None


def _growable(span: Span) -> Iterator[Span]:
    if isinstance(span.node, Repeat) and isinstance(span.node.item, Chars):
        yield span
    for part in span.parts:
        yield from _growable(part)
