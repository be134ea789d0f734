"""A summary of recordings and the journal that holds it become one `Report`, as a run's journal does.

Pure; must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.model import Observation, Report, Verdict
from conformance.report.audit import PARTIES, deciding
from conformance.report.audit.decided import decision_rules
from conformance.report.audit.headline import Facts, headline, outcome, party_outcome
from conformance.report.audit.notices import notices
from conformance.report.audit.scope import scope
from conformance.report.build import exit_status, suite
from conformance.report.counts import counts
from conformance.report.schema import SCHEMA_ID
from conformance.report.sections import started
from conformance.target.journal.reader import KILLED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.target.journal import RunLog
    from conformance.traffic.summary import Summary


def build(
    log: RunLog,
    summary: Summary,
    verdicts: Sequence[Verdict],
    observations: Sequence[Observation],
    *,
    interrupted: bool = False,
    selected_nothing: bool = False,
    waivers: Sequence[Mapping[str, Any]] = (),
) -> Report:
    """The report of one audit. `waivers` are laid over the verdicts already."""
    header = log.header
    met = tuple(dict.fromkeys(service for service, _ in sorted(summary.exchanges)))
    encodings: dict[str, list[str]] = {service: [] for service in met}
    for service, encoding in sorted(summary.exchanges):
        encodings[service].append(encoding)
    facts = Facts(
        services=met,
        verdicts=tuple(verdicts),
        deciding=deciding(header),
        started=started(header),
        strict=bool(header.get("strict")),
        records=summary.records,
        recognised=sum(summary.exchanges.values()),
        stopped="" if log.ended else log.stopped or KILLED,
        damaged=len(log.problems),
        selected_nothing=selected_nothing,
        waivers=tuple(waivers),
        selection=str(header.get("scope", {}).get("selection") or ""),
    )
    parties = {party: party_outcome(facts, party) for party in PARTIES}
    read = scope(header, summary, parties)
    disagreements = [str(one) for one in log.summary.get("disagreements", ())]
    found = outcome(facts)
    seen = {**header, "scope": {**header.get("scope", {}), "encodings": encodings}}
    return Report(
        schema=SCHEMA_ID,
        outcome=found,
        sentence=headline(facts),
        exit_status=exit_status(
            found,
            defect=bool(disagreements),
            damaged=bool(facts.damaged),
            interrupted=interrupted and not log.ended,
            stopped=bool(facts.stopped),
            selected_nothing=selected_nothing,
            waivers=facts.waivers,
        ),
        target=dict(header.get("target", {})),
        suite=suite(log),
        scope={
            **header.get("scope", {}),
            "services": list(met),
            "encodings": encodings,
            "strict": facts.strict,
            "audit": read,
        },
        counts=counts(facts.verdicts, (), facts.started),
        decision_rules=decision_rules(seen, strict=facts.strict),
        notices=notices(log, facts, read, disagreements=disagreements),
        verdicts=facts.verdicts,
        observations=tuple(observations),
        waivers=facts.waivers,
    )
