"""SOAP answers as bytes, and what a defect makes of them. Tables of small edits.

`accepted` and `fault` break an envelope and its text, `described` the WSDL. A key is the rule, without its service,
and the variant of the defect. How an answer travels is the business of `soap_travel`.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping

from lxml import etree

from conformance.codecs import xml
from conformance.codecs.soap import ENVELOPES
from conformance.model import Contract, Headers, Response
from conformance.reference.defect import Defect
from conformance.reference.soap_fault_forms import FAULTS
from conformance.reference.soap_forms import ACCEPTED, Change, Parts
from conformance.reference.soap_member_forms import change_member
from conformance.rules.fields import walk

MEDIA_TYPES = {"1.1": "text/xml", "1.2": "application/soap+xml"}
REASONS = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    500: "Internal Server Error",
}
PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Error</title></head><body><p>Se ha producido un error.<br></p></body></html>"
)
"""What a web server says of its own accord."""
DECLARATION = b"?>\n"
"""The end of an XML declaration, behind which things may stand that must not."""


def empty(status: int, headers: Headers = ()) -> Response:
    """An answer without a body."""
    return Response(status=status, reason=REASONS[status], headers=headers, body=b"")


def enveloped(status: int, version: str, body: bytes) -> Response:
    """An answer with an envelope."""
    headers = (("Content-Type", f"{MEDIA_TYPES[version]}; charset=utf-8"),)
    return Response(status=status, reason=REASONS[status], headers=headers, body=body)


def way(contract: Contract, defect: Defect, version: str, rules: Iterable[str]) -> tuple[str, str]:
    """The defect as the tables name it: which of their rules it breaks, without the service, and its variant; nothing
    where it breaks none, or does not show in that version. An answer that is in none has no version."""
    rule = next((one for one in rules if defect.breaks(f"{contract.service}/{one}")), "")
    if not rule or (version and f"soap-{version}" not in defect.encodings):
        return "", ""
    return rule, defect.variant


def rules_in(*tables: Mapping[tuple[str, str], object]) -> tuple[str, ...]:
    """The rules that the tables are about."""
    return tuple(dict.fromkeys(rule for table in tables for rule, _ in table))


# --- the WSDL ---------------------------------------------------------------------------------------------------------


def described(contract: Contract, defect: Defect, text: str) -> Response:
    """The answer to a request for the WSDL."""
    rule, variant = way(contract, defect, "", ("http/wsdl",))
    if rule:
        if variant == "missing":
            return empty(404)
        text = WSDLS[variant](contract, text)
    headers = (("Content-Type", "text/xml; charset=utf-8"),)
    return Response(status=200, reason=REASONS[200], headers=headers, body=text.encode())


WSDLS: Mapping[str, Callable[[Contract, str], str]] = {
    "page": lambda _contract, _text: PAGE.decode(),
    "truncated": lambda _, text: text[: len(text) // 2],
    "other-operation": lambda contract, text: text.replace(contract.operation.name, "otraOperacion"),
}
"""What breaks a WSDL."""


# --- envelopes --------------------------------------------------------------------------------------------------------


def accepted(contract: Contract, defect: Defect, version: str, body: bytes) -> bytes:
    """The bytes of an answer to an accepted request, with the defects of its form."""
    rule, variant = way(contract, defect, version, _about_messages(contract))
    change = ACCEPTED.get((rule, variant))
    if rule.startswith("response/") and rule != "response/valid":
        path, _, facet = rule.removeprefix("response/").rpartition("/")
        return _changed(contract, version, body, lambda parts: change_member(parts, path, facet, variant))
    if change is not None:
        return _changed(contract, version, body, change)
    text = TEXTS.get((rule, variant))
    return text(body, version) if text is not None else body


def _about_messages(contract: Contract) -> Iterator[str]:
    """The rules that an answer to an accepted request may break in its form."""
    yield from rules_in(ACCEPTED, TEXTS)
    for path, _ in walk(contract.operation.response.fields):
        yield from (f"response/{path}/{facet}" for facet in ("name", "type", "item"))


def fault(contract: Contract, defect: Defect, version: str, root: etree._Element) -> bytes:
    """The bytes of a fault, with the defects of its form."""
    found = way(contract, defect, version, rules_in(FAULTS, TEXTS_OF_FAULTS))
    change = FAULTS.get(found)
    if change is not None:
        change(Parts(root, version, contract))
    body = xml.written(root)
    text = TEXTS_OF_FAULTS.get(found)
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


def _within(text: bytes) -> Callable[[bytes, str], bytes]:
    """Something behind the first text of the document, or in an element that is empty."""
    return lambda body, _: body.replace(b"</", text + b"</", 1)


def _twice(body: bytes, _version: str) -> bytes:
    return body + body.partition(DECLARATION)[2]


def _bare(body: bytes, _version: str) -> bytes:
    """The message without an envelope."""
    return xml.written(etree.fromstring(body)[-1][0])


def _declared(name: str) -> Callable[[bytes, str], bytes]:
    """Another encoding in the XML declaration, and in the label where `soap_travel` has it so."""
    return lambda body, _: body.replace(b"utf-8", name.encode(), 1)


def _in_windows(body: bytes, _version: str) -> bytes:
    text = _lettered(body).decode("utf-8").replace("utf-8", "windows-1252", 1)
    return text.encode("cp1252", "replace")


def _lettered(body: bytes, _version: str = "") -> bytes:
    """The body with a letter beyond ASCII in it, where it has none: in a comment."""
    return body + "<!-- ó -->".encode() if body.isascii() else body


def _latin(body: bytes, _version: str) -> bytes:
    return _lettered(body).decode("utf-8").encode("latin-1", "replace")


TEXTS: Mapping[tuple[str, str], Callable[[bytes, str], bytes]] = {
    ("envelope/well-formed", "dropped"): lambda body, _: body[:-1],
    ("envelope/well-formed", "blank-line"): lambda body, _: b"\n" + body,
    ("envelope/well-formed", "ampersand"): _within(b" & "),
    ("envelope/well-formed", "entity"): _within(b"&nbsp;"),
    ("envelope/well-formed", "control"): _within(b"\x0b"),
    ("envelope/well-formed", "twice"): _twice,
    ("envelope/well-formed", "utf-16"): lambda body, _: body.decode().encode("utf-16-le"),
    ("envelope/well-formed", "page"): lambda _body, _version: PAGE,
    ("envelope/charset", "dropped"): _latin,
    ("envelope/charset", "byte-order-mark"): lambda body, version: codecs.BOM_UTF8 + _latin(body, version),
    ("envelope/charset", "declaration"): lambda body, version: _declared("utf-16")(_lettered(body), version),
    ("envelope/utf", "dropped"): lambda body, version: _latin(body.replace(b"utf-8", b"iso-8859-1", 1), version),
    ("envelope/utf", "windows"): _in_windows,
    ("envelope/document-type", "dropped"): _inserted(b"<!DOCTYPE Envelope>"),
    ("envelope/processing-instruction", "dropped"): _inserted(b"<?pagina estilo?>"),
    ("http/content-type", "dropped"): _lettered,
    ("envelope/version", "dropped"): _other_version,
    ("envelope/version", "whole"): _other_version,
    ("envelope/version", "bare"): _bare,
    ("envelope/version", "unknown"): lambda body, version: body.replace(
        ENVELOPES[version].encode(), b"urn:example:soap"
    ),
}
"""What breaks the text of an answer to an accepted request."""
TEXTS_OF_FAULTS: Mapping[tuple[str, str], Callable[[bytes, str], bytes]] = {
    ("envelope/well-formed", "trace"): _within(b" en List<T>.Add()"),
    ("envelope/charset", "fault"): _latin,
    ("envelope/document-type", "fault"): _inserted(b"<!DOCTYPE Envelope>"),
    ("envelope/processing-instruction", "fault"): _inserted(b"<?pagina estilo?>"),
}
"""The same of a fault."""
