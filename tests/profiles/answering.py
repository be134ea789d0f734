"""Services that keep to the page and write their answers, and the values in them, each in a way of its own."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.profiles.policy import MEMBERS
from tests.profiles.service import Service
from tests.profiles.wire import Incoming, Outgoing, relabelled


class Sparse(Service):
    """Null members are left out, and so are message, messageDetail and failureCode."""

    def envelope(self, success: bool, message: str, details: list[str], data: Any) -> dict[str, Any]:
        return {"success": success} | ({} if data is None else {"data": data})

    def echo(self, values: dict[str, Any]) -> dict[str, Any]:
        return values


class Acknowledges(Service):
    """`success: true` and nothing else: no document says that the policy must come back."""

    def envelope(self, success: bool, message: str, details: list[str], data: Any) -> dict[str, Any]:
        return {"success": success}


class Nulls(Service):
    """message, messageDetail and failureCode are null."""

    def envelope(self, success: bool, message: str, details: list[str], data: Any) -> dict[str, Any]:
        empty = {"message": None, "messageDetail": None, "failureCode": None}
        return {"data": data, "success": success} | empty


class Talkative(Service):
    """Members and headers that the page does not name, at every level."""

    def envelope(self, success: bool, message: str, details: list[str], data: Any) -> dict[str, Any]:
        more = {"traceId": "00-4bf9", "timestamp": "2025-01-31T10:00:00Z", "Links": [{"rel": "self"}]}
        return more | super().envelope(success, message, details, data)

    def echo(self, values: dict[str, Any]) -> dict[str, Any]:
        listed = [item | {"Order": 1} for item in values.get("NotificationSchemaList", [])]
        return {"Id": 7, "Version": "AAAB"} | super().echo(values) | {"NotificationSchemaList": listed}

    def json(self, status: int, tree: Any, media_type: str = "") -> Outgoing:
        more = (("X-Request-Id", "7"), ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d"), ("Cache-Control", "no-store"))
        found = super().json(status, tree, media_type)
        return replace(found, headers=(*more, *found.headers))


class Indented(Service):
    """White space, escapes and member order of another writer; no charset."""

    content_type = "application/json"

    def write(self, tree: Any) -> bytes:
        text = json.dumps(tree, default=self.number, indent="\t", sort_keys=True, separators=(" ,", " : "))
        return f"\r\n {text}\r\n".encode()


class OddLabel(Service):
    """A media type in another case, a quoted charset, white space before the parameter."""

    content_type = 'Application/JSON ; Charset="UTF-8"'

    def json(self, status: int, tree: Any, media_type: str = "") -> Outgoing:
        found = super().json(status, tree)
        return relabelled(found, "Application/JSON", media_type) if media_type == "text/json" else found


class NoCharset(Service):
    """Raw UTF-8 beyond ASCII and no word about it."""

    content_type = "application/json"

    def envelope(self, success: bool, message: str, details: list[str], data: Any) -> dict[str, Any]:
        return super().envelope(success, "Operación añadida ✓", details, data)


class AsciiLabel(Service):
    """charset=us-ascii, and escapes so that it is true."""

    content_type = "application/json; charset=us-ascii"

    def write(self, tree: Any) -> bytes:
        return json.dumps(tree, default=self.number).encode("ascii")


class Created(Service):
    """201 with a Location, for a policy that was saved."""

    def accept(self, incoming: Incoming, values: dict[str, Any]) -> Outgoing:
        found = super().accept(incoming, values)
        return replace(found, status=201, headers=(*found.headers, ("Location", "/api/CollectionPolicy/7")))


class Chunked(Service):
    """Answers in chunks, compressed although nobody asked: no Accept-Encoding admits any coding."""

    def json(self, status: int, tree: Any, media_type: str = "") -> Outgoing:
        found = super().json(status, tree, media_type)
        coded = (("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
        return replace(found, headers=(*found.headers, *coded), body=gzip.compress(found.body, mtime=0))


class Normalised(Service):
    """The address comes back in upper case, the time with seconds: what was saved, not what was sent."""

    def echo(self, values: dict[str, Any]) -> dict[str, Any]:
        found = super().echo(values)
        time = found["CollectionReminderTime"]
        return found | {"Email": found["Email"].upper(), "CollectionReminderTime": f"{time}:00" if time else None}


class UpperGuids(Service):
    """GUIDs come back in upper case."""

    @staticmethod
    def guid(text: str) -> str:
        return text.upper()

    def echo(self, values: dict[str, Any]) -> dict[str, Any]:
        found = super().echo(values)
        for name in ("DefaultNotificationSchemaId", "UserId"):
            found[name] = self.guid(found[name]) if found[name] else found[name]
        for item in found["NotificationSchemaList"] or []:
            if "NotificationSchemaId" in item:
                item["NotificationSchemaId"] = self.guid(item["NotificationSchemaId"])
        return found


class BracedGuids(UpperGuids):
    """GUIDs come back in braces."""

    @staticmethod
    def guid(text: str) -> str:
        return f"{{{text}}}"


class BareGuids(UpperGuids):
    """GUIDs come back without dashes."""

    @staticmethod
    def guid(text: str) -> str:
        return text.replace("-", "")


class Numbers(Service):
    """Numbers come back as a decimal column writes them: 5.00, 50.50."""

    form = "{:.2f}"
    names = ("MinimumInterest", "MaximunInterest")

    def write(self, tree: Any) -> bytes:
        text = super().write(tree).decode()
        for name in self.names:
            text = re.sub(rf'("{name}": )([-\d.eE+]+)', lambda m: m[1] + self.form.format(Decimal(m[2])), text)
        return text.encode()


class PointZero(Numbers):
    """Every number is a double: 90.0."""

    form = "{:.3f}"
    names = tuple(member.name for member in MEMBERS if member.kind in {"whole", "number"})


class Exponents(PointZero):
    """Numbers come back with an exponent."""

    form = "{:.6E}"
