"""What an answer says of a target's own WSDL: is it valid against that, and does a stock client read it.

The judge of services whose document has no names: what their answers hold is as the target says. Pure: nothing is
fetched, and the client that reads is given what was answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from conformance.codecs.elements import elements
from conformance.judge.reply import Answer, media_type
from conformance.judge.show import whole
from conformance.model import Case, Description, Finding, Outcome, Reply, Response, Result
from conformance.wsdl.errors import Unreadable, Untold

if TYPE_CHECKING:
    from conformance.wsdl.valid import Validator

STOCK = "stock-client"
"""What a case demands whose request a stock client made: that the client reads the answer."""


def described_results(
    description: Description, validator: Validator, case: Case, response: Response, answer: Answer
) -> Iterator[Result]:
    """Results of the rules about the target's WSDL; `validator` holds its schemas."""
    version = case.encoding.removeprefix("soap-")
    rule = f"{case.service}/response/valid"
    try:
        problems = _problems(validator, response, answer, version)
    except Untold as reason:
        yield Result(rule=rule, outcome=Outcome.CANT_TELL, reason=whole(str(reason)))
        problems = None
    if problems is not None:
        if not problems:
            yield Result(rule=rule, outcome=Outcome.PASSED)
        for problem in problems:
            finding = Finding(path="", expected="an answer that is valid against the WSDL", observed=whole(problem))
            yield Result(rule=rule, outcome=Outcome.FAILED, finding=finding)
    if case.answer == STOCK:
        yield _client(description, case, response, answer, version)


def _problems(validator: Validator, response: Response, answer: Answer, version: str) -> tuple[str, ...] | None:
    """What is not as the WSDL has it: of an answer's message, or of what a fault tells in detail; None for neither."""
    envelope = answer.decoded.envelope if answer.decoded is not None else None
    if envelope is None or envelope.body is None:
        return None
    if envelope.fault is not None:
        details = [one for one in elements(envelope.fault.element) if etree.QName(one).localname.lower() == "detail"]
        told = next((inner for one in details for inner in elements(one)), None)
        # A fault without details, or with those of another kind, breaks no promise of the WSDL.
        return validator.fault_problems(told) or None if told is not None else None
    return validator.problems(envelope.child, version) if 200 <= response.status < 300 else None


def _client(description: Description, case: Case, response: Response, answer: Answer, version: str) -> Result:
    rule = case.rules[0]
    if answer.reply is Reply.REFUSED:
        return Result(rule=rule, outcome=Outcome.CANT_TELL, reason=f"refused: {answer.words}", leans=True)
    if answer.reply is not Reply.ACCEPTED:
        return Result(rule=rule, outcome=Outcome.CANT_TELL, reason=f"neither accepted nor refused: {answer.words}")
    # zeep takes a while to load; only these answers need it.
    from conformance.wsdl import stock  # noqa: PLC0415

    try:
        stock.read(description, version, response.status, media_type(response), response.body)
    except Unreadable as reason:
        finding = Finding(path="", expected="an answer that a stock client reads", observed=whole(str(reason)))
        return Result(rule=rule, outcome=Outcome.FAILED, finding=finding)
    return Result(rule=rule, outcome=Outcome.PASSED)
