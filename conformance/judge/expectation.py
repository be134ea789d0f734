"""Was the case's expectation met? What a case says of the rules that it was made for."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.judge.reply import Answer, is_json, is_xml, media_type
from conformance.model import Case, Exchange, Expect, Finding, Observation, Outcome, Reply, Result

GATE = frozenset({401, 403, 404, 407, 408, 409, 429, 502, 503, 504})
"""Answers of a gate, a limit or a proxy: they speak of access or state, never of the message."""

UNSUPPORTED = 415
MEDIA_TYPE_REFUSALS = frozenset({406, 415})


def expectation_results(case: Case, exchange: Exchange, answer: Answer) -> Iterator[Result]:
    """One result for each rule of the case."""
    if case.expect is Expect.ACCEPTED:
        verdict = _accepted(case, exchange, answer)
    elif case.expect is Expect.REFUSED:
        verdict = _refused(case, exchange, answer)
    else:
        return
    outcome, expected, reason = verdict
    for rule in case.rules:
        if "/response/" in rule and outcome is Outcome.PASSED:
            # The walk over the answer decides; acceptance alone shows nothing of it.
            continue
        finding = None
        if outcome is Outcome.FAILED:
            # The path has a place of its own in a finding.
            what = f"{expected}: {case.title.removeprefix(f'{case.path}: ')}"
            finding = Finding(path=case.path, expected=what, observed=f"{answer.reply}: {answer.words}")
        # Who does not take a documented media type at all has no baseline to lean on, and says so with 415.
        plain = rule.endswith("/http/request-media-type") and _status(exchange) == UNSUPPORTED
        yield Result(rule=rule, outcome=outcome, finding=finding, reason=reason, leans=not plain)


def _accepted(case: Case, exchange: Exchange, answer: Answer) -> tuple[Outcome, str, str]:
    if answer.reply is Reply.ACCEPTED:
        return Outcome.PASSED, "", ""
    if answer.reply is Reply.DEAD:
        return Outcome.CANT_TELL, "", answer.words
    if answer.reply is Reply.REFUSED:
        if case.varies_reference:
            return Outcome.CANT_TELL, "", f"refused, perhaps for a reason of business: {answer.words}"
        return Outcome.FAILED, "accepted", ""
    status = _status(exchange)
    unread = answer.unread or _torn(exchange, answer)
    if case.varies_reference or unread or status in GATE or 300 <= status < 400:
        return Outcome.CANT_TELL, "", f"neither accepted nor refused: {answer.words}"
    return Outcome.FAILED, "accepted", ""


def _torn(exchange: Exchange, answer: Answer) -> bool:
    """Is it a success that cannot be read? The rule that it breaks says so; what it would have said nobody knows."""
    response = exchange.response
    if response is None or not 200 <= response.status < 300 or not answer.malformed:
        return False
    name = media_type(response)
    return is_json(name) or is_xml(name)


def _refused(case: Case, exchange: Exchange, answer: Answer) -> tuple[Outcome, str, str]:
    if answer.reply is Reply.REFUSED:
        return Outcome.PASSED, "", ""
    if answer.reply is Reply.ACCEPTED:
        return Outcome.FAILED, "refused", ""
    status = _status(exchange)
    if status in MEDIA_TYPE_REFUSALS and case.rules[0].endswith("/http/unsupported-media-type"):
        return Outcome.PASSED, "", ""
    if answer.reply is Reply.DEAD:
        return Outcome.CANT_TELL, "", answer.words
    return Outcome.CANT_TELL, "", f"neither accepted nor refused: {answer.words}"


def _status(exchange: Exchange) -> int:
    return exchange.response.status if exchange.response is not None else 0


def observations(case: Case, exchange: Exchange, answer: Answer) -> Iterator[Observation]:
    """What is worth telling although either answer conforms."""
    if case.expect is not Expect.OBSERVE or answer.reply is Reply.DEAD:
        return
    said = "accepted" if answer.reply is Reply.ACCEPTED else f"{answer.reply}: {answer.words}"
    yield Observation(
        rule=case.rules[0], encoding=case.encoding, sentence=f"{case.title}: {said}", exchanges=(exchange.id,)
    )
