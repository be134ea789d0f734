"""Services that keep to the page but differ from each other: the suite finds no MUST failure in any of them.

Each is checked by the whole suite, most of them in process. A SHOULD failure is expected only where the service really
strays from the page. Refusals of every kind are read as refusals; what a tenant refuses for its own reasons is
cant-tell. The ways that are peculiar to XML and forms have a file of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from conformance.model import Level, Outcome
from tests.profiles import answering, forms, methods, reading, refusing, service, tenants, xml_answering, xml_reading
from tests.profiles.running import all_of, ask, everywhere, run_suite, target_file
from tests.profiles.service import Service
from tests.profiles.wire import serving

ANSWERS = ("envelope/*", "http/*", "response/data*", "response/m*", "response/failureCode*")
"""The rules that a difference in the answers alone can touch: fewer requests, all of them accepted ones."""

JSON_ALONE = 'encodings = ["json"]\n'
ACCEPT = frozenset({"http/accept-honoured", "http/accept-quality"})
NORMALISED = frozenset({"response/data/Email/echo", "response/data/CollectionReminderTime/echo"})
STEPS = frozenset(all_of("request", "maximum-step"))
BLANK = frozenset({"request/GrantorTaxId/not-blank", "request/ArMailName/not-blank"})


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a run must say: the rules it looks at, the honest SHOULD failures."""

    rules: tuple[str, ...] = ()
    should: frozenset[str] = frozenset()
    encodings: tuple[str, ...] = ("json",)


EVERY = ("json", "xml", "form")
ALL, WRITTEN = Expected(encodings=EVERY), Expected(rules=ANSWERS)
REFUSED = Expected(
    rules=("request/*/required", "request/*Days*", "response/success/*", "envelope/*", "http/*"), encodings=EVERY
)
HTTP = Expected(rules=("http/*",), encodings=EVERY)

# fmt: off
CONFORMING: dict[type[Service], Expected] = {
    Service: ALL,
    # how a request is refused
    refusing.ModelState: ALL,
    refusing.ProblemDetails: Expected(should=frozenset({"http/accept-honoured"}), encodings=EVERY),
    refusing.Declared: ALL,
    refusing.DeclaredAlone: REFUSED,
    refusing.BareRefusal: REFUSED,
    refusing.PlainRefusal: REFUSED,
    refusing.PageRefusal: REFUSED,
    refusing.MixedRefusal: REFUSED,
    refusing.RefusalEchoes: REFUSED,
    # how an answer is written
    answering.Sparse: ALL,
    answering.Nulls: WRITTEN,
    answering.Talkative: WRITTEN,
    answering.Indented: WRITTEN,
    answering.OddLabel: WRITTEN,
    answering.NoCharset: WRITTEN,
    answering.AsciiLabel: WRITTEN,
    answering.Created: WRITTEN,
    # how values come back
    answering.UpperGuids: WRITTEN,
    answering.BracedGuids: WRITTEN,
    answering.BareGuids: WRITTEN,
    answering.Numbers: WRITTEN,
    answering.PointZero: WRITTEN,
    answering.Exponents: WRITTEN,
    answering.Normalised: Expected(rules=ANSWERS, should=NORMALISED),
    # how a request is read
    reading.AnyCase: ALL,
    reading.LenientReader: Expected(should=frozenset(all_of("request", "strict-type")), encodings=EVERY),
    reading.LooseGuids: Expected(rules=("request/*Id/*",)),
    reading.IntegralNumbers: Expected(rules=("request/*Days*", "request/NotificationTypeId/*")),
    reading.Closed: Expected(rules=("request/*/optional", "envelope/*")),
    reading.BlankTexts: Expected(rules=("request/GrantorTaxId/*", "request/ArMailName/*"), should=BLANK),
    reading.RoundedRange: Expected(rules=("request/M*Interest/*",), should=STEPS),
    reading.NullModel: Expected(rules=("envelope/*",), should=frozenset({"envelope/empty-body"})),
    # HTTP
    methods.MethodPage: HTTP,
    methods.ReadBack: HTTP,
    methods.ReadBackAll: HTTP,
    methods.ReadBackObject: HTTP,
    methods.ReadBackEmpty: HTTP,
    methods.AnyType: Expected(rules=("http/*",), should=frozenset({"http/unsupported-media-type"}), encodings=EVERY),
    methods.RefusesType: HTTP,
    methods.AcceptIgnored: Expected(should=ACCEPT, encodings=EVERY),
    methods.NotAcceptable: HTTP,
    methods.Mirrors: HTTP,
    methods.PrefersXml: Expected(rules=("http/*",), should=frozenset({"http/accept-unknown"}), encodings=EVERY),
    methods.OneName: Expected(rules=("http/*",), should=frozenset({"http/accept-honoured"}), encodings=EVERY),
    # what a tenant refuses although the page does not say so
    tenants.OrderedInterest: ALL,
    tenants.UntilNoon: Expected(rules=("*/CollectionReminderTime/*",), encodings=EVERY),
    tenants.UntilMidnight: Expected(rules=("*/CollectionReminderTime/*",), encodings=EVERY),
    tenants.EachSchemaOnce: Expected(rules=("*/NotificationSchemaList*",), encodings=("json", "xml")),
}
# fmt: on


@pytest.mark.parametrize("depth", ["quick", "standard"])
@pytest.mark.parametrize("profile", CONFORMING, ids=lambda profile: profile.__name__)
def test_a_service_that_keeps_to_the_page_in_its_own_way_conforms(profile, depth):
    expected = CONFORMING[profile]
    checked = ask(profile(), *expected.rules, encodings=expected.encodings, depth=depth)
    assert not checked.failed(Level.MUST), checked.why(checked.failed(Level.MUST))
    assert checked.failed(Level.SHOULD) == expected.should
    assert (checked.exit, checked.report.outcome) == (0, "conforms"), checked.sentence


@pytest.mark.parametrize(
    "profile", [Service, answering.Talkative, answering.Chunked, xml_answering.WideMark], ids=lambda one: one.__name__
)
def test_over_http_a_service_conforms_as_it_does_in_process(profile, tmp_path):
    with serving(profile()) as served:
        checked = run_suite(tmp_path, served.url, *ANSWERS)
    assert not checked.failed(), checked.why(checked.failed())
    assert (checked.exit, checked.report.outcome) == (0, "conforms"), checked.sentence
    assert {incoming.header("Content-Type") for incoming in served.received} >= set(service.FORMATS)


class Stock(
    methods.Mirrors,
    xml_answering.Nils,
    xml_answering.StockRefusalAsAsked,
    forms.AnyCaseForm,
    reading.LenientReader,
    xml_reading.LenientWords,
):
    """Everything that a stock server is known for at once, but that it reads missing value types as zero."""


def test_a_stock_server_conforms_and_earns_the_failures_of_its_readers():
    checked = ask(Stock(), depth="standard", seed=20250131)
    assert not checked.failed(Level.MUST), checked.why(checked.failed(Level.MUST))
    assert checked.failed_in() == everywhere("request", "strict-type")
    assert checked.exit == 0, checked.sentence


@pytest.mark.parametrize(
    "profile", [tenants.OrderedInterest, reading.LenientReader], ids=lambda profile: profile.__name__
)
def test_drawn_values_find_nothing_wrong_with_a_legal_service(profile):
    checked = ask(profile(), "request/*", depth="standard", seed=20250131)
    assert not checked.failed(Level.MUST), checked.why(checked.failed(Level.MUST))
    assert checked.exit == 0


def test_strict_turns_an_honest_should_failure_into_exit_1_and_leaves_a_clean_service_alone(tmp_path):
    with serving(methods.AcceptIgnored()) as served:
        assert run_suite(tmp_path / "strays", served.url, "http/*", strict=True, more=JSON_ALONE).exit == 1
    with serving(Service()) as served:
        assert run_suite(tmp_path / "clean", served.url, "http/*", strict=True, more=JSON_ALONE).exit == 0


def test_refusals_without_the_envelope_say_nothing_of_the_rule_about_success_in_them():
    checked = ask(refusing.ModelState(), "response/success/*", encodings=("json",))
    assert checked.verdict("response/success/refusal").outcome is Outcome.INAPPLICABLE


def test_members_that_no_answer_carried_are_inapplicable_and_not_untested():
    checked = ask(answering.Sparse(), *ANSWERS, encodings=("json",))
    absent = {
        f"response/{name}/{facet}" for name in ("message", "messageDetail", "failureCode") for facet in ("name", "type")
    }
    assert checked.rules(Outcome.INAPPLICABLE) >= absent
    assert not checked.rules(Outcome.UNTESTED)


def test_extra_members_are_observed():
    checked = ask(answering.Talkative(), "envelope/root", encodings=("json",))
    assert any("Links, timestamp, traceId" in found.sentence for found in checked.report.observations)


def test_a_lenient_reader_is_observed_where_either_behaviour_conforms():
    checked = ask(reading.LenientReader(), "envelope/malformed", encodings=("json",), depth="standard")
    seen = {found.sentence for found in checked.report.observations}
    assert {
        "a comma after the last member: accepted",
        "a comment in front: accepted",
        "a word after the text: accepted",
    } <= seen
    assert checked.verdict("envelope/malformed").outcome is Outcome.PASSED


@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_texts_that_are_cut_before_they_are_looked_at_fail_the_echo_of_free_text_alone(depth):
    checked = ask(reading.TrimmedTexts(), depth=depth)
    # A form is answered in JSON.
    assert checked.failed_in() == {f"response/data/ArMailName/echo@{encoding}" for encoding in ("json", "xml")}
    assert checked.exit == 0, checked.sentence
    blanks = {one.sentence for one in checked.report.observations if "(' ' after the rest)" in one.sentence}
    assert blanks == ({"Email: 'cobranza@mail.test ' (' ' after the rest): accepted"} if depth == "standard" else set())


def test_get_that_is_another_operation_leaves_the_rule_about_allow_inapplicable():
    checked = ask(methods.ReadBackObject(), "http/allow", encodings=("json",))
    assert checked.verdict("http/allow").outcome is Outcome.INAPPLICABLE


# --- what a tenant refuses for reasons of its own ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "member", "words"),
    [
        (tenants.KnownUsers, "UserId", "no such user here"),
        (tenants.KnownSchemas, "NotificationSchemaList", "no such template here"),
        (tenants.EachSchemaOnce, "NotificationSchemaList", "a template twice"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else value.split()[0],
)
def test_a_reference_that_the_tenant_refuses_is_cant_tell_with_the_servers_words(profile, member, words):
    checked = ask(profile(), f"request/{member}/*", f"response/data/{member}/*", "envelope/*")
    assert not checked.failed(), checked.why(checked.failed())
    echo = f"response/data/{member}/echo"
    for encoding in ("json", "xml"):
        assert checked.verdict(f"{echo}@{encoding}").outcome is Outcome.CANT_TELL
        assert words in checked.verdict(f"{echo}@{encoding}").reason
    assert checked.exit in {0, 6}


@pytest.mark.parametrize(
    ("profile", "value", "words"),
    [
        (
            tenants.KnownDefault,
            'DefaultNotificationSchemaId = "11111111-2222-3333-4444-555555555555"',
            "no such template",
        ),
        (tenants.CheckedTaxId, 'GrantorTaxId = "XAXX010101000"', "has no check digit"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else value.split()[0],
)
def test_a_baseline_that_the_tenant_refuses_is_inconclusive_until_the_target_names_its_value(profile, value, words):
    refused = ask(profile(), "request/*Id/*", "envelope/*")
    accepted = ask(profile(), "request/*Id/*", "envelope/*", more=f"values = {{ {value} }}\n")
    assert refused.exit == 6
    assert words in refused.sentence
    assert not refused.failed()
    assert accepted.exit == 0, accepted.sentence
    assert not accepted.failed()


def test_an_answer_that_is_success_alone_fails_no_must_rule():
    checked = ask(answering.Acknowledges(), encodings=("json",))
    assert checked.failed() == {"response/data/required"}
    # What the absent object would have shown stays untested, and no conformance is claimed.
    inside = {rule for rule in all_of("response", level=Level.MUST) if rule.startswith("response/data/")}
    assert checked.rules(Outcome.UNTESTED, Level.MUST) == inside - {"response/data/name"}
    assert checked.verdict("response/data/type").reason == "blocked by response/data/required"
    assert checked.exit == 6


# --- the command itself -----------------------------------------------------------------------------------------------


def test_the_command_finds_that_a_service_not_our_own_conforms(tmp_path):
    with serving(reading.AnyCase()) as served:
        target = target_file(tmp_path, served.url)
        command = [sys.executable, "-m", "conformance", "check", "--target", str(target), "--depth", "quick"]
        ran = subprocess.run(
            [*command, "--workers", "4", "--out", str(tmp_path / "run")],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONWARNINGS": "error"},
        )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert f"collection-policy at {served.url} conforms" in " ".join(ran.stdout.split())
