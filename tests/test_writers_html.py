"""`report.html`: one file, nothing fetched, nothing executed, everything said."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

from conformance.model import Outcome, Report
from conformance.report.build import build
from conformance.report.sentences import SHOWN
from conformance.report.writers import html
from tests.report_samples import (
    ACCEPT,
    DOCUMENT,
    EMAIL,
    NASTY,
    PASSED,
    RECORDS,
    STEP,
    URL,
    header,
    hostile,
    log,
    material,
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
        if "style" not in self.open:
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


def test_the_page_fetches_and_runs_nothing() -> None:
    written, parsed = page()
    names = {tag for tag, _ in parsed.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "form", "svg", "base", "audio", "video"}
    for _, attributes in parsed.tags:
        assert not any(name.startswith("on") or name in ("style", "src") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    sheet = written[written.index("<style>") : written.index("</style>")]
    assert "url(" not in sheet
    assert "@import" not in sheet


def test_the_policy_of_the_page_allows_its_own_style_sheet_by_hash_and_nothing_else() -> None:
    written, parsed = page()
    (policy,) = [a["content"] for tag, a in parsed.tags if a.get("http-equiv") == "Content-Security-Policy"]
    sheet = written[written.index("<style>") + len("<style>") : written.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


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
        "2026-03-04T10:00:00-05:00",
        "billing-conformance 0.1.0, Python 3.11.7",
        "7, standard",
        "SHA-256 " + "0123456789abcdef" * 4,
        DOCUMENT,
        "1 request sent, answer unknown: x00005.",
        "2 of 4 tested, 1 cant-tell",
        report.decision_rules[0],
    ):
        assert part in text
    assert text.index(report.sentence) < text.index("What was tested") < text.index("Notices")
    assert text.index("Notices") < text.index("Verdicts by level") < text.index("Failures that decide the verdict 1")


def test_a_failure_shows_what_is_needed_to_believe_and_repeat_it() -> None:
    text = page()[1].text
    for part in (
        "Email matches the stated pattern.",
        f"MUST {EMAIL} in json, stated, {DOCUMENT}, line 57",
        "Expecteda refusal of 'a@b' Observed200 with success true, time 0",
        "2 more findings are left out here.",
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
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    assert "Waived: fixed in 4.3, owner Ana" in text
    assert f"untested: budget 1 rule {ACCEPT} (json)" in text


def test_text_of_servers_is_escaped_and_its_controls_are_shown() -> None:
    written, parsed = page()
    assert "<script" not in written
    assert not any(char in written for char in "\x00\x1b\u202e\ud800")
    assert "<script>alert('x')</script> ␛[31mred␛[0m ␀ ⟨U+202E⟩evil ]]> ⟨U+D800⟩ &amp;" in parsed.text


def test_hostile_text_everywhere_stays_text() -> None:
    target = header()["target"] | {"name": NASTY, "environment": f'"><img src=x onerror=alert(1)> {NASTY}'}
    report, run = hostile(target=target, command=NASTY, notices=[NASTY])
    written, parsed = page(report, run)
    assert parsed.open == []
    assert not {tag for tag, _ in parsed.tags} & {"script", "img"}
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
