"""`docs/target-file.md`, held to the code: examples load, tables have every key, commands print what is shown."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from conformance.run.contracts import contracts, encodings
from conformance.target.file import load_target
from conformance.target.file.sections import Auth, Refusal, RestSection, Shape, SoapSection, WsdlSection
from conformance.wsdl.load import STANDARD
from tests.test_adding_a_service import shows
from tests.test_cli import Ran, conformance

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "target-file.md").read_text("utf-8")
ENVIRON = {"SS_CLAVE": "clave-77", "LOGGRO_CLAVE": "clave-78"}
MEBIBYTE = 2**20


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def part(title: str) -> str:
    """The text below a heading, up to the next of the same rank."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


CONSOLE = [(block.splitlines()[0].removeprefix("$ "), block.splitlines()[1:]) for block in blocks("console")]


@pytest.mark.parametrize("text", blocks("toml"), ids=lambda text: text.splitlines()[1])
def test_an_example_of_the_page_is_a_target_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "target.toml"
    path.write_text(text, "utf-8")
    target = load_target(path, ENVIRON, contracts(), encodings())
    assert set(target.services) == {line[1:-1] for line in text.splitlines() if re.fullmatch(r"\[[a-z-]+\]", line)}
    assert target.notices == ()


@pytest.mark.parametrize(
    ("service", "shape"),
    [("collection-policy", RestSection), ("envio-correo", SoapSection), ("actualizar-correo", WsdlSection)],
)
def test_the_table_of_a_section_has_its_keys_and_no_others(service: str, shape: type[Shape]) -> None:
    first = [line.split("|")[1] for line in part(f"`[{service}]`").splitlines() if line.startswith("| `")]
    named = [name for cell in first for name in re.findall(r"`([a-z_]+)`", cell)]
    assert sorted(named) == sorted(shape.model_fields)


def test_every_key_of_identity_and_refusal_is_told() -> None:
    for shape, title in ((Auth, "Who asks"), (Refusal, "What is a refusal")):
        assert [name for name in shape.model_fields if f"`{name}" not in part(title)] == []
    kinds = re.findall(r'^\| `"(\w+)"` \|', part("Who asks"), re.MULTILINE)
    assert kinds == ["basic", "wsse", "fields"]


def test_the_limits_of_the_page_are_those_of_the_loader() -> None:
    words = (
        f"At most {STANDARD.documents} documents, {STANDARD.document_bytes // MEBIBYTE} MiB each and "
        f"{STANDARD.total_bytes // MEBIBYTE} MiB together, {STANDARD.depth} imports deep, "
        f"in {STANDARD.seconds:g} seconds"
    )
    assert words in " ".join(PAGE.split())


@pytest.mark.parametrize(("command", "expected"), CONSOLE, ids=[command.split()[-1] for command, _ in CONSOLE])
def test_a_command_of_the_page_prints_what_the_page_shows(tmp_path: Path, command: str, expected: list[str]) -> None:
    shutil.copytree(ROOT / "docs" / "examples" / "correos", tmp_path / "correos")
    ran: Ran = conformance(*shlex.split(command)[1:], cwd=tmp_path)
    lines = (ran.err if ran.status else ran.out).rstrip("\n").splitlines()
    assert shows(expected, lines), "\n".join(lines)
    assert ran.status == (4 if expected[0].startswith("conformance:") else 0)
