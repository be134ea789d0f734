"""Imports point one way, and modules stay of a size that names one thing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "conformance"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400
LONGER = {"model.py": 500}
"""The frozen values stand in one place, so that the whole vocabulary is read in one go."""

CODE = """
import sys
from importlinter.cli import lint_imports
sys.exit(lint_imports(config_filename="pyproject.toml", no_cache=True))
"""


def test_the_import_contracts_are_kept():
    found = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "2 kept, 0 broken" in found.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_is_short_and_says_what_it_is_for(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGER.get(path.relative_to(PACKAGE).as_posix(), LONGEST)
    assert len(ast.get_docstring(ast.parse(text)) or "") > 20


PURE = ("judge", "rules", "generate", "emit", "codecs", "documents")


@pytest.mark.parametrize("part", PURE)
def test_nothing_that_decides_prints_or_asserts(part):
    for path in (PACKAGE / part).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            assert not isinstance(node, ast.Assert), path
            assert called != "print", path


def test_the_command_asks_for_help_without_the_heavy_libraries():
    heavy = ("pytest", "zeep", "xmlschema", "hypothesis")
    code = f"import sys, conformance.cli; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout.strip() == "[]"
