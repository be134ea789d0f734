"""`report.html`: one file, nothing fetched, no script but its own, everything said."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from conformance.model import Comparison, Difference, Finding, Level, Outcome, Report
from conformance.report.build import build
from conformance.report.sentences import SHOWN
from conformance.report.writers import html
from conformance.run.contracts import contracts
from tests.browser.pages import large
from tests.report_samples import (
    ACCEPT,
    DOCUMENT,
    EMAIL,
    INTEREST,
    NASTY,
    PASSED,
    RECORDS,
    STEP,
    URL,
    header,
    hostile,
    log,
    material,
    record,
    verdict,
)

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """Tags, attributes and text of a page; complains about tags that do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.said.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.said))


def page(report: Report | None = None, run: Any = None) -> tuple[str, Page]:
    if report is None:
        report, run = hostile(pending=("x00005",))
    written = html.write(material(report, run or log(RECORDS))).decode("utf-8")
    return written, Page(written)


def test_the_page_is_well_formed_and_begins_with_its_type() -> None:
    written, parsed = page()
    assert written.startswith("<!doctype html>\n<html lang=")
    assert parsed.open == []


def test_the_page_fetches_nothing_and_runs_its_own_script_alone() -> None:
    written, parsed = page()
    names = [tag for tag, _ in parsed.tags]
    assert not {"link", "img", "iframe", "object", "embed", "form", "base", "audio", "video", "use", "image"} & set(
        names
    )
    assert names.count("script") == 1
    for _, attributes in parsed.tags:
        assert not any(name.startswith("on") or name in ("style", "src", "xlink:href") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"url\(|@import", _inside(written, "style"))
    assert not re.search(r"innerHTML|eval|fetch|XMLHttp|document\.write|insertAdjacent", _inside(written, "script"))


def _inside(written: str, tag: str) -> str:
    return written[written.index(f"<{tag}>") + len(tag) + 2 : written.index(f"</{tag}>")]


def test_the_policy_of_the_page_allows_its_own_style_and_script_by_hash_and_nothing_else() -> None:
    written, parsed = page()
    (policy,) = [a["content"] for tag, a in parsed.tags if a.get("http-equiv") == "Content-Security-Policy"]
    style, script = (
        base64.b64encode(hashlib.sha256(_inside(written, tag).encode()).digest()).decode()
        for tag in ("style", "script")
    )
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_the_page_for_paper_is_unfolded_and_has_no_script() -> None:
    report, run = hostile()
    written = html.rendered(material(report, run), unfolded=True).decode("utf-8")
    assert "<script>" not in written
    assert "script-src" not in written
    parsed = Page(written)
    printed = [attributes for tag, attributes in parsed.tags if tag == "details" and "data-print" in attributes]
    assert printed
    assert all("open" in attributes for attributes in printed)


def test_anchors_are_unique_and_links_lead_somewhere() -> None:
    _, parsed = page()
    ids = [a["id"] for _, a in parsed.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert f"{EMAIL}@json" in ids
    links = {(a["href"] or "")[1:] for _, a in parsed.tags if "href" in a}
    assert links <= set(ids)
    assert {"decide", "advisory", "waived", "undecided", "observations", "passed"} <= links


def test_the_first_screen_says_verdict_target_notices_counts_and_decision_rules() -> None:
    report, run = hostile(pending=("x00005",))
    text = page(report, run)[1].text
    for part in (
        "Does not conform",
        report.sentence,
        "staging",
        "ACME staging, build 4.2.1",
        f"collection-policy: {URL}",
        "collection-policy in json",
        "every rule",
        "4 March 2026, 10:00:00 UTC-05:00",
        "billing-conformance 0.1.0, Python 3.11.7",
        "7, standard",
        "SHA-256 " + "0123456789abcdef" * 4,
        DOCUMENT,
        "1 request sent, answer unknown: x00005.",
        "2 of 4 tested, 1 cant-tell",
        report.decision_rules[0],
    ):
        assert part in text
    assert text.index(report.sentence) < text.index("What was tested") < text.index("Verdicts by level")
    assert text.index("How verdicts were reached") < text.index("Notices")
    assert text.index("Notices") < text.rindex("Failures that decide the verdict 1")


def test_a_failure_shows_what_is_needed_to_believe_and_repeat_it() -> None:
    text = page()[1].text
    for part in (
        "Email matches the stated pattern.",
        f"{EMAIL} stated, {DOCUMENT}, line 57",
        "Expectedthis differs: a refusal of 'a@b' Observedthis differs: 200 with success true, time 0",
        "2 more examples of this rule are left out here.",
        "Content-Type: application/json; charset=utf-8",
        "Authorization: ***",
        "HTTP/1.1 200 OK",
        '"MinimumInterest": 1.50',
        "curl --include --request POST",
        '--data-binary \'{"GrantorTaxId"',
        "conformance check --target 'my target.toml' --seed 7 --depth standard --replay x00002",
    ):
        assert part in text
    assert text.count("200 with success true, time") == SHOWN


def test_the_member_of_a_failure_is_marked_in_its_message() -> None:
    written, _ = page()
    assert "<mark>  &#34;Email&#34;: &#34;a@b&#34;</mark>" in written


def test_an_exchange_of_several_failures_is_written_once_and_linked() -> None:
    findings = (Finding(path="Email", expected="a", observed="b"),)
    both = [verdict(name, Outcome.FAILED, findings=findings, exchanges=("x00002",)) for name in (EMAIL, INTEREST)]
    written, parsed = page(build(log(RECORDS), both, ()), log(RECORDS))
    assert written.count('id="x00002"') == 1
    assert written.count('href="#x00002"') == 1
    assert "The same exchange breaks 2 rules." in parsed.text


def test_every_section_is_told_in_order() -> None:
    text = page()[1].text
    titles = [
        "Failures that decide the verdict 1",
        "Failures that do not decide 1",
        "Waived failures 1",
        "Untested and cant-tell 2",
        "Observations 1",
        "Passed 2",
    ]
    places = [text.rindex(title) for title in titles]
    assert places == sorted(places)
    for part in ("Reasonfixed in 4.3", "OwnerAna", "Expires31 December 2026", "TicketQA-9"):
        assert part in text
    assert f"untested: budget 1 verdict {ACCEPT} json SHOULD" in text


def test_text_of_servers_is_escaped_and_its_controls_are_shown() -> None:
    written, parsed = page()
    assert "<script>alert" not in written
    assert not any(char in written for char in "\x00\x1b\u202e\ud800")
    assert "<script>alert('x')</script> ␛[31mred␛[0m ␀ ⟨U+202E⟩evil ]]> ⟨U+D800⟩ &amp;" in parsed.text


def test_hostile_text_everywhere_stays_text() -> None:
    target = header()["target"] | {"name": NASTY, "environment": f'"><img src=x onerror=alert(1)> {NASTY}'}
    report, run = hostile(target=target, command=NASTY, notices=[NASTY])
    written, parsed = page(report, run)
    assert parsed.open == []
    assert "img" not in {tag for tag, _ in parsed.tags}
    assert [tag for tag, _ in parsed.tags].count("script") == 1
    assert "\x1b" not in written


def test_no_answer_is_said_where_there_was_none() -> None:
    failure = verdict(STEP, Outcome.FAILED, reason="it died", exchanges=("x00003",))
    text = page(build(log(RECORDS), [failure], ()))[1].text
    assert "it died" in text
    assert "No answer: timed out after 30 s" in text


def test_a_page_without_failures_says_so_by_leaving_them_out() -> None:
    report = build(log(), PASSED, ())
    written, parsed = page(report, log())
    assert "conforms: 3 of 3 MUST rules passed" in parsed.text
    assert 'class="verdict conforms"' in written
    assert "Failures" not in parsed.text
    assert "Untested and cant-tell" not in parsed.text


def test_an_empty_report_is_a_page_too() -> None:
    _, parsed = page(build(log(), (), (), selected_nothing=True), log())
    assert "nothing was selected" in parsed.text
    assert parsed.open == []


def test_a_part_of_the_rules_is_named_in_the_scope() -> None:
    report, run = hostile(scope=header()["scope"] | {"selection": "-k Email"})
    assert "only -k Email" in page(report, run)[1].text


def test_a_page_of_two_thousand_verdicts_fits_into_a_mail() -> None:
    told = large()
    written = html.write(told)
    assert len(told.report.verdicts) == 2000
    assert sum(one.outcome is Outcome.FAILED for one in told.report.verdicts) > 700
    assert len(written) < 3_000_000
    assert written.count(b'<details class="exchange"') > 50
    assert b"is in evidence.har." in written


def test_each_rule_of_a_large_page_shows_three_examples_at_most_and_counts_the_others() -> None:
    parsed = Page(html.write(large()).decode("utf-8"))
    text = parsed.text
    articles = text.split("larger/request/")[1:]
    shown = [part.count("Observed") for part in articles]
    assert max(shown) <= SHOWN
    assert "3 more examples of this rule are left out here." in text


def test_the_same_journal_gives_the_same_page() -> None:
    assert html.write(large()) == html.write(large())


def test_what_changed_since_the_baseline_is_listed_and_linked() -> None:
    change = Difference(
        rule=EMAIL, service="collection-policy", encoding="json", level=Level.MUST, before="passed", after="failed"
    )
    lost = replace(change, rule="collection-policy/request/Gone/type", before="failed", after=None)
    report, run = hostile()
    compared = Comparison(
        old={"run": "last week"}, new={}, newly_failing=(change,), gone=(lost,), remarks=("A remark.",)
    )
    written, parsed = page(replace(report, baseline=compared), run)
    assert "Since last week: 1 newly failing, 0 newly passing, 0 appeared, 1 gone" in parsed.text
    assert "passed → failed" in parsed.text
    assert "failed → not there" in parsed.text
    assert "A remark." in parsed.text
    changes = written[written.index('<h2 id="changes">') : written.index('<h2 id="notices">')]
    assert f'href="#{EMAIL}@json"' in changes
    assert "Gone/type@json" not in changes


def test_waivers_are_listed_with_their_state() -> None:
    report, run = hostile()
    given = {"rule": EMAIL, "encodings": None, "target": "*", "ticket": "QA-9", "verdicts": ((EMAIL, "json"),)}
    waivers = (
        given | {"reason": "mended soon", "owner": "Ana", "expiry": "2026-01-31", "state": "expired"},
        given | {"reason": "was mended", "owner": "Luis", "expiry": "2026-12-31", "state": "stale", "verdicts": ()},
    )
    text = page(replace(report, waivers=waivers), run)[1].text
    for part in ("expired", "stale: what it names passes now", "mended soon", "Luis", "31 January 2026", "1 verdict"):
        assert part in text


def test_errata_and_the_traceability_of_every_fact_are_told() -> None:
    known = contracts()
    report, run = hostile()
    written = html.write(replace(material(report, run), contracts={"collection-policy": known["collection-policy"]}))
    text = Page(written.decode("utf-8")).text
    contract = known["collection-policy"]
    assert all(erratum.statement in text for erratum in contract.errata)
    facts = {fact for line in contract.ledger for fact in line.facts}
    assert all(f'<code class="id">{fact}</code>'.encode() in written for fact in facts)
    assert "json failed" in text
    assert "A mail address: it decides which addresses may be sent" in text


def test_large_and_binary_bodies_are_folded() -> None:
    written, _ = page()
    folded = re.findall(r'<details class="body">\s*<summary>(.*?)</summary>', written)
    assert len(folded) == 2
    assert "Body, 8 bytes, not UTF-8 text, in hexadecimal" in folded
    rows = b"{" + b",".join(b'"a%d":1' % n for n in range(70)) + b"}"
    made = record(1, (EMAIL,), body=rows)
    failure = verdict(EMAIL, Outcome.FAILED, reason="it is so", exchanges=("x00001",))
    written = html.write(material(build(log((made,)), [failure], ()), log((made,)))).decode()
    assert written.count('<details class="body">') == 1
