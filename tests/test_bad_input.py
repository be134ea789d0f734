"""Bad input from a user: one message that names file, line or key and says what to do, status 4, and nothing written.

The rows are in `bad_input`. They go through the command line in this process; the last tests start one.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.resources import cases_dir
from tests.bad_input import audit_rows, claim_rows, command_rows, comparing_rows, target_rows, waiver_rows
from tests.bad_input.row import FEW, REST, Row
from tests.spanish import told as in_spanish
from tests.test_cli import surroundings

ROWS = (
    *audit_rows.ROWS,
    *target_rows.ROWS,
    *command_rows.ROWS,
    *claim_rows.ROWS,
    *comparing_rows.ROWS,
    *waiver_rows.ROWS,
)


def lying_about(folder: Path) -> dict[str, object]:
    """All that there is, with its content."""
    return {
        str(path.relative_to(folder)): path.readlink() if path.is_symlink() else path.is_dir() or path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="module")
def taken() -> Iterator[int]:
    """A port at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and the environment of a user."""
    for name in os.environ:
        if name not in surroundings() or name.lower().endswith("proxy") or name.endswith(("CA_BUNDLE", "CERT_FILE")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def laid(row: Row, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the situation."""
    for name, content in row.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir()
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for name, value in row.environ.items():
        monkeypatch.setenv(name, value)
    if row.make is not None:
        row.make(folder, monkeypatch)


def told(text: str) -> list[str]:
    """The lines of a message, without the name of the command that each begins with."""
    assert "Traceback" not in text
    lines = text.removesuffix("\n").split("\n")
    assert all(line.startswith("conformance: ") for line in lines), text
    return [line.removeprefix("conformance: ") for line in lines]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_mistake_is_one_message_and_nothing_is_written(
    row: Row, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], taken: int
) -> None:
    laid(row, folder, monkeypatch)
    before = lying_about(folder)
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(row.words.replace("{taken}", str(taken))))
    out, err = capsys.readouterr()
    assert ended.value.code == 4, err
    lines = told(err)
    in_spanish("\n".join(lines))
    assert not row.lines or len(lines) == row.lines
    for said in row.says:
        assert any(re.search(said, line) for line in lines), (said, lines)
    assert re.fullmatch(row.out, out.removesuffix("\n"))
    assert "Traceback" not in out
    for name, value in row.environ.items():
        assert not name.startswith("S_") or value.strip() not in out + err
    assert lying_about(folder) == before


def test_nearly_the_same_files_are_no_mistake(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rows show something only if what they are made of is right by itself."""
    text = f'name = "$${{A}}"\nrecipients = ["*@qa.example.com"]\n{REST}'
    (folder / "target.toml").write_bytes(text.encode("utf-8-sig").replace(b"\n", b"\r\n"))
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(f"check --target target.toml --dry-run {FEW}"))
    assert (ended.value.code, capsys.readouterr().err) == (0, "")


def test_every_row_has_its_own_name() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) > 200


# --- a process of its own ---------------------------------------------------------------------------------------------


def ran(script: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """What a shell does with it; `$conformance` is the command."""
    command = f'conformance="{sys.executable} -m conformance"; {script}'
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=surroundings(**environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("script", "environ", "said"),
    [
        ("$conformance check --target gone.toml", {}, r"gone\.toml cannot be read .*`conformance init`"),
        ("$conformance check --target gone.toml", {"LC_ALL": "C"}, r"gone\.toml cannot be read .*`conformance init`"),
        ('$conformance check --out "$NOT_SET"', {}, r"--out.*must not be empty; is a variable of the shell not set"),
        ("mkdir here; cd here; rmdir ../here; $conformance check", {}, r"the folder .* is gone; change to another"),
        ("$conformance check --target /dev/zero", {}, r"/dev/zero has more than 1048576 bytes; name another file"),
        ("$conformance rules --format xml", {"PYTHONDEVMODE": "1"}, r"--format xml: known are table, json, csv"),
    ],
    ids=["missing file", "another locale", "variable not set", "folder gone", "a file without end", "development mode"],
)
def test_a_process_says_it_the_same_way(script: str, environ: dict[str, str], said: str, tmp_path: Path) -> None:
    done = ran(script, tmp_path, **environ)
    assert (done.returncode, done.stdout) == (4, ""), done.stderr
    (line,) = told(done.stderr)
    assert re.search(said, line)
    assert lying_about(tmp_path) == {}


def test_pytest_itself_says_it_too(tmp_path: Path) -> None:
    script = f'{sys.executable} -m pytest -p conformance.plugin "{cases_dir()}" --conformance-target gone.toml -q'
    done = ran(script, tmp_path)
    assert done.returncode == 4
    assert "gone.toml cannot be read (No such file or directory); write a target file with" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "reports").exists()
