"""The command line. Thin: each command imports what it needs when it runs, so that `--help` is quick."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn, TextIO

import typer

from conformance import __version__
from conformance.cli import auditing, claiming, comparing, completing, listing, making, running
from conformance.cli.speech import asked, command_in
from conformance.cli.words import Language, app
from conformance.errors import ConformanceError
from conformance.report.language import language_of, speak, spoken
from conformance.resources import use_schemas

COMMANDS = (running, auditing, comparing, claiming, listing, making)
"""The modules whose commands the application has, in the order of its help."""
_ORDER = [module.__name__ for module in COMMANDS]
app.registered_commands.sort(key=lambda command: _ORDER.index(getattr(command.callback, "__module__", "")))

EXIT_INTERRUPTED, EXIT_SUITE, EXIT_USAGE = 2, 3, 4
_NO_ROOM = frozenset({errno.ENOSPC, errno.EFBIG, errno.EIO})
"""What a full disk says where the output goes to a file."""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"billing-conformance {__version__}")
        raise typer.Exit


@app.callback()
def _app(
    _version_: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    _lang: Language = None,
) -> None:
    """Conformance suite for billing services."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; every error is one message, every status one that the README lists."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no UTF-8 shows a question mark; that must not end a run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    # Who calls this as a function keeps the environment that it had.
    with ExitStack() as kept:
        kept.callback(use_schemas(None))
        kept.callback(speak(asked(sys.argv[1:] if arguments is None else arguments)))
        status = _guarded(lambda: _command()(args=arguments, standalone_mode=False))
        _flush()
        sys.exit(status)


def _command() -> Any:
    command = command_in(app, language_of(None))
    return completing.with_values(command) if completing.wanted() else command


def _open_streams() -> None:
    """Make sure that the first three descriptors are open: else a file of the run, its journal even, takes the place of
    one that whoever started us has closed, and what is said goes into it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - open to the end


def _flush() -> None:
    """Say what is left to say. Where nobody reads it any more, that changes no exit status."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _silence(stream)


def _silence(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _guarded(command: Callable[[], object]) -> int:
    try:
        status = command()
    except ConformanceError as error:
        return _complain(str(error), EXIT_USAGE)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", EXIT_INTERRUPTED)
    except SystemExit as ended:
        # Typer ends an interrupted command with the shell's status for a signal.
        return _complain("interrupted", EXIT_INTERRUPTED) if ended.code == 130 else ended.code  # type: ignore[return-value]
    except BrokenPipeError:
        # The reader of our output went away; point stdout elsewhere so that closing it does not complain.
        _silence(sys.stdout)
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last line before the user: no traceback, no value of a variable
        return _unforeseen(error)
    if status == 130:
        # Newer releases of typer return the shell's status for a signal.
        return _complain("interrupted", EXIT_INTERRUPTED)
    return status if isinstance(status, int) else 0


def _unforeseen(error: Exception) -> int:
    # Typer's own errors of usage come from click, or from the copy of click inside newer releases.
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(f"{error}\n")
        return EXIT_USAGE
    if hasattr(error, "format_message"):
        return _complain(error.format_message(), EXIT_USAGE)
    if isinstance(error, OSError) and error.errno in _NO_ROOM and error.filename is None:
        _silence(sys.stdout)
        return _complain(f"it cannot be printed: {error.strerror}; print it to another place", EXIT_USAGE)
    return _complain(f"a defect of the suite ({type(error).__name__}{_place(error)}); please report it", EXIT_SUITE)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _complain(text: str, status: int) -> int:
    # It may quote what a server said.
    from conformance.report.text import printable  # noqa: PLC0415

    lines = printable(spoken().say(text)).split("\n")
    try:
        sys.stderr.write("".join(f"conformance: {line}\n" for line in lines))
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)
    return status
