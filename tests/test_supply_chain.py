"""What is installed: bounds on both sides, a lock that agrees, licences that may be, an audit that hides nothing."""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from tests import licences

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / ".ci" / "requirements.txt").read_text("utf-8")
PYTHONS = ("3.11", "3.12", "3.13")


def environment(python: str) -> dict[str, str]:
    """What markers ask about, on Linux under CPython."""
    return {
        "python_version": python,
        "python_full_version": f"{python}.1",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }


def declared() -> list[Requirement]:
    """Every requirement of pyproject.toml that CI meets."""
    project = PROJECT["project"]
    named = (*project["dependencies"], *project["optional-dependencies"]["dev"], *PROJECT["build-system"]["requires"])
    return [Requirement(line) for line in named]


def locked() -> Iterator[tuple[Requirement, list[str]]]:
    """What the lock names, each with its hashes."""
    lines = "".join(line for line in LOCK.splitlines(keepends=True) if not line.startswith("#"))
    for entry in re.split(r"\n(?=\S)", lines.strip()):
        first, *hashes = [part.strip() for part in entry.split("\\\n")]
        yield Requirement(first), hashes


def version(requirement: Requirement) -> str:
    (only,) = requirement.specifier
    assert only.operator == "=="
    return only.version


def test_every_dependency_has_a_lower_and_an_upper_bound() -> None:
    extras = PROJECT["project"]["optional-dependencies"].values()
    for requirement in (*declared(), *(Requirement(line) for extra in extras for line in extra)):
        operators = {one.operator for one in requirement.specifier}
        assert operators == {">=", "<"}, requirement


def test_the_lock_has_hashes_for_every_package_and_names_no_place() -> None:
    found = list(locked())
    assert len(found) > 50
    for requirement, hashes in found:
        assert hashes, requirement
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), requirement
        assert requirement.url is None
    assert not re.search(r"://|--index|--find-links|file:|/(work|tmp|home|root)\b", LOCK)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_has_what_pyproject_asks_for(python: str) -> None:
    here = environment(python)
    kept = [one for one, _ in locked() if one.marker is None or one.marker.evaluate(here)]
    found = {licences.normal(one.name): version(one) for one in kept}
    assert len(found) == len(kept)
    for requirement in declared():
        if requirement.marker is None or requirement.marker.evaluate(here):
            assert requirement.specifier.contains(found[licences.normal(requirement.name)]), requirement


def test_the_list_of_licences_is_that_of_what_is_installed() -> None:
    listed = (ROOT / "docs" / "licences.md").read_text("utf-8")
    assert listed.startswith(licences.HEAD)
    assert set(licences.rows()) <= set(listed.removeprefix(licences.HEAD).splitlines())
    named = {line.split(" | ")[0].removeprefix("| ") for line in listed.removeprefix(licences.HEAD).splitlines()}
    # One of them is of the standard library in newer Pythons.
    assert named - licences.needed().keys() <= {"backports-zstd"}


def test_every_licence_is_one_that_this_project_may_depend_on() -> None:
    wrong = {
        name: licences.licence(name) for name in licences.needed() if not licences.compatible(licences.licence(name))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("expression", "may"),
    [("MIT", True), ("MIT OR GPL-3.0-only", True), ("MIT AND GPL-3.0-only", False), ("", False), ("LGPL-3.0", False)],
)
def test_of_alternatives_one_licence_is_enough(expression: str, may: bool) -> None:
    assert licences.compatible(expression) is may


# --- the audit --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CLEAN = {"name": "a", "version": "1", "vulns": []}
KNOWN = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1"}, {"id": "CVE-2"}]}
UNKNOWN = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("entries", "said", "status"),
    [
        ([CLEAN, CLEAN], "pip-audit: 2 of 2 packages audited, 0 with a known vulnerability", 0),
        ([CLEAN, KNOWN], "pip-audit: 2 of 2 packages audited, 1 with a known vulnerability\nb 2: CVE-1, CVE-2", 1),
        (
            [UNKNOWN, CLEAN, UNKNOWN],
            "pip-audit: 1 of 3 packages audited, 0 with a known vulnerability; not run for 2: not found",
            0,
        ),
    ],
)
def test_the_audit_says_what_it_did_not_look_at(
    audit: ModuleType, entries: list[dict[str, object]], said: str, status: int
) -> None:
    assert audit.verdict(json.dumps({"dependencies": entries, "fixes": []}), "") == (said, status)


def test_an_audit_that_could_not_be_made_says_why(audit: ModuleType) -> None:
    assert audit.verdict("", "Traceback …\nConnectionError: no route\n") == (
        "pip-audit: not run: ConnectionError: no route",
        0,
    )
