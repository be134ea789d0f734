"""Rules and exchanges in, judgements out. Pure: opens nothing, prints nothing, raises nothing for a server's fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.codecs import CODECS, Malformed, Oddity
from conformance.errors import SuiteError
from conformance.judge import expectation, reply, soap, transport
from conformance.judge.advice import advice, advice_on_values
from conformance.judge.described import described_results
from conformance.judge.opinions import Opinions
from conformance.judge.parts import carried_results
from conformance.judge.refusals import brief, echoes, is_code
from conformance.judge.reply import Answer
from conformance.judge.show import whole
from conformance.judge.walk import Read, answer_results, request_findings
from conformance.model import (
    Case,
    Contract,
    Description,
    Exchange,
    Expect,
    Field,
    Finding,
    Judgement,
    Observation,
    Outcome,
    Reply,
    Response,
    Result,
    Rule,
    Tree,
)
from conformance.rules.http import about_answers
from conformance.rules.soap import FAULTS, is_soap

__all__ = ["Judge", "request_findings"]


if TYPE_CHECKING:
    from conformance.wsdl.valid import Validator

MOST_ANSWERS = 16
"""Answers that are kept as they were read: those that were asked for last."""
STRUCTURE = ("root", "namespace", "order", "repeated")
"""Kinds of oddity that are envelope rules of their own."""


def _xml(answer: Answer) -> bool:
    return answer.encoding == "xml" or is_soap(answer.encoding)


def _of(kind: str, oddities: tuple[Oddity, ...]) -> dict[str, Oddity]:
    return {oddity.path: oddity for oddity in oddities if oddity.kind == kind}


def _told(case: Case, exchange: Exchange, answer: Answer) -> dict[str, Any]:
    """What of the answer tells a refusal from an acceptance; what hangs on its very texts is decided here, before they
    are masked."""
    decided = answer.decided or not is_soap(case.encoding)
    echoed = () if decided or case.expect is not Expect.REFUSED else answer.said.items()
    return {
        "said": answer.said,
        "codes": tuple(path for path, text in answer.said.items() if is_code(path, brief(text))),
        "echoed": tuple(path for path, text in echoed if echoes(text, exchange.request.body)),
        "decided": decided,
    }


def _placed(result: Result, case: Case, answer: Answer) -> Result:
    """A result about an answer goes by the encoding of the answer."""
    elsewhere = answer.encoding and answer.encoding != case.encoding and not result.encoding
    if elsewhere and about_answers(result.rule, case.service):
        return replace(result, encoding=answer.encoding)
    return result


def _extra(fields: tuple[Field, ...], tree: Tree, prefix: str) -> Iterator[str]:
    """The paths of members that the contract does not name, at any depth."""
    if isinstance(tree, list):
        for entry in tree:
            yield from _extra(fields, entry, prefix)
    elif isinstance(tree, dict):
        known = {member.name: member for member in fields}
        for name, value in tree.items():
            path = f"{prefix}/{name}" if prefix else name
            if name not in known:
                yield path
                continue
            member = known[name]
            inner = member.item.fields if member.item is not None else member.fields
            if inner:
                yield from _extra(inner, value, path)


class Judge:
    """The judge of one service. Its state is what it was made from: the same exchange gives the same judgement.

    `alone` is the walk without the schemas' second opinion on it, and without advice on values, which decide nothing.
    """

    def __init__(
        self,
        contract: Contract,
        rules: Mapping[str, Rule],
        description: Description | None = None,
        *,
        alone: bool = False,
    ) -> None:
        self.contract = contract
        self._alone = alone
        self._description = description
        self._opinions = Opinions(contract)
        self._answers: dict[tuple[str, Response], Answer] = {}
        self._rules = {rule: value for rule, value in rules.items() if value.service == contract.service}

    @property
    def _echoes(self) -> bool:
        acceptance = self.contract.operation.acceptance
        return acceptance is not None and acceptance.echo is not None

    @cached_property
    def _validator(self) -> Validator:
        if self._description is None:
            raise SuiteError("there is no description to validate against")
        from conformance.wsdl.valid import Validator  # noqa: PLC0415

        return Validator(self._description)

    def _read(self, exchange: Exchange, encoding: str) -> Answer:
        """The answer as it is read: once for all cases that ride on it, and for answers of the same bytes."""
        if exchange.response is None:
            return reply.read(self.contract, exchange, encoding)
        key = (encoding, exchange.response)
        known = self._answers.pop(key, None) or reply.read(self.contract, exchange, encoding)
        if len(self._answers) >= MOST_ANSWERS:
            del self._answers[next(iter(self._answers))]
        self._answers[key] = known
        return known

    def __call__(self, case: Case, exchange: Exchange) -> Judgement:
        """Everything that the exchange says, for the case that it answers."""
        answer = self._read(exchange, case.encoding)
        if case.carried_by:
            return self._carried(case, exchange, answer)
        results = [_placed(result, case, answer) for result in self._results(case, exchange, answer)]
        return Judgement(
            exchange=exchange.id,
            reply=answer.reply,
            words=answer.words,
            encoding=case.encoding,
            results=tuple(result for result in results if result.rule in self._rules),
            observations=tuple(self._observations(case, exchange, answer)),
            **_told(case, exchange, answer),
            disagreements=self._disagreements(case, exchange, answer, results),
            split=bool(case.carries) and answer.reply is not Reply.ACCEPTED,
        )

    def _carried(self, case: Case, exchange: Exchange, answer: Answer) -> Judgement:
        """What an answer to a packed message says of one case whose change is in it: nothing but of its own rules, and
        where the message was not accepted not even that."""
        split = answer.reply is not Reply.ACCEPTED
        results = carried_results(case) if split else self._of_case(case, exchange, answer)
        return Judgement(
            exchange=exchange.id,
            reply=answer.reply,
            words=answer.words,
            encoding=case.encoding,
            results=tuple(_placed(result, case, answer) for result in results if result.rule in self._rules),
            **_told(case, exchange, answer),
            split=split,
        )

    def _of_case(self, case: Case, exchange: Exchange, answer: Answer) -> Iterator[Result]:
        """Was what the case is for met? Its own rules alone."""
        if not is_soap(case.encoding) and exchange.response is not None:
            yield from transport.accept_results(case, exchange.response, answer.words)
        for result in expectation.expectation_results(case, exchange, answer):
            # What was not accepted is told where it was sent, whatever the refusal is written in; a form that is not
            # taken says nothing of answers in JSON.
            yield replace(result, encoding=case.encoding)

    def _results(self, case: Case, exchange: Exchange, answer: Answer) -> Iterator[Result]:
        yield from transport.in_time_results(case, exchange)
        if is_soap(case.encoding):
            yield from soap.soap_results(case, exchange.response, answer)
        if exchange.response is not None and is_soap(case.encoding):
            yield from self._about_soap(case, exchange.response, answer)
            if self._description is not None:
                yield from described_results(self._description, self._validator, case, exchange.response, answer)
        elif exchange.response is not None:
            yield from transport.transport_results(case, exchange.response, answer)
            yield from self._refusal(case, answer)
        yield from self._of_case(case, exchange, answer)
        if case.rules == (f"{case.service}/http/allow",) and exchange.response is not None:
            if exchange.response.status != 405:
                reason = f"GET was answered {exchange.response.status}, not 405"
                yield Result(rule=case.rules[0], outcome=Outcome.INAPPLICABLE, reason=reason)
        elif self._shows_the_envelope(case, exchange, answer):
            yield from self._envelope(case, exchange, answer)
            yield from self._elsewhere(case, exchange, answer)

    def _shows_the_envelope(self, case: Case, exchange: Exchange, answer: Answer) -> bool:
        """Is it an answer to a valid request, of a kind that the document describes?"""
        if case.kind not in {"baseline", "positive", "http"} or exchange.response is None:
            return False
        if exchange.request.method != self.contract.operation.method:
            # What another method answers is another operation's business.
            return False
        success = 200 <= exchange.response.status < 300 and answer.reply is not Reply.REFUSED
        if is_soap(case.encoding):
            # Without documented members there is nothing to hold an answer to but the target's own description.
            return success and answer.reply is Reply.ACCEPTED and bool(self.contract.operation.response.fields)
        return success and answer.decoded is not None

    def _envelope(self, case: Case, exchange: Exchange, answer: Answer) -> Iterator[Result]:
        oddities = answer.decoded.oddities if answer.decoded is not None else ()
        if is_soap(answer.encoding) and answer.tree is None:
            empty = Oddity(
                kind="root", path="", expected=self.contract.operation.response.root, observed="an empty Body"
            )
            yield from self._blocked(next((odd for odd in oddities if odd.kind == "root"), empty))
            return
        if self._another(answer, oddities):
            yield from self._blocked(oddities[0])
            return
        yield from self._form(answer, oddities)
        if not isinstance(answer.tree, dict):
            return
        items = {oddity.path: oddity for oddity in oddities if oddity.kind == "item"} if _xml(answer) else None
        yield from answer_results(
            self.contract,
            self._sent(case, exchange) if self._echoes else None,
            answer.tree,
            accepted=answer.reply is Reply.ACCEPTED,
            items=items,
            read=Read(lexical=_of("lexical", oddities), names=_of("name", oddities))
            if is_soap(answer.encoding)
            else None,
        )

    def _another(self, answer: Answer, oddities: tuple[Oddity, ...]) -> bool:
        """Is it another document altogether: neither the root nor any member that the contract knows?"""
        if not oddities or oddities[0].kind != "root" or not isinstance(answer.tree, dict):
            return False
        known = {member.name.lower() for member in self.contract.operation.response.fields}
        return not any(name.lower() in known for name in answer.tree)

    def _blocked(self, root: Oddity) -> Iterator[Result]:
        """One finding for a document of another kind; what its members would show is not seen."""
        rule = f"{self.contract.service}/envelope/root"
        finding = Finding(path="", expected=root.expected, observed=whole(root.observed))
        yield Result(rule=rule, outcome=Outcome.FAILED, finding=finding)
        form = {f"{self.contract.service}/envelope/{kind}" for kind in STRUCTURE} - {rule}
        for name, known in self._rules.items():
            if known.part == "response" or name in form:
                yield Result(rule=name, outcome=Outcome.UNTESTED, reason="blocked by envelope/root")

    def _form(self, answer: Answer, oddities: tuple[Oddity, ...]) -> Iterator[Result]:
        """What the text around the members says of the rules about roots, namespaces and order."""
        root = f"{self.contract.service}/envelope/root"
        if not isinstance(answer.tree, dict):
            expected = "members in the root element" if _xml(answer) else "a JSON object"
            finding = Finding(path="", expected=expected, observed=type(answer.tree).__name__)
            yield Result(rule=root, outcome=Outcome.FAILED, finding=finding)
            return
        for kind in STRUCTURE if _xml(answer) else ("root",):
            odd = [oddity for oddity in oddities if oddity.kind == kind]
            rule = f"{self.contract.service}/envelope/{kind}"
            if not odd:
                yield Result(rule=rule, outcome=Outcome.PASSED)
            for oddity in odd:
                finding = Finding(path=oddity.path, expected=oddity.expected, observed=whole(oddity.observed))
                yield Result(rule=rule, outcome=Outcome.FAILED, finding=finding)

    def _elsewhere(self, case: Case, exchange: Exchange, answer: Answer) -> Iterator[Result]:
        """The rules about answers in the encoding that was asked for, where the target chose another documented one."""
        if case.kind != "baseline" or not answer.encoding or answer.encoding == case.encoding:
            return
        if not CODECS[case.encoding].answers or answer.reply is not Reply.ACCEPTED:
            return
        reason = f"{exchange.request.header('Accept')} was asked for and the answer came in {answer.encoding}"
        for rule in self._rules.values():
            if case.encoding in rule.encodings and about_answers(rule.id, rule.service):
                yield Result(
                    rule=rule.id,
                    outcome=Outcome.INAPPLICABLE,
                    reason=reason,
                    encoding=case.encoding,
                    came_in=answer.encoding,
                )

    def _sent(self, case: Case, exchange: Exchange) -> Tree:
        message = self.contract.operation.request
        try:
            return CODECS[case.encoding].decode(message, exchange.request.body, "").tree
        except Malformed:
            return None

    def _about_soap(self, case: Case, response: Response, answer: Answer) -> Iterator[Result]:
        """What no other answer has: a fault, and a server error that is none."""
        envelope = answer.decoded.envelope if answer.decoded is not None else None
        fault = envelope is not None and envelope.fault is not None
        rule = f"{case.service}/http/no-server-error"
        # A method that is not implemented is said to be so: RFC 9110 §15.6.2.
        unknown = response.status == 501 and case.request.method != self.contract.operation.method
        if response.status < 500 or fault or unknown:
            yield Result(rule=rule, outcome=Outcome.PASSED)
        elif answer.unread:
            yield Result(rule=rule, outcome=Outcome.UNTESTED, reason=answer.words)
        else:
            finding = Finding(path="no-server-error", expected="a status below 500, or a fault", observed=answer.words)
            yield Result(rule=rule, outcome=Outcome.FAILED, finding=finding)
        if not fault:
            for name in FAULTS:
                reason = "no answer was a fault"
                yield Result(rule=f"{case.service}/envelope{name}", outcome=Outcome.INAPPLICABLE, reason=reason)

    def _refusal(self, case: Case, answer: Answer) -> Iterator[Result]:
        """A refusal by status that says success in its body."""
        acceptance = self.contract.operation.acceptance
        if acceptance is None or answer.reply is not Reply.REFUSED:
            return
        rule = f"{self.contract.service}/response/{acceptance.member}/refusal"
        if answer.encoding and answer.encoding != case.encoding:
            # A service may refuse in one encoding whatever is asked for; another refusal in this one outweighs this.
            reason = f"no refusal came in {case.encoding}"
            yield Result(rule=rule, outcome=Outcome.INAPPLICABLE, reason=reason, encoding=case.encoding)
        said = answer.tree.get(acceptance.member) if isinstance(answer.tree, dict) else None
        if said is True:
            finding = Finding(path=acceptance.member, expected="false, or no such member", observed="true")
            yield Result(rule=rule, outcome=Outcome.FAILED, finding=finding)
        elif said is None:
            reason = f"no refusal carried {acceptance.member}"
            yield Result(rule=rule, outcome=Outcome.INAPPLICABLE, reason=reason)
        else:
            yield Result(rule=rule, outcome=Outcome.PASSED)

    def _observations(self, case: Case, exchange: Exchange, answer: Answer) -> Iterator[Observation]:
        yield from expectation.observations(case, exchange, answer)
        if is_soap(case.encoding):
            yield from self._soap_observations(case, exchange, answer)
        elif self._shows_the_envelope(case, exchange, answer) and isinstance(answer.tree, dict):
            documented = {member.name.lower() for member in self.contract.operation.response.fields}
            extra = sorted(name for name in answer.tree if name.lower() not in documented)
            if extra:
                sentence = f"the answer carries members that the document does not name: {', '.join(extra)}"
                rule = f"{case.service}/envelope/root"
                yield Observation(rule=rule, encoding=answer.encoding, sentence=sentence, exchanges=(exchange.id,))

    def _soap_observations(self, case: Case, exchange: Exchange, answer: Answer) -> Iterator[Observation]:
        if exchange.response is not None:
            yield from soap.soap_observations(case, exchange.id, exchange.response, answer)
        if not self._shows_the_envelope(case, exchange, answer):
            return
        renamed = {oddity.observed for oddity in (answer.decoded.oddities if answer.decoded else ())}
        extra = sorted(set(_extra(self.contract.operation.response.fields, answer.tree, "")) - renamed)
        if extra:
            sentence = f"the answer carries members that the document does not name: {', '.join(extra)}"
            rule = f"{case.service}/envelope/root"
            yield Observation(rule=rule, encoding=case.encoding, sentence=sentence, exchanges=(exchange.id,))
        if self._alone:
            return
        told = [*advice(self.contract, answer.tree)]
        sent = self._sent(case, exchange) if case.kind == "baseline" else None
        told += ((f"{case.service}/envelope/root", text) for text in advice_on_values(self.contract, sent or {}))
        for rule, sentence in told:
            yield Observation(rule=rule, encoding=case.encoding, sentence=sentence, exchanges=(exchange.id,))

    def _disagreements(self, case: Case, exchange: Exchange, answer: Answer, results: list[Result]) -> tuple[str, ...]:
        """Rules on which walk and schema differ over the same bytes."""
        if self._alone:
            return ()
        if case.rules == (f"{case.service}/http/allow",):
            # The answer to another method is not walked.
            return ()
        if not self._shows_the_envelope(case, exchange, answer) or not isinstance(answer.tree, dict):
            return ()
        opinion = self._opinions.of(exchange.response, answer) if exchange.response is not None else None
        if opinion is None:
            return ()
        walked = {result.rule for result in results if result.outcome is Outcome.FAILED and "/response/" in result.rule}
        blocked = {result.rule for result in results if result.outcome is Outcome.UNTESTED}
        differ = {rule for rule in opinion ^ walked if self._expresses(rule) and rule not in blocked}
        return tuple(sorted(differ))

    def _expresses(self, rule: str) -> bool:
        return rule not in self._rules or self._rules[rule].schema
