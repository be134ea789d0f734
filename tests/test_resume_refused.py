"""`--resume` goes on with the run that was begun or says what is another one by now; a whole run is only told again."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import ConformanceError
from conformance.run import resuming, setup
from conformance.run.execution import Run
from conformance.target.journal.earlier import is_whole
from conformance.target.journal.lines import LineFile, opened, sealed
from tests.kills import differences
from tests.target_support import RawServer, raw_server
from tests.test_cli import NARROW, conformance, log_of, one_message, reference, report_of, run, target_file

MADE = ("--target", "target.toml", *NARROW, "--depth", "quick", "--seed", "3", "--out", "run")
SECRET = "first-token-of-this-tenant"


class Begun:
    """A whole run over a server, and a copy of it without its second half."""

    def __init__(self, folder: Path, server: RawServer) -> None:
        self.folder, self.server = folder, server
        self.file = target_file(
            folder, server.url, 'environment = "build 1"', section='headers = { X-Token = "${QA_X}" }'
        )
        ran = conformance("check", *MADE, cwd=folder, QA_X=SECRET)
        assert (ran.status, ran.err) == (0, "")
        self.sent = len(server.received)
        self.report = report_of(folder / "run")

    def half(self, name: str) -> Path:
        place = self.folder / name
        place.mkdir()
        lines = (self.folder / "run" / "run.jsonl").read_bytes().splitlines(keepends=True)
        (place / "run.jsonl").write_bytes(b"".join(lines[: len(lines) // 2 // 2 * 2]))
        return place


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begun]:
    with raw_server(reference()) as running:
        yield Begun(tmp_path_factory.mktemp("begun"), running)


def go_on(run: Path, **words: Any) -> None:
    """As the command does, up to the first byte."""
    options, log = resuming.options_of({"resume": run, **words})
    assert log is not None
    prepared = resuming.narrowed(setup.set_up(options, {"QA_X": SECRET}), log)
    one = Run(prepared, prepared.items, narrowed=False)
    try:
        one.start()
        one.finish()
    finally:
        one.close()


def rewritten(run: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = run / "run.jsonl"
    first, *rest = path.read_bytes().splitlines(keepends=True)
    number, line = opened(first.rstrip(b"\n"))
    change(line["header"])
    path.write_bytes(b"".join((sealed(line, number), *rest)))


def hash_of(header: dict[str, Any]) -> None:
    header["contracts"]["collection-policy"]["hash"] = "0" * 64


def version(header: dict[str, Any]) -> None:
    header["suite"]["version"] = "0.0.9"


def later(header: dict[str, Any]) -> None:
    header["journal"] = 99


def unknown_rule(header: dict[str, Any]) -> None:
    header["rules"].append(["collection-policy/request/Nothing/type", "json"])


def shorter_plan(run: Path) -> None:
    path = run / "run.jsonl"
    first, second, *rest = path.read_bytes().splitlines(keepends=True)
    number, line = opened(second.rstrip(b"\n"))
    line["plan"]["plan"].pop(7)
    path.write_bytes(b"".join((first, sealed(line, number), *rest)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"seed": 4}, "--seed 4 was given, the run has 3; leave it out, or start a new run without --resume"),
        ({"depth": "deep"}, "--depth deep was given, the run has quick"),
        ({"rules": ("*/http/*",)}, r"--rules \*/http/\* was given, the run has \*/request/Email/\*"),
        ({"services": ("envio-correo",)}, "--service envio-correo was given, the run has none"),
        ({"strict": True}, "--strict True was given, the run has none"),
        ({"shard": "1/2"}, "--shard 1/2 was given, the run has none"),
        ({"replay": "x00003"}, "--replay x00003 was given, the run has none"),
        ({"out": Path("elsewhere")}, "goes on in its own folder; leave out --out elsewhere"),
        ({"dry_run": True}, "not with --dry-run"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_an_option_that_does_not_agree_is_refused(begun: Begun, tmp_path: Path, words: dict, said: str) -> None:
    half = begun.half(f"option-{next(iter(words))}")
    with pytest.raises(ConformanceError, match=said):
        go_on(half, **words)
    assert len(begun.server.received) == begun.sent


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (version, "begun with version 0.0.9 of the suite, and this is"),
        (hash_of, "the contract of collection-policy is another one by now"),
        (later, "a journal of format 99, and this version reads up to 1; update billing-conformance"),
        (unknown_rule, "Nothing/type in json was in scope and is not any more"),
    ],
)
def test_another_suite_or_contract_is_refused(begun: Begun, change: Callable[..., None], said: str) -> None:
    half = begun.half(change.__name__)
    rewritten(half, change)
    with pytest.raises(ConformanceError, match=said):
        go_on(half)
    assert len(begun.server.received) == begun.sent


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"build 1"', '"build 2"', "environment"),
        ('headers = { X-Token = "${QA_X}" }', "", "headers"),
        ("[collection-policy]", "budget = { requests = 50 }\n[collection-policy]", "budget.requests"),
        ("encodings =", 'enforcement = "advisory"\nencodings =', "collection-policy.enforcement"),
        ("encodings =", 'values = { GrantorTaxId = "BBB010101BBB" }\nencodings =', "values.GrantorTaxId"),
    ],
)
def test_another_target_is_refused_by_its_key(begun: Begun, old: str, new: str, key: str) -> None:
    half = begun.half(f"key-{key}")
    file = begun.folder / f"{key}.toml"
    text = begun.file.read_text("utf-8")
    # The name of a target is that of its file where it has no other.
    file.write_text('name = "target"\n' + text.replace(old, new), "utf-8")
    assert old in text
    with pytest.raises(ConformanceError, match=rf"the target file's .*{key}.* is another one"):
        go_on(half, target=file)
    assert len(begun.server.received) == begun.sent


def test_another_plan_is_refused(begun: Begun) -> None:
    half = begun.half("plan")
    shorter_plan(half)
    with pytest.raises(ConformanceError, match="the plan is another one from x00008 on"):
        go_on(half)
    assert len(begun.server.received) == begun.sent


def test_a_damaged_journal_is_refused_and_its_report_says_what_is_damaged(begun: Begun) -> None:
    half = begun.half("damaged")
    path = half / "run.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[6] = lines[6].replace(b'"at": "2', b'"at": "3') if b'"at"' in lines[6] else lines[6].replace(b'"OK"', b'"KO"')
    path.write_bytes(b"".join(lines))
    with pytest.raises(ConformanceError, match=r"damaged.*run\.jsonl, line 7: it does not fit its checksum"):
        go_on(half)
    ran = conformance("report", "damaged", cwd=begun.folder)
    assert ran.status == 4
    assert "damaged/run.jsonl, line 7: it does not fit its checksum" in one_message(ran)
    report = report_of(half)
    assert (report["outcome"], report["exit_status"]) == ("inconclusive", 4)
    assert "1 line of its journal is damaged" in report["sentence"]
    assert "line 7: it does not fit its checksum" in (half / "report.html").read_text("utf-8")
    path.write_bytes(b"".join(lines[1:]))
    ran = conformance("report", "damaged", "--out", "none", cwd=begun.folder)
    assert (ran.status, (begun.folder / "none").exists()) == (4, False)
    assert "line 1: no header of a run" in one_message(ran)


def test_only_one_process_goes_on_with_a_run(begun: Begun) -> None:
    half = begun.half("locked")
    lines = LineFile.extend(half / "run.jsonl")
    with pytest.raises(ConformanceError, match="is being written by another run"):
        go_on(half)
    lines.close()
    assert len(begun.server.received) == begun.sent


def test_it_goes_on_alone_with_other_secrets_and_ends_as_unbroken(begun: Begun) -> None:
    """The name of the folder is enough, from another folder too; a token may have been changed in between."""
    half = begun.half("alone")
    elsewhere = begun.folder / "elsewhere"
    elsewhere.mkdir()
    before = len(begun.server.received)
    ran = conformance("check", "--resume", half, "--workers", "2", cwd=elsewhere, QA_X="second-token-of-this-tenant")
    assert (ran.status, ran.err) == (0, "")
    report = report_of(half)
    assert differences(begun.report, report) == []
    assert len(report["suite"]["resumed"]) == 1
    held = sum(b'"exchange": {' in line for line in (half / "run.jsonl").read_bytes().splitlines())
    assert held == report["scope"]["requests"]["answered"] == begun.sent + 1
    assert before < len(begun.server.received) < before + begun.sent
    written = b"".join(path.read_bytes() for path in half.iterdir() if path.is_file())
    assert b"second-token" not in written
    assert SECRET.encode() not in written
    # Again: nothing is missing, so nothing is sent, and the report is the same.
    sent = len(begun.server.received)
    journal = (half / "run.jsonl").read_bytes()
    ran = conformance("check", "--resume", half, cwd=elsewhere, QA_X=SECRET)
    assert (ran.status, ran.err) == (0, "")
    assert len(begun.server.received) == sent
    assert (half / "run.jsonl").read_bytes() == journal
    assert report_of(half) == report


def test_pytest_goes_on_with_all_that_the_run_is_about(begun: Begun) -> None:
    half = begun.half("by-pytest")
    words = [sys.executable, "-m", "pytest", "-p", "conformance.plugin", "--conformance-resume", str(half), "-q"]
    suite = str(Path(__file__).parents[1] / "cases")
    some = run([*words, "-k", "pattern", suite], begun.folder, QA_X=SECRET)
    assert some.status == 4
    assert "leave out -k" in some.out + some.err
    every = run([*words, suite], begun.folder, QA_X=SECRET)
    assert every.status == 0, every.out
    assert differences(begun.report, report_of(half)) == []


def test_resend_alone_is_a_mistake(tmp_path: Path) -> None:
    ran = conformance("check", "--resend", cwd=tmp_path)
    assert ran.status == 4
    assert "--resend goes with --resume" in one_message(ran)


def test_a_run_whose_names_come_from_a_wsdl_fetches_it_anew(tmp_path: Path) -> None:
    """Also where it was killed before it had a plan."""
    made = ("--service", "actualizar-correo", "--rules", "*/response/*", "--depth", "quick", "--out", "run")
    ran = conformance("check", *made, cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    whole = report_of(tmp_path / "run")
    lines = (tmp_path / "run" / "run.jsonl").read_bytes().splitlines(keepends=True)
    kinds = [list(json.loads(line))[2] for line in lines]
    assert kinds[:4] == ["header", "sending", "fetched", "plan"]
    for cut in (2, 3, len(lines) // 2):
        shutil.copytree(tmp_path / "run", tmp_path / "cut")
        (tmp_path / "cut" / "run.jsonl").write_bytes(b"".join(lines[:cut]))
        # What was killed has no claim yet.
        (tmp_path / "cut" / "claim.json").unlink()
        told = conformance("report", "cut", cwd=tmp_path)
        assert (told.status, told.err) == (6, "")
        unfinished = report_of(tmp_path / "cut")
        assert unfinished["outcome"] == "inconclusive"
        assert ("1 request sent, answer unknown: w00001." in unfinished["notices"]) == (cut == 2)
        ran = conformance("check", "--resume", "cut", "--resend", cwd=tmp_path)
        assert (ran.status, ran.err) == (0, ""), cut
        report = report_of(tmp_path / "cut")
        assert differences(_unplaced(whole), _unplaced(report)) == [], cut
        assert is_whole(log_of(tmp_path / "cut"), resend=True)
        assert "w00001.r1" in {record.exchange.id for record in log_of(tmp_path / "cut").records}
        shutil.rmtree(tmp_path / "cut")


def _unplaced(report: dict[str, Any]) -> dict[str, Any]:
    """The reference has another port each time, and its WSDL is fetched once a start."""
    text = json.dumps(report)
    for service in report["target"]["services"].values():
        text = text.replace(service["url"].split("/")[2], "HOST")
    made: dict[str, Any] = json.loads(text)
    for told in (*made["verdicts"], *made["observations"]):
        told["exchanges"] = [name for name in told["exchanges"] if not name.startswith("w")]
    fetched = [name for name in made["exchanges"] if name.startswith("w")]
    made["exchanges"] = {name: told for name, told in made["exchanges"].items() if name not in fetched}
    requests = made["scope"]["requests"]
    made["scope"]["requests"] = {name: number - len(fetched) for name, number in requests.items()}
    return made


def test_threads_are_let_go() -> None:
    assert [one.name for one in threading.enumerate() if one.name in {"exchanger", "reference"}] == []
