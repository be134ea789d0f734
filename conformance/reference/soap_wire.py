"""Defects of a SOAP answer: of the envelope, the fault, the members, the bytes and the headers. Tables of small edits.

Each edit is beside the rule that it breaks; where there are several ways, the variant of the defect says which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace

from lxml import etree

from conformance.codecs import xml
from conformance.codecs.elements import elements, tag
from conformance.codecs.soap import ENVELOPES, PREFIXES, VERSIONS
from conformance.model import Contract, Field, Headers, Request, Response
from conformance.reference.defects import Defect
from conformance.reference.places import holder_of, items, member_at, places
from conformance.rules.fields import walk

OTHER = "urn:example:other"
MEDIA_TYPES = {"1.1": "text/xml", "1.2": "application/soap+xml"}
REASONS = {
    200: "OK",
    202: "Accepted",
    400: "Bad Request",
    405: "Method Not Allowed",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
}

Element = etree._Element
Change = Callable[[Element, str], None]
"""Breaks an envelope in place; the text is its version."""


def empty(status: int, headers: Headers = ()) -> Response:
    """An answer without a body."""
    return Response(status=status, reason=REASONS[status], headers=headers, body=b"")


def enveloped(status: int, version: str, body: bytes) -> Response:
    """An answer with an envelope."""
    headers = (("Content-Type", f"{MEDIA_TYPES[version]}; charset=utf-8"),)
    return Response(status=status, reason=REASONS[status], headers=headers, body=body)


def described(text: str, contract: Contract, defect: Defect) -> Response:
    """The answer to a request for the WSDL."""
    if defect.breaks(f"{contract.service}/http/wsdl"):
        if defect.variant == "missing":
            return Response(status=404, reason="Not Found", headers=(), body=b"")
        text = WSDL_EDITS[defect.variant](text, contract)
    return Response(status=200, reason="OK", headers=(("Content-Type", "text/xml; charset=utf-8"),), body=text.encode())


WSDL_EDITS: Mapping[str, Callable[[str, Contract], str]] = {
    "malformed": lambda text, _: text[: len(text) // 2],
    "other-operation": lambda text, contract: text.replace(contract.operation.name, "otraOperacion"),
}


# --- the envelope of an accepted answer -------------------------------------------------------------------------------


def reformed(contract: Contract, defect: Defect, version: str, body: bytes) -> bytes:
    """The bytes of an answer to an accepted request with the defects of its form."""
    for rule in sorted(defect.broken):
        name = rule.removeprefix(f"{contract.service}/")
        if name.startswith("response/"):
            body = _changed(body, lambda root, name=name: _member(root, contract, defect, name))  # type: ignore[misc]
        elif name in BODY_EDITS and rule == defect.rules[0]:
            body = _changed(body, lambda root, name=name: BODY_EDITS[name][_way(defect, BODY_EDITS[name])](root, version))
        elif name in MESSAGE_EDITS and rule == defect.rules[0]:
            edits = MESSAGE_EDITS[name]
            body = _changed(body, lambda root, edits=edits: edits[_way(defect, edits)](_child(root), contract))
    return body
