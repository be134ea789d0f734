"""What the command says of itself, and what it loads to say so."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from conformance.run.contracts import all_rules
from tests.test_cli import conformance, run

COMMANDS = ("check", "init", "rules", "explain", "errata", "derive", "serve", "prove", "report")


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)], ids=lambda words: " ".join(words) or "alone")
def test_every_command_explains_itself(command: tuple[str, ...], tmp_path: Path) -> None:
    ran = conformance(*command, "--help", cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.lstrip().startswith(" ".join(("Usage: python -m conformance", *command)))
    assert "--help" in ran.out
    assert list(tmp_path.iterdir()) == []


def test_the_command_alone_shows_its_help_as_an_error_of_usage(tmp_path: Path) -> None:
    ran = conformance(cwd=tmp_path)
    assert ran.status == 4
    assert ran.err.lstrip().startswith("Usage: python -m conformance ")
    assert all(f"\n  {name} " in ran.err for name in COMMANDS)


@pytest.mark.parametrize("words", ["--help", "check --help", "init --help"])
def test_help_loads_none_of_the_heavy_libraries(words: str, tmp_path: Path) -> None:
    heavy = ("pytest", "zeep", "xmlschema", "hypothesis", "jsonschema", "lxml", "requests", "werkzeug")
    program = (
        "import sys\n"
        "from conformance.cli import main\n"
        "try:\n"
        f"    main({words.split()!r})\n"
        "finally:\n"
        f"    print('loaded', *(name for name in {heavy!r} if name in sys.modules), file=sys.stderr)\n"
    )
    ran = run([sys.executable, "-c", program], tmp_path)
    assert (ran.status, ran.err) == (0, "loaded\n")


def test_the_lists_are_made_without_a_runner_or_a_wire(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from conformance.cli import main\n"
        "try:\n"
        "    main(['rules', '--format', 'json'])\n"
        "finally:\n"
        "    heavy = ('pytest', 'zeep', 'xmlschema', 'requests')\n"
        "    print('loaded', *(name for name in heavy if name in sys.modules), file=sys.stderr)\n"
    )
    ran = run([sys.executable, "-c", program], tmp_path)
    assert (ran.status, ran.err) == (0, "loaded\n")
    assert [rule["id"] for rule in json.loads(ran.out)] == list(all_rules())
