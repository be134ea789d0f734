"""A WSDL and everything that it imports, through a function that the caller brings.

What a stranger's document may make us ask for is bounded: the scheme and the host of the WSDL itself, number, size,
depth and time. No document type, hence no entity. Each address is asked once, so circles do no harm. Must never import
what opens sockets.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from lxml import etree

from conformance.errors import without_excerpt
from conformance.model import Description
from conformance.wsdl.bounds import excess
from conformance.wsdl.errors import Unread, Unusable
from conformance.wsdl.standin import stands_in

WSDL = "http://schemas.xmlsoap.org/wsdl/"
WSDL_2 = "http://www.w3.org/ns/wsdl"
XS = "http://www.w3.org/2001/XMLSchema"
SCHEMES = ("http", "https")
PORTS = {"http": 80, "https": 443}
TOO_MUCH = ("huge", "depth", "limit", "too long", "too big")
"""Words of libxml2 for a document that is beyond its bounds, not ill-formed."""

Fetch = Callable[[str], bytes]
"""Address → what is there. Redirects, credentials and the bound on one download are its business; it raises Unusable or
another ConformanceError where there is nothing to be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a WSDL may be: documents, bytes in one and in all, imports in a chain, seconds for all downloads."""

    documents: int = 100
    document_bytes: int = 8 * 2**20
    total_bytes: int = 24 * 2**20
    depth: int = 12
    seconds: float = 60.0


STANDARD = Limits()


def load(
    fetch: Fetch,
    url: str,
    limits: Limits = STANDARD,
    *,
    hosts: frozenset[str] = frozenset(),
    clock: Callable[[], float] = time.monotonic,
) -> Description:
    """The WSDL at `url` with its imports, its operation not chosen yet.

    `hosts` are other hosts that may be asked, as `name` (any port) or `name:port`. A `url` of scheme `file` is for
    `file_fetch`; its imports may then name no scheme.
    """
    return Description(url=url, documents=_Loading(fetch, url, limits, hosts, clock).documents(), operation="")


def file_url(name: str) -> str:
    """The address of a file for `file_fetch`; the name is relative to the folder of that."""
    return f"file:///{quote(name)}"


def file_fetch(folder: Path) -> Fetch:
    """A fetch for a WSDL that the user named as a file: files in the folder and below, nothing else."""
    root = folder.resolve()

    def fetch(url: str) -> bytes:
        parts = urlsplit(url)
        if parts.scheme != "file" or parts.netloc:
            raise Unusable(f"{url} is no file in {folder}")
        name = unquote(parts.path).lstrip("/")
        try:
            path = (root / name).resolve()
            if not path.is_relative_to(root):
                raise Unusable(f"{name} is outside of {folder}, the folder of the WSDL; nothing is read there")
            return path.read_bytes()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise Unusable(f"{folder / name} cannot be read ({reason})") from None

    return fetch


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An address, the document that asks for it, and how many imports led there."""

    url: str
    by: str
    depth: int


class _Loading:
    """One download of a WSDL with its imports."""

    def __init__(
        self, fetch: Fetch, url: str, limits: Limits, hosts: frozenset[str], clock: Callable[[], float]
    ) -> None:
        self._fetch = fetch
        self._root = url
        self._limits = limits
        self._hosts = frozenset(host.lower() for host in hosts)
        self._clock = clock
        self._started = clock()
        self._total = 0

    def documents(self) -> dict[str, bytes]:
        """Address → bytes, the WSDL first."""
        scheme = _split(self._root, "").scheme
        if scheme not in (*SCHEMES, "file"):
            raise Unread(f"{self._root}: a WSDL is read from an http or https address, or from a file that you name")
        found: dict[str, bytes] = {}
        roots = []
        queue = deque([_Wanted(self._root, "", 0)])
        seen = {self._root}
        while queue:
            wanted = queue.popleft()
            content = self._content(wanted, len(found))
            found[wanted.url] = content
            roots.append(_parsed(content, wanted))
            for url in dict.fromkeys(_imports(roots[-1], wanted)):
                if url not in seen:
                    seen.add(url)
                    queue.append(_Wanted(url, wanted.url, wanted.depth + 1))
        reason = excess(roots)
        if reason:
            raise Unread(f"{self._root}: {reason}")
        return found

    def _content(self, wanted: _Wanted, count: int) -> bytes:
        standard = stands_in(wanted.url)
        if standard is not None:
            return standard
        self._allowed(wanted, count)
        content = self._fetch(wanted.url)
        self._total += len(content)
        if len(content) > self._limits.document_bytes:
            raise Unread(f"{_named(wanted)} has {len(content)} bytes; at most {self._limits.document_bytes} are read")
        if self._total > self._limits.total_bytes:
            raise Unread(
                f"{self._root} and what it imports have more than {self._limits.total_bytes} bytes; {_named(wanted)}"
                " is where the bound was passed"
            )
        self._in_time(wanted)
        return content

    def _allowed(self, wanted: _Wanted, count: int) -> None:
        if count >= self._limits.documents:
            raise Unread(f"{self._root} imports more than {self._limits.documents} documents; no more are read")
        if wanted.depth > self._limits.depth:
            raise Unread(f"{_named(wanted)} is behind more than {self._limits.depth} imports; it is not read")
        self._in_time(wanted)
        if wanted.by:
            self._same_place(wanted)

    def _in_time(self, wanted: _Wanted) -> None:
        if self._clock() - self._started > self._limits.seconds:
            raise Unread(
                f"{self._root}: the WSDL and its imports took more than {self._limits.seconds:g} seconds;"
                f" {_named(wanted)} is where the time ran out"
            )

    def _same_place(self, wanted: _Wanted) -> None:
        """Stop at another scheme, host or port than the WSDL's own, unless there is leave."""
        own, other = _split(self._root, ""), _split(wanted.url, wanted.by)
        if other.scheme not in SCHEMES and not (other.scheme == own.scheme == "file" and not other.netloc):
            raise Unread(f"{_named(wanted)}: an import by {other.scheme or 'such an address'} is never followed")
        if other.scheme == "file":
            return
        if not other.hostname or "@" in other.netloc:
            raise Unread(f"{_named(wanted)} is no plain address of a host; it is not asked")
        if own.scheme == "https" and other.scheme == "http":
            raise Unread(f"{_named(wanted)} would be read without TLS, though the WSDL is not; it is not asked")
        place = (other.hostname, other.port or PORTS[other.scheme])
        leave = {other.hostname, f"{other.hostname}:{place[1]}"} & self._hosts
        if not leave and (own.scheme == "file" or place != _place(own, other.scheme)):
            known = f"{own.netloc}, the host of the WSDL" if own.netloc else "the folder of the WSDL"
            raise Unread(f"{_named(wanted)} is not at {known}; it is not asked without leave (wsdl_hosts)")


def _place(own: SplitResult, scheme: str) -> tuple[str | None, int]:
    """Host and port of the WSDL. The standard ports of http and https are one place: TLS may be taken up."""
    port = own.port or PORTS[own.scheme]
    return own.hostname, PORTS[scheme] if port == PORTS[own.scheme] else port


def _split(url: str, by: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise Unusable(f"{url}{f', imported by {by},' if by else ''} is no address ({error})") from None
    return parts


def _named(wanted: _Wanted) -> str:
    return f"{wanted.url}, imported by {wanted.by}," if wanted.by else wanted.url


def _parsed(content: bytes, wanted: _Wanted) -> etree._Element:
    """The root of a document of the two kinds that there may be."""
    try:
        root = parse(content)
    except etree.XMLSyntaxError as error:
        reason = " ".join(without_excerpt(str(error)).split())
        if any(word in reason.lower() for word in TOO_MUCH):
            raise Unread(f"{_named(wanted)} is more than is read: {reason}") from None
        raise Unusable(f"{_named(wanted)} is no well-formed XML: {reason}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unusable(f"{_named(wanted)} has a document type declaration, which a WSDL must not have")
    kinds = {f"{{{WSDL}}}definitions", f"{{{XS}}}schema"} if wanted.by else {f"{{{WSDL}}}definitions"}
    if root.tag not in kinds:
        name = etree.QName(root)
        if name.namespace == WSDL_2:
            raise Unread(f"{_named(wanted)} is a WSDL 2.0 description; only WSDL 1.1 is read")
        due = "a WSDL or a schema" if wanted.by else "a WSDL, whose root is definitions"
        raise Unusable(f"{_named(wanted)} is not {due}: it is <{name.localname}>")
    return root


def parse(content: bytes) -> etree._Element:
    """The root element; nothing is fetched, no entity is replaced, no bound of libxml2 is lifted."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    return etree.fromstring(content, parser)


def _imports(root: etree._Element, wanted: _Wanted) -> Iterator[str]:
    """The addresses that a document imports, in its order."""
    for element in root.iter(f"{{{WSDL}}}import", *(f"{{{XS}}}{kind}" for kind in ("import", "include", "redefine"))):
        if element.tag == f"{{{XS}}}redefine":
            raise Unread(f"{_named(wanted)} redefines what is in another schema (xs:redefine), which is not read")
        location = element.get("location" if element.tag == f"{{{WSDL}}}import" else "schemaLocation")
        if location is None or not location.strip():
            continue
        written = _split(location.strip(), wanted.url)
        beyond = bool(written.netloc) or written.path.startswith(("/", "\\"))
        if beyond and _split(wanted.url, "").scheme == "file" and written.scheme not in SCHEMES:
            raise Unusable(f"{location}, imported by {wanted.url}, is not in the folder of the WSDL")
        try:
            yield urljoin(wanted.url, location.strip())
        except ValueError as error:
            raise Unusable(f"{location}, imported by {wanted.url}, is no address ({error})") from None
