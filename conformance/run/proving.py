"""`conformance prove`: every defect of the reference against the suite, over all cores.

One pool has the defects of all services in small pieces, so that no core waits for another. The clean rounds are made
before it starts; where processes are forked they come with them, elsewhere each process makes its own.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager

from conformance.errors import ConformanceError
from conformance.model import Outcome, Record
from conformance.reference.defects import Defect
from conformance.reference.prove import Bench, Kill
from conformance.reference.service import State, answer
from conformance.report.language import spoken
from conformance.run.bound import from_target
from conformance.run.contracts import all_rules, chosen, contracts
from conformance.run.matrix import Matrix, as_json, as_table
from conformance.run.options import Options
from conformance.run.serving import defects
from conformance.run.setup import NOWHERE, Setup, at_reference, bind_all, plan

DEPTH = "quick"
"""The least that a run sends is what must catch every defect."""
PIECE = 4
"""Defects that a process takes at a time: neighbours, which share what is made of the same answers."""
Progress = Callable[[int, int], None]
_READY: dict[str, tuple[Bench, tuple[Defect, ...]]] = {}
"""The services under way, for the processes of the pool: a bench and the defects."""


def prove(services: Sequence[str], form: str, *, told: bool = False) -> tuple[str, int]:
    """The matrix of the services and the exit status: 0 where every rule catches what it is for, and nothing else.
    `told` shows the progress on a terminal."""
    if form not in {"table", "json"}:
        raise ConformanceError(f"--format {form}: known are table, json")
    with _telling(wanted=told) as progress:
        matrix = matrix_of(chosen(services), progress)
    return (as_json(matrix) if form == "json" else as_table(matrix, spoken())), 0 if matrix.perfect else 1


def _telling(*, wanted: bool) -> AbstractContextManager[Progress | None]:
    if not wanted or os.environ.get("CI") or not sys.stderr.isatty():
        return contextlib.nullcontext(None)
    from conformance.run.progress import bar  # noqa: PLC0415 - drawn on a terminal only

    return bar("proving", spoken())


def matrix_of(services: Sequence[str], progress: Progress | None = None) -> Matrix:
    """The matrix of these services. `progress` is called with (done, total)."""
    began = time.monotonic()
    with _ready(services) as benches:
        noise = tuple(line for one in benches.values() for line in alarms(one))
        kills = tuple(_over_all_cores(services, progress))
    rules = tuple(rule for rule in all_rules().values() if rule.service in services)
    return Matrix(
        rules=rules,
        kills=kills,
        false_alarms=noise,
        requests={service: len(one.plan.steps) for service, one in benches.items()},
        seconds=time.monotonic() - began,
    )


def alarms(prepared: Bench) -> list[str]:
    """The verdicts of the clean reference that are no pass, and the rules over which the two opinions differ."""
    noise = [verdict for verdict in prepared.clean.known.values() if verdict.outcome is not Outcome.PASSED]
    differ = [f"{rule}: two opinions" for rule in prepared.clean.disagreements]
    return [f"{verdict.rule}@{verdict.encoding}: {verdict.outcome}" for verdict in noise] + differ


# --- one service ------------------------------------------------------------------------------------------------------


def bench(service: str, depth: str = DEPTH) -> Bench:
    """The service's plan, ready to be sent to the reference in process."""
    rules = {rule.id: rule for rule in all_rules().values() if rule.service == service}
    items = tuple((rule.id, encoding) for rule in rules.values() for encoding in rule.encodings)
    target = at_reference(NOWHERE, (service,))
    prepared = Setup(options=Options(depth=depth), target=target, rules=rules, items=items)
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


# --- the pool ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _ready(services: Sequence[str]) -> Iterator[dict[str, Bench]]:
    """The benches with their clean rounds, where the processes of the pool find them."""
    _warm(services)
    try:
        yield {service: prepared for service, (prepared, _) in _READY.items()}
    finally:
        _READY.clear()
        gc.unfreeze()


def _warm(services: Sequence[str]) -> None:
    for service in services:
        if service not in _READY:
            prepared = bench(service)
            _ = prepared.clean
            _READY[service] = (prepared, defects(service))
    # What was made lives as long as the process, and is not copied where nothing looks at it.
    gc.freeze()


def _enter(services: Sequence[str]) -> None:
    """A process of the pool. An interruption is for the one that the user started."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _warm(services)


def _over_all_cores(services: Sequence[str], progress: Progress | None) -> Iterator[Kill]:
    """Every defect's kill, in order."""
    sizes = {service: len(_READY[service][1]) for service in services}
    pieces = [(service, start) for service in services for start in range(0, sizes[service], PIECE)]
    total, done = sum(sizes.values()), 0
    forked = sys.platform == "linux"
    with ProcessPoolExecutor(
        max_workers=_cores(),
        mp_context=multiprocessing.get_context("fork" if forked else "spawn"),
        initializer=_enter,
        initargs=(tuple(services),),
    ) as pool:
        waiting: list[Future[list[Kill]]] = [pool.submit(_piece, *piece) for piece in pieces]
        try:
            for finished in as_completed(waiting):
                done += len(finished.result())
                if progress is not None:
                    progress(done, total)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for future in waiting:
        yield from future.result()


def _cores() -> int:
    """The cores that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def _piece(service: str, start: int) -> list[Kill]:
    prepared, every = _READY[service]
    return [prepared.kill(defect) for defect in every[start : start + PIECE]]
