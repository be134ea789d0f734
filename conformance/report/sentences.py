"""The one place that turns a verdict into a sentence.

Rule, path, expected and observed stay apart until here; terminal, page, JUnit and pytest's failure text all say the
same words. Pure; must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.model import Finding, Outcome, Rule, Verdict
from conformance.report.language import ENGLISH, Language
from conformance.report.text import full_stop, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHOWN = 3
"""How many findings of one verdict are told; the others are counted."""


def verdict_sentence(verdict: Verdict, rule: Rule | None, *, language: Language = ENGLISH) -> str:
    """What was required, where it stands, and what was seen instead, on one line."""
    said = [verdict_head(verdict, language=language)]
    reason = one_line(language.say(verdict.reason)) if verdict.reason else ""
    if verdict.outcome is Outcome.FAILED:
        if rule is not None:
            said = [f"{said[0]}: {requirement(rule, verdict.encoding, language=language)}"]
        said.extend(finding_sentence(finding, language=language) for finding in verdict.findings[:SHOWN])
        said.append(left_out(verdict.findings, language=language))
        if not verdict.findings:
            said.append(reason)
    else:
        said = [f"{said[0]}: {reason}" if reason else said[0]]
    said.append(exchanges_phrase(verdict.exchanges, language=language))
    if verdict.waiver is not None:
        said.append(waiver_sentence(verdict.waiver, language=language))
    return " ".join(full_stop(part) for part in said if part)


def verdict_head(verdict: Verdict, *, language: Language = ENGLISH) -> str:
    """Rule, encoding, level and outcome."""
    return f"{verdict.rule} ({verdict.encoding}) {verdict.level} {language.word(str(verdict.outcome))}"


def requirement(rule: Rule, encoding: str, *, language: Language = ENGLISH) -> str:
    """The statement with its citation, as the first half of a failure."""
    return f"{one_line(language.say(rule.statement)).rstrip('.')} ({language.say(str(rule.cited_in(encoding)))})"


def finding_sentence(finding: Finding, *, language: Language = ENGLISH) -> str:
    """Where, what was expected, what was seen."""
    return language.fill(
        "{where}: expected {expected}; observed {observed}.",
        where=one_line(finding.path) or language.fill("the message"),
        expected=one_line(language.say(finding.expected)),
        observed=one_line(language.say(finding.observed)).removesuffix("."),
    )


def left_out(findings: Sequence[Finding], shown: int = SHOWN, *, language: Language = ENGLISH) -> str:
    """How many findings were not told, or nothing."""
    more = len(findings) - shown
    if more <= 0:
        return ""
    return language.fill(
        "1 more finding is left out here." if more == 1 else "{more} more findings are left out here.", more=more
    )


def exchanges_phrase(exchanges: Sequence[str], *, language: Language = ENGLISH) -> str:
    """The exchanges that show it, a few by name."""
    if not exchanges:
        return ""
    named = language.listed(exchanges, 5)
    return language.fill("Exchange {named}." if len(exchanges) == 1 else "Exchanges {named}.", named=named)


def waiver_sentence(waiver: Mapping[str, Any], *, language: Language = ENGLISH) -> str:
    """Who answers for a waived failure, or did until it expired, why and how long; only what the waiver says."""
    told = {key: one_line(str(value)) for key, value in waiver.items() if value}
    reason = told.get("reason", "").rstrip(".") or language.fill("no reason given")
    expired = waiver.get("state") == "expired"
    parts = [language.fill("Waiver expired: {reason}" if expired else "Waived: {reason}", reason=reason)]
    if "owner" in told:
        parts.append(language.fill("owner {owner}", owner=told["owner"]))
    if "expiry" in told:
        parts.append(language.fill("until {day}", day=told["expiry"]))
    if "ticket" in told:
        parts.append(language.fill("ticket {ticket}", ticket=told["ticket"]))
    return full_stop(", ".join(parts))


def tally(count: Mapping[str, int], *, language: Language = ENGLISH) -> str:
    """`17 of 17 tested, 64 untested`: how many passed of those that were decided, then what was not."""
    said = language.fill("{passed} of {tested} tested", passed=count["passed"], tested=count["tested"])
    return said + "".join(f", {count[o]} {language.word(o)}" for o in (Outcome.CANT_TELL, Outcome.UNTESTED) if count[o])
