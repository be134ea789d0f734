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
from conformance.model import Level, Rule
from conformance.report.as_json import citation
from conformance.report.language import ENGLISH, Language
from conformance.resources import cases_dir
from conformance.rules.levels import EXCEPTIONS
from conformance.run.contracts import all_rules, chosen, contracts, rule_named
from conformance.run.options import Options
from conformance.run.setup import bind_all, plan, set_up, subjects

FORMATS = ("table", "json", "csv")
WIDE = 300


def rules(services: Sequence[str], form: str, language: Language = ENGLISH) -> str:
    """Every rule of the services; what programs read is in English."""
    wanted = chosen(services)
    rows = [_rule_row(rule) for rule in all_rules().values() if rule.service in wanted]
    return _written(rows, form, ("id", "level", "basis", "citation", "statement"), language)


def _rule_row(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "service": rule.service,
        "level": rule.level.value,
        "basis": rule.basis.value,
        "citation": citation(rule.citation),
        "statement": rule.statement,
        "encodings": list(rule.encodings),
        "softer_in": list(rule.softer_in) if rule.level is Level.MUST else [],
        "elsewhere": {name: citation(cite) for name, cite in rule.elsewhere.items()},
    }


def errata(services: Sequence[str], form: str, language: Language = ENGLISH) -> str:
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
    return _written(rows, form, ("id", "document", "line", "statement", "consequence"), language)


def _written(rows: Sequence[Mapping[str, Any]], form: str, columns: Sequence[str], language: Language) -> str:
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
    table = Table(*map(language.word, columns), show_lines=False)
    for row in rows:
        table.add_row(*(_told(name, _cell(row[name]), language) for name in columns))
    console = Console()
    if not console.is_terminal:
        # What is piped is searched line by line.
        console = Console(width=WIDE)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def _told(column: str, text: str, language: Language) -> str:
    """A cell for people: ids and levels stay."""
    if column == "basis":
        return language.word(text)
    return text if column in {"id", "level", "document", "line"} else language.say(text)


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", line ".join(map(str, value.values())) if "line" in value else " ".join(map(str, value.values()))
    return ", ".join(value) if isinstance(value, list) else str(value)


def explain(name: str, language: Language = ENGLISH) -> str:
    """One rule, what it leans on, and the cases that try it."""
    rule = rule_named(name)
    say = language.say
    softer = [say(f"{rule.level_in(name)} in {name}") for name in rule.softer_in if rule.level is Level.MUST]
    cited = [str(rule.citation), *(f"in {name} {citation}" for name, citation in rule.elsewhere.items())]
    errors = [e for e in contracts()[rule.service].errata if e.line == rule.citation.line]
    facts = [
        (language.fill("level"), [", ".join((rule.level.value, *softer, *map(say, _why(rule))))]),
        (language.fill("basis"), [language.word(rule.basis.value)]),
        (language.fill("source"), [say(one) for one in cited]),
        (language.fill("encodings"), [", ".join(rule.encodings)]),
        (language.fill("erratum"), [f"{erratum.id}: {say(erratum.statement)}" for erratum in errors]),
    ]
    wide = max(len(head) for head, _ in facts) + 2
    lines = [rule.id, "", f"  {say(rule.statement)}", ""]
    for head, texts in facts:
        told = [head, *[""] * len(texts)] if head != facts[-1][0] else [head] * len(texts)
        lines += [f"  {start:<{wide}}{text}" for start, text in zip(told, texts, strict=False)]
    lines += ["", *_tried(rule, language)]
    return "\n".join(lines) + "\n"


def _why(rule: Rule) -> Sequence[str]:
    exception = EXCEPTIONS.get((rule.part, rule.facet))
    return () if exception is None else (f"because {exception[1]}",)


def _tried(rule: Rule, language: Language) -> Iterable[str]:
    prepared = bind_all(set_up(Options(depth="quick", services=(rule.service,)), {}), None)
    least = plan(prepared, prepared.items)
    sent = {case.id for step in least.steps for case in (step.case, *least.riding(step))}
    found = [
        (case.id in sent, f"{case.encoding}: {language.say(case.title)}: {language.word(case.expect)}")
        for subject in subjects(prepared)
        for case in cases_of(subject, "quick", prepared.rules, cases_dir())
        if rule.id in case.rules
    ]
    if not found:
        return [language.fill("It is judged on every answer that shows it; no case is made for it alone.")]
    quick = sum(here for here, _ in found)
    head = language.fill("Tried by {n} cases, {quick} of them at depth quick as well (*):", n=len(found), quick=quick)
    return [head, *(f"{'*' if here else ' '} {line}" for here, line in found)]
