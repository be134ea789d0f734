"""A value for a member that neither the target nor the contract names one for: the simplest that its constraints admit.

Built, then held against the constraints; where none can be built the nearest thing is taken, and the service's refusal
of the baseline says so. A text that might be the mail address of somebody is never made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from conformance import patterns
from conformance.facets import MUTE, Fit, broken, fits
from conformance.generate import strings
from conformance.generate.addresses import safe
from conformance.model import Constraint, Field, Tree
from conformance.patterns import Choice, Node, Repeat, Sequence, Unsupported
from conformance.rules.applies import LONGEST

ADDRESSES = ("conformance@mail.test", "qa@mail.test", "a@b.test")
DEFAULTS: dict[str, Tree] = {
    "string": "Conformance",
    "boolean": True,
    "integer": 1,
    "int": 1,
    "decimal": 1,
    "guid": "6f1d2c3b-8a47-4e59-9b10-2d3e4f5a6b7c",
    "dateTime": "2025-01-31T00:00:00",
    "base64Binary": "Q29uZm9ybWFuY2U=",
}
DATA_TYPES = {
    "emailaddress": ADDRESSES[0],
    "url": "https://mail.test/",
    "imageurl": "https://mail.test/a.png",
    "date": "2025-01-31",
    "datetime": "2025-01-31T00:00:00",
    "time": "10:00",
    "phonenumber": "5550100",
    "postalcode": "11001",
    "creditcard": "4111111111111111",
}
"""What a data type suggests; it is no constraint, but some services hold a text to it. A service may follow an address,
so no name server knows it."""
TEXTS = ("Conformance", *ADDRESSES, "10:00", "2025-01-31", "12345", "ABC123", "Conformance-1", "https://mail.test/")
"""Tried in turn where a pattern is beyond what texts can be made from."""
MOST_ITEMS = 100
HUGE = 10**18
"""Bounds beyond are those of a type, not of a business."""


def refers(member: Field) -> bool:
    """Does the member, or anything inside it, name something that must exist at the tenant?"""
    inner = member.fields + ((member.item,) if member.item is not None else ())
    return "reference" in member.marks or any(refers(child) for child in inner)


def default(member: Field) -> Tree:
    """The value. An object carries what a baseline would; a list of anything but open content has one such item."""
    match member.type:
        case "object":
            return {child.name: default(child) for child in member.fields if carried(child)}
        case "map":
            return {}
        case "list":
            return _items(member)
        case "enum":
            return member.choices[0].name if member.choices else "Conformance"
        case "string":
            return _text(member)
        case "integer" | "int" | "decimal":
            return _number(member)
    return DEFAULTS.get(member.type, "Conformance")


def complete(member: Field, text: str) -> Tree:
    """A value with every documented member in it, for an answer; `text` stands for every string."""
    match member.type:
        case "object":
            return {child.name: complete(child, text) for child in member.fields}
        case "list" if member.item is not None:
            return [complete(member.item, text)]
        case "map" if member.item is not None:
            return {"first": complete(member.item, text)}
    return text if member.type in {"string", "open"} else default(member)


def carried(member: Field) -> bool:
    """Is the member part of a message that nobody chose the members of? An optional one only if nothing binds it; one
    that the type mapping of a SOAP service demands always."""
    bound = any(constraint.facet not in MUTE for constraint in member.constraints)
    due = member.occurs is not None and member.occurs[0] > 0
    return member.required or due or not (bound or refers(member))


def _items(member: Field) -> list[Tree]:
    least = max((found.min_length for found in member.constraints if found.min_length is not None), default=0)
    most = min((found.max_length for found in member.constraints if found.max_length is not None), default=MOST_ITEMS)
    if member.item is None or (member.item.type in {"open", "empty"} and not least):
        return []
    return [default(member.item) for _ in range(min(max(least, 1), most, MOST_ITEMS))]


def _number(member: Field) -> int | Decimal:
    """Inside the range rather than on its edge, so that a service that draws it too tight refuses a case, not all."""
    bounds = next(
        (found for found in member.constraints if found.minimum is not None or found.maximum is not None), None
    )
    tried: list[int | Decimal] = [] if bounds is None else list(_between(bounds))
    if bounds is None or _inside(bounds, 1):
        tried.insert(0, 1)
    # Zeros in front would be lost in a number.
    texts = [text for found in _samples(member) for text in (found.replace("0", "1"), found) if text.isascii()]
    tried += [Decimal(text) for text in texts if text.replace(".", "", 1).isdigit()]
    found = next((value for value in (*tried, 1, 0) if _admitted(member, value)), tried[0])
    return found if "." in str(found) else int(found)


def _inside(bounds: Constraint, value: int) -> bool:
    low, high = bounds.minimum, bounds.maximum
    return (low is None or low < value) and (high is None or value < high)


def _between(bounds: Constraint) -> Iterator[int | Decimal]:
    """The middle, then the edges. Whole numbers first: culture formats a fraction, and a pattern may then refuse it."""
    edges = [edge for edge in (bounds.minimum, bounds.maximum) if edge is not None]
    small = [edge for edge in edges if abs(edge) < HUGE]
    if len(small) == 2:
        yield int((small[0] + small[1]) / 2)
    for edge in small:
        yield int(edge.to_integral_value(ROUND_CEILING if edge is bounds.minimum else ROUND_FLOOR))
    yield from edges


def _text(member: Field) -> str:
    kind = next((found.text for found in member.constraints if found.facet == "data-type" and found.text), "")
    suggested = DATA_TYPES.get(kind.replace(" ", "").replace("-", "").lower(), "")
    mail = "mail" in member.marks or suggested == ADDRESSES[0]
    first = ADDRESSES if mail else tuple(filter(None, (suggested,)))
    free = not first and not any(found.pattern for found in member.constraints)
    tried = TEXTS[:1] if free else tuple(filter(None, (*first, *TEXTS, *_samples(member))))
    fitted = [sized for text in tried for sized in (text, *_sized(member, text)) if safe(sized)]
    proper = [text for text in fitted if _admitted(member, text)]
    return next((text for text in proper if not _on_edge(member, text)), proper[0] if proper else tried[0])


def _on_edge(member: Field, text: str) -> bool:
    return any(len(text) in {found.min_length, found.max_length} for found in member.constraints)


def _admitted(member: Field, value: Tree) -> bool:
    return fits(member, value) is Fit.EXACT and not any(broken(member, value)) and bool(value or value == 0)


def _sized(member: Field, text: str) -> Iterator[str]:
    """The text at a length that the bounds admit: beside a bound before on it, stretched within the pattern, or cut."""
    least = max((found.min_length for found in member.constraints if found.min_length is not None), default=0)
    most = min((found.max_length for found in member.constraints if found.max_length is not None), default=None)
    pattern = next((found.pattern for found in member.constraints if found.pattern is not None), None)
    sizes = (least + 1, least) if len(text) <= least else ()
    if most is not None and len(text) >= most:
        sizes = (most - 1, most)
    for size in sizes:
        if size > LONGEST:
            continue
        if 0 < size < len(text):
            yield text[:size]
        elif size > len(text) > 0:
            try:
                longer = strings.stretch(pattern, text, size)
            except Unsupported:
                longer = None
            if longer is not None:
                yield longer


def _samples(member: Field) -> Iterator[str]:
    """Texts made from the patterns: every repetition as short as it may be, at first not empty."""
    for constraint in member.constraints:
        try:
            tree = patterns.parse(constraint.pattern or "")
        except Unsupported:
            continue
        yield strings.sample(_filled(tree))
        yield strings.sample(tree)


def _filled(node: Node) -> Node:
    """The node with every repetition at least once, where it may be."""
    match node:
        case Repeat():
            least = max(node.low, 1 if node.high is None else min(1, node.high))
            return replace(node, item=_filled(node.item), low=least)
        case Sequence():
            return replace(node, items=tuple(_filled(item) for item in node.items))
        case Choice():
            return replace(node, options=tuple(_filled(option) for option in node.options))
    return node
