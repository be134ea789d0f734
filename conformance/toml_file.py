"""A TOML file that a user wrote, as a tree, or one error that names file, line and column.

Every file of that kind is read here, so that none of the ways in which it can be wrong ends as a defect of the suite:
another encoding, a folder, a number without end, tables in tables without end. Must never import what the files mean.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conformance.errors import ConformanceError

LARGEST = 2**20
"""Bytes. The largest that the suite carries has a fiftieth of that; a file beyond it is another file."""
DEEPEST = 32
"""Tables and lists in one another; a request has five."""
_PLACED = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|(?P<end>end of document))\)", re.DOTALL
)
_NUMBER = re.compile(r"[0-9][0-9_]{4000,}|[0-9.][eE][+-]?[0-9_]{9,}")
"""Numbers that Python refuses to read; it does not say where they stand."""
_TWICE = "Cannot overwrite a value"


def load_toml(path: Path, advice: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The tree. `advice` says what to do where there is no such file."""
    return toml_tree(path, toml_text(path, advice), parse_float)


def toml_tree(path: Path, text: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The tree of a text that was read from there."""
    try:
        tree = tomllib.loads(text, parse_float=parse_float)
    except tomllib.TOMLDecodeError as error:
        raise ConformanceError(_told(path, text, str(error))) from None
    except RecursionError:
        raise ConformanceError(_deep(path)) from None
    except (ValueError, ArithmeticError):
        # Both bounds are Python's own: digits of an integer, the exponent of a decimal.
        found = _NUMBER.search(text)
        place = f", line {text.count(chr(10), 0, found.start()) + 1}" if found else ""
        raise ConformanceError(f"{path}{place}: a number is too long to be read; write a shorter one") from None
    if _endless(tree):
        raise ConformanceError(_deep(path))
    return tree


def toml_text(path: Path, advice: str) -> str:
    """What the file holds, as text."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConformanceError(f"{path} cannot be read ({reason}); {advice}") from None
    if len(content) > LARGEST:
        raise ConformanceError(f"{path} has more than {LARGEST} bytes; name another file, this one cannot be meant")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConformanceError(
            f"{path}, line {line}: byte {error.start} is not UTF-8; save the file as UTF-8"
        ) from None


def _told(path: Path, text: str, message: str) -> str:
    found = _PLACED.fullmatch(message)
    if found is None:
        return f"{path} is no TOML: {message}"
    last = text.count("\n") + 1
    place = f"line {last}, at its end" if found["end"] else f"line {found['line']}, column {found['column']}"
    what = "the key has a value already; keep one of them" if found["what"] == _TWICE else found["what"]
    return f"{path}, {place}: this is no TOML: {what[:1].lower()}{what[1:]}"


def _deep(path: Path) -> str:
    return f"{path} has tables or lists more than {DEEPEST} deep in one another; nothing that is read here has"


def _endless(tree: object) -> bool:
    """Is it deeper than what is read here? Without a call for each level: dotted keys go deeper than any stack."""
    level = [tree]
    for _ in range(DEEPEST + 1):
        level = [
            below
            for one in level
            if isinstance(one, (dict, list))
            for below in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True
