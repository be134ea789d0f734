"""The second opinion on an answer: what the emitted schemas say of it, where they can say anything.

Each validator is loaded by the first answer that needs it. Pure.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conformance.judge.reply import Answer, charset_of
from conformance.model import Contract, Response
from conformance.rules.soap import is_soap

if TYPE_CHECKING:
    from lxml import etree

    from conformance.judge.opinion import Opinion
    from conformance.judge.soap_opinion import SoapOpinion
    from conformance.judge.xml_opinion import XmlOpinion

MOST_TAGS = 40_000
"""A validator takes quadratic time over elements that it does not know; beyond this no second opinion is asked for."""
MOST_OPINIONS = 256
"""Answers whose second opinion is remembered."""


class Opinions:
    """The validators of one contract."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._known: dict[bytes, frozenset[str]] = {}

    @cached_property
    def _json(self) -> Opinion:
        from conformance.judge.opinion import Opinion  # noqa: PLC0415 - as below

        return Opinion(self.contract)

    @cached_property
    def _xml(self) -> XmlOpinion:
        # Validators take a while to load, and the first request need not wait for one.
        from conformance.judge.xml_opinion import XmlOpinion  # noqa: PLC0415

        return XmlOpinion(self.contract)

    @cached_property
    def _soap(self) -> SoapOpinion:
        from conformance.judge.soap_opinion import SoapOpinion  # noqa: PLC0415

        return SoapOpinion(self.contract)

    def of(self, response: Response, answer: Answer) -> frozenset[str] | None:
        """The rules about answers that the schemas find broken; None where they have no opinion."""
        if answer.encoding == "xml" or is_soap(answer.encoding):
            if response.body.count(b"<") > MOST_TAGS:
                return None
            return self._of_soap(response, answer) if is_soap(answer.encoding) else self._of_xml(response, answer)
        return frozenset(self._json.of_response(answer.tree))

    def _of_soap(self, response: Response, answer: Answer) -> frozenset[str] | None:
        envelope = answer.decoded.envelope if answer.decoded is not None else None
        if envelope is None or envelope.child is None:
            return None
        return self._remembered(envelope.child, response.body)

    def _remembered(self, child: etree._Element, body: bytes) -> frozenset[str]:
        """Most answers of a run are the same bytes."""
        known = self._known.get(body)
        if known is None:
            known = self._soap.of_response(child)
            if len(self._known) < MOST_OPINIONS:
                self._known[body] = known
        return known

    def _of_xml(self, response: Response, answer: Answer) -> frozenset[str] | None:
        fair = answer.decoded is not None and answer.decoded.utf8
        if not fair or charset_of(response) not in {"", "utf-8", "utf8"}:
            # A validator reads the encoding from the document alone.
            return None
        try:
            return self._xml.rules_of_response(response.body)
        except SyntaxError:
            # What the codec reads more kindly than a validator: one of them reads it, so there are no two opinions.
            return None
