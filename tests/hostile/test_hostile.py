"""Whatever a server answers: soon over, little memory, the right verdict, valid reports, nothing that acts or leaks.

`table.WAYS` has the ways. Each is tried with the whole suite in process; what would not end there has a process of its
own, and the bombs go off once more in one whose memory is bounded by the system.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from lxml import etree

from tests.hostile.lures import Bait, listening
from tests.hostile.running import Seen
from tests.hostile.table import BY_ID, WAYS
from tests.hostile.trial import tried, without_fault
from tests.hostile.way import LANES, Way, lanes

ROOT = Path(__file__).parents[2]
LONG = 120
"""Seconds for a process; a way that hangs is ended by this alone."""


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory):
    made = Bait(tmp_path_factory.mktemp("lures") / "bait")
    yield made
    made.close()


@pytest.fixture(scope="module")
def clean(bait: Bait, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The run at a server without fault."""
    seen = without_fault(bait, tmp_path_factory.mktemp("clean"))
    assert seen.report is not None
    assert seen.report.exit_status == 0
    return seen


def marked(ways: tuple[Way, ...]) -> list[object]:
    """The ways as parameters; those that are too dear for every commit are marked."""
    return [pytest.param(way, id=way.id, marks=(pytest.mark.nightly,) if way.nightly else ()) for way in ways]


@pytest.mark.parametrize("way", marked(tuple(way for way in WAYS if not way.alone)))
def test_a_way_to_misbehave_is_survived(way: Way, bait: Bait, clean: Seen, tmp_path: Path) -> None:
    assert tried(way, bait, tmp_path, clean) == []


@pytest.mark.parametrize("way", marked(tuple(way for way in WAYS if way.alone)))
def test_a_way_to_misbehave_is_survived_in_a_process_of_its_own(way: Way, tmp_path: Path) -> None:
    assert alone(tmp_path, [way.id]) == {way.id: []}


BOMBS = ("bomb: gzip in pieces", "bomb: brotli", "bomb: zstd", "JSON: 100,000 levels of lists", "XML: a billion laughs")
MORE = tuple(
    way.id
    for way in WAYS
    if way.id.startswith(("bomb", "flood")) or "laughs" in way.id or "blow-up" in way.id or "levels" in way.id
)


@pytest.mark.parametrize("names", [BOMBS, pytest.param(MORE, marks=pytest.mark.nightly)], ids=["some", "all"])
def test_bombs_go_off_within_a_gibibyte_of_address_space(names: tuple[str, ...], tmp_path: Path) -> None:
    assert alone(tmp_path, list(names)) == {name: [] for name in names}


def alone(folder: Path, names: list[str]) -> dict[str, list[str]]:
    """What a process of its own says of the ways."""
    command = [sys.executable, "-m", "tests.hostile.trial", str(folder), *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONG, check=False)
    assert done.stderr == ""
    return dict(map(json.loads, done.stdout.splitlines()))


def test_there_are_enough_ways_and_each_has_a_name_of_its_own() -> None:
    assert len(BY_ID) == len(WAYS) > 350
    assert sum(not way.nightly for way in WAYS) > 100
    assert {lane for way in WAYS if not way.nightly for lane in lanes(way.to)} == set(LANES)


# --- would anybody notice? --------------------------------------------------------------------------------------------


def test_whoever_reads_a_lure_or_asks_another_host_is_noticed(bait: Bait, tmp_path: Path) -> None:
    bait.touched()
    with listening(tmp_path, ports=()) as heard:
        (tmp_path / "own").write_text("x")
        assert heard.heard == []
        bait.file.read_text()
        Path("/etc/passwd").read_bytes()
        with pytest.raises(OSError, match="refused"):
            urlopen("http://127.0.0.1:9/")
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo("nowhere.invalid", 80)
        subprocess.run(["true"], check=True)
    told = "\n".join(heard.heard)
    assert bait.touched()
    for word in ("bait.txt", "/etc/passwd", "connect 127.0.0.1:9", "look up 'nowhere.invalid'", "subprocess.Popen"):
        assert word in told


def test_who_listens_hears_a_library_in_c_too(bait: Bait) -> None:
    bait.touched()
    with pytest.raises(etree.XMLSyntaxError):
        etree.parse(str(bait.file))
    assert bait.touched()
    before = bait.callers
    socket.create_connection(("127.0.0.1", bait.port)).close()
    until = time.monotonic() + 10
    while bait.callers == before and time.monotonic() < until:
        time.sleep(0.02)
    assert bait.callers == before + 1
