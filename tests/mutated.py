"""Messages for the differential test of the compiled validators: valid ones, and such as barely are not.

Values and near misses come from the generator's own tables, so that what it tries is tried here too, in any place and
several at a time; the elements of a document are moved about as well. A seed makes always the same messages.
"""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import ceil, floor

from lxml import etree

from conformance.codecs import CODECS
from conformance.codecs.elements import NIL, XSI
from conformance.facets import matches
from conformance.generate.soap import values as soap_values
from conformance.generate.strings import near_hits, near_misses
from conformance.generate.values import JSON_WRONG, TEXT_WRONG, convertible
from conformance.model import Contract, Field, Message
from conformance.patterns import Unsupported

HITS = ("A", "ABC", "")
"""For patterns that nothing of the contract matches."""
GUIDS = (
    "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
    "{0B1C2D3E-4F50-4617-8293-A4B5C6D7E8F9}",
    "0b1c2d3e4f5046178293a4b5c6d7e8f9",
)
TEXTS = ("Cobranza", "a", "ñandú", "x" * 5, "12345", "09:59", "a@b.co", "Muñoz y Peña, Cía.", "true", "5", " x ")
TIMES = ("2025-01-31T10:00:00", "2024-02-29T23:59:59.1234567Z", "2025-01-31T10:00:00-05:00")
BASE64 = ("", "QUJD", "QUI=", "QQ==", "QUJD\nQUJD", "/+A=")
PROPER = {"boolean": (True, False), "guid": GUIDS, "dateTime": TIMES, "base64Binary": BASE64}
NEAR_BASE64 = ("QUJD*UI=", "QUJDR", "QUI", "QUJ=", "QR==", "no es base64!", "Q UJD", "=", "QUJD=")
NEAR_TIMES = (
    *("2025-01-31", "10:00:00", "2025-01-31 10:00:00", "2025-02-30T10:00:00", "0000-01-01T00:00:00", "31/01/2025"),
    *(
        "2025-01-31T10:00:00+14:01",
        "2025-01-31T10:00:00+13:59",
        "2025-01-31T24:00:00",
        "2025-01-31T10:00:60",
        "12025-01-31T00:00:00",
    ),
)
ODD = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        5,
        60,
        101,
        100,
        2**31,
        -(2**31) - 1,
        2**70,
        {},
        [],
        [None],
        ["abc"],
        {"value": "1"},
    ),
    *(
        Decimal("60.0"),
        Decimal("1E+1"),
        Decimal("-0.0"),
        Decimal("100.01"),
        Decimal("6.250"),
        Decimal("0.1"),
        Decimal("1E+40"),
    ),
    *(
        "",
        " ",
        "\n",
        "\u00a0",
        "abc",
        "+5",
        " 7 ",
        "007",
        "1.5",
        "60.0",
        "1e1",
        "True",
        "٣",
        "a@b.co\n",
        "a" * 101,
        "\U0001f600" * 60,
    ),
    *("𝐀😀", "{}", "ñ@b.co", "a@b", "-1", "-0", "1_0", "INF", "yes", "Factura"),
)
"""Values of any kind, in the place of any member."""


@lru_cache(4096)
def near(made, pattern: str, base: str) -> tuple[str, ...]:
    """Texts that barely match the pattern, or barely do not."""
    try:
        return tuple(text for text, _ in made(pattern, base))
    except (Unsupported, ValueError):
        return ()


@dataclass(frozen=True)
class Maker:
    """Makes the messages of one side of a contract."""

    contract: Contract
    message: Message
    encoding: str
    rng: random.Random

    def body(self) -> tuple[bytes, bool]:
        """The bytes of one message, and whether it is as it should be: about one in four is."""
        tree, times = self.tree(), self.rng.choice((0, 0, 1, 1, 1, 2))
        for _ in range(times):
            self.mutate(tree, self.message.fields)
        body = CODECS[self.encoding].encode(self.message, tree)
        if self.encoding != "json" and self.rng.random() < 0.4:
            return self.moved(body), False
        return body, not times

    # --- proper values ---

    def tree(self) -> dict:
        return self.members(self.message.fields)

    def members(self, fields: tuple[Field, ...]) -> dict:
        # How a dictionary is written in XML no document shows.
        usual = {one.name: 0.2 if one.type == "map" and self.encoding == "xml" else 0.85 for one in fields}
        kept = [one for one in fields if self.due(one) or self.rng.random() < usual[one.name]]
        return {one.name: self.value(one) for one in kept if not one.name.startswith("#any")}

    def due(self, member: Field) -> bool:
        """Must it be there?"""
        acceptance = self.contract.operation.acceptance
        demanded = acceptance is not None and member.name in {acceptance.member, acceptance.echo}
        return member.required or demanded or bool((member.occurs or (0,))[0])

    def value(self, member: Field):
        rng = self.rng
        if self.nullable(member) and rng.random() < 0.05:
            return None
        if member.type == "list":
            most = min((one.max_length for one in member.constraints if one.max_length is not None), default=3)
            count = rng.randint(1 if member.required else 0, most)
            return [self.item(member.item) for _ in range(count)]
        if member.type in {"integer", "int", "decimal"}:
            return self.number(member)
        if member.type == "enum":
            return rng.choice(member.choices).name
        if member.type in PROPER:
            return rng.choice(PROPER[member.type])
        return self.members(member.fields) if member.type in {"open", "empty", "object", "map"} else self.text(member)

    def item(self, item: Field):
        return self.members(item.fields) if item.fields else self.value(item)

    def nullable(self, member: Field) -> bool:
        """Texts and what holds others may be null where they may be absent; in SOAP no value type may."""
        value = self.encoding.startswith("soap") and member.type in {"integer", "int", "decimal", "boolean", "dateTime"}
        return not (self.due(member) or value or member.name[0] in "@#")

    def number(self, member: Field):
        bounds = member.constraint("range")
        low, high = (ceil(bounds.minimum), floor(bounds.maximum)) if bounds else (-5, 200)
        if low > high:
            return None
        whole = self.rng.randint(low, high)
        if member.type != "decimal" or self.rng.random() < 0.5:
            return whole
        return min(Decimal(high), Decimal(whole) + Decimal(self.rng.randint(0, 99)) / 100)

    def text(self, member: Field) -> str:
        patterns = [one.pattern for one in member.constraints if one.pattern]
        longest = min((one.max_length for one in member.constraints if one.max_length is not None), default=1000)
        least = max((one.min_length for one in member.constraints if one.min_length is not None), default=0)
        known = self.hits(member, patterns[0]) if patterns else TEXTS
        fitting = [one for one in known if all(matches(pattern, one) for pattern in patterns)]
        return self.rng.choice([one for one in fitting if least <= len(one) <= longest])

    def hits(self, member: Field, pattern: str) -> tuple[str, ...]:
        base = str(self.contract.baseline.get(member.name, "aa"))
        return (base, *near(near_hits, pattern, base)) if matches(pattern, base) else HITS

    # --- what is done to them ---

    def mutate(self, tree: dict, fields: tuple[Field, ...]) -> None:
        """One change at any depth."""
        rng = self.rng
        member = rng.choice(fields)
        inner = tree.get(member.name)
        below = member.item.fields if member.item is not None else member.fields
        if below and inner and rng.random() < 0.6:
            target = rng.choice(inner) if isinstance(inner, list) else inner
            if isinstance(target, dict):
                self.mutate(target, below)
                return
        kind = rng.random()
        if kind < 0.12:
            tree.pop(member.name, None)
        elif kind < 0.2:
            tree[rng.choice((member.name.lower(), member.name.upper(), "Desconocido", member.name + "s"))] = rng.choice(
                ODD
            )
        elif kind < 0.25 and member.name in tree:
            tree[member.name.swapcase()] = tree.pop(member.name)
        elif kind < 0.3 and isinstance(inner, list):
            inner.append(rng.choice(ODD))
        else:
            tree[member.name] = deepcopy(rng.choice(self.broken(member, inner)))

    def broken(self, member: Field, current) -> tuple:
        """What is near to the member's values, and what is anything."""
        tables = JSON_WRONG if self.encoding == "json" else TEXT_WRONG
        found = [one.value for one in (*tables.get(member.type, ()), *soap_values.WRONG.get(member.type, ()))]
        found += [one.value for one in soap_values.NEARLY.get(member.type, ())]
        if current is not None and member.type in {"string", "boolean", "integer", "decimal", "list"}:
            found += [
                one.value
                for one in convertible(member, 5 if isinstance(current, (dict, str)) else current, self.encoding)
            ]
        found += {"dateTime": NEAR_TIMES, "base64Binary": NEAR_BASE64}.get(member.type, ())
        for constraint in member.constraints:
            if constraint.pattern and isinstance(current, str) and matches(constraint.pattern, current):
                found += near(near_misses, constraint.pattern, current)
            found += [
                edge + step
                for edge in (constraint.minimum, constraint.maximum)
                if edge is not None
                for step in (-1, 0, 1)
            ]
            if constraint.max_length is not None:
                found += ["x" * (constraint.max_length + step) for step in (0, 1)]
        return (*found, *ODD) if self.rng.random() < 0.4 and found else tuple(found) or ODD

    # --- elements ---

    def moved(self, body: bytes) -> bytes:
        """The document after a change of its elements, attributes or white space."""
        rng, root = self.rng, etree.fromstring(body)
        inside = [one for one in root.iter() if one.getparent() is not None]
        if not inside:
            return body
        one = rng.choice(inside[2:] or inside)
        rng.choice(MOVES)(rng, one)
        return etree.tostring(root)


def _blank(rng: random.Random, one: etree._Element) -> None:
    if not len(one):
        one.text = rng.choice((" {} ", "\n{}", "{}\t", "\u00a0{}")).format(one.text or "")


def _named(name: str):
    def rename(_rng: random.Random, one: etree._Element) -> None:
        one.tag = name.format(etree.QName(one).localname)

    return rename


def _inside(rng: random.Random, one: etree._Element) -> None:
    etree.SubElement(one, rng.choice((str(one.tag), "value"))).text = "1"


MOVES = (
    lambda _rng, one: one.getparent().append(deepcopy(one)),
    lambda _rng, one: one.getparent().insert(0, one),
    lambda rng, one: one.set(NIL, rng.choice(("true", "1", "false"))),
    lambda rng, one: one.set(f"{{{XSI}}}type", rng.choice(("xsd:string", "xsd:int", "x"))),
    lambda _rng, one: one.set("notDocumented", "x"),
    lambda rng, one: setattr(one, "tail", rng.choice(("x", "\n  "))),
    lambda _rng, one: etree.indent(one.getroottree()),
    _blank,
    _named("{{urn:other}}{}"),
    _named("{}"),
    _inside,
)
"""What is done to an element."""
