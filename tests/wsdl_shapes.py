"""WSDLs made from what varies among them: names, nesting, style, versions, qualified or not, named types or none.

`Sheet` says how one is; `text_of` writes it. Written for tests of the binding, and used by what draws WSDLs.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

OPERATION = "actualizarCorreoClienteListaDocumentos"
SPACE = "http://formas.example/ws"
DATA = "http://formas.example/datos"
SOAP = {
    "1.1": "http://schemas.xmlsoap.org/wsdl/soap/",
    "1.2": "http://schemas.xmlsoap.org/wsdl/soap12/",
}


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """An element with a value. `type` is a built-in one, or `kinds` for the enumeration."""

    name: str
    type: str = "string"
    least: int = 0
    most: str = "1"
    nillable: bool = False
    extra: str = ""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """How a WSDL is. `inside` are the elements of an item, `around` those beside the list; `place` is where the list
    stands among them. With `holder` the list has an element around it; with `request` everything has. `inner` names an
    element that holds the first two of an item."""

    around: tuple[Leaf, ...] = (Leaf(name="facturador"),)
    inside: tuple[Leaf, ...] = (
        Leaf(name="prefijo"),
        Leaf(name="numero"),
        Leaf(name="tipo", type="kinds"),
        Leaf(name="correo"),
    )
    listed: str = "documentos"
    holder: str = ""
    request: str = ""
    inner: str = ""
    place: int = 1
    literals: tuple[str, ...] = ("FACTURA", "NOTA_CREDITO", "NOTA_DEBITO")
    style: str = "document"
    versions: tuple[str, ...] = ("1.1",)
    qualified: bool = False
    anonymous: bool = False
    model: str = "sequence"
    apart: bool = False
    first: bool = False
    repeated: bool = True
    further: str = ""
    address: str = "http://facturas.example.com/servicio"


def text_of(sheet: Sheet) -> str:
    """The WSDL."""
    parts = [_types(sheet), _messages(sheet), _port_type(), *(_binding(sheet, one) for one in sheet.versions)]
    service = _service(sheet)
    body = "".join([service, *parts] if sheet.first else [*parts, service])
    return (
        '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        f' xmlns:s11="{SOAP["1.1"]}" xmlns:s12="{SOAP["1.2"]}" xmlns:t="{SPACE}" xmlns:d="{_space(sheet)}"'
        f' targetNamespace="{SPACE}">{body}</definitions>'
    )


def _space(sheet: Sheet) -> str:
    return DATA if sheet.apart else SPACE


def _often(least: int, most: str) -> str:
    return f' minOccurs="{least}" maxOccurs="{most}"'


def _leaf(leaf: Leaf) -> str:
    kind = "d:kinds" if leaf.type == "kinds" else f"xs:{leaf.type}"
    nillable = ' nillable="true"' if leaf.nillable else ""
    return (
        f'<xs:element name={quoteattr(leaf.name)} type="{kind}"{_often(leaf.least, leaf.most)}{nillable}{leaf.extra}/>'
    )


def _complex(sheet: Sheet, name: str, content: str, types: list[str], often: str = "") -> str:
    """An element with others in it, of a named type or of one without a name."""
    if sheet.anonymous:
        return f'<xs:element name="{name}"{often}><xs:complexType>{content}</xs:complexType></xs:element>'
    kind = f"tipo{len(types)}"
    types.append(f'<xs:complexType name="{kind}">{content}</xs:complexType>')
    return f'<xs:element name="{name}" type="d:{kind}"{often}/>'


def _members(sheet: Sheet, types: list[str]) -> list[str]:
    """The elements below the wrapper, or the parts."""
    inside = [_leaf(leaf) for leaf in sheet.inside]
    if sheet.inner:
        held = _complex(sheet, sheet.inner, f"<xs:sequence>{''.join(inside[:2])}</xs:sequence>", types)
        inside = [held, *inside[2:]]
    content = f"<xs:{sheet.model}>{''.join(inside)}</xs:{sheet.model}>"
    often = _often(0, "unbounded" if sheet.repeated else "1")
    item = _complex(sheet, sheet.listed, content, types, often)
    if sheet.holder:
        item = _complex(sheet, sheet.holder, f"<xs:sequence>{item}</xs:sequence>", types)
    members = [_leaf(leaf) for leaf in sheet.around]
    members.insert(sheet.place, item)
    if sheet.further:
        members.append(sheet.further)
    if sheet.request:
        return [_complex(sheet, sheet.request, f"<xs:sequence>{''.join(members)}</xs:sequence>", types)]
    return members


def _types(sheet: Sheet) -> str:
    types: list[str] = []
    members = _members(sheet, types)
    values = "".join(f"<xs:enumeration value={quoteattr(value)}/>" for value in sheet.literals)
    types.append(
        f'<xs:simpleType name="kinds"><xs:restriction base="xs:string">{values}</xs:restriction></xs:simpleType>'
    )
    form = "qualified" if sheet.qualified else "unqualified"
    wrapper = (
        f'<xs:element name="{OPERATION}"><xs:complexType><xs:sequence>{"".join(members)}</xs:sequence>'
        f'</xs:complexType></xs:element><xs:element name="{OPERATION}Response"><xs:complexType><xs:sequence>'
        '<xs:element name="return" type="xs:string" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>'
    )
    if sheet.style == "rpc":
        wrapper = f'<xs:complexType name="todo"><xs:sequence>{"".join(members)}</xs:sequence></xs:complexType>'
    head = f'<xs:schema targetNamespace="{_space(sheet)}" elementFormDefault="{form}">'
    schema = f"{head}{wrapper}{''.join(types)}</xs:schema>"
    return f"<types>{schema}</types>"


def _messages(sheet: Sheet) -> str:
    if sheet.style == "rpc":
        return (
            '<message name="In"><part name="entrada" type="d:todo"/></message>'
            '<message name="Out"><part name="return" type="xs:string"/></message>'
        )
    return (
        f'<message name="In"><part name="parameters" element="d:{OPERATION}"/></message>'
        f'<message name="Out"><part name="parameters" element="d:{OPERATION}Response"/></message>'
    )


def _port_type() -> str:
    return (
        f'<portType name="Puerto"><operation name="{OPERATION}"><input message="t:In"/><output message="t:Out"/>'
        "</operation></portType>"
    )


def _binding(sheet: Sheet, version: str) -> str:
    prefix = f"s{version.replace('.', '')}"
    body = f'<{prefix}:body use="literal"{f" namespace={quoteattr(SPACE)}" if sheet.style == "rpc" else ""}/>'
    return (
        f'<binding name="B{prefix}" type="t:Puerto"><{prefix}:binding style="{sheet.style}"'
        f' transport="http://schemas.xmlsoap.org/soap/http"/><operation name="{OPERATION}">'
        f'<{prefix}:operation soapAction="urn:actualizar"/><input>{body}</input><output>{body}</output></operation>'
        "</binding>"
    )


def _service(sheet: Sheet) -> str:
    ports = "".join(
        f'<port name="P{prefix}" binding="t:B{prefix}"><{prefix}:address location={quoteattr(sheet.address)}/></port>'
        for prefix in (f"s{version.replace('.', '')}" for version in sheet.versions)
    )
    return f'<service name="Servicio">{ports}</service>'
