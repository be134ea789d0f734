"""The operation of a contract among those of a WSDL: where it is offered, in which SOAP versions, with what messages.

zeep reads the services and bindings. HTTP bindings and those over other transports do not count. Must never import what
opens sockets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from zeep.wsdl.bindings import Soap11Binding, Soap12Binding

from conformance.model import Description
from conformance.wsdl.errors import Unbound, Unread, Unusable
from conformance.wsdl.load import WSDL, parse
from conformance.wsdl.stock import client
from conformance.wsdl.words import plain

VERSIONS: Mapping[type, str] = {Soap11Binding: "1.1", Soap12Binding: "1.2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a message: its name, and the global element or type that it is."""

    name: str
    element: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What stands in the Body. `tag` is the element; with `rpc` its members are `parts`, else a schema declares it."""

    tag: str
    rpc: bool = False
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The operation at one port. `address` may be empty; `headers` are the names of header blocks of its input."""

    version: str
    service: str
    port: str
    name: str
    address: str
    action: str | None
    input: Shape
    output: Shape | None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The operation of each version, and what should be said about the choice. `operations` are all that the WSDL
    offers over SOAP."""

    offers: Mapping[str, Offer]
    operations: tuple[str, ...]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Port:
    """A port with SOAP over HTTP."""

    service: str
    name: str
    binding: Any
    address: str

    @property
    def version(self) -> str:
        return VERSIONS[type(self.binding)]


def find(description: Description, name: str, soap: tuple[str, ...] | None = None) -> Found:
    """The operation of that name, in those versions of SOAP or in all that it is offered in."""
    ports = tuple(_ports(description))
    if not ports:
        raise Unusable(f"{description.url} has no port with a SOAP binding over HTTP")
    names = tuple(dict.fromkeys(one for port in ports for one in port.binding.all()))
    chosen = _named(description, name, names)
    ports = tuple(port for port in ports if chosen in port.binding.all())
    offered = sorted({port.version for port in ports})
    wanted = [version for version in offered if soap is None or version in soap]
    if not wanted:
        asked = " and ".join(soap or ())
        raise Unbound(f"{description.url} offers {chosen} in SOAP {' and '.join(offered)}, not in {asked}")
    notices = list(_remarks(name, chosen, names, offered, soap))
    offers = {}
    for version in wanted:
        found, remarks = _chosen(description, chosen, tuple(port for port in ports if port.version == version))
        offers[version] = found
        notices.extend(remarks)
    return Found(offers=offers, operations=names, notices=tuple(notices))


def shapes(description: Description, version: str) -> tuple[Shape, Shape | None]:
    """Input and output of the operation that the description names, in that version; no output where none is sent."""
    service, name = description.port[version]
    operation = client(description).wsdl.services[service].ports[name].binding.get(description.operation)
    return _input(description, operation), _output(description, operation)


def _ports(description: Description) -> Iterator[_Port]:
    """In the order of the WSDL."""
    for service in client(description).wsdl.services.values():
        for port in service.ports.values():
            if type(port.binding) in VERSIONS:
                address = (port.binding_options or {}).get("address") or ""
                yield _Port(service.name, port.name, port.binding, address.strip())


def _named(description: Description, name: str, names: tuple[str, ...]) -> str:
    if name in names:
        return name
    alike = [one for one in names if plain(one) == plain(name)]
    if len(alike) == 1:
        return alike[0]
    listed = "\n".join(f"  {one}" for one in names) or "  (none)"
    what = "has several operations that are nearly called" if alike else "has no operation"
    raise Unusable(f"{description.url} {what} {name}; over SOAP it offers:\n{listed}")


def _remarks(
    name: str, chosen: str, names: tuple[str, ...], offered: list[str], soap: tuple[str, ...] | None
) -> Iterator[str]:
    if chosen != name:
        yield f"The WSDL spells the operation {chosen}."
    if len(names) > 1:
        yield f"The WSDL has {len(names)} operations; only {chosen} is used."
    if offered == ["1.2"]:
        yield "The WSDL offers SOAP 1.2 only."
    missing = sorted(set(soap or ()) - set(offered))
    if missing:
        yield f"The WSDL does not offer {chosen} in SOAP {' and '.join(missing)}."


def _chosen(description: Description, name: str, ports: tuple[_Port, ...]) -> tuple[Offer, list[str]]:
    """The best of the ports of one version: literal messages first, then an address, at the host of the WSDL."""
    host = urlsplit(description.url).hostname
    ranked = sorted(
        ports,
        key=lambda port: (
            _encoded(description, port, name),
            not port.address,
            _host(port.address) != host,
        ),
    )
    best = ranked[0]
    where = f"port {best.name} of the service {best.service}"
    if _encoded(description, best, name):
        raise Unread(f"{description.url}: {where} wants encoded messages (use=encoded); only literal ones are made")
    remarks = []
    if len(ports) > 1:
        remarks.append(f"SOAP {best.version} is offered at {len(ports)} ports; {where} is used.")
    if not best.address:
        remarks.append(f"The {where} has no address; the target file must have a url.")
    elif host and _host(best.address) != host:
        text = f"The {where} has the address {best.address}, and the WSDL was found at {host}: it may be stale."
        remarks.append(f"{text} A url in the target file goes before it.")
    operation = best.binding.get(name)
    headers = tuple(element.name for _, element in operation.input.header.type.elements) if operation.input else ()
    if headers:
        remarks.append(f"The WSDL declares header blocks ({', '.join(headers)}); none is sent unless auth says so.")
    offer = Offer(
        version=best.version,
        service=best.service,
        port=best.name,
        name=name,
        address=best.address,
        action=operation.soapaction,
        input=_input(description, operation),
        output=_output(description, operation),
        headers=headers,
    )
    return offer, remarks


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _encoded(description: Description, port: _Port, name: str) -> bool:
    """Does the binding want the input, or the output, encoded by section 5 of SOAP 1.1?"""
    extension = port.binding.nsmap["soap"]
    for content in description.documents.values():
        for binding in parse(content).iterchildren(f"{{{WSDL}}}binding"):
            if binding.get("name") != port.binding.name.localname:
                continue
            for operation in binding.iterchildren(f"{{{WSDL}}}operation"):
                bodies = operation.iter(f"{{{extension}}}body")
                if operation.get("name") == name and any(body.get("use") == "encoded" for body in bodies):
                    return True
    return False


def _input(description: Description, operation: Any) -> Shape:
    found = _shape(description, operation, operation.input, operation.name)
    if found is None or not found.tag:
        raise Unusable(f"{description.url}: the operation {operation.name} has an input without a message in it")
    return found


def _output(description: Description, operation: Any) -> Shape | None:
    if operation.output is None or operation.abstract.output_message is None:
        return None
    return _shape(description, operation, operation.output, f"{operation.name}Response") or Shape(tag="")


def _shape(description: Description, operation: Any, message: Any, wrapper: str) -> Shape | None:
    if message is None:
        return None
    body = message.body
    if operation.style == "rpc":
        space = body if body is not None else operation.input.body
        namespace = etree.QName(space.qname).namespace if space is not None else None
        tag = f"{{{namespace}}}{wrapper}" if namespace else wrapper
        return Shape(tag=tag, rpc=True, parts=tuple(_parts(message)))
    if body is None:
        return None
    where = f"{description.url}: the {message.type} of {operation.name}"
    if message._is_body_wrapped:
        raise Unread(f"{where} has several elements in the Body, which WS-I BP 1.1 R2712 does not admit")
    if not any(part.element is not None for part in message.abstract.parts.values()):
        raise Unread(f"{where} is document style with a type in place of an element; only elements are sent")
    return Shape(tag=str(body.qname.text))


def _parts(message: Any) -> Iterator[Part]:
    """The parts of the Body; those of header blocks are none."""
    body = {element.qname.text for _, element in message.body.type.elements} if message.body is not None else set()
    for name, part in message.abstract.parts.items() if message.abstract is not None else ():
        if (part.element.qname.text if part.element is not None else name) not in body:
            continue
        if part.element is not None:
            yield Part(name=name, element=str(part.element.qname.text))
        else:
            named = part.type.qname if part.type is not None else None
            yield Part(name=name, type=str(named.text) if named is not None else "")
