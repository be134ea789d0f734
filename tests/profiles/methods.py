"""Services that keep to the page and treat methods and media types each in a way of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.profiles.service import JSON, XML, Service
from tests.profiles.wire import Incoming, Outgoing, page


class MethodPage(Service):
    """405 with an HTML page and Allow; 415 with the envelope."""

    def other_method(self, _incoming: Incoming) -> Outgoing:
        return replace(page(405), headers=(("Content-Type", "text/html"), ("Allow", "POST, OPTIONS")))

    def unsupported(self) -> Outgoing:
        return self.json(415, self.envelope(False, "media type", [], None))


class ReadBack(Service):
    """GET is another operation, which finds nothing under this address."""

    def other_method(self, _incoming: Incoming) -> Outgoing:
        return page(404)


class ReadBackAll(Service):
    """GET answers with all policies."""

    def other_method(self, _incoming: Incoming) -> Outgoing:
        return self.json(200, [])


class AnyType(Service):
    """Content-Type is not looked at."""

    def gate(self, _incoming: Incoming) -> Outgoing | None:
        return None


class RefusesType(Service):
    """400 in place of 415."""

    def unsupported(self) -> Outgoing:
        return self.refuse([("", "media type")])


class AcceptIgnored(Service):
    """JSON, whatever Accept says."""

    def wanted(self, accept: str | None) -> str | None:
        return JSON[0]


class NotAcceptable(Service):
    """406 where nothing that Accept names is there."""

    def wanted(self, accept: str | None) -> str | None:
        known = ("json", "xml", "*")
        return super().wanted(accept) if any(name in (accept or "*") for name in known) else None


class Mirrors(Service):
    """An Accept that names nothing there is, or none at all, mirrors the request; a form is answered in JSON."""

    @property
    def otherwise(self) -> str:
        name = self.label[0]
        return name if name in JSON + XML else JSON[0]


class PrefersXml(Service):
    """XML wherever Accept leaves it open."""

    @property
    def otherwise(self) -> str:
        return JSON[0] if self.format == "json" else XML[0]


class OneName(Service):
    """An answer in XML is `application/xml`, whichever of the two was asked for."""

    def xml(self, status: int, tree: Any, media_type: str) -> Outgoing:
        return super().xml(status, tree, XML[0])


class ReadBackObject(Service):
    """GET answers with an object of its own, which has nothing of the documented answer but one name."""

    def other_method(self, _incoming: Incoming) -> Outgoing:
        return self.json(200, {"policies": [], "success": "yes"})


class ReadBackEmpty(Service):
    """GET answers 204."""

    def other_method(self, _incoming: Incoming) -> Outgoing:
        return Outgoing(status=204)
