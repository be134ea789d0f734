"""The embedded reference: the documented behaviour as a pure function of request, state and defect.

`answer(contract, request, state, defect) -> (response, state)`. It refuses with 400 and the documented envelope, saves
the last policy, and answers with what it saved. A defect says which rules it forgets; without one it keeps them all.
A contract of SOAP is for `soap`.
"""

from __future__ import annotations

import re

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from conformance.codecs import CODECS, Decoded, Malformed, answered_in
from conformance.judge.walk import request_findings
from conformance.model import Contract, Finding, Request, Response, Tree
from conformance.reference import answers, soap, wire
from conformance.reference.bounds import edited
from conformance.reference.defect import Defect
from conformance.reference.state import NO_DEFECT, Memory, State
from conformance.rules.soap import is_soap

__all__ = ["Memory", "State", "answer"]


class Refusal(Exception):  # noqa: N818 - control flow of the reference, never seen outside
    """The request is not taken; `status` and the texts for messageDetail."""

    def __init__(self, status: int, *details: str) -> None:
        super().__init__(*details)
        self.status = status
        self.details = details


LOWER_ESCAPE = re.compile(rb"%[0-9][a-f]")


def answer(
    contract: Contract,
    request: Request,
    state: State,
    defect: Defect | None = None,
    memory: Memory | None = None,
) -> tuple[Response, State]:
    """One request answered. Never raises for what is in the request. `memory` is of this contract alone."""
    flaw = defect or NO_DEFECT
    if any(is_soap(encoding.name) for encoding in contract.operation.encodings):
        return soap.answer(contract, request, flaw, memory or Memory()), state
    service = _Service(contract, flaw, memory or Memory())
    response, after = service.answer(request, state)
    return wire.misbehave(contract.service, flaw, request, response), after


class _Service:
    def __init__(self, contract: Contract, defect: Defect, memory: Memory) -> None:
        self.memory = memory
        self.documented = contract
        self.contract = edited(contract, defect)
        self.defect = defect

    def breaks(self, rule: str) -> bool:
        return self.defect.breaks(f"{self.contract.service}/{rule}")

    def answer(self, request: Request, state: State) -> tuple[Response, State]:
        if request.method != self.contract.operation.method:
            headers = () if self.breaks("http/allow") else (("Allow", self.contract.operation.method),)
            return Response(status=405, reason="METHOD NOT ALLOWED", headers=headers, body=b""), state
        encoding, declared = self.encoding_of(request)
        wanted = self.negotiate(request, encoding)
        if not wanted:
            return Response(status=406, reason="NOT ACCEPTABLE", headers=(), body=b""), state
        try:
            if not declared:
                raise Refusal(415)
            message = self.read(request, encoding)
            if message is not None:
                self.check(message, (encoding, request.body))
        except Refusal as refusal:
            if refusal.status == 415:
                return Response(status=415, reason="UNSUPPORTED MEDIA TYPE", headers=(), body=b""), state
            tree = answers.refused(self.contract, refusal.details)
            if self.breaks(f"response/{self.member}/refusal"):
                tree[self.member] = True
            return self.write(refusal.status, "BAD REQUEST", tree, wanted, oddly=False), state
        saved = {name: value for name, value in (message or {}).items() if value is not None}
        after = State(saved={**state.saved, **saved})
        tree = answers.accepted(self.contract, message or {})
        tree = answers.flawed(self.contract, self.defect, tree, state.saved, self.written_in(wanted))
        return self.write(200, "OK", tree, wanted), after

    @property
    def member(self) -> str:
        acceptance = self.contract.operation.acceptance
        return acceptance.member if acceptance is not None else ""

    def encoding_of(self, request: Request) -> tuple[str, bool]:
        """The encoding that the body is read in, and whether its media type is one that is taken."""
        name, parameters = parse_options_header(request.header("Content-Type"))
        if not self.breaks("http/media-type-case"):
            name = name.lower()
        charset = parameters.get("charset", "utf-8").lower()
        fair = charset in {"utf-8", "utf8"} and not (parameters and self.breaks("http/charset-parameter"))
        for encoding in self.contract.operation.encodings:
            # A service that knows one media type fewer: none, where there is one only.
            known = encoding.media_types[:-1] if self.breaks("http/request-media-type") else encoding.media_types
            if name in known and encoding.name in CODECS:
                return encoding.name, fair
        return self.sniffed(request), self.breaks("http/unsupported-media-type")

    def sniffed(self, request: Request) -> str:
        """The encoding that the body looks like: what a service does that does not look at its label."""
        first = request.body.lstrip()[:1]
        names = [encoding.name for encoding in self.contract.operation.encodings if encoding.name in CODECS]
        guess = {b"{": "json", b"[": "json", b"<": "xml"}.get(first, "form")
        return guess if guess in names else names[0]

    def read(self, request: Request, encoding: str) -> dict[str, Tree] | None:
        """The message in the body; a refusal where there is none, None where the defect lets that pass."""
        body = request.body
        if self.breaks("envelope/spelling") and misspelt(body, encoding):
            raise Refusal(400, "another spelling")
        if not body.strip(b" \r\n&") and self.breaks("envelope/empty-body"):
            return None
        decoded = self.decoded(encoding, body)
        if isinstance(decoded, Malformed):
            if self.breaks("envelope/malformed") and body.strip():
                return None
            raise Refusal(400, str(decoded))
        if not decoded.utf8:
            raise Refusal(400, "not UTF-8")
        return self.rooted(decoded, encoding)

    def decoded(self, encoding: str, body: bytes) -> Decoded | Malformed:
        """The message in the bytes, or why there is none."""
        known = self.memory.decoded.get((encoding, body))
        if known is None:
            try:
                known = CODECS[encoding].decode(self.documented.operation.request, body, "utf-8")
            except Malformed as reason:
                known = reason
            self.memory.decoded[encoding, body] = known
        return known

    def rooted(self, decoded: Decoded, encoding: str) -> dict[str, Tree] | None:
        """The members, where the root is the right one."""
        tree = decoded.tree
        empty = tree in (None, {}) or (encoding == "xml" and tree == "")
        odd = next((oddity for oddity in decoded.oddities if oddity.kind in {"root", "namespace"}), None)
        if odd is not None or not (isinstance(tree, dict) or empty):
            if self.breaks("envelope/request-root"):
                return None
            raise Refusal(400, f"{odd.kind}: {odd.expected}" if odd is not None else "not an object")
        if empty and self.breaks("envelope/empty-body"):
            return None
        if not isinstance(tree, dict):
            raise Refusal(400, "no members")
        return tree

    def findings(self, message: dict[str, Tree], key: tuple[str, bytes]) -> tuple[tuple[str, Finding], ...]:
        """What the contract, bounds of the defect included, holds against the message."""
        if self.contract is not self.documented:
            return tuple(request_findings(self.contract, message))
        known = self.memory.findings.get(key)
        if known is None:
            known = self.memory.findings[key] = tuple(request_findings(self.contract, message))
        return known

    def check(self, message: dict[str, Tree], key: tuple[str, bytes]) -> None:
        """Does the message satisfy the contract, but for what the defect forgets?"""
        if self.breaks("envelope/non-ascii") and any(
            isinstance(value, str) and not value.isascii() for value in message.values()
        ):
            raise Refusal(400, "not ASCII")
        demanded = [
            member.name
            for member in self.contract.operation.request.fields
            if self.breaks(f"request/{member.name}/optional") and member.name not in message
        ]
        found = [
            f"{finding.path}: {finding.expected}"
            for rule, finding in self.findings(message, key)
            if not self.defect.breaks(rule)
        ]
        if demanded or found:
            raise Refusal(400, *(f"{name}: a value" for name in demanded), *found)

    def negotiate(self, request: Request, encoding: str) -> str:
        """The media type of the answer; empty for none (406)."""
        header = request.header("Accept")
        offered = [name for one in self.contract.operation.encodings for name in one.response_media_types]
        own = self.contract.encoding(answered_in(self.contract, encoding)).response_media_types[0]
        if header is None or not header.strip():
            return "" if self.breaks("http/accept-wildcard") else own
        if self.breaks("http/accept-wildcard") and "*" in header:
            return ""
        if self.breaks("http/accept-documented") and header == offered[-1]:
            return ""
        if self.breaks("http/accept-honoured") and "," not in header:
            return own
        if self.breaks("http/accept-quality"):
            first = header.split(",")[0].split(";")[0].strip()
            return first if first in offered else own
        accept = parse_accept_header(header, MIMEAccept)
        fallback = "application/octet-stream" if self.breaks("http/accept-unknown") else own
        return accept.best_match(offered) or fallback

    def written_in(self, media_type: str) -> str:
        """The encoding of an answer of that media type."""
        every = self.contract.operation.encodings
        return next((one.name for one in every if media_type in one.response_media_types), "json")

    def write(self, status: int, reason: str, tree: Tree, media_type: str, *, oddly: bool = True) -> Response:
        """The answer as bytes of the negotiated media type; `oddly` lets the defects of its form take effect."""
        message = self.contract.operation.response
        encoding = self.written_in(media_type)
        if encoding == "xml":
            tree = answers.without_nulls(tree)
        body = CODECS[encoding].encode(message, tree)
        if oddly:
            body = wire.reformed(self.contract, self.defect, encoding, body)
        headers = (("Content-Type", f"{media_type}; charset=utf-8"),)
        return Response(status=status, reason=reason, headers=headers, body=body)


def misspelt(body: bytes, encoding: str) -> bool:
    """A spelling that a service refuses which reads the usual one only."""
    usual = {"json": b"{", "xml": b"<?xml version='1.0'", "form": b""}[encoding]
    odd = encoding == "form" and LOWER_ESCAPE.search(body) is not None
    return bool(body.strip()) and (odd or not body.startswith(usual))
