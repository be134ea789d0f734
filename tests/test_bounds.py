"""Bounds of derived members: lengths of texts and lists, fractions, and what no message could decide."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from conformance.codecs import json
from conformance.documents.implied import implied_by
from conformance.facets import broken
from conformance.generate.members import bounds_of_length, member_cases
from conformance.generate.properties import draw, invalid, valid
from conformance.generate.strings import sized
from conformance.generate.subject import Subject
from conformance.judge.walk import request_findings
from conformance.model import Basis, Citation, Constraint, Expect, Field
from conformance.patterns import parse
from conformance.patterns.lengths import lengths
from conformance.rules.applies import untestable
from conformance.rules.fields import request_rules
from conformance.run.contracts import contracts

CITE = Citation(document="page.txt", line=1)
BASE = contracts()["collection-policy"]


def limit(facet: str, **values) -> Constraint:
    return Constraint(facet=facet, basis=Basis.STATED, citation=CITE, **values)


def member(name: str, *constraints: Constraint, kind: str = "string", **more) -> Field:
    return Field(name=name, type=kind, basis=Basis.STATED, citation=CITE, constraints=constraints, **more)


def subject(*fields: Field, **values) -> Subject:
    request = replace(BASE.operation.request, fields=tuple(fields))
    contract = replace(BASE, operation=replace(BASE.operation, request=request, orders=()), baseline=values)
    return Subject(contract=contract, encoding=contract.encoding("json"), url="http://127.0.0.1/", values=values)


def tried(of: Subject, facet: str) -> dict[str, tuple[Expect, object, tuple[str, ...]]]:
    name = of.fields[0].name
    return {
        case.id.rpartition("/")[2]: (
            case.expect,
            json.decode(case.request.body).tree[name],
            tuple(rule.rpartition("/")[2] for rule in case.rules),
        )
        for case in member_cases(of)
        if case.rules[0].endswith(f"/{facet}")
    }


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"^\d{4}$", (4, 4)),
        (r"^[A-Z]{2,5}-?\d+$", (3, None)),
        (r"^(?:a|bcd)$", (1, 3)),
        (r"^(?:a|b+)c?$", (1, None)),
        (r"^(ab){0,3}$", (0, 6)),
        (r"^(?:)*$", (0, 0)),
        ("", (0, 0)),
    ],
)
def test_the_lengths_of_the_texts_of_a_pattern(pattern, found):
    assert lengths(parse(pattern)) == found


def test_a_text_is_cut_and_stretched_within_its_pattern():
    assert (
        sized(r"^[A-Z]{2,5}-\d{3}$", "ABCD-123", 6) == "AB-123"
        or sized(r"^[A-Z]{2,5}-\d{3}$", "ABCD-123", 6) == "CD-123"
    )
    assert sized(r"^[A-Z]{2,5}-\d{3}$", "AB-123", 9) == "ABBBB-123"
    assert sized(r"^[A-Z]{2,5}-\d{3}$", "AB-123", 10) is None
    assert sized(r"^[A-Z]{2,5}-\d{3}$", "AB-123", 5) is None
    assert sized(None, "abc", 2) == "ab"
    assert sized(None, "abc", 5) == "abccc"
    assert sized(None, "abc", 0) == ""


def test_each_bound_of_a_text_is_tried_on_both_sides():
    name = member("Alias", limit("length", min_length=3, max_length=8))
    here = subject(name, Alias="Paloma")
    assert bounds_of_length(name) == (3, 8)
    least = tried(here, "min-length")
    assert {slug: (expect, len(value)) for slug, (expect, value, _) in least.items()} == {
        "least": (Expect.ACCEPTED, 3),
        "under": (Expect.REFUSED, 2),
    }
    most = tried(here, "max-length")
    assert {slug: (expect, len(value)) for slug, (expect, value, _) in most.items() if slug in {"at", "over"}} == {
        "at": (Expect.ACCEPTED, 8),
        "over": (Expect.REFUSED, 9),
    }
    for _, value, rules in (*least.values(), *most.values()):
        found = [rule.rpartition("/")[2] for rule, _ in request_findings(here.contract, {"Alias": value})]
        assert set(found) <= set(rules)


def test_of_several_lengths_the_tightest_decide():
    name = member("Alias", limit("max-length", max_length=20), limit("length", min_length=2, max_length=8))
    assert bounds_of_length(name) == (2, 8)


def test_a_length_that_the_pattern_leaves_no_room_for_is_tried_together_with_it():
    code = member("Code", limit("pattern", pattern=r"^\d{4}$"), limit("max-length", max_length=10))
    assert lengths(parse(r"^\d{4}$"))[1] < 10
    assert implied_by(code) == {"max-length": ("pattern",)}
    found = tried(subject(code, Code="1234"), "max-length")
    assert set(found) == {"over", "far"}
    assert all(rules == ("max-length", "pattern") for _, _, rules in found.values())


def test_a_shortest_length_below_that_of_the_pattern_is_implied_by_it():
    code = member("Code", limit("pattern", pattern=r"^[A-Z]{5,9}$"), limit("min-length", min_length=3))
    assert implied_by(code) == {"min-length": ("pattern",)}
    free = member("Code", limit("pattern", pattern=r"^[A-Z]*$"), limit("min-length", min_length=3))
    assert implied_by(free) == {}


def test_an_empty_text_serves_a_least_length_of_one_and_the_blank_rule():
    name = member("Alias", limit("required"), limit("min-length", min_length=1))
    found = tried(subject(name, Alias="Paloma"), "min-length")
    assert found["under"] == (Expect.REFUSED, "", ("min-length", "not-blank"))


def test_a_list_is_tried_on_each_bound_of_its_length():
    item = member("string")
    tags = member("Tags", limit("length", min_length=1, max_length=3), kind="list", item=item)
    here = subject(tags, Tags=["one", "two"])
    assert [len(value) for _, value, _ in tried(here, "max-length").values()] == [3, 4, 13]
    assert [len(value) for _, value, _ in tried(here, "min-length").values()] == [1, 0]


# --- what no message could decide -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "constraint"),
    [
        ("guid", limit("pattern", pattern="^[0-9a-f-]{36}$")),
        ("dateTime", limit("pattern", pattern="^.{4}.*$")),
        ("string", limit("max-length", max_length=2**31 - 1)),
        ("string", limit("length", min_length=70_000, max_length=80_000)),
    ],
)
def test_a_constraint_that_no_message_breaks_alone_is_no_rule_and_is_named(kind, constraint):
    bound = member("Odd", constraint, kind=kind)
    here = subject(bound)
    facets = {rule.facet for rule in request_rules(here.contract, ("json", "xml", "form"))}
    assert facets <= {"optional", "type", "strict-type"}
    assert list(untestable((bound,))) == [f"Odd/{constraint.facet}"]
    assert {case.rules[0].rpartition("/")[2] for case in member_cases(here)} <= facets | {"echo"}


@pytest.mark.parametrize(
    ("low", "high", "kind"), [("0", "9999.99", "decimal"), ("0.5", "1500.75", "decimal"), ("0.5", "9.5", "integer")]
)
def test_a_bound_is_tried_where_it_is_with_its_fraction(low, high, kind):
    price = member("Price", limit("range", minimum=Decimal(low), maximum=Decimal(high)), kind=kind)
    here = subject(price, Price=5)
    least = tried(here, "minimum")
    most = tried(here, "maximum")
    edges = (Decimal(low), Decimal(high)) if kind == "decimal" else (1, 9)
    assert (least["at"][:2], most["at"][:2]) == ((Expect.ACCEPTED, edges[0]), (Expect.ACCEPTED, edges[1]))
    assert (least["outside"][:2], most["outside"][:2]) == (
        (Expect.REFUSED, edges[0] - 1),
        (Expect.REFUSED, edges[1] + 1),
    )
    if kind == "decimal":
        assert tried(here, "maximum-step")["step"][:2] == (Expect.REFUSED, edges[1] + Decimal("0.01"))
    for strategy, good in ((valid(price, 5), True), (invalid(price), False)):
        drawn = draw(strategy, 20, 0)
        assert len(drawn) > 5
        assert all(bool(tuple(broken(price, value))) is not good for value in drawn)


def test_a_nested_member_that_nobody_vouched_for_is_sent_before_it_is_refused():
    zip_code = member("Zip", limit("pattern", pattern=r"^[0-9]{5}$"))
    address = member("Address", limit("required"), kind="object", fields=(member("Town", limit("required")), zip_code))
    here = subject(address, Address={"Town": "Quito"})
    cases = [case for case in member_cases(here) if "/Zip/" in case.id]
    first = cases[0]
    assert first.expect is Expect.ACCEPTED
    assert json.decode(first.request.body).tree["Address"].keys() == {"Town", "Zip"}
    refused = [case for case in cases if case.expect is Expect.REFUSED]
    assert refused
    assert {case.leans_on for case in cases[1:]} == {first.id}
