"""A planned run, carried out: the reference served where it is the target, the journal written, the report made."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from conformance.errors import ConformanceError
from conformance.judge import Judge
from conformance.model import Case, Exchange, Judgement, Plan, Report, Verdict
from conformance.report.writers import ALWAYS, known
from conformance.run import rendering, setup
from conformance.run.contracts import contracts
from conformance.run.header import header, selection
from conformance.run.setup import Item, Setup
from conformance.target.exchanger import Exchanger
from conformance.target.guard import check_plan
from conformance.target.journal import Journal
from conformance.target.wire import Wire

Progress = Callable[[int, int], None]


class Run:
    """One run from the first byte to the written report. Enter it, wait, then finish; leaving it stops the sending."""

    def __init__(self, prepared: Setup, selected: Collection[Item], *, narrowed: bool) -> None:
        known(prepared.options.formats)
        self._prepared = prepared
        self._selected = tuple(selected)
        self._narrowed = narrowed
        self._closing = contextlib.ExitStack()
        self._exchanger: Exchanger | None = None
        self._journal: Journal | None = None
        self._failure: BaseException | None = None
        self.plan: Plan | None = None
        self.out: Path | None = None
        self.report: Report | None = None
        self.files: tuple[Path, ...] = ()

    def start(self, progress: Progress | None = None) -> None:
        """Serve the reference if need be, plan, check the whole plan, open the journal and begin to send."""
        prepared = self._prepared
        if prepared.target.reference:
            # Only a run against the reference needs the server's libraries.
            from conformance.reference.app import serving  # noqa: PLC0415

            served = [contracts()[service] for service in prepared.target.services]
            url = self._closing.enter_context(serving(served))
            prepared = replace(prepared, target=setup.at_reference(url, prepared.target.services))
        wire = Wire(prepared.target)
        self._closing.callback(wire.close)
        prepared = setup.bind_all(prepared, wire.send)
        self.plan = setup.plan(prepared, self._selected)
        check_plan(self.plan, prepared.target)
        self.out = _folder(prepared)
        facts = header(prepared, self.plan, self._selected, self.out.name, self._words())
        self._journal = Journal.create(self.out / rendering.JOURNAL, facts, prepared.target.masks())
        self._described(prepared)
        self._exchanger = Exchanger(
            self.plan,
            wire=wire,
            judge=_judge(prepared),
            journal=self._journal,
            target=prepared.target,
            workers=prepared.options.workers,
            progress=progress,
        )
        self._exchanger.start()

    def _described(self, prepared: Setup) -> None:
        """Write down what was fetched before there was a plan."""
        if self._journal is None:
            return
        for bound in prepared.bound.values():
            for step in bound.steps:
                self._journal.sending(step)
                here = [record for record in bound.records if record.exchange.id == step.exchange]
                self._journal.exchange(here[0].exchange, here)

    def _words(self) -> str:
        return selection(self._prepared.options, narrowed=self._narrowed)

    def verdicts(self) -> dict[Item, Verdict]:
        """Wait for the last answer, then one verdict an item."""
        if self.report is None:
            self.finish()
        report = self.report
        return {(verdict.rule, verdict.encoding): verdict for verdict in report.verdicts} if report is not None else {}

    def finish(self, *, interrupted: bool = False) -> Report | None:
        """End the sending, close the journal, write the report. None where the run never began."""
        if self._failure is not None:
            # Every case asks again; what went wrong at first is what there is to tell.
            raise self._failure
        if self.report is not None or self._exchanger is None or self._journal is None or self.out is None:
            return self.report
        if interrupted:
            self._exchanger.stop("the run was interrupted")
        try:
            self._exchanger.wait_all()
            if not interrupted:
                self._journal.end()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not interrupted:
                # Whoever hears of it finishes again, as interrupted: then what is under way still comes in.
                raise
            # What was exchanged until then is on disk; the report of it must not hide why the run ended.
            with contextlib.suppress(Exception):
                self._write(interrupted=True)
            self._failure = None if self.report is not None else error
            raise
        self._write(interrupted=interrupted)
        return self.report

    def _write(self, *, interrupted: bool) -> None:
        if self._journal is None or self.out is None:
            return
        self._journal.close()
        try:
            log = rendering.log_of(self.out)
            report = rendering.report_of(log, interrupted=interrupted)
            formats = (*ALWAYS, *self._prepared.options.formats)
            self.files = (*rendering.written(report, log, self.out, formats), self.out / rendering.JOURNAL)
        except Exception as error:
            self._failure = error
            raise
        self.report = report

    def close(self) -> None:
        """Let go of server and connections."""
        if self._exchanger is not None:
            self._exchanger.stop("the run was closed")
        self._closing.close()


def _judge(prepared: Setup) -> Callable[[Case, Exchange], Judgement]:
    bound = {service: prepared.service(service) for service in prepared.target.services}
    judges = {service: Judge(one.contract, prepared.rules, one.description) for service, one in bound.items()}
    return lambda case, exchange: judges[case.service](case, exchange)


def _folder(prepared: Setup) -> Path:
    """The run's own folder, made now: `--out` exactly, or one named by time and target that no other run has."""
    out = prepared.options.out
    try:
        if out is not None:
            unused(out)
            out.mkdir(parents=True, exist_ok=True)
            return out
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        told = prepared.target.masks().mask(prepared.target.name)
        name = "".join(char if char.isalnum() or char in "-_." else "-" for char in told)
        for candidate in _names(f"{stamp}-{name}"):
            path = Path("reports") / candidate
            with contextlib.suppress(FileExistsError):
                path.mkdir(parents=True)
                return path
    except OSError as error:
        where = error.filename or out or "reports"
        raise ConformanceError(
            f"{where}: cannot write here: {error.strerror}; name another folder with --out"
        ) from None
    raise ConformanceError("reports: a thousand runs began in this second; name a folder with --out")


def unused(out: Path) -> None:
    """A folder holds one run: a ConformanceError where it has a journal already."""
    if (out / rendering.JOURNAL).exists():
        raise ConformanceError(f"--out {out}: holds the journal of an earlier run; name another folder")


def _names(base: str) -> Sequence[str]:
    return (base, *(f"{base}-{number}" for number in range(2, 1000)))
