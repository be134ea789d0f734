"""Every rule is proven: each defect of the reference is caught by its own rule and by no other."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from conformance.judge.show import shortened
from conformance.model import Outcome
from conformance.reference import defects_of
from conformance.reference.app import serving
from conformance.reference.prove import Bench
from conformance.run.contracts import all_rules, contracts
from conformance.run.execution import Run
from conformance.run.options import Options
from conformance.run.proving import kills_of, prove
from conformance.run.setup import set_up
from conformance.target.records import SENTENCE

CONTRACT = contracts()["collection-policy"]
RULES = {rule.id: rule for rule in all_rules().values() if rule.service == "collection-policy"}
DEFECTS = {defect.id: defect for defect in defects_of(CONTRACT, RULES.values())}

OVER_HTTP = (
    "request/Email/pattern:dropped",
    "request/MaximumTermDays/minimum:dropped",
    "request/MaximumTermDays/maximum:looser",
    "request/UserId/optional:dropped",
    "response/data/MaximumTermDays/echo:stale",
    "response/data/NotificationSchemaList/NotificationSchemaName/name:dropped",
    "response/success/refusal:dropped",
    "envelope/byte-order-mark:dropped",
    "envelope/spelling:dropped",
    "http/content-type-present:dropped",
    "http/accept-quality:dropped",
    "http/allow:dropped",
)


@pytest.fixture(scope="module")
def kills():
    return {kill.defect.id: kill for kill in kills_of("collection-policy")}


def test_every_defect_is_caught_by_its_own_rule_and_by_no_other(kills):
    assert set(kills) == set(DEFECTS)
    wrong = {name: (kill.caught_by, kill.strays, kill.disagreements) for name, kill in kills.items() if not kill.caught}
    assert wrong == {}
    assert {kill.defect.rules[0] for kill in kills.values()} == set(RULES)


def test_a_defect_of_a_must_rule_fails_a_must_rule(kills):
    for kill in kills.values():
        own = RULES[kill.defect.rules[0]]
        assert own.level in {RULES[rule].level for rule in kill.caught_by}


def test_the_matrix_as_json_says_the_same(kills, monkeypatch):
    monkeypatch.setattr("conformance.run.proving.kills_of", lambda _: list(kills.values()))
    monkeypatch.setattr("conformance.run.proving.false_alarms", lambda _: [])
    text, status = prove(["collection-policy"], "json")
    document = json.loads(text)
    assert status == 0
    assert document["missed"] == document["unproven"] == []
    assert len(document["defects"]) == len(kills)
    assert set(document["defects"][0]) == {"id", "rules", "encodings", "caught_by"}
    assert all(set(defect["caught_by"]) <= set(defect["rules"]) for defect in document["defects"])


def test_a_rule_whose_defect_is_missed_is_unproven(kills, monkeypatch):
    kept = [kill for kill in kills.values() if kill.defect.rules[0] != "collection-policy/http/allow"]
    monkeypatch.setattr("conformance.run.proving.kills_of", lambda _: kept)
    monkeypatch.setattr("conformance.run.proving.false_alarms", lambda _: [])
    text, status = prove(["collection-policy"], "json")
    assert json.loads(text)["unproven"] == ["collection-policy/http/allow"]
    assert status == 1
    table, status = prove(["collection-policy"], "table")
    assert "1 rules unproven" in table


# --- what the defects are ---------------------------------------------------------------------------------------------


def test_defects_have_unique_ids_made_of_their_rule_and_their_way():
    assert len(DEFECTS) == len(defects_of(CONTRACT, RULES.values())) > len(RULES)
    for name, defect in DEFECTS.items():
        assert name == f"{defect.rules[0]}:{defect.variant}"
        assert set(defect.rules) <= set(RULES)
        assert defect.broken or defect.edits
        assert defect.encodings == RULES[defect.rules[0]].encodings


def test_every_bound_is_tried_too_loose_and_too_tight():
    for rule in RULES.values():
        if rule.facet in {"maximum", "max-length"} and rule.part == "request":
            assert {f"{rule.id}:looser", f"{rule.id}:tighter"} <= set(DEFECTS)


def test_an_echo_is_broken_in_four_ways_where_the_value_may_vary():
    ways = {
        name.rsplit(":", 1)[1] for name in DEFECTS if name.startswith("collection-policy/response/data/Email/echo:")
    }
    assert ways == {"altered", "missing", "null", "stale"}


def test_what_cannot_be_broken_alone_is_broken_as_a_set():
    days = DEFECTS["collection-policy/request/MaximumTermDays/minimum:dropped"]
    assert set(days.rules) == {f"collection-policy/request/MaximumTermDays/{facet}" for facet in ("minimum", "pattern")}
    debt = DEFECTS["collection-policy/request/DaysUncollectibleDebt/minimum:dropped"]
    assert debt.rules == ("collection-policy/request/DaysUncollectibleDebt/minimum",)


# --- over HTTP --------------------------------------------------------------------------------------------------------


WHOLE = {"request/Email/pattern:dropped", "http/content-type-present:dropped"}
"""Sent with every rule selected; the others with their own rules and those about answers, which is a fraction."""


def over_http(name: str, folder: str) -> tuple[list[str], list[str]]:
    """The outcomes of a run against the served reference, and those of the same plan in process."""
    defect = DEFECTS[f"collection-policy/{name}"]
    rules = () if name in WHOLE else (*defect.rules, "*/envelope/unique-names", "*/http/no-server-error")
    target = Path(folder) / "target.toml"
    with serving([CONTRACT], defect) as root:
        lines = ('name = "loop"', "[collection-policy]", f'url = "{root}/api/CollectionPolicy"', 'encodings = ["json"]')
        target.write_text("\n".join(lines), encoding="utf-8")
        prepared = set_up(Options(target=target, rules=rules, out=Path(folder) / "out"), {})
        run = Run(prepared, prepared.items, narrowed=bool(rules))
        try:
            run.start()
            served = run.verdicts()
        finally:
            run.close()
    inside, _ = Bench(CONTRACT, RULES, run.plan, prepared.items).verdicts(defect)
    return _told(served.values()), _told(inside)


def _told(verdicts):
    # Only what is written down is shortened.
    return [
        f"{one.rule} {one.level} {one.outcome} {one.exchanges} "
        f"{[[shortened(text, SENTENCE) for text in (f.path, f.expected, f.observed)] for f in one.findings]}"
        for one in verdicts
    ]


def test_over_http_a_run_reaches_the_verdicts_that_it_reaches_in_process(tmp_path):
    folders = [tmp_path / str(number) for number in range(len(OVER_HTTP))]
    for folder in folders:
        folder.mkdir()
    with ProcessPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(over_http, OVER_HTTP, map(str, folders)))
    for name, (served, inside) in zip(OVER_HTTP, found, strict=True):
        assert served == inside, name
        rule = name.rsplit(":", 1)[0]
        assert [line for line in served if f"collection-policy/{rule} " in line and f" {Outcome.FAILED} " in line], name
