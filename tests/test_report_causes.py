"""Failures by cause: what is known by its pattern, what fails over many members, what one exchange shows."""

from __future__ import annotations

import pytest

from conformance.model import Basis, Finding, Level, Outcome, Report, Rule, Verdict
from conformance.report.build import build
from conformance.report.causes import KINDS, Cause, causes
from conformance.report.causes.known import KNOWN, Known
from conformance.run.contracts import all_rules, contracts
from tests.report_samples import header, log

POLICY = "collection-policy/request"
MAIL = "envio-correo/request"


def failed(rule: str, encoding: str = "json", due: str = "refused", **finding: str) -> Verdict:
    came = "accepted" if due == "refused" else "refused"
    told = {"path": "", "expected": f"{due}: what was tried", "observed": f"{came}: 200 OK"} | finding
    return verdict(rule, Outcome.FAILED, encoding, (Finding(**told),))


def verdict(rule: str, outcome: Outcome, encoding: str = "json", findings: tuple[Finding, ...] = ()) -> Verdict:
    return Verdict(
        rule=rule,
        service=rule.partition("/")[0],
        encoding=encoding,
        level=Level.MUST,
        basis=Basis.STATED,
        outcome=outcome,
        findings=findings,
        exchanges=("x00001",) if findings else (),
    )


def passed(rule: str, encoding: str = "json") -> Verdict:
    return verdict(rule, Outcome.PASSED, encoding)


def told(*verdicts: Verdict, shown_by: dict[tuple[str, str], str] | None = None) -> tuple[Cause, ...]:
    known = contracts()
    services = {one.service: ["json"] for one in verdicts}
    run = log(scope=header()["scope"] | {"services": list(services), "encodings": services})
    report: Report = build(run, verdicts, ())
    rules: dict[str, Rule] = dict(all_rules())
    failures = [one for one in verdicts if one.outcome is Outcome.FAILED]
    return causes(failures, report, rules, known, shown_by or {})


SHOWN: tuple[tuple[str, tuple[Verdict, ...], tuple[Verdict, ...]], ...] = (
    (
        "Nothing of a request is checked against its constraints.",
        tuple(
            failed(f"{POLICY}/{rule}")
            for rule in ("Email/required", "Email/pattern", "Email/max-length", "GrantorTaxId/required")
        ),
        (
            *(failed(f"{POLICY}/{rule}") for rule in ("Email/required", "Email/pattern", "Email/max-length")),
            passed(f"{POLICY}/ArMailName/required"),
        ),
    ),
    (
        "Proper decimals are refused.",
        (failed(f"{POLICY}/MinimumInterest/pattern", due="accepted"),),
        (failed(f"{POLICY}/Email/pattern", due="accepted"),),
    ),
    (
        "A value just beyond a bound is accepted.",
        (failed(f"{POLICY}/MinimumInterest/maximum-step"), passed(f"{POLICY}/MinimumInterest/maximum")),
        (failed(f"{POLICY}/MinimumInterest/maximum-step"), failed(f"{POLICY}/MinimumInterest/maximum")),
    ),
    (
        "A member that is missing in XML is not noticed.",
        (failed(f"{POLICY}/AssignSeller/required", "xml"), passed(f"{POLICY}/AssignSeller/required")),
        (failed(f"{POLICY}/AssignSeller/required", "xml"), failed(f"{POLICY}/AssignSeller/required")),
    ),
    (
        "A missing int, boolean or dateTime is not noticed.",
        (failed(f"{MAIL}/CodigoEmpresa/required", "soap-1.1"), passed(f"{MAIL}/CodigoEmpresa/type", "soap-1.1")),
        (failed("actualizar-correo/request/facturador/required", "soap-1.1"),),
    ),
    (
        "Base64 of a bad length is accepted.",
        (
            failed(f"{MAIL}/Adjuntos/Archivo/strict-type", "soap-1.2"),
            passed(f"{MAIL}/Adjuntos/Archivo/type", "soap-1.2"),
        ),
        (failed(f"{MAIL}/Adjuntos/Archivo/type", "soap-1.2"),),
    ),
    (
        "A date or a time alone is accepted as a dateTime.",
        (failed(f"{MAIL}/FechaFactura/strict-type", "soap-1.1"), passed(f"{MAIL}/FechaFactura/type", "soap-1.1")),
        (failed(f"{MAIL}/FechaFactura/type", "soap-1.1"),),
    ),
    (
        "Values of a nearby type are converted.",
        (failed(f"{POLICY}/MaximumTermDays/strict-type"), passed(f"{POLICY}/MaximumTermDays/type")),
        (failed(f"{POLICY}/MaximumTermDays/strict-type", "xml"),),
    ),
    (
        "Faults of the sender travel with status 500.",
        (failed("envio-correo/envelope/fault-status-sender", "soap-1.2", expected="400", observed="500"),),
        (failed("envio-correo/envelope/fault-status", "soap-1.2", expected="500", observed="200"),),
    ),
    (
        "Names of the answer come in another case.",
        (failed("collection-policy/response/data/Email/name", expected="Email", observed="email"),),
        (failed("collection-policy/response/data/Email/name", expected="Email", observed="Mail"),),
    ),
    (
        "The service breaks over a message instead of refusing it.",
        (
            failed("collection-policy/http/no-server-error", expected="a status below 500", observed="500"),
            passed(f"{POLICY}/Email/required"),
        ),
        (failed("collection-policy/http/in-time", expected="an answer in time", observed="none"),),
    ),
    (
        "The media type that Accept asks for is not sent.",
        (failed("collection-policy/http/accept-honoured", expected="application/xml", observed="application/json"),),
        (failed("collection-policy/http/content-type", expected="XML", observed="JSON"),),
    ),
)


def test_every_known_cause_has_its_example() -> None:
    assert [title for title, _, _ in SHOWN] == [known.title for known in KNOWN]


@pytest.mark.parametrize(("known", "shown"), list(zip(KNOWN, SHOWN, strict=True)), ids=[known.title for known in KNOWN])
def test_a_known_cause_is_told_where_it_shows_and_only_there(known: Known, shown: tuple) -> None:  # type: ignore[type-arg]
    title, showing, other = shown
    (cause,) = told(*showing)
    assert (cause.title, cause.likely, cause.alone) == (title, known.likely, False)
    assert set(cause.verdicts) == {one for one in showing if one.outcome is Outcome.FAILED}
    assert title not in {one.title for one in told(*other)}


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(
            (
                failed("collection-policy/http/no-server-error", observed="503 Service Unavailable"),
                passed(f"{POLICY}/Email/required"),
            ),
            id="a service that is down catches its exceptions all the same",
        ),
        pytest.param(
            (failed("collection-policy/http/no-server-error", observed="500"),),
            id="what breaks over everything does not break over a message",
        ),
        pytest.param(
            (failed(f"{POLICY}/MaximumTermDays/strict-type"), failed(f"{POLICY}/MaximumTermDays/type")),
            id="who takes anything for a number converts nothing",
        ),
        pytest.param(
            (failed(f"{MAIL}/CodigoEmpresa/required", "soap-1.1"), failed(f"{MAIL}/CodigoEmpresa/type", "soap-1.1")),
            id="nor gives it a default value",
        ),
        pytest.param(
            (failed(f"{POLICY}/MinimumInterest/pattern", expected="accepted: 50"),),
            id="a whole number has no decimals",
        ),
        pytest.param(
            (failed("collection-policy/http/accept-documented", expected="text/xml", observed="406"),),
            id="who answers 406 has read what Accept says",
        ),
        pytest.param(
            (
                failed("collection-policy/http/accept-quality", expected="application/json", observed="text/xml"),
                passed("collection-policy/http/accept-honoured"),
            ),
            id="who heeds Accept, but not its weights, has more than one formatter",
        ),
    ],
)
def test_no_cause_is_told_without_what_shows_it(seen: tuple[Verdict, ...]) -> None:
    assert {cause.likely for cause in told(*seen)} == {""}


def test_a_kind_of_rule_that_fails_over_many_members_is_one_cause() -> None:
    members = ("Email", "ArMailName", "AssignSeller", "AssignBranch")
    found = told(*(failed(f"{POLICY}/{name}/required", code) for name in members for code in ("json", "xml")))
    assert [(one.title, len(one.rules), one.passed) for one in found] == [("Required members are not demanded.", 4, 0)]
    (cause,) = told(
        *(failed(f"{POLICY}/{name}/required") for name in members), passed(f"{POLICY}/GrantorTaxId/required")
    )
    assert cause.passed == 1


def test_too_strict_is_another_cause_than_too_lax() -> None:
    names = ("Email/pattern", "MaximumTermDays/pattern", "DaysUncollectibleDebt/pattern")
    assert [one.title for one in told(*(failed(f"{POLICY}/{name}") for name in names))] == [
        KINDS["request", "pattern", "refused"]
    ]
    assert [one.title for one in told(*(failed(f"{POLICY}/{name}", due="accepted") for name in names))] == [
        KINDS["request", "pattern", "accepted"]
    ]


def test_a_rule_that_fails_in_several_encodings_is_one_cause_by_its_statement() -> None:
    rule = f"{POLICY}/Email/pattern"
    (cause,) = told(failed(rule), failed(rule, "xml"))
    assert (cause.title, cause.alone, len(cause.verdicts)) == (all_rules()[rule].statement, True, 2)


def test_rules_that_the_same_exchange_breaks_go_together() -> None:
    first, second, third = f"{POLICY}/Email/pattern", f"{POLICY}/MaximumTermDays/minimum", f"{POLICY}/UserId/type"
    shown_by = {(first, "json"): "x1", (second, "json"): "x1", (third, "json"): "x2"}
    found = told(failed(first), failed(second), failed(third), shown_by=shown_by)
    assert [(one.title, one.rules) for one in found] == [
        ("The same exchange breaks 2 rules.", (first, second)),
        (all_rules()[third].statement, (third,)),
    ]


def test_every_failure_has_exactly_one_cause() -> None:
    every = tuple(failed(rule.id, code, due="accepted") for rule in all_rules().values() for code in rule.encodings)
    found = [one for cause in told(*every) for one in cause.verdicts]
    assert sorted((one.rule, one.encoding) for one in found) == sorted((one.rule, one.encoding) for one in every)
    sizes = [len(cause.verdicts) for cause in told(*every)]
    assert sizes == sorted(sizes, reverse=True)
