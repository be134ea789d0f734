"""Reports of any shape, with any text where a server, a target file or a waiver may have put one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from conformance.model import Basis, Comparison, Difference, Finding, Level, Observation, Outcome, Verdict
from conformance.report.build import build
from tests.report_samples import EMAIL, NASTY, RECORDS, RULES, USER, header, log

if TYPE_CHECKING:
    from conformance.model import Report
    from conformance.target.journal import RunLog

SPITE = (
    NASTY,
    "=cmd|' /C calc'!A0",
    ";=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    '"=1"',
    "a\\|b",
    "``` `x",
    "@everyone",
    "#123",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/p.png)",
    "https://evil.example/",
    "www.evil.example",
    "<img src=x onerror=alert(1)>",
    "/close",
    "]]>",
    "&lt;",
    "\ud83d",
    "\x00\x1b[2J",
    "",
    "\r\n",
    "a" * 5000,
)

TEXTS = st.one_of(
    st.sampled_from(SPITE),
    st.text(max_size=30),
    st.lists(st.sampled_from(SPITE), max_size=4).map(" ".join),
)
ENCODINGS = ("json", "xml", "form", "soap-1.1", "soap-1.2")
IDS = (*RULES, "envio-correo/envelope/fault-status", "a.b/c|d/`e`")
KEYS = st.lists(st.sampled_from(("x00001", "x00002", "x00003", "x00004", "x00009")), unique=True, max_size=3)

FINDINGS = st.builds(Finding, path=TEXTS, expected=TEXTS, observed=TEXTS)
WAIVERS = st.fixed_dictionaries(
    {
        "rule": st.sampled_from(("*", "*/pattern", EMAIL)),
        "encodings": st.none() | st.lists(st.sampled_from(ENCODINGS), min_size=1, unique=True),
        "target": st.just("*"),
        "reason": TEXTS,
        "owner": TEXTS,
        "expiry": st.sampled_from(("2026-12-31", "2026-01-01")),
        "ticket": TEXTS,
        "state": st.sampled_from(("used", "stale", "expired", "idle", "elsewhere")),
    }
)
"""As a file has them, with what became of them."""


@st.composite
def verdicts(draw: st.DrawFn) -> tuple[Verdict, ...]:
    """Of each rule and encoding at most one."""
    pairs = draw(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(ENCODINGS)), unique=True, max_size=6))
    found = []
    for rule, encoding in pairs:
        outcome = draw(st.sampled_from(Outcome))
        failed = outcome is Outcome.FAILED
        found.append(
            Verdict(
                rule=rule,
                service=rule.split("/", maxsplit=1)[0],
                encoding=encoding,
                level=draw(st.sampled_from(Level)),
                basis=draw(st.sampled_from(Basis)),
                outcome=outcome,
                findings=tuple(draw(st.lists(FINDINGS, max_size=3))) if failed else (),
                exchanges=tuple(draw(KEYS)),
                reason=draw(TEXTS),
                waiver=draw(st.none() | WAIVERS) if failed else None,
            )
        )
    return tuple(found)


DIFFERENCES = st.lists(
    st.builds(
        Difference,
        rule=st.sampled_from(IDS),
        service=st.just("collection-policy"),
        encoding=st.sampled_from(ENCODINGS),
        level=st.sampled_from(Level),
        before=st.sampled_from((None, "passed", "failed", "waived")),
        after=st.sampled_from((None, "passed", "cant-tell")),
        told=TEXTS,
    ),
    max_size=3,
).map(tuple)
COMPARISONS = st.builds(
    Comparison,
    old=st.fixed_dictionaries({"run": TEXTS, "started": TEXTS}),
    new=st.fixed_dictionaries({"run": TEXTS, "started": TEXTS}),
    newly_failing=DIFFERENCES,
    newly_passing=DIFFERENCES,
    gone=DIFFERENCES,
    unchanged=st.integers(0, 9),
)


@st.composite
def reports(draw: st.DrawFn) -> tuple[Report, RunLog]:
    """A report and the journal behind it."""
    name, environment = draw(TEXTS), draw(TEXTS)
    run = log(
        tuple(draw(st.lists(st.sampled_from(RECORDS), max_size=4, unique_by=id))),
        pending=draw(st.sampled_from(((), ("x00009",)))),
        target=header()["target"] | {"name": name, "environment": environment},
        strict=draw(st.booleans()),
        run=draw(TEXTS),
    )
    seen = [Observation(rule=USER, encoding="json", sentence=draw(TEXTS), exchanges=("x00001",))]
    report = build(run, draw(verdicts()), seen)
    covers = draw(st.sampled_from(((), ((EMAIL, "json"),))))
    given = draw(st.lists(WAIVERS.map(lambda waiver: {**waiver, "verdicts": covers}), max_size=2))
    return replace(report, waivers=tuple(given), baseline=draw(st.none() | COMPARISONS)), run
