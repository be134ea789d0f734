"""What a reader of a target file's report must know of the file itself: what it sends in the clear, what is not masked.

Pure; must never import the wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from conformance.target.credential import PLACEHOLDER
from conformance.target.guard import loopback_address
from conformance.target.secrets import Secrets, why_open
from conformance.target.settings import ServiceTarget


def in_the_clear(kept: ServiceTarget) -> Iterator[str]:
    """A notice where credentials leave this machine without TLS."""
    token = any(PLACEHOLDER in value for _, value in kept.headers)
    if not (kept.auth or token or Secrets.for_headers(kept.headers)):
        return
    for key, address in (("url", kept.url), ("wsdl", kept.wsdl)):
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme == "http" and host != "localhost" and not loopback_address(host):
            yield f"{kept.service} sends its credentials unencrypted: its {key} is http, not https."


def unmasked(named: Mapping[str, str]) -> Iterator[str]:
    """A notice for each value that would be secret and is not masked, by the name of where it stands."""
    for name, value in named.items():
        if reason := why_open(value):
            yield f"The value of {name} {reason} and is not masked."
