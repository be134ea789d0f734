"""The reference over loopback HTTP, by werkzeug. State and its lock live here; behaviour lives in `service`."""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request as HTTPRequest
from werkzeug.wrappers import Response as HTTPResponse

from conformance.model import Contract, Request
from conformance.reference.defect import Defect
from conformance.reference.service import State, answer, slow

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOST = "127.0.0.1"
PAUSE = 35.0
"""Seconds, longer than a target gives an answer that says nothing of it."""


class Application:
    """A WSGI application that serves each contract at its documented path, each with its defect, if there is one.
    A slow one thinks for `pause` seconds."""

    pause = PAUSE

    def __init__(self, contracts: Iterable[Contract], *defects: Defect) -> None:
        self._routes = tuple((_route(contract), contract) for contract in contracts)
        self._defects = {defect.service: defect for defect in defects}
        self._states = {contract.service: State() for _, contract in self._routes}
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        incoming = HTTPRequest(environ)
        contract = next((known for route, known in self._routes if route.fullmatch(incoming.path)), None)
        if contract is None:
            return HTTPResponse("not found", status=404, content_type="text/plain")(environ, start_response)
        request = Request(
            method=incoming.method,
            url=incoming.url,
            headers=tuple((name, value) for name, value in incoming.headers.items() if value),
            body=incoming.get_data(),
        )
        defect = self._defects.get(contract.service)
        if slow(contract, defect, request):
            time.sleep(self.pause)
        with self._lock:
            state = self._states[contract.service]
            response, self._states[contract.service] = answer(contract, request, state, defect)
        outgoing = HTTPResponse(response.body, status=f"{response.status} {response.reason}", headers=response.headers)
        if response.header("Content-Type") is None:
            outgoing.headers.remove("Content-Type")
        return outgoing(environ, start_response)


def path_of(contract: Contract) -> str:
    """The path at which the reference serves the contract; parameters stand in it between braces."""
    return "/" + contract.operation.path.split("?", maxsplit=1)[0].lstrip("/")


def _route(contract: Contract) -> re.Pattern[str]:
    """The paths of the contract: any text in the place of a parameter."""
    parts = re.split(r"\{[^{}]*\}", path_of(contract))
    return re.compile("[^/]+".join(map(re.escape, parts)))


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_: Any) -> None:
        """Say nothing: the suite reports what was exchanged."""


class _Old(_Quiet):
    """Answers as a server of the last century."""

    protocol_version = "HTTP/1.0"


@contextmanager
def serving(
    contracts: Iterable[Contract],
    *defects: Defect,
    port: int = 0,
    make: type[Application] = Application,
    pause: float = PAUSE,
) -> Iterator[str]:
    """Serve on loopback while the block runs; yields the root URL. Port 0 takes a free one; `pause` is that of slow
    answers."""
    known = tuple(contracts)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    old = any(defect.breaks(f"{contract.service}/http/version") for contract in known for defect in defects)
    handler = _Old if old else _Quiet
    application = make(known, *defects)
    application.pause = pause
    # Of a port that is taken werkzeug speaks on its own, and ends the process.
    with socket.create_server((HOST, port), backlog=128) as listening:
        server = make_server(HOST, port, application, threaded=True, request_handler=handler, fd=listening.fileno())
    thread = threading.Thread(target=server.serve_forever, name="reference", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
