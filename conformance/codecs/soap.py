"""SOAP 1.1 and 1.2: a message in the Body of an envelope, written and read by the contract.

Reading goes as far as there is something to read: another version's envelope, a fault, a body without the documented
wrapper are told, not refused. Whether an envelope is as the standard wants it is the judge's work. Nothing is fetched
and no entity is expanded.
"""

from __future__ import annotations

import codecs
from typing import Any

from lxml import etree

from conformance.codecs import xsd
from conformance.codecs.decoded import Decoded, Envelope, Fault
from conformance.codecs.element_reader import Reader
from conformance.codecs.elements import NAMESPACES, Writer, elements, tag
from conformance.codecs.xml_bytes import document_of
from conformance.facets import element_name
from conformance.model import Field, Message, Tree

ENVELOPES = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
VERSIONS = {namespace: version for version, namespace in ENVELOPES.items()}
PREFIXES = {"1.1": "soap", "1.2": "soap12"}


def encode(message: Message, tree: Tree, version: str) -> bytes:
    """The message in an envelope of that version, as UTF-8 with an XML declaration. None leaves the wrapper empty."""
    envelope, body = enveloped(version)
    body.append(payload(message, tree))
    return bytes(etree.tostring(envelope, encoding="utf-8", xml_declaration=True))


def enveloped(version: str) -> tuple[etree._Element, etree._Element]:
    """An empty envelope and its Body."""
    namespace = ENVELOPES[version]
    envelope = etree.Element(tag(namespace, "Envelope"), nsmap=NAMESPACES | {PREFIXES[version]: namespace})
    return envelope, etree.SubElement(envelope, tag(namespace, "Body"))


def with_header(body: bytes, block: str) -> bytes:
    """The envelope with the block, which is an element as text, in its Header."""
    envelope = etree.fromstring(body)
    name = tag(etree.QName(envelope).namespace, "Header")
    header = envelope.find(name)
    if header is None:
        header = etree.Element(name)
        envelope.insert(0, header)
    header.append(etree.fromstring(block))
    return bytes(etree.tostring(envelope, encoding="utf-8", xml_declaration=True))


def payload(message: Message, tree: Tree) -> etree._Element:
    """The wrapper element of the message with its members."""
    # lxml takes None for the default namespace, its type stubs do not.
    default: dict[Any, str] = (
        {None: message.namespace} if message.namespace and not _unqualified(message.fields) else {}
    )
    root = etree.Element(tag(message.namespace, element_name(message.root)), nsmap=NAMESPACES | default)
    holder = root
    for name in message.wrappers:
        holder = etree.SubElement(holder, tag(message.namespace, element_name(name)))
    if tree is not None:
        Writer(message).members(holder, message.fields, tree, message.namespace)
    return root


def _unqualified(fields: tuple[Field, ...]) -> bool:
    """May elements without a namespace stand in the message? lxml would write them into the default one."""
    return any(
        member.element
        or member.namespace == ""
        or _unqualified(member.fields)
        or (member.item is not None and _unqualified((member.item,)))
        for member in fields
    )


def decode(message: Message, body: bytes, charset: str = "") -> Decoded:
    """The message in the bytes; Malformed where they are no XML document.

    The tree holds the members of the documented wrapper; it is None for a fault and where there is no such wrapper.
    """
    document = document_of(body, charset)
    envelope = _envelope(document.root, document_type=document.document_type, instructions=document.instructions)
    reader = Reader(message, xsd.value, xsd.valid)
    tree = None
    if envelope.child is not None and envelope.fault is None:
        tree = _message(reader, message, envelope.child)
    return Decoded(
        tree=tree,
        duplicates=tuple(reader.repeated),
        byte_order_mark=body.startswith(codecs.BOM_UTF8),
        utf8=document.fair,
        oddities=tuple(reader.oddities),
        envelope=envelope,
    )


def _envelope(root: etree._Element, *, document_type: bool, instructions: int) -> Envelope:
    name = etree.QName(root)
    version = VERSIONS.get(name.namespace or "", "") if name.localname == "Envelope" else ""
    if name.localname != "Envelope":
        return Envelope(version="", root=root, document_type=document_type, instructions=instructions)
    body = next((one for one in elements(root) if etree.QName(one).localname == "Body"), None)
    child = next(elements(body), None) if body is not None else None
    fault = None
    if body is not None:
        found = next((one for one in elements(body) if _is_fault(one, name.namespace)), None)
        fault = _fault(found) if found is not None else None
    return Envelope(
        version=version,
        root=root,
        body=body,
        child=child,
        fault=fault,
        document_type=document_type,
        instructions=instructions,
    )


def _is_fault(element: etree._Element, namespace: str | None) -> bool:
    name = etree.QName(element)
    return name.localname == "Fault" and name.namespace in {namespace, *VERSIONS}


def _fault(element: etree._Element) -> Fault:
    inside = {etree.QName(one).localname: one for one in elements(element)}
    code = inside.get("faultcode")
    if code is None:
        outer = inside.get("Code")
        code = (
            next((one for one in elements(outer) if etree.QName(one).localname == "Value"), None)
            if outer is not None
            else None
        )
    reason = inside.get("faultstring")
    if reason is None:
        reason = inside.get("Reason")
    text = "".join(map(str, code.itertext())).strip() if code is not None else ""
    prefix, colon, local = text.rpartition(":")
    namespace = None
    if code is not None:
        namespace = code.nsmap.get(prefix if colon else None)
    said = " ".join("".join(map(str, reason.itertext())).split()) if reason is not None else ""
    return Fault(element=element, code=local, namespace=namespace, text=text, reason=said)


def _message(reader: Reader, message: Message, child: etree._Element) -> Tree:
    name = etree.QName(child).localname
    if name != element_name(message.root):
        reader.odd("root", "", message.root, name)
        return None
    reader.placed(child, "", message.namespace)
    holder = child
    for wrapper in message.wrappers:
        inner = next((one for one in elements(holder) if etree.QName(one).localname == element_name(wrapper)), None)
        others = [one for one in elements(holder) if one is not inner]
        if inner is None:
            if others or (holder.text or "").strip():
                found = etree.QName(others[0]).localname if others else "text"
                reader.odd("root", "", wrapper, found)
                return None
            return {}
        reader.placed(inner, "", message.namespace)
        holder = inner
    return reader.members(holder, message.fields, "", message.namespace)
