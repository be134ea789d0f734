"""Commands that tell what the suite knows: rules, explain, errata."""

from __future__ import annotations

from typing import Annotated

import typer

from conformance.cli.words import Format, Language, Schemas, Service, app
from conformance.report.language import spoken
from conformance.resources import use_schemas


@app.command("rules")
def rules_(
    service: Service = [],  # noqa: B006 - typer reads the default, nothing changes it
    schemas: Schemas = None,
    form: Format = "table",
    _lang: Language = None,
) -> None:
    """List every rule with level, basis and citation."""
    from conformance.run import listing  # noqa: PLC0415

    use_schemas(schemas)
    typer.echo(listing.rules(service, form, spoken()), nl=False)


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule id.")],
    schemas: Schemas = None,
    _lang: Language = None,
) -> None:
    """Say what a rule demands, where that comes from, and which cases try it."""
    from conformance.run import listing  # noqa: PLC0415

    use_schemas(schemas)
    typer.echo(listing.explain(rule, spoken()), nl=False)


@app.command()
def errata(
    service: Service = [],  # noqa: B006 - as above
    schemas: Schemas = None,
    form: Format = "table",
    _lang: Language = None,
) -> None:
    """List what is wrong or missing in the documents."""
    from conformance.run import listing  # noqa: PLC0415

    use_schemas(schemas)
    typer.echo(listing.errata(service, form, spoken()), nl=False)
