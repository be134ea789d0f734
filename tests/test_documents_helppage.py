"""The reader of ASP.NET help pages, on a page with other words, names and numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance.documents import contract_of, count
from conformance.documents.ledger import members
from conformance.errors import ConformanceError
from conformance.model import Basis
from tests.synthetic_pages import HELP, line_of, page

CONTRACT = contract_of(page(HELP))
REQUEST = dict(members(CONTRACT.operation.request.fields))
RESPONSE = dict(members(CONTRACT.operation.response.fields))


def test_a_page_without_readings_takes_its_service_id_from_the_operation():
    assert (CONTRACT.service, CONTRACT.operation.name) == ("warehouse-shelf", "WarehouseShelf")
    assert (CONTRACT.operation.method, CONTRACT.operation.path) == ("PUT", "api/Warehouse/Shelf")
    assert CONTRACT.baseline == {}
    assert CONTRACT.operation.acceptance is None


def test_the_rows_become_members_with_the_lines_of_name_and_type():
    assert [member.name for member in CONTRACT.operation.request.fields] == [
        "Code",
        "Contact",
        "Places",
        "Shelves",
        "Tags",
        "Rent",
    ]
    code = REQUEST["Code"]
    assert (code.type, code.citation.line, code.type_citation.line) == (
        "string",
        line_of(HELP, "| Code |"),
        line_of(HELP, "string |"),
    )


def test_a_pattern_may_hold_bars_and_words_of_other_annotations():
    held = REQUEST["Contact"].constraint("pattern")
    assert held.pattern == "^a | Range: inclusive between 1 and 2@b$"
    assert REQUEST["Contact"].constraint("max-length").max_length == 30
    assert REQUEST["Contact"].constraint("range") is None


def test_a_range_keeps_its_decimals():
    held = REQUEST["Rent"].constraint("range")
    assert (held.minimum, held.maximum) == (Decimal("0.5"), Decimal(10))


def test_a_lost_name_comes_back_from_the_order_of_the_samples():
    assert REQUEST["Contact"].citation.line == line_of(HELP, "Where the guard") - 1
    ids = [erratum.id for erratum in CONTRACT.errata]
    assert "unnamed-row-contact" in ids
    assert "stray-bar-after-contact" in ids


def test_a_nested_model_has_stated_names_and_inferred_types():
    identity, height = REQUEST["Shelves/ShelfId"], REQUEST["Shelves/Height"]
    assert (identity.type, identity.basis, identity.type_basis) == ("guid", Basis.STATED, Basis.INFERRED)
    assert (height.type, height.type_basis) == ("decimal", Basis.INFERRED)
    assert REQUEST["Shelves"].item.name == "ShelfModel"
    assert (REQUEST["Tags"].item.name, REQUEST["Tags"].item.type) == ("string", "string")


def test_the_answer_holds_the_request_model_on_its_own_lines_without_constraints():
    code = RESPONSE["kept/Code"]
    assert code.citation.line == line_of(HELP, '"Code"', 2)
    assert code.constraints == ()
    assert RESPONSE["kept/Shelves/Height"].citation.line == line_of(HELP, '"Height"', 3)


def test_formats_keep_the_order_of_the_page():
    assert [(held.name, held.media_types, held.response_media_types) for held in CONTRACT.operation.encodings] == [
        ("json", ("application/json",), ("application/json",)),
        ("xml", ("application/xml", "text/xml"), ()),
        ("form", ("application/x-www-form-urlencoded",), ()),
    ]


def test_the_page_betrays_samples_that_break_their_own_constraints():
    found = {erratum.id: erratum for erratum in CONTRACT.errata}
    assert set(found) == {
        "unnamed-row-contact",
        "stray-bar-after-contact",
        "no-table-shelf-model",
        "no-sample-form",
        "sample-breaks-code-max-length",
        "sample-breaks-contact-pattern",
    }
    broken = found["sample-breaks-code-max-length"]
    assert broken.line == line_of(HELP, '"Code"')
    assert f"line {line_of(HELP, '<Code>')}" in broken.statement


def test_no_description_reaches_the_contract():
    assert "guard" not in str(CONTRACT)
    assert "boxes fit" not in str(CONTRACT)


def test_the_count_counts_rows_and_stated_constraints():
    assert count(CONTRACT) == (
        "8 field rows, 9 stated constraints (3 required, 2 patterns, 2 ranges, 2 maximum lengths)"
    )


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        ("integer |", "quaternion number |", "quaternion", "the type 'quaternion number' is not known"),
        ('"Places": 3,', '"Places" 3,', '"Places" 3', "the JSON sample is broken here"),
        ("<Places>3</Places>", "<Places>3</Place>", "</Place>", "the XML sample is broken here"),
        ("| Tags |", "Tags", "Tags", "expected a table row, found 'Tags'"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(old, new, at, reason):
    text = HELP.replace(old, new, 1)
    line = line_of(text, at) - (1 if at == "Where the guard" else 0)
    with pytest.raises(ConformanceError) as caught:
        contract_of(page(text))
    assert str(caught.value).startswith(f"page.txt, line {line}: {reason}")


def test_a_lost_name_that_no_sample_shows_is_named_with_its_line():
    text = HELP.replace('"Contact": "sample string 2",\n', "").replace("<Contact>sample string 2</Contact>\n", "")
    with pytest.raises(ConformanceError) as caught:
        contract_of(page(text))
    line = line_of(text, "Where the guard") - 1
    assert str(caught.value) == (
        f"page.txt, line {line}: this row has no name, and the order of the samples does not tell it"
    )


def test_a_lost_name_that_only_xml_shows_comes_from_there():
    text = HELP.replace('"Contact": "sample string 2",\n', "")
    assert contract_of(page(text)).operation.request.fields[1].name == "Contact"


def test_samples_that_disagree_on_a_lost_name_do_not_tell_it():
    text = HELP.replace("<Contact>sample string 2</Contact>", "<Guard>sample string 2</Guard>")
    with pytest.raises(ConformanceError, match="the order of the samples does not tell it"):
        contract_of(page(text))
