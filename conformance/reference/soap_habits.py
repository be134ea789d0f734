"""How a defective reader of SOAP reads: what it takes though it must not, what it refuses though it may not. Tables.

A key is the facet of a rule and the variant of its defect. `dropped` stands in no table of what is taken: it takes all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from conformance.codecs.xsd import collapsed
from conformance.reference.state import Flaw

LARGE = 100_000
"""Letters that a reader with a small buffer takes."""
LATIN = 0xFF
"""The last letter of a store that keeps a byte for each."""

TAKES: Mapping[tuple[str, str], Callable[[Flaw], bool]] = {
    ("type", "fraction"): lambda flaw: re.fullmatch(r"\d+\.\d+", flaw.text) is not None,
    ("type", "overflow"): lambda flaw: re.fullmatch(r"-?\d+", flaw.text) is not None,
    ("type", "empty"): lambda flaw: not flaw.text.strip(),
    ("type", "day-first"): lambda flaw: re.fullmatch(r"\d\d/\d\d/\d{4}", flaw.text) is not None,
    ("type", "alphabet"): lambda flaw: " " not in flaw.text,
    ("strict-type", "date"): lambda flaw: re.fullmatch(r"\d{4}-\d\d-\d\d", flaw.text) is not None,
    ("strict-type", "time"): lambda flaw: re.fullmatch(r"\d\d:\d\d:\d\d", flaw.text) is not None,
    ("strict-type", "capital"): lambda flaw: flaw.text in {"True", "False"},
    ("strict-type", "padding"): lambda flaw: len(flaw.text) % 4 == 3,
    ("required", "nil"): lambda flaw: flaw.text == "nil",
    ("required", "defaulted"): lambda flaw: flaw.text == "absent",
}
"""The flaws of a member that its reader takes."""

REFUSES: Mapping[tuple[str, str], Callable[[str], bool]] = {
    ("lexical", "plus"): lambda text: text.strip().startswith("+"),
    ("lexical", "padded"): lambda text: text != text.strip(),
    ("lexical", "zeros"): lambda text: re.match(r"\s*[+-]?0\d", text) is not None,
    ("lexical", "digit"): lambda text: text.strip() in {"0", "1"},
    ("lexical", "utc"): lambda text: text.strip().endswith("Z"),
    ("lexical", "offset"): lambda text: re.search(r"\d[+-]\d\d:\d\d\s*$", text) is not None,
    ("lexical", "fraction"): lambda text: "." in text,
    ("lexical", "lines"): lambda text: "\n" in text,
    ("text", "latin"): lambda text: any(ord(letter) > LATIN for letter in text),
    ("text", "specials"): lambda text: "<" in text,
    ("text", "white-space"): lambda text: text != text.strip(),
    ("size", "empty"): lambda text: not text.strip(),
    ("size", "large"): lambda text: len(text) > LARGE,
}
"""The texts of a member that its reader refuses."""


def refuses_choice(literal: str) -> Callable[[str], bool]:
    """A reader that does not know one of the choices."""
    return lambda text: collapsed(text) == literal


ROOT = re.compile(rb"<(?:([\w.-]+):)?Envelope[\s>]")
PREFIXES = frozenset({b"", b"soap", b"soap12", b"soap-env", b"SOAP-ENV", b"env"})
"""Those that everybody uses."""


def _prefix(body: bytes) -> bytes:
    found = ROOT.search(body)
    return (found[1] or b"") if found is not None else b""


SPELLINGS: Mapping[str, Callable[[bytes], bool]] = {
    "undeclared": lambda body: not body.lstrip().startswith(b"<?xml"),
    "comments": lambda body: b"<!--" in body,
    "unprefixed": lambda body: not _prefix(body),
    "prefix": lambda body: _prefix(body) not in PREFIXES,
    "cdata": lambda body: b"<![CDATA[" in body,
}
"""Spellings of an envelope that a reader refuses which knows one alone."""

ESCAPED = re.compile(rb"&#(?:x[89A-Fa-f][0-9A-Fa-f]|x[0-9A-Fa-f]{3,}|1[3-9]\d|[2-9]\d\d|\d{4,})[0-9A-Fa-f]*;")
"""A reference to a letter beyond ASCII."""
