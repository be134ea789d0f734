"""The comments of a TOML text in another language; keys and values stay. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_COMMENT = re.compile(r"(?:^|(?<=\s))# (?P<text>\S.*)$", re.MULTILINE)
_CODE = re.compile(r"[\w-]+ = |\[")
"""A comment that is a line to be used, such as `# proxy = …`, is no text."""


def comments(text: str) -> Iterator[str]:
    """The comments that are for people."""
    for match in _COMMENT.finditer(text):
        if not _CODE.match(match["text"]):
            yield match["text"]
        else:
            yield from comments(match["text"])


def with_comments(text: str, say: Callable[[str], str]) -> str:
    """The text with its comments said by `say`."""

    def told(match: re.Match[str]) -> str:
        inner = match["text"]
        return f"# {with_comments(inner, say) if _CODE.match(inner) else say(inner)}"

    return _COMMENT.sub(told, text)
