"""How a defective reader of SOAP reads: what it takes though it must not, what it refuses though it may not. Tables.

A key is the facet of a rule and the variant of its defect, or the variant alone where the table is of one rule.
`dropped` and `second-version` stand in no table of what is taken: they take all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lxml import etree

from conformance.codecs.xsd import collapsed
from conformance.reference.state import Flaw, State

LARGE = 100_000
"""Letters that a reader with a small buffer takes."""
LATIN = 0xFF
"""The last letter of a store that keeps a byte for each."""

TAKES: Mapping[tuple[str, str], Callable[[Flaw], bool]] = {
    ("type", "fraction"): lambda flaw: re.fullmatch(r"\d+\.\d+", flaw.text) is not None,
    ("type", "thousands"): lambda flaw: re.fullmatch(r"\d{1,3}(,\d{3})+", flaw.text) is not None,
    ("type", "overflow"): lambda flaw: re.fullmatch(r"-?\d+", flaw.text) is not None,
    ("type", "empty"): lambda flaw: not flaw.text.strip(),
    ("type", "word"): lambda flaw: flaw.text.isalpha(),
    ("type", "day-first"): lambda flaw: re.fullmatch(r"\d\d/\d\d/\d{4}", flaw.text) is not None,
    ("type", "alphabet"): lambda flaw: " " not in flaw.text,
    ("type", "url-alphabet"): lambda flaw: "-" in flaw.text or "_" in flaw.text,
    ("strict-type", "date"): lambda flaw: re.fullmatch(r"\d{4}-\d\d-\d\d", flaw.text) is not None,
    ("strict-type", "time"): lambda flaw: re.fullmatch(r"\d\d:\d\d:\d\d", flaw.text) is not None,
    ("strict-type", "blank"): lambda flaw: re.match(r"\d{4}-\d\d-\d\d ", flaw.text) is not None,
    ("strict-type", "month"): lambda flaw: "-13-" in flaw.text,
    ("strict-type", "day"): lambda flaw: "-02-30" in flaw.text,
    ("strict-type", "zone"): lambda flaw: re.search(r"[+-](1[5-9]|2\d):\d\d$", flaw.text) is not None,
    ("strict-type", "empty"): lambda flaw: not flaw.text.strip(),
    ("strict-type", "capital"): lambda flaw: flaw.text in {"True", "False"},
    ("strict-type", "padding"): lambda flaw: len(flaw.text) % 4 == 3,
    ("strict-type", "length"): lambda flaw: len(flaw.text) % 4 == 1,
    ("required", "nil"): lambda flaw: flaw.text == "nil",
    ("required", "defaulted"): lambda flaw: flaw.text == "absent",
    ("not-blank", "empty"): lambda flaw: not flaw.text,
    ("not-blank", "spaces"): lambda flaw: bool(flaw.text),
}
"""The flaws of a member that its reader takes."""

FORGETS: Mapping[str, Callable[[State, str], bool]] = {
    "after-refusal": lambda state, _: state.refused,
    "once": lambda state, rule: rule in state.caught,
}
"""When a check, named by its rule, is left out because of what came before."""

STATEFUL = frozenset({*FORGETS, "stale"})
"""Variants that go by what came before."""

REFUSES: Mapping[tuple[str, str], Callable[[str], bool]] = {
    ("lexical", "plus"): lambda text: text.strip().startswith("+"),
    ("lexical", "padded"): lambda text: text != text.strip(),
    ("lexical", "zeros"): lambda text: re.match(r"\s*[+-]?0\d", text) is not None,
    ("lexical", "digit"): lambda text: text.strip() in {"0", "1"},
    ("lexical", "utc"): lambda text: text.strip().endswith("Z"),
    ("lexical", "offset"): lambda text: re.search(r"\d[+-]\d\d:\d\d\s*$", text) is not None,
    ("lexical", "fraction"): lambda text: "." in text,
    ("lexical", "microseconds"): lambda text: re.search(r"\.\d{7}", text) is not None,
    ("lexical", "lines"): lambda text: "\n" in text,
    ("text", "latin"): lambda text: any(ord(letter) > LATIN for letter in text),
    ("text", "specials"): lambda text: "<" in text,
    ("text", "quote"): lambda text: "'" in text,
    ("text", "white-space"): lambda text: text != text.strip(),
    ("size", "empty"): lambda text: not text.strip(),
    ("size", "large"): lambda text: len(text) > LARGE,
}
"""The texts of a member that its reader refuses."""

MOST: Mapping[str, int] = {"dropped": 1, "third": 2}
"""Items of a list that are taken."""


def refuses_choice(literal: str) -> Callable[[str], bool]:
    """A reader that does not know one of the choices."""
    return lambda text: collapsed(text) == literal


# --- the envelope -----------------------------------------------------------------------------------------------------

ROOT = re.compile(rb"<(?:([\w.-]+):)?Envelope[\s>]")
PREFIXES = frozenset({b"", b"soap", b"soap12", b"soap-env", b"SOAP-ENV", b"env"})
"""Those that everybody uses."""


def _prefix(body: bytes) -> bytes:
    found = ROOT.search(body)
    return (found[1] or b"") if found is not None else b""


def _declaration(body: bytes) -> bytes:
    start, end, _ = body.partition(b"?>")
    return start if end and start.startswith(b"<?xml") else b""


SPELLINGS: Mapping[str, Callable[[bytes], bool]] = {
    "undeclared": lambda body: not body.lstrip().startswith(b"<?xml"),
    "encoding-case": lambda body: b"encoding" in _declaration(body) and b"utf-8" not in _declaration(body),
    "no-encoding": lambda body: bool(_declaration(body)) and b"encoding" not in _declaration(body),
    "around": lambda body: body[:1].isspace() or body[-1:].isspace(),
    "indented": lambda body: re.search(rb"Envelope[^>]*>\s+<", body) is not None,
    "comments": lambda body: b"<!--" in body,
    "empty-header": lambda body: re.search(rb"<[\w.-]*:?Header\s*/>", body) is not None,
    "unprefixed": lambda body: not _prefix(body),
    "prefix": lambda body: _prefix(body) not in PREFIXES,
    "cdata": lambda body: b"<![CDATA[" in body,
    "references": lambda body: re.search(rb"&#x?[0-9A-Fa-f]+;", body) is not None,
}
"""Spellings of an envelope that a reader refuses which knows one alone."""

ESCAPED = re.compile(rb"&#(?:x[89A-Fa-f][0-9A-Fa-f]|x[0-9A-Fa-f]{3,}|1[3-9]\d|[2-9]\d\d|\d{4,})[0-9A-Fa-f]*;")
"""A reference to a letter beyond ASCII."""

ASCII: Mapping[str, Callable[[bytes], bool]] = {
    "dropped": lambda body: not body.isascii() or ESCAPED.search(body) is not None,
    "references": lambda body: ESCAPED.search(body) is not None,
}
"""How a message beyond ASCII is told that is not taken."""


def _recovers(body: bytes) -> bool:
    """Does a parser that goes on after mistakes find an envelope?"""
    root = etree.fromstring(body, etree.XMLParser(recover=True, no_network=True, resolve_entities=False))
    return root is not None and etree.QName(root).localname == "Envelope" and len(root) > 0


MALFORMED: Mapping[str, Callable[[bytes], bool]] = {"dropped": lambda _: True, "recovered": _recovers}
"""What a lax parser takes for a message."""

EMPTY: Mapping[str, Callable[[bytes, bool], bool]] = {
    "dropped": lambda _body, _has_body: True,
    "nothing": lambda body, _: not body,
    "no-message": lambda body, _: bool(body.strip()),
    "no-body": lambda _, has_body: not has_body,
}
"""What a lax service does for an empty message. It is given the bytes, and whether there was a Body."""

# --- header blocks ----------------------------------------------------------------------------------------------------

BLOCKS: Mapping[str, Callable[[str, str], bool]] = {
    "dropped": lambda _node, _must: True,
    "node": lambda node, _must: bool(node),
    "zero": lambda _node, must: must in {"0", "false"},
}
"""The header blocks, by the node that they are for and mustUnderstand, which are taken for an obstacle."""

OVERLOOKS: Mapping[str, Callable[[str, str], bool]] = {
    "dropped": lambda _node, _must: True,
    "second-version": lambda _node, _must: True,
    "next": lambda node, _must: bool(node),
    "ultimate": lambda node, _must: node.endswith("/ultimateReceiver"),
    "true": lambda _node, must: must == "true",
}
"""The header blocks that must be understood, and are overlooked."""

# --- HTTP -------------------------------------------------------------------------------------------------------------

PLAIN = "; charset=utf-8"
CHARSETS: Mapping[str, Callable[[str], bool]] = {
    "dropped": lambda told: "charset" in told and PLAIN not in told,
    "quoted": lambda told: 'charset="' in told,
    "upper": lambda told: "charset=UTF-8" in told,
    "close": lambda told: ";charset" in told,
}
"""The Content-Types that a reader of its charset does not understand."""
