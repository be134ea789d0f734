"""What a way to misbehave is: what it does on the wire, and what must follow. Values, and helpers that write HTTP.

A lane is a service in one encoding: `json`, `xml`, `form`, then `soap11` and `soap12` (names from a document), then
`bound11` and `bound12` (names from the target's WSDL, which is a lane of its own: `wsdl`).
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from socket import SHUT_WR, SO_LINGER, SOL_SOCKET, socket
from threading import Event

from conformance.model import Headers, Response

REST, SOAP, BOUND = ("json", "xml", "form"), ("soap11", "soap12"), ("bound11", "bound12")
LANES = (*REST, *SOAP, *BOUND)
GROUPS = {"rest": REST, "soap": SOAP, "bound": BOUND, "all": LANES, "envelopes": (*SOAP, *BOUND)}


@dataclass(frozen=True, kw_only=True)
class Lures:
    """What must stay untouched: a file, and a host that is not the target's."""

    file: str
    folder: str
    http: str
    host: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request, and what a server without fault would answer. `lane` is `wsdl` where a document is fetched."""

    method: str
    path: str
    lane: str
    host: str
    good: Response
    count: int

    @property
    def text(self) -> str:
        return self.good.body.decode("utf-8")

    @property
    def is_json(self) -> bool:
        return self.lane in {"json", "form"}


class Talk:
    """One connection, seen from the server."""

    def __init__(self, connection: socket, over: Event, asked: Asked, lures: Lures) -> None:
        self.connection = connection
        self.asked = asked
        self.lures = lures
        self._over = over

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def pause(self, seconds: float) -> None:
        """Wait; the end of the test ends it."""
        if self._over.wait(seconds):
            raise ConnectionAbortedError

    def wait(self) -> None:
        """Until the client is tired of it."""
        self.connection.settimeout(30)
        while self.connection.recv(65536):
            continue

    def reset(self) -> None:
        """Break the connection off without a farewell."""
        self.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def half_close(self) -> None:
        self.connection.shutdown(SHUT_WR)

    def drip(self, data: bytes, seconds: float = 0.1) -> None:
        """One byte at a time, over and over."""
        stop = time.monotonic() + 30
        while time.monotonic() < stop:
            for number in range(len(data)):
                self.send(data[number : number + 1])
                self.pause(seconds)

    def flood(self, data: bytes) -> None:
        """The same again until nobody listens."""
        stop = time.monotonic() + 30
        while time.monotonic() < stop:
            self.send(data)


Act = Callable[[Talk], None]


def lanes(words: str) -> tuple[str, ...]:
    """`rest soap11` → json, xml, form, soap11."""
    return tuple(lane for word in words.split() for lane in GROUPS.get(word, (word,)))


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way.

    `fails` has each rule that must fail, at whatever level, with its lanes; no other may. In the lanes of `clean` all
    else is as at a server without fault; in those of `silent` nothing of an answer is decided; `exit` is the run's
    status. `says` must be told of it in so many words, and `unsure` names rules that must be cant-tell or untested.
    """

    id: str
    act: Act
    to: str = "all"
    exit: int = 0
    clean: str = ""
    silent: str = ""
    fails: Mapping[str, str] = field(default_factory=dict)
    unsure: Mapping[str, str] = field(default_factory=dict)
    says: str = ""
    over: str = ""
    """The run ends with an error of the user, exit 4, that says this."""
    tls: bool = False
    early: bool = False
    """Answers before it has read."""
    documents: bool = True
    """Are documents of the WSDL answered in this way too?"""
    rules: tuple[str, ...] = ()
    """The rules that are asked for, without their service; all of those that a baseline shows where there are none."""
    depth: str = "smoke"
    alone: bool = False
    """Runs in a process of its own, since what it does to a reader could not be ended in ours."""
    nightly: bool = False
    """Too dear for every commit."""


# --- HTTP in bytes ----------------------------------------------------------------------------------------------------


def line(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("utf-8", "surrogateescape")


def lines(headers: Iterable[tuple[str, str]]) -> bytes:
    return b"".join(line(name, value) for name, value in headers)


def replaced(headers: Headers, changes: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """The headers with these instead; None leaves one out."""
    lower = {name.lower() for name in changes}
    kept = [(name, value) for name, value in headers if name.lower() not in lower]
    return kept + [(name, value) for name, value in changes.items() if value is not None]


def answer(
    asked: Asked,
    *,
    body: bytes | None = None,
    start: bytes = b"",
    headers: Mapping[str, str | None] | None = None,
    extra: bytes = b"",
    length: bool = True,
) -> bytes:
    """The good answer with changes: another body, status line, headers, or raw lines of headers."""
    good = asked.good
    body = good.body if body is None else body
    first = start or f"HTTP/1.1 {good.status} {good.reason or 'OK'}".encode()
    told = [pair for pair in replaced(good.headers, headers or {}) if pair[0].lower() != "content-length"]
    size = line("Content-Length", str(len(body))) if length else b""
    return first + b"\r\n" + lines(told) + size + extra + b"\r\n" + body


def chunked(body: bytes, size: int = 100) -> bytes:
    parts = [body[place : place + size] for place in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def sends(make: Callable[[Asked], bytes]) -> Act:
    """Whatever the function makes of the question, in one piece."""
    return lambda talk: talk.send(make(talk.asked))


def lured(make: Callable[[Asked, Lures], bytes]) -> Act:
    """The same for what leads elsewhere."""
    return lambda talk: talk.send(make(talk.asked, talk.lures))


def bodied(make: Callable[[Asked], bytes], **more: object) -> Act:
    """The good answer with another body."""
    return sends(lambda asked: answer(asked, body=make(asked), **more))  # type: ignore[arg-type]
