"""What a SOAP answer says of the envelope and HTTP rules: of those that any answer shows, and of those that its case
demands. Pure: results out, nothing raised for what a server sends.

A demand is named by `Case.answer`. Where a refusal is due with a fault of a certain code, a refusal without any fault
(400, 415, …) is no acceptance and passes with an observation; a fault with another code fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from conformance.codecs import Fault
from conformance.codecs.elements import tag
from conformance.codecs.soap import ENVELOPES, VERSIONS
from conformance.judge.expectation import GATE
from conformance.judge.reply import Answer
from conformance.judge.show import whole
from conformance.judge.soap_envelope import answer_marks
from conformance.judge.soap_marks import Mark
from conformance.model import Case, Finding, Observation, Outcome, Reply, Response, Result
from conformance.rules.soap import ANSWERS

ENCODINGS = {f"{row.part}/{row.facet}": row.encodings for row in ANSWERS}
"""Rule, without the service → the versions that it is for."""
CODES = {"must-understand": "MustUnderstand", "version-mismatch": "VersionMismatch"}
"""Demand → the code of the fault that is due."""
NOT_ALLOWED = frozenset({405, 501})
"""Both say that the method is not to be had: RFC 9110 §15.5.6, §15.6.2."""


def soap_results(case: Case, response: Response | None, answer: Answer) -> Iterator[Result]:
    """Results of every rule about answers that this one bears on, and of what the case demands."""
    if response is not None:
        for mark in answer_marks(case, response, answer):
            if case.encoding in ENCODINGS[mark.rule]:
                yield _result(f"{case.service}/{mark.rule}", mark)
    demand = DEMANDS.get(case.answer)
    if demand is not None:
        yield demand(case, response, answer)
    if case.answer == "method" and response is not None and response.status != 405:
        reason = f"{case.request.method} was answered {response.status}, not 405"
        yield Result(rule=f"{case.service}/http/allow", outcome=Outcome.INAPPLICABLE, reason=reason)


def _result(rule: str, mark: Mark) -> Result:
    if mark.outcome is Outcome.FAILED:
        finding = Finding(path=mark.path, expected=whole(mark.expected), observed=whole(mark.observed))
        return Result(rule=rule, outcome=mark.outcome, finding=finding)
    return Result(rule=rule, outcome=mark.outcome, reason=whole(mark.reason))


def soap_observations(case: Case, exchange: str, response: Response, answer: Answer) -> Iterator[Observation]:
    """What is worth telling of an answer to a demand although it conforms."""
    code = CODES.get(case.answer)
    if code is None:
        return
    fault = _fault(answer)
    sentence = ""
    if fault is None:
        if _refused_by_status(response, answer):
            sentence = f"{case.title}: refused without a {code} fault: {answer.words}"
    elif _has(fault, code) and (missing := _unsaid(fault, code)):
        sentence = f"{case.title}: the {code} fault came without the header block {missing}"
    if sentence:
        yield Observation(rule=case.rules[0], encoding=case.encoding, sentence=sentence, exchanges=(exchange,))


SAYS = {"MustUnderstand": "NotUnderstood", "VersionMismatch": "Upgrade"}
"""Code → the block that tells more of it. SOAP 1.2 Part 1 §5.4.7, §5.4.8: a SHOULD that only helps people."""


def _unsaid(fault: Fault, code: str) -> str:
    """The block that SOAP 1.2 wants beside a fault of that code, where it is missing."""
    namespace = ENVELOPES["1.2"]
    root = fault.element.getroottree().getroot()
    if etree.QName(root).namespace != namespace:
        return ""
    found = root.find(f"{tag(namespace, 'Header')}/{tag(namespace, SAYS[code])}")
    return "" if found is not None else SAYS[code]


# --- demands ----------------------------------------------------------------------------------------------------------


def _fault(answer: Answer) -> Fault | None:
    envelope = answer.decoded.envelope if answer.decoded is not None else None
    return envelope.fault if envelope is not None else None


def _has(fault: Fault, code: str) -> bool:
    """Is it that code? One without a namespace, or with dots, is; what is wrong with it is for fault-code to say."""
    return fault.code.partition(".")[0] == code and (fault.namespace is None or fault.namespace in VERSIONS)


def _refused_by_status(response: Response, answer: Answer) -> bool:
    """Was it refused by the HTTP layer, which is no gate before the service?"""
    return answer.reply is Reply.REFUSED or (400 <= response.status < 500 and response.status not in GATE)


def _unsure(case: Case, answer: Answer) -> Result:
    return Result(rule=case.rules[0], outcome=Outcome.CANT_TELL, reason=answer.words)


def _failed(case: Case, expected: str, answer: Answer, *, leans: bool = True) -> Result:
    finding = Finding(path="", expected=f"{expected}: {case.title}", observed=f"{answer.reply}: {answer.words}")
    return Result(rule=case.rules[0], outcome=Outcome.FAILED, finding=finding, leans=leans)


def _passed(case: Case, *, leans: bool = True) -> Result:
    return Result(rule=case.rules[0], outcome=Outcome.PASSED, leans=leans)


def _coded(case: Case, response: Response | None, answer: Answer) -> Result:
    """A fault with the code that is due."""
    code = CODES[case.answer]
    expected = f"a fault with the code {code}"
    fault = _fault(answer)
    if fault is not None and _has(fault, code):
        return _passed(case, leans=False)
    if response is None or response.status in GATE:
        return _unsure(case, answer)
    envelope = answer.decoded.envelope if answer.decoded is not None else None
    normal = 200 <= response.status < 300 and envelope is not None and envelope.body is not None
    if fault is not None or normal:
        return _failed(case, expected, answer)
    return _passed(case) if _refused_by_status(response, answer) else _unsure(case, answer)


def _method(case: Case, response: Response | None, answer: Answer) -> Result:
    if response is None:
        return _unsure(case, answer)
    if response.status in NOT_ALLOWED:
        return _passed(case, leans=False)
    return _unsure(case, answer) if response.status in GATE else _failed(case, "405", answer, leans=False)


def _malformed(case: Case, response: Response | None, answer: Answer) -> Result:
    if response is None or response.status in GATE:
        return _unsure(case, answer)
    if response.status == 400:
        return _passed(case)
    by = ""
    if answer.reply is Reply.ACCEPTED:
        by = "envelope/malformed"
    elif response.status >= 500 and _fault(answer) is None:
        by = "http/no-server-error"
    if by:
        return Result(rule=case.rules[0], outcome=Outcome.UNTESTED, reason=f"blocked by {by}")
    return _failed(case, "400", answer)


DEMANDS: Mapping[str, Callable[[Case, Response | None, Answer], Result]] = {
    "must-understand": _coded,
    "version-mismatch": _coded,
    "method": _method,
    "malformed-status": _malformed,
}
"""`Case.answer` → how the answer is judged by it."""
