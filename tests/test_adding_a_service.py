"""`docs/adding-a-service.md`, done: a page that the suite has never seen becomes a service like the others."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from conformance.resources import SCHEMAS, use_schemas
from conformance.run.contracts import all_rules, chosen, contracts
from tests.test_cli import Ran, conformance, log_of, one_message, outcomes, report_of, run, surroundings

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs" / "examples" / "biblioteca"
PAGE = (ROOT / "docs" / "adding-a-service.md").read_text("utf-8")
SERVICE = "biblioteca-prestamos"
OWN = ("--schemas", "own", "--service", SERVICE)
ELIDED = "…"
CASES = f"own/{SERVICE}/cases"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


CONSOLE = [(block.splitlines()[0].removeprefix("$ "), block.splitlines()[1:]) for block in blocks("console")]


def plain(text: str) -> list[str]:
    """The lines without what differs from run to run, or as the suite grows: the port, and how many are all."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    return [re.sub(r"\b(\d+) of \1\b", "all of all", line).rstrip() for line in text.splitlines()]


def shows(expected: list[str], lines: list[str]) -> bool:
    """Are these the lines? `…` stands for any number of them."""
    if not expected:
        return not lines
    if expected[0] == ELIDED:
        return any(shows(expected[1:], lines[start:]) for start in range(len(lines) + 1))
    return bool(lines) and expected[0] == lines[0] and shows(expected[1:], lines[1:])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the example, its schemas, and the example case of the page."""
    made = tmp_path_factory.mktemp("adding")
    shutil.copytree(EXAMPLE, made / "biblioteca")
    ran = conformance("derive", "--documents", "biblioteca", "--out", "own", cwd=made)
    assert (ran.status, ran.err) == (0, "")
    (made / CASES).mkdir()
    (made / CASES / "mostrador.toml").write_text(
        next(block for block in blocks("toml") if "[[case]]" in block), "utf-8"
    )
    return made


@pytest.fixture(scope="module")
def said(folder: Path) -> Callable[[str], Ran]:
    """What a command of the page came to, run once."""

    @cache
    def ran(command: str) -> Ran:
        return conformance(*shlex.split(command)[1:], cwd=folder)

    return ran


@contextmanager
def served(folder: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", "serve", *OWN, "--port", "0"],
        cwd=folder,
        env=surroundings(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        service, _, url = process.stdout.readline().strip().partition(": ")
        assert service == SERVICE
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize(("command", "expected"), CONSOLE, ids=[command.split()[1] for command, _ in CONSOLE])
def test_a_command_of_the_page_prints_what_the_page_shows(
    said: Callable[[str], Ran], command: str, expected: list[str]
) -> None:
    ran = said(command)
    assert (ran.status, ran.err) == (0, "")
    lines = plain(ran.out)
    assert shows(plain("\n".join(expected)), lines), "\n".join(lines)


def test_the_readings_of_the_page_are_those_of_the_example() -> None:
    shown = next(block for block in blocks("toml") if "operation" in block)
    assert shown == (EXAMPLE / f"{SERVICE}.toml").read_text("utf-8")


def test_a_run_of_a_derived_service_leaves_no_rule_without_a_verdict(folder: Path, said: Callable[[str], Ran]) -> None:
    (command,) = (command for command, _ in CONSOLE if " check " in command)
    assert said(command).status == 0
    report = report_of(folder / "run")
    restore = use_schemas(folder / "own")
    try:
        due = {(rule.id, name) for rule in all_rules().values() if rule.service == SERVICE for name in rule.encodings}
    finally:
        restore()
    assert set(outcomes(report)) == due
    assert set(outcomes(report).values()) == {"passed"}
    urls = {entry["request"]["url"] for entry in _entries(folder / "run")}
    assert {re.sub(r"^.*:\d+/", "", url) for url in urls} == {"api/Biblioteca/1/Prestamos?aviso=true"}
    assert any("(sede, aviso); each keeps one value" in notice for notice in report["notices"])
    assert "Accepted means a 2xx answer with aceptado true." in report["decision_rules"]
    assert "a loan over the new year" in {record.case.title for record in log_of(folder / "run").records}


def _entries(run_: Path) -> list[dict[str, dict[str, str]]]:
    return json.loads((run_ / "evidence.har").read_text("utf-8"))["log"]["entries"]


def test_a_target_file_for_a_derived_service_is_run(folder: Path) -> None:
    with served(folder) as url:
        text = conformance("init", *OWN, cwd=folder).out
        text = text.replace("https://staging.example.com/api/Biblioteca/{sede}/Prestamos", url)
        (folder / "target.toml").write_text(
            text.replace("per_second = 5", "per_second = 500").replace("sede = 1", "sede = 12"), "utf-8"
        )
        # The variable alone is enough, and what is narrowed stays quick.
        words = ("check", "--target", "target.toml", "--rules", "*/request/Dias/*", "--out", "targeted")
        ran = conformance(*words, cwd=folder, **{SCHEMAS: str(folder / "own")})
    assert (ran.status, ran.err) == (0, ""), ran.out
    report = report_of(folder / "targeted")
    assert f"This run wrote to {SERVICE}: loans were registered in the library's books." in report["notices"]
    assert all("/api/Biblioteca/12/Prestamos" in entry["request"]["url"] for entry in _entries(folder / "targeted"))
    again = conformance("report", "targeted", "--schemas", "own", "--out", "again", cwd=folder)
    assert (again.status, again.err) == (0, "")
    assert outcomes(report_of(folder / "again")) == outcomes(report)


def test_a_mistake_in_the_section_of_a_derived_service_is_told_like_any_other(folder: Path) -> None:
    (folder / "wrong.toml").write_text(f'[{SERVICE}]\nurl = "http://127.0.0.1:1/{{sed}}"\nvalues = {{ Dia = 3 }}\n')
    ran = conformance("check", *OWN, "--target", "wrong.toml", cwd=folder)
    assert ran.status == 4
    assert ran.err.splitlines() == [
        f"conformance: wrong.toml: {SERVICE}.url: {{sed}} is no parameter of {SERVICE}; did you mean sede?",
        f"conformance: wrong.toml: {SERVICE}.values.Dia: {SERVICE} has no such member; did you mean Dias?",
    ]


def test_pytest_runs_a_derived_service_by_an_option_of_its_own(folder: Path) -> None:
    words = ["--conformance-schemas", "own", "--conformance-service", SERVICE, "--conformance-out", "by-pytest"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conformance.plugin", "-p", "no:cacheprovider"]
    ran: Ran = run([*command, *words, str(ROOT / "cases"), "-k", "Modalidad"], folder)
    assert ran.status == 0, ran.out + ran.err
    assert {rule.split("/")[0] for rule, _ in outcomes(report_of(folder / "by-pytest"))} == {SERVICE}


def test_a_page_without_readings_gives_a_service_that_runs(folder: Path) -> None:
    (folder / "bare").mkdir()
    shutil.copy(EXAMPLE / "prestamos.txt", folder / "bare")
    assert conformance("derive", "--documents", "bare", "--out", "bare-own", cwd=folder).status == 0
    words = ("--schemas", "bare-own", "--service", SERVICE)
    ran = conformance("check", *words, "--rules", "*/request/*", "--out", "bare-run", cwd=folder)
    assert (ran.status, ran.err) == (0, ""), ran.out
    rules = report_of(folder / "bare-run")["decision_rules"]
    assert "Accepted means a 2xx answer, where the document has no member that tells acceptance." in rules


def test_a_derived_service_replaces_the_carried_one_of_its_name(folder: Path) -> None:
    made = folder / "replaced"
    (made / "documents").mkdir(parents=True)
    shutil.copy(EXAMPLE / "prestamos.txt", made / "documents")
    readings = (EXAMPLE / f"{SERVICE}.toml").read_text("utf-8")
    (made / "documents" / "collection-policy.toml").write_text(readings, "utf-8")
    assert conformance("derive", "--documents", "documents", "--out", "own", cwd=made).status == 0
    ran = conformance("rules", "--schemas", "own", "--service", "collection-policy", "--format", "json", cwd=made)
    ids = {rule["id"] for rule in json.loads(ran.out)}
    assert "collection-policy/request/Carnet/pattern" in ids
    assert not any("Email" in rule for rule in ids)
    init = conformance("init", "--schemas", "own", "--service", "collection-policy", cwd=made).out
    assert "Carnet" in init
    assert "GrantorTaxId" not in init
    # The example cases of the carried service speak of members that this one has not.
    dry = conformance("check", "--schemas", "own", "--service", "collection-policy", "--dry-run", cwd=made)
    assert (dry.status, dry.err) == (0, "")


@pytest.mark.parametrize(
    ("name", "words"),
    [("nowhere", "there is no such folder"), ("empty", "holds no contract")],
)
def test_a_folder_without_contracts_is_one_message_that_says_what_to_do(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "empty").mkdir()
    for command in ("rules", "check"):
        ran = conformance(command, "--schemas", name, cwd=tmp_path)
        assert ran.status == 4
        assert f"--schemas {tmp_path / name}: {words}; write it with `conformance derive" in one_message(ran)


def test_a_folder_of_another_name_than_its_service_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "own" / SERVICE, tmp_path / "own" / "renamed")
    ran = conformance("rules", "--schemas", "own", cwd=tmp_path)
    assert ran.status == 4
    assert f"'{SERVICE}' stands in a folder named 'renamed'" in one_message(ran)


def test_contracts_of_the_users_own_are_known_only_while_they_are_named(folder: Path) -> None:
    assert SERVICE not in contracts()
    restore = use_schemas(folder / "own")
    try:
        assert chosen([SERVICE]) == (SERVICE,)
        assert "collection-policy" in contracts()
    finally:
        restore()
    assert SERVICE not in contracts()
    assert not any(rule.startswith(SERVICE) for rule in all_rules())


def test_the_example_case_of_the_page_is_toml() -> None:
    shown = tomllib.loads(next(block for block in blocks("toml") if "[[case]]" in block))
    assert [case["rule"].split("/")[0] for case in shown["case"]] == [SERVICE]
