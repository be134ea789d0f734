"""The embedded reference in SOAP: both versions at one address, told apart by the media type, as a framework does it.

What is no XML is answered 400 and another media type 415, both with an empty body; whatever else is wrong is a fault.
Pure: a request in, a response out. How an answer can be broken is told in `soap_wire` and `soap_travel`.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from werkzeug.http import parse_options_header

from conformance.codecs import CODECS, xml
from conformance.codecs.soap import ENVELOPES, enveloped, with_header
from conformance.emit.wsdl import wsdl_text
from conformance.model import Contract, Request, Response
from conformance.reference import faults, soap_travel, soap_wire
from conformance.reference.answers import sampled, served
from conformance.reference.defect import Defect
from conformance.reference.soap_habits import CHARSETS, STATEFUL
from conformance.reference.soap_reading import Reading, Refused, Taken, breaks
from conformance.reference.state import Memory, State
from conformance.rules.soap import SOAP

IGNORED = (
    '<ref:Ignored xmlns:ref="urn:example:reference" xmlns:env="{0}" env:mustUnderstand="0">unknown blocks</ref:Ignored>'
)
"""Says in an answer that there were header blocks which the service took no notice of."""


def answer(
    contract: Contract, request: Request, state: State, defect: Defect, memory: Memory
) -> tuple[Response, State]:
    """One request answered, and what the service keeps of it. Never raises for what is in the request."""
    service = _Service(served(contract), request, state, defect, memory)
    response = service.answer()
    return soap_travel.misbehave(contract, defect, service.version, request, response), service.state


def nothing(version: str) -> bytes:
    """An envelope with an empty Body, where the document shows no message."""
    return xml.written(enveloped(version)[0])


class _Service:
    """The service while it answers one request."""

    def __init__(self, contract: Contract, request: Request, state: State, defect: Defect, memory: Memory) -> None:
        self.contract = contract
        self.request = request
        self.state = state
        self.defect = defect
        self.memory = memory
        self.version = ""

    def breaks(self, rule: str, variant: str = "") -> bool:
        """Does the reference forget the rule, in that way?"""
        return breaks(self.contract, self.defect, rule, variant)

    def answer(self) -> Response:
        method, own = self.request.method, self.contract.operation.method
        if method == "GET" and urlsplit(self.request.url).query.lower() == "wsdl":
            return self.description()
        if method == "PUT" and self.breaks("http/method"):
            if self.breaks("http/method", "refused"):
                return soap_wire.empty(400)
        elif method != own:
            return soap_wire.empty(405, () if self.breaks("http/allow") else (("Allow", own),))
        self.version = self.asked()
        if not self.version:
            return soap_wire.empty(415)
        reading = Reading(self.contract, self.request, self.state, self.defect, self.memory, self.version)
        try:
            reading.check()
        except Taken:
            pass
        except Refused as refusal:
            told = self.refused(refusal)
            code = self.state.code or refusal.code
            if self.defect.goes_by(STATEFUL):
                self.state = replace(self.state, refused=True, caught=self.state.caught | reading.caught, code=code)
            return told
        if self.defect.goes_by(STATEFUL):
            self.state = replace(self.state, refused=False)
        return self.accepted(noted=reading.noted)

    # --- what is answered ---

    def description(self) -> Response:
        """The WSDL, with the address at which it was asked for."""
        address = self.request.url.partition("?")[0]
        return soap_wire.described(self.contract, self.defect, wsdl_text(self.contract, address))

    def accepted(self, *, noted: bool) -> Response:
        message = self.contract.operation.response
        if self.contract.operation.one_way:
            return soap_wire.empty(202)
        encoding = f"soap-{self.version}"
        key = (encoding, str(noted))
        body = self.memory.answers.get(key)
        if body is None:
            body = CODECS[encoding].encode(message, sampled(self.contract)) if message.root else nothing(self.version)
            if noted:
                body = with_header(body, IGNORED.format(ENVELOPES[self.version]))
            self.memory.answers[key] = body
        body = soap_wire.accepted(self.contract, self.defect, self.version, body)
        return soap_wire.enveloped(200, self.version, body)

    def refused(self, refusal: Refused) -> Response:
        if not refusal.code:
            return soap_wire.empty(400)
        version = "1.1" if self.breaks("envelope/version", "fault") else self.version
        stale = self.breaks("envelope/version-mismatch", "stale")
        code = (self.state.code if stale else "") or refusal.code
        envelope = faults.fault(version, code, refusal.reason)
        if version == "1.2" and code == "VersionMismatch":
            faults.upgrade(envelope, reversed(self.versions()))
        if version == "1.2":
            faults.not_understood(envelope, refusal.blocks)
        body = soap_wire.fault(self.contract, self.defect, version, envelope)
        return soap_wire.enveloped(faults.status(version, code), version, body)

    # --- what is asked ---

    def versions(self) -> list[str]:
        """The versions of SOAP that the service has."""
        names = (one.name for one in self.contract.operation.encodings if one.name in SOAP)
        return [name.removeprefix("soap-") for name in names]

    def asked(self) -> str:
        """The version that the media type names; empty for a media type that is not taken."""
        name, parameters = parse_options_header(self.request.header("Content-Type"))
        if not self.breaks("http/media-type-case"):
            name = name.lower()
        told = self.request.header("Content-Type") or ""
        if self.breaks("http/charset-parameter") and CHARSETS[self.defect.variant](told):
            return ""
        if self.breaks("http/action-parameter") and "action" in parameters:
            return ""
        for encoding in self.contract.operation.encodings:
            # A service that knows one media type fewer: none, where there is one only.
            known = encoding.media_types[:-1] if self.breaks("http/request-media-type") else encoding.media_types
            if name in known and encoding.name in SOAP:
                return encoding.name.removeprefix("soap-")
        return self.guessed() if self.breaks("http/unsupported-media-type") else ""

    def guessed(self) -> str:
        """The version that the envelope looks like: what a service goes by that does not look at the label."""
        found = (version for version in self.versions() if ENVELOPES[version].encode() in self.request.body)
        return next(found, self.versions()[0])
