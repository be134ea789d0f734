"""The one table from outcome, level and waiver to the words of other formats."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.model import Level, Outcome
from conformance.report.build import build
from conformance.report.outcomes import WORDS, Standing, standing, words
from conformance.report.writers import FORMATS
from tests.report_samples import EMAIL, WAIVER, log, verdict

LATE = WAIVER | {"expiry": "2026-03-03"}
ROWS = [
    (Outcome.PASSED, Level.MUST, None, Standing.PASSED),
    (Outcome.PASSED, Level.MUST, WAIVER, Standing.PASSED),
    (Outcome.FAILED, Level.MUST, None, Standing.BLOCKING),
    (Outcome.FAILED, Level.SHOULD, None, Standing.ADVISORY),
    (Outcome.FAILED, Level.MAY, None, Standing.ADVISORY),
    (Outcome.FAILED, Level.MUST, WAIVER, Standing.WAIVED),
    (Outcome.FAILED, Level.SHOULD, WAIVER, Standing.WAIVED),
    (Outcome.FAILED, Level.MUST, LATE, Standing.BLOCKING),
    (Outcome.CANT_TELL, Level.MUST, None, Standing.CANT_TELL),
    (Outcome.INAPPLICABLE, Level.MUST, None, Standing.INAPPLICABLE),
    (Outcome.UNTESTED, Level.MUST, None, Standing.UNTESTED),
]


@pytest.mark.parametrize(("outcome", "level", "waiver", "stands"), ROWS)
def test_outcome_level_and_waiver_say_where_a_verdict_stands(outcome, level, waiver, stands):
    one = verdict(EMAIL, outcome, level=level, waiver=waiver)
    assert standing(one, build(log(), [one], ())) is stands


def test_in_a_strict_run_a_should_decides_and_a_may_does_not():
    should, may = (verdict(EMAIL, Outcome.FAILED, level=level) for level in (Level.SHOULD, Level.MAY))
    strict = build(log(strict=True), [should, may], ())
    assert [standing(one, strict) for one in (should, may)] == [Standing.BLOCKING, Standing.ADVISORY]


def test_every_standing_has_its_words_and_every_outcome_its_standing():
    assert set(WORDS) == set(Standing)
    report = build(log(), (), ())
    met = {standing(replace(verdict(EMAIL, outcome), waiver=None), report) for outcome in Outcome}
    assert met == set(Standing) - {Standing.ADVISORY, Standing.WAIVED}


@pytest.mark.parametrize(
    ("outcome", "earl", "junit", "ctrf"),
    [
        (Outcome.PASSED, "passed", "", "passed"),
        (Outcome.FAILED, "failed", "failure", "failed"),
        (Outcome.CANT_TELL, "cantTell", "skipped", "other"),
        (Outcome.INAPPLICABLE, "inapplicable", "skipped", "skipped"),
        (Outcome.UNTESTED, "untested", "skipped", "pending"),
    ],
)
def test_the_words_are_those_that_the_formats_have(outcome, earl, junit, ctrf):
    one = verdict(EMAIL, outcome)
    assert words(one, build(log(), [one], ())) == (earl, junit, ctrf)


def test_the_page_on_formats_has_the_tables_of_the_code():
    page = (Path(__file__).parents[1] / "docs" / "report-formats.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z]+)` \| `([^`]+)` \|", page, re.MULTILINE)
    assert dict(rows) == {name: file for name, (file, _) in FORMATS.items()}
    lines = page.partition("## What a verdict is called")[2].partition("The table in code")[0].splitlines()[4:-1]
    assert len(lines) == len(WORDS)
    for line, said in zip(lines, WORDS.values(), strict=True):
        for cell, word in zip(line.split("|")[2:5], said, strict=True):
            assert f"`{word}`" in cell if word else "no element" in cell


def test_a_waived_failure_stays_a_failure_where_a_format_can_say_so():
    assert WORDS[Standing.WAIVED].earl == "failed"
    assert WORDS[Standing.WAIVED].junit == "skipped"
    assert WORDS[Standing.ADVISORY] == ("failed", "system-out", "failed")
