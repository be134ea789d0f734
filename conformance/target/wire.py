"""The only way out: sends exactly the bytes of a `Request` and brings back what came of it.

No redirect is followed, no header is added but Host and Content-Length, no cookie or .netrc is read, and a request is
tried again only while no byte of it could have gone out. Together with `connection`, the only module that opens
sockets. Must never import the exchanger or the journal.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.client import HTTPException
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential
from urllib3 import HTTPHeaderDict
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError
from urllib3.util import SKIP_HEADER

from conformance.model import Headers, Request, Response
from conformance.target.connection import Adapter, Attempt, RemotePeerError
from conformance.target.guard import Refused, check_send, loopback
from conformance.target.settings import Target
from conformance.target.wsse import filled

LARGEST = 16 * 1024 * 1024
_CHUNK = 64 * 1024
_TRIES = 3
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "DELETE", "TRACE"})
_ADDED = ("User-Agent", "Accept-Encoding")
_VERSIONS = {10: "HTTP/1.0", 11: "HTTP/1.1"}


class WireError(Exception):
    """No answer, in one sentence. `sent`: could a byte of the request have gone out? `again`: is a new try of use?
    `late`: the time was over."""

    def __init__(self, message: str, sent: bool, *, again: bool = False, late: bool = False) -> None:
        super().__init__(message)
        self.sent = sent
        self.again = again and not sent
        self.late = late


class Wire:
    """The way to one target, for all threads of a run."""

    def __init__(
        self, target: Target, *, environ: Mapping[str, str] | None = None, pause: Callable[[float], None] | None = None
    ) -> None:
        environ = os.environ if environ is None else environ
        bundle = target.ca or environ.get("REQUESTS_CA_BUNDLE") or environ.get("SSL_CERT_FILE")
        self._verify: bool | str = (bundle or True) if target.verify else False
        # Its messages hold urls, and with them what a target file keeps secret.
        logging.getLogger("urllib3").propagate = False
        self._target = target
        self._adapter = Adapter()
        self._pause = {} if pause is None else {"sleep": pause}

    def close(self) -> None:
        """Lets go of what the adapter holds; connections are closed with their exchange."""
        self._adapter.close()

    def send(self, request: Request) -> Response:
        """The answer to the request. WireError where there is none, Refused where the guard forbids it."""
        check_send(request, self._target)
        auths = {service: kept.auth for service, kept in self._target.services.items()}
        prepared = self._prepared(replace(request, body=filled(request.body, auths)))
        tries = Retrying(
            stop=stop_after_attempt(_TRIES),
            wait=wait_random_exponential(multiplier=0.1, max=0.5),
            retry=retry_if_exception(lambda error: isinstance(error, WireError) and error.again),
            reraise=True,
            **cast("dict[str, Any]", self._pause),
        )
        return tries(self._once, prepared)

    def _once(self, prepared: requests.PreparedRequest) -> Response:
        target = self._target
        with Attempt(remote=target.effects, seconds=target.exchange_timeout) as attempt:
            try:
                answer = self._adapter.send(
                    prepared,
                    stream=True,
                    timeout=(min(target.connect_timeout, target.exchange_timeout), target.exchange_timeout),
                    verify=self._verify,
                    cert=target.client_cert,
                    proxies=self._proxies(str(prepared.url)),
                )
                try:
                    return _response(answer, attempt)
                finally:
                    answer.close()
            except WireError:
                raise
            except RemotePeerError as error:
                raise _refused(error) from None
            except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
                raise self._error(error, attempt, str(prepared.url)) from error

    def _error(self, error: Exception, attempt: Attempt, url: str) -> WireError | Refused:
        causes = list(_causes(error))
        refused = next((cause for cause in causes if isinstance(cause, RemotePeerError)), None)
        if refused is not None:
            return _refused(refused)
        parts = urlsplit(url)
        place = f"{parts.hostname}:{parts.port or {'http': 80, 'https': 443}.get(parts.scheme, '')}"
        if attempt.expired:
            return self._late(attempt)
        if any(isinstance(cause, DecodeError) for cause in causes):
            return WireError("The answer's content coding does not decode.", True)
        if any(isinstance(cause, (TimeoutError, ReadTimeoutError)) for cause in causes):
            return (
                self._late(attempt) if attempt.sent else WireError(_NOT_IN_TIME.format(place=place), False, again=True)
            )
        kinds = {type(cause).__name__ for cause in causes}
        for kind, sentence, again in _SENTENCES:
            if kind in kinds:
                return WireError(sentence.format(place=place), attempt.sent, again=again)
        last = causes[-1]
        detail = str(last).strip().rstrip(".") or type(last).__name__
        where = "The answer from" if attempt.sent else "The way to"
        return WireError(f"{where} {place} broke: {detail}.", attempt.sent, again=isinstance(last, OSError))

    def _late(self, attempt: Attempt) -> WireError:
        return WireError(
            f"No complete answer within {self._target.exchange_timeout:g} seconds.", attempt.sent, late=True
        )

    def _prepared(self, request: Request) -> requests.PreparedRequest:
        # Not through prepare(), which rewrites urls, methods and headers.
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = request.url
        prepared.headers = cast("Any", self._headers(request))
        prepared.body = request.body or None
        return prepared

    def _headers(self, request: Request) -> HTTPHeaderDict:
        headers = HTTPHeaderDict()
        for name, value in self._resolved(request.headers):
            headers.add(name, cast("str", _encoded(value)))
        for name in _ADDED:
            if name not in headers:
                headers.add(name, SKIP_HEADER)
        framed = "Content-Length" in headers or "Transfer-Encoding" in headers
        if not framed and (request.body or request.method.upper() not in _BODILESS):
            headers.add("Content-Length", str(len(request.body)))
        return headers

    def _resolved(self, headers: Headers) -> Headers:
        credential = self._target.credential
        if credential is None:
            return headers
        return tuple((name, credential.resolve(value)) for name, value in headers)

    def _proxies(self, url: str) -> dict[str, str]:
        if self._target.proxy is not None:
            return {"http": self._target.proxy, "https": self._target.proxy}
        host = urlsplit(url).hostname or ""
        if not self._target.effects or loopback(host):
            return {}
        return dict(get_environ_proxies(url, no_proxy=None))


_NOT_IN_TIME = "No connection to {place} in time."
_SENTENCES = (
    ("CertificateError", "The certificate of {place} does not fit; see tls.ca in the target file.", False),
    (
        "SSLCertVerificationError",
        "The certificate of {place} cannot be verified; see tls.ca in the target file.",
        False,
    ),
    ("SSLError", "TLS with {place} failed.", False),
    ("ProxyError", "The proxy on the way to {place} does not answer or refuses.", True),
    ("NameResolutionError", "The name of {place} does not resolve.", True),
    ("ConnectionRefusedError", "Nothing listens at {place}.", True),
    ("ConnectTimeoutError", _NOT_IN_TIME, True),
    ("LineTooLong", "{place} answered with a header line that is too long.", False),
    ("BadStatusLine", "{place} answered with something that is no HTTP.", False),
    ("RemoteDisconnected", "{place} closed the connection without an answer.", False),
    ("ConnectionResetError", "{place} cut the connection off.", True),
    ("InvalidChunkLength", "{place} cut its answer off, or miscounted a chunk of it.", False),
    ("IncompleteRead", "{place} cut its answer off.", False),
    ("HeaderParsingError", "{place} answered with headers that are no HTTP.", False),
)
"""Kind of error, what to say, and whether a new try is of use while nothing went out. The first row that fits."""


def _response(answer: requests.Response, attempt: Attempt) -> Response:
    raw = answer.raw
    parts: list[bytes] = []
    size = 0
    while part := raw.read(_CHUNK, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise WireError(f"The answer is larger than {LARGEST // 1024**2} MiB.", True)
    # A body without a length ends with the connection, so the deadline looks like its end.
    if attempt.expired:
        raise TimeoutError
    return Response(
        status=raw.status,
        headers=tuple((str(name), str(value)) for name, value in raw.headers.items()),
        body=b"".join(parts),
        reason=raw.reason or "",
        http_version=_VERSIONS.get(raw.version, "HTTP/1.1"),
    )


def _encoded(value: str) -> str | bytes:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")
    return value


def _refused(error: RemotePeerError) -> Refused:
    return Refused(f'{error}; nothing is sent there without effects = "allow" in the target file')


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it wraps, outermost first."""
    seen: list[BaseException] = []
    queue: list[object] = [error]
    while queue:
        found = queue.pop(0)
        if not isinstance(found, BaseException) or found in seen:
            continue
        seen.append(found)
        yield found
        queue += [*found.args, getattr(found, "reason", None), found.__cause__, found.__context__]
