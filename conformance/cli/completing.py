"""What a shell offers for the values of options, where it completes a command line: services, rules, formats.

One table, laid over the commands when a shell asks and never else. It asks at every press of a key, so nothing heavy is
loaded for an option that does not need it. A mistake in the line offers nothing; it is told once the line is run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from conformance.errors import ConformanceError
from conformance.resources import CONTRACT, schemas_dirs, use_schemas

COMPLETE = "_CONFORMANCE_COMPLETE"
"""The environment variable by which a shell asks."""

Offer = Callable[[str], Iterable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that is offered, in the shape that shells' answers are made of."""

    value: str
    type: str = "plain"
    help: str | None = None


def services(_incomplete: str) -> Iterable[str]:
    """The ids of all services. Read off the folders: their contracts need not be."""
    return sorted({contract.parent.name for folder in schemas_dirs() for contract in folder.glob(f"*/{CONTRACT}")})


def rule_ids(_incomplete: str) -> Iterable[str]:
    """The ids of all rules."""
    from conformance.run.contracts import all_rules  # noqa: PLC0415 - only rules need the contracts

    return all_rules()


def rule_globs(incomplete: str) -> Iterable[str]:
    """Rules, and globs over whole parts of their ids: from the front, or from behind where that is how it begins."""
    ids = tuple(rule_ids(incomplete))
    parts = [rule.split("/") for rule in ids]
    if incomplete.startswith("*/"):
        return sorted({"/".join(("*", *part[start:])) for part in parts for start in range(1, len(part))})
    fronts = {"/".join((*part[:end], "*")) for part in parts for end in range(1, len(part))}
    return sorted({*fronts, *ids})


def formats(incomplete: str) -> Iterable[str]:
    """The formats of a report, one more behind those that are there."""
    from conformance.report.writers import ALL, FORMATS  # noqa: PLC0415 - as above

    there, comma, _ = incomplete.rpartition(",")
    return (f"{there}{comma}{name}" for name in (*FORMATS, ALL) if name not in there.split(","))


def defects(_incomplete: str) -> Iterable[str]:
    """The ways in which the reference can be broken."""
    from conformance.run.serving import defects as known  # noqa: PLC0415 - as above

    return ("list", *(defect.id for service in services("") for defect in known(service)))


def one_of(*words: str) -> Offer:
    """These."""
    return lambda _incomplete: words


TABLE = one_of("table", "json", "csv")
VALUES: Mapping[tuple[str, str], Offer] = {
    ("", "service"): services,
    ("", "rules"): rule_globs,
    ("", "lang"): one_of("es", "en"),
    ("check", "depth"): one_of("smoke", "quick", "standard", "deep"),
    ("check", "formats"): formats,
    ("audit", "formats"): formats,
    ("audit", "engine"): one_of("local", "dask"),
    ("audit", "party"): one_of("provider", "consumer", "both"),
    ("report", "formats"): formats,
    ("rules", "form"): TABLE,
    ("errata", "form"): TABLE,
    ("prove", "form"): one_of("table", "json"),
    ("diff", "form"): one_of("text", "json", "html"),
    ("history", "form"): one_of("text", "json", "html"),
    ("explain", "rule"): rule_ids,
    ("serve", "defect"): defects,
}
"""By command, or of any command, and parameter."""


def wanted(environ: Mapping[str, str] = os.environ) -> bool:
    """Is it a shell that asks?"""
    return COMPLETE in environ


def with_values(group: Any) -> Any:
    """The commands, offering values for what the table knows."""
    for name, command in group.commands.items():
        for parameter in command.params:
            offer = VALUES.get((name, parameter.name), VALUES.get(("", parameter.name.lstrip("_"))))
            if offer is not None:
                parameter.shell_complete = partial(_offered, offer)
    return group


def _offered(offer: Offer, context: Any, incomplete: str) -> list[Item]:
    schemas = context.params.get("schemas")
    try:
        use_schemas(schemas if isinstance(schemas, Path) else None)
        return [Item(value=value) for value in offer(incomplete) if value.startswith(incomplete)]
    except (ConformanceError, OSError):
        return []
