"""A rule about a pattern needs a message that breaks it: positives alone show nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.generate.plan import cases_of, undecided
from conformance.generate.subject import Subject
from conformance.model import Expect
from conformance.resources import cases_dir
from conformance.run.contracts import all_rules, contracts

CONTRACT = contracts()["collection-policy"]
RULES = {rule.id: rule for rule in all_rules().values() if rule.service == "collection-policy"}
RULE = "collection-policy/request/Email/pattern"


def subject(pattern, encoding="json"):
    """The service, with another pattern for its mail address."""
    request = CONTRACT.operation.request
    fields = tuple(
        replace(one, constraints=tuple(replace(held, pattern=held.pattern and pattern) for held in one.constraints))
        if one.name == "Email"
        else one
        for one in request.fields
    )
    changed = replace(CONTRACT, operation=replace(CONTRACT.operation, request=replace(request, fields=fields)))
    return Subject(
        contract=changed,
        encoding=changed.encoding(encoding),
        url="http://127.0.0.1/api/CollectionPolicy",
        values=changed.baseline,
    )


@pytest.mark.parametrize("encoding", ["json", "xml", "form"])
@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"^(?=.)([\w@.-]{0,1000}){0,1000}$", "no text is held against it here (a lookahead)"),
        (r"^([\w@.-]{0,1000}){0,1000}$", "no text is held against it here (repetitions that come to more than 10000)"),
        (r"^(?=.)[\w@.-]+$", "none is made from it here (a lookahead)"),
    ],
)
def test_without_a_message_that_breaks_it_a_pattern_is_undecided(pattern, why, encoding):
    made = subject(pattern, encoding)
    cases = [case for case in cases_of(made, "quick", RULES, cases_dir()) if case.origin == "contract"]
    assert any(RULE in case.rules and case.expect is Expect.ACCEPTED for case in cases)
    assert undecided(made, cases) == {RULE: f"no message is known that breaks its pattern: {why}"}


@pytest.mark.parametrize("encoding", ["json", "xml", "form"])
def test_an_example_case_that_breaks_it_is_enough(encoding):
    made = subject(r"^(?=.)[\w@.-]+$", encoding)
    cases = list(cases_of(made, "quick", RULES, cases_dir()))
    (one, *_) = [case for case in cases if case.expect is Expect.REFUSED]
    assert undecided(made, [*cases, replace(one, rules=(RULE,))]) == {}


@pytest.mark.parametrize("encoding", ["json", "xml", "form"])
def test_no_pattern_of_the_document_is_undecided(encoding):
    made = replace(subject(""), contract=CONTRACT, encoding=CONTRACT.encoding(encoding))
    assert undecided(made, cases_of(made, "quick", RULES, cases_dir())) == {}


def test_where_nothing_but_the_baseline_is_sent_the_depth_is_reason_enough():
    made = subject("^(?=.)a$")
    assert undecided(made, cases_of(made, "smoke", RULES, cases_dir())) == {}
