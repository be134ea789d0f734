"""The compiler of schemas, xmlschema, with one thing changed: patterns of strangers are matched in bounded time.

Python's engine, which it asks by itself, can be kept busy for ever by a pattern and a text of forty letters, even while
a schema is compiled. Must never import what opens sockets.
"""

from __future__ import annotations

from typing import Any

import xmlschema
from xmlschema.validators import facets
from xmlschema.validators.builders import XsdBuilders

from conformance.patterns.linear import Machine, TooLongError
from conformance.patterns.tree import Unsupported
from conformance.patterns.xsd import parse_xsd


class _Held:
    """In the place of a compiled expression; what cannot be told counts as a match."""

    def __init__(self, machine: Machine | None, pattern: str) -> None:
        self._machine = machine
        self.pattern = pattern

    def match(self, text: str) -> str | None:
        try:
            return text if self._machine is None or self._machine.full(text) else None
        except TooLongError:
            return text


class XsdPatternFacets(facets.XsdPatternFacets):
    """The patterns of a type. It has the name of what it stands for, by which others tell errors apart."""

    def _parse_value(self, elem: Any) -> Any:
        pattern = str(elem.attrib.get("value", ""))
        try:
            return _Held(Machine(parse_xsd(pattern)), pattern)
        except Unsupported as error:
            self.parse_error(f"the pattern {pattern[:100]!r} is not held against any text: {error}", elem)
            return _Held(None, pattern)


class Schema(xmlschema.XMLSchema10):
    """A schema of a stranger."""

    builders = XsdBuilders("1.0", XsdPatternFacets)
