"""What an XML Schema says of our rules: the annotation of one element, and the names that it is written with."""

from __future__ import annotations

from lxml import etree

from conformance.emit.bounds import rule_id
from conformance.emit.jsonschema import BASE
from conformance.model import Contract

XS = "http://www.w3.org/2001/XMLSchema"
RULES = f"{BASE}/rules"
"""Namespace of what this suite writes into `xs:appinfo`."""
Parent = etree._Element


def xs(name: str) -> str:
    """The name in the namespace of XML Schema."""
    return f"{{{XS}}}{name}"


class Notes:
    """What the annotation of one element says."""

    def __init__(self, contract: Contract, part: str, path: str, element: Parent) -> None:
        self._contract = contract
        self._part = part
        self._path = path
        self._element = element
        self._rules: dict[str, str] = {}
        self._missing: dict[str, str] = {}

    def rule(self, keyword: str, facet: str) -> None:
        """The keyword expresses the rule of that facet."""
        self._rules.setdefault(self._id(facet), keyword)

    def missing(self, facet: str, reason: str) -> None:
        """XML Schema cannot say the rule of that facet here."""
        self._missing.setdefault(self._id(facet), reason)

    def empty(self, kind: str) -> None:
        """No value is within both bounds, which no schema may say."""
        facets = ("min-length", "max-length") if kind == "length" else ("minimum", "maximum")
        for facet in facets:
            self.missing(facet, f"the {kind} that the document states admits no value at all")

    def _id(self, facet: str) -> str:
        return rule_id(self._contract, self._part, self._path, facet)

    def close(self) -> None:
        """Write the annotation, first in the element."""
        info = etree.Element(xs("annotation"))
        held = etree.SubElement(info, xs("appinfo"), source=RULES)
        for rule, keyword in self._rules.items():
            etree.SubElement(held, f"{{{RULES}}}rule", id=rule, keyword=keyword)
        for rule, reason in self._missing.items():
            if rule not in self._rules:
                etree.SubElement(held, f"{{{RULES}}}not-expressed", id=rule, reason=reason)
        self._element.insert(0, info)
