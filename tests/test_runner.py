"""One run and the files that it leaves: what they hold, that they agree, and that nothing else is written."""

from __future__ import annotations

import json
import socket
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from haralyzer import HarParser
from jsonschema import Draft202012Validator
from junitparser import JUnitXml

from conformance import checking
from conformance.resources import schemas_dir
from conformance.run.contracts import all_rules
from tests.target_support import raw_server
from tests.test_cli import (
    NARROW,
    SHOULD_DEFECT,
    Ran,
    conformance,
    log_of,
    one_message,
    outcomes,
    parsed,
    reference,
    report_of,
    sent_over,
    server,
    target_file,
)

FILES = {"report.html", "report.json", "junit.xml", "evidence.har", "run.jsonl", "claim.json"}


class Whole:
    """A whole run against the reference with a SHOULD broken: the folder, what was said, the bytes received."""

    def __init__(self, folder: Path, ran: Ran, received: list[bytes]) -> None:
        self.folder = folder
        self.ran = ran
        self.received = received
        self.report = report_of(folder)
        self.har: dict[str, Any] = json.loads((folder / "evidence.har").read_text("utf-8"))


ALL = ("json", "xml", "form")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    with server(SHOULD_DEFECT) as running:
        target_file(folder, running.url, encodings=ALL)
        ran = conformance("check", "--target", "target.toml", "--out", "run", cwd=folder)
        received = list(running.received)
    assert (ran.status, ran.err) == (0, "")
    return Whole(folder / "run", ran, received)


def test_a_run_writes_its_five_files_and_names_them(whole: Whole) -> None:
    assert {path.name for path in whole.folder.iterdir()} - {".cache"} == FILES
    assert all(f"run/{name}" in whole.ran.out for name in FILES)


def test_without_out_a_run_has_a_folder_by_time_and_target_and_nothing_beside_it(tmp_path: Path) -> None:
    assert conformance("check", *NARROW, cwd=tmp_path).status == 0
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]
    (folder,) = (tmp_path / "reports").iterdir()
    stamp, _, name = folder.name.partition("-")
    assert (len(stamp), stamp[8], stamp[-1], name) == (16, "T", "Z", "reference")
    assert {path.name for path in folder.iterdir()} == FILES


def test_the_report_fits_its_published_schema(whole: Whole) -> None:
    schema = json.loads((schemas_dir() / "report-1.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(whole.report)) == []
    assert whole.report["schema"] == schema["$id"]


def test_junit_has_one_test_case_a_rule_and_encoding_and_agrees_with_the_report(whole: Whole) -> None:
    document = JUnitXml.fromfile(str(whole.folder / "junit.xml"))
    named = Counter(case.name for suite in document for case in suite)
    assert named == Counter(f"{rule} ({encoding})" for rule, encoding in outcomes(whole.report))
    told = Counter(outcomes(whole.report).values())
    assert document.tests == sum(told.values()) == len(outcomes(whole.report))
    assert (document.failures, document.errors, document.skipped) == (0, 0, 0)
    assert told == {"passed": document.tests - 3, "failed": 3}
    rule = SHOULD_DEFECT.rpartition(":")[0]
    for encoding in ("json", "xml", "form"):
        (case,) = [case for suite in document for case in suite if case.name == f"{rule} ({encoding})"]
        assert rule in case.system_out


def test_the_counts_are_those_of_the_verdicts(whole: Whole) -> None:
    counted = Counter((verdict["level"], verdict["outcome"]) for verdict in whole.report["verdicts"])
    for level, row in whole.report["counts"]["collection-policy"].items():
        for outcome in ("passed", "failed", "cant-tell", "inapplicable", "untested"):
            assert row[outcome] == counted[level, outcome]


def test_the_archive_has_every_request_that_was_sent_in_order(whole: Whole) -> None:
    entries = whole.har["log"]["entries"]
    assert len(entries) == len(whole.received) == whole.report["scope"]["requests"]["sent"]
    for entry, raw in zip(entries, whole.received, strict=True):
        sent, kept = parsed(raw), entry["request"]
        assert (kept["method"], kept["bodySize"]) == (sent.method, len(sent.body))
        assert kept["url"].endswith(sent.url)
        if sent.body and "_encoding" not in kept["postData"]:
            assert kept["postData"]["text"].encode() == sent.body
        assert {(h["name"], h["value"]) for h in kept["headers"]} <= set(sent.headers)


def test_the_archive_loads_as_har(whole: Whole) -> None:
    archive = HarParser(whole.har)
    assert whole.har["log"]["version"] == "1.2"
    assert len(archive.har_data["entries"]) == len(whole.received)


def test_every_line_of_the_journal_is_json_and_each_request_has_a_line_before_and_after(whole: Whole) -> None:
    lines = [json.loads(line) for line in (whole.folder / "run.jsonl").read_text("utf-8").splitlines()]
    kinds = [list(line)[2] for line in lines]
    assert (*kinds[:2], kinds[-1]) == ("header", "plan", "end")
    assert kinds[2:-1] == ["sending", "exchange"] * len(whole.received)
    ids = [line["sending"]["exchange"] for line in lines if "sending" in line]
    assert ids == [line["exchange"]["id"] for line in lines if "exchange" in line]
    assert ids == sorted(ids) == [planned["exchange"] for planned in lines[1]["plan"]["plan"]]


def test_every_exchange_that_a_verdict_names_is_in_the_report(whole: Whole) -> None:
    named = {exchange for verdict in whole.report["verdicts"] for exchange in verdict["exchanges"]}
    assert named <= set(whole.report["exchanges"])
    assert all(verdict["exchanges"] for verdict in whole.report["verdicts"])


def test_a_run_rendered_again_is_the_same_report(whole: Whole, tmp_path: Path) -> None:
    ran = conformance("report", whole.folder, "--out", "again", cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    # The claim of another folder speaks of its files; the journal is not there.
    for name in FILES - {"run.jsonl", "claim.json"}:
        assert (tmp_path / "again" / name).read_bytes() == (whole.folder / name).read_bytes(), name


def test_one_format_alone_is_rendered_where_one_is_asked_for(whole: Whole, tmp_path: Path) -> None:
    ran = conformance("report", whole.folder, "--format", "json", "--out", "again", cwd=tmp_path)
    assert ran.status == 0
    assert {path.name for path in (tmp_path / "again").iterdir()} == {"report.json", "claim.json"}
    unknown = conformance("report", whole.folder, "--format", "json,docx", "--out", "more", cwd=tmp_path)
    assert "docx; known are json, html, junit, har" in one_message(unknown)
    assert unknown.status == 4
    assert not (tmp_path / "more").exists()


# --- the plan ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("out", [(), ("--out", "run")], ids=["no folder named", "a folder named"])
def test_a_dry_run_prints_the_plan_and_sends_and_writes_nothing(
    out: tuple[str, ...], whole: Whole, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target_file(tmp_path, f"http://127.0.0.1:{listener.getsockname()[1]}/api", encodings=ALL)
        ran = conformance("check", "--target", "target.toml", "--dry-run", *out, cwd=tmp_path)
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody waits to be let in
            listener.accept()
    assert (ran.status, ran.err) == (0, "")
    sent = log_of(whole.folder).header["plan"]
    printed = [line.split()[0] for line in ran.out.splitlines() if line.startswith("x0")]
    assert printed == [planned["exchange"] for planned in sent]
    riders = {rider["id"] for planned in sent for rider in planned["riders"]}
    packed = next(planned for planned in sent if planned["case"]["id"].endswith("/packed/1"))
    line = next(line for line in ran.out.splitlines() if line.startswith(packed["exchange"]))
    assert all(rule in line for rider in packed["riders"] for rule in rider["rules"])
    assert f"{len(sent)} requests, {len(riders)} further cases judged on the same answers" in ran.out
    assert "effects: not allowed: only loopback hosts are sent to" in ran.out
    assert [path.name for path in tmp_path.iterdir()] == ["target.toml"]


# --- the same bytes, the same verdicts --------------------------------------------------------------------------------


def _verdicts(folder: Path) -> list[dict[str, Any]]:
    return [dict(verdict) for verdict in report_of(folder)["verdicts"]]


def test_four_workers_come_to_the_verdicts_of_one(whole: Whole, tmp_path: Path) -> None:
    with server(SHOULD_DEFECT) as running:
        target_file(tmp_path, running.url, encodings=ALL)
        ran = conformance("check", "--target", "target.toml", "--workers", "4", "--out", "run", cwd=tmp_path)
        assert _without_port(running.received) == _without_port(whole.received)
    assert ran.status == 0
    assert report_of(tmp_path / "run")["suite"]["workers"] == 4
    assert _verdicts(tmp_path / "run") == _verdicts(whole.folder)


def _without_port(received: list[bytes]) -> Counter[bytes]:
    """The requests, how often each came, without the header that names the port."""
    lines = [[line for line in raw.split(b"\r\n") if not line.startswith(b"Host:")] for raw in received]
    return Counter(b"\r\n".join(kept) for kept in lines)


def test_the_same_seed_sends_the_same_bytes_whatever_is_answered(whole: Whole, tmp_path: Path) -> None:
    answers = reference()
    turn = iter(range(10**6))

    def moody(connection: socket.socket, raw: bytes) -> None:
        number = next(turn)
        if number % 7 == 3:
            sent_over(connection, "503 BUSY", {"Content-Type": "text/plain"}, b"later")
        elif number % 11 == 5:
            connection.close()
        else:
            answers(connection, raw)

    with raw_server(moody) as running:
        target_file(tmp_path, running.url, encodings=ALL)
        ran = conformance("check", "--target", "target.toml", "--out", "run", cwd=tmp_path)
        received = list(running.received)
    assert ran.status in {1, 6}
    assert "Traceback" not in ran.out + ran.err
    # Parts of packed messages come besides.
    parts = {record.exchange.id for record in log_of(tmp_path / "run").records if "." in record.exchange.id}
    assert len(received) == len(whole.received) + len(parts)
    assert _without_port(received) >= _without_port(whole.received)


def test_another_seed_changes_the_drawn_cases_and_no_other(whole: Whole, tmp_path: Path) -> None:
    with server() as running:
        target_file(tmp_path, running.url, encodings=ALL)
        ran = conformance("check", "--target", "target.toml", "--seed", "1", "--out", "run", cwd=tmp_path)
    assert ran.status == 0
    before, after = _bodies(whole.folder, drawn=False), _bodies(tmp_path / "run", drawn=False)
    assert before == after
    before, after = _bodies(whole.folder, drawn=True), _bodies(tmp_path / "run", drawn=True)
    assert len(before) == len(after) > 20
    assert len(set(before.values()) & set(after.values())) < len(after) / 2


def _bodies(folder: Path, *, drawn: bool) -> dict[str, bytes]:
    """Case → the body that was sent, of the drawn cases or of all others."""
    return {
        record.case.id: record.exchange.request.body
        for record in log_of(folder).records
        if record.case.origin.startswith("property:") is drawn
        # A packed message is filled up with whatever there is.
        if not record.case.carried_by and record.case.rules
    }


def test_two_shards_speak_of_the_whole_and_share_no_request(tmp_path: Path) -> None:
    wanted = [rule for rule in all_rules().values() if fnmatchcase(rule.id, "*/Email/[pe]*")]
    asked: list[str] = []
    for place in ("1/2", "2/2"):
        folder = tmp_path / place[0]
        words = ("--depth", "quick", "--shard", place, "--rules", "*/Email/[pe]*")
        assert conformance("check", *words, "--out", folder, cwd=tmp_path).status == 0
        report = report_of(folder)
        assert f"shard {place}" in report["scope"]["selection"]
        assert sorted(outcomes(report)) == sorted((rule.id, encoding) for rule in wanted for encoding in rule.encodings)
        assert set(outcomes(report).values()) == {"passed", "untested"}
        asked += report["exchanges"]
    assert len(asked) == len(set(asked)) > 20
    assert checking.report([tmp_path / "2", tmp_path / "1"], ["json"], tmp_path / "merged") == 0
    merged = report_of(tmp_path / "merged")
    assert set(outcomes(merged).values()) == {"passed"}
    assert "--shard" not in merged["suite"]["command"]
    assert merged["exchanges"].keys() == set(asked)
