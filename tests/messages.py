"""Whole messages for tests, drawn from a contract: every member a proper value, or one member broken in one way.

Values are built from what the contract states, not filtered by what the suite thinks of them: a strategy that asked
`facets` would agree with it about everything.
"""

from __future__ import annotations

import uuid
from decimal import Decimal

from hypothesis import strategies as st

from conformance.codecs import CODECS, form
from conformance.codecs.xml import ILLEGAL
from conformance.generate.properties import mail
from conformance.model import Request

MEDIA_TYPES = {"json": "application/json", "xml": "application/xml", "form": "application/x-www-form-urlencoded"}
BLANKS = " \t\r\n\u0085\u00a0\u2003\u3000"
"""White space by any count, and legal in every encoding."""
ABSENT = object()

LEGAL = st.characters(exclude_categories=["Cs", "Cc"]).filter(lambda char: not ILLEGAL.match(char))
CHARACTERS = st.one_of(LEGAL, st.sampled_from("\t\n\r&<>'\"]%+=;. \u00a0\u0085ñÑ\N{GRINNING FACE}"))
WORDS = ("abc", "no", "x1", "sí", "-", "5 0", "verdadero", "NaN", "1,5", "--1", "\N{ARABIC-INDIC DIGIT SIX}")
"""Texts that are no number, boolean, GUID or time to any reader."""


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
    cents = st.integers(low * 100, high * 100)
    return st.one_of(
        st.integers(low, high),
        cents.map(lambda drawn: Decimal(drawn).scaleb(-2)),
        cents.map(lambda drawn: Decimal(drawn // 10).scaleb(-1)),
    )


def values(member):
    """Proper values of the member, null not among them."""
    bounds, length = member.constraint("range"), member.constraint("max-length")
    match member.type:
        case "boolean":
            return st.booleans()
        case "integer" if bounds is not None:
            return st.integers(int(bounds.minimum), int(bounds.maximum))
        case "integer":
            return st.one_of(st.integers(-5, 5), st.integers())
        case "decimal":
            return decimals(int(bounds.minimum), int(bounds.maximum))
        case "guid":
            return guids()
        case "list":
            return st.lists(st.one_of(st.none(), objects(member.item.fields)), max_size=3)
    if "mail" in member.marks:
        return mail()
    proper = texts(1, length.max_length if length is not None else 30)
    return proper if member.required else st.one_of(proper, st.text(st.sampled_from(BLANKS), max_size=5))


@st.composite
def objects(draw, fields):
    """An object of these members: required ones there, others there, null or left out."""
    tree = {}
    for member in fields:
        how = "value" if member.required else draw(st.sampled_from(["value", "value", "null", "absent"]))
        if how != "absent":
            tree[member.name] = draw(values(member)) if how == "value" else None
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


# --- one violation ----------------------------------------------------------------------------------------------------

NESTED = st.sampled_from([{"value": "abc"}, {"value": {"deeper": "x"}}])
JSON_WRONG = {
    "string": st.sampled_from([{}, [], {"a": "b"}, ["a", "b"], [[]]]),
    "list": st.one_of(
        st.sampled_from(["abc", "", 5, True, Decimal("1.5")]), st.lists(st.sampled_from(["a", 5, [1]]), min_size=1)
    ),
}
JSON_CONVERTIBLE = {
    "string": st.one_of(
        st.integers(), st.booleans(), st.decimals(-5, 5, places=2), st.sampled_from("ab").map(lambda drawn: [drawn])
    ),
    "boolean": st.sampled_from(["true", "false", "True", "FALSE", 0, 1, Decimal("1.0"), [True]]),
    "integer": st.one_of(
        st.booleans(), st.integers(1, 99).map(str), st.integers(1, 99).map(lambda drawn: f" {drawn} "),
        st.integers(1, 99).map(lambda drawn: [drawn]), st.integers(1, 99).map(lambda drawn: drawn + Decimal("0.5")),
    ),
    "decimal": st.one_of(st.booleans(), decimals(0, 100).map(str), decimals(0, 100).map(lambda drawn: [drawn])),
    "guid": guids().map(lambda drawn: [drawn]),
    "list": st.sampled_from([{}, {"NotificationSchemaName": "a"}]),
}  # fmt: skip
TEXT_CONVERTIBLE = {
    "boolean": st.sampled_from(["True", "FALSE", "tRUE"]),
    "integer": st.sampled_from(["60.0", "60.5", "6e1", "+1.25"]),
}


def no_guids():
    """Texts that are a GUID but for one digit: one too few, one too many, a letter beyond f, a dash astray."""
    spelt = st.uuids().map(str)
    return st.one_of(
        spelt.map(lambda drawn: drawn[:-1]), spelt.map("{}0".format), spelt.map(lambda drawn: f"{drawn[:-1]}g"),
        spelt.map(lambda drawn: f"{drawn[1]}-{drawn[1:]}"), spelt.map("{{{}".format), st.sampled_from(WORDS),
    )  # fmt: skip


def wrong(member, encoding):
    """Values of another type that nobody converts."""
    if encoding == "json":
        other = JSON_WRONG.get(member.type)
        if other is not None:
            return other
        shapes = st.sampled_from([{}, [], {"a": 1}, [1, 2], [[1]]])
        words = no_guids() if member.type == "guid" else st.sampled_from(WORDS)
        more = [st.integers(), st.booleans()] if member.type == "guid" else []
        return st.one_of(shapes, words, *more, *([st.integers(2, 99)] if member.type == "boolean" else []))
    words = no_guids() if member.type == "guid" else st.sampled_from(WORDS)
    if encoding == "form":
        return words
    return NESTED if member.type == "string" else st.one_of(words, NESTED)


def mails_astray():
    """Addresses that the documented pattern does not admit, one slip each."""
    astray = st.tuples(mail(), st.sampled_from("+ '!,;<>()ñ/\t")).map(lambda drawn: f"a{drawn[1]}{drawn[0]}")
    return st.one_of(
        astray,
        mail().map(".{}".format), mail().map(lambda drawn: drawn.replace("@", "@@")),
        mail().map(lambda drawn: drawn.replace("@", "")),
        mail().map(lambda drawn: drawn.replace("@", "..a@")), mail().map("{}.x".format), mail().map("{}.9".format),
        mail().map(lambda drawn: f"{drawn}.{'x' * 16}"), mail().map("{} ".format), mail().map("{}, a@mail.test".format),
    )  # fmt: skip


def _long(member):
    most = member.constraint("max-length").max_length
    if "mail" in member.marks:
        return st.integers(most, most + 40).map(lambda size: "a." * (size // 2) + "a" + "@mail.test")
    return st.integers(most + 1, most + 60).flatmap(lambda size: texts(size, size))


def _number(member, facet, alone):
    """Numbers that break the facet, by how the constraints of the member lean on each other."""
    bounds = member.constraint("range")
    low, high = int(bounds.minimum), int(bounds.maximum)
    whole = member.type == "integer"
    match facet:
        case "maximum":
            return st.integers(high + 1, 2**40)
        case "maximum-step":
            return st.integers(1, 99).map(lambda cents: high + Decimal(cents).scaleb(-2))
        case "minimum":
            # What is below zero breaks a pattern as well, unless the minimum itself is above it.
            return st.integers(0, low - 1) if alone else st.integers(-(2**40), -1)
        case "pattern" if whole:
            return st.integers(-(2**40), -1)
    fine = st.integers(low * 10**5 + 1, high * 10**5 - 1).filter(lambda drawn: drawn % 1000)
    return fine.map(lambda drawn: Decimal(drawn).scaleb(-5))


def violations(member, facet, encoding):
    """Values that break the facet of the member and what is implied with it, and nothing else; ABSENT to leave out."""
    match facet:
        case "required":
            return st.just(ABSENT) if encoding == "form" else st.sampled_from([ABSENT, None])
        case "not-blank":
            return st.text(st.sampled_from(BLANKS), max_size=5)
        case "type":
            return wrong(member, encoding)
        case "strict-type":
            return (JSON_CONVERTIBLE if encoding == "json" else TEXT_CONVERTIBLE)[member.type]
        case "max-length":
            return _long(member)
        case "pattern" if member.type == "string":
            return mails_astray()
    return _number(member, facet, not member.implied_by.get(facet))


def put(tree, path, value):
    """The message with the value at the path; an item is made where there is none."""
    copy, names = dict(tree), path.split("/")
    if len(names) > 1:
        items = [item for item in copy.get(names[0]) or [] if item is not None]
        copy[names[0]] = [put(items[0] if items else {}, names[1], value), *items[1:]]
    elif value is ABSENT:
        copy.pop(path, None)
    else:
        copy[path] = value
    return copy
