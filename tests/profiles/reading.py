"""Services that keep to the page and read requests each in a way of its own, more widely or more narrowly."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from tests.profiles.policy import MEMBERS, lenient
from tests.profiles.service import Service
from tests.profiles.wire import Incoming, Outgoing


class AnyCase(Service):
    """Request names in any case, as Json.NET reads them."""

    def named(self, message: dict[str, Any]) -> dict[str, Any]:
        proper = {member.name.lower(): member.name for member in MEMBERS}
        return {proper.get(name.lower(), name): value for name, value in message.items()}


class LenientReader(AnyCase):
    """Numbers from strings, "true", 1 for true, 1.5 cut off, comments, trailing commas, NaN, whatever follows."""

    reader = staticmethod(lenient)

    def read(self, body: bytes) -> Any:
        text = re.sub(r'("(?:[^"\\]|\\.)*")|/\*.*?\*/', lambda m: m[1] or "", body.decode("utf-8-sig"))
        text = re.sub(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', lambda m: m[1] or "", text)
        tree, _ = json.JSONDecoder(parse_float=Decimal, parse_constant=Decimal).raw_decode(text.lstrip())
        return tree


class LooseGuids(Service):
    """GUIDs with braces, parentheses or without dashes are read."""

    @staticmethod
    def reader(kind: str, value: Any) -> Any:
        return lenient(kind, value) if kind == "guid" and isinstance(value, str) else Service.reader(kind, value)


class IntegralNumbers(Service):
    """90.0 and 9e1 are read for a whole number, and kept as 90."""

    @staticmethod
    def reader(kind: str, value: Any) -> Any:
        whole = kind == "whole" and isinstance(value, Decimal) and value == value.to_integral_value()
        return int(value) if whole else Service.reader(kind, value)


class Closed(Service):
    """A member that the page does not name is refused, and so is null, and a member twice."""

    def read(self, body: bytes) -> Any:
        def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            if len(dict(pairs)) < len(pairs):
                raise ValueError("a member twice")
            return dict(pairs)

        return json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=Decimal, object_pairs_hook=once)

    def __call__(self, incoming: Incoming) -> Outgoing:
        try:
            message = self.read(incoming.body)
        except ValueError:
            message = None
        known = {member.name for member in MEMBERS}
        if isinstance(message, dict) and (set(message) - known or None in message.values()):
            return self.refuse([("", "a member too many, or null")])
        return super().__call__(incoming)


class TrimmedTexts(Service):
    """White space around texts is cut off before anything looks at them."""

    def named(self, message: dict[str, Any]) -> dict[str, Any]:
        return {name: value.strip() if isinstance(value, str) else value for name, value in message.items()}


class BlankTexts(Service):
    """A blank text counts as a value."""

    def named(self, message: dict[str, Any]) -> dict[str, Any]:
        self.blank = [name for name in ("GrantorTaxId", "ArMailName") if str(message.get(name, "x")).strip() == ""]
        return message | dict.fromkeys(self.blank, "x")

    def echo(self, values: dict[str, Any]) -> dict[str, Any]:
        return super().echo(values) | dict.fromkeys(self.blank, "")


class RoundedRange(Service):
    """[Range(0, 100)] written in whole numbers: 100.01 is rounded first."""

    def named(self, message: dict[str, Any]) -> dict[str, Any]:
        near = {
            name: Decimal(100)
            for name in ("MinimumInterest", "MaximunInterest")
            if isinstance(message.get(name), Decimal) and 100 < message[name] < Decimal("100.5")
        }
        return message | near


class NullModel(Service):
    """No body and `null` reach the action as an empty model, which is taken."""

    def __call__(self, incoming: Incoming) -> Outgoing:
        if incoming.method == "POST" and incoming.body.strip() in {b"", b"null"}:
            return self.json(200, self.envelope(True, "nothing to save", [], None))
        return super().__call__(incoming)
