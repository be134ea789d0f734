"""The reference on loopback, with a count of what arrives: the one count that is fair to both tools."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conformance.model import Contract
from conformance.reference import Defect
from conformance.reference.app import Application, serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@contextmanager
def counted(contract: Contract, defect: Defect | None, pause: float) -> Iterator[tuple[str, Callable[[], int]]]:
    """Serve while the block runs; yields the root URL and what tells the requests so far.

    `pause` is how long a slow answer takes.
    """
    lock = threading.Lock()
    seen = 0

    class Counting(Application):
        def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            nonlocal seen
            with lock:
                seen += 1
            return super().__call__(environ, start_response)

    with serving([contract], *([defect] if defect else []), make=Counting, pause=pause) as root:
        yield root, lambda: seen
