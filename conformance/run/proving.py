"""`conformance prove`: the kill matrix as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from os import cpu_count

from rich.console import Console
from rich.table import Table

from conformance.errors import ConformanceError
from conformance.model import Outcome, Record
from conformance.reference.defects import Defect
from conformance.reference.prove import Bench, Kill, matrix
from conformance.reference.service import State, answer
from conformance.run.bound import from_target
from conformance.run.contracts import all_rules, chosen, contracts
from conformance.run.options import Options
from conformance.run.serving import defects
from conformance.run.setup import NOWHERE, Setup, at_reference, bind_all, plan


def prove(services: Sequence[str], form: str) -> tuple[str, int]:
    """The matrix of the services and the exit status: 0 where every rule catches what it is for, and nothing else."""
    if form not in {"table", "json"}:
        raise ConformanceError(f"--format {form}: known are table, json")
    wanted = chosen(services)
    noise = [rule for service in wanted for rule in false_alarms(service)]
    kills = [kill for service in wanted for kill in kills_of(service)]
    caught = {kill.defect.rules[0] for kill in kills if kill.caught}
    unproven = [rule.id for rule in all_rules().values() if rule.service in wanted and rule.id not in caught]
    status = 0 if not unproven and not noise and all(kill.caught for kill in kills) else 1
    return (_json(kills, unproven) if form == "json" else _table(kills, unproven, noise)), status


def bench(service: str) -> Bench:
    """The service's standard plan, ready to be sent to the reference in process."""
    rules = {rule.id: rule for rule in all_rules().values() if rule.service == service}
    items = tuple((rule.id, encoding) for rule in rules.values() for encoding in rule.encodings)
    target = at_reference(NOWHERE, (service,))
    prepared = Setup(options=Options(depth="standard"), target=target, rules=rules, items=items)
    contract = contracts()[service]
    prepared = bind_all(prepared, lambda request: answer(contract, request, State())[0])
    bound = prepared.service(service)
    return Bench(
        bound.contract,
        rules,
        plan(prepared, items),
        items,
        description=bound.description,
        described=lambda defect: _described(prepared, service, defect),
    )


def _described(prepared: Setup, service: str, defect: Defect | None) -> tuple[Record, ...]:
    """What the reference publishes of itself with the defect, and what that says."""
    contract = contracts()[service]
    kept = prepared.target.services[service]
    if not kept.wsdl:
        return ()
    return from_target(
        contract, kept, prepared.target, lambda request: answer(contract, request, State(), defect)[0]
    ).records


def false_alarms(service: str) -> list[str]:
    """What the suite holds against the clean reference: nothing, if it is sound."""
    verdicts, disagreements = bench(service).verdicts()
    noise = [verdict for verdict in verdicts if verdict.outcome is not Outcome.PASSED]
    return [f"{verdict.rule} in {verdict.encoding}: {verdict.outcome}" for verdict in noise] + list(disagreements)


def kills_of(service: str) -> list[Kill]:
    """Every defect of the service, over all cores."""
    total = len(defects(service))
    cores = cpu_count() or 1
    with ProcessPoolExecutor(max_workers=cores) as pool:
        parts = list(pool.map(_part, [service] * cores, [range(start, total, cores) for start in range(cores)]))
    merged = {kill.defect.id: kill for part in parts for kill in part}
    return [merged[defect.id] for defect in defects(service)]


def _part(service: str, places: Iterable[int]) -> list[Kill]:
    every = defects(service)
    prepared = bench(service)
    prepared.verdicts()
    return list(matrix(prepared, [every[place] for place in places]))


def _json(kills: Sequence[Kill], unproven: Sequence[str]) -> str:
    document = {
        "defects": [
            {
                "id": kill.defect.id,
                "rules": list(kill.defect.rules),
                "encodings": list(kill.defect.encodings),
                "caught_by": list(kill.caught_by),
            }
            for kill in kills
        ],
        "missed": [kill.defect.id for kill in kills if not kill.caught],
        "unproven": list(unproven),
    }
    return json.dumps(document, indent=2) + "\n"


def _table(kills: Sequence[Kill], unproven: Sequence[str], noise: Sequence[str]) -> str:
    table = Table("defect", "caught by its own rule in", "by others", "unrelated")
    for kill in kills:
        own = kill.defect.rules[0]
        others = [rule for rule in kill.caught_by if rule != own and rule in kill.defect.rules]
        missed = [f"NOT {name}" for name in kill.defect.encodings if name not in kill.caught_in]
        told = ", ".join((*kill.caught_in, *missed))
        table.add_row(kill.defect.id, told, str(len(others)), ", ".join(kill.strays))
    # Ids are for copying: into a pipe they go whole.
    console = Console(width=None if sys.stdout.isatty() else 240)
    with console.capture() as captured:
        console.print(table)
        console.print(
            f"{sum(kill.caught for kill in kills)} of {len(kills)} defects caught by their own rule and no other"
        )
        console.print(f"{len(unproven)} rules unproven, {len(noise)} false alarms on the clean reference")
        for rule in (*unproven, *noise):
            console.print(f"  {rule}")
    return captured.get()
