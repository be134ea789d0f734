"""SOAP faults as both versions write them: the envelope, and the HTTP status that it travels with.

A code is given in the words of SOAP 1.1. Nothing here knows a service or a defect.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from conformance.codecs.elements import tag
from conformance.codecs.soap import ENVELOPES, PREFIXES, enveloped

CODES_OF_SECOND = {"Client": "Sender", "Server": "Receiver"}
"""What SOAP 1.2 calls differently (Part 1 §5.4.6)."""
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
BAD_REQUEST, SERVER_ERROR = 400, 500
REASONS = {BAD_REQUEST: "Bad Request", SERVER_ERROR: "Internal Server Error"}


def fault(version: str, code: str, reason: str) -> etree._Element:
    """The envelope with the fault alone in its Body."""
    envelope, body = enveloped(version)
    own = ENVELOPES[version]
    made = etree.SubElement(body, tag(own, "Fault"))
    named = f"{PREFIXES[version]}:{code_in(version, code)}"
    if version == "1.1":
        etree.SubElement(made, "faultcode").text = named
        etree.SubElement(made, "faultstring").text = reason
        return envelope
    etree.SubElement(etree.SubElement(made, tag(own, "Code")), tag(own, "Value")).text = named
    text = etree.SubElement(etree.SubElement(made, tag(own, "Reason")), tag(own, "Text"))
    text.text = reason
    text.set(LANGUAGE, "es")
    return envelope


def code_in(version: str, code: str) -> str:
    """The code in the words of that version."""
    return CODES_OF_SECOND.get(code, code) if version == "1.2" else code


def status(version: str, code: str) -> int:
    """The HTTP status of a fault: 500, but 400 for a fault of the sender in SOAP 1.2 (Part 2 §7.5.2.2)."""
    return BAD_REQUEST if version == "1.2" and code == "Client" else SERVER_ERROR


def upgrade(envelope: etree._Element, supported: Iterable[str]) -> None:
    """Say in the Header which versions the service speaks (SOAP 1.2 Part 1 §5.4.7). Only SOAP 1.2 has such a block."""
    own = ENVELOPES["1.2"]
    block = etree.SubElement(_header(envelope), tag(own, "Upgrade"))
    for version in supported:
        known = etree.SubElement(block, tag(own, "SupportedEnvelope"), nsmap={"known": ENVELOPES[version]})
        known.set("qname", "known:Envelope")


def not_understood(envelope: etree._Element, names: Iterable[str]) -> None:
    """Say in the Header which blocks were not understood (SOAP 1.2 Part 1 §5.4.8); the names are in Clark notation."""
    own = ENVELOPES["1.2"]
    for name in names:
        found = etree.QName(name)
        # lxml takes None for the default namespace, its type stubs do not.
        spaces: dict[str, str] = {"block": found.namespace} if found.namespace else {}
        block = etree.SubElement(_header(envelope), tag(own, "NotUnderstood"), nsmap=spaces)
        block.set("qname", f"block:{found.localname}" if found.namespace else str(found.localname))


def _header(envelope: etree._Element) -> etree._Element:
    name = tag(ENVELOPES["1.2"], "Header")
    found = envelope.find(name)
    if found is None:
        found = etree.Element(name)
        envelope.insert(0, found)
    return found
