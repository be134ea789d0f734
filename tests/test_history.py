"""`conformance history`: runs in the order of time, what changed from one to the next, what flaps, and the drawing."""

from __future__ import annotations

import json
import random
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from conformance.model import Finding, Level, Outcome
from conformance.report.history import Track, counts, history_of
from conformance.report.history.chart import KINDS, chart, ticks
from conformance.report.history.document import SCHEMA_FILE
from conformance.report.schema import misfits
from tests.earlier_runs import ran, run, said, wrote
from tests.report_samples import EMAIL, FINDINGS, INTEREST, NASTY, SUCCESS, TAX_ID, WAIVER, verdict

PASSED, FAILED = (verdict(EMAIL, outcome) for outcome in (Outcome.PASSED, Outcome.FAILED))
BAD = verdict(EMAIL, Outcome.FAILED, findings=(Finding(path="Email", expected="a refusal", observed=NASTY),))
STEADY = verdict(INTEREST, Outcome.PASSED)


def day(number: int, *rules: Any, **changes: Any) -> Any:
    facts = {"run": f"run-{number:02}", "started": f"2026-03-{number:02}T10:00:00-05:00"}
    return run(*rules, **(facts | changes))


def track(*runs: Any) -> Track:
    (found,) = history_of(runs).tracks
    return found


# --- what a history is ------------------------------------------------------------------------------------------------


def test_runs_are_in_the_order_of_time_whatever_the_order_they_are_named_in():
    runs = [day(number, said("A", "passed")) for number in range(1, 9)]
    shuffled = list(runs)
    random.Random(5).shuffle(shuffled)
    assert [point.run for point in track(*shuffled).points] == runs


def test_times_are_compared_as_times_not_as_text():
    early = day(1, started="2026-03-01T09:00:00+09:00")
    late = day(2, started="2026-03-01T01:00:00Z")
    assert [point.run for point in track(late, early).points] == [early, late]


def test_a_run_that_is_named_twice_counts_once():
    assert len(track(day(1), day(2), day(1)).points) == 2


def test_each_target_has_its_own_history():
    found = history_of([day(1, name="b"), day(2, name="a"), day(3, name="b")])
    assert [(one.name, len(one.points)) for one in found.tracks] == [("a", 1), ("b", 2)]
    assert [point.since is None for point in found.tracks[1].points] == [True, False]


def test_each_run_is_compared_with_the_one_before():
    points = track(day(1, said("A", "passed")), day(2, said("A", "failed")), day(3, said("A", "passed"))).points
    assert points[0].since is None
    assert [len(point.since.newly_failing) for point in points[1:] if point.since] == [1, 0]
    assert [len(point.since.newly_passing) for point in points[1:] if point.since] == [0, 1]


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ("passed failed passed", 2),
        ("passed failed", None),
        ("passed cant-tell passed cant-tell passed", None),
        ("passed cant-tell failed untested passed", 2),
        ("waived passed failed", 2),
        ("failed waived failed waived", None),
        ("inapplicable failed passed failed", 2),
    ],
)
def test_what_holds_and_fails_by_turns_flaps(words: str, changes: int | None):
    runs = [day(number, said("A", word)) for number, word in enumerate(words.split(), start=1)]
    assert [one.changes for one in track(*runs).flapping] == ([changes] if changes else [])


def test_the_worst_flaps_first_and_a_run_without_the_rule_is_a_gap():
    runs = [
        day(1, said("A", "passed"), said("B", "passed")),
        day(2, said("A", "failed"), said("B", "failed")),
        day(3, said("A", "passed")),
        day(4, said("A", "failed"), said("B", "passed")),
    ]
    found = track(*runs).flapping
    assert [(one.rule.rpartition("/")[2], one.changes) for one in found] == [("A", 3), ("B", 2)]
    assert found[1].words == ("passed", "failed", "", "passed")


def test_counts_are_by_level_and_word():
    rules = (said("A", "passed"), said("B", "waived"), said("C", "failed"), said("D", "untested"))
    (point,) = track(day(1, *rules, said("E", "failed", Level.SHOULD))).points
    must = counts(point, Level.MUST)
    assert (must["passed"], must["waived"], must["failed"], must["untested"], must["tested"]) == (1, 1, 1, 1, 3)
    assert counts(point, Level.SHOULD)["failed"] == 1
    assert counts(point, Level.MUST, "another")["tested"] == 0


# --- the drawing ------------------------------------------------------------------------------------------------------


@given(most=st.integers(0, 10**7))
def test_an_axis_reaches_the_top_in_few_round_steps(most: int):
    found = ticks(most)
    assert found[0] == 0
    assert found[-1] >= max(most, 1)
    assert len(found) <= 5
    assert len({after - before for before, after in pairwise(found)}) == 1
    assert str(found[1]).rstrip("0") in {"1", "2", "5"}


@given(rows=st.lists(st.lists(st.sampled_from(["passed", "failed", "waived", "untested"]), max_size=8), min_size=1))
def test_bars_stand_on_the_line_within_the_drawing_and_as_high_as_their_numbers(rows: list[list[str]]):
    runs = [run(*(said(str(n), word) for n, word in enumerate(row)), run=str(i)) for i, row in enumerate(rows)]
    drawn = chart(track(*runs), Level.MUST)
    assert len(drawn.bars) == len(rows)
    unit = (drawn.base - drawn.ticks[-1][0]) / drawn.ticks[-1][1]
    for bar, row in zip(drawn.bars, sorted_like(rows), strict=True):
        assert drawn.left <= bar.x
        assert bar.x + bar.width <= drawn.right + 0.2
        assert bar.total == len(row) - row.count("passed")
        assert bar.top >= 0
        floor = drawn.base
        for part in bar.parts:
            assert part.y + part.height == pytest.approx(floor, abs=0.25)
            assert part.height == pytest.approx(unit * bar.numbers[part.kind], abs=0.1)
            floor = part.y
        assert [part.kind for part in bar.parts] == [kind for kind in KINDS if bar.numbers[kind]]


def sorted_like(rows: list[list[str]]) -> list[list[str]]:
    """The rows as runs of one time are sorted: by their name."""
    return [rows[int(name)] for name in sorted(map(str, range(len(rows))))]


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    """Four runs of a target and one of another."""
    waived = verdict(SUCCESS, Outcome.FAILED, findings=FINDINGS[:1], waiver=WAIVER)
    open_ = verdict(TAX_ID, Outcome.UNTESTED, reason="budget")
    return [
        wrote(tmp_path / "a", PASSED, STEADY, day=1),
        wrote(tmp_path / "b", BAD, STEADY, waived, day=2),
        wrote(tmp_path / "c", PASSED, STEADY, open_, day=3, target={"environment": f"build {NASTY}"}),
        wrote(tmp_path / "d", BAD, STEADY, day=4),
        wrote(tmp_path / "e", PASSED, day=5, name=f"<b>{NASTY}"),
    ]


def test_text_has_a_line_a_run_and_says_what_newly_fails(runs: Any, capsys: Any):
    status, out, err = ran("history", *reversed(runs), capsys=capsys)
    assert (status, err) == (0, "")
    assert all(char.isprintable() or char == "\n" for char in out)
    lines = [line for line in out.splitlines() if re.match(r"\d+ March 2026, ", line)]
    assert [line.split()[0] for line in lines] == ["5", "1", "2", "3", "4"]
    assert re.search(r"^2 March .* does-not-conform +1 of 3 tested +1 +1 +1 +–$", lines[2])
    assert re.search(r"^3 March .* inconclusive +2 of 2 tested, 1 untested +– +– +– +1$", lines[3])
    assert out.count("Newly failing on") == 2
    assert f"{EMAIL} (json) MUST: Email: expected a refusal; observed <script>" in out
    assert f"[+x+x] {EMAIL} (json): 3 changes" in out


def test_json_fits_its_schema(runs: Any, capsys: Any):
    document = json.loads(ran("history", *runs, "--format", "json", capsys=capsys)[1])
    assert misfits(document, SCHEMA_FILE) == []
    other, staging = document["targets"]
    assert [one["run"] for one in staging["runs"]] == ["a", "b", "c", "d"]
    assert other["name"].startswith("<b>")
    assert staging["runs"][0]["since"] is None
    assert staging["runs"][1]["since"]["newly_failing"] == [{"rule": EMAIL, "encoding": "json", "level": "MUST"}]
    assert staging["runs"][1]["counts"]["collection-policy"]["MUST"]["waived"] == 1
    assert staging["flapping"] == [
        {"rule": EMAIL, "encoding": "json", "changes": 3, "words": ["passed", "failed", "passed", "failed"]}
    ]


def test_json_tells_a_run_that_does_not_speak_of_a_rule(tmp_path: Path, capsys: Any):
    rules = [(PASSED,), (BAD,), (STEADY,), (PASSED,)]
    made = [wrote(tmp_path / str(number), *told, day=number) for number, told in enumerate(rules, start=1)]
    document = json.loads(ran("history", *made, "--format", "json", capsys=capsys)[1])
    assert document["targets"][0]["flapping"][0]["words"] == ["passed", "failed", None, "passed"]


def test_html_draws_the_trend_for_eyes_and_for_readers_of_screens(runs: Any, capsys: Any, tmp_path: Path):
    page = tmp_path / "history.html"
    assert ran("history", *runs, "--format", "html", "--out", page, capsys=capsys) == (0, "", "")
    text = page.read_text("utf-8")
    assert "<script" not in text
    assert "style=" not in text
    assert not set(text) & {"\x1b", "\u202e", "\x00"}
    root = html.fromstring(text)
    ids = root.xpath("//@id")
    assert len(set(ids)) == len(ids)
    # The other target has one run, which is no trend; no SHOULD failed, so there is one drawing.
    (drawing,) = root.xpath("//svg[@role='img']")
    title, description = drawing.get("aria-labelledby").split()
    assert root.get_element_by_id(title).text_content() == "MUST rules that did not pass, run by run"
    assert root.get_element_by_id(description).text_content().count("March 2026") == 4
    assert [text.text for text in drawing.xpath(".//text[@class='sum']")] == ["0", "2", "1", "1"]
    assert [part.get("class") or part.get("fill") for part in drawing.xpath("./g[2]/rect[not(@class='edge')]")] == [
        "failed-ink",
        "url(#waived-2-MUST)",
    ]
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)
    etree.fromstring(html.tostring(drawing, method="xml"))
    rows = [row.text_content() for row in root.xpath("//section[2]//table[1]/tbody/tr")]
    assert len(rows) == 5
    assert rows[1].startswith("2 March 2026, 10:00:00 UTC-05:00")
    first = page.read_bytes()
    ran("history", *reversed(runs), "--format", "html", "--out", page, capsys=capsys)
    assert page.read_bytes() == first


def test_a_should_that_fails_has_a_drawing_of_its_own(tmp_path: Path, capsys: Any):
    failed = verdict(EMAIL, Outcome.FAILED, level=Level.SHOULD, findings=FINDINGS[:1])
    made = [wrote(tmp_path / name, STEADY, failed, day=number) for number, name in enumerate("ab", start=1)]
    text = ran("history", *made, "--format", "html", capsys=capsys)[1]
    assert text.count('role="img"') == 2


def test_every_run_that_cannot_be_read_is_named_at_once(runs: Any, capsys: Any, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.json").write_text("{}")
    shutil.rmtree(runs[0])
    words = [*runs, tmp_path / "empty", tmp_path / "other.json"]
    status, out, err = ran("history", *words, "--out", tmp_path / "x.html", "--format", "html", capsys=capsys)
    assert (status, out) == (4, "")
    assert len(err.splitlines()) == 3
    assert re.search(r"a: is not there; name the folder that a run wrote\n", err)
    assert re.search(r"empty: neither report\.json nor run\.jsonl here; name the folder that a run wrote\n", err)
    assert "other.json: is no report of this suite" in err
    assert not (tmp_path / "x.html").exists()
