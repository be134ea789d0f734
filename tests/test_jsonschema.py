"""The committed schemas: what the contract emits, valid, and bound to the rules in both directions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conformance.emit import files_of, published
from conformance.emit.jsonschema import request_schema, response_schema
from conformance.judge.opinion import Validator
from conformance.model import Constraint
from conformance.resources import schemas_dir
from conformance.run.contracts import all_rules, contracts

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
    assert "groupref" in member["x-not-expressed"][f"collection-policy/request/{odd.name}/pattern"]
