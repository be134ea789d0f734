"""SOAP envelopes ⇄ messages: names, namespaces, wrappers, paths that a WSDL gives, lexical spaces, faults."""

from __future__ import annotations

from dataclasses import replace

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.codecs import CODECS, Malformed, soap, xsd
from conformance.model import Basis, Choice, Citation, Constraint, Field, Message
from conformance.run.contracts import contracts

CITE = Citation(document="d", line=1)
NS = "urn:example:service"
VERSIONS = ("1.1", "1.2")


def field(name: str, type_: str = "string", **more: object) -> Field:
    return Field(name=name, type=type_, basis=Basis.STATED, citation=CITE, **more)  # type: ignore[arg-type]


def message(*fields: Field, **more: object) -> Message:
    return Message(**{"root": "Op", "citation": CITE, "fields": fields, "namespace": NS} | more)  # type: ignore[arg-type]


def body_of(envelope: bytes) -> etree._Element:
    return etree.fromstring(envelope)[-1][0]


@pytest.fixture(scope="module")
def mailing():
    return contracts()["envio-correo"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_whole_message_comes_back_as_it_was(mailing, version):
    request = mailing.operation.request
    sent = dict(mailing.baseline)
    read = soap.decode(request, soap.encode(request, sent, version))
    assert read.tree == sent
    assert read.oddities == ()
    assert read.envelope is not None
    assert read.envelope.version == version
    assert read.envelope.fault is None


def test_the_wrapper_and_its_members_are_in_the_documented_namespace(mailing):
    child = body_of(soap.encode(mailing.operation.request, dict(mailing.baseline), "1.1"))
    assert {etree.QName(one).namespace for one in child.iter()} == {"https://factura.ssintegral.com/"}
    assert [etree.QName(one).localname for one in child] == ["correo"]


PATHED = message(
    field("issuer", element=(f"{{{NS}}}request", "issuerId")),
    field(
        "documents",
        "list",
        element=(f"{{{NS}}}request", "documents"),
        item=field(
            "document",
            "object",
            element=("document",),
            fields=(
                field("number", element=("no",)),
                field("kind", "enum", element=("kind",), choices=(Choice(name="invoice", literal="01"),)),
            ),
        ),
    ),
)


def test_a_wsdl_says_how_members_are_written():
    tree = {"issuer": "9", "documents": [{"number": "1", "kind": "invoice"}, {"number": "2", "kind": "invoice"}]}
    envelope = soap.encode(PATHED, tree, "1.1")
    child = body_of(envelope)
    assert [one.tag for one in child] == [f"{{{NS}}}request"]
    assert [one.tag for one in child[0]] == ["issuerId", "documents"]
    assert [one.tag for one in child[0][1]] == ["document", "document"]
    assert child[0][1][0][1].text == "01"
    assert soap.decode(PATHED, envelope).tree == tree


def test_a_list_without_an_element_around_it_stands_among_the_members():
    listed = field("doc", "list", occurs=(0, None), item=field("doc", "object", fields=(field("no"),)))
    tree = {"issuer": "9", "doc": [{"no": "1"}, {"no": "2"}]}
    envelope = soap.encode(message(field("issuer"), listed), tree, "1.2")
    assert [etree.QName(one).localname for one in body_of(envelope)] == ["issuer", "doc", "doc"]
    assert soap.decode(message(field("issuer"), listed), envelope).tree == tree


def odd(fields: tuple[Field, ...], body: str, kind: str) -> list[tuple[str, str, str]]:
    text = f'<e:Envelope xmlns:e="{soap.ENVELOPES["1.1"]}"><e:Body><Op xmlns="{NS}">{body}</Op></e:Body></e:Envelope>'
    read = soap.decode(message(*fields), text.encode())
    return [(one.path, one.expected, one.observed) for one in read.oddities if one.kind == kind]


ABC = (field("Alpha"), field("Beta", "int"), field("Gamma", "object", fields=(field("Inner"),)), field("Omega"))


@pytest.mark.parametrize(
    ("body", "path", "observed"),
    [
        ("<Alpha/><beta>1</beta><Gamma/>", "Beta", "beta"),
        ("<Alpha/><Other>1</Other><Gamma/>", "Beta", "Other"),
        ("<Alpha/><Gamma/><Betta>1</Betta>", "Beta", "Betta"),
        ("<Alpha/><Beta>1</Beta><Other><Inner/></Other><Omega/>", "Gamma", "Other"),
    ],
)
def test_an_element_with_the_content_or_nearly_the_name_of_a_member_is_that_renamed(body, path, observed):
    assert odd(ABC, body, "name") == [(path, path, observed)]


@pytest.mark.parametrize(
    "body",
    [
        "<Alpha/><Beta>1</Beta><Gamma/><Omega/><Extra/>",
        "<Extra/><Alpha/><Beta>1</Beta><Gamma/>",
        "<Alpha/>",
        "",
        "<Alpha/><Beta>1</Beta><Gamma/><Extra>1.0</Extra>",
        "<Alpha/><Extra>words</Extra><Gamma/>",
        "<Hash>x</Hash><Beta>1</Beta>",
        "<Alpha/><Beta>1</Beta><Extra><Other/></Extra><Omega/>",
    ],
)
def test_what_else_is_unknown_or_missing_is_no_renamed_member(body):
    assert odd(ABC, body, "name") == []


def test_order_is_told():
    assert odd(ABC, "<Beta>1</Beta><Alpha/>", "order") == [("", "Alpha", "Beta")]


def test_a_wrong_namespace_of_one_leaf_is_told_at_the_leaf():
    found = odd(ABC, '<Alpha/><Beta xmlns="urn:other">1</Beta>', "namespace")
    assert [path for path, _, _ in found] == ["Beta"]


FAULTS = {
    "1.1": "<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault>",
    "1.2": "<e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code>"
    '<e:Reason><e:Text xml:lang="es">no</e:Text></e:Reason></e:Fault>',
}


@pytest.mark.parametrize(("version", "code"), [("1.1", "Client"), ("1.2", "Sender")])
def test_a_fault_is_read(version, code):
    text = f'<e:Envelope xmlns:e="{soap.ENVELOPES[version]}"><e:Body>{FAULTS[version]}</e:Body></e:Envelope>'
    read = CODECS[f"soap-{version}"].decode(message(), text.encode(), "")
    assert read.tree is None
    fault = read.envelope.fault
    assert (fault.code, fault.namespace, fault.reason) == (code, soap.ENVELOPES[version], "no")


def test_what_is_no_envelope_has_no_version():
    read = soap.decode(message(), b"<html><body/></html>")
    assert read.envelope is not None
    assert read.envelope.version == ""
    assert read.tree is None


def test_what_is_no_xml_is_malformed():
    with pytest.raises(Malformed):
        soap.decode(message(), b"{}")


def test_a_document_type_without_entities_is_told_and_one_with_them_is_not_read():
    envelope = soap.encode(message(field("A")), {"A": "1"}, "1.1").split(b"\n", 1)[1]
    plain = soap.decode(message(field("A")), b"<!DOCTYPE Envelope>" + envelope)
    assert plain.envelope.document_type
    assert plain.tree == {"A": "1"}
    with pytest.raises(Malformed) as caught:
        soap.decode(message(field("A")), b'<!DOCTYPE E [<!ENTITY a "b">]>' + envelope)
    assert caught.value.unread


def test_processing_instructions_are_counted_and_split_no_text():
    envelope = soap.encode(message(field("A")), {"A": "12"}, "1.1").replace(b">12<", b">1<?x y?>2<")
    read = soap.decode(message(field("A")), b"<?before it?>" + envelope.split(b"\n", 1)[1])
    assert read.envelope.instructions == 2
    assert read.tree == {"A": "12"}


def test_a_header_block_is_put_in_front_of_the_body():
    envelope = soap.with_header(soap.encode(message(), None, "1.2"), '<x:Token xmlns:x="urn:x">1</x:Token>')
    root = etree.fromstring(envelope)
    assert [etree.QName(one).localname for one in root] == ["Header", "Body"]
    assert root[0][0].tag == "{urn:x}Token"


# --- lexical spaces ---------------------------------------------------------------------------------------------------

LIBXML = ("int", "integer", "decimal", "boolean")
"""Types for which libxml2 is asked: xmlschema reads numbers as Python does, and takes `0 0` for a decimal. With
instants and bytes libxml2 has its own ways (see test_soap_opinion.py)."""


def _schema(name: str) -> xmlschema.XMLSchema10 | etree.XMLSchema:
    text = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="v" type="xs:{name}"/></xs:schema>'
    return etree.XMLSchema(etree.fromstring(text)) if name in LIBXML else xmlschema.XMLSchema10(text)


SCHEMAS = {name: _schema(name) for name in (*LIBXML, "dateTime", "base64Binary")}
LETTERS = {
    "int": "0123456789+- .eE",
    "integer": "0123456789+- .",
    "decimal": "0123456789+- .eE",
    "boolean": "truefals01 TF",
    "dateTime": "0123456789-:TZ.+ ",
    "base64Binary": "ABQgw+/= \n-_",
}
KNOWN = {
    "int": ("2147483647", "2147483648", "-2147483648", "-2147483649", "+7", " 7 ", "007", "", "1.0", "5 5"),
    "dateTime": (
        "2025-01-31T10:00:00",
        "2025-02-29T00:00:00",
        "2024-02-29T00:00:00",
        "2025-01-31T24:00:00",
        "2025-01-31T24:00:01",
        "0000-01-01T00:00:00",
        "-0004-02-29T00:00:00",
        "12025-01-31T00:00:00",
        "2025-01-31T00:00:00+14:00",
        "2025-01-31T00:00:00+14:01",
        "2025-01-31T10:00:60",
        "2025-01-31",
    ),
    "base64Binary": ("", "QUI=", "QUJD", "QQ==", "QR==", "Q Q = =", "QQ=", "QUJD\nQUJD", "====", "QUJD="),
    "boolean": ("true", " 1 ", "True", "", "yes"),
    "integer": ("1" * 40, "-", "1.0", "5 5", "1_0", "٦"),
    "decimal": (".5", "5.", ".", "1e3", "-0.0", "0 0", "\n5\t", "1_0", "٦"),
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in KNOWN.items() for text in texts])
def test_the_space_of_a_type_is_that_of_xml_schema_at_its_edges(name, text):
    assert xsd.valid(field("v", name), text) == _by_schema(name, text)


@given(data=st.data(), name=st.sampled_from(sorted(LETTERS)))
def test_the_space_of_a_type_is_that_of_xml_schema(data, name):
    text = data.draw(st.one_of(st.text(LETTERS[name], max_size=24), st.sampled_from(KNOWN[name])))
    assert xsd.valid(field("v", name), text) == _by_schema(name, text)


def _by_schema(name: str, text: str) -> bool:
    element = etree.Element("v")
    element.text = text
    schema = SCHEMAS[name]
    return bool(schema.validate(element) if isinstance(schema, etree.XMLSchema) else schema.is_valid(element))


@pytest.mark.parametrize(
    ("name", "text", "hard"),
    [
        ("int", "abc", True),
        ("int", "", True),
        ("int", "1.5", True),
        ("int", "2147483648", True),
        ("int", "+7", False),
        ("dateTime", "abc", True),
        ("dateTime", "31/01/2025", True),
        ("dateTime", "2025-01-31", False),
        ("dateTime", "10:00:00", False),
        ("boolean", "abc", True),
        ("boolean", "True", False),
        ("base64Binary", "SG9s*YQ=", True),
        ("base64Binary", "QUI", False),
    ],
)
def test_which_slips_no_reader_should_take(name, text, hard):
    assert xsd.hard(field("v", name), text) is hard


@pytest.mark.parametrize("text", ["1E5", "-INF", "NaN", ".5"])
def test_what_a_page_prints_as_double_has_more_values_than_a_decimal(text):
    wide = Constraint(facet="data-type", basis=Basis.STATED, citation=CITE, text="double")
    assert xsd.valid(field("v", "decimal", constraints=(wide,)), text)
    assert xsd.valid(field("v", "decimal"), text) is (text == ".5")


def test_a_value_outside_of_its_type_is_told_and_stays_text():
    found = odd((replace(field("A"), type="int"),), "<A>1.5</A>", "lexical")
    assert found == [("A", "int", "1.5")]
