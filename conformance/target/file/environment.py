"""`${NAME}` in the texts of a target file: replaced from the environment, each value remembered as a secret.

Pure; the caller gives the environment. Must never import the wire.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.target.credential import PLACEHOLDER

_NAME = re.compile(r"\$(?P<literal>\$)?\{(?P<name>[^{}]*)(?P<closed>\})?")
_LEGAL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_COMMAND = "; what a command prints needs credential = { command = … }"

Path = tuple[str | int, ...]
Mistake = tuple[Path, str]


@dataclass(slots=True)
class Substitution:
    """What came of a tree: `tree` with the values in it, what was put in by name, and what is wrong."""

    tree: Any = None
    values: dict[str, str] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def substituted(tree: Mapping[str, Any], environ: Mapping[str, str]) -> Substitution:
    """The tree with every `${NAME}` replaced. `$${` stands for `${`. Where the file has a credential, `${CREDENTIAL}`
    stays in the headers of services: its value is known when a request is sent."""
    done = Substitution()
    done.tree = _walk(tree, (), environ, done, deferred="credential" in tree)
    return done


def _walk(value: Any, path: Path, environ: Mapping[str, str], done: Substitution, *, deferred: bool) -> Any:
    if isinstance(value, str):
        return _text(value, path, environ, done, deferred=deferred)
    if isinstance(value, dict):
        return {key: _walk(held, (*path, key), environ, done, deferred=deferred) for key, held in value.items()}
    if isinstance(value, list):
        return [_walk(held, (*path, place), environ, done, deferred=deferred) for place, held in enumerate(value)]
    return value


def _text(text: str, path: Path, environ: Mapping[str, str], done: Substitution, *, deferred: bool) -> str:
    def replaced(match: re.Match[str]) -> str:
        name = match["name"]
        if match["literal"]:
            return match[0][1:]
        if not match["closed"] or not _LEGAL.fullmatch(name):
            done.mistakes.append((path, "`${` begins the name of an environment variable; write `$${` for the text"))
        elif deferred and match[0] == PLACEHOLDER:
            if path[1:2] == ("headers",):
                return match[0]
            done.mistakes.append((path, f"{PLACEHOLDER} can stand in the headers of a service only"))
        elif name not in environ:
            advice = _COMMAND if match[0] == PLACEHOLDER else ""
            done.mistakes.append((path, f"the environment variable {name} is not set{advice}"))
        elif not environ[name]:
            done.mistakes.append((path, f"the environment variable {name} is empty"))
        elif not _encodable(environ[name]):
            done.mistakes.append((path, f"the environment variable {name} is not UTF-8 text"))
        else:
            done.values[name] = environ[name]
            return environ[name]
        return match[0]

    return _NAME.sub(replaced, text)


def _encodable(text: str) -> bool:
    """Bytes of the environment that are no UTF-8 come as halves of surrogate pairs, which no message can hold."""
    return not any("\ud800" <= char <= "\udfff" for char in text)
