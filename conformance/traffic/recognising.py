"""Which service a recorded request was meant for, and in which encoding: told from URL, SOAPAction and body.

What is recognised is judged; what is not is counted with the reason. Pure; must never import the judge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from conformance.codecs import covered
from conformance.codecs.soap import ENVELOPES
from conformance.facets import element_name
from conformance.model import Contract
from conformance.rules.soap import is_soap

FOREIGN = "no request to a service that is judged"
METHOD = "another method than that of the operation"
OPERATION = "another operation of the same address, or none"
UNNAMED = "the names of the service are not known: name a target file whose wsdl is a file"
"""Why an exchange is not judged at all."""

_BODY = re.compile(rb"<(?:[\w.-]{1,64}:)?Body(?:\s[^<>]*)?>\s*")
_COMMENT = re.compile(rb"<!--.*?-->\s*", re.DOTALL)
_ELEMENT = re.compile(rb"<(?:[\w.-]{1,64}:)?([\w.-]{1,256})")
_ACTION = re.compile(r';\s*action\s*=\s*(?:"([^"]*)"|([^;\s]*))', re.IGNORECASE)
_FORM = re.compile(rb"[^\s=&<>{}\[\]\"]+=[^\s<>{}\"]*$")
_TYPES = {"application/soap+xml": "soap-1.2", "text/xml": "soap-1.1"}
_STARTS = {b"{": "json", b"[": "json", b"<": "xml"}


class Known(NamedTuple):
    """The request is one of this service, in this encoding."""

    service: str
    encoding: str


class Recogniser:
    """Knows the services of an audit. `urls` are the addresses that a target file names: where there is one for a
    service, other addresses are foreign."""

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        urls: Mapping[str, str] | None = None,
        unnamed: frozenset[str] = frozenset(),
    ) -> None:
        self._unnamed = unnamed
        self._rest: dict[str, Contract] = {}
        self._actions: dict[str, str] = {}
        self._roots: dict[str, tuple[str, bytes]] = {}
        self._encodings = {name: covered(contract) for name, contract in contracts.items()}
        self._paths = {name: _path(contract.operation.path) for name, contract in contracts.items()}
        self._urls = {name: _address(url) for name, url in (urls or {}).items()}
        self._methods = {name: contract.operation.method for name, contract in contracts.items()}
        self._media = {
            name: {kind: one.name for one in contract.operation.encodings for kind in reversed(one.media_types)}
            for name, contract in contracts.items()
        }
        for name, contract in contracts.items():
            if not is_soap(self._encodings[name][0] if self._encodings[name] else ""):
                self._rest[name] = contract
                continue
            operation = contract.operation
            root = element_name(operation.request.root)
            self._roots[root] = (name, (operation.request.namespace or "").encode())
            self._actions |= {one.action: name for one in operation.encodings if one.action}

    def __call__(self, method: str, url: str, content_type: str, action: str | None, body: bytes) -> Known | str:
        """The service and encoding of the request, or why it is not judged."""
        here = _address(url)
        media = content_type.split(";", maxsplit=1)[0].split(",", maxsplit=1)[0].strip().lower()
        name = next((name for name in self._rest if self._at(name, here)), None)
        if name is not None:
            if method.upper() != self._methods[name]:
                return METHOD
            return Known(name, self._media[name].get(media) or self._rest_encoding(name, body))
        found = self._soap(here, content_type, action, body)
        if isinstance(found, str) and found in self._methods:
            if method.upper() != self._methods[found]:
                return METHOD
            return Known(found, _version(media, body))
        return METHOD if found == OPERATION and method.upper() != "POST" else found

    def _at(self, name: str, here: tuple[str, str]) -> bool:
        """Is it the address of the service?"""
        if name in self._urls:
            return here == self._urls[name]
        path = self._paths[name]
        return bool(path) and (here[1] == path or here[1].endswith(f"/{path}"))

    def _soap(self, here: tuple[str, str], content_type: str, action: str | None, body: bytes) -> str:
        """The service, by the element in the Body, else by the action; or why there is none."""
        said = (action or "").strip().strip("\"'")
        if not said and (told := _ACTION.search(content_type)):
            said = told[1] or told[2] or ""
        child = _child(body)
        root, namespace = self._roots.get(child, ("", b"")) if child else ("", b"")
        name = root if root and namespace in body else self._actions.get(said, "")
        if name and (name not in self._urls or self._at(name, here)):
            return name
        if root in self._unnamed:
            # The name of the operation is stated, and nothing else.
            return UNNAMED
        there = [one for one in self._methods if one not in self._rest and self._at(one, here)]
        return OPERATION if there and not name else FOREIGN

    def _rest_encoding(self, name: str, body: bytes) -> str:
        """Of a media type that is not documented: what the body looks like."""
        start = _STARTS.get(body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1], "form" if _FORM.match(body) else "")
        kept = self._encodings[name]
        return start if start in kept else kept[0]


def _child(body: bytes) -> str:
    """The local name of the first element in the Body, whatever comments stand before it; empty where there is none."""
    found = _BODY.search(body)
    if found is None:
        return ""
    place = found.end()
    while (comment := _COMMENT.match(body, place)) is not None:
        place = comment.end()
    element = _ELEMENT.match(body, place)
    return element[1].decode("latin-1") if element is not None else ""


def _version(media: str, body: bytes) -> str:
    if media in _TYPES:
        return _TYPES[media]
    return "soap-1.2" if ENVELOPES["1.2"].encode() in body else "soap-1.1"


def _address(url: str) -> tuple[str, str]:
    """Host with port, and path, in lower case as servers of this kind compare them."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", _path(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{(parts.hostname or '').lower()}:{port or usual}", _path(parts.path)


def _path(path: str) -> str:
    return path.strip("/").lower()
