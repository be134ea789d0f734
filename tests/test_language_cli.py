"""The command line in Spanish: its help, its errors, its lists, a run; and what programs read, which stays English."""

from __future__ import annotations

import html
import json
import re

import pytest
import typer

from conformance.cli import main
from conformance.cli.speech import asked
from conformance.cli.words import app
from conformance.report.language import VARIABLE
from tests.spanish import english_in

RULE = "collection-policy/request/Email/pattern"
COMMANDS = sorted(typer.main.get_command(app).commands)


@pytest.fixture
def said(capsys, monkeypatch):
    """Runs a command line in Spanish; status, stdout, stderr."""
    monkeypatch.setenv("COLUMNS", "300")

    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main([*words])
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--lang", "es", "check"], "es"),
        (["check", "--lang=es"], "es"),
        (["--lang", "en", "check", "--lang", "es"], "es"),
        (["check", "--", "--lang", "es"], None),
        (["check", "--lang"], None),
        (["check", "--langs=es"], None),
    ],
)
def test_the_language_is_asked_for_anywhere(words, code):
    assert asked(words) == code


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_spanish_and_options_stay(command, said):
    status, spanish, _ = said(*([command] if command else []), "--help", "--lang", "es")
    assert status == 0
    assert not english_in(re.sub(r"`[^`]*`", "", spanish)), spanish
    assert spanish.startswith("Uso: ")
    assert "Muestra este mensaje" in spanish
    _, english, _ = said(*([command] if command else []), "--help")
    assert re.findall(r"--[a-z-]+", english.replace("`", "")) == re.findall(r"--[a-z-]+", spanish.replace("`", ""))
    assert english.startswith("Usage: ")
    assert "--lang es|en" in english


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--lang", "es", "check", "--nope"], "conformance: No existe la opción: --nope"),
        (["chek", "--lang", "es"], "conformance: No existe el comando 'chek'"),
        (["explain", "--lang", "es"], "conformance: Falta el argumento"),
        (["check", "--lang", "es", "--workers", "x"], "conformance: Valor no válido para '--workers'"),
        (["check", "--lang", "es", "--depth", "fast"], "--depth fast: "),
        (["check", "--lang", "es", "--target", "gone.toml"], "gone.toml"),
    ],
)
def test_errors_are_spanish_and_the_status_stays(words, says, said):
    status, out, err = said(*words)
    assert (status, out) == (4, "")
    assert says in err
    assert not english_in(err), err


@pytest.mark.parametrize("words", [["check", "--lang", "fr"], ["--lang", "fr", "rules"], ["--lang=fr", "--help"]])
def test_a_language_that_nobody_speaks_ends_with_four(words, said):
    assert said(*words) == (4, "", "conformance: --lang fr: known are en, es\n")


def test_the_environment_speaks_too(said, monkeypatch):
    monkeypatch.setenv("LANG", "es_CO.UTF-8")
    assert said("--help")[1].startswith("Uso: ")
    assert said("--help", "--lang", "en")[1].startswith("Usage: ")
    monkeypatch.setenv(VARIABLE, "en")
    assert said("--help")[1].startswith("Usage: ")


@pytest.mark.parametrize(
    "words",
    [
        ["rules"],
        ["errata"],
        ["explain", RULE],
        ["explain", "collection-policy/request/Email/strict-type"],
        ["explain", "envio-correo/envelope/fault-status"],
        ["check", "--dry-run", "--service", "actualizar-correo"],
        ["check", "--dry-run", "--rules", RULE],
        ["init"],
    ],
    ids=" ".join,
)
def test_what_is_listed_is_spanish(words, said):
    status, out, err = said(*words, "--lang", "es")
    assert (status, err) == (0, "")
    left = english_in(out)
    assert not left, (left, [line for line in out.split("\n") if english_in(line)][:5])


@pytest.mark.parametrize(
    "words", [["rules", "--format", "json"], ["rules", "--format", "csv"], ["errata", "--format", "json"]]
)
def test_what_programs_read_is_english(words, said):
    assert said(*words, "--lang", "es") == said(*words)


def test_the_target_file_is_the_same_but_for_its_comments(said):
    import tomllib

    english, spanish = said("init")[1], said("init", "--lang", "es")[1]
    assert tomllib.loads(english) == tomllib.loads(spanish)
    assert english != spanish
    assert re.findall(r"^(?:# )?[\w-]+ = \S+|^\[.*", english, re.MULTILINE) == re.findall(
        r"^(?:# )?[\w-]+ = \S+|^\[.*", spanish, re.MULTILINE
    )


def visible(page):
    """What a page shows, without what is code."""
    return html.unescape(
        re.sub(r"<[^>]+>", "\n", re.sub(r"<(style|script|pre|code)[^>]*>.*?</\1>", "", page, flags=re.DOTALL))
    )


def test_a_run_is_told_in_spanish_and_reported_in_english_to_programs(said, tmp_path):
    out = tmp_path / "run"
    words = [
        "--rules",
        "*/request/Email/*",
        "--rules",
        "*/envelope/fault-status",
        "--out",
        str(out),
        "--format",
        "markdown",
    ]
    status, told, err = said("check", *words, "--lang", "es")
    assert (status, err) == (0, "")
    assert not english_in(told), told
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert "conform: " in report["sentence"]
    assert "son conformes: " in told
    for page in (visible((out / "report.html").read_text("utf-8")), (out / "summary.md").read_text("utf-8")):
        assert "son conformes: " in page
        assert not english_in(page), [line for line in page.split("\n") if english_in(line)]
    # Rendered again it speaks as it is asked to.
    assert said("report", str(out), "--format", "html")[0] == 0
    assert "conform: " in visible((out / "report.html").read_text("utf-8"))
