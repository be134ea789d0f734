"""A run's journal and its verdicts become one `Report`: outcome, sentence, exit status, counts and notices.

Pure: the same journal and verdicts give the same report, years later too. Must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.errors import ConformanceError
from conformance.model import Level, Observation, Outcome, Report, Verdict
from conformance.report.counts import counts
from conformance.report.decision_rules import decision_rules
from conformance.report.evidence import exchanges, planned
from conformance.report.headline import CONFORMS, DOES_NOT_CONFORM, INCONCLUSIVE, Facts, headline
from conformance.report.notices import notices
from conformance.report.schema import SCHEMA_ID
from conformance.report.sections import DECIDED, UNDECIDED, blocks, started
from conformance.report.waivers import why_not_zero
from conformance.target.journal.reader import KILLED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from conformance.target.journal import RunLog

EXIT_CONFORMS = 0
EXIT_FAILED = 1
EXIT_INTERRUPTED = 2
EXIT_SUITE = 3
EXIT_USAGE = 4
EXIT_NOTHING = 5
EXIT_INCONCLUSIVE = 6


def build(
    log: RunLog,
    verdicts: Sequence[Verdict],
    observations: Sequence[Observation],
    *,
    disagreements: Sequence[str] = (),
    interrupted: bool = False,
    selected_nothing: bool = False,
    waivers: Sequence[Mapping[str, Any]] = (),
    elsewhere: Collection[tuple[str, str]] = (),
) -> Report:
    """The report of one run. `disagreements` are rule ids, or sentences, that name a defect of this suite;
    `interrupted` is a run that ends just now, by whoever started it; `waivers` are laid over the verdicts already. Of a
    shard the verdicts that take the requests of others, `elsewhere`, are told and decide nothing."""
    header = log.header
    if not header:
        problem = log.problems[0] if log.problems else "the journal has no header line"
        raise ConformanceError(f"{problem}; without it there is nothing to report, so name the run.jsonl of a run")
    scope, target = header.get("scope", {}), header.get("target", {})
    services = tuple(scope.get("services") or dict.fromkeys(v.service for v in verdicts))
    answered = exchanges(log)
    deciding = tuple(verdict for verdict in verdicts if (verdict.rule, verdict.encoding) not in elsewhere)
    facts = Facts(
        target=target,
        # Of a service of which no rule was selected the sentence says nothing.
        services=tuple(name for name in services if any(v.service == name for v in deciding)) or services,
        verdicts=deciding,
        started=started(header),
        strict=bool(header.get("strict")),
        stopped="" if log.ended else log.stopped or KILLED,
        damaged=len(log.problems),
        selected_nothing=selected_nothing,
        answered=sum(sent.exchange.response is not None for sent in answered.values()),
        planned=planned(log),
        unplanned="plan" not in log.header,
        waivers=tuple(waivers),
        selection=str(header.get("scope", {}).get("selection") or ""),
    )
    outcome = _outcome(facts)
    return Report(
        schema=SCHEMA_ID,
        outcome=outcome,
        sentence=headline(facts, outcome),
        exit_status=exit_status(
            outcome,
            defect=bool(disagreements or log.unjudged),
            damaged=bool(facts.damaged),
            interrupted=interrupted and not log.ended,
            stopped=bool(facts.stopped),
            selected_nothing=selected_nothing,
            waivers=facts.waivers,
        ),
        target=dict(target),
        suite=suite(log),
        scope={
            **scope,
            "services": list(services),
            "strict": facts.strict,
            "requests": {
                "planned": facts.planned,
                "sent": len(answered) + len(log.pending),
                "answered": facts.answered,
            },
        },
        counts=counts(verdicts, services, facts.started),
        decision_rules=decision_rules(header, strict=facts.strict),
        notices=notices(log, facts, disagreements=disagreements),
        verdicts=tuple(verdicts),
        observations=tuple(observations),
        waivers=facts.waivers,
    )


def suite(log: RunLog) -> dict[str, Any]:
    """What made the run, when and how."""
    about: dict[str, Any] = {key: log.header.get(key, "") for key in ("run", "started", "command")}
    if log.end.get("at"):
        about["ended"] = log.end["at"]
    if log.resumed:
        about["resumed"] = [str(one.get("at", "")) for one in log.resumed]
    if merged := log.header.get("merged"):
        about["merged"] = [dict(one) for one in merged["runs"]]
    return {**log.header.get("suite", {}), **about, "contracts": dict(log.header.get("contracts", {}))}


def _outcome(facts: Facts) -> str:
    if any(blocks(v, facts.started, strict=facts.strict) for v in facts.verdicts):
        return DOES_NOT_CONFORM
    open_ = any(v.level is Level.MUST and v.outcome in UNDECIDED for v in facts.verdicts)
    if open_ or facts.stopped or facts.damaged or facts.selected_nothing or not _evidence(facts):
        return INCONCLUSIVE
    return CONFORMS


def _evidence(facts: Facts) -> bool:
    """Every service in scope that any rule applies to has a rule that passed or failed; and one service has."""
    groups = [[v for v in facts.verdicts if v.service == name] for name in facts.services]
    applied = [g for group in groups if (g := [v for v in group if v.outcome is not Outcome.INAPPLICABLE])]
    return bool(applied) and all(any(v.outcome in DECIDED for v in group) for group in applied)


def exit_status(
    outcome: str,
    *,
    defect: bool,
    damaged: bool,
    interrupted: bool,
    stopped: bool,
    selected_nothing: bool,
    waivers: Sequence[Mapping[str, Any]],
) -> int:
    """Precedence 3, 4, 2, 1, 6, 5, 0."""
    if defect:
        return EXIT_SUITE
    if damaged:
        return EXIT_USAGE
    if interrupted:
        return EXIT_INTERRUPTED
    if outcome == DOES_NOT_CONFORM or why_not_zero(waivers):
        return EXIT_FAILED
    if stopped:
        return EXIT_INCONCLUSIVE
    if selected_nothing:
        return EXIT_NOTHING
    return EXIT_INCONCLUSIVE if outcome == INCONCLUSIVE else EXIT_CONFORMS
