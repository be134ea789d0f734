"""What a reader must know beside the verdict: what the run did to the target, what it left out, what went wrong.

Pure; must never import a writer.
"""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conformance.report.evidence import exchanges
from conformance.report.headline import how_far
from conformance.report.left_behind import left_behind, taken
from conformance.report.text import counted, full_stop, listed, one_line, unique
from conformance.report.waivers import errors, remarks
from conformance.target.journal.earlier import unanswered
from conformance.target.journal.reader import GOING_ON
from conformance.target.pace import LONGEST_HOLD, pause_asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.report.headline import Facts
    from conformance.target.journal import RunLog

_IDS = 5
_LINES = 10


def notices(log: RunLog, facts: Facts, *, disagreements: Sequence[str]) -> tuple[str, ...]:
    """The notices of page one, most pressing first, none twice."""
    header = log.header
    found: list[str] = []
    if disagreements:
        ids = listed(unique(disagreements), _IDS)
        found.append(f"The two judges of this suite disagree, which is a defect of the suite: {ids}.")
    if log.unjudged:
        ids = listed([exchange.id for exchange in log.unjudged], _IDS)
        found.append(f"The judge of this suite failed over {ids}, which is a defect of the suite.")
    found.extend(damage(log))
    found.extend(_unfinished(log, facts))
    found.extend(errors(facts.waivers, facts.verdicts))
    found.extend(header.get("notices", ()))
    found.extend(coverage(header))
    found.extend(remarks(facts.waivers, facts.verdicts))
    if not header.get("target", {}).get("reference"):
        found.extend(_target(header))
        found.extend(_written(log))
        found.extend(left_behind(log))
    found.extend(_evidence(log))
    return unique(full_stop(one_line(text, 600)) for text in found)


def damage(log: RunLog) -> Iterator[str]:
    """That lines of the journal are damaged, and which."""
    if log.problems:
        number = counted(len(log.problems), "line")
        yield f"The journal of this run is damaged in {number}; what they said is lost, so nothing is held to conform."
    for problem in log.problems[:_LINES]:
        yield f"Damaged: {problem}."
    if len(log.problems) > _LINES:
        yield f"Damaged: {len(log.problems) - _LINES} lines more."


def _unfinished(log: RunLog, facts: Facts) -> Iterator[str]:
    """How far a run came that has no end, and how to go on with it."""
    if not facts.stopped:
        return
    told = f"The run {how_far(facts)}; what it did not reach is untested"
    merged = log.header.get("merged")
    if merged:
        yield f"{told}. `conformance report` of all {merged['of']} shards, once each came to its end, decides the whole"
        return
    if log.folder is None or log.problems or facts.stopped == GOING_ON:
        yield told
        return
    again = f"`conformance check --resume {shlex.quote(str(log.folder))}`"
    also = ", with --resend also what had no answer" if log.pending or unanswered(log) else ""
    yield f"{told}. {again} sends what is missing{also}"


def coverage(header: Mapping[str, Any]) -> Iterator[str]:
    """What was left out, and what the target file makes of levels and names."""
    scope = header.get("scope", {})
    if scope.get("selection"):
        yield f"Only a part was tested: {scope['selection']}. The verdict speaks of this part alone."
    yield from _shard(header)
    yield from scope.get("not_covered", ())
    for service, declared in header.get("target", {}).get("services", {}).items():
        if declared.get("enforcement") == "advisory":
            yield (
                f'For {service} the target file says enforcement = "advisory": '
                "a stated constraint that is not enforced counts as SHOULD, not as MUST."
            )
        if declared.get("profiles"):
            claimed = listed(list(declared["profiles"]))
            yield f"For {service} the target file claims {claimed}: the clauses of that profile count as MUST."
        if declared.get("wsdl"):
            yield f"The names of {service} are those of the WSDL at {declared['wsdl']}; its document states none."


def _shard(header: Mapping[str, Any]) -> Iterator[str]:
    """That a run is a shard, and which share it has of what the target bears."""
    shard = header.get("shard")
    if not shard:
        return
    number, of = shard["number"], shard["of"]
    yield f"This is shard {number} of {of}: `conformance report` with the runs of all of them decides the whole."
    if shard.get("per_second"):
        rate, all_ = shard["per_second"], shard["per_second"] * of
        yield f"All {of} shards together send at most {all_:g} requests a second, so this one sends at most {rate:.4g}."
    if shard.get("requests"):
        yield f"All {of} shards together send at most {shard['requests']} requests, and this one has its share of them."


def _target(header: Mapping[str, Any]) -> Iterator[str]:
    target = header.get("target", {})
    if target.get("effects"):
        yield 'The target file says effects = "allow": requests that write data or send mail may go to this host.'
    if target.get("tls_verify") is False:
        yield "TLS certificates were not verified (tls.verify = false): the identity of the server is unproven."
    for service, declared in target.get("services", {}).items():
        names = declared.get("values_defaulted", ())
        if names:
            values = "a default value" if len(names) == 1 else "default values"
            yield f"For {service} the target file gives no value for {listed(names)}; {values} of this suite stood in."


def _written(log: RunLog) -> Iterator[str]:
    for service in sorted({record.case.service for record in log.records if taken(record)}):
        effect = log.header.get("contracts", {}).get(service, {}).get("effect")
        yield f"This run wrote to {service}: {effect or 'accepted requests may have written data'}."


def _evidence(log: RunLog) -> Iterator[str]:
    if log.pending:
        ids = listed(log.pending, _IDS)
        yield f"{counted(len(log.pending), 'request')} sent, answer unknown: {ids}."
    for key, noun in (("left_out", "case"), ("unsent", "request")):
        reasons = log.header.get("left_out", {}) if key == "left_out" else log.unsent
        for reason in unique(reasons.values()):
            number = sum(other == reason for other in reasons.values())
            yield f"{counted(number, noun)} not sent: {one_line(reason)}."
    again = [exchange for sent in exchanges(log).values() if (exchange := sent.exchange).tried]
    if again:
        first = again[0]
        tries = f"{first.id} ({len(first.tried) + 1} tries): {one_line(first.tried[0])}"
        number = counted(len(again), "request")
        yield f"{number} needed more than one try, since no connection came about: {tries}"
    yield from _pauses(log)
    if log.bodiless:
        ids = listed(log.bodiless, _IDS)
        yield f"The disk was full: of {ids} the answer was judged, and its body was not kept."


def _pauses(log: RunLog) -> Iterator[str]:
    """How often a service asked the run to wait. How long the run waited in all is not in its journal."""
    named: dict[str, list[float]] = {}
    for sent in exchanges(log).values():
        exchange = sent.exchange
        if exchange.response is None:
            continue
        pause = pause_asked(exchange.response, _moment(exchange.started))
        if pause is not None:
            named.setdefault(exchange.case.partition("/")[0], []).append(pause)
    for service, pauses in sorted(named.items()):
        longest = max(pauses)
        told = f"{longest:.0f} s" if longest <= LONGEST_HOLD else f"more than {LONGEST_HOLD:.0f} s"
        yield (
            f"{service} asked for {counted(len(pauses), 'pause')} (429, or 503 with Retry-After)"
            + (f"; the longest that it named is {told}" if longest else "")
        )


def _moment(text: str) -> datetime:
    """When that was; the beginning of time where a journal of another make has no time there."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)
