"""What cases are made for: one service in one encoding at one address, with the values that its tenant needs."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from conformance import __version__
from conformance.codecs import CODECS
from conformance.model import Contract, Encoding, Field, Headers, Request, Tree

USER_AGENT = f"billing-conformance/{__version__}"

DEFAULTS: dict[str, Tree] = {
    "string": "Conformance",
    "boolean": True,
    "integer": 1,
    "decimal": 1,
    "guid": "6f1d2c3b-8a47-4e59-9b10-2d3e4f5a6b7c",
    "list": [],
    "object": {},
}
"""Values for members that neither the target nor the contract names one for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`values` are the target's, laid over the contract's; `explicit` names those that the target gave, `private` those
    that hold a secret: nothing is made from them that masking would not know."""

    contract: Contract
    encoding: Encoding
    url: str
    headers: Headers = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    explicit: frozenset[str] = frozenset()
    private: frozenset[str] = frozenset()
    recipients: tuple[str, ...] = ()
    seed: int = 0

    @property
    def service(self) -> str:
        return self.contract.service

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.contract.operation.request.fields

    def value(self, member: Field) -> Tree:
        """The value that positives use for the member."""
        if member.name in self.values:
            return deepcopy(self.values[member.name])
        if member.name in self.contract.baseline:
            return deepcopy(self.contract.baseline[member.name])
        return _default(member)

    def baseline(self) -> dict[str, Tree]:
        """The request that everything is compared with: every member, but for optional ones nobody vouched for that
        are constrained or name something at the tenant.

        A reference that the tenant does not know is refused for a reason of business, and would take every verdict
        with it; so would a constraint drawn too tight.
        """
        return {member.name: self.value(member) for member in self.fields if self.in_baseline(member)}

    def in_baseline(self, member: Field) -> bool:
        """Does the baseline carry the member?"""
        return member.required or member.name in self.explicit or not (refers(member) or member.constraints)

    def request(
        self,
        body: bytes,
        *,
        media_type: str | None = "",
        accept: str | None = "",
        method: str | None = None,
    ) -> Request:
        """The request with this body. `media_type` and `accept`: empty for the encoding's own, None for no header."""
        own: list[tuple[str, str]] = [("User-Agent", USER_AGENT)]
        if accept is not None:
            own.append(("Accept", accept or self.encoding.media_types[0]))
        if media_type is not None:
            own.append(("Content-Type", media_type or self.encoding.media_types[0]))
        names = {"user-agent", "accept", "content-type"}
        given = tuple((name, value) for name, value in self.headers if name.lower() not in names)
        return Request(method=method or self.contract.operation.method, url=self.url, headers=(*own, *given), body=body)

    def encode(self, tree: Tree) -> bytes:
        """The message as bytes of the encoding."""
        return CODECS[self.encoding.name].encode(tree)


def refers(member: Field) -> bool:
    """Does the member, or anything inside it, name something that must exist at the tenant?"""
    inner = member.fields + (member.item.fields if member.item is not None else ())
    return "reference" in member.marks or any(refers(child) for child in inner)


def _default(member: Field) -> Tree:
    bounds = member.constraint("range")
    if bounds is not None and bounds.minimum is not None:
        return int(bounds.minimum)
    text = DEFAULTS.get(member.type, "Conformance")
    length = member.constraint("max-length")
    if isinstance(text, str) and length is not None and length.max_length is not None:
        return text[: length.max_length]
    return deepcopy(text)
