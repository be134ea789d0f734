"""How a defective service chooses the media type of an answer, and which request it knows by its label. Tables.

Pure. Must never import the service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The Accept header, None where there is none; the documented media types of answers; the one of the request."""

    header: str | None
    offered: tuple[str, ...]
    own: str

    @property
    def text(self) -> str:
        return self.header or ""

    @property
    def first(self) -> str:
        """The media type that stands first, whatever its weight."""
        return self.text.split(",")[0].split(";")[0].strip()

    @property
    def last(self) -> str:
        return self.text.split(",")[-1].split(";")[0].strip()


REFUSED = ""
"""No media type will do: 406."""


@lru_cache(maxsize=256)
def best(asked: Asked, fallback: str) -> str:
    """What a service that knows the standard answers in."""
    if asked.header is None or not asked.header.strip():
        return asked.own
    return parse_accept_header(asked.header, MIMEAccept).best_match(asked.offered) or fallback


HABITS: Mapping[tuple[str, str], Callable[[Asked], str | None]] = {
    ("accept-wildcard", "dropped"): lambda asked: REFUSED if "*" in asked.text or not asked.text.strip() else None,
    ("accept-wildcard", "any"): lambda asked: REFUSED if asked.text == "*/*" else None,
    ("accept-wildcard", "subtype"): lambda asked: (
        REFUSED if asked.text.endswith("/*") and asked.text != "*/*" else None
    ),
    ("accept-wildcard", "none"): lambda asked: REFUSED if asked.header is None else None,
    ("accept-wildcard", "first-alone"): lambda asked: REFUSED if "*" in asked.text and "," in asked.text else None,
    ("accept-documented", "dropped"): lambda asked: REFUSED if asked.header == asked.offered[-1] else None,
    ("accept-documented", "one-alone"): lambda asked: REFUSED if asked.text in asked.offered[1:2] else None,
    ("accept-honoured", "dropped"): lambda asked: asked.own if "," not in asked.text else None,
    ("accept-honoured", "first-type"): lambda asked: asked.offered[0] if asked.text in asked.offered[1:2] else None,
    ("accept-quality", "dropped"): lambda asked: asked.first if asked.first in asked.offered else asked.own,
    ("accept-quality", "last"): lambda asked: asked.last if asked.last in asked.offered else asked.own,
    ("accept-quality", "unweighted-last"): lambda asked: asked.first if ";q=0.5" in asked.text else None,
    ("accept-quality", "unread"): lambda asked: asked.own if ";q=" in asked.text else None,
    ("accept-unknown", "dropped"): lambda asked: best(asked, "application/octet-stream"),
    ("accept-unknown", "plain"): lambda asked: best(asked, "text/plain"),
}
"""(facet, variant) → the media type of the answer, or None where the habit does not show."""

CHARSETS: Mapping[str, Callable[[str, Mapping[str, str]], bool]] = {
    "dropped": lambda _label, parameters: bool(parameters),
    "upper-case": lambda _label, parameters: parameters.get("charset", "").isupper(),
    "quoted": lambda label, _parameters: '"' in label,
}
"""Variant → the charset parameters that the service does not know: the whole Content-Type and what was read from it."""

KNOWN: Mapping[str, Callable[[tuple[str, ...]], tuple[str, ...]]] = {
    "dropped": lambda media_types: media_types[:-1],
    "second-alone": lambda media_types: media_types[:1] + media_types[2:],
}
"""Variant → the media types of a request that a service knows which knows one fewer."""
