"""The failures of `report.html`: causes, rules, examples, and the exchanges that show them, each written once.

A page must open from a mail attachment, so evidence has a budget: the first example of each rule comes first, and what
does not fit is named and stands in evidence.har. Values for the template alone. Must never import a writer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from conformance.model import repeated
from conformance.report.audit import by_party, is_audit
from conformance.report.bodies import shown
from conformance.report.causes import Cause, causes
from conformance.report.commands import curl, replay
from conformance.report.difference import marked
from conformance.report.evidence import exchanges, milliseconds, of_exchanges, of_finding
from conformance.report.sections import Sections
from conformance.report.sentences import SHOWN, ends_of, rate_sentence
from conformance.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.model import Exchange, Finding, Headers, Rule, Verdict
    from conformance.report.evidence import Sent
    from conformance.report.language import Language
    from conformance.report.material import Material

OPEN = 3
"""Rules of a cause that stand open; the others are folded."""
LONGEST_BODY = 8_000
_LONGEST_TEXT = 240
_BUDGET = 1_400_000
"""Characters of evidence on a page; each failure takes its own part of it."""
_OF_A_FAILURE = 750
_LEAST = 120_000

Key = tuple[str, str, str]
Mark = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One finding of a verdict, with the exchange that shows it; None where the journal does not hold it."""

    finding: Finding
    exchange: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The exchanges of the page, `marks` the members that their findings speak of."""

    chosen: Mapping[str, Mapping[str, Any]]
    written: set[str] = field(default_factory=set)

    def place(self, key: str | None) -> dict[str, Any]:
        """What stands with an example: the exchange, a link to where it is, or its name alone."""
        place: dict[str, Any] = {"exchange": None, "link": "", "away": ""}
        if key is None:
            return place
        if key not in self.chosen:
            return place | {"away": key}
        if key in self.written:
            return place | {"link": key}
        self.written.add(key)
        return place | {"exchange": self.chosen[key]}


def failures(material: Material, parts: Sections) -> list[dict[str, Any]]:
    """The failure sections that hold something. `said` is a sentence of the report's language."""
    kinds = (("decide", parts.blocking), ("advisory", parts.advisory), ("waived", parts.waived))
    titles = [((name, party), mine) for name, verdicts in kinds for party, mine in by_party(verdicts) if mine]
    seen = exchanges(material.log)
    every = {one.key: _examples(one, seen) for _, verdicts in titles for one in verdicts}
    grouped = {
        of: causes(verdicts, material.report, material.rules, material.contracts, _shown_by(verdicts, every))
        for of, verdicts in titles
    }
    by_rule: dict[tuple[str, str], list[Verdict]] = {}
    for one in (one for found in grouped.values() for cause in found for one in cause.verdicts):
        by_rule.setdefault((one.rule, one.party), []).append(one)
    shares = {key: number for members in by_rule.values() for key, number in _shares(members, every).items()}
    evidence = Evidence(chosen=_chosen(material, seen, grouped, shares, every))
    return [
        {
            "id": f"{name}-{party}" if party else name,
            "name": name,
            "party": party,
            "size": sum(len(cause.verdicts) for cause in found),
            "causes": [_cause(material, cause, shares, every, evidence) for cause in found],
        }
        for (name, party), found in grouped.items()
    ]


def anchor(verdict: Verdict) -> str:
    """The place of a verdict on the page."""
    return "@".join(filter(None, verdict.key))


def _shown_by(verdicts: Sequence[Verdict], every: Mapping[Key, Sequence[Example]]) -> dict[tuple[str, str], str]:
    """The exchange that shows each of the failures."""
    told = ((one, every[one.key][0].exchange) for one in verdicts if every[one.key])
    return {(one.rule, one.encoding): key for one, key in told if key}


def _by_rule(cause: Cause) -> Iterator[tuple[str, Iterator[Verdict]]]:
    order = {rule: at for at, rule in enumerate(cause.rules)}
    return groupby(sorted(cause.verdicts, key=lambda one: order[one.rule]), key=lambda one: one.rule)


def _examples(verdict: Verdict, seen: Mapping[str, Sent]) -> list[Example]:
    if verdict.party:
        # The clearest exchanges of an audit, each with what it shows first.
        return [Example(finding=told, exchange=key) for told, key in of_exchanges(verdict, seen)]
    found = [Example(finding=finding, exchange=key) for finding, key in of_finding(verdict, seen)]
    # Findings that say the same of several exchanges are one.
    return list(
        {(one.finding.path, one.finding.expected, one.finding.observed): one for one in reversed(found)}.values()
    )[::-1]


def _shares(verdicts: Sequence[Verdict], every: Mapping[Key, Sequence[Example]]) -> dict[Key, int]:
    """How many examples each verdict of a rule gets of the three that the rule has: one each, then in turn."""
    shares = {one.key: 0 for one in verdicts}
    left = SHOWN
    for number in range(SHOWN):
        for one in verdicts:
            if left and len(every[one.key]) > number:
                shares[one.key] += 1
                left -= 1
    return shares


def _chosen(
    material: Material,
    seen: Mapping[str, Sent],
    grouped: Mapping[tuple[str, str], Sequence[Cause]],
    shares: Mapping[Key, int],
    every: Mapping[Key, Sequence[Example]],
) -> dict[str, dict[str, Any]]:
    """The exchanges that the page has room for: the first example of each rule before any second."""
    wanted: list[tuple[int, str]] = []
    marks: dict[str, set[Mark]] = {}
    for found in grouped.values():
        for verdict in (one for cause in found for one in cause.verdicts):
            rule = material.rules.get(verdict.rule)
            side = rule.part if rule is not None else ""
            told = every[verdict.key][: shares[verdict.key]]
            if not every[verdict.key]:
                wanted += [(0, key) for key in verdict.exchanges[:1]]
            for at, one in enumerate(told):
                if one.exchange is not None:
                    wanted.append((at, one.exchange))
                    marks.setdefault(one.exchange, set()).add((side, one.finding.path.rpartition("/")[2]))
    budget = max(_LEAST, _BUDGET - _OF_A_FAILURE * len(every))
    chosen: dict[str, dict[str, Any]] = {}
    for _, key in sorted(wanted, key=lambda one: one[0]):
        if key in chosen or key not in seen:
            continue
        made = _exchange(material, seen[key], marks.get(key, set()))
        budget -= made["size"]
        if budget < 0:
            break
        chosen[key] = made
    return chosen


def _cause(
    material: Material,
    cause: Cause,
    shares: Mapping[Key, int],
    every: Mapping[Key, Sequence[Example]],
    evidence: Evidence,
) -> dict[str, Any]:
    rules = []
    for name, members in _by_rule(cause):
        verdicts = list(members)
        cases = [_case(material, one, every[one.key][: shares[one.key]], evidence) for one in verdicts]
        rule = material.rules.get(name)
        more = sum(len(every[one.key]) - shares[one.key] for one in verdicts)
        told = {"id": name, "rule": rule, "verdicts": verdicts, "cases": cases, "left_out": more}
        rules.append(told | {"cited": _cited(rule, verdicts)})
    return {"cause": cause, "rules": rules, "open": rules[:OPEN], "folded": rules[OPEN:]}


def _cited(rule: Rule | None, verdicts: Sequence[Verdict]) -> list[tuple[str, list[str]]]:
    """Where the rule comes from, each place with its encodings; these are left out where there is one place alone."""
    places: dict[str, list[str]] = {}
    if rule is None:
        return []
    for one in verdicts:
        places.setdefault(str(rule.cited_in(one.encoding)), []).append(one.encoding)
    return [(place, encodings if len(places) > 1 else []) for place, encodings in places.items()]


def _case(material: Material, verdict: Verdict, told: Sequence[Example], evidence: Evidence) -> dict[str, Any]:
    say = material.language.say
    examples = []
    for one in told:
        expected, observed = (
            one_line(say(text), _LONGEST_TEXT) for text in (one.finding.expected, one.finding.observed)
        )
        left, right = marked(expected, observed)
        examples.append(
            {"path": one.finding.path, "expected": left, "observed": right, "source": one.exchange}
            | evidence.place(one.exchange)
        )
    bare = evidence.place(verdict.exchanges[0] if verdict.exchanges and not verdict.findings else None)
    told_of = {"verdict": verdict, "anchor": anchor(verdict), "examples": examples, "bare": bare}
    return told_of | _rates(verdict, material.language)


def _rates(verdict: Verdict, language: Language) -> dict[str, Any]:
    """How often it failed, and when first and last, in an audit."""
    if verdict.tally is None:
        return {"rate": "", "ends": []}
    return {"rate": rate_sentence(verdict.tally, language=language), "ends": ends_of(verdict.tally, language)}


def _exchange(material: Material, sent: Sent, marks: set[Mark]) -> dict[str, Any]:
    exchange, answer = sent.exchange, sent.exchange.response
    asked = shown(exchange.request.body, exchange.request.header("Content-Type"), LONGEST_BODY)
    told = shown(answer.body, answer.header("Content-Type"), LONGEST_BODY) if answer else None
    # An audit sends nothing, and nobody is to send a recorded request again by pasting.
    audit = is_audit(material.report)
    command = "" if audit else curl(exchange.request, exchange.id)
    # What was fetched before there was a plan, or asked again by a run that was gone on with or by a shard, is no part.
    besides = audit or exchange.id.startswith("w") or repeated(exchange.id)
    heads = (_head(exchange.request.headers), _head(answer.headers) if answer else "")
    texts = [one["text"] for one in (asked, told) if one]
    return {
        "id": exchange.id,
        "title": sent.records[0].case.title if sent.records else exchange.case,
        "started": exchange.started,
        "milliseconds": round(milliseconds(exchange)),
        "status": _status(exchange),
        "request_line": f"{exchange.request.method} {exchange.request.url}",
        "request_head": heads[0],
        "request_body": _lines(asked, {name for side, name in marks if side == "request"}),
        "response_line": f"{answer.http_version} {answer.status} {answer.reason}".rstrip() if answer else "",
        "response_head": heads[1],
        "response_body": _lines(told, {name for side, name in marks if side == "response"}),
        "error": exchange.error or "",
        "curl": command,
        "replay": "" if besides else replay(material.report.suite, exchange.id),
        "size": sum(map(_written, (*texts, *heads, command))) + 1200,
    }


def _written(text: str) -> int:
    """About how long the text is once it is escaped."""
    return len(text.encode("utf-8", "replace")) + 4 * sum(map(text.count, "<>\"'&"))


def _status(exchange: Exchange) -> str:
    if exchange.response is None:
        return ""
    return f"{exchange.response.status} {exchange.response.reason}".rstrip()


def _head(headers: Headers) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers)


def _lines(body: dict[str, str] | None, names: set[str]) -> dict[str, Any] | None:
    """The body in pieces; those lines are marked that show one of the members."""
    if body is None:
        return None
    known = "|".join(re.escape(name) for name in sorted(names) if name)
    member = re.compile(rf'\s*(?:"(?:{known})":|<(?:\w+:)?(?:{known})[\s/>])') if known else None
    lines = body["text"].split("\n")
    hits = [member is not None and member.match(line) is not None for line in lines]
    pieces: list[tuple[str, bool]] = []
    for hit, run in groupby(zip(lines, hits, strict=True), key=lambda one: one[1]):
        pieces += [("\n", False)] if pieces else []
        pieces.append(("\n".join(line for line, _ in run), hit))
    folded = len(lines) > 60 or len(body["text"]) > 3000 or "hexadecimal" in body["note"]
    return {"note": body["note"], "pieces": pieces, "folded": folded}
