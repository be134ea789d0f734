"""All that has a say over a request, side by side: walk, schemas in two libraries, libxml2, the reference."""

from __future__ import annotations

import json as standard
from functools import cached_property

from lxml import etree

from conformance.codecs import CODECS
from conformance.emit.jsonschema import request_schema
from conformance.emit.xsd import xsd_files
from conformance.emit.xsd_notes import RULES as NOTES
from conformance.judge import request_findings
from conformance.judge.opinion import Opinion
from conformance.judge.reply import read
from conformance.judge.xml_opinion import XmlOpinion
from conformance.model import Exchange, Reply
from conformance.reference import State, answer
from conformance.rules import rules_of
from conformance.rules.fields import walk
from tests.messages import sent

FACETS = {"strict-type": "type", "maximum-step": "maximum"}
"""What a schema has one keyword for where we have two rules."""


class Sides:
    """Everybody's word on requests of one contract."""

    def __init__(self, contract):
        self.contract = contract
        self.message = contract.operation.request
        self.members = dict(walk(self.message.fields))
        self.rules = {rule.id: rule for rule in rules_of(contract, tuple(CODECS)) if rule.part == "request"}
        self.breakable = [
            (rule, name) for rule in self.rules.values() if rule.facet != "optional" for name in rule.encodings
        ]
        self.opinion, self.xml_opinion = Opinion(contract), XmlOpinion(contract)

    @cached_property
    def libxml(self):
        """The schema of requests as libxml2 reads it; for services whose schema is one file."""
        return etree.XMLSchema(etree.fromstring(xsd_files(self.contract)["request.xsd"].encode()))

    def decoded(self, encoding, request):
        return CODECS[encoding].decode(self.message, request.body, "").tree

    def walked(self, tree):
        return {rule for rule, _ in request_findings(self.contract, tree)}

    def replied(self, request):
        """What the reference says to the request."""
        response, _ = answer(self.contract, request, State())
        exchange = Exchange(
            id="x1", case="c", request=request, response=response, error=None, started="", milliseconds=0.0
        )
        assert response.status in {200, 400}
        return read(self.contract, exchange).reply

    @cached_property
    def unsaid(self):
        """Encoding → the rules of which its schema says that it cannot express them."""
        notes = etree.fromstring(xsd_files(self.contract)["request.xsd"].encode()).iter(f"{{{NOTES}}}not-expressed")
        found = set()

        def gather(node):
            if isinstance(node, dict):
                found.update(node.get("x-not-expressed", {}))
                for inner in node.values():
                    gather(inner)

        gather(standard.loads(standard.dumps(request_schema(self.contract), default=str)))
        return {"json": found, "xml": {one.get("id") for one in notes}}

    def expected(self, rule):
        """The rule and its implied set."""
        implied = self.members[rule.path].implied_by.get(rule.facet, ())
        return {rule.id, *(f"{rule.id.rsplit('/', 1)[0]}/{facet}" for facet in implied)}

    def as_schemas_say(self, rules, encoding):
        """The rules as a schema names them, those that it cannot express left out."""
        places = (rule.rsplit("/", 1) for rule in rules - self.unsaid[encoding])
        return {f"{place}/{FACETS.get(facet, facet)}" for place, facet in places}

    def agreed(self, rule, encoding, said):
        """Does a schema say of the message what the walk says, as far as it can?"""
        if rule.facet == "not-blank":
            # No schema knows of blank text; it may break the pattern, the form or the length of the same member.
            return all(one.startswith(f"{rule.id.rsplit('/', 1)[0]}/") for one in said)
        return self.as_schemas_say(set(said), encoding) == self.as_schemas_say(self.expected(rule), encoding)

    def check(self, rule, encoding, tree):
        """Everybody finds the rule broken, and nothing else."""
        request = sent(self.contract, encoding, tree)
        came = self.decoded(encoding, request)
        assert self.walked(came) == self.expected(rule)
        assert self.replied(request) is Reply.REFUSED
        if encoding == "json":
            said = self.opinion.of_request(came)
            assert self.agreed(rule, encoding, said), said
        elif encoding == "xml":
            said = self.xml_opinion.of_request(request.body)
            assert self.agreed(rule, encoding, said), said
            if not self.message.namespace:
                assert self.libxml.validate(etree.fromstring(request.body)) is not bool(said)
