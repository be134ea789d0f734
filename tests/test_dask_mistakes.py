"""Audits on Dask that cannot be: each ends in one sentence that says what to do, and none waits for ever."""

from __future__ import annotations

import os
import pickle
import platform
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance import __version__
from conformance.errors import ConformanceError
from conformance.run.auditing import subjects_of
from conformance.traffic import dask_engine
from conformance.traffic.auditing import Brief
from conformance.traffic.dask_engine import Bench, Suite, Wrong, on_dask, suite_here
from conformance.traffic.files.lines import write_line
from conformance.traffic.files.parts import Part, parts_of
from conformance.traffic.recording import Asked, Recorded
from conformance.traffic.summary import Summary
from tests.dask_support import Held, scheduler, worker
from tests.test_dask import beside

BRIEF = Brief(subjects=subjects_of(("collection-policy",), None, named=False))
OTHER = Suite("9.9.9", "3.99")


@pytest.fixture
def part(tmp_path: Path) -> Part:
    recorded = Recorded(request=Asked(method="GET", url="https://example.com/", headers=[]))
    path = tmp_path / "one.jsonl"
    path.write_bytes(write_line(recorded))
    (part,) = parts_of([str(path)])
    return part


def wrong(part: Part, brief: Brief = BRIEF, suite: Suite | None = None, node: str | None = None) -> str:
    """What a worker says of the part, after the way there."""
    bench = pickle.loads(pickle.dumps(Bench(brief, suite or suite_here(), node or platform.node())))
    found = bench(pickle.loads(pickle.dumps(part)))
    assert isinstance(found, Wrong)
    return found.text


# --- before anything is read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["", "threads", "localhost", "http://127.0.0.1:8786", "tcp://127.0.0.1:port", "inproc://1/2/3"]
)
def test_what_is_no_address_is_told_at_once(address: str) -> None:
    with pytest.raises(ConformanceError, match=r"^--scheduler .*: name its address as it says it, such as tcp://HOST"):
        on_dask(address)


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConformanceError, match=r"pip install 'billing-conformance\[dask\]'"):
        on_dask(None)


def test_a_configuration_that_dask_cannot_read_is_no_defect_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def malformed(name: str) -> Any:
        raise ValueError("A dask config file at 'dask.yaml' is malformed")

    monkeypatch.setattr(dask_engine, "import_module", malformed)
    with pytest.raises(ConformanceError, match=r"is its configuration right\? A dask config file at 'dask.yaml'"):
        on_dask(None)


@pytest.mark.parametrize(
    ("address", "advice"), [("tcp://127.0.0.1:1", "does it run there"), ("tls://127.0.0.1:1", "__COMM__TLS__CA_FILE")]
)
def test_a_scheduler_that_does_not_answer_is_not_waited_for(
    address: str, advice: str, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_engine, "REACH", 0.2)
    with pytest.raises(ConformanceError, match=f"^--scheduler {address}: no scheduler of Dask .*{advice}"):
        list(on_dask(address)([part], BRIEF, 1, None))


# --- on a worker ------------------------------------------------------------------------------------------------------


def test_another_version_of_the_suite_or_of_python_is_not_let_judge(part: Part) -> None:
    mine = suite_here()
    assert isinstance(Bench(BRIEF, mine, "")(part), Summary)
    for other in (OTHER, mine._replace(version="9.9.9"), mine._replace(python="3.99")):
        text = wrong(part, suite=other)
        assert text.startswith(f"a worker on {platform.node()} has billing-conformance {__version__} on Python ")
        assert f"this machine {other.version} on Python {other.python}; install the same on all of them" in text


def test_everyone_of_the_cluster_is_asked_for_its_version() -> None:
    assert versions() is None
    assert str(versions(scheduler="")).startswith("the scheduler has no billing-conformance; install")
    assert str(versions(worker="9.9.9")).startswith("the worker tcp://1 has billing-conformance 9.9.9 on Python 3.")
    assert str(versions(python="3.8.1.final.0")).startswith("the worker tcp://1 has billing-conformance")


def versions(
    scheduler: str = __version__, worker: str = __version__, python: str = platform.python_version()
) -> ConformanceError | None:
    """What is wrong with a cluster of these."""

    class Client:
        def get_versions(self, packages: list[str]) -> dict[str, Any]:
            (name,) = packages

            def about(version: str, python: str) -> dict[str, Any]:
                return {"packages": {name: version or None}, "host": {"python": python}}

            here = platform.python_version()
            return {"scheduler": about(scheduler, here), "workers": {"tcp://1": about(worker, python)}}

    try:
        dask_engine._check_versions(Client())
    except ConformanceError as error:
        return error
    return None


def test_a_file_that_a_worker_cannot_read_is_told_as_such(part: Part, tmp_path: Path) -> None:
    gone = replace(part, url=str(tmp_path / "gone.jsonl"))
    assert "nothing is there" in wrong(gone)
    assert "is not on others" not in wrong(gone)
    text = wrong(gone, node="another-machine")
    assert text.startswith(f"the worker on {platform.node()}: {part.path} cannot be read (No such file or directory). ")
    assert text.endswith("put it on a storage that every worker reads (s3://…)")


def test_another_file_of_the_same_name_is_not_judged_in_its_place(part: Part) -> None:
    size = part.size or 0
    text = wrong(replace(part, size=size + 1), node="another-machine")
    assert f"{part.path} has {size} bytes, not {size + 1}: another file" in text
    # Here it grows while it is read.
    assert isinstance(Bench(BRIEF, suite_here(), platform.node())(replace(part, size=size + 1)), Summary)


def test_neither_a_part_nor_what_a_worker_logs_of_it_shows_a_secret_of_its_address(part: Part) -> None:
    secret = replace(part, path="ftp://host/x.jsonl", url="ftp://user:hunter2@host/x.jsonl")
    assert "hunter2" not in repr(secret)


def test_what_was_compiled_stays_where_it_is(part: Part) -> None:
    bench = Bench(BRIEF, suite_here(), platform.node())
    fresh = len(pickle.dumps(bench))
    assert isinstance(bench(part), Summary)
    assert len(pickle.dumps(bench)) == fresh


# --- in the middle ----------------------------------------------------------------------------------------------------


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[str]:
    with scheduler(tmp_path) as address:
        yield address


@pytest.mark.nightly
def test_without_workers_nobody_waits_for_ever(alone: str, part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_engine, "PATIENCE", 0.5)
    with pytest.raises(ConformanceError, match=f"^{alone}: no worker of Dask is there, or none is left"):
        list(on_dask(alone)([part], BRIEF, 1, None))


@pytest.mark.nightly
@pytest.mark.parametrize("lost", ["worker", "scheduler"])
def test_where_everyone_is_lost_in_the_middle_it_is_told(
    lost: str, tmp_path: Path, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(tmp_path / "held", b"")
    with scheduler(tmp_path) as address, worker(tmp_path, address, "--no-nanny"):
        engine = on_dask(address)([replace(part, url=str(held.path))], BRIEF, 1, None)

        def kill() -> None:
            reader = held.reader()
            if lost == "worker":
                monkeypatch.setattr(dask_engine, "PATIENCE", 0.5)
            os.kill(reader if lost == "worker" else started_by(tmp_path), signal.SIGKILL)

        told = "no worker of Dask is there, or none is left" if lost == "worker" else "the scheduler of Dask is gone"
        with beside(kill), pytest.raises(ConformanceError, match=f"^{address}: .*({told})"):
            list(engine)


def started_by(folder: Path) -> int:
    """The scheduler of the folder."""
    name = str(folder / "scheduler.json").encode()
    for process in Path("/proc").glob("[0-9]*"):
        words = (process / "cmdline").read_bytes().split(b"\0")
        if name in words and b"distributed.cli.dask_scheduler" in words:
            return int(process.name)
    raise LookupError


@pytest.mark.nightly
def test_a_worker_of_another_version_is_named(tmp_path: Path, part: Part) -> None:
    told = tmp_path / "other" / "billing_conformance-9.9.9.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: billing-conformance\nVersion: 9.9.9\n")
    root = str(Path(__file__).parents[1])
    path = os.pathsep.join((str(told.parent), root))
    with scheduler(tmp_path) as address, worker(tmp_path, address, "--no-nanny", PYTHONPATH=path):
        with suppress(ConformanceError):
            # It may come after the question; then it is here when that is asked again.
            list(on_dask(address)([part], BRIEF, 1, None))
        with pytest.raises(ConformanceError, match=r"^the worker tcp://.* has billing-conformance 9\.9\.9 on Python"):
            list(on_dask(address)([part], BRIEF, 1, None))
