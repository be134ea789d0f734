"""The sentences of verdicts, the safety of shown text, and the commands that show a failure again."""

from __future__ import annotations

import json
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model import Finding, Level, Outcome, Request
from conformance.report.bodies import indented, shown
from conformance.report.commands import curl, replay
from conformance.report.evidence import exchanges, index, of_finding
from conformance.report.sentences import finding_sentence, tally, verdict_sentence
from conformance.report.text import counted, full_stop, inert, listed, one_line, printable
from tests.report_samples import EMAIL, FINDINGS, NASTY, RECORDS, RULES, STEP, WAIVER, hostile, log, verdict


def test_a_failure_says_rule_requirement_citation_finding_and_exchange() -> None:
    failure = verdict(EMAIL, Outcome.FAILED, findings=FINDINGS[:1], exchanges=("x00012",))
    assert verdict_sentence(failure, RULES[EMAIL]) == (
        "collection-policy/request/Email/pattern (json) MUST failed: Email matches the stated pattern "
        "(001_a7101fb9927c4164.txt, line 57). Email: expected a refusal of 'a@b'; "
        "observed 200 with success true, time 0. Exchange x00012."
    )


def test_a_failure_tells_three_findings_and_counts_the_others() -> None:
    sentence = verdict_sentence(verdict(EMAIL, Outcome.FAILED, findings=FINDINGS, exchanges=("x1", "x2")), RULES[EMAIL])
    assert sentence.count("expected") == 3
    assert sentence.endswith("2 more findings are left out here. Exchanges x1 and x2.")


def test_what_was_observed_ends_in_one_stop_even_where_it_is_a_sentence() -> None:
    found = Finding(path="", expected="an answer in time", observed="No complete answer within 30 seconds.")
    assert finding_sentence(found).endswith("observed No complete answer within 30 seconds.")
    assert not finding_sentence(found).endswith("..")


def test_an_undecided_verdict_says_its_reason() -> None:
    open_ = verdict(EMAIL, Outcome.CANT_TELL, reason="the baseline was refused (400): 'no'")
    assert (
        verdict_sentence(open_, RULES[EMAIL]) == f"{EMAIL} (json) MUST cant-tell: the baseline was refused (400): 'no'."
    )


def test_a_waived_failure_says_who_answers_for_it() -> None:
    waived = verdict(EMAIL, Outcome.FAILED, findings=FINDINGS[:1], waiver=WAIVER)
    assert verdict_sentence(waived, None).endswith("Waived: fixed in 4.3, owner Ana, until 2026-12-31, ticket QA-9.")


def test_a_standard_is_cited_by_clause() -> None:
    rule = RULES["collection-policy/http/accept-unknown"]
    failure = verdict(rule.id, Outcome.FAILED, level=Level.SHOULD, reason="406 with HTML")
    assert verdict_sentence(failure, rule) == (
        f"{rule.id} (json) SHOULD failed: An unknown media type in Accept is answered (RFC 9110 §12.5.1). "
        "406 with HTML."
    )


def test_sentences_are_one_safe_line_whatever_the_server_said() -> None:
    nasty = verdict(STEP, Outcome.CANT_TELL, reason=f"two\nlines {NASTY}")
    sentence = verdict_sentence(nasty, None)
    assert "two lines" in sentence
    assert "␛[31mred" in sentence
    assert sentence.isprintable()


def test_counts_read_as_tested_and_untested_and_never_as_a_fraction_of_all() -> None:
    row = {"passed": 17, "tested": 17, "untested": 64, "cant-tell": 0}
    assert tally(row) == "17 of 17 tested, 64 untested"
    assert tally(row | {"untested": 0}) == "17 of 17 tested"
    assert tally(row | {"passed": 16, "cant-tell": 2}) == "16 of 17 tested, 2 cant-tell, 64 untested"


@given(st.text())
def test_no_control_or_direction_character_is_ever_shown(text: str) -> None:
    safe = printable(text)
    assert printable(safe) == safe
    assert not any(ord(char) < 0x20 and char not in "\n\t" for char in safe)
    assert not any(0x7F <= ord(char) <= 0x9F or 0x202A <= ord(char) <= 0x202E for char in safe)
    safe.encode("utf-8")


def test_controls_become_pictures_and_marks_become_numbers() -> None:
    assert printable("a\x00\x1b\x7f\r\n\t") == "a␀␛␡␍\n\t"
    assert printable("\u202e\x9b\ud800\ufffe") == "⟨U+202E⟩⟨U+009B⟩⟨U+D800⟩⟨U+FFFE⟩"


@pytest.mark.parametrize("mark", ["\u034f", "\u3164", "\uffa0", "\U0001d173", "\U000e0041", "\U000e01ef"])
def test_letters_that_show_nothing_are_shown_by_their_number(mark: str) -> None:
    assert printable(f"a{mark}b") == f"a⟨U+{ord(mark):04X}⟩b"


@given(st.text(st.characters(codec=None)))
def test_a_document_that_obeys_nobody_has_the_same_values(text: str) -> None:
    content = inert(json.dumps({"said": text}, ensure_ascii=False))
    assert printable(content.decode("utf-8")) == content.decode("utf-8")
    # Halves that meet become a pair, as in any reader of JSON.
    assert json.loads(content)["said"] == json.loads(json.dumps(text))


def test_long_text_is_cut_and_small_words_agree() -> None:
    assert one_line("a  b\n" * 200, 11) == "a b a b a…"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert (counted(1, "rule"), counted(2, "rule")) == ("1 rule", "2 rules")
    assert (full_stop("a"), full_stop("a."), full_stop("said 'a.'")) == ("a.", "a.", "said 'a.'")


BODIES = [
    b'{"Email":"o\'neil@example.com"}',
    b"@file",
    b"line\nline\r\n\ttab",
    b"\xff\xfe\x011234",
    "ñandú ✓ \u202e".encode(),
    b'$HOME `id` $(id) \\ " ! \\101',
    b"' \x1b'",
]


@pytest.mark.parametrize("body", BODIES)
def test_the_curl_command_gives_the_shell_the_very_bytes(body: bytes) -> None:
    request = Request(method="POST", url="https://example.com/a?b='c'&d={e}", headers=(), body=body)
    command = curl(request, "x00001")
    assert command.replace(" \\\n", " ").isprintable()
    spoken = subprocess.run(
        ["bash", "-c", "curl() { printf '%s\\0' \"$@\"; }; " + command], capture_output=True, check=True
    ).stdout.split(b"\0")[:-1]
    option = b"--data-raw" if body.startswith(b"@") else b"--data-binary"
    assert spoken[-2:] == [option, body]
    assert b"https://example.com/a?b='c'&d={e}" in spoken
    assert b"--globoff" in spoken


def test_the_curl_command_sends_the_headers_of_the_exchange_and_no_others() -> None:
    headers = (("Content-Type", "application/json"), ("X-Empty", ""), ("Host", "h"), ("Content-Length", "2"))
    words = shlex.split(curl(Request(method="PUT", url="https://e.example/", headers=headers, body=b"{}"), "x00001"))
    told = [words[at + 1] for at, word in enumerate(words) if word == "--header"]
    assert told == ["Content-Type: application/json", "X-Empty;", "Accept:", "User-Agent:"]
    assert words[words.index("--request") + 1] == "PUT"


@pytest.mark.parametrize(("body", "why"), [(b"a\0b", "holds a NUL byte"), (b"a" * 70_000, "is long")])
def test_a_body_that_no_command_can_carry_is_read_from_a_file(body: bytes, why: str) -> None:
    command = curl(Request(method="POST", url="https://e.example/", headers=(), body=body), "x00007")
    assert command.startswith(f"# The body {why}; save it from evidence.har, x00007, as x00007.bin\n")
    assert command.endswith("--data-binary @x00007.bin")


def test_the_replay_command_keeps_selection_seed_and_depth() -> None:
    suite = {
        "command": "conformance check --target 'my t.toml' --out=r --workers 4 --resend",
        "seed": 7,
        "depth": "quick",
    }
    assert replay(suite, "x00012") == ("conformance check --target 'my t.toml' --seed 7 --depth quick --replay x00012")


def test_the_replay_command_repeats_no_seed_that_was_given() -> None:
    suite = {"command": "conformance check --seed=3 --depth deep", "seed": 3, "depth": "deep"}
    assert replay(suite, "x00012") == "conformance check --seed=3 --depth deep --replay x00012"


def test_the_replay_command_of_a_pytest_run_is_a_pytest_command() -> None:
    suite = {"command": "python -m pytest -p conformance.plugin -k Email --conformance-out r cases", "seed": 3}
    assert replay(suite, "x00012") == (
        "python -m pytest -p conformance.plugin -k Email cases --conformance-seed 3 --conformance-replay x00012"
    )


def test_the_replay_command_survives_a_run_without_a_command() -> None:
    assert replay({}, "x00001") == "conformance check --replay x00001"
    assert replay({"command": "conformance 'check"}, "x00001") == "conformance check --replay x00001"


def test_exchanges_are_in_order_and_riders_share_one() -> None:
    found = exchanges(log(RECORDS))
    assert list(found) == ["x00001", "x00002", "x00003", "x00004"]
    assert [r.case.id for r in found["x00002"].records] == ["case-2", "rider-2"]


def test_the_index_names_requests_that_never_got_an_answer() -> None:
    rows = index(log(RECORDS, pending=("x00008",)))
    assert rows["x00008"] == {"case": "case-8", "title": "title 8", "status": None, "error": "sent, answer unknown"}
    assert rows["x00003"]["status"] is None
    assert rows["x00004"]["status"] == 400


def test_each_finding_is_shown_with_the_exchange_that_shows_it() -> None:
    report, run = hostile()
    failure = next(v for v in report.verdicts if v.rule == EMAIL)
    assert [source for _, source in of_finding(failure, exchanges(run))] == ["x00001", "x00002", None, None, None]


def test_json_on_one_line_is_indented_without_touching_a_token() -> None:
    text = '{"a":1.50,"a":[1e1,{}],"b":"x, \\"y\\": {z}","c":[]}'
    spaced = indented(text)
    assert spaced.startswith('{\n  "a": 1.50,\n  "a": [\n    1e1,\n    {}\n  ],\n  "b": "x, \\"y\\": {z}",')
    assert "".join(line.strip() for line in spaced.split("\n")).replace('": ', '":').replace('y\\":', 'y\\": ') == text
    assert indented("{not json}") == "{not json}"


def test_a_body_is_shown_as_text_as_hexadecimal_or_not_at_all() -> None:
    assert shown(b"", None) is None
    assert shown(b"\xff\x00", None) == {"note": "2 bytes, not UTF-8 text, in hexadecimal", "text": "ff 00"}
    assert shown("año".encode("latin-1"), "text/html; charset=ISO-8859-1") == {"note": "3 bytes", "text": "año"}
    cut = shown(b"a" * 30_000, "text/html")
    assert cut is not None
    assert len(cut["text"]) == 20_000
    assert "cut" in cut["note"]
