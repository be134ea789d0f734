"""The two levels of a bound message: what stands around the list of items, and what stands in one item.

Must never import what opens sockets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance.model import Field
from conformance.wsdl.describe import Node, Path, places
from conformance.wsdl.match import BINDING, LOOSELY, NAME, SHAPE, SYNONYM, Hit, Matches, Wish, assign, bound, spelt
from conformance.wsdl.words import FULL, LOOSE, NONE, SAME, likeness, meanings

USERNAME, PASSWORD = "usuario", "clave"
"""What the members for user and password are called, where they are members of the message."""
_AUTH = (Wish(key=USERNAME, words=(USERNAME,)), Wish(key=PASSWORD, words=(PASSWORD, "token")))


@dataclass(frozen=True, slots=True)
class Levels:
    """What was found: members around the list, the list with its repeated element, members of an item by the list."""

    around: Matches
    lists: Mapping[str, Hit]
    inside: Mapping[str, Matches]
    problems: Mapping[str, str]


def key_of(listed: Field, member: Field, around: frozenset[str]) -> str:
    """What the target file calls a member of an item: by its name, unless a member around the list has that too."""
    return f"{listed.name}/{member.name}" if member.name in around else member.name


def found(fields: Sequence[Field], root: Node, told: Mapping[str, str], *, auth_fields: bool) -> Levels:
    """The element of every member, as far as the WSDL and the target file tell."""
    listed = [member for member in fields if member.item is not None and member.item.fields]
    plain = [member for member in fields if member not in listed]
    names = frozenset(member.name for member in fields)
    problems: dict[str, str] = {}
    lists: dict[str, Hit] = {}
    inside: dict[str, Matches] = {}
    for member in listed:
        wishes = tuple(_wish(key_of(member, one, names), one) for one in _inner(member))
        hit = _list(member, wishes, root, told)
        if isinstance(hit, str):
            problems[member.name] = hit
            continue
        lists[member.name] = hit
        beyond = _said(one for one in fields if one is not member)
        inside[member.name] = _assigned(wishes, hit.path[-1], told, beyond)
    wanted = [_wish(member.name, member) for member in plain] + list(_AUTH if auth_fields else ())
    apart = [hit.path for hit in lists.values()]
    beyond = _said((*listed, *(one for member in listed for one in _inner(member))))
    around = _assigned(wanted, root, told, beyond, apart)
    return Levels(around, lists, inside, problems)


def _inner(listed: Field) -> tuple[Field, ...]:
    return listed.item.fields if listed.item is not None else ()


def _wish(key: str, member: Field) -> Wish:
    return Wish(
        key=key,
        words=(member.name,),
        optional=not member.required,
        kinds=tuple(choice.name for choice in member.choices),
        mail="mail" in member.marks,
    )


def leaves(node: Node, apart: Sequence[Path] = (), *, deep: bool = True) -> list[Path]:
    """The elements below that hold a value. Without `deep` those inside of another repeated element do not count."""
    found = []
    for path in places(node):
        if path[-1].children or path[-1].kind == "object" or any(path[: len(other)] == other for other in apart):
            continue
        if deep or not any(step.repeats for step in path[:-1]):
            found.append(path)
    return found


def _said(fields: Iterable[Field]) -> frozenset[str]:
    """What the names of members mean."""
    return frozenset[str]().union(*(meanings(member.name) for member in fields))


def _assigned(
    wishes: Sequence[Wish], node: Node, told: Mapping[str, str], elsewhere: frozenset[str], apart: Sequence[Path] = ()
) -> Matches:
    """The members of a level; elements inside of a further one that repeats count where no others do."""
    near = assign(wishes, leaves(node, apart, deep=False), told, elsewhere)
    if not near.problems:
        return near
    far = assign(wishes, leaves(node, apart), told, elsewhere)
    return far if len(far.problems) < len(near.problems) else near


def _list(member: Field, wishes: Sequence[Wish], root: Node, told: Mapping[str, str]) -> Hit | str:
    """The element that repeats, once for each item; else what is wrong."""
    repeated = [path for path in places(root) if path[-1].repeats and path[-1].children]
    if told.get(member.name):
        place = bound(told[member.name], list(places(root)))
        if isinstance(place, str):
            return place
        return _repeated_in(place, repeated, told[member.name])
    if not repeated:
        return "no element with others in it may be repeated"
    ranked = sorted(((_fit(member, wishes, path, told), path) for path in repeated), key=lambda one: one[0])
    best, path = ranked[-1]
    if [fit for fit, _ in ranked].count(best) > 1:
        return f"{' and '.join(spelt(path) for fit, path in ranked if fit == best)} could both be it"
    return Hit(path, {SAME: NAME, FULL: SYNONYM, LOOSE: LOOSELY, NONE: SHAPE}[best[1]])


def _fit(member: Field, wishes: Sequence[Wish], path: Path, told: Mapping[str, str]) -> tuple[int, int]:
    """How many members of an item the element has, and how well its name, or that of what is around it, suits."""
    named = {key: name for key, name in told.items() if any(wish.key == key for wish in wishes)}
    matches = assign(wishes, leaves(path[-1], deep=False), named)
    item = member.item.name if member.item is not None else member.name
    called = [node.name for node in path] + [path[-1].type]
    likest = max(likeness(word, name) for word in (member.name, item) for name in called)
    return sum(hit.how != SHAPE for hit in matches.hits.values()), likest


def _repeated_in(place: Path, repeated: Sequence[Path], named: str) -> Hit | str:
    """The repeated element that the target file means: the one that it names, or the one inside of that."""
    if place in repeated:
        return Hit(place, BINDING)
    below = [path for path in repeated if path[: len(place)] == place]
    least = min((len(path) for path in below), default=0)
    nearest = [path for path in below if len(path) == least]
    if len(nearest) == 1:
        return Hit(nearest[0], BINDING)
    return f"{named!r} holds {'several elements' if nearest else 'no element with others in it'} that may be repeated"
