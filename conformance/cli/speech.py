"""The command line in another language: its help, and what typer says of a wrong word.

Texts are written in English where they belong; here they are put into the language once, before the command runs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import typer

from conformance.report.language import Language

OPTION = "--lang"
_HEADS = ("Options:", "Commands:", "Arguments:")
_PLACES = re.compile(r"\b(OPTIONS|COMMAND|ARGS)\b")
_DEFAULT = re.compile(r"\[default: ([^\]]*)\]")
_REQUIRED = "[required]"
_HELP = "Show this message and exit."


def asked(arguments: Sequence[str]) -> str | None:
    """The language that the words of a command line ask for, wherever they do: before the command or behind it."""
    found = None
    for number, word in enumerate(arguments):
        if word == "--":
            break
        if word == OPTION and number + 1 < len(arguments):
            found = arguments[number + 1]
        elif word.startswith(f"{OPTION}="):
            found = word.partition("=")[2]
    return found


def command_in(app: typer.Typer, language: Language) -> Any:
    """The command of the application, with every text of it in the language."""
    command = typer.main.get_command(app)
    if language.code != "en":
        _translate(command, language)
    return command


def _translate(command: Any, language: Language) -> None:
    command.help = language.say(" ".join(command.help.split())) if command.help else command.help
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = language.say(" ".join(parameter.help.split()))
        if parameter.metavar:
            parameter.metavar = language.word(parameter.metavar)
    english = command.get_help
    command.get_help = lambda context: page(english(context), language)
    for inner in getattr(command, "commands", {}).values():
        _translate(inner, language)


def page(text: str, language: Language) -> str:
    """A page of help whose own words typer wrote."""
    lines = []
    for line in text.replace(_HELP, language.word(_HELP)).split("\n"):
        told = line
        if line.startswith("Usage: "):
            words = _PLACES.sub(lambda place: language.word(place[0]), line.removeprefix("Usage: "))
            told = language.fill("Usage: {words}", words=words)
        elif line in _HEADS:
            told = language.word(line)
        told = told.replace(_REQUIRED, language.word(_REQUIRED))
        lines.append(_DEFAULT.sub(lambda mark: language.fill("[default: {value}]", value=mark[1]), told))
    return "\n".join(lines)
