"""Cases → what is sent, in which order: duplicates once, baselines around the negatives, the most valuable first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import count
from math import ceil
from pathlib import Path

from conformance.codecs import CODECS
from conformance.generate.economy import economical
from conformance.generate.examples import example_cases
from conformance.generate.members import member_cases
from conformance.generate.packing import packed
from conformance.generate.soap import members as soap_members
from conformance.generate.soap import soap_transport_cases
from conformance.generate.soap.stock import stock_cases
from conformance.generate.subject import Subject
from conformance.generate.transport import transport_cases
from conformance.generate.unshown import unshown
from conformance.model import Case, Expect, Level, Plan, Request, Rule, Step
from conformance.rules.fields import walk
from conformance.rules.http import about_answers
from conformance.rules.soap import FAULTS, is_soap

BETWEEN_BASELINES = 50
"""Negatives between two sendings of the baseline."""

Riders = Mapping[str, tuple[Case, ...]]
"""The id of a case → what comes with it, or behind it."""
DEPTHS = ("smoke", "quick", "standard", "deep")
SHOWN_BY_REFUSALS = ("/refusal", "/no-server-error", "/content-type-present", *FAULTS)
"""Rules about answers that a refusal shows as well as an acceptance, or alone."""

UNCERTAIN = frozenset({"negative", "observe"})
"""Kinds of cases whose refusal must lie between two accepted baselines."""
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
    ranks = [
        [_of_row(case, row) for case in cases_of(one, depth, rules, examples)]
        for row, one in enumerate(subject.turns())
    ]
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
        turn = next(one % len(ranks) for one in range(place, place + len(ranks)) if name in by_id[one % len(ranks)])
        case = by_id[turn][name]
        mixed.append(replace(case, leans_on=case.leans_on or ids[turn]))
    return tuple(mixed)


def _of_row(case: Case, row: int) -> Case:
    return replace(case, change=replace(case.change, row=row)) if case.change is not None else case


def undecided(subject: Subject, cases: Collection[Case]) -> Mapping[str, str]:
    """Rule id → why nothing that the tenant has, or that is known, can decide it. `cases` are those of the subject."""
    wanting = soap_members.undecided(subject) if is_soap(subject.encoding.name) else {}
    # At the least depth no case is about a rule, and that is reason enough.
    return {**(unshown(subject, cases) if any(case.rules for case in cases) else {}), **wanting}


def plan_of(
    cases: Iterable[Case],
    rules: Mapping[str, Rule],
    selected: frozenset[tuple[str, str]],
    budget: int | None = None,
    *,
    besides: int = 0,
    subjects: Iterable[Subject] = (),
    quick: bool = False,
) -> Plan:
    """The plan for the selected (rule, encoding) pairs.

    A selected rule that no case names is one about answers in general: then the positives of its encoding are sent.
    Positives of the `subjects` are packed; `quick` sends the least that shows every kind of bug. A budget goes to the
    most valuable rules first, whatever their encoding; `besides` are the requests of it that the plan leaves to others.
    """
    whole = list(_by_subject(cases))
    native = {(group[0].service, group[0].encoding) for group in whole}
    baselines = [group[0] for group in whole]
    groups = [_needed(group, _here(group[0], selected, native)) for group in whole]
    made_for = {(one.service, one.encoding.name): one for one in subjects}
    if quick:
        members = {(one.service, path): member for one in made_for.values() for path, member in walk(one.fields)}
        groups = economical(groups, members)
    riders: dict[str, tuple[Case, ...]] = {}
    parts: dict[str, tuple[Case, ...]] = {}
    ready: list[list[Case] | None] = []
    for first, needed in zip(baselines, groups, strict=True):
        if not needed:
            ready.append(None)
            continue
        sent = _once(first, _ordered(needed, rules, riders), riders)
        subject = made_for.get((first.service, first.encoding))
        if subject is not None:
            made = packed(subject, sent, riders)
            carried = {name: tuple(_twins(here, riders)) for name, here in made.riders.items()}
            riders.update(carried)
            parts.update(made.parts)
            sent = list(made.cases)
        ready.append(_ordered(sent, rules, riders))
    room = None if budget is None else budget - besides
    chosen, dropped = _afforded(baselines, ready, room, lambda case: _value(case, rules, riders))
    steps: list[Step] = []
    for first, group in zip(baselines, chosen, strict=True):
        steps += _sequence(first, group, len(steps)) if group is not None else ()
    reason = f"left out: the target's budget of {budget} requests is spent"
    # A packed message is nothing by itself: what it carries is left out.
    lost = [one for case in dropped for one in (() if case.id in parts else (case,)) + riders.get(case.id, ())]
    spare = sorted(
        (step for step in steps if not step.barrier), key=lambda step: (_value(step.case, rules, riders), step.exchange)
    )
    gone = {name for case in dropped for name in _below(case.id, parts)}
    return Plan(
        steps=tuple(steps),
        riders={name: carried for name, carried in riders.items() if name not in gone},
        parts={name: halves for name, halves in parts.items() if name not in gone},
        left_out={case.id: reason for case in lost},
        undecided={
            (rule, case.encoding): reason for case in lost if case.expect is not Expect.OBSERVE for rule in case.rules
        },
        spare=tuple(step.exchange for step in spare),
        least=least(case for group in groups for case in group),
    )


def _below(name: str, parts: Riders) -> Iterator[str]:
    """The case, and what would be sent where its message is not accepted."""
    yield name
    for part in parts.get(name, ()):
        yield from _below(part.id, parts)


def least(cases: Iterable[Case]) -> Mapping[str, int]:
    """Of each service the fewest requests that could show every rule that only a refusal shows, in each encoding.

    A rule counts for one over the most rules that a negative of it serves at once: no choice of negatives is smaller.
    """
    share: dict[str, dict[tuple[str, str], int]] = {}
    for case in cases:
        known = share.setdefault(case.service, {})
        for rule in case.rules if case.expect is Expect.REFUSED else ():
            here = (rule, case.encoding)
            known[here] = max(known.get(here, 0), len(case.rules))
    return {service: ceil(sum(Fraction(1, most) for most in known.values())) for service, known in share.items()}


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


def _ordered(cases: Iterable[Case], rules: Mapping[str, Rule], riders: Riders) -> list[Case]:
    """The most valuable first."""
    return sorted(cases, key=lambda case: _value(case, rules, riders))


def _value(case: Case, rules: Mapping[str, Rule], riders: Riders) -> tuple[int, int, int]:
    """Baselines of sets of values, MUST before SHOULD, verdicts before observations, positives before negatives."""
    if _further(case):
        return (False, 0, 0)
    served = (case, *riders.get(case.id, ()))
    level = min((VALUE[rules[rule].level] for one in served for rule in one.rules if rule in rules), default=0)
    order = {"baseline": 0, "positive": 1, "http": 2, "negative": 3, "observe": 4}
    return (case.expect is Expect.OBSERVE, level, order[case.kind])


def _once(baseline: Case, cases: Iterable[Case], riders: dict[str, tuple[Case, ...]]) -> list[Case]:
    """The cases but for those whose bytes go out already; these ride on the first with them."""
    first_with = {_key(baseline.request): baseline.id}
    sent: list[Case] = []
    for case in cases:
        if case.kind == "baseline":
            continue
        known = first_with.setdefault(_key(case.request), case.id)
        if known == case.id:
            sent.append(case)
        else:
            riders[known] = (*riders.get(known, ()), case)
    return sent


def _twins(carried: Iterable[Case], riders: Riders) -> Iterator[Case]:
    """The cases that a packed message carries, each with those of the very same bytes."""
    for case in carried:
        yield case
        for twin in riders.get(case.id, ()):
            yield replace(twin, carried_by=case.carried_by)


def _afforded(
    baselines: Sequence[Case],
    groups: Sequence[Sequence[Case] | None],
    budget: int | None,
    value: Callable[[Case], tuple[int, int, int]],
) -> tuple[list[list[Case] | None], list[Case]]:
    """What of each group is sent, None where not even its baseline is, and what is left out. A group that is None was
    not asked for."""
    chosen: list[list[Case] | None] = [None for _ in groups]
    dropped: list[Case] = []
    spent = 0
    for place, (first, group) in enumerate(zip(baselines, groups, strict=True)):
        if group is None:
            continue
        if budget is not None and spent + 1 > budget:
            dropped.append(first)
        else:
            chosen[place] = []
            spent += 1
    doubtful: Counter[int] = Counter()
    lost: set[str | None] = set()
    queue = [(value(case), place, case) for place, group in enumerate(groups) for case in group or ()]
    for _, place, case in sorted(queue, key=lambda one: one[:2]):
        group = chosen[place]
        # Without its baseline a set of values would be left in a state that nobody knows.
        if group is not None and case.leans_on not in lost:
            uncertain = doubtful[place] + (case.kind in UNCERTAIN)
            # With the first case comes the closing baseline, with so many negatives another one between them.
            more = 1 + (not group) + uncertain // BETWEEN_BASELINES - doubtful[place] // BETWEEN_BASELINES
            # The baseline of a further set of values is sent again at the end.
            more += _further(case)
            if budget is None or spent + more <= budget:
                group.append(case)
                doubtful[place] = uncertain
                spent += more
                continue
        dropped.append(case)
        lost |= {case.id} if _further(case) else set()
    return chosen, dropped


def _sequence(baseline: Case, cases: Iterable[Case], sent_before: int) -> Iterator[Step]:
    """The steps of one service and encoding, its baseline first, after every 50 negatives, and last; the baselines of
    further sets of values once more before the last."""
    number = count(sent_before + 1)

    def step(case: Case, *, barrier: bool = False) -> Step:
        return Step(exchange=f"x{next(number):05d}", case=case, barrier=barrier)

    yield step(baseline, barrier=True)
    negatives = 0
    last = baseline
    others: list[Case] = []
    for case in cases:
        yield step(case, barrier=_further(case))
        others += [case] if _further(case) else []
        last = case
        negatives += case.kind in UNCERTAIN
        if negatives == BETWEEN_BASELINES:
            yield step(baseline, barrier=True)
            negatives, last = 0, baseline
    # What every set of values stands for is left as its own baseline leaves it.
    for case in others:
        yield step(case, barrier=True)
    if others or last is not baseline:
        yield step(baseline, barrier=True)


def _further(case: Case) -> bool:
    """Is it the baseline of a further set of values?"""
    return case.kind != "baseline" and not (case.rules or case.carries)


def _key(request: Request) -> tuple[object, ...]:
    return (request.method, request.url, request.headers, request.body)
