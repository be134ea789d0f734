"""Patterns as people get them wrong: each mutant is another pattern, that every engine reads in no time."""

from __future__ import annotations

import pytest

from conformance.facets import matches
from conformance.patterns import parse
from conformance.patterns.mutants import MOST_WRITTEN, mutants
from conformance.run.contracts import contracts

FIELDS = {member.name: member for member in contracts()["collection-policy"].operation.request.fields}
MAIL = FIELDS["Email"].constraint("pattern").pattern
CODE = r"^[A-Z]{2,4}-\d+(/x)?$"

# fmt: off
TOLD = [
    # pattern, mutant, what it takes or refuses otherwise
    (CODE, "start-lost", "zzAB-1"),
    (CODE, "end-lost", "AB-1zz"),
    (CODE, "both-lost", "zzAB-1zz"),
    (CODE, "only-2d", "zz-zz"),
    (CODE, "count-1-fewer", "A-1"),
    (CODE, "count-1-least-more", "AB-1"),
    (CODE, "count-1-more", "ABCDE-1"),
    (CODE, "count-1-most-fewer", "ABCD-1"),
    (CODE, "count-3-least-more", "AB-1"),
    (CODE, "class-1-with-digits", "A1-1"),
    (CODE, "class-1-any", "A?-1"),
    (CODE, "sign-1-any", "AB?1"),
    (CODE, "sign-1-optional", "AB1"),
    (r"^(yes|no|perhaps)$", "anchors-misplaced", "yes sir"),
    (r"^(yes|no|perhaps)$", "anchors-misplaced", "or no one"),
    (r"^\w[\w-]*$", "class-1-no-underscore", "_a"),
    (r"^\w[\w-]*$", "class-1-with-hyphen", "-a"),
    (r"^\w[\w-]*$", "class-2-no-hyphen", "a-b"),
    (r"^\w[\w-]*$", "class-2-no-upper-case", "aB"),
    (r"^\w[\w-]*$", "class-2-no-digits", "a1"),
]
# fmt: on


@pytest.mark.parametrize(("pattern", "name", "text"), TOLD)
def test_a_mutant_reads_a_text_in_the_way_of_its_mistake(pattern, name, text):
    assert matches(dict(mutants(pattern))[name], text) is not matches(pattern, text)


@pytest.mark.parametrize("pattern", [MAIL, CODE, r"^\d+(\.\d{1,2})?$", r"^[0-9]*$", "^(yes|no)$", "a|b"])
def test_mutants_have_names_of_their_own_and_are_patterns_themselves(pattern):
    found = list(mutants(pattern))
    assert len(dict(found)) == len(found) == len({text for _, text in found}) > 0
    for _, text in found:
        assert parse(text) != parse(pattern)


def test_a_pattern_that_dialects_read_differently_has_none():
    assert list(mutants(r"^(?=a)b$")) == []


def test_a_mark_between_repetitions_of_repetitions_stays():
    # Without it an engine would try every way to cut a label in pieces.
    signs = {name for name, _ in mutants(MAIL) if name.startswith("sign-")}
    assert signs == {f"sign-{place}-{way}" for place in (2, 4, 5) for way in ("any", "optional")}


def test_a_long_pattern_has_those_of_its_first_places():
    # All of them would be as many as it has places, each as long as it is.
    found = list(mutants("-" * 5000))
    assert len(found) > 10
    assert sum(len(text) for _, text in found) <= MOST_WRITTEN
