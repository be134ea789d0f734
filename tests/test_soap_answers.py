"""What a SOAP answer shows: every rule about answers broken alone, and everything that is legal accepted."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.judge import soap_envelope, soap_faults
from conformance.model import Outcome
from conformance.rules.soap import ANSWERS
from tests.soap_answers import LABELS, NAMESPACES, PAYLOAD, envelope, failed, fault, outcomes, response, results

BOTH, FIRST, SECOND = ("1.1", "1.2"), ("1.1",), ("1.2",)
OTHER = {"1.1": "1.2", "1.2": "1.1"}
LATIN = PAYLOAD.replace("<EnvioCorreoResult/>", "<EnvioCorreoResult>ñ</EnvioCorreoResult>")
FAULT_RULES = {f"envelope/{row.facet}" for row in ANSWERS if row.facet.startswith("fault-")}


def rules_of(version):
    return {f"{row.part}/{row.facet}": row for row in ANSWERS if f"soap-{version}" in row.encodings}


def block(version, value):
    inside = f'<c:Trace xmlns:c="urn:c" e:mustUnderstand="{value}"/>'
    return envelope(version, header=f"<e:Header>{inside}</e:Header>")


def split(version, parts):
    return f'<e:Envelope xmlns:e="{NAMESPACES[version]}">{parts}</e:Envelope>'.encode()


def around(inside=PAYLOAD, **parts):
    return lambda version: envelope(version, inside, **parts)


def document(text):
    return lambda _: text


def parts(text):
    return lambda version: split(version, text)


def latin(name="latin-1", **more):
    return lambda version: envelope(version, LATIN, **more).decode().encode(name)


def other(inside=PAYLOAD):
    return lambda version: envelope(OTHER[version], inside)


def other_fault(version):
    return envelope(OTHER[version], fault(OTHER[version], "e:Server" if version == "1.2" else "e:Receiver"))


def styled_fault(version):
    text = fault(version, "e:Server" if version == "1.1" else "e:Receiver")
    return envelope(version, text.replace("<e:Fault", f"<e:Fault{STYLE}"))


STYLE = ' e:encodingStyle=""'
STYLED = PAYLOAD.replace(" xmlns", f"{STYLE} xmlns", 1)
CP1252 = '<?xml version="1.0" encoding="windows-1252"?>'
NOBODYS = b'<e:Envelope xmlns:e="urn:x"><e:Body/></e:Envelope>'
PAGE = b"<html><body>no</body></html>"
ENTITY = '<!DOCTYPE e:Envelope [<!ENTITY a "b">]>'
EXTERNAL = '<!DOCTYPE e:Envelope SYSTEM "urn:x">'
BODY = f"<e:Body>{PAYLOAD}</e:Body>"
X = '<x xmlns="urn:x"/>'
JSON = {"label": "application/json"}
# (what is wrong, versions, body by version, keywords of the answer, rules that it breaks: of envelopes unless they say)
# fmt: off
BROKEN = [
    ("a body that is cut off", BOTH, lambda v: envelope(v)[:-5], {}, "well-formed"),
    ("text labelled as XML", BOTH, document(b"Error: not a function"), {}, "well-formed"),
    ("an undeclared prefix", BOTH, around("<u:x/>"), {}, "well-formed"),
    ("JSON labelled as XML", BOTH, document(b'{"a": 1}'), {}, "http/content-type"),
    ("an envelope labelled as JSON", BOTH, envelope, JSON, "http/media-type"),
    ("other markup labelled as JSON", BOTH, document(b"<a/>"), JSON, "http/content-type"),
    ("Latin-1 said to be UTF-8", BOTH, latin(), {}, "charset"),
    ("Latin-1 without a word", BOTH, latin(), {"bare": True}, "charset"),
    ("UTF-8 said to be Latin-1", BOTH, around(LATIN), {"charset": "iso-8859-1"}, "http/content-type"),
    ("UTF-8 said to be UTF-16", BOTH, envelope, {"charset": "utf-16"}, "http/content-type"),
    ("Latin-1, truthfully", FIRST, latin(), {"charset": "iso-8859-1"}, "utf"),
    ("windows-1252 by its declaration", FIRST, latin("cp1252", before=CP1252), {"bare": True}, "utf"),
    ("a document type declaration", BOTH, around(before="<!DOCTYPE e:Envelope>"), {}, "document-type"),
    ("an external document type", BOTH, around(before=EXTERNAL), {}, "document-type"),
    ("a document type with entities", BOTH, around(before=ENTITY), {}, "document-type"),
    ("a processing instruction in front", BOTH, around(before="<?run it?>"), {}, "processing-instruction"),
    ("a processing instruction within", BOTH, around(f"<?run it?>{PAYLOAD}"), {}, "processing-instruction"),
    ("the envelope of the other version", BOTH, other(), {}, "version"),
    ("the other version altogether", BOTH, other(), {"other": True}, "version"),
    ("an envelope of no version", BOTH, document(NOBODYS), {}, "version"),
    ("an envelope in no namespace", BOTH, document(b"<Envelope><Body/></Envelope>"), {}, "version"),
    ("another document", BOTH, document(PAYLOAD.encode()), {}, "version"),
    ("a fault of the other version", BOTH, other_fault, {"status": 500}, "version"),
    ("no Body", BOTH, parts(""), {}, "structure"),
    ("two Bodies", BOTH, parts(f"{BODY}<e:Body/>"), {}, "structure"),
    ("two Headers", BOTH, around(header="<e:Header/><e:Header/>"), {}, "structure"),
    ("the Header behind the Body", BOTH, around(after="<e:Header/>"), {}, "structure"),
    ("an element in front of the Body", BOTH, around(header="<x/>"), {}, "structure"),
    ("text in front of the Body", BOTH, around(header="text"), {}, "structure"),
    ("a Body of no namespace", BOTH, parts(f"<Body>{PAYLOAD}</Body>"), {}, "structure"),
    ("an element behind the Body", BOTH, around(after=X), {}, "after-body"),
    ("text behind the Body", BOTH, around(after="text"), {}, "after-body"),
    ("two elements in the Body", BOTH, around(PAYLOAD + X), {}, "one-child"),
    ("an element in no namespace", BOTH, around("<EnvioCorreoResponse/>"), {}, "qualified-child"),
    ("encodingStyle on the Envelope", BOTH, around(attributes=STYLE), {}, "encoding-style"),
    ("encodingStyle on the Body", BOTH, around(body=STYLE), {}, "encoding-style"),
    ("encodingStyle on the message", FIRST, around(STYLED), {}, "encoding-style"),
    ("encodingStyle on the fault", BOTH, styled_fault, {"status": 500}, "encoding-style"),
    ("an attribute of SOAP on the Body", FIRST, around(body=' e:actor="urn:x"'), {}, "soap-attributes"),
    ("an attribute of SOAP on the Envelope", FIRST, around(attributes=' e:actor=""'), {}, "soap-attributes"),
    ("mustUnderstand yes", BOTH, lambda v: block(v, "yes"), {}, "must-understand-value"),
    ("mustUnderstand true", FIRST, lambda v: block(v, "true"), {}, "must-understand-value"),
    ("mustUnderstand 2", SECOND, lambda v: block(v, "2"), {}, "must-understand-value"),
    ("another label", BOTH, envelope, {"label": "application/xml; charset=utf-8"}, "http/media-type"),
    ("the label of a page", BOTH, envelope, {"label": "text/html; charset=utf-8"}, "http/media-type"),
    ("the label of the other version", BOTH, envelope, {"other": True}, "http/media-type"),
    ("no label", BOTH, envelope, {"label": None}, "http/content-type-present"),
    ("a page without a label", BOTH, document(PAGE), {"status": 500, "label": None}, "http/content-type-present"),
    ("201", BOTH, envelope, {"status": 201}, "http/success-status"),
    ("400 without a fault", BOTH, envelope, {"status": 400}, "http/success-status"),
    ("HTTP/1.0", FIRST, envelope, {"http": "HTTP/1.0"}, "http/version"),
    ("405 without Allow", BOTH, document(b""), {"status": 405}, "http/allow"),
]
CODE = "<e:Code><e:Value>e:Sender</e:Value></e:Code>"
REASON = '<e:Reason><e:Text xml:lang="en">no</e:Text></e:Reason>'
SUBCODE = "<e:Code><e:Value>e:Sender</e:Value><e:Subcode>{}</e:Subcode></e:Code>"
SWAPPED = "<e:Code><e:Subcode><e:Value>e:x</e:Value></e:Subcode><e:Value>e:Sender</e:Value></e:Code>"
NESTED = SUBCODE.format("<e:Value>e:x</e:Value><e:Subcode><x/></e:Subcode>")
ROLE_FIRST = "<e:Role>urn:r</e:Role><e:Node>urn:n</e:Node>"
ONE_SILENT = '<e:Reason><e:Text xml:lang="es">no</e:Text><e:Text lang="en">no</e:Text></e:Reason>'
OLD_CODE, OLD_REASON = "<faultcode>e:Client</faultcode>", "<faultstring>no</faultstring>"


def coded(text):
    return {"code": f"<faultcode>{text}</faultcode>"}


def valued(text):
    return {"code": f"<e:Code><e:Value xmlns:r='urn:r'>{text}</e:Value></e:Code>"}


FAULTY = [
    ("no faultstring", FIRST, {"reason": None}, {}, "fault-structure"),
    ("no faultcode", FIRST, {"code": None}, {}, "fault-structure"),
    ("no child", FIRST, {"code": None, "reason": None}, {}, "fault-structure"),
    ("faultcode twice", FIRST, {"more": OLD_CODE}, {}, "fault-structure"),
    ("a misspelt faultstring", FIRST, {"reason": "<faultString>no</faultString>"}, {}, "fault-structure"),
    ("the shape of SOAP 1.2", FIRST, {"code": CODE, "reason": REASON}, {}, "fault-structure"),
    ("another child", FIRST, {"more": "<reason>no</reason>"}, {}, "fault-children"),
    ("a text with a prefix", FIRST, {"reason": "<e:faultstring>no</e:faultstring>"}, {}, "fault-unqualified"),
    ("a code with a prefix", FIRST, {"code": "<e:faultcode>e:Client</e:faultcode>"}, {}, "fault-unqualified"),
    ("a code without a namespace", FIRST, coded("Client"), {}, "fault-code"),
    ("a code with an unbound prefix", FIRST, coded("soap:Client"), {}, "fault-code"),
    ("a number as code", FIRST, coded("500"), {}, "fault-code"),
    ("an empty code", FIRST, coded(""), {}, "fault-code"),
    ("a sentence as code", FIRST, coded("e:not good"), {}, "fault-code"),
    ("a code of two colons", FIRST, coded("e:e:Client"), {}, "fault-code"),
    ("dots", FIRST, coded("e:Client.Schema"), {}, "fault-dots"),
    ("no Reason", SECOND, {"reason": None}, {}, "fault-structure"),
    ("no Code", SECOND, {"code": None}, {}, "fault-structure"),
    ("no Value", SECOND, {"code": "<e:Code/>"}, {}, "fault-structure"),
    ("no Text", SECOND, {"reason": "<e:Reason>no</e:Reason>"}, {}, "fault-structure"),
    ("Detail twice", SECOND, {"more": "<e:Detail/><e:Detail/>"}, {}, "fault-structure"),
    ("Role before Node", SECOND, {"more": ROLE_FIRST}, {}, "fault-structure"),
    ("Reason before Code", SECOND, {"code": REASON, "reason": CODE}, {}, "fault-structure"),
    ("a child of another namespace", SECOND, {"more": '<Detail xmlns="urn:x"/>'}, {}, "fault-structure"),
    ("a child that no fault has", SECOND, {"more": "<e:Help/>"}, {}, "fault-structure"),
    ("a Subcode without Value", SECOND, {"code": SUBCODE.format("")}, {}, "fault-structure"),
    ("Subcode before Value", SECOND, {"code": SWAPPED}, {}, "fault-structure"),
    ("a Subcode within that is none", SECOND, {"code": NESTED}, {}, "fault-structure"),
    ("the shape of SOAP 1.1", SECOND, {"code": OLD_CODE, "reason": OLD_REASON}, {}, "fault-structure"),
    ("a code of SOAP 1.1", SECOND, valued("e:Client"), {}, "fault-code"),
    ("a code of nobody's", SECOND, valued("r:Sender"), {}, "fault-code"),
    ("a code with an unbound prefix", SECOND, valued("rpc:Sender"), {}, "fault-code"),
    ("a code without a prefix", SECOND, valued("Sender"), {}, "fault-code"),
    ("a code in lower case", SECOND, valued("e:sender"), {}, "fault-code"),
    ("no language", SECOND, {"reason": "<e:Reason><e:Text>no</e:Text></e:Reason>"}, {}, "fault-language"),
    ("one language missing", SECOND, {"reason": ONE_SILENT}, {}, "fault-language"),
    ("200", BOTH, {}, {"status": 200}, "fault-status"),
    ("202", BOTH, {}, {"status": 202}, "fault-status"),
    ("400", FIRST, {}, {"status": 400}, "fault-status"),
    ("422", BOTH, {}, {"status": 422}, "fault-status"),
    ("a sender with 500", SECOND, {}, {"status": 500}, "fault-status-sender"),
]
# fmt: on


def made(version, body, keywords):
    """The answer of a row of the tables."""
    keywords = dict(keywords)
    media_type = LABELS[version].split(";")[0]
    if keywords.pop("other", False):
        keywords["label"] = LABELS[OTHER[version]]
    if keywords.pop("bare", False):
        keywords["label"] = media_type
    if "charset" in keywords:
        keywords["label"] = f"{media_type}; charset={keywords.pop('charset')}"
    return response(version, body, **keywords)


def _rules(text):
    return {name if "/" in name else f"envelope/{name}" for name in text.split()}


def rows(table):
    return [
        pytest.param(version, *row[2:4], _rules(row[4]), id=f"{row[0]}-{version}".replace(" ", "-"))
        for row in table
        for version in row[1]
    ]


@pytest.mark.parametrize(("version", "body", "keywords", "expected"), rows(BROKEN))
def test_one_defect_of_an_answer_breaks_its_rule_alone(version, body, keywords, expected):
    assert failed(version, made(version, body(version), keywords)) == expected


@pytest.mark.parametrize(("version", "children", "keywords", "expected"), rows(FAULTY))
def test_one_defect_of_a_fault_breaks_its_rule_alone(version, children, keywords, expected):
    status = {"status": 500 if version == "1.1" else 400}
    assert failed(version, made(version, envelope(version, fault(version, **children)), status | keywords)) == expected


@pytest.mark.parametrize(
    ("version", "inside"),
    [(version, inside) for version in BOTH for inside in (PAYLOAD, '<x xmlns="urn:x"/>')],
)
def test_a_fault_beside_another_child_is_one_finding(version, inside):
    status = 500 if version == "1.1" else 400
    for body in (fault(version) + inside, inside + fault(version)):
        answer = response(version, envelope(version, body), status)
        assert failed(version, answer) == {"envelope/fault-alone"}


@pytest.mark.parametrize("version", BOTH)
def test_a_fault_element_of_the_other_version_is_one_finding(version):
    other = (
        fault(OTHER[version])
        .replace("e:", "o:")
        .replace("<o:Fault", f'<o:Fault xmlns:o="{NAMESPACES[OTHER[version]]}"')
    )
    answer = response(version, envelope(version, other), 500)
    assert failed(version, answer) == {"envelope/fault-structure"}


@pytest.mark.parametrize("version", BOTH)
def test_every_rule_about_answers_is_broken_by_one_example_and_kept_by_another(version):
    status = {"status": 500 if version == "1.1" else 400}
    faulty = [
        made(version, envelope(version, fault(version, **children)), status | keywords)
        for _, versions, children, keywords, _ in FAULTY
        if version in versions
    ]
    beside = response(version, envelope(version, fault(version) + PAYLOAD), **status)
    broken = [
        made(version, body(version), keywords) for _, versions, body, keywords, _ in BROKEN if version in versions
    ]
    seen = {rule for answer in (*broken, *faulty, beside) for rule in failed(version, answer)}
    assert seen == set(rules_of(version))
    good = (
        response(version, envelope(version)),
        response(version, block(version, "0")),
        response(version, envelope(version, fault(version)), **status),
        response(version, b"", 405, Allow="POST"),
    )
    kept = {rule for answer in good for rule in outcomes(version, answer, Outcome.PASSED)}
    assert kept == set(rules_of(version))
    assert not any(failed(version, answer) for answer in good)


@pytest.mark.parametrize("version", BOTH)
def test_an_accepted_baseline_decides_every_rule_that_any_answer_shows(version):
    found = results(version, response(version, envelope(version)))
    undecided = {"http/allow", *FAULT_RULES}
    assert set(found) == set(rules_of(version)) - undecided
    void = {rule for rule, result in found.items() if result.outcome is not Outcome.PASSED}
    assert void == {"envelope/must-understand-value"}
    assert found["envelope/must-understand-value"].outcome is Outcome.INAPPLICABLE


# --- behind another finding -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", BOTH)
def test_what_is_no_document_leaves_the_envelope_untested(version):
    found = results(version, response(version, b"<a>"))
    behind = {rule for rule, result in found.items() if result.outcome is Outcome.UNTESTED}
    assert {"envelope/version", "envelope/structure", "envelope/charset"} <= behind
    assert found["envelope/version"].reason == "blocked by envelope/well-formed"


@pytest.mark.parametrize(
    ("version", "body", "status", "rule", "by"),
    [
        ("1.1", b'{"a": 1}', 200, "envelope/well-formed", "http/content-type"),
        ("1.2", b'{"a": 1}', 200, "envelope/version", "http/content-type"),
        ("1.1", b'<!DOCTYPE e [<!ENTITY a "b">]><e/>', 200, "envelope/well-formed", "envelope/document-type"),
        ("1.1", b"<a/>", 200, "envelope/structure", "envelope/version"),
        ("1.1", split("1.1", ""), 200, "envelope/one-child", "envelope/structure"),
        ("1.1", envelope("1.1"), 500, "http/success-status", "http/no-server-error"),
        ("1.1", envelope("1.1", fault("1.1", code=None)), 500, "envelope/fault-dots", "envelope/fault-structure"),
        ("1.1", envelope("1.1", fault("1.1", "Client")), 500, "envelope/fault-dots", "envelope/fault-code"),
        ("1.1", envelope("1.1", fault("1.1") + PAYLOAD), 500, "envelope/one-child", "envelope/fault-alone"),
        ("1.2", envelope("1.2", fault("1.2", "Sender")), 400, "envelope/fault-status-sender", "envelope/fault-code"),
        ("1.2", envelope("1.2", fault("1.2")), 200, "envelope/fault-status-sender", "envelope/fault-status"),
        ("1.2", envelope("1.2", fault("1.2", reason=None)), 400, "envelope/fault-language", "envelope/fault-structure"),
        ("1.2", envelope("1.1"), 200, "envelope/must-understand-value", None),
    ],
)
def test_what_is_behind_a_finding_is_untested_and_says_so(version, body, status, rule, by):
    result = results(version, response(version, body, status))[rule]
    if by is None:
        assert result.outcome is Outcome.INAPPLICABLE
    else:
        assert (result.outcome, result.reason) == (Outcome.UNTESTED, f"blocked by {by}")


def test_a_label_that_is_missing_blocks_the_media_type():
    result = results("1.1", response("1.1", envelope("1.1"), label=None))["http/media-type"]
    assert (result.outcome, result.reason) == (Outcome.UNTESTED, "blocked by http/content-type-present")


def test_the_other_version_altogether_blocks_the_media_type():
    result = results("1.1", response("1.1", envelope("1.2"), label=LABELS["1.2"]))["http/media-type"]
    assert (result.outcome, result.reason) == (Outcome.UNTESTED, "blocked by envelope/version")


def test_an_encoding_that_is_not_read_decides_nothing():
    found = results("1.1", response("1.1", envelope("1.1"), label="text/xml; charset=nobody-knows"))
    assert found["envelope/well-formed"].outcome is Outcome.UNTESTED
    assert "does not read" in found["envelope/well-formed"].reason
    assert not failed("1.1", response("1.1", envelope("1.1"), label="text/xml; charset=nobody-knows"))


# --- what is legal ----------------------------------------------------------------------------------------------------

NO_SOAP = {"http/version", "http/content-type", "http/content-type-present", "http/allow"}
# fmt: off
LEGAL = [
    ("an empty 400", b"", 400, None),
    ("an empty 415", b"", 415, None),
    ("an empty 415 with a label", b"", 415, "text/xml"),
    ("an empty 202", b"", 202, None),
    ("an empty 200 with a page's label", b"", 200, "text/html"),
    ("a page with 500", b"<!DOCTYPE html><html><body><br></body></html>", 500, "text/html; charset=utf-8"),
    ("an XHTML page with 404", b'<!DOCTYPE html><html xmlns="urn:x"/>', 404, "application/xhtml+xml"),
    ("a page with 200", b"<html><body>hello</body></html>", 200, "text/html"),
    ("a text with 500", b"Internal Server Error", 500, "text/plain"),
    ("JSON with 400", b'{"Message": "no"}', 400, "application/json"),
]
# fmt: on


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize(("body", "status", "label"), [row[1:] for row in LEGAL], ids=[row[0] for row in LEGAL])
def test_an_answer_that_is_no_xml_shows_http_rules_alone(version, body, status, label):
    found = results(version, response(version, body, status, label=label))
    assert set(found) <= NO_SOAP
    assert not failed(version, response(version, body, status, label=label))


@pytest.mark.parametrize("version", BOTH)
def test_the_xml_of_a_proxy_need_not_be_an_envelope(version):
    page = b"<!DOCTYPE Error><?x y?><Error><Code>NoSuchKey</Code></Error>"
    assert not failed(version, response(version, page, 404, label="application/xml"))
    assert failed(version, response(version, page, 200)) >= {"envelope/version", "envelope/document-type"}


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("status", sorted(soap_faults.OF_HTTP))
def test_a_status_of_http_says_nothing_of_the_fault_beside_it(version, status):
    answer = response(version, envelope(version, fault(version)), status, Allow="POST")
    assert not failed(version, answer)
    assert "envelope/fault-status" not in results(version, answer)


@pytest.mark.parametrize("protocol", ["HTTP/1.1", "HTTP/2", "HTTP/2.0", "http/1.1", "h2", "h3", "HTTP/3"])
def test_newer_protocols_are_fine(protocol):
    found = results("1.1", response("1.1", envelope("1.1"), http=protocol))
    assert found["http/version"].outcome is Outcome.PASSED
    assert "http/version" not in results("1.1", response("1.1", envelope("1.1"), http="unknown"))


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize(
    "answer",
    [
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: ('<?xml version="1.0" encoding="utf-16"?>' + text).encode("utf-16"),
        lambda text: ("<?xml version='1.0'?>\r\n" + text + "\r\n").encode(),
        lambda text: ("<!-- a comment -->" + text).encode(),
        lambda text: text.replace("<e:Body>", "<e:Header/>\n<e:Body>").encode(),
        lambda text: text.replace("e:", "SOAP-ENV:").replace(":e=", ":SOAP-ENV=").encode(),
        lambda text: text.replace("<e:", "<").replace("</e:", "</").replace("xmlns:e=", "xmlns=").encode(),
        lambda text: text.replace("<e:Body>", '<e:Body Id="body" xmlns:u="urn:u" u:Id="1">').encode(),
    ],
)
def test_every_spelling_of_an_envelope_is_fine(version, answer):
    for inside in (PAYLOAD, LATIN):
        body = answer(envelope(version, inside).decode())
        assert not failed(version, response(version, body, label=LABELS[version].split(";")[0]))


@pytest.mark.parametrize(
    ("version", "label"),
    [
        ("1.1", "text/xml"),
        ("1.1", "TEXT/XML; CHARSET=UTF-8"),
        ("1.1", 'text/xml;charset="utf-8"'),
        ("1.1", "text/xml; charset=utf-8; action=x"),
        ("1.2", 'application/soap+xml; action="https://factura.ssintegral.com/EnvioCorreo"; charset=utf-8'),
        ("1.2", "Application/SOAP+XML"),
    ],
)
def test_parameters_and_case_of_a_label_are_free(version, label):
    assert not failed(version, response(version, envelope(version, LATIN), label=label))


def test_encoding_style_on_a_child_of_the_body_is_legal_in_the_second_version():
    body = envelope("1.2", PAYLOAD.replace(" xmlns", ' e:encodingStyle="urn:x" xmlns', 1))
    assert not failed("1.2", response("1.2", body))


@pytest.mark.parametrize("value", ["0", "1", " 1 "])
@pytest.mark.parametrize("version", BOTH)
def test_header_blocks_of_an_answer_may_say_whether_they_must_be_understood(version, value):
    found = results(version, response(version, block(version, value)))
    assert found["envelope/must-understand-value"].outcome is Outcome.PASSED


ANY_VERSION = (
    "envelope/malformed/truncated",
    "envelope/malformed/text",
    "envelope/empty-body/nothing",
    "envelope/version-mismatch/other-version",
    "envelope/version-mismatch/unknown",
    "envelope/request-root/no-envelope",
    "http/unsupported-media-type/other-version",
    "http/unsupported-media-type/text-plain",
    "http/unsupported-media-type/none",
)


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("slug", ANY_VERSION)
def test_a_request_of_no_clear_version_may_be_answered_in_either(version, slug):
    other = OTHER[version]
    answer = response(other, envelope(other, fault(other, "e:VersionMismatch")), 500)
    assert not failed(version, answer, slug)


@pytest.mark.parametrize(("slug", "label"), [("text-plain", "text/plain"), ("application-json", "application/json")])
def test_a_label_that_mirrors_an_odd_request_is_no_lie(slug, label):
    answer = response("1.1", envelope("1.1"), label=f"{label}; charset=utf-8")
    assert not failed("1.1", answer, f"http/unsupported-media-type/{slug}")


def test_400_may_answer_what_is_no_document_even_with_a_fault():
    answer = response("1.1", envelope("1.1", fault("1.1")), 400)
    assert failed("1.1", answer) == {"envelope/fault-status"}
    assert not failed("1.1", answer, "envelope/malformed/truncated")


@pytest.mark.parametrize("version", BOTH)
def test_another_method_is_answered_outside_of_soap(version):
    answer = response(OTHER[version], envelope(OTHER[version], fault(OTHER[version])), 405, Allow="POST")
    assert not failed(version, answer, "http/method/get")
    assert set(results(version, answer, "http/method/get")) <= NO_SOAP


# --- random ones ------------------------------------------------------------------------------------------------------

PREFIX = st.sampled_from(["soap", "S", "env", "SOAP-ENV", "s-1", "_x", "ñ", "soap12env", None])
BLANK = st.sampled_from(["", " ", "\n", "\r\n\t", "<!-- c -->"])
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="<&>\ufffe\uffff"), max_size=9
)
LANGUAGES = st.sampled_from(["en", "es-CO", "de", "x-klingon", "zh-Hans"])
FREE = st.sampled_from(["", '<d xmlns="urn:d">x</d>', '<a:b xmlns:a="urn:a" a:c="1"><a:d/></a:b>'])


def wrapped(draw, version, inside, header):
    """An envelope whose own elements have the prefix that `inside` uses."""
    prefix, parts = inside
    name = f"{prefix}:" if prefix else ""
    declared = f'xmlns{":" + prefix if prefix else ""}="{NAMESPACES[version]}"'
    head = f"<{name}Header>{header}</{name}Header>" if header is not None else ""
    blank = [draw(BLANK) for _ in range(6)]
    start = draw(st.sampled_from(["", '<?xml version="1.0" encoding="utf-8"?>', "<?xml version='1.0'?>"]))
    return (
        f"{start}<{name}Envelope {declared}>{blank[0]}{head}{blank[1]}<{name}Body>{blank[2]}{parts}{blank[3]}"
        f"</{name}Body>{blank[4]}</{name}Envelope>{blank[5]}"
    ).encode()


@st.composite
def first_faults(draw):
    prefix = draw(PREFIX)
    name = f"{prefix}:" if prefix else ""
    none = ' xmlns=""' if prefix is None else ""
    code = draw(st.sampled_from(["VersionMismatch", "MustUnderstand", "Client", "Server"]))
    own = draw(st.booleans())
    # In the scope of xmlns="" a name without a prefix has no namespace, so that code needs a prefix of its own.
    space = f' xmlns:q="{"urn:codes" if own else NAMESPACES["1.1"]}"'
    said = f"q:{code}" if own or prefix is None else f"{name}{code}"
    pad = draw(st.sampled_from(["", " ", "\n  "]))
    parts = [
        f"<faultcode{none}{space}>{pad}{said}{pad}</faultcode>",
        f"<faultstring{none}>{draw(TEXT)}</faultstring>",
    ]
    if draw(st.booleans()):
        parts.append(f"<faultactor{none}>{draw(st.sampled_from(['', 'urn:actor']))}</faultactor>")
    if draw(st.booleans()):
        parts.append(f"<detail{none}>{draw(FREE)}</detail>")
    blank = draw(BLANK)
    text = f"<{name}Fault>{blank}{blank.join(parts)}{blank}</{name}Fault>"
    return wrapped(draw, "1.1", (prefix, text), draw(st.none() | FREE)), 500


@st.composite
def second_faults(draw):
    prefix = draw(PREFIX)
    name = f"{prefix}:" if prefix else ""
    code = draw(st.sampled_from(soap_faults.FIVE))
    pad = draw(st.sampled_from(["", " ", "\n  "]))
    inner = ""
    for _ in range(draw(st.integers(0, 3))):
        inner = f'<{name}Subcode><{name}Value xmlns:m="urn:m">m:Bad</{name}Value>{inner}</{name}Subcode>'
    tongues = draw(st.lists(LANGUAGES, min_size=1, max_size=3, unique=True))
    texts = "".join(f'<{name}Text xml:lang="{one}">{draw(TEXT)}</{name}Text>' for one in tongues)
    parts = [
        f"<{name}Code><{name}Value>{pad}{name}{code}{pad}</{name}Value>{inner}</{name}Code>",
        f"<{name}Reason>{texts}</{name}Reason>",
    ]
    for optional, inside in (
        ("Node", "urn:node"),
        ("Role", draw(st.sampled_from(["", "urn:role"]))),
        ("Detail", draw(FREE)),
    ):
        if draw(st.booleans()):
            parts.append(f"<{name}{optional}>{inside}</{name}{optional}>")
    blank = draw(BLANK)
    text = f"<{name}Fault>{blank}{blank.join(parts)}{blank}</{name}Fault>"
    status = 400 if code == "Sender" else draw(st.sampled_from([400, 500]))
    return wrapped(draw, "1.2", (prefix, text), draw(st.none() | FREE)), status


@st.composite
def normal(draw, version):
    prefix = draw(PREFIX)
    inside = draw(
        st.sampled_from(
            [
                PAYLOAD,
                LATIN,
                '<m:x xmlns:m="urn:m"/>',
                PAYLOAD.replace("<", "<z:").replace("<z:/", "</z:").replace("xmlns=", "xmlns:z="),
            ]
        )
    )
    return wrapped(draw, version, (prefix, inside), draw(st.none() | FREE)), 200


@given(first_faults() | normal("1.1"))
def test_no_legal_answer_of_the_first_version_fails(drawn):
    body, status = drawn
    found = results("1.1", response("1.1", body, status))
    assert {rule: result.finding for rule, result in found.items() if result.finding} == {}
    assert found["envelope/version"].outcome is Outcome.PASSED
    assert (status == 500) == ("envelope/fault-structure" in found)


@given(second_faults() | normal("1.2"))
def test_no_legal_answer_of_the_second_version_fails(drawn):
    body, status = drawn
    found = results("1.2", response("1.2", body, status))
    assert {rule: result.finding for rule, result in found.items() if result.finding} == {}
    assert found["envelope/version"].outcome is Outcome.PASSED
    assert (status != 200) == ("envelope/fault-structure" in found)


@given(
    st.sampled_from(BOTH),
    st.binary(max_size=60),
    st.integers(100, 599),
    st.sampled_from([None, "text/xml", "application/soap+xml; charset=utf-16", "text/html", ""]),
)
def test_nothing_that_a_server_sends_raises(version, body, status, label):
    found = results(version, response(version, body, status, label=label))
    assert set(found) <= set(rules_of(version))


@given(st.sampled_from(BOTH), st.data())
def test_an_envelope_that_is_damaged_anywhere_is_judged_without_an_error(version, data):
    body = data.draw(st.sampled_from([envelope(version), envelope(version, fault(version)), block(version, "1")]))
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    damaged = body[:start] + data.draw(st.binary(max_size=4)) + body[end:]
    assert set(results(version, response(version, damaged, 500))) <= set(rules_of(version))


def test_the_tables_of_the_judge_name_rules_that_exist():
    facets = {row.facet for row in ANSWERS}
    assert {*soap_envelope.READ, *soap_envelope.SHAPE} <= facets
