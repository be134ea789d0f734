"""What an answer says about the request: accepted, refused, neither, or no answer at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.judge import Judge
from conformance.judge.reply import charset_of, is_json, is_xml, media_type, read
from conformance.judge.show import LONGEST, shortened, show
from conformance.model import Case, Exchange, Expect, Reply, Request, Response
from conformance.run.contracts import all_rules, contracts

CONTRACT = contracts()["collection-policy"]
REQUEST = Request(method="POST", url="http://127.0.0.1/x", headers=(), body=b"{}")
JSON, XML = (("Content-Type", "application/json"),), (("Content-Type", "application/xml"),)
YES, NO = b'{"success":true}', b'{"success":false}'
ROOT = CONTRACT.operation.response.root
TRUE, FALSE = (f"<{ROOT}><success>{said}</success></{ROOT}>".encode() for said in ("true", "false"))


def exchange(status, body=b"", headers=JSON, reason=""):
    response = Response(status=status, reason=reason, headers=headers, body=body)
    return Exchange(id="x00001", case="c", request=REQUEST, response=response, error=None, started="", milliseconds=0.0)


def reply(status, body=b"", headers=JSON):
    return read(CONTRACT, exchange(status, body, headers)).reply


# fmt: off
@pytest.mark.parametrize("status", [200, 201, 202, 206, 299])
@pytest.mark.parametrize(("body", "expected"), [
    (YES, Reply.ACCEPTED), (NO, Reply.REFUSED),
    (b'{"success":"true"}', Reply.NEITHER), (b'{"success":1}', Reply.NEITHER), (b'{"success":null}', Reply.NEITHER),
    (b'{"Success":true}', Reply.NEITHER), (b"{}", Reply.NEITHER), (b"[]", Reply.NEITHER), (b"true", Reply.NEITHER),
    (b"", Reply.NEITHER), (b'{"success":true', Reply.NEITHER), (b"<html/>", Reply.NEITHER),
    (b"\xef\xbb\xbf" + YES, Reply.ACCEPTED), (b" \r\n" + NO, Reply.REFUSED),
])
def test_a_2xx_answer_means_what_its_success_member_says(status, body, expected):
    assert reply(status, body) is expected


@pytest.mark.parametrize("status", [200, 201, 299])
@pytest.mark.parametrize("headers", [XML, (("Content-Type", "text/xml; charset=utf-8"),), JSON, ()])
@pytest.mark.parametrize(("body", "expected"), [
    (TRUE, Reply.ACCEPTED), (FALSE, Reply.REFUSED), (TRUE.replace(b"true", b" 1 "), Reply.ACCEPTED),
    (FALSE.replace(b"false", b"0"), Reply.REFUSED), (TRUE.replace(b"true", b"True"), Reply.NEITHER),
    (TRUE.replace(b"true", b""), Reply.NEITHER), (TRUE.replace(b"success>", b"Success>"), Reply.NEITHER),
    (f"<{ROOT}/>".encode(), Reply.NEITHER), (TRUE[:-1], Reply.NEITHER), (b"<html><p>true</p></html>", Reply.NEITHER),
    # An odd root or namespace is a finding of its own, and no reason to mistake an acceptance.
    (TRUE.replace(ROOT.encode(), b"Answer"), Reply.ACCEPTED),
    (TRUE.replace(ROOT.encode(), f'{ROOT} xmlns="urn:x"'.encode(), 1), Reply.ACCEPTED),
    (b"\xef\xbb\xbf" + TRUE, Reply.ACCEPTED), (b"<?xml version='1.0'?>\r\n" + FALSE, Reply.REFUSED),
    (TRUE.decode().encode("utf-16"), Reply.ACCEPTED),
])
def test_a_2xx_answer_in_xml_means_what_its_success_element_says(status, headers, body, expected):
    assert reply(status, body, headers) is expected


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("body", [YES, NO, TRUE, FALSE, b"", b"oops", b'{"Message":"x","ModelState":{}}', b"<html/>"])
def test_400_and_422_are_refusals_whatever_their_body(status, body):
    assert reply(status, body) is Reply.REFUSED


@pytest.mark.parametrize("status", [
    204, 301, 302, 307, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 413, 414, 415, 418, 429, 431, 500, 501, 502,
    503, 504, 505,
])
@pytest.mark.parametrize("body", [YES, NO, TRUE, FALSE, b""])
def test_every_other_status_is_neither_whatever_its_body(status, body):
    assert reply(status, body) is Reply.NEITHER
# fmt: on


def test_no_answer_is_dead_and_says_why():
    dead = Exchange(
        id="x1", case="c", request=REQUEST, response=None, error="timed out after 30 s", started="", milliseconds=0.0
    )
    answer = read(CONTRACT, dead)
    assert answer.reply is Reply.DEAD
    assert answer.words == "no answer: timed out after 30 s"
    assert answer.tree is None


@pytest.mark.parametrize("headers", [(), (("Content-Type", "text/plain"),), (("content-type", "text/html; x=y"),)])
def test_a_json_body_is_read_whatever_its_label_says(headers):
    assert reply(200, YES, headers) is Reply.ACCEPTED


def test_a_body_that_is_not_json_has_no_tree_and_a_reason():
    answer = read(CONTRACT, exchange(200, b"hello", (("Content-Type", "text/plain"),)))
    assert answer.decoded is None
    assert answer.malformed == "neither JSON nor XML"
    assert answer.encoding == ""
    assert "character" in read(CONTRACT, exchange(200, b"hello")).malformed
    assert "line 1" in read(CONTRACT, exchange(200, b"hello", XML)).malformed


# fmt: off
WORDS = [
    (400, b'{"Message":\r\n"no"}', JSON, '400 Bad: {"Message": "no"}'),
    (503, b"<html><body>Sorry</body></html>", (("Content-Type", "text/html"),), "503 Bad: an HTML page"),
    (302, b"", (("Location", "https://login.example.com/"),), "302 Bad: redirect to https://login.example.com/"),
    (401, b"", (), "401 Bad"),
    (400, b"\xff\xfe", (), "400 Bad: \ufffd\ufffd"),
]
# fmt: on


@pytest.mark.parametrize(("status", "body", "headers", "words"), WORDS)
def test_the_servers_own_words_are_one_line(status, body, headers, words):
    assert shortened(read(CONTRACT, exchange(status, body, headers, "Bad")).words) == words


def test_long_words_are_cut():
    words = read(CONTRACT, exchange(400, b"x" * 10_000)).words
    # Whole until secrets are masked, short in everything that is written.
    assert len(words) > 10_000
    assert len(shortened(words)) == LONGEST + 1
    assert shortened(words).endswith("…")


@pytest.mark.parametrize(
    ("header", "name"),
    [("Application/JSON; charset=utf-8", "application/json"), ("", ""), (" text/json ;x", "text/json")],
)
def test_a_media_type_is_read_without_case_and_parameters(header, name):
    assert media_type(Response(status=200, headers=(("Content-Type", header),), body=b"")) == name


def test_json_goes_by_three_names():
    assert all(map(is_json, ("application/json", "text/json", "application/problem+json")))
    assert not any(map(is_json, ("text/plain", "application/jsonp", "", "application/xml")))


# fmt: off
NAMES = [
    ("application/xml", True), ("text/xml", True), ("application/problem+xml", True), ("application/soap+xml", True),
    ("text/html", False), ("application/xhtml+xml", False), ("image/svg+xml", False), ("application/json", False),
    ("text/plain", False), ("application/xml-dtd", False), ("", False),
]
READ_AS = [
    (YES, "application/json", "json"), (YES, "application/xml", "json"), (YES, "", "json"),
    (TRUE, "application/xml", "xml"),
    (TRUE, "application/json", "xml"), (TRUE, "", "xml"), (b" \r\n" + TRUE, "text/plain", "xml"),
    (b"[]", "text/xml", "json"),
    (b"words", "text/xml", "xml"), (b"words", "application/json", "json"), (b"words", "text/plain", ""), (b"", "", ""),
    (b"<!DOCTYPE html><html/>", "text/html", ""), (b"<html/>", "", ""), (b"<html/>", "application/json", "json"),
    (b"<html/>", "application/xml", "xml"), (TRUE.decode().encode("utf-16"), "application/xml", "xml"),
    (TRUE.decode().encode("utf-16"), "", "xml"),
]
# fmt: on


@pytest.mark.parametrize(("name", "declares"), NAMES)
def test_xml_goes_by_these_names(name, declares):
    assert is_xml(name) is declares


@pytest.mark.parametrize(("body", "label", "encoding"), READ_AS)
def test_a_body_is_read_by_its_first_character_and_by_its_label_where_that_says_nothing(body, label, encoding):
    answer = read(CONTRACT, exchange(200, body, (("Content-Type", label),) if label else ()))
    assert answer.encoding == encoding


@pytest.mark.parametrize(
    ("label", "charset"),
    [
        ("text/xml; charset=UTF-8", "utf-8"),
        ('text/xml;charset="Utf-16"', "utf-16"),
        ("text/xml; boundary=x; CHARSET = latin-1", "latin-1"),
        ("text/xml", ""),
        ("text/xml; charset", ""),
    ],
)
def test_a_charset_is_read_without_case_and_quotes(label, charset):
    assert charset_of(Response(status=200, headers=(("Content-Type", label),), body=b"")) == charset


def test_the_charset_of_an_answer_decides_how_its_bytes_are_read():
    body = TRUE.replace(b"</success>", "</success><message>ñ</message>".encode("latin-1"))
    latin = read(CONTRACT, exchange(200, body, (("Content-Type", "text/xml; charset=iso-8859-1"),)))
    assert latin.tree["message"] == "ñ"
    assert latin.decoded.utf8
    assert not read(CONTRACT, exchange(200, body, XML)).decoded.utf8


def test_values_in_findings_are_short_and_printable():
    assert show({"A": "ñ", "B": None}) == '{"A": "ñ", "B": null}'
    assert len(shortened(show("x" * 1000))) <= LONGEST + 1
    assert shortened("a\n\tb") == "a b"
    show("\ud800").encode("utf-8")


STATUSES = st.sampled_from([200, 201, 204, 302, 400, 401, 404, 405, 406, 415, 422, 429, 500, 503])
TYPES = st.sampled_from(["application/json", "text/html", "application/xml", "text/json; charset=latin-1", ";", "\xe9"])
VALUES = st.recursive(
    st.sampled_from("true false null 1 90.0 -1e999999 'x' '\\ud800' 'true' [] {} NaN".replace("'", '"').split()),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")
        | st.lists(
            st.tuples(st.sampled_from(["success", "Success", "data", "messageDetail", "Email", "X", ""]), inner),
            max_size=4,
        ).map(lambda pairs: "{" + ",".join(f'"{name}":{value}' for name, value in pairs) + "}")
    ),
    max_leaves=8,
)
ELEMENTS = st.recursive(
    st.sampled_from(
        ["true", "false", "1", "", "x", "<x/>", " 90.0 ", "&#241;", "<![CDATA[true]]>", "<!-- c -->", "&no;"]
    ),
    lambda inner: st.lists(
        st.tuples(st.sampled_from(["success", "Success", "data", "messageDetail", "string", "Email", "X"]), inner),
        max_size=4,
    ).map(lambda pairs: "".join(f"<{name}>{held}</{name}>" for name, held in pairs)),
    max_leaves=8,
).map(lambda inner: f"<{ROOT}>{inner}</{ROOT}>")
DEEP = (b'{"success":' + b"[" * 500 + b"]" * 500 + b"}", b"<a>" * 500 + b"</a>" * 500)
BODIES = st.one_of(VALUES.map(str.encode), ELEMENTS.map(str.encode), st.binary(max_size=40), st.sampled_from(DEEP))
CASES = [
    Case(
        id=f"collection-policy/{encoding}/x/{kind}",
        service="collection-policy",
        encoding=encoding,
        kind=kind,
        expect=expect,
        rules=(f"collection-policy/{rule}",),
        title="x",
        request=replace(REQUEST, method=method),
        answer="application/json",
    )
    for kind, expect, rule in (
        ("baseline", Expect.ACCEPTED, "request/Email/pattern"),
        ("negative", Expect.REFUSED, "request/Email/pattern"),
        ("observe", Expect.OBSERVE, "request/Email/type"),
        ("http", Expect.ANY, "http/accept-honoured"),
        ("http", Expect.ANY, "http/allow"),
    )
    for method in ("POST", "GET")
    for encoding in ("json", "xml", "form")
]
JUDGE = Judge(CONTRACT, all_rules())


@given(
    st.sampled_from(CASES),
    STATUSES,
    BODIES,
    st.lists(st.tuples(st.sampled_from(["Content-Type", "Location", "Allow"]), TYPES), max_size=2).map(tuple),
)
def test_the_judge_raises_nothing_and_contradicts_itself_nowhere_whatever_a_server_answers(case, status, body, headers):
    answered = exchange(status, body, headers)
    judgement = JUDGE(case, answered)
    assert judgement == JUDGE(case, answered)
    assert judgement.disagreements == ()
    judgement.words.encode("utf-8")
    for result in judgement.results:
        assert result.rule in all_rules()
        assert (result.finding is not None) == (result.outcome == "failed")
