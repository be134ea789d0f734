"""What a run knows of its target: the values that a target file, or the embedded reference, comes down to.

Frozen values only; reading the file is `file`'s work. Must never import the wire or the exchanger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from conformance.model import Headers, Refusal
from conformance.target.credential import Credential
from conformance.target.secrets import Secrets

CONNECT_TIMEOUT = 5.0
EXCHANGE_TIMEOUT = 30.0

Enforcement = Literal["must", "advisory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """How a SOAP service is told who asks: `basic`, `wsse` (a UsernameToken, its password as it is or as a digest) or
    `fields` (user and password are members of the message)."""

    kind: Literal["basic", "wsse", "fields"]
    username: str = ""
    password: str = field(default="", repr=False)
    digest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTarget:
    """One service at a target. `values` are complete; `explicit` names those that the target file gave, `defaulted`
    the references (things that must exist at the tenant) that it did not.

    `wsdl` is where a service whose document has no names describes itself, an address or a file, and `wsdl_hosts` are
    other hosts that it may import from; `binding` and `tipos` say what its names are where they do not speak for
    themselves. `profiles` are those that the target claims, `rows` further sets of values, used in turn with the first.
    """

    service: str
    url: str
    encodings: tuple[str, ...]
    headers: Headers = field(default=(), repr=False)
    enforcement: Enforcement = "must"
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    explicit: frozenset[str] = frozenset()
    defaulted: tuple[str, ...] = ()
    profiles: frozenset[str] = frozenset()
    refusal: Refusal | None = None
    auth: Auth | None = None
    wsdl: str = ""
    wsdl_hosts: frozenset[str] = frozenset()
    binding: Mapping[str, str] = field(default_factory=dict)
    tipos: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a run sends to, and within which bounds. Times are in seconds."""

    name: str
    environment: str
    services: Mapping[str, ServiceTarget]
    effects: bool = False
    recipients: tuple[str, ...] = ()
    budget_requests: int | None = None
    per_second: float | None = None
    connect_timeout: float = CONNECT_TIMEOUT
    exchange_timeout: float = EXCHANGE_TIMEOUT
    ca: str | None = None
    client_cert: str | tuple[str, str] | None = None
    verify: bool = True
    proxy: str | None = field(default=None, repr=False)
    credential: Credential | None = None
    secrets: Secrets = field(default_factory=Secrets)
    notices: tuple[str, ...] = ()
    reference: bool = False

    def masks(self) -> Secrets:
        """All that must not be written down by now: the file's secrets and the tokens fetched so far."""
        return self.secrets if self.credential is None else _joined(self.secrets, self.credential.tokens())


@lru_cache(maxsize=8)
def _joined(secrets: Secrets, tokens: tuple[str, ...]) -> Secrets:
    return secrets.add(*tokens)
