"""Property cases: Hypothesis draws values at plan time, the same for the same seed whatever a server answers.

Only generation is used: no database, no shrinking, no reuse. One member differs per case, so that a finding names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from decimal import Decimal
from functools import cache, lru_cache
from math import ceil, floor
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal import constants_ast
from hypothesis.internal.conjecture import providers
from hypothesis.strategies import SearchStrategy

from conformance.facets import broken
from conformance.generate.members import Place, is_words
from conformance.generate.subject import Subject, refers
from conformance.generate.values import Value
from conformance.model import Case, Expect, Field, Tree

COUNTS = {"smoke": 0, "quick": 0, "standard": 3, "deep": 40}
"""Draws per member and direction, by depth."""

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
WORDS = LETTERS + "0123456789 "
LOCAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"


def property_cases(subject: Subject, depth: str) -> Iterator[Case]:
    """Drawn cases for every member that is free to vary."""
    count = COUNTS[depth]
    if not count:
        return
    base = subject.baseline()
    for member in subject.fields:
        if refers(member) or member.name not in base:
            continue
        place = Place(subject, member, (member.name,), base)
        for number, drawn in enumerate(
            draw(valid(member, base[member.name], _room(subject, member, base)), count, subject.seed)
        ):
            yield _case(place, "valid", number, drawn)
        for number, drawn in enumerate(draw(invalid(member), count, subject.seed)):
            yield _case(place, "invalid", number, drawn)


def _case(place: Place, direction: str, number: int, drawn: Tree) -> Case:
    subject, member = place.subject, place.member
    facets = tuple(broken(member, drawn))
    facet = (
        facets[0]
        if facets
        else next((c.facet for c in member.constraints if c.facet in {"pattern", "max-length"}), "type")
    )
    if member.constraint("range") is not None and not facets and not (facet == "pattern" and drawn % 1):
        # A service that takes no fraction breaks the pattern, not the bounds.
        facet = "maximum"
    value = Value(f"drawn-{direction}-{number}", drawn, f"{drawn!r}" if isinstance(drawn, str) else f"{drawn}")
    return place.case(
        facet,
        value,
        Expect.REFUSED if facets else Expect.ACCEPTED,
        also=facets,
        origin=f"property:{subject.seed}",
    )


def _room(subject: Subject, member: Field, base: dict[str, Tree]) -> tuple[Tree, Tree]:
    """What the other side of an ordered pair leaves: (least, most), None for no limit."""
    least = most = None
    for order in subject.contract.operation.orders:
        most = base.get(order.upper, most) if member.name == order.lower else most
        least = base.get(order.lower, least) if member.name == order.upper else least
    return least, most


@lru_cache(maxsize=256)
def draw(strategy: SearchStrategy[Any] | None, count: int, number: int) -> tuple[Tree, ...]:
    """`count` distinct values of the strategy, decided by the seed alone: drawn once for all encodings, and for all
    members that the same strategy, as an object, is for."""
    if strategy is None:
        return ()
    drawn: list[Tree] = []

    @seed(number)
    @settings(
        max_examples=count * 4,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=False,
    )
    @given(strategy)
    def collect(value: Tree) -> None:
        if value not in drawn:
            drawn.append(deepcopy(value))

    with _only_the_seed():
        collect()
    return tuple(drawn[-count:])


@contextmanager
def _only_the_seed() -> Iterator[None]:
    """Hypothesis mixes in constants found in whatever local modules happen to be loaded; here the seed alone decides.

    There is no public switch. Should the private name go, a test that draws in two processes tells.
    """
    original = getattr(providers, "_get_local_constants", None)
    if original is None:
        yield
        return
    nothing = constants_ast.Constants()
    providers.CONSTANTS_CACHE.cache.clear()
    providers._get_local_constants = lambda: nothing
    try:
        yield
    finally:
        providers._get_local_constants = original
        providers.CONSTANTS_CACHE.cache.clear()


def valid(member: Field, current: Tree, room: tuple[Tree, Tree] = (None, None)) -> SearchStrategy[Any] | None:
    """Values that the member must take, built from its bounds and `room`; None where a draw would tell nothing."""
    bounds = member.constraint("range")
    if bounds is not None and bounds.minimum is not None and bounds.maximum is not None:
        low = bounds.minimum if room[0] is None else room[0]
        high = bounds.maximum if room[1] is None else room[1]
        return whole(ceil(low), floor(high)) if member.type == "integer" else cents(ceil(low * 100), floor(high * 100))
    if "mail" in member.marks:
        return mail()
    length = member.constraint("max-length")
    if member.type == "string" and member.constraint("pattern") is None and is_words(current):
        most = length.max_length if length is not None and length.max_length is not None else 40
        return words(most)
    return None


def invalid(member: Field) -> SearchStrategy[Any] | None:
    """Values that break exactly the stated range or length."""
    bounds = member.constraint("range")
    if bounds is not None and bounds.minimum is not None and bounds.maximum is not None:
        return outside(ceil(bounds.minimum) - 1, floor(bounds.maximum) + 1)
    length = member.constraint("max-length")
    if length is not None and length.max_length is not None and member.constraint("pattern") is None:
        most = length.max_length
        return text(LETTERS, most + 1, most + 60)
    return None


@cache
def whole(low: int, high: int) -> SearchStrategy[int]:
    """Whole numbers between the two."""
    return st.integers(min_value=low, max_value=high)


@cache
def cents(low: int, high: int) -> SearchStrategy[Decimal]:
    """Numbers with two decimals between so many hundredths."""
    return st.integers(min_value=low, max_value=high).map(lambda number: Decimal(number) / 100)


@cache
def outside(low: int, high: int) -> SearchStrategy[int]:
    """Whole numbers from the lower one downwards and from the higher one upwards."""
    return st.one_of(
        st.integers(min_value=low - 10**6, max_value=low), st.integers(min_value=high, max_value=high + 10**6)
    )


@cache
def mail() -> SearchStrategy[str]:
    """Addresses of every documented shape, in a domain that nobody can own."""
    part = text(LOCAL, 1, 12).filter(lambda drawn: drawn[0] != "-")
    local = st.lists(part, min_size=1, max_size=3).map(".".join)
    domain = st.sampled_from(
        ("example.com", "example.org", "mail.test", "a.b.test", "x_y.test", "mail.invalid", "b.zz")
    )
    return st.tuples(local, domain).map("@".join)


@cache
def words(most: int) -> SearchStrategy[str]:
    """Text of letters, digits and single inner spaces, up to `most` characters."""
    return text(WORDS, 1, most).map(lambda drawn: " ".join(drawn.split())).filter(bool)


@cache
def text(alphabet: str, least: int, most: int) -> SearchStrategy[str]:
    """Text of these characters. Hypothesis' own `text` would write its Unicode tables into the current directory."""
    return st.lists(st.sampled_from(alphabet), min_size=least, max_size=most).map("".join)
