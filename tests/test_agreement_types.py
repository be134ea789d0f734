"""Agreement over every type and facet that a page can state, in a contract of its own and in both forms of XML."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.model import Reply
from tests.agreement import Sides
from tests.messages import as_form, messages, sent
from tests.violations import broken_messages
from tests.xml_words import CONTRACT, in_namespace

SIDES = {"xml-serializer": Sides(CONTRACT), "data-contract": Sides(in_namespace())}
MESSAGES = messages(CONTRACT)
FORMS = st.sampled_from(list(SIDES))
NEVER = ("Never", "Odd")
"""Members of which the document admits nothing, or whose pattern schemas cannot say."""
DRAWN = [(rule.id, name) for rule, name in SIDES["xml-serializer"].breakable if not rule.path.startswith(NEVER)]


@given(MESSAGES, FORMS)
def test_a_valid_message_breaks_nothing_for_anybody(tree, form):
    sides = SIDES[form]
    request = sent(sides.contract, "json", tree)
    assert sides.decoded("json", request) == tree
    assert sides.walked(tree) == set()
    assert sides.opinion.of_request(tree) == frozenset()
    assert sides.replied(request) is Reply.ACCEPTED
    request = sent(sides.contract, "xml", tree)
    assert sides.decoded("xml", request) == tree
    assert sides.xml_opinion.of_request(request.body) == frozenset()
    assert sides.replied(request) is Reply.ACCEPTED
    request = sent(sides.contract, "form", as_form(tree))
    assert sides.replied(request) is Reply.ACCEPTED


def broken(place, form):
    sides, (name, encoding) = SIDES[form], place
    rule = sides.rules[name]
    return rule, broken_messages(sides.contract, rule.path, sides.members[rule.path], rule.facet, encoding)


@pytest.mark.parametrize("form", SIDES)
@pytest.mark.parametrize("place", DRAWN, ids=" ".join)
def test_each_rule_can_be_broken_alone(place, form):
    rule, trees = broken(place, form)

    @settings(max_examples=max(2, settings().max_examples // 30), suppress_health_check=list(HealthCheck))
    @given(trees)
    def every(tree):
        SIDES[form].check(rule, place[1], tree)

    every()


def test_every_facet_is_among_them():
    facets = {name.rsplit("/", 1)[1] for name, _ in DRAWN}
    assert facets == {
        *("required", "not-blank", "type", "strict-type", "pattern", "minimum", "maximum", "maximum-step"),
        *("min-length", "max-length"),
    }
