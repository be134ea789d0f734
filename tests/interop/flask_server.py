"""The service as it is written by hand for Flask: one function a kind of value, 400 with its own body, in every format.

Written from the page; must never import `conformance`. A slip is one of these names, and changes one line.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.interop import flask_formats as formats
from tests.profiles.wire import Incoming, Outgoing

PATH = "/api/CollectionPolicy"
JSON, XML = ("application/json", "text/json"), ("application/xml", "text/xml")
FORM = "application/x-www-form-urlencoded"
MAIL = re.compile(
    r"((?:[\w-]+\.)*\w[\w-]{0,63})@((?:[\w-]+\.)*\w[\w-]{0,98})\.([a-zA-Z]{2,15}(?:\.[a-zA-Z]{2})?)", re.ASCII
)
FLAGS = (
    "IsCreditRateEnabled",
    "ShowDocumentDetail",
    "FlagPaymentNotification",
    "AssignSeller",
    "AssignBranch",
    "FlagAttachment",
    "ShowLinkDocumentAttachment",
)
OPTIONAL = ("IsAfiliatedCC", "IsCreditRateAutomatic", "NotificationSchemaList", "CollectionReminderTime", "UserId")


class Wrong(Exception):  # noqa: N818 - control flow of this server
    """The request is refused."""


class Rules:
    """The checks. `slip` names the one that is done wrong."""

    def __init__(self, slip: str) -> None:
        self.slip = slip

    def policy(self, body: Any) -> dict[str, Any]:
        """What is saved of the body."""
        if not isinstance(body, dict) or not body:
            raise Wrong("body")
        saved = {name: self.flag(name, self.needed(body, name)) for name in FLAGS}
        saved["GrantorTaxId"] = self.text("GrantorTaxId", self.needed(body, "GrantorTaxId"))
        saved["ArMailName"] = self.name(self.needed(body, "ArMailName"))
        saved["Email"] = self.mail(self.needed(body, "Email"))
        saved["NotificationTypeId"] = self.whole("NotificationTypeId", self.needed(body, "NotificationTypeId"))
        saved["DaysUncollectibleDebt"] = self.between(body, "DaysUncollectibleDebt", 1, 120)
        saved["MaximumTermDays"] = self.between(body, "MaximumTermDays", 0, 180)
        saved["MinimumInterest"] = self.interest(body, "MinimumInterest")
        saved["MaximunInterest"] = self.interest(body, "MaximunInterest")
        saved["DefaultNotificationSchemaId"] = self.guid(self.needed(body, "DefaultNotificationSchemaId"))
        for name in OPTIONAL:
            value = body.get(name)
            saved[name] = None if value is None else self.optional(name, value)
        return saved

    def needed(self, body: dict[str, Any], name: str) -> Any:
        if self.slip == "required by truth" and name in {"MaximumTermDays", "FlagPaymentNotification"}:
            missing = not body.get(name)
        elif self.slip == "required by name" and name == "AssignBranch":
            missing = name not in body
        else:
            missing = body.get(name) is None
        if missing:
            raise Wrong(name)
        return body.get(name)

    def optional(self, name: str, value: Any) -> Any:
        match name:
            case "IsAfiliatedCC" | "IsCreditRateAutomatic":
                return self.flag(name, value)
            case "CollectionReminderTime":
                return self.short(value)
            case "UserId":
                return self.guid(value)
        if self.slip == "a list unchecked":
            return value
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise Wrong(name)
        for item in value:
            if item.get("NotificationSchemaId") is not None:
                self.guid(item["NotificationSchemaId"])
            if not isinstance(item.get("NotificationSchemaName"), str | None):
                raise Wrong(name)
        return value

    def flag(self, name: str, value: Any) -> Any:
        if name == "AssignBranch" and value is None and self.slip == "required by name":
            return False
        if not isinstance(value, bool):
            raise Wrong(name)
        return value

    def text(self, name: str, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise Wrong(name)
        return value

    def name(self, value: Any) -> str:
        text = self.text("ArMailName", value)
        if len(text.encode() if self.slip == "bytes for characters" else text) > 100:
            raise Wrong("ArMailName")
        return value

    def short(self, value: Any) -> str:
        if self.slip == "cut in place of refused" and isinstance(value, str):
            return value[:5]
        if not isinstance(value, str) or len(value) > 5:
            raise Wrong("CollectionReminderTime")
        return value

    def mail(self, value: Any) -> str:
        if self.slip == "no check before the pattern":
            matched = MAIL.fullmatch(value)
        else:
            found = MAIL.match if self.slip == "match for fullmatch" else MAIL.fullmatch
            matched = found(self.text("Email", value))
        if matched is None or len(value) > 100:
            raise Wrong("Email")
        return value

    def whole(self, name: str, value: Any) -> int:
        if not isinstance(value, int) or (isinstance(value, bool) and self.slip != "a boolean is an int"):
            raise Wrong(name)
        return int(value)

    def between(self, body: dict[str, Any], name: str, low: int, high: int) -> int:
        value = self.whole(name, self.needed(body, name))
        if self.slip == "an upper bound off by one" and name == "MaximumTermDays":
            high += 1
        if not low <= value <= high:
            raise Wrong(name)
        return value

    def interest(self, body: dict[str, Any], name: str) -> Any:
        value = self.needed(body, name)
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            raise Wrong(name)
        high = 100 if self.slip != "less than" or name != "MinimumInterest" else Decimal("99.995")
        if not 0 <= value <= high or value != round(value, 2):
            raise Wrong(name)
        return value

    def guid(self, value: Any) -> str:
        try:
            return str(uuid.UUID(value if isinstance(value, str) else ""))
        except ValueError:
            raise Wrong("guid") from None


def application(slip: str = "") -> Flask:
    """The service, with that slip if any."""
    app = Flask(__name__)
    rules = Rules(slip)
    saved: dict[str, Any] = {}

    @app.post(PATH)
    def save() -> Response:
        name = request.content_type if slip == "a label compared as it stands" else request.mimetype
        if name not in {*JSON, *XML, FORM}:
            return Response(status=415)
        try:
            policy = rules.policy(_read(str(name), slip))
        except Wrong as wrong:
            return _refused({"error": "invalid", "field": str(wrong)} | _said(slip), str(name), slip)
        except (ValueError, RecursionError):
            return _refused({"error": "unreadable"}, str(name), slip)
        earlier = dict(saved)
        saved.update(policy)
        if slip == "an answer from before it was saved":
            policy = policy | {"ArMailName": earlier.get("ArMailName", policy["ArMailName"])}
        tree = {"success": True, "message": "ok", "messageDetail": [], "data": policy}
        found = _answer(tree | ({"success": "True"} if slip == "success as text" else {}))
        if slip == "JSON called HTML":
            found.mimetype = "text/html"
        return found

    return app


def in_process(app: Flask) -> Callable[[Incoming], Outgoing]:
    """The application as a function of request to answer."""
    app.logger.disabled = True
    client = app.test_client()

    def answer(incoming: Incoming) -> Outgoing:
        headers = [(name, value) for name, value in incoming.headers if name != "Content-Type"]
        label = incoming.header("Content-Type")
        found = client.open(
            incoming.path, method=incoming.method, headers=headers, data=incoming.body, content_type=label
        )
        return Outgoing(status=found.status_code, headers=tuple(found.headers.items()), body=found.data)

    return answer


def _read(name: str, slip: str) -> Any:
    if name == FORM:
        return formats.from_form(request.get_data(), slip)
    if name in XML:
        return formats.from_xml(request.get_data(), slip)
    return json.loads(request.get_data(), parse_float=Decimal, parse_constant=_no_constant)


def _said(slip: str) -> dict[str, Any]:
    return {"success": True} if slip == "success in a refusal" else {}


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _refused(tree: dict[str, Any], name: str, slip: str) -> Response:
    if slip == "back to the form" and name == FORM:
        return Response(status=303, headers={"Location": f"/policy?wrong={tree['error']}"})
    return _json(tree, 400)


def _answer(tree: dict[str, Any]) -> Response:
    wanted = request.accept_mimetypes.best_match((*JSON, *XML), default=JSON[0])
    if wanted in XML:
        return Response(formats.to_xml(tree), mimetype=wanted)
    return _json(tree, 200, wanted)


def _json(tree: Any, status: int, mimetype: str = JSON[0]) -> Response:
    return Response(json.dumps(tree, default=float), status=status, mimetype=mimetype)


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(app: Callable[..., Any]) -> Iterator[str]:
    """Serve by werkzeug in a thread while the block runs; yields the URL of the operation."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{PATH}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
