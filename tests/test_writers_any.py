"""Whatever a report holds, every writer ends, says the same twice, and a reader of other people reads it back."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import rdflib
from haralyzer import HarParser
from hypothesis import given, settings
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from conformance.report.language import language_of
from conformance.report.schema import misfits
from conformance.report.sections import split
from conformance.report.writers import FORMATS, WANTS_MORE
from tests.report_samples import material
from tests.report_strategies import reports

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.model import Report

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib of itself
EARL = rdflib.Namespace("http://www.w3.org/ns/earl#")


def _json(content: bytes, report: Report) -> None:
    document = json.loads(content)
    assert misfits(document) == []
    assert len(document["verdicts"]) == len(report.verdicts)


def _junit(content: bytes, report: Report) -> None:
    suites = list(JUnitXml.fromstring(content))
    assert sum(suite.tests for suite in suites) == len(report.verdicts)


def _har(content: bytes, report: Report) -> None:
    entries = HarParser(json.loads(content)).har_data["entries"]
    assert [entry["startedDateTime"] for entry in entries] == sorted(entry["startedDateTime"] for entry in entries)


def _ctrf(content: bytes, report: Report) -> None:
    results = json.loads(content)["results"]
    assert results["summary"]["tests"] == len(results["tests"]) == len(report.verdicts)


def _earl(content: bytes, report: Report) -> None:
    graph = rdflib.Graph().parse(data=content, format="json-ld")
    assert len(set(graph.subjects(rdflib.RDF.type, EARL.Assertion))) == len(report.verdicts)


def _markdown(content: bytes, report: Report) -> None:
    assert "<h2>" in MarkdownIt("gfm-like", {"linkify": False}).render(content.decode())


def _csv(content: bytes, report: Report) -> None:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == 1 + len(report.verdicts)


def _badge(content: bytes, report: Report) -> None:
    assert ET.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"


def _html(content: bytes, report: Report) -> None:
    assert content.decode().rstrip().endswith("</html>")


def _waivers(content: bytes, report: Report) -> None:
    decides = {one.rule for one in split(report).blocking if one.waiver is None}
    assert len(tomllib.loads(content.decode()).get("waiver", ())) == len(decides)


READERS: dict[str, Callable[[bytes, Any], None]] = {
    "json": _json,
    "html": _html,
    "junit": _junit,
    "har": _har,
    "ctrf": _ctrf,
    "earl": _earl,
    "markdown": _markdown,
    "csv": _csv,
    "badge": _badge,
    "waivers": _waivers,
}


def test_every_format_that_wants_nothing_besides_has_a_reader_here() -> None:
    assert set(READERS) == set(FORMATS) - WANTS_MORE.keys()


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("code", ["en", "es"])
@settings(max_examples=max(30, settings().max_examples // 3))
@given(data=reports())
def test_a_reader_reads_back_what_was_written_of_any_report(name: str, code: str, data: Any) -> None:
    report, run = data
    told = material(report, run, language_of(code))
    content = FORMATS[name][1](told)
    assert FORMATS[name][1](told) == content
    READERS[name](content, report)
