"""Every rule of the SOAP services is proven in each version: a defect breaks it, and the suite says so and no more."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings

from conformance.codecs import covered
from conformance.documents import contract_of
from conformance.generate.plan import cases_of, plan_of
from conformance.generate.subject import Subject
from conformance.model import Outcome, Reply
from conformance.reference import State, answer, defects_of, soap_habits
from conformance.reference.prove import Bench
from conformance.reference.service import slow
from conformance.reference.soap_fault_forms import FAULTS
from conformance.reference.soap_forms import ACCEPTED
from conformance.reference.soap_member_forms import MEMBERS
from conformance.reference.soap_reading import ITEMS
from conformance.reference.soap_travel import EDITS
from conformance.reference.soap_ways import WAYS
from conformance.reference.soap_wire import TEXTS, TEXTS_OF_FAULTS, WSDLS
from conformance.resources import cases_dir
from conformance.rules import rules_of
from conformance.run.contracts import all_rules, contracts
from conformance.run.proving import bench, matrix_of
from tests.asmx_pages import sheets
from tests.asmx_text import text_of
from tests.synthetic_pages import page

SERVICES = ("envio-correo", "actualizar-correo")
RULES = {service: {rule.id: rule for rule in all_rules().values() if rule.service == service} for service in SERVICES}
DEFECTS = {
    service: {defect.id: defect for defect in defects_of(contracts()[service], RULES[service].values())}
    for service in SERVICES
}
each = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture(scope="module")
def kills():
    return {service: {kill.defect.id: kill for kill in matrix_of((service,)).kills} for service in SERVICES}


@each
def test_every_defect_is_caught_by_its_own_rule_and_by_no_other(kills, service):
    found = kills[service]
    assert set(found) == set(DEFECTS[service])
    wrong = {name: (kill.caught_in, kill.strays, kill.disagreements) for name, kill in found.items() if not kill.caught}
    assert wrong == {}


@each
def test_every_rule_catches_a_defect_in_each_of_its_versions(kills, service):
    for rule in RULES[service].values():
        own = [kill for kill in kills[service].values() if kill.defect.rules[0] == rule.id]
        assert {name for kill in own for name in kill.caught_in} == set(rule.encodings), rule.id


@each
def test_what_is_wrong_in_one_version_is_seen_in_that_alone(kills, service):
    found = [kill for kill in kills[service].values() if kill.defect.variant == "second-version"]
    assert found
    assert {kill.caught_in for kill in found} == {("soap-1.2",)}


def test_what_is_said_to_fail_with_a_defect_does_fail_with_it_in_one_of_the_services(kills):
    every = [kill for service in SERVICES for kill in kills[service].values()]
    deep = {service: bench(service, "standard") for service in SERVICES}
    for (part, facet), rows in WAYS.items():
        for way in rows:
            found = [kill for kill in every if way_of(kill.defect) == (part, facet, way.variant)]
            for pattern in way.also:
                # What is only observed is not sent at the depth of the matrix.
                again = (deep[kill.defect.id.partition("/")[0]].kill(kill.defect) for kill in found)
                failed_too = (rule for kill in chain(found, again) for rule in kill.caught_by)
                assert any(fnmatchcase(rule.partition("/")[2], pattern) for rule in failed_too), (facet, way)


def way_of(defect):
    rule = RULES[defect.id.partition("/")[0]][defect.rules[0]]
    return rule.part, rule.facet, defect.variant


@each
def test_defects_have_unique_ids_and_name_rules_that_there_are(service):
    assert len(DEFECTS[service]) == len(defects_of(contracts()[service], RULES[service].values()))
    for name, defect in DEFECTS[service].items():
        assert name == f"{defect.rules[0]}:{defect.variant}"
        assert set(defect.rules) <= set(RULES[service])
        assert set(defect.encodings) <= set(RULES[service][defect.rules[0]].encodings)


@pytest.mark.nightly
@each
def test_every_defect_changes_an_answer_or_the_wsdl(service):
    prepared = bench(service)
    steps = [step.case.request for step in prepared.plan.all_steps()]
    get = {"method": "GET", "url": f"{steps[0].url}?wsdl", "body": b""}
    sent = [*steps, type(steps[0])(headers=(), **get)]

    def answers(defect):
        state = State()
        for one in sent:
            response, state = answer(prepared.contract, one, state, defect, prepared._memory)
            yield response

    clean = list(answers(None))
    for defect in DEFECTS[service].values():
        late = any(slow(prepared.contract, defect, one) for one in sent)
        assert late or any(one != other for one, other in zip(answers(defect), clean, strict=True)), defect.id


# --- the tables -------------------------------------------------------------------------------------------------------


def ways():
    """(part/facet, variant) of every row."""
    return {(f"{part}/{facet}", way.variant) for (part, facet), rows in WAYS.items() for way in rows}


OF_ONE_RULE = {
    "envelope/spelling": soap_habits.SPELLINGS,
    "envelope/non-ascii": soap_habits.ASCII,
    "envelope/malformed": soap_habits.MALFORMED,
    "envelope/empty-body": soap_habits.EMPTY,
    "envelope/header": soap_habits.BLOCKS,
    "envelope/must-understand": soap_habits.OVERLOOKS,
    "http/charset-parameter": soap_habits.CHARSETS,
    "request/several": soap_habits.MOST,
}
"""Tables whose keys are variants alone."""


def test_every_row_of_every_table_belongs_to_a_way_of_breaking_a_rule():
    known = ways() | {
        (f"{rule.part}/{rule.facet}", "dropped") for service in SERVICES for rule in RULES[service].values()
    }
    for table in (ACCEPTED, FAULTS, TEXTS, TEXTS_OF_FAULTS, EDITS):
        assert set(table) <= known
    assert {(f"response/{facet}", variant) for facet, variant in MEMBERS} <= known
    assert {(f"request/{facet}", variant) for facet, variant in (*soap_habits.TAKES, *soap_habits.REFUSES)} <= known
    assert {("http/wsdl", variant) for variant in (*WSDLS, "missing")} <= known
    for rule, table in OF_ONE_RULE.items():
        assert {(rule, variant) for variant in table} <= known, rule


def test_habits_with_all_checks_are_known_for_the_services():
    variants = {defect.variant for service in SERVICES for defect in DEFECTS[service].values() if defect.wide}
    assert variants == {*soap_habits.FORGETS, *ITEMS}
    assert variants.isdisjoint(variant for _, variant in ways())


def test_types_that_the_services_lack_have_ways_too():
    taken = {variant for _, variant in ways()}
    assert {"digit", "capital"} <= taken
    shown = {defect.variant for service in SERVICES for defect in DEFECTS[service].values()}
    # No request of the two services holds a boolean.
    assert taken - shown == {"digit", "capital"}


@pytest.mark.parametrize("of_an_item", [False, True])
def test_where_a_name_is_not_ascii_no_service_breaks_on_such_letters_alone(of_an_item):
    """Every request has them, the baseline too."""
    contract = contracts()["envio-correo"]
    request = contract.operation.request
    first = request.fields[0]
    renamed = replace(first, name="Año")
    if of_an_item:
        renamed = replace(first, type="list", item=renamed)
    other = replace(request, fields=(renamed, *request.fields[1:]))
    for message, said in ((request, True), (other, False)):
        tried = replace(contract, operation=replace(contract.operation, request=message))
        found = defects_of(tried, RULES["envio-correo"].values())
        assert any(defect.id == "envio-correo/http/no-server-error:non-ascii" for defect in found) is said


def failed(verdicts):
    return sorted(f"{one.rule} {one.encoding}" for one in verdicts if one.outcome is Outcome.FAILED)


# --- services that somebody else adds ---------------------------------------------------------------------------------


@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    max_examples=max(5, settings().max_examples // 20),
)
@given(sheets())
def test_the_defects_of_any_page_raise_no_false_alarm(sheet):
    if not sheet.soap:
        return
    contract = contract_of(page(text_of(sheet)))
    names = covered(contract)
    rules = {rule.id: rule for rule in rules_of(contract, names)}
    items = [(rule.id, name) for rule in rules.values() for name in rule.encodings]
    subjects = [Subject(contract=contract, encoding=contract.encoding(name), url="http://127.0.0.1/") for name in names]
    cases = [case for subject in subjects for case in cases_of(subject, "quick", rules, cases_dir())]
    plan = plan_of(cases, rules, frozenset(items), subjects=subjects, quick=True)
    prepared = Bench(contract, rules, plan, items)
    if any(one.judgement.reply is not Reply.ACCEPTED for one in prepared.records() if one.case.kind == "baseline"):
        return
    verdicts, disagreements = prepared.verdicts()
    assert not disagreements
    assert failed(verdicts) == []
    for defect in defects_of(contract, rules.values())[::9]:
        kill = prepared.kill(defect)
        assert (kill.strays, kill.disagreements) == ((), ()), defect.id
