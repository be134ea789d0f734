"""What names mean: the words of billing messages in Spanish and English, as people write them in schemas.

A name is split into words (`idFacturador`, `nro_documento`, `NEW-EMAIL`, `correoelectronico`), each word has a meaning,
and a meaning has company: words that say no more when they stand beside it. The vocabulary is `words.toml`. Knows no
service and no member; must never import what reads a WSDL.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

_TABLE: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
LITTLE = frozenset(_TABLE["little"].split())
"""Words that mean nothing."""
OF_WORD: Mapping[str, str] = {word: name for name, held in _TABLE["meaning"].items() for word in held["words"].split()}
"""Word → meaning."""
COMPANY: Mapping[str, frozenset[str]] = {
    name: frozenset(held.get("company", "").split()) for name, held in _TABLE["meaning"].items()
}
"""Meaning → meanings that may stand beside it."""
KINDS: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(held["literals"].split()), frozenset(held["speaks"].split())) for held in _TABLE["kind"].values()
)
"""Of each kind of document: whole literals, and words that speak of it in longer ones."""

_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_GENERIC = re.compile(
    r"(?:arg|args|argument|argumento|param|parameter|parameters|parametro|parametros|par|in|input|entrada|field|campo|"
    r"valor|value|val|attr|dato|data|var|string|str|elem|element|[a-z])_?[0-9]*"
)
"""Names that say nothing but which place they have."""
_SPLITTING = frozenset(word for word in OF_WORD if len(word) > 2) | {"id"}
"""Words that one in small letters is taken apart into."""

SAME, FULL, LOOSE, NONE = 3, 2, 1, 0
"""How well a name says what is sought: the same name; nothing else in it that means something; something unknown."""


def plain(name: str) -> str:
    """Small letters and digits without accents: names that differ in spelling only are equal."""
    return "".join(char for char in _bare(name).lower() if char.isalnum())


def _bare(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, without the little ones."""
    if plain(name) in OF_WORD:
        return (plain(name),)
    found: list[str] = []
    for run in _CAMEL.findall(_bare(name)):
        low = run.lower()
        found.extend((low,) if low in OF_WORD or low.isdigit() else _apart(low) or (low,))
    # `e-mail` and `eMail` are one word.
    joined = " ".join(found).replace("e mail", "email").split(" ")
    return tuple(word for word in joined if word and word not in LITTLE)


def _apart(text: str) -> tuple[str, ...]:
    """The text as known words one behind the other, the fewest; empty where it is none."""
    best: list[tuple[str, ...] | None] = [(), *([None] * len(text))]
    for end in range(1, len(text) + 1):
        for start in range(end):
            before, word = best[start], text[start:end]
            if before is None or not (word in _SPLITTING or (before and len(word) > 1 and word in LITTLE)):
                continue
            held = best[end]
            if held is None or len(before) + 1 < len(held):
                best[end] = (*before, word)
    return best[-1] or ()


def meanings(name: str) -> frozenset[str]:
    """What the words of a name mean; a word that is not known means itself. Digits mean nothing."""
    return frozenset(OF_WORD.get(word, word) for word in words(name) if not word.isdigit())


def generic(name: str) -> bool:
    """Does the name say nothing but its place, as `arg0` or `c1` do?"""
    return _GENERIC.fullmatch(_bare(name).lower()) is not None


def likeness(sought: str, name: str) -> int:
    """How well an element's name says what a member's name does."""
    if plain(sought) == plain(name):
        return SAME
    mine, other = meanings(sought), meanings(name)
    if not mine or not mine <= other:
        return NONE
    rest = other - mine - frozenset().union(*(COMPANY.get(one, frozenset()) for one in mine))
    if rest & COMPANY.keys():
        # A word that is known to mean something else makes it another thing.
        return NONE
    return LOOSE if rest else FULL
