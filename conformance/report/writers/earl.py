"""`earl.jsonld`: the W3C Evaluation and Report Language 1.0 as JSON-LD, for who gathers results of many tools.

An assertion for each rule and encoding. The context stands in the document, so nobody need fetch one; addresses are
below that of the run; what EARL has no term for has one of ours. Must never import another writer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from conformance.report.audit import is_audit
from conformance.report.evidence import exchanges, instant
from conformance.report.outcomes import Standing, standing, words
from conformance.report.sections import started
from conformance.report.sentences import verdict_sentence, waiver_sentence
from conformance.report.text import printable, unique

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.model import Report, Rule, Verdict
    from conformance.report.evidence import Sent
    from conformance.report.language import Language
    from conformance.report.material import Material

HOME = "https://billing-conformance.example"
TERMS = f"{HOME}/terms#"

CONTEXT: Mapping[str, Any] = {
    "earl": "http://www.w3.org/ns/earl#",
    "dct": "http://purl.org/dc/terms/",
    "ptr": "http://www.w3.org/2009/pointers#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "suite": TERMS,
    "assertedBy": {"@id": "earl:assertedBy", "@type": "@id"},
    "subject": {"@id": "earl:subject", "@type": "@id"},
    "test": {"@id": "earl:test", "@type": "@id"},
    "mode": {"@id": "earl:mode", "@type": "@id"},
    "result": "earl:result",
    "outcome": {"@id": "earl:outcome", "@type": "@id"},
    "pointer": {"@id": "earl:pointer", "@type": "@id"},
    "title": "dct:title",
    "description": "dct:description",
    "source": "dct:source",
    "date": {"@id": "dct:date", "@type": "xsd:dateTime"},
    "version": "dct:hasVersion",
    "identifier": {"@id": "dct:identifier", "@type": "xsd:anyURI"},
    "environment": "suite:environment",
    "contract": "suite:contract",
    "encoding": "suite:encoding",
    "level": "suite:level",
    "basis": "suite:basis",
    "waiver": "suite:waiver",
}
OF_AUDITS: Mapping[str, Any] = {"party": "suite:party", "checked": "suite:checked", "failed": "suite:failed"}
"""Terms that an audit has besides."""


def write(material: Material) -> bytes:
    """The document as UTF-8, indented, with a final newline."""
    report, language = material.report, material.language
    context = {"@base": f"{HOME}/runs/{_part(report.suite.get('run') or 'run')}/", **CONTEXT}
    context |= OF_AUDITS if is_audit(report) else {}
    seen = exchanges(material.log)
    rules = unique(verdict.rule for verdict in report.verdicts)
    graph: list[dict[str, Any]] = [_assertor(report)]
    graph += [_subject(*of, report) for of in dict.fromkeys((one.service, one.party) for one in report.verdicts)]
    graph += [_criterion(name, material.rules.get(name), language) for name in rules]
    graph += [_pointer(key, seen) for key in _shown(report.verdicts)]
    graph += [_assertion(verdict, material, seen) for verdict in report.verdicts]
    return (json.dumps({"@context": context, "@graph": graph}, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _assertor(report: Report) -> dict[str, Any]:
    return {
        "@id": _suite(report),
        "@type": ["earl:Assertor", "earl:Software"],
        "title": printable(str(report.suite.get("name", ""))),
        "version": printable(str(report.suite.get("version", ""))),
    }


def _subject(service: str, party: str, report: Report) -> dict[str, Any]:
    declared = report.target.get("services", {}).get(service, {})
    contract = report.suite.get("contracts", {}).get(service, {})
    told = {
        "@id": _about(service, party),
        "@type": "earl:TestSubject",
        "title": printable(f"{service}, {report.target.get('name', '')}"),
        "environment": printable(str(report.target.get("environment", ""))),
        "identifier": printable(str(declared.get("url", ""))),
        "contract": printable(str(contract.get("hash", ""))),
    }
    return {key: value for key, value in told.items() if value}


def _criterion(name: str, rule: Rule | None, language: Language) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@id": _rule(name),
        "@type": ["earl:TestCriterion", "earl:TestRequirement"],
        "title": printable(name),
    }
    if rule is not None:
        told["description"] = _text(language.say(rule.statement), language)
        told["source"] = unique(printable(language.say(str(rule.cited_in(encoding)))) for encoding in rule.encodings)
    return told


def _assertion(verdict: Verdict, material: Material, seen: Mapping[str, Sent]) -> dict[str, Any]:
    report, language = material.report, material.language
    party = (verdict.party,) if verdict.party else ()
    told: dict[str, Any] = {
        "@id": "#" + "@".join(map(_part, (verdict.rule, verdict.encoding, *party))),
        "@type": "earl:Assertion",
        "assertedBy": _suite(report),
        "subject": _about(verdict.service, verdict.party),
        "test": _rule(verdict.rule),
        "mode": "earl:automatic",
        "encoding": verdict.encoding,
        "level": str(verdict.level),
        "basis": str(verdict.basis),
        "result": {
            "@type": "earl:TestResult",
            "outcome": f"earl:{words(verdict, report).earl}",
            "date": _when(verdict, report, seen),
            "description": _text(
                verdict_sentence(verdict, material.rules.get(verdict.rule), language=language), language
            ),
            "pointer": [_exchange(key) for key in verdict.exchanges],
        },
    }
    told |= {"party": verdict.party} if party else {}
    if verdict.tally is not None:
        told |= {"checked": verdict.tally.checked, "failed": verdict.tally.failed}
    if verdict.waiver is not None and standing(verdict, report) is Standing.WAIVED:
        told["waiver"] = _text(waiver_sentence(verdict.waiver, language=language), language)
    return told


def _pointer(key: str, seen: Mapping[str, Sent]) -> dict[str, Any]:
    """The entry of `evidence.har` that shows it."""
    title = seen[key].exchange.request.url if key in seen else ""
    return {"@id": _exchange(key), "@type": "ptr:Pointer", "title": printable(f"{key} {title}".rstrip())}


def _shown(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    return unique(key for verdict in verdicts for key in verdict.exchanges)


def _when(verdict: Verdict, report: Report, seen: Mapping[str, Sent]) -> str:
    """When the last request went out that the verdict stands on; without one, when the run began."""
    told = (seen[key].exchange.started for key in verdict.exchanges if key in seen)
    times = [when for when in told if instant(when)]
    return max(times, key=instant, default=started(report.suite))


def _text(text: str, language: Language) -> dict[str, str]:
    return {"@value": printable(text), "@language": language.code}


def _suite(report: Report) -> str:
    return f"{HOME}/suites/{_part(report.suite.get('version') or 'unknown')}"


def _rule(name: str) -> str:
    return f"{HOME}/rules/{_part(name)}"


def _about(service: str, party: str) -> str:
    return f"subjects/{_part(service)}/{_part(party)}" if party else f"subjects/{_part(service)}"


def _exchange(key: str) -> str:
    return f"evidence.har#{_part(key)}"


def _part(text: object) -> str:
    """Any text as a part of an address."""
    return quote(str(text), safe="/", errors="backslashreplace")
