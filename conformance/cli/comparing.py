"""Commands that hold runs against each other: diff and history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.words import Language, Schemas, app, path_of
from conformance.resources import use_schemas

Form = Annotated[str, typer.Option("--format", metavar="FORMAT", help="text, json or html.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", parser=path_of, metavar="FILE", help="File to write; otherwise it is printed."),
]


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(parser=path_of, metavar="OLD", help="Folder of the earlier run.")],
    new: Annotated[Path, typer.Argument(parser=path_of, metavar="NEW", help="Folder of the later run.")],
    form: Form = "text",
    out: Out = None,
    strict: Annotated[bool, typer.Option("--strict", help="A SHOULD that newly fails is a regression too.")] = False,
    schemas: Schemas = None,
    lang: Language = None,
) -> None:
    """Say what changed between two runs, by rule and encoding; exit status 1 on a regression."""
    from conformance.run import comparing  # noqa: PLC0415

    use_schemas(schemas)
    raise typer.Exit(comparing.diff(old, new, form, out, strict=strict, lang=lang))


@app.command()
def history(
    runs: Annotated[list[Path], typer.Argument(parser=path_of, metavar="RUN", help="Folders of runs.")],
    form: Form = "text",
    out: Out = None,
    schemas: Schemas = None,
    lang: Language = None,
) -> None:
    """Say how runs went over time, target by target: outcome, counts, what changed, which rules come and go."""
    from conformance.run import comparing  # noqa: PLC0415

    use_schemas(schemas)
    raise typer.Exit(comparing.history(runs, form, out, lang=lang))
