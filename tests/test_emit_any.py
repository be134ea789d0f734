"""Whatever a page may state, its schemas are schemas: random contracts, every emitter, the readers of each format."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from lxml import etree
from openapi_spec_validator import OpenAPIV31SpecValidator

from conformance.codecs import elements, xml
from conformance.emit import files_of
from conformance.judge.opinion import Opinion
from conformance.judge.xml_opinion import XmlOpinion, compiled
from conformance.model import Choice
from tests.xml_words import CONTRACT, REQUIRED, constraint, in_namespace, member

NAMES = st.sampled_from(["Alfa", "beta", "Gamma_2", "@delta", "año", "Épsilon", "zeta.eta", "9th", "two words"])
BOUNDS = st.decimals(-5, 50, places=1) | st.integers(-5, 50).map(Decimal)
LENGTHS = st.integers(0, 6)
CONSTRAINTS = st.one_of(
    st.just(REQUIRED),
    st.sampled_from(["^[0-9]*$", r"^\d+(\.\d{1,2})?$", "[a-z]|b", r"^\w{2,4}$", r"(?=x)y", "^.+@.+$", '^[^<&"]+$']).map(
        lambda pattern: constraint("pattern", pattern=pattern)
    ),
    st.tuples(BOUNDS, BOUNDS).map(lambda pair: constraint("range", minimum=pair[0], maximum=pair[1])),
    st.tuples(LENGTHS, LENGTHS).map(lambda pair: constraint("length", min_length=pair[0], max_length=pair[1])),
    LENGTHS.map(lambda length: constraint("max-length", max_length=length)),
    LENGTHS.map(lambda length: constraint("min-length", min_length=length)),
    st.sampled_from(["data-type", "default", "text"]).map(lambda facet: constraint(facet, text="a <b> & c")),
)
CHOICES = st.lists(st.sampled_from(["Red", "Green", "Azul"]), min_size=1, unique=True).map(
    lambda names: tuple(Choice(name=name, number=number) for number, name in enumerate(names))
)


@st.composite
def members(draw, depth=2):
    kinds = ["string", "boolean", "integer", "decimal", "guid", "dateTime", "enum", "open"]
    kind = draw(st.sampled_from([*kinds, "list", "map", "object"] if depth else kinds))
    more = {}
    if kind == "enum":
        more = {"choices": draw(CHOICES), "model": "Colour"}
    elif kind in {"list", "map"}:
        more = {"item": replace(draw(members(depth=depth - 1)), constraints=())}
    elif kind == "object":
        more = {"fields": draw(several(depth - 1)), "model": draw(st.sampled_from(["", "Inner", "Root"]))}
    return member(draw(NAMES), kind, *draw(st.lists(CONSTRAINTS, max_size=3)), **more)


def several(depth):
    return st.lists(members(depth=depth), max_size=4, unique_by=lambda one: one.name).map(tuple)


@st.composite
def contracts(draw):
    fields = draw(several(2))
    operation = CONTRACT.operation
    answer = tuple(replace(one, fields=fields) if one.name == "saved" else one for one in operation.response.fields)
    operation = replace(
        operation,
        request=replace(operation.request, root=draw(st.sampled_from(["Root", "Answer`1"])), fields=fields),
        response=replace(operation.response, fields=answer),
    )
    contract = replace(CONTRACT, operation=operation)
    return in_namespace(contract) if draw(st.booleans()) else contract


@given(contracts())
@settings(max_examples=max(20, settings().max_examples // 5))
def test_every_schema_of_every_contract_is_one(contract):
    files = {name.partition("/")[2]: text for name, text in files_of(contract).items()}
    assert files == {name.partition("/")[2]: text for name, text in files_of(contract).items()}
    for part in ("request", "response"):
        Draft202012Validator.check_schema(json.loads(files[f"{part}.schema.json"]))
        assert compiled(files, part).validity == "valid"
        with_arrays = etree.fromstring(files[f"{part}.xsd"].encode())
        if f"{part}.arrays.xsd" not in files:
            etree.XMLSchema(with_arrays)
    assert list(OpenAPIV31SpecValidator(yaml.safe_load(files["openapi.yaml"])).iter_errors()) == []


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 99)
    | st.sampled_from(["", "Red", "a", "2025-01-31", "x" * 9, "5", "0.5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)


PLAIN = NAMES.filter(lambda name: elements.NAME.fullmatch(name) is not None)


@given(st.data())
@settings(max_examples=max(20, settings().max_examples // 5))
def test_the_opinions_on_any_message_of_any_contract_do_not_stumble(data):
    contract = data.draw(contracts())
    request = replace(contract.operation.request, root="Root")
    contract = replace(contract, operation=replace(contract.operation, request=request))
    tree = data.draw(st.dictionaries(PLAIN, VALUES, max_size=4))
    # The codec writes no element whose name XML does not admit.
    writable = replace(request, fields=tuple(one for one in request.fields if elements.NAME.fullmatch(one.name)))
    known = {f"loans/request/{one.name}/" for one in request.fields}
    said = Opinion(contract).of_request(tree) | XmlOpinion(contract).of_request(xml.encode(writable, tree))
    assert all(any(rule.startswith(place) for place in known) for rule in said)
