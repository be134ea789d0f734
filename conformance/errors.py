"""The errors that a user sees, and how they hint at what was meant. Below everything; imports none of the package."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FEW = 10


class ConformanceError(Exception):
    """A mistake that the user can mend. The text names the key, file or line and says what to do. Exit status 4."""


class SuiteError(Exception):
    """A defect of this suite. Exit status 3."""


def near(name: str, known: Iterable[str], most: int = 1) -> list[str]:
    """What is known that `name` may be a slip for, the nearest first."""
    from difflib import get_close_matches  # noqa: PLC0415 - who makes no mistake need not wait for it

    lowered = {one.lower(): one for one in known}
    spelt = dict.fromkeys((name.lower(), name.lower().replace("_", "-")))
    close = next((found for one in spelt if (found := get_close_matches(one, lowered, most))), [])
    return [lowered[one] for one in close]


def hint(name: str, known: Iterable[str], *, most: int = 1, listed: str = "") -> str:
    """`; did you mean …?` where something known is near, else all that is known where that is little, else `listed`:
    where to look them up."""
    names = tuple(known)
    close = near(name, names, most)
    if close:
        return f"; did you mean {' or '.join(close)}?"
    if 0 < len(names) <= _FEW:
        return f"; known are {', '.join(names)}"
    return f"; {listed}" if listed else ""


_EXCERPT = re.compile(
    r"(within comment|Comment not terminated|CData section not finished).*?(, line \d+, column \d+(?: \(.*\))?)?$",
    re.DOTALL,
)


def without_excerpt(text: str) -> str:
    """What libxml2 says, without the words of a document that it quotes and cuts short: they may end in the middle of a
    secret, which nobody knows again."""
    return _EXCERPT.sub(r"\1\2", text)
