"""SOAP answers as bytes and headers, and what a defect makes of them. Tables of small edits.

`reformed` breaks an envelope and its text, `misbehave` what any answer carries. A key is the rule, without its
service, and the variant of the defect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from lxml import etree

from conformance.codecs import xml
from conformance.codecs.soap import ENVELOPES
from conformance.model import Contract, Headers, Request, Response
from conformance.reference.defect import Defect
from conformance.reference.soap_fault_forms import FAULTS
from conformance.reference.soap_forms import ACCEPTED, Change, Parts, change_member

MEDIA_TYPES = {"1.1": "text/xml", "1.2": "application/soap+xml"}
REASONS = {
    200: "OK",
    202: "Accepted",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
}
DECLARATION = b"?>\n"
"""The end of an XML declaration, behind which things may stand that must not."""


def empty(status: int, headers: Headers = ()) -> Response:
    """An answer without a body."""
    return Response(status=status, reason=REASONS[status], headers=headers, body=b"")


def enveloped(status: int, version: str, body: bytes) -> Response:
    """An answer with an envelope."""
    headers = (("Content-Type", f"{MEDIA_TYPES[version]}; charset=utf-8"),)
    return Response(status=status, reason=REASONS[status], headers=headers, body=body)


def way(contract: Contract, defect: Defect, version: str) -> tuple[str, str]:
    """The defect as the tables name it: its own rule without the service, and its variant; nothing where it does not
    show in that version. An answer that is in none has no version."""
    if version and f"soap-{version}" not in defect.encodings:
        return "", ""
    return next(iter(defect.rules), "").removeprefix(f"{contract.service}/"), defect.variant


# --- the WSDL ---------------------------------------------------------------------------------------------------------


def described(contract: Contract, defect: Defect, text: str) -> Response:
    """The answer to a request for the WSDL."""
    rule, variant = way(contract, defect, "")
    if rule == "http/wsdl":
        if variant == "missing":
            return empty(404)
        text = WSDLS[variant](contract, text)
    headers = (("Content-Type", "text/xml; charset=utf-8"),)
    return Response(status=200, reason=REASONS[200], headers=headers, body=text.encode())


WSDLS: Mapping[str, Callable[[Contract, str], str]] = {
    "truncated": lambda _, text: text[: len(text) // 2],
    "other-operation": lambda contract, text: text.replace(contract.operation.name, "otraOperacion"),
}
"""What breaks a WSDL."""


# --- envelopes --------------------------------------------------------------------------------------------------------


def accepted(contract: Contract, defect: Defect, version: str, body: bytes) -> bytes:
    """The bytes of an answer to an accepted request, with the defects of its form."""
    rule, variant = way(contract, defect, version)
    change = ACCEPTED.get((rule, variant))
    if rule.startswith("response/") and rule != "response/valid":
        path, _, facet = rule.removeprefix("response/").rpartition("/")
        return _changed(contract, version, body, lambda parts: change_member(parts, path, facet, variant))
    if change is not None:
        return _changed(contract, version, body, change)
    text = TEXTS.get((rule, variant))
    return text(body, version) if text is not None else body


def fault(contract: Contract, defect: Defect, version: str, root: etree._Element) -> bytes:
    """The bytes of a fault, with the defects of its form."""
    change = FAULTS.get(way(contract, defect, version))
    if change is not None:
        change(Parts(root, version, contract))
    body = xml.written(root)
    text = TEXTS_OF_FAULTS.get(way(contract, defect, version))
    return text(body, version) if text is not None else body


def _changed(contract: Contract, version: str, body: bytes, change: Change) -> bytes:
    root = etree.fromstring(body)
    change(Parts(root, version, contract))
    return xml.written(root)


def _inserted(text: bytes) -> Callable[[bytes, str], bytes]:
    return lambda body, _: body.replace(DECLARATION, DECLARATION + text, 1)


def _other_version(body: bytes, version: str) -> bytes:
    other = ENVELOPES["1.2" if version == "1.1" else "1.1"]
    return body.replace(ENVELOPES[version].encode(), other.encode())


def _lettered(body: bytes, _version: str = "") -> bytes:
    """The body with a letter beyond ASCII in it, where it has none: in a comment."""
    return body + "<!-- ó -->".encode() if body.isascii() else body


def _latin(body: bytes, _version: str) -> bytes:
    return _lettered(body).decode("utf-8").encode("latin-1", "replace")


TEXTS: Mapping[tuple[str, str], Callable[[bytes, str], bytes]] = {
    ("envelope/well-formed", "dropped"): lambda body, _: body[:-1],
    ("envelope/charset", "dropped"): _latin,
    ("envelope/utf", "dropped"): lambda body, version: _latin(body.replace(b"utf-8", b"iso-8859-1", 1), version),
    ("envelope/document-type", "dropped"): _inserted(b"<!DOCTYPE Envelope>"),
    ("envelope/processing-instruction", "dropped"): _inserted(b"<?pagina estilo?>"),
    ("http/content-type", "dropped"): _lettered,
    ("envelope/version", "dropped"): _other_version,
    ("envelope/version", "whole"): _other_version,
    ("envelope/version", "unknown"): lambda body, version: body.replace(
        ENVELOPES[version].encode(), b"urn:example:soap"
    ),
}
"""What breaks the text of an answer to an accepted request."""
TEXTS_OF_FAULTS: Mapping[tuple[str, str], Callable[[bytes, str], bytes]] = {
    ("envelope/document-type", "fault"): _inserted(b"<!DOCTYPE Envelope>"),
    ("envelope/processing-instruction", "fault"): _inserted(b"<?pagina estilo?>"),
}
"""The same of a fault."""


# --- headers and status -----------------------------------------------------------------------------------------------


def misbehave(contract: Contract, defect: Defect, version: str, request: Request, response: Response) -> Response:
    """The answer as the defect sends it. `version` is that of the request, empty where it has none."""
    edit = EDITS.get(way(contract, defect, version))
    return edit(request, response) if edit is not None and request.method != "GET" else response


def _labelled(content_type: str | None) -> Callable[[Request, Response], Response]:
    """An edit of the Content-Type of answers with a body; None for none."""

    def edit(_request: Request, response: Response) -> Response:
        if not response.body:
            return response
        kept = tuple(pair for pair in response.headers if pair[0].lower() != "content-type")
        told = (("Content-Type", content_type),) if content_type is not None else ()
        return replace(response, headers=(*kept, *told))

    return edit


def _status(known: int, other: int) -> Callable[[Request, Response], Response]:
    """An edit of one status, where the answer has a body."""

    def edit(_request: Request, response: Response) -> Response:
        if response.status != known or not response.body:
            return response
        return replace(response, status=other, reason=REASONS[other])

    return edit


def _crash_on_nil(request: Request, response: Response) -> Response:
    return empty(500) if b':nil="' in request.body else response


def _fault_with_success(_request: Request, response: Response) -> Response:
    return replace(response, status=200, reason=REASONS[200]) if response.status >= 400 and response.body else response


def _for_clients(request: Request, response: Response) -> Response:
    """Another answer to what zeep makes of a WSDL: the last element is called otherwise."""
    if b"<soap-env:Envelope" not in request.body or response.status != 200:
        return response
    root = etree.fromstring(response.body)
    last = list(root.iter(tag=etree.Element))[-1]
    last.tag = f"{last.tag}Otro"
    return replace(response, body=xml.written(root))


def _other_label(_request: Request, response: Response) -> Response:
    """The label of the other version, as the envelope has it."""
    if response.status != 200:
        return response
    own = (response.header("Content-Type") or "").partition(";")[0]
    other = next(name for name in MEDIA_TYPES.values() if name != own)
    return replace(response, headers=tuple((name, value.replace(own, other)) for name, value in response.headers))


def _latin_label(_request: Request, response: Response) -> Response:
    headers = tuple((name, value.replace("utf-8", "iso-8859-1")) for name, value in response.headers)
    return replace(response, headers=headers)


EDITS: Mapping[tuple[str, str], Callable[[Request, Response], Response]] = {
    ("envelope/utf", "dropped"): lambda request, response: (
        _latin_label(request, response) if response.status == 200 else response
    ),
    ("envelope/version", "whole"): _other_label,
    ("envelope/fault-status", "dropped"): _fault_with_success,
    ("envelope/fault-status", "bad-request"): _status(500, 400),
    ("envelope/fault-status-sender", "dropped"): _status(400, 500),
    ("http/media-type", "dropped"): _labelled("application/xml; charset=utf-8"),
    ("http/content-type", "dropped"): _latin_label,
    ("http/content-type-present", "dropped"): _labelled(None),
    ("http/success-status", "dropped"): _status(200, 202),
    ("http/no-server-error", "dropped"): _crash_on_nil,
    ("http/stock-client", "dropped"): _for_clients,
    ("http/version", "dropped"): lambda _, response: replace(response, http_version="HTTP/1.0"),
}
"""What breaks the status and the headers of an answer."""
