"""The plan in words: what would be sent, to whom, and how long it takes at the target's rate. Sends nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Column, Table

from conformance.generate.addresses import addresses_in
from conformance.model import Case, Expect, Plan, Request, repeated
from conformance.report.language import Language, language_of
from conformance.run import setup
from conformance.run.contracts import contracts
from conformance.run.setup import Item, Setup
from conformance.target.guard import check_plan, check_send, loopback, place_of
from conformance.target.settings import Target


def show(prepared: Setup, selected: Collection[Item]) -> None:
    """Print the plan for the selected items. A plan that the guard refuses is an error here too."""
    prepared = setup.bind_all(prepared, None)
    plan = setup.plan(prepared, selected)
    console, language = Console(highlight=False, soft_wrap=True), language_of(prepared.options.lang)
    masks = prepared.target.masks()
    for step in plan.steps:
        case = step.case
        title, served = language.say(masks.mask(case.title)), language.say(_served(plan, case))
        line = f"{step.exchange} {case.encoding} {language.word(case.expect)} {title} — {served}"
        console.print(line, markup=False)
    console.print(_by_kind(plan, language))
    console.print(_by_rule(plan, language))
    wanting = [f"{service}: {bound.wanting}" for service, bound in prepared.bound.items() if bound.wanting]
    for line in (*_of_whole(plan, prepared), *_facts(plan, prepared.target), *wanting):
        console.print(language.say(masks.mask(line)), markup=False)
    check_plan(plan, prepared.target)
    for service, bound in prepared.bound.items():
        if bound.wanting:
            request = Request(method="GET", url=prepared.target.services[service].wsdl, headers=(), body=b"")
            check_send(request, prepared.target)


def _served(plan: Plan, case: Case) -> str:
    """The rules that the answer decides."""
    carried = (rule for rider in plan.riders.get(case.id, ()) for rule in rider.rules)
    return ", ".join(dict.fromkeys((*case.rules, *carried))) or "every rule about answers"


def _by_kind(plan: Plan, language: Language) -> Table:
    heads = [language.word(head) for head in ("service", "encoding", "kind", "requests")]
    table = Table(*heads, title=language.fill("what would be sent"))
    counted = Counter((step.case.service, step.case.encoding, step.case.kind) for step in plan.steps)
    for (service, encoding, kind), number in sorted(counted.items()):
        table.add_row(service, encoding, language.word(kind), str(number))
    return table


def _by_rule(plan: Plan, language: Language) -> Table:
    """How many requests were made for each rule. Those about answers in general need none of their own."""
    encodings = list(dict.fromkeys(step.case.encoding for step in plan.steps))
    # Ids are for copying, so none is cut.
    head = Column(language.word("rule"), overflow="fold")
    table = Table(head, *encodings, title=language.fill("requests by rule"))
    counted: Counter[Item] = Counter()
    for step in plan.steps:
        cases = (step.case, *plan.riding(step))
        counted.update({(rule, case.encoding) for case in cases for rule in case.rules})
    for rule in sorted({rule for rule, _ in counted}):
        table.add_row(rule, *(str(counted[rule, encoding] or "") for encoding in encodings))
    return table


def _of_whole(plan: Plan, prepared: Setup) -> Iterator[str]:
    """What a shard is a part of."""
    if prepared.shard is not None:
        whole = sum(not repeated(step.exchange) for step in (*plan.steps, *(step for _, step in plan.elsewhere)))
        yield f"shard {prepared.shard} of a plan of {whole} requests; the others are for the other shards"


def _facts(plan: Plan, target: Target) -> Iterator[str]:
    riders = {rider.id for step in plan.steps for rider in plan.riding(step)}
    sent = len(plan.steps)
    yield f"{sent} requests, {len(riders)} further cases judged on the same answers"
    yield from _economy(plan)
    parts = sum(1 for _ in plan.all_steps()) - sent
    if parts:
        yield f"a packed message that is not accepted is sent again in halves: {parts} requests more, were all refused"
    if plan.left_out:
        yield f"{len(plan.left_out)} cases left out by the budget of {target.budget_requests} requests"
    yield from _hosts(plan, target)
    if target.per_second:
        yield f"at {target.per_second:g} requests a second: {sent / target.per_second:.0f} s at least"
    yield from _effects(plan, target)
    yield from _recipients(plan, target)


def _economy(plan: Plan) -> Iterator[str]:
    """How far the plan is from the least that could show as much."""
    for service, least in plan.least.items():
        here = [step.case for step in plan.steps if step.case.service == service]
        kinds = Counter(case.kind for case in here)
        told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        yield (
            f"{service}: {len(here)} requests ({told}); no plan has fewer than {least}, one for each hard negative and "
            f"encoding: {len(here) - least} more"
        )


def _hosts(plan: Plan, target: Target) -> Iterator[str]:
    """Every address that is sent to, where its host is, and who else would see what is sent. Asks for no other name."""
    places = {service: dict.fromkeys([kept.url or kept.wsdl]) for service, kept in target.services.items()}
    for step in plan.steps:
        places[step.case.service][step.case.request.url] = None
    for service, urls in places.items():
        for url in (one for one in urls if urlsplit(one).hostname):
            if target.reference:
                yield f"{service}: {url} (the embedded reference)"
                continue
            host = urlsplit(url).hostname or ""
            proxy = _proxy(url, target) if target.effects and not loopback(host, target.connect_timeout) else ""
            yield f"{service}: {url}; {host}: {place_of(host, target.connect_timeout)}" + (
                f"; by the proxy {proxy}" if proxy else ""
            )


def _proxy(url: str, target: Target) -> str:
    # Slow to load, and only a proxy needs it.
    from requests.utils import get_environ_proxies, select_proxy  # noqa: PLC0415

    return target.proxy or select_proxy(url, get_environ_proxies(url, no_proxy=None)) or ""


def _effects(plan: Plan, target: Target) -> Iterator[str]:
    effects = "allowed" if target.effects else "not allowed: only loopback hosts are sent to"
    yield f"effects: {effects}; accepted requests write data, the last one is the baseline"
    meant = Counter(step.case.service for step in plan.steps if step.case.expect in {Expect.ACCEPTED, Expect.ANY})
    last = {step.case.service: step for step in plan.steps}
    for service, number in meant.items():
        effect = contracts()[service].effect
        yield f"{service}: {number} requests that should be accepted" + (f"; {effect}" if effect else "")
        end = last[service]
        yield f"{service}: the last request is {end.exchange}, {end.case.title} in {end.case.encoding}"


def _recipients(plan: Plan, target: Target) -> Iterator[str]:
    found = {address for step in plan.all_steps() for address in addresses_in(step.case.request.body)}
    domains = Counter(address.rpartition("@")[2] for address in found)
    told = ", ".join(f"{domain} ({domains[domain]})" for domain in sorted(domains) if domain)
    yield f"mail addresses by domain: {told or 'none'}"
    if target.recipients:
        yield f"recipients that the target file allows: {', '.join(target.recipients)}"
