"""Servers that implement no policy at all, or stop doing so: what a target behind a bad address, gate or deploy is."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from tests.profiles.service import Service
from tests.profiles.wire import Answer, Incoming, Outgoing

JSON = (("Content-Type", "application/json"),)
HTML = (("Content-Type", "text/html; charset=utf-8"),)


def always(status: int, body: bytes = b"", *headers: tuple[str, str]) -> Answer:
    """The same answer to everything."""
    outgoing = Outgoing(status=status, headers=headers, body=body)
    return lambda _incoming: outgoing


def accepts_everything(incoming: Incoming) -> Outgoing:
    """`success: true`, and back what came as far as it is an object. It never looks at a value."""
    try:
        sent = json.loads(incoming.body, parse_constant=str)
    except ValueError:
        sent = None
    tree = {"success": True, "data": sent if isinstance(sent, dict) else None}
    return Outgoing(status=200, headers=JSON, body=json.dumps(tree).encode())


class After:
    """A service that keeps to the page for the first `number` requests, and then answers like another."""

    def __init__(self, number: int, then: Answer) -> None:
        self._service = Service()
        self._left = number
        self._then = then

    def __call__(self, incoming: Incoming) -> Outgoing:
        self._left -= 1
        return self._service(incoming) if self._left >= 0 else self._then(incoming)


class Between:
    """A service that refuses all but the baseline from one request to another, and is itself again afterwards."""

    def __init__(self, first: int, last: int, then: Answer) -> None:
        self._service = Service()
        self._seen = 0
        self._first, self._last, self._then = first, last, then

    def __call__(self, incoming: Incoming) -> Outgoing:
        self._seen += 1
        odd = self._first <= self._seen <= self._last
        return self._then(incoming) if odd else self._service(incoming)


class Failing:
    """A service that fails at random: `share` of the requests, drawn from the seed."""

    def __init__(self, share: float, seed: int, spare: Callable[[int], bool] = lambda _number: False) -> None:
        self._service = Service()
        self._random = random.Random(seed)
        self._share = share
        self._spare = spare
        self._seen = 0

    def __call__(self, incoming: Incoming) -> Outgoing:
        self._seen += 1
        if self._random.random() < self._share and not self._spare(self._seen):
            return Outgoing(status=500, headers=HTML, body=b"<html>out of order</html>")
        return self._service(incoming)
