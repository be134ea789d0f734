"""A watch judges what goes by as an audit judges what was recorded, loses nothing, and tells no secret."""

from __future__ import annotations

import json
import threading

import pytest

from conformance.errors import ConformanceError
from conformance.model import Outcome
from conformance.run import rendering, watching
from conformance.run import watched as watched_module
from conformance.run.auditing import AuditOptions, audit
from conformance.run.watching import Watch, WatchOptions
from conformance.traffic.files.lines import write_line
from conformance.traffic.judging import Desk
from conformance.traffic.recording import Answered, Recorded
from tests.watch_support import CLAVE, FOREIGN, MAIL, REST, defect_of, message, seen, traffic

BROKEN = "response/data/GrantorTaxId/type"


def watched(folder, exchanges, **options):
    """What was said while the exchanges went by, and the report."""
    said = []
    watch = Watch(WatchOptions(command="mitmdump", out=folder, **options), lambda line, loud: said.append((line, loud)))
    for recorded in exchanges:
        watch.see(recorded)
    return said, watch.close()


def told(report):
    return {
        one.key: (one.outcome, one.tally and (one.tally.checked, one.tally.failed), one.findings)
        for one in report.verdicts
    }


@pytest.fixture(scope="module")
def broken():
    return traffic([defect_of(REST, f"{BROKEN}:dropped")])


def test_what_conforms_is_told_in_the_report_alone(tmp_path):
    said, report = watched(tmp_path / "run", [seen(message(REST, "json"), number=n) for n in range(3)])
    assert said == []
    assert report.outcome == "conforms"
    assert {"report.html", "report.json", "junit.xml", "evidence.har", "run.jsonl"} <= {
        one.name for one in (tmp_path / "run").iterdir()
    }


def test_live_traffic_is_judged_as_recorded_traffic(tmp_path, broken):
    exchanges = [*broken, FOREIGN]
    _, live = watched(tmp_path / "live", exchanges)
    (tmp_path / "recorded.jsonl").write_bytes(b"".join(map(write_line, exchanges)))
    late = audit(AuditOptions(paths=(str(tmp_path / "recorded.jsonl"),), command="", out=tmp_path / "late")).report
    assert told(live) == told(late)
    assert {one.outcome for one in live.verdicts} >= {Outcome.PASSED, Outcome.FAILED}
    assert live.outcome == late.outcome == "does-not-conform"


def test_each_failure_is_a_line_with_its_party_rule_and_exchange(tmp_path, broken):
    said, report = watched(tmp_path / "run", broken)
    lines = "\n".join(line for line, loud in said if loud)
    assert f"provider: {REST}/{BROKEN} [json]: " in lines
    assert f"consumer: {REST}/request/MaximumTermDays/type [json]: " in lines
    assert len(said) == sum(one.tally.failed for one in report.verdicts if one.tally)
    named = {line.rpartition("(")[2].rstrip(")") for line, _ in said}
    kept = {record.exchange.id for record in rendering.log_of(tmp_path / "run").records}
    assert named <= kept


def test_every_exchange_is_written_when_it_is_judged_so_a_kill_loses_none(tmp_path, broken):
    exchanges = [*broken, FOREIGN]
    judged = threading.Semaphore(0)
    watch = Watch(WatchOptions(command="mitmdump", out=tmp_path / "run"), lambda *_: None)
    add = watch._book.add

    def counted(*given):
        yield from add(*given)
        judged.release()

    watch._book.add = counted
    for recorded in exchanges:
        watch.see(recorded)
    for _ in exchanges:
        assert judged.acquire(timeout=30)
    # Killed here: what a watch would have written at its end is not there.
    killed = rendering.report_of(rendering.log_of(tmp_path / "run"))
    whole = watch.close()
    assert told(killed) == told(whole)
    assert len(rendering.log_of(tmp_path / "run").records) >= len(broken)


def test_a_long_watch_keeps_the_first_exchanges_and_all_examples(tmp_path, monkeypatch, broken):
    monkeypatch.setattr(watched_module, "WHOLE", 2)
    fine, failing = seen(message(REST, "json")), broken[0]
    _, report = watched(tmp_path / "run", [fine, fine, fine, failing, fine, failing])
    assert [record.exchange.id for record in rendering.log_of(tmp_path / "run").records] == [
        one for one in ("x00001", "x00002", "x00004", "x00006") for _ in ("provider", "consumer")
    ]
    assert report.scope["audit"]["exchanges"] == {REST: {"json": 6}}
    (failed,) = (one for one in report.verdicts if one.outcome is Outcome.FAILED)
    assert (failed.exchanges, failed.tally.checked, failed.tally.failed) == (("x00004", "x00006"), 6, 2)


def test_a_disagreement_of_the_two_judges_is_told(tmp_path, monkeypatch, broken):
    monkeypatch.setattr(Desk, "again", lambda *_: frozenset({f"{REST}/{BROKEN}"}))
    _, report = watched(tmp_path / "run", broken)
    assert report.exit_status == 3


def test_exchanges_of_others_are_counted_and_nothing_of_them_is_kept(tmp_path):
    _, report = watched(tmp_path / "run", [FOREIGN, seen(message(REST, "json")), FOREIGN])
    (left_out,) = report.scope["audit"]["unjudged"]
    assert left_out["exchanges"] == 2
    for file in (tmp_path / "run").iterdir():
        content = file.read_bytes()
        assert not any(word in content for word in (b"elsewhere.example", b"not-ours", b"somebody else", b"abcdefgh"))


def test_no_secret_is_in_any_file(tmp_path):
    """Those that names tell, also where the answer to another exchange says them."""
    first = seen(message(MAIL, "soap-1.1"))
    later = seen(message(MAIL, "soap-1.1", CodigoEmpresa="abc", Clave="another-Clave-77"), number=1)
    echo = [
        ("X-Debug", CLAVE.encode("utf-8").hex()),
        ("Set-Cookie", "sid=a-session-of-mine"),
        ("X-Sid", "a-session-of-mine"),
    ]
    later.response.headers += echo
    later.response.body = later.response.body.replace("</", f"<!-- {CLAVE} another-Clave-77 a-session-of-mine --></", 1)
    quoted = seen(message(REST, "json"), number=2)
    quoted.response.body = '{"success": "tok-en-of-a-test", "data": null}'
    said, report = watched(tmp_path / "run", [first, later, quoted], formats=("all",))
    assert any("response/success/type" in line for line, _ in said)
    assert report.outcome == "does-not-conform"
    secrets = [CLAVE, CLAVE.encode().hex(), "another-Clave-77", "a-session-of-mine", "tok-en-of-a-test"]
    texts = {file.name: file.read_text("utf-8") for file in (tmp_path / "run").iterdir()} | {"log": str(said)}
    assert len(texts) > 8
    for name, text in texts.items():
        found = [one for one in secrets if one in text or json.dumps(one)[1:-1] in text or one.lower() in text]
        assert not found, name


def test_the_secrets_of_a_target_file_are_masked_and_its_address_is_kept_to(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_KEY", "words-of-the-target")
    target = tmp_path / "t.toml"
    target.write_text(
        f'[{REST}]\nurl = "http://127.0.0.1:8000/api/CollectionPolicy"\nheaders = {{ X-Odd = "${{QA_KEY}}" }}\n',
        "utf-8",
    )
    other = seen(message(REST, "json"))
    other.request.url = other.request.url.replace("8000", "9000")
    mine = seen(message(REST, "json", ArMailName="words-of-the-target"))
    _, report = watched(tmp_path / "run", [mine, other, seen(message(MAIL, "soap-1.1"))], target=target)
    assert report.scope["audit"]["exchanges"] == {REST: {"json": 1}}
    assert all(b"words-of-the-target" not in file.read_bytes() for file in (tmp_path / "run").iterdir())


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"services": ("enviocorreo",)}, "envio-correo"),
        ({"formats": ("word",)}, "unknown report format word"),
        ({"target": "missing.toml"}, "missing.toml"),
    ],
)
def test_a_mistake_in_an_option_is_told_before_anything_is_made(tmp_path, monkeypatch, options, wrong):
    monkeypatch.chdir(tmp_path)
    given = options | ({"target": tmp_path / options["target"]} if "target" in options else {})
    with pytest.raises(ConformanceError, match=wrong):
        watched(tmp_path / "run", [], **given)
    assert not (tmp_path / "run").exists()


def test_a_folder_holds_one_watch(tmp_path):
    watched(tmp_path / "run", [])
    with pytest.raises(ConformanceError, match="holds the journal of an earlier run"):
        watched(tmp_path / "run", [])


def test_what_comes_too_fast_is_left_out_and_counted(tmp_path, monkeypatch):
    one = seen(message(REST, "json"))
    monkeypatch.setattr(watching, "MOST_WAITING", 10)
    said, report = watched(tmp_path / "run", [one] * 3)
    assert [line for line, _ in said] == [
        "exchanges come faster than they can be judged: some are left out, and counted"
    ]
    (left_out,) = report.scope["audit"]["unjudged"]
    assert (left_out["reason"], left_out["exchanges"]) == (watching.TOO_FAST, 3)
    assert report.outcome == "inconclusive"


def test_a_defect_of_ours_leaves_one_exchange_out_and_the_next_is_judged(tmp_path, monkeypatch):
    judge = Desk.__call__

    def breaks(self, recorded):
        if recorded.milliseconds == 13.0:
            raise ValueError(recorded)
        return judge(self, recorded)

    monkeypatch.setattr(Desk, "__call__", breaks)
    odd = seen(message(REST, "json"))
    odd.milliseconds = 13.0
    said, report = watched(tmp_path / "run", [odd, odd, seen(message(REST, "json"))])
    assert [line for line, _ in said] == ["an exchange could not be judged (ValueError); please report it"]
    assert report.scope["audit"]["exchanges"] == {REST: {"json": 1}}
    assert report.scope["audit"]["unjudged"][0]["exchanges"] == 2


def test_a_full_disk_ends_the_journal_and_not_the_traffic(tmp_path, monkeypatch):
    watch_file = tmp_path / "run" / "run.jsonl"
    said = []
    watch = Watch(WatchOptions(command="", out=watch_file.parent), lambda line, _: said.append(line))
    # Who removes the journal takes its room away.
    watch_file.unlink()
    for _ in range(3):
        watch.see(seen(message(REST, "json")))
    assert watch.close() is None
    assert len(said) <= 2
    assert any("run.jsonl" in line for line in said)


def test_answers_that_a_proxy_has_in_part_are_not_judged(tmp_path):
    streamed, unanswered = seen(message(REST, "json")), seen(message(REST, "json"))
    streamed.response = Answered(status=200, headers=streamed.response.headers, kept="nothing")
    unanswered.response, unanswered.error = None, "Connection lost."
    _, report = watched(tmp_path / "run", [streamed, unanswered])
    assert [(one["party"], one["exchanges"]) for one in report.scope["audit"]["unjudged"]] == [("provider", 1)] * 2
    assert all(one.party == "consumer" for one in report.verdicts if one.outcome is Outcome.PASSED)


def test_an_exchange_of_any_bytes_is_taken(tmp_path):
    odd = message(REST, "json")
    exchanges = [
        Recorded(
            request=seen(odd).request, response=Answered(status=status, body64=body, headers=[("\x1b[2J", "\u202e")])
        )
        for status, body in ((200, "//79"), (999, None), (100, "AAAA"))
    ]
    said, report = watched(tmp_path / "run", exchanges)
    assert report is not None
    assert not any("\x1b" in line or "\u202e" in line for line, _ in said)
