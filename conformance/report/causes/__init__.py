"""Failures put together by what is likely behind them, so that a reader mends one thing and not forty.

A cause that is known by its pattern comes first; then a kind of rule that fails over many members; then rules that the
same exchanges break; what is left is a rule by itself, in all its encodings. Pure; must never import a writer.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.model import CONSUMER, Level, Outcome, Verdict
from conformance.report.causes.known import KNOWN, Seen, unchecked
from conformance.rules.fields import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conformance.model import Contract, Report, Rule

MANY = 3
"""So many rules of a kind make a cause of it."""

KINDS: Mapping[tuple[str, str, str], str] = {
    ("request", "required", "refused"): "Required members are not demanded.",
    ("request", "not-blank", "refused"): "Blank text is taken for a value.",
    ("request", "type", "refused"): "Values of another type are accepted.",
    ("request", "strict-type", "refused"): "Values that would have to be converted are accepted.",
    ("request", "pattern", "refused"): "Stated patterns are not enforced.",
    ("request", "pattern", "accepted"): "Values that match the stated pattern are refused.",
    ("request", "minimum", "refused"): "Stated minimums are not enforced.",
    ("request", "minimum", "accepted"): "Values at the stated minimum are refused.",
    ("request", "maximum", "refused"): "Stated maximums are not enforced.",
    ("request", "maximum", "accepted"): "Values at the stated maximum are refused.",
    ("request", "max-length", "refused"): "Stated lengths are not enforced.",
    ("request", "max-length", "accepted"): "Text of the stated length is refused.",
    ("request", "optional", "accepted"): "Optional members are demanded.",
    ("request", "lexical", "accepted"): "Proper spellings of a value are refused.",
    ("request", "text", "accepted"): "Proper text is refused.",
    ("response", "name", ""): "Members of the answer have other names than the document gives them.",
    ("response", "type", ""): "Members of the answer are of another type.",
    ("response", "echo", ""): "Saved values do not come back as they were sent.",
}
"""Part, facet, and what the service should have done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Failures that go together. `likely` is what is probably behind them, empty where nobody can say; `alone` marks
    one rule by itself, whose statement is title enough. `passed` counts the rules of the kind that passed, None where
    the failures are not of one kind."""

    title: str
    verdicts: tuple[Verdict, ...]
    likely: str = ""
    alone: bool = False
    passed: int | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that fail, each once."""
        return tuple(dict.fromkeys(verdict.rule for verdict in self.verdicts))


def causes(
    failed: Sequence[Verdict],
    report: Report,
    rules: Mapping[str, Rule],
    contracts: Mapping[str, Contract],
    shown_by: Mapping[tuple[str, str], str],
) -> tuple[Cause, ...]:
    """The failures by cause, those that bind most and are most first; in an audit those of one party. `shown_by` names
    for a rule and encoding the exchange that shows its failure."""
    parties = {one.party for one in failed}
    outcomes = {(one.rule, one.encoding): one.outcome for one in report.verdicts if one.party in parties}
    types = {(name, path): of for name, contract in contracts.items() for path, of in _types(contract)}
    rest, found = _known(failed, rules, types, outcomes)
    rest, kinds = _kinds(rest, rules, outcomes)
    found += kinds + _together(rest, rules, shown_by)
    return tuple(sorted(found, key=_weight))


def _types(contract: Contract) -> Iterable[tuple[str, str]]:
    for path, member in walk(contract.operation.request.fields):
        yield path, member.type


def _known(
    failed: Iterable[Verdict],
    rules: Mapping[str, Rule],
    types: Mapping[tuple[str, str], str],
    outcomes: Mapping[tuple[str, str], Outcome],
) -> tuple[list[Verdict], list[Cause]]:
    careless = unchecked(outcomes)
    claimed: dict[tuple[int, str], list[Verdict]] = {}
    rest: list[Verdict] = []
    for verdict in failed:
        rule = rules.get(verdict.rule)
        part, facet, path = (rule.part, rule.facet, rule.path) if rule is not None else ("", "", "")
        seen = Seen(
            verdict=verdict,
            part=part,
            facet=facet,
            type=types.get((verdict.service, path), "") if part == "request" else "",
            unchecked=(verdict.service, verdict.encoding) in careless,
            outcomes=outcomes,
        )
        # What is known of causes is known of providers.
        named = enumerate(KNOWN if verdict.party != CONSUMER else ())
        number = next((at for at, known in named if known.claims(seen)), None)
        if number is None:
            rest.append(verdict)
        else:
            claimed.setdefault((number, verdict.service), []).append(verdict)
    found = [
        Cause(title=KNOWN[at].title, likely=KNOWN[at].likely, verdicts=tuple(members))
        for (at, _), members in claimed.items()
    ]
    return rest, found


def _kinds(
    failed: Sequence[Verdict], rules: Mapping[str, Rule], outcomes: Mapping[tuple[str, str], Outcome]
) -> tuple[list[Verdict], list[Cause]]:
    groups: dict[tuple[str, str, str, str], list[Verdict]] = defaultdict(list)
    for verdict in failed:
        rule = rules.get(verdict.rule)
        if rule is not None:
            groups[verdict.service, rule.part, rule.facet, _due(verdict)].append(verdict)
    taken: set[tuple[str, str]] = set()
    found: list[Cause] = []
    for (service, part, facet, due), members in groups.items():
        if (part, facet, due) not in KINDS or len({one.rule for one in members}) < MANY:
            continue
        encodings = {one.encoding for one in members}
        passed = {
            name
            for (name, encoding), outcome in outcomes.items()
            if outcome is Outcome.PASSED
            and encoding in encodings
            and (name in rules and rules[name].service == service)
            and (rules[name].part, rules[name].facet) == (part, facet)
        }
        passed -= {one.rule for one in members}
        found.append(Cause(title=KINDS[part, facet, due], verdicts=tuple(members), passed=len(passed)))
        taken |= {(one.rule, one.encoding) for one in members}
    return [one for one in failed if (one.rule, one.encoding) not in taken], found


def _due(verdict: Verdict) -> str:
    """What the service should have done, where all that was found says the same."""
    words = {one.expected.partition(":")[0] for one in verdict.findings}
    return words.pop() if words in ({"accepted"}, {"refused"}) else ""


def _together(
    failed: Iterable[Verdict], rules: Mapping[str, Rule], shown_by: Mapping[tuple[str, str], str]
) -> list[Cause]:
    """Rules whose failures are shown by the very same exchanges."""
    by_rule: dict[str, list[Verdict]] = {}
    for verdict in failed:
        by_rule.setdefault(verdict.rule, []).append(verdict)
    groups: dict[object, list[str]] = {}
    for rule, members in by_rule.items():
        shown = [shown_by.get((one.rule, one.encoding)) for one in members]
        key = (tuple(one.encoding for one in members), tuple(shown)) if all(shown) else rule
        groups.setdefault(key, []).append(rule)
    found: list[Cause] = []
    for names in groups.values():
        verdicts = tuple(one for name in names for one in by_rule[name])
        if len(names) > 1:
            found.append(Cause(title=f"The same exchange breaks {len(names)} rules.", verdicts=verdicts))
        else:
            known = rules.get(names[0])
            found.append(Cause(title=known.statement if known else names[0], verdicts=verdicts, alone=True))
    return found


def _weight(cause: Cause) -> tuple[int, int]:
    must = sum(verdict.level is Level.MUST for verdict in cause.verdicts)
    return (-must, -len(cause.verdicts))
