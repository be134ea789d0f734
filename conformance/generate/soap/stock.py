"""The case that a stock client makes: zeep builds the request from the target's WSDL, as any consumer would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.codecs.soap import with_header
from conformance.generate.subject import Subject
from conformance.model import Case, Expect


def stock_cases(subject: Subject) -> Iterator[Case]:
    """One request, with the headers that the client gives it, where the target's WSDL is at hand."""
    if subject.description is None:
        return
    # zeep takes a while to load; only services bound to a WSDL need it.
    from conformance.wsdl import stock  # noqa: PLC0415

    version = subject.encoding.name.removeprefix("soap-")
    arguments = stock.arguments(subject.contract.operation.request, subject.baseline())
    sent = stock.message(subject.description, version, arguments)
    body = with_header(sent.body, subject.header) if subject.header else sent.body
    request = subject.request(body, media_type=None, action=None)
    yield Case(
        id=f"{subject.service}/{subject.encoding.name}/http/stock-client/call",
        service=subject.service,
        encoding=subject.encoding.name,
        kind="http",
        expect=Expect.ANY,
        rules=(f"{subject.service}/http/stock-client",),
        title="the request that zeep makes from the WSDL",
        request=replace(request, headers=(*request.headers, *sent.headers)),
        answer="stock-client",
    )
