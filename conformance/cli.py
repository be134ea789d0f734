"""The command line. Thin: each command imports what it needs when it runs, so that `--help` is quick."""

from __future__ import annotations

import io
import os
import shlex
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn, TextIO

import typer

from conformance import __version__
from conformance.errors import ConformanceError
from conformance.resources import use_schemas

EXIT_INTERRUPTED, EXIT_SUITE, EXIT_USAGE = 2, 3, 4

app = typer.Typer(
    name="conformance",
    help="Conformance suite for billing services: contracts from their documents, verdicts from their answers.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _path(text: str) -> Path:
    """A path. The empty text, which is what a shell leaves of a variable that is not set, would be the folder here."""
    if not text:
        raise typer.BadParameter("must not be empty; is a variable of the shell not set?")
    return Path(text)


Service = Annotated[list[str], typer.Option("--service", metavar="ID", help="Only this service; may be repeated.")]
TargetFile = Annotated[
    Path | None, typer.Option("--target", parser=_path, metavar="FILE", help="Target file; see `conformance init`.")
]
Schemas = Annotated[
    Path | None,
    typer.Option(
        "--schemas", parser=_path, metavar="DIR", help="Further services: a folder that `derive --out` wrote."
    ),
]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json or csv.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"billing-conformance {__version__}")
        raise typer.Exit


@app.callback()
def _app(
    _version_: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Conformance suite for billing services."""


@app.command()
def check(
    target: TargetFile = None,
    service: Service = [],  # noqa: B006 - typer reads the default, nothing changes it
    rules: Annotated[list[str], typer.Option(metavar="GLOB", help="Only rules that match; may be repeated.")] = [],  # noqa: B006
    depth: Annotated[
        str | None, typer.Option(help="smoke, quick, standard or deep; standard by default.", show_default=False)
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the drawn cases; 0 by default.", show_default=False)] = None,
    workers: Annotated[int | None, typer.Option(help="Sender threads; 1 by default.", show_default=False)] = None,
    strict: Annotated[bool, typer.Option("--strict", help="A failed SHOULD decides as well.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan, send nothing.")] = False,
    replay: Annotated[str | None, typer.Option(metavar="EXCHANGE", help="Send this exchange of a run again.")] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            parser=_path,
            metavar="DIR",
            help="Go on with the run in this folder: send only what is missing.",
            show_default=False,
        ),
    ] = None,
    resend: Annotated[
        bool, typer.Option("--resend", help="With --resume, send again what was sent without an answer.")
    ] = False,
    shard: Annotated[str | None, typer.Option(metavar="K/N", help="Every N-th rule, beginning with the K-th.")] = None,
    out: Annotated[Path | None, typer.Option(parser=_path, metavar="DIR", help="Folder of the run's files.")] = None,
    formats: Annotated[list[str], typer.Option("--format", metavar="LIST", help="Further report formats.")] = [],  # noqa: B006
    schemas: Schemas = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Check a target, or the embedded reference where none is named."""
    from conformance import checking  # noqa: PLC0415

    use_schemas(schemas)

    arguments = {
        "target": target,
        "service": service,
        "rules": rules,
        "depth": depth,
        "seed": seed,
        "workers": workers,
        "strict": strict,
        "dry-run": dry_run,
        "schemas": schemas,
        "replay": replay,
        "resume": resume,
        "resend": resend,
        "shard": shard,
        "out": out,
        "format": formats,
        "command": shlex.join(("conformance", *sys.argv[1:])),
    }
    raise typer.Exit(checking.check(arguments, quiet=quiet))


@app.command()
def init(service: Service = [], schemas: Schemas = None) -> None:  # noqa: B006
    """Print a commented target file to fill in."""
    from conformance.run.contracts import chosen, contracts  # noqa: PLC0415
    from conformance.target.file.template import render  # noqa: PLC0415

    use_schemas(schemas)
    typer.echo(render(chosen(service), contracts()), nl=False)


@app.command()
def bind(
    target: Annotated[
        Path, typer.Option("--target", parser=_path, metavar="FILE", help="The target file.", show_default=False)
    ],
    schemas: Schemas = None,
) -> None:
    """Say which elements of a target's WSDL are which inputs, how sure that is, and what to paste to settle it."""
    from conformance.run import binding  # noqa: PLC0415

    use_schemas(schemas)
    typer.echo(binding.told(target), nl=False)


@app.command("rules")
def rules_(service: Service = [], schemas: Schemas = None, form: Format = "table") -> None:  # noqa: B006
    """List every rule with level, basis and citation."""
    from conformance.run import listing  # noqa: PLC0415

    use_schemas(schemas)
    typer.echo(listing.rules(service, form), nl=False)


@app.command()
def explain(rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule id.")], schemas: Schemas = None) -> None:
    """Say what a rule demands, where that comes from, and which cases try it."""
    from conformance.run import listing  # noqa: PLC0415

    use_schemas(schemas)
    typer.echo(listing.explain(rule), nl=False)


@app.command()
def errata(service: Service = [], schemas: Schemas = None, form: Format = "table") -> None:  # noqa: B006
    """List what is wrong or missing in the documents."""
    from conformance.run import listing  # noqa: PLC0415

    use_schemas(schemas)
    typer.echo(listing.errata(service, form), nl=False)


@app.command()
def derive(
    documents: Annotated[Path, typer.Option(parser=_path, metavar="DIR", help="Folder with the documents.")],
    check_only: Annotated[bool, typer.Option("--check", help="Compare with what is committed; write nothing.")] = False,
    out: Annotated[
        Path | None, typer.Option(parser=_path, metavar="DIR", help="Folder to write to; the suite's own by default.")
    ] = None,
) -> None:
    """Read the documents into contracts and schemas."""
    from conformance.run import deriving  # noqa: PLC0415

    raise typer.Exit(deriving.derive(documents, check_only=check_only, out=out, say=typer.echo))


@app.command()
def serve(
    service: Service = [],  # noqa: B006
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on loopback; 0 takes a free one.")] = 8000,
    defect: Annotated[
        str | None, typer.Option(metavar="ID", help="Break one rule; `--defect list` lists them.")
    ] = None,
    schemas: Schemas = None,
) -> None:
    """Serve the reference implementation on loopback."""
    from conformance.run import serving  # noqa: PLC0415

    use_schemas(schemas)
    serving.serve(service, port, defect, say=typer.echo)


@app.command()
def prove(service: Service = [], schemas: Schemas = None, form: Format = "table") -> None:  # noqa: B006
    """Run the suite against every defect of the reference: does each rule catch what it is for?"""
    from conformance.run import proving  # noqa: PLC0415

    use_schemas(schemas)
    text, status = proving.prove(service, form, told=True)
    typer.echo(text, nl=False)
    raise typer.Exit(status)


@app.command()
def report(
    run: Annotated[Path, typer.Argument(parser=_path, metavar="RUN", help="Folder of a run, complete or not.")],
    formats: Annotated[
        str, typer.Option("--format", metavar="LIST", help="html, json, junit, har.")
    ] = "json,html,junit,har",
    out: Annotated[
        Path | None, typer.Option(parser=_path, metavar="DIR", help="Folder to write to; the run's own by default.")
    ] = None,
    schemas: Schemas = None,
) -> None:
    """Render the report of a run again, also of one that was killed."""
    from conformance import checking  # noqa: PLC0415

    use_schemas(schemas)
    raise typer.Exit(checking.report(run, [name for name in formats.split(",") if name], out))


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; every error is one message, every status one that the README lists."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no UTF-8 shows a question mark; that must not end a run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    restore = use_schemas(None)
    try:
        status = _guarded(lambda: app(args=arguments, standalone_mode=False))
        _flush()
        sys.exit(status)
    finally:
        # Who calls this as a function keeps the environment that it had.
        restore()


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
        # Typer's own errors of usage come from click, or from the copy of click inside newer releases.
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stderr.write(f"{error}\n")
            return EXIT_USAGE
        if hasattr(error, "format_message"):
            return _complain(error.format_message(), EXIT_USAGE)
        return _complain(f"a defect of the suite ({type(error).__name__}{_place(error)}); please report it", EXIT_SUITE)
    if status == 130:
        # Newer releases of typer return the shell's status for a signal.
        return _complain("interrupted", EXIT_INTERRUPTED)
    return status if isinstance(status, int) else 0


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

    lines = printable(text).split("\n")
    try:
        sys.stderr.write("".join(f"conformance: {line}\n" for line in lines))
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)
    return status
