"""Everything that the suite says, as it says it, is Spanish in Spanish: rules, errata, findings, reasons, titles."""

from __future__ import annotations

import random
import re

import pytest

from conformance.report.decision_rules import RULES, STRICT
from conformance.run.contracts import all_rules, contracts
from conformance.run.proving import bench
from conformance.run.serving import defects
from tests.spanish import SPANISH, english_in, told

SERVICES = ("collection-policy", "envio-correo", "actualizar-correo")
DRAWN = 8
"""Defects of each service whose findings are read."""


def test_every_rule_is_stated_in_spanish():
    assert len(all_rules()) > 380
    for rule in all_rules().values():
        assert told(rule.statement) != rule.statement, rule.id
        assert told(str(rule.citation))


def test_every_erratum_and_every_effect_is_told_in_spanish():
    for contract in contracts().values():
        for erratum in contract.errata:
            assert told(erratum.statement) != erratum.statement
            assert told(erratum.consequence) != erratum.consequence
        if contract.effect:
            assert told(contract.effect) != contract.effect


def test_every_decision_rule_is_told_in_spanish():
    for rule in (*(text for _, text in RULES), STRICT):
        text = rule.replace("{member}", "success")
        assert told(text) != text


@pytest.fixture(scope="module", params=SERVICES)
def corpus(request):
    """What a service's cases are called, and what is said of it where it is broken in some ways."""
    prepared = bench(request.param)
    said = {case.title for step in prepared.plan.all_steps() for case in (step.case, *prepared.plan.riding(step))}
    every = defects(request.param)
    for defect in random.Random(request.param).sample(every, min(DRAWN, len(every))):
        for verdict in prepared.verdicts(defect)[0]:
            said.add(verdict.reason)
            said |= {text for found in verdict.findings for text in (found.path, found.expected, found.observed)}
    return sorted(said)


def test_titles_reasons_and_findings_are_told_in_spanish(corpus):
    assert len(corpus) > 50
    for text in corpus:
        told(text)


@pytest.mark.parametrize(
    "text",
    [
        "a-b at http://127.0.0.1/api conforms: 55 of 55 MUST rules passed in json, 53 of 53 in xml and 1 of 1 in form; "
        "1 failed and is waived; 3 SHOULD rules failed.",
        "a-b, c-d and e-f do not conform: 2 of 9 tested MUST rules failed in a-b, 1 of 3 in c-d and 1 of 1 in e-f: "
        "a-b/request/X/type, a-b/request/Y/type and 7 more; 3 cant-tell, 5 untested.",
        "a-b is inconclusive: the run was killed when 7 of 90 requests had an answer.",
        "a-b is inconclusive: the baseline was not accepted: 400 Bad Request: the name is not it; 5 of 78 MUST rules "
        "are undecided in json, xml and form.",
        "a-b is inconclusive: 2 lines of its journal are damaged.",
        "a-b conforms: no MUST rule was in scope; the exit status is 1, since 1 waiver is stale.",
        "2 requests needed more than one try, since no connection came about: x1 (3 tries): Nothing listens at h:80.",
        "The journal of this run is damaged in 2 lines; what they said is lost, so nothing is held to conform.",
        "a-b may be left as x00042 left it: the run did not end with an accepted baseline. `conformance check "
        "--target a.toml --depth smoke --service a-b` sends the baseline.",
        "The run was killed when 7 of 90 requests had an answer; what it did not reach is untested. `conformance check "
        "--resume /tmp/x` sends what is missing, with --resend also what had no answer.",
        "a-b asked for 2 pauses (429, or 503 with Retry-After); the longest that it named is 30 s.",
        "no answer: The proxy on the way to h:80 cut the connection off.",
        "a-b does not conform: 1 of 124 MUST rules failed in json and 1 of 121 in xml: a-b/request/C/type.",
        "421 requests not sent: 3 requests in a row had no answer: Nothing listens at 127.0.0.1:9201.",
        "a-b and c-d are inconclusive: the baseline was not accepted: 503 SERVICE UNAVAILABLE: an HTML page; 462 of "
        "467 MUST rules are undecided in json and xml.",
        "a-b conforms: 4 of 4 MUST rules passed in json; only a part was tested: shard 1/3.",
    ],
)
def test_what_is_put_together_from_clauses_is_told_in_spanish(text):
    said = told(text)
    assert " of " not in said.split("Request: ")[0]
    assert not re.search(
        r"\b(cant-tell|untested|requests?|rules?)\b", re.sub(r"[\w-]+/request/\w+/\w+|`[^`]*`", "", said)
    )


def test_numbers_stand_before_their_noun():
    said = SPANISH.say(
        "a-b, c-d and e-f conform: 20 of 20 MUST rules passed in a-b, 109 of 109 in c-d and 132 of 132 in e-f; only a "
        "part was tested: depth smoke: the baseline alone."
    )
    assert said.startswith("a-b, c-d y e-f son conformes: 20 de 20 reglas MUST ")
    assert SPANISH.counted(32, "rule") == "32 reglas"


def test_english_is_noticed():
    """The tests above show something only if a text that nobody translated fails them."""
    assert english_in("la respuesta is not the una") == ["is", "not", "the"]
    assert not english_in('400 Bad Request: the name is not valid, "the", `is`')
    with pytest.raises(AssertionError):
        told("The moon is made of cheese.")
    assert SPANISH.say("The moon is made of cheese.") == "The moon is made of cheese."
