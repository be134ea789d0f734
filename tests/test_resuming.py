"""A run that is gone on with: it sends what is missing, between accepted baselines, and its report is that of a run
that nobody broke."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conformance.judge import Judge
from conformance.model import Plan, Request, Response, asked_again
from conformance.reference import Defect
from conformance.reference.service import State, answer
from conformance.report.language import ENGLISH
from conformance.report.writers import report_json
from conformance.run import rendering, setup
from conformance.run.contracts import contracts
from conformance.run.header import header, planned
from conformance.run.options import Options
from conformance.run.serving import defects
from conformance.run.setup import Setup
from conformance.target import secrets
from conformance.target.exchanger import Exchanger, Sender
from conformance.target.journal import Journal, read
from conformance.target.journal.earlier import FIRST, earlier, is_whole, unanswered
from conformance.target.journal.lines import opened, sealed
from conformance.target.secrets import MASK
from conformance.target.wire import WireError
from tests.kills import differences
from tests.test_canary_verdicts import coded
from tests.test_cli import SERVICE, target_file
from tests.test_refusals import undecided
from tests.test_workers import TIGHT

BASELINE = f"{SERVICE}/json/baseline"


@cache
def flaw() -> Defect:
    return next(known for known in defects(SERVICE) if known.id == TIGHT)


class Memory:
    """The reference as a wire. `fails` says of a request, and how many were sent before, how it fails."""

    def __init__(self, fails: Callable[[Request, int], WireError | None] = lambda sent, number: None) -> None:
        self._lock = threading.Lock()
        self._state = State()
        self._fails = fails
        self._flaw = flaw()
        self.sent: list[Request] = []

    def send(self, request: Request, tried: list[str]) -> Response:
        with self._lock:
            failure = self._fails(request, len(self.sent))
            self.sent.append(request)
            if failure is not None:
                raise failure
            here = replace(request, url="/api/CollectionPolicy")
            response, self._state = answer(contracts()[SERVICE], here, self._state, self._flaw)
        return response


class Broken:
    """One plan, and runs of it in process that end where a test wants."""

    def __init__(self, folder: Path, more: str = "") -> None:
        file = target_file(folder, "http://127.0.0.1:9/api/CollectionPolicy", more)
        self._prepare(folder, Options(target=file, depth="quick", rules=("*/request/Email/*", "*/request/M*")))
        self.judge = Judge(self.setup.service(SERVICE).contract, self.setup.rules)
        self.whole = self.run()
        self.report = self.told(self.whole)

    def _prepare(self, folder: Path, options: Options, environ: Mapping[str, str] | None = None) -> None:
        self.folder, self.number = folder, 0
        self.setup: Setup = setup.bind_all(setup.set_up(options, environ), None)
        self.plan: Plan = setup.plan(self.setup, self.setup.items)

    def run(self, wire: Sender | None = None, *, from_: bytes | None = None, workers: int = 1, **how: Any) -> Path:
        """A run, or one that goes on from a journal; the journal that it leaves."""
        self.number += 1
        path = self.folder / f"{self.number}.jsonl"
        log = None
        if from_ is None:
            journal = Journal.create(path, header(self.setup, self.setup.items, "run", ""), self.setup.target.masks())
            journal.plan(planned(self.setup, self.plan, self.setup.items))
        else:
            path.write_bytes(renumbered(from_))
            log = read(path)
            journal = Journal.extend(path, log.header, self.setup.target.masks())
            journal.resumed(command="")
        one = Exchanger(
            self.plan,
            wire=wire or Memory(),
            judge=self.judge,
            journal=journal,
            target=self.setup.target,
            workers=workers,
            earlier=FIRST if log is None else earlier(log, self.plan, **how),
        )
        one.start()
        one.wait_all()
        journal.end()
        journal.close()
        return path

    def told(self, path: Path) -> dict[str, Any]:
        log = read(path)
        assert log.problems == ()
        document: dict[str, Any] = json.loads(
            report_json.write(rendering.material(rendering.report_of(log), log, ENGLISH))
        )
        return document

    def lines(self) -> list[bytes]:
        return self.whole.read_bytes().splitlines(keepends=True)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Broken:
    return Broken(tmp_path_factory.mktemp("broken"))


def renumbered(content: bytes) -> bytes:
    """The lines as a run would have written them that never wrote those which a test left out."""
    *whole, torn = content.split(b"\n")
    return b"".join(sealed(opened(line)[1], number) for number, line in enumerate(whole, 1)) + torn


def ids(path: Path) -> list[str]:
    return list(dict.fromkeys(record.exchange.id for record in read(path).records))


def answered(lines: list[bytes]) -> list[tuple[int, str, str]]:
    """Place, exchange and kind of each line that holds an answer."""
    held = [(place, json.loads(line)) for place, line in enumerate(lines)]
    return [
        (place, line["exchange"]["id"], line["records"][0]["case"]["kind"])
        for place, line in held
        if "exchange" in line
    ]


def kinds(path: Path) -> list[tuple[str, str]]:
    """Exchange and kind of what was sent, in the order of time."""
    return [(name, kind) for _, name, kind in answered(path.read_bytes().splitlines())]


@pytest.mark.parametrize(
    ("workers", "step"),
    [(1, 29), (4, 37), *(pytest.param(workers, 1, marks=pytest.mark.nightly) for workers in (1, 4))],
)
def test_wherever_a_run_is_killed_the_resumed_one_tells_the_same(broken: Broken, workers: int, step: int) -> None:
    lines = broken.lines()
    assert any("." in name for name in ids(broken.whole)), "the plan must have a message that is split"
    for cut in range(2, len(lines), step):
        wire = Memory()
        kept = b"".join(lines[:cut])
        torn = lines[cut][: cut * 7 % len(lines[cut])]
        path = broken.run(wire, from_=kept + torn, workers=workers, resend=True)
        assert differences(broken.report, broken.told(path)) == [], cut
        before = sum(place < cut for place, _, _ in answered(lines))
        again = [name for name in ids(path) if asked_again(name)]
        assert len(wire.sent) == len(ids(broken.whole)) - before + len(again)
        assert len(again) <= 1


def test_what_is_missing_lies_between_baselines_that_were_asked_in_the_same_start(broken: Broken) -> None:
    """Of what came in, one answer in the middle of each encoding is lost: as where a service was given up and back."""
    lines = broken.lines()
    names = [name for _, name, kind in answered(lines) if kind == "negative"]
    for name in (names[0], names[-1]):
        kept = [line for line in lines if f'"{name}"'.encode() not in line[:120]]
        path = broken.run(from_=b"".join(kept), resend=True)
        start = kinds(path)[len(ids(broken.whole)) - 1 :]
        assert [kind for _, kind in start] == ["baseline", "negative", "baseline"]
        assert [asked_again(one) for one, _ in start] == [True, False, True]
        order = ids(path)
        at = order.index(name)
        assert (order[at - 1], order[at + 1]) == (start[0][0], start[2][0])
        assert differences(broken.report, broken.told(path)) == []


def test_what_has_no_known_answer_is_said_and_not_sent_again(broken: Broken) -> None:
    lines = broken.lines()
    place, name = next((place, name) for place, name, kind in answered(lines) if kind == "negative")
    wire = Memory()
    path = broken.run(wire, from_=b"".join(lines[:place]))
    log = read(path)
    assert log.pending == (name,)
    body = json.loads(lines[place])["exchange"]["request"]["body"].encode()
    assert body not in [request.body for request in wire.sent]
    report = broken.told(path)
    assert report["outcome"] == "inconclusive" or report["exit_status"] == 1
    assert f"1 request sent, answer unknown: {name}." in report["notices"]
    assert any(verdict["reason"] == f"{name} was sent, its answer is unknown" for verdict in report["verdicts"])
    again = broken.run(from_=path.read_bytes(), resend=True)
    assert differences(broken.report, broken.told(again)) == []


@pytest.mark.parametrize("last", [False, True])
def test_a_baseline_without_a_known_answer_is_asked_again(broken: Broken, last: bool) -> None:
    lines = broken.lines()
    places = [place for place, _, kind in answered(lines) if kind == "baseline"]
    place = places[-1 if last else 0]
    path = broken.run(from_=b"".join(lines[:place]))
    log = read(path)
    (name,) = log.pending
    assert f"{name}.r1.1" in ids(path)
    assert [kind for _, kind in kinds(path)].count("baseline") == len(places)
    if last:
        # Nothing decides by the last baseline alone.
        assert broken.told(path)["outcome"] == broken.report["outcome"]


@pytest.mark.parametrize("start", [0, 30, 60])
def test_what_had_no_answer_is_sent_again_where_that_is_wanted(broken: Broken, start: int) -> None:
    """A server that restarts in the middle: connections end, and then it is there again."""
    closed = WireError("The connection was closed before an answer.", True)
    path = broken.run(Memory(lambda sent, number: closed if start <= number < start + 2 else None))
    log = read(path)
    gone = unanswered(log)
    assert log.ended
    assert len(gone) == 2
    assert (is_whole(log), is_whole(log, resend=True)) == (True, False)
    wire = Memory()
    assert broken.told(broken.run(wire, from_=path.read_bytes()))["outcome"] == broken.told(path)["outcome"]
    assert wire.sent == []
    again = broken.run(wire, from_=path.read_bytes(), resend=True)
    assert differences(broken.report, broken.told(again)) == []
    assert is_whole(read(again), resend=True)
    # Beside a baseline without an answer no message was taken apart; now they are.
    assert len(gone) < len(wire.sent) < len(ids(broken.whole)) // 2


def test_of_a_message_that_went_on_in_parts_only_a_part_is_sent_again(broken: Broken) -> None:
    closed = WireError("The connection was closed before an answer.", True)
    path = broken.run(Memory(lambda sent, number: closed if number in (12, 13) else None))
    log = read(path)
    whole, part = dict.fromkeys(record.exchange.id for record in log.records if record.exchange.response is None)
    assert part == f"{whole}.1.1"
    assert unanswered(log) == (part,)
    again = broken.run(from_=path.read_bytes(), resend=True)
    assert unanswered(read(again)) == ()
    there = [(verdict["rule"], verdict["outcome"]) for verdict in broken.report["verdicts"]]
    assert [(verdict["rule"], verdict["outcome"]) for verdict in broken.told(again)["verdicts"]] == there
    assert there != [(verdict["rule"], verdict["outcome"]) for verdict in broken.told(path)["verdicts"]]


def test_a_run_that_was_gone_on_with_is_gone_on_with_again(broken: Broken) -> None:
    lines = broken.lines()
    first = broken.run(from_=b"".join(lines[: len(lines) // 3]), resend=True)
    some = first.read_bytes().splitlines(keepends=True)
    second = broken.run(from_=b"".join(some[: len(some) * 2 // 3]), resend=True)
    third = broken.run(from_=b"".join(second.read_bytes().splitlines(keepends=True)[:-1]), resend=True)
    assert len(read(third).resumed) == 3
    assert sum(asked_again(name) for name in ids(third)) == 2
    assert {name.partition(".r")[2] for name in ids(third) if asked_again(name)} == {"1.1", "2.1"}
    assert differences(broken.report, broken.told(third)) == []


def test_a_service_that_was_gone_is_asked_for_what_it_missed(broken: Broken) -> None:
    gone = Memory(lambda sent, number: WireError("Nothing listens.", False) if number >= 20 else None)
    path = broken.run(gone)
    log = read(path)
    assert log.ended
    assert log.unreached
    assert log.unsent
    assert not is_whole(log)
    wire = Memory()
    again = broken.run(wire, from_=path.read_bytes())
    assert differences(broken.report, broken.told(again)) == []
    assert is_whole(read(again))
    # It still is gone: what was answered before stays, and so does why the rest was not sent.
    still = broken.run(Memory(lambda sent, number: WireError("Nothing listens.", False)), from_=path.read_bytes())
    assert {name for name in ids(path) if name not in log.unreached} <= set(ids(still))
    assert read(still).unsent


def test_a_whole_run_has_nothing_missing(broken: Broken) -> None:
    assert is_whole(read(broken.whole))
    wire = Memory()
    assert differences(broken.report, broken.told(broken.run(wire, from_=broken.whole.read_bytes()))) == []
    assert wire.sent == []


def test_a_budget_is_spent_in_the_same_way(broken: Broken, tmp_path: Path) -> None:
    needed = len(broken.plan.steps)
    tight = Broken(tmp_path, f"budget = {{ requests = {needed} }}")
    log = read(tight.whole)
    assert log.spent
    assert is_whole(log)
    assert len(ids(tight.whole)) == needed
    lines = tight.lines()
    for cut in range(3, len(lines), 31):
        wire = Memory()
        path = tight.run(wire, from_=b"".join(lines[:cut]), resend=True)
        assert differences(tight.report, tight.told(path)) == [], cut
        assert len(wire.sent) <= needed


def test_the_exchanges_that_are_there_are_not_judged_anew(broken: Broken) -> None:
    lines = broken.lines()
    cut = len(lines) // 2
    path = broken.run(from_=b"".join(lines[:cut]))
    assert path.read_bytes().startswith(b"".join(lines[:cut]))


class Echoing:
    """A SOAP service that says in each answer what the tenant's secret is, beside a code that is its way to refuse."""

    def __init__(self, accepted: bytes) -> None:
        self._accepted = accepted

    def send(self, request: Request, tried: list[str]) -> Response:
        code = "40" if request.body == self._accepted else "17"
        body = coded(f"{ECHOED} {code}", f"{ECHOED}, as always")
        return Response(status=200, headers=(("Content-Type", "text/xml; charset=utf-8"),), body=body)


ECHOED = "hidden-of-this-tenant"


class Masked(Broken):
    """Such a service, of which nobody has declared what a refusal is."""

    def __init__(self, folder: Path) -> None:
        service, file = "envio-correo", folder / "target.toml"
        section = 'url = "http://127.0.0.1:9/s"\nsoap = ["1.1"]\nheaders = { X-Token = "${QA_X}" }'
        file.write_text(f"[{service}]\n{section}\n", "utf-8")
        options = Options(target=file, depth="quick", rules=("*/request/CodigoEmpresa/*",))
        self._prepare(folder, options, {"QA_X": ECHOED})
        contract = self.setup.service(service).contract
        self.judge = Judge(undecided(contract), self.setup.rules)
        self.wire = Echoing(self.plan.steps[0].case.request.body)


def test_a_resumed_run_whose_secret_is_echoed_comes_to_the_same_verdicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process masks with a key of its own, and the masks of two are not compared, those of one are."""
    masked = Masked(tmp_path)
    whole = masked.run(masked.wire)
    lines = whole.read_bytes().splitlines(keepends=True)
    report = masked.told(whole)
    outcomes = {verdict["outcome"] for verdict in report["verdicts"] if "/request/" in verdict["rule"]}
    assert "cant-tell" in outcomes, "what differs in a masked code is doubtful"
    assert ECHOED.encode() not in whole.read_bytes()
    assert MASK.encode() in whole.read_bytes()
    for place, cut in enumerate(range(3, len(lines), 4)):
        name = f"{place:08x}"
        monkeypatch.setattr(secrets, "_KEY", name.encode())
        monkeypatch.setattr(secrets, "_NAME", name)
        path = masked.run(masked.wire, from_=b"".join(lines[:cut]), resend=True)
        assert len({*re.findall(rb"#([0-9a-f]+):", path.read_bytes())}) == 1 + (cut > 3)
        assert differences(unmasked(report), unmasked(masked.told(path))) == [], cut


def unmasked(report: dict[str, Any]) -> dict[str, Any]:
    """The report without what each process says in place of a masked text."""
    made: dict[str, Any] = json.loads(re.sub(r"#[0-9a-f]+:[0-9a-f]+", "", json.dumps(report)))
    return made
