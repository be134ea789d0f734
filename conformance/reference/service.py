"""The embedded reference: the documented behaviour as a pure function of request, state and defect.

`answer(contract, request, state, defect) -> (response, state)`. It refuses with 400 and the documented envelope, saves
the last policy, and answers with what it saved. A defect says which rules it forgets; without one it keeps them all.
A contract of SOAP is for `soap`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from functools import cached_property, partial

from werkzeug.http import parse_options_header

from conformance.codecs import CODECS, Decoded, Malformed, answered_in
from conformance.judge.walk import request_findings
from conformance.model import Contract, Field, Finding, Request, Response, Tree
from conformance.reference import answers, soap, wire
from conformance.reference.bounds import edited
from conformance.reference.defect import Defect
from conformance.reference.echoes import DATA
from conformance.reference.habits import (
    LETTERS,
    REFUSES,
    REFUSING,
    STATEFUL,
    Slip,
    misspelt,
    overlooks,
    refuses,
    takes,
    values_at,
)
from conformance.reference.negotiation import CHARSETS, HABITS, KNOWN, Asked, best
from conformance.reference.state import NO_DEFECT, Memory, State
from conformance.rules.fields import walk
from conformance.rules.soap import is_soap

__all__ = ["Memory", "State", "answer", "slow"]


class Refusal(Exception):  # noqa: N818 - control flow of the reference, never seen outside
    """The request is not taken; `status`, the texts for messageDetail, and the rules that say so."""

    def __init__(self, status: int, *details: str, rules: tuple[str, ...] = ()) -> None:
        super().__init__(*details)
        self.status = status
        self.details = details
        self.rules = rules


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
        return soap.answer(contract, request, state, flaw, memory or Memory())
    if flaw.only and _Service(contract, NO_DEFECT, Memory()).encoding_of(request)[0] not in flaw.only:
        flaw = NO_DEFECT
    service = _Service(contract, flaw, memory or Memory(), state)
    response, after = service.answer(request)
    return wire.misbehave(contract.service, flaw, request, response), after


def slow(contract: Contract, defect: Defect | None, request: Request) -> bool:
    """Does the reference, with that defect, take longer over the request than anybody waits?"""
    return defect is not None and wire.slow(contract.service, defect, request)


KEEPING = STATEFUL | DATA.keys()
"""Variants for which more is kept than what was saved."""


class _Service:
    def __init__(self, contract: Contract, defect: Defect, memory: Memory, state: State | None = None) -> None:
        self.memory = memory
        self.state = state or State()
        self.contract = contract
        self.defect = defect

    def breaks(self, rule: str) -> bool:
        return self.defect.breaks(f"{self.contract.service}/{rule}")

    def answer(self, request: Request) -> tuple[Response, State]:
        state = self.state
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
            read = self.read(request, encoding)
            if read is not None:
                self.check(read, (encoding, request.body))
        except Refusal as refusal:
            if refusal.status == 415:
                return Response(status=415, reason="UNSUPPORTED MEDIA TYPE", headers=(), body=b""), state
            if self.defect.goes_by(STATEFUL):
                state = replace(state, refused=True, caught=state.caught.union(refusal.rules))
            return self.said(("refused", refusal.details, wanted), partial(self.refused, refusal, wanted)), state
        message = read or {}
        after = replace(
            state, saved={**state.saved, **{name: kept for name, kept in message.items() if kept is not None}}
        )
        if self.defect.goes_by(KEEPING):
            after = replace(after, refused=False, latest=message, first=state.first or message)
        return self.said((encoding, request.body, wanted), partial(self.accepted, message, wanted)), after

    def said(self, key: Hashable, make: Callable[[], Response]) -> Response:
        """The answer; one that no broken rule may change is made once."""
        if self.defect.broken:
            return make()
        known = self.memory.said.get(key)
        if known is None:
            known = self.memory.said[key] = make()
        return known

    def refused(self, refusal: Refusal, wanted: str) -> Response:
        tree = answers.refused(self.contract, refusal.details)
        if self.breaks(f"response/{self.member}/refusal") and self.defect.variant == "dropped":
            tree[self.member] = True
        return self.write(refusal.status, "BAD REQUEST", tree, wanted, oddly=False)

    def accepted(self, message: dict[str, Tree], wanted: str) -> Response:
        if self.defect.goes_by(DATA):
            message = dict(DATA[self.defect.variant](message, self.state.latest, self.state.first))
        tree = answers.accepted(self.contract, message)
        flawed = answers.flawed(self.contract, self.defect, tree, self.state.saved, self.written_in(wanted))
        if self.breaks(f"response/{self.member}/refusal") and self.defect.variant == "status":
            return self.write(400, "BAD REQUEST", flawed, wanted)
        return self.write(200, "OK", flawed, wanted)

    @property
    def member(self) -> str:
        acceptance = self.contract.operation.acceptance
        return acceptance.member if acceptance is not None else ""

    def encoding_of(self, request: Request) -> tuple[str, bool]:
        """The encoding that the body is read in, and whether its media type is one that is taken."""
        label = request.header("Content-Type") or ""
        name, parameters = parse_options_header(label)
        if not self.breaks("http/media-type-case"):
            name = name.lower()
        fair = parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"}
        if self.breaks("http/charset-parameter"):
            fair = fair and not CHARSETS[self.defect.variant](label, parameters)
        for encoding in self.contract.operation.encodings:
            known = encoding.media_types
            if self.breaks("http/request-media-type"):
                known = KNOWN[self.defect.variant](known)
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
        if self.breaks("envelope/spelling") and misspelt(self.defect.variant, body, encoding):
            raise Refusal(400, "another spelling")
        if not body.strip(b" \r\n&") and self.overlooks("empty-body", body):
            return None
        decoded = self.decoded(encoding, body)
        if isinstance(decoded, Malformed):
            if self.breaks("envelope/malformed") and body.strip():
                return None
            raise Refusal(400, str(decoded))
        if not decoded.utf8:
            raise Refusal(400, "not UTF-8")
        return self.rooted(decoded, encoding, body)

    def overlooks(self, facet: str, body: bytes) -> bool:
        """Does the defect take the body for a message?"""
        return self.breaks(f"envelope/{facet}") and overlooks(facet, self.defect.variant, body)

    def decoded(self, encoding: str, body: bytes) -> Decoded | Malformed:
        """The message in the bytes, or why there is none."""
        known = self.memory.decoded.get((encoding, body))
        if known is None:
            try:
                known = CODECS[encoding].decode(self.contract.operation.request, body, "utf-8")
            except Malformed as reason:
                known = reason
            self.memory.decoded[encoding, body] = known
        return known

    def rooted(self, decoded: Decoded, encoding: str, body: bytes) -> dict[str, Tree] | None:
        """The members, where the root is the right one."""
        tree = decoded.tree
        empty = tree in (None, {}) or (encoding == "xml" and tree == "")
        odd = next((oddity for oddity in decoded.oddities if oddity.kind in {"root", "namespace"}), None)
        if odd is not None or not (isinstance(tree, dict) or empty):
            if self.overlooks("request-root", body):
                return None
            raise Refusal(400, f"{odd.kind}: {odd.expected}" if odd is not None else "not an object")
        if empty and self.overlooks("empty-body", body):
            return None
        if not isinstance(tree, dict):
            raise Refusal(400, "no members")
        return tree

    def findings(self, message: dict[str, Tree], key: tuple[str, bytes]) -> tuple[tuple[str, Finding], ...]:
        """What the contract, bounds of the defect included, holds against the message."""
        known = self.memory.findings.get(key)
        if known is None:
            known = self.memory.findings[key] = tuple(request_findings(self.contract, message))
        edits = self.defect.edits
        if not edits:
            return known
        if edits not in self.memory.edited:
            self.memory.edited[edits] = edited(self.contract, edits)
        names = {name for name, _, _ in edits}
        others = [(rule, finding) for rule, finding in known if finding.path.partition("/")[0] not in names]
        return (*others, *request_findings(self.memory.edited[edits], message))

    def check(self, message: dict[str, Tree], key: tuple[str, bytes]) -> None:
        """Does the message satisfy the contract, but for what the defect forgets?"""
        wide = any(isinstance(value, str) and not value.isascii() for value in message.values())
        if self.breaks("envelope/non-ascii") and LETTERS[self.defect.variant](key[1], wide):
            raise Refusal(400, "letters beyond ASCII")
        found = [(rule, finding) for rule, finding in self.findings(message, key) if not self.takes(rule, message)]
        details = [f"{finding.path}: {finding.expected}" for _, finding in found]
        details = [f"{path}: another value" for path in self.misliked(message)] + details
        if details:
            raise Refusal(400, *details, rules=tuple(rule for rule, _ in found))

    def takes(self, rule: str, message: dict[str, Tree]) -> bool:
        """Does the defect take what the rule excludes?"""
        if not self.defect.breaks(rule):
            return False
        path = rule.removeprefix(f"{self.contract.service}/request/").rpartition("/")[0]
        values = tuple(values_at(message, path.split("/")))
        slip = Slip(rule=rule, member=self.members[path], values=values, state=self.state)
        return takes(self.defect.variant, slip)

    def misliked(self, message: dict[str, Tree]) -> Iterator[str]:
        """Members whose value the defect refuses although it is right."""
        start = f"{self.contract.service}/request/"
        for rule in self.defect.broken_of(REFUSING):
            path, _, facet = rule.removeprefix(start).rpartition("/")
            if not rule.startswith(start) or (facet, self.defect.variant) not in REFUSES:
                continue
            if refuses(facet, self.defect.variant, self.members[path], values_at(message, path.split("/"))):
                yield path

    @cached_property
    def members(self) -> dict[str, Field]:
        return dict(walk(self.contract.operation.request.fields))

    def negotiate(self, request: Request, encoding: str) -> str:
        """The media type of the answer; empty for none (406)."""
        offered = tuple(name for one in self.contract.operation.encodings for name in one.response_media_types)
        own = self.contract.encoding(answered_in(self.contract, encoding)).response_media_types[0]
        asked = Asked(header=request.header("Accept"), offered=offered, own=own)
        for (facet, variant), habit in HABITS.items():
            chosen = habit(asked) if self.breaks(f"http/{facet}") and variant == self.defect.variant else None
            if chosen is not None:
                return chosen
        return best(asked, own)

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
