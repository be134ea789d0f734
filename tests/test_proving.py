"""The kill matrix: its short cuts change no verdict, its words are right, and over HTTP a run sees what it sees."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from conformance.errors import ConformanceError
from conformance.judge.verdicts import decide
from conformance.model import Outcome, Reply
from conformance.reference.app import path_of, serving
from conformance.reference.defect import Defect
from conformance.reference.prove import Kill
from conformance.reference.state import NO_DEFECT
from conformance.reference.watch import Witness
from conformance.run import proving
from conformance.run.contracts import all_rules, contracts
from conformance.run.matrix import Matrix, as_json, as_table, proven_in
from conformance.run.proving import bench, matrix_of, prove
from conformance.run.serving import defects
from tests.test_cli import conformance, outcomes, report_of

SERVICES = ("collection-policy", "envio-correo", "actualizar-correo")
each = pytest.mark.parametrize("service", SERVICES)
SMALL = "actualizar-correo"


def sample(service, number, seed):
    """Defects of the service, drawn."""
    return random.Random(f"{service} {seed}").sample(defects(service), number)


@pytest.fixture(scope="module")
def benches():
    return {service: bench(service) for service in SERVICES}


# --- short cuts -------------------------------------------------------------------------------------------------------


def agrees(prepared, defect):
    """Do the short cuts lead where the long way leads?"""
    verdicts, disagreements = prepared.verdicts(defect)
    found, differ = prepared.again(defect)
    assert list(found.values()) == list(verdicts), defect.id
    assert differ == disagreements, defect.id


@each
def test_what_the_clean_round_has_shown_is_reused_and_no_verdict_differs(benches, service):
    for defect in sample(service, 10, "short"):
        agrees(benches[service], defect)


@pytest.mark.nightly
@each
def test_no_verdict_of_any_defect_differs(benches, service):
    for defect in defects(service):
        agrees(benches[service], defect)


@each
def test_verdicts_are_decided_again_wherever_a_changed_record_matters(benches, service):
    prepared = benches[service]
    clean = prepared.clean
    records = tuple(prepared.records())
    assert list(clean.verdicts(records).values()) == list(decide(prepared.items, prepared.rules, records))
    known = tuple(shown for step in prepared.plan.steps for shown in prepared._shown[step.exchange].records)
    known = (*prepared._described(None), *known)
    assert len(known) == len(records)
    for seed in range(12):
        drawn = random.Random(seed)
        mixed = list(known)
        for place in drawn.sample(range(len(mixed)), drawn.choice((1, 2, 20))):
            mixed[place] = other(mixed[place], drawn)
        if seed % 3 == 0:
            del mixed[drawn.randrange(len(mixed))]
        assert list(clean.verdicts(mixed).values()) == list(decide(prepared.items, prepared.rules, mixed))


def other(record, drawn):
    """The record with another judgement."""
    judgement = record.judgement
    if drawn.random() < 0.5:
        judgement = replace(judgement, reply=drawn.choice(tuple(Reply)), words="otra cosa")
    outcome = drawn.choice(tuple(Outcome))
    results = tuple(replace(one, outcome=outcome) if drawn.random() < 0.5 else one for one in judgement.results)
    return replace(record, judgement=replace(judgement, results=results[: drawn.choice((None, 3))]))


def test_a_baseline_that_is_refused_later_is_heard_of_by_what_lies_beside_it(benches):
    prepared = benches["collection-policy"]
    records = list(prepared.records())
    last = max(
        place for place, one in enumerate(records) if one.case.kind == "baseline" and one.case.encoding == "json"
    )
    judgement = replace(records[last].judgement, reply=Reply.REFUSED, words="400: no")
    records[last] = replace(records[last], judgement=judgement)
    found = prepared.clean.verdicts(records)
    assert any(one.outcome is Outcome.CANT_TELL and "400: no" in one.reason for one in found.values())


def test_a_witness_behaves_as_no_defect_and_tells_what_was_looked_at():
    witness = Witness()
    assert not witness.breaks("s/request/A/required")
    assert not witness.goes_by({"stale": 1})
    assert witness.broken_of({"echo"}) == []
    assert witness.edits == NO_DEFECT.edits
    seen = witness.seen()
    plain = replace(NO_DEFECT, id="x", rules=("s/request/B/required",), encodings=("json",))
    assert seen.same_for(replace(plain, broken=frozenset({"s/request/B/required"})))
    assert not seen.same_for(replace(plain, broken=frozenset({"s/request/A/required"})))
    assert not seen.same_for(replace(plain, variant="stale"))
    assert not seen.same_for(replace(plain, broken=frozenset({"s/response/B/echo"})))
    assert not seen.same_for(replace(plain, edits=(("A", "maximum", 1),)))


def test_a_witness_of_what_is_looked_at_as_a_whole_vouches_for_no_other():
    witness = Witness()
    assert sorted(witness.broken) == []
    assert not witness.seen().same_for(replace(NO_DEFECT, broken=frozenset({"s/request/A/required"})))
    named = Witness()
    assert named.rules == ()
    assert not named.seen().same_for(replace(NO_DEFECT, rules=("s/request/A/required",)))
    asked = Witness()
    assert asked.goes_by({"dropped"})
    assert not asked.seen().same_for(replace(NO_DEFECT, variant="stale"))


def test_a_packed_message_that_is_refused_is_taken_apart_down_to_the_case_at_fault(benches):
    prepared = benches["collection-policy"]
    tight = next(one for one in defects("collection-policy") if one.id.endswith("/Email/max-length:tighter"))
    records = tuple(prepared.records(tight))
    refused = [one for one in records if one.judgement.split and "." not in one.exchange.id]
    assert refused
    name = refused[0].exchange.id
    parts = [one for one in records if one.exchange.id.startswith(f"{name}.")]
    assert {one.exchange.id for one in parts} >= {f"{name}.1", f"{name}.2"}
    alone = [one for one in parts if one.case.rules and not one.case.carried_by]
    assert any(one.judgement.reply is Reply.REFUSED and tight.rules[0] in one.case.rules for one in alone)
    places = [one.exchange.id for one in records]
    assert places.index(f"{name}.1") > places.index(name)


# --- the matrix -------------------------------------------------------------------------------------------------------

OWN, OTHER = "servicio/request/A/maximum", "servicio/request/A/type"
BOTH = ("json", "xml")


def kill(*failed, variant="dropped", encodings=BOTH, rules=(OWN,), **more):
    broken = Defect(id=f"{rules[0]}:{variant}", rules=rules, encodings=encodings, variant=variant, **more)
    return Kill(defect=broken, failed=failed)


def matrix(*kills, **more):
    known = all_rules()["collection-policy/request/Email/pattern"]
    rule = replace(known, id=OWN, service="servicio", encodings=BOTH)
    return Matrix(rules=(rule,), kills=kills, requests={"servicio": 7}, **{"false_alarms": (), **more})


def test_what_is_dropped_must_show_everywhere_and_a_subtler_way_somewhere():
    whole, half = ((OWN, "json"), (OWN, "xml")), ((OWN, "json"),)
    assert kill(*whole).outcome == "caught"
    assert kill(*half).outcome == "partly"
    assert kill(*half, variant="looser").outcome == "caught"
    assert kill(*half, encodings=("json",)).outcome == "caught"
    assert kill((OTHER, "json"), variant="looser").outcome == "others"
    assert kill(variant="looser").outcome == "missed"
    assert kill((OWN, "form"), variant="looser").outcome == "partly"


def test_a_habit_of_many_members_is_caught_by_any_of_its_rules_and_proves_its_own_alone():
    wide = kill((OTHER, "json"), variant="trimmed", rules=(OWN, OTHER), wide=True)
    assert wide.outcome == "caught"
    assert proven_in(OWN, [wide]) == frozenset()
    assert not matrix(wide).perfect


def test_a_rule_that_the_defect_does_not_break_is_a_stray_and_spoils_the_matrix():
    stray = kill((OWN, "json"), (OWN, "xml"), (OTHER, "json"))
    assert stray.strays == (OTHER,)
    assert stray.outcome == "caught"
    assert not stray.caught
    implied = kill((OWN, "json"), (OWN, "xml"), (OTHER, "json"), rules=(OWN, OTHER))
    assert implied.strays == ()
    assert matrix(implied).perfect
    assert not matrix(stray).perfect


def test_a_rule_is_proven_where_one_defect_shows_it_or_one_made_for_that_encoding():
    def way(variant, *names, encodings=BOTH):
        return kill(*((OWN, name) for name in names), variant=variant, encodings=encodings)

    assert matrix(way("dropped", "json", "xml")).unproven == ()
    assert matrix(way("looser", "json"), way("tighter", "xml")).unproven == (f"{OWN}@xml",)
    alone = way("looser", "xml", encodings=("xml",))
    assert matrix(way("dropped", "json"), alone).unproven == ()
    assert matrix().unproven == (f"{OWN}@json", f"{OWN}@xml")


def test_a_false_alarm_or_a_miss_fails_the_command(monkeypatch):
    good, bad = kill((OWN, "json"), (OWN, "xml")), kill(variant="looser")
    for made, status in (
        (matrix(good), 0),
        (matrix(good, bad), 1),
        (matrix(good, false_alarms=("x",)), 1),
        (matrix(), 1),
        (matrix(replace(good, disagreements=(OWN,))), 1),
    ):
        monkeypatch.setattr(proving, "matrix_of", lambda *_, made=made: made)
        assert [prove((), form)[1] for form in ("table", "json")] == [status, status]


def test_the_json_names_what_was_missed_and_what_caught_the_rest():
    others = kill((OTHER, "json"), variant="looser", rules=(OWN, OTHER))
    document = json.loads(
        as_json(matrix(kill((OWN, "json")), others, kill(variant="tighter"), false_alarms=("x@json",)))
    )
    assert document["defects"][0] == {
        "id": f"{OWN}:dropped",
        "rules": [OWN],
        "encodings": ["json", "xml"],
        "outcome": "partly",
        "caught_by": [OWN],
        "caught_in": ["json"],
        "strays": [],
        "disagreements": [],
    }
    assert document["missed"] == [f"{OWN}:looser", f"{OWN}:tighter"]
    assert document["unproven"] == [f"{OWN}@xml"]
    assert document["false_alarms"] == ["x@json"]
    assert document["requests"] == {"servicio": 7}


def test_the_table_goes_by_rule_and_says_what_is_wrong_in_words():
    stray = kill((OWN, "xml"), ("servicio/http/allow", "xml"), variant="looser")
    text = as_table(matrix(kill((OWN, "json")), stray, kill(variant="tighter"), false_alarms=("x@json: failed",)))
    assert text.count(OWN + " ") == 1
    for told in (
        "NOT xml",
        "its own in part",
        "MISSED",
        "servicio/http/allow",
        "1 of 3 defects caught by their own rule; 1 in part, 0 by others only, 1 missed, 1 failed an unrelated rule",
        "1 of 2 rules and encodings proven; 1 false alarms",
        f"unproven: {OWN}@xml",
        "false alarm: x@json: failed",
        "servicio 7",
        f"partly: {OWN}:dropped",
        f"unrelated: {OWN}:looser: servicio/http/allow",
        f"missed: {OWN}:tighter",
    ):
        assert told in text


def test_the_small_service_is_proven_by_a_pool_that_tells_how_far_it_is():
    told = []
    made = matrix_of((SMALL,), lambda *pair: told.append(pair))
    assert [kill.defect for kill in made.kills] == list(defects(SMALL))
    assert told[-1] == (len(made.kills), len(made.kills))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert made.false_alarms == ()
    assert made.requests == {SMALL: len(bench(SMALL).plan.steps)}
    some = random.Random(5).sample(made.kills, 5)
    alone = bench(SMALL)
    assert [alone.kill(one.defect) for one in some] == some
    assert proving._READY == {}


def test_what_fails_the_clean_reference_catches_no_defect(benches, monkeypatch):
    prepared = benches[SMALL]
    defect = next(one for one in defects(SMALL) if prepared.kill(one).caught)
    place = prepared.kill(defect).failed[0]
    noisy = dict(prepared.clean.known)
    noisy[place] = replace(noisy[place], outcome=Outcome.FAILED)
    monkeypatch.setattr(prepared.clean, "known", noisy)
    assert place not in prepared.kill(defect).failed
    assert f"{place[0]}@{place[1]}: failed" in proving.alarms(prepared)


def test_an_unknown_format_is_one_sentence():
    with pytest.raises(ConformanceError, match="--format xml: known are table, json"):
        prove((), "xml")


def test_no_bar_is_drawn_where_there_is_no_terminal(tmp_path):
    ran = conformance("prove", "--service", SMALL, "--format", "json", cwd=tmp_path)
    assert set(json.loads(ran.out)) == {"defects", "missed", "unproven", "false_alarms", "requests"}
    assert ran.err == ""


# --- over HTTP --------------------------------------------------------------------------------------------------------


def over_http(service, defect, folder):
    """What fails in a run of the command, pytest and all, against the served reference with the defect."""
    contract = contracts()[service]
    limit = "timeout = { exchange = 2 }\n" if in_time(defect) else ""
    with serving([contract], defect, pause=4) as root:
        key, query = ("wsdl", "?wsdl") if contract.document.kind == "prose" else ("url", "")
        target = folder / "target.toml"
        target.write_text(f'{limit}[{service}]\n{key} = "{root}{path_of(contract)}{query}"\n', "utf-8")
        words = ("--target", target, "--depth", "quick", "--out", folder / "out", "--quiet")
        ran = conformance("check", *words, cwd=folder)
    assert ran.status in {0, 1, 6}, ran.err
    return {place for place, outcome in outcomes(report_of(folder / "out")).items() if outcome == "failed"}


def in_time(defect):
    return defect.rules[0].endswith("/http/in-time")


def drawn(numbers, seed):
    return [
        pytest.param(service, defect, id=defect.id)
        for service, number in zip(SERVICES, numbers, strict=True)
        for defect in sample(service, number, seed)
    ]


def agrees_over_http(prepared, service, defect, folder):
    """Does a run fail what the matrix says? It gives up on who never answers, and then it has seen less."""
    seen, said = over_http(service, defect, folder), set(prepared.kill(defect).failed)
    if in_time(defect):
        assert seen
        assert seen <= said
    else:
        assert seen == said


@pytest.mark.parametrize(("service", "defect"), drawn((2, 1, 1), "over HTTP"))
def test_over_http_a_run_fails_what_the_matrix_says(benches, service, defect, tmp_path):
    agrees_over_http(benches[service], service, defect, tmp_path)


@pytest.mark.nightly
@pytest.mark.parametrize(("service", "defect"), drawn((20, 12, 8), "nightly"))
def test_over_http_many_a_run_fails_what_the_matrix_says(benches, service, defect, tmp_path):
    agrees_over_http(benches[service], service, defect, tmp_path)
