"""Schemas of namespaces that everybody refers to and whose addresses are never asked: ours in their place.

They declare what a WSDL with literal messages can refer to. Imports nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

XML = "http://www.w3.org/XML/1998/namespace"
SOAP_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_XML_SCHEMA = b"""<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/XML/1998/namespace">
  <xs:attribute name="lang" type="xs:string"/>
  <xs:attribute name="space" type="xs:NCName"/>
  <xs:attribute name="base" type="xs:anyURI"/>
  <xs:attribute name="id" type="xs:ID"/>
  <xs:attributeGroup name="specialAttrs">
    <xs:attribute ref="xml:lang"/>
    <xs:attribute ref="xml:space"/>
    <xs:attribute ref="xml:base"/>
    <xs:attribute ref="xml:id"/>
  </xs:attributeGroup>
</xs:schema>
"""
_ENCODING_SCHEMA = b"""<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://schemas.xmlsoap.org/soap/encoding/">
  <xs:attribute name="arrayType" type="xs:string"/>
  <xs:attribute name="offset" type="xs:string"/>
  <xs:attribute name="position" type="xs:string"/>
</xs:schema>
"""
SCHEMAS: Mapping[str, bytes] = {XML: _XML_SCHEMA, SOAP_ENCODING: _ENCODING_SCHEMA}
ADDRESSES: Mapping[str, str] = {
    "http://www.w3.org/2001/xml.xsd": XML,
    "https://www.w3.org/2001/xml.xsd": XML,
    "http://www.w3.org/2009/01/xml.xsd": XML,
    "https://www.w3.org/2009/01/xml.xsd": XML,
    XML: XML,
    SOAP_ENCODING: SOAP_ENCODING,
    SOAP_ENCODING.rstrip("/"): SOAP_ENCODING,
}
"""Address → the namespace whose schema is published there."""


def stands_in(url: str) -> bytes | None:
    """Our schema for that address; None where it is no address of a standard."""
    namespace = ADDRESSES.get(url)
    return SCHEMAS[namespace] if namespace is not None else None
