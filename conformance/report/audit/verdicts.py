"""What recordings show, rule by rule, for each of the two parties: a summary becomes verdicts and observations.

One broken exchange fails a rule, however many keep it; the tally says how often. A rule that no exchange bears on is
untested. Pure; must never import a writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from conformance.model import (
    CONSUMER,
    PROVIDER,
    Basis,
    Frequency,
    Level,
    Observation,
    Outcome,
    Sighting,
    Verdict,
)
from conformance.report.audit import PARTIES
from conformance.traffic.summary import Key, Occurrence, Seen, Tally

if TYPE_CHECKING:
    from conformance.model import Rule
    from conformance.traffic.keeping import Numbered
    from conformance.traffic.summary import Summary

UNSEEN = "no recorded exchange bears on it"
ASKED = frozenset(
    {
        *("required", "not-blank", "type", "strict-type", "pattern", "enumeration"),
        *("minimum", "maximum", "maximum-step", "max-length", "min-length"),
    }
)
"""Facets of members that a request can break."""

_ORDER: tuple[tuple[str, Outcome], ...] = (
    ("failed", Outcome.FAILED),
    ("passed", Outcome.PASSED),
    ("cant_tell", Outcome.CANT_TELL),
    ("untested", Outcome.UNTESTED),
    ("inapplicable", Outcome.INAPPLICABLE),
)
"""What decides, where exchanges say different things."""


def verdicts(
    summary: Summary,
    items: Sequence[tuple[str, str]],
    rules: Mapping[str, Rule],
    services: Mapping[str, Mapping[str, Any]],
    ids: Numbered,
) -> tuple[Verdict, ...]:
    """A verdict for each party on each of the rules and encodings that it has to do with. `services` is what a target
    declares of them."""
    return tuple(
        _verdict(Key(party, rule, encoding), summary.tallies.get(Key(party, rule, encoding)), rules, services, ids)
        for service in dict.fromkeys(rules[rule].service for rule, _ in items)
        for party in PARTIES
        for rule, encoding in items
        if rules[rule].service == service
        if party == PROVIDER or Key(party, rule, encoding) in summary.tallies or _asked(rules[rule])
    )


def _asked(rule: Rule) -> bool:
    return rule.part == "request" and rule.facet in ASKED


def _verdict(
    key: Key,
    tally: Tally | None,
    rules: Mapping[str, Rule],
    services: Mapping[str, Mapping[str, Any]],
    ids: Numbered,
) -> Verdict:
    rule = rules[key.rule]
    outcome = Outcome.UNTESTED if tally is None else outcome_of(tally)
    decided = outcome in {Outcome.FAILED, Outcome.PASSED}
    shown = tally.examples if tally is not None and outcome is Outcome.FAILED else ()
    return Verdict(
        rule=rule.id,
        service=rule.service,
        encoding=key.encoding,
        level=_level(rule, key, services.get(rule.service, {})),
        basis=rule.basis,
        outcome=outcome,
        findings=tuple(dict.fromkeys(finding for example in shown for finding in example.findings)),
        exchanges=tuple(dict.fromkeys(ids[example.occurrence.place] for example in shown)),
        reason="" if decided else (tally.reason if tally is not None and tally.reason else UNSEEN),
        party=key.party,
        tally=_frequency(tally) if tally is not None and decided else None,
    )


def _level(rule: Rule, key: Key, declared: Mapping[str, Any]) -> Level:
    """That of a run. What a target says of its enforcement excuses the provider alone."""
    level = rule.level_in(key.encoding, declared.get("profiles", ()))
    advisory = declared.get("enforcement") == "advisory" and key.party != CONSUMER
    softened = advisory and rule.part == "request" and rule.basis is Basis.STATED and level is Level.MUST
    return Level.SHOULD if softened else level


def outcome_of(tally: Tally) -> Outcome:
    """What the exchanges of one rule come to."""
    return next((outcome for name, outcome in _ORDER if getattr(tally, name)), Outcome.UNTESTED)


def _frequency(tally: Tally) -> Frequency:
    return Frequency(
        checked=tally.passed + tally.failed, failed=tally.failed, first=sighting(tally.first), last=sighting(tally.last)
    )


def sighting(of: Occurrence | None) -> Sighting | None:
    """When and where, as a report has it."""
    return None if of is None else Sighting(started=of.started, file=of.place.path, offset=of.place.offset)


def observations(summary: Summary, known: Callable[[str, str], bool]) -> tuple[Observation, ...]:
    """What was seen beside the rules, the most frequent of each party first."""
    told = [(key, sentence, seen) for (key, sentence), seen in summary.observations.items()]
    return tuple(_observation(*one) for one in sorted(told, key=_weight) if known(one[0].rule, one[0].encoding))


def _weight(one: tuple[Key, str, Seen]) -> tuple[int, int, Key, str]:
    key, sentence, seen = one
    return PARTIES.index(key.party) if key.party in PARTIES else len(PARTIES), -seen.times, key, sentence


def _observation(key: Key, sentence: str, seen: Seen) -> Observation:
    return Observation(
        rule=key.rule,
        encoding=key.encoding,
        sentence=sentence,
        exchanges=(),
        party=key.party,
        times=seen.times,
        first=sighting(seen.first),
    )


def failing(found: Sequence[Verdict], party: str) -> Iterator[Verdict]:
    """The failures of one party."""
    return (one for one in found if one.party == party and one.outcome is Outcome.FAILED)
