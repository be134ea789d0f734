"""`summary.md` put through a Markdown renderer: it says what it should, and nothing in it does anything."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from conformance.model import Comparison, Difference, Finding, Level, Outcome
from conformance.report.build import build
from conformance.report.language import ENGLISH, language_of
from conformance.report.markdown_text import cell, code, told
from conformance.report.text import one_line
from conformance.report.writers import markdown
from tests.report_samples import (
    EMAIL,
    INTEREST,
    NASTY,
    PASSED,
    STEP,
    SUCCESS,
    VERDICTS,
    hostile,
    log,
    material,
    rule,
    verdict,
)
from tests.report_strategies import SPITE, TEXTS, reports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

    from conformance.model import Report

PLAIN = {"text", "code_inline", "softbreak"}
BLOCKS = {"heading", "paragraph", "inline", "bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td"}
ACTS = re.compile(
    r"@\w|#\d|!\d|://|www\.|\b[0-9a-f]{7,40}\b|\bGH-\d|[<>`*_~$\[\]{}\\|]|:[a-z_]+:|^/", re.IGNORECASE | re.MULTILINE
)
"""What GitHub or GitLab make something of in text that is no code."""


def page(report: Report, run: Any = None, code: str = "en") -> str:
    return markdown.write(material(report, run or log(), language_of(code))).decode("utf-8")


def tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text):
        yield token
        yield from token.children or ()


def harmless(text: str) -> None:
    """Nothing but words, code, headings, lists and tables; and words that no filter takes for more."""
    for token in tokens(text):
        assert token.type in PLAIN or token.type.removesuffix("_open").removesuffix("_close") in BLOCKS, token
        if token.type == "text":
            assert not ACTS.search(token.content), token.content


def tables(text: str) -> list[list[list[str]]]:
    """The cells of each table by row, as rendered."""
    found: list[list[list[str]]] = []
    closed = 0
    for token in tokens(text):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("th_open", "td_open"):
            found[-1][-1].append("")
        elif token.type == "table_close":
            closed += 1
        elif token.type in PLAIN and len(found) > closed:
            found[-1][-1][-1] += token.content
    return found


def test_the_page_says_the_verdict_the_counts_and_each_failure() -> None:
    text = page(*hostile())
    assert text.startswith("## ❌ Does not conform\n")
    counts, failures, waived, advisory = tables(text)
    assert counts[1] == ["collection-policy", "MUST", "2", "2", "1", "1", "0", "0"]
    assert failures[1][0] == EMAIL
    assert "a refusal of 'a@b'" in failures[1][3]
    assert failures[1][3].endswith("And 4 more.")
    assert waived[1][:5] == [SUCCESS, "json", "Ana", "31 December 2026", "fixed in 4.3"]
    assert advisory[1][0] == STEP
    assert "Without a verdict" in text
    assert "* Target: staging, ACME staging, build 4.2.1" in text


def test_a_rule_that_fails_in_several_encodings_is_one_row() -> None:
    one = verdict(EMAIL, Outcome.FAILED, findings=(Finding(path="Email", expected="a", observed="b"),))
    report = build(log(), [one, replace(one, encoding="xml")], ())
    (row,) = tables(page(report))[1][1:]
    assert row[:2] == [EMAIL, "MUST json, xml"]


def test_failures_that_go_together_are_said_to_with_what_is_likely_behind_them() -> None:
    found = Finding(path="a", expected="refused: 'a'", observed="accepted")
    names = [f"collection-policy/request/F{number}/maximum" for number in range(7)]
    verdicts = [verdict(name, Outcome.FAILED, findings=(found,)) for name in names]
    run = log()
    told = material(build(run, verdicts, ()), run)
    rules = {name: rule(name, "F is bounded.") for name in names}
    text = markdown.write(replace(told, rules=rules)).decode()
    (line,) = [line for line in text.splitlines() if line.startswith("* Stated maximums are not enforced.")]
    assert "7 rules: `collection-policy/request/F0/maximum`, `" in line
    assert line.endswith("and 2 more.")
    assert text.index("### What goes together") < text.index("### Failures that decide the verdict")
    assert "What goes together" not in page(*hostile())


def test_what_changed_since_the_baseline_is_told() -> None:
    report, run = hostile()
    one = Difference(
        rule=EMAIL, service="collection-policy", encoding="json", level=Level.MUST, before="passed", after="failed"
    )
    changed = Comparison(
        old={"run": "earlier"}, new={}, newly_failing=(one,), newly_passing=(replace(one, rule=INTEREST),)
    )
    text = page(replace(report, baseline=changed), run)
    assert "Since earlier: 1 newly failing, 1 newly passing" in text
    failing = next(table for table in tables(text) if table[0][3] == "Before")
    assert failing[1] == [EMAIL, "json", "MUST", "passed", "failed"]
    assert "Newly passing" in text


def test_a_run_that_conforms_is_short() -> None:
    text = page(build(log(), PASSED, ()))
    assert text.startswith("## ✅ Conforms\n")
    assert "###" not in text.replace("### Notices", "")


@pytest.mark.parametrize("code", ["en", "es"])
def test_nothing_in_it_acts_whatever_a_server_wrote(code: str) -> None:
    report, run = hostile()
    bad = tuple(Finding(path=text, expected=text, observed=text) for text in SPITE)
    verdicts = [*VERDICTS, *(verdict(EMAIL, Outcome.CANT_TELL, reason=text) for text in SPITE)]
    verdicts += [verdict(STEP, Outcome.FAILED, findings=(one,)) for one in bad]
    text = page(replace(report, verdicts=tuple(verdicts), sentence=" ".join(SPITE)), run, code)
    harmless(text)
    assert "alert(1)" in text


@given(data=reports())
@settings(max_examples=max(40, settings().max_examples // 3))
def test_nothing_in_the_page_of_any_report_acts_and_its_tables_hold(data: Any) -> None:
    text = page(*data)
    harmless(text)
    for table in tables(text):
        assert {len(row) for row in table} == {len(table[0])}
    assert len(text.encode()) <= markdown.LIMIT


@given(text=TEXTS)
def test_a_sentence_shows_what_was_written(text: str) -> None:
    shown = "".join(token.content for token in tokens(told(text)) if token.type in PLAIN)
    assert shown.replace(" ", "") == one_line(text, 400).replace("`", "`").replace(" ", "") or "`" in text


@given(text=TEXTS)
def test_code_is_one_piece_of_code(text: str) -> None:
    if one_line(text):
        assert [t.type for t in tokens(f"a {code(text)} b") if t.type in PLAIN] == ["text", "code_inline", "text"]


@given(text=TEXTS)
def test_a_cell_is_one_cell(text: str) -> None:
    for said in (cell(text), cell(text, as_code=True)):
        (row,) = tables(f"| a | b |\n| --- | --- |\n| {said} | x |\n")[0][1:]
        assert len(row) == 2
        assert row[1] == "x"


def test_a_command_in_backticks_stays_one_command() -> None:
    assert told("run `conformance check --depth smoke` again") == "run `conformance check --depth smoke` again"
    assert told("(x@y.example, or 'a/b'.)") == "(`x@y.example`, or '`a/b`'.)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fixed by deadbeef1 in 4.3", "fixed by `deadbeef1` in 4.3"),
        ("see GH-1 or QA-9", "see `GH-1` or `QA-9`"),
        ("1. first", "`1`. first"),
        ("not 1. first", "not 1. first"),
        ("at 10:00:00 UTC-05:00, then", "at 10:00:00 UTC-05:00, then"),
        ("a `b c", "a `` `b `` c"),
        ("- x", "`-` x"),
        ("a/b, c/d and e/f", "`a/b`, `c/d` and `e/f`"),
        ("'a b/c d'", "'a `b/c` d'"),
        ("", ""),
    ],
)
def test_only_plain_words_stand_as_they_are(text: str, said: str) -> None:
    assert told(text) == said


@pytest.mark.parametrize("text", ["a\\|b", "a\\\\|b", "`|\\|`", "\\|"])
def test_no_renderer_takes_the_bar_of_a_cell_for_its_end(text: str) -> None:
    for said in (cell(text), cell(text, as_code=True)):
        assert re.findall(r"\\*\|", said) == [r"\|"] * text.count("|")


def many(number: int, size: int) -> tuple[Report, Any]:
    long = "x@y " * size
    findings = (Finding(path="Email", expected=long, observed=long),)
    verdicts = [
        verdict(f"collection-policy/request/F{n}/type", Outcome.FAILED, findings=findings) for n in range(number)
    ]
    undecided = [
        verdict(f"collection-policy/request/G{n}/type", Outcome.UNTESTED, reason=f"reason {n}") for n in range(number)
    ]
    run = log()
    return build(run, [*verdicts, *undecided], ()), run


@pytest.mark.parametrize(("number", "size"), [(3, 10), (300, 200), (2000, 1)])
def test_it_fits_whatever_the_run_and_says_what_was_left_out(number: int, size: int) -> None:
    text = page(*many(number, size))
    assert len(text.encode("utf-8")) <= markdown.LIMIT
    rows = sum(len(table) - 1 for table in tables(text)[1:])
    left = [
        int(n.replace(",", ""))
        for n in re.findall(r"^([0-9,]+) rows? left out here; report.html has all\.$", text, re.MULTILINE)
    ]
    listed = len(re.findall(r"^\* 1 × untested", text, re.MULTILINE))
    assert rows + listed + sum(left) == 2 * number
    assert (sum(left) > 0) is (number > 3)
    assert "effects" in text
    assert listed >= 3


def test_rows_are_kept_or_left_out_whole_some_of_each_section_and_then_the_first_first() -> None:
    parts = [markdown.Section(opening=f"### {n}", rows=tuple(f"* {n} row {m:02}" for m in range(50))) for n in "ab"]
    for limit in range(200, 1400, 7):
        text = markdown.fitted(parts, ENGLISH, limit)
        assert len(text.encode()) <= limit
        kept = {n: re.findall(rf"^\* {n} row (\d+)$", text, re.MULTILINE) for n in "ab"}
        assert text.count("* ") == sum(map(len, kept.values()))
        assert all([int(number) for number in numbers] == list(range(len(numbers))) for numbers in kept.values())
        assert len(kept["b"]) <= 5 or len(kept["a"]) == 50
        assert len(kept["a"]) <= 5 or len(kept["b"]) >= 5


def test_it_speaks_the_language() -> None:
    report, run = hostile()
    assert page(report, run, "es") != page(report, run)
    assert NASTY not in page(report, run, "es")


def test_what_a_service_said_is_one_piece_of_code() -> None:
    said = '400 Bad Request: {"message":"not a valid value","data":null}'
    assert cell(said) == '400 Bad Request: `{"message":"not a valid value","data":null}`'
    assert cell("500 Error: <p>it is down</p>") == "500 Error: `<p>it is down</p>`"
