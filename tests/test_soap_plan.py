"""What is planned for SOAP services: one difference each, nothing of the tenant's replaced, sets of values in turn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from conformance.codecs import CODECS
from conformance.generate.addresses import addresses_in, unsafe
from conformance.model import Case, Expect
from conformance.run.contracts import all_rules, contracts
from conformance.run.options import Options
from conformance.run.setup import Setup, bind_all, plan, set_up, subjects
from conformance.target.settings import ServiceTarget

SOAP = ("envio-correo", "actualizar-correo")


def prepared(service: str, depth: str = "quick", **kept: object) -> Setup:
    made = set_up(Options(depth=depth, services=(service,)), {})
    if kept:
        changed: ServiceTarget = replace(made.target.services[service], **kept)  # type: ignore[arg-type]
        made = replace(made, target=replace(made.target, services={service: changed}))
    return bind_all(made, None)


def cases(service: str, depth: str = "quick", **kept: object) -> list[Case]:
    ready = prepared(service, depth, **kept)
    whole = plan(ready, ready.items)
    return [case for step in whole.steps for case in (step.case, *whole.riding(step))]


def values_in(case: Case, service: str) -> dict[str, object]:
    ready = prepared(service)
    message = ready.service(service).contract.operation.request
    return CODECS[case.encoding].decode(message, case.request.body, "").tree


@pytest.mark.parametrize("service", SOAP)
@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_every_rule_that_speaks_of_requests_is_decided_by_a_case(service, depth):
    made = cases(service, depth)
    decided = {(rule, case.encoding) for case in made if case.expect is not Expect.OBSERVE for rule in case.rules}
    wanted = {
        (rule.id, encoding)
        for rule in all_rules().values()
        if rule.service == service and rule.part == "request"
        for encoding in rule.encodings
    }
    assert wanted <= decided


@pytest.mark.parametrize("service", SOAP)
def test_no_message_holds_an_address_that_somebody_owns(service):
    assert not [case.id for case in cases(service, "standard") if unsafe(addresses_in(case.request.body))]


def test_what_names_something_at_the_tenant_keeps_its_value_in_what_must_be_accepted():
    names = [member.name for member in contracts()["envio-correo"].operation.request.fields if member.marks]
    kept = {name: contracts()["envio-correo"].baseline.get(name) for name in names}
    for case in cases("envio-correo", "standard"):
        if case.kind != "positive" or case.path.split("/")[0] in names:
            continue
        sent = values_in(case, "envio-correo")
        assert {name: sent.get(name) for name in names} == kept, case.id


def test_the_documents_of_the_tenant_are_sent_and_no_others():
    owned = contracts()["actualizar-correo"].baseline["documentos"]
    numbers = {item["numero"] for item in owned}
    for case in cases("actualizar-correo", "standard"):
        if case.kind == "positive":
            sent = values_in(case, "actualizar-correo")
            assert {item["numero"] for item in sent["documentos"]} <= numbers, case.id


@pytest.mark.parametrize(
    ("items", "rules"),
    [
        ([0, 1, 2], {"prefijo/optional"}),
        ([0, 1, 3], {"tipo/choice-nota-debito"}),
        ([0], {"several", "prefijo/optional", "tipo/choice-nota-credito", "tipo/choice-nota-debito"}),
    ],
)
def test_what_the_tenant_has_nothing_of_is_untested_with_the_line_to_add(items, rules):
    baseline = contracts()["actualizar-correo"].baseline
    owned = [baseline["documentos"][place] for place in items]
    ready = prepared("actualizar-correo", values={**baseline, "documentos": owned})
    undecided = plan(ready, ready.items).undecided
    told = {rule.removeprefix("actualizar-correo/request/documentos/") for rule, _ in undecided}
    assert told == rules
    assert all("documentos in the target file" in reason for reason in undecided.values())


def test_sets_of_values_take_turns_and_each_leans_on_a_baseline_of_its_own():
    made = cases("envio-correo", rows=({"NumeroFactura": "2"}, {"NumeroFactura": "3"}))
    here = [case for case in made if case.encoding == "soap-1.1"]
    numbers = {}
    for case in here:
        root = etree.fromstring(case.request.body) if case.kind in {"positive", "baseline"} else None
        found = [] if root is None else [one.text for one in root.iter("{*}NumeroFactura")]
        if found and "/packed/" not in case.id:
            numbers.setdefault(found[0], []).append(case)
    assert set(numbers) == {"990000001", "2", "3"}
    for number, own in (("2", "baseline-2"), ("3", "baseline-3")):
        leans = {case.leans_on for case in numbers[number] if not case.id.endswith(own)}
        assert leans == {f"envio-correo/soap-1.1/{own}"}
    counts = [len(found) for found in numbers.values()]
    assert max(counts) - min(counts) <= len(here) // 3


def test_a_version_is_left_out_where_the_target_has_it_not():
    ready = prepared("actualizar-correo", encodings=("soap-1.2",))
    assert [subject.encoding.name for subject in subjects(ready)] == ["soap-1.2"]


def test_the_stock_client_asks_with_its_own_headers():
    (case,) = [one for one in cases("actualizar-correo") if "stock-client" in one.id and one.encoding == "soap-1.2"]
    assert (case.request.header("Content-Type") or "").startswith("application/soap+xml")
    assert b"actualizarCorreoClienteListaDocumentos" in case.request.body


def test_no_case_cuts_or_repeats_a_secret_that_masking_would_not_know():
    baseline = dict(contracts()["envio-correo"].baseline)
    secret = "Zx9-unique-Clave"
    ready = prepared("envio-correo", values={**baseline, "Clave": secret}, explicit=frozenset({"Clave"}))
    target = replace(ready.target, secrets=ready.target.secrets.add(secret))
    ready = replace(ready, target=target)
    for step in plan(ready, ready.items).steps:
        body = step.case.request.body.decode("utf-8", "replace")
        assert target.masks().mask(body).count("unique") == 0, step.case.id


def test_each_set_has_the_members_that_the_target_gave_it():
    rows = ({"NumeroFactura": "2", "server": "smtp.example.com"},)
    for case in cases("envio-correo", rows=rows):
        if case.kind in {"positive", "baseline"} and case.encoding == "soap-1.1":
            root = etree.fromstring(case.request.body)
            (number,) = [one.text for one in root.iter("{*}NumeroFactura")]
            servers = [one.text for one in root.iter("{*}server")]
            assert servers == (["smtp.example.com"] if number == "2" else []), case.id


@pytest.mark.parametrize(
    ("service", "most", "path"),
    [("envio-correo", 300, "RazonSocialFacturador"), ("actualizar-correo", 60, "documentos/correo")],
)
def test_the_least_fits_its_limit_and_asks_both_versions_for_the_same_nil(service, most, path):
    ready = prepared(service)
    assert len(plan(ready, ready.items).steps) <= most
    found = [case for case in cases(service) if case.rules == (f"{service}/envelope/versions-agree",)]
    assert {case.encoding for case in found} == {"soap-1.1", "soap-1.2"}
    assert {case.path for case in found} == {path}
    for case in found:
        (held,) = etree.fromstring(case.request.body).iter(f"{{*}}{path.rpartition('/')[2]}")
        assert held.get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true"


def test_a_list_is_broken_in_front_and_behind():
    made = {case.id.rpartition("/")[2]: case for case in cases("envio-correo", "standard") if "/several/" in case.id}
    for slug, place in (("first-type", 0), ("second-type", 1)):
        items = values_in(made[slug], "envio-correo")["Adjuntos"]
        good = [number for number, item in enumerate(items) if item["Archivo"] == "PEludm9pY2UvPg=="]
        assert (len(items), good) == (2, [1 - place])
        assert (made[slug].expect, made[slug].rules) == (
            Expect.REFUSED,
            ("envio-correo/request/Adjuntos/Archivo/type",),
        )
