"""WS-Security UsernameToken: a header block with places in it, and what is put there when a request is sent.

A plan, a journal and a report hold the places only. Password and nonce are made at the last moment, so that a token is
never older than its request. OASIS WSS UsernameToken Profile 1.1. Pure; must never import the wire.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from secrets import token_bytes
from xml.sax.saxutils import escape

from conformance.model import Contract
from conformance.target.settings import Auth
from conformance.target.soap_checks import IDENTITY

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
WSSE = f"{_OASIS}-wssecurity-secext-1.0.xsd"
WSU = f"{_OASIS}-wssecurity-utility-1.0.xsd"
TOKEN = f"{_OASIS}-username-token-profile-1.0"
BASE64 = f"{_OASIS}-soap-message-security-1.0#Base64Binary"
PASSWORD, NONCE, CREATED = "${WSSE-PASSWORD}", "${WSSE-NONCE}", "${WSSE-CREATED}"


def block(who: Auth | None) -> str:
    """The header block with places for what is secret; empty for any other way to say who asks."""
    if who is None or who.kind != "wsse":
        return ""
    kind = "PasswordDigest" if who.digest else "PasswordText"
    fresh = (
        f'<wsse:Nonce EncodingType="{BASE64}">{NONCE}</wsse:Nonce><wsu:Created>{CREATED}</wsu:Created>'
        if who.digest
        else ""
    )
    return (
        f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(who.username)}</wsse:Username>"
        f'<wsse:Password Type="{TOKEN}#{kind}">{PASSWORD}</wsse:Password>{fresh}'
        "</wsse:UsernameToken></wsse:Security>"
    )


def filled(body: bytes, auths: Iterable[Auth]) -> bytes:
    """The body with the places of its token filled for now."""
    if PASSWORD.encode() not in body:
        return body
    who = next((one for one in auths if one.kind == "wsse"), None)
    if who is None:
        return body
    nonce, created = token_bytes(16), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    password = who.password
    if who.digest:
        # §3.1 of the profile prescribes SHA-1; it guards against reading, not against collisions.
        digest = hashlib.sha1(nonce + created.encode() + who.password.encode(), usedforsecurity=False).digest()
        password = base64.b64encode(digest).decode()
    for place, text in ((PASSWORD, escape(password)), (NONCE, base64.b64encode(nonce).decode()), (CREATED, created)):
        body = body.replace(place.encode(), text.encode())
    return body


def identity(contract: Contract, who: Auth | None) -> dict[str, str]:
    """User and password as members of the message, where the binding found such."""
    if who is None or who.kind != "fields":
        return {}
    given = dict(zip(IDENTITY, (who.username, who.password), strict=True))
    return {member.name: given[member.name] for member in contract.operation.request.fields if member.name in given}
