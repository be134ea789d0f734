"""Two runs held against each other: where a change is listed, what is a regression, what makes runs hard to compare."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import ConformanceError
from conformance.model import Level, Outcome, Report
from conformance.report.build import build
from conformance.report.comparing import LISTS, compare, kind, sentence, since, status
from conformance.report.comparing.document import SCHEMA_FILE, write
from conformance.report.comparing.snapshot import WAIVED, Said, Snapshot, as_kept, of_document, of_kept, of_report
from conformance.report.reading import read_report
from conformance.report.schema import misfits
from conformance.report.writers.report_json import write as report_json
from tests.earlier_runs import FACTS, SERVICE, run, said
from tests.report_samples import EMAIL, INTEREST, NASTY, SUCCESS, WAIVER, hostile, log, material, verdict

WORDS = (*map(str, Outcome), WAIVED)


def later(*rules: Said, **changes: Any) -> Snapshot:
    return run(*rules, **({"run": "20260305T150000Z-staging", "started": "2026-03-05T10:00:00-05:00"} | changes))


# --- which list -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("passed", "failed", "newly_failing"),
        ("cant-tell", "failed", "newly_failing"),
        ("untested", "failed", "newly_failing"),
        ("inapplicable", "failed", "newly_failing"),
        ("waived", "failed", "newly_failing"),
        ("failed", "passed", "newly_passing"),
        ("waived", "passed", "newly_passing"),
        ("passed", "waived", "other"),
        ("failed", "waived", "other"),
        ("passed", "cant-tell", "other"),
        ("cant-tell", "passed", "other"),
        (None, "failed", "appeared"),
        (None, "passed", "appeared"),
        ("failed", None, "gone"),
        ("failed", "failed", None),
        ("passed", "passed", None),
    ],
)
def test_a_change_is_in_the_list_that_a_reader_expects(before: str | None, after: str | None, place: str | None):
    assert kind(before, after) == place


KEYS = st.tuples(st.sampled_from("ABCDEFG"), st.sampled_from(["json", "xml"]))
RUNS = st.dictionaries(KEYS, st.tuples(st.sampled_from(WORDS), st.sampled_from(list(Level))))


def snapshot(drawn: dict[tuple[str, str], tuple[str, Level]]) -> Snapshot:
    return run(*(said(rule, word, level, encoding) for (rule, encoding), (word, level) in drawn.items()))


@given(old=RUNS, new=RUNS)
def test_every_rule_and_encoding_is_in_exactly_one_list_or_unchanged(old: Any, new: Any):
    found = compare(snapshot(old), snapshot(new))
    listed = [(d.rule.rpartition("/")[2], d.encoding, name) for name in LISTS for d in getattr(found, name)]
    assert len({one[:2] for one in listed}) == len(listed)
    assert {one[:2] for one in listed} <= old.keys() | new.keys()
    assert len(listed) + found.unchanged == len(old.keys() | new.keys())
    for rule, encoding, name in listed:
        before, after = (side.get((rule, encoding), (None, None))[0] for side in (old, new))
        assert kind(before, after) == name
    # What fails now and did not before is never only an aside, unless the older run did not speak of it.
    failing = {key for key, (word, _) in new.items() if word == "failed"}
    assert failing - {key for key, (word, _) in old.items() if word == "failed"} == {
        one[:2] for one in listed if one[2] == "newly_failing" or (one[2] == "appeared" and new[one[:2]][0] == "failed")
    }


@given(drawn=RUNS)
def test_a_run_held_against_itself_shows_no_change(drawn: Any):
    one = snapshot(drawn)
    found = compare(one, one)
    assert not any(getattr(found, name) for name in LISTS)
    assert found.unchanged == len(drawn)
    assert found.remarks == ("Both are the same run.",)
    assert not found.regressed


@given(old=RUNS, new=RUNS)
def test_turned_round_what_appeared_is_gone_and_as_much_is_unchanged(old: Any, new: Any):
    there, back = compare(snapshot(old), snapshot(new)), compare(snapshot(new), snapshot(old))
    assert {(d.rule, d.encoding) for d in there.appeared} == {(d.rule, d.encoding) for d in back.gone}
    assert there.unchanged == back.unchanged


@given(old=RUNS, new=RUNS, strict=st.booleans())
def test_the_document_always_fits_its_schema(old: Any, new: Any, strict: bool):
    found = compare(snapshot(old), snapshot(new), strict=strict)
    document = json.loads(write(found, {}))
    assert misfits(document, SCHEMA_FILE) == []
    assert document["exit_status"] == status(found)


def test_a_failure_that_decides_comes_first():
    old = run(said("A", "passed", Level.MAY), said("B", "passed", Level.SHOULD), said("C", "passed"))
    new = later(said("A", "failed", Level.MAY), said("B", "failed", Level.SHOULD), said("C", "failed"))
    assert [d.level for d in compare(old, new).newly_failing] == [Level.MUST, Level.SHOULD, Level.MAY]


# --- what is a regression ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "level", "strict", "expected"),
    [
        ("passed", "failed", Level.MUST, False, 1),
        ("waived", "failed", Level.MUST, False, 1),
        ("untested", "failed", Level.MUST, False, 1),
        ("passed", "failed", Level.SHOULD, False, 0),
        ("passed", "failed", Level.SHOULD, True, 1),
        ("passed", "failed", Level.MAY, True, 0),
        ("passed", "waived", Level.MUST, True, 0),
        ("failed", "passed", Level.MUST, False, 0),
        ("failed", "failed", Level.MUST, False, 0),
        ("passed", "cant-tell", Level.MUST, False, 6),
        ("passed", "untested", Level.MUST, False, 6),
        ("failed", "cant-tell", Level.MUST, False, 6),
        ("waived", "untested", Level.MUST, False, 6),
        ("untested", "cant-tell", Level.MUST, False, 0),
        ("inapplicable", "untested", Level.MUST, False, 0),
        ("passed", "inapplicable", Level.MUST, False, 0),
        ("passed", "untested", Level.SHOULD, True, 0),
    ],
)
def test_the_exit_status(before: str, after: str, level: Level, strict: bool, expected: int):
    found = compare(run(said("A", before, level)), later(said("A", after, level)), strict=strict)
    assert status(found) == expected
    assert found.regressed is (expected == 1)


def test_a_run_that_was_strict_is_compared_strictly():
    old, new = run(said("A", "passed", Level.SHOULD)), later(said("A", "failed", Level.SHOULD), strict=True)
    assert status(compare(old, new)) == 1


def test_a_rule_that_only_the_newer_run_has_is_no_regression_but_is_not_hidden():
    found = compare(run(said("A", "passed")), later(said("A", "passed"), said("B", "failed")))
    assert status(found) == 0
    assert sentence(found) == "No regression, but MUST rules that only the newer run has fail."
    assert [d.after for d in found.appeared] == ["failed"]


def test_a_regression_weighs_more_than_what_is_not_decided():
    found = compare(run(said("A", "passed"), said("B", "passed")), later(said("A", "failed"), said("B", "untested")))
    assert status(found) == 1
    assert sentence(found) == "Regression: 1 MUST rule newly failing."


def test_runs_without_a_common_rule_say_nothing_of_each_other():
    found = compare(run(said("A", "passed")), later(said("B", "passed")))
    assert status(found) == 6
    assert "no rule and encoding in common" in sentence(found)


def test_the_level_of_the_newer_run_counts_and_a_remark_says_so():
    found = compare(run(said("A", "passed", Level.SHOULD)), later(said("A", "failed")))
    assert found.regressed
    assert found.remarks == ("1 rule of another level than then; the level of the newer run counts.",)


def test_one_line_for_a_baseline():
    old = run(said("A", "passed"), said("B", "failed"), said("C", "passed"))
    new = later(said("A", "failed"), said("B", "passed"), said("D", "passed"))
    told = "Since 20260304T150000Z-staging: 1 newly failing, 1 newly passing, 1 appeared, 1 gone, 0 changed otherwise."
    assert since(compare(old, new)) == told
    assert since(compare(old, replace(old, run="other"))) == "Since 20260304T150000Z-staging: nothing changed."


# --- what makes runs hard to compare ----------------------------------------------------------------------------------


def other(**facts: str) -> dict[str, Any]:
    return {"services": {SERVICE: FACTS | facts}}


PROD = other(url="https://prod.example.com/x")


@pytest.mark.parametrize(
    ("changes", "remark"),
    [
        ({"version": "0.2.0"}, "The suite is another version: 0.1.0 then, 0.2.0 now."),
        ({"name": "prod"}, "The target is another one: staging then, prod now."),
        ({"environment": ""}, "The environment: build 4.2.1 then, none named now."),
        ({"environment": "a\x1b[31m"}, "The environment: build 4.2.1 then, a␛[31m now."),
        (PROD, f"The address of X is another one: {FACTS['url']} then, https://prod.example.com/x now."),
        (other(contract="1"), "The contract of X is another one, so its rules may say something else."),
        (other(encodings="json, xml"), "The encodings of X are others: json then, json, xml now."),
        (other(enforcement="advisory"), "The enforcement of X is another one: must then, advisory now."),
        ({"services": {SERVICE: FACTS, "more": FACTS}}, "Only the newer run tested more."),
        ({"services": {}}, "Only the older run tested X."),
        ({"depth": "quick"}, "The depth is another one: standard then, quick now."),
        ({"seed": 7}, "The seed is another one: 0 then, 7 now."),
        ({"selection": "shard 1/2"}, "The selection is another one: every rule then, shard 1/2 now."),
        ({"strict": True}, "Only the newer run was strict."),
        ({"trouble": "unfinished"}, "The newer run did not come to its end."),
        ({"trouble": "damaged"}, "The journal of the newer run is damaged."),
        ({"trouble": "defect"}, "The newer run met a defect of the suite."),
        (
            {"started": "2026-03-04T14:59:59Z"},
            "The run named as the older one began later than the other; are the two swapped?",
        ),
    ],
)
def test_what_makes_two_runs_hard_to_compare_is_remarked(changes: dict[str, Any], remark: str):
    assert compare(run(said("A", "passed")), later(said("A", "passed"), **changes)).remarks == (
        remark.replace("X", SERVICE),
    )


def test_the_port_of_the_reference_is_no_remark():
    old, new = run(reference=True), later(reference=True, **PROD)
    assert compare(old, new).remarks == ()


# --- snapshots --------------------------------------------------------------------------------------------------------


def words(snapshot: Snapshot) -> dict[str, str]:
    return {one.rule: one.word for one in snapshot.said}


def test_a_report_and_the_file_of_it_give_the_same_snapshot(tmp_path: Any):
    report, journal = hostile()
    (tmp_path / "report.json").write_bytes(report_json(material(report, journal)))
    there = of_document(read_report(tmp_path))
    here = of_report(report)
    assert words(there) == words(here)
    assert words(here)[EMAIL] == "failed"
    assert words(here)[SUCCESS] == "waived"
    assert replace(there, said=()) == replace(here, said=())
    # Half a surrogate pair has no UTF-8, so that alone is told in other characters.
    assert [one.told.isprintable() for one in there.said] == [True] * len(there.said)


def test_a_waiver_that_had_expired_excuses_nothing():
    expired = verdict(EMAIL, Outcome.FAILED, waiver={**WAIVER, "expiry": "2026-03-03"})
    assert words(of_report(build(log(), [expired], ()))) == {EMAIL: "failed"}


def test_a_failure_says_what_was_seen_and_an_open_one_why():
    report, _ = hostile()
    told = {one.rule: one.told for one in of_report(report).said}
    assert told[EMAIL] == "Email: expected a refusal of 'a@b'; observed 200 with success true, time 0."
    assert told["collection-policy/request/UserId/type"].startswith("no answer: <script>")
    assert told[INTEREST] == ""


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [({"end": {"at": "x"}}, ""), ({"ended": False}, "unfinished"), ({"problems": ("line 3",)}, "damaged")],
)
def test_a_run_that_is_not_whole_is_known(changes: dict[str, Any], trouble: str):
    report: Report = build(log(**changes), [verdict(EMAIL, Outcome.PASSED)], ())
    assert of_report(report).trouble == trouble


@given(drawn=RUNS)
def test_what_a_journal_keeps_gives_the_same_comparison(drawn: Any):
    one = snapshot(drawn)
    assert of_kept(json.loads(json.dumps(as_kept(one))), "run.jsonl") == one


@pytest.mark.parametrize(
    "change",
    [
        {"rules": None},
        {"rules": [["a", "json"]]},
        {"rules": [["a/http/b", "json", "a", "MUST", "splendid"]]},
        {"seed": "x"},
        {"services": 5},
    ],
)
def test_what_a_journal_keeps_in_another_shape_is_refused(change: dict[str, Any]):
    document = {**json.loads(json.dumps(as_kept(run(said("A", "passed"))))), **change}
    with pytest.raises(ConformanceError, match=r"run\.jsonl: what it keeps of its baseline does not fit"):
        of_kept(document, "run.jsonl")


def test_no_text_of_a_server_leaves_unmarked():
    report, _ = hostile()
    now = of_report(report)
    then = replace(now, run="then", said=tuple(replace(one, word="passed") for one in now.said))
    content = write(compare(then, now), {EMAIL: NASTY}).decode()
    assert "\x1b" not in content
    assert "\u202e" not in json.loads(content)["newly_failing"][1]["told"]
