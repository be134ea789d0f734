"""Drawn cases: the seed alone decides, valid values break nothing, invalid ones exactly their facets."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from conformance.codecs import CODECS
from conformance.facets import blank, broken
from conformance.generate.addresses import safe
from conformance.generate.properties import COUNTS, draw, invalid, mail, property_cases, valid, words
from conformance.generate.subject import Subject
from conformance.judge import request_findings
from conformance.model import Expect
from conformance.run.contracts import contracts

CONTRACT = contracts()["collection-policy"]
MEMBERS = {member.name: member for member in CONTRACT.operation.request.fields}


def subject(encoding):
    return Subject(
        contract=CONTRACT,
        encoding=CONTRACT.encoding(encoding),
        url="http://127.0.0.1/api/CollectionPolicy",
        values=CONTRACT.baseline,
    )


SUBJECT = subject("json")
DEEP = tuple(property_cases(SUBJECT, "deep"))
DRAWN = {"json": DEEP} | {name: tuple(property_cases(subject(name), "deep")) for name in ("xml", "form")}
FREE = ("DaysUncollectibleDebt", "ArMailName", "Email", "MinimumInterest", "MaximunInterest", "MaximumTermDays")

SCRIPT = """
import hashlib, sys
{before}
from conformance.generate.properties import property_cases
from conformance.generate.subject import Subject
from conformance.run.contracts import contracts
contract = contracts()["collection-policy"]
subject = Subject(contract=contract, encoding=contract.encoding("json"), url="http://127.0.0.1/x",
                  values=contract.baseline, seed={seed})
{between}
digest = hashlib.sha256()
for case in property_cases(subject, "deep"):
    digest.update(case.id.encode() + case.request.body)
print(digest.hexdigest())
"""


def start(seed, before="", between=""):
    script = SCRIPT.format(seed=seed, before=before, between=between)
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)


def test_the_same_seed_draws_the_same_values_in_another_process_whatever_is_loaded_there(tmp_path):
    # Hypothesis likes to draw the constants that it finds in modules outside of site-packages.
    numbers, words_ = list(range(2, 119)), [f"Palabra{number}" for number in range(50)]
    (tmp_path / "constants_of_mine.py").write_text(f"NUMBERS = {numbers}\nWORDS = {words_}\n", encoding="utf-8")
    modules = f"sys.path.insert(0, {str(tmp_path)!r}); import conformance.judge, constants_of_mine"
    running = [start(7), start(7, before=modules, between="import random; random.seed(5)"), start(8)]
    first, same, other = [process.communicate(timeout=60)[0].strip() for process in running]
    assert len(first) == 64
    assert same == first
    assert other != first


def test_the_same_seed_draws_the_same_values_again_in_this_process():
    assert list(property_cases(SUBJECT, "standard")) == list(property_cases(SUBJECT, "standard"))
    others = list(property_cases(replace(SUBJECT, seed=1), "standard"))
    assert [case.request.body for case in others] != [c.request.body for c in property_cases(SUBJECT, "standard")]


def test_the_switch_that_keeps_local_constants_out_is_still_there_and_is_put_back():
    before = providers._get_local_constants
    draw(st.integers(), 3, 1)
    assert providers._get_local_constants is before


@pytest.mark.parametrize(("depth", "count"), COUNTS.items())
def test_a_depth_says_how_many_values_are_drawn_for_each_member_and_direction(depth, count):
    cases = DEEP if depth == "deep" else tuple(property_cases(SUBJECT, depth))
    drawn = {}
    for case in cases:
        key = case.path, case.expect
        drawn[key] = drawn.get(key, 0) + 1
    assert all(number <= count for number in drawn.values())
    assert {path for path, _ in drawn} == (set(FREE) if count else set())
    assert all(drawn.get((name, Expect.ACCEPTED), 0) == count for name in FREE if count)


def decoded(case):
    return CODECS[case.encoding].decode(CONTRACT.operation.request, case.request.body, "").tree


@pytest.mark.parametrize("encoding", DRAWN)
def test_each_drawn_case_expects_what_its_value_breaks(encoding):
    for case in DRAWN[encoding]:
        found = {rule for rule, _ in request_findings(CONTRACT, decoded(case))}
        assert found == (set(case.rules) if case.expect is Expect.REFUSED else set()), case.id
        assert case.origin == "property:0"
        assert case.encoding == encoding
        assert len(set(case.rules)) == len(case.rules)


def test_the_same_values_are_drawn_in_every_encoding():
    for name, cases in DRAWN.items():
        assert [case.id.replace(f"/{name}/", "/json/") for case in cases] == [case.id for case in DEEP]
        for case, twin in zip(cases, DEEP, strict=True):
            message = {key: value for key, value in decoded(twin).items() if key in decoded(case)}
            assert decoded(case) == message, case.id


@pytest.mark.parametrize("encoding", DRAWN)
def test_members_that_name_something_at_the_tenant_are_never_drawn(encoding):
    drawn = {case.path for case in DRAWN[encoding]}
    assert drawn == set(FREE)
    assert not drawn & {name for name, member in MEMBERS.items() if "reference" in member.marks}


@pytest.mark.parametrize("encoding", DRAWN)
def test_no_drawn_pair_of_interests_is_the_wrong_way_round(encoding):
    for case in DRAWN[encoding]:
        tree = decoded(case)
        if case.expect is Expect.ACCEPTED:
            assert tree["MinimumInterest"] <= tree["MaximunInterest"]


@given(st.data())
def test_a_valid_value_breaks_nothing(data):
    name = data.draw(st.sampled_from(FREE))
    value = data.draw(valid(MEMBERS[name], CONTRACT.baseline[name]))
    assert list(broken(MEMBERS[name], value)) == []
    assert not blank(value)


@given(st.data())
def test_an_invalid_value_breaks_at_least_its_range_or_length(data):
    member = MEMBERS[data.draw(st.sampled_from([name for name in FREE if name != "Email"]))]
    value = data.draw(invalid(member))
    found = set(broken(member, value))
    bounds = member.constraint("range")
    if bounds is None:
        assert found == {"max-length"}
        return
    assert "maximum-step" not in found
    expected = {"minimum"} if value < bounds.minimum else {"maximum"}
    assert found == expected | ({"pattern"} if value < 0 else set())


@given(mail())
def test_a_drawn_address_matches_the_pattern_and_belongs_to_nobody(address):
    assert list(broken(MEMBERS["Email"], address)) == []
    assert safe(address)
    assert address.isascii()


@given(st.integers(min_value=1, max_value=12).flatmap(lambda most: st.tuples(st.just(most), words(most))))
def test_drawn_words_are_never_too_long_and_carry_no_blanks_at_their_ends(drawn):
    most, text = drawn
    assert 1 <= len(text) <= most
    assert text == text.strip()
    assert "  " not in text


def test_values_are_drawn_without_repeats():
    found = draw(st.integers(0, 50), 20, 3)
    assert len(set(found)) == len(found) == 20


def test_a_member_with_nothing_to_draw_has_no_strategy():
    assert draw(None, 5, 0) == ()
    assert valid(MEMBERS["ShowDocumentDetail"], True) is None
    assert invalid(MEMBERS["GrantorTaxId"]) is None


def test_room_leaves_an_ordered_pair_in_order():
    found = draw(valid(MEMBERS["MaximunInterest"], 60, (5, None)), 30, 0)
    assert all(Decimal(5) <= value <= 100 for value in found)
