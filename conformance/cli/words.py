"""The application, and the words that its commands share. Each command is in a module of its own kind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="conformance",
    help="Conformance suite for billing services: contracts from their documents, verdicts from their answers.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def path_of(text: str) -> Path:
    """A path. The empty text, which is what a shell leaves of a variable that is not set, would be the folder here."""
    if not text:
        raise typer.BadParameter("must not be empty; is a variable of the shell not set?")
    return Path(text)


Service = Annotated[list[str], typer.Option("--service", metavar="ID", help="Only this service; may be repeated.")]
TargetFile = Annotated[
    Path | None, typer.Option("--target", parser=path_of, metavar="FILE", help="Target file; see `conformance init`.")
]
Schemas = Annotated[
    Path | None,
    typer.Option(
        "--schemas", parser=path_of, metavar="DIR", help="Further services: a folder that `derive --out` wrote."
    ),
]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json or csv.")]
Language = Annotated[
    str | None,
    typer.Option(
        "--lang", metavar="es|en", help="Language of what is said; by the environment by default.", show_default=False
    ),
]
Waivers = Annotated[
    Path | None,
    typer.Option(
        "--waivers", parser=path_of, metavar="FILE", help="Failures that someone answers for.", show_default=False
    ),
]
Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline", parser=path_of, metavar="RUN", help="An earlier run to compare with.", show_default=False
    ),
]
