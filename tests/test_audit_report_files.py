"""The files of an audit: every format, in both languages; made again; compared, waived, claimed; nothing added."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from conformance.cli import main
from conformance.model import CONSUMER, PROVIDER
from conformance.report.claim import misfits as claim_misfits
from conformance.report.comparing.snapshot import as_kept, of_document, of_kept
from conformance.report.schema import misfits
from conformance.run.audited import Recording, write_audit
from conformance.traffic.recording import Place
from conformance.traffic.summary import Example, Key, Occurrence, Problem, Summary, Tally
from tests.audit_samples import (
    CORREO,
    EMAIL,
    NASTY,
    POLICY,
    STARTED,
    STRING,
    SUCCESS,
    TAX_ID,
    clean,
    exchange,
    facts,
    summary,
    written,
)
from tests.spanish import english_in


def command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([*words])
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("audit") / "a"
    written(out, formats=("all",))
    return out


@pytest.fixture(scope="module")
def auditoria(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("audit") / "es"
    written(out, formats=("all",), lang="es")
    return out


def document(folder: Path, name: str = "report.json") -> Any:
    return json.loads((folder / name).read_text("utf-8"))


def test_every_format_is_there_and_fits_its_schema(audit: Path) -> None:
    assert {path.name for path in audit.iterdir()} == {
        "report.json",
        "report.html",
        "junit.xml",
        "evidence.har",
        "ctrf-report.json",
        "earl.jsonld",
        "summary.md",
        "verdicts.csv",
        "badge.svg",
        "waivers-draft.toml",
        "claim.json",
        "run.jsonl",
    }
    assert misfits(document(audit)) == []
    assert claim_misfits(document(audit, "claim.json")) == []


def test_a_report_made_again_is_the_same_in_every_format(
    audit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, _ = command(capsys, "report", str(audit), "--format", "all", "--out", str(tmp_path), "--lang", "en")
    assert status == 1
    for path in tmp_path.iterdir():
        if path.name != "claim.json":
            assert path.read_bytes() == (audit / path.name).read_bytes(), path.name


def test_the_folder_is_what_its_claim_says_until_a_file_is_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "a")
    assert command(capsys, "verify", str(tmp_path / "a"), "--lang", "en")[0] == 0
    claim = document(tmp_path / "a", "claim.json")
    assert claim["revision"] == 2
    assert claim["scope"]["audit"]["files"][0]["bytes"] == 46_000_000
    (tmp_path / "a" / "run.jsonl").write_bytes((tmp_path / "a" / "run.jsonl").read_bytes() + b"\n")
    status, _, _ = command(capsys, "verify", str(tmp_path / "a"), "--lang", "en")
    assert status == 1


def test_a_run_says_nothing_of_parties() -> None:
    from conformance.report.writers import report_json
    from tests.report_samples import hostile, material

    content = report_json.write(material(*hostile())).decode()
    assert '"revision": 2' in content
    assert not any(word in content for word in ('"party"', '"tally"', '"audit"', '"times"'))


def test_a_report_that_says_neither_what_a_run_nor_what_an_audit_says_does_not_fit(audit: Path) -> None:
    told = document(audit)
    assert misfits(told | {"revision": 2})
    assert misfits(told | {"scope": {key: held for key, held in told["scope"].items() if key != "audit"}})
    no_party = [{key: held for key, held in one.items() if key != "party"} for one in told["verdicts"]]
    assert misfits(told | {"verdicts": no_party})


# --- page, terminal, markdown -----------------------------------------------------------------------------------------


def test_the_page_tells_the_parties_apart(audit: Path) -> None:
    page = (audit / "report.html").read_text("utf-8")
    assert "Failures that decide the verdict · provider" in page
    assert "Failures that decide the verdict · consumer" in page
    assert f'id="{EMAIL}@json@provider"' in page
    assert f'id="{EMAIL}@json@consumer"' in page
    assert f'href="#{EMAIL}@json@consumer"' in page
    assert "Failed in 3 of 1,204 exchanges, 0.25 %." in page
    assert "First occurrence" in page
    assert "Last occurrence" in page
    assert "traffic/2026-03-01.har at byte 12" in page
    assert NASTY not in page
    assert "<script>alert" not in page


def test_the_page_offers_nothing_to_send(audit: Path) -> None:
    page = (audit / "report.html").read_text("utf-8")
    assert "curl" not in page
    assert "Replay" not in page
    assert "Seed" not in page
    assert "Effects" not in page


def test_the_page_shows_three_examples_of_a_failure_each_with_its_difference(audit: Path) -> None:
    page = (audit / "report.html").read_text("utf-8")
    start = page.index(f'id="{SUCCESS}@json@provider"')
    case = page[start : page.index("</article>", start)]
    assert case.count('<dl class="finding">') == 3
    assert case.count('<mark class="came">') == 3
    # One of the exchanges stands above, with the other failure that it shows.
    assert case.count('<details class="exchange"') + case.count("shown above.") == 3


def test_of_one_exchange_each_party_has_its_own_finding(audit: Path) -> None:
    page = (audit / "report.html").read_text("utf-8")
    for party, taken in ((PROVIDER, True), (CONSUMER, False)):
        start = page.index(f'id="{EMAIL}@json@{party}"')
        assert ("accepted" in page[start : page.index("</dl>", start)]) is taken


@pytest.mark.parametrize(("alone", "other"), [("provider", "consumer"), ("consumer", "provider")])
def test_a_party_that_does_not_decide_fails_nothing(tmp_path: Path, alone: str, other: str) -> None:
    written(tmp_path, formats=("waivers",), party=alone)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert f"Failures that decide the verdict · {alone}" in page
    assert f"Failures that do not decide · {other}" in page
    assert f"Failures that decide the verdict · {other}" not in page
    root = ET.fromstring((tmp_path / "junit.xml").read_bytes())
    broken = {
        case.get("classname", "").split(".")[1] for case in root.iter("testcase") if case.find("failure") is not None
    }
    assert broken == {alone}
    draft = (tmp_path / "waivers-draft.toml").read_text("utf-8")
    assert f'party = "{alone}"' in draft
    assert f'party = "{other}"' not in draft


def test_the_page_has_no_number_that_adds_the_two(audit: Path) -> None:
    page = (audit / "report.html").read_text("utf-8")
    nav = page[page.index("<nav") : page.index("</nav>")]
    assert nav.count('class="n"') == 2
    assert '<a href="#passed">Passed</a>' in nav


MARKUP = re.compile(r"<(style|script)\b.*?</\1>|<[^>]+>", re.DOTALL)


@pytest.mark.parametrize("name", ["report.html", "summary.md", "junit.xml", "verdicts.csv"])
def test_nothing_of_ours_is_english_in_spanish(auditoria: Path, name: str) -> None:
    text = (auditoria / name).read_text("utf-8-sig")
    shown = MARKUP.sub(" ", text) if name == "report.html" else text
    if name == "junit.xml":
        shown = " ".join(ET.fromstring(text.encode()).itertext())
    for phrase in (
        "Recorded traffic",
        "does not conform",
        "Failed in",
        "provider",
        "consumer",
        "Not judged",
        "Could not be read",
        "no recorded exchange",
        "First occurrence",
        "could be judged",
    ):
        assert phrase not in shown


def test_the_sentence_and_the_notices_are_in_spanish(auditoria: Path) -> None:
    from tests.spanish import SPANISH

    told = document(auditoria)
    for sentence in (told["sentence"], *told["notices"], *told["decision_rules"]):
        said = SPANISH.say(sentence)
        assert said != sentence
        assert not english_in(said), said


def test_the_terminal_tells_rates_and_parties(audit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, err = command(capsys, "report", str(audit), "--out", str(tmp_path), "--lang", "en")
    said = out + err
    flat = " ".join(said.split())
    assert "Failures that decide · provider" in flat
    assert "Failures that decide · consumer" in flat
    assert "Failed in 3 of 1,204 exchanges, 0.25 %. First occurrence: 1 March 2026" in flat
    assert "\x1b[31m" not in said
    assert "\u202e" not in said


def test_the_terminal_in_spanish_has_no_english_among_its_rules(
    audit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, err = command(capsys, "report", str(audit), "--out", str(tmp_path), "--lang", "es")
    flat = " ".join((out + err).split())
    assert "reglas MUST y SHOULD sin probar · proveedor: ningún intercambio grabado" in flat
    assert "Falló en 3 de 1.204 intercambios, 0,25 %. Primera vez: 1 de marzo de 2026" in flat
    assert "MUST and" not in flat


def test_the_summary_in_markdown_has_a_table_for_each_party(audit: Path) -> None:
    text = (audit / "summary.md").read_text("utf-8")
    assert "### Failures that decide the verdict · provider" in text
    assert "### Failures that decide the verdict · consumer" in text
    assert "3 of 1,204, 0.25 %" in text
    assert f"| {POLICY} · consumer | MUST | 1 | 1 |" in text


def test_what_conforms_says_by_what_it_was_seen(tmp_path: Path) -> None:
    written(tmp_path, clean(), formats=("markdown", "badge"))
    assert "<h1>Conforms in what was seen</h1>" in (tmp_path / "report.html").read_text("utf-8")
    assert "✅ Conforms in what was seen" in (tmp_path / "summary.md").read_text("utf-8")
    assert "conforms in what was seen" in (tmp_path / "badge.svg").read_text("utf-8")


# --- for programs -----------------------------------------------------------------------------------------------------


def test_junit_has_a_suite_for_each_service_and_party(audit: Path) -> None:
    root = ET.fromstring((audit / "junit.xml").read_bytes())
    names = [suite.get("name") for suite in root]
    assert names == [f"{s} · {p}" for s in (POLICY, CORREO) for p in (PROVIDER, CONSUMER)]
    cases = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(cases) == len(set(cases))
    assert (f"{POLICY}.consumer.json", f"{EMAIL} (json, consumer)") in cases
    text = (audit / "junit.xml").read_text("utf-8")
    assert "To send it again" not in text
    assert 'name="seed"' not in text


def test_ctrf_and_earl_name_each_verdict_once(audit: Path) -> None:
    tests = document(audit, "ctrf-report.json")["results"]["tests"]
    assert len({one["testId"] for one in tests}) == len(tests)
    (one,) = [one for one in tests if one["testId"] == f"{SUCCESS}@json@provider"]
    assert one["labels"]["party"] == "provider"
    assert one["extra"]["tally"]["failed"] == 3
    graph = document(audit, "earl.jsonld")["@graph"]
    found = [one["@id"] for one in graph]
    assert len(found) == len(set(found))
    subjects = {one["subject"] for one in graph if one["@type"] == "earl:Assertion"}
    assert subjects == {f"subjects/{s}/{p}" for s in (POLICY, CORREO) for p in (PROVIDER, CONSUMER)}
    assert subjects <= set(found)


def test_a_spreadsheet_has_the_numbers(audit: Path) -> None:
    text = (audit / "verdicts.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    (row,) = [one for one in rows if one["Rule"] == SUCCESS and one["Party"] == "provider"]
    assert (row["Exchanges that show it"], row["Exchanges that fail"], row["Rate in %"]) == ("1204", "3", "0.25")
    assert row["First occurrence"].endswith("traffic/2026-03-01.har at byte 6144")


def test_what_a_file_is_called_and_when_it_says_it_was_harms_nobody(tmp_path: Path) -> None:
    """A name that a terminal would obey, half a surrogate pair in it, and a time that is none."""
    name = f"=cmd {NASTY} \udcff.har"
    there = Occurrence(0.0, "<b>yesterday</b>", Place(0, name, 7))
    shown = Example(0, 1, there, replace(exchange(), started="<b>yesterday</b>"), (STRING,))
    of = replace(
        clean(), tallies={Key(PROVIDER, SUCCESS, "json"): Tally(failed=1, first=there, last=there, examples=(shown,))}
    )
    of = replace(
        of, unread={(name, "corrupt"): 1}, problems=(Problem(there.place, "corrupt", ""),), first=there, last=there
    )
    told = written(tmp_path, of, formats=("all",), files=(Recording(path=name),))
    assert told.report.outcome == "does-not-conform"
    for path in tmp_path.iterdir():
        text = path.read_bytes().decode("utf-8-sig")
        if path.suffix not in {".json", ".har", ".jsonl", ".jsonld"}:
            assert "\x1b" not in text
            assert "\u202e" not in text
        assert "<script>alert" not in text or path.suffix in {".json", ".har", ".jsonl", ".jsonld", ".md", ".csv"}
    har = document(tmp_path, "evidence.har")
    assert har["log"]["entries"][0]["startedDateTime"] == "1970-01-01T00:00:00+00:00"
    dates = {one["result"]["date"] for one in document(tmp_path, "earl.jsonld")["@graph"] if "result" in one}
    assert dates == {STARTED}


def test_a_report_of_a_run_has_no_columns_of_an_audit() -> None:
    from conformance.report.writers import csv as writer
    from tests.report_samples import hostile, material

    assert b"Party" not in writer.write(material(*hostile()))


def test_the_evidence_holds_each_example_once_with_what_it_shows_of_whom(audit: Path) -> None:
    entries = document(audit, "evidence.har")["log"]["entries"]
    names = [one["_conformance"]["exchange"] for one in entries]
    assert sorted(names) == [f"x{number:05}" for number in range(1, 6)]
    first = next(one["_conformance"] for one in entries if one["_conformance"]["exchange"] == "x00001")
    assert {one["rule"] for one in first["results"]} == {SUCCESS, EMAIL}
    assert len(first["records"]) == 2


# --- waivers, comparisons, histories ----------------------------------------------------------------------------------

WAIVER = {"rule": EMAIL, "reason": "mended in May", "owner": "Ana", "expiry": "2026-12-31"}


def test_a_waiver_for_one_party_leaves_the_other(tmp_path: Path) -> None:
    told = written(tmp_path / "p", waivers=({**WAIVER, "party": "provider"},)).report
    waived = {(one.rule, one.party) for one in told.verdicts if one.waiver}
    assert waived == {(EMAIL, PROVIDER)}
    assert "the provider does not conform (1 MUST rule failed; 1 failed and is waived)" in told.sentence
    (given,) = document(tmp_path / "p")["waivers"]
    assert given["verdicts"] == [{"rule": EMAIL, "encoding": "json", "party": "provider"}]
    assert document(tmp_path / "p", "claim.json")["waivers"][0]["party"] == "provider"
    both = written(tmp_path / "b", waivers=(WAIVER,)).report
    assert {one.party for one in both.verdicts if one.waiver} == {PROVIDER, CONSUMER}


def test_a_waiver_is_never_stale_by_an_audit_which_saw_but_a_part(tmp_path: Path) -> None:
    (told,) = written(tmp_path, clean(), waivers=({**WAIVER, "party": "consumer"},)).report.waivers
    assert told["state"] == "idle"


def test_a_waiver_for_providers_holds_in_a_run_and_one_for_consumers_does_not() -> None:
    from conformance.report.waivers import names

    assert names({"rule": EMAIL, "party": "provider"}, EMAIL, "json")
    assert not names({"rule": EMAIL, "party": "consumer"}, EMAIL, "json")
    assert names({"rule": EMAIL}, EMAIL, "json", CONSUMER)


def test_a_waiver_of_nobody_is_refused(tmp_path: Path) -> None:
    from conformance.errors import ConformanceError
    from conformance.run.waiving import load_waivers

    path = tmp_path / "waivers.toml"
    text = f'[[waiver]]\nrule = "{EMAIL}"\nreason = "x y"\nowner = "Ana"\nexpiry = 2026-12-31\nparty = "both"\n'
    path.write_text(text, "utf-8")
    with pytest.raises(ConformanceError, match=r'line 6: party: must be "provider" or "consumer"'):
        load_waivers(path)
    path.write_text(text.replace('"both"', '"consumer"'), "utf-8")
    assert load_waivers(path)[0]["party"] == "consumer"


def test_the_draft_of_waivers_has_a_table_for_each_party(audit: Path, tmp_path: Path) -> None:
    from conformance.run.waiving import load_waivers

    text = (audit / "waivers-draft.toml").read_text("utf-8")
    path = tmp_path / "waivers.toml"
    path.write_text(text.replace("CHANGE ME", "somebody said so"), "utf-8")
    told = [(one["rule"], one["party"]) for one in load_waivers(path)]
    assert (EMAIL, "provider") in told
    assert (EMAIL, "consumer") in told


def two(folder: Path) -> tuple[Path, Path]:
    """An audit in which both parties keep to the rules, and a later one in which they do not."""
    tallies = {
        Key(PROVIDER, SUCCESS, "json"): Tally(passed=4),
        Key(PROVIDER, EMAIL, "json"): Tally(passed=4),
        Key(CONSUMER, EMAIL, "json"): Tally(passed=4),
    }
    good: Summary = replace(summary(), tallies=tallies)
    write_audit(good, facts(started="2026-03-01T10:00:00.000-05:00"), folder / "old")
    written(folder / "new")
    return folder / "old", folder / "new"


def test_two_audits_are_compared_party_by_party(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = two(tmp_path)
    status, out, _ = command(capsys, "diff", str(old), str(new), "--format", "json")
    told = json.loads(out)
    assert status == 1
    failing = {(one["rule"], one["party"]) for one in told["newly_failing"]}
    assert {(EMAIL, PROVIDER), (EMAIL, CONSUMER), (SUCCESS, PROVIDER)} <= failing
    _, text, _ = command(capsys, "diff", str(old), str(new), "--lang", "en")
    assert f"{EMAIL} (json, consumer) MUST: passed → failed" in text
    _, page, _ = command(capsys, "diff", str(old), str(new), "--format", "html", "--lang", "en")
    assert "(json, consumer)" in page


def test_what_recordings_do_not_bear_on_this_time_leaves_no_comparison_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = replace(clean(), tallies={**clean().tallies, Key(CONSUMER, TAX_ID, "json"): Tally(passed=9)})
    written(tmp_path / "old", seen)
    written(tmp_path / "new", clean(), started="2026-03-05T10:00:00.000-05:00")
    status, out, _ = command(capsys, "diff", str(tmp_path / "old"), str(tmp_path / "new"), "--format", "json")
    assert [(one["rule"], one["after"]) for one in json.loads(out)["other"]] == [(TAX_ID, "untested")]
    assert status == 0


def test_an_audit_beside_its_baseline_tells_what_changed(tmp_path: Path) -> None:
    old, _ = two(tmp_path)
    told = written(tmp_path / "third", baseline=of_document(document(old)))
    assert told.report.baseline is not None
    assert told.report.baseline.regressed
    assert {one.party for one in told.report.baseline.newly_failing} == {PROVIDER, CONSUMER}
    assert f'href="#{EMAIL}@json@consumer"' in (tmp_path / "third" / "report.html").read_text("utf-8")


def test_a_snapshot_of_an_audit_comes_back_out_of_a_journal(audit: Path) -> None:
    one = of_document(document(audit))
    assert one.audit
    back = of_kept(json.loads(json.dumps(as_kept(one))), "run.jsonl")
    assert [said.key for said in back.said] == [said.key for said in one.said]


def test_an_audit_and_a_run_have_nothing_in_common(audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample = Path(__file__).parents[1] / "reports" / "sample"
    status, out, _ = command(capsys, "diff", str(sample), str(audit), "--format", "json")
    told = json.loads(out)
    assert status == 6
    assert any(remark.startswith("One of them judged recorded traffic") for remark in told["remarks"])


def test_a_history_has_a_track_for_each_party(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = two(tmp_path)
    status, out, _ = command(capsys, "history", str(old), str(new), "--format", "json")
    told = json.loads(out)
    assert status == 0
    assert [one["name"] for one in told["targets"]] == ["recorded traffic · consumer", "recorded traffic · provider"]
    consumer = told["targets"][0]["runs"]
    assert [one["outcome"] for one in consumer] == ["conforms", "does-not-conform"]
    assert consumer[1]["counts"][POLICY]["MUST"]["failed"] == 1
    for form in ("text", "html"):
        _, text, _ = command(capsys, "history", str(old), str(new), "--format", form, "--lang", "es")
        assert "proveedor" in text


def test_an_audit_that_was_interrupted_has_a_report_of_what_it_read(tmp_path: Path) -> None:
    told = written(tmp_path, stopped="was interrupted")
    assert told.report.exit_status == 2
    assert "The audit was interrupted after 1214 records" in told.report.notices[0]
    assert document(tmp_path)["suite"].get("ended") is None


def test_the_day_of_an_audit_is_that_of_its_start(audit: Path) -> None:
    assert document(audit)["suite"]["started"] == STARTED
    assert document(audit)["suite"]["run"] == "20260304T150000Z-audit"


def test_a_rule_that_passed_is_linked_from_the_traceability_of_each_party(audit: Path) -> None:
    page = (audit / "report.html").read_text("utf-8")
    trace = page[page.index('id="traceability"') :]
    assert f'href="#{TAX_ID}@json@consumer">json, consumer passed</a>' in trace
    assert f'href="#{TAX_ID}@json@provider">json, provider untested</a>' in trace
