"""Cases → what is sent, in which order: duplicates once, baselines around the negatives, the most valuable first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from conformance.codecs import CODECS
from conformance.generate.examples import example_cases
from conformance.generate.members import member_cases
from conformance.generate.soap import members as soap_members
from conformance.generate.soap import soap_transport_cases
from conformance.generate.soap.stock import stock_cases
from conformance.generate.subject import Row, Subject
from conformance.generate.transport import transport_cases
from conformance.model import Case, Expect, Level, Plan, Request, Rule, Step
from conformance.rules.http import about_answers
from conformance.rules.soap import FAULTS, is_soap

BETWEEN_BASELINES = 50
"""Negatives between two sendings of the baseline."""

DEPTHS = ("smoke", "quick", "standard", "deep")
SHOWN_BY_REFUSALS = ("/refusal", "/no-server-error", "/content-type-present", *FAULTS)
"""Rules about answers that a refusal shows as well as an acceptance, or alone."""

VALUE = {Level.MUST: 0, Level.SHOULD: 1, Level.MAY: 2}


def baseline_case(subject: Subject) -> Case:
    """The request that the target is expected to accept."""
    return Case(
        id=f"{subject.service}/{subject.encoding.name}/baseline",
        service=subject.service,
        encoding=subject.encoding.name,
        kind="baseline",
        expect=Expect.ACCEPTED,
        rules=(),
        title="the baseline",
        request=subject.request(subject.encode(subject.baseline())),
    )


def cases_of(subject: Subject, depth: str, rules: Mapping[str, Rule], examples: Path) -> tuple[Case, ...]:
    """Every case of the subject at that depth, the baseline first. Cases of rules that do not exist are dropped."""
    if subject.rows:
        return _in_turn(subject, depth, rules, examples)
    found = [baseline_case(subject)]
    soap = is_soap(subject.encoding.name)
    if depth != "smoke":
        found += soap_members.member_cases(subject) if soap else member_cases(subject)
        found += (*soap_transport_cases(subject), *stock_cases(subject)) if soap else transport_cases(subject)
        found += example_cases(subject, examples, dict(rules))
    if depth in {"standard", "deep"}:
        # Hypothesis takes a while to load; the lesser depths draw nothing.
        from conformance.generate.properties import COUNTS, property_cases  # noqa: PLC0415
        from conformance.generate.soap.drawn import drawn_cases  # noqa: PLC0415

        found += drawn_cases(subject, COUNTS[depth]) if soap else property_cases(subject, depth)
    known = {case.id for case in found}
    kept = (case for case in found if not case.rules or any(rule in rules for rule in case.rules))
    # A pair with unlike bounds has no counterpart to lean on; the baseline serves then.
    return tuple(case if case.leans_on in known else replace(case, leans_on=None) for case in kept)


def _in_turn(subject: Subject, depth: str, rules: Mapping[str, Rule], examples: Path) -> tuple[Case, ...]:
    """The cases with several sets of values, each in its turn. Every set has a baseline of its own to lean on."""
    own = Row(values=subject.values, explicit=subject.explicit, private=subject.private)
    sets = (own, *subject.rows)
    alone = (replace(subject, values=one.values, explicit=one.explicit, private=one.private, rows=()) for one in sets)
    ranks = [cases_of(one, depth, rules, examples) for one in alone]
    others = [
        replace(
            rank[0], id=f"{rank[0].id}-{number}", kind="positive", title=f"the baseline with set {number} of the values"
        )
        for number, rank in enumerate(ranks[1:], start=2)
    ]
    ids = (None, *(case.id for case in others))
    mixed = [ranks[0][0], *others]
    by_id = [{case.id: case for case in rank} for rank in ranks]
    # A set that has more members has more cases; each is made of the set whose turn it is, or of one that has it.
    every = dict.fromkeys(case.id for rank in ranks for case in rank[1:])
    for place, name in enumerate(every):
        turn = next(one % len(sets) for one in range(place, place + len(sets)) if name in by_id[one % len(sets)])
        case = by_id[turn][name]
        mixed.append(replace(case, leans_on=case.leans_on or ids[turn]))
    return tuple(mixed)


def undecided(subject: Subject) -> Mapping[str, str]:
    """Rule id → why nothing that the tenant has can decide it."""
    return soap_members.undecided(subject) if is_soap(subject.encoding.name) else {}


def plan_of(
    cases: Iterable[Case], rules: Mapping[str, Rule], selected: frozenset[tuple[str, str]], budget: int | None = None
) -> Plan:
    """The plan for the selected (rule, encoding) pairs.

    A selected rule that no case names is one about answers in general: then the positives of its encoding are sent.
    """
    steps: list[Step] = []
    riders: dict[str, tuple[Case, ...]] = {}
    dropped: list[Case] = []
    groups = list(_by_subject(cases))
    native = {(group[0].service, group[0].encoding) for group in groups}
    for group in groups:
        wanted = _ordered(_needed(group, _here(group[0], selected, native)), rules)
        if not wanted:
            continue
        room = None if budget is None else budget - len(steps)
        sent, without_room = _group(group[0], wanted, riders, len(steps), room)
        steps += sent
        dropped += without_room
    reason = f"left out: the target's budget of {budget} requests is spent"
    decisive = (case for case in dropped if case.expect is not Expect.OBSERVE)
    return Plan(
        steps=tuple(steps),
        riders=riders,
        left_out={case.id: reason for case in dropped},
        undecided={(rule, case.encoding): reason for case in decisive for rule in case.rules},
    )


def _by_subject(cases: Iterable[Case]) -> Iterator[list[Case]]:
    groups: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        groups.setdefault((case.service, case.encoding), []).append(case)
    yield from groups.values()


def _here(first: Case, selected: frozenset[tuple[str, str]], native: set[tuple[str, str]]) -> set[str]:
    """The selected rules that the group's exchanges decide: those of its encoding, and of the encoding that its answers
    have where nothing is sent in that one."""
    here = {rule for rule, name in selected if name == first.encoding}
    if not CODECS[first.encoding].answers:
        here |= {
            rule
            for rule, name in selected
            if (first.service, name) not in native and about_answers(rule, first.service)
        }
    return here


def _needed(group: Sequence[Case], here: set[str]) -> list[Case]:
    """The cases that the selection needs, without the baseline; the baseline alone may be enough."""
    if not any(rule.startswith(f"{group[0].service}/") for rule in here):
        return []
    named = {rule for case in group for rule in case.rules}
    general = {rule for rule in here if rule not in named or "/response/" in rule}
    needed = {case.id for case in group if here.intersection(case.rules)}
    if general:
        needed |= {case.id for case in group if case.kind == "positive" and case.origin == "contract"}
    if any(rule.endswith(SHOWN_BY_REFUSALS) for rule in here):
        needed |= {case.id for case in group if case.kind == "negative"}
    needed |= {case.leans_on for case in group if case.id in needed and case.leans_on}
    needed |= {case.id for case in group if needed and not case.rules and case.kind == "positive"}
    found = [case for case in group if case.id in needed and case.kind != "baseline"]
    return found or [group[0]]


def _ordered(cases: list[Case], rules: Mapping[str, Rule]) -> list[Case]:
    """The most valuable first: MUST before SHOULD, verdicts before observations, positives before negatives."""

    def value(case: Case) -> tuple[int, int, int]:
        level = min((VALUE[rules[rule].level] for rule in case.rules if rule in rules), default=0)
        order = {"baseline": 0, "positive": 1, "http": 2, "negative": 3, "observe": 4}
        return (case.expect is Expect.OBSERVE, level, order[case.kind])

    return sorted(cases, key=value)


def _group(
    baseline: Case, cases: list[Case], riders: dict[str, tuple[Case, ...]], sent_before: int, room: int | None
) -> tuple[list[Step], list[Case]]:
    """The steps of one service and encoding, its baseline first, after every 50 negatives, and last."""
    first_with: dict[tuple[object, ...], str] = {_key(baseline.request): baseline.id}
    steps: list[Step] = []
    dropped: list[Case] = []

    def send(case: Case, *, barrier: bool = False) -> None:
        steps.append(Step(exchange=f"x{sent_before + len(steps) + 1:05d}", case=case, barrier=barrier))

    if room is not None and room < 1:
        return [], [baseline, *cases]
    send(baseline, barrier=True)
    negatives = 0
    for case in cases:
        if case.kind == "baseline":
            continue
        known = first_with.setdefault(_key(case.request), case.id)
        if known != case.id:
            riders[known] = (*riders.get(known, ()), case)
            continue
        # The last request of a run is the baseline, so one place stays free for it.
        if room is not None and len(steps) + 2 > room:
            dropped.append(case)
            del first_with[_key(case.request)]
            continue
        send(case)
        negatives += case.kind in {"negative", "observe"}
        if negatives == BETWEEN_BASELINES and (room is None or len(steps) + 2 <= room):
            send(baseline, barrier=True)
            negatives = 0
    if len(steps) > 1 and steps[-1].case.kind != "baseline":
        send(baseline, barrier=True)
    return steps, dropped


def _key(request: Request) -> tuple[object, ...]:
    return (request.method, request.url, request.headers, request.body)
