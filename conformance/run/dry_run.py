"""The plan in words: what would be sent, to whom, and how long it takes at the target's rate. Sends nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from rich.console import Console
from rich.table import Table

from conformance.generate.addresses import addresses_in
from conformance.model import Plan, Request
from conformance.run import setup
from conformance.run.setup import Item, Setup
from conformance.target.guard import check_plan, check_send
from conformance.target.settings import Target


def show(prepared: Setup, selected: Collection[Item]) -> None:
    """Print the plan for the selected items. A plan that the guard refuses is an error here too."""
    prepared = setup.bind_all(prepared, None)
    plan = setup.plan(prepared, selected)
    console = Console(highlight=False, soft_wrap=True)
    masks = prepared.target.masks()
    for step in plan.steps:
        case = step.case
        rules = ", ".join(case.rules) or "every rule about answers"
        line = f"{step.exchange} {case.encoding} {case.expect} {masks.mask(case.title)} — {rules}"
        console.print(line, markup=False)
    table = Table("service", "encoding", "kind", "requests", title="what would be sent")
    counted = Counter((step.case.service, step.case.encoding, step.case.kind) for step in plan.steps)
    for (service, encoding, kind), number in sorted(counted.items()):
        table.add_row(service, encoding, kind, str(number))
    console.print(table)
    wanting = [f"{service}: {bound.wanting}" for service, bound in prepared.bound.items() if bound.wanting]
    for line in (*_facts(plan, prepared.target), *wanting):
        console.print(masks.mask(line), markup=False)
    check_plan(plan, prepared.target)
    for service, bound in prepared.bound.items():
        if bound.wanting:
            request = Request(method="GET", url=prepared.target.services[service].wsdl, headers=(), body=b"")
            check_send(request, prepared.target)


def _facts(plan: Plan, target: Target) -> list[str]:
    riders = sum(len(cases) for cases in plan.riders.values())
    found = {address for step in plan.steps for address in addresses_in(step.case.request.body)}
    domains = sorted({address.rpartition("@")[2] for address in found} - {""})
    facts = [f"{len(plan.steps)} requests, {riders} further cases judged on the same answers"]
    if plan.left_out:
        facts.append(f"{len(plan.left_out)} cases left out by the budget of {target.budget_requests} requests")
    for service, kept in target.services.items():
        facts.append(f"{service}: {kept.url}" + ("" if not target.reference else " (the embedded reference)"))
    if target.per_second:
        facts.append(
            f"at {target.per_second:g} requests a second: {len(plan.steps) / target.per_second:.0f} s at least"
        )
    effects = "allowed" if target.effects else "not allowed: only loopback hosts are sent to"
    facts.append(f"effects: {effects}; accepted requests write data, the last one is the baseline")
    facts.append(f"domains of mail addresses: {', '.join(domains) or 'none'}")
    return facts
