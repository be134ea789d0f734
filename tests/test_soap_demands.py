"""What a case demands of the answer: MustUnderstand and VersionMismatch faults, 405, 400 for what is no document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.judge import Judge
from conformance.judge.soap import DEMANDS
from conformance.model import Exchange, Outcome
from conformance.run.contracts import all_rules
from tests.soap_answers import (
    CASES,
    CONTRACT,
    NAMESPACES,
    PAYLOAD,
    cases,
    envelope,
    fault,
    observed,
    response,
    results,
)

BOTH = ("1.1", "1.2")
UNDERSTAND, MISMATCH = "envelope/must-understand/unknown", "envelope/version-mismatch/unknown"
CODES = {UNDERSTAND: "MustUnderstand", MISMATCH: "VersionMismatch"}
RULES = {slug: slug.rpartition("/")[0] for slug in CODES}


def outcome(version, slug, answer, rule=""):
    found = results(version, answer, slug).get(rule or slug.rpartition("/")[0])
    return found.outcome if found is not None else None


def coded(version, code, status=500, **parts):
    return response(version, envelope(version, fault(version, code, **parts)), status)


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("slug", CODES)
def test_the_fault_that_is_due_passes(version, slug):
    result = results(version, coded(version, f"e:{CODES[slug]}"), slug)[RULES[slug]]
    assert result.outcome is Outcome.PASSED
    # The code says it all: the baseline need not have been accepted.
    assert not result.leans


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("slug", CODES)
def test_what_is_wrong_with_the_code_itself_is_another_rule(version, slug):
    for code in (CODES[slug], f"unbound:{CODES[slug]}"):
        found = results(version, coded(version, code), slug)
        assert found[RULES[slug]].outcome is Outcome.PASSED
        assert found["envelope/fault-code"].outcome is Outcome.FAILED
    if version == "1.1":
        found = results(version, coded(version, f"e:{CODES[slug]}.Unknown"), slug)
        assert found[RULES[slug]].outcome is Outcome.PASSED
        assert found["envelope/fault-dots"].outcome is Outcome.FAILED


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("slug", CODES)
def test_a_fault_in_the_other_version_is_good_for_a_mismatch_and_known_as_such_for_the_rest(version, slug):
    other = "1.1" if version == "1.2" else "1.2"
    found = results(version, coded(other, f"e:{CODES[slug]}"), slug)
    assert found[RULES[slug]].outcome is Outcome.PASSED
    broken = {rule for rule, result in found.items() if result.outcome is Outcome.FAILED}
    assert broken == ({"envelope/version"} if slug == UNDERSTAND else set())


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("slug", CODES)
@pytest.mark.parametrize(
    "answer",
    [
        lambda version: response(version, envelope(version)),
        lambda version: response(version, envelope(version, PAYLOAD), 202),
        lambda version: coded(version, "e:Client" if version == "1.1" else "e:Sender"),
        lambda version: coded(version, "e:Server" if version == "1.1" else "e:Receiver"),
        lambda version: coded(version, "e:Client" if version == "1.1" else "e:Sender", 400),
        lambda version: response(
            version, envelope(version, fault(version, "x:MustUnderstand"), attributes=' xmlns:x="urn:x"'), 500
        ),
    ],
)
def test_a_normal_answer_and_another_code_fail(version, slug, answer):
    result = results(version, answer(version), slug)[RULES[slug]]
    assert result.outcome is Outcome.FAILED
    assert result.leans
    assert CODES[slug] in result.finding.expected
    assert result.finding.observed.startswith(("accepted: 20", "refused: "))
    assert not observed(version, answer(version), slug)


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("slug", CODES)
@pytest.mark.parametrize("status", [400, 405, 415, 422])
def test_a_refusal_without_a_fault_passes_and_is_told(version, slug, status):
    answer = response(version, b"", status, label=None, Allow="POST")
    result = results(version, answer, slug)[RULES[slug]]
    assert result.outcome is Outcome.PASSED
    # A service that refuses everything so shows nothing.
    assert result.leans
    (sentence,) = observed(version, answer, slug)
    assert f"refused without a {CODES[slug]} fault: {status}" in sentence


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("slug", [*CODES, "http/method/put"])
@pytest.mark.parametrize("status", [401, 403, 404, 407, 429, 502, 503, 504])
def test_a_gate_decides_nothing(version, slug, status):
    assert outcome(version, slug, response(version, b"", status, label=None)) is Outcome.CANT_TELL


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("slug", CODES)
@pytest.mark.parametrize(("status", "body"), [(500, b""), (200, b""), (302, b""), (204, b""), (200, b"<html>")])
def test_what_is_no_answer_in_soap_decides_nothing(version, slug, status, body):
    answer = response(version, body, status, label="text/html")
    assert outcome(version, slug, answer) is Outcome.CANT_TELL
    assert not observed(version, answer, slug)


DEMANDING = [
    pytest.param(version, slug, id=f"{slug}-{version}")
    for version in BOTH
    for slug, case in CASES[version].items()
    if case.answer
]


@pytest.mark.parametrize(("version", "slug"), DEMANDING)
def test_no_answer_at_all_decides_nothing(version, slug):
    found = results(version, None, slug)
    assert {result.outcome for result in found.values()} == {Outcome.CANT_TELL}
    assert set(found) == {slug.rpartition("/")[0]}


@pytest.mark.parametrize(("version", "slug"), DEMANDING)
def test_every_demand_of_a_case_is_known_to_the_judge(version, slug):
    case = CASES[version][slug]
    assert case.answer in DEMANDS
    assert case.rules[0] == f"envio-correo/{slug.rpartition('/')[0]}"


def test_the_block_that_helps_people_is_missed_in_the_second_version_alone():
    blocks = {UNDERSTAND: "NotUnderstood", MISMATCH: "Upgrade"}
    for slug, name in blocks.items():
        assert not observed("1.1", coded("1.1", f"e:{CODES[slug]}"), slug)
        (sentence,) = observed("1.2", coded("1.2", f"e:{CODES[slug]}"), slug)
        assert f"without the header block {name}" in sentence
        header = f"<e:Header><e:{name}/></e:Header>"
        whole = envelope("1.2", fault("1.2", f"e:{CODES[slug]}"), header=header)
        assert not observed("1.2", response("1.2", whole, 500), slug)


# --- methods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("status", [405, 501])
def test_a_method_that_is_not_there_may_be_answered_so(version, status):
    answer = response(version, b"no", status, label="text/html", Allow="POST")
    assert outcome(version, "http/method/put", answer) is Outcome.PASSED


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("status", [200, 204, 400, 415, 500])
def test_any_other_answer_to_a_method_fails(version, status):
    answer = response(version, b"", status, label=None)
    found = results(version, answer, "http/method/put")
    assert found["http/method"].outcome is Outcome.FAILED
    assert found["http/method"].finding.expected == "405: PUT in place of the documented method"
    assert found["http/allow"].outcome is Outcome.INAPPLICABLE
    assert found["http/allow"].reason == f"PUT was answered {status}, not 405"


@pytest.mark.parametrize("version", BOTH)
def test_405_shows_whether_there_is_an_allow_header(version):
    for headers, expected in (
        ({"Allow": "POST"}, Outcome.PASSED),
        ({"Allow": ""}, Outcome.PASSED),
        ({}, Outcome.FAILED),
    ):
        answer = response(version, b"", 405, label=None, **headers)
        assert outcome(version, "http/method/put", answer, "http/allow") is expected
        assert outcome(version, "http/method/get", answer, "http/allow") is expected


@pytest.mark.parametrize("version", BOTH)
def test_get_is_looked_at_and_never_fails(version):
    for status in (200, 302, 400, 404, 405, 500):
        answer = response(version, b"<html>no</html>", status, label="text/html", Allow="POST")
        assert not {
            rule
            for rule, result in results(version, answer, "http/method/get").items()
            if result.outcome is Outcome.FAILED
        }


# --- what is no document ----------------------------------------------------------------------------------------------

STATUS = "http/malformed-status/truncated"


def test_400_is_due_for_what_is_no_document():
    assert outcome("1.1", STATUS, response("1.1", b"", 400, label=None)) is Outcome.PASSED
    assert outcome("1.1", STATUS, coded("1.1", "e:Client", 400)) is Outcome.PASSED
    for answer in (coded("1.1", "e:Client"), response("1.1", b"", 415), response("1.1", b"", 422)):
        result = results("1.1", answer, STATUS)["http/malformed-status"]
        assert result.outcome is Outcome.FAILED
        assert result.finding.expected.startswith("400: ")


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, envelope("1.1"), "blocked by envelope/malformed"),
        (500, b"", "blocked by http/no-server-error"),
    ],
)
def test_who_takes_it_or_breaks_down_fails_another_rule(status, body, reason):
    result = results("1.1", response("1.1", body, status), STATUS)["http/malformed-status"]
    assert (result.outcome, result.reason) == (Outcome.UNTESTED, reason)


def test_the_second_version_has_no_such_rule():
    assert not [slug for slug in CASES["1.2"] if "malformed-status" in slug]
    assert [slug for slug in CASES["1.1"] if "malformed-status" in slug]


# --- within the judge -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", BOTH)
def test_the_judge_of_the_service_takes_all_of_it(version):
    rules = {rule.id: rule for rule in all_rules().values() if rule.service == CONTRACT.service}
    judge = Judge(CONTRACT, rules)

    def judged(slug, answer):
        case = CASES[version][slug]
        exchange = Exchange(
            id="x00001",
            case=case.id,
            request=case.request,
            response=answer,
            error=None if answer else "closed",
            started="",
            milliseconds=0.0,
        )
        return judge(case, exchange)

    rule = f"{CONTRACT.service}/{RULES[UNDERSTAND]}"
    dead = judged(UNDERSTAND, None)
    assert [(result.rule, result.outcome) for result in dead.results] == [(rule, Outcome.CANT_TELL)]
    told = judged(UNDERSTAND, response(version, b"", 415, label=None))
    assert [seen.rule for seen in told.observations] == [rule]
    good = judged(UNDERSTAND, coded(version, "e:MustUnderstand"))
    assert not [result for result in good.results if result.outcome is Outcome.FAILED]
    assert {result.rule for result in good.results} <= set(rules)


def test_a_service_without_names_is_asked_the_same():
    from conformance.emit.assumed import assumed
    from conformance.run.contracts import contracts

    contract = assumed(contracts()["actualizar-correo"])
    for version in BOTH:
        made = cases(version, contract, values=contract.baseline)
        own = {slug for slug, case in made.items() if case.answer}
        assert own == {slug for slug, case in CASES[version].items() if case.answer}
        assert all(NAMESPACES[version] in made[slug].request.body.decode() for slug in (UNDERSTAND,))
        assert replace(made[UNDERSTAND], service=CONTRACT.service).answer == "must-understand"
