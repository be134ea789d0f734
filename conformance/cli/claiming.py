"""The command about the claim of a run: verify."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.words import Language, app, path_of
from conformance.report.language import spoken


@app.command()
def verify(
    run: Annotated[Path, typer.Argument(parser=path_of, metavar="RUN", help="Folder of a run, or its claim.json.")],
    key: Annotated[
        Path | None,
        typer.Option(
            "--key",
            parser=path_of,
            metavar="FILE",
            help="Public key, as PEM: the claim must be signed by it.",
            show_default=False,
        ),
    ] = None,
    _lang: Language = None,
) -> None:
    """Check that nothing of a run was changed since its claim was made."""
    from conformance.run import verifying  # noqa: PLC0415

    text, status = verifying.told(run, key, spoken())
    # The status says it too, should nobody be able to read the rest.
    with suppress(OSError):
        typer.echo(text, nl=False)
    raise typer.Exit(status)
