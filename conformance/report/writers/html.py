"""`report.html`: one page for people who were not there. One file, nothing fetched, readable without its script.

The page is put together here from values; the template has the words. Must never import another writer.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from conformance.model import Level, Outcome
from conformance.report.audit import group_said, is_audit, target_said
from conformance.report.comparing import LISTS, since
from conformance.report.counts import all_rows
from conformance.report.decision_rules import STRICT
from conformance.report.headline import as_seen, in_part
from conformance.report.sections import Sections, split, started, waived
from conformance.report.text import one_line
from conformance.report.traceability import matrix
from conformance.report.writers.html_audit import audit_of
from conformance.report.writers.html_failures import anchor, failures
from conformance.report.writers.page import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conformance.model import Report, Rule, Verdict
    from conformance.report.material import Material

WAIVED = "waived"
OBSERVED = "observed"
_PLAINLY = 2
"""Decision rules that stand unfolded: what conforms, and what leaves a run open."""


def write(material: Material) -> bytes:
    """The page as UTF-8."""
    return rendered(material)


def rendered(material: Material, *, unfolded: bool = False) -> bytes:
    """The page; `unfolded` for paper, where nobody can open what is folded."""
    report, rules = material.report, material.rules
    parts = split(report)
    return render(
        "report.html.j2",
        material.language,
        scripts=not unfolded,
        unfolded=unfolded,
        report=report,
        rules=rules,
        parts=parts,
        headed="in-part" if in_part(report) else "as-seen" if as_seen(report) else report.outcome,
        audit=audit_of(report, material.language) if is_audit(report) else None,
        target=target_said(report, material.language),
        named=lambda group: group_said(group, material.language),
        slug=slug,
        anchor=anchor,
        outcome_of=lambda verdict: WAIVED if waived(verdict, started(report.suite)) else str(verdict.outcome),
        short=one_line,
        asides=_asides(material),
        plainly=_plainly(report),
        counts=_counts(report),
        changes=_changes(report),
        anchors={anchor(verdict) for verdict in report.verdicts},
        failures=failures(material, parts),
        undecided=[(group, rows(group.verdicts, rules)) for group in parts.undecided],
        inapplicable=[(group, rows(group.verdicts, rules)) for group in parts.inapplicable],
        passed=_by_service(parts.passed, rules),
        errata=[(name, contract.errata) for name, contract in material.contracts.items() if contract.errata],
        traced=[
            (name, contract, matrix(contract, rules.values(), report)) for name, contract in material.contracts.items()
        ],
        filters=_filters(report, parts),
    )


def rows(verdicts: Iterable[Verdict], rules: Mapping[str, Rule]) -> list[dict[str, Any]]:
    """Verdicts that differ in the encoding alone, on one row."""
    found: dict[tuple[str, Level, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        found[verdict.rule, verdict.level, verdict.party].append(verdict)
    return [
        {"rule": rule, "known": rules.get(rule), "level": level, "verdicts": members}
        for (rule, level, _), members in found.items()
    ]


def slug(group: str) -> str:
    """A group as a value without blanks, which the page's script takes for a separator."""
    return group.replace(" ", "")


def _by_service(verdicts: Sequence[Verdict], rules: Mapping[str, Rule]) -> list[tuple[str, int, list[dict[str, Any]]]]:
    groups = dict.fromkeys(verdict.group for verdict in verdicts)
    mine = {name: [verdict for verdict in verdicts if verdict.group == name] for name in groups}
    return [(name, len(members), rows(members, rules)) for name, members in mine.items()]


def _asides(material: Material) -> dict[str, Any]:
    """What was tested, of which a template makes the rows."""
    report = material.report
    target, suite, scope = report.target, report.suite, report.scope
    return {
        "services": [
            (name, address)
            for name, told in target.get("services", {}).items()
            if (address := told.get("url") or told.get("wsdl"))
        ],
        "scope": list(scope.get("encodings", {}).items()) or [(name, ()) for name in scope["services"]],
        "selection": scope.get("selection", ""),
        "requests": scope.get("requests"),
        "started": started(suite),
        "ended": suite.get("ended", ""),
        "contracts": list(suite.get("contracts", {}).items()),
    }


def _plainly(report: Report) -> tuple[Sequence[str], Sequence[str]]:
    """The decision rules that stand unfolded, and the others."""
    first = [one for at, one in enumerate(report.decision_rules) if at < _PLAINLY or one == STRICT]
    return first, [one for one in report.decision_rules if one not in first]


def _counts(report: Report) -> list[dict[str, Any]]:
    """The level × outcome matrix: a row a service and level, with the parts of its bar."""
    found = []
    before = ""
    for service, level, row in all_rows(report.counts):
        whole = sum(row[outcome] for outcome in Outcome) or 1
        failed = row["failed"] - row["waived"]
        shares = (
            ("good", row["passed"]),
            ("bad" if level == Level.MUST else "mild", failed),
            ("mild", row["waived"]),
            ("open", row["cant-tell"] + row["untested"]),
        )
        bar, at = [], 0.0
        for name, number in shares:
            width = round(100 * number / whole, 2)
            if number:
                bar.append((name, round(at, 2), width))
            at += width
        found.append({"service": service, "first": service != before, "level": level, "row": row, "bar": bar})
        before = service
    return found


def _changes(report: Report) -> dict[str, Any] | None:
    if report.baseline is None:
        return None
    return {"said": since(report.baseline), "lists": [(name, getattr(report.baseline, name)) for name in LISTS]}


def _filters(report: Report, parts: Sections) -> dict[str, list[str]]:
    """What a reader can choose from, in the order of the report."""
    outcomes = [str(one) for one in Outcome if any(verdict.outcome is one for verdict in report.verdicts)]
    outcomes += [WAIVED] if parts.waived else []
    outcomes += [OBSERVED] if report.observations else []
    return {
        "services": list(dict.fromkeys(verdict.group for verdict in report.verdicts)),
        "levels": [str(one) for one in Level if any(verdict.level is one for verdict in report.verdicts)],
        "outcomes": outcomes,
        "encodings": list(dict.fromkeys(verdict.encoding for verdict in report.verdicts)),
    }
