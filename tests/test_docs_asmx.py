"""The ASMX section of `docs/adding-a-service.md`, done: a page of names and types becomes a service that is checked."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from conformance.rules.soap import SOAP
from tests.test_adding_a_service import ROOT, plain, shows
from tests.test_cli import conformance, outcomes, report_of

EXAMPLE = ROOT / "docs" / "examples" / "huerto"
SECTION = (ROOT / "docs" / "adding-a-service.md").read_text("utf-8").partition("\n## An ASMX page\n")[2]
SERVICE = "registrar-arbol"


def sessions() -> list[tuple[str, list[str]]]:
    """Every command of the section with the lines that it is shown to print."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```text\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the example and its schemas."""
    made = tmp_path_factory.mktemp("asmx")
    shutil.copytree(EXAMPLE, made / "huerto")
    ran = conformance("derive", "--documents", "huerto", "--out", "own", cwd=made)
    assert (ran.status, ran.err) == (0, "")
    return made


@pytest.mark.parametrize(("command", "expected"), sessions(), ids=[command.split()[1] for command, _ in sessions()])
def test_a_command_of_the_section_prints_what_it_shows(folder: Path, command: str, expected: list[str]) -> None:
    ran = conformance(*shlex.split(command)[1:], cwd=folder)
    assert (ran.status, ran.err) == (0, "")
    lines = plain(ran.out)
    assert shows(plain("\n".join(expected)), lines), "\n".join(lines)


def test_the_readings_of_the_section_are_in_those_of_the_example() -> None:
    (shown,) = re.findall(r"^```toml\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
    assert shown in (EXAMPLE / f"{SERVICE}.toml").read_text("utf-8")


def test_a_page_of_types_alone_leaves_no_rule_without_a_verdict(folder: Path) -> None:
    ran = conformance("check", "--schemas", "own", "--service", SERVICE, "--depth", "quick", "--out", "all", cwd=folder)
    assert (ran.status, ran.err) == (0, ""), ran.out
    found = outcomes(report_of(folder / "all"))
    assert {encoding for _, encoding in found} == set(SOAP)
    assert (f"{SERVICE}/request/Plantado/type", "soap-1.2") in found
    assert set(found.values()) <= {"passed", "inapplicable"}


def test_a_secret_that_the_readings_mark_is_never_written(folder: Path) -> None:
    (folder / "target.toml").write_text(
        f'[{SERVICE}]\nurl = "http://127.0.0.1:1/Huerto.asmx"\nvalues = {{ Clave = "x9-secret" }}\n', "utf-8"
    )
    words = ("--schemas", "own", "--target", "target.toml", "--depth", "smoke", "--out", "nobody")
    ran = conformance("check", *words, cwd=folder)
    assert ran.status == 6
    written = b"".join(path.read_bytes() for path in (folder / "nobody").rglob("*") if path.is_file())
    assert b"Huerto.asmx" in written
    assert b"x9-secret" not in written + ran.out.encode()
