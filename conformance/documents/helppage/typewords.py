"""The type words of an ASP.NET Web API help page, as a small tree.

The page generator has a word for each simple type and phrases for what holds others; every other word is the name of a
model or of an enumeration. Knows no page, no table and no reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

SIMPLE = {
    "string": "string",
    "boolean": "boolean",
    "integer": "integer",
    "unsigned integer": "integer",
    "byte": "integer",
    "signed byte": "integer",
    "unsigned byte": "integer",
    "decimal number": "decimal",
    "globally unique identifier": "guid",
    "date": "dateTime",
    "character": "string",
    "time interval": "string",
    "URI": "string",
    "Object": "open",
}
ITEM_NAMES = {
    "string": "string",
    "boolean": "boolean",
    "integer": "int",
    "unsigned integer": "unsignedInt",
    "byte": "unsignedByte",
    "signed byte": "byte",
    "unsigned byte": "unsignedByte",
    "decimal number": "decimal",
    "globally unique identifier": "guid",
    "date": "dateTime",
    "character": "char",
    "time interval": "duration",
    "URI": "anyURI",
    "Object": "anyType",
}
"""What serializers call an item of a list of simple values, where no XML sample shows it. One word stands for several
types of the service (integer is short, int or long), so the likeliest is taken."""
DEEPEST = 12
_ATOM = re.compile("|".join(rf"{re.escape(word)}(?!\w)" for word in sorted(SIMPLE, key=len, reverse=True)))
_MODEL = re.compile(r"[^\W\d]\w*")
_NO_MODELS = frozenset({"Required", "None"})


@dataclass(frozen=True, slots=True)
class TypeWord:
    """A phrase taken apart. `kind` is `simple`, `model`, `list`, `map` or `pair`.

    `parts` are the items of a list, or key and value of a map or a pair; `type` is that of `model.Field`.
    """

    kind: str
    text: str
    type: str
    parts: tuple[TypeWord, ...] = ()

    @property
    def item_name(self) -> str:
        """What the element of one such value in a list is called, where no sample shows it."""
        if self.kind == "list":
            inner = self.parts[0].item_name
            return f"ArrayOf{inner[:1].upper()}{inner[1:]}"
        if self.kind in {"map", "pair"}:
            return "".join(("KeyValueOf", *(part.item_name for part in self.parts)))
        return ITEM_NAMES.get(self.text, self.text)


@lru_cache(maxsize=4096)
def type_word(text: str) -> TypeWord | None:
    """The tree of a phrase; None where it is no type at all."""
    plain = " ".join(text.split())
    found = _read(plain, 0, 0)
    return found[0] if found is not None and found[1] == len(plain) else None


def models_in(word: TypeWord) -> Iterator[str]:
    """The names of the models and enumerations that a phrase speaks of."""
    if word.kind == "model":
        yield word.text
    for part in word.parts:
        yield from models_in(part)


def plainly(word: TypeWord) -> bool:
    """Nothing else than a type is written so: a word of the generator, or a phrase around others."""
    return word.kind != "model"


def _read(text: str, at: int, depth: int) -> tuple[TypeWord, int] | None:
    if depth > DEEPEST:
        return None
    if text.startswith("Collection of", at):
        # The name of a model is a link, and the blank before a link may get lost.
        start = at + len("Collection of")
        inner = _read(text, start + text.startswith(" ", start), depth + 1)
        if inner is not None:
            return TypeWord("list", text[at : inner[1]], "list", (inner[0],)), inner[1]
    for opening, kind, made in (("Dictionary of", "map", "map"), ("Pair of", "pair", "object")):
        if text.startswith(opening, at):
            both = _key_and_value(text, at + len(opening), depth + 1)
            if both is not None:
                return TypeWord(kind, text[at : both[1]], made, both[0]), both[1]
    simple = _ATOM.match(text, at)
    if simple is not None:
        return TypeWord("simple", simple[0], SIMPLE[simple[0]]), simple.end()
    model = _MODEL.match(text, at)
    if model is None or model[0] in _NO_MODELS:
        return None
    return TypeWord("model", model[0], "object"), model.end()


def _key_and_value(text: str, at: int, depth: int) -> tuple[tuple[TypeWord, TypeWord], int] | None:
    parts = []
    for mark in ("[key]", "[value]"):
        at += text.startswith(" ", at)
        inner = _read(text, at, depth)
        if inner is None:
            return None
        after = inner[1] + text.startswith(" ", inner[1])
        if not text.startswith(mark, after):
            return None
        parts.append(inner[0])
        at = after + len(mark)
        if mark == "[key]":
            found = re.compile(r" ?and ?").match(text, at)
            if found is None:
                return None
            at = found.end()
    return (parts[0], parts[1]), at
