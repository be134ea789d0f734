"""A message of a WSDL as a tree, and the tree as text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.errors import ConformanceError
from conformance.wsdl.describe import outline, places, tree
from conformance.wsdl.match import spelt
from conformance.wsdl.operations import find
from tests.wsdl_shapes import OPERATION, Leaf, Sheet, text_of
from tests.wsdl_support import CONTRACT, agrees, bound, elements, from_file, from_text, how


def described(text):
    description = from_text(text) if text.startswith("<") else from_file(text)
    offer = next(iter(find(description, CONTRACT.operation.name).offers.values()))
    return tree(description, offer.input)


def with_member(member, declared=""):
    """The plain WSDL with one element more, first of all."""
    text = text_of(Sheet()).replace('<xs:element name="facturador"', member + '<xs:element name="facturador"', 1)
    return text.replace('<xs:simpleType name="kinds">', declared + '<xs:simpleType name="kinds">')


def child(text, name):
    return next(node for node in described(text).children if node.name == name)


def test_the_outline_shows_names_types_values_and_how_often():
    assert outline(described("wcf.wsdl")).split("\n") == [
        "  ActualizarCorreoClienteListaDocumentos",
        "    request: UpdateRequest, 0..1",
        "      Documents: ArrayOfDocument, 0..1",
        "        Document: Document, 0..*",
        "          CustomerEmail: string, 0..1",
        "          DocumentType: DocumentKind (Invoice, CreditNote, DebitNote, Payroll), 0..1",
        "          Number: long",
        "          Prefix: string",
        "      TaxId: string, 0..1",
        "      TraceId: string, 0..1",
    ]


def test_parts_of_an_rpc_message_are_its_members():
    root = described("rpc.wsdl")
    assert root.tag == "{urn:correos:rpc}actualizarCorreoClienteListaDocumentos"
    assert [(node.tag, node.least) for node in root.children] == [("nit", 1), ("documentos", 1)]
    assert [spelt(path) for path in places(root)][:3] == ["nit", "documentos", "documentos/item"]


@pytest.mark.parametrize(
    ("member", "often"),
    [
        (
            '<xs:choice><xs:element name="z" type="xs:string"/><xs:element name="y" type="xs:string"/></xs:choice>',
            (0, 1),
        ),
        ('<xs:sequence minOccurs="0"><xs:element name="z" type="xs:string"/></xs:sequence>', (0, 1)),
        ('<xs:sequence maxOccurs="3"><xs:element name="z" type="xs:string" maxOccurs="2"/></xs:sequence>', (1, 6)),
        ('<xs:sequence maxOccurs="unbounded"><xs:element name="z" type="xs:string"/></xs:sequence>', (1, None)),
    ],
)
def test_groups_are_flattened(member, often):
    node = child(with_member(member), "z")
    assert (node.least, node.most) == often


def test_an_element_that_may_not_be_there_is_none():
    assert "z" not in {
        node.name for node in described(with_member('<xs:element name="z" minOccurs="0" maxOccurs="0"/>')).children
    }


def test_branches_of_a_choice_may_share_an_element():
    one = '<xs:element name="z" type="xs:string"/>'
    branch = f'<xs:sequence>{one}<xs:element name="{{}}" type="xs:string"/></xs:sequence>'
    text = with_member(f'<xs:choice minOccurs="0">{branch.format("x1")}{branch.format("x2")}</xs:choice>')
    assert [node.name for node in described(text).children][:3] == ["z", "x1", "x2"]


@pytest.mark.parametrize(
    ("type_", "declared", "kind", "shown"),
    [
        ("xs:unsignedShort", "", "int", "unsignedShort"),
        ("xs:positiveInteger", "", "integer", "positiveInteger"),
        ("xs:double", "", "decimal", "double"),
        ("xs:dateTime", "", "dateTime", "dateTime"),
        ("xs:date", "", "string", "date"),
        ("xs:anyURI", "", "string", "anyURI"),
        ("xs:NMTOKENS", "", "string", "NMTOKENS"),
        ("xs:anyType", "", "open", "anyType"),
        ("d:s", '<xs:simpleType name="s"><xs:restriction base="xs:int"/></xs:simpleType>', "int", "s"),
        ("d:s", '<xs:simpleType name="s"><xs:list itemType="xs:int"/></xs:simpleType>', "string", "s"),
        ("d:s", '<xs:simpleType name="s"><xs:union memberTypes="xs:int xs:boolean"/></xs:simpleType>', "string", "s"),
        (
            "d:s",
            '<xs:complexType name="s"><xs:simpleContent><xs:extension base="xs:int"><xs:attribute name="a"/>'
            "</xs:extension></xs:simpleContent></xs:complexType>",
            "int",
            "s",
        ),
        (
            "d:s",
            '<xs:complexType name="s"><xs:sequence><xs:any processContents="skip"/></xs:sequence></xs:complexType>',
            "open",
            "s",
        ),
        ("d:s", '<xs:complexType name="s"/>', "object", "s"),
    ],
)
def test_types_are_those_of_members(type_, declared, kind, shown):
    node = child(with_member(f'<xs:element name="z" type="{type_}" minOccurs="0"/>', declared), "z")
    assert (node.kind, node.type) == (kind, shown)


def test_an_element_without_a_type_may_be_anything():
    assert child(with_member('<xs:element name="z" minOccurs="0"/>'), "z").kind == "open"


def test_values_come_from_base_types_and_from_members_of_a_union():
    listed = (
        '<xs:simpleType name="{}"><xs:restriction base="xs:string"><xs:enumeration value="{}"/></xs:restriction>'
        "</xs:simpleType>"
    )
    declared = listed.format("a", "A") + listed.format("b", "B")
    union = declared + '<xs:simpleType name="s"><xs:union memberTypes="d:a d:b"/></xs:simpleType>'
    derived = declared + '<xs:simpleType name="s"><xs:restriction base="d:a"/></xs:simpleType>'
    member = '<xs:element name="z" type="d:s" minOccurs="0"/>'
    assert [value for value, _ in child(with_member(member, union), "z").values] == ["A", "B"]
    assert [value for value, _ in child(with_member(member, derived), "z").values] == ["A"]


def test_attributes_that_are_demanded_are_told_and_not_sent():
    text = text_of(Sheet(anonymous=True)).replace(
        "</xs:sequence></xs:complexType></xs:element></xs:sequence>",
        '</xs:sequence><xs:attribute name="orden" use="required"/><xs:attribute name="nota"/></xs:complexType>'
        "</xs:element></xs:sequence>",
        1,
    )
    notices = bound(from_text(text)).notices
    assert "The WSDL demands attributes of documentos (orden); none is sent." in notices


def test_an_abstract_type_is_no_element_to_send():
    abstract = text_of(Sheet()).replace(
        '<xs:complexType name="tipo0">', '<xs:complexType name="tipo0" abstract="true">'
    )
    with pytest.raises(ConformanceError, match="documentos is abstract: the WSDL leaves open what stands in its place"):
        bound(from_text(abstract))


def test_schemas_that_are_not_sound_are_told():
    declared = '<xs:group name="g"><xs:sequence><xs:group ref="d:g"/></xs:sequence></xs:group>'
    notices = bound(from_text(with_member("", declared))).notices
    assert any(notice.startswith("The schemas of the WSDL are not sound: Circular definition") for notice in notices)


def test_versions_with_other_messages_are_not_one_contract():
    text = text_of(Sheet(versions=("1.1", "1.2"))).replace(
        '<s12:operation soapAction="urn:actualizar"/>', '<s12:operation soapAction="urn:actualizar" style="rpc"/>'
    )
    made = bound(from_text(text))
    assert list(made.addresses) == ["1.1"]
    assert any("has other messages for SOAP 1.2 than for 1.1" in notice for notice in made.notices)
    agrees(made)


def test_header_blocks_are_told():
    text = text_of(Sheet()).replace(
        '<message name="In">', '<message name="Cabeza"><part name="c" element="d:c"/></message><message name="In">'
    )
    text = text.replace(
        '<input><s11:body use="literal"/>',
        '<input><s11:body use="literal"/><s11:header message="t:Cabeza" part="c" use="literal"/>',
    )
    text = text.replace(
        '<xs:simpleType name="kinds">', '<xs:element name="c" type="xs:string"/><xs:simpleType name="kinds">'
    )
    made = bound(from_text(text))
    assert any("declares header blocks (c)" in notice for notice in made.notices)
    agrees(made)


def test_the_best_of_several_ports_is_taken():
    text = text_of(Sheet())
    port = '<port name="Ps11" binding="t:Bs11"><s11:address location="http://facturas.example.com/servicio"/></port>'
    other = port.replace("Ps11", "Otro").replace("facturas.example.com", "otro.example.com")
    made = bound(from_text(text.replace(port, other + port)))
    assert made.description.port == {"1.1": ("Servicio", "Ps11")}
    assert any("offered at 2 ports; port Ps11 of the service Servicio is used" in notice for notice in made.notices)


def test_a_name_with_an_unknown_word_is_a_loose_match():
    inside = tuple(replace(leaf, name="emailZyx") if leaf.name == "correo" else leaf for leaf in Sheet().inside)
    made = bound(from_text(text_of(Sheet(inside=inside, listed="documentosZyx", further=""))))
    assert how(made)["correo"] == "synonym among other words"
    assert elements(made)["documentos"] == "documentosZyx"


def test_what_is_missing_beyond_the_members_is_told_once_they_are_known():
    inside = (*(leaf for leaf in Sheet().inside if leaf.name != "numero"), Leaf(name="observaciones", least=1))
    with pytest.raises(ConformanceError) as told:
        bound(from_text(text_of(Sheet(inside=inside))))
    assert "needs a value" not in str(told.value)
    with pytest.raises(ConformanceError, match=r"observaciones .* needs a value: add values\.observaciones"):
        bound(from_text(text_of(Sheet(inside=(*Sheet().inside, Leaf(name="observaciones", least=1))))))


def test_one_of_a_choice_that_is_due_needs_a_value():
    choice = '<xs:choice><xs:element name="z" type="xs:string"/><xs:element name="y" type="xs:string"/></xs:choice>'
    with pytest.raises(ConformanceError, match="one of z or y is demanded: add a value for it to values"):
        bound(from_text(with_member(choice)))
    made = bound(from_text(with_member(choice)), values={"y": "1"})
    assert made.contract.baseline["y"] == "1"
    agrees(made)


def test_the_message_is_named_by_the_operation_of_the_wsdl():
    assert described(text_of(Sheet())).name == OPERATION
