"""Waivers laid over verdicts: what state each is in, what is said of it, and the block that a failing run prints."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conformance.errors import ConformanceError
from conformance.model import Level, Outcome, Report, Verdict
from conformance.report.build import build
from conformance.report.sections import split
from conformance.report.sentences import verdict_sentence
from conformance.report.terminal import summary
from conformance.report.waivers import ELSEWHERE, EXPIRED, IDLE, OPTIONAL, PARTY, STALE, USED, lay
from conformance.report.waivers.block import blocks_of
from conformance.report.writers import waivers as writer
from conformance.run.waiving import REQUIRED, laid, load_waivers, recorded
from conformance.target.secrets import MASK
from tests.report_samples import EMAIL, FINDINGS, INTEREST, NASTY, RULES, STEP, SUCCESS, log, material, verdict

DAY = "2026-03-04"
"""Of the made-up run."""
TABLE = """
[[waiver]]
rule = "collection-policy/request/Email/*"
reason = "the mail gateway is replaced in May"
owner = "Ana"
expiry = 2026-12-31
"""


def waiver(rule: str = EMAIL, **more: Any) -> dict[str, Any]:
    return {"rule": rule, "reason": "known", "owner": "Ana", "expiry": "2026-12-31", **more}


def failing(rule: str = EMAIL, encoding: str = "json", **more: Any) -> Verdict:
    return placed(rule, Outcome.FAILED, encoding, findings=FINDINGS[:1], **more)


def placed(rule: str, outcome: Outcome, encoding: str = "json", **more: Any) -> Verdict:
    found = verdict(rule, outcome, **more)
    return Verdict(**{name: getattr(found, name) for name in Verdict.__slots__} | {"encoding": encoding})


def states(verdicts: list[Verdict], *waivers: Mapping[str, Any], target: str = "staging", **how: Any) -> list[str]:
    return [told["state"] for told in lay(verdicts, waivers, target=target, day=DAY, **how)[1]]


def reported(verdicts: list[Verdict], *waivers: Mapping[str, Any], **header: Any) -> Report:
    found, told = lay(verdicts, waivers, target="staging", day=DAY)
    return build(log(**header), found, (), waivers=told)


# --- states -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ({"json": "failed"}, "used"),
        ({"json": "failed", "xml": "passed"}, "used"),
        ({"json": "failed", "xml": "untested"}, "used"),
        ({"json": "passed"}, "stale"),
        ({"json": "passed", "xml": "passed"}, "stale"),
        ({"json": "passed", "xml": "inapplicable"}, "stale"),
        ({"json": "passed", "xml": "cant-tell"}, "idle"),
        ({"json": "passed", "xml": "untested"}, "idle"),
        ({"json": "inapplicable"}, "idle"),
        ({"json": "cant-tell"}, "idle"),
        ({"json": "untested"}, "idle"),
        ({}, "idle"),
    ],
    ids=str,
)
def test_the_state_follows_the_verdicts(outcomes: dict[str, str], state: str) -> None:
    verdicts = [placed(EMAIL, Outcome(outcome), encoding) for encoding, outcome in outcomes.items()]
    assert states([*verdicts, failing(INTEREST)], waiver()) == [state]


def test_a_waiver_is_about_its_encodings_alone() -> None:
    verdicts = [failing(encoding="json"), placed(EMAIL, Outcome.PASSED, "xml")]
    assert states(verdicts, waiver(encodings=["xml"])) == ["stale"]
    assert states(verdicts, waiver(encodings=["json"])) == ["used"]
    assert states(verdicts, waiver(encodings=["form"])) == ["idle"]


def test_a_waiver_holds_through_its_last_day() -> None:
    assert states([failing()], waiver(expiry=DAY)) == ["used"]
    assert states([failing()], waiver(expiry="2026-03-03")) == ["expired"]
    # The file wants tending, whatever the run has reached.
    assert states([placed(EMAIL, Outcome.PASSED)], waiver(expiry="2026-03-03")) == ["expired"]
    assert states([], waiver(expiry="2026-03-03")) == ["expired"]


def test_a_waiver_for_another_target_is_no_business_of_this_run() -> None:
    expired = waiver(target="prod-*", expiry="2020-01-01")
    assert states([failing()], expired, waiver(target="stag*")) == ["elsewhere", "used"]
    assert states([failing()], expired, target="prod-1") == ["expired"]
    # What the journal has decided by the true name counts, whatever the masked one is.
    assert states([failing()], waiver(target="q*", here=True), target="***-1") == ["used"]
    assert "here" not in lay([failing()], [waiver(here=True)], target="", day=DAY)[1][0]


def test_what_was_not_reached_makes_no_waiver_stale() -> None:
    passed = [placed(EMAIL, Outcome.PASSED)]
    assert states(passed, waiver(), partial=True) == ["idle"]
    assert states(passed, waiver(), unreached=[(EMAIL, "xml")]) == ["idle"]
    assert states(passed, waiver(encodings=["json"]), unreached=[(EMAIL, "xml")]) == ["stale"]
    assert states(passed, waiver(), unreached=[(INTEREST, "json")]) == ["stale"]


EVERYWHERE = "http/no-server-error"
"""A rule that several services have."""


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "stale"),
        ({"ended": False, "stopped": "was killed"}, "idle"),
        ({"problems": ("run.jsonl, line 3: it has no checksum",)}, "idle"),
        ({"replay": "x00001"}, "idle"),
        ({"suite": {"depth": "smoke"}}, "idle"),
        ({"suite": {"depth": "quick"}}, "stale"),
        ({"options": {"--service": ["collection-policy"]}}, "idle"),
        ({"options": {"--service": []}}, "stale"),
        ({"target": {"name": "qa", "services": {"collection-policy": {"encodings": ["json", "xml"]}}}}, "idle"),
        ({"target": {"name": "qa", "services": {"collection-policy": {"encodings": ["form"]}}}}, "idle"),
    ],
    ids=str,
)
def test_a_run_calls_stale_what_it_reached_in_whole(changes: dict[str, Any], state: str) -> None:
    passed = placed(f"collection-policy/{EVERYWHERE}", Outcome.PASSED)
    _, (told,) = laid(log(**changes), [passed], [waiver(f"*/{EVERYWHERE}")])
    assert told["state"] == state


def test_a_journal_has_by_its_own_name_whether_a_waiver_is_for_its_target() -> None:
    mine, other, every = recorded([waiver(target="stag*"), waiver(target="prod"), waiver()], "staging")
    assert (mine["here"], other["here"], every["here"]) == (True, False, True)
    verdicts, told = laid(log(waivers=[other, mine]), [failing()])
    assert [one["state"] for one in told] == ["elsewhere", "used"]
    assert [found.waiver is not None for found in verdicts] == [True]
    # What is given now stands in place of those.
    assert laid(log(waivers=[other, mine]), [failing()], [])[1] == ()


def test_the_first_waiver_that_has_not_expired_is_laid_over_a_failure() -> None:
    waivers = (
        waiver(owner="late", expiry="2026-03-03"),
        waiver(owner="first"),
        waiver("*", owner="second"),
    )
    verdicts, told = lay([failing(), failing(INTEREST)], waivers, target="", day=DAY)
    assert [found.waiver["owner"] for found in verdicts if found.waiver] == ["first", "second"]
    assert [one["verdicts"] for one in told] == [[], [(EMAIL, "json")], [(INTEREST, "json")]]
    assert [one["state"] for one in told] == ["expired", "used", "used"]


def test_nothing_but_failures_carries_a_name_and_no_outcome_changes() -> None:
    before = [failing(), placed(SUCCESS, Outcome.PASSED), placed(INTEREST, Outcome.CANT_TELL)]
    after, _ = lay(before, [waiver("*")], target="", day=DAY)
    assert [found.waiver is not None for found in after] == [True, False, False]
    assert [found.outcome for found in after] == [found.outcome for found in before]
    assert lay(before, [], target="", day=DAY) == (tuple(before), ())


# --- the report -------------------------------------------------------------------------------------------------------


def test_a_waived_failure_lets_a_run_conform_and_stays_a_failure() -> None:
    report = reported([failing(), placed(SUCCESS, Outcome.PASSED)], waiver())
    assert (report.outcome, report.exit_status) == ("conforms", 0)
    assert "1 failed and is waived" in report.sentence
    row = report.counts["collection-policy"]["MUST"]
    assert (row["failed"], row["waived"], row["passed"]) == (1, 1, 1)
    assert [found.rule for found in split(report).waived] == [EMAIL]


def test_a_stale_waiver_fails_a_run_that_conforms_and_is_named() -> None:
    report = reported([placed(EMAIL, Outcome.PASSED)], waiver())
    assert (report.outcome, report.exit_status) == ("conforms", 1)
    assert report.sentence.endswith("; the exit status is 1, since 1 waiver is stale.")
    assert report.notices[0] == f"The waiver of {EMAIL} is stale: nothing that it names fails any more. Take it out."


def test_an_expired_waiver_excuses_nothing_and_its_name_stays() -> None:
    report = reported([failing()], waiver(expiry="2026-03-03", ticket="QA-9"))
    assert (report.outcome, report.exit_status) == ("does-not-conform", 1)
    assert report.notices[0].startswith(f"The waiver of {EMAIL} expired on 2026-03-03; it was owned by Ana. Failures")
    told = verdict_sentence(report.verdicts[0], None)
    assert told.endswith("Waiver expired: known, owner Ana, until 2026-03-03, ticket QA-9.")
    assert report.counts["collection-policy"]["MUST"]["waived"] == 0


def test_a_run_that_fails_all_the_same_says_how_much_is_waived() -> None:
    report = reported([failing(), failing(INTEREST)], waiver(INTEREST))
    assert report.sentence.endswith(f"1 of 2 MUST rules failed in json: {EMAIL}; 1 failed and is waived.")


def test_a_run_of_which_every_must_is_waived_does_not_say_that_none_was_tested() -> None:
    report = reported([failing()], waiver())
    assert report.exit_status == 0
    assert report.sentence.endswith("0 of 1 MUST rule passed in json; 1 failed and is waived.")


def test_a_strict_run_counts_a_waived_should_among_the_waived() -> None:
    verdicts = [placed(SUCCESS, Outcome.PASSED), failing(), failing(STEP, level=Level.SHOULD)]
    strict, lenient = (reported(verdicts, waiver(), waiver(STEP), strict=one) for one in (True, False))
    assert (strict.exit_status, lenient.exit_status) == (0, 0)
    assert strict.sentence.endswith("1 of 2 MUST rules passed in json; 2 failed and are waived.")
    assert lenient.sentence.endswith("1 failed and is waived; 1 SHOULD rule failed.")


def test_the_sentence_counts_what_is_wrong_with_waivers() -> None:
    passed = [placed(EMAIL, Outcome.PASSED), placed(INTEREST, Outcome.PASSED)]
    old = waiver(SUCCESS, expiry="2020-01-01")
    report = reported(passed, waiver(), waiver(INTEREST), old)
    assert report.sentence.endswith("; the exit status is 1, since 2 waivers are stale and 1 waiver has expired.")
    # Nothing conforms or fails by it: where the run cannot tell, it still cannot.
    report = reported([placed(EMAIL, Outcome.CANT_TELL, reason="no answer")], old)
    assert (report.outcome, report.exit_status) == ("inconclusive", 1)
    report = reported([failing(INTEREST)], old)
    assert "exit status" not in report.sentence


def test_what_a_reader_should_know_of_other_waivers_is_a_notice() -> None:
    verdicts = [failing(), placed(EMAIL, Outcome.PASSED, "xml"), placed(INTEREST, Outcome.PASSED)]
    verdicts.append(placed(INTEREST, Outcome.UNTESTED, "xml"))
    waivers = (waiver(), waiver(encodings=["json"]), waiver(INTEREST), waiver(STEP), waiver("*", target="prod"))
    report = reported(verdicts, *waivers)
    assert (report.outcome, report.exit_status) == ("inconclusive", 6)
    for said in (
        f"The waiver of {EMAIL} is wider than what fails. Passing now: {EMAIL} (xml).",
        f"The waiver of {EMAIL} (json) adds nothing: an earlier one in the file covers the same failures.",
        f"The waiver of {INTEREST} may be stale. Passing now: {INTEREST} (json); this run did not decide all that it "
        "names.",
        f"Waivers of which nothing was decided here: {STEP}.",
        "Waivers for other targets: prod.",
    ):
        assert said in report.notices


def test_a_report_without_waivers_says_nothing_of_them() -> None:
    report = reported([failing()])
    assert report.waivers == ()
    assert not any("waiver" in notice.lower() for notice in report.notices)


# --- the block to paste -----------------------------------------------------------------------------------------------


def test_the_block_has_a_table_for_each_rule_that_decides() -> None:
    should = failing(STEP, level=Level.SHOULD)
    report = reported([failing(), failing(encoding="xml"), failing(INTEREST), should], waiver(INTEREST))
    (block,) = blocks_of(report, RULES)
    assert "# MUST: Email matches the stated pattern." in block
    (table,) = tomllib.loads(block)["waiver"]
    assert str(table.pop("expiry")) == "2026-04-03"
    assert table == {
        "rule": EMAIL,
        "encodings": ["json", "xml"],
        "target": "staging",
        "reason": "CHANGE ME",
        "owner": "CHANGE ME",
    }
    assert [STEP in one for one in blocks_of(reported([should], strict=True), {})] == [True]
    assert blocks_of(reported([should]), {}) == ()


def test_a_terminal_shows_three_blocks_and_the_command_for_all() -> None:
    many = [failing(f"collection-policy/request/F{number}/type") for number in range(5)]
    out = io.StringIO()
    summary(reported(many), Console(file=out, width=60, force_terminal=True, color_system=None), run=Path("a run"))
    text = out.getvalue()
    assert len(tomllib.loads(text[text.index("[[waiver]]") : text.index("2 rules more")])["waiver"]) == 3
    assert "2 rules more: `conformance report 'a run' --format waivers`\n" in text
    out.truncate(0)
    summary(reported(many[:3]), Console(file=out))
    assert "rules more" not in out.getvalue()


def test_what_had_a_waiver_gets_no_second_one() -> None:
    assert blocks_of(reported([failing()], waiver(expiry="2020-01-01")), RULES) == ()


@pytest.mark.parametrize("name", [NASTY, 'a"b\\c\n[*?]', "\x7f\x85\u2028\u202e", "", "'''", "\U000e0041"], ids=ascii)
def test_the_block_is_toml_whatever_the_names_and_means_them_alone(name: str) -> None:
    rule = f"collection-policy/request/{name}[0]*/type"
    report = reported([failing(rule)], target={"name": name, "services": {}})
    text = writer.write(material(report, log())).decode()
    assert all(char.isprintable() or char == "\n" for char in text)
    (table,) = tomllib.loads(text)["waiver"]
    kept = name.encode("utf-8", "replace").decode()
    assert fnmatchcase(kept, table["target"])
    assert fnmatchcase(rule.replace(name, kept), table["rule"])
    assert not fnmatchcase(f"{kept}x", table["target"])


def test_what_was_masked_of_a_name_may_be_anything() -> None:
    report = reported([failing()], target={"name": f"qa-{MASK}-[1]", "services": {}})
    (table,) = tomllib.loads(blocks_of(report, {})[0])["waiver"]
    assert fnmatchcase("qa-s3cret-[1]", table["target"])


@pytest.mark.parametrize("begun", ["9999-12-30T00:00:00Z", "2026-99-99T00:00:00Z", ""])
def test_a_run_without_a_day_that_has_a_month_after_it_still_prints_toml(begun: str) -> None:
    (table,) = tomllib.loads(blocks_of(reported([failing()], started=begun), {})[0])["waiver"]
    assert table["expiry"] == "CHANGE ME"


def test_a_run_with_nothing_to_waive_writes_a_file_without_waivers(tmp_path: Path) -> None:
    content = writer.write(material(reported([placed(EMAIL, Outcome.PASSED)]), log()))
    (tmp_path / "waivers.toml").write_bytes(content)
    assert load_waivers(tmp_path / "waivers.toml") == ()


# --- the file ---------------------------------------------------------------------------------------------------------


def test_a_file_is_read_in_its_order_with_what_it_leaves_out_left_out(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    more = 'target = "stag*"\nencodings = ["xml", "json", "xml"]\nticket = " QA-9 "\n'
    text = f"\ufeff{TABLE}{TABLE.replace('2026-12-31', repr('2026-12-31'))}{more}"
    path.write_text(text.replace("\n", "\r\n"), "utf-8")
    first, second = load_waivers(path)
    assert first == {
        "rule": "collection-policy/request/Email/*",
        "reason": "the mail gateway is replaced in May",
        "owner": "Ana",
        "expiry": "2026-12-31",
    }
    assert second == {**first, "target": "stag*", "encodings": ["xml", "json"], "ticket": "QA-9"}


def test_a_text_has_a_bound_since_it_stands_beside_each_failure(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(TABLE.replace('"Ana"', repr("a" * 2000)), "utf-8")
    assert len(load_waivers(path)[0]["owner"]) == 2000
    path.write_text(TABLE.replace('"Ana"', repr("a" * 2001)), "utf-8")
    with pytest.raises(
        ConformanceError, match=r"waivers\.toml, line 5: owner: must not have more than 2000 characters"
    ):
        load_waivers(path)


def test_a_mistake_is_told_by_the_number_of_the_waiver_where_lines_do_not_tell(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    inline = 'waiver = [{ rule = "*", owner = "Ana", expiry = 2026-12-31 }]\n'
    path.write_text(inline, "utf-8")
    with pytest.raises(ConformanceError, match=r"waivers\.toml, waiver 1: reason: is required; say why"):
        load_waivers(path)
    # A heading inside a text would count as one.
    path.write_text(TABLE.replace('"Ana"', "'''\n[[waiver]]\n'''") + 'tiket = "x"\n', "utf-8")
    with pytest.raises(ConformanceError, match=r"waivers\.toml, waiver 1: tiket: unknown key; did you mean ticket\?"):
        load_waivers(path)


# --- the page ---------------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "waivers.md").read_text("utf-8")


def test_the_page_shows_a_block_that_is_refused_and_one_that_is_not(tmp_path: Path) -> None:
    refused, filled = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    path = tmp_path / "waivers.toml"
    path.write_text(refused, "utf-8")
    with pytest.raises(ConformanceError, match=r"line 6: reason: is .*\n.*line 7: owner: is "):
        load_waivers(path)
    path.write_text(filled, "utf-8")
    assert set(load_waivers(path)[0]) == {*REQUIRED, *OPTIONAL}


def test_the_page_has_every_key_and_every_state() -> None:
    rows = re.findall(r"^\| `?([a-z-]+)`? \|", PAGE, re.MULTILINE)
    assert rows == ["key", *REQUIRED, *OPTIONAL, PARTY, "state", USED, STALE, EXPIRED, IDLE, ELSEWHERE]
