"""Near misses and boundary strings: made from the pattern itself, complete at its ends and edges."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from conformance.facets import matches
from conformance.generate.addresses import safe
from conformance.generate.strings import near_hits, near_misses, sample, stretch
from conformance.patterns import Chars, Repeat, derive, parse
from conformance.run.contracts import contracts

FIELDS = {member.name: member for member in contracts()["collection-policy"].operation.request.fields}
MAIL = FIELDS["Email"].constraint("pattern").pattern
ADDRESS = contracts()["collection-policy"].baseline["Email"]
PATTERNS = (
    MAIL,
    r"^[0-9]*$",
    r"^\d+(\.\d{1,2})?$",
    "^(?:ab|c)+d?$",
    "^[a-c]{2,3}-?x*$",
    r"^[A-Z]{4}\d{6}[A-Z0-9]{3}$",
    "^(yes|no)$",
    r"^\w[\w-]{0,3}$",
)
values = st.sampled_from(PATTERNS).flatmap(
    lambda pattern: st.tuples(
        st.just(pattern),
        st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True).filter(lambda text: len(text) < 40),
    )
)


@given(values)
def test_a_near_miss_never_matches_and_a_near_hit_always_does(drawn):
    pattern, value = drawn
    misses, hits = near_misses(pattern, value), near_hits(pattern, value)
    assert not any(matches(pattern, text) for text, _ in misses)
    assert all(matches(pattern, text) for text, _ in hits)
    texts = [text for text, _ in (*misses, *hits)]
    assert len(texts) == len(set(texts))
    assert value not in texts
    assert all(what for _, what in (*misses, *hits))
    assert near_misses(pattern, value) == misses


@settings(suppress_health_check=[HealthCheck.filter_too_much])  # Few patterns have a text of any length.
@given(values, st.integers(min_value=0, max_value=80))
def test_a_stretched_value_has_the_exact_length_and_still_matches(drawn, length):
    pattern, value = drawn
    text = stretch(pattern, value, length)
    assume(text is not None)
    assert len(text) == length
    assert matches(pattern, text)


@given(st.text(max_size=10), st.integers(min_value=0, max_value=30))
def test_free_text_is_stretched_to_any_length_not_below_its_own(value, length):
    text = stretch(None, value, length)
    if text is None:
        assert length < len(value) or not value
    else:
        assert len(text) == length
        assert text.startswith(value)


def test_a_value_is_never_cut():
    assert stretch(MAIL, ADDRESS, len(ADDRESS) - 1) is None
    assert stretch(MAIL, ADDRESS, len(ADDRESS)) == ADDRESS


def test_a_value_that_does_not_match_is_our_own_mistake():
    with pytest.raises(ValueError, match="does not match"):
        near_misses(MAIL, "a@b")


def repeats(node):
    if isinstance(node, Repeat):
        yield node
    for inner in getattr(node, "items", ()) or getattr(node, "options", ()):
        yield from repeats(inner)
    if isinstance(node, Repeat):
        yield from repeats(node.item)


def counts(text):
    """How often each bounded or optional repetition of the mail pattern occurs in a text that matches."""
    found: dict[Repeat, set[int]] = {}

    def look(span):
        if isinstance(span.node, Repeat):
            found.setdefault(span.node, set()).add(len(span.parts))
        for part in span.parts:
            look(part)

    span = derive(parse(MAIL), text)
    if span is not None:
        look(span)
    return found


def test_every_end_of_every_repetition_of_the_mail_pattern_is_met_on_the_inside():
    seen: dict[Repeat, set[int]] = {}
    hits = [text for text, _ in near_hits(MAIL, ADDRESS)]
    for text in (ADDRESS, *hits):
        for node, numbers in counts(text).items():
            seen.setdefault(node, set()).update(numbers)
    # The optional last label can always be read as a domain label, so no derivation shows it.
    *told, optional, _ = repeats(parse(MAIL))
    assert (optional.low, optional.high) == (0, 1)
    assert f"{ADDRESS}.xx" in hits
    for node in told:
        assert {node.low, node.high} - {None} <= seen[node], (node, seen[node])


def test_one_past_the_end_of_each_bounded_repetition_of_the_mail_pattern_is_a_miss():
    misses = [text for text, _ in near_misses(MAIL, ADDRESS)]
    local = [text for text in misses if len(text.partition("@")[0]) == 65 and text.endswith("@mail.test")]
    domain = [text for text in misses if text.startswith("cobranza@") and len(text.split("@")[1].split(".")[0]) == 100]
    top = [len(text.rpartition(".")[2]) for text in misses if text.startswith("cobranza@mail.")]
    assert local
    assert domain
    assert {1, 16} <= set(top)
    hits = [text for text, _ in near_hits(MAIL, ADDRESS)]
    assert {2, 15} <= {len(text.rpartition(".")[2]) for text in hits if text.startswith("cobranza@mail.")}


def classes(span):
    """Each class of the mail pattern that is repeated, with the places of the address where it stands."""
    if isinstance(span.node, Repeat) and isinstance(span.node.item, Chars) and span.parts:
        yield span.node.item, range(span.start, span.end)
    for part in span.parts:
        yield from classes(part)


def test_every_neighbour_of_every_repeated_class_of_the_mail_pattern_is_tried_in_its_place():
    edited = [text for text, _ in (*near_misses(MAIL, ADDRESS), *near_hits(MAIL, ADDRESS)) if len(text) == len(ADDRESS)]
    found = list(classes(derive(parse(MAIL), ADDRESS)))
    assert len(found) == 3
    for node, places in found:
        tried = {text[at] for text in edited for at in places if text == ADDRESS[:at] + text[at] + ADDRESS[at + 1 :]}
        edges = {chr(code) for low, high in node.ranges for code in (low - 1, high + 1)}
        assert {char for char in edges if not node.has(char)} <= tried, (node, tried)


@pytest.mark.parametrize(
    "text",
    [
        "-cobranza@mail.test",
        "+cobranza@mail.test",
        " cobranza@mail.test",
        "cobranza@mail.test ",
        "cobranzamail.test",
        "cobranza@mailtest",
        # What another class of the pattern has.
        "cobranza@-ail.test",
        "cobranza@mail.z9",
        # In parts that the address makes no use of.
        ".cobranza@mail.test",
        "cobranza@.mail.test",
        "cobranza@mail.test.z",
        "cobranza@mail.test.z9",
    ],
)
def test_what_must_not_come_first_or_last_or_be_left_out_is_tried(text):
    assert text in {text for text, _ in near_misses(MAIL, ADDRESS)}


def kinds(span, text):
    """Each class of the mail pattern with the characters that it holds in the text."""
    if isinstance(span.node, Chars):
        yield span.node, text[span.start : span.end]
    for part in span.parts:
        yield from kinds(part, text)


def test_every_range_of_every_class_of_the_mail_pattern_is_met_in_an_address_that_nobody_owns():
    seen: dict[Chars, set[str]] = {}
    for text, _ in near_hits(MAIL, ADDRESS):
        for node, held in kinds(derive(parse(MAIL), text), text) if safe(text) else ():
            seen.setdefault(node, set()).update(held)
    for node, held in seen.items():
        for low, high in node.ranges:
            assert any(low <= ord(char) <= high for char in held), (node, chr(low))


@pytest.mark.parametrize(
    "text", ["Z.COBRANZA@Z.MAIL.TEST", "9.99999999@9.9999.test", "z.cobranza@mail.test", "cobranza@mail.zz"]
)
def test_other_spellings_of_the_address_are_tried(text):
    assert text in {hit for hit, _ in near_hits(MAIL, ADDRESS)}


def test_a_kind_of_characters_stands_wherever_it_may_in_a_part_that_may_be_left_out():
    pattern = "^[A-Z]{2}(-[0-9A-F]{2})?$"
    hits = {text for text, _ in near_hits(pattern, "QQ")}
    assert "QQ-99" in hits


def test_every_string_about_mail_is_ascii():
    texts = [text for text, _ in (*near_misses(MAIL, ADDRESS), *near_hits(MAIL, ADDRESS))]
    assert all(text.isascii() and "\n" not in text for text in texts)


def test_an_address_is_stretched_to_the_hundred_characters_and_stays_one_that_nobody_owns():
    for length in (100, 101, 110):
        text = stretch(MAIL, ADDRESS, length)
        assert text is not None
        assert len(text) == length
        assert safe(text)
        assert text.endswith(".test")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_sample_of_a_pattern_matches_it(pattern):
    assert matches(pattern, sample(parse(pattern)))
