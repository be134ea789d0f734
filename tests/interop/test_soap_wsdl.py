"""How a WSDL is published: what a stock client takes is bound and conforms; otherwise the report says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.errors import ConformanceError
from conformance.model import Level, Outcome
from tests.interop.soap_checking import UPDATE, Checked, check, documents
from tests.interop.soap_published import STALE, WAYS, published

RULE = "http/wsdl"


def asked(folder: Path, way: str, *, told: bool = False, query: str = "wsdl") -> Checked:
    """The suite against the service; `told`: the target file names its address."""
    with published(way) as url:
        where = f'url = "{url}"\n' if told else ""
        section = f'wsdl = "{url}?{query}"\nsoap = ["1.1"]\n{where}{documents()}'
        return check(folder, section, service=UPDATE, depth="quick")


@pytest.mark.parametrize("way", ["one document", "in parts"])
def test_what_a_stock_client_takes_is_bound_and_conforms(way, tmp_path):
    checked = asked(tmp_path, way)
    assert checked.report.exit_status == 0, checked.report.sentence
    journal = (checked.out / "run.jsonl").read_text("utf-8")
    for query in ("?wsdl=1", "?xsd=1"):
        assert (query in journal) is (way == "in parts")


def test_a_stale_address_is_no_place_to_send_to_and_the_message_says_what_to_name(tmp_path):
    with pytest.raises(ConformanceError, match=rf"{STALE}.*name the address to send to as url"):
        asked(tmp_path / "stale", "a stale address")
    checked = asked(tmp_path / "told", "a stale address", told=True)
    assert checked.report.exit_status == 0, checked.report.sentence


FAILED, OPEN = Outcome.FAILED, Outcome.CANT_TELL
UNUSABLE = {
    "no such page": (FAILED, "answered 404"),
    "a page for people": (FAILED, "no well-formed XML"),
    "a document type": (FAILED, "document type declaration"),
    "another operation": (FAILED, "it offers: consultarDocumento"),
    "moved": (OPEN, "?WSDL2; give that address"),
    "a part on another host": (OPEN, "http://otro.example/servicio?wsdl=1"),
}
"""Way → what becomes of the rule about the WSDL, and a part of what is said of it."""


@pytest.mark.parametrize("way", UNUSABLE)
def test_without_a_wsdl_nothing_else_is_sent_and_the_report_says_why(way, tmp_path):
    outcome, words = UNUSABLE[way]
    checked = asked(tmp_path, way)
    assert checked.report.exit_status == (1 if outcome is FAILED else 6), checked.report.sentence
    assert checked.rules(outcome, level=Level.MUST) == {f"{RULE}@soap-1.1"}
    assert words in str(checked.why([f"{RULE}@soap-1.1"]))
    assert not checked.rules(Outcome.PASSED, level=Level.MUST)
    assert '"method": "POST"' not in (checked.out / "evidence.har").read_text("utf-8")


def test_the_address_that_a_redirect_names_is_of_use(tmp_path):
    checked = asked(tmp_path, "moved", query="WSDL2")
    assert checked.report.exit_status == 0, checked.report.sentence


def test_every_way_is_tried():
    assert set(WAYS) == {"one document", "in parts", "a stale address", *UNUSABLE}
