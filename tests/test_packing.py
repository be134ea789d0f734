"""Positives packed into few messages: each change is carried, edges meet pairwise, and what is refused is split."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.codecs import CODECS
from conformance.facets import broken
from conformance.generate.packing import composed, message_of, packable, packed
from conformance.generate.plan import cases_of
from conformance.model import Case, Change, Expect
from conformance.resources import cases_dir
from conformance.run.contracts import all_rules
from conformance.run.options import Options
from conformance.run.setup import bind_all, plan, set_up, subjects

RULES = all_rules()


def prepared(depth="quick", service="collection-policy"):
    return bind_all(set_up(Options(depth=depth, services=(service,)), {}), None)


SUBJECTS = [
    subject
    for service in ("collection-policy", "envio-correo", "actualizar-correo")
    for subject in subjects(prepared(service=service))
]
MADE = {(one.service, one.encoding.name): cases_of(one, "quick", RULES, cases_dir()) for one in SUBJECTS}
each = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda one: f"{one.service}-{one.encoding.name}")


def cases(subject):
    return MADE[subject.service, subject.encoding.name]


PACKED = {key: packed(one, MADE[key], {}) for key, one in zip(MADE, SUBJECTS, strict=True)}


def made(subject):
    return PACKED[subject.service, subject.encoding.name]


def packs(subject):
    return [case for case in made(subject).cases if case.id in made(subject).riders]


# --- what is carried --------------------------------------------------------------------------------------------------


@each
def test_every_case_is_sent_alone_or_carried_by_a_message(subject):
    found = made(subject)
    alone = {case.id for case in found.cases if case.id not in found.riders}
    carried = [rider.id for case in packs(subject) for rider in found.riders[case.id]]
    assert alone | set(carried) == {case.id for case in cases(subject)}
    assert len(carried) == len(set(carried))
    assert not alone & set(carried)


@each
def test_negatives_and_what_may_be_refused_for_business_are_sent_alone(subject):
    for case in packs(subject):
        for rider in made(subject).riders[case.id]:
            assert rider.expect in {Expect.ACCEPTED, Expect.ANY}
            assert not rider.varies_reference
            assert rider.carried_by == case.id


@each
def test_there_are_fewer_messages_than_cases(subject):
    shared = [case for case in cases(subject) if packable(case)]
    assert len(shared) > 2 * len(packs(subject)) > 0


def test_the_message_of_a_pack_holds_every_value_that_it_carries():
    (subject,) = [one for one in SUBJECTS if one.encoding.name == "json"]
    for case in packs(subject):
        sent = CODECS["json"].decode(subject.contract.operation.request, case.request.body, "").tree
        for rider in made(subject).riders[case.id]:
            if rider.path in sent and rider.change.sets:
                own = CODECS["json"].decode(subject.contract.operation.request, rider.request.body, "").tree
                assert sent[rider.path] == own[rider.path], rider.id


def test_the_headers_and_the_spelling_of_a_pack_are_those_that_it_carries():
    (subject,) = [one for one in SUBJECTS if one.encoding.name == "xml"]
    for case in packs(subject):
        for rider in made(subject).riders[case.id]:
            for name in ("Accept", "Content-Type"):
                if {"accept": "Accept", "media-type": "Content-Type"}.get(rider.change.slot) == name:
                    assert case.request.header(name) == rider.request.header(name), rider.id
            if rider.id.endswith("/no-declaration"):
                assert not case.request.body.startswith(b"<?xml")


@each
def test_letters_beyond_ascii_stay_themselves_however_the_message_is_spelt(subject):
    found = [
        (case, rider)
        for case in packs(subject)
        for rider in made(subject).riders[case.id]
        if rider.id.endswith(("/non-ascii/utf-8", "/text/unicode", "/max-length/beyond-ascii"))
    ]
    assert found or subject.service == "actualizar-correo"
    for case, rider in found:
        for name, value in rider.change.sets:
            text = quote_plus(value) if subject.encoding.name == "form" else value
            assert text.encode() in case.request.body, (case.id, name)


@each
def test_a_packed_message_breaks_nothing(subject):
    members = {member.name: member for member in subject.fields}
    for case in packs(subject):
        changes = [rider.change for rider in made(subject).riders[case.id]]
        message = message_of(subject, changes)
        for name, value in message.items():
            if members[name].type in {"string", "integer", "decimal"} and value is not None:
                assert not list(broken(members[name], value)), (case.id, name)
        for order in subject.contract.operation.orders:
            assert message[order.lower] <= message[order.upper]


# --- edges meet -------------------------------------------------------------------------------------------------------


def synthetic(subject, values):
    """A case for each value of each of the first members, as if all were edges."""
    edges = []
    for slot, count in values.items():
        for number in range(count):
            change = Change(slot=slot, sets=(((slot,), f"v{number}"),), bound=True)
            base = cases(subject)[0]
            edges.append(
                replace(
                    base, id=f"{slot}/{number}", kind="positive", rules=("r",), expect=Expect.ACCEPTED, change=change
                )
            )
    return edges


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 4), min_size=2))
def test_every_two_edges_of_two_members_meet_in_some_message(values):
    subject = next(one for one in SUBJECTS if one.encoding.name == "json")
    found = packed(subject, synthetic(subject, values), {})
    bodies = [
        CODECS["json"].decode(subject.contract.operation.request, case.request.body, "").tree for case in found.cases
    ]
    for (one, first), (other, second) in combinations(values.items(), 2):
        for left in range(first):
            for right in range(second):
                assert any(body[one] == f"v{left}" and body[other] == f"v{right}" for body in bodies)


def test_the_smaller_of_an_ordered_pair_never_overtakes_the_larger():
    (subject,) = [one for one in SUBJECTS if one.encoding.name == "json"]
    (order,) = subject.contract.operation.orders
    edges = [case for case in cases(subject) if packable(case) and case.path in {order.lower, order.upper}]
    assert len(edges) >= 4
    for case in packed(subject, edges, {}).cases:
        sent = CODECS["json"].decode(subject.contract.operation.request, case.request.body, "").tree
        assert sent[order.lower] <= sent[order.upper], case.id


def test_two_changes_of_one_place_never_meet():
    for subject in SUBJECTS:
        for case in packs(subject):
            slots = [slot for rider in made(subject).riders[case.id] for slot in rider.change.slots]
            assert len(slots) == len(set(slots))
            assert not [one for one in slots for other in slots if one.startswith(f"{other}/")]


# --- twins ------------------------------------------------------------------------------------------------------------


def twin_of(case, **changed):
    return replace(case, id=f"{case.id}/twin", rules=("twin",), **changed)


def test_a_case_whose_twin_wants_the_rest_as_it_was_is_sent_alone():
    (subject,) = [one for one in SUBJECTS if one.encoding.name == "json"]
    shared = next(case for case in cases(subject) if packable(case))
    wants_more = twin_of(shared, change=replace(shared.change, besides=("accept",)))
    for twin in (wants_more, twin_of(shared, change=None)):
        found = packed(subject, cases(subject), {shared.id: (twin,)})
        assert shared.id in {case.id for case in found.cases}
    found = packed(subject, cases(subject), {shared.id: (twin_of(shared),)})
    assert shared.id not in {case.id for case in found.cases}


# --- halves -----------------------------------------------------------------------------------------------------------


@each
def test_the_halves_of_a_pack_carry_the_same_and_end_in_cases_by_themselves(subject):
    found = made(subject)

    def leaves(name: str) -> list[str]:
        if name not in found.parts:
            return [name]
        return [leaf for part in found.parts[name] for leaf in leaves(part.id)]

    singles = {case.id: case for case in cases(subject)}
    for case in packs(subject):
        riders = [rider.id for rider in found.riders[case.id]]
        assert leaves(case.id) == (riders or [case.id])
        for name in riders:
            (alone,) = [part for parts in found.parts.values() for part in parts if part.id == name]
            assert alone == singles[name]
            assert not alone.carried_by


def test_a_message_that_carries_one_change_alone_is_that_case():
    (subject,) = [one for one in SUBJECTS if one.encoding.name == "json"]
    case = next(case for case in cases(subject) if packable(case))
    assert packed(subject, [case], {}).cases == (case,)


def test_an_address_that_two_texts_make_together_is_never_packed():
    (subject,) = [one for one in SUBJECTS if one.encoding.name == "json"]
    first, second = (replace(case, change=None) for case in cases(subject)[:2])
    # One member ends where the other's text begins: in bytes that are read as one text they are an address.
    left = replace(first, id="left", kind="positive", expect=Expect.ACCEPTED, rules=("a",))
    left = replace(left, change=Change(slot="a", sets=((("a",), "x"),), rewrite=None))
    owned = Change(slot="spelling", rewrite=lambda body: body.replace(b'"x"', b'"somebody@a-real-company.com"'))
    right = replace(second, id="right", kind="positive", expect=Expect.ACCEPTED, rules=("b",), change=owned)
    assert b"a-real-company" in composed(subject, [left.change, right.change]).body
    assert {case.id for case in packed(subject, [left, right], {}).cases} == {"left", "right"}


# --- in a plan --------------------------------------------------------------------------------------------------------


def test_every_exchange_of_a_plan_has_a_place_of_its_own():
    ready = prepared("standard")
    whole = plan(ready, ready.items)
    steps = list(whole.all_steps())
    assert len({step.exchange for step in steps}) == len(steps) > len(whole.steps)
    heads = {step.exchange.split(".")[0] for step in steps}
    assert heads == {step.exchange for step in whole.steps}


def test_the_same_seed_packs_the_same():
    ready = prepared("standard")
    assert plan(ready, ready.items) == plan(ready, ready.items)


def test_a_case_with_other_cases_bytes_rides_with_them_on_the_message_too():
    ready = prepared()
    whole = plan(ready, ready.items)
    twins = {rider.id for name, riders in whole.riders.items() if "/packed/" not in name for rider in riders}
    carried: dict[str, list[Case]] = {}
    for name, riders in whole.riders.items():
        for rider in riders if "/packed/" in name else ():
            carried.setdefault(rider.id, []).append(rider)
    for name, riders in whole.riders.items():
        if name in carried:
            for rider in riders:
                assert rider.id in twins
                assert {one.carried_by for one in carried[rider.id]} == {one.carried_by for one in carried[name]}
