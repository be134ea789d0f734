"""A planned run, carried out: the reference served where it is the target, the journal written, the report made."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.errors import ConformanceError
from conformance.judge import Judge
from conformance.model import Case, Exchange, Judgement, Plan, Report, Verdict
from conformance.report import aside
from conformance.report.claim.writing import withdraw
from conformance.report.language import language_of
from conformance.report.writers import ALWAYS, known
from conformance.run import rendering, resuming, setup, writing
from conformance.run.contracts import contracts
from conformance.run.fetching import anew, journalled, numbered
from conformance.run.folders import folder
from conformance.run.header import beside, header, planned, selection
from conformance.run.setup import Item, Setup
from conformance.target.credential import PLACEHOLDER
from conformance.target.exchanger import Exchanger
from conformance.target.guard import check_plan
from conformance.target.journal import Journal
from conformance.target.journal.earlier import FIRST, earlier, is_whole
from conformance.target.pace import Pace
from conformance.target.settings import Target
from conformance.target.wire import Wire

INTERRUPTED, BROKEN = "was interrupted", "was stopped by an error"
"""How a run came to an end before its end."""

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
        self._log = prepared.earlier
        self.plan: Plan | None = None
        self.out: Path | None = None
        self.report: Report | None = None
        self.files: tuple[Path, ...] = ()

    def start(self, progress: Progress | None = None) -> None:
        """Serve the reference if need be, plan, check the whole plan, open the journal and begin to send. What an
        earlier start of the run has done is not done again; where nothing is missing only the report is made."""
        options = self._prepared.options
        if options.resume is not None and self._log is not None:
            resuming.check_selected(self._prepared, self._log, self._selected)
            resuming.check_same(self._log, self._header(""), self._prepared.target.masks(), options.resume)
            if is_whole(self._log, resend=options.resend):
                self.out = resuming.folder_of(options.resume)
                if beside(self._prepared):
                    # A report of it next year is to show that too.
                    self._opened().end()
                self._write(interrupted=False)
                return
        prepared = self._served()
        credential_at_hand(prepared.target)
        wire = Wire(prepared.target)
        self._closing.callback(wire.close)
        pace = Pace(prepared.target.per_second, tell=aside.told)
        again = anew(prepared.shard, self._start)
        fetch = journalled(wire, prepared.target, self._opened, again)
        prepared = setup.bind_all(prepared, pace.paced(fetch))
        prepared = replace(prepared, bound=numbered(prepared.bound, again))
        try:
            self.plan = setup.plan(prepared, self._selected)
            check_plan(self.plan, prepared.target)
        except ConformanceError:
            self._discard()
            raise
        facts = planned(prepared, self.plan, self._selected)
        log = self._log
        if log is not None and options.resume is not None and "plan" in log.header:
            unreadable = [bound.wanting for bound in prepared.bound.values() if bound.wanting]
            resuming.check_plan(log, facts, prepared.target.masks(), options.resume, unreadable)
        journal = self._opened()
        if log is None or "plan" not in log.header:
            journal.plan(facts)
        self._judged(prepared, journal)
        self._exchanger = Exchanger(
            self.plan,
            wire=wire,
            judge=_judge(prepared),
            journal=journal,
            target=setup.affordable(prepared, self.plan),
            workers=prepared.options.workers,
            progress=progress,
            pace=pace,
            earlier=FIRST if self._log is None else earlier(self._log, self.plan, resend=options.resend),
        )
        self._exchanger.start()

    @property
    def _start(self) -> int:
        """How many starts of the run went before."""
        return 0 if self._log is None else len(self._log.resumed) + 1

    def _served(self) -> Setup:
        prepared = self._prepared
        if not prepared.target.reference:
            return prepared
        # Only a run against the reference needs the server's libraries.
        from conformance.reference.app import serving  # noqa: PLC0415

        served = [contracts()[service] for service in prepared.target.services]
        url = self._closing.enter_context(serving(served))
        return replace(prepared, target=setup.at_reference(url, prepared.target.services))

    def _header(self, run: str) -> dict[str, Any]:
        return header(self._prepared, self._selected, run, self._words())

    def _opened(self) -> Journal:
        """The journal, made or gone on with when there is something to write into it."""
        if self._journal is not None:
            return self._journal
        options, masks = self._prepared.options, self._prepared.target.masks()
        if options.resume is None or self._log is None:
            self.out = folder(options.out, self._prepared.target.name, masks)
            path = resuming.journal_in(self.out)
            self._journal = Journal.create(path, self._header(self.out.name), masks, senders=options.workers)
            return self._journal
        self.out = resuming.folder_of(options.resume)
        before, path = self._log, resuming.journal_in(self.out)
        self._journal = Journal.extend(path, before.header, masks, senders=options.workers)
        # Nobody else writes it from here on.
        self._log = resuming.journal_of(options.resume)
        if self._log.resumed != before.resumed or self._log.header.keys() != before.header.keys():
            self._journal.close()
            raise ConformanceError(f"--resume {options.resume}: another process went on with the run; do it again")
        # Until it ends again there is nothing to claim.
        withdraw(self.out)
        given = beside(self._prepared)
        self._journal.resumed(command=options.command, workers=options.workers, resend=options.resend, **given)
        return self._journal

    def _discard(self) -> None:
        """Nothing was tested, by a mistake of the user: what was fetched to find that out is no run."""
        journal, folder = self._journal, self.out
        if self._log is not None or journal is None or folder is None:
            return
        self._journal = self.out = None
        journal.close()
        resuming.journal_in(folder).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()
            if self._prepared.options.out is None:
                folder.parent.rmdir()

    def _judged(self, prepared: Setup, journal: Journal) -> None:
        """Write down what is said of what was fetched before there was a plan."""
        for bound in prepared.bound.values():
            for step in bound.steps:
                here = [record for record in bound.records if record.exchange.id == step.exchange]
                journal.exchange(here[0].exchange, here)

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
        if self.report is not None or self._journal is None:
            return self.report
        if self._exchanger is None:
            self._abandon(INTERRUPTED if interrupted else BROKEN)
            return None
        if interrupted:
            self._exchanger.stop("the run was interrupted")
        try:
            self._exchanger.wait_all()
            if interrupted:
                self._journal.stopped(INTERRUPTED)
            else:
                self._journal.end()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not interrupted:
                # Whoever hears of it finishes again, as interrupted: then what is under way still comes in.
                raise
            # What was exchanged until then is on disk; the report of it must not hide why the run ended.
            with contextlib.suppress(Exception):
                self._journal.stopped(BROKEN)
            with contextlib.suppress(Exception):
                self._write(interrupted=True)
            self._failure = None if self.report is not None else error
            raise
        self._write(interrupted=interrupted)
        return self.report

    def _write(self, *, interrupted: bool) -> None:
        ended = False
        if self._journal is not None:
            self._journal.close()
            self._journal = None
            ended = True
        if self.out is None:
            return
        try:
            if ended:
                # Somebody may have rendered it while it went on.
                withdraw(self.out)
            log = rendering.log_of(self.out)
            options = self._prepared.options
            report = rendering.report_of(log, interrupted=interrupted)
            told = rendering.material(report, log, language_of(options.lang))
            files = writing.written(told, self.out, (*ALWAYS, *options.formats), self._prepared.signer)
            self.files = (*files, self.out / rendering.JOURNAL)
        except Exception as error:
            self._failure = error
            raise
        self.report = report

    def close(self) -> None:
        """Let go of server and connections."""
        if self._exchanger is not None:
            self._exchanger.stop("the run was closed")
            if self._journal is not None:
                with contextlib.suppress(Exception):
                    self._exchanger.wait_all()
        self._abandon(BROKEN)
        self._closing.close()

    def _abandon(self, how: str) -> None:
        """It ended without a report; the journal of what was sent can be reported."""
        journal, self._journal = self._journal, None
        if journal is not None:
            with contextlib.suppress(Exception):
                journal.stopped(how)
            journal.close()


def _judge(prepared: Setup) -> Callable[[Case, Exchange], Judgement]:
    bound = {service: prepared.service(service) for service in prepared.target.services}
    judges = {service: Judge(one.contract, prepared.rules, one.description) for service, one in bound.items()}
    return lambda case, exchange: judges[case.service](case, exchange)


def credential_at_hand(target: Target) -> None:
    """Fetch the token that requests will carry, where they will: without it there is no run."""
    headers = (value for kept in target.services.values() for _, value in kept.headers)
    if target.credential is not None and any(PLACEHOLDER in value for value in headers):
        target.credential.token()
