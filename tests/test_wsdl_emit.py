"""The emitted WSDLs: read by zeep, xmlschema and libxml2, held against the page's envelopes and against our codec."""

from __future__ import annotations

import base64
import datetime as dt
import io
import re
from dataclasses import replace

import pytest
import xmlschema
import zeep
from hypothesis import HealthCheck, given, settings
from lxml import etree
from zeep.transports import Transport

from conformance.codecs import soap
from conformance.documents import contract_of
from conformance.emit import files_of
from conformance.emit.assumed import assumed, is_assumed, own_namespace
from conformance.emit.wsdl import schema_files, service_name, soap_files, wsdl_text
from conformance.emit.xsd_notes import RULES as NOTES
from conformance.model import Choice
from conformance.resources import schemas_dir
from conformance.rules.soap_fields import request_rules, response_rules
from tests.asmx_pages import sheets
from tests.asmx_text import text_of
from tests.documents_at_hand import committed, documents_dir
from tests.synthetic_pages import page

CONTRACTS = committed()
MAIL, LIST = CONTRACTS["envio-correo"], CONTRACTS["actualizar-correo"]
SERVICES = {"envio-correo": MAIL, "actualizar-correo": LIST}
VERSIONS = {"1.1": "Soap", "1.2": "Soap12"}
ADDRESS = "http://127.0.0.1:1/service"
NAMES = {
    "wsdl": "http://schemas.xmlsoap.org/wsdl/",
    "xs": "http://www.w3.org/2001/XMLSchema",
    "suite": NOTES,
    "soap": "http://schemas.xmlsoap.org/wsdl/soap/",
    "soap12": "http://schemas.xmlsoap.org/wsdl/soap12/",
}
PLACEHOLDERS = {"int": "7", "dateTime": "2025-01-31T10:20:30", "boolean": "true", "base64Binary": "QUJD"}


class Offline(Transport):
    """Nothing is fetched, not even in error."""

    def load(self, url):
        raise AssertionError(f"{url} was asked for")


def tree_of(text):
    return etree.fromstring(text.encode())


def client_of(contract):
    return zeep.Client(io.BytesIO(wsdl_text(contract, ADDRESS).encode()), transport=Offline())


def libxml(contract, folder):
    """The schemas as files, as a reader who downloads them has them."""
    for name, text in schema_files(contract).items():
        (folder / name).write_text(text, "utf-8")
    return etree.XMLSchema(etree.parse(folder / f"{service_name(contract)}.xsd"))


def operation_of(client, version, contract):
    held = client.wsdl.services[service_name(contract)].ports[f"{service_name(contract)}{VERSIONS[version]}"]
    return held.binding.get(contract.operation.name)


# --- the files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_files_are_what_is_emitted(service):
    written = soap_files(SERVICES[service])
    assert sorted(written) == sorted(
        one.name for one in (schemas_dir() / service).iterdir() if one.suffix in {".wsdl", ".xsd"}
    )
    for name, text in written.items():
        assert (schemas_dir() / service / name).read_bytes() == text.encode(), name
        assert files_of(SERVICES[service])[f"{service}/{name}"] == text


def test_files_are_named_after_the_path():
    assert sorted(soap_files(MAIL)) == ["ServicioSSIntegral.wsdl", "ServicioSSIntegral.xsd"]
    assert sorted(soap_files(LIST)) == ["FacturacionElectronicaValidacionPrevia.wsdl"]


def test_a_service_without_soap_has_no_wsdl():
    assert soap_files(CONTRACTS["collection-policy"]) == {}


@pytest.mark.parametrize("service", SERVICES)
def test_the_address_is_the_one_that_was_asked_for(service):
    held = tree_of(wsdl_text(SERVICES[service], ADDRESS)).findall(".//wsdl:port/*", NAMES)
    assert [one.get("location") for one in held] == [ADDRESS, ADDRESS]


@pytest.mark.parametrize("service", SERVICES)
def test_both_versions_are_bound_as_document_literal(service):
    root = tree_of(wsdl_text(SERVICES[service], ADDRESS))
    assert [one.get("name") for one in root.iterfind("wsdl:portType", NAMES)] == [
        f"{service_name(SERVICES[service])}Soap"
    ]
    for prefix, encoding in (("soap", "soap-1.1"), ("soap12", "soap-1.2")):
        (held,) = root.findall(f".//{prefix}:operation", NAMES)
        said = SERVICES[service].encoding(encoding).action or SERVICES[service].encoding("soap-1.1").action or ""
        assert (held.get("style"), held.get("soapAction")) == ("document", said)
        assert {one.get("use") for one in root.iterfind(f".//{prefix}:body", NAMES)} == {"literal"}


def test_what_is_assumed_says_so_and_names_its_source():
    told = tree_of(wsdl_text(LIST, ADDRESS)).findtext("wsdl:documentation", namespaces=NAMES)
    assert told.startswith("assumed")
    cited = LIST.operation.citation
    assert f"{cited.document}, line {cited.line}" in told
    assert tree_of(wsdl_text(MAIL, ADDRESS)).find("wsdl:documentation", NAMES) is None


def test_an_assumed_contract_is_not_assumed_twice():
    once = assumed(LIST)
    assert is_assumed(LIST)
    assert not is_assumed(once)
    assert assumed(once) is once
    assert assumed(MAIL) is MAIL
    assert once.operation.request.namespace == own_namespace(LIST)


# --- readers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
def test_the_schema_is_read_by_xmlschema_and_by_libxml2(service, tmp_path):
    schema = libxml(SERVICES[service], tmp_path)
    assert not schema.error_log
    name = f"{service_name(SERVICES[service])}.xsd"
    assert xmlschema.XMLSchema10(tmp_path / name).validity == "valid"


@pytest.mark.parametrize("version", VERSIONS)
def test_zeep_sees_the_operations_as_they_are_meant(version):
    mail, listed = client_of(MAIL), client_of(LIST)
    held = operation_of(mail, version, MAIL)
    assert re.sub(r"ns\d", "ns", held.input.signature()) == "correo: ns:correo"
    assert [name for name, _ in held.input.body.type.elements[0][1].type.elements] == [
        one.name for one in MAIL.operation.request.fields
    ]
    held = operation_of(listed, version, LIST)
    assert re.sub(r"ns\d", "ns", held.input.signature()) == "facturador: xsd:string, documentos: ns:documento[]"
    assert re.sub(r"ns\d", "ns", held.output.signature()) == "return: ns:respuesta"


# --- rules ------------------------------------------------------------------------------------------------------------


ACCEPTED = ("text", "lexical", "size", "several", "choice-")
"""Facets of rules about what a service must take. They bind no message."""


def noted(contract, kind):
    return {one.get("id") for one in tree_of(wsdl_text(contract, ADDRESS)).iterfind(f".//suite:{kind}", NAMES)}


@pytest.mark.parametrize("service", SERVICES)
def test_each_rule_about_a_member_is_expressed_or_listed_with_the_reason(service):
    contract = SERVICES[service]
    rules = [*request_rules(contract, ("soap-1.1",)), *response_rules(contract, ("soap-1.1",))]
    about = {rule.id for rule in rules if not rule.facet.startswith(ACCEPTED)}
    expressed, missing = noted(contract, "rule"), noted(contract, "not-expressed")
    assert expressed | missing == about
    assert {rule.id for rule in rules if rule.schema} <= expressed
    assert {rule.rpartition("/")[2] for rule in missing} <= {"not-blank"}
    assert not expressed & missing


# --- messages ---------------------------------------------------------------------------------------------------------


def full(fields, number=2):
    """A tree with every member, lists with several items, open content left out."""
    made = {}
    for member in fields:
        if member.type in {"open", "empty"}:
            continue
        if member.type == "list":
            inner = member.item
            made[member.name] = [full(inner.fields) if inner.fields else leaf(inner)] * number
            if inner.type == "open":
                made[member.name] = []
        else:
            made[member.name] = full(member.fields) if member.fields else leaf(member)
    return made


def leaf(member):
    if member.choices:
        return member.choices[-1].name
    return {"int": -7, "boolean": True, "dateTime": "2025-01-31T10:20:30.5Z", "base64Binary": "QUJD"}.get(
        member.type, "a <b> & 'ñ' \u4e00"
    )


def in_wrappers(message, tree):
    for name in reversed(message.wrappers):
        tree = {name: tree}
    return tree


def as_zeep(fields, tree):
    """The same values as zeep takes them: a list in an element of its own is an object with one member."""
    made = {}
    for member in fields:
        if member.name not in tree:
            continue
        value = tree[member.name]
        if member.type == "list":
            value = [as_zeep(member.item.fields, one) if member.item.fields else one for one in value]
            flat = member.occurs is not None and member.occurs[1] is None
            value = value if flat else {member.item.name: value}
        elif member.fields:
            value = as_zeep(member.fields, value)
        elif member.choices:
            value = next(one.literal or one.name for one in member.choices if one.name == value)
        elif member.type == "base64Binary":
            value = base64.b64decode(value)
        elif member.type == "dateTime":
            value = dt.datetime.fromisoformat(value)
        made[member.name] = value
    return made


def plain(element):
    """Names, attributes and text alone: prefixes are free."""
    inner = tuple(plain(child) for child in element)
    return element.tag, dict(element.attrib), inner or (element.text or "")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("number", [1, 3])
def test_a_stock_client_writes_what_our_codec_writes(service, version, number):
    ours, theirs = both_ways(SERVICES[service], version, number)
    assert ours.tag == theirs.tag
    assert times(plain(ours[-1][0])) == times(plain(theirs[-1][0]))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_stock_client_writes_an_empty_list_as_our_codec_does_where_the_schema_admits_one(version):
    ours, theirs = both_ways(MAIL, version, 0)
    assert times(plain(ours[-1][0])) == times(plain(theirs[-1][0]))
    # The list of documents is required, and its items stand in no element that could be empty.
    with pytest.raises(zeep.exceptions.ValidationError, match="minOccurs"):
        both_ways(LIST, version, 0)


def both_ways(contract, version, number):
    """The envelope as our codec and as zeep write it, with so many items in each list."""
    contract = assumed(contract)
    message = contract.operation.request
    tree = full(message.fields, number)
    values = in_wrappers(message, as_zeep(message.fields, tree))
    theirs = operation_of(client_of(contract), version, contract).create(**values).content
    ours = soap.decode(message, soap.encode(message, tree, version)).envelope.root
    return ours, soap.decode(message, etree.tostring(theirs)).envelope.root


def times(node):
    """Instants are written in more than one way."""
    name, attributes, inner = node
    if isinstance(inner, tuple):
        return name, attributes, tuple(times(one) for one in inner)
    return name, attributes, re.sub(r"(\.5)0*(Z|\+00:00)$", ".5Z", inner)


@pytest.mark.parametrize("part", ["request", "response"])
def test_a_full_message_of_the_assumed_service_is_valid(part, tmp_path):
    message = getattr(assumed(LIST).operation, part)
    root = etree.fromstring(etree.tostring(soap.payload(message, full(message.fields)), encoding="utf-8"))
    schema = libxml(LIST, tmp_path)
    assert schema.validate(root), schema.error_log
    assert xmlschema.XMLSchema10(tmp_path / f"{service_name(LIST)}.xsd").is_valid(root)


def test_every_kind_of_document_has_its_literal_in_the_schema():
    item = assumed(LIST).operation.request.fields[1].item
    tipo = next(one for one in item.fields if one.name == "tipo")
    kinds = (Choice(name="factura"), Choice(name="nota-credito", literal="NC"))
    listed = replace(tipo, type="enum", choices=kinds, model="tipoDocumento")
    fields = tuple(listed if one is tipo else one for one in item.fields)
    request = LIST.operation.request
    documents = replace(request.fields[1], item=replace(request.fields[1].item, fields=fields))
    request = replace(request, fields=(request.fields[0], documents))
    contract = replace(LIST, operation=replace(LIST.operation, request=request))
    root = tree_of(wsdl_text(contract, ADDRESS))
    values = root.findall(".//xs:simpleType[@name='tipoDocumento']//xs:enumeration", NAMES)
    assert [one.get("value") for one in values] == ["factura", "NC"]
    assert client_of(contract).get_type(f"{{{own_namespace(LIST)}}}tipoDocumento") is not None


def envelopes():
    """The envelopes that the page prints, and such as it would print, made from the contract; both without values."""
    found = []
    for part, message in (("request", MAIL.operation.request), ("response", MAIL.operation.response)):
        root = soap.payload(message, full(message.fields))
        found.append(pytest.param(part, etree.tostring(root), id=f"{part}-made"))
    folder = documents_dir()
    if folder is not None:
        text = (folder / MAIL.document.name).read_text("utf-8")
        printed = re.findall(r"<(soap\w*):Envelope .*?</\1:Envelope>", text, re.DOTALL)
        whole = [one[0] for one in re.finditer(r"<(soap\w*):Envelope .*?</\1:Envelope>", text, re.DOTALL)]
        assert len(printed) == 4
        for number, one in enumerate(whole):
            body = etree.fromstring(one.encode())[0][0]
            part = "response" if number % 2 else "request"
            found.append(pytest.param(part, etree.tostring(body), id=f"{part}-page-{printed[number]}"))
    return found


@pytest.mark.parametrize(("part", "body"), envelopes())
def test_an_envelope_of_the_page_is_valid_once_its_placeholders_are_filled(part, body, tmp_path):
    root = etree.fromstring(body)
    for one in root.iter():
        if one.text in PLACEHOLDERS:
            one.text = PLACEHOLDERS[one.text]
    schema = libxml(MAIL, tmp_path)
    assert schema.validate(root), schema.error_log
    reader = xmlschema.XMLSchema10(tmp_path / f"{service_name(MAIL)}.xsd")
    assert [str(one) for one in reader.iter_errors(root)] == []
    assert etree.QName(root).localname == getattr(MAIL.operation, part).root


def test_items_that_the_page_cuts_off_stay_open(tmp_path):
    schema = libxml(MAIL, tmp_path)
    message = MAIL.operation.response
    root = soap.payload(message, full(message.fields))
    space = f"{{{message.namespace}}}"
    items = root.find(f".//{space}ResponseList")
    for inner in ("", "<Prefix>FE</Prefix><Other xmlns='urn:x' a='b'><deep/>text</Other>", "text"):
        item = etree.SubElement(items, f"{space}NumberRangeResponse")
        item.extend(etree.fromstring(f"<a>{inner}</a>"))
        item.text = inner if inner == "text" else None
    extension = etree.fromstring(f"<ExtensionData xmlns='{message.namespace}'>x<y/></ExtensionData>")
    root.find(f".//{space}RespuestaProduccion").insert(0, extension)
    assert schema.validate(root), schema.error_log


# --- random services --------------------------------------------------------------------------------------------------

patient = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    max_examples=max(15, settings().max_examples // 5),
)


@patient
@given(sheets())
def test_the_files_of_any_page_are_read_by_everybody(tmp_path_factory, sheet):
    contract = contract_of(page(text_of(sheet)))
    files = soap_files(contract)
    assert files == soap_files(contract)
    if not sheet.soap:
        assert files == {}
        return
    folder = tmp_path_factory.mktemp("schemas")
    assert not libxml(contract, folder).error_log
    assert xmlschema.XMLSchema10(folder / f"{service_name(contract)}.xsd").validity == "valid"
    client = client_of(contract)
    ports = client.wsdl.services[service_name(contract)].ports
    assert sorted(ports) == sorted(
        f"{service_name(contract)}{suffix}" for version, suffix in VERSIONS.items() if f"soap-{version}" in sheet.soap
    )
    for port in ports.values():
        operation = port.binding.get(sheet.name)
        operation.input.signature()
        assert (operation.output is None) is sheet.one_way
