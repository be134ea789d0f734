"""The compiler of schemas, xmlschema, with one thing changed: patterns of strangers are matched in bounded time.

Python's engine, which it asks by itself, can be kept busy for ever by a pattern and a text of forty letters, even while
a schema is compiled. Must never import what opens sockets.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import xmlschema
from xmlschema.validators import facets
from xmlschema.validators.builders import XsdBuilders

from conformance.patterns.linear import Machine, TooLongError
from conformance.patterns.tree import Unsupported
from conformance.patterns.xsd import parse_xsd

_untold: ContextVar[list[str] | None] = ContextVar("untold", default=None)
"""What could not be held against a pattern, since somebody asked."""


@contextmanager
def telling() -> Iterator[list[str]]:
    """Meanwhile the list gets a reason for each text that counted as a match because nothing could be told of it."""
    reasons: list[str] = []
    token = _untold.set(reasons)
    try:
        yield reasons
    finally:
        _untold.reset(token)


class _Held:
    """In the place of a compiled expression; what cannot be told counts as a match, and is noted as such."""

    def __init__(self, machine: Machine | None, pattern: str, reason: str = "") -> None:
        self._machine = machine
        self._reason = reason
        self.pattern = pattern

    def match(self, text: str) -> str | None:
        try:
            if self._machine is not None:
                return text if self._machine.full(text) else None
            reason = self._reason
        except TooLongError:
            reason = f"{_shown(self.pattern)} is not held against a text of {len(text)} characters: it takes too long"
        reasons = _untold.get()
        if reasons is not None:
            reasons.append(reason)
        return text


def _shown(pattern: str) -> str:
    return f"the pattern {pattern[:100]!r}"


class XsdPatternFacets(facets.XsdPatternFacets):
    """The patterns of a type. It has the name of what it stands for, by which others tell errors apart."""

    def _parse_value(self, elem: Any) -> Any:
        pattern = str(elem.attrib.get("value", ""))
        try:
            return _Held(Machine(parse_xsd(pattern)), pattern)
        except Unsupported as error:
            reason = f"{_shown(pattern)} is not held against any text: {error}"
            self.parse_error(reason, elem)
            return _Held(None, pattern, reason)


class Schema(xmlschema.XMLSchema10):
    """A schema of a stranger."""

    builders = XsdBuilders("1.0", XsdPatternFacets)
