"""WS-Security UsernameToken: what a plan holds, and what is sent."""

from __future__ import annotations

import base64
import hashlib

from lxml import etree

from conformance.codecs.soap import encode, with_header
from conformance.model import Citation, Message
from conformance.target.settings import Auth
from conformance.target.wsse import CREATED, NONCE, PASSWORD, WSSE, WSU, block, filled, place

PLAIN = Auth(kind="wsse", username="qa & co", password="cl<ave>")
DIGEST = Auth(kind="wsse", username="qa", password="clave", digest=True)
EMPTY = Message(root="Op", citation=Citation(document="d", line=1), fields=(), namespace="urn:x")


def sent(who: Auth) -> etree._Element:
    body = with_header(encode(EMPTY, None, "1.1"), block("s", who))
    assert who.password.encode() not in body
    return etree.fromstring(filled(body, {"s": who}))


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


def test_what_is_planned_holds_places_only():
    text = block("s", DIGEST)
    assert all(place(name, "s") in text for name in (PASSWORD, NONCE, CREATED))


def test_other_ways_to_say_who_asks_have_no_block():
    assert block("s", None) == ""
    assert block("s", Auth(kind="basic", username="a", password="b")) == ""
    assert filled(b"<a/>", {"s": DIGEST}) == b"<a/>"


def test_the_password_of_one_service_is_never_put_into_a_request_to_another():
    other = Auth(kind="wsse", username="o", password="other")
    body = with_header(encode(EMPTY, None, "1.1"), block("two", other))
    assert b"other" in filled(body, {"one": PLAIN, "two": other})
    assert filled(body, {"one": PLAIN, "two": None}) == body
    assert filled(body, {"one": PLAIN}) == body
