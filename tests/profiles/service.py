"""A service that keeps to the page, in parts that a profile replaces one at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from tests.profiles.policy import MEMBERS, Problems, Reader, check, strict
from tests.profiles.wire import Incoming, Outgoing

JSON = ("application/json", "text/json")
XML = ("application/xml", "text/xml")


class Service:
    """Strict in what it reads, and answers everything that the page documents. State: the last policy saved."""

    reader: Reader = staticmethod(strict)  # type: ignore[assignment]
    content_type = "application/json; charset=utf-8"

    def __call__(self, incoming: Incoming) -> Outgoing:
        if incoming.method != "POST":
            return self.other_method(incoming)
        early = self.gate(incoming)
        if early is not None:
            return early
        try:
            message = self.read(incoming.body)
        except ValueError as error:
            return self.refuse([("", f"cannot be read: {error}")])
        if not isinstance(message, dict):
            return self.refuse([("", "is no object")])
        values, problems = check(self.named(message), self.reader)
        problems = problems or self.business(values)
        return self.refuse(problems) if problems else self.accept(incoming, values)

    # --- what comes in ------------------------------------------------------------------------------------------------

    def other_method(self, _incoming: Incoming) -> Outgoing:
        return Outgoing(status=405, headers=(("Allow", "POST"),))

    def gate(self, incoming: Incoming) -> Outgoing | None:
        """An answer from the headers alone; None to go on."""
        name, _, parameters = (incoming.header("Content-Type") or "").partition(";")
        charset = parameters.rpartition("charset=")[2].strip().strip('"').lower()
        if name.strip().lower() not in JSON or charset not in {"", "utf-8"}:
            return self.unsupported()
        return None

    def unsupported(self) -> Outgoing:
        return Outgoing(status=415)

    def read(self, body: bytes) -> Any:
        """The message; ValueError where it is none."""
        return json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant)

    def named(self, message: dict[str, Any]) -> dict[str, Any]:
        return message

    def business(self, values: Mapping[str, Any]) -> Problems:
        """What this tenant refuses although the page does not say so."""
        return []

    # --- what goes out ------------------------------------------------------------------------------------------------

    def refuse(self, problems: Problems) -> Outgoing:
        return self.json(400, self.envelope(False, "rejected", [f"{name} {text}" for name, text in problems], None))

    def accept(self, incoming: Incoming, values: dict[str, Any]) -> Outgoing:
        tree = self.envelope(True, "saved", [], self.echo(values))
        media_type = self.wanted(incoming.header("Accept"))
        if media_type is None:
            return Outgoing(status=406)
        if media_type in XML:
            body = ET.tostring(_element("Response", tree), encoding="utf-8", xml_declaration=True)
            return Outgoing(status=200, headers=(("Content-Type", f"{media_type}; charset=utf-8"),), body=body)
        return self.json(200, tree, media_type)

    def envelope(self, success: bool, message: str, details: list[str], data: Any) -> dict[str, Any]:
        return {
            "success": success,
            "message": message,
            "messageDetail": details,
            "failureCode": None if success else "E-400",
            "data": data,
        }

    def echo(self, values: dict[str, Any]) -> dict[str, Any]:
        return {member.name: values.get(member.name) for member in MEMBERS}

    def wanted(self, accept: str | None) -> str | None:
        """The media type of an answer; None where nothing that is asked for is there."""
        best, weight = JSON[0], Decimal(0)
        for part in (accept or "*/*").split(","):
            name, _, parameter = part.strip().partition(";")
            quality = Decimal(parameter.partition("q=")[2].strip() or 1)
            offered = name.strip() if name.strip() in JSON + XML else JSON[0] if "*" in name else None
            if offered is not None and quality > weight:
                best, weight = offered, quality
        return best

    def json(self, status: int, tree: Any, media_type: str = "") -> Outgoing:
        content_type = self.content_type.replace("application/json", media_type or "application/json")
        return Outgoing(status=status, headers=(("Content-Type", content_type),), body=self.write(tree))

    def write(self, tree: Any) -> bytes:
        return json.dumps(tree, default=self.number, ensure_ascii=False).encode()

    def number(self, value: Decimal) -> Any:
        """A decimal as it goes out."""
        return float(value)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _element(name: str, value: Any) -> ET.Element:
    element = ET.Element(name)
    if isinstance(value, dict):
        element.extend(_element(key, inner) for key, inner in value.items() if inner is not None)
    elif isinstance(value, list):
        element.extend(_element("item", inner) for inner in value)
    elif isinstance(value, bool):
        element.text = str(value).lower()
    elif value is not None:
        element.text = str(value)
    return element
