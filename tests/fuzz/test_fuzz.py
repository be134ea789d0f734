"""Every way in, with messages that were valid before they were mangled: an answer or an error of our own, and soon."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.entries import ENTRIES, held
from tests.fuzz.mutations import MUTATIONS, mutated

EXAMPLES = 50
"""For a decoder; dearer ones get fewer."""
MANY = 10_000
"""The same at night."""
SOON = 20.0
"""Seconds in which any reader is done with any mutant; they take milliseconds."""
NUMBER = st.integers(0, 2**16 - 1)
STEPS = st.lists(st.tuples(st.integers(0, len(MUTATIONS) - 1), NUMBER, NUMBER, NUMBER), min_size=1, max_size=4)
QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large)


pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
"""Seeds are whole files, and Hypothesis shows what it found with them."""


def _fuzzed(entry, examples):
    seeds = entry.seeds()

    @settings(max_examples=max(examples // entry.cost, 20), deadline=None, suppress_health_check=QUIET, database=None)
    @given(st.sampled_from(seeds), STEPS, st.sampled_from(seeds))
    def check(seed, steps, other):
        started = time.monotonic()
        held(entry, mutated(seed, steps, other))
        assert time.monotonic() - started < SOON

    check()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_valid_message_is_taken(entry):
    """Otherwise all that is fuzzed is the way to an early error."""
    taken = 0
    for seed in entry.seeds():
        try:
            entry.run(seed)
            taken += 1
        except entry.allowed:
            pass
    assert taken


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_mangled_message_is_an_answer_or_an_error_of_ours(entry):
    _fuzzed(entry, EXAMPLES)


@pytest.mark.nightly
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_ten_thousand_mangled_messages_are(entry):
    _fuzzed(entry, int(os.environ.get("FUZZ_EXAMPLES", MANY)))


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\xff\xfe", b"{", b"<", b"\xef\xbb\xbf", b" " * 5000, b"0", b"[[[[", b"=&=&"]
)
def test_what_never_was_a_message_is_an_answer_or_an_error_of_ours(data):
    for entry in ENTRIES:
        held(entry, data)
