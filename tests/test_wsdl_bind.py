"""Binding to WSDLs as they are met in the wild: each binds, and what is sent then is what a stock client would send."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from conformance.emit.contract_json import dumps, loads
from conformance.emit.wsdl import wsdl_text
from conformance.errors import ConformanceError
from conformance.model import Basis
from conformance.rules import rules_of
from tests.wsdl_support import CONTRACT, FOLDER, agrees, bound, elements, from_file, from_text, how

TIPOS = {"factura": "1", "nota-credito": "2", "nota-debito": "3"}
WILD = {
    "jaxws": {},
    "wcf": {},
    "rpc": {},
    "service_first": {"auth_fields": True},
    "split": {"values": {"canal": "web"}, "tipos": TIPOS},
}


def of(name):
    return bound(from_file(f"{name}.wsdl"), **WILD[name])


@pytest.mark.parametrize("name", WILD)
def test_a_wsdl_met_in_the_wild_binds(name):
    made = of(name)
    values = made.complete({**CONTRACT.baseline, "usuario": "qa", "clave": "secreto"})
    agrees(made, values)


@pytest.mark.parametrize("name", WILD)
def test_what_is_pasted_binds_the_same(name):
    made = of(name)
    tables = dict(re.findall(r"^(\w+) = \{ (.*) \}$", made.block, re.MULTILINE))
    told = {key: dict(re.findall(r'([\w-]+) = "([^"]*)"', text)) for key, text in tables.items()}
    again = bound(from_file(f"{name}.wsdl"), **(WILD[name] | told))
    assert again.contract == made.contract
    assert set(how(again).values()) == {"binding"}


@pytest.mark.parametrize("name", WILD)
def test_a_bound_contract_is_a_contract(name):
    contract = of(name).contract
    assert loads(dumps(contract), name) == contract


def test_the_assumed_wsdl_binds_by_name():
    made = bound(from_text(wsdl_text(CONTRACT, "http://facturas.example.com/servicio")))
    assert set(how(made).values()) == {"name"}
    assert (list(made.addresses), made.notices) == (["1.1", "1.2"], ())
    assert {choice.literal for choice in kind(made).choices} == {"factura", "nota-credito", "nota-debito"}
    agrees(made)


def test_arg0_and_arg1_bind_by_shape_and_order():
    made = of("jaxws")
    assert elements(made) == {
        "facturador": "arg0",
        "documentos": "arg1",
        "prefijo": "prefijo",
        "numero": "numeroDocumento",
        "tipo": "tipoDocumento",
        "correo": "correoElectronico",
    }
    assert how(made)["facturador"] == "shape and order"
    assert how(made)["numero"] == "synonym"


def test_members_come_in_the_order_of_the_wsdl():
    listed = of("wcf").contract.operation.request.fields[0]
    assert listed.name == "documentos"
    assert [member.name for member in listed.item.fields] == ["correo", "tipo", "numero", "prefijo"]


def test_every_version_has_its_port_its_address_and_its_action():
    made = of("wcf")
    assert made.addresses == {
        "1.1": "https://facturas.example.com/notificaciones.svc",
        "1.2": "https://facturas.example.com/notificaciones.svc/ws",
    }
    assert made.description.port == {"1.1": ("NotificationService", "Basic"), "1.2": ("NotificationService", "Ws")}
    encodings = made.contract.operation.encodings
    assert [(one.name, one.action) for one in encodings] == [
        ("soap-1.1", "http://tempuri.example/ActualizarCorreo"),
        ("soap-1.2", "http://tempuri.example/ActualizarCorreo"),
    ]
    assert made.contract.operation.name == "ActualizarCorreoClienteListaDocumentos"


def test_the_answer_is_the_output_of_the_wsdl():
    response = of("service_first").contract.operation.response
    assert (response.root, response.namespace) == ("actualizarCorreoResponse", "http://mail.example/v2")
    response = of("rpc").contract.operation.response
    assert (response.root, response.namespace) == ("actualizarCorreoClienteListaDocumentosResponse", "urn:correos:rpc")


def test_one_version_can_be_asked_for():
    made = bound(from_file("wcf.wsdl"), soap=("1.2",))
    assert list(made.addresses) == ["1.2"]
    assert [one.name for one in made.contract.operation.encodings] == ["soap-1.2"]


def test_a_version_that_is_not_offered_is_an_error():
    with pytest.raises(ConformanceError, match=r"in SOAP 1\.2, not in 1\.1$"):
        bound(from_file("service_first.wsdl"), soap=("1.1",))


def test_a_version_that_is_asked_for_beside_another_and_not_offered_is_told():
    made = bound(from_file("jaxws.wsdl"), soap=("1.1", "1.2"))
    assert list(made.addresses) == ["1.1"]
    assert any("does not offer" in notice and "SOAP 1.2" in notice for notice in made.notices)


def test_literals_come_from_the_enumeration_or_from_what_it_says_of_its_values():
    assert {choice.name: choice.literal for choice in kind(of("rpc")).choices} == {
        "factura": "01",
        "nota-credito": "02",
        "nota-debito": "03",
    }
    assert {choice.literal for choice in kind(of("service_first")).choices} == {"FV", "NC", "ND"}


def kind(made):
    listed = next(member for member in made.contract.operation.request.fields if member.name == "documentos")
    return next(member for member in listed.item.fields if member.name == "tipo")


def test_types_of_the_wsdl_are_readings_and_stated_facts_stay_stated():
    listed = of("wcf").contract.operation.request.fields[0]
    number = next(member for member in listed.item.fields if member.name == "numero")
    assert (number.type, number.type_basis) == ("integer", Basis.INFERRED)
    assert number.constraint("required").basis is Basis.STATED
    assert kind(of("wcf")).type_basis is Basis.STATED


def test_numbers_of_the_target_file_become_numbers_of_the_wsdl():
    made = of("wcf")
    assert [item["numero"] for item in made.contract.baseline["documentos"]] == [1001, 1002, 1003, 1004]


def test_an_element_that_the_wsdl_demands_for_an_optional_member_is_nil_where_it_may_be():
    made = of("wcf")
    assert made.contract.baseline["documentos"][3]["prefijo"] is None
    assert any("Prefix" in notice and "nil" in notice for notice in made.notices)
    assert any(rule.id.endswith("documentos/prefijo/optional") for rule in rules_of(made.contract, ("soap-1.1",)))


def test_and_empty_where_it_may_not():
    made = of("split")
    assert made.contract.baseline["documentos"][3]["prefijo"] == ""
    assert not any(rule.id.endswith("documentos/prefijo/optional") for rule in rules_of(made.contract, ("soap-1.1",)))
    assert any("Prefijo" in notice and "empty" in notice for notice in made.notices)


def test_elements_beyond_the_document_get_a_value_from_the_schema_or_the_target():
    baseline = of("split").contract.baseline
    assert (baseline["version"], baseline["canal"]) == ("1.0", "web")
    assert baseline["documentos"][0]["auditoria"] == ""


def test_an_element_beyond_the_document_without_a_value_is_an_error():
    with pytest.raises(ConformanceError, match=r"canal \(string\) needs a value: add values\.canal"):
        bound(from_file("split.wsdl"), tipos=TIPOS)


def test_a_value_for_an_element_that_is_not_there_is_an_error():
    with pytest.raises(ConformanceError, match=r"values\.sucursal: the message has no such element"):
        bound(from_file("jaxws.wsdl"), values={"sucursal": "1"})


def test_an_optional_element_is_sent_where_the_target_has_a_value_for_it():
    made = bound(from_file("wcf.wsdl"), values={"TraceId": "qa"})
    assert made.contract.baseline["TraceId"] == "qa"
    agrees(made)


def test_user_and_password_are_members_where_the_target_says_so():
    made = of("service_first")
    members = {member.name: member for member in made.contract.operation.request.fields}
    assert (members["usuario"].marks, members["clave"].marks) == (("target-only",), ("target-only", "secret"))
    assert [step.rpartition("}")[2] for step in members["clave"].element] == ["autenticacion", "clave"]


def test_user_and_password_that_are_demanded_and_not_asked_for_need_values():
    with pytest.raises(ConformanceError) as told:
        bound(from_file("service_first.wsdl"))
    assert "autenticacion/usuario (string) needs a value: add values.usuario" in str(told.value)


def test_user_and_password_that_the_message_has_not_are_an_error():
    with pytest.raises(ConformanceError, match="usuario: no element is called like it"):
        bound(from_file("jaxws.wsdl"), auth_fields=True)


def test_an_address_elsewhere_may_be_stale():
    text = (FOLDER / "rpc.wsdl").read_text()
    made = bound(from_text(text.replace("http://facturas.example.com/correos", "http://localhost:8080/correos")))
    assert made.addresses == {"1.1": "http://localhost:8080/correos"}
    assert any("may be stale" in notice for notice in made.notices)


def test_an_address_that_is_missing_is_told():
    text = (FOLDER / "rpc.wsdl").read_text()
    made = bound(from_text(text.replace('<soap:address location="http://facturas.example.com/correos"/>', "")))
    assert made.addresses == {"1.1": ""}
    assert any("has no address" in notice for notice in made.notices)


def test_encoded_messages_are_refused():
    text = (FOLDER / "rpc.wsdl").read_text().replace('use="literal"', 'use="encoded"')
    with pytest.raises(ConformanceError, match="only literal ones are made"):
        bound(from_text(text))


def test_an_operation_that_is_not_there_is_an_error_that_lists_those_that_are():
    text = (FOLDER / "rpc.wsdl").read_text().replace("actualizarCorreoClienteListaDocumentos", "borrarTodo")
    with pytest.raises(
        ConformanceError, match=r"has no operation actualizarCorreo\w+; over SOAP it offers:\n  borrarTodo"
    ):
        bound(from_text(text))


def test_an_operation_is_found_whatever_its_case_and_accents():
    text = (FOLDER / "rpc.wsdl").read_text()
    text = text.replace("actualizarCorreoClienteListaDocumentos", "Actualizar_Correo_Cliente_Lista_Documéntos")
    made = bound(from_text(text))
    assert made.description.operation == "Actualizar_Correo_Cliente_Lista_Documéntos"
    agrees(made)


def test_names_of_members_that_two_levels_share_are_told_apart():
    fields = tuple(
        replace(member, name="numero") if member.name == "facturador" else member
        for member in CONTRACT.operation.request.fields
    )
    request = replace(CONTRACT.operation.request, fields=fields)
    contract = replace(CONTRACT, operation=replace(CONTRACT.operation, request=request), baseline={})
    made = bound(from_file("jaxws.wsdl"), contract)
    assert elements(made)["numero"] == "arg0"
    assert elements(made)["documentos/numero"] == "numeroDocumento"
    again = bound(from_file("jaxws.wsdl"), contract, binding=elements(made))
    assert again.contract == made.contract
