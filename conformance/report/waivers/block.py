"""The block that a failing run prints: one waiver for each rule that decides, to be filled in and pasted.

Reason and owner are `CHANGE ME`, which is refused when the file is read: nobody waives a failure by copying alone. What
has an expired waiver is left out, since its table is there already. Pure; must never import a writer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from conformance.model import Report, Rule, Verdict
from conformance.report.language import ENGLISH, Language
from conformance.report.sections import split, started
from conformance.report.text import one_line
from conformance.target.secrets import MASK

DAYS = 30
CHANGE_ME = "CHANGE ME"
_WILD = re.compile(r"([*?\[])")


def blocks_of(report: Report, rules: Mapping[str, Rule], language: Language = ENGLISH) -> tuple[str, ...]:
    """A table for each rule, in an audit also for each party, the most pressing first; none where nothing that decides
    fails without a waiver."""
    failed: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in split(report).blocking:
        if verdict.waiver is None:
            failed.setdefault((verdict.rule, verdict.party), []).append(verdict)
    return tuple("\n".join(_table(found, report, rules.get(name), language)) for (name, _), found in failed.items())


def _table(failed: Sequence[Verdict], report: Report, rule: Rule | None, language: Language) -> Iterator[str]:
    verdict = failed[0]
    yield "[[waiver]]"
    if rule is not None:
        yield f"# {verdict.level}: {one_line(language.say(rule.statement))}"
    yield f"rule = {_text(_literal(verdict.rule))}"
    yield f"encodings = [{', '.join(_text(one.encoding) for one in failed)}]"
    if verdict.party:
        yield f"party = {_text(verdict.party)}"
    yield f"target = {_text(_literal(str(report.target.get('name', ''))))}"
    yield f"reason = {_text(CHANGE_ME)}"
    yield f"owner = {_text(CHANGE_ME)}"
    yield f"expiry = {_expiry(started(report.suite))}"


def _expiry(begun: str) -> str:
    """The last day of a month or so from the run on; to be changed too where the run has no day that has one."""
    try:
        return (date.fromisoformat(begun[:10]) + timedelta(days=DAYS)).isoformat()
    except (ValueError, OverflowError):
        return _text(CHANGE_ME)


def _literal(name: str) -> str:
    """A glob that matches the name alone. What was masked of it is not known, so anything may stand there."""
    return "*".join(_WILD.sub(r"[\1]", part) for part in name.split(MASK))


def _text(value: str) -> str:
    """A text of TOML that shows every character which a terminal or a page would obey."""
    quoted = json.dumps(value.encode("utf-8", "replace").decode(), ensure_ascii=False)
    return "".join(char if char.isprintable() else _escaped(char) for char in quoted)


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
