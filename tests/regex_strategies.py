"""Patterns of the subset, and texts that match one or barely fail it.

Bounded so that no engine is kept busy: three levels, repetitions of a few, texts of a dozen characters.
"""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.patterns import Chars, Choice, Repeat, Sequence

LONGEST = 14
ASCII = "abcxABZ019_-.@ ,/\\^$|+[](){}~!\t\n\r\x0b"
BEYOND = "ñáß٦１\u0301\u203f\u00a0\u0085\u2028\u1680Ωｱ"
# fmt: off
ADDRESSES = [
    "a@b.co", "a.b-c_d@sub.dom.com.mx", "a-@b.co", "a@b-.co", "a@b_c.co", "_@_.co", "a@1.2.co", "a@b.co.uk",
    f"a@b.{'x' * 15}",
]
NO_ADDRESSES = [
    "a+b@b.co", "o'neil@b.co", ".a@b.co", "a..b@b.co", "-a@b.co", "a@-b.co", "a@b", "a@b.c", f"a@b.{'x' * 16}",
    "user@[127.0.0.1]",
]
LITERALS = [
    "a", "b", "c", "x", "A", "Z", "0", "1", "_", "-", "@", " ", ",", "/", "~", "}", "]", "é", "ñ",
    r"\.", r"\-", r"\/", r"\@", r"\\", r"\[", r"\]", r"\(", r"\)", r"\{", r"\}", r"\^", r"\$", r"\|", r"\+", r"\*",
    r"\?", r"\t", r"\n", r"\r", r"\x41", r"\u0041", r"\u00e9", r"\x2d", r"\x07",
]
CLASSES = [r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", "."]
MEMBERS = [
    "a", "b", "x", "A", "0", "_", ".", "@", " ", "a-c", "A-Z", "0-9", "!-/", "é", "|", "(", "{", "+", "$", "~", "--/",
    r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", r"\-", r"\]", r"\[", r"\\", r"\^", r"\.", r"\x41", r"\t", r"\n", r"\r",
    r"\x00-\x1f", r"\u00e0-\u00ff", r"\b",
]
QUANTIFIERS = ["*", "+", "?", "{2}", "{1,2}", "{0,1}", "{1,}", "{2,3}", "{0}", "*?", "+?", "??", "{1,2}?", "{1,}?"]
SHAPES = ["^{}$", "{}", "^{}", "{}$", "^({})$", "^(?:{})$", "({})"]
NOISE = [
    *"()[]{}|^$.*+?\\-,:=!<>#aA01pPkbBzZGcxude_'&~ñ", "(?", "(?:", "(?<n>", "(?=", "(?i)", "{,2}", "[:", "-[", r"\p{L}",
    "]", r"\1", r"\0", r"\_", r"\ñ", "[^", "|", "(?u)", "{1", "{2}", "\U0001d41a",
]
# fmt: on


def _class(parts):
    negated, first, members, last = parts
    return f"[{negated}{first}{''.join(members)}{last}]"


classes = st.tuples(
    st.sampled_from(["", "", "^"]),
    st.sampled_from(["", "", "-", "]"]),
    st.lists(st.sampled_from(MEMBERS), min_size=1, max_size=3),
    st.sampled_from(["", "", "-"]),
).map(_class)
atoms = st.one_of(st.sampled_from(LITERALS), st.sampled_from(CLASSES), classes)


def _larger(inner):
    groups = st.tuples(st.sampled_from(["(", "(?:", "(?<name>", "(?'n'"]), inner).map(
        lambda parts: f"{parts[0]}{parts[1]})"
    )
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        groups,
        st.tuples(st.one_of(atoms, groups), st.sampled_from(QUANTIFIERS)).map("".join),
        st.lists(inner, min_size=1, max_size=3).map("|".join),
    )


bodies = st.recursive(atoms, _larger, max_leaves=5)
patterns = st.tuples(st.sampled_from(SHAPES), bodies).map(lambda parts: parts[0].replace("{}", parts[1]))


@st.composite
def noisy(draw):
    """Patterns with something in them that need not belong there."""
    text = draw(st.one_of(patterns, st.text(alphabet="".join(NOISE[:45]), max_size=8)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        gone = draw(st.integers(0, 1))
        text = text[:at] + draw(st.sampled_from(NOISE)) + text[at + gone :]
    return text


@st.composite
def near(draw, tree, beyond=""):
    """Texts that match the tree, changed at up to two places."""
    alphabet = ASCII + beyond
    text = _matching(draw, tree, alphabet)[:LONGEST]
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        gone = draw(st.integers(0, 1))
        text = text[:at] + draw(st.sampled_from(["", *alphabet])) + text[at + gone :]
    return text


def _matching(draw, node, alphabet):
    match node:
        case Chars():
            found = [char for char in alphabet if node.has(char)] or [chr(low) for low, _ in node.covered]
            return draw(st.sampled_from(found))
        case Sequence():
            return "".join(_matching(draw, item, alphabet) for item in node.items)
        case Choice():
            return _matching(draw, draw(st.sampled_from(node.options)), alphabet)
        case Repeat():
            most = node.low + 2 if node.high is None else min(node.high, node.low + 2)
            count = draw(st.integers(node.low, most))
            return "".join(_matching(draw, node.item, alphabet) for _ in range(count))
    return ""
