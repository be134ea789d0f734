"""A journal whose disk is full: no line is torn, nothing that was answered is lost, and nothing more is begun."""

from __future__ import annotations

import errno
import io
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import ConformanceError
from conformance.target.journal import Journal, read
from conformance.target.journal import lines as journal_lines
from conformance.target.journal.lines import RESERVE, FullError
from tests.target_support import case, plan, request
from tests.test_cli import (
    NARROW,
    Ran,
    conformance,
    log_of,
    one_message,
    reference,
    report_of,
    surroundings,
    target_file,
)
from tests.test_journal import HEADER, RESPONSE, URL, exchange, record

STEPS = plan([case(number, request(URL)) for number in range(1, 9)]).steps


class Small(io.FileIO):
    """A file on a disk with room for so many bytes, its reserve among them."""

    room = 10**9
    reserve: Path | None = None

    def write(self, data: Any) -> int:
        kept = Small.reserve.stat().st_size if Small.reserve is not None and Small.reserve.exists() else 0
        left = Small.room - kept - self.tell()
        if left <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(bytes(data)[:left]) or 0


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a journal on a small disk goes."""
    path = tmp_path / "run.jsonl"
    monkeypatch.setattr(Small, "reserve", path.with_name("run.jsonl.reserve"))
    monkeypatch.setattr(Small, "room", 10**9)
    monkeypatch.setattr(journal_lines, "_open", Small)
    return path


def run_of(journal: Journal, exchanges: int = 4) -> list[str]:
    """A run with one sender: the ids that were answered, until the journal takes no more."""
    answered = []
    for number in range(1, exchanges + 1):
        try:
            journal.sending(STEPS[number - 1])
        except FullError:
            journal.unsent(STEPS[number - 1], "the disk is full")
            break
        one = exchange(number)
        answered.append(one.id)
        journal.exchange(one, [record(one)])
    else:
        journal.end()
    journal.close()
    return answered


def test_wherever_the_disk_is_full_nothing_that_was_answered_is_lost(small: Path) -> None:
    run_of(Journal.create(small, HEADER))
    whole = small.read_bytes()
    header, first = (len(b"".join(whole.splitlines(keepends=True)[:number])) for number in (1, 3))
    stopped = 0
    # Every byte of a line before the send and of one after it.
    for room in range(header, first + 2):
        small.unlink()
        Small.room = RESERVE + room
        answered = run_of(Journal.create(small, HEADER))
        log = read(small)
        assert log.problems == ()
        assert [one.exchange.id for one in log.records] == answered, room
        assert small.read_bytes().endswith(b"\n")
        assert log.bodiless == ()
        stopped += len(answered) < 4
        assert log.ended == (len(answered) == 4)
        assert log.pending == ()
    assert stopped == first + 2 - header


def test_an_answer_that_is_larger_than_the_reserve_is_kept_without_its_body(small: Path) -> None:
    journal = Journal.create(small, HEADER)
    Small.room = RESERVE + small.stat().st_size + 500
    journal.sending(STEPS[0])
    large = exchange(1, response=replace(RESPONSE, body=b"x" * (RESERVE + 1000)))
    told = replace(record(exchange(1)), exchange=large)
    journal.exchange(large, [told])
    with pytest.raises(FullError, match="--resume"):
        journal.sending(STEPS[1])
    journal.close()
    log = read(small)
    assert (log.problems, log.bodiless, log.pending) == ((), ("x00001",), ())
    (kept,) = log.records
    assert kept.judgement == told.judgement
    assert kept.exchange.response == replace(RESPONSE, body=b"")


def test_where_not_even_that_fits_it_is_an_error_and_no_line_is_torn(small: Path) -> None:
    journal = Journal.create(small, HEADER)
    journal.sending(STEPS[0])
    Small.room = small.stat().st_size + 10
    with pytest.raises(FullError, match="No space left"):
        journal.exchange(exchange(1), [record(exchange(1))])
    journal.close()
    assert (read(small).problems, read(small).pending) == ((), ("x00001",))
    assert small.read_bytes().endswith(b"\n")


def test_without_room_for_the_reserve_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ConformanceError, match=r"no room .* nothing is sent; make room"):
        Journal.create(tmp_path / "run.jsonl", HEADER)
    assert list(tmp_path.iterdir()) == []


def test_the_reserve_takes_up_room_and_is_gone_at_the_end(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "run.jsonl", HEADER, senders=3)
    kept = tmp_path / "run.jsonl.reserve"
    assert kept.stat().st_size == 3 * RESERVE
    assert kept.stat().st_blocks * 512 >= 3 * RESERVE
    journal.close()
    assert not kept.exists()


def removed(path: Path) -> None:
    path.unlink()


def moved(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


def replaced(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def written_to(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"# looked at\n")


@pytest.mark.parametrize("change", [removed, moved, replaced, emptied, written_to])
def test_nothing_is_begun_where_the_journal_is_not_what_it_was(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "run" / "run.jsonl"
    path.parent.mkdir()
    journal = Journal.create(path, HEADER)
    journal.sending(STEPS[0])
    journal.exchange(exchange(1), [record(exchange(1))])
    change(path)
    with pytest.raises(ConformanceError, match="removed, moved or changed by somebody else, so nothing more is sent"):
        journal.sending(STEPS[1])
    journal.close()


# --- the whole command ------------------------------------------------------------------------------------------------


def limited(folder: Path, size: int, *words: str) -> subprocess.CompletedProcess[bytes]:
    """`conformance` in a process that may write no file larger than that."""
    return subprocess.run(
        [sys.executable, "-m", "conformance", *words],
        cwd=folder,
        env=surroundings(),
        capture_output=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )


def test_a_run_that_meets_a_limit_of_file_size_stops_says_so_and_is_gone_on_with(tmp_path: Path) -> None:
    from tests.target_support import raw_server

    with raw_server(reference()) as running:
        target_file(tmp_path, running.url)
        ran = limited(tmp_path, RESERVE + 450_000, "check", "--target", "target.toml", *NARROW, "--out", "run")
        assert ran.returncode == 4, ran.stderr
        message = ran.stderr.decode()
        assert message.count("conformance: ") == 1
        assert "File too large" in message
        assert "--resume run" in message
        log = log_of(tmp_path / "run")
        assert (log.problems, log.pending, log.ended) == ((), (), False)
        sent = len(running.received)
        assert sent == len({one.exchange.id for one in log.records}) > 1
        again = conformance("check", "--resume", "run", cwd=tmp_path)
        assert (again.status, again.err) == (0, "")
        assert report_of(tmp_path / "run")["outcome"] == "conforms"
        assert len(running.received) == log_length(tmp_path / "run")


def log_length(folder: Path) -> int:
    return len({one.exchange.id for one in log_of(folder).records})


def test_reports_that_cannot_be_written_say_that_the_journal_is_whole(tmp_path: Path) -> None:
    """The journal fits, the HAR that is made of it does not."""
    assert conformance("check", *NARROW, "--out", "run", cwd=tmp_path).status == 0
    size = max(path.stat().st_size for path in (tmp_path / "run").glob("*.har")) - 1000
    ran = limited(tmp_path, size, "report", "run")
    assert ran.returncode == 4
    message = one_message(Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode()))
    assert "run/evidence.har: cannot write the report" in message
    assert "The journal of the run is whole" in message
    assert "`conformance report run`" in message
    assert not list((tmp_path / "run").glob(".*.part"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """A tmpfs of one megabyte; where mounting is not allowed there is none."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if not made or made.returncode:
        pytest.skip("mounting a tmpfs is not allowed here; the tests above fill a disk in other ways")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_run_on_a_small_disk_loses_nothing(tmp_path: Path, small_disk: Path) -> None:
    from tests.target_support import raw_server

    with raw_server(reference()) as running:
        target_file(tmp_path, running.url)
        words = ("check", "--target", "target.toml", *NARROW, "--out", str(small_disk / "run"), "--workers", "2")
        ran = conformance(*words, cwd=tmp_path)
        assert ran.status == 4
        assert "No space left on device" in one_message(ran)
        log = log_of(small_disk / "run")
        assert (log.problems, log.pending) == ((), ())
        assert len(running.received) == log_length(small_disk / "run") > 1
        lines = [json.loads(line) for line in (small_disk / "run" / "run.jsonl").read_text("utf-8").splitlines()]
        assert "exchange" in lines[-1] or "stopped" in lines[-1]
