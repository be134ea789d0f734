"""The words of .NET's patterns: those that every dialect has, and those that are refused, with what they are."""

from __future__ import annotations

import re

from conformance.patterns.tree import Ranges

DIGIT: Ranges = ((0x30, 0x39),)
WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
SPACE: Ranges = ((0x09, 0x0D), (0x20, 0x20))
CLASSES = {"d": DIGIT, "w": WORD, "s": SPACE}
CONTROLS = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D, "a": 0x07, "e": 0x1B}
ANCHORS = {"^": "start", "$": "end"}
# fmt: off
ESCAPES = {
    "b": "a word boundary", "B": "a word boundary", "A": r"the anchor \A", "Z": r"the anchor \Z", "z": r"the anchor \z",
    "G": r"the anchor \G", "k": "a backreference", "p": "a Unicode category", "P": "a Unicode category",
    "c": "a control escape", "0": "an octal escape",
} | dict.fromkeys("123456789", "a backreference or an octal escape")
GROUPS = (
    ("?=", "a lookahead"), ("?!", "a lookahead"), ("?<=", "a lookbehind"), ("?<!", "a lookbehind"),
    ("?>", "an atomic group"), ("?(", "a conditional group"), ("?#", "a comment"),
    ("?P", "Python's spelling of a group"),
)
# fmt: on
NAMED = re.compile(r"\?(?:<[A-Za-z_]\w*>|'[A-Za-z_]\w*')", re.ASCII)
FLAGS = re.compile(r"\?[A-Za-z-]")
COUNT = re.compile(r"\{([0-9]+)(,([0-9]*))?\}")
HALF_COUNT = re.compile(r"\{,[0-9]*\}")
