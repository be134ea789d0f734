"""`conformance diff` and `--baseline`, by the command line: what is said, in which form, with which exit status."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.model import Finding, Level, Outcome
from conformance.report.comparing.document import SCHEMA_FILE
from conformance.report.schema import misfits
from conformance.run import comparing
from tests.earlier_runs import ran, wrote
from tests.report_samples import EMAIL, FINDINGS, INTEREST, NASTY, STEP, SUCCESS, TAX_ID, WAIVER, verdict
from tests.test_cli import surroundings

RULE = "collection-policy/request/Email/pattern"
FEW = ("--service", "collection-policy", "--rules", RULE, "--depth", "quick", "--quiet")
PASSED = verdict(EMAIL, Outcome.PASSED)
FAILED = verdict(EMAIL, Outcome.FAILED, findings=(Finding(path="Email", expected="a refusal", observed=NASTY),))
LISTS = ("newly_failing", "newly_passing", "appeared", "gone", "other")


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """An older run and a newer one, with something in every list."""
    old = wrote(
        tmp_path / "old",
        PASSED,
        verdict(INTEREST, Outcome.FAILED, findings=FINDINGS[:1]),
        verdict(SUCCESS, Outcome.PASSED),
        verdict(TAX_ID, Outcome.PASSED),
        verdict(STEP, Outcome.PASSED, level=Level.SHOULD),
    )
    new = wrote(
        tmp_path / "new",
        FAILED,
        verdict(INTEREST, Outcome.PASSED),
        verdict(SUCCESS, Outcome.CANT_TELL, reason=f"the baseline was refused: {NASTY}"),
        verdict("collection-policy/request/UserId/type", Outcome.FAILED, findings=FINDINGS[:1], waiver=WAIVER),
        verdict(STEP, Outcome.PASSED, level=Level.SHOULD),
        day=2,
        name="[bold]prod[/bold] \x1b[31m",
    )
    return old, new


def test_a_regression_is_exit_status_1_and_says_what_fails(two: Any, capsys: Any):
    status, out, err = ran("diff", *two, capsys=capsys)
    assert (status, err) == (1, "")
    assert out.startswith("Regression: 1 MUST rule newly failing.\n")
    assert f"{EMAIL} (json) MUST: passed → failed\n    Email matches the stated pattern." in out
    assert "Email: expected a refusal; observed <script>" in out
    assert f"MUST rules decided before and not decided now (1)\n  {SUCCESS} (json) MUST: passed → cant-tell" in out
    assert f"Newly passing (1)\n  {INTEREST} (json) MUST: failed → passed" in out
    assert "Appeared: only in the newer run (1)\n  collection-policy/request/UserId/type (json) MUST: waived" in out
    assert f"Gone: only in the older run (1)\n  {TAX_ID} (json) MUST: passed" in out
    assert "Changed otherwise" not in out
    assert "Unchanged: 1\n" in out
    assert "The target is another one: staging then, [bold]prod[/bold] ␛[31m now." in out


def test_no_escape_sequence_reaches_the_terminal(two: Any, capsys: Any):
    # Nor one of a report that somebody made up.
    file = two[1] / "report.json"
    document = json.loads(file.read_text("utf-8"))
    document["rules"][EMAIL]["statement"] = f"A rule {NASTY}"
    file.write_text(json.dumps(document), "utf-8")
    _, out, _ = ran("diff", *two, capsys=capsys)
    assert "A rule <script>" in out
    assert all(char.isprintable() or char == "\n" for char in out)


@pytest.mark.parametrize(
    ("verdicts", "strict", "expected"),
    [
        ((PASSED,), (), 0),
        ((FAILED,), (), 1),
        ((verdict(EMAIL, Outcome.UNTESTED, reason="budget"),), (), 6),
        ((verdict(EMAIL, Outcome.FAILED, level=Level.SHOULD, findings=FINDINGS[:1]),), (), 0),
        ((verdict(EMAIL, Outcome.FAILED, level=Level.SHOULD, findings=FINDINGS[:1]),), ("--strict",), 1),
        ((), (), 6),
    ],
    ids=["the same", "fails", "not tested", "a SHOULD fails", "a SHOULD fails, strictly", "nothing in common"],
)
def test_exit_statuses(verdicts: Any, strict: Any, expected: int, tmp_path: Path, capsys: Any):
    old, new = wrote(tmp_path / "old", PASSED), wrote(tmp_path / "new", *verdicts, day=2)
    for form in ("text", "json", "html"):
        assert ran("diff", old, new, "--format", form, *strict, capsys=capsys)[0] == expected


def test_the_other_way_round_the_two_may_be_swapped(two: Any, capsys: Any):
    old, new = two
    status, out, _ = ran("diff", new, old, capsys=capsys)
    assert status == 1
    assert f"Newly passing (1)\n  {EMAIL} (json) MUST: failed → passed" in out
    assert "The run named as the older one began later than the other; are the two swapped?" in out


def test_json_has_its_own_schema_and_every_list(two: Any, capsys: Any, tmp_path: Path):
    status, out, _ = ran("diff", *two, "--format", "json", capsys=capsys)
    document = json.loads(out)
    assert misfits(document, SCHEMA_FILE) == []
    assert document["exit_status"] == status == 1
    assert {name: [one["rule"] for one in document[name]] for name in LISTS} == {
        "newly_failing": [EMAIL],
        "newly_passing": [INTEREST],
        "appeared": ["collection-policy/request/UserId/type"],
        "gone": [TAX_ID],
        "other": [SUCCESS],
    }
    assert document["rules"][EMAIL] == "Email matches the stated pattern."
    assert STEP not in document["rules"]
    assert (document["old"]["run"], document["new"]["run"]) == ("old", "new")
    broken = document | {"newly_failing": [document["newly_passing"][0]]}
    assert misfits(broken, SCHEMA_FILE)
    assert ran("diff", *two, "--format", "json", "--out", tmp_path / "a" / "diff.json", capsys=capsys)[1] == ""
    assert (tmp_path / "a" / "diff.json").read_text("utf-8") == out


def test_html_is_one_page_that_fetches_and_runs_nothing(two: Any, capsys: Any, tmp_path: Path):
    page = tmp_path / "diff.html"
    assert ran("diff", *two, "--format", "html", "--out", page, capsys=capsys) == (1, "", "")
    text = page.read_text("utf-8")
    assert "default-src 'none'; style-src 'sha256-" in text.replace("&#39;", "'")
    assert "<script" not in text
    assert "src=" not in text
    assert "&lt;script&gt;" in text
    assert not set(text) & {"\x1b", "\u202e", "\x00"}
    for name in ("newly_failing", "newly_passing", "appeared", "gone", "lost"):
        assert f'<h2 id="{name}">' in text
    assert "Email matches the stated pattern." in text
    first = page.read_bytes()
    ran("diff", *two, "--format", "html", "--out", page, capsys=capsys)
    assert page.read_bytes() == first


def test_it_speaks_spanish_too(two: Any, capsys: Any):
    status, out, _ = ran("diff", *two, "--format", "html", "--lang", "es", capsys=capsys)
    assert status == 1
    assert '<html lang="es">' in out
    assert (
        ran("diff", *two, "--format", "json", "--lang", "es", capsys=capsys)[1]
        == (ran("diff", *two, "--format", "json", capsys=capsys)[1])
    )


def test_a_report_can_be_named_by_its_file_and_by_a_link(two: Any, capsys: Any, tmp_path: Path):
    old, new = two
    (tmp_path / "latest").symlink_to(new, target_is_directory=True)
    by_folder = ran("diff", old, new, capsys=capsys)
    assert ran("diff", old / "report.json", tmp_path / "latest", capsys=capsys) == by_folder


@pytest.mark.parametrize("form", ["json", "html"])
def test_a_document_is_utf_8_wherever_it_is_printed_and_a_full_disk_is_told(two: Any, form: str, tmp_path: Path):
    words = [sys.executable, "-m", "conformance", "diff", *map(str, two), "--format", form]
    environ = surroundings(PYTHONIOENCODING="ascii")
    done = subprocess.run([*words], env=environ, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    subprocess.run([*words, "--out", tmp_path / "out"], env=environ, timeout=60, check=False)
    assert done.stdout == (tmp_path / "out").read_bytes()
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(words, env=environ, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 4
    assert done.stderr == b"conformance: it cannot be printed: No space left on device; name a file with --out\n"


def test_a_document_goes_through_a_link_or_a_pipe_and_takes_the_place_of_neither(two: Any, tmp_path: Path) -> None:
    link, pipe, there = tmp_path / "link", tmp_path / "pipe", tmp_path / "there"
    there.write_text("of another run\n", "utf-8")
    link.symlink_to(there)
    os.mkfifo(pipe)
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()), daemon=True)
    reader.start()
    for out in (link, pipe):
        assert comparing.diff(*two, "json", out, strict=False, lang=None) == 1
    reader.join(30)
    assert link.is_symlink()
    assert pipe.is_fifo()
    assert json.loads(there.read_bytes()) == json.loads(heard[0])


# --- with runs that were made -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the run `first` of one rule, and an `earlier` in which that rule failed."""
    folder = tmp_path_factory.mktemp("made")
    patched = pytest.MonkeyPatch()
    patched.chdir(folder)
    from conformance.cli import main

    with pytest.raises(SystemExit) as ended:
        main(["check", *FEW, "--out", "first"])
    assert ended.value.code == 0
    wrote(folder / "earlier", FAILED)
    yield folder
    patched.undo()


@pytest.fixture
def runs(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to work in."""
    shutil.copytree(made, tmp_path / "runs")
    monkeypatch.chdir(tmp_path / "runs")
    return tmp_path / "runs"


def baseline(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "report.json").read_text("utf-8"))["baseline"]
    return found


def test_a_run_that_has_a_journal_alone_is_reported_in_memory(runs: Path, capsys: Any):
    (runs / "killed").mkdir()
    shutil.copy(runs / "first" / "run.jsonl", runs / "killed")
    status, out, _ = ran("diff", "killed", "first", capsys=capsys)
    assert (status, "No regression.\n" in out, "Unchanged: 3" in out) == (0, True, True)
    assert ran("diff", "killed/run.jsonl", "first", capsys=capsys)[0] == 0
    assert [path.name for path in (runs / "killed").iterdir()] == ["run.jsonl"]


def test_check_compares_with_a_baseline_and_the_verdict_stays_that_of_the_run(runs: Path, capsys: Any):
    status, out, _ = ran("check", *FEW[:-1], "--out", "second", "--baseline", "earlier", capsys=capsys)
    assert status == 0
    assert "Since earlier: 0 newly failing, 1 newly passing, 2 appeared, 0 gone, 0 changed otherwise." in out
    told = baseline(runs / "second")
    assert [(one["rule"], one["encoding"]) for one in told["newly_passing"]] == [(RULE, "json")]
    assert told["old"]["run"] == "earlier"
    assert "1 newly passing" in (runs / "second" / "report.html").read_text("utf-8")


def test_a_run_keeps_what_it_was_compared_with(runs: Path, capsys: Any):
    ran("check", *FEW, "--out", "second", "--baseline", "earlier", capsys=capsys)
    before = {name: (runs / "second" / name).read_bytes() for name in ("report.json", "report.html", "junit.xml")}
    wrote(runs / "earlier", PASSED)
    assert ran("report", "second", "--out", "again", "--format", "json,html,junit", capsys=capsys)[0] == 0
    assert {name: (runs / "again" / name).read_bytes() for name in before} == before
    # Unless another is named; that changes the rendering, not the run.
    ran("report", "second", "--out", "other", "--baseline", "earlier", capsys=capsys)
    assert baseline(runs / "other")["unchanged"] == 1


def test_a_run_without_a_baseline_has_none_until_it_is_rendered_with_one(runs: Path, capsys: Any):
    assert baseline(runs / "first") is None
    ran("report", "first", "--out", "again", "--baseline", "earlier", capsys=capsys)
    assert len(baseline(runs / "again")["newly_passing"]) == 1
    ran("report", "first", "--out", "third", capsys=capsys)
    assert baseline(runs / "third") is None


def test_a_run_that_is_gone_on_with_takes_a_baseline_and_keeps_it(runs: Path, capsys: Any):
    lines = (runs / "first" / "run.jsonl").read_bytes().splitlines(keepends=True)
    shutil.rmtree(runs / "first")
    (runs / "first").mkdir()
    (runs / "first" / "run.jsonl").write_bytes(b"".join(lines[:4]))
    assert ran("check", "--resume", "first", "--baseline", "earlier", "--quiet", capsys=capsys)[0] == 0
    assert len(baseline(runs / "first")["newly_passing"]) == 1
    ran("report", "first", "--out", "again", capsys=capsys)
    assert baseline(runs / "again") == baseline(runs / "first")


def test_a_baseline_may_hold_a_secret_of_today(runs: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QA_TOKEN", "s3cretvalue")
    wrote(runs / "leaky", FAILED, name="staging with s3cretvalue")
    (runs / "target.toml").write_text(
        'name = "here"\n[collection-policy]\nurl = "http://127.0.0.1:9/api"\n'
        'headers = { Authorization = "Bearer ${QA_TOKEN}" }\n'
    )
    words = ("check", *FEW, "--target", "target.toml", "--out", "second", "--baseline", "leaky")
    assert ran(*words, capsys=capsys)[0] == 6
    assert baseline(runs / "second")["old"]["name"] == "staging with •••"
    for path in (runs / "second").iterdir():
        assert path.is_dir() or b"s3cretvalue" not in path.read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ("check", *FEW, "--baseline", "nowhere"),
        ("check", "--dry-run", *FEW, "--baseline", "nowhere"),
        ("check", "--resume", "first", "--baseline", "nowhere"),
        ("report", "first", "--baseline", "nowhere"),
    ],
    ids=["check", "dry run", "resume", "report"],
)
def test_a_baseline_that_is_none_is_refused_before_anything_is_sent(words: Any, runs: Path, capsys: Any):
    before = {path: path.stat().st_mtime_ns for path in runs.rglob("*")}
    status, out, err = ran(*words, capsys=capsys)
    assert (status, out) == (4, "")
    assert err == "conformance: --baseline nowhere: nowhere: is not there; name the folder that a run wrote\n"
    assert {path: path.stat().st_mtime_ns for path in runs.rglob("*")} == before


@pytest.mark.parametrize("words", [("check", "--resume", "first"), ("report", "first"), ("report", "first/run.jsonl")])
def test_a_run_is_not_its_own_baseline(words: Any, runs: Path, capsys: Any):
    (runs / "link").symlink_to("first", target_is_directory=True)
    for name in ("first", "first/report.json", "link"):
        status, _, err = ran(*words, "--baseline", name, capsys=capsys)
        assert status == 4
        assert re.search(rf"--baseline {name}: is the run itself; name an earlier one", err)
