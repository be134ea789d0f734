"""Shards of one plan: each sends its own stretch of it, and merged they are the run that nobody cut."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from conformance import checking
from conformance.errors import ConformanceError
from conformance.generate.sharding import Shard, part
from conformance.model import Plan, Request, Step, order_of, repeated
from conformance.report.language import ENGLISH
from conformance.run import rendering, resuming, verifying
from conformance.run.merging import merged
from conformance.run.serving import defects
from conformance.run.waiving import load_waivers
from conformance.target.journal import read
from conformance.target.journal.lines import opened, sealed
from conformance.target.wire import WireError
from tests.sharded import Job, Wire, comparable, flaw, merge, prepared, run, told
from tests.test_cli import conformance, report_of

POLICY, MAIL = "collection-policy", "envio-correo"
FLAWS = {
    POLICY: (
        "collection-policy/request/MinimumInterest/maximum:tighter",
        "collection-policy/request/Email/pattern:dropped",
        "collection-policy/request/MaximunInterest/maximum:dropped",
    ),
    MAIL: (
        "envio-correo/envelope/fault-status:dropped",
        "envio-correo/response/RespuestaProduccion/IsValid/type:word",
    ),
}
"""The first of each service refuses or breaks what many requests show, so that packed messages go on in parts."""
NARROW: dict[str, Any] = {"rules": ("*/request/Email/*",)}


def jobs(folder: Path, services: list[str], of: int, head: str = "", **more: Any) -> tuple[Job, list[Job]]:
    """The whole run, and its shards."""
    return (
        prepared(folder, services, None, head, **more),
        [prepared(folder, services, f"{number}/{of}", head, **more) for number in range(1, of + 1)],
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Job, list[Job]]]:
    """Of each service a whole run and three shards, planned."""
    return {service: jobs(tmp_path_factory.mktemp(service), [service], 3) for service in (POLICY, MAIL)}


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> tuple[Job, list[Job]]:
    """The same of a few rules."""
    return jobs(tmp_path_factory.mktemp("narrow"), [POLICY], 3, **NARROW)


# --- the cut ----------------------------------------------------------------------------------------------------------


def cuts(whole: Plan, of: int) -> list[Plan]:
    return [part(whole, Shard(number, of)) for number in range(1, of + 1)]


def groups(plan: Plan) -> Iterator[list[Step]]:
    """The steps of each service and encoding."""
    places: dict[tuple[str, str], list[Step]] = {}
    for step in plan.steps:
        places.setdefault((step.case.service, step.case.encoding), []).append(step)
    yield from places.values()


ROWS = '[envio-correo]\nurl = "http://127.0.0.1:9/x"\nvalues = [{ NumeroFactura = "1" }, { NumeroFactura = "2" }]\n'


@pytest.fixture(scope="module")
def plans(made: dict[str, tuple[Job, list[Job]]], tmp_path_factory: pytest.TempPathFactory) -> list[Plan]:
    """Plans of several shapes: REST, SOAP, sets of values, baselines alone."""
    rows = prepared(tmp_path_factory.mktemp("rows"), [], None, ROWS, rules=("*/request/*/type", "*/lexical"))
    smoke = prepared(tmp_path_factory.mktemp("smoke"), [POLICY, MAIL], None, "", depth="smoke")
    return [*(whole.plan for whole, _ in made.values()), rows.plan, smoke.plan]


@pytest.mark.parametrize("of", [1, 2, 3, 7, 50])
def test_every_step_is_of_one_shard_and_lies_between_two_baselines(plans: list[Plan], of: int) -> None:
    for whole in plans:
        shards = cuts(whole, of)
        sent = [step for shard in shards for step in shard.steps]
        assert len({step.exchange for step in sent}) == len(sent)
        assert [step for step in sent if not repeated(step.exchange)] == list(whole.steps)
        counted = [sum(not step.barrier for step in shard.steps) for shard in shards]
        assert max(counted) - min(counted) <= 1
        for shard in shards:
            assert [step.exchange for step in shard.steps] == sorted((s.exchange for s in shard.steps), key=order_of)
            assert [step for _, step in shard.elsewhere] == [
                step for other in shards if other is not shard for step in other.steps
            ]
            for group in groups(shard):
                assert group[0].case.kind == group[-1].case.kind == "baseline"
                assert group[0].barrier
                assert group[-1].barrier


def test_a_cut_costs_no_more_than_two_baselines(plans: list[Plan]) -> None:
    rest, soap, rows, smoke = plans
    for whole, each in ((rest, 2), (soap, 2), (rows, 4), (smoke, 0)):
        for of in (2, 3, 5):
            more = sum(len(shard.steps) for shard in cuts(whole, of)) - len(whole.steps)
            assert 0 <= more <= each * (of - 1)
    assert sum(len(shard.steps) for shard in cuts(rest, 2)) > len(rest.steps)


def test_sets_of_values_are_left_as_their_baselines_leave_them(plans: list[Plan]) -> None:
    rows = plans[2]
    for shard in cuts(rows, 4):
        for group in groups(shard):
            further = {step.case.id for step in group if step.barrier and step.case.kind != "baseline"}
            assert len(further) == 1
            assert [step.case.kind for step in group[-2:]] == ["positive", "baseline"]
            # A case that leans on a set of values is behind the baseline of that set.
            seen: set[str] = set()
            for step in group:
                assert step.case.leans_on not in further or step.case.leans_on in seen
                seen.add(step.case.id)


def test_the_order_of_exchanges_is_that_of_their_sending() -> None:
    names = ["x00040", "x00040.r1.1", "x00040.1", "x00040.1.1", "x00040.2", "x00040.2.r1.2", "x00040.s1.1"]
    names += ["x00040.s1.1.r1.1", "x00040.s1.2", "x00040.s2.1", "x00040.s10.1", "x00041"]
    shuffled = random.Random(3).sample(names, len(names))
    assert sorted(shuffled, key=order_of) == names
    assert [name for name in names if repeated(name)] == [name for name in names if ".r" in name or ".s" in name]


# --- merged is whole --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", [pytest.param(False, marks=pytest.mark.nightly), True], ids=["clean", "defects"])
@pytest.mark.parametrize("service", [POLICY, MAIL])
def test_merged_shards_are_the_run_that_nobody_cut(
    service: str, broken: bool, made: dict[str, tuple[Job, list[Job]]], tmp_path: Path
) -> None:
    whole, shards = made[service]
    flaws = [flaw(name) for name in FLAWS[service]] if broken else []
    report = told(run(tmp_path / "whole", whole, Wire(*flaws)))
    runs = [run(tmp_path / str(number), shard, Wire(*flaws)) for number, shard in enumerate(shards, 1)]
    there = merge(tmp_path / "merged", *runs)
    assert comparable(there) == comparable(report)
    assert report["outcome"] == ("does-not-conform" if broken else "conforms")
    assert [one["shard"] for one in there["suite"]["merged"]] == ["1/3", "2/3", "3/3"]
    failed = {verdict["rule"] for verdict in report["verdicts"] if verdict["outcome"] == "failed"}
    assert len(failed) >= (len(flaws) if broken else 0)
    if broken and service == POLICY:
        assert any("." in name for name in comparable(there)["exchanges"]), "nothing was sent in parts"
    alone = told(runs[1])
    fails = any(one["outcome"] == "failed" and one["level"] == "MUST" for one in alone["verdicts"])
    assert (alone["exit_status"], alone["scope"]["selection"]) == (1 if fails else 0, "shard 2/3")
    assert broken or not fails
    if not broken:
        # What it says is true of the whole, or it leaves it to the others.
        due = {(one["rule"], one["encoding"]): one["outcome"] for one in report["verdicts"]}
        others = ("untested", "it takes the requests of other shards")
        said = {(one["rule"], one["encoding"]): (one["outcome"], one["reason"]) for one in alone["verdicts"]}
        assert said.keys() == due.keys()
        assert all(outcome == due[item] or (outcome, why) == others for item, (outcome, why) in said.items())
        assert others in said.values()


@pytest.mark.nightly
@pytest.mark.parametrize("depth", ["quick", "standard"])
@pytest.mark.parametrize("of", [2, 5])
def test_merged_shards_are_the_whole_whatever_the_defects(depth: str, of: int, tmp_path: Path) -> None:
    services = [POLICY, MAIL]
    whole, shards = jobs(tmp_path, services, of, depth=depth)
    every = [one for service in services for one in defects(service)]
    drawn = random.Random(f"{depth} {of}")
    for number in range(12):
        flaws, base = drawn.sample(every, 3), tmp_path / str(number)
        report = told(run(base / "whole", whole, Wire(*flaws)))
        runs = [run(base / str(place), shard, Wire(*flaws), workers=3) for place, shard in enumerate(shards)]
        there = merge(base / "merged", *drawn.sample(runs, len(runs)))
        assert comparable(there) == comparable(report), [one.id for one in flaws]


def test_more_shards_than_requests_and_any_order_of_runs(tmp_path: Path) -> None:
    whole, shards = jobs(tmp_path, [POLICY], 12, rules=("*/request/Email/required",))
    assert any(not shard.plan.steps for shard in shards)
    assert sum(not step.barrier for step in whole.plan.steps) < 12
    runs = [run(tmp_path / str(number), shard, Wire()) for number, shard in enumerate(shards)]
    report = told(run(tmp_path / "whole", whole, Wire()))
    there = merge(tmp_path / "merged", *runs)
    assert comparable(there) == comparable(report)
    merge(tmp_path / "again", *random.Random(1).sample(runs, len(runs)))
    one, other = (read(tmp_path / name / "run.jsonl") for name in ("merged", "again"))
    assert {**one.header, "run": ""} == {**other.header, "run": ""}
    assert (one.records, one.unsent, one.end) == (other.records, other.unsent, other.end)
    nothing = next(folder for folder, shard in zip(runs, shards, strict=True) if not shard.plan.steps)
    alone = told(nothing)
    assert (alone["outcome"], alone["exit_status"], alone["exchanges"]) == ("inconclusive", 5, {})


def test_a_plan_is_the_same_in_every_shard(made: dict[str, tuple[Job, list[Job]]]) -> None:
    for whole, shards in made.values():
        for shard in shards:
            every = (*shard.plan.steps, *(step for _, step in shard.plan.elsewhere))
            there = {step.exchange: step.case.request for step in every if not repeated(step.exchange)}
            assert there == {step.exchange: step.case.request for step in whole.plan.steps}


# --- a shard that ended early, or is not there ------------------------------------------------------------------------


@pytest.mark.parametrize("lines", [2, 29])
def test_a_killed_shard_that_was_resumed_is_like_one_that_was_not(
    lines: int, narrow: tuple[Job, list[Job]], tmp_path: Path
) -> None:
    whole, shards = narrow
    report = told(run(tmp_path / "whole", whole, Wire()))
    runs = [run(tmp_path / str(number), shard, Wire()) for number, shard in enumerate(shards, 1)]
    journal = runs[1] / "run.jsonl"
    kept = journal.read_bytes().splitlines(keepends=True)[:lines]
    assert len(kept) == lines
    journal.write_bytes(b"".join(kept) + b'{"crc32')
    killed = merge(tmp_path / "killed", *runs)
    assert (killed["outcome"], killed["exit_status"]) == ("inconclusive", 6)
    assert "was killed in shard 2/3" in killed["sentence"]
    assert all("--resume" not in notice for notice in killed["notices"])
    wire = Wire()
    run(runs[1], shards[1], wire)
    assert 0 < len(wire.sent) <= len(shards[1].plan.steps) + 2
    there = merge(tmp_path / "merged", *runs)
    again = {name for name in there["exchanges"] if ".r" in name}
    for one in (*there["verdicts"], *there["observations"]):
        one["exchanges"] = [name for name in one["exchanges"] if name not in again]
    there["exchanges"] = {name: seen for name, seen in there["exchanges"].items() if name not in again}
    assert comparable(there) == comparable(report)


def test_what_a_missing_shard_would_have_sent_is_untested(narrow: tuple[Job, list[Job]], tmp_path: Path) -> None:
    _, shards = narrow
    first, second, third = (run(tmp_path / str(number), shard, Wire()) for number, shard in enumerate(shards, 1))
    report = merge(tmp_path / "merged", third, first)
    reason = "it takes the requests of shard 2/3, which is missing"
    lost = {rule for step in shards[1].plan.steps for rule in step.case.rules if step.case.expect != "observe"}
    assert lost
    found = {
        (verdict["rule"], verdict["encoding"]): verdict for verdict in report["verdicts"] if verdict["rule"] in lost
    }
    cut = {(rule, step.case.encoding) for step in shards[1].plan.steps for rule in step.case.rules}
    for item in cut & found.keys():
        assert (found[item]["outcome"], found[item]["reason"]) == ("untested", reason)
    assert (report["outcome"], report["exit_status"]) == ("inconclusive", 6)
    asked = report["scope"]["requests"]
    assert asked["planned"] == asked["answered"] + len(shards[1].plan.steps)
    told_so = f"was merged without shard 2/3 when {asked['answered']} of {asked['planned']} requests had an answer"
    assert told_so in report["sentence"]
    log = read(tmp_path / "merged" / "run.jsonl")
    assert log.header["merged"]["missing"] == [2]
    one = merge(tmp_path / "one", second)
    assert "was merged without shards 1/3 and 3/3" in one["sentence"]


def test_a_failure_of_a_shard_fails_the_whole_though_another_is_missing(tmp_path: Path) -> None:
    name = "collection-policy/request/Email/pattern:dropped"
    _, shards = jobs(tmp_path, [POLICY], 2, **NARROW)
    runs = [run(tmp_path / str(number), shard, Wire(flaw(name))) for number, shard in enumerate(shards, 1)]
    failing = [folder for folder in runs if told(folder)["exit_status"] == 1]
    assert failing
    report = merge(tmp_path / "merged", failing[0])
    assert (report["outcome"], report["exit_status"]) == ("does-not-conform", 1)


def test_refusals_of_a_shard_whose_baseline_is_refused_are_no_evidence(
    narrow: tuple[Job, list[Job]], tmp_path: Path
) -> None:
    """The baselines of another shard vouch for nothing here."""

    class Closed(Wire):
        def send(self, request: Request, tried: list[str]) -> Any:
            answer = super().send(request, tried)
            body = b'{"success":false,"message":"closed"}'
            return replace(answer, status=400, body=body, headers=(("Content-Type", "application/json"),))

    _, shards = narrow
    runs = [
        run(tmp_path / str(number), shard, Closed() if number == 2 else Wire())
        for number, shard in enumerate(shards, 1)
    ]
    report = merge(tmp_path / "merged", *runs)
    sent = {
        (rule, step.case.encoding)
        for step in shards[1].plan.steps
        if step.case.kind == "negative"
        for rule in step.case.rules
    }
    assert sent
    for verdict in report["verdicts"]:
        if (verdict["rule"], verdict["encoding"]) in sent:
            assert verdict["outcome"] in {"cant-tell", "failed"}, verdict
    assert report["outcome"] != "conforms"


def test_a_shard_that_was_never_answered_leaves_the_tenant_as_it_is(tmp_path: Path) -> None:
    """It is told by the time at which each shard sent last, not by the place in the plan."""

    def dying(request: Request, number: int) -> Exception | None:
        return WireError("gone", sent=True) if number > 4 else None

    _, shards = jobs(tmp_path, [POLICY], 2, **NARROW)
    last = run(tmp_path / "2", shards[1], Wire())
    first = run(tmp_path / "1", shards[0], Wire(fails=dying))
    report = merge(tmp_path / "merged", first, last)
    assert any("may be left as" in notice for notice in report["notices"])
    again = run(tmp_path / "3", shards[1], Wire())
    report = merge(tmp_path / "other", first, again)
    assert not any("may be left as" in notice for notice in report["notices"])


def test_a_waiver_is_stale_only_by_the_word_of_all_shards(tmp_path: Path) -> None:
    name = "*/http/content-type-present"
    text = f'rule = "{name}"\nencodings = ["xml"]\nreason = "known"\nowner = "ana@example.com"\nexpiry = 2999-01-01\n'
    (tmp_path / "waivers.toml").write_text(f"[[waiver]]\n{text}", "utf-8")
    given = load_waivers(tmp_path / "waivers.toml")
    runs = [
        run(tmp_path / str(job.plan.steps[0].exchange), job, Wire())
        for job in jobs(tmp_path, [POLICY], 2, rules=(name,))[1]
    ]
    alone = rendering.report_of(rendering.log_of(runs[0]), waivers=given)
    # Other answers may still break what all of this one's keep.
    assert {one.outcome for one in alone.verdicts if one.encoding == "xml"} == {"passed"}
    assert alone.waivers[0]["state"] != "stale"
    whole = rendering.report_of(rendering.log_of(merged(runs, tmp_path / "all")), waivers=given)
    assert (whole.waivers[0]["state"], whole.exit_status) == ("stale", 1)


# --- what does not go together ----------------------------------------------------------------------------------------


def changed(folder: Path, out: Path, **edits: Any) -> Path:
    """A copy of the run whose header says something else at these places, written `a__b`."""
    lines = (folder / "run.jsonl").read_bytes().splitlines()
    first = opened(lines[0])[1]
    for place, value in edits.items():
        *above, name = place.split("__")
        held = first["header"]
        for key in above:
            held = held[key]
        held[name] = value
    out.mkdir()
    (out / "run.jsonl").write_bytes(sealed(first, 1) + b"\n".join([*lines[1:], b""]))
    return out


@pytest.fixture(scope="module")
def three(narrow: tuple[Job, list[Job]], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("three")
    return [run(folder / str(number), shard, Wire()) for number, shard in enumerate(narrow[1], 1)]


@pytest.mark.parametrize(
    ("edits", "says"),
    [
        ({"shard__number": 1}, "are both shard 1/3; name each shard once"),
        ({"shard__of": 4}, "the number of shards is 3 in the one and 4 in the other"),
        ({"suite__seed": 7}, "--seed is 0 in the one and 7 in the other"),
        ({"suite__depth": "deep"}, "--depth is quick in the one and deep in the other"),
        ({"suite__version": "9.9"}, "the version of the suite is"),
        ({"suite__hypothesis": "1"}, "the version of hypothesis is"),
        ({"strict": True}, "--strict is not set in the one and set in the other"),
        ({"options__--rules": ["*"]}, "--rules is */request/Email/* in the one and * in the other"),
        ({"options__--service": [POLICY]}, "--service is none in the one and collection-policy in the other"),
        ({"contracts__collection-policy__hash": "0" * 64}, "the contract of collection-policy is another one"),
        ({"settings": [["environment", "1"]]}, "the target file's name is another one"),
        ({"rules": []}, "other rules were selected"),
        ({"waivers": []}, "other waivers were given"),
    ],
    ids=lambda one: next(iter(one), "") if isinstance(one, dict) else "",
)
def test_runs_that_are_not_shards_of_one_plan_are_named(
    edits: dict[str, Any], says: str, three: list[Path], tmp_path: Path
) -> None:
    other = changed(three[1], tmp_path / "other", **edits)
    with pytest.raises(ConformanceError) as refused:
        merge(tmp_path / "merged", three[0], other)
    text = str(refused.value)
    assert says in text
    assert str(three[0]) in text
    assert str(other) in text
    assert "\n" not in text
    assert not (tmp_path / "merged").exists()


def test_another_target_is_named_before_its_settings(three: list[Path], tmp_path: Path) -> None:
    target = json.loads(json.dumps(rendering.log_of(three[1]).header["target"])) | {"name": "elsewhere"}
    lines = [opened(line)[1] for line in (three[1] / "run.jsonl").read_bytes().splitlines()]
    for line in lines[:2]:
        next(iter(line.values()))["target"] = target
    (tmp_path / "other").mkdir()
    text = b"".join(sealed(line, number) for number, line in enumerate(lines, 1))
    (tmp_path / "other" / "run.jsonl").write_bytes(text)
    with pytest.raises(ConformanceError, match="the target is here in the one and elsewhere in the other"):
        merge(tmp_path / "merged", three[0], tmp_path / "other")


def test_another_plan_is_named_by_its_first_request(three: list[Path], tmp_path: Path) -> None:
    lines = [opened(line)[1] for line in (three[1] / "run.jsonl").read_bytes().splitlines()]
    lines[1]["plan"]["plan"][2]["case"]["title"] = "another"
    name = lines[1]["plan"]["plan"][2]["exchange"]
    (tmp_path / "other").mkdir()
    text = b"".join(sealed(line, number) for number, line in enumerate(lines, 1))
    (tmp_path / "other" / "run.jsonl").write_bytes(text)
    with pytest.raises(ConformanceError, match=f"they differ from {name} on"):
        merge(tmp_path / "merged", three[0], tmp_path / "other")


def test_what_is_no_shard_or_is_damaged_is_not_merged(
    three: list[Path], narrow: tuple[Job, list[Job]], tmp_path: Path
) -> None:
    whole = run(tmp_path / "whole", narrow[0], Wire())
    with pytest.raises(ConformanceError, match="whole: is no shard"):
        merge(tmp_path / "m", three[0], whole)
    merge(tmp_path / "merged", *three)
    with pytest.raises(ConformanceError, match="holds merged shards"):
        merge(tmp_path / "m", tmp_path / "merged", three[0])
    lines = (three[2] / "run.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "run.jsonl").write_bytes(b"".join([*lines[:5], b"{}\n", *lines[6:]]))
    with pytest.raises(ConformanceError, match="bad: the journal is damaged"):
        merge(tmp_path / "m", three[0], tmp_path / "bad")
    with pytest.raises(ConformanceError, match="name another folder"):
        merge(tmp_path / "merged", *three)
    assert not (tmp_path / "m").exists()


# --- what a target bears ----------------------------------------------------------------------------------------------


def test_all_shards_together_keep_to_the_budget_and_the_rate(tmp_path: Path) -> None:
    flaws = [flaw(FLAWS[POLICY][0])]
    plain = jobs(tmp_path, [POLICY], 3, rules=("*/request/M*",))[1]
    enough = sum(len(shard.plan.steps) for shard in plain)
    for budget in (12, enough + 2):
        head = f"budget = {{ requests = {budget}, per_second = 6 }}"
        whole, shards = jobs(tmp_path, [POLICY], 3, head, rules=("*/request/M*",))
        assert whole.setup.target.per_second == 6
        wires = [Wire(*flaws) for _ in shards]
        folder = tmp_path / str(budget)
        for number, (shard, wire) in enumerate(zip(shards, wires, strict=True), 1):
            assert shard.setup.target.per_second == 2
            quick = replace(shard.setup, target=replace(shard.setup.target, per_second=None))
            report = told(run(folder / str(number), replace(shard, setup=quick), wire))
            assert any("together send at most" in notice for notice in report["notices"])
        sent = sum(len(wire.sent) for wire in wires)
        planned = sum(len(shard.plan.steps) for shard in shards)
        assert planned <= sent <= budget
        assert budget == 12 or sent > planned, "no message was sent in parts"


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_merges_and_renders_again(three: list[Path], tmp_path: Path) -> None:
    words = ("--out", "m", "--format", "json,junit,markdown")
    done = conformance("report", three[2], three[0], three[1], *words, cwd=tmp_path)
    assert (done.status, done.err) == (0, "")
    assert "m/run.jsonl" in done.out
    report = report_of(tmp_path / "m")
    assert (report["outcome"], report["scope"]["selection"]) == ("conforms", "rules */request/Email/*")
    assert verifying.told(tmp_path / "m", None, ENGLISH)[1] == 0
    before = (tmp_path / "m" / "report.json").read_bytes()
    (tmp_path / "m" / "report.json").unlink()
    (tmp_path / "m" / "claim.json").unlink()
    assert checking.report(tmp_path / "m", ["json"], None) == 0
    assert (tmp_path / "m" / "report.json").read_bytes() == before
    with pytest.raises(ConformanceError, match="m: holds merged shards; resume the shard"):
        resuming.journal_of(tmp_path / "m")


def test_several_runs_without_a_folder_go_to_one_of_their_own(
    three: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConformanceError, match="jsno"):
        checking.report(three, ["jsno"], None)
    assert list(tmp_path.iterdir()) == []
    assert checking.report(three, ["json"], None) == 0
    (folder,) = (tmp_path / "reports").iterdir()
    assert folder.name.endswith("-here")
    assert {"run.jsonl", "report.json", "claim.json"} <= {path.name for path in folder.iterdir()}


def test_adjacent_shards_share_no_request(narrow: tuple[Job, list[Job]]) -> None:
    for one, other in pairwise(narrow[1]):
        assert not {step.exchange for step in one.plan.steps} & {step.exchange for step in other.plan.steps}


@pytest.mark.nightly
def test_shards_of_all_services_fetch_the_wsdl_for_themselves(tmp_path: Path) -> None:
    """By the command, over HTTP, where a service has its names from a WSDL."""
    words = ("check", "--quiet", "--depth", "quick")
    whole = conformance(*words, "--out", "whole", cwd=tmp_path)
    shards = [conformance(*words, "--shard", f"{k}/3", "--out", f"s{k}", cwd=tmp_path) for k in (1, 2, 3)]
    done = conformance("report", "s2", "s3", "s1", "--out", "m", cwd=tmp_path)
    assert [one.status for one in (whole, *shards, done)] == [0, 0, 0, 0, 0]
    reports = [(tmp_path / name / "report.json").read_text("utf-8") for name in ("whole", "m")]
    here, there = (comparable(json.loads(re.sub(r"127\.0\.0\.1:\d+", "here", text))) for text in reports)
    assert here == there
    fetched = [name for name in json.loads(reports[1])["exchanges"] if name.startswith("w")]
    assert {name.partition(".")[2] for name in fetched} == {"", "s2", "s3"}
