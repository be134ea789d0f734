"""Whole messages for tests, drawn from a contract: every member a proper value.

Values are built from what the contract states, not filtered by what the suite thinks of them: a strategy that asked
`facets` would agree with it about everything.
"""

from __future__ import annotations

import re
import uuid
from decimal import ROUND_HALF_EVEN, Decimal
from math import ceil, floor

from hypothesis import strategies as st

from conformance.codecs import CODECS, form
from conformance.codecs.xml import ILLEGAL
from conformance.generate.properties import mail
from conformance.model import Request

MEDIA_TYPES = {"json": "application/json", "xml": "application/xml", "form": "application/x-www-form-urlencoded"}
LETTERS = st.sampled_from("abcXYZ019_-.@ ")
BLANKS = " \t\r\n\u0085\u00a0\u2003\u3000"
"""White space by any count, and legal in every encoding."""

LEGAL = st.characters(exclude_categories=["Cs", "Cc"]).filter(lambda char: not ILLEGAL.match(char))
CHARACTERS = st.one_of(LEGAL, st.sampled_from("\t\n\r&<>'\"]%+=;. \u00a0\u0085ñÑ\N{GRINNING FACE}"))


def texts(least, most):
    """Texts of that many characters, of any legal ones, that are not blank."""
    body = st.text(CHARACTERS, min_size=max(least - 1, 0), max_size=max(most - 1, 0))
    return st.tuples(body, st.sampled_from("aZ9ñ_"), st.integers(0, 100)).map(
        lambda drawn: drawn[0][: drawn[2]] + drawn[1] + drawn[0][drawn[2] :]
    )


def guids(other_spellings=True):
    """GUIDs in the spellings that are read alike."""
    spelt = st.uuids().map(str)
    if not other_spellings:
        return spelt
    return st.one_of(
        spelt, spelt.map(str.upper), st.uuids().map(lambda drawn: drawn.hex), spelt.map("{{{}}}".format),
        spelt.map("({})".format), st.just(str(uuid.UUID(int=0))),
    )  # fmt: skip


def decimals(low, high):
    """Numbers in the range with none, one or two decimals, some of them written with zeros behind."""
    cents = st.integers(ceil(low * 100), floor(high * 100))
    return st.one_of(
        st.integers(ceil(low), floor(high)),
        cents.map(lambda drawn: Decimal(drawn).scaleb(-2)),
        cents.map(lambda drawn: Decimal(drawn).scaleb(-2).quantize(Decimal("0.1"), ROUND_HALF_EVEN)),
    )


def longest(member, otherwise=30):
    """How long a text, or how many items, the member admits."""
    found = [held.max_length for held in member.constraints if held.max_length is not None]
    return min(found, default=otherwise)


def shortest(member):
    """How short a text, or how few items."""
    return max((held.min_length for held in member.constraints if held.min_length is not None), default=0)


def values(member):
    """Proper values of the member, null not among them; None where the document admits none at all."""
    bounds, patterns = member.constraint("range"), [held.pattern for held in member.constraints if held.pattern]
    if bounds is not None and bounds.minimum > bounds.maximum:
        return None
    if "mail" in member.marks:
        return mail()
    if patterns and member.type == "string":
        return st.from_regex(re.compile(patterns[0], re.ASCII), fullmatch=True, alphabet=LETTERS).filter(
            lambda drawn: all(re.fullmatch(pattern, drawn, re.ASCII) for pattern in patterns)
        )
    return OF_TYPE.get(member.type, _strings)(member)


def _strings(member):
    proper = texts(max(1, shortest(member)), longest(member))
    return proper if member.required or shortest(member) else proper | st.text(st.sampled_from(BLANKS), max_size=5)


def _integers(member):
    bounds = member.constraint("range")
    if bounds is None:
        return st.one_of(st.integers(-5, 5), st.integers())
    return st.integers(ceil(bounds.minimum), floor(bounds.maximum))


def _decimals(member):
    bounds = member.constraint("range")
    return decimals(bounds.minimum, bounds.maximum)


def _lists(member):
    items = objects(member.item.fields) if member.item.fields else values(member.item)
    return st.lists(st.one_of(st.none(), items), min_size=shortest(member), max_size=longest(member, 3))


def _named(least):
    return st.dictionaries(st.sampled_from(["a", "B2", "_e"]), texts(1, 10), min_size=least, max_size=3)


OF_TYPE = {
    "boolean": lambda _: st.booleans(),
    "integer": _integers,
    "decimal": _decimals,
    "guid": lambda _: guids(),
    "enum": lambda member: st.sampled_from([choice.name for choice in member.choices]),
    "dateTime": lambda _: times(),
    "list": _lists,
    "object": lambda member: objects(member.fields),
    "map": lambda _: _named(0),
    "open": lambda _: texts(1, 10) | _named(1),
}


def times():
    """Instants as .NET writes them: a date alone or with an hour, a fraction, a zone."""
    whole = st.datetimes().map(lambda drawn: drawn.replace(microsecond=0))
    ends = st.sampled_from(["", ".5", ".1234567", "Z", ".25Z", "-05:00", "+13:45"])
    hours = st.tuples(whole, ends).map(lambda drawn: drawn[0].isoformat() + drawn[1])
    return hours | whole.map(lambda drawn: drawn.date().isoformat())


@st.composite
def objects(draw, fields):
    """An object of these members: required ones there, others there, null or left out."""
    tree = {}
    for member in fields:
        proper = values(member)
        ways = ["null", "absent"] if proper is None else ["value", "value", "null", "absent"]
        how = "value" if member.required else draw(st.sampled_from(ways))
        if how != "absent":
            tree[member.name] = draw(proper) if how == "value" else None
    return tree


def messages(contract):
    """Whole requests that a conforming service accepts."""
    return objects(contract.operation.request.fields)


def as_form(tree):
    """What is left of a message in a form, which has no null, no empty list and no empty object."""
    if isinstance(tree, dict):
        kept = {name: as_form(value) for name, value in tree.items()}
        return {name: value for name, value in kept.items() if value not in (None, [], {})}
    if isinstance(tree, list):
        return [value for value in map(as_form, tree) if value not in (None, [], {})]
    return tree


def sent(contract, encoding, tree, style="dots", accept="application/json"):
    """The request that carries the message in the encoding."""
    message = contract.operation.request
    body = form.written(form.pairs(tree, style)) if encoding == "form" else CODECS[encoding].encode(message, tree)
    headers = (("Content-Type", MEDIA_TYPES[encoding]), ("Accept", accept))
    return Request(method=contract.operation.method, url="http://127.0.0.1/x", headers=headers, body=body)
