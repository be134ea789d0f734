"""Waivers as a QA engineer meets them: from the failing run to the file, and to the day on which it has to go."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from conformance.cli import main
from conformance.resources import cases_dir
from conformance.run import rendering
from conformance.target.journal import RunLog, read
from conformance.target.journal.lines import sealed
from conformance.target.secrets import MASK
from tests.target_support import RawServer
from tests.test_cli import MUST_DEFECT, RULE, SHOULD_DEFECT, Ran, log_of, report_of, run, server, target_file

EMAIL = ("--rules", "*/request/Email/*")
REASON = "the mail gateway is replaced in May"
SECRET = "sixteen-letters!"
SHOULD = SHOULD_DEFECT.rpartition(":")[0]


def day(ahead: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()


def table(**changes: Any) -> str:
    """A waiver that is right, or as the changes have it; None leaves a key out."""
    values = {"rule": RULE, "reason": REASON, "owner": "Ana", "expiry": day(30), **changes}
    listed = (f"{key} = {value!r}" for key, value in values.items() if value is not None)
    return "\n".join(("[[waiver]]", *listed, ""))


Command = Callable[..., Ran]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`conformance` with these words, in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def ran(*words: str) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*words])
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, out, err)

    return ran


@dataclass(frozen=True, slots=True)
class Servers:
    """The reference with a defect that breaks a MUST, and the same once that is mended."""

    broken: RawServer
    mended: RawServer


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with server(MUST_DEFECT) as broken, server() as mended:
        yield Servers(broken, mended)


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory, servers: Servers) -> Path:
    """A run against the broken server, in json and xml, without waivers."""
    folder = tmp_path_factory.mktemp("failed")
    file = target_file(folder, servers.broken.url, 'name = "staging"', encodings=("json", "xml"))
    words = ("check", "--quiet", "--target", file, *EMAIL, "--depth", "quick", "--out", folder / "run")
    with pytest.raises(SystemExit) as ended:
        main([*map(str, words)])
    assert ended.value.code == 1
    return folder / "run"


def waived(report: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """(Rule, encoding) → the state of the waiver that is laid over it."""
    return {
        (verdict["rule"], verdict["encoding"]): verdict["waiver"]["state"]
        for verdict in report["verdicts"]
        if verdict["waiver"] is not None
    }


# --- from the failing run to the waiver -------------------------------------------------------------------------------


def test_the_block_of_a_failing_run_is_refused_until_somebody_answers_for_it(
    command: Command, servers: Servers, tmp_path: Path
) -> None:
    file = str(target_file(tmp_path, servers.broken.url, 'name = "staging"', encodings=("json", "xml")))
    words = ("check", "--target", file, *EMAIL, "--depth", "quick")
    first = command(*words, "--out", "first")
    assert first.status == 1
    block = first.out[first.out.index("[[waiver]]") : first.out.index("\nFiles")]
    (tmp_path / "waivers.toml").write_text(block, "utf-8")

    sent = len(servers.broken.received)
    refused = command(*words, "--waivers", "waivers.toml", "--out", "second")
    assert refused.status == 4
    assert refused.err.splitlines() == [
        'conformance: waivers.toml, line 6: reason: is "CHANGE ME" still; say why the failure may stand',
        'conformance: waivers.toml, line 7: owner: is "CHANGE ME" still; name who answers for it',
    ]
    assert len(servers.broken.received) == sent
    assert not (tmp_path / "second").exists()

    mine = block.replace("CHANGE ME", REASON, 1).replace("CHANGE ME", "Ana", 1)
    (tmp_path / "waivers.toml").write_text(mine, "utf-8")
    second = command(*words, "--waivers", "waivers.toml", "--out", "second")
    assert (second.status, second.err) == (0, "")
    assert "2 failed and are waived" in second.out
    assert second.out.count(f"Waived: {REASON}, owner Ana, until {day(30)}.") == 2
    assert "[[waiver]]" not in second.out
    report = report_of(tmp_path / "second")
    assert (report["outcome"], report["exit_status"]) == ("conforms", 0)
    assert waived(report) == {(RULE, "json"): "used", (RULE, "xml"): "used"}
    row = report["counts"]["collection-policy"]["MUST"]
    assert (row["failed"], row["waived"]) == (2, 2)
    junit = ET.parse(tmp_path / "second" / "junit.xml").getroot()
    assert junit.get("failures") == "0"
    skipped = [case for case in junit.iter("testcase") if case.find("skipped[@type='waived']") is not None]
    assert {case.get("name") for case in skipped} == {f"{RULE} (json)", f"{RULE} (xml)"}


def test_a_mended_failure_makes_its_waiver_stale(command: Command, servers: Servers, tmp_path: Path) -> None:
    file = str(target_file(tmp_path, servers.mended.url))
    (tmp_path / "waivers.toml").write_text(table(), "utf-8")
    words = ("check", "--target", file, "--depth", "quick", "--waivers", "waivers.toml")
    ran = command(*words, *EMAIL, "--out", "run")
    assert (ran.status, ran.err) == (1, "")
    report = report_of(tmp_path / "run")
    assert (report["outcome"], report["exit_status"]) == ("conforms", 1)
    assert "the exit status is 1, since 1 waiver is stale." in ran.out
    assert f"The waiver of {RULE} is stale" in ran.out
    assert [one["state"] for one in report["waivers"]] == ["stale"]

    elsewhere = command(*words, "--rules", "*/request/Email/required", "--out", "narrow")
    assert (elsewhere.status, elsewhere.err) == (0, "")
    assert f"Waivers of which nothing was decided here: {RULE}." in elsewhere.out


def test_with_strict_the_block_names_a_should_too(command: Command, tmp_path: Path) -> None:
    with server(SHOULD_DEFECT) as running:
        file = str(target_file(tmp_path, running.url))
        words = ("check", "--target", file, *EMAIL, "--depth", "quick")
        lenient = command(*words, "--out", "lenient")
        strict = command(*words, "--strict", "--out", "strict")
        (tmp_path / "waivers.toml").write_text(table(rule=SHOULD), "utf-8")
        excused = command(*words, "--strict", "--waivers", "waivers.toml", "--out", "excused")
    assert (lenient.status, strict.status, excused.status) == (0, 1, 0)
    assert "[[waiver]]" not in lenient.out
    assert f'rule = "{SHOULD}"' in strict.out


# --- a run rendered again ---------------------------------------------------------------------------------------------


BOTH = {
    "all": (table(), 0, ["used"]),
    "one encoding": (table(encodings=["json"]), 1, ["used"]),
    "its target": (table(target="stag*"), 0, ["used"]),
    "another target": (table(target="prod"), 1, ["elsewhere"]),
    "expired": (table(expiry=day(-1)), 1, ["expired"]),
    "last day": (table(expiry=day(0)), 0, ["used"]),
    "stale": (table() + table(rule="*/Email/required"), 1, ["used", "stale"]),
    "stale in both": (table() + table(rule="*/Email/required", encodings=["json", "xml"]), 1, ["used", "stale"]),
    "out of scope": (table() + table(rule="*/GrantorTaxId/*"), 0, ["used", "idle"]),
    "in part out of scope": (table() + table(rule="*/request/*/required"), 0, ["used", "idle"]),
    "none": ("", 1, []),
}
"""File, status, and states, over a run that fails in both encodings of its target."""


@pytest.mark.parametrize("name", BOTH)
def test_a_run_is_rendered_with_the_waivers_of_today(name: str, command: Command, failed: Path, tmp_path: Path) -> None:
    file, status, states = BOTH[name]
    (tmp_path / "waivers.toml").write_text(file, "utf-8")
    ran = command("report", str(failed), "--waivers", "waivers.toml", "--out", "again", "--format", "json")
    assert (ran.status, ran.err) == (status, "")
    assert [one["state"] for one in report_of(tmp_path / "again")["waivers"]] == states


def test_an_expired_waiver_still_shows_its_name(command: Command, failed: Path, tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text(table(expiry="2020-02-29", ticket="QA-9"), "utf-8")
    ran = command("report", str(failed), "--waivers", "waivers.toml", "--out", "again", "--format", "json,junit")
    assert ran.out.count(f"Waiver expired: {REASON}, owner Ana, until 2020-02-29, ticket QA-9.") == 2
    assert "expired on 2020-02-29; it was owned by Ana. Failures that count again: 2; mend them" in ran.out
    assert "[[waiver]]" not in ran.out
    (suite,) = ET.parse(tmp_path / "again" / "junit.xml").getroot()
    assert suite.get("failures") == "2"


def test_waivers_that_are_refused_write_nothing(command: Command, failed: Path, tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text(table(rule="*/Emial/pattern"), "utf-8")
    ran = command("report", str(failed), "--waivers", "waivers.toml", "--out", "again")
    assert (ran.status, ran.out) == (4, "")
    assert "line 2: rule: */Emial/pattern matches no rule; did you mean */Email/pattern?" in ran.err
    assert not (tmp_path / "again").exists()


def test_a_failing_run_writes_all_its_blocks_into_a_file(command: Command, failed: Path, tmp_path: Path) -> None:
    ran = command("report", str(failed), "--out", "again", "--format", "waivers")
    assert ran.status == 1
    content = (tmp_path / "again" / "waivers-draft.toml").read_text("utf-8")
    assert content.count("[[waiver]]") == 1
    assert f'rule = "{RULE}"\nencodings = ["json", "xml"]\ntarget = "staging"\n' in content


# --- the journal ------------------------------------------------------------------------------------------------------


def test_the_journal_has_the_waivers_so_a_report_of_it_is_the_same(
    command: Command, servers: Servers, tmp_path: Path
) -> None:
    file = str(target_file(tmp_path, servers.broken.url))
    (tmp_path / "waivers.toml").write_text(table(), "utf-8")
    words = ("check", "-q", "--target", file, *EMAIL, "--depth", "quick", "--waivers", "waivers.toml", "--out", "run")
    assert command(*words).status == 0
    before = (tmp_path / "run" / "report.json").read_bytes()
    (tmp_path / "waivers.toml").unlink()
    assert command("report", "run", "--out", "again").status == 0
    assert (tmp_path / "again" / "report.json").read_bytes() == before
    # Nothing is missing: to go on with it makes the report again, as it was.
    assert command("check", "-q", "--resume", "run").status == 0
    assert report_of(tmp_path / "run")["waivers"] == report_of(tmp_path / "again")["waivers"]


def test_a_run_that_is_gone_on_with_has_its_own_waivers_until_others_are_given(
    command: Command, servers: Servers, tmp_path: Path
) -> None:
    file = str(target_file(tmp_path, servers.broken.url))
    (tmp_path / "old.toml").write_text(table(owner="Old"), "utf-8")
    (tmp_path / "new.toml").write_text(table(owner="New"), "utf-8")
    words = ("check", "-q", "--target", file, *EMAIL, "--depth", "quick", "--waivers", "old.toml", "--out", "run")
    assert command(*words).status == 0
    path = tmp_path / "run" / "run.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    # Behind an answer: what was sent without one stays unknown.
    half = b"".join(lines[: len(lines) // 2 // 2 * 2])

    def owners(begun: bytes, *more: str) -> set[str]:
        path.write_bytes(begun)
        path.with_name("claim.json").unlink(missing_ok=True)
        assert command("check", "-q", "--resume", "run", *more).status == 0
        assert command("report", "run", "--out", "again", "--format", "json").status == 0
        told = (report_of(tmp_path / "run"), report_of(tmp_path / "again"))
        assert log_of(tmp_path / "run").problems == ()
        return {one["owner"] for report in told for one in report["waivers"]}

    for begun in (half, b"".join(lines)):
        assert owners(begun) == {"Old"}
        assert owners(begun, "--waivers", "new.toml") == {"New"}
        assert owners(path.read_bytes()) == {"New"}


def test_a_secret_in_a_waiver_is_masked_and_changes_no_verdict(
    command: Command, servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_TOKEN", SECRET)
    monkeypatch.setenv("QA_NAME", "staging")
    monkeypatch.setenv("QA_DAY", day(30))
    monkeypatch.setenv("QA_RULE", RULE)
    headers = 'headers = { A = "Bearer ${QA_TOKEN}", B = "${QA_NAME}", C = "${QA_DAY}", D = "${QA_RULE}" }'
    file = str(target_file(tmp_path, servers.broken.url, 'name = "staging-1"', section=headers))
    (tmp_path / "waivers.toml").write_text(table(target="sta*-?", reason=f"needs {SECRET}", owner=SECRET), "utf-8")
    words = ("check", "-q", "--target", file, *EMAIL, "--depth", "quick", "--waivers", "waivers.toml", "--out", "run")
    assert command(*words).status == 0
    assert waived(report_of(tmp_path / "run")) == {(RULE, "json"): "used"}
    for path in (tmp_path / "run").iterdir():
        assert path.is_dir() or SECRET.encode() not in path.read_bytes()
    (waiver,) = report_of(tmp_path / "run")["waivers"]
    assert (waiver["reason"], waiver["owner"], waiver["expiry"]) == (f"needs {MASK}", MASK, day(30))


def test_waivers_of_a_journal_that_no_run_writes_are_told_as_such(
    command: Command, failed: Path, tmp_path: Path
) -> None:
    lines = (failed / "run.jsonl").read_bytes()
    (tmp_path / "run").mkdir()
    for waivers in (5, [{"rule": RULE}], [{"rule": RULE, "owner": "", "reason": "", "expiry": "soon", "here": True}]):
        strange = sealed({"resumed": {"at": "", "waivers": waivers}}, lines.count(b"\n") + 1)
        (tmp_path / "run" / "run.jsonl").write_bytes(lines + strange)
        ran = command("report", "run")
        assert (ran.status, ran.out) == (4, "")
        assert "run.jsonl, line 1 or 2: its key waivers" in ran.err


def test_to_go_on_with_a_run_reads_its_journal_no_more_than_need_be(
    command: Command, failed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for what it was made with, once when nobody else writes it any more, once for its report."""
    lines = (failed / "run.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.jsonl").write_bytes(b"".join(lines[: len(lines) // 2 // 2 * 2]))
    times: list[Path] = []

    def counted(path: Path) -> RunLog:
        times.append(path)
        return read(path)

    monkeypatch.setattr(rendering, "read", counted)
    assert command("check", "-q", "--resume", "run").status == 1
    assert len(times) == 3


# --- pytest -----------------------------------------------------------------------------------------------------------


def test_pytest_itself_passes_a_waived_failure_and_shows_it(servers: Servers, tmp_path: Path) -> None:
    target_file(tmp_path, servers.broken.url)
    (tmp_path / "waivers.toml").write_text(table(), "utf-8")
    words = "-p conformance.plugin -p no:cacheprovider --conformance-target=target.toml -rA -k 'Email and pattern'"
    base = [sys.executable, "-m", "pytest", str(cases_dir()), f"--rootdir={tmp_path}", *shlex.split(words)]
    plain = run([*base, "--conformance-out=plain"], tmp_path)
    assert plain.status == 1, plain.out + plain.err
    assert "`conformance report plain --format waivers` writes the waivers to fill in" in plain.out
    excused = run([*base, "--conformance-out=excused", "--conformance-waivers=waivers.toml"], tmp_path)
    assert excused.status == 0, excused.out + excused.err
    assert f"Waived: {REASON}, owner Ana" in excused.out
    assert "1 passed" in excused.out
    (tmp_path / "waivers.toml").write_text(table(expiry="2020-01-01"), "utf-8")
    expired = run([*base, "--conformance-out=expired", "--conformance-waivers=waivers.toml"], tmp_path)
    assert expired.status == 1, expired.out + expired.err
    assert "writes the waivers to fill in" not in expired.out
