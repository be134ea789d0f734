"""Near misses and boundary strings made from a pattern itself and a value that matches it.

Every place where the pattern holds the value is pushed a little: each repetition one past each end, each class a
character just outside, each literal left out, each anchor something in front or behind, each alternative in turn. What
the value makes no use of, since it may be left out, is filled in and pushed as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.facets import matches
from conformance.patterns import Anchor, Chars, Choice, Node, Repeat, Sequence, Span, Unsupported, derive, parse

# The order in which a character outside a class is looked for: the neighbours of ranges come first.
PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))
# A repetition is not stretched past this many characters.
LONGEST = 2000
TYPICAL = "zZ9"
"""What stands for a range of letters or digits; the first of it for any other. `zz` is a top level that nobody has."""


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
    typical = _typical(tree.node)
    for edit in _edits(tree, value, typical):
        yield edit.apply(value), edit.what
    for filled, added in _filled(tree, value):
        yield filled, "with an optional part"
        for edit in _brief(added, filled, typical):
            yield edit.apply(filled), edit.what
    # The value of one kind of characters wherever they may stand: a class that lacks them is met at any place.
    whole = _whole(tree, value)
    read = derive(tree.node, whole[0])
    if read is None or next(_filled(read, whole[0]), None) is not None:
        # An optional part that can be read as another one would take its place.
        whole = _whole(tree, value, once=False)
    for char in typical:
        yield _of_kind(whole, char), f"{char!r} wherever it may stand"


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
    tried += () if _single(node) else typical
    for char in dict.fromkeys(tried):
        if not node.has(char):
            yield Edit(span.start, span.end, char, f"{char!r} where {_class(node)} belongs")
    if _single(node):
        yield Edit(span.start, span.end, "", f"without {chr(node.ranges[0][0])!r}")


def _single(node: Chars) -> bool:
    return len(node.ranges) == 1 and node.ranges[0][0] == node.ranges[0][1]


# --- parts that the value makes no use of -----------------------------------------------------------------------------


def _filled(span: Span, value: str) -> Iterator[tuple[str, Span]]:
    """(text, the new part) for each repetition that the value leaves out: the value with one of it."""
    if isinstance(span.node, Repeat) and not span.parts and span.node.high != 0:
        text, part = _sampled(span.node.item, span.start)
        if text:
            yield value[: span.start] + text + value[span.end :], Span(span.node, span.start, part.end, (part,))
    for part in span.parts:
        yield from _filled(part, value)


def _whole(span: Span, value: str, *, once: bool = True) -> tuple[str, Span]:
    """The value with one of every repetition that it leaves out, and how it matches; `once`: also of those that come
    once at most."""
    text, parts = "", []
    left_out = isinstance(span.node, Repeat) and not span.parts and span.node.high != 0
    if isinstance(span.node, Repeat) and left_out and (once or span.node.high != 1):
        return _sampled(Repeat(span.node.item, 1, 1), 0)
    for part in span.parts:
        more, inner = _whole(part, value, once=once)
        parts.append(_moved(inner, len(text)))
        text += more
    if not span.parts:
        text = value[span.start : span.end]
    return text, Span(span.node, 0, len(text), tuple(parts))


def _moved(span: Span, by: int) -> Span:
    return Span(span.node, span.start + by, span.end + by, tuple(_moved(part, by) for part in span.parts))


def _sampled(node: Node, at: int) -> tuple[str, Span]:
    """A short text of the node, and how it matches."""
    inner: tuple[Node, ...] = ()
    match node:
        case Sequence():
            inner = node.items
        case Choice():
            inner = node.options[:1]
        case Repeat():
            inner = (node.item,) * node.low
        case Chars() if node.has("z"):
            return "z", Span(node, at, at + 1)
        case _:
            text = sample(node)
            return text, Span(node, at, at + len(text))
    text, parts = "", []
    for item in inner:
        more, part = _sampled(item, at + len(text))
        parts.append(part)
        text += more
    return text, Span(node, at, at + len(text), tuple(parts))


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


def _of_kind(whole: tuple[str, Span], char: str) -> str:
    """The text with the character wherever a class has it, a letter for a letter of the other case; what is given by
    the pattern stays."""
    text, span = whole
    if isinstance(span.node, Chars):
        wanted = (text.upper() if char.isupper() else text.lower()) if char.isalpha() and text.isalpha() else char
        return wanted if span.node.has(wanted) and not _single(span.node) else text
    return "".join(_of_kind((text[part.start - span.start : part.end - span.start], part), char) for part in span.parts)


def _typical(node: Node) -> tuple[str, ...]:
    """One character of each range of each class of the pattern."""
    found: list[str] = []
    for chars in _classes(node):
        for low, high in chars.ranges:
            known = next((char for char in TYPICAL if low <= ord(char) <= high), chr(low))
            found += [known] if known.isprintable() and not chars.negated else []
    return tuple(dict.fromkeys(found))


def _classes(node: Node) -> Iterator[Chars]:
    match node:
        case Chars():
            yield from () if _single(node) else (node,)
        case Repeat():
            yield from _classes(node.item)
        case Sequence():
            for item in node.items:
                yield from _classes(item)
        case Choice():
            for option in node.options:
                yield from _classes(option)


def _class(node: Chars) -> str:
    parts = [chr(low) if low == high else f"{chr(low)}-{chr(high)}" for low, high in node.ranges]
    return f"[{'^' if node.negated else ''}{''.join(parts)}]"


def sample(node: Node) -> str:
    """A short text that the node matches, of `x` where it may be."""
    match node:
        case Chars():
            if node.has("x"):
                return "x"
            return next((char for char in PRINTABLE if node.has(char)), chr((node.covered or node.ranges)[0][0]))
        case Sequence():
            return "".join(sample(item) for item in node.items)
        case Choice():
            return sample(node.options[0])
        case Repeat():
            return sample(node.item) * node.low
        case Anchor():
            return ""


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
