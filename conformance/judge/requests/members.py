"""The members of a request beside the contract: a result for every rule about them, and what is worth telling.

`Walk` reads values of JSON, plain XML and forms, `SoapWalk` texts of XML Schema's types. What a value breaks is
told by the contract walk and the lexical spaces; here it becomes results: what was seen passes, what stands behind a
finding is blocked, what is not there is inapplicable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from conformance.codecs import Oddity, xsd
from conformance.codecs.lexical import BLANKS
from conformance.facets import blank
from conformance.judge.requests.doubts import FRACTION, doubts
from conformance.judge.show import show, whole
from conformance.judge.walk import MISSING, Results, member_findings
from conformance.model import Field, Outcome, Tree
from conformance.rules.fields import article, join
from conformance.rules.soap_fields import due

MASKED = "what was masked is not judged"
"""The reason of what a mask hides."""
FIRST = ("not-blank", "type", "strict-type", "enumeration")
"""Facets that hide the others, the first of them that is broken."""
OPPOSITE = {"maximum": "maximum-step", "maximum-step": "maximum"}
"""Of two rules for one bound one is broken."""
MOST_NAMES = 5
"""Names of unknown members that are told."""
Found = dict[str, tuple[str, str]]
"""Facet → expected and observed."""


class Walk:
    """One request. `facets` are those of the rules that hold in its encoding, by the path of the member."""

    def __init__(
        self, service: str, facets: Mapping[str, tuple[str, ...]], encoding: str, masked: Callable[[str], bool]
    ) -> None:
        self.results = Results(service, "request")
        self.notes: list[tuple[str, str]] = []
        """Path and sentence."""
        self._facets = facets
        self._encoding = encoding
        self._masked = masked

    def object(self, fields: Sequence[Field], tree: Mapping[str, Tree], prefix: str = "") -> None:
        """Every member of an object, and everything below it."""
        known = {member.name for member in fields}
        unknown = [name for name in tree if name not in known]
        for member in fields:
            path = join(prefix, member.name)
            value = tree.get(member.name, MISSING)
            if value is MISSING and self._renamed(member, path, unknown):
                continue
            if value is MISSING or value is None:
                self._nothing(member, path, value)
            else:
                self._something(member, path, value)
        if unknown and not any(member.name == "#any" for member in fields):
            names = ", ".join(sorted(map(whole, unknown))[:MOST_NAMES])
            self.notes.append((prefix, f"the request carries members that the document does not name: {names}"))

    def block(self, fields: Sequence[Field], reason: str, prefix: str = "") -> None:
        """Nothing can be seen of these members."""
        for member in fields:
            self._all(member, join(prefix, member.name), Outcome.UNTESTED, reason)

    # --- one member ---

    def _renamed(self, member: Field, path: str, unknown: list[str]) -> bool:
        """Is it there in another case? Whether a reader takes it hangs on the reader."""
        other = next((name for name in unknown if name.lower() == member.name.lower()), None)
        if other is None:
            return False
        unknown.remove(other)
        sentence = f"{path} is spelt in another case"
        self.notes.append((path, sentence))
        self._all(member, path, Outcome.UNTESTED, sentence)
        return True

    def _nothing(self, member: Field, path: str, value: Tree) -> None:
        if self._required(member) and not self._lenient(member, value):
            self.results.fail(path, "required", "a value", "absent" if value is MISSING else "null")
            self._all(member, path, Outcome.UNTESTED, f"blocked by request/{path}/required", but="required")
            return
        if value is None:
            self.notes.append((path, f"{path} is null"))
        self._all(member, path, Outcome.INAPPLICABLE, f"no request carried {path}")

    def _required(self, member: Field) -> bool:
        return member.required

    def _lenient(self, member: Field, value: Tree) -> bool:
        """May a required member be null? Not in the encodings of REST."""
        del member, value
        return False

    def _something(self, member: Field, path: str, value: Tree) -> None:
        facets = self._facets.get(path, ())
        if "required" in facets:
            self.results.add(path, "required", Outcome.PASSED)
        if isinstance(value, str) and self._masked(value):
            self._all(member, path, Outcome.UNTESTED, MASKED, but="required")
            return
        found = self._found(member, path, value)
        if isinstance(value, Decimal) and member.type in {"integer", "int"} and not found:
            self.notes.append((path, f"{path}: {FRACTION}"))
        if not found and (not isinstance(value, str) or value.isascii()):
            for facet in facets:
                self.results.add(path, facet, Outcome.PASSED)
            self._inside(member, path, value)
            return
        doubted = dict(doubts(member, value, found, self._encoding))
        for why in dict.fromkeys(doubted.values()):
            self.notes.append((path, f"{path}: {why}"))
        hard = {facet: told for facet, told in found.items() if facet not in doubted}
        by = next((facet for facet in FIRST if facet in hard), "")
        for facet in facets:
            self._facet(member, path, facet, hard, doubted, by)
        if by and by not in facets:
            self.notes.append((path, f"{path} is not {article(member.type)}"))
        if by or doubted.keys() & set(FIRST):
            self._below(member, path, Outcome.UNTESTED, f"blocked by request/{path}/{by or 'type'}")
        else:
            self._inside(member, path, value)

    def _facet(self, member: Field, path: str, facet: str, hard: Found, doubted: Mapping[str, str], by: str) -> None:
        if facet == "required":
            return
        if facet in hard:
            self.results.fail(path, facet, *hard[facet])
        elif facet in doubted:
            self.results.add(path, facet, Outcome.UNTESTED, reason=f"{path}: {doubted[facet]}")
        elif by and _hidden(member, facet, by):
            self.results.add(path, facet, Outcome.UNTESTED, reason=f"blocked by request/{path}/{by}")
        elif OPPOSITE.get(facet, "") in hard:
            self.results.add(path, facet, Outcome.UNTESTED, reason=f"blocked by request/{path}/{OPPOSITE[facet]}")
        else:
            self.results.add(path, facet, Outcome.PASSED)

    def _found(self, member: Field, path: str, value: Tree) -> Found:
        """What the value breaks."""
        del path
        found: Found = {}
        for facet, expected, observed in member_findings(member, value):
            found.setdefault(facet, (expected, observed))
        return found

    # --- what is below ---

    def _inside(self, member: Field, path: str, value: Tree) -> None:
        if isinstance(value, list) and member.item is not None:
            if not value:
                self.notes += [(path, f"{path} has no items")] if member.required else []
                self._below(member, path, Outcome.INAPPLICABLE, f"no request carried items in {path}")
            for entry in value:
                self._item(member.item, path, entry)
        elif member.fields and isinstance(value, Mapping):
            self.object(member.fields, value, path)

    def _item(self, item: Field, path: str, entry: Tree) -> None:
        if not item.fields or entry is None:
            return
        if isinstance(entry, Mapping):
            self.object(item.fields, entry, path)
            return
        if "type" in self._facets.get(path, ()):
            self.results.fail(path, "type", "an object", show(entry))
        self.block(item.fields, f"blocked by request/{path}/type", path)

    def _all(self, member: Field, path: str, outcome: Outcome, reason: str, but: str = "") -> None:
        """One outcome for every rule about the member and what is below it."""
        for facet in self._facets.get(path, ()):
            if facet != but:
                self.results.add(path, facet, outcome, reason=reason)
        self._below(member, path, outcome, reason)

    def _below(self, member: Field, path: str, outcome: Outcome, reason: str) -> None:
        for child in member.fields + (member.item.fields if member.item is not None else ()):
            self._all(child, join(path, child.name), outcome, reason)


def _hidden(member: Field, facet: str, by: str) -> bool:
    """Is what the facet says not to be seen behind the broken one? A blank text is a text; what is convertible is no
    other type altogether."""
    if by == "not-blank":
        return member.type != "string" or facet not in FIRST
    if by == "strict-type":
        return facet not in {"type", "not-blank"}
    return True


class SoapWalk(Walk):
    """One request in SOAP. `oddities` are what its codec told: texts outside of their types, and other names."""

    def __init__(
        self,
        service: str,
        facets: Mapping[str, tuple[str, ...]],
        encoding: str,
        masked: Callable[[str], bool],
        oddities: Sequence[Oddity],
    ) -> None:
        super().__init__(service, facets, encoding, masked)
        self._texts = {(odd.path, odd.observed) for odd in oddities if odd.kind == "lexical"}
        self._names = {odd.path: odd.observed for odd in oddities if odd.kind == "name"}

    def _renamed(self, member: Field, path: str, unknown: list[str]) -> bool:
        other = self._names.get(path)
        if other is None or other not in unknown:
            return super()._renamed(member, path, unknown)
        unknown.remove(other)
        sentence = f"{path} stands under another name"
        self.notes.append((path, sentence))
        self._all(member, path, Outcome.UNTESTED, sentence)
        return True

    def _required(self, member: Field) -> bool:
        return member.required or due(member)

    def _lenient(self, member: Field, value: Tree) -> bool:
        # That a document demands a member says nothing of nil; a value type has no such value.
        return value is None and not due(member)

    def _found(self, member: Field, path: str, value: Tree) -> Found:
        if member.type == "list" or member.fields:
            return (
                {"type": (article(member.type), show(value))} if isinstance(value, str) and value.strip(BLANKS) else {}
            )
        if isinstance(value, Mapping) and member.type not in {"object", "map", "open", "empty"}:
            return dict.fromkeys(("type", "strict-type", "enumeration"), ("text", "elements"))
        if not isinstance(value, str):
            return {}
        if member.required and member.type == "string" and blank(value):
            return {"not-blank": ("text", show(value))}
        if not self._outside(member, path, value):
            return {}
        facet = "enumeration" if member.type == "enum" else "type" if xsd.hard(member, value) else "strict-type"
        return {facet: (article(member.type), show(value))}

    def _outside(self, member: Field, path: str, value: str) -> bool:
        if member.type == "enum":
            names = {choice.name for choice in member.choices}
            return (path, value) in self._texts or (bool(names) and value not in names)
        return not xsd.valid(member, value)
