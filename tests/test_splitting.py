"""A packed message that is refused is split until what is at fault stands alone, and no finding masks another."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.model import Outcome
from conformance.report.evidence import planned
from conformance.run.rendering import log_of, report_of
from tests.profiles.odd import HTML, always
from tests.profiles.running import ask, run_suite, target_file
from tests.profiles.service import Service
from tests.profiles.wire import Outgoing, serving


class Refuses:
    """A service that refuses what the page allows: every JSON message of which `wrong` holds."""

    def __init__(self, wrong, status=400):
        self.wrong, self.status, self.service, self.seen = wrong, status, Service(), []

    def __call__(self, incoming):
        self.seen.append(incoming)
        try:
            sent = json.loads(incoming.body)
        except ValueError:
            sent = None
        if isinstance(sent, dict) and self.wrong(sent):
            body = b'{"success": false, "message": "no"}'
            return Outgoing(status=self.status, headers=(("Content-Type", "application/json"),), body=body)
        return self.service(incoming)


def json_only(wrong, *rules, depth="quick"):
    return ask(Refuses(wrong), *(rules or ("request/*", "response/*", "http/*")), encodings=("json",), depth=depth)


CLEAN = ask(Service(), "request/*", "response/*", "http/*", encodings=("json",))


@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_the_one_value_that_is_refused_fails_its_rule_and_no_other(depth):
    checked = json_only(lambda sent: sent.get("DaysUncollectibleDebt") == 120, depth=depth)
    assert checked.failed() == {"request/DaysUncollectibleDebt/maximum"}
    (finding,) = checked.verdict("request/DaysUncollectibleDebt/maximum").findings
    assert finding.path == "DaysUncollectibleDebt"
    assert "120, the maximum" in finding.expected
    clean = (
        CLEAN
        if depth == "quick"
        else ask(Service(), "request/*", "response/*", "http/*", encodings=("json",), depth=depth)
    )
    assert checked.rules(Outcome.PASSED) == clean.rules(Outcome.PASSED) - checked.failed()


def test_two_values_that_are_refused_are_both_found():
    wrong = lambda sent: sent.get("DaysUncollectibleDebt") == 120 or sent.get("MaximumTermDays") == 0  # noqa: E731
    checked = json_only(wrong)
    assert checked.failed() >= {"request/DaysUncollectibleDebt/maximum"}
    assert checked.failed() <= {"request/DaysUncollectibleDebt/maximum", "request/MaximumTermDays/minimum"}
    low = ask(Refuses(wrong), "request/MaximumTermDays/*", encodings=("json",))
    assert low.failed() == checked.failed() - {"request/DaysUncollectibleDebt/maximum"}


def test_every_guilty_change_of_one_message_is_found():
    def wrong(sent):
        return sent.get("IsAfiliatedCC") is False or sent.get("ShowDocumentDetail") is False

    checked = json_only(wrong)
    assert checked.failed() == {"request/IsAfiliatedCC/type", "request/ShowDocumentDetail/type"}


def test_values_that_are_refused_only_together_are_observed():
    def wrong(sent):
        return sent.get("DaysUncollectibleDebt") == 120 and sent.get("IsCreditRateEnabled") is False

    checked = json_only(wrong)
    assert checked.failed() == set()
    told = [one.sentence for one in checked.report.observations if "by itself" in one.sentence]
    assert told
    for sentence in told:
        assert sentence.startswith("refused, though each was accepted by itself: ")
        assert "DaysUncollectibleDebt: 120" in sentence
        assert "IsCreditRateEnabled: false" in sentence
    assert not [one for one in CLEAN.report.observations if "by itself" in one.sentence]


def test_a_service_that_takes_nothing_is_not_asked_for_parts():
    server = Refuses(lambda sent: True)
    checked = ask(server, "request/*", encodings=("json",))
    whole = Refuses(lambda sent: False)
    ask(whole, "request/*", encodings=("json",))
    assert len(server.seen) == len(whole.seen)
    assert checked.failed() == set()
    assert "the baseline was not accepted" in checked.verdict("request/ArMailName/type").reason
    # Rules that positives alone decide say so as well.
    assert checked.verdict("request/IsAfiliatedCC/optional").outcome is Outcome.CANT_TELL


@pytest.mark.parametrize("status", [302, 401, 404, 409, 429, 503])
def test_a_gate_that_one_value_meets_says_nothing_of_the_others(status):
    checked = json_only_at(status, lambda sent: sent.get("DaysUncollectibleDebt") == 120)
    assert checked.failed() == ({"http/no-server-error"} if status == 503 else set())
    assert checked.rules(Outcome.CANT_TELL) == {"request/DaysUncollectibleDebt/maximum"}
    assert not checked.rules(Outcome.UNTESTED) - CLEAN.rules(Outcome.UNTESTED)


def test_two_values_of_one_message_that_meet_a_gate_are_no_gate():
    checked = json_only_at(409, lambda sent: False in (sent.get("IsAfiliatedCC"), sent.get("ShowDocumentDetail")))
    assert checked.failed() == set()
    assert checked.rules(Outcome.CANT_TELL) == {"request/IsAfiliatedCC/type", "request/ShowDocumentDetail/type"}
    assert not checked.rules(Outcome.UNTESTED) - CLEAN.rules(Outcome.UNTESTED)


def json_only_at(status, wrong):
    return ask(Refuses(wrong, status=status), "request/*", "response/*", "http/*", encodings=("json",))


@pytest.mark.parametrize("status", [401, 429])
def test_a_gate_that_every_request_meets_is_not_asked_for_every_part(status):
    class Closing(Refuses):
        def __call__(self, incoming):
            self.wrong = lambda _sent: len(self.seen) > 2
            return super().__call__(incoming)

    server, whole = Closing(lambda sent: False, status=status), Refuses(lambda sent: False)
    checked = ask(server, "request/*", encodings=("json",))
    ask(whole, "request/*", encodings=("json",))
    # Of each message a few parts, and no more.
    assert len(server.seen) < len(whole.seen) * 1.4
    assert checked.failed() == set()
    assert checked.exit == 6


def test_a_server_error_is_split_and_told_of_the_value_that_crashes():
    checked = ask(Refuses(lambda sent: sent.get("DaysUncollectibleDebt") == 120, status=500), encodings=("json",))
    assert checked.failed() == {"request/DaysUncollectibleDebt/maximum", "http/no-server-error"}


RULES = ("request/Days*", "request/Is*")
"""Enough for a packed message."""
COMMAND = [sys.executable, "-m", "conformance", "check", "--target", "target.toml", "--depth", "quick"]
COMMAND += [f"--rules=collection-policy/{rule}" for rule in RULES]


# --- over the wire ----------------------------------------------------------------------------------------------------


def ids(folder):
    return [record.exchange.id for record in log_of(folder).records]


def test_parts_stand_behind_their_message_in_journal_archive_and_report(tmp_path):
    with serving(Refuses(lambda sent: sent.get("DaysUncollectibleDebt") == 120)) as served:
        checked = run_suite(tmp_path, served.url, *RULES, more='encodings = ["json"]')
    order = list(dict.fromkeys(ids(tmp_path / "run")))
    parts = [key for key in order if "." in key]
    assert parts
    for key in parts:
        assert order.index(key.rpartition(".")[0]) < order.index(key)
    assert checked.failed() == {"request/DaysUncollectibleDebt/maximum"}
    document = checked.document
    assert document["scope"]["requests"]["sent"] == len(order) == planned(log_of(tmp_path / "run"))
    assert set(parts) <= set(document["exchanges"])
    archive = json.loads((tmp_path / "run" / "evidence.har").read_text("utf-8"))
    assert len(archive["log"]["entries"]) == len(order)
    (verdict,) = [one for one in document["verdicts"] if one["outcome"] == "failed"]
    (alone,) = verdict["exchanges"]
    assert document["exchanges"][alone]["case"].endswith("/DaysUncollectibleDebt/maximum/at")


def test_workers_find_the_same(tmp_path):
    found = []
    for workers in (1, 6):
        with serving(Refuses(lambda sent: sent.get("DaysUncollectibleDebt") == 120)) as served:
            checked = run_suite(tmp_path / str(workers), served.url, workers=workers)
        found.append((checked.document["verdicts"], ids(tmp_path / str(workers) / "run")))
    assert found[0] == found[1]


def test_a_part_is_replayed_by_its_name(tmp_path):
    with serving(Refuses(lambda sent: sent.get("DaysUncollectibleDebt") == 120)) as served:
        checked = run_suite(tmp_path, served.url, *RULES, more='encodings = ["json"]')
        (verdict,) = [one for one in checked.document["verdicts"] if one["outcome"] == "failed"]
        (alone,) = verdict["exchanges"]
        command = [*COMMAND, "--replay", alone, "--out", "again"]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stderr
    assert alone in ids(tmp_path / "again")
    assert "." in alone
    assert len(set(ids(tmp_path / "again"))) == 3


def test_parts_take_the_place_of_the_least_valuable_where_a_budget_has_no_room(tmp_path):
    with serving(Refuses(lambda sent: sent.get("DaysUncollectibleDebt") == 120)) as served:
        free = run_suite(tmp_path / "free", served.url, *RULES, more='encodings = ["json"]')
        steps = len(log_of(tmp_path / "free" / "run").header["plan"])
        folder = tmp_path / "tight"
        folder.mkdir()
        text = target_file(tmp_path, served.url, 'encodings = ["json"]').read_text("utf-8")
        (folder / "target.toml").write_text(f"budget = {{ requests = {steps} }}\n{text}", "utf-8")
        command = [*COMMAND, "--out", "run"]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert free.exit == 1
    assert ran.returncode == 1, ran.stderr
    assert len(set(ids(folder / "run"))) == steps
    assert ids(folder / "run")[-1] == f"x{steps:05d}"
    verdicts = json.loads((folder / "run" / "report.json").read_text("utf-8"))["verdicts"]
    (verdict,) = [one for one in verdicts if one["outcome"] == "failed"]
    assert verdict["rule"].endswith("/maximum")
    lost = [one for one in verdicts if one["outcome"] == "untested"]
    assert lost
    assert all("went to the parts of a message" in one["reason"] for one in lost)


class Stalls(Refuses):
    """Refuses one value, and has no answer any more to what is then sent alone."""

    def __call__(self, incoming):
        answered = super().__call__(incoming)
        self.refused = getattr(self, "refused", 0) + (answered.status == 400 and b"120" in incoming.body)
        if self.refused > 1:
            time.sleep(30)
        return answered


def test_a_run_killed_between_the_parts_says_what_is_not_known(tmp_path):
    with serving(Stalls(lambda sent: sent.get("DaysUncollectibleDebt") == 120)) as served:
        target_file(tmp_path, served.url, 'encodings = ["json"]')
        command = [*COMMAND, "--out", "run"]
        running = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        journal = tmp_path / "run" / "run.jsonl"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (journal.exists() and '"x00002.1' in journal.read_text("utf-8")):
            time.sleep(0.05)
        os.kill(running.pid, signal.SIGKILL)
        running.wait(30)
    log = log_of(Path(tmp_path / "run"))
    assert not log.ended
    report = report_of(log)
    (verdict,) = [one for one in report.verdicts if one.rule.endswith("/maximum")]
    assert verdict.outcome is Outcome.UNTESTED


def test_a_page_in_place_of_an_answer_is_split_down_to_each_case():
    page = always(200, b"<!DOCTYPE html><html></html>", *HTML)

    class Page(Refuses):
        def __call__(self, incoming):
            return (
                page(incoming) if b"120" in incoming.body and incoming.method == "POST" else super().__call__(incoming)
            )

    checked = ask(Page(lambda sent: False), "request/Days*", encodings=("json",))
    assert checked.failed() == {"request/DaysUncollectibleDebt/maximum"}
