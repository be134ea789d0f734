"""Agreement on requests: contract walk, both schema libraries, libxml2 and the reference say the same of every message.

Messages are whole: every member is drawn, nested lists included. A violation is one difference from such a message, in
every encoding in which its rule applies.
"""

from __future__ import annotations

import json as standard
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.codecs import CODECS, form
from conformance.emit.jsonschema import request_schema
from conformance.emit.xsd import xsd_files
from conformance.emit.xsd_notes import RULES as NOTES
from conformance.judge import request_findings
from conformance.judge.opinion import Opinion
from conformance.judge.reply import read
from conformance.judge.xml_opinion import XmlOpinion
from conformance.model import Exchange, Reply
from conformance.reference import State, answer
from conformance.rules.fields import walk
from conformance.run.contracts import all_rules, contracts
from tests.messages import as_form, messages, put, sent, violations

CONTRACT = contracts()["collection-policy"]
REQUEST = CONTRACT.operation.request
MEMBERS = dict(walk(REQUEST.fields))
OPINION, XML_OPINION = Opinion(CONTRACT), XmlOpinion(CONTRACT)
XSD = xsd_files(CONTRACT)["request.xsd"]
LIBXML = etree.XMLSchema(etree.fromstring(XSD.encode()))
ENCODINGS = ("json", "xml", "form")
STYLES = st.sampled_from(["dots", "brackets"])
MESSAGES = messages(CONTRACT)
BREAKABLE = {rule.id: rule for rule in all_rules().values() if rule.part == "request" and rule.facet != "optional"}
DRAWN = [(rule, name) for rule in BREAKABLE.values() for name in rule.encodings]


def decoded(encoding, request):
    return CODECS[encoding].decode(REQUEST, request.body, "").tree


def walked(tree):
    return {rule for rule, _ in request_findings(CONTRACT, tree)}


def replied(request):
    """What the reference says to the request."""
    response, _ = answer(CONTRACT, request, State())
    exchange = Exchange(id="x1", case="c", request=request, response=response, error=None, started="", milliseconds=0.0)
    assert response.status in {200, 400}
    return read(CONTRACT, exchange).reply


def nothing_left_out(tree):
    """The message without what a form cannot say, items included: what is empty has no name there."""
    return as_form(tree)


# --- valid messages ---------------------------------------------------------------------------------------------------


@given(MESSAGES)
def test_a_valid_message_breaks_nothing_in_json_for_anybody(tree):
    request = sent(CONTRACT, "json", tree)
    assert decoded("json", request) == tree
    assert walked(tree) == set()
    assert OPINION.of_request(tree) == frozenset()
    assert replied(request) is Reply.ACCEPTED


@given(MESSAGES)
def test_a_valid_message_breaks_nothing_in_xml_for_anybody(tree):
    request = sent(CONTRACT, "xml", tree, accept="application/xml")
    assert walked(decoded("xml", request)) == set()
    assert XML_OPINION.of_request(request.body) == frozenset()
    assert LIBXML.validate(etree.fromstring(request.body)), LIBXML.error_log
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
    assert from_form == nothing_left_out(tree)
    assert typed(from_form) == typed(nothing_left_out(tree))
    assert decoded("json", sent(CONTRACT, "json", from_form)) == from_form
    assert decoded("xml", sent(CONTRACT, "xml", from_form)) == from_form


@given(MESSAGES, STYLES, st.randoms(use_true_random=False))
def test_the_pairs_of_a_form_may_come_in_any_order(tree, style, random):
    pairs = list(form.pairs(tree, style))
    random.shuffle(pairs)
    assert form.decode(REQUEST, form.written(pairs)).tree == nothing_left_out(tree)


def typed(tree):
    """The message with every boolean told from the number that Python takes it for."""
    if isinstance(tree, dict):
        return {name: typed(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [typed(value) for value in tree]
    return (isinstance(tree, bool), isinstance(tree, str), tree)


# --- one violation ----------------------------------------------------------------------------------------------------


@cache
def unsaid(encoding):
    """The rules of which the schema of the encoding says that it cannot express them."""
    if encoding == "xml":
        return {one.get("id") for one in etree.fromstring(XSD.encode()).iter(f"{{{NOTES}}}not-expressed")}
    found = set()

    def gather(node):
        if isinstance(node, dict):
            found.update(node.get("x-not-expressed", {}))
            for inner in node.values():
                gather(inner)

    gather(standard.loads(standard.dumps(request_schema(CONTRACT), default=str)))
    return found


def expected(rule):
    """The rule and its implied set."""
    member = MEMBERS[rule.path]
    return {rule.id, *(f"{rule.id.rsplit('/', 1)[0]}/{facet}" for facet in member.implied_by.get(rule.facet, ()))}


FACETS = {"strict-type": "type", "maximum-step": "maximum"}
"""What a schema has one keyword for where we have two rules."""


def as_schemas_say(rules, encoding):
    """The rules as a schema names them, those that it cannot express left out."""
    said = rules - unsaid(encoding)
    return {f"{one.rsplit('/', 1)[0]}/{FACETS.get(facet := one.rsplit('/', 1)[1], facet)}" for one in said}


def agreed(rule, encoding, said):
    """Does a schema say of the message what the walk says, as far as it can?"""
    if rule.facet == "not-blank":
        # No schema knows of blank text; it may break the pattern or the form of the same member.
        prefix = f"{CONTRACT.service}/request/{rule.path}/"
        return all(one.startswith(prefix) for one in said)
    return as_schemas_say(set(said), encoding) == as_schemas_say(expected(rule), encoding)


@st.composite
def broken(draw, rule, encoding):
    """A whole message that breaks the rule and nothing else."""
    member = MEMBERS[rule.path]
    tree = put(draw(MESSAGES), rule.path, draw(violations(member, rule.facet, encoding), label=rule.id))
    return as_form(tree) if encoding == "form" else tree


def check(rule, encoding, tree):
    request = sent(CONTRACT, encoding, tree)
    came = decoded(encoding, request)
    assert walked(came) == expected(rule)
    assert replied(request) is Reply.REFUSED
    if encoding == "json":
        assert agreed(rule, encoding, OPINION.of_request(came))
    elif encoding == "xml":
        said = XML_OPINION.of_request(request.body)
        assert agreed(rule, encoding, said)
        assert LIBXML.validate(etree.fromstring(request.body)) is not bool(said)


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
    here = [rule for rule in BREAKABLE.values() if encoding in rule.encodings and "/" not in rule.path]
    one, other = data.draw(
        st.tuples(st.sampled_from(here), st.sampled_from(here)).filter(lambda two: two[0].path != two[1].path)
    )
    for rule in (one, other):
        tree = put(tree, rule.path, data.draw(violations(MEMBERS[rule.path], rule.facet, encoding)))
    request = sent(CONTRACT, encoding, tree)
    assert walked(decoded(encoding, request)) == expected(one) | expected(other)
    assert replied(request) is Reply.REFUSED
