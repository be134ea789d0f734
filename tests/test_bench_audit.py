"""The benchmark of audits runs, at a size at which its figures say nothing: no time is looked at here."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from bench import audit, audit_told
from bench.audit_rivals import DECODERS, bare, opinions
from bench.recordings import SERVICES, write
from conformance.run.auditing import subjects_of
from conformance.run.contracts import contracts
from conformance.traffic.auditing import Auditor, Brief, merged
from conformance.traffic.files.parts import parts_of
from conformance.traffic.summary import CONSUMER, PROVIDER, Summary

COUNT = 24
PACKED = ("jsonl", "jsonl.gz", "jsonl.zst", "har", "har.zst")


@pytest.fixture(scope="module")
def audited() -> Callable[[Path], Summary]:
    """Audits a file; what is compiled serves all tests here."""
    auditor = Auditor(Brief(subjects=subjects_of(tuple(contracts()), None, named=False)))
    return lambda path: merged(map(auditor, parts_of([str(path)])))


def failed(summary: Summary, party: str) -> set[str]:
    return {key.rule for key, tally in summary.tallies.items() if key.party == party and tally.failed}


@pytest.mark.parametrize("unlike", [False, True])
@pytest.mark.parametrize("kind", SERVICES)
def test_a_recording_without_defects_breaks_no_rule(audited, kind, unlike, tmp_path):
    path = tmp_path / "clean.jsonl"
    assert write(kind, COUNT, path, unlike=unlike) == path.stat().st_size
    assert (b"\\n  " in path.read_bytes()) is unlike
    summary = audited(path)
    assert summary.records == sum(summary.exchanges.values()) == COUNT
    assert not failed(summary, CONSUMER) | failed(summary, PROVIDER)
    assert any(tally.passed for tally in summary.tallies.values())
    assert not summary.unread
    assert not summary.unjudged


@pytest.mark.parametrize("kind", SERVICES)
def test_every_broken_request_is_the_consumers_failure_and_its_refusal_nobodys(audited, kind, tmp_path):
    path = tmp_path / "broken.jsonl"
    write(kind, COUNT, path, broken=1.0)
    summary = audited(path)
    assert failed(summary, CONSUMER)
    assert not failed(summary, PROVIDER)


@pytest.mark.parametrize("kind", SERVICES)
def test_a_defect_is_in_every_answer_and_the_providers_failure(audited, kind, tmp_path):
    path = tmp_path / "defect.jsonl"
    write(kind, COUNT, path, defect=audit.DEFECT[kind])
    summary = audited(path)
    rule = audit.DEFECT[kind].rpartition(":")[0]
    assert failed(summary, PROVIDER) == {rule}
    assert not failed(summary, CONSUMER)
    found = [tally for key, tally in summary.tallies.items() if key.rule == rule and key.party == PROVIDER]
    # A digit in the place of true is a defect of JSON alone.
    assert sum(tally.failed for tally in found) >= COUNT // 2


def test_the_same_exchanges_in_every_shape(audited, tmp_path):
    paths = [tmp_path / f"soap.{suffix}" for suffix in PACKED]
    for path in paths:
        write("soap", COUNT, path, broken=0.2)
    told = [
        {key: (tally.passed, tally.failed) for key, tally in audited(path).tallies.items() if tally.failed}
        for path in paths
    ]
    assert told[0]
    assert all(other == told[0] for other in told)


def test_no_two_exchanges_of_a_long_recording_are_the_same(monkeypatch, tmp_path):
    monkeypatch.setattr("bench.recordings.POOL", 4)
    path = tmp_path / "long.jsonl"
    write("rest", COUNT, path)
    lines = path.read_bytes().splitlines()
    assert len(set(lines)) == len(lines) == COUNT


@pytest.mark.parametrize("kind", SERVICES)
def test_what_it_is_measured_against_looks_at_every_exchange(kind, tmp_path):
    path = tmp_path / "some.jsonl"
    write(kind, COUNT, path, broken=0.5)
    assert {bare(kind, path, decoder) for decoder in DECODERS} == {COUNT}
    assert opinions(kind, path) == COUNT


def ran(capsys: pytest.CaptureFixture[str], kind: str, *parts: str) -> str:
    audit.main([kind, "--count", str(COUNT), "--rounds", "1", *(word for part in parts for word in ("--only", part))])
    return capsys.readouterr().out


def tables(text: str) -> list[str]:
    """The first cell of every table."""
    lines = text.splitlines()
    return [line.split("|")[1].strip() for line, below in pairwise(lines) if "|---" in below]


def test_the_benchmark_runs(capsys):
    text = ran(capsys, "soap", "bare", "opinions")
    assert tables(text) == ["one process, processor time", "one exchange"]
    assert "| soap | 0%, no two written alike |" in text
    assert re.search(r"^\| soap \| 1% \| [0-9.]+ µs \| [0-9.]+ µs \(.+\) \| [0-9.]+ \|$", text, re.MULTILINE)


@pytest.mark.nightly
def test_the_rest_of_the_benchmark_runs(capsys):
    text = ran(capsys, "rest", "command", "memory", "workers", "broken", "shapes")
    assert tables(text) == ["`conformance audit --workers 1`", "peak of all processes", "wall time", "broken", "shape"]
    peaks = [int(found) for found in re.findall(r"([0-9]+) MiB", text)]
    assert len(peaks) == 4
    assert all(peak > 20 for peak in peaks)


def test_the_ratio_is_the_median_of_pairs():
    above, below = [(0, 2.0), (0, 9.0), (0, 4.0)], [(0, 1.0), (0, 3.0), (0, 1.0)]
    assert audit_told.paired(above, below) == 3.0


def test_the_tables_take_the_place_of_the_last_ones():
    page = f"before {audit_told.MARK} old {audit_told.END} after"
    assert audit_told.placed(page, "new") == f"before {audit_told.MARK}\n\nnew\n\n{audit_told.END} after"
    with pytest.raises(SystemExit, match="no place"):
        audit_told.placed("before", "new")


def test_an_audit_that_ends_badly_is_no_measurement():
    with pytest.raises(SystemExit, match="ended with 3"):
        audit.process(["sh", "-c", "exit 3"])
