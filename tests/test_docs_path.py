"""The commands of the first pages of the documentation do what the pages say. Runs ask little, to be short."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.test_cli import RULE, report_of, surroundings

DOCS = Path(__file__).resolve().parents[1] / "docs"

# Whoever reads waits a moment before the next command, and has nobody else at the port.
INSTEAD = {
    "--port 8123 ": "--port 0 ",
    ":dropped &\n": ":dropped > served &\nuntil grep -qs http served; do sleep 0.1; kill -0 $!; done\n",
    "broken.toml <<'END'": "broken.toml <<END",
    "127.0.0.1:8123": "$(grep -om 1 '127.0.0.1:[0-9]*' served)",
}


def shell(page: str, folder: Path) -> str:
    """The blocks of a page as one script, with a port that is free and a command that asks little; what it printed."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", (DOCS / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    script = "set -euo pipefail\n" + "\n".join(blocks)
    for written, run in INSTEAD.items():
        script = script.replace(written, run)
    bin_ = folder / "bin"
    bin_.mkdir()
    command = shlex.quote(str(Path(sys.executable).parent / "conformance"))
    narrow = 'case "$1" in check) set -- "$@" --rules "collection-policy/request/Email/pat*";; esac'
    (bin_ / "conformance").write_text(f'#!/bin/sh\n{narrow}\nexec {command} "$@"\n')
    (bin_ / "conformance").chmod(0o755)
    environ = surroundings(PATH=f"{bin_}{os.pathsep}{os.environ['PATH']}", SHELL="/bin/bash")
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


def test_the_first_run_passes_fails_and_is_told_apart(tmp_path: Path) -> None:
    printed = shell("first-run.md", tmp_path)
    assert report_of(tmp_path / "first")["outcome"] == "conforms"
    second = report_of(tmp_path / "second")
    assert (second["outcome"], second["target"]["name"]) == ("does-not-conform", "broken")
    assert {verdict["rule"] for verdict in second["verdicts"] if verdict["outcome"] == "failed"} == {RULE}
    # Once by `check`, once by `diff`.
    assert printed.count("exit status 1\n") == 2
    assert "The claim holds: second" in printed
    assert f"{RULE}:dropped" in (tmp_path / "defects.txt").read_text("utf-8").splitlines()
    assert "_conformance_completion" in (tmp_path / "completion.bash").read_text("utf-8")


def test_the_target_file_of_the_second_page_is_one_to_fill_in(tmp_path: Path) -> None:
    assert shell("staging.md", tmp_path) == ""
    assert "[collection-policy]" in (tmp_path / "staging.toml").read_text("utf-8")


def test_exit_statuses_are_told_alike(tmp_path: Path) -> None:
    """The tables of the README, of the page about staging and of that about CI have the same statuses."""
    pages = (DOCS.parent / "README.md", DOCS / "staging.md", DOCS / "ci" / "README.md")
    found = [re.findall(r"^\| ([0-6](?:, [0-6])*) \|", page.read_text("utf-8"), re.MULTILINE) for page in pages]
    assert [",".join(rows).replace(" ", "") for rows in found] == [json.dumps([*range(7)])[1:-1].replace(" ", "")] * 3
