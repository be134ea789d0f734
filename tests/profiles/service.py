"""A service that keeps to the page in all its media types, in parts that a profile replaces one at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

from tests.profiles import markup
from tests.profiles.policy import MEMBERS, Problems, Reader, check, strict, worded
from tests.profiles.wire import Incoming, Outgoing

JSON = ("application/json", "text/json")
XML = ("application/xml", "text/xml")
FORM = ("application/x-www-form-urlencoded",)
FORMATS = dict.fromkeys(JSON, "json") | dict.fromkeys(XML, "xml") | dict.fromkeys(FORM, "form")


class Service(markup.Writer):
    """Strict in what it reads, and answers everything that the page documents. State: the last policy saved."""

    reader: Reader = staticmethod(strict)  # type: ignore[assignment]
    words: Reader = staticmethod(worded)  # type: ignore[assignment]
    content_type = "application/json; charset=utf-8"
    charsets = frozenset({"", "utf-8"})
    incoming: Incoming
    """The request that is being answered: one at a time."""

    def __call__(self, incoming: Incoming) -> Outgoing:
        self.incoming = incoming
        if incoming.method != "POST":
            return self.other_method(incoming)
        early = self.gate(incoming)
        if early is not None:
            return early
        read: dict[str, Callable[[bytes], Any]] = {"json": self.read, "xml": self.read_xml, "form": self.read_form}
        try:
            message = read[self.format](incoming.body)
        except ValueError as error:
            return self.refuse([("", f"cannot be read: {error}")])
        if not isinstance(message, dict):
            return self.refuse([("", "is no object")])
        values, problems = check(self.named(message), self.reader if self.format == "json" else self.words)
        problems = problems or self.business(values)
        return self.refuse(problems) if problems else self.accept(incoming, values)

    # --- what comes in ------------------------------------------------------------------------------------------------

    @property
    def format(self) -> str:
        """How the request is read: by its label, or by its first character where that is no known one."""
        first = self.incoming.body.lstrip()[:1]
        return FORMATS.get(self.label[0]) or {b"{": "json", b"[": "json", b"<": "xml"}.get(first, "form")

    @property
    def label(self) -> tuple[str, str]:
        """Media type and charset of the request."""
        name, _, parameters = (self.incoming.header("Content-Type") or "").partition(";")
        return name.strip().lower(), parameters.rpartition("charset=")[2].strip().strip('"').lower()

    def other_method(self, _incoming: Incoming) -> Outgoing:
        return Outgoing(status=405, headers=(("Allow", "POST"),))

    def gate(self, _incoming: Incoming) -> Outgoing | None:
        """An answer from the headers alone; None to go on."""
        name, charset = self.label
        return self.unsupported() if name not in FORMATS or charset not in self.charsets else None

    def unsupported(self) -> Outgoing:
        return Outgoing(status=415)

    def read(self, body: bytes) -> Any:
        """The message; ValueError where it is none."""
        return json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant)

    def read_xml(self, body: bytes) -> Any:
        """The same of an XML document: every value is text, None for a nil, or a list of items."""
        return markup.members(self.root(body))

    def root(self, body: bytes) -> ET.Element:
        return markup.parsed(body, markup.Careful)

    def read_form(self, body: bytes) -> Any:
        """The same of a form: the first of two pairs with one name counts, nested names are no members."""
        return dict(reversed(self.pairs(body)))

    def pairs(self, body: bytes) -> list[tuple[str, str]]:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict")

    def named(self, message: dict[str, Any]) -> dict[str, Any]:
        return message

    def business(self, values: Mapping[str, Any]) -> Problems:
        """What this tenant refuses although the page does not say so."""
        return []

    # --- what goes out ------------------------------------------------------------------------------------------------

    def refuse(self, problems: Problems) -> Outgoing:
        details = [f"{name} {text}" for name, text in problems]
        return self.answer(400, self.envelope(False, "rejected", details, None)) or Outgoing(status=400)

    def accept(self, incoming: Incoming, values: dict[str, Any]) -> Outgoing:
        return self.answer(200, self.envelope(True, "saved", [], self.echo(values))) or Outgoing(status=406)

    def answer(self, status: int, tree: Any) -> Outgoing | None:
        """The answer in the media type that Accept asks for; None where there is none such."""
        media_type = self.wanted(self.incoming.header("Accept"))
        if media_type is None:
            return None
        return self.xml(status, tree, media_type) if media_type in XML else self.json(status, tree, media_type)

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
        best, weight = self.otherwise, Decimal(0)
        for part in (accept or "*/*").split(","):
            name, _, parameter = part.strip().partition(";")
            quality = Decimal(parameter.partition("q=")[2].strip() or 1)
            offered = name.strip() if name.strip() in JSON + XML else self.otherwise if "*" in name else None
            if offered is not None and quality > weight:
                best, weight = offered, quality
        return best

    @property
    def otherwise(self) -> str:
        """The media type where Accept leaves it open, or names none that there is."""
        return JSON[0]

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
