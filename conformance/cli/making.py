"""Commands about the suite itself: derive its schemas, serve the reference, prove the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.words import Format, Language, Schemas, Service, app, path_of
from conformance.report.language import spoken
from conformance.resources import use_schemas


def _say(text: str) -> None:
    typer.echo(spoken().say(text))


@app.command()
def derive(
    documents: Annotated[Path, typer.Option(parser=path_of, metavar="DIR", help="Folder with the documents.")],
    check_only: Annotated[bool, typer.Option("--check", help="Compare with what is committed; write nothing.")] = False,
    out: Annotated[
        Path | None, typer.Option(parser=path_of, metavar="DIR", help="Folder to write to; the suite's own by default.")
    ] = None,
    _lang: Language = None,
) -> None:
    """Read the documents into contracts and schemas."""
    from conformance.run import deriving  # noqa: PLC0415

    raise typer.Exit(deriving.derive(documents, check_only=check_only, out=out, say=_say))


@app.command()
def serve(
    service: Service = [],  # noqa: B006
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on loopback; 0 takes a free one.")] = 8000,
    defect: Annotated[
        list[str],
        typer.Option(metavar="ID", help="Break one rule; `--defect list` lists them. One for each service."),
    ] = [],  # noqa: B006
    schemas: Schemas = None,
    _lang: Language = None,
) -> None:
    """Serve the reference implementation on loopback."""
    from conformance.run import serving  # noqa: PLC0415

    use_schemas(schemas)
    serving.serve(service, port, defect, say=_say)


@app.command()
def prove(
    service: Service = [],  # noqa: B006 - as above
    schemas: Schemas = None,
    form: Format = "table",
    _lang: Language = None,
) -> None:
    """Run the suite against every defect of the reference: does each rule catch what it is for?"""
    from conformance.run import proving  # noqa: PLC0415

    use_schemas(schemas)
    text, status = proving.prove(service, form, told=True)
    typer.echo(text, nl=False)
    raise typer.Exit(status)
