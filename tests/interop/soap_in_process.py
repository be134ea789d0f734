"""A WSGI application over loopback HTTP, in a thread of the tests' own process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    """HTTP/1.1, as a production server speaks it, and nothing written for a request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *arguments: object) -> None: ...


@contextmanager
def serving(application: Callable[..., Any]) -> Iterator[str]:
    """The root address of the application while the block runs."""
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
