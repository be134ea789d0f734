"""What may be sent, and where: asked for the whole plan before the first byte and again before every send.

Nothing goes to a host that is not loopback without `effects = "allow"`, and no message carries a mail address that
somebody could receive, unless the target file admits it. Resolves names, opens no connection; must never import the
wire.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import urlsplit

from conformance.errors import ConformanceError
from conformance.generate.addresses import OPAQUE, addresses, addresses_in, unsafe
from conformance.model import Plan, Request
from conformance.target.patience import NAME_PATIENCE, resolved
from conformance.target.secrets import MASK, Secrets
from conformance.target.settings import Target

NONE = Secrets()
_REMEMBERED = 2**14
"""Requests: more than a plan of any depth has."""
_CHARSET = re.compile(r"(?i)\bcharset\s*=\s*\"?([^\s\";,]+)")


class Refused(ConformanceError):  # noqa: N818 — what happened to the request, not what broke
    """The guard lets the request not pass. One sentence."""


def check_plan(plan: Plan, target: Target) -> None:
    """Every request of the plan may be sent, or Refused names the first case that may not."""
    hosts: set[tuple[str, str | None]] = set()
    seen: set[Request] = set()
    for step in plan.all_steps():
        request = step.case.request
        if request in seen:
            continue
        seen.add(request)
        try:
            _check_mail(request, target)
            parts = urlsplit(request.url)
            if (parts.scheme, parts.hostname) not in hosts:
                _check_host(request, target)
                hosts.add((parts.scheme, parts.hostname))
        except Refused as error:
            raise Refused(f"case {step.case.id}: {error}") from None


def check_send(request: Request, target: Target) -> None:
    """The request may be sent to this target, or Refused says why not."""
    _check_host(request, target)
    _check_mail(request, target)


@lru_cache(maxsize=64)
def loopback_address(address: str) -> bool:
    """The text is an IP address of the loopback interface."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_loopback)


def said_here(host: str) -> bool:
    """The text itself says this machine: an address of the loopback interface, or `localhost`. Nobody is asked."""
    return loopback_address(host) or host.lower().removesuffix(".") == "localhost"


def loopback(host: str, seconds: float = NAME_PATIENCE) -> bool:
    """A loopback address, or a name all of whose addresses are; not where that is not known in time."""
    if loopback_address(host):
        return True
    try:
        found = resolved(host, seconds=seconds)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(loopback_address(str(entry[4][0])) for entry in found)


def place_of(host: str, seconds: float = NAME_PATIENCE) -> str:
    """Where the host is, for people: the addresses that its name has now, and of what kind each is."""
    try:
        found = resolved(host, seconds=seconds)
    except (OSError, UnicodeError):
        return "its name does not resolve here"
    told = dict.fromkeys(str(entry[4][0]) for entry in found)
    return ", ".join(f"{one} ({_kind(one)})" for one in told) or "its name has no address"


def _kind(address: str) -> str:
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback:
        return "this machine"
    if ip.is_link_local:
        return "link-local"
    return "a private network" if ip.is_private else "public"


def _check_host(request: Request, target: Target) -> None:
    host = urlsplit(request.url).hostname
    if not host:
        raise Refused(f"{target.masks().mask(request.url)} names no host; give the target an absolute url")
    if target.effects or loopback(host, target.connect_timeout):
        return
    raise Refused(
        f"{target.masks().mask(host)} is not this machine and the service writes data or sends mail; "
        'nothing is sent there without effects = "allow" in the target file'
    )


def _check_mail(request: Request, target: Target) -> None:
    # The embedded reference keeps to itself whatever it is sent.
    if target.reference:
        return
    owned = _owned(request, _given(target), target.recipients)
    if OPAQUE in owned:
        raise Refused(
            "the message has a document type with declarations or a character encoding that is not read here, so an "
            "address in it could go unseen; leave that out"
        )
    if owned:
        raise Refused(
            f"the message holds {_shown(request, target)}, an address that somebody could receive mail at; "
            "use a domain that nobody can own, such as example.com, or name the address in recipients"
        )


@lru_cache(maxsize=_REMEMBERED)
def _owned(request: Request, given: frozenset[tuple[str, str]], recipients: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses that somebody could receive. Asked for the plan and before each send, and the same each time."""
    return unsafe(_addresses(request, given), recipients)


def _addresses(request: Request, given: frozenset[tuple[str, str]], secrets: Secrets = NONE) -> list[str]:
    found = [*addresses(secrets.mask(request.url))]
    charset = ""
    for name, value in request.headers:
        if (name, value) in given:
            continue
        found += addresses(secrets.mask(f"{name}: {value}"))
    for name, value in request.headers:
        named = _CHARSET.search(value) if name.lower() == "content-type" else None
        charset = named[1] if named else charset
    return [*found, *addresses_in(secrets.mask_bytes(request.body), charset)]


def _shown(request: Request, target: Target) -> str:
    """The address to tell of. It is looked for in what masking leaves: a part of a secret is no longer masked."""
    masks = target.masks()
    found = unsafe(_addresses(request, _given(target), masks), target.recipients)
    return masks.mask(repr(found[0])) if found else MASK


def _given(target: Target) -> frozenset[tuple[str, str]]:
    """The headers that the target file gives: an account name there is no recipient."""
    return frozenset(pair for service in target.services.values() for pair in service.headers)
