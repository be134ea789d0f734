"""One request over the real wire, and what is needed around it: names that resolve as told, no way off this machine."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from conformance.model import Request, Response
from conformance.target import guard
from conformance.target.wire import Wire, WireError
from tests.target_support import Answer, raw_server, request, target

RESOLVE = socket.getaddrinfo
CONNECT = socket.socket.connect


def send(url: str, sent: Request | None = None, tried: list[str] | None = None, **changes: object) -> Response:
    way = Wire(target(url, **changes), environ={}, pause=lambda seconds: None)
    try:
        return way.send(sent or request(url), tried)
    finally:
        way.close()


def broken(answer: bytes | Answer, **changes: object) -> WireError:
    with raw_server(answer) as server, pytest.raises(WireError) as caught:
        send(server.url, **changes)
    return caught.value


def resolving(table: dict[str, str]) -> Callable[..., list[object]]:
    def getaddrinfo(host: str, *rest: object, **more: object) -> list[object]:
        return list(RESOLVE(table.get(host, host), *rest, **more))  # type: ignore[arg-type]

    return getaddrinfo


@contextmanager
def held_on_this_machine() -> Iterator[list[object]]:
    """Where a connection was attempted, loopback aside. Nothing beyond this machine is reached."""
    attempts: list[object] = []

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        if not guard.loopback_address(address[0]):
            attempts.append(address)
            raise OSError("the test refuses")
        CONNECT(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield attempts


@contextmanager
def ending_within(seconds: float) -> Iterator[None]:
    """What is in here ends then, and a blink; a machine with much to do has long ones."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds + 5


def failing(seconds: float, url: str, sent: Request | None = None, **changes: object) -> WireError:
    """Why there is no answer; that is known within the time."""
    with ending_within(seconds), pytest.raises(WireError) as caught:
        send(url, sent, **changes)
    return caught.value


def dripping(head: bytes, drop: bytes = b"a", every: float = 0.05) -> Answer:
    """Some bytes, then a drop at a time for as long as somebody listens."""

    def drip(connection: socket.socket, received: bytes) -> None:
        connection.sendall(head)
        connection.settimeout(every)
        for _ in range(400):
            connection.sendall(drop)
            with contextlib.suppress(TimeoutError):
                if not connection.recv(65536):
                    return

    return drip
