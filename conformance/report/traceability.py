"""From every fact of a document to the rules that hold a service to it, and to what became of them.

A rule cites a line; the line yields facts; the fact nearest to the rule's part, path and facet is the one it is about.
A fact without a rule says why it needs none. Pure; must never import a writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conformance.model import Contract, Outcome, Report, Rule

_KIN: Mapping[str, tuple[str, ...]] = {
    "not-blank": ("required",),
    "maximum-step": ("maximum",),
    "minimum-step": ("minimum",),
    "strict-type": ("type",),
    "lexical": ("type",),
    "text": ("type",),
    "size": ("type",),
    "several": ("item", "type"),
    "choice": ("kind", "type"),
    "enumeration": ("kind", "type"),
}
"""Facet of a rule → last words of the facts that it stands on, where they are not the facet itself."""

WITHOUT_RULES: tuple[tuple[str, str], ...] = (
    ("/sample", "A sample: it shows name, place and form, which other facts state and rules check."),
    ("/reference", "It names something at the tenant: messages carry the target's value, and none breaks it."),
    ("/mail", "A mail address: it decides which addresses may be sent, and no answer shows it."),
    ("/secret", "A secret: it is masked wherever something is written."),
    ("/target-only", "It carries the target's value alone, so no case varies it."),
    ("/acceptance", "It tells acceptance from refusal: every verdict on a request stands on it."),
    ("/echo", "It is where saved values come back: the rules on its members compare them."),
    ("/uri-parameters", "It says that nothing of a request stands in its address."),
    ("/not-above", "Our reading, not stated: a refusal that it explains is cant-tell, and positives keep to it."),
    ("/root", "It names the outermost element: every message that is sent or read has it."),
    ("/wrapper", "It names the element around the members: every message that is sent or read has it."),
    ("/envelope", "It is the form of the message: every message that is sent or read has it."),
    ("/action", "It is a header of every request; another value is only observed."),
    ("/status", "It is the status of the sample's answer: the rules on statuses cite their standards."),
    ("/response", "It says in which form answers come: the rules on answers are judged in it."),
    ("/cufe", "What such a value looks like is public knowledge and not stated: it is only observed."),
    ("/xml", "What such a value looks like is public knowledge and not stated: it is only observed."),
    ("/pdf", "What such a value looks like is public knowledge and not stated: it is only observed."),
    ("/nit", "What such a value looks like is public knowledge and not stated: it is only observed."),
    ("/check-digit", "What such a value looks like is public knowledge and not stated: it is only observed."),
    ("/environment", "What such a value looks like is public knowledge and not stated: it is only observed."),
    ("/type", "Its type has no value that a message of these encodings could break."),
    ("/item", "It says of what the items are: the rules on the members of an item check it."),
    ("/name", "It names the operation: every request goes to it."),
)
"""End of a fact, whatever follows it by a slash left out → why no rule is about it alone. The first that fits."""
_STARTS: tuple[tuple[str, str], ...] = (
    ("request/required", "It says that members are required: the rules on each member check it."),
    ("effect/", "What the service does behind its answer: no answer shows it."),
    ("encoding/", "It is a form of the message: every request and answer in it shows it."),
    ("protocol/", "It is a form of the message: every request and answer in it shows it."),
    ("operation", "It says where requests go: every request goes there."),
    ("request/", "It names a member, or a group of them: the rules on what is in it check it."),
    ("response/", "It names a member: an answer without it is no defect, and what is present is checked."),
)
_LAST = "It shapes the messages; no rule is about it alone."


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """One rule of a fact, with the outcome in each of its encodings, in an audit for each party (`json@provider`); None
    where the run did not speak of it."""

    rule: str
    outcomes: tuple[tuple[str, Outcome | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fact with the lines that yield it. `why` says why it has no rules, and is empty where it has some."""

    fact: str
    lines: tuple[int, ...]
    rules: tuple[Traced, ...]
    why: str


def matrix(contract: Contract, rules: Iterable[Rule], report: Report) -> tuple[Row, ...]:
    """Every fact of the contract's document, in the order of its lines."""
    at_line = {line.line: line.facts for line in contract.ledger if line.facts}
    lines: dict[str, list[int]] = {}
    for number, facts in sorted(at_line.items()):
        for fact in facts:
            lines.setdefault(fact, []).append(number)
    outcomes = {(one.rule, _at(one.encoding, one.party)): one.outcome for one in report.verdicts}
    parties = tuple(dict.fromkeys(one.party for one in report.verdicts)) or ("",)
    held: dict[str, dict[str, list[str]]] = {fact: {} for fact in lines}
    for rule in rules:
        for encoding in rule.encodings if rule.service == contract.service else ():
            cited = rule.cited_in(encoding)
            facts = at_line.get(cited.line or 0, ()) if cited.document == contract.document.name else ()
            if facts:
                own = rule.id.partition("/")[2]
                places = held[own if own in held else nearest(rule, facts)].setdefault(rule.id, [])
                places += [_at(encoding, party) for party in parties]
    return tuple(
        Row(
            fact=fact,
            lines=tuple(lines[fact]),
            rules=tuple(
                Traced(rule=name, outcomes=tuple((one, outcomes.get((name, one))) for one in encodings))
                for name, encodings in members.items()
            ),
            why="" if members else why_without(fact),
        )
        for fact, members in held.items()
    )


def _at(encoding: str, party: str) -> str:
    """Where a verdict holds, as the last part of its anchor."""
    return f"{encoding}@{party}" if party else encoding


def nearest(rule: Rule, facts: Sequence[str]) -> str:
    """The fact of the line that the rule is about."""
    place = "/".join(filter(None, (rule.part, rule.path)))
    kin = _KIN.get(rule.facet) or _KIN.get(rule.facet.partition("-")[0], ())
    chosen = rule.facet.removeprefix("choice-")
    for wanted in (f"{place}/{rule.facet}", f"{place}/kind/{chosen}", *(f"{place}/{word}" for word in kin), place):
        if wanted in facts:
            return wanted
    near = [fact for fact in facts if fact.startswith(f"{place}/")]
    return next(iter(near or [fact for fact in facts if not fact.endswith("/sample")] or facts))


def why_without(fact: str) -> str:
    """Why no rule is about the fact."""
    ends = (why for end, why in WITHOUT_RULES if fact.endswith(end) or f"{end}/" in fact)
    starts = (why for start, why in _STARTS if fact.startswith(start))
    return next(ends, None) or next(starts, None) or _LAST
