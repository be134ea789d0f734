"""Services that keep to the page and refuse a request each in a way of its own."""

from __future__ import annotations

from typing import Any

from tests.profiles.policy import Problems
from tests.profiles.service import Service
from tests.profiles.wire import Incoming, Outgoing, page, relabelled


class ModelState(Service):
    """ASP.NET's own refusal, which has nothing of the documented envelope."""

    def refuse(self, problems: Problems) -> Outgoing:
        state = {f"model.{name}": [text] for name, text in problems}
        return self.json(400, {"Message": "The request is invalid.", "ModelState": state})


class ProblemDetails(Service):
    """422 and RFC 9457."""

    content_type = "application/problem+json"

    def refuse(self, problems: Problems) -> Outgoing:
        return self.json(422, {"title": "Unprocessable", "status": 422, "errors": dict(problems)})

    def accept(self, incoming: Incoming, values: dict[str, Any]) -> Outgoing:
        return relabelled(super().accept(incoming, values), "problem+json", "json")


class Declared(Service):
    """200 for everything; `success` alone tells."""

    def refuse(self, problems: Problems) -> Outgoing:
        return self.json(200, self.envelope(False, problems[0][1], [], None))


class DeclaredAlone(Service):
    """200 and not one member more than `success: false`."""

    def refuse(self, problems: Problems) -> Outgoing:
        return self.json(200, {"success": False})


class PlainRefusal(Service):
    """400 in plain text."""

    def refuse(self, problems: Problems) -> Outgoing:
        return Outgoing(status=400, headers=(("Content-Type", "text/plain"),), body=problems[0][1].encode())


class BareRefusal(Service):
    """400 without a body."""

    def refuse(self, problems: Problems) -> Outgoing:
        return Outgoing(status=400)


class PageRefusal(Service):
    """400 with the web server's HTML page."""

    def refuse(self, problems: Problems) -> Outgoing:
        return page(400)


class MixedRefusal(Service):
    """400 for what cannot be read, 422 for what breaks a constraint, 200 for what the business refuses."""

    def refuse(self, problems: Problems) -> Outgoing:
        status = 400 if problems[0][0] == "" else 200 if "required" in problems[0][1] else 422
        return self.json(status, self.envelope(False, problems[0][1], [], None))


class RefusalEchoes(Service):
    """The refusal carries an empty policy and wrong member types: nobody documented refusals."""

    def refuse(self, problems: Problems) -> Outgoing:
        return self.json(400, {"success": False, "message": dict(problems), "data": [], "failureCode": 17})
