"""Options → what a run is made of: target, rules in scope, cases, plan. Sends nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from conformance.errors import ConformanceError, SuiteError
from conformance.generate.plan import DEPTHS, cases_of, plan_of, undecided
from conformance.generate.sharding import Shard, part, shard_of
from conformance.generate.subject import Row, Subject
from conformance.model import Case, Plan, Request, Response, Rule, order_of
from conformance.report.claim.signing import Signer, secrets_of, signer_of
from conformance.report.comparing.snapshot import Snapshot
from conformance.report.language import language_of
from conformance.resources import cases_dir
from conformance.rules.http import EVERY_ANSWER
from conformance.rules.soap import EVERY_ANSWER as EVERY_SOAP_ANSWER
from conformance.rules.soap import is_soap
from conformance.run.bound import Bound, Send, described, from_target, plain
from conformance.run.bound import at_reference as bound_at_reference
from conformance.run.comparing import baseline_of
from conformance.run.contracts import all_rules, chosen, contracts, encodings, matching, scope
from conformance.run.options import Options
from conformance.run.waiving import Waiver, load_waivers
from conformance.target.file import load_target, reference_target
from conformance.target.journal import RunLog
from conformance.target.secrets import Secrets
from conformance.target.settings import ServiceTarget, Target
from conformance.target.wsse import block, identity

NOWHERE = "http://127.0.0.1"
"""Stands for the reference's address while it is not served: in a dry run, and before it has a port."""

MOST_WORKERS = 64
"""More senders than any staging server thanks anyone for."""

Item = tuple[str, str]
"""A rule id and an encoding: what one verdict is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A run before it is planned. `items` are the rules in scope, encoding by encoding; `bound` are the services as the
    target has them; `signer` signs the claim, where somebody does."""

    options: Options
    target: Target
    rules: Mapping[str, Rule]
    items: tuple[Item, ...]
    bound: Mapping[str, Bound] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] | None = None
    """None where no file of them was named."""
    signer: Signer | None = None
    earlier: RunLog | None = None
    """What a run that is gone on with has done."""
    baseline: Snapshot | None = None
    """The earlier run that was named."""
    shard: Shard | None = None
    """Which part of the plan it sends; None for all of it."""

    def service(self, name: str) -> Bound:
        """The service as it is tested."""
        return self.bound.get(name) or plain(contracts()[name], self.target.services[name])


def set_up(options: Options, environ: Mapping[str, str] | None = None) -> Setup:
    """Check the options and read the target. Every mistake of the user is a ConformanceError."""
    language_of(options.lang)
    if options.depth not in DEPTHS:
        raise ConformanceError(f"--depth {options.depth}: known are {', '.join(DEPTHS)}")
    if not 1 <= options.workers <= MOST_WORKERS:
        raise ConformanceError(f"--workers {options.workers}: from 1 to {MOST_WORKERS}")
    shard = shard_of(options.shard)
    if shard is not None and options.replay is not None:
        raise ConformanceError("--replay sends what it names of the whole plan; leave out --shard")
    environ = os.environ if environ is None else environ
    signer = signer_of(environ)
    waivers = load_waivers(options.waivers) if options.waivers is not None else None
    baseline = baseline_of(options.baseline, options.resume)
    services = chosen(options.services)
    target = _target(options, services, environ)
    if signer is not None:
        target = replace(target, secrets=target.secrets.add(*secrets_of(environ)))
    served = {service: kept for service, kept in target.services.items() if service in services and kept.encodings}
    missing = [service for service in options.services if service not in served]
    if missing:
        raise ConformanceError(f"--service {missing[0]}: the target file has no section [{missing[0]}] that can be run")
    if not served:
        raise ConformanceError("the target file has no section with a service and encodings that this version can run")
    target = replace(target, services=served)
    if shard is not None and target.per_second is not None:
        # What the target bears it bears of all of them together.
        target = replace(target, per_second=target.per_second / shard.of)
    rules = {rule.id: rule for rule in all_rules().values() if rule.service in served}
    wanted = matching(options.rules, rules)
    items = tuple(
        (rule.id, encoding)
        for rule in wanted
        for encoding in rule.encodings
        if encoding in scope(rule, served[rule.service].encodings) and (options.depth != "smoke" or _by_baseline(rule))
    )
    return Setup(
        options=options,
        target=target,
        rules=rules,
        items=items,
        waivers=waivers,
        signer=signer,
        baseline=baseline,
        shard=shard,
    )


def _target(options: Options, services: tuple[str, ...], environ: Mapping[str, str]) -> Target:
    if options.target is not None:
        return load_target(options.target, environ, contracts(), encodings())
    return at_reference(NOWHERE, services)


def at_reference(url: str, services: Collection[str]) -> Target:
    """The target that is the embedded reference, served at this root."""
    covered = encodings()
    return reference_target(url, contracts(), {service: covered[service] for service in services})


def _by_baseline(rule: Rule) -> bool:
    """Can an accepted baseline alone decide the rule?"""
    if rule.part == "response":
        return rule.facet != "refusal"
    shown = EVERY_SOAP_ANSWER if is_soap(rule.encodings[0]) else EVERY_ANSWER
    return f"{rule.part}/{rule.facet}" in shown


def bind_all(setup: Setup, send: Send | None) -> Setup:
    """The setup with every service as the target has it. Without `send` nothing goes out: what would have to be fetched
    then stays unplanned."""
    bound: dict[str, Bound] = {}
    target = setup.target
    for service, kept in target.services.items():
        contract = contracts()[service]
        if not described(contract):
            bound[service] = plain(contract, kept)
        elif setup.target.reference and (send is None or kept.url.startswith(f"{NOWHERE}/")):
            bound[service] = bound_at_reference(contract, kept)
        elif send is None and urlsplit(kept.wsdl).scheme:
            wanting = "planned once its WSDL is read, which a dry run does not do; see `conformance bind`"
            bound[service] = replace(plain(contract, kept), wanting=wanting)
        else:
            bound[service] = _told(from_target(contract, kept, target, send or _never), target)
            target = _less(target, len(bound[service].steps))
    return replace(setup, bound=bound, target=target)


def _told(bound: Bound, target: Target) -> Bound:
    """With a word on the budget, where the plan has not all of it."""
    if target.budget_requests is None or not bound.steps:
        return bound
    spent = f"{len(bound.steps)} of the budget of {target.budget_requests} requests went to its WSDL"
    return replace(bound, notices=(*bound.notices, f"{bound.contract.service}: {spent}, the rest is for the plan."))


def _less(target: Target, fetched: int) -> Target:
    """The target with what downloads leave of its budget."""
    left = None if target.budget_requests is None else target.budget_requests - fetched
    return replace(target, budget_requests=left)


def _never(_request: Request) -> Response:
    raise SuiteError("nothing is fetched for a WSDL that is a file")


def subjects(setup: Setup) -> tuple[Subject, ...]:
    """One for each service and encoding in scope."""
    return tuple(
        _subject(setup, service, name)
        for service, kept in setup.target.services.items()
        for name in kept.encodings
        if not setup.service(service).wanting and name not in setup.service(service).beyond
    )


def _subject(setup: Setup, service: str, encoding: str) -> Subject:
    kept: ServiceTarget = setup.target.services[service]
    bound = setup.service(service)
    masks = setup.target.masks()
    told = identity(bound.contract, kept.auth)

    def row(values: Mapping[str, Any], named: Collection[str]) -> Row:
        whole = {**values, **told}
        explicit = frozenset(named) | told.keys()
        private = frozenset(name for name in explicit if name in whole and _hidden(masks, whole[name]))
        return Row(values=whole, explicit=explicit, private=private)

    first = row(bound.values or kept.values, kept.explicit)
    return Subject(
        contract=bound.contract,
        encoding=bound.contract.encoding(encoding),
        url=bound.url.get(encoding, kept.url),
        headers=kept.headers,
        values=first.values,
        explicit=first.explicit,
        private=first.private,
        recipients=setup.target.recipients,
        seed=setup.options.seed,
        description=bound.description,
        header=block(service, kept.auth),
        rows=tuple(row({**bound.contract.baseline, **values}, values) for values in kept.rows),
    )


def _hidden(masks: Secrets, value: object) -> bool:
    return masks.mask(str(value)) != str(value)


def plan(setup: Setup, selected: Collection[Item]) -> Plan:
    """The plan for the selected items; with `replay` only that exchange and what it leans on, of a shard its part."""
    cases: list[Case] = []
    reasons: dict[Item, str] = {}
    tested = subjects(setup)
    for subject in tested:
        found = cases_of(subject, setup.options.depth, setup.rules, cases_dir())
        cases += found
        reasons |= {(rule, subject.encoding.name): why for rule, why in undecided(subject, found).items()}
    for rule, encoding in selected:
        wanting = setup.service(setup.rules[rule].service).wanting
        if wanting and not rule.endswith("/http/wsdl"):
            reasons[rule, encoding] = wanting

    def made(besides: int = 0) -> Plan:
        return plan_of(
            cases,
            setup.rules,
            frozenset(selected),
            setup.target.budget_requests,
            besides=besides,
            subjects=tested,
            quick=setup.options.depth == "quick",
        )

    whole = made() if setup.shard is None else _shared(setup, setup.shard, made)
    whole = replace(
        whole, undecided={**whole.undecided, **{item: reasons[item] for item in selected if item in reasons}}
    )
    return whole if setup.options.replay is None else _replayed(whole, setup.options.replay)


def _shared(setup: Setup, shard: Shard, made: Callable[[int], Plan]) -> Plan:
    """The shard's part of a plan that keeps within the budget with all that the shards send more than one run would:
    baselines where they meet, and the download of a WSDL for each."""
    besides = _besides(setup, shard)
    found = part(made(besides), shard)
    while _sent(found) and (over := -_room(setup, shard, found)) > 0:
        besides += over
        found = part(made(besides), shard)
    return found


def _besides(setup: Setup, shard: Shard) -> int:
    """What the other shards spend of the budget on the WSDL."""
    return sum(len(bound.steps) for bound in setup.bound.values()) * (shard.of - 1)


def _room(setup: Setup, shard: Shard, plan_: Plan) -> int:
    """What all shards together leave of the budget; less than nothing where they would send more."""
    budget = setup.target.budget_requests
    return 0 if budget is None else budget - _besides(setup, shard) - _sent(plan_)


def _sent(plan_: Plan) -> int:
    return len(plan_.steps) + len(plan_.elsewhere)


def affordable(setup: Setup, plan_: Plan) -> Target:
    """The target with the budget that the plan may spend: of a shard its steps, and its share of what all leave."""
    budget, shard = setup.target.budget_requests, setup.shard
    if budget is None or shard is None:
        return setup.target
    room = max(0, _room(setup, shard, plan_))
    return replace(setup.target, budget_requests=len(plan_.steps) + shard.share(room))


def _replayed(whole: Plan, name: str) -> Plan:
    found = [step for step in whole.all_steps() if name in {step.exchange, step.case.id}]
    if not found:
        text = f"--replay {name}: the plan has no such exchange or case"
        raise ConformanceError(f"{text}; repeat the selection, --seed and --depth of the run that it is from")
    case = found[0].case
    riders = whole.riders.get(case.id, ())
    leans_on = {one.leans_on for one in (case, *riders)}
    baselines = [
        step
        for step in whole.steps
        if step.case.kind == "baseline" and (step.case.service, step.case.encoding) == (case.service, case.encoding)
    ]
    kept = {step.exchange for step in (*found[:1], *baselines[:1], *baselines[-1:])}
    # A counterpart may itself ride on the bytes of another case.
    carried = {step.exchange: (step.case, *whole.riders.get(step.case.id, ())) for step in whole.steps}
    kept |= {exchange for exchange, cases in carried.items() if any(one.id in leans_on for one in cases)}
    steps = sorted(
        (*found[:1], *(step for step in whole.steps if step.exchange in kept - {found[0].exchange})),
        key=lambda step: order_of(step.exchange),
    )
    return replace(whole, steps=tuple(steps), left_out={}, undecided={})


def replayed_exchange(plan_: Plan, name: str) -> str:
    """The id of the exchange that is sent again, named by itself or by its case."""
    return next(step.exchange for step in plan_.all_steps() if name in {step.exchange, step.case.id})
