"""The reader of ASMX help pages, on a page with other names."""

from __future__ import annotations

import pytest

from conformance.documents import contract_of, count
from conformance.documents.ledger import members
from conformance.errors import ConformanceError
from conformance.model import Basis
from tests.synthetic_pages import ASMX, line_of, page

CONTRACT = contract_of(page(ASMX))
OPERATION = CONTRACT.operation
REQUEST = dict(members(OPERATION.request.fields))
RESPONSE = dict(members(OPERATION.response.fields))


def test_the_operation_is_the_element_in_the_body():
    assert (CONTRACT.service, OPERATION.name, OPERATION.path) == ("send-parcel", "SendParcel", "/Parcels.asmx")
    assert OPERATION.citation.line == line_of(ASMX, "POST /Parcels.asmx")


def test_wrappers_and_namespace_stand_apart_from_members():
    request, answer = OPERATION.request, OPERATION.response
    assert (request.root, request.wrappers, request.namespace) == ("SendParcel", ("parcel",), "urn:parcels")
    assert (answer.root, answer.wrappers) == ("SendParcelResponse", ("SendParcelResult",))
    assert list(REQUEST) == ["Weight", "Label", "Pieces", "Pieces/Photo", "Due"]


def test_both_soap_versions_are_encodings():
    first, second = OPERATION.encodings
    assert (first.name, first.media_types, first.action) == ("soap-1.1", ("text/xml",), "urn:parcels/Send")
    assert (second.name, second.media_types, second.action) == ("soap-1.2", ("application/soap+xml",), None)
    assert second.envelope == "http://www.w3.org/2003/05/soap-envelope"


def test_occurs_follows_the_type_mapping():
    assert {path: member.occurs for path, member in REQUEST.items()} == {
        "Weight": (1, 1),
        "Label": (0, 1),
        "Pieces": (0, 1),
        "Pieces/Photo": (0, 1),
        "Due": (1, 1),
    }
    assert REQUEST["Pieces"].item.occurs == (0, None)


def test_an_element_printed_twice_is_a_list():
    assert (REQUEST["Pieces"].type, REQUEST["Pieces"].item.name) == ("list", "Piece")


def test_a_nil_element_is_open_and_an_erratum():
    step = RESPONSE["Steps"].item
    assert (step.name, step.type, step.type_basis) == ("Step", "open", Basis.INFERRED)
    cut = next(erratum for erratum in CONTRACT.errata if erratum.id == "cut-off-step")
    first = line_of(ASMX, "<Step xsi:nil")
    assert cut.line == first
    assert f"lines {first} and {first + 1}" in cut.statement


def test_an_element_without_content_is_empty():
    assert (RESPONSE["Extra"].type, RESPONSE["Extra"].occurs) == ("empty", (0, 1))


def test_the_second_version_yields_the_same_facts_on_its_own_lines():
    ledger = {entry.line: entry.facts for entry in CONTRACT.ledger}
    assert "request/Due/type" in ledger[line_of(ASMX, "<Due>", 1)]
    assert "request/Due/type" in ledger[line_of(ASMX, "<Due>", 2)]
    assert count(CONTRACT) == "8 members, 0 stated constraints"


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        ("<Weight>int</Weight>", "<Weight>two stones</Weight>", "stones", "the type 'two stones' is not known"),
        ("</parcel>", "</parcels>", "</parcels>", "the XML sample is broken here"),
        ("<Due>dateTime</Due>", "<Label>string</Label>", "<parcel>", "parcel repeats an element among others"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(old, new, at, reason):
    text = ASMX.replace(old, new, 1)
    with pytest.raises(ConformanceError) as caught:
        contract_of(page(text))
    assert str(caught.value).startswith(f"page.txt, line {line_of(text, at)}: {reason}")


def test_versions_that_print_different_messages_are_refused():
    text = ASMX.replace("<Weight>int</Weight>", "<Weight>string</Weight>", 1)
    second = line_of(text, "POST /Parcels.asmx", 2)
    with pytest.raises(ConformanceError, match=f"line {second}: the two SOAP versions do not print the same message"):
        contract_of(page(text))
