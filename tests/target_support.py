"""Servers on the loopback interface and small values, for the tests of the side that meets a target."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from conformance.model import (
    Case,
    Exchange,
    Expect,
    Finding,
    Headers,
    Judgement,
    Observation,
    Outcome,
    Plan,
    Reply,
    Request,
    Result,
    Step,
)
from conformance.target.settings import ServiceTarget, Target

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n" + b'{"success":true}'

Answer = Callable[[socket.socket, bytes], None]


class RawServer:
    """Answers bytes with bytes. `received` holds each connection's request, whole; nothing where it does not read."""

    def __init__(self, answer: bytes | Answer, tls: ssl.SSLContext | None = None, *, reads: bool = True) -> None:
        self._answer = answer
        self._tls = tls
        self._reads = reads
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}/api"
        self.received: list[bytes] = []
        self.released = threading.Event()
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()
            return
        with connection:
            try:
                request = read_request(connection) if self._reads else b""
                self.received.append(request)
                if isinstance(self._answer, bytes):
                    connection.sendall(self._answer)
                else:
                    self._answer(connection, request)
            except OSError:
                return

    def close(self) -> None:
        self.released.set()
        # A blocked accept does not wake when its socket is closed, but it does when it is shut down.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._accepting.join(10)
        for thread in self._threads:
            thread.join(10)


def read_request(connection: socket.socket) -> bytes:
    """A request with its body as far as Content-Length or chunks tell."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
    )
    chunked = b"transfer-encoding: chunked" in head.lower()
    while len(body) < length or (chunked and not body.endswith(b"0\r\n\r\n")):
        part = connection.recv(65536)
        if not part:
            break
        body += part
    return head + b"\r\n\r\n" + body


@contextmanager
def raw_server(
    answer: bytes | Answer = OK, tls: ssl.SSLContext | None = None, *, reads: bool = True
) -> Iterator[RawServer]:
    server = RawServer(answer, tls, reads=reads)
    try:
        yield server
    finally:
        server.close()


def closed_port() -> int:
    """A port of this machine at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def request(url: str, body: bytes = b'{"a": 1}', headers: Headers = (("Content-Type", "application/json"),)) -> Request:
    return Request(method="POST", url=url, headers=headers, body=body)


def target(url: str, **changes: object) -> Target:
    service = ServiceTarget(service="collection-policy", url=url, encodings=("json",))
    values: dict[str, object] = {
        "name": "local",
        "environment": "test",
        "services": {"collection-policy": service},
        "connect_timeout": 5.0,
        "exchange_timeout": 10.0,
        **changes,
    }
    return Target(**values)  # type: ignore[arg-type]


def case(number: int | str, sent: Request, service: str = "collection-policy") -> Case:
    return Case(
        id=f"{service}/json/case-{number}",
        service=service,
        encoding="json",
        kind="positive",
        expect=Expect.ACCEPTED,
        rules=(f"{service}/request/A/required",),
        title=f"case {number}",
        request=sent,
    )


def plan(cases: Sequence[Case], barriers: Sequence[int] = (), **more: object) -> Plan:
    steps = tuple(
        Step(exchange=f"x{place:05d}", case=one, barrier=place in barriers) for place, one in enumerate(cases, 1)
    )
    return Plan(steps=steps, **more)  # type: ignore[arg-type]


def judge(case: Case, exchange: Exchange) -> Judgement:
    """Says what was seen, in every text that a judgement has."""
    seen = exchange.response.body.decode("utf-8", "replace") if exchange.response else exchange.error or ""
    rule = case.rules[0]
    return Judgement(
        exchange=exchange.id,
        reply=Reply.ACCEPTED if exchange.response else Reply.DEAD,
        words=seen,
        encoding="json",
        results=(
            Result(
                rule=rule,
                outcome=Outcome.FAILED,
                finding=Finding(path="A", expected=seen, observed=seen),
                reason=seen,
                leans=True,
            ),
        ),
        observations=(Observation(rule=rule, encoding="json", sentence=seen, exchanges=(exchange.id,)),),
        disagreements=(rule,),
    )
