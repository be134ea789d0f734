"""What an answer says about the request: accepted, refused, neither, or no answer at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.judge import Judge
from conformance.judge.reply import is_json, media_type, read
from conformance.judge.show import LONGEST, shortened, show
from conformance.model import Case, Exchange, Expect, Reply, Request, Response
from conformance.run.contracts import all_rules, contracts

CONTRACT = contracts()["collection-policy"]
REQUEST = Request(method="POST", url="http://127.0.0.1/x", headers=(), body=b"{}")
JSON = (("Content-Type", "application/json"),)
YES, NO = b'{"success":true}', b'{"success":false}'


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


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("body", [YES, NO, b"", b"oops", b'{"Message":"x","ModelState":{}}', b"<html/>"])
def test_400_and_422_are_refusals_whatever_their_body(status, body):
    assert reply(status, body) is Reply.REFUSED


@pytest.mark.parametrize("status", [
    204, 301, 302, 307, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 413, 414, 415, 418, 429, 431, 500, 501, 502,
    503, 504, 505,
])
@pytest.mark.parametrize("body", [YES, NO, b""])
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
    assert answer.malformed == "not JSON"
    assert "character" in read(CONTRACT, exchange(200, b"hello")).malformed


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
DEEP = b'{"success":' + b"[" * 500 + b"]" * 500 + b"}"
BODIES = st.one_of(VALUES.map(str.encode), st.binary(max_size=40), st.just(DEEP))
CASES = [
    Case(
        id=f"collection-policy/json/x/{kind}",
        service="collection-policy",
        encoding="json",
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
