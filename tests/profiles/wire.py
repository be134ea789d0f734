"""Loopback HTTP for a function of request to answer. Standard library only, and no behaviour of its own."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATH = "/api/CollectionPolicy"


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A request as it came, header names as they were written."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """An answer. Content-Length is added, nothing else; a body whose headers call it chunked goes out in chunks."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def page(status: int) -> Outgoing:
    """A web server's own HTML page."""
    body = f"<!DOCTYPE html><html><body><h1>{status}</h1></body></html>".encode()
    return Outgoing(status=status, headers=(("Content-Type", "text/html"),), body=body)


def relabelled(found: Outgoing, old: str, new: str) -> Outgoing:
    """The answer with another Content-Type."""
    headers = tuple(
        (name, value.replace(old, new) if name == "Content-Type" else value) for name, value in found.headers
    )
    return replace(found, headers=headers)


Answer = Callable[[Incoming], Outgoing]


@dataclass
class Served:
    """A running server: its URL, and everything it was sent, in the order of arrival."""

    url: str
    received: list[Incoming] = field(default_factory=list)


def _chunks(body: bytes) -> bytes:
    parts = [body[start : start + 100] for start in range(0, len(body), 100)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (*parts, b""))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up is no defect of the server; anything else is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving(answer: Answer) -> Iterator[Served]:
    """Serve while the block runs."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            incoming = Incoming(
                method=self.command,
                path=self.path,
                headers=tuple(self.headers.items()),
                body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            )
            with lock:
                served.received.append(incoming)
                outgoing = answer(incoming)
            self.send_response_only(outgoing.status, HTTPStatus(outgoing.status).phrase)
            for name, value in outgoing.headers:
                self.send_header(name, value)
            chunked = ("Transfer-Encoding", "chunked") in outgoing.headers
            if outgoing.status != HTTPStatus.NO_CONTENT and not chunked:
                self.send_header("Content-Length", str(len(outgoing.body)))
            self.end_headers()
            self.wfile.write(_chunks(outgoing.body) if chunked else outgoing.body)

        do_GET = do_POST = do_PUT = _reply  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    served = Served(f"http://127.0.0.1:{server.server_port}{PATH}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
