"""Parts → summaries by Dask: the processes of a scheduler that the user named, or of a cluster of this machine.

The brief goes to the scheduler once, parts go one by one, summaries come back and nothing else. What a worker holds of
an audit goes with its last task. A mistake that a worker meets travels as a text, since Dask writes down what is raised
with its arguments. Nothing here may be imported before someone asks for Dask: it is an extra, and slow to load.
"""

from __future__ import annotations

import logging
import platform
import queue
import re
import signal
import sys
import tempfile
import time
import uuid
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from itertools import islice
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, NamedTuple

from conformance import __version__
from conformance.errors import ConformanceError
from conformance.traffic.auditing import Auditor, Brief, Told
from conformance.traffic.files.parts import Part
from conformance.traffic.files.storage import is_url
from conformance.traffic.summary import Summary

AHEAD = 2
"""Parts that are given out for each thread of a worker: one to read, one so that nobody waits for us."""
REACH = 10.0
"""Seconds to reach a scheduler."""
LOOK = 1.0
"""Seconds between two looks at which workers there are."""
PATIENCE = 60.0
"""Seconds without any worker. A killed one is started again in a few."""
CLOSING = 5.0
"""Seconds to say farewell."""
CERTIFICATES = (
    "over TLS it wants a certificate, as Dask's configuration names it: DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
    "…__TLS__CLIENT__CERT, …__TLS__CLIENT__KEY"
)
EXTRA = "--engine dask needs Dask, which is not installed; pip install 'billing-conformance[dask]'"
_ADDRESS = re.compile(r"(?:(?:tcp|tls|wss?|ucx)://)?(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+):[0-9]{1,5}")
SUITE = "billing-conformance"


class Suite(NamedTuple):
    """What has to be the same everywhere, so that everyone says the same of an exchange."""

    version: str
    python: str


class Wrong(NamedTuple):
    """A mistake of the user that a worker met."""

    text: str


def suite_here() -> Suite:
    """That of this process."""
    return Suite(__version__, "{}.{}".format(*sys.version_info))


class Bench:
    """Judges parts on a worker. It travels as a brief; what was compiled for it stays in the process."""

    def __init__(self, brief: Brief, suite: Suite, node: str) -> None:
        self._brief, self._suite, self._node = brief, suite, node
        self._idle: list[Auditor] = []

    def __reduce__(self) -> tuple[type[Bench], tuple[Brief, Suite, str]]:
        return Bench, (self._brief, self._suite, self._node)

    def __call__(self, part: Part) -> Summary | Wrong:
        """What the part says. A worker that has several threads has an auditor for each that is at work."""
        if (found := suite_here()) != self._suite:
            return Wrong(_other(f"a worker on {platform.node()}", found, self._suite))
        try:
            if platform.node() != self._node:
                _check_same(part)
            auditor = self._idle.pop() if self._idle else Auditor(self._brief)
            summary = auditor(part)
        except ConformanceError as error:
            return Wrong(str(error) if platform.node() == self._node else _elsewhere(part, str(error)))
        self._idle.append(auditor)
        return summary


def _check_same(part: Part) -> None:
    """Another machine may have another file of that name."""
    if is_url(part.url) or part.size is None:
        return
    try:
        size = Path(part.url).stat().st_size
    except OSError as error:
        raise ConformanceError(f"{part.path} cannot be read ({error.strerror})") from None
    if size != part.size:
        raise ConformanceError(f"{part.path} has {size} bytes, not {part.size}: another file, or one that still grows")


def _elsewhere(part: Part, text: str) -> str:
    told = f"the worker on {platform.node()}: {text}"
    if is_url(part.url):
        return told
    return f"{told}. A file of this machine is not on others: put it on a storage that every worker reads (s3://…)"


def _judged(bench: Bench, part: Part) -> Summary | Wrong:
    return bench(part)


def _itself(bench: Bench) -> Bench:
    """A task, so that the scheduler can have it done again where the workers that hold it are lost."""
    return bench


def on_dask(scheduler: str | None) -> Callable[[Sequence[Part], Brief, int, Told | None], Iterator[Summary]]:
    """An engine as `auditing.summarise` is one. Without a scheduler so many processes are started on this machine."""
    if scheduler is not None and not _ADDRESS.fullmatch(scheduler):
        raise ConformanceError(f"--scheduler {scheduler}: name its address as it says it, such as tcp://HOST:8786")
    distributed = _loaded()

    def engine(parts: Sequence[Part], brief: Brief, workers: int, told: Told | None) -> Iterator[Summary]:
        """The summary of each part, in the order in which they are done."""
        with _quiet(), _connected(distributed, scheduler, min(workers, len(parts))) as client:
            _check_versions(client)
            cluster = scheduler or "this machine"
            for done, summary in enumerate(_summaries(client, cluster, parts, brief), 1):
                yield summary
                if told is not None:
                    told(done, len(parts))

    return engine


def _loaded() -> Any:
    try:
        return import_module("distributed")
    except ModuleNotFoundError:
        raise ConformanceError(EXTRA) from None
    except (ValueError, OSError) as error:
        # What a file in ~/.config/dask or a variable DASK_… says is read now.
        raise ConformanceError(f"Dask cannot be loaded; is its configuration right? {error}") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask logs and warns of much that is not the user's concern; what is, is told in one sentence."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


# --- the cluster ------------------------------------------------------------------------------------------------------


@contextmanager
def _connected(distributed: Any, scheduler: str | None, workers: int) -> Iterator[Any]:
    if scheduler is None:
        with _cluster(distributed, workers) as cluster, _client(distributed, cluster) as client:
            yield client
        return
    with ExitStack() as stack:
        try:
            client = stack.enter_context(_client(distributed, scheduler))
        except (OSError, TypeError, ValueError, RuntimeError, ImportError) as error:
            why = CERTIFICATES if scheduler.startswith("tls:") else "does it run there, and on that port?"
            if not isinstance(error, OSError | TypeError):
                why = str(error)
            raise ConformanceError(f"--scheduler {scheduler}: no scheduler of Dask can be reached; {why}") from None
        yield client


@contextmanager
def _client(distributed: Any, address: Any) -> Iterator[Any]:
    client = distributed.Client(address, timeout=REACH, set_as_default=False, name="conformance-audit")
    try:
        yield client
    finally:
        client.close(timeout=CLOSING)


_SETTINGS: dict[str, Any] = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.nanny.pre-spawn-environ.PYTHONWARNINGS": "ignore",
    "distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED": "critical",
}


@contextmanager
def _cluster(distributed: Any, workers: int) -> Iterator[Any]:
    """Processes of this machine. Only who has the key that is made here can talk to them; nothing listens elsewhere."""
    from dask import config  # noqa: PLC0415 - an extra

    with (
        tempfile.TemporaryDirectory(prefix="conformance-dask-", ignore_cleanup_errors=True) as scratch,
        config.set({**_SETTINGS, "temporary-directory": scratch}),
    ):
        try:
            with _deaf_to_ctrl_c():
                cluster = distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address=None,
                    scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                    security=True,
                    memory_limit=0,
                    silence_logs=logging.CRITICAL,
                )
        except (OSError, RuntimeError, TimeoutError) as error:
            raise ConformanceError(f"Dask cannot start {workers} processes here ({error}); try --workers 1") from None
        try:
            yield cluster
        finally:
            # Where a process was lost in this moment, its end is no concern of anybody's.
            with suppress(Exception):
                cluster.close(timeout=CLOSING)


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """What is started here, now or later in the place of a lost one, does not hear the Ctrl-C that a terminal says to
    all: we end it ourselves."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # It would let the signal through again where it is started on the way.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _check_versions(client: Any) -> None:
    """Does everyone have the same suite? Who comes later is asked with the first part."""
    told = client.get_versions(packages=[SUITE])
    mine = suite_here()
    for who, about in (
        ("the scheduler", told["scheduler"]),
        *((f"the worker {a}", w) for a, w in told["workers"].items()),
    ):
        version = about["packages"].get(SUITE)
        found = Suite(version or "", ".".join(about["host"]["python"].split(".")[:2]))
        if found != mine:
            raise ConformanceError(_other(who, found, mine))


def _other(who: str, found: Suite, mine: Suite) -> str:
    if not found.version:
        return f"{who} has no {SUITE}; install {SUITE}[dask] {mine.version} there"
    text = f"{who} has {SUITE} {found.version} on Python {found.python}"
    return f"{text}, this machine {mine.version} on Python {mine.python}; install the same on all of them"


# --- the parts --------------------------------------------------------------------------------------------------------


def _summaries(client: Any, cluster: str, parts: Sequence[Part], brief: Brief) -> Iterator[Summary]:
    """A few parts for each thread of the workers are given out, more as they are done."""
    name = uuid.uuid4().hex
    watch = _Watch(client, cluster)
    done: queue.SimpleQueue[Any] = queue.SimpleQueue()
    waiting: dict[Any, tuple[Any, Part]] = {}
    bench = client.submit(_itself, Bench(brief, suite_here(), platform.node()), key=f"conformance-brief-{name}")
    left = enumerate(parts)
    try:
        while True:
            for number, part in islice(left, max(0, watch.wanted() - len(waiting))):
                future = client.submit(_judged, bench, part, key=(f"conformance-part-{name}", number))
                waiting[future.key] = future, part
                future.add_done_callback(done.put)
            if not waiting:
                return
            future = _next(done, watch)
            summary = _result(client, future, waiting[future.key][1], watch)
            del waiting[future.key], future
            yield summary
    finally:
        with suppress(Exception):
            client.cancel([bench, *(future for future, _ in waiting.values())], force=True)


def _next(done: queue.SimpleQueue[Any], watch: _Watch) -> Any:
    while True:
        try:
            return done.get(timeout=LOOK)
        except queue.Empty:
            watch.look()


def _result(client: Any, future: Any, part: Part, watch: _Watch) -> Summary:
    from distributed import CancelledError, KilledWorker  # noqa: PLC0415 - an extra

    while True:
        try:
            found = future.result(timeout=LOOK)
            break
        except KilledWorker:
            text = f"workers that read {part.path} were killed again and again"
            raise ConformanceError(f"{text}; is there enough memory? Try fewer workers on a machine") from None
        except CancelledError:
            raise ConformanceError(watch.lost()) from None
        except Exception as error:
            if future.status == "error":
                _check_versions(client)
                raise
            if not isinstance(error, OSError | TimeoutError):
                raise
            # Who had it was lost before it was fetched; it is made again.
            watch.look()
    if isinstance(found, Wrong):
        raise ConformanceError(found.text)
    if not isinstance(found, Summary):
        raise TypeError(type(found).__name__)
    return found


class _Watch:
    """Which workers there are, asked now and then."""

    def __init__(self, client: Any, cluster: str) -> None:
        self._client, self._cluster = client, cluster
        self._threads = 0
        self._looked = self._seen = time.monotonic()
        self.look()

    def wanted(self) -> int:
        """How many parts may be given out; some where there is no worker yet, so that a cluster that grows does."""
        if time.monotonic() - self._looked >= LOOK:
            self.look()
        return AHEAD * max(1, self._threads)

    def look(self) -> None:
        """Ask; ConformanceError where for long there was none."""
        if self._client.status in {"closing", "closed"}:
            raise ConformanceError(self.lost())
        self._threads = 0
        with suppress(OSError, TimeoutError):
            self._threads = sum(self._client.nthreads(callback_timeout=REACH).values())
        self._looked = time.monotonic()
        if self._threads:
            self._seen = self._looked
        elif self._looked - self._seen >= PATIENCE:
            text = f"{self._cluster}: no worker of Dask is there, or none is left ({PATIENCE:.0f} s)"
            raise ConformanceError(f"{text}; start some: dask worker ADDRESS --nthreads 1")

    def lost(self) -> str:
        """What is told where all that was given out is cancelled."""
        return f"{self._cluster}: the scheduler of Dask is gone, or was started again; start it and the audit again"
