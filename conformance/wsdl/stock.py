"""A stock client, zeep, over documents that are already here: what it sends for an operation, what it makes of an
answer.

It is given no way to fetch or to send anything. Must never import what opens sockets.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import zeep
import zeep.exceptions
import zeep.helpers
from lxml import etree
from zeep.xsd.elements.indicators import Group, Indicator

from conformance.model import Description, Field, Headers, Message, Tree
from conformance.wsdl.errors import TOO_DEEP, Unread, Unreadable, Unusable
from conformance.wsdl.standin import stands_in

Fault = zeep.exceptions.Fault
"""What `read` raises for a fault: with `message`, `code` and `detail`."""

# What zeep lets through of what is wrong with a document or an answer, beside its own errors.
_TROUBLE = (
    zeep.exceptions.Error,
    etree.LxmlError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
_UNKNOWN = ("No visitor defined", "Unexpected tag")
"""How zeep speaks of a part of XML Schema that it does not know."""
_MOST = 300
"""Characters of a reason; zeep puts whole messages in some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a stock client would send."""

    headers: Headers
    body: bytes


def client(description: Description) -> Any:
    """The client. Unusable where zeep cannot build one, Unread where that is for what zeep does not know."""
    return _client(description.url, tuple(description.documents.items()))


@lru_cache(maxsize=8)
def _client(url: str, documents: tuple[tuple[str, bytes], ...]) -> Any:
    settings = zeep.Settings(strict=True, force_https=False, forbid_dtd=True, forbid_entities=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made: Any = zeep.Client
            return made(url, transport=_Offline(dict(documents)), settings=settings)
    except _TROUBLE as error:
        kind = Unread if _limited(error) else Unusable
        raise kind(f"{url}: a stock client (zeep) cannot load it: {_reason(error)}") from error


def _limited(error: Exception) -> bool:
    """Is it zeep that does not know what the document may well say?"""
    return isinstance(error, (NotImplementedError, RecursionError)) or str(error).startswith(_UNKNOWN)


def message(description: Description, version: str, arguments: Mapping[str, Any]) -> Sent:
    """The envelope of that SOAP version that zeep makes of the arguments (`arguments` makes them), and its headers."""
    binding = _port(description, version).binding
    try:
        body = binding.get(description.operation).input.body
        given = _grouped(body.type, arguments)
        envelope, headers = binding._create(description.operation, (), given, client=client(description))
    except _TROUBLE as error:
        reason = _reason(error)
        raise Unusable(f"{description.url}: a stock client (zeep) cannot write the message: {reason}") from error
    sent = etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
    return Sent(headers=tuple(headers.items()), body=bytes(sent))


def read(description: Description, version: str, status: int, content_type: str, body: bytes) -> object:
    """What zeep makes of an answer, as plain values. Raises Fault for a fault, Unreadable for what it cannot read."""
    binding = _port(description, version).binding
    answer = _Answer(status, body, {"Content-Type": content_type} if content_type else {})
    with _listening() as heard:
        try:
            found = binding.process_reply(client(description), binding.get(description.operation), answer)
        except Fault as fault:
            if fault.code is None and fault.message == "Unknown fault occured":
                raise Unreadable(f"the answer has the status {status} and no fault in it") from None
            raise
        except _TROUBLE as error:
            raise Unreadable(_reason(error)) from error
    if heard:
        raise Unreadable(heard[0])
    plain: Any = zeep.helpers.serialize_object
    return plain(found, dict)


def arguments(message: Message, tree: Tree) -> dict[str, Any]:
    """The message as zeep wants it: values by the local names of their elements, lists for what is repeated."""
    made: dict[str, Any] = {}
    _members(made, message.fields, tree)
    return made


def _members(holder: dict[str, Any], fields: tuple[Field, ...], tree: Tree) -> None:
    for member in fields if isinstance(tree, Mapping) else ():
        if member.name in tree:
            path = [etree.QName(step).localname for step in member.element or (member.name,)]
            _member(holder, member, path, tree[member.name])


def _member(holder: dict[str, Any], member: Field, path: list[str], value: Tree) -> None:
    item = member.item
    if item is None or not isinstance(value, list):
        _descended(holder, path[:-1])[path[-1]] = _value(member, value)
        return
    flat = member.occurs is not None and member.occurs[1] is None
    names = [etree.QName(step).localname for step in item.element or (member.name if flat else item.name,)]
    inside = _descended(holder, ([etree.QName(step).localname for step in member.element] if flat else path))
    entries = [_value(item, entry) for entry in value]
    inside = _descended(inside, names[:-1])
    inside[names[-1]] = entries


def _value(member: Field, value: Tree) -> Any:
    if value is None:
        return zeep.xsd.Nil
    if member.type == "empty":
        return {}
    if member.fields:
        made: dict[str, Any] = {}
        _members(made, member.fields, value)
        return made
    return next((one.literal for one in member.choices if one.literal and one.name == value), value)


def _descended(holder: dict[str, Any], path: list[str]) -> dict[str, Any]:
    for step in path:
        holder = holder.setdefault(step, {})
    return holder


def _grouped(kind: Any, given: Any) -> Any:
    """The values of an element as zeep wants them where a group repeats: as a list under a name of its own."""
    if isinstance(given, list):
        return [_grouped(kind, one) for one in given]
    if not isinstance(given, Mapping) or not isinstance(kind, zeep.xsd.ComplexType):
        return given
    made: dict[str, Any] = {}
    rest = dict(given)
    for name, part in kind.elements_nested:
        _take(name, part, rest, made)
    return {**made, **rest}


def _take(name: str | None, part: Any, rest: dict[str, Any], made: dict[str, Any]) -> None:
    """Move what belongs to one part of a type from the one to the other."""
    if isinstance(part, Group) and not part.accepts_multiple:
        _take(name, part.child, rest, made)
    elif not isinstance(part, Indicator):
        if name in rest and hasattr(part, "type"):
            made[str(name)] = _grouped(part.type, rest.pop(name))
    elif not part.accepts_multiple:
        nested: Any = part
        for inner, one in nested.elements_nested:
            _take(inner, one, rest, made)
    else:
        own = {inner: _grouped(one.type, rest.pop(inner)) for inner, one in part.elements if inner in rest}
        count = max((len(held) if isinstance(held, list) else 1 for held in own.values()), default=0)
        columns = {inner: held if isinstance(held, list) else [held] for inner, held in own.items()}
        if count:
            made[str(name)] = [
                {inner: held[place] for inner, held in columns.items() if place < len(held)} for place in range(count)
            ]


def _port(description: Description, version: str) -> Any:
    service, port = description.port[version]
    return client(description).wsdl.services[service].ports[port]


def _reason(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return TOO_DEEP
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"


class _Offline:
    """In the place of zeep's transport: serves what was downloaded, and stops at anything else."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self._documents = documents

    def load(self, url: str) -> bytes:
        # zeep takes an absolute address as it is written.
        spelt = urlunsplit(urlsplit(url.strip()))
        found = self._documents.get(url) or self._documents.get(spelt) or stands_in(spelt)
        if found is None:
            raise Unusable(f"{url} was not downloaded with the WSDL, and nothing is fetched now")
        return found


@dataclass(frozen=True, slots=True)
class _Answer:
    """What zeep looks at of a response."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]
    encoding: str | None = field(default=None)


_heard: ContextVar[list[str] | None] = ContextVar("heard", default=None)
"""What zeep logged in place of raising it, since somebody asked: a value that it could not read becomes None."""


def _hear(record: logging.LogRecord) -> bool:
    """Keep what is asked for, and let nothing through: what zeep tells of its work holds addresses and values, and with
    them what a target file keeps secret. No handler of anybody sees it."""
    heard = _heard.get()
    if heard is not None and record.levelno >= logging.ERROR:
        error = record.exc_info[1] if record.exc_info else None
        heard.append(_reason(error) if error is not None else record.getMessage())
    return False


logging.getLogger("zeep").setLevel(logging.ERROR)
for _name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "zeep"]:
    # Only the filters of the logger that a record comes from are asked.
    logging.getLogger(_name).addFilter(_hear)


@contextmanager
def _listening() -> Iterator[list[str]]:
    heard: list[str] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)
