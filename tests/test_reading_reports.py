"""`report.json` read back: of this revision, of the one before, and what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import ConformanceError
from conformance.report import reading
from conformance.report.reading import MIGRATIONS, migrated, read_report
from conformance.report.schema import OF_RUNS, REVISION, misfits, report_schema
from conformance.report.writers import report_json
from tests.report_samples import hostile, material

FIRST = Path(__file__).with_name("report_revision_1.json")
"""A report as version 0.1.0 wrote it before it had revisions, all but a few of its verdicts taken out."""


def first() -> Any:
    return json.loads(FIRST.read_text("utf-8"))


def saved(folder: Path, document: Any) -> Path:
    path = folder / "report.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_what_is_written_now_reads_back_as_it_is(tmp_path: Path) -> None:
    content = report_json.write(material(*hostile()))
    (tmp_path / "report.json").write_bytes(content)
    assert read_report(tmp_path) == read_report(tmp_path / "report.json") == json.loads(content)


def test_a_report_of_the_first_revision_is_no_report_of_this_one_until_it_is_migrated() -> None:
    assert "revision" not in first()
    assert misfits(first()) != []
    told = read_report(FIRST)
    assert misfits(told) == []
    assert {key: told[key] for key in first()} == first()
    assert {key: told[key] for key in told.keys() - first().keys()} == {"revision": 2, "waivers": [], "baseline": None}


def test_there_is_a_step_from_each_revision_to_the_next_and_the_schema_is_of_the_last() -> None:
    assert sorted(MIGRATIONS) == list(range(1, REVISION))
    assert report_schema()["properties"]["revision"]["enum"] == [OF_RUNS, REVISION]
    assert f"Revision {REVISION}:" in report_schema()["description"]
    for revision, step in MIGRATIONS.items():
        # The third revision is of audits: a run stays in the second.
        assert step(first() | {"revision": revision})["revision"] == min(revision + 1, OF_RUNS)


def test_a_migration_leaves_the_document_that_it_got() -> None:
    document = first()
    migrated(document, FIRST)
    assert document == first()


def test_a_newer_revision_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = saved(tmp_path, first() | {"revision": REVISION + 1})
    with pytest.raises(ConformanceError) as refused:
        read_report(path)
    assert str(refused.value) == (
        f"{path}: a report of revision {REVISION + 1}, and this version reads up to {REVISION}; "
        "update billing-conformance"
    )


@pytest.mark.parametrize("revision", [0, -1, "2", None, 1.5, True, 2])
def test_a_revision_that_is_none_or_that_lies_is_no_report(tmp_path: Path, revision: Any) -> None:
    with pytest.raises(ConformanceError, match="is no report of this suite"):
        read_report(saved(tmp_path, first() | {"revision": revision}))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "is no report of this suite"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_what_is_no_report_is_told_with_its_name(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(ConformanceError, match=why) as refused:
        read_report(path)
    assert str(path) in str(refused.value)


def test_a_device_or_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "report.json")
    for run in (tmp_path, tmp_path / "report.json", Path("/dev/zero")):
        with pytest.raises(ConformanceError, match="is no file; name the folder that a run wrote"):
            read_report(run)


def test_a_file_of_any_size_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, first())
    monkeypatch.setattr(reading, "LARGEST", path.stat().st_size - 1)
    with pytest.raises(ConformanceError, match=r"report\.json: has more than \d+ bytes"):
        read_report(path)
    monkeypatch.setattr(reading, "LARGEST", path.stat().st_size)
    assert read_report(path)


def test_a_folder_without_a_report_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConformanceError, match=r"`conformance report .*` makes one of its journal"):
        read_report(tmp_path)
