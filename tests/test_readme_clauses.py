"""The README's list of what is covered of SOAP: the table of rules, clause by clause, and no clause more.

`python -m tests.test_readme_clauses` prints the list as it is to stand there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from conformance.rules.soap import ANSWERS, CLIENTS, PROFILES, REQUESTS, SOAP, Row
from conformance.run.contracts import all_rules

README = (Path(__file__).resolve().parent.parent / "README.md").read_text("utf-8")
FIRST, LAST = "<!-- clauses -->\n", "<!-- end of clauses -->\n"


def cited(row: Row) -> Iterator[tuple[str, str]]:
    """(standard, clause) of every version that the row is for."""
    for one in dict.fromkeys(row.clause.split("; ")):
        standard, _, clause = one.rpartition(" ")
        yield standard, clause


def natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", text)]


def table() -> str:
    """A line for each standard: its clauses in their order, each with the rules that lean on it."""
    held: dict[str, dict[str, list[str]]] = {}
    for row in (*ANSWERS, *REQUESTS, *CLIENTS):
        for standard, clause in cited(row):
            held.setdefault(standard, {}).setdefault(clause, []).append(f"`{row.part}/{row.facet}`")
    lines = ["| standard | clause: rules |", "|---|---|"]
    for standard in sorted(held, key=natural):
        clauses = (f"{clause}: {', '.join(held[standard][clause])}" for clause in sorted(held[standard], key=natural))
        lines.append(f"| {standard} | {'; '.join(clauses)} |")
    return "\n".join(lines) + "\n"


def test_the_list_of_clauses_is_that_of_the_rules() -> None:
    shown = README.partition(FIRST)[2].partition(LAST)[0]
    assert shown == table()


def test_every_clause_that_a_soap_rule_cites_is_in_the_list() -> None:
    shown = README.partition(FIRST)[2].partition(LAST)[0]
    rules = [rule for rule in all_rules().values() if set(rule.encodings) & set(SOAP)]
    found = [(rule, cite) for rule in rules for cite in (rule.citation, *rule.elsewhere.values()) if cite.standard]
    assert found
    for rule, cite in found:
        line = next(line for line in shown.splitlines() if line.startswith(f"| {cite.standard} |"))
        assert f"`{rule.id.removeprefix(f'{rule.service}/')}`" in line
        assert re.search(rf"(?:\| |; ){re.escape(cite.clause or '')}: ", line), (cite, line)


def test_the_profiles_of_the_list_are_those_that_a_target_may_claim() -> None:
    section = README.partition("## SOAP: what is covered")[2].partition("\n## ")[0]
    assert [name for name in PROFILES.values() if f'"{name}"' not in section] == []
    assert "not certified" in section


if __name__ == "__main__":
    print(table(), end="")
