"""Regular expression dialects: the documents' pattern written again for each reader, or refused with a reason.

ECMA-262 is what JSON Schema and OpenAPI speak. XSD 1.0 has no anchors (`^` and `$` are literals there), no `(?:`, no
lazy repetition, and its `\\w` leaves out `_`: so classes are spelt out and the ends are handled here.
"""

from __future__ import annotations

from conformance.patterns import Anchor, Chars, Choice, Node, Repeat, Sequence, Unsupported, parse

DIALECTS = ("ecma", "python", "xsd")
SPECIAL = frozenset("\\^$.|?*+()[]{}")
IN_CLASS = frozenset("\\^-[]")


def translate(pattern: str, dialect: str) -> str:
    """The pattern in `ecma`, `python` or `xsd`. `Unsupported` where it cannot say the same there."""
    tree = parse(pattern)
    if dialect == "xsd":
        return _xsd(tree)
    end = r"\Z" if dialect == "python" else "$"
    return _write(tree, {"start": "^", "end": end}, group="(?:", lazy=True)


def _xsd(tree: Node) -> str:
    items = tree.items if isinstance(tree, Sequence) else (tree,)
    before = after = ".*"
    if items and items[0] == Anchor("start"):
        items, before = items[1:], ""
    if items and items[-1] == Anchor("end"):
        items, after = items[:-1], ""
    return before + _write(Sequence(items), {}, group="(", lazy=False) + after


def _write(node: Node, anchors: dict[str, str], *, group: str, lazy: bool) -> str:
    def write(inner: Node) -> str:
        return _write(inner, anchors, group=group, lazy=lazy)

    match node:
        case Chars():
            return _chars(node)
        case Sequence():
            return "".join(f"{group}{write(item)})" if isinstance(item, Choice) else write(item) for item in node.items)
        case Choice():
            return "|".join(write(option) for option in node.options)
        case Anchor():
            if node.where not in anchors:
                raise Unsupported("an anchor that is not at the end of the pattern")
            return anchors[node.where]
        case Repeat():
            if not node.greedy and not lazy:
                raise Unsupported("lazy repetition")
            inner = write(node.item)
            if not isinstance(node.item, Chars):
                inner = f"{group}{inner})"
            return inner + _times(node) + ("" if node.greedy else "?")


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


def _chars(node: Chars) -> str:
    if len(node.ranges) == 1 and not node.negated and node.ranges[0][0] == node.ranges[0][1]:
        char = chr(node.ranges[0][0])
        return f"\\{char}" if char in SPECIAL else char
    inside = "".join(_range(low, high) for low, high in node.ranges)
    return f"[{'^' if node.negated else ''}{inside}]"


def _range(low: int, high: int) -> str:
    def char(code: int) -> str:
        text = {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}.get(code, chr(code))
        return f"\\{text}" if text in IN_CLASS else text

    if low == high:
        return char(low)
    return f"{char(low)}-{char(high)}" if high > low + 1 else char(low) + char(high)
