"""The words that an ASMX help page prints in place of values: names of XSD types, two types of .NET's own, choices.

A page shows the XSD name of a simple type and nothing else. Where a type of the model is wider than the word, the word
is kept as `data-type`, and the bounds of the integer types, which XML Schema states, become a range. Knows no page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from conformance.model import Basis, Choice, Citation, Constraint

STANDARD = "XML Schema Part 2"
OR = " or "
ANYTHING = re.compile(r"(?:(?:xml|dataset)\s*)+")
"""What stands for content of any kind; one word for each wildcard of the type."""
ANY_NAMES = frozenset({"anyType", "anyElement"})
_QNAME = re.compile(r"[\w.-]+:QName")
_CHOICE = re.compile(r"[^\s<>&\"']+")
_REFERENCE, _VALUE = (0, 1), (1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a word says: the type, how often such a member occurs by the type mapping, the choices of an enumeration."""

    type: str
    occurs: tuple[int, int]
    type_basis: Basis = Basis.STATED
    choices: tuple[Choice, ...] = ()
    kept: str = ""
    """The word itself, where the type does not say as much."""
    clause: str = ""
    least: int = 0
    most: int = 0

    def constraints(self, citation: Citation) -> tuple[Constraint, ...]:
        """What the word states beside the type."""
        if not self.kept:
            return ()
        named = Constraint(facet="data-type", basis=Basis.STATED, citation=citation, text=self.kept)
        if not self.clause:
            return (named,)
        bounds = Constraint(
            facet="range",
            basis=Basis.STANDARD,
            citation=Citation(standard=STANDARD, clause=self.clause),
            minimum=Decimal(self.least),
            maximum=Decimal(self.most),
        )
        return named, bounds


def _words() -> dict[str, Word]:
    made = {
        "string": Word(type="string", occurs=_REFERENCE),
        "base64Binary": Word(type="base64Binary", occurs=_REFERENCE),
        # An older generator says so of an array of bytes whose type has no name.
        "bytes": Word(type="base64Binary", occurs=_REFERENCE, type_basis=Basis.INFERRED),
        "int": Word(type="int", occurs=_VALUE),
        "boolean": Word(type="boolean", occurs=_VALUE),
        "decimal": Word(type="decimal", occurs=_VALUE),
        "dateTime": Word(type="dateTime", occurs=_VALUE),
        "guid": Word(type="guid", occurs=_VALUE),
        # .NET writes a character as the number of its code unit.
        "char": Word(type="int", occurs=_VALUE, kept="char", clause="§3.3.23", most=65535),
    }
    for name in ("double", "float"):
        made[name] = Word(type="decimal", occurs=_VALUE, kept=name)
    for name in ("date", "time"):
        made[name] = Word(type="string", occurs=_VALUE, kept=name)
    for name in _TEXTS:
        made[name] = Word(type="string", occurs=_REFERENCE, kept=name)
    # A program holds these as text: no type of .NET is as wide.
    for name in ("integer", "nonNegativeInteger", "nonPositiveInteger", "negativeInteger", "positiveInteger"):
        made[name] = Word(type="integer", occurs=_REFERENCE, kept="" if name == "integer" else name)
    for name, kind, clause, least, most in _BOUNDED:
        made[name] = Word(type=kind, occurs=_VALUE, kept=name, clause=clause, least=least, most=most)
    return made


_TEXTS = (
    *("normalizedString", "token", "language", "Name", "NCName", "NMTOKEN", "NMTOKENS", "ID", "IDREF", "IDREFS"),
    *("ENTITY", "ENTITIES", "NOTATION", "anyURI", "QName", "hexBinary", "duration"),
    *("gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay"),
)
_BOUNDED = (
    ("byte", "int", "§3.3.19", -(2**7), 2**7 - 1),
    ("short", "int", "§3.3.18", -(2**15), 2**15 - 1),
    ("unsignedByte", "int", "§3.3.24", 0, 2**8 - 1),
    ("unsignedShort", "int", "§3.3.23", 0, 2**16 - 1),
    ("unsignedInt", "integer", "§3.3.22", 0, 2**32 - 1),
    ("long", "integer", "§3.3.16", -(2**63), 2**63 - 1),
    ("unsignedLong", "integer", "§3.3.21", 0, 2**64 - 1),
)
WORDS = _words()


def word(text: str) -> Word | None:
    """What a placeholder says; None where it is none.

    The choices of an enumeration stand with ` or ` between them, so a choice that holds ` or ` reads as two. A single
    word that names no type can only be an enumeration with one choice, and that is inferred.
    """
    if text in WORDS:
        return WORDS[text]
    if _QNAME.fullmatch(text):
        return WORDS["QName"]
    if OR in text:
        names = dict.fromkeys(name for part in text.split(OR) if (name := part.strip()))
        return Word(type="enum", occurs=_VALUE, choices=tuple(Choice(name=name) for name in names))
    if _CHOICE.fullmatch(text):
        return Word(type="enum", occurs=_VALUE, type_basis=Basis.INFERRED, choices=(Choice(name=text),))
    return None
