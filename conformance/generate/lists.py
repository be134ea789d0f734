"""Cases about lists of objects: more than one item, items alike, an item that is wrong behind one that is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.generate import values
from conformance.generate.place import Place, as_echo
from conformance.generate.values import Value
from conformance.model import Case, Expect, Tree
from conformance.rules.applies import applies


def list_cases(place: Place, around: dict[str, Tree]) -> Iterator[Case]:
    """More than one item, in an order that sorting would change and with one of them twice, and none."""
    first = around[place.member.name][0]
    names = [child.name for child in place.member.item.fields if child.type == "string"] if place.member.item else []
    items = [first | dict.fromkeys(names, text) for text in ("Zeta", "Alfa", "Alfa")]
    case = place.case(
        "echo",
        Value("several", items, "three items, not in alphabetical order, two of them alike"),
        Expect.ACCEPTED,
    )
    yield as_echo(place.subject, case, place.path)
    yield from _second(place, items, case.id)
    yield place.case("type", Value("empty", [], "an empty list"), Expect.OBSERVE)


def _second(place: Place, items: list[dict[str, Tree]], leans_on: str) -> Iterator[Case]:
    """An item that is wrong behind one that is right: who looks at the first alone takes it."""
    encoding = place.subject.encoding.name
    for child in place.member.item.fields if place.member.item is not None else ():
        wrong = values.wrong(child, encoding) if applies(encoding, child, "type", nested=True) else ()
        for value in wrong[:1]:
            changed = [items[0], items[1] | {child.name: value.value}, *items[2:]]
            inner = replace(place, member=child, names=(*place.names, child.name))
            case = place.case("type", Value("second", changed, f"{value.what} in the second item"), Expect.REFUSED)
            slug = f"{place.subject.service}/{encoding}/{inner.path}/type/second"
            yield replace(case, id=slug, rules=(inner.rule("type"),), path=inner.path, leans_on=leans_on)
