"""`report.html`: one page for people who were not there. One file, no script, nothing fetched.

Jinja escapes all text and `printable` marks what would not show, whatever a server sent. The page's policy allows its
own style sheet by hash and nothing else. Must never import another writer.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.model import Exchange, Level, Outcome, Report, Rule, Verdict, asked_again
from conformance.report.bodies import shown
from conformance.report.commands import curl, replay
from conformance.report.counts import all_rows
from conformance.report.evidence import Sent, exchanges, milliseconds, of_finding
from conformance.report.sections import Sections, split, started
from conformance.report.sentences import SHOWN, left_out, tally, waiver_sentence
from conformance.report.text import listed, printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.report.material import Material

_WORDS = {"conforms": "Conforms", "does-not-conform": "Does not conform", "inconclusive": "Inconclusive"}


def write(material: Material) -> bytes:
    """The page as UTF-8."""
    report, log, rules = material.report, material.log, material.rules
    parts = split(report)
    seen = exchanges(log)
    style = Markup(_environment().get_template("report.css").render())  # noqa: S704 - our own file, no data in it
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            word=_WORDS[report.outcome],
            style=style,
            digest=digest,
            tested=_tested(report),
            outcomes=[str(outcome) for outcome in Outcome],
            counts=_counts(report),
            failures=_failures(report, parts, seen, rules),
            parts=parts,
            undecided=sum(len(group.verdicts) for group in parts.undecided),
            rules=rules,
        )
    )
    return page.encode("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("conformance.report.writers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        keep_trailing_newline=True,
    )
    environment.filters["listed"] = listed
    return environment


def _shown(value: Any) -> Any:
    return value if isinstance(value, Markup) else printable(str(value))


def _counts(report: Report) -> dict[str, list[tuple[str, dict[str, int], str]]]:
    tables: dict[str, list[tuple[str, dict[str, int], str]]] = {}
    for service, level, row in all_rows(report.counts):
        tables.setdefault(service, []).append((level, row, tally(row)))
    return tables


def _tested(report: Report) -> list[tuple[str, list[str], str]]:
    """Label, lines, and the style of the row."""
    target, suite, scope = report.target, report.suite, report.scope
    requests = scope["requests"]
    rows: list[tuple[str, list[str], str]] = [
        ("Target", [f"{target.get('name', '')}{', the embedded reference' if target.get('reference') else ''}"], ""),
        ("Environment", [str(target.get("environment", ""))], ""),
        ("Address", [f"{name}: {told.get('url', '')}" for name, told in target.get("services", {}).items()], "whole"),
        ("Scope", _scope(scope), ""),
        ("Requests", [f"{requests['sent']} of {requests['planned']} sent, {requests['answered']} answered"], ""),
        ("Started", [" to ".join(filter(None, [started(suite), suite.get("ended", "")]))], ""),
        ("Effects", ["allowed by the target file" if target.get("effects") else "not allowed beyond this host"], ""),
        ("Suite", [f"{suite.get('name', '')} {suite.get('version', '')}, Python {suite.get('python', '')}"], ""),
        ("Seed, depth", [f"{suite.get('seed', '')}, {suite.get('depth', '')}"], ""),
        ("Run", [str(suite.get("run", ""))], "whole exact"),
        ("Command", [str(suite.get("command", ""))], "whole exact"),
    ]
    for service, contract in suite.get("contracts", {}).items():
        rows.append(("Contract", [f"{service}, SHA-256 {contract.get('hash', '')}"], "whole exact"))
        rows.append(
            ("Document", [f"{contract.get('document', '')}, SHA-256 {contract.get('sha256', '')}"], "whole exact")
        )
    return [row for row in rows if any(row[1])]


def _scope(scope: Mapping[str, Any]) -> list[str]:
    named = [f"{service} in {listed(encodings)}" for service, encodings in scope.get("encodings", {}).items()]
    return [*(named or scope["services"]), f"only {scope['selection']}" if scope.get("selection") else "every rule"]


def _failures(
    report: Report, parts: Sections, seen: Mapping[str, Sent], rules: Mapping[str, Rule]
) -> list[dict[str, Any]]:
    """The failure sections that hold something, each with its articles."""
    titles = [
        ("decide", "Failures that decide the verdict", parts.blocking),
        ("advisory", "Failures that do not decide", parts.advisory),
        ("waived", "Waived failures", parts.waived),
    ]
    return [
        {"id": key, "title": title, "articles": [_article(report, v, seen, rules) for v in verdicts]}
        for key, title, verdicts in titles
        if verdicts
    ]


def _article(report: Report, verdict: Verdict, seen: Mapping[str, Sent], rules: Mapping[str, Rule]) -> dict[str, Any]:
    paired = of_finding(verdict, seen)[:SHOWN]
    sources = [key for _, key in paired if key] or list(verdict.exchanges[:1])
    return {
        "verdict": verdict,
        "anchor": anchor(verdict),
        "must": verdict.level is Level.MUST,
        "rule": rules.get(verdict.rule),
        "findings": paired,
        "left_out": left_out(verdict.findings),
        "exchanges": [_exchange(report, seen[key]) for key in dict.fromkeys(sources) if key in seen],
        "waiver": waiver_sentence(verdict.waiver) if verdict.waiver is not None else "",
    }


def anchor(verdict: Verdict) -> str:
    """The place of a verdict on the page."""
    return f"{verdict.rule}@{verdict.encoding}"


def _exchange(report: Report, sent: Sent) -> dict[str, Any]:
    exchange = sent.exchange
    answer = exchange.response
    return {
        "id": exchange.id,
        "title": sent.records[0].case.title if sent.records else exchange.case,
        "started": exchange.started,
        "milliseconds": f"{milliseconds(exchange):.0f} ms",
        "status": _status(exchange),
        "request_line": f"{exchange.request.method} {exchange.request.url}",
        "request_head": _head(exchange.request.headers),
        "request_body": shown(exchange.request.body, exchange.request.header("Content-Type")),
        "response_line": f"{answer.http_version} {answer.status} {answer.reason}".rstrip() if answer else "",
        "response_head": _head(answer.headers) if answer else "",
        "response_body": shown(answer.body, answer.header("Content-Type")) if answer else None,
        "error": exchange.error or "",
        "curl": curl(exchange.request, exchange.id),
        # What was fetched before there was a plan, or asked again by a run that was gone on with, is no part of it.
        "replay": "" if exchange.id.startswith("w") or asked_again(exchange.id) else replay(report.suite, exchange.id),
    }


def _status(exchange: Exchange) -> str:
    if exchange.response is None:
        return f"no answer: {exchange.error}"
    return f"{exchange.response.status} {exchange.response.reason}".rstrip()


def _head(headers: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers)
