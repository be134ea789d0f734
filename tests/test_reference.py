"""The embedded reference: documented behaviour, pure, the same in process, behind `responses` and over HTTP."""

from __future__ import annotations

from decimal import Decimal

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from conformance.codecs import json
from conformance.model import Outcome, Request
from conformance.reference import State, answer, defects_of
from conformance.reference.app import Application, path_of, serving
from conformance.reference.mock import mocked
from conformance.reference.service import slow
from conformance.run.contracts import all_rules, contracts
from conformance.run.proving import alarms, bench

CONTRACT = contracts()["collection-policy"]
RULES = {rule.id: rule for rule in all_rules().values() if rule.service == "collection-policy"}
DEFECTS = {defect.id: defect for defect in defects_of(CONTRACT, RULES.values())}
BENCH = bench("collection-policy")
BASELINE = dict(CONTRACT.baseline)
URL = "http://127.0.0.1/api/CollectionPolicy"
TRANSPORT = ("http/allow", "http/content-type-present", "http/no-server-error", "envelope/utf-8", "http/accept-quality")


def request(tree=None, body=None, method="POST", **headers):
    named = {"Content-Type": "application/json", "Accept": "application/json"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    pairs = tuple((name, value) for name, value in named.items() if value is not None)
    data = body if body is not None else json.encode(BASELINE if tree is None else tree)
    return Request(method=method, url=URL, headers=pairs, body=data)


def asked(*args, state=None, defect=None, **kwargs):
    return answer(CONTRACT, request(*args, **kwargs), state or State(), defect)


def test_the_clean_reference_conforms_with_every_rule_at_every_level_passed():
    assert alarms(bench("collection-policy")) == []
    found, disagreements = BENCH.verdicts()
    assert {one.outcome for one in found} == {Outcome.PASSED}
    assert len(found) == sum(len(rule.encodings) for rule in RULES.values()) > 2 * len(RULES)
    assert disagreements == ()


def test_what_is_accepted_is_saved_and_comes_back():
    response, state = asked()
    tree = json.decode(response.body).tree
    assert response.status == 200
    assert tree["success"] is True
    assert tree["data"] == BASELINE
    assert state.saved == BASELINE


def test_the_answer_has_every_documented_member_in_its_order():
    response, _ = asked()
    tree = json.decode(response.body).tree
    assert list(tree) == [member.name for member in CONTRACT.operation.response.fields]
    data = CONTRACT.operation.response.fields[-1]
    assert list(tree["data"]) == [member.name for member in data.fields]


def test_what_was_not_sent_comes_back_null():
    tree = {name: value for name, value in BASELINE.items() if name != "UserId"}
    response, _ = asked(tree)
    assert json.decode(response.body).tree["data"]["UserId"] is None


def test_a_refusal_is_400_with_the_documented_envelope_and_saves_nothing():
    before = State(saved=BASELINE)
    response, after = asked(BASELINE | {"MaximumTermDays": 181, "Email": "a@b"}, state=before)
    tree = json.decode(response.body).tree
    assert response.status == 400
    assert tree["success"] is False
    assert tree["data"] is None
    assert [detail.split(":")[0] for detail in tree["messageDetail"]] == ["Email", "MaximumTermDays"]
    assert after == before


def test_names_are_taken_as_documented_and_nothing_else_is_missed():
    assert asked(BASELINE | {"Otro": 1})[0].status == 200
    tree = {name.lower(): value for name, value in BASELINE.items()}
    assert asked(tree)[0].status == 400


XML_FIRST = "application/xml;q=0.9, application/json;q=0.1"
# fmt: off
NEGOTIATED = [
    ({}, 200, "application/json"), ({"Accept": None}, 200, "application/json"),
    ({"Accept": "*/*"}, 200, "application/json"), ({"Accept": "application/x-unknown"}, 200, "application/json"),
    ({"Accept": "text/json"}, 200, "text/json"), ({"Accept": "application/xml"}, 200, "application/xml"),
    ({"Accept": XML_FIRST}, 200, "application/xml"), ({"Content_Type": "text/json"}, 200, "application/json"),
    ({"Content_Type": "APPLICATION/JSON"}, 200, "application/json"),
    ({"Content_Type": 'application/json; charset="UTF-8"'}, 200, "application/json"),
    ({"Content_Type": "application/json; charset=latin-1"}, 415, None), ({"Content_Type": "text/plain"}, 415, None),
    ({"Content_Type": None}, 415, None), ({"method": "GET"}, 405, None), ({"method": "PUT"}, 405, None),
]
NO_POLICIES = [
    b"", b" ", b"null", b"{}", b"[]", b'"x"', b"5", b"{", b'{"A":1,}', b"<policy/>", b"\xff", b'{"A":"\xf1"}',
    b"[" * 100_000,
]
# fmt: on


@pytest.mark.parametrize(("headers", "status", "media_type"), NEGOTIATED)
def test_media_types_and_methods_are_negotiated(headers, status, media_type):
    response, _ = asked(**headers)
    assert response.status == status
    found = response.header("Content-Type")
    assert found == (f"{media_type}; charset=utf-8" if media_type else None)
    assert (response.header("Allow") == "POST") == (status == 405)


@pytest.mark.parametrize("body", NO_POLICIES, ids=lambda body: repr(body[:12]))
def test_a_body_that_is_no_policy_is_refused(body):
    response, _ = asked(body=body)
    assert response.status == 400
    assert json.decode(response.body).tree["success"] is False


def test_a_lone_surrogate_comes_back_as_it_went():
    response, _ = asked(body=json.encode(BASELINE).replace(b"Cobranza de prueba", b"\\ud800"))
    assert response.status == 200
    assert json.decode(response.body).tree["data"]["ArMailName"] == "\ud800"
    assert asked(body=json.encode(BASELINE | {"ArMailName": "\0"}), Accept="application/xml")[0].status == 200


BODIES = st.one_of(
    st.binary(max_size=30),
    st.dictionaries(
        st.sampled_from([*BASELINE, "x"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just(Decimal("1e-400")) | st.just([{}]),
    ).map(lambda changes: json.encode(BASELINE | changes)),
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Content_Type": st.text(alphabet="aplictonjsx/;=\"'* \xe9", max_size=20) | st.none(),
        "Accept": st.text(alphabet="aplictonjsx/;=q.0,* \xe9", max_size=20) | st.none(),
        "method": st.sampled_from(["POST", "GET", "X"]),
    },
)


@given(BODIES, HEADERS, st.sampled_from([None, *DEFECTS.values()]))
def test_the_reference_never_raises_and_is_pure(body, headers, defect):
    state = State(saved=BASELINE)
    first = asked(body=body, state=state, defect=defect, **headers)
    assert first == asked(body=body, state=state, defect=defect, **headers)
    assert state == State(saved=BASELINE)
    assert 200 <= first[0].status <= 500


# --- the same behind every door ---------------------------------------------------------------------------------------


def shown(response):
    return response.status, response.header("Content-Type"), response.header("Allow"), response.body


def in_process(steps, defect):
    state = State()
    for step in steps:
        response, state = answer(CONTRACT, step.case.request, state, defect)
        yield shown(response)


def defect_of(short):
    return next((one for one in DEFECTS.values() if short and one.id.startswith(f"collection-policy/{short}:")), None)


@pytest.mark.parametrize("short", ["", *TRANSPORT])
def test_the_wsgi_application_answers_as_the_function_does(short):
    defect = defect_of(short)
    client = Client(Application([CONTRACT], *([defect] if defect else [])))
    for step, expected in zip(BENCH.plan.steps, in_process(BENCH.plan.steps, defect), strict=True):
        sent = step.case.request
        # The client would add a type of its own where none is to be sent.
        got = client.open(path_of(CONTRACT), method=sent.method, headers=list(sent.headers), data=sent.body)
        headers = got.headers
        assert (got.status_code, headers.get("Content-Type"), headers.get("Allow"), got.data) == expected, step.case.id


@pytest.mark.parametrize("short", ["", *TRANSPORT])
def test_the_responses_adapter_answers_as_the_function_does(short):
    defect = defect_of(short)
    with mocked(CONTRACT, URL, defect), requests.Session() as session:
        session.headers.clear()
        for step, expected in zip(BENCH.plan.steps, in_process(BENCH.plan.steps, defect), strict=True):
            sent = step.case.request
            got = session.request(sent.method, URL, headers=dict(sent.headers), data=sent.body)
            headers = got.headers
            found = (got.status_code, headers.get("Content-Type"), headers.get("Allow"), got.content)
            assert found == expected, step.case.id


def test_it_is_served_over_loopback_at_its_documented_path():
    with serving([CONTRACT]) as root:
        assert root.startswith("http://127.0.0.1:")
        found = requests.post(f"{root}/api/CollectionPolicy", json=BASELINE, timeout=10)
        assert found.json()["success"] is True
        assert requests.post(f"{root}/elsewhere", json=BASELINE, timeout=10).status_code == 404
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{root}/api/CollectionPolicy", json=BASELINE, timeout=10)


def test_a_slow_service_is_slow_where_its_defect_says_so():
    large = request(BASELINE | {"Otro": "x" * 3000})
    every, some = (DEFECTS[f"collection-policy/http/in-time:{way}"] for way in ("dropped", "large"))
    assert [slow(CONTRACT, one, request()) for one in (None, every, some)] == [False, True, False]
    assert [slow(CONTRACT, one, large) for one in (None, every, some)] == [False, True, True]
    assert not slow(CONTRACT, DEFECTS["collection-policy/http/allow:dropped"], large)


def test_a_slow_service_keeps_its_client_waiting_and_answers_nobody_who_left():
    every = DEFECTS["collection-policy/http/in-time:dropped"]
    with serving([CONTRACT], every, pause=30) as root, pytest.raises(requests.ReadTimeout):
        requests.post(f"{root}/api/CollectionPolicy", json=BASELINE, timeout=0.5)
    with serving([CONTRACT], DEFECTS["collection-policy/http/in-time:large"], pause=30) as root:
        found = requests.post(f"{root}/api/CollectionPolicy", json=BASELINE, timeout=20)
        assert found.json()["success"] is True


def test_a_service_that_remembers_answers_with_what_was_sent_before():
    defect = DEFECTS["collection-policy/response/data/GrantorTaxId/echo:of-the-request-before"]
    days, state = [], State()
    for number in (60, 61, 62):
        response, state = asked(BASELINE | {"MaximumTermDays": number}, state=state, defect=defect)
        days.append(json.decode(response.body).tree["data"]["MaximumTermDays"])
    assert days == [60, 60, 61]


def test_services_keep_their_states_apart_from_run_to_run():
    application = Application([CONTRACT], DEFECTS["collection-policy/response/data/MaximumTermDays/echo:stale"])
    client = Client(application)

    def saved(days):
        found = client.post(path_of(CONTRACT), json=BASELINE | {"MaximumTermDays": days})
        return found.json["data"]["MaximumTermDays"]

    assert [saved(60), saved(61), saved(62)] == [60, 60, 61]
