"""A raw socket on loopback that answers in one way. What it was sent, it keeps."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from conformance.model import Contract, Request, Response
from conformance.reference.app import path_of
from conformance.reference.service import answer
from conformance.reference.state import State
from conformance.run.contracts import contracts
from tests.hostile.way import Asked, Lures, Talk, Way
from tests.target_support import read_request

PATHS = {path_of(contract): contract for contract in contracts().values()}
POLICY, MAIL, UPDATE = "collection-policy", "envio-correo", "actualizar-correo"
KINDS = {"application/json": "json", "application/xml": "xml", "text/xml": "xml"}


class Server:
    """Serves the three services as the reference does, and sends what the way makes of its answers."""

    def __init__(self, way: Way, lures: Lures, tls: ssl.SSLContext | None = None) -> None:
        self.way = way
        self.received: list[bytes] = []
        self._lures = lures
        self._tls = tls
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._socket.getsockname()[1])
        self.root = f"http{'s' if way.tls else ''}://127.0.0.1:{self.port}"
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def url(self, service: str) -> str:
        path = next(path for path, contract in PATHS.items() if contract.service == service)
        return f"{self.root}{path}"

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
        connection.settimeout(30)
        self._open.append(connection)
        with connection:
            try:
                request = b"POST /api/CollectionPolicy HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{}"
                if not self.way.early:
                    request = read_request(connection)
                with self._lock:
                    self.received.append(request)
                    asked = self._asked(request, len(self.received))
                act = self.way.act
                if asked.lane == "wsdl" and not self.way.documents:
                    act = _good
                act(Talk(connection, self._over, asked, self._lures))
            except OSError:
                return

    def _asked(self, raw: bytes, count: int) -> Asked:
        head, _, body = raw.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = tuple((name, value.strip()) for name, _, value in (one.partition(":") for one in rest))
        request = Request(method=method, url=f"{self.root}{target}", headers=headers, body=body)
        contract = PATHS.get(urlsplit(target).path)
        good = Response(
            status=404, headers=(("Content-Type", "text/plain"),), body=b"no such place", reason="Not Found"
        )
        if contract is not None:
            good, _ = answer(contract, request, State(), None)
        lane = "wsdl" if method == "GET" else _lane(contract, request.header("Content-Type") or "")
        return Asked(method=method, path=target, lane=lane, host=f"127.0.0.1:{self.port}", good=good, count=count)

    def close(self) -> None:
        self._over.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._accepting.join(10)
        for connection in self._open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        for thread in self._threads:
            thread.join(10)


def _lane(contract: Contract | None, content_type: str) -> str:
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    if contract is None:
        return ""
    if contract.service == POLICY:
        return KINDS.get(kind, "form")
    version = "11" if kind == "text/xml" else "12"
    return f"soap{version}" if contract.service == MAIL else f"bound{version}"


def _good(talk: Talk) -> None:
    from tests.hostile.way import answer as written

    talk.send(written(talk.asked))


@contextmanager
def misbehaving(way: Way, lures: Lures) -> Iterator[Server]:
    """Serve while the block runs."""
    server = Server(way, lures)
    try:
        yield server
    finally:
        server.close()
