"""WS-Security UsernameToken: what a plan holds, and what is sent."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import quote

from lxml import etree

from conformance.codecs.soap import encode, with_header
from conformance.model import Citation, Message
from conformance.target.secrets import MASK, Secrets
from conformance.target.settings import Auth
from conformance.target.wsse import CREATED, NONCE, PASSWORD, WSSE, WSU, block, filled, place

PLAIN = Auth(kind="wsse", username="qa & co", password="cl<ave>")
DIGEST = Auth(kind="wsse", username="qa", password="clave", digest=True)
EMPTY = Message(root="Op", citation=Citation(document="d", line=1), fields=(), namespace="urn:x")


def ignored(*_: str) -> None:
    """Keeps nothing of what is issued."""


def sent(who: Auth) -> etree._Element:
    body = with_header(encode(EMPTY, None, "1.1"), block("s", who))
    assert who.password.encode() not in body
    return etree.fromstring(filled(body, {"s": who}, ignored))


def told(root: etree._Element, namespace: str, name: str) -> str:
    (found,) = root.iter(f"{{{namespace}}}{name}")
    return found.text or ""


def test_a_password_is_put_in_when_the_request_is_sent():
    root = sent(PLAIN)
    assert told(root, WSSE, "Username") == "qa & co"
    assert told(root, WSSE, "Password") == "cl<ave>"


def test_a_digest_is_made_of_nonce_instant_and_password():
    root = sent(DIGEST)
    nonce, created = base64.b64decode(told(root, WSSE, "Nonce")), told(root, WSU, "Created")
    due = base64.b64encode(hashlib.sha1(nonce + created.encode() + b"clave", usedforsecurity=False).digest()).decode()
    assert told(root, WSSE, "Password") == due


def test_every_request_has_a_nonce_of_its_own():
    assert told(sent(DIGEST), WSSE, "Nonce") != told(sent(DIGEST), WSSE, "Nonce")


def test_digest_and_nonce_are_masked_from_when_they_are_sent() -> None:
    """Whoever has both, and the time beside them, can try passwords in peace."""
    secrets = Secrets(["clave"])
    body = with_header(encode(EMPTY, None, "1.1"), block("s", DIGEST))
    sent_ = [etree.fromstring(filled(body, {"s": DIGEST}, secrets.issue)) for _ in range(2)]
    for one in sent_:
        digest, nonce = told(one, WSSE, "Password"), told(one, WSSE, "Nonce")
        for echo in (digest, nonce, digest.replace("=", "%3D"), digest.replace("/", r"\/"), quote(digest, safe="")):
            assert secrets.add("another").mask(f'[wrong "{echo}" ]').startswith(f'[wrong "{MASK}')
        whole = base64.b64encode(etree.tostring(one)).decode()
        assert secrets.mask(f"<log>{whole}</log>") == f"<log>{MASK}</log>"
        assert secrets.mask(created := told(one, WSU, "Created")) == created
    assert Secrets(["clave"]).mask(digest) == digest


def test_what_is_planned_holds_places_only():
    text = block("s", DIGEST)
    assert all(place(name, "s") in text for name in (PASSWORD, NONCE, CREATED))


def test_other_ways_to_say_who_asks_have_no_block():
    assert block("s", None) == ""
    assert block("s", Auth(kind="basic", username="a", password="b")) == ""
    assert filled(b"<a/>", {"s": DIGEST}, ignored) == b"<a/>"


def test_the_password_of_one_service_is_never_put_into_a_request_to_another():
    other = Auth(kind="wsse", username="o", password="other")
    body = with_header(encode(EMPTY, None, "1.1"), block("two", other))
    assert b"other" in filled(body, {"one": PLAIN, "two": other}, ignored)
    assert filled(body, {"one": PLAIN, "two": None}, ignored) == body
    assert filled(body, {"one": PLAIN}, ignored) == body
