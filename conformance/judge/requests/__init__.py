"""A request judged as its consumer's: for every rule that it bears on, whether the consumer kept it.

The rules are those that a service is to refuse a request for. A member that was seen as it should be passes its rules,
one that is missing blocks what cannot be seen behind it. What readers legally take in different ways is an observation
and never a failure: the generator expects neither of a service. Pure, and raises for no bytes whatever. Must never look
at an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from conformance.codecs import CODECS, Decoded, Malformed, covered
from conformance.judge.reply import charset_of
from conformance.judge.requests.around import EMPTY, MALFORMED, ROOT, TEXT, Around, text, travel
from conformance.judge.requests.members import MASKED, SoapWalk, Walk
from conformance.judge.show import whole
from conformance.judge.soap_marks import Mark
from conformance.model import Contract, Finding, Observation, Outcome, Request, Result, Tree
from conformance.rules import rules_of
from conformance.rules.soap import is_soap

__all__ = ["MASKED", "Asked", "asked_results"]

BREAKABLE = (
    *("required", "not-blank", "type", "strict-type", "enumeration"),
    *("pattern", "minimum", "maximum", "maximum-step", "min-length", "max-length"),
)
"""Facets of the rules about members that a request can break; the others say what is to be taken."""
MOST_CONTRACTS = 64
"""Contracts whose rules are remembered: those of one audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request says. `excluded`: the document, or our reading of it, excludes the message. `tree` are its members
    where it is one; `malformed` says why `decoded` is None."""

    results: tuple[Result, ...]
    observations: tuple[Observation, ...]
    excluded: bool
    tree: Tree = None
    decoded: Decoded | None = None
    malformed: str = ""


def asked_results(
    contract: Contract, encoding: str, request: Request, *, masked: Callable[[str], bool] = lambda _text: False
) -> Asked:
    """Results of the rules that the request bears on, in the encoding that it was meant to be in. `masked` tells of a
    text whether somebody put a mask into it: what such a text hides is not judged."""
    rules = _rules(_Same(contract), encoding)
    marks, notes = travel(contract, encoding, request)
    if request.method.upper() != contract.operation.method:
        # Whatever it says is another operation's business.
        return _told(contract, encoding, rules, marks, [("", note) for note in notes])
    read, charset = None, charset_of(request)
    try:
        read = CODECS[encoding].decode(contract.operation.request, request.body, charset)
    except Malformed as reason:
        if reason.unread or masked(request.body.decode("utf-8", "replace")):
            why = str(reason) if reason.unread else MASKED
            return _unseen(contract, encoding, rules, marks, notes, why)
        found = text(contract, encoding, request.body, reason)
    else:
        found = text(contract, encoding, request.body, read)
    walk = _walked(contract, encoding, rules, found, read, masked)
    told = [*((("", note)) for note in (*notes, *found.notes)), *walk.notes]
    return _told(contract, encoding, rules, [*marks, *found.marks], told, tuple(walk.results), read)


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules about requests in one encoding: those about members by their path, all by id."""

    facets: Mapping[str, tuple[str, ...]]
    known: frozenset[str]


class _Same:
    """A contract, alike to itself alone: what hangs on it is made once."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    def __hash__(self) -> int:
        return id(self.contract)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.contract is self.contract


@lru_cache(MOST_CONTRACTS)
def _rules(held: _Same, encoding: str) -> _Rules:
    here = [rule for rule in rules_of(held.contract, covered(held.contract)) if encoding in rule.encodings]
    facets: dict[str, list[str]] = {}
    for rule in here:
        if rule.part == "request" and rule.facet in BREAKABLE:
            facets.setdefault(rule.path, []).append(rule.facet)
    return _Rules({path: tuple(found) for path, found in facets.items()}, frozenset(rule.id for rule in here))


def _walked(
    contract: Contract,
    encoding: str,
    rules: _Rules,
    found: Around,
    read: Decoded | None,
    masked: Callable[[str], bool],
) -> Walk:
    """The members, or what hides them."""
    fields = contract.operation.request.fields
    walk = Walk(contract.service, rules.facets, encoding, masked)
    if is_soap(encoding) and read is not None:
        walk = SoapWalk(contract.service, rules.facets, encoding, masked, read.oddities)
    if found.by:
        walk.block(fields, f"blocked by {found.by}")
    elif read is not None and isinstance(read.tree, Mapping):
        walk.object(fields, read.tree)
    return walk


def _unseen(contract: Contract, encoding: str, rules: _Rules, marks: list[Mark], notes: list[str], why: str) -> Asked:
    """A body that this suite does not read, or of which a mask is a part."""
    walk = Walk(contract.service, rules.facets, encoding, lambda _text: False)
    walk.block(contract.operation.request.fields, why)
    unseen = [Mark(rule, Outcome.UNTESTED, reason=why) for rule in TEXT]
    told = [("", note) for note in notes]
    return replace(_told(contract, encoding, rules, [*marks, *unseen], told, tuple(walk.results)), malformed=why)


def _told(
    contract: Contract,
    encoding: str,
    rules: _Rules,
    marks: list[Mark],
    notes: list[tuple[str, str]],
    results: tuple[Result, ...] = (),
    read: Decoded | None = None,
) -> Asked:
    made = (*_of_marks(contract.service, marks), *results)
    kept = tuple(one for one in made if one.rule in rules.known)
    failed = next((mark.observed for mark in marks if mark.rule == MALFORMED and mark.outcome is Outcome.FAILED), "")
    return Asked(
        results=kept,
        observations=tuple(_observations(contract, encoding, rules, notes)),
        excluded=any(one.outcome is Outcome.FAILED for one in kept),
        tree=read.tree if read is not None else None,
        decoded=read,
        malformed=failed,
    )


def _of_marks(service: str, marks: list[Mark]) -> Iterator[Result]:
    for mark in marks:
        finding = Finding(path=mark.path, expected=whole(mark.expected), observed=whole(mark.observed))
        yield Result(
            rule=f"{service}/{mark.rule}",
            outcome=mark.outcome,
            finding=finding if mark.outcome is Outcome.FAILED else None,
            reason=mark.reason,
        )


def _observations(
    contract: Contract, encoding: str, rules: _Rules, notes: list[tuple[str, str]]
) -> Iterator[Observation]:
    """Each once, under the rule that is nearest."""
    around = f"{contract.service}/{ROOT}"
    for path, sentence in dict.fromkeys(notes):
        facets = rules.facets.get(path, ())
        rule = f"{contract.service}/request/{path}/{facets[0]}" if facets else around
        nearest = rule if rule in rules.known else f"{contract.service}/{EMPTY}"
        yield Observation(rule=nearest, encoding=encoding, sentence=sentence, exchanges=())
