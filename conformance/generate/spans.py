"""Texts that a pattern admits, made with the part of the text that each node holds.

What a value makes no use of is filled in, and one kind of characters is put wherever it may stand. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.patterns import Anchor, Chars, Choice, Node, Repeat, Sequence, Span

PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))
TYPICAL = "zZ9"
"""What stands for a range of letters or digits; the first of it for any other. `zz` is a top level that nobody has."""


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


def single(node: Chars) -> bool:
    """Is it one given character?"""
    return len(node.ranges) == 1 and node.ranges[0][0] == node.ranges[0][1]


def filled(span: Span, value: str) -> Iterator[tuple[str, Span]]:
    """(text, the new part) for each repetition that the value leaves out: the value with one of it."""
    if isinstance(span.node, Repeat) and not span.parts and span.node.high != 0:
        text, part = sampled(span.node.item, span.start)
        if text:
            yield value[: span.start] + text + value[span.end :], Span(span.node, span.start, part.end, (part,))
    for part in span.parts:
        yield from filled(part, value)


def whole(span: Span, value: str, *, once: bool = True) -> tuple[str, Span]:
    """The value with one of every repetition that it leaves out, and how it matches; `once`: also of those that come
    once at most."""
    text, parts = "", []
    left_out = isinstance(span.node, Repeat) and not span.parts and span.node.high != 0
    if isinstance(span.node, Repeat) and left_out and (once or span.node.high != 1):
        return sampled(Repeat(span.node.item, 1, 1), 0)
    for part in span.parts:
        more, inner = whole(part, value, once=once)
        parts.append(_moved(inner, len(text)))
        text += more
    if not span.parts:
        text = value[span.start : span.end]
    return text, Span(span.node, 0, len(text), tuple(parts))


def _moved(span: Span, by: int) -> Span:
    return Span(span.node, span.start + by, span.end + by, tuple(_moved(part, by) for part in span.parts))


def sampled(node: Node, at: int) -> tuple[str, Span]:
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
        more, part = sampled(item, at + len(text))
        parts.append(part)
        text += more
    return text, Span(node, at, at + len(text), tuple(parts))


def of_kind(whole: tuple[str, Span], char: str) -> str:
    """The text with the character wherever a class has it, a letter for a letter of the other case; what is given by
    the pattern stays."""
    text, span = whole
    if isinstance(span.node, Chars):
        wanted = (text.upper() if char.isupper() else text.lower()) if char.isalpha() and text.isalpha() else char
        return wanted if span.node.has(wanted) and not single(span.node) else text
    return "".join(of_kind((text[part.start - span.start : part.end - span.start], part), char) for part in span.parts)


def typical_of(node: Node) -> tuple[str, ...]:
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
            yield from () if single(node) else (node,)
        case Repeat():
            yield from _classes(node.item)
        case Sequence():
            for item in node.items:
                yield from _classes(item)
        case Choice():
            for option in node.options:
                yield from _classes(option)
