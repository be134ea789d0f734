"""Serve a WSGI application in a process of its own: spyne warns when it is imported, and pytest forbids that.

`python -m tests.interop.soap_wsgi MODULE ARGUMENT…` serves `MODULE.application(ARGUMENT…)` until its input ends; the
first line of its output is the port. Must never import `conformance`.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import operator
import sys
import threading
from collections.abc import Callable
from typing import Any

import six
from werkzeug.serving import WSGIRequestHandler, make_server


def bring_six_up_to_date() -> None:
    """spyne carries a six that Python 3.12 cannot import from: today's takes its place, with spyne's one addition."""
    spec = importlib.util.spec_from_file_location("spyne.util.six", six.__file__)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.get_function_name = operator.attrgetter("__name__")


def serve(application: Callable[..., Any]) -> None:
    """Serve by werkzeug, a thread for each request."""
    logging.disable(logging.CRITICAL)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    sys.stdin.read()


class _Quiet(WSGIRequestHandler):
    """HTTP/1.1, as a production server speaks it, and nothing written for a request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *arguments: object) -> None: ...


if __name__ == "__main__":
    bring_six_up_to_date()
    serve(importlib.import_module(sys.argv[1]).application(*sys.argv[2:]))
