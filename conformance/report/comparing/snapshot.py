"""What of a run is kept to hold another against it: which run it was, and one word a rule and encoding.

Made of a report, of a `report.json`, or of what a journal keeps of an earlier run. Pure; must never import a writer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from conformance.errors import ConformanceError
from conformance.model import Basis, Finding, Level, Outcome, Verdict
from conformance.report.sections import started, waived
from conformance.report.sentences import finding_sentence
from conformance.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.model import Report

WAIVED = "waived"
_WORDS = frozenset({*map(str, Outcome), WAIVED})

UNFINISHED, DAMAGED, DEFECT = "unfinished", "damaged", "defect"
_TROUBLE = {3: DEFECT, 4: DAMAGED}
"""What an exit status says of the worth of a whole run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a run says of one rule in one encoding. `word` is an outcome, or `waived`; `told` what was seen, or why
    nothing can be said."""

    rule: str
    encoding: str
    service: str
    level: Level
    word: str
    told: str = ""
    party: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from all else that the run says."""
        return self.rule, self.encoding, self.party


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One run. `services` has of each its `url`, `encodings`, `enforcement` and `contract`; `trouble` is empty where
    the run came to its end and its journal is whole."""

    run: str
    started: str
    outcome: str
    sentence: str
    name: str
    environment: str
    version: str
    depth: str
    seed: int
    selection: str
    strict: bool
    reference: bool
    trouble: str
    services: Mapping[str, Mapping[str, str]]
    said: tuple[Said, ...]

    @property
    def audit(self) -> bool:
        """Is it of recorded traffic?"""
        return any(one.party for one in self.said)

    @property
    def about(self) -> dict[str, str]:
        """Which run it is, for a reader."""
        names = ("run", "name", "environment", "started", "version", "outcome", "sentence")
        return {name: getattr(self, name) for name in names}


_ROW = ("rule", "encoding", "service", "level", "word")
"""What a journal keeps of a rule, in this order; of an audit the party stands behind."""


def of_report(report: Report) -> Snapshot:
    """The snapshot of a report at hand."""
    facts = {name: getattr(report, name) for name in ("outcome", "sentence", "exit_status", "target", "suite", "scope")}
    return _snapshot(facts, report.verdicts)


def of_document(document: Mapping[str, Any]) -> Snapshot:
    """The snapshot of a `report.json` that fits its schema."""
    return _snapshot(document, map(_verdict, document["verdicts"]))


def as_kept(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot as a journal keeps it: what was seen then is not told again."""
    facts = asdict(replace(snapshot, said=()))
    del facts["said"]
    return {**facts, "rules": [_row(one) for one in snapshot.said]}


def _row(one: Said) -> list[str]:
    return [*(getattr(one, name) for name in _ROW), *((one.party,) if one.party else ())]


def of_kept(document: Any, place: str) -> Snapshot:
    """A snapshot out of a journal; `place` says which, for the error about one that this version did not write."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - only a run with a baseline has one

    try:
        names = (*_ROW, "party")
        said = [dict(zip(names[: max(len(row), len(_ROW))], row, strict=True)) for row in document["rules"]]
        found = TypeAdapter(Snapshot).validate_python({**document, "said": said})
        if strange := {one.word for one in found.said}.difference(_WORDS):
            raise ValueError(strange)
    except (KeyError, TypeError, ValueError):
        text = f"{place}: what it keeps of its baseline does not fit, so another version wrote it, or it was changed"
        raise ConformanceError(f"{text}; name the baseline anew with --baseline") from None
    return found


def _snapshot(facts: Mapping[str, Any], verdicts: Iterable[Verdict]) -> Snapshot:
    target, suite, scope = facts["target"], facts["suite"], facts["scope"]
    day = started(suite)
    contracts = suite.get("contracts", {})
    return Snapshot(
        run=str(suite.get("run", "")),
        started=day,
        outcome=facts["outcome"],
        sentence=facts["sentence"],
        name=str(target.get("name", "")),
        environment=str(target.get("environment", "")),
        version=str(suite.get("version", "")),
        depth=str(suite.get("depth", "")),
        seed=int(suite.get("seed", 0)),
        selection=str(scope.get("selection", "")),
        strict=bool(scope.get("strict")),
        reference=bool(target.get("reference")),
        trouble=_TROUBLE.get(facts["exit_status"], "" if suite.get("ended") else UNFINISHED),
        services={
            service: {
                "url": str(told.get("url", "")),
                "encodings": ", ".join(told.get("encodings", ())),
                "enforcement": str(told.get("enforcement", "")),
                "contract": str(contracts.get(service, {}).get("hash", "")),
            }
            for service, told in target.get("services", {}).items()
            if service in scope["services"]
        },
        said=tuple(_said(verdict, day) for verdict in verdicts),
    )


def _said(verdict: Verdict, day: str) -> Said:
    return Said(
        rule=verdict.rule,
        encoding=verdict.encoding,
        service=verdict.service,
        level=verdict.level,
        word=WAIVED if waived(verdict, day) else str(verdict.outcome),
        told=finding_sentence(verdict.findings[0]) if verdict.findings else one_line(verdict.reason),
        party=verdict.party,
    )


def _verdict(told: Mapping[str, Any]) -> Verdict:
    return Verdict(
        rule=told["rule"],
        service=told["service"],
        encoding=told["encoding"],
        level=Level(told["level"]),
        basis=Basis(told["basis"]),
        outcome=Outcome(told["outcome"]),
        findings=tuple(Finding(**finding) for finding in told["findings"][:1]),
        reason=told["reason"],
        waiver=told["waiver"],
        party=told.get("party", ""),
    )
