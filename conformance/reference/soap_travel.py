"""Defects in how a SOAP answer travels: its status, its headers, pages that stand in for it. A table of small edits.

A key is the rule, without its service, and the variant of the defect. Must never import the service.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from lxml import etree

from conformance.codecs import xml
from conformance.model import Contract, Request, Response
from conformance.reference.defect import Defect
from conformance.reference.soap_habits import LARGE
from conformance.reference.soap_wire import MEDIA_TYPES, PAGE, REASONS, empty, rules_in, way

Edit = Callable[[Request, Response], Response]


def misbehave(contract: Contract, defect: Defect, version: str, request: Request, response: Response) -> Response:
    """The answer as the defect sends it. `version` is that of the request, empty where it has none."""
    edit = EDITS.get(way(contract, defect, version, rules_in(EDITS)))
    return edit(request, response) if edit is not None and request.method != "GET" else response


def _is_fault(response: Response) -> bool:
    return response.status >= 400 and bool(response.body)


# --- what a header says -----------------------------------------------------------------------------------------------


def _labelled(content_type: str | None) -> Edit:
    """Another Content-Type for answers with a body; None for none."""

    def edit(_request: Request, response: Response) -> Response:
        if not response.body:
            return response
        kept = tuple(pair for pair in response.headers if pair[0].lower() != "content-type")
        told = (("Content-Type", content_type),) if content_type is not None else ()
        return replace(response, headers=(*kept, *told))

    return edit


def _with_charset(name: str) -> Edit:
    """Another charset in the label; empty for none."""
    told = f"; charset={name}" if name else ""

    def edit(_request: Request, response: Response) -> Response:
        headers = tuple((key, value.replace("; charset=utf-8", told)) for key, value in response.headers)
        return replace(response, headers=headers)

    return edit


def _other_label(_request: Request, response: Response) -> Response:
    """The label of the other version."""
    own = (response.header("Content-Type") or "").partition(";")[0]
    other = next(name for name in MEDIA_TYPES.values() if name != own)
    return replace(response, headers=tuple((name, value.replace(own, other)) for name, value in response.headers))


def _of_faults(edit: Edit) -> Edit:
    return lambda request, response: edit(request, response) if _is_fault(response) else response


def _of_messages(edit: Edit) -> Edit:
    return lambda request, response: edit(request, response) if response.status == 200 else response


# --- the status -------------------------------------------------------------------------------------------------------


def _status(known: int, other: int) -> Edit:
    """Another status in place of one, where the answer has a body."""

    def edit(_request: Request, response: Response) -> Response:
        if response.status != known or not response.body:
            return response
        return replace(response, status=other, reason=REASONS[other])

    return edit


def _fault_with(status: int) -> Edit:
    return _of_faults(lambda _, response: replace(response, status=status, reason=REASONS[status]))


def _unprocessable(_request: Request, response: Response) -> Response:
    return empty(422) if response.status == 400 and not response.body else response


# --- a crash ----------------------------------------------------------------------------------------------------------


def _page(_request: Request, _response: Response) -> Response:
    """The error page of a web server."""
    return replace(empty(500), headers=(("Content-Type", "text/html"),), body=PAGE)


def _crash_where(crashes: Callable[[Request, Response], bool]) -> Edit:
    return lambda request, response: _page(request, response) if crashes(request, response) else response


BEYOND = re.compile(rb">-?214748364[89]<")
"""Numbers that no int holds, by one."""
HEADER = re.compile(rb"<[\w.-]*:?Header[\s/>]")
DEEP = 100
"""Levels that are too many for a parser that calls itself."""


def _deep(request: Request, _response: Response) -> bool:
    return request.body.count(b"NotDocumented") > DEEP


def _for_clients(request: Request, response: Response) -> Response:
    """Another answer to what zeep makes of a WSDL: the last element is called otherwise."""
    if b"<soap-env:Envelope" not in request.body or response.status != 200:
        return response
    root = etree.fromstring(response.body)
    last = list(root.iter(tag=etree.Element))[-1]
    last.tag = f"{last.tag}Otro"
    return replace(response, body=xml.written(root))


EDITS: Mapping[tuple[str, str], Edit] = {
    ("envelope/charset", "declaration"): _of_messages(_with_charset("")),
    ("envelope/utf", "dropped"): _of_messages(_with_charset("iso-8859-1")),
    ("envelope/utf", "windows"): _of_messages(_with_charset("windows-1252")),
    ("envelope/version", "whole"): _of_messages(_other_label),
    ("envelope/fault-status", "dropped"): _fault_with(200),
    ("envelope/fault-status", "bad-request"): _status(500, 400),
    ("envelope/fault-status", "accepted"): _fault_with(202),
    ("envelope/fault-status", "unprocessable"): _fault_with(422),
    ("envelope/fault-status-sender", "dropped"): _status(400, 500),
    ("http/media-type", "dropped"): _labelled("application/xml; charset=utf-8"),
    ("http/media-type", "other-version"): _of_messages(_other_label),
    ("http/media-type", "page"): _labelled("text/html; charset=utf-8"),
    ("http/media-type", "fault"): _of_faults(_labelled("text/plain; charset=utf-8")),
    ("http/content-type", "dropped"): _with_charset("iso-8859-1"),
    ("http/content-type-present", "dropped"): _labelled(None),
    ("http/content-type-present", "fault"): _of_faults(_labelled(None)),
    ("http/success-status", "dropped"): _status(200, 202),
    ("http/success-status", "created"): _status(200, 201),
    ("http/malformed-status", "unprocessable"): _unprocessable,
    ("http/no-server-error", "dropped"): lambda _, response: (
        empty(500) if response.status == 400 and not response.body else response
    ),
    ("http/no-server-error", "page"): _of_faults(_page),
    ("http/no-server-error", "nil"): _crash_where(lambda request, _: b':nil="' in request.body),
    ("http/no-server-error", "missing"): _crash_where(lambda _, response: b": required" in response.body),
    ("http/no-server-error", "number"): _crash_where(lambda request, _: BEYOND.search(request.body) is not None),
    ("http/no-server-error", "nested"): _crash_where(_deep),
    ("http/no-server-error", "non-ascii"): _crash_where(lambda request, _: not request.body.isascii()),
    ("http/no-server-error", "large"): _crash_where(lambda request, _: len(request.body) > LARGE),
    ("http/no-server-error", "header"): _crash_where(lambda request, _: HEADER.search(request.body) is not None),
    ("http/no-server-error", "method"): _crash_where(lambda request, _: request.method == "PUT"),
    ("http/no-server-error", "other-envelope"): _crash_where(lambda _, response: b"VersionMismatch" in response.body),
    ("http/stock-client", "dropped"): _for_clients,
    ("http/version", "dropped"): lambda _, response: replace(response, http_version="HTTP/1.0"),
}
"""What breaks the status and the headers of an answer."""
