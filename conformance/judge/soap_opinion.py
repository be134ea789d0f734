"""The second opinion on SOAP: the values of a message held by xmlschema against the types of the emitted schema.

The message is walked beside the schema, not validated as a whole: a validator stops to look once the order of elements
is broken, and sees nothing below a wrong namespace. Elements are found by local name, so what is said here is only
which values are outside of their types; names, order and namespaces are the codec's business. Left out, since the codec
takes no notice either: what the schema does not name, and the content of an element that says it is nil.

Of a contract that is bound to a target's WSDL that WSDL says what is valid, so there is no opinion here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from lxml import etree

from conformance.codecs.elements import elements, nil, unwrapped
from conformance.codecs.lexical import BLANKS
from conformance.emit.bounds import NUMBERS, below, rule_id
from conformance.emit.soap_xsd import soap_schemas
from conformance.judge.xml_opinion import LONG, beyond
from conformance.model import Contract, Field, Message
from conformance.wsdl.compiler import Schema

Broken = tuple[str, Field]
"""A path, and the member that stands there."""
ZEROS = re.compile(r"^(\s*[+-]?)0+(?=[0-9])")
"""They make a number no larger, and Python refuses to read too many digits."""
FAR = re.compile(r"^(\s*-?)[1-9][0-9]{5,}([0-9]{4})(?=-)")
"""A year beyond what xmlschema counts to. The calendar repeats, so a nearer one stands for it."""


class SoapOpinion:
    """The emitted schema of a service, compiled when it is first asked."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def of_request(self, child: etree._Element) -> frozenset[str]:
        """Ids of the rules that the values in the child of a Body break according to the schema: `request/…/type`, and
        `request/…/enumeration` of a choice. A schema knows no soft violations."""
        return frozenset(self._broken("request", self._contract.operation.request, child))

    def of_response(self, child: etree._Element) -> frozenset[str]:
        """The same of an answer that is no fault: `response/…/type`."""
        return frozenset(self._broken("response", self._contract.operation.response, child))

    @cached_property
    def _schema(self) -> Any:
        # What a page prints beside the contract's type (`long`, `anyURI`) decides no verdict.
        return compiled(soap_schemas(self._contract, published=False))

    def _broken(self, part: str, message: Message, child: etree._Element) -> Iterator[str]:
        if any(member.element for member in message.fields) or etree.QName(child).localname != message.root:
            return
        space = f"{{{message.namespace}}}" if message.namespace else ""
        particle, holder = self._schema.maps.elements[space + message.root], child
        for name in message.wrappers:
            inner = next((one for one in elements(holder) if etree.QName(one).localname == name), None)
            if inner is None:
                return
            particle, holder = _particles(particle)[name], inner
        for path, member in _members(holder, particle, message.fields, ""):
            facet = "enumeration" if part == "request" and member.type == "enum" else "type"
            yield rule_id(self._contract, part, path, facet)


def compiled(schemas: Mapping[str, etree._Element]) -> Any:
    """The schemas of all namespaces as one. Nothing is fetched."""
    first, *others = (etree.tostring(one, encoding="unicode") for one in schemas.values())
    made = Schema(first, allow="none", build=False)
    for one in others:
        made.add_schema(one)
    made.build()
    return made


def _particles(particle: Any) -> dict[str, Any]:
    """The elements that may stand in an element, by local name."""
    content = particle.type.content
    return {one.local_name: one for one in content.iter_elements() if one.name} if content is not None else {}


def _members(came: etree._Element, particle: Any, fields: tuple[Field, ...], path: str) -> Iterator[Broken]:
    """The members below an element whose values are outside of their types."""
    for member in fields:
        here = below(path, member.name)
        if member.name == "#text" and _refused(particle.type, member, came):
            yield here, member
        elif member.name[0] == "@":
            name = f"{{{member.namespace}}}{member.name[1:]}" if member.namespace else member.name[1:]
            held, declared = came.get(name), particle.type.attributes.get(name)
            if held is not None and declared is not None and _outside(declared.type, member, held):
                yield here, member
    inside, known = _particles(particle), {member.name: member for member in fields}
    seen: set[str] = set()
    for child in elements(came):
        name = etree.QName(child).localname
        if name not in inside or name not in known or name in seen:
            continue
        one = known[name]
        if unwrapped(one) and one.item is not None:
            yield from _value(child, inside[name], one.item, below(path, name))
        else:
            # Of a member that is repeated the first counts.
            seen.add(name)
            yield from _value(child, inside[name], one, below(path, name))


def _value(came: etree._Element, particle: Any, member: Field, path: str) -> Iterator[Broken]:
    if nil(came) or (member.type in {"open", "empty", "object", "map"} and not member.fields):
        return
    if particle.type.has_simple_content():
        if not member.fields:
            if _refused(particle.type, member, came):
                yield path, member
            return
    elif next(elements(came), None) is None and (came.text or "").strip(BLANKS):
        # A type with members admits no text, but for white space.
        if not particle.type.mixed:
            yield path, member
        return
    if member.item is not None:
        for child in elements(came):
            for one in particle.type.content.iter_elements():
                yield from _value(child, one, member.item, path)
    else:
        yield from _members(came, particle, member.fields, path)


def _refused(kind: Any, member: Field, came: etree._Element) -> bool:
    """Is the content of an element not what its type of text admits?"""
    return next(elements(came), None) is not None or _outside(kind, member, came.text or "")


def _outside(kind: Any, member: Field, text: str) -> bool:
    bare = text.strip(BLANKS)
    if beyond(member, text) or (member.type == "base64Binary" and not bare.isascii()):
        return True
    if member.type in NUMBERS:
        text = LONG.sub(r"\1", ZEROS.sub(r"\1", text))
    elif member.type == "dateTime":
        text = FAR.sub(r"\g<1>2\2", text)
    simple = kind if kind.is_simple() else kind.content
    return not simple.is_valid(text)
