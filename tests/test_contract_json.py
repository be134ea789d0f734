"""contract.json: a contract as text and back."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from conformance.documents import contract_of
from conformance.emit.contract_json import SCHEMA_ID, contract_schema, dumps, fingerprint, load, loads
from conformance.errors import ConformanceError
from conformance.resources import schemas_dir
from tests.documents_at_hand import SERVICES
from tests.synthetic_pages import ASMX, HELP, PROSE, page

PAGES = {"help": HELP, "asmx": ASMX, "prose": PROSE}


@pytest.mark.parametrize("name", PAGES)
def test_a_contract_survives_the_round_trip(name):
    contract = contract_of(page(PAGES[name]))
    assert loads(dumps(contract), "here") == contract


def test_decimals_survive_the_round_trip():
    contract = replace(contract_of(page(HELP)), baseline={"Rent": Decimal("6.1"), "Places": 3, "Tags": ["a", None]})
    again = loads(dumps(contract), "here")
    assert again == contract
    assert again.operation.request.fields[5].constraint("range").minimum == Decimal("0.5")
    assert isinstance(again.baseline["Rent"], Decimal)


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_text_is_the_canonical_one(service):
    path = schemas_dir() / service / "contract.json"
    text = path.read_text(encoding="utf-8")
    assert dumps(load(path)) == text
    assert text.endswith("}\n")


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_text_satisfies_the_published_schema(service):
    schema = json.loads((schemas_dir() / "contract-1.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    content = json.loads((schemas_dir() / service / "contract.json").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(content)) == []
    assert list(Draft202012Validator(schema).iter_errors({**content, "surprise": 1})) != []


def test_the_published_schema_is_that_of_the_model():
    schema = json.loads((schemas_dir() / "contract-1.schema.json").read_text(encoding="utf-8"))
    assert schema == contract_schema()
    assert schema["$id"] == SCHEMA_ID


def test_defaults_are_left_out():
    first = json.loads(dumps(contract_of(page(HELP))))["operation"]["request"]["fields"][0]
    assert set(first) == {"name", "type", "basis", "citation", "type_citation", "constraints"}


def test_the_fingerprint_is_that_of_the_text():
    contract = contract_of(page(HELP))
    assert len(fingerprint(contract)) == 64
    assert fingerprint(contract) == fingerprint(loads(dumps(contract), "here"))
    assert fingerprint(contract) != fingerprint(replace(contract, service="other"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw["operation"].update(color="red"), "key operation.color: Unexpected keyword argument"),
        (lambda raw: raw["operation"].pop("path"), "key operation.path: Field required"),
        (lambda raw: raw["document"].update(lines="many"), "key document.lines: Input should be a valid integer"),
        (
            lambda raw: raw["operation"]["request"]["fields"][0].update(basis="guessed"),
            "operation.request.fields.0.basis",
        ),
        (lambda raw: raw.update(schema="other"), "key schema: expected"),
        (lambda raw: raw.update(baseline=[]), "key baseline"),
    ],
)
def test_a_text_that_does_not_fit_names_source_and_key(change, message):
    raw = json.loads(dumps(contract_of(page(HELP))))
    change(raw)
    with pytest.raises(ConformanceError) as caught:
        loads(json.dumps(raw), "contract.json")
    assert str(caught.value).startswith("contract.json: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "7"])
def test_a_text_that_is_no_contract_says_so(text):
    with pytest.raises(ConformanceError, match=r"^contract\.json"):
        loads(text, "contract.json")


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ConformanceError, match="cannot be read"):
        load(tmp_path / "contract.json")
