"""What a shell completes: commands, options and their values, by the protocol that shells speak and in a real one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from conformance.cli import main
from conformance.cli.completing import VALUES
from conformance.cli.words import app
from conformance.generate.plan import DEPTHS
from conformance.report.language import CODES
from conformance.report.writers import ALL, FORMATS
from conformance.run.contracts import all_rules, matching
from tests.test_cli import RULE, run, surroundings

GLOBS = tuple(VALUES["", "rules"](""))
SERVICES = {"actualizar-correo", "collection-policy", "envio-correo"}


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """What is offered for the last word of a line. An empty one stands for a word that is not begun."""

    def ask(line: str) -> set[str]:
        words = ["conformance", *line.split(" ")]
        monkeypatch.setenv("_CONFORMANCE_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", " ".join(words))
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        monkeypatch.setattr(sys, "argv", ["conformance"])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert (ended.value.code, err) == (0, "")
        return set(out.split())

    return ask


def test_commands_and_options_are_offered(offered) -> None:
    assert offered("ver") == {"verify"}
    assert offered("verify run --k") == {"--key"}
    assert {"--service", "--seed"} <= offered("check --s")


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("check --service ", SERVICES),
        ("check --service co", {"collection-policy"}),
        ("prove --service e", {"envio-correo"}),
        ("check --depth ", set(DEPTHS)),
        ("check --lang ", set(CODES)),
        ("check --format ", {*FORMATS, ALL}),
        ("report run --format json,ht", {"json,html"}),
        ("report run --format json,j", {"json,junit"}),
        ("rules --format ", {"table", "json", "csv"}),
        ("prove --format ", {"table", "json"}),
        ("diff a b --format ", {"text", "json", "html"}),
        (f"explain {RULE[:-3]}", {RULE}),
        ("check --rules envio-correo/r", {glob for glob in GLOBS if glob.startswith("envio-correo/r")}),
        ("check --rules */Email/pat", {"*/Email/pattern"}),
        (f"serve --defect {RULE}:drop", {f"{RULE}:dropped"}),
        ("check --rules nobody/", set()),
        ("explain [", set()),
        ("rules --schemas /nowhere --service c", {"collection-policy"}),
        ("check --schemas /nowhere --rules c", set()),
    ],
)  # fmt: skip
def test_values_are_offered(offered, line: str, values: set[str]) -> None:
    assert offered(line) == values


def test_globs_that_are_offered_match_a_rule() -> None:
    globs = {*GLOBS, *VALUES["", "rules"]("*/")}
    assert all_rules().keys() < globs
    for glob in sorted(globs)[::20]:
        assert matching([glob], all_rules())


def test_a_service_of_ones_own_is_offered(offered, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "contract.json").write_text("{}", "utf-8")
    assert offered(f"check --schemas {tmp_path} --service m") == {"mine"}


def test_whatever_has_known_values_offers_them() -> None:
    """A new option of these kinds is in the table, and the table has none that is gone."""
    known = {(name, parameter.name): parameter for name, command in commands() for parameter in command.params}
    kinds = {"ID", "GLOB", "FORMAT", "LIST", "es|en", "RULE"}
    for (command, name), parameter in known.items():
        if parameter.metavar in kinds:
            assert (command, name) in VALUES or ("", name.lstrip("_")) in VALUES, (command, name)
    for command, name in VALUES:
        assert any(known_name.lstrip("_") == name and command in {"", one} for one, known_name in known), (
            command,
            name,
        )


def commands():
    return typer.main.get_command(app).commands.items()


def test_a_real_shell_completes(tmp_path: Path) -> None:
    """Bash, told what `--show-completion` prints."""
    bin_ = Path(sys.executable).parent
    script = """
        eval "$(conformance --show-completion bash)"
        complete -p conformance
        COMP_WORDS=(conformance check --service co) COMP_CWORD=3
        _conformance_completion conformance
        echo "${COMPREPLY[@]}"
    """
    environ = surroundings(PATH=f"{bin_}:/usr/bin:/bin", SHELL="/bin/bash", HOME=str(tmp_path))
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, last = done.stdout.splitlines()
    assert first.endswith(" -F _conformance_completion conformance")
    assert last == "collection-policy"


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_ask_in_their_own_words(shell: str, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setenv("_CONFORMANCE_COMPLETE", f"complete_{shell}")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "conformance check --service co")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setattr(sys, "argv", ["conformance"])
    with pytest.raises(SystemExit):
        main()
    assert "collection-policy" in capsys.readouterr().out


def test_a_shell_does_not_wait_for_what_is_heavy(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom conformance.cli import main\nsys.argv = ['conformance']\ntry:\n    main()\n"
        "except SystemExit:\n"
        "    heavy = {'babel', 'cryptography', 'jsonschema', 'lxml', 'pytest', 'requests', 'zeep'}\n"
        "    print(sorted(heavy & set(sys.modules)))\n"
    )
    asked = {
        "_CONFORMANCE_COMPLETE": "complete_bash",
        "COMP_WORDS": "conformance check --service co",
        "COMP_CWORD": "3",
    }
    ran = run([sys.executable, "-c", script], tmp_path, **asked)
    assert (ran.status, ran.out.split(), ran.err) == (0, ["collection-policy", "[]"], "")
