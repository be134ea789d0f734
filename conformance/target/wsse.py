"""WS-Security UsernameToken: a header block with places in it, and what is put there when a request is sent.

A plan, a journal and a report hold the places only. Password and nonce are made at the last moment, so that a token is
never older than its request. OASIS WSS UsernameToken Profile 1.1. Pure; must never import the wire.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from secrets import token_bytes
from xml.sax.saxutils import escape

from conformance.model import Contract
from conformance.target.file.soap_checks import IDENTITY
from conformance.target.settings import Auth

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
WSSE = f"{_OASIS}-wssecurity-secext-1.0.xsd"
WSU = f"{_OASIS}-wssecurity-utility-1.0.xsd"
TOKEN = f"{_OASIS}-username-token-profile-1.0"
BASE64 = f"{_OASIS}-soap-message-security-1.0#Base64Binary"
PASSWORD, NONCE, CREATED = "WSSE-PASSWORD", "WSSE-NONCE", "WSSE-CREATED"
_PLACE = re.compile(rb"\$\{(WSSE-PASSWORD|WSSE-NONCE|WSSE-CREATED):([^{}]+)\}")
"""A place, and the service whose token it is in: what is secret of one never goes to another."""


def place(name: str, service: str) -> str:
    """The text that stands for what is put in when a request is sent."""
    return f"${{{name}:{service}}}"


def block(service: str, who: Auth | None) -> str:
    """The header block with places for what is secret; empty for any other way to say who asks."""
    if who is None or who.kind != "wsse":
        return ""
    kind = "PasswordDigest" if who.digest else "PasswordText"
    fresh = (
        f'<wsse:Nonce EncodingType="{BASE64}">{place(NONCE, service)}</wsse:Nonce>'
        f"<wsu:Created>{place(CREATED, service)}</wsu:Created>"
        if who.digest
        else ""
    )
    return (
        f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(who.username)}</wsse:Username>"
        f'<wsse:Password Type="{TOKEN}#{kind}">{place(PASSWORD, service)}</wsse:Password>{fresh}'
        "</wsse:UsernameToken></wsse:Security>"
    )


def filled(body: bytes, auths: Mapping[str, Auth | None], issue: Callable[..., None]) -> bytes:
    """The body with the places of its token filled for now. `auths` says by service who asks; `issue` is told digest
    and nonce, since with both a weak password can be guessed from what a server sends back. The time is no secret."""
    found = _PLACE.search(body)
    who = auths.get(found[2].decode("ascii", "replace")) if found is not None else None
    if found is None or who is None or who.kind != "wsse":
        return body
    nonce, created = token_bytes(16), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    password = who.password
    if who.digest:
        # §3.1 of the profile prescribes SHA-1; it guards against reading, not against collisions.
        digest = hashlib.sha1(nonce + created.encode() + who.password.encode(), usedforsecurity=False).digest()
        password = base64.b64encode(digest).decode()
    texts = {PASSWORD: escape(password), NONCE: base64.b64encode(nonce).decode(), CREATED: created}
    if who.digest:
        issue(texts[PASSWORD], texts[NONCE])
    service = found[2]
    return _PLACE.sub(lambda one: texts[one[1].decode()].encode() if one[2] == service else one[0], body)


def identity(contract: Contract, who: Auth | None) -> dict[str, str]:
    """User and password as members of the message, where the binding found such."""
    if who is None or who.kind != "fields":
        return {}
    given = dict(zip(IDENTITY, (who.username, who.password), strict=True))
    return {member.name: given[member.name] for member in contract.operation.request.fields if member.name in given}
