"""The one place that turns a verdict into a sentence.

Rule, path, expected and observed stay apart until here; terminal, page, JUnit and pytest's failure text all say the
same words. Pure; must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.model import Difference, Finding, Frequency, Observation, Outcome, Rule, Sighting, Verdict
from conformance.report.language import ENGLISH, Language
from conformance.report.text import full_stop, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHOWN = 3
"""How many findings of one verdict are told; the others are counted."""
_LEAST = 0.01
"""Per cent that are told apart."""


def verdict_sentence(verdict: Verdict, rule: Rule | None, *, language: Language = ENGLISH) -> str:
    """What was required, where it stands, and what was seen instead, on one line."""
    said = [verdict_head(verdict, language=language)]
    reason = one_line(language.say(verdict.reason)) if verdict.reason else ""
    if verdict.outcome is Outcome.FAILED:
        if rule is not None:
            said = [f"{said[0]}: {requirement(rule, verdict.encoding, language=language)}"]
        said.extend(finding_sentence(finding, language=language) for finding in verdict.findings[:SHOWN])
        said.append(left_out(verdict.findings, language=language))
        if verdict.tally is not None:
            said.append(rate_sentence(verdict.tally, language=language))
        if not verdict.findings:
            said.append(reason)
    else:
        said = [f"{said[0]}: {reason}" if reason else said[0]]
    said.append(exchanges_phrase(verdict.exchanges, language=language))
    if verdict.waiver is not None:
        said.append(waiver_sentence(verdict.waiver, language=language))
    return " ".join(full_stop(part) for part in said if part)


def verdict_head(verdict: Verdict, *, language: Language = ENGLISH) -> str:
    """Rule, encoding, level and outcome; in an audit the party too."""
    return f"{verdict.rule} ({place(verdict, language)}) {verdict.level} {language.word(str(verdict.outcome))}"


def place(of: Verdict | Difference | Observation, language: Language = ENGLISH) -> str:
    """Where the verdict holds: its encoding, and in an audit its party."""
    return f"{of.encoding}, {language.word(of.party)}" if of.party else of.encoding


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


def rate_sentence(of: Frequency, *, language: Language = ENGLISH) -> str:
    """In how many of the recorded exchanges a rule failed."""
    return language.fill(
        "Failed in {failed} of {checked} exchanges, {share} %."
        if of.checked != 1
        else "Failed in the one exchange that shows it.",
        failed=language.number(of.failed),
        checked=language.number(of.checked),
        share=share(of, language),
    )


def share(of: Frequency, language: Language = ENGLISH) -> str:
    """The rate in per cent; one of a million does not show as none, nor all but one as all."""
    percent = 100 * of.rate
    if 0 < percent < _LEAST:
        return f"< {language.number(_LEAST)}"
    rounded = min(round(percent, 2), 100 if of.failed == of.checked else 100 - _LEAST)
    return language.number(int(rounded) if rounded == int(rounded) else rounded)


def sighting_sentence(of: Sighting, *, language: Language = ENGLISH) -> str:
    """When something was recorded, and where: file and byte."""
    return language.fill(
        "{moment}, {file} at byte {offset}" if of.started else "{file} at byte {offset}",
        moment=one_line(language.moment(of.started), 60),
        file=one_line(of.file),
        offset=of.offset,
    )


def ends_of(of: Frequency, language: Language = ENGLISH) -> list[tuple[str, str]]:
    """The first and the last failure, each with its name; one alone where there was but one."""
    if of.first is None:
        return []
    if of.failed == 1 or of.last is None:
        return [(language.fill("Only occurrence"), sighting_sentence(of.first, language=language))]
    return [
        (language.fill("First occurrence"), sighting_sentence(of.first, language=language)),
        (language.fill("Last occurrence"), sighting_sentence(of.last, language=language)),
    ]


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
