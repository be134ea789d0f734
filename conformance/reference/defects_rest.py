"""What can be wrong with the reference in REST, as data: the ways in which each rule is broken.

A rule that no row speaks of has one way, `dropped`. `WIDE` are habits that many members share: a reader that takes
"5" for 5 takes it everywhere. How a way behaves stands in `habits`, `echoes`, `answers`, `negotiation` and `wire`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from conformance.facets import is_number, matches
from conformance.generate import strings, values
from conformance.generate.addresses import safe
from conformance.model import Contract, Field, Rule, Tree
from conformance.reference.defect import Defect, Edit, Way, is_of
from conformance.reference.mutations import mutants
from conformance.rules.applies import free_text
from conformance.rules.fields import walk

JSON, XML, FORM = ("json",), ("xml",), ("form",)
DOCUMENTS = ("json", "xml")


def _own(contract: Contract, member: Field | None) -> bool:
    """Is it a member of the message itself, of no object in it?"""
    return any(member is one for one in contract.operation.request.fields)


def _varied(contract: Contract, member: Field | None) -> bool:
    """May the value vary? Members that name something at the tenant keep theirs, so a stale one cannot be told."""
    known = member is not None and member.marks in {(), ("mail",)} and member.type != "list"
    return known and _own(contract, member)


def _free(contract: Contract, member: Field | None) -> bool:
    return member is not None and free_text(member) and _own(contract, member)


def _text_of(contract: Contract, member: Field | None) -> str:
    """The text that every request has in the member, where it is one."""
    known = member is not None and member.type == "string" and _own(contract, member)
    return str(contract.baseline.get(member.name, "")) if known and member is not None else ""


def _text(contract: Contract, member: Field | None) -> bool:
    return bool(_text_of(contract, member))


def _small(contract: Contract, member: Field | None) -> bool:
    return any(char.islower() for char in _text_of(contract, member))


def _capital(contract: Contract, member: Field | None) -> bool:
    """Are there capitals, in every request or in the one that swaps the case?"""
    text = _text_of(contract, member)
    return any(char.isupper() for char in text) or (_varied(contract, member) and any(map(str.isalpha, text)))


def _fitted(_contract: Contract, member: Field | None) -> bool:
    """Is it a text that may only be so long?"""
    held = member.constraints if member is not None and member.type == "string" else ()
    return any(constraint.max_length is not None for constraint in held)


def _tells(contract: Contract, member: Field | None) -> bool:
    """Is it the member that tells success?"""
    acceptance = contract.operation.acceptance
    return member is not None and acceptance is not None and member.name == acceptance.member


def _decimals(_contract: Contract, member: Field | None) -> bool:
    return member is not None and member.type == "decimal"


NEGOTIATED = ("http/accept-honoured", "http/accept-quality", "http/accept-unknown")
"""Rules that go by the label of an answer, whatever it holds."""

DROPPED = (Way(),)

WAYS: Mapping[tuple[str, str], tuple[Way, ...]] = {
    # --- members of a request ---
    ("request", "required"): (Way(), Way(variant="null", encodings=DOCUMENTS), Way(variant="absent")),
    ("request", "max-length"): (Way(), Way(variant="bytes", when=_free), Way(variant="trimmed", when=_free)),
    ("request", "minimum"): (Way(), Way(variant="exclusive", when=_decimals)),
    ("request", "maximum"): (Way(), Way(variant="exclusive", when=_decimals)),
    ("request", "pattern"): (Way(), Way(variant="culture", when=_decimals), Way(variant="after-refusal")),
    # --- members of an answer ---
    ("response", "required"): (
        Way(),
        Way(variant="null"),
        Way(variant="renamed"),
        Way(variant="bare", when=_tells),
    ),
    ("response", "refusal"): (Way(), Way(variant="status")),
    ("response", "type"): (
        Way(),
        Way(variant="digit", when=is_of("boolean"), encodings=JSON),
        Way(variant="yes", when=_tells),
        Way(variant="comma", when=is_of("decimal")),
        Way(variant="one-item", when=is_of("list"), encodings=JSON),
    ),
    ("response", "echo"): (
        Way(variant="altered"),
        Way(variant="missing"),
        Way(variant="null"),
        Way(variant="renamed", when=_text),
        Way(variant="stale", when=_varied),
        Way(variant="defaulted", when=is_of("boolean", "integer", "decimal", "guid")),
        Way(variant="upper-case", when=_small),
        Way(variant="lower-case", when=_capital),
        Way(variant="cut", when=_fitted),
        Way(variant="trimmed", when=_free),
        Way(variant="plain-letters", when=_free),
        Way(variant="question-marks", when=_free),
        Way(variant="twice-encoded", when=_free),
        Way(variant="html-escaped", when=_free),
        Way(variant="plus-for-space", when=_free),
        Way(variant="rounded", when=_decimals),
        Way(variant="whole", when=_decimals),
        Way(variant="single-precision", when=_decimals),
        Way(variant="last-item", when=is_of("list")),
        Way(variant="without-twins", when=is_of("list")),
    ),
    # --- the envelope of an answer ---
    ("envelope", "well-formed"): (
        Way(),
        Way(variant="cut"),
        Way(variant="trailing", encodings=JSON),
        Way(variant="single-quotes", encodings=JSON),
        Way(variant="not-a-number", encodings=JSON),
        Way(variant="unescaped", encodings=XML),
        Way(variant="second-root", encodings=XML),
        Way(variant="unannounced-wide"),
    ),
    ("envelope", "unique-names"): (Way(), Way(variant="nested")),
    ("envelope", "root"): (
        Way(),
        Way(variant="as-text"),
        Way(variant="lower-case", encodings=XML),
        Way(variant="wrapped", encodings=XML),
    ),
    ("envelope", "namespace"): (Way(), Way(variant="root"), Way(variant="leaf")),
    ("envelope", "order"): (Way(), Way(variant="by-name"), Way(variant="nested")),
    ("envelope", "repeated"): (Way(), Way(variant="nested")),
    # --- the text of a request ---
    ("envelope", "spelling"): (
        Way(),
        Way(variant="white-space", encodings=DOCUMENTS),
        Way(variant="escapes", also=("envelope/non-ascii",)),
        Way(variant="undeclared", encodings=XML),
        Way(variant="cdata", encodings=XML),
        Way(variant="percent", encodings=FORM),
    ),
    ("envelope", "non-ascii"): (
        Way(),
        Way(variant="escapes", encodings=DOCUMENTS),
        Way(variant="bytes", encodings=DOCUMENTS),
    ),
    ("envelope", "empty-body"): (
        Way(),
        Way(variant="nothing"),
        Way(variant="null", encodings=JSON),
        Way(variant="no-members", encodings=DOCUMENTS),
    ),
    ("envelope", "request-root"): (
        Way(),
        Way(variant="list", encodings=JSON),
        Way(variant="scalar", encodings=JSON),
        Way(variant="any-name", encodings=XML),
        Way(variant="wrapped", encodings=XML),
    ),
    # --- HTTP ---
    ("http", "charset-parameter"): (Way(), Way(variant="upper-case"), Way(variant="quoted")),
    ("http", "accept-documented"): (Way(), Way(variant="one-alone")),
    ("http", "accept-honoured"): (Way(), Way(variant="first-type"), Way(variant="plain", also=NEGOTIATED)),
    ("http", "accept-quality"): (
        Way(),
        Way(variant="last"),
        Way(variant="unweighted-last"),
        Way(variant="unread"),
    ),
    ("http", "accept-wildcard"): (
        Way(),
        Way(variant="any"),
        Way(variant="subtype"),
        Way(variant="none"),
        Way(variant="first-alone"),
    ),
    ("http", "accept-unknown"): (Way(), Way(variant="plain")),
    ("http", "content-type"): (
        Way(),
        Way(variant="page-label", also=NEGOTIATED),
        Way(variant="page", also=("envelope/well-formed",)),
        Way(variant="page-on-refusal", also=("envelope/well-formed",)),
    ),
    ("http", "content-type-present"): (Way(), Way(variant="never", also=NEGOTIATED)),
    ("http", "no-server-error"): (
        Way(),
        Way(variant="nested", encodings=DOCUMENTS),
        Way(variant="letters", also=("envelope/non-ascii",)),
        Way(variant="unknown", encodings=DOCUMENTS),
        Way(variant="null", encodings=DOCUMENTS),
        Way(variant="nothing"),
        Way(variant="big-numbers"),
        Way(variant="media-type"),
    ),
    ("http", "in-time"): (Way(), Way(variant="large", encodings=DOCUMENTS)),
}
"""(part, facet) → the ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """A way that all rules of these facets share, for members of these types; of every type where there are none.
    `also` are as for a way."""

    variant: str
    part: str
    facets: tuple[str, ...]
    types: tuple[str, ...] = ()
    encodings: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


NUMBERS = ("integer", "decimal")
EMPTY = ("envelope/empty-body",)
"""A message without any member lacks those that are demanded."""

WIDE: tuple[Habit, ...] = (
    Habit(variant="ignored", part="request", facets=("*",), also=EMPTY),
    Habit(variant="after-acceptance", part="request", facets=("*",), also=EMPTY),
    Habit(variant="remembered", part="request", facets=("required",), also=EMPTY),
    Habit(variant="once", part="request", facets=("required",), also=EMPTY),
    Habit(variant="once", part="request", facets=("type",)),
    Habit(variant="once", part="request", facets=("pattern",)),
    Habit(variant="after-refusal", part="request", facets=("type",)),
    Habit(variant="after-refusal", part="request", facets=("required",), also=EMPTY),
    Habit(variant="empty", part="request", facets=("not-blank",)),
    Habit(variant="spaces", part="request", facets=("not-blank",)),
    Habit(variant="words", part="request", facets=("type",), types=("boolean",)),
    Habit(variant="words", part="request", facets=("type",), types=("integer",)),
    Habit(variant="words", part="request", facets=("type",), types=("decimal",)),
    Habit(variant="words", part="request", facets=("type",), types=("list",)),
    Habit(variant="objects", part="request", facets=("type",), types=("boolean",)),
    Habit(variant="objects", part="request", facets=("type",), types=NUMBERS),
    Habit(variant="objects", part="request", facets=("type",), types=("string",)),
    Habit(variant="lists", part="request", facets=("type",), types=("boolean", *NUMBERS, "string")),
    Habit(variant="short", part="request", facets=("type",), types=("guid",)),
    Habit(variant="any-letter", part="request", facets=("type",), types=("guid",)),
    Habit(variant="first-item", part="request", facets=("type",), types=("guid",)),
    Habit(variant="digits", part="request", facets=("strict-type",), types=("integer",), encodings=JSON),
    Habit(variant="digits", part="request", facets=("strict-type",), types=("decimal",), encodings=JSON),
    Habit(variant="fraction", part="request", facets=("strict-type",), types=("integer",)),
    Habit(variant="true-for-one", part="request", facets=("strict-type",), types=NUMBERS, encodings=JSON),
    Habit(variant="word", part="request", facets=("strict-type",), types=("boolean",), encodings=JSON),
    Habit(variant="one-for-true", part="request", facets=("strict-type",), types=("boolean",), encodings=JSON),
    Habit(variant="capital", part="request", facets=("strict-type",), types=("boolean",), encodings=XML),
    Habit(variant="list-of-one", part="request", facets=("strict-type",), encodings=JSON),
    Habit(variant="scalar", part="request", facets=("strict-type",), types=("string",), encodings=JSON),
    Habit(variant="one-item", part="request", facets=("strict-type",), types=("list",), encodings=JSON),
    Habit(variant="of-the-request-before", part="response", facets=("echo",)),
    Habit(variant="of-the-first-request", part="response", facets=("echo",)),
    Habit(variant="emptied", part="response", facets=("echo",)),
    Habit(variant="other-case", part="response", facets=("name",)),
    Habit(variant="upper-case", part="response", facets=("name",)),
    Habit(variant="capital", part="response", facets=("type",), types=("boolean",), encodings=XML),
)
"""Habits that many members share: one defect each."""


def rest_defects(contract: Contract, rules: Iterable[Rule]) -> Iterator[Defect]:
    """Every defect of the service's reference in REST, in the order of the rules, then those of many rules."""
    known = tuple(rules)
    requested = dict(walk(contract.operation.request.fields))
    for rule in known:
        member = _member(contract, rule)
        together = _implied(contract.service, rule, requested.get(rule.path)) if rule.part == "request" else (rule.id,)
        for way in WAYS.get((rule.part, rule.facet), DROPPED):
            shown = tuple(name for name in way.encodings or rule.encodings if name in rule.encodings)
            if shown and (way.when is None or way.when(contract, member)):
                yield _defect(contract, rule, way, together, shown)
        if rule.part == "request" and rule.path in requested:
            yield from _bounds(contract.service, rule, requested[rule.path])
        if (rule.part, rule.facet) == ("request", "required") and len(rule.encodings) > 1:
            yield from _in_one_encoding(rule, together)
    yield from _patterns(contract, known)
    yield from _swapped(contract, known)
    yield from _lists(contract, known)
    for habit in WIDE:
        yield from _wide(contract, habit, known)


def _member(contract: Contract, rule: Rule) -> Field | None:
    """The member that the rule is about; of an echo the one that was sent."""
    requested = dict(walk(contract.operation.request.fields))
    if rule.part == "request":
        return requested.get(rule.path)
    if rule.facet == "echo":
        return requested.get(rule.path.partition("/")[2])
    return dict(walk(contract.operation.response.fields)).get(rule.path)


def _defect(contract: Contract, rule: Rule, way: Way, together: tuple[str, ...], encodings: tuple[str, ...]) -> Defect:
    also = tuple(f"{contract.service}/{name}" for name in way.also)
    return Defect(
        id=f"{rule.id}:{way.variant}",
        rules=(*together, *also),
        encodings=encodings,
        broken=frozenset(together),
        variant=way.variant,
    )


def _implied(service: str, rule: Rule, member: Field | None) -> tuple[str, ...]:
    """The rule and those that would still catch what it lets through: only together can they be broken."""
    implied = member.implied_by.get(rule.facet, ()) if member is not None else ()
    if rule.facet == "min-length" and member is not None and member.required and bound(member, rule.facet) == 1:
        # Nothing is shorter than one character but blank text.
        implied += ("not-blank",) if member.type == "string" else ()
    return (rule.id, *(f"{service}/request/{rule.path}/{facet}" for facet in implied))


def _in_one_encoding(rule: Rule, together: tuple[str, ...]) -> Iterator[Defect]:
    """Each reader has a list of its own of what is demanded, and one of them lacks the member."""
    for name in rule.encodings:
        yield Defect(
            id=f"{rule.id}:not-in-{name}",
            rules=together,
            encodings=(name,),
            broken=frozenset(together),
            only=(name,),
        )


# --- bounds -----------------------------------------------------------------------------------------------------------


def _bounds(service: str, rule: Rule, member: Field) -> Iterator[Defect]:
    """Bounds off by one on each side, where no other constraint hides it."""
    step = {"minimum": -1, "maximum": 1, "max-length": 1, "min-length": -1}.get(rule.facet)
    value = bound(member, rule.facet)
    if step is None or value is None or "reference" in member.marks:
        return
    for variant, change in (("looser", step), ("tighter", -step)):
        implied = _implied(service, rule, member)[1:]
        if implied and (variant == "looser" or rule.facet.endswith("-length")):
            continue
        also: tuple[str, ...] = ()
        if variant == "tighter" and rule.facet.endswith("-length"):
            # A drawn text of just that length was to show another rule of the member.
            also = tuple(
                f"{service}/request/{rule.path}/{facet}" for facet in ("type", "pattern", "required", "optional")
            )
        if member.type == "decimal" and rule.facet == "maximum" and variant == "looser":
            also = (f"{service}/request/{rule.path}/maximum-step",)
        yield _edited(rule, variant, ((rule.path, rule.facet, value + change),), also)


def _edited(rule: Rule, variant: str, edits: tuple[Edit, ...], also: tuple[str, ...], *, wide: bool = False) -> Defect:
    return Defect(
        id=f"{rule.id}:{variant}",
        rules=(rule.id, *also),
        encodings=rule.encodings,
        variant=variant,
        edits=edits,
        wide=wide,
    )


def bound(member: Field, facet: str) -> Decimal | None:
    """The member's bound of that facet; None where it has none."""
    for constraint in member.constraints:
        if facet == "minimum" and constraint.minimum is not None:
            return constraint.minimum
        if facet == "maximum" and constraint.maximum is not None:
            return constraint.maximum
        if facet == "max-length" and constraint.max_length is not None:
            return Decimal(constraint.max_length)
        if facet == "min-length" and constraint.min_length:
            return Decimal(constraint.min_length)
    return None


def _swapped(contract: Contract, rules: tuple[Rule, ...]) -> Iterator[Defect]:
    """Two members with the range of each other, where the baseline has room in both."""
    ranged = [member for member in contract.operation.request.fields if bound(member, "maximum") is not None]
    for one, other in pairwise(ranged):
        own = next((rule for rule in rules if rule.id == f"{contract.service}/request/{one.name}/maximum"), None)
        if own is None or bound(one, "maximum") == bound(other, "maximum"):
            continue
        edits = (*_range_of(other, one.name), *_range_of(one, other.name))
        fits = all(_within(contract.baseline.get(mine.name), theirs) for mine, theirs in ((one, other), (other, one)))
        if fits:
            facets = ("minimum", "maximum", "maximum-step", "pattern", "type")
            also = tuple(
                f"{contract.service}/request/{name}/{facet}" for name in (one.name, other.name) for facet in facets
            )
            yield _edited(own, "swapped", edits, tuple(rule for rule in also if rule != own.id), wide=True)


def _range_of(member: Field, name: str) -> tuple[Edit, ...]:
    found = ((facet, bound(member, facet)) for facet in ("minimum", "maximum"))
    return tuple((name, facet, value) for facet, value in found if value is not None)


def _within(value: Tree, member: Field) -> bool:
    low, high = bound(member, "minimum"), bound(member, "maximum")
    return is_number(value) and low is not None and high is not None and low <= value <= high


# --- patterns ---------------------------------------------------------------------------------------------------------


BESIDE = ("type", "required", "optional", "max-length", "min-length")
"""Rules of a member whose values a pattern that is too narrow refuses as well."""


def _patterns(contract: Contract, rules: tuple[Rule, ...]) -> Iterator[Defect]:
    """The mutants of each pattern that a text tells which this suite can send; one constant may serve many members."""
    stated: dict[str, list[Rule]] = {}
    for rule in rules:
        member = _member(contract, rule)
        if (rule.part, rule.facet) != ("request", "pattern") or member is None or "/" in rule.path:
            continue
        constraint = member.constraint("pattern")
        if constraint is not None and constraint.pattern is not None and not member.implied_by.get("pattern"):
            stated.setdefault(constraint.pattern, []).append(rule)
    for pattern, found in stated.items():
        for name, mutant in mutants(pattern):
            told = [rule for rule in found if _told(contract, rule, pattern, mutant)]
            if told:
                edits = tuple((rule.path, "pattern", mutant) for rule in told)
                also = (f"{rule.id.removesuffix('pattern')}{facet}" for rule in told for facet in BESIDE)
                others = (*(rule.id for rule in told[1:]), *also)
                yield _edited(told[0], name, edits, others, wide=len(told) > 1)


def _told(contract: Contract, rule: Rule, pattern: str, mutant: str) -> bool:
    """Does a text of the rule's cases tell the mutant, and does it take the baseline?"""
    member = _member(contract, rule)
    current = contract.baseline.get(rule.path)
    if member is None or current is None or not matches(mutant, str(current)):
        return False
    if member.type == "decimal":
        texts = [str(value.value) for value in values.decimals(member)]
    else:
        near = (*strings.near_misses(pattern, str(current)), *strings.near_hits(pattern, str(current)))
        longest = bound(member, "max-length") or Decimal("Infinity")
        texts = [text for text, _ in near if safe(text) and len(text) <= longest]
    return any(matches(pattern, text) != matches(mutant, text) for text in texts)


# --- many members -----------------------------------------------------------------------------------------------------


def _lists(contract: Contract, rules: tuple[Rule, ...]) -> Iterator[Defect]:
    """Lists whose items come back in another order: what the items hold shows it."""
    echoes = [rule for rule in rules if (rule.part, rule.facet) == ("response", "echo")]
    for rule in echoes:
        inside = [one for one in echoes if one.path.startswith(f"{rule.path}/")]
        texts = [one for one in inside if (found := _member(contract, one)) is not None and not found.marks]
        for variant in ("sorted", "backwards") if texts else ():
            rest = [one.id for one in (*inside, rule) if one is not texts[0]]
            yield Defect(
                id=f"{texts[0].id}:{variant}",
                rules=(texts[0].id, *rest),
                encodings=rule.encodings,
                broken=frozenset({rule.id}),
                variant=variant,
            )


def _wide(contract: Contract, habit: Habit, rules: tuple[Rule, ...]) -> Iterator[Defect]:
    found = [rule for rule in rules if rule.part == habit.part and _shares(contract, habit, rule)]
    if habit.facets == ("*",):
        found = [rule for rule in found if rule.facet != "optional"]
    encodings = tuple(dict.fromkeys(name for rule in found for name in rule.encodings))
    shown = tuple(name for name in encodings if not habit.encodings or name in habit.encodings)
    if found and shown:
        together = tuple(rule.id for rule in found)
        yield Defect(
            id=f"{together[0]}:{habit.variant}",
            rules=(*together, *(f"{contract.service}/{name}" for name in habit.also)),
            encodings=shown,
            broken=frozenset(together),
            variant=habit.variant,
            wide=True,
        )


def _shares(contract: Contract, habit: Habit, rule: Rule) -> bool:
    member = _member(contract, rule)
    named = habit.facets == ("*",) or rule.facet in habit.facets
    return named and (not habit.types or (member is not None and member.type in habit.types))
