"""The waivers file: TOML in, waivers out, or one error that lists every mistake in it, a line each.

Also which waivers a journal has, and what of them a run could not reach. What becomes of them is decided in
`report.waivers`. Must never import the plugin.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from conformance.errors import ConformanceError, hint
from conformance.model import CONSUMER, PROVIDER, Rule, Verdict
from conformance.report.sections import started
from conformance.report.waivers import HERE, OPTIONAL, PARTY, is_for, lay
from conformance.run.contracts import all_rules, meant, scope
from conformance.target.journal import RunLog
from conformance.toml_file import toml_text, toml_tree

Waiver = Mapping[str, Any]

REQUIRED = {
    "rule": "name a rule, or a glob of rules; `conformance rules` lists them",
    "reason": "say why the failure may stand",
    "owner": "name who answers for it",
    "expiry": "give the last day on which it holds, such as 2026-12-31",
}
KEYS = (*REQUIRED, *OPTIONAL, PARTY)
LONGEST = 2000
"""Characters of a text."""

_ADVICE = "name the file that has the [[waiver]] tables"
_HEADING = re.compile(r"""\s*\[\[\s*(["']?)waiver\1\s*\]\]""")
_ENTRY = re.compile(r"""\s*(["']?)([A-Za-z0-9_-]+)\1\s*=""")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def load_waivers(path: Path) -> tuple[Waiver, ...]:
    """The waivers of the file, in its order. Nothing about any of them is taken for granted."""
    text = toml_text(path, _ADVICE)
    tree = toml_tree(path, text)
    tables = tree.get("waiver", [])
    wrong = [f"{path}: {key}: unknown key{hint(key, ('waiver',))}" for key in tree if key != "waiver"]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        wrong.append(f"{path}: waiver: must be written as [[waiver]], once for each")
        tables = []
    places = _places(text, len(tables))
    wrong += [
        f"{path}, {places[number].get(key, places[number][''])}: {key}: {told}"
        for number, table in enumerate(tables)
        for key, told in (*_mistakes(table, all_rules()), *_twice(tables[:number], table, places))
    ]
    if wrong:
        raise ConformanceError("\n".join(wrong))
    return tuple(map(_waiver, tables))


def _places(text: str, number: int) -> list[dict[str, str]]:
    """Where each waiver and its keys stand; by its number where the lines do not tell."""
    found: list[dict[str, str]] = []
    for line, content in enumerate(text.splitlines(), 1):
        if _HEADING.match(content):
            found.append({"": f"line {line}"})
        elif found and (entry := _ENTRY.match(content)):
            found[-1].setdefault(entry[2], f"line {line}")
    return found if len(found) == number else [{"": f"waiver {one}"} for one in range(1, number + 1)]


def _waiver(table: Waiver) -> Waiver:
    """The table as it is kept: texts without blanks around them, the date as text, each encoding once."""
    kept = {key: held.strip() if isinstance(held, str) else held for key, held in table.items()}
    named = {"encodings": list(dict.fromkeys(table["encodings"]))} if "encodings" in table else {}
    return {**kept, **named, "expiry": str(kept["expiry"])}


def _mistakes(table: Waiver, rules: Mapping[str, Rule]) -> Iterator[tuple[str, str]]:
    """Key and sentence for all that is wrong in one table."""
    for key in table:
        if key not in KEYS:
            yield key, f"unknown key{hint(key, KEYS)}"
    for key, advice in REQUIRED.items():
        if key not in table:
            yield key, f"is required; {advice}"
    for key in ("rule", "target", "reason", "owner", "ticket"):
        if key in table:
            yield from ((key, told) for told in _text(table[key], REQUIRED.get(key, "give one, or leave it out")))
    if PARTY in table and table[PARTY] not in (PROVIDER, CONSUMER):
        yield PARTY, f'must be "{PROVIDER}" or "{CONSUMER}", or be left out for both'
    if "expiry" in table:
        yield from (("expiry", told) for told in _date(table["expiry"]))
    glob = table.get("rule")
    glob = glob.strip() if isinstance(glob, str) else ""
    matched = {name: rule for name, rule in rules.items() if fnmatchcase(name, glob)}
    if glob and not _unchanged(glob) and not matched:
        yield "rule", f"{glob} matches no rule{meant(glob, rules)}"
    if "encodings" in table:
        yield from (("encodings", told) for told in _encodings(table["encodings"], glob, matched or rules))


def _text(value: object, advice: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield "must be a text in quotes"
    elif not re.search(r"[\w*?]", value):
        yield f"must not be empty; {advice}"
    elif _unchanged(value):
        yield f'is "{value.strip()}" still; {advice}'
    elif len(value) > LONGEST:
        yield f"must not have more than {LONGEST} characters; it stands beside each failure that it is about"


def _unchanged(text: str) -> bool:
    """It is what stands in the block that a failing run prints."""
    return re.sub(r"[\W_]", "", text).lower() == "changeme"


def _date(value: object) -> Iterator[str]:
    if isinstance(value, datetime):
        yield "must be a date without a time, such as 2026-12-31"
    elif isinstance(value, str) and _DAY.fullmatch(value.strip()):
        try:
            date.fromisoformat(value.strip())
        except ValueError:
            yield f"there is no day {value.strip()}; {REQUIRED['expiry']}"
    elif not isinstance(value, date):
        yield f"must be a date; {REQUIRED['expiry']}"


def _encodings(value: object, glob: str, matched: Mapping[str, Rule]) -> Iterator[str]:
    """`matched` are the rules that the waiver is about, all where it does not tell."""
    every = dict.fromkeys(encoding for rule in all_rules().values() for encoding in rule.encodings)
    there = dict.fromkeys(encoding for rule in matched.values() for encoding in rule.encodings)
    if not isinstance(value, list):
        yield "must be a list [ … ]"
        return
    if not value:
        yield f"must name at least one of {', '.join(there)}, or be left out for all"
    for name in value:
        if not isinstance(name, str):
            yield "must hold texts in quotes"
        elif name not in every:
            yield f"there is no encoding {name!r}{hint(name, every)}"
        elif name not in there:
            yield f"no rule that matches {glob} exists in {name}; there are {', '.join(there)}"


def _twice(before: Sequence[Waiver], table: Waiver, places: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """The same rule, encodings and target as an earlier one."""
    for other, place in zip(before, places, strict=False):
        if "rule" in table and _about(other) == _about(table):
            yield "rule", f"the waiver of {place['']} names the same; keep one of them"
            return


def _about(table: Waiver) -> tuple[object, ...]:
    named = table.get("encodings")
    encodings = sorted(set(map(str, named))) if isinstance(named, list) else named
    return str(table.get("rule")).strip(), encodings, str(table.get("target", "*")).strip(), table.get(PARTY)


# --- of a run ---------------------------------------------------------------------------------------------------------


def recorded(waivers: Sequence[Waiver], target: str) -> list[dict[str, Any]]:
    """The waivers as a journal has them. Whether one is for the target is decided now, by its name before masking."""
    return [{**waiver, HERE: is_for(waiver, target)} for waiver in waivers]


def laid(
    log: RunLog, verdicts: Sequence[Verdict], given: Sequence[Waiver] | None = None
) -> tuple[tuple[Verdict, ...], tuple[Waiver, ...]]:
    """The verdicts with the waivers that are given, else with those that the run was made with."""
    waivers = log.header.get("waivers", ()) if given is None else given
    if not waivers:
        return tuple(verdicts), ()
    header = log.header
    return lay(
        verdicts,
        waivers,
        target=str(header.get("target", {}).get("name", "")),
        day=started(header)[:10],
        unreached=_unreached(header, {(verdict.rule, verdict.encoding) for verdict in verdicts}),
        partial=not log.ended
        or bool(log.problems)
        or header.get("replay") is not None
        or bool(header.get("elsewhere"))
        or _smoke(header)
        or "audit" in header,
    )


def _smoke(header: Mapping[str, Any]) -> bool:
    """A baseline alone shows of few rules that they hold."""
    return bool(header.get("suite", {}).get("depth") == "smoke")


def _unreached(header: Mapping[str, Any], decided: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """What of the target the run left out: rules in encodings that it has, and other services where some were named."""
    services = header.get("target", {}).get("services", {})
    chosen = bool(header.get("options", {}).get("--service"))
    return [
        (rule.id, encoding)
        for rule in all_rules().values()
        for encoding in rule.encodings
        if (rule.id, encoding) not in decided
        and (
            encoding in scope(rule, services[rule.service].get("encodings", ())) if rule.service in services else chosen
        )
    ]
