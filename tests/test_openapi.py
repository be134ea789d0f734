"""The OpenAPI document: valid by its standard, bound to every rule, and made of the published schemas."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from conformance.codecs import covered
from conformance.emit.jsonschema import request_schema, response_schema
from conformance.emit.openapi import openapi, openapi_file
from conformance.resources import schemas_dir
from conformance.rules import rules_of
from conformance.run.contracts import contracts
from tests.xml_words import ARRAYS, NAMESPACE, constraint, in_namespace, member
from tests.xml_words import CONTRACT as LOANS

POLICY = contracts()["collection-policy"]
EVERY = {"collection-policy": POLICY, "loans": LOANS, "loans as data contract": in_namespace()}


def nodes(value: Any):
    if isinstance(value, dict):
        yield value
        for key, inner in value.items():
            if key not in {"x-rules", "x-not-expressed", "example"}:
                yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def ids(value):
    for inner in value.values():
        yield from ids(inner) if isinstance(inner, dict) else [inner]


def expressed(document):
    beside = {rule for node in nodes(document["components"]) for rule in ids(node.get("x-rules", {}))}
    return beside | set(document["x-rules"])


def not_expressed(document):
    return {rule for node in nodes(document) for rule in node.get("x-not-expressed", {})}


def content(document):
    (path,) = document["paths"].values()
    (operation,) = path.values()
    return operation


@pytest.mark.parametrize("name", EVERY)
def test_the_document_is_valid_openapi(name):
    text = openapi_file(EVERY[name])["openapi.yaml"]
    assert list(OpenAPIV31SpecValidator(yaml.safe_load(text)).iter_errors()) == []


def test_the_committed_document_is_what_is_emitted():
    (text,) = openapi_file(POLICY).values()
    assert (schemas_dir() / "collection-policy" / "openapi.yaml").read_bytes() == text.encode("utf-8")
    assert yaml.safe_load(text) == openapi(POLICY)


def test_a_service_without_rest_has_no_document():
    assert openapi_file(contracts()["envio-correo"]) == {}


@pytest.mark.parametrize("name", EVERY)
def test_each_rule_of_the_service_is_said_or_listed_with_the_reason_and_not_both(name):
    contract = EVERY[name]
    document = openapi(contract)
    rules = {rule.id for rule in rules_of(contract, covered(contract))}
    assert expressed(document) | not_expressed(document) == rules
    assert not expressed(document) & not_expressed(document)


def test_each_place_and_each_reason_is_told():
    document = openapi(POLICY)
    for told in (document["x-rules"], document["x-not-expressed"]):
        assert told
        assert all(isinstance(text, str) and text.strip() == text and text for text in told.values())


def test_negotiation_echo_and_the_pattern_of_a_decimal_are_listed():
    kinds = {rule.removeprefix("collection-policy/") for rule in not_expressed(openapi(POLICY))}
    assert {"http/accept-quality", "response/data/Email/echo", "request/MinimumInterest/pattern"} <= kinds
    assert {"request/GrantorTaxId/not-blank", "response/success/refusal"} <= kinds


def test_the_media_types_are_those_of_the_document():
    operation = content(openapi(POLICY))
    assert list(operation["requestBody"]["content"]) == [
        media for encoding in POLICY.operation.encodings for media in encoding.media_types
    ]
    assert list(operation["responses"]["200"]["content"]) == [
        media for encoding in POLICY.operation.encodings for media in encoding.response_media_types
    ]
    assert set(operation["responses"]) == {"200", "default"}


def test_the_example_is_valid_and_its_addresses_belong_to_nobody():
    document = openapi(POLICY)
    example = content(document)["requestBody"]["content"]["application/json"]["example"]
    assert list(Draft202012Validator(request_schema(POLICY)).iter_errors(example)) == []
    assert example["Email"].endswith(".test")
    assert document["servers"][0]["url"].endswith(".example.com")


def stripped(value):
    if isinstance(value, dict):
        return {key: stripped(inner) for key, inner in value.items() if key not in {"xml", "$id", "$schema"}}
    return [stripped(inner) for inner in value] if isinstance(value, list) else value


def test_the_components_are_the_published_schemas():
    schemas = openapi(POLICY)["components"]["schemas"]
    asked, answered = request_schema(POLICY), response_schema(POLICY)
    assert schemas[POLICY.operation.request.root] == {key: asked[key] for key in asked if key not in {"$id", "$schema"}}
    assert stripped(schemas[POLICY.operation.response.root]) == stripped(answered)


def test_xml_has_the_names_of_root_and_items():
    schemas = openapi(POLICY)["components"]["schemas"]
    request, response = schemas["GrantorSettingsModelApi.xml"], schemas[POLICY.operation.response.root]
    assert request["xml"] == {"name": "GrantorSettingsModelApi"}
    assert request["properties"]["NotificationSchemaList"]["xml"] == {"wrapped": True}
    items = request["properties"]["NotificationSchemaList"]["items"]
    assert items["xml"] == {"name": "NotificationSchemaModelApi"}
    assert response["properties"]["messageDetail"]["items"]["xml"] == {"name": "string"}
    assert not any("null" in node.get("type", ()) or None in node.get("enum", ()) for node in nodes(request))


def test_a_data_contract_names_its_namespaces():
    request = openapi(in_namespace())["components"]["schemas"]["LoanModel.xml"]
    assert request["xml"] == {"name": "LoanModel", "namespace": NAMESPACE}
    assert request["properties"]["Title"]["xml"] == {"namespace": NAMESPACE}
    assert request["properties"]["Tags"]["items"]["xml"] == {"name": "string", "namespace": ARRAYS}
    assert request["properties"]["Copies"]["items"]["xml"] == {"name": "CopyModel", "namespace": NAMESPACE}


def test_a_form_has_the_scalar_members_and_no_null():
    form = openapi(POLICY)["components"]["schemas"]["GrantorSettingsModelApi.form"]
    scalar = [one.name for one in POLICY.operation.request.fields if one.type not in {"list", "object", "map"}]
    assert list(form["properties"]) == scalar
    assert form["required"] == request_schema(POLICY)["required"]
    assert not any("null" in schema["type"] for schema in form["properties"].values())
    assert not any("xml" in node for node in nodes(form))


def test_parameters_stand_where_the_address_has_them():
    document = openapi(LOANS)
    assert list(document["paths"]) == ["/api/Loans/{branch}"]
    assert content(document)["parameters"] == [
        {"name": "branch", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "notify", "in": "query", "required": False, "schema": {"type": "boolean"}},
    ]


def test_a_parameter_keeps_its_bounds_and_a_query_leaves_the_path():
    size = member("size", "string", constraint("max-length", max_length=3), constraint("pattern", pattern="^[a-z]+$"))
    operation = replace(LOANS.operation, path="api/Loans/{branch}/{other}?size={size}", parameters=(size,))
    document = openapi(replace(LOANS, operation=operation))
    assert list(document["paths"]) == ["/api/Loans/{branch}/{other}"]
    *in_path, query = content(document)["parameters"]
    assert [one["name"] for one in in_path] == ["branch", "other"]
    assert query["schema"] == {"type": "string", "maxLength": 3, "pattern": "^[a-z]+$"}
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_an_operation_without_a_body_asks_for_none():
    operation = replace(LOANS.operation, method="GET", request=replace(LOANS.operation.request, fields=()))
    document = openapi(replace(LOANS, operation=operation, baseline={}))
    assert "requestBody" not in content(document)
    assert set(document["components"]["schemas"]) == {"LoanAnswer"}
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_request_and_answer_of_one_model_are_two_components():
    operation = replace(LOANS.operation, response=replace(LOANS.operation.response, root="LoanModel"))
    schemas = openapi(replace(LOANS, operation=operation))["components"]["schemas"]
    assert set(schemas) == {"LoanModel", "LoanModel.xml", "LoanModel.form", "LoanModel.answer"}


def test_the_text_has_no_reference_to_another_place_of_itself():
    (text,) = openapi_file(LOANS).values()
    assert not re.search(r"(^|\s)[&*]id\d+", text)
