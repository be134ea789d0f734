"""`conformance check`, `audit` and `report`: pytest shielded from its surroundings, or an engine, then the summary."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.errors import ConformanceError
from conformance.model import Report
from conformance.report.aside import told
from conformance.report.claim.signing import signer_of
from conformance.report.language import Language, language_of, spoken
from conformance.report.text import printable
from conformance.report.writers import FORMATS, known
from conformance.resources import PACKAGE, cases_dir
from conformance.run import rendering, writing
from conformance.run.comparing import baseline_of
from conformance.run.contracts import all_rules
from conformance.run.folders import unused
from conformance.run.waiving import load_waivers

if TYPE_CHECKING:
    from conformance.run.auditing import AuditOptions

INI = PACKAGE / "check.ini"
FOREIGN = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_THEME", "PYTEST_DEBUG")
PLUGIN = "conformance.plugin"


def check(arguments: Mapping[str, Any], *, quiet: bool) -> int:
    """Run pytest on the cases with these options and tell what came out. Returns the exit status."""
    import pytest  # noqa: PLC0415 - `--help` must not pay for it

    watcher = _Watcher()
    with _scratch() as scratch, _shielded(scratch):
        root = _root(arguments, scratch)
        made = not os.path.lexists(root)
        status = pytest.main(_command(arguments, quiet=quiet, root=root), plugins=[watcher])
        if made and not (root / rendering.JOURNAL).exists():
            # Nothing was run, so nothing is left of it.
            shutil.rmtree(root, ignore_errors=True)
    if watcher.error is not None:
        raise watcher.error
    if watcher.problems:
        raise ConformanceError("\n".join(watcher.problems))
    if watcher.report is None and status == pytest.ExitCode.INTERRUPTED:
        told("interrupted before there was anything to report")
    # rich ends the process where the reader of a pipe went away; the verdict's status must survive that.
    with suppress(OSError, SystemExit):
        if watcher.report is not None and not quiet:
            _summary(watcher.report, watcher.files, watcher.out, language_of(arguments["lang"]))
            if watcher.report.suite.get("depth") == "smoke":
                _show_answers(watcher.out)
    if watcher.bug is not None:
        raise watcher.bug
    return int(status)


def _summary(report: Report, files: Sequence[Path], run: Path | None, language: Language) -> None:
    from rich.console import Console  # noqa: PLC0415 - the first request need not wait for it

    from conformance.report.terminal import summary  # noqa: PLC0415 - as above

    summary(report, Console(), rules=all_rules(), files=files, run=run, language=language)


def _root(arguments: Mapping[str, Any], scratch: str) -> Path:
    """Where pytest has its root and cache; what sends nothing writes nothing, so a dry run leaves `--out` alone."""
    if arguments["out"] is None or arguments["dry-run"] or arguments["resume"] is not None:
        return Path(scratch)
    return Path(arguments["out"]).absolute()


def _command(arguments: Mapping[str, Any], *, quiet: bool, root: Path) -> list[str]:
    if arguments["out"] is not None and not arguments["dry-run"] and arguments["resume"] is None:
        unused(Path(arguments["out"]))
    # pytest wants its root to be there; the run makes --out itself, and its parents.
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConformanceError(f"--out {root}: cannot write here: {error.strerror}; name another folder") from None
    command = [
        str(cases_dir()),
        "-c",
        str(INI),
        f"--rootdir={root}",
        f"--override-ini=cache_dir={root / '.cache'}",
        "--import-mode=importlib",
        "--noconftest",
        "--capture=no",
        "-p",
        PLUGIN,
        # What is raised where nobody can catch it is told below, without its text.
        "-p",
        "no:unraisableexception",
        "--conformance-progress",
        *(["-q"] if quiet else []),
    ]
    for name, value in arguments.items():
        option = f"--conformance-{name}"
        if isinstance(value, list):
            command += [f"{option}={item}" for item in value]
        elif value is True:
            command.append(option)
        elif value is not None and value is not False:
            command.append(f"{option}={value}")
    return command


@contextmanager
def _scratch() -> Iterator[str]:
    """A folder that goes with the command."""
    try:
        Path.cwd()
    except OSError:
        raise ConformanceError("the folder that this was started in is gone; change to another") from None
    try:
        made = tempfile.TemporaryDirectory(prefix="conformance-")
    except OSError as error:
        text = f"no temporary folder can be made ({error.strerror})"
        raise ConformanceError(f"{text}; name one that can be written to in the environment variable TMPDIR") from None
    with made as name:
        yield name


@contextmanager
def _shielded(scratch: str) -> Iterator[None]:
    """The environment without what would change pytest: neither the user's options nor third-party plugins.

    Hypothesis keeps its tables in `scratch`, not in a folder where the command was started.
    """
    kept = dict(os.environ)
    hook, sys.unraisablehook = sys.unraisablehook, _ignored
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(scratch) / "hypothesis"))
    try:
        with _ended():
            yield
    finally:
        sys.unraisablehook = hook
        os.environ.clear()
        os.environ.update(kept)


@contextmanager
def _ended() -> Iterator[None]:
    """Every signal that ends us does so as Ctrl-C does."""
    before = {name: signal.signal(name, signal.default_int_handler) for name in _ending()}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


def _ignored(raised: Any) -> None:
    """A further signal may be heard anywhere; by then the run is being ended, and the traceback of it helps nobody."""
    if not issubclass(raised.exc_type, KeyboardInterrupt):
        told(f"{raised.exc_type.__name__} was ignored, since nobody could catch it")


def _ending() -> Iterator[signal.Signals]:
    """The signals that end a run as Ctrl-C does, with a report: a CI system that cancels a job says SIGTERM, a terminal
    that is closed SIGHUP, unless whoever started us wants that ignored."""
    for name in ("SIGTERM", "SIGHUP"):
        if (known := getattr(signal, name, None)) is not None and signal.getsignal(known) is not signal.SIG_IGN:
            yield known


class _Watcher:
    """A plugin that takes the report out of the pytest session, and what could not be collected."""

    def __init__(self) -> None:
        self.report: Report | None = None
        self.files: tuple[Path, ...] = ()
        self.out: Path | None = None
        self.problems: list[str] = []
        self.error: ConformanceError | None = None
        self.bug: BaseException | None = None

    def pytest_collectreport(self, report: Any) -> None:
        """A case file that cannot be collected is a defect of the suite or of its installation."""
        if report.failed:
            self.problems.append(f"{report.nodeid}: cannot be collected: {str(report.longrepr).splitlines()[-1]}")

    def pytest_unconfigure(self, config: Any) -> None:
        """The session is over."""
        from conformance.plugin import STATE  # noqa: PLC0415 - needs pytest

        session = config.stash.get(STATE, None)
        if session is None:
            return
        self.error, self.bug = session.error, session.bug
        if session.run is not None:
            self.report, self.files, self.out = session.run.report, session.run.files, session.run.out


def _show_answers(out: Path | None) -> None:
    """What each baseline was answered, for a first look at a target."""
    from rich.console import Console  # noqa: PLC0415 - as below

    if out is None:
        return
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    answered = [record for record in rendering.log_of(out).records if record.case.kind == "baseline"]
    for record in answered[:10]:
        request, response = record.exchange.request, record.exchange.response
        console.print(printable(f"\n{record.case.encoding}: {request.method} {request.url}"))
        console.print(rendering.shown(request.body))
        if response is None:
            console.print(printable(spoken().say(f"no answer: {record.exchange.error}")))
            continue
        console.print(printable(f"{response.status} {response.reason}"))
        console.print(rendering.shown(response.body))


def audit(options: AuditOptions, *, quiet: bool) -> int:
    """Judge recordings and tell what came out. Returns the exit status."""
    from conformance.run import auditing  # noqa: PLC0415 - other commands need none of it

    language = language_of(options.lang)
    with _ended(), _reading(language, quiet=quiet) as progress:
        done = auditing.audit(options, progress)
    if not quiet:
        with suppress(OSError, SystemExit):
            _summary(done.report, done.files, done.out, language)
    return done.report.exit_status


def _reading(language: Language, *, quiet: bool) -> AbstractContextManager[Callable[[int, int], None] | None]:
    if quiet or os.environ.get("CI") or not sys.stderr.isatty():
        return nullcontext(None)
    from conformance.run.progress import bar  # noqa: PLC0415 - rich is needed on a terminal only

    return bar("reading", language)


def _merged(runs: Sequence[Path], formats: Sequence[str], out: Path | None, baseline: Path | None) -> Path:
    """The folder of the run that the shards are, made once nothing of what is asked for is wrong."""
    from conformance.run.merging import merged  # noqa: PLC0415 - of one run nothing is merged

    known(formats)
    for run in runs:
        baseline_of(baseline, run)
    return merged(runs, out)


def report(
    runs: Path | Sequence[Path],
    formats: Sequence[str],
    out: Path | None,
    *,
    waivers: Path | None = None,
    baseline: Path | None = None,
    lang: str | None = None,
) -> int:
    """Render a run again, or the one that several shards are, and return the exit status that it has."""
    if not formats:
        raise ConformanceError(f"--format: names no format; known are {', '.join(FORMATS)}")
    language, signer = language_of(lang), signer_of(os.environ)
    given = load_waivers(waivers) if waivers is not None else None
    named = [runs] if isinstance(runs, Path) else list(runs)
    run = named[0] if len(named) == 1 else _merged(named, formats, out, baseline)
    log = rendering.log_of(run)
    rendered = rendering.report_of(log, waivers=given, baseline=baseline_of(baseline, run))
    folder = out if out is not None else (run if run.is_dir() else run.parent)
    writing.check_journal(run, folder)
    files = writing.written(rendering.material(rendered, log, language), folder, formats, signer)
    if len(named) > 1:
        files = (*files, folder / rendering.JOURNAL)
    with suppress(OSError, SystemExit):
        _summary(rendered, files, run, language)
    if log.problems:
        number = f" (and {len(log.problems) - 1} lines more)" if len(log.problems) > 1 else ""
        advice = "the report says what the rest shows; for a verdict make a new run, or bring back a whole journal"
        told(f"the journal is damaged: {log.problems[0]}{number}; {advice}")
    return rendered.exit_status
