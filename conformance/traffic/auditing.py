"""Recordings → one `Summary`: a part at a time, in this process or in several of this machine."""

from __future__ import annotations

import signal
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import active_children, get_context

from conformance.errors import ConformanceError
from conformance.model import Exchange
from conformance.target.journal.records import masked_exchange
from conformance.target.secrets import Secrets
from conformance.traffic.counting import Counter
from conformance.traffic.files.parts import Part
from conformance.traffic.files.reading import Progress, records
from conformance.traffic.forms import Likeness
from conformance.traffic.judging import MOST_KINDS, Desk, Judged, Subject, quoted
from conformance.traffic.kinds import Kinds
from conformance.traffic.masks import secrets_of
from conformance.traffic.recording import Recorded, Unread
from conformance.traffic.summary import Summary

MOST_CREDENTIALS = 64
TRIES = 3
"""How often parts are given to new processes, where some were killed."""
Told = Callable[[int, int], None]
"""Is told how many parts are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What every process of an audit knows; it can be sent to one. It holds no secret of a target."""

    subjects: Mapping[str, Subject]
    walked: bool = False
    """Walk every exchange: for the test that the tiers say the same, and for what this saves."""


class Auditor:
    """Judges parts by one brief; what it has compiled serves all of them."""

    def __init__(self, brief: Brief) -> None:
        self._brief = brief
        self._desk = Desk(brief.subjects)
        self._kinds = Kinds(self._desk)
        self._walked: dict[Hashable, Judged] = {}
        self._secrets: dict[Secrets, Secrets] = {}

    def __call__(self, part: Part) -> Summary:
        """What the part says."""
        counter = Counter(part.order, part.path, self._masked)
        of, again, walk = self._nothing if self._brief.walked else self._kinds.of, counter.again, self._walk
        progress = Progress()
        for offset, recorded in records(part, progress):
            if isinstance(recorded, Unread):
                counter.unread(recorded, offset)
                continue
            kind = of(recorded)
            if kind is None or not again(kind, recorded, offset):
                judged = walk(kind, recorded)
                counter.add(judged, recorded.started, offset, self._learned(kind, recorded, judged))
        counter.summary.size = progress.size
        return counter.done()

    @staticmethod
    def _nothing(_recorded: Recorded) -> None:
        """Of no exchange is a kind known."""

    def _learned(self, kind: Likeness | None, recorded: Recorded, judged: Judged) -> Likeness | None:
        """The kind of which that is said from now on; None where it is said of this exchange alone."""
        if kind is None:
            return None
        if kind.odd:
            return kind if self._kinds.stands(kind, judged) else None
        if judged.clean:
            self._kinds.found_clean(kind, recorded)
        return kind if judged.clean else None

    def _walk(self, kind: Likeness | None, recorded: Recorded) -> Judged:
        """What the walk says of the exchange, or said of one of its kind."""
        if kind is None:
            like = None if self._brief.walked else self._kinds.of_request(recorded)
            judged = self._desk(recorded, like)
            if judged.exchange is not None and not self._brief.walked:
                self._kinds.found(recorded, like, judged)
            return judged
        if kind.odd:
            return self._desk(recorded, kind.request)
        known = self._walked.get(kind)
        if known is None:
            known = self._desk(recorded, kind.request)
            if len(self._walked) >= MOST_KINDS:
                self._walked.clear()
            if known.clean and known.exchange is not None:
                mask = self._secrets_in(known.exchange, known.service, known.encoding).mask
                known = self._walked[kind] = quoted(known, mask)
        return known

    def _secrets_in(self, exchange: Exchange, service: str, encoding: str) -> Secrets:
        """What the exchange holds; the same collection for the same credentials: what it looks for is dear to make, and
        a client has few."""
        found = secrets_of(self._brief.subjects[service].contract, exchange, encoding)
        if len(self._secrets) >= MOST_CREDENTIALS:
            self._secrets.clear()
        return self._secrets.setdefault(found, found)

    def _masked(self, exchange: Exchange, service: str, encoding: str) -> tuple[Exchange, Callable[[str], str]]:
        secrets = self._secrets_in(exchange, service, encoding)
        return masked_exchange(exchange, secrets), secrets.mask


_auditors: list[Auditor] = []
"""Of a process that works for another: one."""


def _begin(brief: Brief) -> None:
    # Ctrl-C reaches every process of a terminal; it is for the first to say what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _auditors[:] = [Auditor(brief)]


def _audited(part: Part) -> Summary:
    return _auditors[0](part)


def summarise(parts: Sequence[Part], brief: Brief, workers: int = 1, told: Told | None = None) -> Iterator[Summary]:
    """The summary of each part, in the order in which they are done."""
    found = _alone(parts, brief) if min(workers, len(parts)) < 2 else _together(parts, brief, workers)
    for done, summary in enumerate(found, 1):
        yield summary
        if told is not None:
            told(done, len(parts))


def merged(summaries: Iterable[Summary]) -> Summary:
    """All of them as one, in an order that does not hang on theirs."""
    whole = Summary()
    for summary in summaries:
        whole.merge(summary)
    return whole.ordered()


def _alone(parts: Sequence[Part], brief: Brief) -> Iterator[Summary]:
    auditor = Auditor(brief)
    yield from map(auditor, parts)


def _together(parts: Sequence[Part], brief: Brief, workers: int) -> Iterator[Summary]:
    """What a killed process had under way is given to another."""
    left = dict(enumerate(parts))
    for _ in range(TRIES):
        # A process that is made anew knows nothing of ours, whatever threads we have.
        context, others = get_context("spawn"), set(active_children())
        with ProcessPoolExecutor(min(workers, len(left)), context, _begin, (brief,)) as pool:
            waiting: dict[Future[Summary], int] = {pool.submit(_audited, part): key for key, part in left.items()}
            try:
                for future in as_completed(waiting):
                    summary = future.result()
                    del left[waiting[future]]
                    yield summary
            except BrokenProcessPool:
                continue
            except (GeneratorExit, KeyboardInterrupt):
                # What was read by now is what there will be; nobody waits for the rest.
                pool.shutdown(wait=False, cancel_futures=True)
                for child in set(active_children()) - others:
                    child.terminate()
                raise
        if not left:
            return
    names = ", ".join(sorted({part.path for part in left.values()})[:3])
    raise ConformanceError(
        f"processes that read {names} were killed {TRIES} times; is there enough memory? Try --workers 1"
    )
