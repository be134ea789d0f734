"""The one place that turns a verdict into a sentence.

Rule, path, expected and observed stay apart until here; terminal, page, JUnit and pytest's failure text all say the
same words. Pure; must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.model import Finding, Outcome, Rule, Verdict
from conformance.report.text import full_stop, listed, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHOWN = 3
"""How many findings of one verdict are told; the others are counted."""


def verdict_sentence(verdict: Verdict, rule: Rule | None) -> str:
    """What was required, where it stands, and what was seen instead, on one line."""
    said = [verdict_head(verdict)]
    if verdict.outcome is Outcome.FAILED:
        if rule is not None:
            said = [f"{said[0]}: {requirement(rule, verdict.encoding)}"]
        said.extend(finding_sentence(finding) for finding in verdict.findings[:SHOWN])
        said.append(left_out(verdict.findings))
        if verdict.reason and not verdict.findings:
            said.append(one_line(verdict.reason))
    else:
        reason = one_line(verdict.reason) if verdict.reason else ""
        said = [f"{said[0]}: {reason}" if reason else said[0]]
    said.append(exchanges_phrase(verdict.exchanges))
    if verdict.waiver is not None:
        said.append(waiver_sentence(verdict.waiver))
    return " ".join(full_stop(part) for part in said if part)


def verdict_head(verdict: Verdict) -> str:
    """Rule, encoding, level and outcome."""
    return f"{verdict.rule} ({verdict.encoding}) {verdict.level} {verdict.outcome}"


def requirement(rule: Rule, encoding: str) -> str:
    """The statement with its citation, as the first half of a failure."""
    return f"{one_line(rule.statement).rstrip('.')} ({rule.cited_in(encoding)})"


def finding_sentence(finding: Finding) -> str:
    """Where, what was expected, what was seen."""
    where = one_line(finding.path) or "the message"
    return f"{where}: expected {one_line(finding.expected)}; observed {one_line(finding.observed)}."


def left_out(findings: Sequence[Finding], shown: int = SHOWN) -> str:
    """How many findings were not told, or nothing."""
    more = len(findings) - shown
    if more <= 0:
        return ""
    return f"{more} more {'finding is' if more == 1 else 'findings are'} left out here."


def exchanges_phrase(exchanges: Sequence[str]) -> str:
    """The exchanges that show it, a few by name."""
    if not exchanges:
        return ""
    return f"{'Exchange' if len(exchanges) == 1 else 'Exchanges'} {listed(exchanges, 5)}."


def waiver_sentence(waiver: Mapping[str, Any]) -> str:
    """Who answers for a waived failure, why and how long; only what the waiver says."""
    parts = [f"Waived: {one_line(str(waiver.get('reason') or 'no reason given')).rstrip('.')}"]
    named = [("owner", "owner"), ("expiry", "until"), ("ticket", "ticket")]
    parts.extend(f"{word} {one_line(str(waiver[key]))}" for key, word in named if waiver.get(key))
    return full_stop(", ".join(parts))


def tally(count: Mapping[str, int]) -> str:
    """`17 of 17 tested, 64 untested`: how many passed of those that were decided, then what was not."""
    said = f"{count['passed']} of {count['tested']} tested"
    return said + "".join(f", {count[o]} {o}" for o in (Outcome.CANT_TELL, Outcome.UNTESTED) if count[o])
