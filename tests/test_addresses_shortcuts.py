"""What makes the search for addresses quick leaves nothing out: the same is found with every shortcut taken away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.generate import addresses as searched
from conformance.generate import encoded, markup
from tests.effects.test_recipients import PIECES, WAYS

NEVER = re.compile(r"(?!)")
MORE = st.sampled_from(
    (
        *("<a>", "</a>", "<a k='@'>", '<a k="<b>">', "<a/>", "<a b=/c>", "</ a>", "<![CDATA[", "]]>", "<?p ?>", "<!--"),
        *(
            "-->",
            "<r>",
            "</r>",
            "\ufeff",
            "&#00064;",
            "&#x40;",
            "&amp;",
            "\\x40",
            "%u0040",
            "％40",
            "＆commat;",
            "＼u0040",
        ),
        *("jefe@acme.com", "qa@mail.test", "2 < 3", "1 > 0", "'", "amVmZUBhY21lLmNvbQ==", "\x00", "\n", "{", "}"),
    )
)
TEXTS = st.lists(st.one_of(PIECES, MORE), max_size=14).map("".join)


@contextmanager
def slowly() -> Iterator[None]:
    """Every text is looked at in every way, each time anew."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(searched, "_could", lambda _: True)
        patched.setattr(searched, "_value", searched._value.__wrapped__)
        patched.setattr(searched, "addresses", searched.addresses.__wrapped__)
        patched.setattr(encoded, "_text", encoded._text.__wrapped__)
        patched.setattr(markup, "_LEAF", NEVER)
        yield


def quickly(body: bytes, charset: str = "") -> set[str]:
    return set(searched.addresses_in(body, charset))


@given(TEXTS, st.sampled_from(sorted(WAYS)))
@settings(max_examples=settings().max_examples * 3)
def test_the_quick_way_finds_what_the_slow_way_finds(text: str, way: str) -> None:
    for body in (WAYS[way](text), text.encode(), f"<r><a>{text}</a><b>x</b></r>".encode()):
        # Asked twice: what was kept must be what was found.
        found = quickly(body), quickly(body)
        with slowly():
            assert found == (quickly(body),) * 2


@given(TEXTS, TEXTS)
def test_a_value_means_the_same_in_the_next_message(first: str, second: str) -> None:
    body = f"<r><a>{first}</a><b>{second}</b></r>".encode()
    for one in (first, second):
        quickly(f"<r><c><a>{one}</a></c></r>".encode())
    found = quickly(body)
    with slowly():
        assert found == quickly(body)


def test_the_shortcuts_are_what_is_taken_away() -> None:
    searched._value.cache_clear()
    body = b"<r><a>jefe@acme.com</a><b>a</b></r>"
    quickly(body + b" ")
    quickly(body + b"  ")
    assert searched._value.cache_info().hits
    with slowly():
        assert markup._LEAF.search("<a>x</a>") is None
        assert quickly(body) == {"jefe@acme.com"}
