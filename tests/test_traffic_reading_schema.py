"""The published schema of a line of JSONL and what is read are the same."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.resources import schemas_dir
from conformance.traffic.files.lines import write_line
from conformance.traffic.recording import Recorded
from tests.test_docs_links import ROOT
from tests.traffic_support import any_exchanges

SCHEMA = json.loads((schemas_dir() / "exchange-1.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
WORDS = ("$schema", "$id", "title", "description", "$defs")
VALUES = (
    None,
    "",
    "x",
    "bytes",
    "part",
    0,
    7,
    -1.5,
    True,
    [],
    [["a", "b"]],
    [["a"]],
    [["a", 1]],
    {},
    {"status": 200},
    {"method": "G", "url": "u"},
)


def _plain(schema: Any, root: Any) -> Any:
    """A schema without its words, with what it refers to in place."""
    if isinstance(schema, list):
        return [_plain(one, root) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _plain(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    return {name: _plain(one, root) for name, one in schema.items() if name not in WORDS}


def test_the_schema_is_what_the_reader_takes():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    read = msgspec.json.schema(Recorded)
    assert _plain(SCHEMA, SCHEMA) == _plain(read, read)


@given(any_exchanges(2))
def test_every_line_that_is_written_is_valid(exchanges):
    for one in exchanges:
        VALIDATOR.validate(json.loads(write_line(one)))


@given(st.data())
def test_schema_and_reader_refuse_the_same(data):
    line = {
        "request": {"method": "POST", "url": "u", "headers": [["a", "b"]], "body": "", "body64": None, "kept": "text"},
        "response": {"status": 200, "reason": "", "http_version": "", "headers": [], "body": "x", "kept": "bytes"},
        "error": None,
        "started": "",
        "milliseconds": 1.5,
    }
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from([line, line["request"], line["response"]]))
        name = data.draw(st.sampled_from([*place, "unknown"]))
        if data.draw(st.booleans()):
            place[name] = deepcopy(data.draw(st.sampled_from(VALUES)))
        else:
            place.pop(name, None)
        if not all(isinstance(line.get(side), dict) for side in ("request", "response")):
            break
    try:
        msgspec.json.decode(json.dumps(line), type=Recorded)
        taken = True
    except msgspec.ValidationError:
        taken = False
    assert VALIDATOR.is_valid(line) == taken


def test_the_example_of_the_page_is_a_line():
    page = (ROOT / "docs" / "recordings.md").read_text("utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    lines = block.strip().splitlines()
    assert len(lines) == 2
    for line in lines:
        VALIDATOR.validate(json.loads(line))
        assert isinstance(msgspec.json.decode(line, type=Recorded), Recorded)


@pytest.mark.parametrize("name", ["kept", "body64", "error", "milliseconds", "http_version"])
def test_every_member_is_explained(name):
    held = {**SCHEMA["properties"], **SCHEMA["$defs"]["response"]["properties"], **SCHEMA["$defs"]}[name]
    held = SCHEMA["$defs"][name] if "$ref" in held else held
    assert len(held["description"]) > 20
