"""Which service a recorded request was meant for: by address, label, action and body, or why by none."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from conformance.run.contracts import contracts
from conformance.traffic.files.parts import parts_of
from conformance.traffic.files.reading import records
from conformance.traffic.recognising import FOREIGN, METHOD, OPERATION, UNNAMED, Known, Recogniser
from conformance.traffic.recording import Recorded
from tests.audited import CORREO, POLICY, REST, SOAP, SUBJECTS, desk, failures

NAMED = {name: one.contract for name, one in SUBJECTS.items()}
KNOWN = Recogniser(NAMED, unnamed=frozenset({"actualizar-correo"}))
SPACE = "https://factura.ssintegral.com/"
ACTION = f'"{SPACE}EnvioCorreo"'
ONE, TWO = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
JSON, XML, FORM = "application/json", "application/xml", "application/x-www-form-urlencoded"
SOAP_1, SOAP_2 = "text/xml; charset=utf-8", "application/soap+xml; charset=utf-8"


def envelope(version: str = ONE, child: str = f'<EnvioCorreo xmlns="{SPACE}"/>', prefix: str = "soap:") -> str:
    bound = f'xmlns:{prefix[:-1]}="{version}"' if prefix else f'xmlns="{version}"'
    return f"<{prefix}Envelope {bound}><{prefix}Body>{child}</{prefix}Body></{prefix}Envelope>"


def rest(encoding: str) -> Known:
    return Known(POLICY, encoding)


V1, V2 = Known(CORREO, "soap-1.1"), Known(CORREO, "soap-1.2")
OTHER = f'<OtraOperacion xmlns="{SPACE}"/>'
NAMELESS = '<actualizarCorreoClienteListaDocumentos xmlns="http://ws.example/"/>'

ROWS = [
    # What a client of REST sends.
    ("POST", REST, JSON, None, "{}", rest("json")),
    ("post", REST, JSON, None, "{}", rest("json")),
    ("POST", REST, "application/json;charset=UTF-8", None, "{}", rest("json")),
    ("POST", REST, "APPLICATION/JSON", None, "{}", rest("json")),
    ("POST", REST, "text/json", None, "{}", rest("json")),
    ("POST", REST, XML, None, "<a/>", rest("xml")),
    ("POST", REST, "text/xml", None, "<a/>", rest("xml")),
    ("POST", REST, FORM, None, "a=b", rest("form")),
    ("POST", REST, "application/json, application/json", None, "{}", rest("json")),
    # A label that is not documented, or none: what the body looks like.
    ("POST", REST, "text/plain", None, "{}", rest("json")),
    ("POST", REST, "", None, " \n[1]", rest("json")),
    ("POST", REST, "text/plain", None, "<a/>", rest("xml")),
    ("POST", REST, "text/plain", None, "\ufeff<a/>", rest("xml")),
    ("POST", REST, "text/plain", None, "GrantorTaxId=A%20B&Email=c", rest("form")),
    ("POST", REST, "", None, "", rest("json")),
    ("POST", REST, "", None, "no = form", rest("json")),
    ("POST", REST, JSON, None, "<a/>", rest("json")),
    # Addresses as servers compare them.
    ("POST", "http://h/api/CollectionPolicy", JSON, None, "{}", rest("json")),
    ("POST", "http://h:8080/api/CollectionPolicy?x=1&y=2", JSON, None, "{}", rest("json")),
    ("POST", "http://h/API/COLLECTIONPOLICY/", JSON, None, "{}", rest("json")),
    ("POST", "http://h/a/b/api/collectionpolicy#f", JSON, None, "{}", rest("json")),
    ("POST", "http://[::1]:5000/api/CollectionPolicy", JSON, None, "{}", rest("json")),
    ("POST", "/api/CollectionPolicy", JSON, None, "{}", rest("json")),
    ("POST", "http://h/api/CollectionPolicyOther", JSON, None, "{}", FOREIGN),
    ("POST", "http://h/myapi/CollectionPolicy", JSON, None, "{}", FOREIGN),
    ("POST", "http://h/api/CollectionPolicy/5", JSON, None, "{}", FOREIGN),
    ("POST", "http://h/", JSON, None, "{}", FOREIGN),
    ("POST", "http://[bad/api/x", JSON, None, "{}", FOREIGN),
    ("POST", "http://h:port/other", JSON, None, "{}", FOREIGN),
    ("POST", "", JSON, None, "{}", FOREIGN),
    ("CONNECT", "h:443", "", None, "", FOREIGN),
    ("GET", "http://h/favicon.ico", "", None, "", FOREIGN),
    # Other methods of the same address.
    ("GET", f"{REST}", "", None, "", METHOD),
    ("OPTIONS", REST, "", None, "", METHOD),
    ("PUT", REST, JSON, None, "{}", METHOD),
    ("GET", f"{SOAP}?wsdl", "", None, "", METHOD),
    # SOAP by its body.
    ("POST", SOAP, SOAP_1, ACTION, envelope(), V1),
    ("POST", "http://elsewhere/x", SOAP_1, None, envelope(), V1),
    ("POST", SOAP, SOAP_1, '""', envelope(), V1),
    ("POST", SOAP, SOAP_1, '"urn:lies"', envelope(), V1),
    ("POST", SOAP, SOAP_2, None, envelope(TWO), V2),
    ("POST", SOAP, f'{SOAP_2}; action="{SPACE}EnvioCorreo"', None, envelope(TWO), V2),
    ("POST", SOAP, "application/octet-stream", None, envelope(TWO), V2),
    ("POST", SOAP, "", None, envelope(), V1),
    ("POST", SOAP, SOAP_1, None, envelope(TWO), V1),
    ("POST", SOAP, SOAP_1, None, envelope(prefix=""), V1),
    ("POST", SOAP, SOAP_1, None, envelope(prefix="SOAP-ENV:"), V1),
    ("POST", SOAP, SOAP_1, None, envelope(prefix="ns1.a_b-c:"), V1),
    ("POST", SOAP, SOAP_1, None, envelope(child=f'<w:EnvioCorreo xmlns:w="{SPACE}"/>'), V1),
    ("POST", SOAP, SOAP_1, None, envelope(child=f'<!-- a --> <!--b-->\n<EnvioCorreo xmlns="{SPACE}">'), V1),
    ("POST", SOAP, SOAP_1, None, envelope().replace("Body>", 'Body wsu:Id="b1" >', 1), V1),
    ("POST", SOAP, SOAP_1, None, f"<e:Envelope><e:Header><x>Body</x></e:Header>{envelope()}", V1),
    # SOAP by its action, where the body does not say.
    ("POST", SOAP, SOAP_1, ACTION, "", V1),
    ("POST", SOAP, SOAP_1, ACTION.strip('"'), "<broken", V1),
    ("POST", SOAP, SOAP_1, f" '{SPACE}EnvioCorreo' ", "", V1),
    ("POST", SOAP, f'{SOAP_2}; action="{SPACE}EnvioCorreo"', None, "", V2),
    ("POST", SOAP, f"{SOAP_2};action={SPACE}EnvioCorreo", None, "", V2),
    ("POST", SOAP, f'{SOAP_2}; ACTION = "{SPACE}EnvioCorreo"; charset=utf-8', None, "", V2),
    ("GET", SOAP, SOAP_1, ACTION, "", METHOD),
    # The message in another namespace: its sender is wrong, and still meant it.
    ("POST", SOAP, SOAP_1, ACTION, envelope(child='<EnvioCorreo xmlns="urn:x"/>'), V1),
    # Other operations, and other services.
    ("POST", SOAP, SOAP_1, f'"{SPACE}OtraOperacion"', envelope(child=OTHER), OPERATION),
    ("POST", SOAP, SOAP_1, None, envelope(child=OTHER), OPERATION),
    ("POST", SOAP, SOAP_1, None, "", OPERATION),
    ("POST", "http://h/other.asmx", SOAP_1, None, envelope(child=OTHER), FOREIGN),
    ("POST", "http://h/other", SOAP_1, '"urn:other"', envelope(child="<a/>"), FOREIGN),
    ("POST", "http://h/ws", SOAP_1, None, envelope(child=NAMELESS), UNNAMED),
    ("POST", "http://h/ws", SOAP_2, None, envelope(TWO, child=NAMELESS), UNNAMED),
]


@pytest.mark.parametrize(("method", "url", "media", "action", "body", "due"), ROWS, ids=range(len(ROWS)))
def test_a_request_is_recognised_or_it_is_said_why_not(
    method: str, url: str, media: str, action: str | None, body: str, due: object
) -> None:
    assert KNOWN(method, url, media, action, body.encode()) == due


AT = Recogniser(NAMED, {POLICY: "https://Staging.Example.com/x/api/CollectionPolicy", CORREO: "http://h:8080/s.asmx"})
ADDRESSED = [
    ("https://staging.example.com/x/api/CollectionPolicy", rest("json")),
    ("https://staging.example.com:443/X/API/collectionpolicy/?a=b", rest("json")),
    ("https://production.example.com/x/api/CollectionPolicy", FOREIGN),
    ("https://staging.example.com:8443/x/api/CollectionPolicy", FOREIGN),
    ("http://staging.example.com/x/api/CollectionPolicy", FOREIGN),
    ("https://staging.example.com/api/CollectionPolicy", FOREIGN),
]


@pytest.mark.parametrize(("url", "due"), ADDRESSED)
def test_where_a_target_file_names_an_address_others_are_foreign(url: str, due: object) -> None:
    assert AT("POST", url, JSON, None, b"{}") == due


@pytest.mark.parametrize(
    ("url", "due"),
    [("http://h:8080/S.ASMX?x", V1), ("http://h/s.asmx", FOREIGN), ("http://other:8080/s.asmx", FOREIGN)],
)
def test_so_are_other_addresses_of_a_service_in_soap(url: str, due: object) -> None:
    assert AT("POST", url, SOAP_1, ACTION, envelope().encode()) == due


@pytest.mark.parametrize("service", [POLICY, CORREO])
def test_a_service_that_was_not_selected_is_foreign(service: str) -> None:
    other = Recogniser({name: one for name, one in NAMED.items() if name != service})
    sent = (
        ("POST", REST, JSON, None, b"{}") if service == POLICY else ("POST", SOAP, SOAP_1, ACTION, envelope().encode())
    )
    assert other(*sent) == FOREIGN


HOSTILE = [
    b"<Body>" + b"<!---->" * 50_000 + b"!",
    b"<Body><!--" * 50_000,
    b"<Body " * 100_000,
    b"<" + b"a" * 1_000_000 + b":Body>",
    b"<Body>" + b" " * 1_000_000,
    b"<Body>" + b"<a:" * 300_000,
    b"<!--" + b"-" * 1_000_000 + b"<Body>",
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_every_body_is_told(body: bytes) -> None:
    """Backtracking over the comments of the first took longer than anybody waits."""
    assert KNOWN("POST", SOAP, SOAP_1, None, body) == OPERATION


def test_our_own_evidence_says_what_its_report_says() -> None:
    """All that a run recorded is known, but for what it sends to no operation; a provider fails no other rule here."""
    sample = Path(__file__).parents[1] / "reports" / "sample"
    met: Counter[str] = Counter()
    failed: set[str] = set()
    for part in parts_of([str(sample / "evidence.har")], 1 << 30):
        for _, one in records(part):
            assert isinstance(one, Recorded)
            judged = desk()(one)
            met[judged.service or next(reason for party, reason in judged.unjudged if not party)] += 1
            failed |= {f"{judged.service}/{rule}" for party, rule in failures(judged) if party == "provider"}
    others = {METHOD: 0, OPERATION: 0}
    assert set(met) <= {*contracts(), *others}
    assert sum(met[reason] for reason in others) < 0.1 * met.total()
    verdicts = json.loads((sample / "report.json").read_text())["verdicts"]
    told = {one["rule"] for one in verdicts if one["outcome"] == "failed"}
    assert failed <= told
    assert failed
