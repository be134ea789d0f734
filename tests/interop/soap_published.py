"""The embedded reference behind a WSDL published in the ways that are met: in parts, stale, moved, or not at all.

The service itself is the reference's, so a run that binds to the WSDL conforms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lxml import etree
from werkzeug.wrappers import Request, Response

from conformance.reference.app import Application, path_of
from conformance.run.contracts import contracts
from tests.interop.soap_in_process import serving

SERVICE = "actualizar-correo"
WSDL, XSD = "{http://schemas.xmlsoap.org/wsdl/}", "{http://www.w3.org/2001/XMLSchema}"
STALE = "http://facturacion.interno.example:8080/FacturacionElectronica"


def xml(text: str | bytes) -> Response:
    """A document as it is published."""
    return Response(text, content_type="text/xml; charset=utf-8")


def as_it_is(text: str, _request: Request) -> Response:
    """One document."""
    return xml(text)


def in_parts(text: str, request: Request) -> Response:
    """The schema and the abstract half in documents of their own, as JAX-WS and WCF publish them."""
    root = etree.fromstring(text.encode())
    (types,), here = root.findall(f"{WSDL}types"), request.base_url
    (schema,) = types
    abstract = [one for one in root if one.tag in {f"{WSDL}types", f"{WSDL}message", f"{WSDL}portType"}]
    space = root.get("targetNamespace", "")
    if request.query_string == b"xsd=1":
        return xml(etree.tostring(schema))
    if request.query_string == b"wsdl=1":
        for one in root:
            if one not in abstract:
                root.remove(one)
        types[:] = [etree.Element(f"{XSD}schema")]
        etree.SubElement(types[0], f"{XSD}import", namespace=space, schemaLocation=f"{here}?xsd=1")
        return xml(etree.tostring(root))
    for one in abstract:
        root.remove(one)
    root.insert(0, etree.Element(f"{WSDL}import", namespace=space, location="?wsdl=1"))
    return xml(etree.tostring(root))


def stale(text: str, request: Request) -> Response:
    """The address of a host inside, as behind a proxy that nobody told the service of."""
    return xml(text.replace(f'location="{request.base_url}"', f'location="{STALE}"'))


def moved(text: str, request: Request) -> Response:
    """A redirect to where it is."""
    if request.query_string == b"WSDL2":
        return xml(text)
    return Response("", 301, {"Location": f"{request.base_url}?WSDL2"})


def missing(_text: str, _request: Request) -> Response:
    """No such page."""
    return Response("<h1>Not Found</h1>", 404, content_type="text/html")


def page(_text: str, _request: Request) -> Response:
    """A page for people, as some servers show at the address of a service."""
    return Response("<!DOCTYPE html><title>Servicio</title><p>Servicio de facturación", content_type="text/html")


def declared(text: str, _request: Request) -> Response:
    """A document type with an entity."""
    head, _, rest = text.partition("?>")
    return xml(f'{head}?><!DOCTYPE wsdl:definitions [<!ENTITY e SYSTEM "file:///etc/hostname">]>{rest}')


def elsewhere(text: str, request: Request) -> Response:
    """A schema that another host has."""
    parts = in_parts(text, request).get_data(as_text=True)
    return xml(parts.replace('location="?wsdl=1"', 'location="http://otro.example/servicio?wsdl=1"'))


def another(text: str, _request: Request) -> Response:
    """A WSDL of something else."""
    return xml(text.replace("actualizarCorreoClienteListaDocumentos", "consultarDocumento"))


Publish = Callable[[str, Request], Response]
WAYS: Mapping[str, Publish] = {
    "one document": as_it_is,
    "in parts": in_parts,
    "a stale address": stale,
    "moved": moved,
    "no such page": missing,
    "a page for people": page,
    "a document type": declared,
    "a part on another host": elsewhere,
    "another operation": another,
}


class Published:
    """The reference, but for what GET of a WSDL is answered."""

    def __init__(self, publish: Publish) -> None:
        self._inner = Application([contracts()[SERVICE]])
        self._publish = publish

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        if request.method != "GET" or not request.query_string:
            return self._inner(environ, start_response)
        text = Response.from_app(self._inner, {**environ, "QUERY_STRING": "wsdl"}).get_data(as_text=True)
        return self._publish(text, request)(environ, start_response)


@contextmanager
def published(way: str) -> Iterator[str]:
    """The address of the service while the block runs."""
    with serving(Published(WAYS[way])) as root:
        yield f"{root}{path_of(contracts()[SERVICE])}"
