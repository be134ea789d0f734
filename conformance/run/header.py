"""The first lines of a journal: everything about a run that is known before its first byte, then its plan."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import asdict
from importlib import metadata
from typing import Any

from conformance import __version__
from conformance.emit.contract_json import fingerprint
from conformance.model import Acceptance, Plan, Refusal, Step
from conformance.report.comparing.snapshot import as_kept
from conformance.resources import own_schemas_dir
from conformance.rules.applies import untestable
from conformance.run import setup as setup_
from conformance.run.bound import Bound
from conformance.run.contracts import contracts
from conformance.run.options import Options
from conformance.run.same_target import settings
from conformance.run.setup import Item, Setup
from conformance.run.waiving import recorded
from conformance.target.journal import FORMAT, now
from conformance.target.journal.records import case_json
from conformance.target.settings import ServiceTarget


def header(setup: Setup, items: Iterable[Item], run: str, selection: str) -> dict[str, Any]:
    """What is known before anything is fetched or planned; every value is one that JSON has."""
    options, services = setup.options, setup.target.services
    return {
        "journal": FORMAT,
        "run": run,
        "started": now(),
        "command": options.command,
        "options": words(options),
        "strict": options.strict,
        "suite": {
            "name": "billing-conformance",
            "version": __version__,
            "python": platform.python_version(),
            "hypothesis": metadata.version("hypothesis"),
            "seed": options.seed,
            "depth": options.depth,
            "workers": options.workers,
        },
        "target": _target(setup),
        "settings": settings(setup.target),
        "scope": {
            "services": list(services),
            "encodings": {service: list(kept.encodings) for service, kept in services.items()},
            "selection": selection,
            "not_covered": list(_not_covered(setup)),
        },
        "contracts": about_contracts(services),
        "rules": [list(item) for item in items],
        "notices": _notices(setup),
        **_shard(setup),
        **beside(setup),
    }


def about_contracts(services: Iterable[str]) -> dict[str, Any]:
    """By which contracts the services are judged."""
    return {
        service: {
            "hash": fingerprint(contracts()[service]),
            "document": contracts()[service].document.name,
            "sha256": contracts()[service].document.sha256,
            "effect": contracts()[service].effect,
            "accepted": _told(contracts()[service].operation.acceptance, "member"),
            "echo": _told(contracts()[service].operation.acceptance, "echo"),
        }
        for service in services
    }


def beside(setup: Setup) -> dict[str, Any]:
    """What is laid beside the run, where it was named: waivers, an earlier run; also where the run is gone on with."""
    waivers, baseline = setup.waivers, setup.baseline
    return {
        **({} if waivers is None else {"waivers": recorded(waivers, setup.target.name)}),
        **({} if baseline is None else {"baseline": as_kept(baseline)}),
    }


def _shard(setup: Setup) -> dict[str, Any]:
    """Which part of the plan the run sends, within which share of what the target bears; nothing for all of it."""
    shard, target = setup.shard, setup.target
    if shard is None:
        return {}
    share = {"requests": target.budget_requests, "per_second": target.per_second}
    return {"shard": {"number": shard.number, "of": shard.of, **share}}


def planned(setup: Setup, plan: Plan, items: Iterable[Item]) -> dict[str, Any]:
    """What the header says besides once there is a plan."""
    replay = setup.options.replay
    return {
        "target": _target(setup),
        "replay": setup_.replayed_exchange(plan, replay) if replay is not None else None,
        "plan": [
            _step(plan, step)
            for step in (*(step for bound in setup.bound.values() for step in bound.steps), *plan.steps)
        ],
        **_elsewhere(setup, plan),
        "beyond": [[rule, encoding, reason] for rule, encoding in items for reason in _beyond(setup, rule, encoding)],
        "left_out": dict(plan.left_out),
        "undecided": [[rule, encoding, reason] for (rule, encoding), reason in plan.undecided.items()],
        "notices": _notices(setup),
    }


def _elsewhere(setup: Setup, plan: Plan) -> dict[str, Any]:
    """What the other shards send, so that of one that is missing nothing is forgotten."""
    if setup.shard is None:
        return {}
    return {"elsewhere": [{"shard": number, **_step(plan, step)} for number, step in plan.elsewhere]}


def _step(plan: Plan, step: Step) -> dict[str, Any]:
    riders = [case_json(rider) for rider in plan.riding(step)]
    return {"exchange": step.exchange, "case": case_json(step.case), "riders": riders}


def words(options: Options) -> dict[str, Any]:
    """The options as the command line has them: what a run is made with, and made with again where it is resumed."""
    own = options.schemas or own_schemas_dir()
    return {
        "--target": str(options.target.absolute()) if options.target is not None else None,
        "--service": list(options.services),
        "--rules": list(options.rules),
        "--depth": options.depth,
        "--seed": options.seed,
        "--strict": options.strict,
        "--replay": options.replay,
        "--shard": options.shard,
        "--schemas": str(own.absolute()) if own is not None else None,
        "--workers": options.workers,
        "--format": list(options.formats),
    }


def _target(setup: Setup) -> dict[str, Any]:
    target = setup.target
    return {
        "name": target.name,
        "environment": target.environment,
        "reference": target.reference,
        "effects": target.effects,
        "tls_verify": target.verify,
        "services": {
            service: {**about_service(kept), **_described(setup.service(service))}
            for service, kept in target.services.items()
        },
    }


def about_service(kept: ServiceTarget) -> dict[str, Any]:
    """What a target says of one service, as far as it may be written down."""
    return {
        "url": kept.url,
        "encodings": list(kept.encodings),
        "enforcement": kept.enforcement,
        "values_defaulted": list(kept.defaulted),
        "profiles": sorted(kept.profiles),
        **_refusal(kept.refusal),
    }


def _notices(setup: Setup) -> list[str]:
    return [
        *setup.target.notices,
        *(text for bound in setup.bound.values() for text in bound.notices),
        *_one_value(setup.target.services),
        *_no_rule(setup.target.services),
    ]


def _refusal(told: Refusal | None) -> dict[str, Any]:
    """What the target declares to be a refusal."""
    if told is None:
        return {}
    return {"refusal": {"any": [asdict(one) for one in told.any], "all": [asdict(one) for one in told.all]}}


def _described(bound: Bound) -> dict[str, Any]:
    """Where requests go, and what was bound, where the target's WSDL says so."""
    if bound.description is None:
        return {}
    return {
        "url": next(iter(bound.url.values()), ""),
        "wsdl": bound.description.url,
        "binding": {name: element for name, (element, _) in bound.sure.items()},
    }


def _beyond(setup: Setup, rule: str, encoding: str) -> Iterable[str]:
    """Why the target has nothing that the rule could be about in that encoding."""
    service = setup.rules[rule].service
    bound = setup.service(service)
    if encoding in bound.beyond:
        yield bound.beyond[encoding]
    elif rule == f"{service}/http/wsdl" and bound.description is not None and not bound.steps:
        yield "the WSDL was not fetched from the target"


def _told(acceptance: Acceptance | None, key: str) -> str:
    return getattr(acceptance, key) or "" if acceptance is not None else ""


def _one_value(services: Iterable[str]) -> Iterable[str]:
    for service in services:
        names = [parameter.name for parameter in contracts()[service].operation.parameters]
        if names:
            text = f"The address of {service} has parameters ({', '.join(names)}); each keeps one value"
            yield f"{text}, since this version derives no rule about them"


def _not_covered(setup: Setup) -> Iterable[str]:
    for service, kept in setup.target.services.items():
        documented = [encoding.name for encoding in contracts()[service].operation.encodings]
        missing = [name for name in documented if name not in kept.encodings]
        if missing:
            spoken, silent = ", ".join(kept.encodings), ", ".join(missing)
            yield f"For {service} this run speaks of {spoken} only; documented are {silent} as well"


def _no_rule(services: Iterable[str]) -> Iterable[str]:
    for service in services:
        names = tuple(untestable(contracts()[service].operation.request.fields))
        if names:
            yield f"No rule is made of {', '.join(names)} of {service}: no message breaks such a constraint alone"


def selection(options: Options, *, narrowed: bool) -> str:
    """In words what was selected; empty for everything."""
    parts = []
    if options.services:
        parts.append(f"service {', '.join(options.services)}")
    if options.rules:
        parts.append(f"rules {', '.join(options.rules)}")
    if options.depth == "smoke":
        parts.append("depth smoke: the baseline alone")
    if options.shard:
        parts.append(f"shard {options.shard}")
    if options.replay:
        parts.append(f"replay of {options.replay}")
    if narrowed:
        parts.append("what pytest selected")
    return "; ".join(parts)
