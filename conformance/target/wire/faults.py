"""Why there is no answer, in one sentence: what the wire's libraries raise, put into words.

Pure; must never import the wire. What is told are host and port, never a url, which may hold a secret.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from urllib3.exceptions import ReadTimeoutError

from conformance.target.wire.answer import AnswerError
from conformance.target.wire.coding import UndecodedError


class WireError(Exception):
    """No answer, in one sentence. `sent`: could a byte of the request have gone out? `again`: is a new try of use?
    `late`: the time was over."""

    def __init__(self, message: str, sent: bool, *, again: bool = False, late: bool = False) -> None:
        super().__init__(message)
        self.sent = sent
        self.again = again and not sent
        self.late = late


def wire_error(error: BaseException, url: str, *, sent: bool, expired: bool, seconds: float) -> WireError:
    """What to say of an error on the way to the url. `expired`: the time of this try, or of all of it, was over."""
    found = list(causes(error))
    ours = next((cause for cause in found if isinstance(cause, (AnswerError, UndecodedError))), None)
    if ours is not None:
        return WireError(str(ours), sent)
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    place = f"{host}:{parts.port or {'http': 80, 'https': 443}.get(parts.scheme, '')}"
    if any(type(cause).__name__ == "ProxyError" for cause in found):
        place = f"the proxy on the way to {place}"
    late = any(isinstance(cause, (TimeoutError, ReadTimeoutError)) for cause in found)
    if sent and (expired or late):
        return WireError(f"No complete answer within {seconds:g} seconds.", True, late=True)
    if expired and not any(type(cause).__name__ == "UnresolvedError" for cause in found):
        return WireError(f"No connection to {place} in time.", False, again=True)
    for kind, words, sentence, again in _SENTENCES:
        if any(type(cause).__name__ == kind and re.search(words, _words(cause)) for cause in found):
            told = sentence.format(place=place)
            return WireError(told[0].upper() + told[1:], sent, again=again)
    last = found[-1]
    detail = str(last).strip().rstrip(".") or type(last).__name__
    where = "The answer from" if sent else "The way to"
    return WireError(f"{where} {place} broke: {detail}.", sent, again=isinstance(last, OSError))


def causes(error: BaseException) -> Iterator[BaseException]:
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


def _words(error: BaseException) -> str:
    """What tells kinds of one class apart: OpenSSL's number and name, or the message."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{error.verify_code}"
    if isinstance(error, ssl.SSLError):
        return f"{error.reason or error}"
    return str(error)


_CA = "see tls.ca in the target file"
_CLIENT = "see tls.client_cert in the target file"
_SENTENCES = (
    ("TunnelRefusedError", "407", "The proxy on the way to {place} wants another user or password.", False),
    ("TunnelRefusedError", "", "The proxy on the way to {place} refuses to lead there.", False),
    ("SSLCertVerificationError", "^10$", "The certificate of {place} has expired.", False),
    ("SSLCertVerificationError", "^9$", "The certificate of {place} is not valid yet.", False),
    ("SSLCertVerificationError", "^(62|64)$", f"The certificate of {{place}} is for another name; {_CA}.", False),
    (
        "SSLCertVerificationError",
        "^(18|19)$",
        f"The certificate of {{place}} cannot be verified, for nobody trusts who signed it; {_CA}.",
        False,
    ),
    ("SSLCertVerificationError", "", f"The certificate of {{place}} cannot be verified; {_CA}.", False),
    ("CertificateError", "", f"The certificate of {{place}} is for another name; {_CA}.", False),
    ("SSLError", "WRONG_VERSION_NUMBER|HTTP_REQUEST|RECORD_LAYER", "{place} does not speak TLS; is it http?", False),
    (
        "SSLError",
        "UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|NO_PROTOCOLS|UNSUPPORTED_SSL",
        "{place} speaks TLS of before version 1.2 alone.",
        False,
    ),
    ("SSLError", "CERTIFICATE_REQUIRED", f"{{place}} wants a certificate of the client; {_CLIENT}.", False),
    (
        "SSLError",
        "ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE|ACCESS_DENIED)",
        f"{{place}} does not take the certificate of the client; {_CLIENT}.",
        False,
    ),
    (
        "SSLError",
        "HANDSHAKE_FAILURE",
        f"{{place}} does not agree on TLS, or wants a certificate of the client; {_CLIENT}.",
        False,
    ),
    ("SSLEOFError", "", "{place} cut the TLS connection off.", False),
    ("SSLError", "encrypted", f"The key of the client certificate is encrypted; {_CLIENT}.", False),
    (
        "SSLError",
        "^PEM lib|KEY_VALUES_MISMATCH|NO_START_LINE",
        f"The client certificate is of no use; {_CLIENT}.",
        False,
    ),
    ("SSLError", "", "TLS with {place} failed.", False),
    ("UnresolvedError", "", "The name of {place} is not resolved in time.", True),
    ("NameResolutionError", "", "The name of {place} does not resolve.", True),
    ("ConnectionRefusedError", "", "Nothing listens at {place}.", True),
    ("ConnectTimeoutError", "", "No connection to {place} in time.", True),
    ("TimeoutError", "", "No connection to {place} in time.", True),
    ("ConnectionResetError", "", "{place} cut the connection off.", True),
    ("ProxyError", "", "{place} does not answer or refuses.", True),
    ("LineTooLong", "", "{place} answered with a line that is too long.", False),
    ("HTTPException", "headers", "{place} answered with more than 100 headers.", False),
    ("BadStatusLine", "", "{place} answered with something that is no HTTP.", False),
    ("UnknownProtocol", "", "{place} answered with a version of HTTP that nobody asked for.", False),
    ("RemoteDisconnected", "", "{place} closed the connection without an answer.", False),
    ("InvalidChunkLength", "", "{place} cut its answer off, or miscounted a chunk of it.", False),
    ("IncompleteRead", "", "{place} cut its answer off.", False),
    ("HeaderParsingError", "", "{place} answered with headers that are no HTTP.", False),
)
"""Kind of error, what its words tell, what to say, and whether a new try is of use while nothing went out. The first
row that fits."""
