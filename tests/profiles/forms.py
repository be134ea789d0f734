"""Services that keep to the page and read forms each in a way of its own; the page says little about them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from tests.profiles.policy import MEMBERS, lenient
from tests.profiles.service import FORM, Service
from tests.profiles.wire import Incoming, Outgoing


class AnyCaseForm(Service):
    """Names in any case, as ASP.NET reads them."""

    def read_form(self, body: bytes) -> Any:
        proper = {member.name.lower(): member.name for member in MEMBERS}
        return {proper.get(name.lower(), name): value for name, value in super().read_form(body).items()}


class LastPairWins(Service):
    """Of two pairs with one name the last counts."""

    def read_form(self, body: bytes) -> Any:
        return dict(self.pairs(body))


class OncePair(Service):
    """Two pairs with one name are refused, and so are names that the page does not have, lists among them."""

    def read_form(self, body: bytes) -> Any:
        found = self.pairs(body)
        if len(dict(found)) < len(found) or set(dict(found)) - {member.name for member in MEMBERS}:
            raise ValueError("not as documented")
        return dict(found)


class CarefulEscapes(Service):
    """An escape that is none is refused."""

    def pairs(self, body: bytes) -> list[tuple[str, str]]:
        if re.search(rb"%(?![0-9A-Fa-f]{2})", body):
            raise ValueError("no escape")
        return super().pairs(body)


class LatinPairs(Service):
    """Escapes that are no UTF-8 are read as Latin-1."""

    def pairs(self, body: bytes) -> list[tuple[str, str]]:
        try:
            return super().pairs(body)
        except UnicodeDecodeError:
            return parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")


class DottedLists(Service):
    """`List[0].Member` is read."""

    step = re.compile(r"NotificationSchemaList\[(\d)\]\.(\w+)")

    def read_form(self, body: bytes) -> Any:
        items: dict[str, dict[str, str]] = {}
        for name, value in self.pairs(body):
            found = self.step.fullmatch(name)
            if found is not None:
                items.setdefault(found[1], {})[found[2]] = value
        nested = {"NotificationSchemaList": list(items.values())} if items else {}
        return super().read_form(body) | nested


class BracketedLists(DottedLists):
    """`List[0][Member]` is read."""

    step = re.compile(r"NotificationSchemaList\[(\d)\]\[(\w+)\]")


class LenientForm(Service):
    """`True`, a fraction cut off, an exponent."""

    @staticmethod
    def words(kind: str, value: Any) -> Any:
        flag = kind == "flag" and value in {"0", "1"}
        return value == "1" if flag else lenient(kind, value)


class EmptyPairIsNone(Service):
    """A pair without a value is as good as none."""

    def pairs(self, body: bytes) -> list[tuple[str, str]]:
        return [(name, value) for name, value in super().pairs(body) if value]


class NoForm(Service):
    """Forms are not taken at all: 415."""

    def gate(self, incoming: Incoming) -> Outgoing | None:
        return self.unsupported() if self.label[0] in FORM else super().gate(incoming)


class Comma(Service):
    """Numbers in texts are read with a comma for the fraction, as on a server set to es-CO."""

    @staticmethod
    def words(kind: str, value: Any) -> Any:
        if kind == "number" and isinstance(value, str):
            # A point would be one of the thousands, and stands in no proper place here.
            value = value.replace(".", "?").replace(",", ".")
        return Service.words(kind, value)
