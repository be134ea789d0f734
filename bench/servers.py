"""Servers of the benchmarks, each in a process of its own, so that what is measured shares no interpreter with them.

`python -m bench.servers reference|slow|plain` serves until it is ended and prints where.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DELAY = 0.1
"""Seconds that the slow server takes for each answer."""
_ANSWER = b'{"success": true}'
_PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(_ANSWER), _ANSWER)


@contextmanager
def running(kind: str) -> Iterator[dict[str, str]]:
    """The server while the block runs: service → address, or `plain` → address."""
    command = [sys.executable, "-m", "bench.servers", kind]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("the server has no output")
            addresses: dict[str, str] = json.loads(process.stdout.readline())
            yield addresses
        finally:
            process.terminate()


def _reference(delay: float) -> None:
    """The embedded reference; each answer comes `delay` seconds late."""
    from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415 - the plain server is to be light

    from conformance.reference.app import Application, path_of  # noqa: PLC0415
    from conformance.run.contracts import contracts  # noqa: PLC0415

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, *_: Any) -> None:
            pass

    known = tuple(contracts().values())
    application = Application(known)

    def late(environ: Any, start_response: Any) -> Iterable[bytes]:
        time.sleep(delay)
        return application(environ, start_response)

    server = make_server("127.0.0.1", 0, late if delay else application, threaded=True, request_handler=Quiet)
    root = f"http://127.0.0.1:{server.server_port}"
    _say({contract.service: root + path_of(contract) for contract in known})
    server.serve_forever()


def _plain() -> None:
    """The least that an HTTP server can do: the same few bytes for whatever is sent, connections kept open."""
    listening = socket.create_server(("127.0.0.1", 0))
    _say({"plain": f"http://127.0.0.1:{listening.getsockname()[1]}/"})
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    with connection, connection.makefile("rb") as incoming:
        while line := incoming.readline():
            length = 0
            while line not in {b"\r\n", b""}:
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                line = incoming.readline()
            incoming.read(length)
            connection.sendall(_PLAIN)


def _say(addresses: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(addresses) + "\n")
    sys.stdout.flush()


KINDS = {"reference": lambda: _reference(0), "slow": lambda: _reference(DELAY), "plain": _plain}

if __name__ == "__main__":
    KINDS[sys.argv[1]]()
