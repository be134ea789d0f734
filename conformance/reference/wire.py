"""Defects of the bytes and headers of an answer: what goes wrong after the message is right. A table of small edits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from conformance.model import Request, Response
from conformance.reference.defects import Defect

BIG = 2**31
FIRST_MEMBER = re.compile(rb'^\{("\w+":[^,]+),')


def misbehave(service: str, defect: Defect, request: Request, response: Response) -> Response:
    """The answer as the defect sends it."""
    for rule, edit in EDITS.items():
        if defect.breaks(f"{service}/{rule}"):
            response = edit(request, response)
    return response


def _is_json(response: Response) -> bool:
    return "json" in (response.header("Content-Type") or "")


def _body(change: Callable[[bytes], bytes]) -> Callable[[Request, Response], Response]:
    def edit(_request: Request, response: Response) -> Response:
        return replace(response, body=change(response.body)) if _is_json(response) and response.body else response

    return edit


def _headers(response: Response, content_type: str | None) -> Response:
    kept = tuple((name, value) for name, value in response.headers if name.lower() != "content-type")
    added = (("Content-Type", content_type),) if content_type is not None else ()
    return replace(response, headers=(*kept, *added))


def _other_charset(_request: Request, response: Response) -> Response:
    if not _is_json(response):
        return response
    return _headers(response, (response.header("Content-Type") or "").replace("utf-8", "iso-8859-1"))


def _unlabelled_refusal(_request: Request, response: Response) -> Response:
    return _headers(response, None) if response.status == 400 else response


def _crash_on_big_numbers(request: Request, response: Response) -> Response:
    if str(BIG).encode() in request.body:
        return Response(status=500, reason="INTERNAL SERVER ERROR", headers=(), body=b"")
    return response


EDITS: dict[str, Callable[[Request, Response], Response]] = {
    "envelope/well-formed": _body(lambda body: body[:-1] + b",}"),
    "envelope/utf-8": _body(lambda body: body.decode("utf-8").encode("latin-1", "replace")),
    "envelope/byte-order-mark": _body(lambda body: b"\xef\xbb\xbf" + body),
    "envelope/unique-names": _body(lambda body: FIRST_MEMBER.sub(rb"{\1,\1,", body)),
    "http/content-type": _other_charset,
    "http/content-type-present": _unlabelled_refusal,
    "http/no-server-error": _crash_on_big_numbers,
}
"""Rule → what breaks it on the wire."""
