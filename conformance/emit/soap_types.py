"""Types of text in the schema of a SOAP service: the type of XML Schema that a member's value has.

A page prints the name of a type of XML Schema, and the contract keeps that name where its own type is wider: the
schema says what the page says. What needs a type of its own, an enumeration or a GUID, is written by `restricted`.
"""

from __future__ import annotations

from lxml import etree

from conformance.emit.jsonschema import DIGITS
from conformance.emit.xsd_notes import Parent, xs
from conformance.model import Field

TYPES = {
    "string": "string",
    "boolean": "boolean",
    "integer": "integer",
    "int": "int",
    "decimal": "decimal",
    "dateTime": "dateTime",
    "base64Binary": "base64Binary",
}
VALUES = frozenset({"int", "integer", "decimal", "boolean", "dateTime", "guid", "enum"})
"""Types that are values on such a server: they cannot be null in a request."""
TYPED = frozenset({"int", "integer", "decimal", "boolean", "dateTime", "base64Binary", "guid"})
"""Types with texts that are no value of theirs, so that a rule speaks of them."""
SOFTLY = frozenset({"boolean", "dateTime", "base64Binary", "guid"})
"""Those with texts that widespread readers take although XML Schema does not."""
OPEN = frozenset({"open", "empty", "object", "map"})
"""Types whose content is not known, where the member has no members of its own."""
WORDS = frozenset(
    (
        *("byte", "short", "long", "unsignedByte", "unsignedShort", "unsignedInt", "unsignedLong", "double", "float"),
        *("nonNegativeInteger", "nonPositiveInteger", "negativeInteger", "positiveInteger", "date", "time", "duration"),
        *("normalizedString", "token", "language", "Name", "NCName", "NMTOKEN", "NMTOKENS", "anyURI", "QName"),
        *("hexBinary", "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay"),
    )
)
"""Names that a page prints and a schema can say."""
WIDER = frozenset({"double", "float"})
"""Names of types with more values than the contract's type has: INF and 1E5 are none of a decimal."""
NEAREST = {
    "char": "unsignedShort",
    # A schema may use these in few places only, or demands that something else is declared for each value.
    "ID": "NCName",
    "IDREF": "NCName",
    "IDREFS": "NMTOKENS",
    "ENTITY": "NCName",
    "ENTITIES": "NMTOKENS",
    "NOTATION": "QName",
}


def built_in(member: Field, *, words: bool = True) -> str:
    """The type of XML Schema that the values of the member have; empty where none is as narrow. Without `words` that of
    the contract alone, whatever name the page prints, unless that has more values."""
    if member.type in {"enum", "guid"}:
        return ""
    kept = member.constraint("data-type")
    word = kept.text if kept is not None and kept.text is not None else ""
    word = word if words or word in WIDER else ""
    if word in WORDS:
        return f"xs:{word}"
    return f"xs:{NEAREST.get(word) or TYPES.get(member.type, 'string')}"


def restricted(name: str, member: Field) -> Parent:
    """The named type of an enumeration or a GUID."""
    held = etree.Element(xs("simpleType"), name=name)
    parent = etree.SubElement(held, xs("restriction"), base="xs:token")
    if member.type == "guid":
        etree.SubElement(parent, xs("pattern"), value=DIGITS)
    for choice in member.choices:
        etree.SubElement(parent, xs("enumeration"), value=choice.literal or choice.name)
    return held
