"""What cannot be interrupted, waited for no longer than it may take: a name server that says nothing, a pipe that
nobody closes.

The call runs in a thread of its own; when its time is over the thread is left to itself and nobody hears of it again.
Standard library only; opens no connection.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable
from typing import Any, TypeVar

_T = TypeVar("_T")

NAME_PATIENCE = 5.0
"""Seconds for a name, where nobody says how long: what a stub resolver gives its first server."""


def within(seconds: float, call: Callable[[], _T]) -> _T:
    """What the call returns or raises; TimeoutError where it does neither in time."""
    outcome: queue.SimpleQueue[Callable[[], _T]] = queue.SimpleQueue()

    def run() -> None:
        try:
            value = call()
        except BaseException as error:  # noqa: BLE001 - raised anew to whoever waits
            failure = error
            outcome.put(lambda: _raise(failure))
        else:
            outcome.put(lambda: value)

    threading.Thread(target=run, name="patience", daemon=True).start()
    try:
        return outcome.get(timeout=max(0.0, seconds))()
    except queue.Empty:
        raise TimeoutError from None


def resolved(host: str, port: int | None = None, seconds: float = NAME_PATIENCE) -> list[tuple[Any, ...]]:
    """What `getaddrinfo` finds for a stream to the host; TimeoutError where the name servers say nothing in time."""

    def ask() -> list[tuple[Any, ...]]:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    return ask() if _numeric(host) else within(seconds, ask)


def _numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _raise(error: BaseException) -> Any:
    raise error
