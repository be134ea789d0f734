"""Defects of the bytes and headers of an answer: what goes wrong after the message is right. Tables of small edits.

`reformed` breaks the text around the members of an accepted answer, `misbehave` what any answer carries. A key is the
rule without its service, and the variant of the defect.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from lxml import etree

from conformance.codecs import xml
from conformance.model import Contract, Request, Response
from conformance.reference.defect import Defect
from conformance.rules.fields import walk

BIG = 2**31
DEEP = 100
"""Levels of a request that a reader with a small stack goes down."""
LARGE = 2_500
"""Bytes of a request that take a slow service too long."""
PAGE = b"<!doctype html><html><head><title>Error</title></head><body><h1>Error<br></h1></body></html>"
FIRST_MEMBER = re.compile(rb'^\{("\w+":[^,]+),')


def misbehave(service: str, defect: Defect, request: Request, response: Response) -> Response:
    """The answer as the defect sends it."""
    for rule in EDITED:
        if defect.breaks(f"{service}/{rule}"):
            edit = EDITS.get((rule, defect.variant))
            response = response if edit is None else edit(request, response)
    return response


def slow(service: str, defect: Defect, request: Request) -> bool:
    """Does the service think for longer than anybody waits?"""
    late = LATE.get(defect.variant) if defect.breaks(f"{service}/http/in-time") else None
    return late is not None and late(request)


LATE: Mapping[str, Callable[[Request], bool]] = {
    "dropped": lambda _: True,
    "large": lambda request: len(request.body) > LARGE,
}
"""Variant of a defect of the rule on time → the requests that take too long."""


# --- the text of a message --------------------------------------------------------------------------------------------


def reformed(contract: Contract, defect: Defect, encoding: str, body: bytes) -> bytes:
    """The bytes of an answer with the defects of its form."""
    if encoding == "json":
        for (rule, variant), edit in JSON_EDITS.items():
            if defect.breaks(f"{contract.service}/{rule}") and variant == defect.variant:
                body = edit(body)
        return body
    for (rule, variant), change in XML_EDITS.items():
        if defect.breaks(f"{contract.service}/{rule}") and variant == defect.variant:
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


def _unqualified(root: etree._Element) -> None:
    """In the namespace that DataContractSerializer makes up, the root alone."""
    root.tag = _tag("http://schemas.datacontract.org/2004/07/", etree.QName(root).localname)


def _moved_leaf(root: etree._Element) -> None:
    root[0].tag = _tag("urn:example:other", etree.QName(root[0]).localname)


def _lower_root(root: etree._Element) -> None:
    root.tag = _tag(etree.QName(root).namespace, etree.QName(root).localname.lower())


def _wrapped(root: etree._Element) -> None:
    """The document below another element."""
    copy = etree.fromstring(etree.tostring(root))
    root.tag = "Response"
    root[:] = [copy]


def _as_text(root: etree._Element) -> None:
    """The document as a text in an element, which services of strings answer with."""
    text = etree.tostring(root, encoding="unicode")
    root[:] = []
    root.tag, root.text = "string", text


def _inner(change: Callable[[etree._Element], None]) -> Callable[[etree._Element], None]:
    """The same within the first element that holds others of various names."""

    def changed(root: etree._Element) -> None:
        for child in root:
            if len({inner.tag for inner in child}) > 1:
                change(child)
                return

    return changed


def _by_name(root: etree._Element) -> None:
    root[:] = sorted(root, key=lambda child: str(child.tag))


XML_EDITS: Mapping[tuple[str, str], Callable[[etree._Element], None]] = {
    ("envelope/root", "dropped"): _rename_root,
    ("envelope/root", "lower-case"): _lower_root,
    ("envelope/root", "wrapped"): _wrapped,
    ("envelope/root", "as-text"): _as_text,
    ("envelope/namespace", "dropped"): _move,
    ("envelope/namespace", "root"): _unqualified,
    ("envelope/namespace", "leaf"): _moved_leaf,
    ("envelope/order", "dropped"): _reverse,
    ("envelope/order", "by-name"): _by_name,
    ("envelope/order", "nested"): _inner(_reverse),
    ("envelope/repeated", "dropped"): _repeat,
    ("envelope/repeated", "nested"): _inner(_repeat),
}
"""What breaks a rule in an XML document."""

JSON_EDITS: Mapping[tuple[str, str], Callable[[bytes], bytes]] = {
    ("envelope/root", "dropped"): lambda body: b"[" + body + b"]",
    ("envelope/root", "as-text"): lambda body: json.dumps(body.decode("utf-8", "replace"), ensure_ascii=False).encode(),
}
"""The same in a JSON text."""


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


def _labelled(label: str | None, *statuses: int) -> Callable[[Request, Response], Response]:
    """Another Content-Type, or none, on answers with a body: those of these statuses, or all."""

    def edit(_request: Request, response: Response) -> Response:
        fits = bool(response.body) and (not statuses or response.status in statuses)
        return _headers(response, label) if fits else response

    return edit


def _page(request: Request, response: Response) -> Response:
    """The page of a server in front, under the label of the answer."""
    del request
    return replace(response, body=PAGE) if response.body else response


def _crash(sign: Callable[[Request, Response], bool]) -> Callable[[Request, Response], Response]:
    """An error that nobody caught, where the sign is seen."""

    def edit(request: Request, response: Response) -> Response:
        broken = Response(status=500, reason="INTERNAL SERVER ERROR", headers=(), body=b"")
        return broken if sign(request, response) else response

    return edit


def _depth(body: bytes) -> int:
    """How deep the body may go at most: so many objects begin in it, or elements end."""
    return max(body.count(b'{"'), body.count(b"</"))


def _lettered(body: bytes) -> bytes:
    """The body with a letter beyond ASCII in it, where it has none: in a member or a comment that nobody asked for."""
    if not body.isascii():
        return body
    if body.endswith(b"}"):
        return body[:-1] + ('"nota":"ó"}' if body == b"{}" else ',"nota":"ó"}').encode()
    return body + "<!-- ó -->".encode()


def _latin(body: bytes) -> bytes:
    return _lettered(body).decode("utf-8").encode("latin-1", "replace")


def _wide(body: bytes) -> bytes:
    return body.decode("utf-8", "replace").encode("utf-16-le", "replace")


def _twice_within(body: bytes) -> bytes:
    """The first name of the innermost object that has others behind it, twice."""
    return re.sub(rb'(?<=[:\[]\{)("\w+":[^,{\[]+),', rb"\1,\1,", body, count=1)


EDITS: Mapping[tuple[str, str], Callable[[Request, Response], Response]] = {
    ("envelope/well-formed", "dropped"): _body(json=lambda body: body[:-1] + b",}", xml=lambda body: body[:-1]),
    ("envelope/well-formed", "cut"): _body(json=lambda body: body[:-10], xml=lambda body: body[:-10]),
    ("envelope/well-formed", "trailing"): _body(json=lambda body: body + b"<!-- 12 ms -->"),
    ("envelope/well-formed", "single-quotes"): _body(json=lambda body: body.replace(b'"', b"'")),
    ("envelope/well-formed", "not-a-number"): _body(json=lambda body: body[:-1] + b',"elapsed":NaN}'),
    ("envelope/well-formed", "unescaped"): _body(xml=lambda body: body.replace(b"&amp;", b"&")),
    ("envelope/well-formed", "unannounced-wide"): _body(json=_wide, xml=_wide),
    ("envelope/well-formed", "second-root"): _body(xml=lambda body: body + b"<elapsed>12</elapsed>"),
    ("envelope/utf-8", "dropped"): _body(json=_latin),
    ("envelope/charset", "dropped"): _body(xml=_latin),
    ("envelope/byte-order-mark", "dropped"): _body(json=lambda body: b"\xef\xbb\xbf" + body),
    ("envelope/unique-names", "dropped"): _body(json=lambda body: FIRST_MEMBER.sub(rb"{\1,\1,", body)),
    ("envelope/unique-names", "nested"): _body(json=_twice_within),
    ("http/content-type", "dropped"): _other_charset,
    ("http/content-type", "page-label"): _labelled("text/html; charset=utf-8"),
    ("http/content-type", "page"): _page,
    ("http/content-type", "page-on-refusal"): lambda request, answer: (
        _page(request, answer) if answer.status == 400 else answer
    ),
    ("http/content-type-present", "dropped"): _labelled(None, 400),
    ("http/content-type-present", "never"): _labelled(None),
    ("http/accept-honoured", "plain"): _labelled("text/plain; charset=utf-8"),
    ("http/no-server-error", "dropped"): _crash(lambda _, answer: answer.status == 400),
    ("http/no-server-error", "big-numbers"): _crash(lambda request, _: str(BIG).encode() in request.body),
    ("http/no-server-error", "nested"): _crash(lambda request, _: _depth(request.body) > DEEP),
    ("http/no-server-error", "letters"): _crash(
        lambda request, _: not request.body.isascii() or re.search(rb"%[C-E][0-9A-F]%", request.body) is not None
    ),
    ("http/no-server-error", "unknown"): _crash(lambda request, _: b"NotDocumented" in request.body),
    ("http/no-server-error", "null"): _crash(lambda request, _: b":null" in request.body or b":nil=" in request.body),
    ("http/no-server-error", "nothing"): _crash(lambda request, answer: not request.body and answer.status == 400),
    ("http/no-server-error", "media-type"): _crash(lambda _, answer: answer.status == 415),
}
"""What breaks a rule on the wire."""
EDITED = tuple(dict.fromkeys(rule for rule, _ in EDITS))
