"""How verdicts over SOAP are said to be decided: by what is in scope, and by what the target declares."""

from __future__ import annotations

import pytest

from conformance.report.decision_rules import RULES, decision_rules

READ = "By our reading an answer with Mail/Sent false is a refusal, unless the target file declares another."


def told(*encodings: str, accepted: str = "", wsdl: str = "") -> tuple[str, ...]:
    header = {
        "scope": {"services": ["letters"], "encodings": {"letters": list(encodings)}},
        "contracts": {"letters": {"accepted": accepted, "echo": ""}},
        "target": {"services": {"letters": {"wsdl": wsdl} if wsdl else {}}},
    }
    return decision_rules(header, strict=False)


def test_a_member_that_tells_acceptance_by_our_reading_is_named():
    assert READ in told("soap-1.1", accepted="Mail/Sent")
    assert not any(rule.startswith("By our reading") for rule in told("soap-1.1"))
    assert not any(rule.startswith("By our reading") for rule in told("json", accepted="Mail/Sent"))


def test_names_from_a_wsdl_are_told_where_there_is_one():
    bound = set(told("soap-1.2", wsdl="http://127.0.0.1/letters?wsdl")) - set(told("soap-1.2"))
    assert [rule for rule in bound if "WSDL" in rule] == list(bound)
    assert len(bound) == 1


@pytest.mark.parametrize("words", ["profile", "Where no answer was a fault", "cant-tell"])
def test_profiles_faults_and_doubts_are_told_of_soap(words: str):
    rest = told("json")
    assert [rule for rule in told("soap-1.1") if words in rule and rule not in rest]


def test_no_sentence_keeps_a_place_open():
    assert not any("{" in rule for rule in told("soap-1.1", "soap-1.2", accepted="Mail/Sent", wsdl="x"))
    assert all(text.endswith(".") and len(text) <= 120 for _, text in RULES)
