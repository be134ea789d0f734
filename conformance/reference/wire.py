"""Defects of the bytes and headers of an answer: what goes wrong after the message is right. Tables of small edits.

`reformed` breaks the text around the members of an accepted answer, `misbehave` what any answer carries.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from lxml import etree

from conformance.codecs import xml
from conformance.model import Contract, Request, Response
from conformance.reference.defect import Defect
from conformance.rules.fields import walk

BIG = 2**31
FIRST_MEMBER = re.compile(rb'^\{("\w+":[^,]+),')


def misbehave(service: str, defect: Defect, request: Request, response: Response) -> Response:
    """The answer as the defect sends it."""
    for rule, edit in EDITS.items():
        if defect.breaks(f"{service}/{rule}"):
            response = edit(request, response)
    return response


# --- the text of a message --------------------------------------------------------------------------------------------


def reformed(contract: Contract, defect: Defect, encoding: str, body: bytes) -> bytes:
    """The bytes of an answer with the defects of its form."""
    if encoding == "json":
        return b"[" + body + b"]" if defect.breaks(f"{contract.service}/envelope/root") else body
    for rule, change in XML_EDITS.items():
        if defect.breaks(f"{contract.service}/{rule}"):
            body = _changed(body, change)
    for path, _ in walk(contract.operation.response.fields):
        if defect.breaks(f"{contract.service}/response/{path}/item"):
            body = _changed(body, lambda root, path=path: _rename_items(root, path.split("/")))  # type: ignore[misc]
    return body


def _changed(body: bytes, change: Callable[[etree._Element], None]) -> bytes:
    root = etree.fromstring(body)
    change(root)
    return xml.written(root)


def _tag(namespace: str | None, name: str) -> str:
    return f"{{{namespace}}}{name}" if namespace else name


def _rename_root(root: etree._Element) -> None:
    root.tag = _tag(etree.QName(root).namespace, "Response")


def _move(root: etree._Element) -> None:
    for element in root.iter():
        element.tag = _tag("urn:example:other", etree.QName(element).localname)


def _reverse(root: etree._Element) -> None:
    root[:] = list(reversed(root))


def _repeat(root: etree._Element) -> None:
    root.append(etree.fromstring(etree.tostring(root[0])))


def _rename_items(element: etree._Element, names: list[str]) -> None:
    if not names:
        for item in element:
            item.tag = _tag(etree.QName(item).namespace, f"{etree.QName(item).localname}Item")
        return
    for child in element:
        if etree.QName(child).localname == names[0]:
            _rename_items(child, names[1:])


XML_EDITS: Mapping[str, Callable[[etree._Element], None]] = {
    "envelope/root": _rename_root,
    "envelope/namespace": _move,
    "envelope/order": _reverse,
    "envelope/repeated": _repeat,
}
"""Rule → what breaks it in an XML document."""


# --- bytes and headers ------------------------------------------------------------------------------------------------


def _is(mark: str, response: Response) -> bool:
    return mark in (response.header("Content-Type") or "")


def _body(**changes: Callable[[bytes], bytes]) -> Callable[[Request, Response], Response]:
    """An edit of the body, by the mark of its media type."""

    def edit(_request: Request, response: Response) -> Response:
        for mark, change in changes.items():
            if _is(mark, response) and response.body:
                return replace(response, body=change(response.body))
        return response

    return edit


def _headers(response: Response, content_type: str | None) -> Response:
    kept = tuple((name, value) for name, value in response.headers if name.lower() != "content-type")
    added = (("Content-Type", content_type),) if content_type is not None else ()
    return replace(response, headers=(*kept, *added))


def _other_charset(_request: Request, response: Response) -> Response:
    label = response.header("Content-Type")
    if label is None or not response.body:
        return response
    return _headers(replace(response, body=_lettered(response.body)), label.replace("utf-8", "iso-8859-1"))


def _unlabelled_refusal(_request: Request, response: Response) -> Response:
    return _headers(response, None) if response.status == 400 else response


def _crash_on_big_numbers(request: Request, response: Response) -> Response:
    if str(BIG).encode() in request.body:
        return Response(status=500, reason="INTERNAL SERVER ERROR", headers=(), body=b"")
    return response


def _lettered(body: bytes) -> bytes:
    """The body with a letter beyond ASCII in it, where it has none: in a member or a comment that nobody asked for."""
    if not body.isascii():
        return body
    if body.endswith(b"}"):
        return body[:-1] + ('"nota":"ó"}' if body == b"{}" else ',"nota":"ó"}').encode()
    return body + "<!-- ó -->".encode()


def _latin(body: bytes) -> bytes:
    return _lettered(body).decode("utf-8").encode("latin-1", "replace")


EDITS: Mapping[str, Callable[[Request, Response], Response]] = {
    "envelope/well-formed": _body(json=lambda body: body[:-1] + b",}", xml=lambda body: body[:-1]),
    "envelope/utf-8": _body(json=_latin),
    "envelope/charset": _body(xml=_latin),
    "envelope/byte-order-mark": _body(json=lambda body: b"\xef\xbb\xbf" + body),
    "envelope/unique-names": _body(json=lambda body: FIRST_MEMBER.sub(rb"{\1,\1,", body)),
    "http/content-type": _other_charset,
    "http/content-type-present": _unlabelled_refusal,
    "http/no-server-error": _crash_on_big_numbers,
}
"""Rule → what breaks it on the wire."""
