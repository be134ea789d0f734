"""A service that really checks who asks: a gate made with werkzeug and lxml, and behind it the embedded reference.

The gate is written from the standards (RFC 7617, OASIS UsernameToken Profile 1.1) and shares no code with the suite. It
tells a caller who is turned away what he gave: a server that does so must not bring a password into a report.
"""

from __future__ import annotations

import base64
import hashlib
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree
from werkzeug.wrappers import Request, Response

from conformance.reference.app import Application, path_of
from conformance.run.contracts import contracts
from tests.interop.soap_in_process import serving

USER, FRESH = "qa", timedelta(minutes=5)
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE, WSU = f"{{{OASIS}wssecurity-secext-1.0.xsd}}", f"{{{OASIS}wssecurity-utility-1.0.xsd}}"
TYPES = {name: f"{OASIS}username-token-profile-1.0#Password{name.title()}" for name in ("text", "digest")}
FIRST, SECOND = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
SPACE = "https://billing-conformance.example/actualizar-correo"
OPERATION = "actualizarCorreoClienteListaDocumentos"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


class Gate:
    """What a request must bring. `heard` keeps tokens that were fresh when they came: none is good twice."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._lock = threading.Lock()
        self.heard: set[str] = set()

    def basic(self, request: Request) -> Response | None:
        """RFC 7617, for every method: the WSDL is behind it too."""
        given = request.authorization
        if given is not None and given.type == "basic" and (given.username, given.password) == (USER, self._password):
            return None
        told = f"not {given.username} with {given.password}" if given is not None else "who asks?"
        return Response(told, 401, {"WWW-Authenticate": 'Basic realm="correos", charset="UTF-8"'})

    def header(self, request: Request) -> Response | None:
        """A token in a header that somebody made up."""
        given = request.headers.get("X-Correo-Token")
        return None if given == self._password else Response(f"no such token: {given}", 403)

    def text(self, request: Request) -> Response | None:
        """A UsernameToken with the password as it is."""
        return self._token(request, "text", lambda token: _text(token, "Password") == self._password)

    def digest(self, request: Request) -> Response | None:
        """A UsernameToken with a digest of the password, fresh and never seen before."""
        return self._token(request, "digest", self._fresh)

    def fields(self, request: Request) -> Response | None:
        """User and password as members of the message. Who is turned away gets an answer with a code."""
        root = _root(request) if request.method == "POST" else None
        body = root.find("{*}Body") if root is not None else None
        message = body.find(f"{{{SPACE}}}{OPERATION}") if body is not None else None
        if root is None or message is None:
            return None  # another message: what that is answered is the service's business
        user, password = message.findtext("{*}usuario"), message.findtext("{*}clave")
        if (user, password) == (USER, self._password):
            return None
        told = f"<codigo>7</codigo><mensaje>clave {escape(password or '')}</mensaje>"
        answer = f'<r:{OPERATION}Response xmlns:r="{SPACE}"><return>{told}</return></r:{OPERATION}Response>'
        return _enveloped(etree.QName(root).namespace or FIRST, answer, 200)

    def _token(self, request: Request, kind: str, good: Callable[[etree._Element], bool]) -> Response | None:
        root = _root(request)
        if request.method != "POST" or root is None:
            return None  # no message, so none that anybody could be behind
        token = root.find(f"{{*}}Header/{WSSE}Security/{WSSE}UsernameToken")
        password = token.find(f"{WSSE}Password") if token is not None else None
        if token is not None and password is not None and password.get("Type") == TYPES[kind]:
            if _text(token, "Username") == USER and good(token):
                return None
            return _fault(root, f"not with {password.text}" if kind == "text" else "not with that password")
        return _fault(root, f"no UsernameToken with {TYPES[kind]}")

    def _fresh(self, token: etree._Element) -> bool:
        nonce, created = _text(token, "Nonce"), token.findtext(f"{WSU}Created", "")
        plain = base64.b64decode(nonce) + created.encode() + self._password.encode()
        digest = base64.b64encode(hashlib.sha1(plain).digest()).decode()
        age = datetime.now(UTC) - datetime.strptime(created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        with self._lock:
            known = nonce in self.heard
            self.heard |= {nonce, digest}
        return digest == _text(token, "Password") and abs(age) < FRESH and not known


def _text(token: etree._Element, name: str) -> str:
    return token.findtext(f"{WSSE}{name}", "")


def _root(request: Request) -> etree._Element | None:
    try:
        return etree.fromstring(request.get_data(), PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _fault(root: etree._Element, why: str) -> Response:
    space = SECOND if etree.QName(root).namespace == SECOND else FIRST
    if space == FIRST:
        told = f"<faultcode>s:Client</faultcode><faultstring>{escape(why)}</faultstring>"
        return _enveloped(space, f"<s:Fault>{told}</s:Fault>", 500)
    code = '<s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang="en">'
    return _enveloped(space, f"<s:Fault>{code}{escape(why)}</s:Text></s:Reason></s:Fault>", 400)


def _enveloped(space: str, body: str, status: int) -> Response:
    media_type = "text/xml" if space == FIRST else "application/soap+xml"
    text = f'<s:Envelope xmlns:s="{space}"><s:Body>{body}</s:Body></s:Envelope>'
    return Response(text, status, content_type=f"{media_type}; charset=utf-8")


IDENTITY = '<xs:element name="usuario" type="xs:string"/><xs:element name="clave" type="xs:string"/>'


class Guarded:
    """The reference behind a gate. Where user and password are members of the message, the WSDL has them."""

    def __init__(self, service: str, kind: str, gate: Gate) -> None:
        self._inner = Application([contracts()[service]])
        self._kind = kind
        self._check: Callable[[Request], Response | None] = getattr(gate, kind)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        turned_away = self._check(request)
        if turned_away is not None:
            return turned_away(environ, start_response)
        if request.method == "GET" and self._kind == "fields":
            plain = Response.from_app(self._inner, environ)
            text = plain.get_data(as_text=True)
            made = Response(text.replace("<xs:sequence>", f"<xs:sequence>{IDENTITY}", 1), content_type="text/xml")
            return made(environ, start_response)
        return self._inner({**environ, "wsgi.input": io.BytesIO(request.get_data())}, start_response)


@contextmanager
def guarded(service: str, kind: str, gate: Gate) -> Iterator[str]:
    """The address of the service while the block runs."""
    with serving(Guarded(service, kind, gate)) as root:
        yield f"{root}{path_of(contracts()[service])}"
