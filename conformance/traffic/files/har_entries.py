"""One entry of a HAR as an exchange: what the tools that write HARs put where, and how much of a body each keeps.

Only what says anything of an exchange is looked at; pages, timings, cookies and the extensions of tools are passed
over. Pure.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from conformance.traffic.files.charsets import writable
from conformance.traffic.files.har_bodies import LOST, NONE, body_of_text
from conformance.traffic.recording import Answered, Asked, Recorded

_BODILESS = frozenset((204, 205, 304))
_DIGITS = re.compile("[0-9]{1,15}")
_FORM = "application/x-www-form-urlencoded"
_UPLOAD = re.compile(r"(?:Content-(?:Type|Length|Disposition): [^\r\n]*\r\n)+\r\n", re.IGNORECASE)
"""What Firefox puts before the body of a form. No body of the services begins so."""


class _Pair(msgspec.Struct):
    name: str
    value: str | None = ""


class _Post(msgspec.Struct):
    mimeType: str | None = ""  # noqa: N815 - HAR's name
    text: str | None = None
    params: list[_Pair] | None = None
    own_encoding: str | None = msgspec.field(default=None, name="_encoding")
    encoding: str | None = None


class _Request(msgspec.Struct):
    method: str
    url: str
    headers: list[_Pair] = []
    postData: _Post | None = None  # noqa: N815 - HAR's name
    bodySize: float | None = None  # noqa: N815 - HAR's name


class _Content(msgspec.Struct):
    size: float | None = None
    mimeType: str | None = ""  # noqa: N815 - HAR's name
    text: str | None = None
    encoding: str | None = None


class _Response(msgspec.Struct):
    status: int | None = None
    statusText: str | None = ""  # noqa: N815 - HAR's name
    httpVersion: str | None = ""  # noqa: N815 - HAR's name
    headers: list[_Pair] = []
    content: _Content | None = None
    bodySize: float | None = None  # noqa: N815 - HAR's name
    error: str | None = msgspec.field(default=None, name="_error")
    failure: str | None = msgspec.field(default=None, name="_failureText")


class Entry(msgspec.Struct):
    """An entry, as far as it says anything of an exchange."""

    request: _Request
    response: _Response | None
    startedDateTime: str | None = ""  # noqa: N815 - HAR's name
    time: float | None = 0.0


_entry = msgspec.json.Decoder(Entry).decode


def read(raw: bytes, *, ours: bool = False) -> Recorded:
    """The exchange that an entry says; ValueError or RecursionError where it is none. `ours` wrote down bytes."""
    try:
        entry = _entry(raw)
    except (msgspec.ValidationError, RecursionError):
        raise
    except ValueError as error:
        # Texts with half of a surrogate pair, and bytes that are no UTF-8, occur in HARs; the rest may be sound.
        try:
            entry = msgspec.convert(json.loads(raw.decode("utf-8", "surrogateescape")), Entry)
        except msgspec.ValidationError:
            raise
        except ValueError:
            raise error from None
    return recorded(entry, ours=ours)


def recorded(entry: Entry, *, ours: bool = False) -> Recorded:
    """The exchange of an entry."""
    asked = _asked(entry.request, ours=ours)
    duration = entry.time or 0.0
    answered = error = None
    response = entry.response
    if response is not None and (response.status or 0) > 0:
        answered = _answered(response, entry.request.method, ours=ours)
    else:
        # No status, 0 and -1 all say so.
        error = (response and (response.error or response.failure)) or "no answer was recorded"
    return Recorded(
        request=asked,
        response=answered,
        error=None if error is None else writable(error),
        started=writable(entry.startedDateTime or ""),
        milliseconds=duration if 0 < duration < math.inf else 0.0,
    )


def _asked(request: _Request, *, ours: bool) -> Asked:
    headers = _headers(request.headers)
    named = _named(headers)
    post, size, length = request.postData, request.bodySize or 0, _length(named)
    if post is not None and (post.text or (post.params and _is_form(post, named))):
        text = post.text or urlencode([(one.name, one.value or "") for one in post.params or ()])
        packed = "base64" in {post.own_encoding, post.encoding}
        if not packed and not ours and (upload := _UPLOAD.match(text)):
            # Its size counts them too.
            text, size = text[upload.end() :], 0
        media = named.get("content-type") or post.mimeType or ""
        body = body_of_text(text, media, max(size, length), packed=packed, ours=ours)
    elif size > 0 or length > 0 or (post is not None and post.params) or (ours and size < 0):
        body = LOST
    else:
        body = NONE
    return Asked(
        method=writable(request.method),
        url=writable(request.url),
        headers=headers,
        body=body.body,
        body64=body.body64,
        kept=body.kept,
    )


def _answered(response: _Response, method: str, *, ours: bool) -> Answered:
    headers = _headers(response.headers)
    named = _named(headers)
    content = response.content or _Content()
    status = response.status or 0
    if content.text:
        media = named.get("content-type") or content.mimeType or ""
        size = max(content.size or 0, _length(named))
        body = body_of_text(content.text, media, size, packed=content.encoding == "base64", ours=ours)
    elif status in _BODILESS or method.upper() == "HEAD":
        body = NONE
    else:
        body = LOST if _was_one(response, content, named) else NONE
    return Answered(
        status=status,
        reason=writable(response.statusText or ""),
        http_version=writable(response.httpVersion or "").upper(),
        headers=headers,
        body=body.body,
        body64=body.body64,
        kept=body.kept,
    )


def _was_one(response: _Response, content: _Content, named: Mapping[str, str]) -> bool:
    """Whether there was a body, or nothing says that there was none, where none is recorded."""
    if (content.size or 0) > 0 or _length(named) > 0 or "chunked" in named.get("transfer-encoding", "").lower():
        return True
    return content.text is None and content.size != 0 and response.bodySize != 0


def _headers(pairs: list[_Pair]) -> list[tuple[str, str]]:
    """The header fields as they were sent: without what HTTP/2 puts in their place, and one line each."""
    found = []
    for pair in pairs:
        name, value = pair.name, pair.value or ""
        if name[:1] == ":":
            continue
        if name.isascii() and value.isascii() and "\n" not in value:
            found.append((name, value))
        else:
            found += [(writable(name), writable(line)) for line in value.split("\n")]
    return found


def _named(headers: list[tuple[str, str]]) -> Mapping[str, str]:
    """The first value of each header, by its name in lower case."""
    return {name.lower(): value for name, value in reversed(headers)}


def _length(named: Mapping[str, str]) -> int:
    """What Content-Length says of the body; 0 where it speaks of one that is packed, or says nothing."""
    if named.get("content-encoding", "").strip().lower() not in {"", "identity"}:
        return 0
    length = named.get("content-length", "").strip()
    return int(length) if _DIGITS.fullmatch(length) else 0


def _is_form(post: _Post, named: Mapping[str, str]) -> bool:
    return (named.get("content-type") or post.mimeType or "").lower().lstrip().startswith(_FORM)
