"""The contract walk: goes through a message beside the contract and attributes what it sees to rules.

`request_findings` is what a conforming service refuses a request for; `answer_results` judges an answer to a valid
request. Pure generators of values; no wording beyond expected and observed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from conformance.codecs import Oddity
from conformance.codecs.lexical import BLANKS
from conformance.facets import Fit, blank, broken, equal, fits
from conformance.judge.show import show
from conformance.model import Contract, Field, Finding, Outcome, Result, Tree
from conformance.rules.fields import article, join

MISSING = object()
WORST = (Outcome.FAILED, Outcome.CANT_TELL, Outcome.UNTESTED, Outcome.PASSED, Outcome.INAPPLICABLE)
RANKS = {outcome: rank for rank, outcome in enumerate(WORST)}


def request_findings(contract: Contract, tree: Mapping[str, Tree]) -> Iterator[tuple[str, Finding]]:
    """(rule id, finding) for everything in the request that the document, or our reading of it, excludes."""
    yield from _request(contract.service, contract.operation.request.fields, tree, "")


def _request(
    service: str, fields: tuple[Field, ...], tree: Mapping[str, Tree], prefix: str
) -> Iterator[tuple[str, Finding]]:
    for member in fields:
        path = join(prefix, member.name)
        for facet, expected, observed in member_findings(member, tree.get(member.name, MISSING)):
            yield f"{service}/request/{path}/{facet}", Finding(path=path, expected=expected, observed=observed)
        for inner in _items(member, tree.get(member.name)):
            if inner is None:
                continue
            if isinstance(inner, dict):
                children = member.item.fields if member.item is not None else member.fields
                yield from _request(service, children, inner, path)
            else:
                finding = Finding(path=path, expected="an object", observed=show(inner))
                yield f"{service}/request/{path}/type", finding


def _items(member: Field, value: Tree) -> list[Tree]:
    if member.type == "list" and member.item is not None and member.item.fields and isinstance(value, list):
        return value
    return [value] if member.fields and isinstance(value, dict) else []


def member_findings(member: Field, value: Tree) -> Iterator[tuple[str, str, str]]:
    """(facet, expected, observed) of what a value breaks of the rules about its own member, MISSING for none."""
    if value is MISSING or value is None:
        if member.required:
            yield "required", "a value", "absent" if value is MISSING else "null"
        return
    if member.required and member.type in {"string", "guid"} and blank(value):
        yield "not-blank", "text", show(value)
        return
    how = fits(member, value)
    if how is not Fit.EXACT:
        yield "type" if how is Fit.WRONG else "strict-type", article(member.type), show(value)
        return
    misfit = _misfit(member, value)
    if misfit is not None:
        yield misfit
        return
    for facet in broken(member, value):
        yield facet, _bound(member, facet), show(value)


def _misfit(member: Field, value: Tree) -> tuple[str, str, str] | None:
    """The worst of the items of a list of scalars, or of the values of a map, that are not of their type."""
    item = member.item
    if item is None or (member.type == "list" and item.fields):
        return None
    inner = value.values() if isinstance(value, dict) else value
    fitted = [(fits(item, one), one) for one in inner if one is not None]
    for fit, facet in ((Fit.WRONG, "type"), (Fit.CONVERTIBLE, "strict-type")):
        found = next((one for how, one in fitted if how is fit), None)
        if found is not None:
            return facet, f"items, each {article(item.type)}", show(found)
    return None


def _bound(member: Field, facet: str) -> str:
    for constraint in member.constraints:
        match facet:
            case "pattern" if constraint.pattern is not None:
                return constraint.pattern
            case "minimum" if constraint.minimum is not None:
                return f"at least {constraint.minimum}"
            case "maximum" | "maximum-step" if constraint.maximum is not None:
                return f"at most {constraint.maximum}"
            case "min-length" if constraint.min_length:
                return f"at least {constraint.min_length} characters"
            case "max-length" if constraint.max_length is not None:
                return f"at most {constraint.max_length} characters"
    return facet


@lru_cache(2**14)
def _result(prefix: str, path: str, facet: str, outcome: Outcome, reason: str) -> Result:
    """Most messages say the same of most rules."""
    return Result(rule=f"{prefix}/{path}/{facet}", outcome=outcome, reason=reason)


# --- answers ----------------------------------------------------------------------------------------------------------


class Results:
    """Results of one message by rule: the worst wins, since a list may hold many items for one rule."""

    def __init__(self, service: str, part: str = "response") -> None:
        self._prefix = f"{service}/{part}"
        self._found: dict[str, Result] = {}

    def add(self, path: str, facet: str, outcome: Outcome, finding: Finding | None = None, reason: str = "") -> None:
        """Note what was seen; a better outcome never covers a worse one."""
        result = _result(self._prefix, path, facet, outcome, reason)
        known = self._found.get(result.rule)
        if known is None or RANKS[outcome] < RANKS[known.outcome]:
            self._found[result.rule] = result if finding is None else replace(result, finding=finding)

    def fail(self, path: str, facet: str, expected: str, observed: str) -> None:
        finding = Finding(path=path, expected=expected, observed=observed)
        self.add(path, facet, Outcome.FAILED, finding)

    def __iter__(self) -> Iterator[Result]:
        return iter(self._found.values())


def answer_results(
    contract: Contract,
    sent: Tree,
    tree: Mapping[str, Tree],
    *,
    accepted: bool,
    items: Mapping[str, Oddity] | None = None,
    read: Read | None = None,
) -> tuple[Result, ...]:
    """What the answer to a valid request says of every response rule. `sent` is the request's message or None.

    `items` are the lists whose items have another name than the documented one; None where items have no names. `read`
    is what a codec that knows the types has told already.
    """
    walker = _Walker(contract, accepted=accepted, items=items, read=read)
    echo = contract.operation.acceptance.echo if contract.operation.acceptance is not None else None
    for member in contract.operation.response.fields:
        counterpart = sent if member.name == echo and isinstance(sent, dict) else MISSING
        walker.member(member, tree, "", counterpart if member.name == echo else MISSING)
    return tuple(walker.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Members whose text is outside of their type, and members that came under another name, by path."""

    lexical: Mapping[str, Oddity]
    names: Mapping[str, Oddity]


class _Walker:
    def __init__(
        self, contract: Contract, *, accepted: bool, items: Mapping[str, Oddity] | None, read: Read | None
    ) -> None:
        self.read = read
        self.results = Results(contract.service)
        self.accepted = accepted
        self.items = items
        acceptance = contract.operation.acceptance
        self.demanded = {acceptance.member, acceptance.echo} if acceptance is not None else set()
        self.member_name = acceptance.member if acceptance is not None else None
        self.echo = acceptance.echo if acceptance is not None else None

    def member(self, member: Field, tree: Mapping[str, Tree], prefix: str, sent: Tree) -> None:
        """One member of an object of the answer, and everything below it."""
        path = join(prefix, member.name)
        if member.name not in tree and (variant := self._variant(member, path, tree)) is not None:
            self.results.fail(path, "name", member.name, variant)
            self._block(member, path, f"{path}/name", own=("type", "required", "echo"))
            return
        value = tree.get(member.name, MISSING)
        present = value is not MISSING
        self.results.add(
            path, "name", Outcome.PASSED if present else Outcome.INAPPLICABLE, reason="" if present else _never(path)
        )
        if value is MISSING or value is None:
            self._nothing(member, path, value, sent)
            return
        if not prefix and member.name in self.demanded:
            self.results.add(path, "required", Outcome.PASSED)
        if self._misfits(member, path, value):
            self.results.fail(path, "type", article(member.type), self._shown(path, value))
            self._block(member, path, f"{path}/type", own=("echo",))
            return
        self._typed(member, path, value, sent)

    def _variant(self, member: Field, path: str, tree: Mapping[str, Tree]) -> str | None:
        """The name under which the member came instead of its own."""
        if self.read is None:
            return _variant(member.name, tree)
        odd = self.read.names.get(path)
        return odd.observed if odd is not None else None

    def _misfits(self, member: Field, path: str, value: Tree) -> bool:
        """Is the value not of the member's type? What is no text in XML was read, or told, by the codec."""
        if self.read is None:
            return fits(member, value) is not Fit.EXACT
        if member.fields or member.type == "list":
            # Text where members are due.
            return isinstance(value, str) and bool(value.strip(BLANKS))
        return path in self.read.lexical

    def _shown(self, path: str, value: Tree) -> str:
        odd = self.read.lexical.get(path) if self.read is not None else None
        return show(odd.observed if odd is not None else value)

    def _typed(self, member: Field, path: str, value: Tree, sent: Tree) -> None:
        if member.item is not None:
            held = member.item
            inner = value.values() if isinstance(value, dict) else value
            wrong = next((item for item in inner if item is not None and self._odd_item(held, path, item)), None)
            if wrong is not None:
                self.results.fail(path, "type", f"a {member.type} of items, each {article(held.type)}", show(wrong))
                self._block(member, path, f"{path}/type", own=("echo",))
                return
        self.results.add(path, "type", Outcome.PASSED)
        if member.item is not None and member.type == "list":
            self._list(member.item, path, value, sent)
        elif member.fields:
            for child in member.fields:
                self.member(child, value, path, self._sent(sent, child.name))
        else:
            self._compare(member, path, value, sent)

    def _odd_item(self, held: Field, path: str, item: Tree) -> bool:
        if self.read is not None:
            return path in self.read.lexical
        return fits(held, item) is not Fit.EXACT

    def _sent(self, sent: Tree, name: str) -> Tree:
        return sent.get(name, MISSING) if isinstance(sent, dict) else MISSING

    def _named(self, path: str, value: list[Tree]) -> None:
        """The names of a list's items, where the encoding has any."""
        if self.items is None:
            return
        odd = self.items.get(path)
        if odd is not None:
            self.results.fail(path, "item", odd.expected, odd.observed)
        elif value:
            self.results.add(path, "item", Outcome.PASSED)
        else:
            self.results.add(path, "item", Outcome.INAPPLICABLE, reason=f"no accepted answer carried items in {path}")

    def _list(self, item: Field, path: str, value: list[Tree], sent: Tree) -> None:
        self._named(path, value)
        whole = isinstance(sent, list) and len(sent) == len(value)
        if isinstance(sent, list) and self._echoes(path):
            if whole:
                self.results.add(path, "echo", Outcome.PASSED)
            else:
                self.results.fail(path, "echo", f"{len(sent)} items", f"{len(value)} items")
        for number, entry in enumerate(value):
            if not isinstance(entry, dict):
                continue
            for child in item.fields:
                counterpart = self._sent(sent[number], child.name) if whole else MISSING
                self.member(child, entry, path, counterpart)
        if not value:
            for child in item.fields:
                self._never(child, join(path, child.name))

    def _echoes(self, path: str) -> bool:
        return self.echo is not None and path.startswith(f"{self.echo}/")

    def _compare(self, member: Field, path: str, value: Tree, sent: Tree) -> None:
        if not self._echoes(path) or sent is MISSING or sent is None:
            return
        if not self.accepted:
            self.results.add(path, "echo", Outcome.CANT_TELL, reason="the request was not accepted")
        elif equal(member, sent, value):
            self.results.add(path, "echo", Outcome.PASSED)
        else:
            self.results.fail(path, "echo", show(sent), show(value))

    def _nothing(self, member: Field, path: str, value: Tree, sent: Tree) -> None:
        """The member is absent or null."""
        state = "absent" if value is MISSING else "null"
        if "/" not in path and member.name in self.demanded and (self.accepted or member.name == self.member_name):
            self.results.fail(path, "required", "a value", state)
            self._block(member, path, f"{path}/required", own=("type",))
            return
        for facet in ("type", *self._more(member)):
            self.results.add(path, facet, Outcome.INAPPLICABLE, reason=_never(path))
        if self.accepted and self._echoes(path) and sent is not MISSING and sent is not None:
            self.results.fail(path, "echo", show(sent), state)
            self._block(member, path, f"{path}/echo", own=(), inner=("echo",))
        for child in member.fields + (member.item.fields if member.item is not None else ()):
            self._never(child, join(path, child.name))

    def _never(self, member: Field, path: str) -> None:
        for facet in ("name", "type", *self._more(member)):
            self.results.add(path, facet, Outcome.INAPPLICABLE, reason=_never(path))
        for child in member.fields + (member.item.fields if member.item is not None else ()):
            self._never(child, join(path, child.name))

    def _more(self, member: Field) -> tuple[str, ...]:
        """The facets that only some encodings have."""
        return ("item",) if self.items is not None and member.type == "list" else ()

    def _block(
        self,
        member: Field,
        path: str,
        by: str,
        own: tuple[str, ...],
        inner: tuple[str, ...] = ("name", "type", "echo"),
    ) -> None:
        """What cannot be seen behind a finding is untested, not failed again: `own` facets, and `inner` ones below."""
        reason = f"blocked by response/{by}"
        for facet in (*own, *(self._more(member) if by.endswith(("/name", "/type", "/required")) else ())):
            applies = {
                "required": "/" not in path and member.name in self.demanded,
                "echo": self._echoes(path),
            }.get(facet, True)
            if applies:
                self.results.add(path, facet, Outcome.UNTESTED, reason=reason)
        for child in member.fields + (member.item.fields if member.item is not None else ()):
            self._block(child, join(path, child.name), by, inner, inner)


def _variant(name: str, tree: Mapping[str, Tree]) -> str | None:
    return next((key for key in tree if key.lower() == name.lower()), None)


def _never(path: str) -> str:
    return f"no accepted answer carried {path}"
