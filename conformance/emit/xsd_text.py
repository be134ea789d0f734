"""Types of text in XML Schema 1.0: what a leaf of a message admits, with a note for each facet that a rule asks for."""

from __future__ import annotations

from math import ceil, floor

from lxml import etree

from conformance.emit.bounds import COUNTED, NUMBERS, TEXTS, Bounds
from conformance.emit.dialects import translate
from conformance.emit.jsonschema import GUID
from conformance.emit.xsd_notes import Notes, Parent, xs
from conformance.model import Field
from conformance.patterns import Unsupported

TYPES = {
    "string": "xs:string",
    "boolean": "xs:boolean",
    "integer": "xs:integer",
    "int": "xs:int",
    "decimal": "xs:decimal",
    "guid": "xs:token",
    "enum": "xs:token",
    "base64Binary": "xs:base64Binary",
    "open": "xs:anyType",
    "empty": "xs:anyType",
}
"""A time is none of these: it may be written with or without the hour, which takes a union."""
HOUR = "(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?(Z|[+\\-][0-9]{2}:[0-9]{2})?)?"
DATE_TIME = f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{HOUR}"
"""ISO 8601 as .NET writes it: years of four digits, no zone behind a date alone."""
CONVERTED = NUMBERS | {"boolean", "guid", "enum", "dateTime"}
"""Types with texts that are none of theirs and that some reader would convert."""


def simple(element: Parent, member: Field, bounds: Bounds, notes: Notes | None) -> None:
    """The type of a leaf: a built-in one where nothing narrows it. `notes` is None where no rule is bound to it."""
    narrowed = _facets(member, bounds, notes)
    if member.type != "dateTime" and not narrowed:
        element.set("type", TYPES.get(member.type, "xs:string"))
        return
    # A second pattern in the same step would widen the first, so each of them is a step of its own.
    steps: list[list[tuple[str, str]]] = [[]]
    for name, value in narrowed:
        if name == "pattern" and any(known == "pattern" for known, _ in steps[-1]):
            steps.append([])
        steps[-1].append((name, value))
    parent = element
    for step in reversed(steps):
        held = etree.Element(xs("simpleType"))
        parent.insert(0, held)
        parent = etree.SubElement(held, xs("restriction"))
        for name, value in step:
            etree.SubElement(parent, xs(name), value=value)
    if member.type == "dateTime":
        held = etree.Element(xs("simpleType"))
        etree.SubElement(held, xs("union"), memberTypes="xs:dateTime xs:date")
        parent.insert(0, held)
    else:
        parent.set("base", TYPES.get(member.type, "xs:string"))


def _facets(member: Field, bounds: Bounds, notes: Notes | None) -> list[tuple[str, str]]:
    """(facet, value) of the restriction, with a note for each that comes from a rule."""
    found: list[tuple[str, str]] = []
    if member.type == "guid":
        found.append(("pattern", translate(GUID, "xsd")))
    elif member.type == "dateTime":
        found.append(("pattern", DATE_TIME))
    found += [("enumeration", choice.name) for choice in member.choices]
    if notes is None:
        return found
    return [*found, *_lengths(member, bounds, notes), *_range(member, bounds, notes), *_patterns(member, bounds, notes)]


def _patterns(member: Field, bounds: Bounds, notes: Notes) -> list[tuple[str, str]]:
    found = []
    for pattern in bounds.patterns:
        try:
            if member.type not in NUMBERS | TEXTS:
                raise Unsupported(f"this member is of type {member.type}")
            found.append(("pattern", translate(pattern, "xsd")))
        except Unsupported as reason:
            notes.missing("pattern", f"the pattern cannot be translated: {reason}")
        else:
            notes.rule("pattern", "pattern")
    return found


def _lengths(member: Field, bounds: Bounds, notes: Notes) -> list[tuple[str, str]]:
    if member.type not in COUNTED:
        return []
    given = [("minLength", "min-length", bounds.min_length), ("maxLength", "max-length", bounds.max_length)]
    if bounds.empty_length:
        notes.empty("length")
        return []
    found = []
    for name, facet, value in given:
        if value is None:
            continue
        if member.type == "dateTime":
            notes.missing(facet, "a union of types has no length")
            continue
        notes.rule(name, facet)
        found.append((name, str(value)))
    return found


def _range(member: Field, bounds: Bounds, notes: Notes) -> list[tuple[str, str]]:
    if member.type not in NUMBERS:
        return []
    least, most = bounds.minimum, bounds.maximum
    if member.type != "decimal":
        # A facet's value is itself of the type: of 0.5 an integer has only the next whole number.
        least = None if least is None else type(least)(ceil(least))
        most = None if most is None else type(most)(floor(most))
    if least is not None and most is not None and least > most:
        notes.empty("range")
        return []
    found = []
    if least is not None:
        notes.rule("minInclusive", "minimum")
        found.append(("minInclusive", format(least, "f")))
    if most is not None:
        notes.rule("maxInclusive", "maximum")
        if member.type == "decimal":
            notes.rule("maxInclusive", "maximum-step")
        found.append(("maxInclusive", format(most, "f")))
    return found
