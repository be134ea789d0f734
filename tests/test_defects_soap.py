"""Every rule of the SOAP services is proven in each version: a defect breaks it, and the suite says so and no more."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from conformance.codecs import covered
from conformance.documents import contract_of
from conformance.generate.plan import cases_of, plan_of
from conformance.generate.subject import Subject
from conformance.model import Outcome, Reply
from conformance.reference import State, answer, defects_of
from conformance.reference.app import path_of, serving
from conformance.reference.defects_soap import WAYS
from conformance.reference.prove import Bench
from conformance.reference.soap_fault_forms import FAULTS
from conformance.reference.soap_forms import ACCEPTED, MEMBERS
from conformance.reference.soap_habits import REFUSES, SPELLINGS, TAKES
from conformance.reference.soap_wire import EDITS, TEXTS, TEXTS_OF_FAULTS, WSDLS
from conformance.resources import cases_dir
from conformance.rules import rules_of
from conformance.run.contracts import all_rules, contracts
from conformance.run.execution import Run
from conformance.run.options import Options
from conformance.run.proving import bench, kills_of
from conformance.run.setup import set_up
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
    return {service: {kill.defect.id: kill for kill in kills_of(service)} for service in SERVICES}


@each
def test_every_defect_is_caught_by_its_own_rule_and_by_no_other(kills, service):
    found = kills[service]
    assert set(found) == set(DEFECTS[service])
    wrong = {name: (kill.caught_in, kill.strays, kill.disagreements) for name, kill in found.items() if not kill.caught}
    assert wrong == {}
    assert {kill.defect.rules[0] for kill in found.values()} == set(RULES[service])


@each
def test_every_rule_has_a_defect_in_each_of_its_versions(service):
    for rule in RULES[service].values():
        broken = [defect for defect in DEFECTS[service].values() if defect.rules[0] == rule.id]
        assert {name for defect in broken for name in defect.encodings} == set(rule.encodings), rule.id


def test_what_is_said_to_fail_with_a_defect_does_fail_with_it_in_one_of_the_services(kills):
    every = [kill for service in SERVICES for kill in kills[service].values()]
    for (part, facet), rows in WAYS.items():
        for way in rows:
            found = [kill for kill in every if way_of(kill.defect) == (part, facet, way.variant)]
            for pattern in way.also:
                failed_too = [rule for kill in found for rule in kill.caught_by]
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


@each
def test_every_defect_changes_an_answer_or_the_wsdl(service):
    prepared = bench(service)
    steps = [step.case.request for step in prepared.plan.steps]
    get = {"method": "GET", "url": f"{steps[0].url}?wsdl", "body": b""}
    sent = [*steps, type(steps[0])(headers=(), **get)]
    clean = [answer(prepared.contract, one, State(), None, prepared._memory)[0] for one in sent]
    for defect in DEFECTS[service].values():
        found = (answer(prepared.contract, one, State(), defect, prepared._memory)[0] for one in sent)
        assert any(one != other for one, other in zip(found, clean, strict=True)), defect.id


# --- the tables -------------------------------------------------------------------------------------------------------


def ways():
    """(part/facet, variant) of every row."""
    return {(f"{part}/{facet}", way.variant) for (part, facet), rows in WAYS.items() for way in rows}


def test_every_row_of_every_table_belongs_to_a_way_of_breaking_a_rule():
    known = ways() | {
        (f"{rule.part}/{rule.facet}", "dropped") for service in SERVICES for rule in RULES[service].values()
    }
    for table in (ACCEPTED, FAULTS, TEXTS, TEXTS_OF_FAULTS, EDITS):
        assert set(table) <= known
    assert {(f"response/{facet}", variant) for facet, variant in MEMBERS} <= known
    assert {(f"request/{facet}", variant) for facet, variant in (*TAKES, *REFUSES)} <= known
    assert {("envelope/spelling", variant) for variant in SPELLINGS} <= known
    assert {("http/wsdl", variant) for variant in (*WSDLS, "missing")} <= known


def test_types_that_the_services_lack_have_ways_too():
    taken = {variant for _, variant in ways()}
    assert {"digit", "capital"} <= taken
    shown = {defect.variant for service in SERVICES for defect in DEFECTS[service].values()}
    # No request of the two services holds a boolean.
    assert taken - shown == {"digit", "capital"}


# --- over HTTP --------------------------------------------------------------------------------------------------------

OVER_HTTP = (
    ("envio-correo", "request/CodigoEmpresa/type:overflow"),
    ("envio-correo", "response/RespuestaProduccion/IsValid/type:dropped"),
    ("envio-correo", "envelope/charset:dropped"),
    ("envio-correo", "envelope/versions-agree:code"),
    ("envio-correo", "http/version:dropped"),
    ("actualizar-correo", "request/documentos/numero/required:dropped"),
    ("actualizar-correo", "http/stock-client:dropped"),
    ("actualizar-correo", "http/wsdl:missing"),
)


def over_http(service: str, name: str, folder: str) -> tuple[list[str], list[str]]:
    """The failed rules of a run against the served reference, and those of the same plan in process."""
    defect = DEFECTS[service][f"{service}/{name}"]
    contract, target = contracts()[service], Path(folder) / "target.toml"
    with serving([contract], defect) as root:
        key = "wsdl" if contract.document.kind == "prose" else "url"
        query = "?wsdl" if key == "wsdl" else ""
        lines = ['name = "loop"', f"[{service}]", f'{key} = "{root}{path_of(contract)}{query}"']
        target.write_text("\n".join(lines), encoding="utf-8")
        run = Run(
            prepared := set_up(Options(target=target, out=Path(folder) / "out", services=(service,)), {}),
            prepared.items,
            narrowed=False,
        )
        try:
            run.start()
            served = run.verdicts()
        finally:
            run.close()
    inside, _ = bench(service).verdicts(defect)
    return failed(served.values()), failed(inside)


def failed(verdicts):
    return sorted(f"{one.rule} {one.encoding}" for one in verdicts if one.outcome is Outcome.FAILED)


def test_over_http_a_run_reaches_the_verdicts_that_it_reaches_in_process(tmp_path):
    folders = [tmp_path / str(number) for number in range(len(OVER_HTTP))]
    for folder in folders:
        folder.mkdir()
    services, names = zip(*OVER_HTTP, strict=True)
    with ProcessPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(over_http, services, names, map(str, folders)))
    for (service, name), (served, inside) in zip(OVER_HTTP, found, strict=True):
        assert served == inside, name
        assert any(line.startswith(f"{service}/{name.rpartition(':')[0]} ") for line in served), name


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
    prepared = Bench(contract, rules, plan_of(cases, rules, frozenset(items)), items)
    if any(one.judgement.reply is not Reply.ACCEPTED for one in prepared.records() if one.case.kind == "baseline"):
        return
    verdicts, disagreements = prepared.verdicts()
    assert not disagreements
    assert failed(verdicts) == []
    for defect in defects_of(contract, rules.values())[::9]:
        kill = prepared.kill(defect)
        assert (kill.strays, kill.disagreements) == ((), ()), defect.id
