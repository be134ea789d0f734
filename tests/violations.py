"""One violation of a contract, for tests: a whole message in which one member breaks one rule, and nothing else.

Like proper messages these are built from what the contract states, and not asked of the suite.
"""

from __future__ import annotations

from decimal import Decimal
from math import ceil, floor

from hypothesis import strategies as st

from conformance.facets import broken, is_number
from conformance.generate.properties import mail
from tests.messages import BLANKS, as_form, decimals, guids, longest, objects, shortest, texts, values

ABSENT = object()
WORDS = ("abc", "no", "x1", "sí", "-", "5 0", "verdadero", "NaN", "1,5", "--1", "\N{ARABIC-INDIC DIGIT SIX}")
"""Texts that are no number, boolean, GUID or time to any reader."""

NESTED = st.sampled_from([{"value": "abc"}, {"value": {"deeper": "x"}}])
JSON_WRONG = {
    "string": st.sampled_from([{}, [], {"a": "b"}, ["a", "b"], [[]]]),
    "enum": st.sampled_from(["NotDocumented", "", {}, [], ["a", "b"], True, Decimal("0.5")]),
    "list": st.sampled_from(["abc", "", 5, True, Decimal("1.5")]),
    "map": st.sampled_from(["abc", 5, True, [], ["a", "b"]]),
    "object": st.sampled_from(["abc", 5, True, [], ["a", "b"]]),
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
    "enum": st.sampled_from(["open", "CLOSED", "Open, Closed", "0", 99, ["Open"]]),
    "dateTime": st.sampled_from(["2025-01-31 10:00:00", "/Date(0)/", "10:20", "01/31/2025", ["2025-01-31"]]),
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


NO_TIMES = st.sampled_from(["31/01/2025", "2025-02-31", "2025-01-31T25:00:00", "2025-1-1", "next week", "20250131"])


def wrong(member, encoding):
    """Values of another type that nobody converts."""
    if member.type == "dateTime":
        astray = st.sampled_from([{}, [], 5, True]) if encoding == "json" else NESTED
        return NO_TIMES if encoding == "form" else NO_TIMES | astray
    if encoding == "json":
        other = JSON_WRONG.get(member.type)
        if other is not None:
            items = st.lists(st.sampled_from(["a", 5, [1]]), min_size=1, max_size=2)
            return other | items if member.type == "list" and member.item.fields else other
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
    most = longest(member)
    if member.type == "list":
        return st.lists(values(member.item), min_size=most + 1, max_size=most + 3)
    if "mail" in member.marks:
        return st.integers(most, most + 40).map(lambda size: "a." * (size // 2) + "a" + "@mail.test")
    return st.integers(most + 1, most + 60).flatmap(lambda size: texts(size, size))


def _number(member, facet, alone):
    """Numbers that break the facet, by how the constraints of the member lean on each other."""
    bounds = member.constraint("range")
    low, high = ceil(bounds.minimum), floor(bounds.maximum)
    whole = member.type == "integer"
    match facet:
        case "maximum":
            # A decimal that is above by less than one breaks the last step instead.
            return st.integers(high + 1 if whole else ceil(bounds.maximum + 1), 2**40)
        case "maximum-step":
            return st.integers(1, 99).map(lambda cents: bounds.maximum + Decimal(cents).scaleb(-2))
        case "minimum" if alone and member.constraint("pattern") is not None:
            # What is below zero breaks the pattern as well.
            return st.integers(0, low - 1)
        case "minimum":
            return st.integers(-(2**40), min(low, 0) - 1)
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
            drawn = (JSON_CONVERTIBLE if encoding == "json" else TEXT_CONVERTIBLE)[member.type]
            # A number beyond a bound would break that as well.
            return drawn.filter(lambda value: not is_number(value) or not list(broken(member, value)))
        case "max-length":
            return _long(member)
        case "min-length":
            return texts(1, shortest(member) - 1)
        case "pattern" if "mail" in member.marks:
            return mails_astray()
        case "pattern" if member.type == "string":
            return texts(1, 9).map("{}~".format)
    return _number(member, facet, not member.implied_by.get(facet))


def put(tree, path, value, holder=None, spare=None):
    """The message with the value at the path. `holder` is the member around it, if any, and `spare` an object to put it
    into where the message has none."""
    copy = dict(tree)
    if holder is not None:
        held = copy.get(holder.name)
        held = (held if isinstance(held, list) else [held]) if held else []
        whole, *rest = [item for item in held if item is not None] or [spare]
        broken = put(whole, path.rpartition("/")[2], value)
        copy[holder.name] = [broken, *rest] if holder.type == "list" else broken
    elif value is ABSENT:
        copy.pop(path, None)
    else:
        copy[path] = value
    return copy


@st.composite
def broken_messages(draw, contract, path, member, facet, encoding):
    """A whole message that breaks that facet of the member at the path, and what is implied with it, alone."""
    fields = contract.operation.request.fields
    tree, value = draw(objects(fields)), draw(violations(member, facet, encoding), label=f"{path}/{facet}")
    holder = next((one for one in fields if one.name != path and path.startswith(f"{one.name}/")), None)
    spare = draw(objects(holder.item.fields if holder.item else holder.fields)) if holder is not None else None
    tree = put(tree, path, value, holder, spare)
    return as_form(tree) if encoding == "form" else tree
