"""Sends a plan: in order, within rate and budget, journalled before and after, judged as the answers come.

One coordinator thread owns the order; up to `workers` senders work between two barriers. What is recorded does not
depend on how many. Knows the wire only as something that sends; must never import requests, urllib3 or a writer.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Protocol

from conformance.errors import ConformanceError, SuiteError
from conformance.judge.parts import Splitting
from conformance.model import (
    Case,
    Exchange,
    Judgement,
    Plan,
    Record,
    Request,
    Response,
    Step,
    asked_again,
    order_of,
    repeated,
)
from conformance.target.guard import check_plan, check_send
from conformance.target.journal import Journal, now
from conformance.target.journal.earlier import FIRST, Earlier, GoingOn
from conformance.target.journal.records import masked_case, masked_exchange, masked_judgement
from conformance.target.pace import Pace
from conformance.target.settings import Target
from conformance.target.wire import WireError

DEAD_IN_A_ROW = 3
DROPPED_IN_A_ROW = 10
_BLINK = 0.5
"""A wait is cut into pieces of this length, so that a signal is heard on every platform."""


class Sender(Protocol):
    """What the exchanger needs of a wire."""

    def send(self, request: Request, tried: list[str]) -> Response: ...


class Exchanger:
    """One run of one plan. `judge` is called once for each case that shares an answer, by one thread at a time. What an
    `earlier` start of the run has done is not done again; of a budget each start may spend the whole."""

    def __init__(
        self,
        plan: Plan,
        *,
        wire: Sender,
        judge: Callable[[Case, Exchange], Judgement],
        journal: Journal,
        target: Target,
        workers: int = 1,
        progress: Callable[[int, int], None] | None = None,
        pace: Pace | None = None,
        earlier: Earlier = FIRST,
    ) -> None:
        self._plan = plan
        self._wire = wire
        self._judge = judge
        self._journal = journal
        self._target = target
        self._workers = max(1, workers)
        self._progress = progress
        self._left = len(plan.steps)
        self._room = None if target.budget_requests is None else max(0, target.budget_requests - len(plan.steps))
        self._splitting = Splitting(plan)
        self._spare = list(plan.spare)
        # What was sent once cannot be spared any more.
        self._begun: set[str] = {*earlier.records, *earlier.unknown}
        self._given_away: set[str] = set()
        self._pace = pace or Pace(target.per_second)
        self._earlier = earlier
        self._going_on = GoingOn(earlier, self._step)
        self._state = threading.Condition()
        self._judging = threading.Lock()
        self._records: list[Record] = []
        self._stopped: str | None = None
        self._dead: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()
        self._given_up: dict[str, str] = {}
        self._answered = {one.case.service for one in earlier.records.values() if one.exchange.response is not None}
        self._thread: threading.Thread | None = None
        self._finished = False
        self.unsent = dict(earlier.settled)
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Begins to send. Refused, before any byte, where the guard would not let the whole plan pass."""
        if self._thread is not None:
            raise SuiteError("the exchanger was started twice")
        check_plan(self._plan, self._target)
        self._thread = threading.Thread(target=self._run, name="exchanger", daemon=True)
        self._thread.start()

    def stop(self, reason: str) -> None:
        """Sends nothing more; what is under way still comes in."""
        with self._state:
            if self._stopped is None:
                self._stopped = reason
        self._pace.stop()

    def wait_all(self) -> None:
        """Until the run is over, what was under way included; then its failure is raised, where it had one."""
        if self._thread is None:
            raise SuiteError("the exchanger was not started")
        with self._state:
            while not self._finished:
                self._state.wait(_BLINK)
            if self.failure is not None:
                raise self.failure

    @property
    def records(self) -> list[Record]:
        """What was recorded so far, in the order of the plan."""
        with self._state:
            return sorted(self._records, key=lambda record: order_of(record.exchange.id))

    # --- the coordinator ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            with ThreadPoolExecutor(max_workers=self._workers, thread_name_prefix="sender") as pool:
                for batch in _batches(self._within_budget()):
                    self._send(batch, pool)
        except BaseException as error:  # noqa: BLE001 — re-raised to whoever waits
            self._fail(error)
        finally:
            with self._state:
                self._finished = True
                self._state.notify_all()

    def _send(self, batch: Sequence[Step], pool: ThreadPoolExecutor) -> None:
        """The whole batch. No more is handed over than there are senders: when the interpreter ends in the middle it
        waits for what was handed over, and nothing else goes out."""
        free = threading.Semaphore(self._workers)
        handed = []
        for step in batch:
            free.acquire()
            future = pool.submit(self._guarded, step)
            future.add_done_callback(lambda _: free.release())
            handed.append(future)
        wait(handed)

    def _within_budget(self) -> list[Step]:
        """The steps that the budget covers, by their place in the plan; the others are unsent at once."""
        budget = self._target.budget_requests
        if budget is None or len(self._plan.steps) <= budget:
            return list(self._plan.steps)
        for step in self._plan.steps[budget:]:
            self._skip(step, self._spent("is spent"), spent=True)
            self._done()
        return list(self._plan.steps[:budget])

    def _guarded(self, step: Step) -> None:
        try:
            self._splitting.carry_out(step, self._part)
            self._done()
        except BaseException as error:  # noqa: BLE001 — kept and re-raised to whoever waits
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        with self._state:
            self.failure = self.failure or error
            self._state.notify_all()
        self.stop("the run was stopped by an error")

    # --- one step -----------------------------------------------------------------------------------------------------

    def _part(self, step: Step) -> Record | None:
        """One request of the plan, or a part of a packed message, for which there must be room in the budget."""
        if "." in step.exchange and not repeated(step.exchange) and not self._afford():
            reason = self._spent("leaves no room for the parts of a message that was not accepted")
            self._skip(step, reason, spent=True)
            return None
        return self._going_on(step)

    def _spent(self, what: str) -> str:
        return f"the budget of {self._target.budget_requests} requests {what} (budget.requests in the target file)"

    def _afford(self) -> bool:
        """Takes one of the requests that the budget has beyond the plan, or that of its least valuable step."""
        with self._state:
            if self._room is None:
                return True
            if self._room > 0:
                self._room -= 1
                return True
            while self._spare:
                last = self._spare.pop()
                if last not in self._begun:
                    self._given_away.add(last)
                    return True
            return False

    def _step(self, step: Step) -> Record | None:
        """Sends one request; the first record of its exchange, None where it was not sent."""
        if self._held_back(step):
            return None
        self._pace.wait()
        # While it waited the run may have been stopped, or the service given up.
        if self._held_back(step):
            return None
        request = step.case.request
        started, clock = now(), time.perf_counter()
        response, error, sent, late = None, None, True, False
        tried: list[str] = []
        try:
            check_send(request, self._target)
            self._journal.sending(step)
            response = self._wire.send(request, tried)
        except WireError as broken:
            error, sent, late = str(broken), broken.sent, broken.late
        except ConformanceError as mistake:
            # Refused, or no credential to send: no byte went out, and nothing more will.
            self._skip(step, str(mistake))
            raise
        exchange = Exchange(
            id=step.exchange,
            case=step.case.id,
            request=request,
            response=response,
            error=error,
            started=started,
            milliseconds=round((time.perf_counter() - clock) * 1000, 3),
            late=late and sent,
            tried=tuple(tried),
        )
        self._count(step.case.service, error, given_up=late or not sent)
        if response is not None and (reason := self._pace.obey(step.case.service, response)) is not None:
            with self._state:
                self._given_up.setdefault(step.case.service, reason)
        return self._record(step, exchange, sent)

    def _held_back(self, step: Step) -> bool:
        """Is there a reason not to send it? It is told."""
        with self._state:
            spared = step.exchange in self._given_away
            self._begun.add(step.exchange)
            reason = self._stopped or self._given_up.get(step.case.service)
        if spared:
            self._skip(step, self._spent("went to the parts of a message that was not accepted"), spent=True)
        elif reason is not None:
            self._skip(step, reason)
        return spared or reason is not None

    def _count(self, service: str, error: str | None, *, given_up: bool) -> None:
        """Three dead exchanges in a row end the service's run. Once it has answered, a connection that is dropped in
        the middle is its way to fail now and then, so it takes more of these; one that is not there, or is never in
        time, still counts as before."""
        with self._state:
            if error is None:
                self._answered.add(service)
                self._dead[service] = self._dropped[service] = 0
                return
            self._dropped[service] += 1
            if given_up or service not in self._answered:
                self._dead[service] += 1
            if self._dead[service] >= DEAD_IN_A_ROW:
                row = DEAD_IN_A_ROW
            elif self._dropped[service] >= DROPPED_IN_A_ROW:
                row = DROPPED_IN_A_ROW
            else:
                return
            last = self._target.masks().mask(str(error)).rstrip(".")
            self._given_up.setdefault(service, f"{row} requests in a row had no answer: {last}")

    def _record(self, step: Step, exchange: Exchange, sent: bool) -> Record:
        masks = self._target.masks()
        masks = masks.heard(exchange.response.headers) if exchange.response else masks
        masked = masked_exchange(exchange, masks)
        records: list[Record] = []
        try:
            with self._judging:
                for case in (step.case, *self._plan.riding(step)):
                    judgement = masked_judgement(self._judge(case, exchange), masks)
                    case = masked_case(case, masks, masked.request)  # noqa: PLW2901 — the unmasked one ends here
                    records.append(Record(case=case, exchange=masked, judgement=judgement))
        except BaseException:
            # Evidence outlives a judge that fails.
            self._journal.exchange(masked, (), sent=sent)
            raise
        self._journal.exchange(masked, records, sent=sent)
        with self._state:
            self._records += records
        return records[0]

    def _skip(self, step: Step, reason: str, *, spent: bool = False) -> None:
        if asked_again(step.exchange):
            # It is beside the plan, and what it stands for tells why.
            return
        reason = self._target.masks().mask(reason)
        with self._state:
            self.unsent[step.exchange] = reason
        if step.exchange not in self._earlier.settled:
            self._journal.unsent(step, reason, spent=spent)

    def _done(self) -> None:
        with self._state:
            self._left -= 1
            self._state.notify_all()
            done = len(self._plan.steps) - self._left
        if self._progress is not None:
            self._progress(done, len(self._plan.steps))


def _batches(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """A barrier alone, and what lies between two barriers together."""
    batch: list[Step] = []
    for step in steps:
        if not step.barrier:
            batch.append(step)
            continue
        if batch:
            yield batch
        yield [step]
        batch = []
    if batch:
        yield batch
