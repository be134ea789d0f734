"""The pytest plugin: one item a rule and encoding, one run behind them all. The only place that knows pytest.

Loaded by `conformance check`, by `-p conformance.plugin`, and by the root conftest of a checkout; not by an entry
point, since options would then collide in every pytest session of an environment.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest

from conformance.errors import ConformanceError, SuiteError
from conformance.model import Outcome, Verdict
from conformance.report.language import language_of, speak, spoken
from conformance.report.sections import decides
from conformance.report.sentences import verdict_sentence
from conformance.report.text import printable
from conformance.resources import cases_dir, use_schemas
from conformance.run import resuming, setup
from conformance.run.contracts import all_rules
from conformance.run.execution import Run
from conformance.run.options import DECLARED, Options
from conformance.run.setup import Item, Setup
from conformance.target.journal import RunLog

STATE = pytest.StashKey["Session"]()
FIXTURE = "verdict"
REFUSAL = "conformance_refusal"
"""Where a worker of pytest-xdist leaves, for the process that the user sees, why it stopped."""


class Failure(Exception):  # noqa: N818 - pytest shows its text in place of a traceback
    """A verdict that fails its item; the text is the masked sentence."""


class Session:
    """What the plugin keeps for one pytest session. Nothing is read or sent before a case asks for a verdict."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.error: ConformanceError | None = None
        self.bug: BaseException | None = None
        self.collected: list[str] = []
        self.run: Run | None = None
        self._setup: Setup | None = None
        self._offered = 0

    def options(self) -> tuple[Options, RunLog | None]:
        """The options of the run: those that were given, else the defaults, or what the run to go on with has, which
        comes with them."""
        option = self.config.getoption
        told = self.config.invocation_params
        words = {
            "target": _path(option("conformance_target")),
            "services": tuple(option("conformance_service")),
            "rules": tuple(option("conformance_rules")),
            "depth": option("conformance_depth"),
            "seed": option("conformance_seed"),
            "workers": option("conformance_workers"),
            "strict": option("conformance_strict") or None,
            "dry_run": option("conformance_dry_run") or None,
            "replay": option("conformance_replay"),
            "shard": option("conformance_shard"),
            "out": _path(option("conformance_out")),
            "formats": tuple(name for names in option("conformance_format") for name in names.split(",") if name),
            "command": option("conformance_command") or shlex.join(("pytest", *map(str, told.args))),
            "schemas": _path(option("conformance_schemas")),
            "resume": _path(option("conformance_resume")),
            "resend": option("conformance_resend") or None,
            "waivers": _path(option("conformance_waivers")),
            "baseline": _path(option("conformance_baseline")),
            "lang": option("conformance_lang"),
        }
        return resuming.options_of(words)

    def offer(self, part: str) -> list[Item]:
        """The items of one part of the rules. What goes wrong is kept, to be told outside of collection."""
        if self.error is not None or self.bug is not None:
            return []
        try:
            if self._setup is None:
                self._setup = self._set_up()
        except ConformanceError as error:
            self.error = error
            return []
        except Exception as error:  # noqa: BLE001 - pytest would print it with its values
            self.bug = error
            return []
        offered = [item for item in self._setup.items if self._setup.rules[item[0]].part == part]
        self._offered += len(offered)
        return offered

    def _set_up(self) -> Setup:
        options, earlier = self.options()
        self.config.add_cleanup(use_schemas(options.schemas))
        prepared = setup.set_up(options)
        return prepared if earlier is None else resuming.narrowed(prepared, earlier)

    def prepare(self, selected: list[Item]) -> None:
        """The run for the items that are left after every selection."""
        if self._setup is not None and selected:
            self.run = Run(self._setup, selected, narrowed=len(selected) < self._offered)

    def show_plan(self, selected: list[Item]) -> None:
        """Print what would be sent."""
        from conformance.run import dry_run  # noqa: PLC0415 - only a dry run needs rich before its end

        if self._setup is not None:
            dry_run.show(self._setup, selected)

    def start(self) -> None:
        """Begin to send; progress is shown where `check` asked for it."""
        if self.run is None:
            return
        if self._setup is not None and not self._setup.target.verify:
            # Said before the first byte goes out, and again in every report.
            text = spoken().fill("TLS certificates are not verified (tls.verify = false)")
            sys.stderr.write(f"conformance: {text}\n")
        with _telling(self.config) as progress:
            self.run.start(progress)
            if progress is not None:
                self.run.verdicts()


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None


def _telling(config: pytest.Config) -> AbstractContextManager[Callable[[int, int], None] | None]:
    wanted = config.getoption("conformance_progress") and not os.environ.get("CI") and config.get_verbosity() >= 0
    if not (wanted and sys.stderr.isatty()):
        return nullcontext(None)
    from conformance.run.progress import bar  # noqa: PLC0415 - rich is needed on a terminal only

    return bar(language=spoken())


# --- options and shield -----------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `conformance check`, with a prefix."""
    group = parser.getgroup("conformance", "conformance of billing services")
    for name, how in DECLARED:
        group.addoption(f"--conformance-{name}", **how)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep a session's state; refuse to be distributed, since one process owns rate and journal."""
    config.stash[STATE] = Session(config)
    config.add_cleanup(use_schemas(_path(config.getoption("conformance_schemas"))))
    config.add_cleanup(speak(config.getoption("conformance_lang")))
    if config.getoption("conformance_progress"):
        # `check` tells the verdict itself; pytest's own report would say it twice.
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            config.pluginmanager.unregister(reporter)


def _distributed(config: pytest.Config) -> bool:
    return bool(config.getoption("numprocesses", None) or config.getoption("tx", None)) or hasattr(
        config, "workerinput"
    )


def _refuse_to_share(config: pytest.Config) -> NoReturn:
    """One process owns rate, budget and journal. What a worker says is lost, so it is left for the controller too."""
    text = "the conformance suite sends from one process: in place of pytest-xdist use --conformance-workers N"
    text = spoken().say(f"{text} (--workers) for threads, --shard for CI jobs")
    if hasattr(config, "workeroutput"):
        config.workeroutput[REFUSAL] = text
    raise pytest.UsageError(text)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist stopped; where that was our doing, the session ends with the reason."""
    text = getattr(node, "workeroutput", {}).get(REFUSAL)
    if text is not None:
        raise pytest.UsageError(text)


# --- items ------------------------------------------------------------------------------------------------------------


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Name a file of the suite by the suite's own folder: ids are the same wherever it is installed and started."""
    if not module_path.is_relative_to(cases_dir()):
        return None
    place = f"cases/{module_path.relative_to(cases_dir()).as_posix()}"
    return pytest.Module.from_parent(parent, path=module_path, nodeid=place)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One item for each rule of the module's part and each encoding."""
    part = getattr(metafunc.module, "PART", None)
    if FIXTURE not in metafunc.fixturenames or part is None:
        return
    items = metafunc.config.stash[STATE].offer(part)
    metafunc.parametrize(FIXTURE, items, indirect=True, ids=[f"{rule}@{encoding}" for rule, encoding in items])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what has a rule; tell a mistake of the user now that collection is over."""
    session = config.stash[STATE]
    if session.error is not None:
        _tell(config, session.error)
    if session.bug is not None:
        _give_up(session.bug)
    # A part without a rule in scope gets a placeholder from pytest, which would count as skipped.
    items[:] = [item for item in items if not (_has_verdict(item) and _item_of(item) is None)]
    if _distributed(config) and any(_item_of(item) is not None for item in items):
        _refuse_to_share(config)


def _has_verdict(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and FIXTURE in callspec.params


def _item_of(item: pytest.Item) -> Item | None:
    found = item.callspec.params[FIXTURE] if isinstance(item, pytest.Function) and _has_verdict(item) else None
    return found if isinstance(found, tuple) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Everything is selected now."""
    ours = [found for found in map(_item_of, session.items) if found is not None]
    session.config.stash[STATE].collected = [f"{rule}@{encoding}" for rule, encoding in ours]
    if session.config.getoption("collectonly"):
        return
    try:
        state = session.config.stash[STATE]
        if session.config.getoption("conformance_dry_run"):
            state.show_plan(ours)
            session.items[:] = []
        else:
            state.prepare(ours)
    except ConformanceError as error:
        _tell(session.config, error)


def _tell(config: pytest.Config, error: ConformanceError) -> NoReturn:
    """End the session over a mistake of the user; `check` says it in its own way."""
    config.stash[STATE].error = error
    if config.getoption("conformance_progress"):
        pytest.exit(spoken().say(str(error)), returncode=pytest.ExitCode.USAGE_ERROR)
    raise pytest.UsageError(spoken().say(str(error))) from None


def _give_up(bug: BaseException) -> NoReturn:
    """End the session over a defect of ours, without the text of the error, which may hold values."""
    text = spoken().fill("a defect of the suite: {name}", name=type(bug).__name__)
    pytest.exit(text, returncode=pytest.ExitCode.INTERNAL_ERROR)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Send while the items run; whatever happens, what was exchanged becomes a report."""
    state = session.config.stash[STATE]
    if state.run is None:
        return (yield)
    try:
        state.start()
        result = yield
        # Where pytest stopped early, what was sent is reported all the same.
        state.run.finish()
        return result
    except ConformanceError as error:
        _tell(session.config, error)
    except (KeyboardInterrupt, pytest.exit.Exception, pytest.Session.Interrupted, pytest.Session.Failed) as error:
        if state.error is None:
            # Else the run is over, and why is told.
            state.run.finish(interrupted=isinstance(error, KeyboardInterrupt))
        raise
    except Exception as error:  # noqa: BLE001 - pytest would print it with its values
        state.bug = error
        with suppress(Exception):
            state.run.finish(interrupted=True)
        _give_up(error)
    finally:
        state.run.close()


@pytest.fixture
def verdict(request: pytest.FixtureRequest) -> Verdict:
    """The verdict over the item's rule and encoding, once everything that it needs was answered."""
    state = request.config.stash[STATE]
    if state.run is None:
        raise SuiteError("a verdict was asked for although nothing is run")
    try:
        found = state.run.verdicts().get(request.param)
    except ConformanceError as error:
        _tell(request.config, error)
    except Exception as error:  # noqa: BLE001 - pytest's debug log holds what an exception says
        state.bug = error
        raise SuiteError(f"a defect of the suite: {type(error).__name__}") from None
    if found is None:
        pytest.skip(spoken().fill("not decided by what is replayed"))
    return found


@pytest.fixture
def holds(request: pytest.FixtureRequest) -> Callable[[Verdict], None]:
    """Fails, skips or passes the item by its verdict; what does not decide is told in the item's own section."""
    run, language = request.config.stash[STATE].run, language_of(request.config.getoption("conformance_lang"))

    def check(found: Verdict) -> None:
        sentence = printable(verdict_sentence(found, all_rules().get(found.rule), language=language))
        if found.outcome is Outcome.FAILED:
            if run is None or run.report is None or decides(found, run.report):
                raise Failure(sentence)
            request.node.add_report_section("call", "conformance", sentence)
        elif found.outcome is not Outcome.PASSED:
            pytest.skip(sentence)

    return check


# --- what pytest says -------------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The sentence in place of traceback, captured output and locals: those might hold a secret."""
    report = yield
    if _item_of(item) is None or call.excinfo is None or not report.failed:
        return report
    if isinstance(call.excinfo.value, Failure):
        report.longrepr = str(call.excinfo.value)
    else:
        state = item.config.stash[STATE]
        state.bug = state.bug or call.excinfo.value
        report.longrepr = f"a defect of the suite: {type(state.bug).__name__}"
    report.sections = [section for section in report.sections if section[0] == "conformance"]
    return report


def pytest_internalerror(excinfo: pytest.ExceptionInfo[BaseException]) -> bool | None:
    """No traceback of ours reaches a user."""
    sys.stderr.write(f"conformance: a defect of the suite: {type(excinfo.value).__name__}\n")
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """The run's own exit status, where the session ran the suite and nothing worse happened."""
    state = session.config.stash[STATE]
    if state.run is None or state.run.report is None:
        if state.collected == [] and session.config.getoption("conformance_progress") and exitstatus == 0:
            session.exitstatus = (
                0 if session.config.getoption("conformance_dry_run") else pytest.ExitCode.NO_TESTS_COLLECTED
            )
        elif session.config.getoption("conformance_dry_run") and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = 0
        return
    if state.bug is not None:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
    elif exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        others = exitstatus == pytest.ExitCode.TESTS_FAILED and state.run.report.exit_status in {0, 6}
        session.exitstatus = exitstatus if others else state.run.report.exit_status


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The verdict in one sentence, and where the report is."""
    run = config.stash[STATE].run
    if run is not None and run.report is not None:
        language = language_of(config.getoption("conformance_lang"))
        terminalreporter.section("conformance")
        terminalreporter.line(printable(language.say(run.report.sentence)))
        for path in run.files:
            terminalreporter.line(printable(str(path)))
        # What has an expired waiver has its table already.
        bare = [verdict for verdict in run.report.verdicts if verdict.waiver is None and decides(verdict, run.report)]
        if bare and run.out is not None:
            command = f"conformance report {shlex.quote(str(run.out))} --format waivers"
            told = language.fill("`{command}` writes the waivers to fill in, should a failure stand", command=command)
            terminalreporter.line(printable(told))
