"""What a stock client sends, and what it makes of answers."""

from __future__ import annotations

import logging

import pytest
from lxml import etree

from conformance.errors import ConformanceError
from conformance.wsdl import stock
from conformance.wsdl.errors import Unreadable
from tests.wsdl_shapes import Leaf, Sheet, text_of
from tests.wsdl_support import CONTRACT, bound, from_file, from_text

ENVELOPES = {"1.1": "http://schemas.xmlsoap.org/soap/envelope/", "1.2": "http://www.w3.org/2003/05/soap-envelope"}
TYPES = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
DATA = "http://schemas.datacontract.example/Notifications"
NAME = "ActualizarCorreoClienteListaDocumentos"
RESULT = f"<{NAME}Result>{{}}</{NAME}Result>"
BODY = f'<{NAME}Response xmlns="http://tempuri.example/" xmlns:d="{DATA}">{RESULT}</{NAME}Response>'
DESCRIPTION = bound(from_file("wcf.wsdl")).description


def envelope(inside, version="1.1"):
    return f'<e:Envelope xmlns:e="{ENVELOPES[version]}"><e:Body>{inside}</e:Body></e:Envelope>'.encode()


def read(body, version="1.1", status=200, content_type=None, description=DESCRIPTION):
    return stock.read(description, version, status, TYPES[version] if content_type is None else content_type, body)


@pytest.mark.parametrize("version", ENVELOPES)
def test_an_answer_is_plain_values(version):
    inside = BODY.format("<d:Success>true</d:Success><d:Messages><d:string>uno</d:string><d:string/></d:Messages>")
    assert read(envelope(inside, version), version) == {"Success": True, "Messages": {"string": ["uno", None]}}


def test_a_simple_answer_is_its_value():
    made = bound(from_file("jaxws.wsdl"))
    name = "actualizarCorreoClienteListaDocumentosResponse"
    inside = f'<a:{name} xmlns:a="http://webservice.facturas.example/"><return>true</return></a:{name}>'
    assert read(envelope(inside), description=made.description) is True


FAULTS = {
    "1.1": "<e:Fault><faultcode>e:Client</faultcode><faultstring>malo</faultstring></e:Fault>",
    "1.2": (
        '<e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code><e:Reason><e:Text xml:lang="es">malo</e:Text></e:Reason>'
        "</e:Fault>"
    ),
}


@pytest.mark.parametrize("version", ENVELOPES)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_fault_is_raised_as_one(version, status):
    with pytest.raises(stock.Fault, match="malo") as fault:
        read(envelope(FAULTS[version], version), version, status)
    assert fault.value.code in ("e:Client", "e:Sender")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"", 500),
        (b"<html><body>Error</body></html>", 200),
        (b"<html><body>Error</body></html>", 500),
        (b"no XML", 200),
        (envelope(BODY.format("<d:Success>true</d:Success>")), 500),
        (envelope(""), 200),
        (envelope(BODY.format("<d:Nada>1</d:Nada>")), 200),
        (envelope(BODY.format("<d:Success>true</d:Success>"), "1.2"), 200),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + envelope(BODY.format("<d:Success>true</d:Success>")), 200),
        (b"\xff\xfe\x00", 200),
    ],
)
def test_what_a_stock_client_cannot_read_is_told(body, status):
    with pytest.raises(Unreadable) as told:
        read(body, status=status)
    assert str(told.value)
    assert "\n" not in str(told.value)


def test_nothing_is_printed_or_logged_when_a_value_cannot_be_read(capfd, caplog):
    # A handler of each logger, as a log that somebody else keeps may have; its lines hold addresses and values.
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("zeep")]
    for logger in loggers:
        logger.addHandler(caplog.handler)
    with pytest.raises(Unreadable):
        read(envelope(BODY.format("<d:Success>true</d:Success><d:Nada/>")))
    made = bound(from_text(text_of(Sheet()).replace('name="return" type="xs:string"', 'name="return" type="xs:int"')))
    name = "actualizarCorreoClienteListaDocumentosResponse"
    inside = f'<a:{name} xmlns:a="http://formas.example/ws"><return>uno</return></a:{name}>'
    with pytest.raises(Unreadable, match="uno"):
        read(envelope(inside), description=made.description)
    for logger in loggers:
        logger.removeHandler(caplog.handler)
    assert "zeep.xsd.types.simple" in {logger.name for logger in loggers}
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


@pytest.mark.parametrize("content_type", ["", "text/xml", "text/html"])
def test_the_media_type_is_not_a_stock_clients_business(content_type):
    inside = BODY.format("<d:Success>false</d:Success>")
    assert read(envelope(inside), content_type=content_type) == {"Success": False, "Messages": None}


@pytest.mark.parametrize(
    ("version", "header"),
    [
        ("1.1", ("SOAPAction", '"http://tempuri.example/ActualizarCorreo"')),
        (
            "1.2",
            (
                "Content-Type",
                'application/soap+xml; charset=utf-8; action="http://tempuri.example/ActualizarCorreo"',
            ),
        ),
    ],
)
def test_a_stock_client_sends_the_action(version, header):
    sent = stock.message(DESCRIPTION, version, {"request": {"TaxId": "1"}})
    assert header in sent.headers
    assert etree.fromstring(sent.body).findtext(".//{*}TaxId") == "1"


def test_a_message_that_a_stock_client_cannot_write_is_told():
    with pytest.raises(ConformanceError, match=r"cannot write the message: .*nada"):
        stock.message(DESCRIPTION, "1.1", {"nada": 1})


def test_values_stand_under_the_names_of_their_elements():
    made = bound(from_file("service_first.wsdl"), auth_fields=True)
    values = made.complete({**CONTRACT.baseline, "usuario": "qa", "clave": "x"})
    given = stock.arguments(made.contract.operation.request, values)
    assert given["autenticacion"] == {"usuario": "qa", "clave": "x"}
    assert given["facturas"]["factura"][0] == {
        "identificacion": {"prefijoFactura": "FE", "nroFactura": "1001"},
        "TipoDoc": "FV",
        "e-mail": "cliente@example.com",
    }


def test_one_client_serves_all_questions():
    assert stock.client(DESCRIPTION) is stock.client(from_file("wcf.wsdl"))


def test_an_item_without_a_member_is_one_without_its_element():
    made = bound(from_text(text_of(Sheet(inside=(*Sheet().inside, Leaf(name="canal"))))))
    given = stock.arguments(made.contract.operation.request, made.contract.baseline)
    assert [sorted(item) for item in given["documentos"]][-1] == ["correo", "numero", "tipo"]
