"""`conformance serve`: the reference on loopback until it is interrupted."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence

from conformance.errors import ConformanceError, hint
from conformance.reference import Defect, defects_of
from conformance.reference.app import path_of, serving
from conformance.run.contracts import all_rules, chosen, contracts


def serve(services: Sequence[str], port: int, named: Sequence[str], say: Callable[[str], None]) -> None:
    """Serve the services, each broken in one way where a defect of it is named; `list` lists the defects."""
    wanted = [contracts()[service] for service in chosen(services)]
    if "list" in named:
        for contract in wanted:
            for known in defects(contract.service):
                say(known.id)
        return
    flaws = [_named(name, [contract.service for contract in wanted]) for name in named]
    if len({flaw.service for flaw in flaws}) < len(flaws):
        raise ConformanceError(f"--defect {flaws[-1].id}: name at most one for each service")
    try:
        with serving(wanted, *flaws, port=port) as root:
            for contract in wanted:
                say(f"{contract.service}: {root}{path_of(contract)}")
            threading.Event().wait()
    except OSError as error:
        text = (
            f"--port {port}: cannot listen there ({os.strerror(error.errno or 0)}); name another, or 0 for a free one"
        )
        raise ConformanceError(text) from None
    except KeyboardInterrupt:
        say("stopped")


def defects(service: str) -> tuple[Defect, ...]:
    """Every defect of the service's reference."""
    return defects_of(contracts()[service], [rule for rule in all_rules().values() if rule.service == service])


def _named(name: str, services: Sequence[str]) -> Defect:
    known = {defect.id: defect for service in services for defect in defects(service)}
    # A rule id alone means the first defect of the rule.
    found = known.get(name) or next((defect for key, defect in known.items() if key.startswith(f"{name}:")), None)
    if found is None:
        near = hint(name, known, most=3, listed="`--defect list` lists them")
        raise ConformanceError(f"--defect {name}: there is no such defect{near}")
    return found
