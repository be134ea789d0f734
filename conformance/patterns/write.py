"""Tree → text. Classes are spelt out, so that no reader takes more than another."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.patterns.tree import Anchor, Chars, Choice, Node, Ranges, Repeat, Sequence, Unsupported, outside

SPECIAL = frozenset("\\^$.|?*+()[]{}")
IN_CLASS = frozenset("\\^-[]")
NAMED = {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}
ANCHORS = {"start": "^", "end": "$"}
ANY = r"[\s\S]"
# What XML 1.0 cannot hold, not even escaped.
NO_XML = outside(((0x09, 0x0A), (0x0D, 0x0D), (0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF)))


@dataclass(frozen=True, slots=True)
class Style:
    """What a language of patterns has."""

    group: str
    lazy: bool
    """Lazy repetition; for a match of the whole text it says the same as greedy."""
    hexadecimal: bool
    """Escapes for control characters; without them the text has to be XML."""


PLAIN = Style(group="(?:", lazy=True, hexadecimal=True)
"""What ECMA-262, Python and Rust read alike."""
XSD = Style(group="(", lazy=False, hexadecimal=False)
"""XSD 1.0."""


def write(node: Node, style: Style) -> str:
    """The node in that style."""
    match node:
        case Chars():
            return _chars(node, style)
        case Sequence():
            return "".join(
                _grouped(item, style) if isinstance(item, Choice) else write(item, style) for item in node.items
            )
        case Choice():
            return "|".join(write(option, style) for option in node.options)
        case Anchor():
            return ANCHORS[node.where]
        case Repeat():
            inner = write(node.item, style) if isinstance(node.item, Chars) else _grouped(node.item, style)
            return inner + _times(node) + ("" if node.greedy or not style.lazy else "?")


def _grouped(node: Node, style: Style) -> str:
    return f"{style.group}{write(node, style)})"


def _times(node: Repeat) -> str:
    match node.low, node.high:
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case 0, 1:
            return "?"
        case low, None:
            return f"{{{low},}}"
        case low, high:
            return f"{{{low}}}" if low == high else f"{{{low},{high}}}"


def _chars(node: Chars, style: Style) -> str:
    ranges = node.ranges
    if not style.hexadecimal:
        # No text in XML has the others, so a class says the same without them.
        ranges = outside((*outside(ranges), *NO_XML))
    if not ranges:
        if not node.negated:
            raise Unsupported("a character that XML cannot hold")
        return ANY
    if len(ranges) == 1 and not node.negated and ranges[0][0] == ranges[0][1]:
        return _char(ranges[0][0], SPECIAL, style)
    return f"[{'^' if node.negated else ''}{_inside(ranges, style)}]"


def _inside(ranges: Ranges, style: Style) -> str:
    parts: list[str] = []
    for start, end in ranges:
        low, high = start, end
        # An escape at an end of a range stands apart: libxml2 misreads `[\\-\^]`.
        while low <= high and _escaped(low, style):
            parts.append(_char(low, IN_CLASS, style))
            low += 1
        last: list[str] = []
        while high > low and _escaped(high, style):
            last.insert(0, _char(high, IN_CLASS, style))
            high -= 1
        if low <= high:
            parts.append(_char(low, IN_CLASS, style))
        if high > low:
            parts.append(("-" if high > low + 1 else "") + _char(high, IN_CLASS, style))
        parts += last
    return "".join(parts)


def _escaped(code: int, style: Style) -> bool:
    return not style.hexadecimal and _char(code, IN_CLASS, style).startswith("\\")


def _char(code: int, special: frozenset[str], style: Style) -> str:
    if code in NAMED:
        return NAMED[code]
    if style.hexadecimal and (code < 0x20 or 0x7F <= code < 0xA0):
        return f"\\x{code:02x}"
    return f"\\{chr(code)}" if chr(code) in special else chr(code)
