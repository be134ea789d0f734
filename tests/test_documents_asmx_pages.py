"""Page → contract gives back the contract: random ASMX pages in every layout, and pages that are torn."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.documents import contract_of, differences
from conformance.documents.asmx import KIND
from conformance.emit.contract_json import dumps, loads
from conformance.errors import ConformanceError
from tests.asmx_expected import expected, projection
from tests.asmx_pages import Sheet, sheets
from tests.asmx_text import text_of
from tests.synthetic_pages import ASMX, page

patient = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@patient
@given(sheets())
def test_a_page_gives_back_the_contract_that_it_was_made_from(sheet: Sheet):
    contract = contract_of(page(text_of(sheet)))
    assert contract.document.kind == KIND
    assert projection(contract) == expected(sheet)


@patient
@given(sheets())
def test_every_line_is_accounted_for_and_the_contract_survives_its_file(sheet: Sheet):
    held = page(text_of(sheet))
    contract, lines = contract_of(held), held.lines
    assert [entry.line for entry in contract.ledger] == list(range(1, len(lines) + 1))
    assert all(bool(entry.facts) != bool(entry.reason) for entry in contract.ledger)
    assert [entry.line for entry in contract.ledger if entry.reason == "blank"] == [
        number for number, line in enumerate(lines, start=1) if not line.strip()
    ]
    again = loads(dumps(contract), "contract.json")
    assert again == contract
    assert differences(again, contract) == ()


_SCRAPS = st.sampled_from(
    (
        *(
            "<",
            ">",
            "</a>",
            "<a>",
            "&",
            "&nope;",
            "<!DOCTYPE a>",
            "<?xml?>",
            "\x00",
            "\ud800",
            "]]>",
            "soap:Body",
            "=",
            "?",
        ),
        *("POST /x HTTP/1.1", "GET /x.asmx/y?a=b&a=c&b=d&a=e HTTP/1.1", "HTTP/1.1 200 OK", "HTTP/1.1 202 Accepted"),
        *(
            "Content-Type: application/x-www-form-urlencoded",
            "Content-Type:",
            "SOAPAction: x",
            '<a xmlns="x"/>',
            " or ",
        ),
        *("xml", "string", "int", 'xsi:nil="true"', 'xsi:type="type"', "<a><b/><b/></a>", 'id="id"', "xmlns:q='q'"),
    )
)


@st.composite
def torn(draw: st.DrawFn) -> str:
    """A page of either make with lines lost, doubled, swapped and cut, and scraps put in."""
    text = draw(st.one_of(st.just(ASMX), sheets().map(text_of)))
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 4))):
        if not lines:
            break
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(("drop", "double", "swap", "cut", "scrap", "end"))):
            case "drop":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                other = draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case "cut":
                lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
            case "scrap":
                place = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:place] + draw(_SCRAPS) + lines[at][place:]
            case "end":
                lines = lines[: at + 1]
    return "\n".join(lines)


@patient
@given(torn())
def test_a_torn_page_is_read_or_refused_with_its_line_and_never_worse(text: str):
    held = page(text)
    try:
        accounted, refusal = len(contract_of(held).ledger), ""
    except ConformanceError as error:
        accounted, refusal = 0, str(error)
    found = re.match(r"page\.txt, line (\d+): \S", refusal)
    assert accounted == len(held.lines) if not refusal else found is not None, refusal
    assert found is None or 1 <= int(found[1]) <= max(1, len(held.lines))
