"""What bytes and headers of an answer say: envelope and HTTP rules, and how Accept was honoured."""

from __future__ import annotations

import pytest

from conformance.generate.plan import cases_of
from conformance.generate.subject import Subject
from conformance.judge import Judge
from conformance.model import Exchange, Outcome, Response
from conformance.resources import cases_dir
from conformance.rules.http import about_answers
from conformance.run.contracts import all_rules, contracts

CONTRACT = contracts()["collection-policy"]
RULES = {rule.id: rule for rule in all_rules().values() if rule.service == "collection-policy"}
JUDGE = Judge(CONTRACT, RULES)
OK = b'{"success":true}'
ROOT = CONTRACT.operation.response.root
ACCENTED = '{"success":true,"message":"ñ"}'.encode()
NOT_ACCEPTABLE = {"status": 406, "body": b"", "Content_Type": None}


def cases(encoding):
    """The cases of an encoding by what their ids have of their own."""
    subject = Subject(
        contract=CONTRACT,
        encoding=CONTRACT.encoding(encoding),
        url="http://127.0.0.1/api/CollectionPolicy",
        values=CONTRACT.baseline,
    )
    made = cases_of(subject, "quick", RULES, cases_dir())
    return {case.id.removeprefix(f"collection-policy/{encoding}/"): case for case in made}


CASES, XML_CASES, FORM_CASES = cases("json"), cases("xml"), cases("form")


def judged(slug, status=200, body=OK, *, known=CASES, **headers):
    """Rule, without the service → its result, for the case answered so."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content_type = named.pop("Content-Type", "application/json; charset=utf-8")
    pairs = (*named.items(), *((("Content-Type", content_type),) if content_type is not None else ()))
    response = Response(status=status, headers=pairs, body=body)
    case = known[slug]
    exchange = Exchange(
        id="x00001", case=case.id, request=case.request, response=response, error=None, started="", milliseconds=0.0
    )
    judgement = JUDGE(case, exchange)
    return {result.rule.removeprefix("collection-policy/"): result for result in judgement.results}


def answered(case, status=200, body=OK, label="application/json"):
    """The case and an exchange in which it is answered so."""
    response = Response(status=status, headers=(("Content-Type", label),), body=body)
    exchange = Exchange(
        id="x00001", case=case.id, request=case.request, response=response, error=None, started="", milliseconds=0.0
    )
    return case, exchange


def outcome(results, rule):
    return results[rule].outcome if rule in results else None


# fmt: off
GOOD = {
    "http/no-server-error", "http/content-type", "http/content-type-present", "envelope/well-formed", "envelope/utf-8",
    "envelope/byte-order-mark", "envelope/unique-names", "envelope/root",
}
ONLY_JSON = {"envelope/utf-8", "envelope/byte-order-mark", "envelope/unique-names"}
ONLY_XML = {"envelope/charset", "envelope/namespace", "envelope/order", "envelope/repeated"}
ANSWERS = [
    ("a body that is cut off", {"body": OK[:-1]}, {"envelope/well-formed"}),
    ("a trailing comma", {"body": b'{"success":true,}'}, {"envelope/well-formed"}),
    ("NaN", {"body": b'{"success":true,"message":NaN}'}, {"envelope/well-formed"}),
    ("blanks alone", {"body": b"  "}, {"envelope/well-formed"}),
    ("Latin-1", {"body": '{"success":true,"message":"ñ"}'.encode("latin-1")}, {"envelope/utf-8"}),
    ("a byte order mark", {"body": b"\xef\xbb\xbf" + OK}, {"envelope/byte-order-mark"}),
    ("a name twice", {"body": b'{"success":true,"success":true}'}, {"envelope/unique-names"}),
    ("a list", {"body": b"[]"}, {"envelope/root"}),
    ("a string", {"body": b'"ok"'}, {"envelope/root"}),
    ("an HTML page labelled JSON", {"body": b"<html/>"}, {"http/content-type"}),
    ("JSON labelled HTML", {"Content_Type": "text/html"}, {"http/content-type"}),
    ("JSON labelled XML", {"Content_Type": "application/xml"}, {"http/content-type"}),
    ("a false charset", {"body": ACCENTED, "Content_Type": "text/json; charset=ISO-8859-1"}, {"http/content-type"}),
    ("no label", {"Content_Type": None}, {"http/content-type-present"}),
    ("a crash", {"status": 500, "body": b"<html/>", "Content_Type": "text/html"}, {"http/no-server-error"}),
    ("an empty crash", {"status": 503, "body": b"", "Content_Type": None}, {"http/no-server-error"}),
    ("405 without Allow", {"status": 405, "body": b"", "Content_Type": None}, {"http/allow"}),
]
FINE = [
    ("a problem document", {"status": 400, "body": b'{"title":"x"}', "Content_Type": "application/problem+json"}),
    ("text/json", {"Content_Type": "text/json"}), ("JSON labelled plain text", {"Content_Type": "text/plain"}),
    ("a quoted charset", {"body": ACCENTED, "Content_Type": 'application/json; charset="UTF-8"'}),
    ("a charset that does not matter", {"Content_Type": "application/json; charset=us-ascii"}),
    ("an empty 415", {"status": 415, "body": b"", "Content_Type": None}),
    ("405 with Allow", {"status": 405, "body": b"", "Content_Type": None, "Allow": "POST"}),
    ("an HTML 404", {"status": 404, "body": b"<html/>", "Content_Type": "text/html"}),
    ("further headers", {"X_Powered_By": "something", "Server": "other"}),
]
# fmt: on


def transport_failures(results):
    return {
        rule
        for rule, result in results.items()
        if result.outcome is Outcome.FAILED and rule.startswith(("http/", "envelope/"))
    }


def test_a_proper_answer_passes_every_rule_about_answers():
    results = judged("baseline")
    assert {rule for rule in GOOD if outcome(results, rule) is Outcome.PASSED} == GOOD


@pytest.mark.parametrize(
    ("name", "answer", "rules"), ANSWERS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_fault_of_an_answer_fails_its_rule_and_no_other(name, answer, rules):
    assert transport_failures(judged("baseline", **answer)) == rules


@pytest.mark.parametrize(("name", "answer"), FINE, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_no_fault_fails_nothing(name, answer):
    assert transport_failures(judged("baseline", **answer)) == set()


def test_a_page_labelled_json_blocks_the_question_of_well_formedness():
    results = judged("baseline", body=b"<html/>")
    assert outcome(results, "envelope/well-formed") is Outcome.UNTESTED
    assert results["envelope/well-formed"].reason == "blocked by http/content-type"
    assert "envelope/utf-8" not in results


def test_an_answer_without_a_body_says_nothing_of_its_content():
    results = judged("baseline", status=415, body=b"", Content_Type=None)
    assert set(results) & {"http/content-type", "http/content-type-present", "envelope/well-formed"} == set()


def test_rules_about_answers_hold_for_every_case_also_for_negatives():
    results = judged("Email/required/absent", 400, b'{"success":false}')
    assert {rule for rule in GOOD - {"envelope/root"} if outcome(results, rule) is Outcome.PASSED} == GOOD - {
        "envelope/root"
    }


def test_a_refusal_need_not_be_the_documented_envelope():
    for body in (b"[]", b'"no"', b'{"Message":"no"}', b"5"):
        assert transport_failures(judged("Email/required/absent", 400, body)) == set()


# --- answers in XML ---------------------------------------------------------------------------------------------------

OTHERS = "<message>ñ</message><messageDetail><string>a</string></messageDetail>"


def document(inner=f"<success>true</success>{OTHERS}", root=ROOT, head=""):
    return f"{head}<{root}>{inner}</{root}>"


GOOD_XML = {
    "http/no-server-error", "http/content-type", "http/content-type-present", "envelope/well-formed",
    "envelope/charset", "envelope/root", "envelope/namespace", "envelope/order", "envelope/repeated",
}  # fmt: skip
# fmt: off
XML_ANSWERS = [
    ("a document that is cut off", {"body": document()[:-1].encode()}, {"envelope/well-formed"}),
    ("a bare ampersand", {"body": document("<success>true</success><message>&</message>").encode()},
     {"envelope/well-formed"}),
    ("words", {"body": b"words"}, {"envelope/well-formed"}),
    ("blanks alone", {"body": b"  "}, {"envelope/well-formed"}),
    ("Latin-1", {"body": document().encode("latin-1")}, {"envelope/charset"}),
    ("Latin-1 in a document that says UTF-8",
     {"body": document(head="<?xml version='1.0' encoding='utf-8'?>").encode("latin-1"), "Content_Type": "text/xml"},
     {"envelope/charset"}),
    ("UTF-8 in a document that says Latin-1",
     {"body": document(head="<?xml version='1.0' encoding='iso-8859-1'?>").encode(), "Content_Type": "text/xml"},
     {"envelope/charset"}),
    ("another root", {"body": document(root="Answer").encode()}, {"envelope/root"}),
    ("a root in another case", {"body": document(root=ROOT.lower()).encode()}, {"envelope/root"}),
    ("text in place of members", {"body": document("words").encode()}, {"envelope/root"}),
    ("a namespace", {"body": document().replace(ROOT, f'{ROOT} xmlns="urn:x"', 1).encode()}, {"envelope/namespace"}),
    ("one member in a namespace", {"body": document().replace("<success", '<success xmlns="urn:x"', 1).encode()},
     {"envelope/namespace"}),
    ("another order", {"body": document(f"{OTHERS}<success>true</success>").encode()}, {"envelope/order"}),
    ("a member twice", {"body": document("<success>true</success><message>a</message><message>a</message>").encode()},
     {"envelope/repeated"}),
    ("a page labelled XML", {"body": b"<html><body/></html>"}, {"envelope/root"}),
    ("JSON labelled XML", {"body": OK}, {"http/content-type"}),
    ("XML labelled JSON", {"Content_Type": "application/json"}, {"http/content-type"}),
    ("a false charset", {"Content_Type": "text/xml; charset=ISO-8859-1"}, {"http/content-type"}),
    ("no label", {"Content_Type": None}, {"http/content-type-present"}),
]
XML_FINE = [
    ("text/xml", {"Content_Type": "text/xml"}), ("a quoted charset", {"Content_Type": 'text/xml; charset="UTF-8"'}),
    ("a suffix", {"Content_Type": "application/problem+xml"}),
    ("a mark", {"body": b"\xef\xbb\xbf" + document().encode()}),
    ("UTF-16", {"body": document(head="<?xml version='1.0' encoding='utf-16'?>").encode("utf-16"),
                "Content_Type": "text/xml; charset=utf-16"}),
    ("Latin-1 that says so", {"body": document().encode("latin-1"), "Content_Type": "text/xml; charset=iso-8859-1"}),
    ("Latin-1 that the document names", {"Content_Type": "text/xml",
     "body": document(head="<?xml version='1.0' encoding='iso-8859-1'?>").encode("latin-1")}),
    ("a comment, an instruction and blanks", {"body": document(head="<!-- a --><?b c?>\n").encode() + b"\n<!-- d -->"}),
    ("CDATA", {"body": document("<success><![CDATA[true]]></success>").encode()}),
    ("an element that nobody documents", {"body": document("<success>true</success><version>1</version>").encode()}),
    ("an attribute", {"body": document('<success a="b">true</success>').encode()}),
    ("unused namespaces", {"body": document().replace(ROOT, f'{ROOT} xmlns:a="urn:x"', 1).encode()}),
]
# fmt: on


def judged_xml(slug="baseline", status=200, body=None, **headers):
    headers.setdefault("Content_Type", "application/xml; charset=utf-8")
    return judged(slug, status, document().encode() if body is None else body, known=XML_CASES, **headers)


def test_a_proper_document_passes_every_rule_about_answers():
    results = judged_xml()
    assert {rule for rule in GOOD_XML if outcome(results, rule) is Outcome.PASSED} == GOOD_XML
    assert not ONLY_JSON & set(results)


@pytest.mark.parametrize(
    ("name", "answer", "rules"), XML_ANSWERS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_fault_of_a_document_fails_its_rule_and_no_other(name, answer, rules):
    assert transport_failures(judged_xml(**answer)) == rules


@pytest.mark.parametrize(("name", "answer"), XML_FINE, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_no_fault_of_a_document_fails_nothing(name, answer):
    assert transport_failures(judged_xml(**answer)) == set()


@pytest.mark.parametrize(
    "body",
    [b"<!DOCTYPE a><a/>", b"<a>" * 300 + b"</a>" * 300, b"<a>" + b"x" * 10_000_001 + b"</a>"],
    ids=["document type", "depth", "length"],
)
def test_a_document_beyond_what_this_suite_reads_is_not_called_ill_formed(body):
    results = judged_xml(body=body)
    assert outcome(results, "envelope/well-formed") is Outcome.UNTESTED
    assert transport_failures(results) == set()


def test_a_refusal_in_xml_need_not_be_the_documented_envelope():
    for body in (b"<Error><Message>no</Message></Error>", b"<a/>", document("<success>false</success>").encode()):
        assert transport_failures(judged_xml("Email/required/absent", 400, body)) == set()
        assert outcome(judged_xml("Email/required/absent", 400, body), "request/Email/required") is Outcome.PASSED


def test_a_refusal_in_xml_does_not_say_success():
    results = judged_xml("Email/required/absent", 400)
    assert outcome(results, "response/success/refusal") is Outcome.FAILED


# --- Accept -----------------------------------------------------------------------------------------------------------

P, F, C, U = Outcome.PASSED, Outcome.FAILED, Outcome.CANT_TELL, Outcome.UNTESTED
XML = {
    "body": f"<{ROOT}><success>true</success></{ROOT}>".encode(),
    "Content_Type": "application/xml; charset=utf-8",
}
# fmt: off
ACCEPT = [
    ("accept-documented/application-xml", XML, {"accept-documented": P, "accept-honoured": P}),
    ("accept-documented/application-xml", {}, {"accept-documented": P, "accept-honoured": F}),
    ("accept-documented/application-xml", NOT_ACCEPTABLE, {"accept-documented": F, "accept-honoured": U}),
    ("accept-documented/application-xml", {"status": 401}, {"accept-documented": C, "accept-honoured": C}),
    ("accept-documented/text-json", {"Content_Type": "text/json"}, {"accept-documented": P, "accept-honoured": P}),
    ("accept-unknown/unknown", NOT_ACCEPTABLE, {"accept-unknown": P}),
    ("accept-unknown/unknown", {}, {"accept-unknown": P}),
    ("accept-unknown/unknown", {"Content_Type": "text/json"}, {"accept-unknown": P}),
    ("accept-unknown/unknown", XML, {"accept-unknown": F}),
    ("accept-unknown/unknown", {"status": 500}, {"accept-unknown": C}),
    ("accept-wildcard/any", {}, {"accept-wildcard": P}), ("accept-wildcard/any", XML, {"accept-wildcard": P}),
    ("accept-wildcard/none", NOT_ACCEPTABLE, {"accept-wildcard": F}),
    ("accept-wildcard/mixed", {"status": 429}, {"accept-wildcard": C}),
    ("accept-quality/first", {}, {"accept-quality": P}), ("accept-quality/first", XML, {"accept-quality": F}),
    ("accept-quality/last", XML, {"accept-quality": P}), ("accept-quality/last", {}, {"accept-quality": F}),
    ("accept-quality/default", XML, {"accept-quality": P}),
]
# fmt: on


@pytest.mark.parametrize(
    ("slug", "answer", "expected"), ACCEPT, ids=lambda value: value if isinstance(value, str) else ""
)
def test_an_answer_is_held_against_the_accept_header_that_was_sent(slug, answer, expected):
    results = judged(f"http/{slug}", **answer)
    assert {facet: outcome(results, f"http/{facet}") for facet in expected} == expected


def test_an_answer_in_xml_is_judged_as_xml_whatever_the_request_was_in():
    for known in (CASES, FORM_CASES):
        results = judged("http/accept-documented/application-xml", known=known, **XML)
        assert {rule for rule, result in results.items() if result.outcome is Outcome.FAILED} == {
            "response/data/required"
        }
        assert set(results) > ONLY_XML
        assert not ONLY_JSON & set(results)
        about = {result.encoding for rule, result in results.items() if rule.startswith(("envelope/", "response/"))}
        assert about == {"xml"}
        assert {result.encoding for rule, result in results.items() if rule.startswith("http/")} == {""}


def test_an_answer_in_json_is_judged_as_json_whatever_the_request_was_in():
    for known in (XML_CASES, FORM_CASES):
        results = judged("http/accept-documented/application-json", known=known)
        assert {rule for rule, result in results.items() if result.outcome is Outcome.FAILED} == {
            "response/data/required"
        }
        assert set(results) > ONLY_JSON
        assert not ONLY_XML & set(results)
        about = {result.encoding for rule, result in results.items() if rule.startswith(("envelope/", "response/"))}
        assert about == {"json"}


def test_a_target_that_answers_json_to_everything_has_nothing_to_say_of_xml():
    results = JUDGE(*answered(XML_CASES["baseline"], body=OK)).results
    here = {result.rule.removeprefix("collection-policy/"): result for result in results if result.encoding == "xml"}
    due = {rule.id for rule in RULES.values() if "xml" in rule.encodings and about_answers(rule.id, rule.service)}
    assert {f"collection-policy/{rule}" for rule in here} == due
    assert {result.outcome for result in here.values()} == {Outcome.INAPPLICABLE}
    assert {result.reason for result in here.values()} == {"application/xml was asked for and the answer came in json"}


def test_what_accept_asked_for_is_judged_beside_an_accepted_baseline_only():
    results = judged("http/accept-documented/application-xml", **XML)
    assert results["http/accept-honoured"].leans
    assert not results["http/no-server-error"].leans


# --- methods and media types ------------------------------------------------------------------------------------------


def test_another_method_answered_otherwise_than_405_leaves_the_rule_inapplicable():
    results = judged("http/allow/get", 404, b"")
    assert outcome(results, "http/allow") is Outcome.INAPPLICABLE
    assert results["http/allow"].reason == "GET was answered 404, not 405"


@pytest.mark.parametrize("body", [b"{}", b'{"success":"x"}', b'{"success":true,"data":{"Email":5}}', b"[]"])
def test_what_get_answers_is_another_operation_and_says_nothing_of_the_envelope(body):
    case = CASES["http/allow/get"]
    response = Response(status=200, headers=(("Content-Type", "application/json"),), body=body)
    exchange = Exchange(
        id="x1", case=case.id, request=case.request, response=response, error=None, started="", milliseconds=0.0
    )
    judgement = JUDGE(case, exchange)
    assert judgement.disagreements == ()
    assert judgement.observations == ()
    assert not any("/response/" in result.rule for result in judgement.results)


def test_405_carries_allow():
    assert outcome(judged("http/allow/get", 405, b"", Allow="POST"), "http/allow") is Outcome.PASSED
    assert outcome(judged("http/allow/get", 405, b""), "http/allow") is Outcome.FAILED


@pytest.mark.parametrize(("status", "expected"), [(415, P), (400, P), (406, P), (200, F), (401, C), (500, C)])
def test_an_unknown_media_type_may_be_refused_in_several_ways(status, expected):
    results = judged("http/unsupported-media-type/unknown", status)
    assert outcome(results, "http/unsupported-media-type") is expected


def test_415_is_no_refusal_of_a_member():
    results = judged("Email/required/absent", 415, b"")
    assert outcome(results, "request/Email/required") is Outcome.CANT_TELL


def test_a_dead_connection_says_nothing_of_answers():
    case = CASES["Email/required/absent"]
    exchange = Exchange(
        id="x1", case=case.id, request=case.request, response=None, error="reset", started="", milliseconds=0.0
    )
    judgement = JUDGE(case, exchange)
    assert [(result.outcome, result.reason) for result in judgement.results] == [(C, "no answer: reset")]
