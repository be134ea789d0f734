"""The two tiers are one judge: what the compiled validators vouch for, the walk finds nothing in."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.codecs import CODECS, Malformed, covered, xsd
from conformance.emit.assumed import assumed
from conformance.judge.compiled import Compiled
from conformance.judge.requests import asked_results
from conformance.judge.walk import Read, answer_results
from conformance.model import Choice, Outcome, Request
from conformance.rules import rules_of
from conformance.rules.soap import is_soap
from conformance.run.contracts import contracts
from conformance.run.options import Options
from conformance.run.setup import bind_all, set_up
from tests import xml_words
from tests.mutated import BASE64, NEAR_BASE64, Maker
from tests.test_wsdl_random import spoken
from tests.wsdl_shapes import text_of
from tests.wsdl_support import bound, from_text, sent

CONTRACTS = {name: assumed(contract) for name, contract in contracts().items()}
CONTRACTS |= {"loans": xml_words.CONTRACT, "loans-data-contract": xml_words.in_namespace()}
"""The services, and every type and facet that a page can state, in both forms of XML."""
SIDES = [
    (name, encoding, part)
    for name, contract in CONTRACTS.items()
    for encoding in covered(contract)
    for part in ("request", "answer")
    if (encoding != "form" and part == "request") or (part == "answer" and CODECS[encoding].answers)
]
COMPILED = {name: Compiled(contract) for name, contract in CONTRACTS.items()}
CLEAN = {Outcome.PASSED, Outcome.INAPPLICABLE}
MESSAGES = 10_000
DECODE = msgspec.json.Decoder(float_hook=Decimal).decode
UNTYPED = b"<Notes"
"""How a dictionary is written no document shows, so the walk has a look at it."""
STRUCTURE = {"root", "namespace", "order", "repeated"}


def voucher(name, encoding, part):
    return getattr(COMPILED[name], f"{'soap' if is_soap(encoding) else encoding}_{part}")


def vouched(vouch, encoding, body):
    """Does the fast tier vouch for the message?"""
    if encoding == "json":
        try:
            return vouch.clean(DECODE(body))
        except ValueError:
            return False
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True))
    except etree.XMLSyntaxError:
        return False
    if encoding == "xml":
        return vouch.clean(root)
    bodies = [one for one in root if etree.QName(one).localname == "Body"]
    space = etree.QName(root).namespace
    if len(root) != 1 or len(bodies) != 1 or len(bodies[0]) != 1 or etree.QName(bodies[0]).namespace != space:
        return False
    return vouch.clean(bodies[0][0])


def walked(contract, encoding, part, body):
    """What the walk finds, as far as it is not as it should be."""
    if part == "request":
        media = contract.encoding(encoding).media_types[0]
        request = Request(method="POST", url="http://x/", headers=(("Content-Type", media),), body=body)
        return [one for one in asked_results(contract, encoding, request).results if one.outcome not in CLEAN]
    try:
        decoded = CODECS[encoding].decode(contract.operation.response, body, "")
    except Malformed as reason:
        return [reason]
    odd = [one for one in decoded.oddities if one.kind in STRUCTURE]
    if odd or not isinstance(decoded.tree, dict):
        return odd or [decoded.tree]

    def of(kind):
        return {one.path: one for one in decoded.oddities if one.kind == kind}

    member = contract.operation.acceptance.member if contract.operation.acceptance else ""
    results = answer_results(
        contract,
        None,
        decoded.tree,
        accepted=decoded.tree.get(member) is True,
        items=of("item") if encoding != "json" else None,
        read=Read(lexical=of("lexical"), names=of("name")) if is_soap(encoding) else None,
    )
    if decoded.tree.get(member) is False:
        # A refusal owes nothing but its types.
        results = [one for one in results if not one.rule.endswith("/required")]
    return [one for one in results if one.outcome not in CLEAN]


def agree(side, messages, seed=""):
    """The two tiers over messages of one side; how often each was vouched for, and clean by the walk."""
    name, encoding, part = side
    operation = CONTRACTS[name].operation
    message = operation.request if part == "request" else operation.response
    maker = Maker(CONTRACTS[name], message, encoding, random.Random("-".join(side) + seed))
    vouch, seen = voucher(name, encoding, part), Counter()
    for _ in range(messages):
        body, proper = maker.body()
        clean = vouched(vouch, encoding, body)
        found = walked(CONTRACTS[name], encoding, part, body)
        seen[clean, not found] += 1
        assert not (clean and found), (body, found)
        # Nor is the walk asked about what is as every reader wants it.
        assert clean or not proper or UNTYPED in body, (body, found)
    return seen


@pytest.mark.parametrize("side", SIDES, ids="-".join)
def test_what_is_vouched_for_is_clean_by_the_walk(side):
    messages = MESSAGES // len(SIDES)
    seen = agree(side, messages)
    assert min(seen[True, True], seen[False, False]) > messages // 20, seen


@pytest.mark.nightly
@pytest.mark.parametrize("side", SIDES, ids="-".join)
def test_what_is_vouched_for_is_clean_by_the_walk_in_ten_times_as_many(side):
    assert agree(side, 10 * MESSAGES // len(SIDES), "nightly")[True, True]


@pytest.mark.parametrize("name", CONTRACTS)
def test_what_is_beyond_a_schema_is_named_by_its_rules(name):
    rules = {rule.id for rule in rules_of(CONTRACTS[name], covered(CONTRACTS[name]))}
    kept = COMPILED[name]
    for part in ("request", "answer"):
        for kind in ("json", "xml", "soap"):
            assert set(getattr(kept, f"{kind}_{part}").beyond) <= rules
    facets = {rule.rpartition("/")[2] for rule in (*kept.json_request.beyond, *kept.soap_request.beyond)}
    assert facets & {"not-blank", "type"}


BEYOND = [
    ("GrantorTaxId", " "),
    ("ArMailName", "\u00a0"),
    ("Email", "cobranza@mail.test\n"),
    ("MinimumInterest", Decimal("6.125")),
    ("MinimumInterest", Decimal("-0.0")),
    ("MaximumTermDays", Decimal("-0.0")),
    ("ArMailName", "\U0001f600" * 100),
]


@pytest.mark.parametrize(("member", "value"), BEYOND)
def test_a_check_finds_what_no_schema_does(member, value):
    vouch = COMPILED["collection-policy"].json_request
    tree = dict(CONTRACTS["collection-policy"].baseline)
    assert vouch.clean(tree)
    tree[member] = value
    assert not vouch.holds(tree)


def test_a_number_is_held_to_its_digits_not_to_an_equal_one_seen_before():
    vouch, tree = COMPILED["collection-policy"].json_request, dict(CONTRACTS["collection-policy"].baseline)
    assert vouch.clean(tree | {"MinimumInterest": Decimal("6.12")})
    assert not vouch.clean(tree | {"MinimumInterest": Decimal("6.120")})
    assert not vouch.clean(tree | {"MinimumInterest": True})
    assert not vouch.clean(tree | {"IsAfiliatedCC": 1})


@pytest.mark.parametrize("hostile", ["\ud800", {"GrantorTaxId": "\udfff"}, None, [], 10**400, {"Email": {"Email": {}}}])
def test_a_validator_says_no_and_raises_nothing(hostile):
    kept = COMPILED["collection-policy"]
    assert not kept.json_request.clean(hostile)
    assert not kept.json_answer.clean(hostile)
    assert kept.json_answer.clean({"success": True, "data": {}, "more": hostile}) in {True, False}
    nested = tree = {}
    for _ in range(5000):
        nested["x"] = nested = {}
    assert not kept.json_request.clean(tree)


def with_member(contract, name, **changes):
    """The contract with another member in place of one of that name."""
    request = contract.operation.request
    fields = tuple(replace(one, **changes) if one.name == name else one for one in request.fields)
    return replace(contract, operation=replace(contract.operation, request=replace(request, fields=fields)))


def test_a_whole_number_is_held_to_a_pattern_that_no_schema_has():
    policy = CONTRACTS["collection-policy"]
    term = next(one for one in policy.operation.request.fields if one.name == "MaximumTermDays")
    listed = tuple(replace(one, pattern="^(1|60)$") if one.pattern else one for one in term.constraints)
    kept = Compiled(with_member(policy, term.name, constraints=listed))
    tree = dict(policy.baseline)
    assert kept.json_request.clean(tree | {term.name: 60})
    assert kept.json_request.valid(tree | {term.name: 61})
    assert not kept.json_request.holds(tree | {term.name: 61})


@pytest.mark.parametrize(
    "text", [*BASE64, *NEAR_BASE64, "wwQQ=", "QUJD====", "====", "QQ==QQ==", "QU\u00a0JD", "QUJD\tQUI=\n"]
)
def test_base64_is_read_as_the_codec_reads_it(text):
    contract = CONTRACTS["envio-correo"]
    held = next(one for one in contract.operation.request.fields if one.name == "Adjuntos").item.fields[1]
    root = child(contract, dict(contract.baseline) | {"Adjuntos": [{held.name: "UExBQ0U="}]})
    next(root.iter(f"{{{contract.operation.request.namespace}}}{held.name}")).text = text
    assert COMPILED["envio-correo"].soap_request.holds(root) == xsd.valid(held, text)


def test_a_dictionary_and_blanks_within_a_choice_are_left_to_the_walk():
    message = xml_words.CONTRACT.operation.request
    vouch = COMPILED["loans"].xml_request
    root = etree.fromstring(CODECS["xml"].encode(message, {"Title": "Ficciones", "Notes": {"a": "b"}}))
    assert vouch.valid(root)
    assert not vouch.holds(root)
    shelf = with_member(xml_words.CONTRACT, "Shelf", choices=(Choice(name="Half open"),))
    for text, holds in (("Half open", True), ("Half  open", False)):
        body = CODECS["xml"].encode(message, {"Title": "Ficciones", "Shelf": text})
        vouch = Compiled(shelf).xml_request
        assert vouch.valid(etree.fromstring(body))
        assert vouch.holds(etree.fromstring(body)) is holds


def test_a_service_has_no_validator_for_what_it_does_not_speak():
    assert not COMPILED["collection-policy"].soap_request.known
    assert not COMPILED["envio-correo"].json_request.known
    assert not COMPILED["envio-correo"].json_request.clean({})
    assert not COMPILED["envio-correo"].xml_answer.clean(etree.Element("x"))


# --- names that a WSDL gives ------------------------------------------------------------------------------------------


def at_reference():
    """The contract as it is bound to the WSDL of the reference."""
    ready = bind_all(set_up(Options(depth="smoke", services=("actualizar-correo",)), {}), None)
    return ready.service("actualizar-correo").contract


def child(contract, tree):
    return etree.fromstring(CODECS["soap-1.1"].encode(contract.operation.request, tree))[0][0]


def test_names_that_a_wsdl_gives_are_vouched_for():
    contract = at_reference()
    assert contract.operation.request.fields[0].element
    vouch, tree = Compiled(contract).soap_request, dict(contract.baseline)
    assert vouch.clean(child(contract, tree))
    assert not vouch.clean(child(contract, tree | {"facturador": " "}))
    assert not vouch.clean(child(contract, {name: value for name, value in tree.items() if name != "facturador"}))
    assert not vouch.valid(child(contract, tree | {"documentos": [{**tree["documentos"][0], "tipo": "otra"}]}))
    # Its document shows no answer, so nothing is held to one.
    assert not Compiled(contract).soap_answer.known


def test_members_that_cannot_stand_in_one_schema_are_left_to_the_walk():
    contract = at_reference()
    request = contract.operation.request
    first, second = request.fields
    inside = replace(first, element=("holder", *first.element))
    again = replace(inside, name="again", element=("holder", "again"))
    for fields, known in (((inside, second), True), ((inside, again, second), True), ((inside, second, again), False)):
        operation = replace(contract.operation, request=replace(request, fields=fields))
        vouch = Compiled(replace(contract, operation=operation)).soap_request
        assert vouch.known == known
        assert not vouch.clean(child(contract, dict(contract.baseline)))


@given(spoken(), st.integers(0, 10**6))
@settings(deadline=None, max_examples=15)
def test_whatever_names_a_wsdl_gives_the_two_tiers_agree(sheet, seed):
    made = bound(from_text(text_of(sheet)))
    contract, encoding = made.contract, f"soap-{min(made.addresses)}"
    vouch, message = Compiled(contract).soap_request, contract.operation.request
    assert vouch.clean(sent(made, min(made.addresses)))
    maker = Maker(contract, message, encoding, random.Random(seed))
    for _ in range(5):
        body, _ = maker.body()
        assert not (vouched(vouch, encoding, body) and walked(contract, encoding, "request", body)), body


def test_members_of_several_namespaces_are_compiled_together():
    contract = CONTRACTS["envio-correo"]
    request = contract.operation.request
    fields = tuple(replace(one, namespace="urn:two") if one.name == "NIT" else one for one in request.fields)
    moved = replace(contract, operation=replace(contract.operation, request=replace(request, fields=fields)))
    vouch = Compiled(moved).soap_request
    assert vouch.known
    assert vouch.clean(child(moved, dict(contract.baseline)))
    assert not vouch.clean(child(contract, dict(contract.baseline)))
