"""`verdicts.csv`: what a spreadsheet opens, and that it runs nothing of what a server wrote."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.report.language import language_of
from conformance.report.writers import csv as writer
from tests.report_samples import EMAIL, FINDINGS, STEP, SUCCESS, VERDICTS, hostile, material
from tests.report_strategies import TEXTS

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def rows(code: str = "en", **changes: Any) -> list[dict[str, str]]:
    report, run = hostile(**changes)
    content = writer.write(material(report, run, language_of(code)))
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def of(rule: str) -> dict[str, str]:
    return next(row for row in rows() if row["Rule"] == rule)


def test_there_is_a_row_for_each_verdict_with_its_first_finding() -> None:
    assert [row["Rule"] for row in rows()] == [verdict.rule for verdict in VERDICTS]
    failure = of(EMAIL)
    assert (failure["Level"], failure["Outcome"], failure["Decides the run"]) == ("MUST", "failed", "yes")
    assert (failure["Expected"], failure["Observed"]) == (FINDINGS[0].expected, FINDINGS[0].observed)
    assert failure["Number of findings"] == "5"
    assert failure["What is required"] == "Email matches the stated pattern."
    assert failure["Source"] == "001_a7101fb9927c4164.txt, line 57"
    assert failure["Exchanges"] == "x00001 x00002"


def test_what_does_not_decide_says_so_and_a_waiver_its_owner() -> None:
    assert of(STEP)["Decides the run"] == "no"
    assert of(SUCCESS)["Decides the run"] == "no"
    assert "owner Ana" in of(SUCCESS)["Waiver"]


def test_it_is_utf_8_with_its_mark_and_lines_end_as_the_standard_says() -> None:
    content = writer.write(material(*hostile()))
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == 1 + len(VERDICTS)


def test_the_header_speaks_the_language() -> None:
    assert len(rows("es")[0]) == len(rows("en")[0]) == 16


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("before", ["", " ", '"', "'", "\u00a0"])
def test_no_cell_begins_like_a_formula(start: str, before: str) -> None:
    cell = writer.guarded(f"{before}{start}cmd|' /C calc'!A0")
    assert not cell.lstrip(' "\u00a0').startswith(STARTS)


@pytest.mark.parametrize("text", ["a;=1+1", 'a;"=1+1', "a|=1", "a; +1", "a;＝1"])
def test_no_cell_begins_like_one_where_semicolons_separate(text: str) -> None:
    parts = writer.guarded(text).replace("|", ";").split(";")
    assert parts[1].lstrip(' "').startswith("'")


@pytest.mark.parametrize(
    "text", ["Email", "a - b", "100.01", "x=1", "expected 1, -1", "200 with success true; nothing"]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert writer.guarded(text) == text


@given(text=TEXTS | st.text())
def test_the_guard_holds_for_any_text(text: str) -> None:
    cell = writer.guarded(text)
    for part in cell.replace("\t", ";").split(";"):
        assert not part.lstrip().lstrip('"').startswith(STARTS)
    assert len(cell.splitlines()) <= 1
    assert len(cell) <= 2 * writer.LONGEST
