"""What is fetched before there is a plan is journalled as every other request is: before it goes out, and as it comes.

Must never plan or judge.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count

from conformance.errors import ConformanceError
from conformance.generate.sharding import Shard
from conformance.model import Case, Exchange, Expect, Request, Response, Step
from conformance.run.bound import Bound, Send
from conformance.target.guard import check_send
from conformance.target.journal import Journal, now
from conformance.target.journal.records import masked_exchange
from conformance.target.settings import Target
from conformance.target.wire import Wire, WireError


def journalled(wire: Wire, target: Target, journal: Callable[[], Journal], again: str) -> Send:
    """A send for one thread that keeps what it fetches; `journal` opens the journal when it is first needed."""
    numbers = count(1)

    def fetch(request: Request) -> Response:
        check_send(request, target)
        name = exchange_id(next(numbers), again)
        case = Case(
            id=name, service="", encoding="", kind="http", expect=Expect.ANY, rules=(), title="", request=request
        )
        step = Step(exchange=name, case=case)
        journal().sending(step)
        began, clock = now(), time.perf_counter()
        tried: list[str] = []
        response, error, sent = None, None, True
        try:
            response = wire.send(request, tried)
            return response
        except WireError as broken:
            error, sent = str(broken), broken.sent
            raise
        except ConformanceError as mistake:
            journal().unsent(step, target.masks().mask(str(mistake)))
            raise
        finally:
            if response is not None or error is not None:
                exchange = Exchange(
                    id=name,
                    case=name,
                    request=request,
                    response=response,
                    error=error,
                    started=began,
                    milliseconds=round((time.perf_counter() - clock) * 1000, 3),
                    tried=tuple(tried),
                )
                journal().fetched(masked_exchange(exchange, target.masks()), sent=sent)

    return fetch


def exchange_id(number: int, again: str) -> str:
    """`w00001`, with what tells it from that of another shard or an earlier start of the run."""
    return f"w{number:05d}{again}"


def anew(shard: Shard | None, start: int) -> str:
    """Every shard and every start of a run fetches for itself."""
    further = f".s{shard.number}" if shard is not None and shard.number > 1 else ""
    return further + (f".r{start}" if start else "")


def numbered(bound: Mapping[str, Bound], again: str) -> dict[str, Bound]:
    """The services with what was fetched for them under the ids that the journal has, one service after the other."""
    numbers = count(1)
    return {service: _named(one, numbers, again) for service, one in bound.items()}


def _named(one: Bound, numbers: count[int], again: str) -> Bound:
    names = {step.exchange: exchange_id(next(numbers), again) for step in one.steps}
    return replace(
        one,
        steps=tuple(replace(step, exchange=names[step.exchange]) for step in one.steps),
        records=tuple(
            replace(
                record,
                exchange=replace(record.exchange, id=names[record.exchange.id]),
                judgement=replace(record.judgement, exchange=names[record.exchange.id]),
            )
            for record in one.records
        ),
    )
