"""Agreement on requests: contract walk, both schema libraries, libxml2 and the reference say the same of every message.

Messages are whole: every member is drawn, nested lists included. A violation is one difference from such a message, in
every encoding in which its rule applies.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.codecs import form
from conformance.model import Reply
from conformance.run.contracts import contracts
from tests.agreement import Sides
from tests.messages import as_form, messages, sent
from tests.violations import broken_messages, put, violations

CONTRACT = contracts()["collection-policy"]
SIDES = Sides(CONTRACT)
REQUEST, MEMBERS, DRAWN = SIDES.message, SIDES.members, SIDES.breakable
walked, decoded, replied, expected, check = SIDES.walked, SIDES.decoded, SIDES.replied, SIDES.expected, SIDES.check
ENCODINGS = ("json", "xml", "form")
STYLES = st.sampled_from(["dots", "brackets"])
MESSAGES = messages(CONTRACT)


# --- valid messages ---------------------------------------------------------------------------------------------------


@given(MESSAGES)
def test_a_valid_message_breaks_nothing_in_json_for_anybody(tree):
    request = sent(CONTRACT, "json", tree)
    assert decoded("json", request) == tree
    assert walked(tree) == set()
    assert SIDES.opinion.of_request(tree) == frozenset()
    assert replied(request) is Reply.ACCEPTED


@given(MESSAGES)
def test_a_valid_message_breaks_nothing_in_xml_for_anybody(tree):
    request = sent(CONTRACT, "xml", tree, accept="application/xml")
    assert walked(decoded("xml", request)) == set()
    assert SIDES.xml_opinion.of_request(request.body) == frozenset()
    assert SIDES.libxml.validate(etree.fromstring(request.body)), SIDES.libxml.error_log
    assert replied(request) is Reply.ACCEPTED


@given(MESSAGES, STYLES)
def test_a_valid_message_breaks_nothing_in_a_form_for_anybody(tree, style):
    request = sent(CONTRACT, "form", tree, style)
    assert walked(decoded("form", request)) == set()
    assert replied(request) is Reply.ACCEPTED


@given(MESSAGES)
def test_json_and_xml_and_json_again_are_the_same_message(tree):
    from_json = decoded("json", sent(CONTRACT, "json", tree))
    from_xml = decoded("xml", sent(CONTRACT, "xml", from_json))
    again = decoded("json", sent(CONTRACT, "json", from_xml))
    assert from_json == from_xml == again == tree
    assert typed(from_json) == typed(from_xml) == typed(again)


@given(MESSAGES, STYLES)
def test_a_form_is_the_same_message_but_for_what_a_form_cannot_say(tree, style):
    from_form = decoded("form", sent(CONTRACT, "form", tree, style))
    assert from_form == as_form(tree)
    assert typed(from_form) == typed(as_form(tree))
    assert decoded("json", sent(CONTRACT, "json", from_form)) == from_form
    assert decoded("xml", sent(CONTRACT, "xml", from_form)) == from_form


@given(MESSAGES, STYLES, st.randoms(use_true_random=False))
def test_the_pairs_of_a_form_may_come_in_any_order(tree, style, random):
    pairs = list(form.pairs(tree, style))
    random.shuffle(pairs)
    assert form.decode(REQUEST, form.written(pairs)).tree == as_form(tree)


def typed(tree):
    """The message with every boolean told from the number that Python takes it for."""
    if isinstance(tree, dict):
        return {name: typed(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [typed(value) for value in tree]
    return (isinstance(tree, bool), isinstance(tree, str), tree)


# --- one violation ----------------------------------------------------------------------------------------------------


def broken(rule, encoding):
    """Whole messages that break the rule and nothing else."""
    return broken_messages(CONTRACT, rule.path, MEMBERS[rule.path], rule.facet, encoding)


@given(st.data(), st.sampled_from(DRAWN))
def test_any_single_violation_is_found_by_everybody_and_nothing_else_is(data, place):
    rule, encoding = place
    check(rule, encoding, data.draw(broken(rule, encoding)))


@pytest.mark.parametrize(("rule", "encoding"), DRAWN, ids=lambda value: getattr(value, "id", value))
def test_each_rule_can_be_broken_alone_in_each_of_its_encodings(rule, encoding):
    @settings(max_examples=max(2, settings().max_examples // 30), suppress_health_check=list(HealthCheck))
    @given(broken(rule, encoding))
    def every(tree):
        check(rule, encoding, tree)

    every()


def test_every_rule_about_members_is_among_them():
    facets = {(rule.facet, encoding) for rule, encoding in DRAWN}
    assert len(DRAWN) > 200
    assert {encoding for _, encoding in facets} == set(ENCODINGS)
    assert {facet for facet, _ in facets} == {
        *("required", "not-blank", "type", "strict-type", "pattern", "minimum", "maximum", "maximum-step", "max-length")
    }


@pytest.mark.parametrize("name", [member.name for member in REQUEST.fields if not member.required])
@pytest.mark.parametrize("encoding", ENCODINGS)
@given(tree=MESSAGES)
@settings(max_examples=5)
def test_an_optional_member_may_be_left_out_in_every_encoding(name, encoding, tree):
    tree = {key: value for key, value in tree.items() if key != name}
    request = sent(CONTRACT, encoding, as_form(tree) if encoding == "form" else tree)
    assert replied(request) is Reply.ACCEPTED


# --- two violations ---------------------------------------------------------------------------------------------------


@given(st.data(), st.sampled_from(ENCODINGS), MESSAGES)
def test_of_two_violations_neither_hides_the_other(data, encoding, tree):
    here = [rule for rule, name in DRAWN if name == encoding and "/" not in rule.path]
    one, other = data.draw(
        st.tuples(st.sampled_from(here), st.sampled_from(here)).filter(lambda two: two[0].path != two[1].path)
    )
    for rule in (one, other):
        tree = put(tree, rule.path, data.draw(violations(MEMBERS[rule.path], rule.facet, encoding)))
    request = sent(CONTRACT, encoding, tree)
    assert walked(decoded(encoding, request)) == expected(one) | expected(other)
    assert replied(request) is Reply.REFUSED
