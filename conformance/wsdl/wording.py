"""What a binding found and what it did not, in the words of the target file: for `conformance bind` and its error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance.model import Field
from conformance.wsdl.levels import PASSWORD, USERNAME, Levels, key_of
from conformance.wsdl.match import Hit, spelt
from conformance.wsdl.words import plain

_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sure:
    """A member, the element that it is bound to, and how that was found: a word of `match`. The element of a member of
    an item is told from that of the item on."""

    member: str
    element: str
    how: str


Slots = Mapping[str, Field]
"""What `binding` may name, in the order of the contract: key → member."""


def slots(fields: tuple[Field, ...]) -> Slots:
    """The members around the list, the list, those of an item."""
    names = frozenset(member.name for member in fields)
    made: dict[str, Field] = {}
    for member in fields:
        made[member.name] = member
        for one in member.item.fields if member.item is not None else ():
            made[key_of(member, one, names)] = one
    return made


def sure(slots: Slots, levels: Levels) -> tuple[Sure, ...]:
    """Every member that has an element, then user and password."""
    hits = _hits(levels)
    keys = [*slots, *(key for key in (USERNAME, PASSWORD) if key not in slots)]
    return tuple(Sure(member=key, element=spelt(hits[key].path), how=hits[key].how) for key in keys if key in hits)


def _hits(levels: Levels) -> dict[str, Hit]:
    hits = {**levels.around.hits, **levels.lists}
    for held in levels.inside.values():
        hits |= held.hits
    return hits


def unfound(slots: Slots, levels: Levels, told: Mapping[str, str]) -> Iterator[str]:
    """What has no element, why, and what may be done."""
    problems = {**levels.problems, **levels.around.problems}
    for held in levels.inside.values():
        problems |= held.problems
    for key, why in problems.items():
        optional = key in slots and not slots[key].required
        yield f'{key}: {why}; where the service has none, say {_key(key)} = ""' if optional else f"{key}: {why}"
    for key, name in told.items():
        if not name and (key not in slots or slots[key].required):
            yield f"{key}: the document demands it, so binding must name an element for it"


def unknown(slots: Slots, told: Mapping[str, str], tipos: Mapping[str, str], *, auth_fields: bool) -> Iterator[str]:
    """Keys of the target file that mean nothing here."""
    keys = [*slots, *((USERNAME, PASSWORD) if auth_fields else ())]
    kinds = _kinds(slots)
    for key in told:
        if key not in keys:
            yield f"binding.{key} is none of {', '.join(keys)}"
    for key in tipos:
        if plain(key) not in {plain(kind) for kind in kinds}:
            yield f"tipos.{key} is none of {', '.join(kinds) or 'the kinds, of which there are none'}"


def block(slots: Slots, levels: Levels, literals: Mapping[str, str]) -> str:
    """The lines for the target file, `?` where a name is open."""
    held = {one.member: one.element for one in sure(slots, levels)}
    open_keys = {**levels.around.hits, **levels.around.problems}
    keys = [*slots, *(key for key in (USERNAME, PASSWORD) if key in open_keys and key not in slots)]
    lines = [f"binding = {_table({key: held.get(key, '?') for key in keys})}"]
    kinds = _kinds(slots)
    if kinds:
        lines.append(f"tipos = {_table({kind: literals.get(kind, '?') for kind in kinds})}")
    return "\n".join(lines)


def _kinds(slots: Slots) -> list[str]:
    return [choice.name for member in slots.values() for choice in member.choices]


def _table(pairs: Mapping[str, str]) -> str:
    inside = ", ".join(f"{_key(key)} = {json.dumps(text, ensure_ascii=False)}" for key, text in pairs.items())
    return f"{{ {inside} }}"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
