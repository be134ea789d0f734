"""The reference behind `requests`, for unit tests of clients: no socket, through the `responses` library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests
import responses

from conformance.model import Contract, Request
from conformance.reference.defects import Defect
from conformance.reference.service import State, answer


@contextmanager
def mocked(contract: Contract, url: str, defect: Defect | None = None) -> Iterator[responses.RequestsMock]:
    """While the block runs, `requests` to the URL, of any method, are answered by the reference."""
    state = State()

    def reply(prepared: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        nonlocal state
        body = prepared.body or b""
        request = Request(
            method=prepared.method or "GET",
            url=prepared.url or url,
            headers=tuple(prepared.headers.items()),
            body=body.encode() if isinstance(body, str) else bytes(body),
        )
        response, state = answer(contract, request, state, defect)
        return response.status, dict(response.headers), response.body

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            mock.add_callback(method, url, callback=reply, content_type=None)
        yield mock
