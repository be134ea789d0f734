"""What cases are made for: one service in one encoding at one address, with the values that its tenant needs."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from conformance import __version__
from conformance.codecs import CODECS, answered_in
from conformance.codecs.soap import with_header
from conformance.generate.address_line import address
from conformance.generate.defaults import carried, default, refers
from conformance.model import Contract, Description, Encoding, Field, Headers, Request, Tree
from conformance.rules.applies import NESTED
from conformance.rules.soap import is_soap

__all__ = ["USER_AGENT", "Subject", "refers"]

USER_AGENT = f"billing-conformance/{__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A set of values as a subject has them: which of them the target gave, and which hold a secret."""

    values: Mapping[str, Any]
    explicit: frozenset[str]
    private: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`url` may have parameters between braces. `values` are the target's, laid over the contract's; `explicit` names
    those that the target gave, `private` those that hold a secret: nothing is made from them that masking would not
    know."""

    contract: Contract
    encoding: Encoding
    url: str
    headers: Headers = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    explicit: frozenset[str] = frozenset()
    private: frozenset[str] = frozenset()
    recipients: tuple[str, ...] = ()
    seed: int = 0
    description: Description | None = None
    """The target's own WSDL, where the contract is bound to it."""
    header: str = ""
    """A block for the Header of every envelope, such as credentials that are filled in when it is sent."""
    rows: tuple[Row, ...] = ()
    """Further sets of values, used in turn with `values`."""

    @property
    def service(self) -> str:
        return self.contract.service

    def turns(self) -> tuple[Subject, ...]:
        """A subject for each set of values, in their turn; one where there is one set."""
        own = Row(values=self.values, explicit=self.explicit, private=self.private)
        return tuple(
            replace(self, values=one.values, explicit=one.explicit, private=one.private, rows=())
            for one in (own, *self.rows)
        )

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.contract.operation.request.fields

    @property
    def address(self) -> str:
        """The url with the values of its parameters."""
        return address(self.url, self.contract.operation, {**self.contract.baseline, **self.values})

    def value(self, member: Field) -> Tree:
        """The value that positives use for the member: of the items that a tenant has, the first."""
        found = self._value(member)
        return found[:1] if self.items(member) else found

    def items(self, member: Field) -> list[Tree]:
        """The items that the tenant has for a list whose items name things there; none for any other member."""
        item = member.item
        if not is_soap(self.encoding.name) or member.type != "list" or item is None or not refers(item):
            return []
        found = self._value(member)
        return found if isinstance(found, list) else []

    def _value(self, member: Field) -> Tree:
        if member.name in self.values:
            return deepcopy(self.values[member.name])
        if member.name in self.contract.baseline:
            return deepcopy(self.contract.baseline[member.name])
        return default(member)

    def baseline(self) -> dict[str, Tree]:
        """The request that everything is compared with: every member, but for optional ones nobody vouched for that
        are constrained or name something at the tenant.

        A reference that the tenant does not know is refused for a reason of business, and would take every verdict
        with it; so would a constraint drawn too tight.
        """
        return {member.name: self.value(member) for member in self.fields if self.in_baseline(member)}

    def in_baseline(self, member: Field) -> bool:
        """Does the baseline carry the member?"""
        if is_soap(self.encoding.name):
            # A page shows every member in its sample, and says of none that it may be left out.
            known = member.name in self.explicit or member.name in self.contract.baseline
            return known or not {"target-only", "secret"} & set(member.marks)
        return self.writes(member) and (carried(member) or member.name in self.explicit)

    def writes(self, member: Field) -> bool:
        """Does the encoding state how the member is written? No page shows how a form nests; what is demanded goes in
        all the same."""
        return self.encoding.name != "form" or member.required or member.type not in NESTED

    @property
    def answers(self) -> Encoding:
        """The encoding that answers are asked for in: the request's own, where an answer can have it."""
        return self.contract.encoding(answered_in(self.contract, self.encoding.name))

    @property
    def accept(self) -> str:
        """The media type that Accept names unless a case is about Accept."""
        return (self.answers.response_media_types or self.encoding.media_types)[0]

    def request(
        self,
        body: bytes,
        *,
        media_type: str | None = "",
        accept: str | None = "",
        method: str | None = None,
        action: str | None = "",
    ) -> Request:
        """The request with this body. `media_type` and `accept`: empty for the encoding's own, None for no header.

        `action` is that of SOAP: the value of SOAPAction as it stands in the header, or of the media type's parameter;
        empty for the service's own, None for none.
        """
        if is_soap(self.encoding.name):
            return self._envelope(body, media_type=media_type, accept=accept, method=method, action=action)
        own: list[tuple[str, str]] = [("User-Agent", USER_AGENT)]
        if accept is not None:
            own.append(("Accept", accept or self.accept))
        if media_type is not None:
            own.append(("Content-Type", media_type or self.encoding.media_types[0]))
        names = {"user-agent", "accept", "content-type"}
        given = tuple((name, value) for name, value in self.headers if name.lower() not in names)
        return Request(
            method=method or self.contract.operation.method, url=self.address, headers=(*own, *given), body=body
        )

    def _envelope(
        self, body: bytes, *, media_type: str | None, accept: str | None, method: str | None, action: str | None
    ) -> Request:
        """A SOAP request. No page shows an Accept header, so none is sent unless a case is about it."""
        own: list[tuple[str, str]] = [("User-Agent", USER_AGENT)]
        if accept:
            own.append(("Accept", accept))
        if media_type is not None:
            own.append(("Content-Type", media_type or self._soap_type(action)))
        if self.encoding.name == "soap-1.1" and action is not None:
            own.append(("SOAPAction", action or f'"{self.encoding.action or ""}"'))
        names = {"user-agent", "accept", "content-type", "soapaction"}
        given = tuple((name, value) for name, value in self.headers if name.lower() not in names)
        return Request(
            method=method or self.contract.operation.method, url=self.address, headers=(*own, *given), body=body
        )

    def _soap_type(self, action: str | None) -> str:
        """The media type with its charset: without one text/xml may be read as US-ASCII. The page of a service shows no
        action in SOAP 1.2; who builds on a WSDL sends the one that it names."""
        plain = f"{self.encoding.media_types[0]}; charset=utf-8"
        if self.encoding.name == "soap-1.1" or action is None:
            return plain
        named = action or (self.encoding.action if self.description is not None else None)
        return f'{plain}; action="{named}"' if named else plain

    def encode(self, tree: Tree) -> bytes:
        """The message as bytes of the encoding."""
        body = CODECS[self.encoding.name].encode(self.contract.operation.request, tree)
        return with_header(body, self.header) if self.header else body
