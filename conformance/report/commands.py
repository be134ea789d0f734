"""The two commands that let a reader see a failure again: the one request by curl, and its replay by this suite.

Pure; nothing here runs a command. Must never import a writer.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from conformance.model import Request

_ADDED_BY_CURL = ("Accept", "User-Agent", "Content-Type")
_LEFT_TO_CURL = frozenset({"host", "content-length", "connection", "transfer-encoding"})
_LONGEST = 60_000
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

_DROPPED = ("--out", "--resume", "--replay", "--shard", "--workers", "--format", "--baseline", "--waivers")
_DROPPED_FLAGS = ("--resend", "--dry-run")


def curl(request: Request, exchange: str) -> str:
    """The request for a shell. A body that cannot stand in a command is read from a file, and a note says so."""
    parts = [f"curl --include --request {_quote(request.method)} {_quote(request.url)}"]
    if any(char in request.url for char in "[]{}"):
        parts[0] = parts[0].replace("curl ", "curl --globoff ", 1)
    sent = {name.lower() for name, _ in request.headers}
    for name, value in request.headers:
        if name.lower() not in _LEFT_TO_CURL:
            parts.append("--header " + _quote(f"{name}: {value}" if value else f"{name};"))
    parts.extend(f"--header {_quote(name + ':')}" for name in _ADDED_BY_CURL if name.lower() not in sent)
    if not request.body:
        return " \\\n  ".join(parts)
    if b"\0" in request.body or len(request.body) > _LONGEST:
        why = "holds a NUL byte" if b"\0" in request.body else "is long"
        note = f"# The body {why}; save it from evidence.har, {exchange}, as {exchange}.bin"
        return note + "\n" + " \\\n  ".join([*parts, f"--data-binary @{exchange}.bin"])
    option = "--data-raw" if request.body.startswith(b"@") else "--data-binary"
    return " \\\n  ".join([*parts, f"{option} {_quote_bytes(request.body)}"])


def _quote(text: str) -> str:
    return shlex.quote(text) if text.isprintable() else _ansi(text.encode("utf-8", "surrogateescape"))


def _quote_bytes(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _ansi(body)
    return _quote(text)


def _ansi(body: bytes) -> str:
    """Quoted in the way that shells share for bytes. Octal, of fixed length: a hexadecimal escape eats what follows."""
    text = body.decode("ascii", "surrogateescape")
    return "$'" + "".join(_ESCAPES.get(char) or _escaped(char) for char in text) + "'"


def _escaped(char: str) -> str:
    if char.isprintable():
        return char
    return f"\\{ord(char.encode('ascii', 'surrogateescape')):03o}"


def replay(suite: Mapping[str, Any], exchange: str) -> str:
    """The command of the run for one exchange: same selection, seed and depth, so that the id means the same."""
    try:
        words = shlex.split(str(suite.get("command", "")))
    except ValueError:
        words = []
    prefix = "--conformance-" if any("pytest" in word for word in words[:3]) else "--"
    if not words:
        words = ["conformance", "check"]
    kept = without([word for word in words if word not in _flags(prefix)], _options(prefix))
    for option in ("seed", "depth"):
        named = f"{prefix}{option}"
        if suite.get(option) not in (None, "") and not any(w == named or w.startswith(named + "=") for w in kept):
            kept += [named, str(suite[option])]
    return shlex.join([*kept, f"{prefix}replay", exchange])


def _options(prefix: str) -> Collection[str]:
    return {option.replace("--", prefix, 1) for option in _DROPPED}


def _flags(prefix: str) -> Collection[str]:
    return {option.replace("--", prefix, 1) for option in _DROPPED_FLAGS}


def without(words: Iterable[str], options: Collection[str]) -> list[str]:
    """The words of a command but for these options and their values."""
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in options:
            skip = True
        elif word.split("=", 1)[0] not in options:
            kept.append(word)
    return kept
