"""The command that judges recorded traffic: audit."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.words import Baseline, Language, Schemas, Service, TargetFile, Waivers, app, path_of
from conformance.resources import use_schemas


@app.command()
def audit(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="HAR, JSONL, journals, mitmproxy flows, plain, gz or zst; folders, globs, addresses of a storage.",
            show_default=False,
        ),
    ],
    target: TargetFile = None,
    service: Service = [],  # noqa: B006 - typer reads the default, nothing changes it
    party: Annotated[
        str, typer.Option(help="Who decides the verdict: provider, consumer or both; the report tells both.")
    ] = "both",
    engine: Annotated[str, typer.Option(help="local or dask.")] = "local",
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Dask's scheduler; without one Dask runs here.", show_default=False),
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; by default one a core.", show_default=False)] = None,
    strict: Annotated[bool, typer.Option("--strict", help="A failed SHOULD decides as well.")] = False,
    out: Annotated[Path | None, typer.Option(parser=path_of, metavar="DIR", help="Folder of the report.")] = None,
    formats: Annotated[
        list[str],
        typer.Option(
            "--format",
            metavar="LIST",
            help="Further formats: ctrf, earl, markdown, csv, badge, waivers, pdf; all is every one but pdf.",
        ),
    ] = [],  # noqa: B006
    waivers: Waivers = None,
    baseline: Baseline = None,
    schemas: Schemas = None,
    lang: Language = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Judge recorded traffic: requests as the consumer's, answers as the provider's. Nothing is sent."""
    from conformance import checking  # noqa: PLC0415
    from conformance.run.auditing import AuditOptions  # noqa: PLC0415

    use_schemas(schemas)
    options = AuditOptions(
        paths=tuple(paths),
        command=shlex.join(("conformance", *sys.argv[1:])),
        services=tuple(service),
        target=target,
        engine=engine,
        scheduler=scheduler,
        workers=workers,
        party=party,
        strict=strict,
        out=out,
        formats=tuple(name for names in formats for name in names.split(",") if name),
        waivers=waivers,
        baseline=baseline,
        lang=lang,
    )
    raise typer.Exit(checking.audit(options, quiet=quiet))
