"""Contract → WSDL 1.1 as an ASMX publishes it: document/literal wrapped, a port for each version of SOAP.

The schemas stand inside; beside the WSDL they are files of their own. Where a document names nothing, what is written
is our assumption and says so. Must never import rules, codecs or documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from lxml import etree

from conformance.emit.assumed import assumed, is_assumed, own_namespace
from conformance.emit.soap_documents import prefixes, space_of
from conformance.emit.soap_xsd import blocks, soap_schemas
from conformance.emit.xsd_notes import XS, Parent, xs
from conformance.facets import element_name
from conformance.model import Contract, Encoding, Field, Message

WSDL = "http://schemas.xmlsoap.org/wsdl/"
VERSIONS = {
    "soap-1.1": ("Soap", "soap", "http://schemas.xmlsoap.org/wsdl/soap/"),
    "soap-1.2": ("Soap12", "soap12", "http://schemas.xmlsoap.org/wsdl/soap12/"),
}
"""Encoding → what its port is called behind the name of the service, prefix and namespace of its extension."""
TRANSPORT = "http://schemas.xmlsoap.org/soap/http"


def service_name(contract: Contract) -> str:
    """The name of the service: the last part of its path, without what marks the framework."""
    return element_name(PurePosixPath(contract.operation.path).stem or contract.operation.name)


def soap_files(contract: Contract) -> Mapping[str, str]:
    """File name → text: the WSDL, and the schemas of a service whose document shows its messages."""
    if not _versions(contract):
        return {}
    name = service_name(contract)
    files: dict[str, str] = {f"{name}.wsdl": wsdl_text(contract, f"http://localhost{contract.operation.path}")}
    return files if is_assumed(contract) else {**files, **schema_files(contract)}


def schema_files(contract: Contract) -> Mapping[str, str]:
    """File name → text: the schema of the messages, and one for each further namespace."""
    name = service_name(contract)
    schemas = soap_schemas(assumed(contract))
    names = {space: f"{name}.{number}.xsd" if number else f"{name}.xsd" for number, space in enumerate(schemas)}
    for schema in schemas.values():
        for one in schema.iter(xs("import")):
            one.set("schemaLocation", names[one.get("namespace", "")])
    return {names[space]: _text(schema) for space, schema in schemas.items()}


def wsdl_text(contract: Contract, address: str) -> str:
    """The WSDL of the service at that address."""
    return _text(_Description(assumed(contract), address, _remark(contract)).root)


def _remark(contract: Contract) -> str:
    if not is_assumed(contract):
        return ""
    held = contract.document
    cited = contract.operation.citation
    told = f"{held.name}, line {cited.line}, names the operation {contract.operation.name}"
    return f"assumed: {told} and describes its inputs; every other name here, and the whole answer, is our assumption."


def _versions(contract: Contract) -> tuple[Encoding, ...]:
    return tuple(one for name in VERSIONS for one in contract.operation.encodings if one.name == name)


def _text(root: Parent) -> str:
    etree.indent(root, space="  ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(root, encoding="unicode") + "\n"


def _wsdl(name: str) -> str:
    return f"{{{WSDL}}}{name}"


class _Description:
    """One WSDL under construction, part by part in the order that WSDL 1.1 wants."""

    def __init__(self, contract: Contract, address: str, remark: str) -> None:
        self._contract = contract
        self._operation = contract.operation
        self._name = service_name(contract)
        self._schemas = soap_schemas(contract)
        self._space = next(iter(self._schemas)) or own_namespace(contract)
        # The schemas bring their prefixes with them, which must not mean something else out here.
        self._prefixes = {self._space: "tns"} | prefixes(contract)
        known = {prefix: space for space, prefix in self._prefixes.items()}
        extensions = {prefix: namespace for _, prefix, namespace in VERSIONS.values()}
        self.root = etree.Element(_wsdl("definitions"), nsmap={"wsdl": WSDL} | extensions | known)
        self.root.set("name", self._name)
        self.root.set("targetNamespace", self._space)
        if remark:
            etree.SubElement(self.root, _wsdl("documentation")).text = remark
        types = etree.SubElement(self.root, _wsdl("types"))
        types.extend(self._schemas.values())
        self._sides = tuple(self._directions())
        self._messages()
        self._port_type()
        for encoding in _versions(contract):
            self._binding(encoding)
        self._service(address)

    def _directions(self) -> Iterator[tuple[str, str, Message]]:
        """(direction, name of its message, what it holds)."""
        yield "input", f"{self._operation.name}SoapIn", self._operation.request
        if not self._operation.one_way:
            yield "output", f"{self._operation.name}SoapOut", self._operation.response

    def _qualified(self, namespace: str, name: str) -> str:
        return f"{self._prefixes[namespace]}:{name}" if namespace else name

    def _block(self, message: Message, block: Field) -> str:
        return self._qualified(space_of(block, message.namespace), block.name)

    def _messages(self) -> None:
        for _, name, message in self._sides:
            held = etree.SubElement(self.root, _wsdl("message"), name=name)
            if message.root:
                element = self._qualified(message.namespace or "", message.root)
                etree.SubElement(held, _wsdl("part"), name="parameters", element=element)
            elif message.fields:
                # The body holds anything at all.
                etree.SubElement(held, _wsdl("part"), name="parameters", type="xs:anyType", nsmap={"xs": XS})
            for block in blocks(message):
                other = etree.SubElement(self.root, _wsdl("message"), name=f"{name}{block.name}")
                etree.SubElement(other, _wsdl("part"), name=block.name, element=self._block(message, block))

    def _port_type(self) -> None:
        held = etree.SubElement(self.root, _wsdl("portType"), name=f"{self._name}Soap")
        operation = etree.SubElement(held, _wsdl("operation"), name=self._operation.name)
        for direction, name, _ in self._sides:
            etree.SubElement(operation, _wsdl(direction), message=f"tns:{name}")

    def _binding(self, encoding: Encoding) -> None:
        suffix, _, extension = VERSIONS[encoding.name]
        held = etree.SubElement(self.root, _wsdl("binding"), name=f"{self._name}{suffix}", type=f"tns:{self._name}Soap")
        etree.SubElement(held, f"{{{extension}}}binding", transport=TRANSPORT)
        operation = etree.SubElement(held, _wsdl("operation"), name=self._operation.name)
        action = encoding.action or next((one.action for one in _versions(self._contract) if one.action), "")
        etree.SubElement(operation, f"{{{extension}}}operation", soapAction=action, style="document")
        for direction, name, message in self._sides:
            side = etree.SubElement(operation, _wsdl(direction))
            # A message with header blocks has no other parts, so the body need not name its own.
            etree.SubElement(side, f"{{{extension}}}body", use="literal")
            for block in blocks(message):
                etree.SubElement(
                    side, f"{{{extension}}}header", message=f"tns:{name}{block.name}", part=block.name, use="literal"
                )

    def _service(self, address: str) -> None:
        held = etree.SubElement(self.root, _wsdl("service"), name=self._name)
        for encoding in _versions(self._contract):
            suffix, _, extension = VERSIONS[encoding.name]
            name = f"{self._name}{suffix}"
            port = etree.SubElement(held, _wsdl("port"), name=name, binding=f"tns:{name}")
            etree.SubElement(port, f"{{{extension}}}address", location=address)
