"""The commands themselves, on a terminal, against servers whose words would act there."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.resources import cases_dir
from tests.hostile.artefacts import TERMINAL, problems
from tests.hostile.lures import Bait
from tests.hostile.running import sections
from tests.hostile.server import misbehaving
from tests.hostile.table import BY_ID
from tests.hostile.ways_text import WORDS

ROOT = Path(__file__).parents[2]
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""What rich and pytest write of their own accord; the words of a server hold other escapes besides."""
ACTS = "text: a link of a terminal", "text: escapes of one byte", "text: direction marks", "text: markup of rich"


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory):
    made = Bait(tmp_path_factory.mktemp("lures") / "bait")
    yield made
    made.close()


def on_a_terminal(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit status, and what the terminal is told, without colours and with its own ends of lines undone."""
    reader, writer = pty.openpty()
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200", "CI": "true", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=folder, env=environ, stdout=writer, stderr=writer
    ) as run:
        os.close(writer)
        said = b""
        while True:
            try:
                part = os.read(reader, 65536)
            except OSError:
                # The other end of a terminal is closed.
                break
            if not part:
                break
            said += part
        status = run.wait(60)
    os.close(reader)
    return status, COLOURS.sub("", said.decode("utf-8").replace("\r\n", "\n"))


def acts(said: str) -> str:
    """What a terminal would obey, with what stands around it."""
    found = TERMINAL.search(said)
    return repr(said[max(0, found.start() - 80) : found.end() + 20]) if found is not None else ""


@pytest.mark.parametrize("name", [ACTS[0], *(pytest.param(name, marks=pytest.mark.nightly) for name in ACTS[1:])])
def test_nothing_that_a_server_says_acts_on_the_terminal(name: str, bait: Bait, tmp_path: Path) -> None:
    way = BY_ID[name]
    with misbehaving(way, bait.lures) as server:
        (tmp_path / "target.toml").write_text(sections(server, way), "utf-8")
        checked = ("conformance", "check", "--target", "target.toml", "--depth", "smoke", "--out", "run")
        status, said = on_a_terminal(tmp_path, *checked)
    assert status == 1, said
    assert "collection-policy/response/success/type" in said
    assert acts(said) == ""
    if name.endswith("rich"):
        assert "[bold red]x[/]" in said
        # The server sets it as a cookie too, and so it is masked; what must not be is the sign that it stands for.
        assert "\N{COLLISION SYMBOL}" not in said
    assert problems(tmp_path / "run") == []
    again, told = on_a_terminal(tmp_path, "conformance", "report", "run")
    assert (again, acts(told)) == (status, "")


def test_nothing_that_a_server_says_acts_where_pytest_tells_it(bait: Bait, tmp_path: Path) -> None:
    way = BY_ID[ACTS[0]]
    with misbehaving(way, bait.lures) as server:
        (tmp_path / "target.toml").write_text(sections(server, way), "utf-8")
        # Its usual progress goes back to the start of the line, as "collecting" does.
        plugin = ("-p", "conformance.plugin", "-o", "console_output_style=classic", "--conformance-target=target.toml")
        wanted = ("--conformance-depth=smoke", "--conformance-out=run", "--conformance-rules=*/response/success/*")
        status, said = on_a_terminal(
            tmp_path, "pytest", str(cases_dir()), "-v", "-rA", "--noconftest", *plugin, *wanted
        )
    assert status == 1, said
    assert "203.0.113.1" in said
    said = said.replace("\rcollect", "\ncollect")
    assert acts(said) == ""


@pytest.mark.parametrize("command", ["check", pytest.param("bind", marks=pytest.mark.nightly)])
def test_nothing_that_a_wsdl_says_acts_on_the_terminal(command: str, bait: Bait, tmp_path: Path) -> None:
    way = BY_ID["WSDL: names that say escapes of one byte"]
    with misbehaving(way, bait.lures) as server:
        (tmp_path / "target.toml").write_text(sections(server, way), "utf-8")
        status, said = on_a_terminal(tmp_path, "conformance", command, "--target", "target.toml")
    assert status == 4, said
    assert "cannot be bound" in said
    assert WORDS["escapes of one byte"][1:4] in said
    assert acts(said) == ""
