"""Pages for tests: one with something in every section and hostile text, and one of two thousand verdicts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from conformance.model import (
    Basis,
    Citation,
    Comparison,
    Difference,
    Finding,
    Level,
    Outcome,
    Result,
    Rule,
    Verdict,
)
from conformance.report.build import build
from conformance.report.language import ENGLISH, Language
from conformance.run.contracts import all_rules, contracts
from tests.report_samples import EMAIL, RULES, header, hostile, log, material, record, response, verdict

if TYPE_CHECKING:
    from conformance.report.material import Material

PASSES = "collection-policy/http/allow"
UNKNOWN = "collection-policy/request/AssignBranch/type"
ENCODINGS = ("json", "xml")
FACETS = ("required", "type", "pattern", "maximum", "max-length")
_BODY = ("{" + ",".join(f'"Member{n}":"a value of some length, number {n}"' for n in range(30)) + "}").encode()


def whole(language: Language = ENGLISH) -> Material:
    """Something in every section: failures of each kind, a baseline, waivers, errata, traces."""
    report, run = hostile()
    rules = {**all_rules(), **RULES}
    more = (
        verdict(PASSES, Outcome.PASSED, exchanges=("x00001",)),
        replace(verdict(PASSES, Outcome.PASSED), encoding="xml", level=Level.SHOULD),
        verdict(UNKNOWN, Outcome.INAPPLICABLE, reason="nothing of the kind occurred"),
    )
    failing = tuple(
        replace(
            verdict(
                f"collection-policy/request/{name}/required",
                Outcome.FAILED,
                findings=(Finding(path=name, expected="refused: left out", observed="accepted: 200 OK"),),
                exchanges=("x00004",),
            ),
            encoding=encoding,
        )
        for name in ("AssignSeller", "AssignBranch", "UserId", "ShowDocumentDetail", "FlagAttachment")
        for encoding in ENCODINGS
    )
    rules |= {one.rule: _rule(one.rule) for one in failing if one.rule not in rules}
    change = Difference(
        rule=EMAIL, service="collection-policy", encoding="json", level=Level.MUST, before="passed", after="failed"
    )
    given = {"rule": EMAIL, "encodings": ("json",), "target": "*", "reason": "soon", "owner": "Ana", "ticket": "QA-9"}
    told = build(run, (*report.verdicts, *more, *failing), report.observations)
    told = replace(
        told,
        waivers=tuple(given | {"expiry": "2026-12-31", "state": state, "verdicts": ()} for state in ("used", "stale")),
        baseline=Comparison(old={"run": "last week"}, new={}, newly_failing=(change,)),
    )
    contract = contracts()["collection-policy"]
    known = {"collection-policy": replace(contract, ledger=contract.ledger[:24])}
    return replace(material(told, run, language), rules=rules, contracts=known)


def _rule(name: str) -> Rule:
    service, part, *path, facet = name.split("/")
    return Rule(
        id=name,
        service=service,
        part=part,
        path="/".join(path),
        facet=facet,
        level=Level.MUST,
        basis=Basis.STATED,
        citation=Citation(document="a document.txt", line=12),
        statement=f"A request in which {'/'.join(path)} breaks its {facet} is refused, and this is of usual length.",
        encodings=ENCODINGS,
    )


@cache
def large(number: int = 2000) -> Material:
    """So many verdicts, two of five failed with three findings each, everyone with an exchange of its own."""
    rules = {
        one.id: one
        for one in (
            _rule(f"larger/request/Member{n}/{FACETS[n % len(FACETS)]}") for n in range(number // len(ENCODINGS))
        )
    }
    verdicts: list[Verdict] = []
    records = []
    for at, rule in enumerate(rules.values()):
        for turn, encoding in enumerate(ENCODINGS):
            failed = at % 5 < 2
            findings = tuple(
                Finding(
                    path=rule.path,
                    expected=f"refused: left out, in way {way}",
                    observed=f'accepted: 200 OK: {{"success":true,"message":"{"x" * 90}"}}',
                )
                for way in range(3 if failed else 0)
            )
            keys = []
            for finding in findings or (None,):
                count = len(records) + 1
                result = Result(
                    rule=rule.id,
                    outcome=Outcome.FAILED if failed else Outcome.PASSED,
                    finding=finding,
                    encoding=encoding,
                )
                made = record(1, (rule.id,), body=_BODY, answer=response(body=_BODY), results=(result,))
                key = f"x{count:05d}"
                exchange = replace(made.exchange, id=key)
                records.append(replace(made, exchange=exchange, judgement=replace(made.judgement, exchange=key)))
                keys.append(key)
            outcome = Outcome.FAILED if failed else (Outcome.CANT_TELL if at % 7 == turn else Outcome.PASSED)
            verdicts.append(
                Verdict(
                    rule=rule.id,
                    service="larger",
                    encoding=encoding,
                    level=Level.MUST if at % 3 else Level.SHOULD,
                    basis=Basis.STATED,
                    outcome=outcome,
                    findings=findings,
                    exchanges=tuple(keys),
                    reason="its counterpart was not accepted" if outcome is Outcome.CANT_TELL else "",
                )
            )
    scope = header()["scope"] | {"services": ["larger"], "encodings": {"larger": list(ENCODINGS)}}
    run = log(tuple(records), scope=scope)
    return replace(material(build(run, verdicts, ()), run), rules=rules, contracts=contracts())
