"""Commands that test a target, or prepare for it: init, bind, check; and report, which renders a run again."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.words import Baseline, Language, Schemas, Service, TargetFile, Waivers, app, path_of
from conformance.report.language import spoken
from conformance.resources import use_schemas


@app.command()
def init(
    service: Service = [],  # noqa: B006 - typer reads the default, nothing changes it
    schemas: Schemas = None,
    _lang: Language = None,
) -> None:
    """Print a commented target file to fill in."""
    from conformance.report.language.comments import with_comments  # noqa: PLC0415
    from conformance.run.contracts import chosen, contracts  # noqa: PLC0415
    from conformance.target.file.template import render  # noqa: PLC0415

    use_schemas(schemas)
    text, language = render(chosen(service), contracts()), spoken()
    typer.echo(with_comments(text, language.say) if language.code != "en" else text, nl=False)


@app.command()
def bind(
    target: Annotated[
        Path, typer.Option("--target", parser=path_of, metavar="FILE", help="The target file.", show_default=False)
    ],
    schemas: Schemas = None,
    _lang: Language = None,
) -> None:
    """Say which elements of a target's WSDL are which inputs, how sure that is, and what to paste to settle it."""
    from conformance.run import binding  # noqa: PLC0415

    use_schemas(schemas)
    typer.echo(binding.told(target, spoken()), nl=False)


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
            parser=path_of,
            metavar="DIR",
            help="Go on with the run in this folder: send only what is missing.",
            show_default=False,
        ),
    ] = None,
    resend: Annotated[
        bool, typer.Option("--resend", help="With --resume, send again what was sent without an answer.")
    ] = False,
    shard: Annotated[
        str | None, typer.Option(metavar="K/N", help="Send the K-th of N parts of the plan; `report` merges them.")
    ] = None,
    out: Annotated[Path | None, typer.Option(parser=path_of, metavar="DIR", help="Folder of the run's files.")] = None,
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
        "waivers": waivers,
        "baseline": baseline,
        "lang": lang,
        "command": shlex.join(("conformance", *sys.argv[1:])),
    }
    raise typer.Exit(checking.check(arguments, quiet=quiet))


@app.command()
def report(
    runs: Annotated[
        list[Path],
        typer.Argument(
            parser=path_of, metavar="RUN…", help="Folder of a run, complete or not; of shards all, for one report."
        ),
    ],
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="LIST",
            help="json, html, junit, har, ctrf, earl, markdown, csv, badge, waivers, pdf; all is every one but pdf.",
        ),
    ] = "json,html,junit,har",
    out: Annotated[
        Path | None,
        typer.Option(
            parser=path_of, metavar="DIR", help="Folder to write to; the run's own by default, of shards a new one."
        ),
    ] = None,
    waivers: Waivers = None,
    baseline: Baseline = None,
    schemas: Schemas = None,
    lang: Language = None,
) -> None:
    """Render the report of a run again, also of one that was killed; make the one report of all shards of a plan."""
    from conformance import checking  # noqa: PLC0415

    use_schemas(schemas)
    wanted = [name for name in formats.split(",") if name]
    raise typer.Exit(checking.report(runs, wanted, out, waivers=waivers, baseline=baseline, lang=lang))
