"""The embedded reference in SOAP: both versions, faults as the standards write them, a WSDL for stock clients."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest
import requests
import zeep
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from werkzeug.test import Client

from conformance.codecs import CODECS
from conformance.codecs.elements import elements
from conformance.codecs.soap import ENVELOPES, with_header
from conformance.emit.assumed import assumed
from conformance.generate.subject import Subject
from conformance.model import Outcome, Request
from conformance.reference import State, answer, defects_of
from conformance.reference.answers import served
from conformance.reference.app import Application, path_of, serving
from conformance.reference.mock import mocked
from conformance.run.contracts import all_rules, contracts
from conformance.run.proving import alarms, bench

SERVICES = ("envio-correo", "actualizar-correo")
VERSIONS = ("1.1", "1.2")
CONTRACTS = {service: contracts()[service] for service in SERVICES}
TYPES = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
DEFECTS = {
    service: {
        defect.id.removeprefix(f"{service}/"): defect
        for defect in defects_of(CONTRACTS[service], [one for one in all_rules().values() if one.service == service])
    }
    for service in SERVICES
}
both = pytest.mark.parametrize("version", VERSIONS)
each = pytest.mark.parametrize("service", SERVICES)


def envelope(service, version, **changes):
    contract = served(CONTRACTS[service])
    tree = {**contract.baseline, **changes}
    # As a stock client would send it: nothing for what only a target can name.
    return CODECS[f"soap-{version}"].encode(contract.operation.request, tree)


def request(service, version, body=None, *, method="POST", query="", **headers):
    named = {"Content-Type": TYPES[version]} | {name.replace("_", "-"): value for name, value in headers.items()}
    pairs = tuple((name, value) for name, value in named.items() if value is not None)
    url = f"http://127.0.0.1{path_of(CONTRACTS[service])}{query}"
    data = envelope(service, version) if body is None else body
    return Request(method=method, url=url, headers=pairs, body=data)


def asked(service, version, body=None, *, defect=None, **kwargs):
    return answer(CONTRACTS[service], request(service, version, body, **kwargs), State(), defect)[0]


def fault_of(response, version):
    """(code, names of the header blocks) of a fault that is as its version wants it."""
    root = etree.fromstring(response.body)
    own = f"{{{ENVELOPES[version]}}}"
    (fault,) = root.find(f"{own}Body")
    assert fault.tag == f"{own}Fault"
    if version == "1.1":
        assert [child.tag for child in fault] == ["faultcode", "faultstring"]
        named = fault[0]
    else:
        assert [child.tag for child in fault] == [f"{own}Code", f"{own}Reason"]
        named = fault.find(f"{own}Code/{own}Value")
        (text,) = fault.find(f"{own}Reason")
        assert text.get("{http://www.w3.org/XML/1998/namespace}lang")
    prefix, _, code = named.text.partition(":")
    assert named.nsmap[prefix] == ENVELOPES[version]
    header = root.find(f"{own}Header")
    return code, [etree.QName(one).localname for one in (header if header is not None else ())]


# --- it conforms ------------------------------------------------------------------------------------------------------


@each
def test_the_clean_reference_passes_every_rule_in_both_versions(service):
    assert alarms(bench(service)) == []
    found, disagreements = bench(service).verdicts()
    assert {one.outcome for one in found} == {Outcome.PASSED}
    rules = [rule for rule in all_rules().values() if rule.service == service]
    assert len(found) == sum(len(rule.encodings) for rule in rules) > len(rules)
    assert disagreements == ()


@both
@each
def test_an_accepted_answer_holds_every_member_that_is_described(service, version):
    response = asked(service, version)
    assert (response.status, response.header("Content-Type")) == (200, TYPES[version])
    message = served(CONTRACTS[service]).operation.response
    decoded = CODECS[f"soap-{version}"].decode(message, response.body)
    assert decoded.envelope.version == version
    assert not decoded.oddities
    assert list(decoded.tree) == [member.name for member in message.fields]


def test_values_are_as_they_are_publicly_known_to_be():
    message = CONTRACTS["envio-correo"].operation.response
    tree = CODECS["soap-1.1"].decode(message, asked("envio-correo", "1.1").body).tree
    assert tree["RespuestaProduccion"]["IsValid"] is True
    assert tree["FacturaPDF"].startswith("JVBERi0")
    assert len(tree["CUFE"]) == 96
    assert tree["DatosResolucion"]["ResponseList"] == [{"Valor": "Operación"}]


# --- refusals ---------------------------------------------------------------------------------------------------------

OTHER = "urn:example:other"
# fmt: off
REFUSED = [
    ("another version", lambda body, own: body.replace(own, OTHER.encode()), "VersionMismatch", 500),
    ("no envelope", lambda body, own: b"<x/>", "VersionMismatch", 500),
    ("another element", lambda body, own: called(body, "Otro"), "Client", 400),
    ("another namespace", lambda body, own: called(body, f"{{{OTHER}}}"), "Client", 400),
    ("no namespace", lambda body, own: unqualified(body), "Client", 400),
    ("an empty Body", lambda body, own: b'<e:Envelope xmlns:e="%b"><e:Body/></e:Envelope>' % own, "Client", 400),
    ("no Body", lambda body, own: b'<e:Envelope xmlns:e="%b"/>' % own, "Client", 400),
    ("a message without members", lambda body, own: emptied(body), "Client", 400),
    ("two messages", lambda body, own: doubled(body), "Client", 400),
]
EMPTY = [
    ("nothing", lambda body: b""), ("blanks", lambda body: b" \n"), ("a word", lambda body: b"x"),
    ("half of it", lambda body: body[: len(body) // 2]), ("two roots", lambda body: body + b"<x/>"),
    ("a document type", lambda body: body.replace(b"?>", b"?><!DOCTYPE x>", 1)),
    ("an entity", lambda body: body.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY e "x">]>', 1)),
    ("other bytes", lambda body: body + b"<!-- \xf3 -->"),
]
# fmt: on


def called(body, name):
    """The message under another name, or in another namespace."""
    root = etree.fromstring(body)
    child = root[-1][0]
    space, bare = etree.QName(child).namespace, etree.QName(child).localname
    child.tag = f"{name}{bare}" if name.startswith("{") else f"{{{space}}}{name}"
    return etree.tostring(root)


def unqualified(body):
    """The message with its elements in no namespace."""
    return body.replace(b' xmlns="', b' xmlns:unused="').replace(b"<ns0:", b"<").replace(b"</ns0:", b"</")


def emptied(body):
    root = etree.fromstring(body)
    for child in list(root[-1][0]):
        child.clear()
    return etree.tostring(root)


def doubled(body):
    root = etree.fromstring(body)
    root[-1].append(etree.fromstring(etree.tostring(root[-1][0])))
    return etree.tostring(root)


@both
@each
@pytest.mark.parametrize(("what", "change", "code", "status"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_no_such_message_is_a_fault(service, version, what, change, code, status):
    response = asked(service, version, change(envelope(service, version), ENVELOPES[version].encode()))
    assert response.status == (status if version == "1.2" else 500), what
    assert response.header("Content-Type") == TYPES[version]
    said, blocks = fault_of(response, version)
    assert said == ("Sender" if (version, code) == ("1.2", "Client") else code)
    assert blocks == (["Upgrade"] if (version, code) == ("1.2", "VersionMismatch") else [])


@both
@each
@pytest.mark.parametrize(("what", "change"), EMPTY, ids=[row[0] for row in EMPTY])
def test_what_is_no_document_is_400_without_a_body(service, version, what, change):
    response = asked(service, version, change(envelope(service, version)))
    assert (response.status, response.body, response.header("Content-Type")) == (400, b"", None), what


BLOCKS = [
    ({}, False, False),
    ({"mustUnderstand": "0"}, False, False),
    ({"mustUnderstand": "1"}, True, True),
    ({"mustUnderstand": " 1 "}, True, True),
    ({"mustUnderstand": "true"}, False, True),
    ({"mustUnderstand": "1", "actor": "http://schemas.xmlsoap.org/soap/actor/next"}, True, True),
    ({"mustUnderstand": "1", "actor": OTHER}, False, True),
    ({"mustUnderstand": "1", "role": OTHER}, True, False),
    ({"mustUnderstand": "1", "role": f"{ENVELOPES['1.2']}/role/next"}, True, True),
    ({"mustUnderstand": "1", "role": f"{ENVELOPES['1.2']}/role/ultimateReceiver"}, True, True),
    ({"mustUnderstand": "1", "role": f"{ENVELOPES['1.2']}/role/none"}, True, False),
]
"""Attributes of a block, and whether SOAP 1.1 and SOAP 1.2 want it understood."""


@both
@each
@pytest.mark.parametrize(("attributes", "first", "second"), BLOCKS)
def test_a_block_for_this_node_must_be_understood(service, version, attributes, first, second):
    said = "".join(f' e:{name}="{value}"' for name, value in attributes.items())
    block = f'<b:Trace xmlns:b="{OTHER}" xmlns:e="{ENVELOPES[version]}"{said}/>'
    response = asked(service, version, with_header(envelope(service, version), block))
    if first if version == "1.1" else second:
        assert response.status == 500
        assert fault_of(response, version) == ("MustUnderstand", ["NotUnderstood"] * (version == "1.2"))
        return
    assert response.status == 200
    root = etree.fromstring(response.body)
    (noted,) = root[0]
    assert noted.get(f"{{{ENVELOPES[version]}}}mustUnderstand") == "0"


def test_a_block_that_is_not_understood_is_named():
    for block, expected in (("<b:T xmlns:b='urn:b'{}/>", "urn:b"), ("<T{}/>", None)):
        said = f" xmlns:e='{ENVELOPES['1.2']}' e:mustUnderstand='1'"
        body = with_header(envelope("envio-correo", "1.2"), block.format(said))
        root = etree.fromstring(asked("envio-correo", "1.2", body).body)
        (noted,) = root[0]
        prefix, _, name = noted.get("qname").rpartition(":")
        assert name == "T"
        assert noted.nsmap.get(prefix or None) == expected


# fmt: off
VALUES = [
    ("CodigoEmpresa", ["7", "+7", " 7 ", "007", "-2147483648"], ["abc", "", "1.5", "2147483648", "0x7", "1,000", None]),
    ("FechaFactura",
     ["2025-01-31T10:20:30", "2025-01-31T10:20:30-05:00", "2025-01-31T10:20:30.12Z", "2025-01-31T24:00:00"],
     ["abc", "31/01/2025", "2025-01-31", "10:20:30", "2025-02-30T10:20:30", "", None]),
    ("NombreDocumento", ["", "  ", "Ñandú ☃ 𝐀", "<&>]]>", None], []),
]
# fmt: on


@both
@pytest.mark.parametrize(("member", "good", "bad"), VALUES, ids=[row[0] for row in VALUES])
def test_values_are_held_to_the_lexical_space_of_their_type(version, member, good, bad):
    found = {
        text: asked("envio-correo", version, envelope("envio-correo", version, **{member: text})).status
        for text in (*good, *bad)
    }
    refused = 500 if version == "1.1" else 400
    assert found == dict.fromkeys(good, 200) | dict.fromkeys(bad, refused)


@both
@pytest.mark.parametrize("content", ["", "QUJD", "QU\nJD", "QUI=", "QUJD" * 400_000])
def test_attachments_are_taken_empty_large_and_several(version, content):
    one = {"NombreArchivo": "a.xml", "Archivo": content}
    for attached in ([], [one], [one] * 3):
        body = envelope("envio-correo", version, Adjuntos=attached)
        assert asked("envio-correo", version, body).status == 200


@both
@pytest.mark.parametrize("content", ["QUJ$", "QUJDR", "QUI", "a b c", "JVBE-_8="])
def test_what_is_no_base64_is_refused(version, content):
    body = envelope("envio-correo", version, Adjuntos=[{"NombreArchivo": "a.xml", "Archivo": content}])
    assert asked("envio-correo", version, body).status == (500 if version == "1.1" else 400)


def test_the_updating_service_demands_what_its_document_demands():
    def status(**changes):
        return asked("actualizar-correo", "1.2", envelope("actualizar-correo", "1.2", **changes)).status

    documents = CONTRACTS["actualizar-correo"].baseline["documentos"]
    first = documents[0]

    def without(name):
        return {key: value for key, value in first.items() if key != name}

    assert status(documentos=documents) == status(documentos=[without("prefijo")]) == 200
    assert status(documentos=[first | {"correo": "no es una dirección"}]) == 200
    for name in ("numero", "tipo", "correo"):
        assert status(documentos=[without(name)]) == 400
    for changes in ({"facturador": None}, {"facturador": " "}, {"documentos": []}, {"documentos": [{}]}):
        assert status(**changes) == 400
    assert status(documentos=[first, first | {"tipo": "recibo"}]) == 400


@both
def test_order_unknown_elements_and_namespaces_of_members_do_not_matter(version):
    root = etree.fromstring(envelope("envio-correo", version))
    holder = root[-1][0][0]
    holder[:] = list(reversed(holder))
    etree.SubElement(holder, f"{{{OTHER}}}Otro")
    holder[0].tag = f"{{{OTHER}}}{etree.QName(holder[0]).localname}"
    assert asked("envio-correo", version, etree.tostring(root)).status == 200


# --- what defects keep ------------------------------------------------------------------------------------------------


def asked_in_turn(service, variant, bodies):
    """The statuses of one request after the other, with a defect of that variant."""
    (defect,) = (one for one in DEFECTS[service].values() if one.variant == variant)
    state, found = State(), []
    for body in bodies:
        response, state = answer(CONTRACTS[service], request(service, "1.1", body), state, defect)
        found.append(response)
    return found


def test_without_a_defect_nothing_is_kept():
    state = State()
    for body in (envelope("envio-correo", "1.1", CodigoEmpresa="abc"), envelope("envio-correo", "1.1")):
        _, state = answer(CONTRACTS["envio-correo"], request("envio-correo", "1.1", body), state, None)
        assert state == State()


def test_a_check_may_be_left_out_behind_a_refusal_or_after_its_first():
    good = envelope("envio-correo", "1.1")
    wrong = envelope("envio-correo", "1.1", CodigoEmpresa="abc")
    late = envelope("envio-correo", "1.1", FechaFactura="abc")
    turns = [wrong, late, late, good, wrong]
    after = asked_in_turn("envio-correo", "after-refusal", turns)
    assert [one.status for one in after] == [500, 200, 500, 200, 500]
    once = asked_in_turn("envio-correo", "once", turns)
    assert [one.status for one in once] == [500, 500, 200, 200, 200]


def test_the_code_of_the_first_fault_may_stay():
    block = f'<b:T xmlns:b="{OTHER}" xmlns:e="{ENVELOPES["1.1"]}" e:mustUnderstand="1"/>'
    good = envelope("envio-correo", "1.1")
    bodies = [good, with_header(good, block), good.replace(ENVELOPES["1.1"].encode(), OTHER.encode())]
    found = asked_in_turn("envio-correo", "stale", bodies)
    assert [one.status for one in found] == [200, 500, 500]
    assert fault_of(found[2], "1.1")[0] == "MustUnderstand"


@pytest.mark.parametrize(
    ("variant", "wrong", "status"), [("first-item", 1, 200), ("first-item", 0, 500), ("last-item", 0, 200)]
)
def test_one_item_alone_may_be_looked_at(variant, wrong, status):
    items = [{"NombreArchivo": "a.xml", "Archivo": "QUJD"}, {"NombreArchivo": "b.xml", "Archivo": "QUJD"}]
    items[wrong]["Archivo"] = "no es base64!"
    (found,) = asked_in_turn("envio-correo", variant, [envelope("envio-correo", "1.1", Adjuntos=items)])
    assert found.status == status


@both
def test_a_defect_of_one_version_does_not_show_in_the_other(version):
    defect = DEFECTS["envio-correo"]["request/CodigoEmpresa/type:second-version"]
    body = envelope("envio-correo", version, CodigoEmpresa="abc")
    assert asked("envio-correo", version, body, defect=defect).status == (500 if version == "1.1" else 200)


# --- HTTP -------------------------------------------------------------------------------------------------------------

# fmt: off
LABELS = [
    ("1.1", {"Content_Type": "TEXT/XML"}, 200), ("1.1", {"Content_Type": 'text/xml; charset="UTF-8"'}, 200),
    ("1.1", {"Content_Type": "text/xml; charset=latin-1"}, 200), ("1.1", {"Content_Type": "text/xml; charset=x"}, 400),
    ("1.1", {"Content_Type": "text/plain"}, 415), ("1.1", {"Content_Type": None}, 415),
    ("1.1", {"Content_Type": "application/xml"}, 415), ("1.1", {"Content_Type": TYPES["1.2"]}, 500),
    ("1.2", {"Content_Type": f'{TYPES["1.2"]}; action="urn:x"'}, 200), ("1.2", {"Content_Type": TYPES["1.1"]}, 500),
    ("1.2", {"Content_Type": "application/soap+xml"}, 200), ("1.1", {"SOAPAction": '"urn:x"'}, 200),
]
# fmt: on


@each
@pytest.mark.parametrize(("version", "headers", "status"), LABELS)
def test_the_media_type_tells_the_version(service, version, headers, status):
    response = asked(service, version, **headers)
    assert response.status == status
    assert bool(response.body) == (status in {200, 500})


@each
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_405_and_name_the_one_that_there_is(service, method):
    response = asked(service, "1.1", method=method)
    assert (response.status, response.header("Allow"), response.body) == (405, "POST", b"")


@each
def test_the_wsdl_names_the_address_at_which_it_was_asked_for(service):
    url = f"http://127.0.0.1{path_of(CONTRACTS[service])}"
    for query in ("?wsdl", "?WSDL"):
        response = asked(service, "1.1", b"", method="GET", query=query)
        assert (response.status, response.header("Content-Type")) == (200, "text/xml; charset=utf-8")
        places = etree.fromstring(response.body).xpath("//*[local-name()='address']/@location")
        assert places == [url, url]
    assert asked(service, "1.1", method="POST", query="?wsdl").status == 200
    assert asked(service, "1.1", method="GET", query="?xsd").status == 405


def version_of(raw):
    return {10: "HTTP/1.0", 11: "HTTP/1.1"}[raw]


@each
def test_it_speaks_http_1_1_unless_that_is_its_defect(service):
    for defect, expected in ((None, "HTTP/1.1"), (DEFECTS[service]["http/version:dropped"], "HTTP/1.0")):
        with serving([CONTRACTS[service]], *([defect] if defect else [])) as root:
            connection = http.client.HTTPConnection(urlsplit(root).netloc, timeout=10)
            for number in range(3):
                body = envelope(service, VERSIONS[number % 2])
                connection.request("POST", path_of(CONTRACTS[service]), body, {"Content-Type": TYPES["1.1"]})
                found = connection.getresponse()
                assert version_of(found.version) == expected
                assert len(found.read()) == int(found.headers["Content-Length"])
            connection.close()


ARGUMENTS = {
    "envio-correo": lambda baseline: {
        "correo": dict(baseline) | {"Adjuntos": {"Archivos": [one | {"Archivo": b"x"} for one in baseline["Adjuntos"]]}}
    },
    "actualizar-correo": dict,
}


@each
def test_a_stock_client_calls_it_in_both_versions(service):
    contract = CONTRACTS[service]
    with serving([contract]) as root:
        client = zeep.Client(f"{root}{path_of(contract)}?wsdl", settings=zeep.Settings(strict=True))
        (found,) = client.wsdl.services.values()
        assert len(found.ports) == 2
        for port in found.ports:
            call = getattr(client.bind(found.name, port), contract.operation.name)
            answered = zeep.helpers.serialize_object(call(**ARGUMENTS[service](contract.baseline)), dict)
            if service == "envio-correo":
                assert answered["RespuestaProduccion"]["IsValid"] is True
                assert answered["FacturaPDF"].startswith(b"%PDF-")
            else:
                assert answered["codigo"] == 0
                assert answered["resultados"][0]["numero"] == "1001"
        client.transport.session.close()


@each
def test_a_stock_client_reads_its_faults(service):
    contract = CONTRACTS[service]
    with serving([contract]) as root:
        client = zeep.Client(f"{root}{path_of(contract)}?wsdl")
        (found,) = client.wsdl.services.values()
        for version, port in zip(VERSIONS, sorted(found.ports), strict=True):
            bound = client.bind(found.name, port)
            message = called(envelope(service, version), "Otro")
            with pytest.raises(zeep.exceptions.Fault) as caught:
                bound._binding.process_reply(
                    client,
                    bound._binding.get(contract.operation.name),
                    client.transport.post(f"{root}{path_of(contract)}", message, {"Content-Type": TYPES[version]}),
                )
            assert caught.value.code.rpartition(":")[2] == ("Client" if version == "1.1" else "Sender")
        client.transport.session.close()


# --- the same behind every door ---------------------------------------------------------------------------------------


def shown(response):
    return response.status, response.header("Content-Type"), response.header("Allow"), response.body


@each
@pytest.mark.parametrize("short", ["", "http/allow:dropped", "envelope/fault-status:dropped", "envelope/utf:dropped"])
def test_application_and_adapter_answer_as_the_function_does(service, short):
    contract, defect = CONTRACTS[service], DEFECTS[service].get(short)
    client = Client(Application([contract], *([defect] if defect else [])))
    steps = bench(service).plan.steps[::7]
    url = f"http://127.0.0.1{path_of(contract)}"
    with mocked(contract, url, defect), requests.Session() as session:
        session.headers.clear()
        for step in steps:
            sent = step.case.request
            expected = shown(answer(contract, sent, State(), defect)[0])
            got = client.open(path_of(contract), method=sent.method, headers=list(sent.headers), data=sent.body)
            named = got.headers
            assert (got.status_code, named.get("Content-Type"), named.get("Allow"), got.data) == expected, step.case.id
            there = session.request(sent.method, url, headers=dict(sent.headers), data=sent.body)
            named = there.headers
            found = (there.status_code, named.get("Content-Type"), named.get("Allow"), there.content)
            assert found == expected, step.case.id


def test_a_contract_that_is_bound_or_assumed_is_answered_as_the_document_is():
    contract = CONTRACTS["actualizar-correo"]
    prepared = bench("actualizar-correo")
    assert prepared.contract.operation.request.fields[0].element
    for step in prepared.plan.steps:
        answers = [
            answer(one, step.case.request, State())[0] for one in (contract, assumed(contract), prepared.contract)
        ]
        assert answers[0] == answers[1] == answers[2], step.case.id


def test_nothing_is_kept_between_requests():
    _, state = answer(CONTRACTS["envio-correo"], request("envio-correo", "1.1"), State())
    assert state == State()


# --- whatever comes ---------------------------------------------------------------------------------------------------


@st.composite
def torn(draw):
    """A message with something cut out of it, put into it or moved about."""
    service, version = draw(st.sampled_from(SERVICES)), draw(st.sampled_from(VERSIONS))
    body = envelope(service, version)
    start = draw(st.integers(0, len(body)))
    end = draw(st.integers(start, min(len(body), start + 60)))
    kept = draw(st.binary(max_size=12) | st.sampled_from([b"<x/>", b"<!--x-->", b"&e;", b"xsi:nil='true'", b"]]>"]))
    return service, version, body[:start] + kept + body[end:]


@st.composite
def moved(draw):
    """A message whose elements are renamed, repeated, emptied or nested otherwise."""
    service, version = draw(st.sampled_from(SERVICES)), draw(st.sampled_from(VERSIONS))
    root = etree.fromstring(envelope(service, version))
    for _ in range(draw(st.integers(1, 4))):
        every = list(root.iter(tag=etree.Element))
        one, other = draw(st.sampled_from(every)), draw(st.sampled_from(every))
        match draw(st.sampled_from(["rename", "copy", "empty", "text", "attribute"])):
            case "rename":
                one.tag = draw(st.sampled_from(["x", f"{{{ENVELOPES[version]}}}Header", other.tag]))
            case "copy":
                other.append(etree.fromstring(etree.tostring(one)))
            case "empty":
                one[:] = []
            case "text":
                one.text = draw(st.sampled_from(["", " ", "x", "1", "2025-01-31"]))
            case "attribute":
                one.set(f"{{{ENVELOPES[version]}}}mustUnderstand", draw(st.sampled_from(["0", "1", "x"])))
    return service, version, etree.tostring(root)


HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Content_Type": st.text(alphabet="textxml/aplicionso+;=\"'* \xe9", max_size=20) | st.none(),
        "method": st.sampled_from(["POST", "GET", "PUT", "X"]),
        "query": st.sampled_from(["", "?wsdl", "?x"]),
    },
)


@given(st.data(), torn() | moved(), HEADERS)
def test_the_reference_never_raises_and_is_pure(data, sent, headers):
    service, version, body = sent
    defect = data.draw(st.none() | st.sampled_from(list(DEFECTS[service].values())))
    first = asked(service, version, body, defect=defect, **headers)
    assert first == asked(service, version, body, defect=defect, **headers)
    assert 200 <= first.status <= 500
    if first.body and defect is None and headers.get("method") != "GET":
        root = etree.fromstring(first.body)
        assert [etree.QName(one).localname for one in elements(root)][-1] == "Body"


@pytest.mark.parametrize("service", SERVICES)
def test_the_baseline_of_the_suite_is_taken(service):
    contract = served(CONTRACTS[service])
    for version in VERSIONS:
        encoding = contract.encoding(f"soap-{version}")
        subject = Subject(contract=contract, encoding=encoding, url="http://127.0.0.1/", values=contract.baseline)
        sent = subject.request(subject.encode(subject.baseline()))
        assert answer(CONTRACTS[service], sent, State())[0].status == 200
