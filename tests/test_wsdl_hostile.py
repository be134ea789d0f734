"""WSDLs that mean harm, or are merely broken: each ends soon, with one clear error or with what can be made of it."""

from __future__ import annotations

import time

import pytest

from conformance.errors import ConformanceError
from conformance.wsdl.bounds import MOST_ELEMENTS, excess
from conformance.wsdl.errors import Unread
from conformance.wsdl.load import parse
from tests.wsdl_shapes import OPERATION, Sheet, text_of
from tests.wsdl_support import bound, from_text

BASE = text_of(Sheet())
SOON = 15.0
"""Seconds; what is refused is refused in far less."""


def with_schema(declared, member=""):
    """The plain WSDL with more in its schema, and more below the wrapper."""
    text = BASE.replace('<xs:simpleType name="kinds">', declared + '<xs:simpleType name="kinds">')
    return text.replace('<xs:element name="facturador"', member + '<xs:element name="facturador"', 1)


def optional(kind):
    return f'<xs:element name="z" type="{kind}" minOccurs="0"/>'


def complex_type(name, content):
    return f'<xs:complexType name="{name}"><xs:sequence>{content}</xs:sequence></xs:complexType>'


def leaves(count, least=0):
    return "".join(f'<xs:element name="w{n}" type="xs:string" minOccurs="{least}"/>' for n in range(count))


def doubled(count):
    """Groups of which each names the one before twice."""
    first = f'<xs:group name="g0"><xs:sequence>{leaves(1)}</xs:sequence></xs:group>'
    return first + "".join(
        f'<xs:group name="g{n + 1}"><xs:sequence>{f"""<xs:group ref="d:g{n}"/>""" * 2}</xs:sequence></xs:group>'
        for n in range(count)
    )


def nested(count):
    """Types of which each has two members of the one before."""
    types = "".join(
        complex_type(f"k{n + 1}", f"{optional(f'd:k{n}')}{optional(f'd:k{n}').replace('z', 'y', 1)}")
        for n in range(count)
    )
    return complex_type("k0", "") + types


def extended(count):
    """Types of which each adds to the one before."""
    types = "".join(
        f'<xs:complexType name="k{n + 1}"><xs:complexContent><xs:extension base="d:k{n}"><xs:sequence>{leaves(100)}'
        "</xs:sequence></xs:extension></xs:complexContent></xs:complexType>"
        for n in range(count)
    )
    return complex_type("k0", "") + types


def unions(count):
    """Unions of which each names the one before twice."""
    types = "".join(
        f'<xs:simpleType name="u{n + 1}"><xs:union memberTypes="d:u{n} d:u{n}"/></xs:simpleType>' for n in range(count)
    )
    return '<xs:simpleType name="u0"><xs:restriction base="xs:string"/></xs:simpleType>' + types


def attribute_groups(count):
    """The same of groups of attributes."""
    types = "".join(
        f'<xs:attributeGroup name="a{n + 1}">{f"""<xs:attributeGroup ref="d:a{n}"/>""" * 2}</xs:attributeGroup>'
        for n in range(count)
    )
    return '<xs:attributeGroup name="a0"><xs:attribute name="x"/></xs:attributeGroup>' + types


def patterned(pattern):
    restricted = f'<xs:restriction base="xs:string"><xs:pattern value="{pattern}"/></xs:restriction>'
    return f'<xs:simpleType name="k0">{restricted}</xs:simpleType>'


TOO_MUCH = {
    "unions that double": (with_schema(unions(30), optional("d:u30")), "u9 has more than 1000 parts"),
    "attributes that double": (with_schema(attribute_groups(30)), "a9 has more than 1000 parts"),
    "groups in groups": (
        with_schema("", f"{'<xs:sequence>' * 300}{'</xs:sequence>' * 300}"),
        "is more than is read: Excessive depth",
    ),
    "groups that double": (with_schema(doubled(30), '<xs:group ref="d:g30"/>'), "has more than 1000 elements"),
    "types that double": (with_schema(nested(30), optional("d:k30")), "the message has more than 3000 elements"),
    "types that grow": (with_schema(extended(30), optional("d:k30")), "has more than 1000 elements"),
    "many members": (with_schema("", leaves(20_000)), "has more than 1000 elements"),
    "many types": (
        with_schema("".join(complex_type(f"k{n}", leaves(300)) for n in range(60))),
        "the content models of 63 types are too large together|63 types|62 types",
    ),
    "many declarations": (with_schema(leaves(MOST_ELEMENTS)), f"at most {MOST_ELEMENTS} are read"),
}


@pytest.mark.parametrize("kind", TOO_MUCH)
def test_what_is_too_much_is_refused_soon(kind):
    text, why = TOO_MUCH[kind]
    started = time.perf_counter()
    with pytest.raises(Unread, match=why):
        bound(from_text(text))
    assert time.perf_counter() - started < SOON


FINE = {
    "a default for a slow pattern": with_schema(
        patterned("(a+)+b"), f'<xs:element name="z" type="d:k0" minOccurs="0" default="{"a" * 40}"/>'
    ),
    "a pattern that repeats too often": with_schema(patterned("((a{1000}){1000}){1000}"), optional("d:k0")),
    "a count that no machine has": with_schema(patterned("a{99999999999}"), optional("d:k0")),
    "a type that may hold itself": with_schema(complex_type("k0", optional("d:k0")), optional("d:k0")),
    "a group that names itself": with_schema(
        '<xs:group name="g0"><xs:sequence><xs:group ref="d:g0" minOccurs="0"/></xs:sequence></xs:group>'
    ),
    "elements in elements": with_schema(
        "",
        '<xs:element name="u" minOccurs="0"><xs:complexType><xs:sequence>' * 40
        + "</xs:sequence></xs:complexType></xs:element>" * 40,
    ),
    "a huge bound": BASE.replace('maxOccurs="unbounded"', 'maxOccurs="99999999999999999999"'),
    "a pattern that is none": with_schema(
        '<xs:simpleType name="k0"><xs:restriction base="xs:string"><xs:pattern value="[("/></xs:restriction>'
        "</xs:simpleType>",
        optional("d:k0"),
    ),
    "no output": BASE.replace('<output message="t:Out"/>', ""),
    "an address that is none": BASE.replace("http://facturas.example.com/servicio", "http://[bad"),
    "text between": BASE.replace("<message", "\n words <message"),
    "many values": BASE.replace(
        '<xs:enumeration value="FACTURA"/>',
        '<xs:enumeration value="FACTURA"/>' + "".join(f'<xs:enumeration value="v{n}"/>' for n in range(3000)),
    ),
}


@pytest.mark.parametrize("kind", FINE)
def test_what_is_odd_binds_soon(kind):
    started = time.perf_counter()
    made = bound(from_text(FINE[kind]))
    assert made.contract.operation.request.root == OPERATION
    assert time.perf_counter() - started < SOON


def without(name):
    """The plain WSDL without its first and last elements of that name."""
    start, end = BASE.index(f"<{name}"), BASE.rindex(f"</{name}>") + len(f"</{name}>")
    return BASE[:start] + BASE[end:]


BROKEN = {
    "a name that is none": (
        with_schema("", '<xs:element name="x:y" type="xs:string"/>'),
        "Invalid tag name 'x:y'|which is no name in XML",
    ),
    "a part of no type": (
        BASE.replace('style="document"', 'style="rpc"').replace(f'element="d:{OPERATION}"', ""),
        "nothing declares the type of a part",
    ),
    "no services": (without("service"), "has no port with a SOAP binding over HTTP"),
    "no bindings": (without("binding"), "has no port with a SOAP binding over HTTP"),
    "no port type": (without("portType"), "a stock client .* cannot load it: No definition .*Puerto"),
    "no messages": (without("message"), f"has no operation {OPERATION}"),
    "no schema": (without("types"), f"has no operation {OPERATION}"),
    "nothing": ('<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>', "has no port"),
    "another transport": (BASE.replace("soap/http", "soap/smtp"), "has no port with a SOAP binding over HTTP"),
    "a type in place of an element": (
        BASE.replace(f'element="d:{OPERATION}"', 'type="xs:string"'),
        "is document style with a type in place of an element",
    ),
    "two parts": (
        BASE.replace('<message name="In">', f'<message name="In"><part name="p" element="d:{OPERATION}Response"/>'),
        "has several elements in the Body",
    ),
    "no part": (
        BASE.replace(f'<part name="parameters" element="d:{OPERATION}"/>', ""),
        "has an input without a message in it",
    ),
    "a text as message": (
        BASE.replace(f'element="d:{OPERATION}"', 'element="d:s"').replace(
            '<xs:simpleType name="kinds">', '<xs:element name="s" type="xs:string"/><xs:simpleType name="kinds">'
        ),
        "documentos: no element with others in it may be repeated",
    ),
    "a bound that is none": (BASE.replace('maxOccurs="unbounded"', 'maxOccurs="lots"'), "cannot load it: invalid"),
    "a type that is not there": (with_schema("", optional("d:nada")), "cannot load it: Unable to resolve type"),
    "a prefix that is not there": (with_schema("", optional("zz:nada")), "cannot load it"),
    "an element without a name": (with_schema("", '<xs:element type="xs:string" minOccurs="0"/>'), "cannot load it"),
    "a type that is its own": (
        with_schema('<xs:simpleType name="k0"><xs:restriction base="d:k0"/></xs:simpleType>', optional("d:k0")),
        "cannot load it",
    ),
    "a message that never ends": (
        with_schema(complex_type("k0", '<xs:element name="a" type="d:k0"/>'), '<xs:element name="z" type="d:k0"/>'),
        "z/a is demanded inside of itself; no message can be made",
    ),
    "what is redefined": (
        BASE.replace("<xs:element name=", "<xs:redefine/><xs:element name=", 1),
        "redefines what is in another schema",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_is_one_clear_error(kind):
    text, why = BROKEN[kind]
    with pytest.raises(ConformanceError, match=why):
        bound(from_text(text))


def test_what_only_zeep_does_not_know_is_not_held_against_the_target():
    later = with_schema(
        '<xs:complexType name="k0"><xs:sequence/><xs:assert test="true()"/></xs:complexType>', optional("d:k0")
    )
    with pytest.raises(Unread, match=r"Unexpected tag .*assert"):
        bound(from_text(later))


def test_sizes_are_told_from_the_text():
    assert excess([parse(BASE.encode())]) == ""
    assert excess([parse(with_schema(doubled(9), '<xs:group ref="d:g9"/>').encode())]) == ""
    assert "more than 1000" in excess([parse(with_schema(doubled(10), '<xs:group ref="d:g10"/>').encode())])
