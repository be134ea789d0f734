"""Rules, one rule, errata: as a table for people, as JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from conformance.errors import ConformanceError
from conformance.generate.plan import cases_of
from conformance.model import Citation, Level, Rule
from conformance.resources import cases_dir
from conformance.rules.levels import EXCEPTIONS
from conformance.run.contracts import all_rules, chosen, contracts, rule_named
from conformance.run.options import Options
from conformance.run.setup import bind_all, plan, set_up, subjects

FORMATS = ("table", "json", "csv")
WIDE = 300


def rules(services: Sequence[str], form: str) -> str:
    """Every rule of the services."""
    wanted = chosen(services)
    rows = [_rule_row(rule) for rule in all_rules().values() if rule.service in wanted]
    return _written(rows, form, ("id", "level", "basis", "citation", "statement"))


def _rule_row(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "service": rule.service,
        "level": rule.level.value,
        "basis": rule.basis.value,
        "citation": _citation(rule.citation),
        "statement": rule.statement,
        "encodings": list(rule.encodings),
        "softer_in": list(rule.softer_in) if rule.level is Level.MUST else [],
        "elsewhere": {name: _citation(cite) for name, cite in rule.elsewhere.items()},
    }


def _citation(citation: Citation) -> dict[str, Any]:
    if citation.document is not None:
        return {"document": citation.document, "line": citation.line}
    return {"standard": citation.standard, "clause": citation.clause}


def errata(services: Sequence[str], form: str) -> str:
    """What is wrong or missing in the documents, also of services that cannot be run yet."""
    known = contracts()
    for service in services:
        if service not in known:
            raise ConformanceError(f"--service {service}: no such service; known are {', '.join(known)}")
    wanted = tuple(services) or tuple(known)
    rows = [
        {
            "id": erratum.id,
            "service": service,
            "document": erratum.document,
            "line": erratum.line,
            "statement": erratum.statement,
            "consequence": erratum.consequence,
        }
        for service in wanted
        for erratum in known[service].errata
    ]
    return _written(rows, form, ("id", "document", "line", "statement", "consequence"))


def _written(rows: Sequence[Mapping[str, Any]], form: str, columns: Sequence[str]) -> str:
    if form not in FORMATS:
        raise ConformanceError(f"--format {form}: known are {', '.join(FORMATS)}")
    if form == "json":
        return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
    out = io.StringIO()
    if form == "csv":
        names = list(rows[0]) if rows else list(columns)
        writer = csv.DictWriter(out, names)
        writer.writeheader()
        writer.writerows({name: _cell(row[name]) for name in names} for row in rows)
        return out.getvalue()
    table = Table(*columns, show_lines=False)
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in columns))
    console = Console()
    if not console.is_terminal:
        # What is piped is searched line by line.
        console = Console(width=WIDE)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", line ".join(map(str, value.values())) if "line" in value else " ".join(map(str, value.values()))
    return ", ".join(value) if isinstance(value, list) else str(value)


def explain(name: str) -> str:
    """One rule, what it leans on, and the cases that try it."""
    rule = rule_named(name)
    lines = [rule.id, "", f"  {rule.statement}", ""]
    softer = "".join(f", {rule.level_in(name)} in {name}" for name in rule.softer_in if rule.level is Level.MUST)
    lines.append(f"  level      {rule.level.value}{softer}{_why(rule)}")
    lines.append(f"  basis      {rule.basis.value}")
    lines.append(f"  source     {rule.citation}")
    lines += [f"             in {name} {citation}" for name, citation in rule.elsewhere.items()]
    lines.append(f"  encodings  {', '.join(rule.encodings)}")
    errors = [e for e in contracts()[rule.service].errata if e.line == rule.citation.line]
    lines += [f"  erratum    {erratum.id}: {erratum.statement}" for erratum in errors]
    lines += ["", *_tried(rule)]
    return "\n".join(lines) + "\n"


def _why(rule: Rule) -> str:
    exception = EXCEPTIONS.get((rule.part, rule.facet))
    return f", because {exception[1]}" if exception is not None else ""


def _tried(rule: Rule) -> Iterable[str]:
    prepared = bind_all(set_up(Options(depth="quick", services=(rule.service,)), {}), None)
    least = plan(prepared, prepared.items)
    sent = {case.id for step in least.steps for case in (step.case, *least.riding(step))}
    found = [
        (case.id in sent, f"{case.encoding}: {case.title}: {case.expect}")
        for subject in subjects(prepared)
        for case in cases_of(subject, "quick", prepared.rules, cases_dir())
        if rule.id in case.rules
    ]
    if not found:
        return ["It is judged on every answer that shows it; no case is made for it alone."]
    quick = sum(here for here, _ in found)
    head = f"Tried by {len(found)} cases, {quick} of them at depth quick as well (*):"
    return [head, *(f"{'*' if here else ' '} {line}" for here, line in found)]
