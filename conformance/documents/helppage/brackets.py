"""The brackets of a regular expression, in any dialect: where a group or a class is open. Knows no annotation."""

from __future__ import annotations

from collections.abc import Iterator


def balanced(pattern: str) -> bool:
    """Every bracket of the pattern is closed, and it does not end within an escape: enough to tell a whole pattern from
    a part of one, in any dialect."""
    depth = 0
    for _, char, depth in scan(pattern):  # noqa: B007 - the last depth is asked for
        if char in {"torn", "stray"}:
            return False
    return depth == 0


def scan(pattern: str) -> Iterator[tuple[int, str, int]]:
    """The characters outside classes and escapes with the depth of groups; `torn` where a class or an escape has no
    end, `stray` where a group ends that never began."""
    at = depth = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            if at + 1 == len(pattern):
                yield at, "torn", depth
            at += 2
            continue
        if char == "[":
            end = _class_end(pattern, at)
            if end is None:
                yield at, "torn", depth
                return
            at = end
            continue
        depth += (char == "(") - (char == ")")
        yield at, "stray" if depth < 0 else char, depth
        at += 1


def _class_end(pattern: str, at: int) -> int | None:
    """The position behind a class; .NET subtracts one class from another by `-[…]` at its end."""
    opened = 1
    at += 1
    at += pattern.startswith("^", at)
    at += pattern.startswith("]", at)
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 2
            continue
        if pattern.startswith("-[", at):
            opened += 1
            at += 2
            continue
        if pattern[at] == "]":
            opened -= 1
            if opened == 0:
                return at + 1
        at += 1
    return None
