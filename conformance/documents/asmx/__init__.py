"""ASMX help page → facts: the operation, its messages and headers, both SOAP versions, HTTP GET and POST.

Knows no service, and none of the page's sentences: these come in the language of the server, while the HTTP heads, the
XML and the placeholders do not. The SOAP parts give the operation; the HTTP parts are encodings with an address and
messages of their own, or the operation itself where a page has nothing else. Must never import another reader or the
readings.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from conformance.documents.asmx.errata import cut_off, silent
from conformance.documents.asmx.fields import ENVELOPES, message_shape
from conformance.documents.asmx.forms import FORM, form_part
from conformance.documents.asmx.heads import heads, prints_requests
from conformance.documents.asmx.soap import Part, soap_part
from conformance.documents.asmx.tree import Source
from conformance.documents.draft import Draft
from conformance.documents.ledger import Notes
from conformance.model import Encoding, Operation

if TYPE_CHECKING:
    from conformance.documents.page import Page

KIND = "asmx-help-page"
GENERATED = "text of the page generator"


def recognises(page: Page) -> bool:
    """A request is printed with its HTTP head, and it is one of SOAP or of such a service."""
    text = "\n".join(page.lines)
    return prints_requests(text) and (any(uri in text for uri in ENVELOPES) or ".asmx" in text.lower())


def read(page: Page) -> Draft:
    """The facts of an ASMX help page."""
    source, notes = Source(page), Notes()
    parts = _parts(source, notes)
    first = parts[0]
    soap = [part for part in parts if part.encoding.envelope is not None]
    for part in soap[1:]:
        same = part.one_way == first.one_way and all(
            message_shape(one) == message_shape(other)
            for one, other in ((part.request, first.request), (part.response, first.response))
        )
        if not same:
            raise page.error(part.ask.line, "the two SOAP versions do not print the same message")
    names = [part.encoding.name for part in parts]
    for part in parts:
        if names.count(part.encoding.name) > 1:
            raise page.error(
                part.ask.line, f"the page has several requests in {part.encoding.name}; keep one operation"
            )
    operation = Operation(
        name=_name(source, first, soap=bool(soap)),
        method=first.ask.method,
        path=first.ask.path,
        citation=page.cite(first.ask.line),
        request=first.request,
        response=first.response,
        encodings=tuple(_less(part, first) for part in parts),
        one_way=first.one_way,
    )
    for number, line in enumerate(page.lines, start=1):
        if line.strip() == operation.name:
            notes.fact(number, "operation/name")
        elif line.strip():
            notes.reason(number, GENERATED)
    tops = [top for part in parts if part is first or part not in soap for top in part.tops]
    errata = (*cut_off(page, tuple(tops)), *silent(page, operation))
    return Draft(kind=KIND, operation=operation, notes=notes, errata=errata)


def _less(part: Part, first: Part) -> Encoding:
    """The encoding without what is that of the operation."""
    if part is first:
        return replace(part.encoding, method="", path="", request=None, response=None)
    return part.encoding


def _name(source: Source, first: Part, *, soap: bool) -> str:
    """The operation is called as the root of its request, else as its action, else as the end of its address."""
    action = (first.encoding.action or "").rstrip("/")
    name = first.request.root or (action if soap else unquote(first.ask.path)).rpartition("/")[2]
    if not name:
        raise source.page.error(first.ask.line, "neither a root, nor an action, nor the address names the operation")
    return name


def _parts(source: Source, notes: Notes) -> list[Part]:
    """Every request with its answer, those in SOAP first."""
    found: list[Part] = []
    waiting = list(heads(source))
    while waiting:
        ask = waiting.pop(0)
        if not ask.asks:
            raise source.page.error(ask.line, "this answer belongs to no request; one must stand before it")
        reply = waiting.pop(0) if waiting and not waiting[0].asks else None
        form = ask.method == "GET" or ask.media_type == FORM
        found.append((form_part if form else soap_part)(source, notes, ask, reply))
    if not found:
        raise source.page.error(1, "no request followed by its answer is printed here")
    return sorted(found, key=lambda part: part.encoding.envelope is None)
