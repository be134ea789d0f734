"""The only way out: sends exactly the bytes of a `Request` and brings back what came of it.

No redirect is followed, no header is added but Host and Content-Length, no cookie or .netrc is read, and a request is
tried again only while no byte of it could have gone out. Together with `connection`, the only module that opens
sockets. Must never import the exchanger or the journal.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from http.client import HTTPException
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies, select_proxy
from tenacity import (
    Future,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)
from urllib3 import HTTPHeaderDict
from urllib3.exceptions import HTTPError
from urllib3.util import SKIP_HEADER

from conformance.errors import ConformanceError
from conformance.model import Headers, Request, Response
from conformance.target.credential import PLACEHOLDER
from conformance.target.guard import Refused, check_send, loopback, said_here
from conformance.target.settings import Target
from conformance.target.wire import answer
from conformance.target.wire.coding import TooLargeError, UndecodedError, decoded
from conformance.target.wire.connection import Adapter, Attempt, RemotePeerError
from conformance.target.wire.faults import WireError, causes, wire_error
from conformance.target.wsse import filled

__all__ = ["Wire", "WireError"]

_CHUNK = 64 * 1024
_TRIES = 3
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "DELETE", "TRACE"})
_ADDED = ("User-Agent", "Accept-Encoding")
_VERSIONS = {10: "HTTP/1.0", 11: "HTTP/1.1"}


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
        logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)
        # Named twice, so that an encrypted key is an error: OpenSSL would ask the terminal for its pass phrase.
        one = target.client_cert
        self._cert = (one, one) if isinstance(one, str) else one
        self._target = target
        self._local: dict[str, bool] = {}
        self._adapter = Adapter()
        self._pause = {} if pause is None else {"sleep": pause}

    def close(self) -> None:
        """Lets go of what the adapter holds; connections are closed with their exchange."""
        self._adapter.close()

    def send(self, request: Request, tried: list[str] | None = None) -> Response:
        """The answer to the request. WireError where there is none, Refused where the guard forbids it.

        While no byte of it could have gone out it is tried again; `tried` receives why each try before the last failed.
        """
        check_send(request, self._target)
        auths = {service: kept.auth for service, kept in self._target.services.items()}
        prepared = self._prepared(replace(request, body=filled(request.body, auths, self._target.secrets.issue)))
        proxies = self._proxies(request.url)
        until = time.monotonic() + self._target.exchange_timeout
        tries = Retrying(
            stop=stop_after_attempt(_TRIES) | stop_before_delay(self._target.exchange_timeout),
            wait=wait_random_exponential(multiplier=0.1, max=0.5),
            retry=retry_if_exception(lambda error: isinstance(error, WireError) and error.again),
            before_sleep=lambda state: None if tried is None else tried.append(_failure(state.outcome)),
            reraise=True,
            **cast("dict[str, Any]", self._pause),
        )
        response = tries(self._once, prepared, proxies, until)
        if self._target.credential is not None and any(PLACEHOLDER in value for _, value in request.headers):
            self._target.credential.answered(response.status)
        return response

    def _once(self, prepared: requests.PreparedRequest, proxies: dict[str, str], until: float) -> Response:
        target = self._target
        seconds = max(0.001, until - time.monotonic())
        with Attempt(remote=target.effects, seconds=seconds, opening=target.connect_timeout) as attempt:
            try:
                got = self._adapter.send(
                    prepared,
                    stream=True,
                    timeout=(seconds, seconds),
                    verify=self._verify,
                    cert=self._cert,
                    proxies=proxies,
                )
                try:
                    return _response(got, attempt)
                finally:
                    got.close()
            except (requests.RequestException, HTTPError, HTTPException, UndecodedError, OSError, ValueError) as error:
                refused = next((cause for cause in causes(error) if isinstance(cause, RemotePeerError)), None)
                if refused is not None:
                    raise _refused(refused) from None
                raise wire_error(
                    error,
                    str(prepared.url),
                    sent=attempt.sent,
                    expired=attempt.expired,
                    seconds=target.exchange_timeout,
                ) from error

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
        """The proxy for the url: the target file's for every other machine, else the environment's, which NO_PROXY
        limits. What is on this machine is never sent by one."""
        target = self._target
        if not target.effects:
            return {}
        given = {"all": target.proxy} if target.proxy is not None else get_environ_proxies(url, no_proxy=None)
        chosen = select_proxy(url, given)
        if not chosen or self._here(urlsplit(url).hostname or ""):
            return {}
        scheme = chosen.partition("://")[0].lower() if "://" in chosen else "http"
        if scheme not in {"http", "https"}:
            raise ConformanceError(
                f"the environment names a proxy of the kind {scheme}, which this suite does not speak; "
                "give an http or https one as proxy in the target file, or name the host in NO_PROXY"
            )
        return {"all": chosen}

    def _here(self, host: str) -> bool:
        # Asked once: where names are resolved by the proxy alone, each question may take its time.
        if host not in self._local:
            self._local[host] = said_here(host) or loopback(host)
        return self._local[host]


def _response(got: requests.Response, attempt: Attempt) -> Response:
    raw = got.raw
    coded = b"".join(iter(lambda: raw.read(_CHUNK, decode_content=False), b""))
    # A body without a length ends with the connection, so the deadline looks like its end.
    if attempt.expired:
        raise TimeoutError
    try:
        body = decoded(coded, raw.headers.get("Content-Encoding", ""), answer.LARGEST)
    except TooLargeError:
        raise answer.too_large() from None
    return Response(
        status=raw.status,
        headers=tuple((str(name), str(value)) for name, value in raw.headers.items()),
        body=body,
        reason=raw.reason or "",
        http_version=_VERSIONS.get(raw.version, "HTTP/1.1"),
    )


def _failure(outcome: Future | None) -> str:
    return "" if outcome is None else str(outcome.exception())


def _encoded(value: str) -> str | bytes:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")
    return value


def _refused(error: RemotePeerError) -> Refused:
    return Refused(f'{error}; nothing is sent there without effects = "allow" in the target file')
