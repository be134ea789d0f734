"""Page → contract gives back the contract: random pages in every rendering, and pages that are torn."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.documents import contract_of
from conformance.emit.contract_json import dumps, loads
from conformance.errors import ConformanceError
from conformance.model import Constraint, Contract, Field
from tests.helppage_expected import expected
from tests.helppage_pages import text_of
from tests.helppage_sheets import Sheet
from tests.helppage_strategies import sheets
from tests.synthetic_pages import HELP, page

VALUES = ("pattern", "max_length", "min_length", "text", "minimum", "maximum")


def projection(contract: Contract) -> dict[str, Any]:
    """A contract without its citations and without what is our own in it."""
    operation = contract.operation
    return {
        "name": operation.name,
        "method": operation.method,
        "path": operation.path,
        "request": tuple(_field(member) for member in operation.request.fields),
        "response": tuple(_field(member) for member in operation.response.fields),
        "roots": (operation.request.root, operation.response.root),
        "namespace": operation.request.namespace,
        "parameters": tuple(_field(member) for member in operation.parameters),
        "encodings": tuple(
            (held.name, held.media_types, held.response_media_types, held.serializer) for held in operation.encodings
        ),
    }


def _field(member: Field) -> dict[str, Any]:
    made: dict[str, Any] = {"name": member.name, "type": member.type}
    made["constraints"] = tuple((held.facet, _values(held)) for held in member.constraints)
    if member.item is not None:
        made["item"] = _field(member.item)
    if member.fields:
        made["fields"] = tuple(_field(inner) for inner in member.fields)
    if member.choices:
        made["choices"] = tuple((held.name, held.number) for held in member.choices)
    if member.model:
        made["model"] = member.model
    return made


def _values(constraint: Constraint) -> tuple[tuple[str, Any], ...]:
    ends = ("min_length", "max_length") if constraint.facet == "length" else VALUES
    return tuple((name, held) for name in ends if (held := getattr(constraint, name)) is not None)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(sheets())
def test_a_page_gives_back_the_contract_that_it_was_made_from(sheet: Sheet):
    contract = contract_of(page(text_of(sheet)))
    assert projection(contract) == expected(sheet)


JUNK = (
    *("", "|", "||", "| |", "| x |", "x |", "| a | b | c | d |", "---|---", "|---|---|---|---|", "None.", "None. |"),
    *(
        "{",
        "}",
        "[",
        "]",
        "{}",
        "[[[[",
        '"a": 1,',
        '{"a": 1e999999999999999999}',
        "<a>",
        "</a>",
        "<a/>",
        "<!DOCTYPE a>",
    ),
    *("&x;", "<?xml version='1.0' encoding='utf-16'?>", "]]>", "null", "\x00", "\u2028", "\ufeff", "é" * 300),
    *("Request Information", "Body Parameters", "Response Formats", "application/json", "text/xml, application/json"),
    *("Name | Description | Type | Additional information", "X| Name | Value | Description |", "Sample:", "```"),
    *("NameDescriptionTypeAdditional information", "Possible enumeration values:", "GET api", "POST /{}?{}"),
    *(
        "Range: inclusive between 1 and 1E+999 |",
        "Max length: 99999999999999999999 |",
        "Range: inclusive between 1 and",
    ),
    "Matching regular expression pattern: (" * 40,
    "Collection of " * 60 + "string |",
    "Dictionary of " * 60 + "string |",
    "[" * 3000,
    '{"a":' * 500,
    "<a>" * 400,
    '"\\ud800": 1,',
    "9" * 5000,
)


@st.composite
def torn(draw: st.DrawFn) -> str:
    """A page with lines gone, doubled, swapped, cut, joined or overwritten."""
    lines = draw(st.one_of(st.just(HELP), sheets().map(text_of))).split("\n")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(lines) - 1, 0)))
        other = draw(st.integers(0, max(len(lines) - 1, 0)))
        match draw(st.sampled_from(("gone", "twice", "swap", "cut", "end", "join", "junk", "into", "word"))):
            case "gone":
                del lines[at : at + draw(st.integers(1, 3))]
            case "twice":
                lines.insert(other, lines[at])
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "cut":
                lines[at] = lines[at][: draw(st.integers(0, 20))]
            case "end":
                del lines[at + 1 :]
            case "join":
                lines[at : at + 2] = ["".join(lines[at : at + 2])]
            case "junk":
                lines.insert(at, draw(st.sampled_from(JUNK)))
            case "into":
                lines[at] = lines[at] + draw(st.sampled_from(JUNK))
            case "word":
                lines[at] = draw(st.text(st.characters(codec="utf-8"), max_size=20)).replace("\n", " ")
        lines = lines or [""]
    return "\n".join(lines)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(torn())
def test_a_torn_page_is_read_or_named_with_its_line(text: str):
    document = page(text)
    try:
        contract = contract_of(document)
    except ConformanceError as error:
        refused = str(error)
    else:
        refused = ""
        assert [entry.line for entry in contract.ledger] == list(range(1, len(document.lines) + 1))
        assert loads(dumps(contract), "contract.json") == contract
    if refused:
        found = re.fullmatch(r"page\.txt, line (\d+): .+", refused)
        assert found is not None, refused
        assert 1 <= int(found[1]) <= max(len(document.lines), 1)
