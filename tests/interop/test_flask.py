"""A service written by hand for Flask: it conforms, and each slip that such code is known for is told by its rules."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from conformance.model import Level, Outcome
from tests.interop import flask_server as server
from tests.profiles.running import Checked, all_of, ask, run_suite

JSON = ("json",)
ACCEPT = ("http/accept-honoured", "http/accept-quality", "http/accept-unknown")

DAYS, MAIL = "request/MaximumTermDays/*", "request/Email/*"
FLAG, TIME, TYPE = "request/FlagPaymentNotification", "request/CollectionReminderTime", "request/NotificationTypeId"
ANSWER = ("response/success/*", "response/data/ArMailName/*", "envelope/*", "http/*")


@dataclass(frozen=True)
class Slip:
    """What is looked at, and what must come out of it, no more and no less."""

    rules: tuple[str, ...]
    must: frozenset[str] = frozenset()
    should: frozenset[str] = frozenset()


def only(*rules: str) -> frozenset[str]:
    return frozenset(rules)


# fmt: off
SLIPS: dict[str, Slip] = {
    "an upper bound off by one": Slip((DAYS,), only("request/MaximumTermDays/maximum")),
    "match for fullmatch": Slip((MAIL,), only("request/Email/pattern")),
    "required by truth": Slip((DAYS, f"{FLAG}/*"), only(f"{FLAG}/type", "request/MaximumTermDays/minimum")),
    "required by name": Slip(("request/AssignBranch/*",), only("request/AssignBranch/required")),
    "bytes for characters": Slip(("request/ArMailName/*",), only("request/ArMailName/max-length")),
    "cut in place of refused": Slip((f"{TIME}/*",), only(f"{TIME}/max-length")),
    "less than": Slip(("request/M*Interest/*",), only("request/MinimumInterest/maximum")),
    "a list unchecked": Slip(("request/NotificationSchemaList/type",), only("request/NotificationSchemaList/type")),
    "success as text": Slip(ANSWER, only("response/success/type")),
    "success in a refusal": Slip(("response/success/refusal",), only("response/success/refusal")),
    "JSON called HTML": Slip(ANSWER, only("http/content-type"), only(*ACCEPT)),
    "a boolean is an int": Slip((f"{TYPE}/*",), should=only(f"{TYPE}/strict-type")),
    "an answer from before it was saved": Slip(ANSWER, should=only("response/data/ArMailName/echo")),
}
# fmt: on


def asked(slip: str, *rules: str) -> Checked:
    return ask(server.in_process(server.application(slip)), *rules, encodings=JSON)


def test_the_service_written_by_hand_conforms(tmp_path):
    with server.serving(server.application()) as url:
        checked = run_suite(tmp_path, url)
    assert not checked.failed(), checked.why(checked.failed())
    assert checked.exit == 0, checked.sentence
    assert not checked.rules(Outcome.CANT_TELL) | checked.rules(Outcome.UNTESTED)


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_fails_its_rules_and_no_other(slip):
    expected = SLIPS[slip]
    checked = asked(slip, *expected.rules)
    assert checked.failed(Level.MUST) == expected.must, checked.why(checked.failed())
    assert checked.failed(Level.SHOULD) == expected.should, checked.why(checked.failed())
    assert checked.exit == (1 if expected.must else 0)


def test_a_crash_over_a_value_is_no_refusal_and_no_acceptance():
    checked = asked("no check before the pattern", MAIL, "http/no-server-error")
    assert checked.failed() == {"http/no-server-error"}
    assert checked.verdict("request/Email/type").outcome is Outcome.CANT_TELL
    assert "500" in checked.verdict("request/Email/type").reason
    assert checked.verdict("request/Email/pattern").outcome is Outcome.PASSED
    assert checked.exit == 6


def test_a_success_that_is_no_boolean_leaves_no_request_rule_decided():
    checked = asked("success as text", DAYS, MAIL, "response/success/type")
    assert checked.failed(Level.MUST) == {"response/success/type"}
    assert checked.rules(Outcome.CANT_TELL) >= all_of("request") & {
        v.rule.split("/", 1)[1] for v in checked.report.verdicts
    }
    assert checked.exit == 1
