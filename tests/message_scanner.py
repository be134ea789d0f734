"""What the bytes of a message could make a server do to strangers: mail addresses, places to ask, lines of a head.

Written apart from the guard that it tests, and made of readers that exist: those of mail, JSON, XML, forms, base64 and
character encodings. A text is read as it stands and again after each layer that some reader would take off.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import html
import ipaddress
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import getaddresses
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from lxml import etree

LAYERS = 5
TOKENS = "http://docs.oasis-open.org/wss/"
"""What a UsernameToken calls its kinds by: names of a standard, which nobody asks."""
_LOCAL = re.compile(r"[^\s@<>\",;:()\[\]\\]{0,80}\Z")
_DOMAIN = re.compile(r"\[[^\]]{0,80}\]?|[^\s@<>\",;:()\[\]\\'/?&=#|]*")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_HOST = re.compile(r"[\w.-]*")
_URL = re.compile(r"(?i)\b(?:https?|ftps?|file|ldaps?|gopher|smb|jar|dict|tftp|ws{1,2}|php|unix):[^\s\"'<>]+")
_SHARE = re.compile(r"\\\\[A-Za-z0-9.-]+\\")
_IP = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_HEADER = re.compile(r"[\r\n]\s*(?:b?cc|to|from|reply-to|content-[a-z-]+|subject|mime-version)\s*:", re.IGNORECASE)
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_ENTITIES = re.compile(r"<!ENTITY|<!DOCTYPE[^>]*(?:SYSTEM|PUBLIC)|<xi:include|schemaLocation\s*=", re.IGNORECASE)
_BLANKS = str.maketrans("\r\n\t", "   ")
RESERVED = frozenset({"test", "example", "invalid"})
"""RFC 2606."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the message holds: mail addresses, places (URLs, shares, IP addresses), header lines, outside references."""

    addresses: frozenset[str]
    places: frozenset[str]
    headers: frozenset[str]
    outside: frozenset[str]


def domain_of(address: str) -> str:
    """The domain as far as a host name goes: a reader may stop there."""
    told = unicodedata.normalize("NFKC", address.rpartition("@")[2]).lower()
    found = _HOST.match(told)
    return told if told.startswith("[") else found[0].rstrip(".") if found else ""


def deliverable(address: str) -> bool:
    """Could a mail server hand something over for the address? In doubt it could."""
    domain = domain_of(address)
    if not domain or domain.startswith("["):
        return bool(domain)
    labels = domain.split(".")
    top = labels[-1]
    if top in RESERVED or labels[-2:] in (["example", "com"], ["example", "org"], ["example", "net"]):
        return False
    # What has never been a top level: one letter, one with a digit, one that ISO 3166 leaves to users, fifteen x.
    if len(labels) > 1 and re.fullmatch(r"[a-z]|(?!xn--)[a-z]*\d[a-z\d]*|zz|x{15,}", top):
        return bool(re.fullmatch(r"\d+", top))
    return True


def scanned(raw: bytes) -> Found:
    """Everything in a request as it came: its line, its headers, its body."""
    head, _, body = raw.partition(b"\r\n\r\n")
    addresses: set[str] = set()
    places: set[str] = set()
    headers: set[str] = set()
    outside: set[str] = set()
    values = [(text, True) for text in head.decode("latin-1").split("\r\n")]
    for text, single in (*values, *bodies(body)):
        for form in layers(text):
            addresses.update(_addresses(form))
            outside.update(_ENTITIES.findall(form))
            headers.update(_HEADER.findall(form) if single else ())
            # Whole documents have names of namespaces, which nobody asks; their values come one by one.
            places.update(_places(form) if single else ())
    return Found(frozenset(addresses), frozenset(places), frozenset(headers), frozenset(outside))


def bodies(body: bytes) -> Iterator[tuple[str, bool]]:
    """The body in every character encoding that it may be in, and each value that a reader of a format takes from it;
    is it a single value?"""
    names = ("utf-16", "utf-16-le", "utf-16-be", "utf-32") if b"\0" in body else ("utf-8", "utf-7")
    texts = []
    for name in names:
        try:
            texts.append(body.decode(name))
        except UnicodeError:
            continue
    for text in dict.fromkeys(texts or [body.decode("latin-1")]):
        yield text, not _structured(text)
        for value in _values(text):
            yield value, True


def _structured(text: str) -> bool:
    return _xml(text) or text.lstrip("\ufeff \r\n\t")[:1] in {"{", "["} or "=" in text


def _values(text: str) -> Iterator[str]:
    with contextlib.suppress(ValueError, RecursionError):
        yield from _json(json.loads(text.lstrip("\ufeff")))
    if _xml(text):
        yield from _elements(text)
    elif "=" in text and "<" not in text:
        for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=10_000):
            yield from (name, value)


def _xml(text: str) -> bool:
    return text.lstrip("\ufeff \r\n\t").startswith("<")


def _json(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, held in value.items():
            yield name
            yield from _json(held)
    elif isinstance(value, list):
        for held in value:
            yield from _json(held)


def _elements(text: str) -> Iterator[str]:
    """The text of every element without elements, whatever stands in it; of a broken document as far as it goes."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text.lstrip("\ufeff").encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    if root is None:
        return
    for element in root.iter():
        if isinstance(element.tag, str):
            if not len(element) or (element.text or "").strip():
                yield "".join(element.itertext())
            told = ((str(name), str(value)) for name, value in element.attrib.items())
            yield from (value for name, value in told if not (_of_envelope(name) or value.startswith(TOKENS)))
        else:
            yield element.text or ""


def _of_envelope(name: str) -> bool:
    """Attributes whose values are names: of roles, types and the like."""
    return name.startswith(("{http://schemas.xmlsoap.org/soap/envelope/}", "{http://www.w3.org/2003/05/soap-envelope}"))


def layers(text: str) -> Iterator[str]:
    """The text, and what is left of it when a reader takes off an escape, an encoding or markup, over and over."""
    seen: set[str] = set()
    front = [text]
    for _ in range(LAYERS):
        fresh = [one for one in dict.fromkeys(front) if one not in seen]
        if not fresh:
            return
        seen.update(fresh)
        yield from fresh
        front = [below for one in fresh for below in _below(one)]


def _below(text: str) -> Iterator[str]:
    if "&" in text:
        yield html.unescape(text)
    if "%" in text:
        yield unquote(text)
    if "+" in text:
        yield unquote_plus(text)
    if "\\u" in text:
        yield _UNICODE.sub(lambda found: chr(int(found[1], 16)), text)
    if "=?" in text:
        with contextlib.suppress(HeaderParseError, LookupError, ValueError):
            yield str(make_header(decode_header(text)))
    if not text.isascii():
        yield unicodedata.normalize("NFKC", text)
    # What stands between the elements of a document belongs to several of them.
    if "<" in text and not _xml(text) and len(text) < 100_000:
        yield re.sub(r"<!--.*?-->|<[^>]*>", "", text, flags=re.DOTALL)
    for run in _BASE64.findall(re.sub(r"(?<=\S)[\r\n]+(?=\S)", "", text)):
        held = _decoded(run)
        if held is not None:
            yield held


def _decoded(run: str) -> str | None:
    """What the run holds in base64, where that is a text."""
    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(plain + "=" * (-len(plain) % 4))
        held = raw.decode("utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8")
    except (binascii.Error, UnicodeError, ValueError):
        return None
    return held if held.translate(_BLANKS).isprintable() else None


def _addresses(text: str) -> Iterator[str]:
    if "@" not in text:
        return
    for at in (place for place, char in enumerate(text) if char == "@"):
        local, domain = _LOCAL.search(text[max(0, at - 80) : at]), _DOMAIN.match(text, at + 1)
        yield f"{local[0] if local else ''}@{domain[0] if domain else ''}"
    if len(text) < 2000 and "\\" not in text:
        # As a mail program reads it: comments, quoted local parts, routes and groups.
        yield from (address for _, address in getaddresses([text]) if "@" in address[1:])
        if "\n" in text and (message := _message(f"To: {text}\n\n")):
            yield from message


def _message(text: str) -> list[str]:
    """Recipients of a mail that was put together with the text in its head."""
    message = message_from_string(text, policy=policy.compat32)
    lines = [value for name in ("To", "Cc", "Bcc") for value in message.get_all(name, [])]
    return [address for _, address in getaddresses(lines) if "@" in address[1:]]


def _places(text: str) -> Iterator[str]:
    yield from _URL.findall(text)
    yield from _SHARE.findall(text)
    for found in _IP.findall(text):
        try:
            yield str(ipaddress.ip_address(found))
        except ValueError:
            continue


def asked_of(url: str) -> str:
    """The host that somebody who follows the URL asks; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return url
