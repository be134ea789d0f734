"""The committed schemas: what the contract emits, valid, and bound to the rules in both directions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conformance.emit import files_of, published
from conformance.emit.jsonschema import request_schema, response_schema
from conformance.facets import exact
from conformance.judge.opinion import Opinion, Validator
from conformance.model import Constraint
from conformance.resources import schemas_dir
from conformance.rules import rules_of
from conformance.run.contracts import all_rules, contracts
from tests.xml_words import CONTRACT as LOANS
from tests.xml_words import REQUIRED, VALID

CONTRACT = contracts()["collection-policy"]
RULES = {rule.id: rule for rule in all_rules().values() if rule.service == "collection-policy"}
SCHEMAS = {"request": request_schema(CONTRACT), "response": response_schema(CONTRACT)}
BASELINE = dict(CONTRACT.baseline)


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for key, value in schema.items():
            if key not in {"x-rules", "x-not-expressed"}:
                yield from nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from nodes(value)


def ids(rules: dict[str, Any]) -> Iterator[str]:
    for value in rules.values():
        yield from ids(value) if isinstance(value, dict) else [value]


EXPRESSED = {rule for schema in SCHEMAS.values() for node in nodes(schema) for rule in ids(node.get("x-rules", {}))}
NOT_EXPRESSED = {
    rule: reason
    for schema in SCHEMAS.values()
    for node in nodes(schema)
    for rule, reason in node.get("x-not-expressed", {}).items()
}


@pytest.mark.parametrize("service", sorted(contracts()))
def test_the_committed_files_are_what_the_contract_emits_byte_for_byte(service):
    files = files_of(contracts()[service])
    for name, text in files.items():
        assert (schemas_dir() / name).read_bytes() == text.encode("utf-8"), name
    committed = {f"{service}/{path.name}" for path in (schemas_dir() / service).iterdir()}
    assert committed == set(files)


def test_the_published_schemas_are_committed_byte_for_byte():
    for name, text in published().items():
        assert (schemas_dir() / name).read_bytes() == text.encode("utf-8"), name


def test_emitting_twice_gives_the_same_bytes():
    assert files_of(CONTRACT) == files_of(CONTRACT)


@pytest.mark.parametrize("part", SCHEMAS)
def test_a_schema_is_valid_json_schema_2020_12(part):
    committed = json.loads((schemas_dir() / "collection-policy" / f"{part}.schema.json").read_text("utf-8"))
    assert committed["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert committed["$id"].endswith(f"/collection-policy/{part}.schema.json")
    Draft202012Validator.check_schema(committed)


def test_every_rule_named_in_a_schema_exists():
    assert EXPRESSED | set(NOT_EXPRESSED) <= set(RULES)


def test_every_rule_that_claims_a_schema_is_named_in_one():
    assert {rule.id for rule in RULES.values() if rule.schema} <= EXPRESSED


def test_a_schema_expresses_no_rule_that_does_not_claim_it_but_the_pattern_of_an_integer():
    unclaimed = EXPRESSED - {rule.id for rule in RULES.values() if rule.schema}
    assert unclaimed == {
        f"collection-policy/request/{name}/pattern" for name in ("DaysUncollectibleDebt", "MaximumTermDays")
    }


def test_what_a_schema_cannot_say_is_listed_with_the_reason():
    assert set(NOT_EXPRESSED) == {
        f"collection-policy/request/{name}/pattern" for name in ("MinimumInterest", "MaximunInterest")
    }
    assert all("strings only" in reason for reason in NOT_EXPRESSED.values())
    assert not any(RULES[rule].schema for rule in NOT_EXPRESSED)


def test_each_keyword_with_a_rule_stands_beside_it():
    for schema in SCHEMAS.values():
        for node in nodes(schema):
            for keyword in node.get("x-rules", {}):
                assert keyword in node or keyword == "null", (node, keyword)


def test_the_baseline_is_valid_by_the_committed_request_schema():
    committed = json.loads((schemas_dir() / "collection-policy" / "request.schema.json").read_text("utf-8"))
    assert list(Draft202012Validator(committed).iter_errors(BASELINE)) == []


def test_the_printed_sample_is_not_valid():
    sample = BASELINE | {"CollectionReminderTime": "sample string 3", "Email": "sample string 6"}
    wrong = {error.json_path for error in Draft202012Validator(SCHEMAS["request"]).iter_errors(sample)}
    assert wrong == {"$.CollectionReminderTime", "$.Email"}


@pytest.mark.parametrize("value", [90, 90.0])
def test_an_integer_may_be_written_with_a_point(value):
    assert Draft202012Validator(SCHEMAS["request"]).is_valid(BASELINE | {"DaysUncollectibleDebt": value})


def test_a_guid_has_no_version_and_several_spellings():
    for text in ("a7aa6a5d-0000-0000-0000-5ad9e3e5f1a6", "{A7AA6A5D-1FC4-0D88-AA15-5AD9E3E5F1A6}", "0" * 32):
        assert Validator(SCHEMAS["request"]).is_valid(BASELINE | {"UserId": text}), text
    for text in ("0" * 31, "a7aa6a5d-1fc4-0d88-aa15-5ad9e3e5f1ag", "{a7aa6a5d-1fc4-0d88-aa15-5ad9e3e5f1a6"):
        assert not Validator(SCHEMAS["request"]).is_valid(BASELINE | {"UserId": text}), text


def test_a_pattern_that_cannot_be_translated_is_left_out_with_the_reason():
    request = CONTRACT.operation.request
    name = request.fields[0]
    constraint = Constraint(facet="pattern", basis=name.basis, citation=name.citation, pattern=r"^(a)\1$")
    odd = replace(name, constraints=(constraint,))
    message = replace(request, fields=(odd, *request.fields[1:]))
    schema = request_schema(replace(CONTRACT, operation=replace(CONTRACT.operation, request=message)))
    member = schema["properties"][odd.name]
    assert "pattern" not in member
    assert "backreference" in member["x-not-expressed"][f"collection-policy/request/{odd.name}/pattern"]


# --- facets and types that the known page has not ---------------------------------------------------------------------

LOAN_RULES = {rule.id: rule for rule in rules_of(LOANS, ("json",))}
LOAN_SCHEMAS = {"request": request_schema(LOANS), "response": response_schema(LOANS)}
LOAN = {
    name: float(value) if isinstance(value, Decimal) else value for name, value in VALID.items() if name != "Copies"
}
OPINION = Opinion(LOANS)


@pytest.mark.parametrize("part", LOAN_SCHEMAS)
def test_a_schema_of_every_type_is_valid_json_schema(part):
    Draft202012Validator.check_schema(LOAN_SCHEMAS[part])
    named = {rule for node in nodes(LOAN_SCHEMAS[part]) for rule in ids(node.get("x-rules", {}))}
    claimed = {rule.id for rule in LOAN_RULES.values() if rule.schema and rule.part == part}
    reasons = {rule for node in nodes(LOAN_SCHEMAS[part]) for rule in node.get("x-not-expressed", {})}
    assert claimed <= named | reasons
    for node in nodes(LOAN_SCHEMAS[part]):
        for keyword in node.get("x-rules", {}):
            assert keyword in node or keyword == "null", (node, keyword)


# fmt: off
FACETS = [
    ({}, set()), ({"Title": "ab"}, {"Title/min-length"}), ({"Title": None}, {"Title/required"}),
    ({"Tags": ["a", "b", "c"]}, {"Tags/max-length"}), ({"Tags": [5]}, {"Tags/type"}), ({"Tags": [None]}, set()),
    ({"Shelf": "Closed"}, set()), ({"Shelf": 1}, set()), ({"Shelf": None}, set()), ({"Shelf": "Ajar"}, {"Shelf/type"}),
    ({"Shelf": 2}, {"Shelf/type"}), ({"Shelf": True}, {"Shelf/type"}), ({"Shelf": "0"}, {"Shelf/type"}),
    ({"Notes": {}}, set()), ({"Notes": {"a": "b", "c": None}}, set()), ({"Notes": []}, {"Notes/type"}),
    ({"Notes": {"a": 5}}, {"Notes/type"}), ({"Anything": [5]}, set()), ({"Anything": None}, set()),
    ({"Code": "ABCD"}, {"Code/pattern"}), ({"Code": "ab"}, {"Code/pattern"}), ({"Code": "abcd"}, {"Code/pattern"}),
    ({"Weeks": 0}, {"Weeks/minimum"}), ({"Weeks": 9}, {"Weeks/maximum"}), ({"Odd": "b"}, set()),
    ({"Spare": {"Barcode": "b"}}, {"Spare/Barcode/min-length"}), ({"Spare": {}}, {"Spare/Barcode/required"}),
    ({"Spare": {"Barcode": "b123456"}}, {"Spare/Barcode/max-length"}), ({"Copies": [{}]}, {"Copies/Barcode/required"}),
]
# fmt: on


@pytest.mark.parametrize(("changes", "rules"), FACETS, ids=lambda value: str(value)[:50])
def test_each_facet_is_found_by_the_second_opinion(changes, rules):
    found = OPINION.of_request(LOAN | changes)
    assert {rule.removeprefix("loans/request/") for rule in found} == rules


def test_null_in_a_required_choice_is_a_missing_value_and_not_a_wrong_one():
    request = LOANS.operation.request
    fields = tuple(replace(one, constraints=(REQUIRED,)) if one.name == "Shelf" else one for one in request.fields)
    operation = replace(LOANS.operation, request=replace(request, fields=fields))
    opinion = Opinion(replace(LOANS, operation=operation))
    assert opinion.of_request(LOAN | {"Shelf": None}) == {"loans/request/Shelf/required"}


# fmt: off
TIMES = [
    *("2025-01-31", "2025-01-31T10:20:30", "2025-01-31T10:20:30Z", "2025-01-31T10:20:30.1234567-05:00", "2024-02-29"),
    *("2000-02-29", "1900-02-29", "2025-02-29", "2025-02-30", "2025-04-31", "2025-13-01", "2025-00-01", "2025-01-00"),
    *("0000-01-01", "0000-02-29", "0004-02-29", "2025-01-31T24:00:00", "2025-01-31T23:60:00", "2025-01-31T10:20", ""),
    *("31/01/2025", "10:20:30", "2025-01-31 10:20:30", "2025-1-31", "٢٠٢٥-01-31", "2025-01-31Z", "2025-01-31\n"),
]
# fmt: on


@pytest.mark.parametrize("text", TIMES, ids=repr)
def test_a_time_is_one_for_the_schema_where_it_is_one_for_the_walk(text):
    wrong = OPINION.of_request(LOAN | {"Due": text})
    assert (wrong == frozenset()) is exact("dateTime", text)
    assert not wrong or wrong == {"loans/request/Due/type"}


@given(st.datetimes(), st.sampled_from(["", "Z", "-05:00", "+14:00"]))
def test_every_time_of_the_calendar_is_one(moment, zone):
    assert OPINION.of_request(LOAN | {"Due": moment.isoformat() + zone}) == frozenset()


@given(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32))
def test_a_day_is_one_where_the_calendar_has_it(year, month, day):
    text = f"{year:04}-{month:02}-{day:02}"
    assert (OPINION.of_request(LOAN | {"Due": text}) == frozenset()) is exact("dateTime", text)
