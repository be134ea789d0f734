"""Which element of a message is which member of a contract: by what the target file says, by names, by types, by shape.

Members are matched by what their names mean (words), on one level at a time: outside of the list of items, and inside
one item. Whatever could be two things is none. Pure; must never import what reads a WSDL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.wsdl.describe import Node, Path
from conformance.wsdl.kinds import lists_kinds
from conformance.wsdl.words import COMPANY, FULL, LOOSE, NONE, SAME, generic, likeness, meanings

BINDING, NAME, SYNONYM, LOOSELY, TYPE, SHAPE = (
    "binding",
    "name",
    "synonym",
    "synonym among other words",
    "type",
    "shape and order",
)
"""How sure a match is."""
NO_TEXT = frozenset({"boolean", "dateTime", "base64Binary"})
NUMBERS = frozenset({"int", "integer", "decimal"})
WEAK = frozenset({"id", "code", "key", "account", "electronic", "business", "tax", "request"})
"""Meanings that say too little to tell what something is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A member that seeks its element. `words` are names that it goes by, its own first."""

    key: str
    words: tuple[str, ...]
    optional: bool = False
    kinds: tuple[str, ...] = ()
    mail: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """The element that was found, below the element of the level, and how."""

    path: Path
    how: str


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found, and of what was not: why."""

    hits: Mapping[str, Hit]
    problems: Mapping[str, str]


def spelt(path: Path) -> str:
    """The names of a path with slashes."""
    return "/".join(node.name for node in path)


def bound(named: str, paths: Sequence[Path]) -> Path | str:
    """The element that the target file names, by its path or the end of that; else what is wrong."""
    wanted = named.strip("/")
    for same in (lambda text: text, str.lower):
        exact = [path for path in paths if same(spelt(path)) == same(wanted)]
        ends = exact or [path for path in paths if same(spelt(path)).endswith(same(f"/{wanted}"))]
        if len(ends) == 1:
            return ends[0]
        if ends:
            return f"{named!r} could be {' or '.join(spelt(path) for path in ends)}"
    return f"there is no element {named!r}"


def score(wish: Wish, path: Path) -> tuple[int, str]:
    """How well an element suits the member: a number, and what speaks for it."""
    leaf = path[-1]
    if leaf.kind in NO_TEXT or (wish.mail and (leaf.kind in NUMBERS or leaf.values)):
        return NONE, ""
    alone = max(likeness(word, leaf.name) for word in wish.words)
    if alone >= FULL and "new" in meanings(leaf.name):
        return 2 * SAME + 1, SYNONYM
    if alone >= FULL:
        return 2 * alone, NAME if alone == SAME else SYNONYM
    whole = max(likeness(word, " ".join(node.name for node in path)) for word in wish.words)
    if whole >= FULL and len(path) > 1:
        return 2 * FULL - 1, SYNONYM
    if wish.kinds and lists_kinds(wish.kinds, leaf.values):
        return 2 * FULL, TYPE
    if wish.mail and any("@" in pattern for pattern in leaf.patterns):
        return 2 * FULL - 1, TYPE
    if generic(leaf.name) and any(likeness(word, leaf.type) >= FULL for word in wish.words):
        return 2 * FULL - 1, TYPE
    return (2 * alone - 1, LOOSELY) if alone == LOOSE else (NONE, "")


def assign(
    wishes: Sequence[Wish], leaves: Sequence[Path], told: Mapping[str, str], elsewhere: frozenset[str] = frozenset()
) -> Matches:
    """An element for each member, no element for two. `elsewhere` is what members of the other level mean."""
    hits: dict[str, Hit] = {}
    problems: dict[str, str] = {}
    for wish in wishes:
        if told.get(wish.key):
            found = bound(told[wish.key], leaves)
            if isinstance(found, str):
                problems[wish.key] = found
            else:
                hits[wish.key] = Hit(found, BINDING)
    left = [wish for wish in wishes if wish.key not in told]
    _by_score(left, leaves, hits, problems)
    _by_shape([wish for wish in left if wish.key not in hits | problems], leaves, hits, elsewhere)
    for wish in left:
        if wish.key not in hits and wish.key not in problems:
            problems[wish.key] = "no element is called like it"
    return Matches(hits, problems)


def _free(leaves: Sequence[Path], hits: Mapping[str, Hit]) -> list[Path]:
    taken = {spelt(hit.path) for hit in hits.values()}
    return [path for path in leaves if spelt(path) not in taken]


def _by_score(wishes: Sequence[Wish], leaves: Sequence[Path], hits: dict[str, Hit], problems: dict[str, str]) -> None:
    """The best element of each member; what two members want goes to whom it suits better."""
    changed = True
    while changed:
        changed = False
        claims: dict[str, list[tuple[int, Wish, Path, str]]] = {}
        problems_now: dict[str, str] = {}
        for wish in wishes:
            if wish.key in hits:
                continue
            best = _best(wish, _free(leaves, hits))
            if len(best) == 1:
                points, path, how = best[0]
                claims.setdefault(spelt(path), []).append((points, wish, path, how))
            elif best:
                problems_now[wish.key] = f"{' and '.join(spelt(path) for _, path, _ in best)} could both be it"
        for claim in claims.values():
            claim.sort(key=lambda one: -one[0])
            points, wish, path, how = claim[0]
            if len(claim) > 1 and claim[1][0] == points:
                for _, other, _, _ in claim:
                    problems_now[other.key] = f"{spelt(path)} could be {' or '.join(one[1].key for one in claim)}"
                continue
            hits[wish.key] = Hit(path, how)
            changed = True
        if not changed:
            problems.update(problems_now)


def _best(wish: Wish, leaves: Sequence[Path]) -> list[tuple[int, Path, str]]:
    """The elements that suit best; of two alike the one that stands less deep."""
    scored = [(points, path, how) for path in leaves for points, how in (score(wish, path),) if points]
    top = max((points for points, _, _ in scored), default=0)
    best = [one for one in scored if one[0] == top]
    least = min((len(path) for _, path, _ in best), default=0)
    return [one for one in best if len(one[1]) == least]


def _by_shape(wishes: Sequence[Wish], leaves: Sequence[Path], hits: dict[str, Hit], elsewhere: frozenset[str]) -> None:
    """What is left goes to what is left, where that is one to one."""
    left = list(wishes)
    for narrowed in (_numeric, _optional, _all):
        free = [path for path in _free(leaves, hits) if path[-1].kind not in NO_TEXT]
        mine, theirs = narrowed(left, [path for path in free if _mute(path, left, elsewhere)])
        if len(mine) == len(theirs) == 1 and _may_be(mine[0], theirs[0][-1]):
            hits[mine[0].key] = Hit(theirs[0], SHAPE)
            left.remove(mine[0])


def _may_be(wish: Wish, leaf: Node) -> bool:
    """What may be left out need not be there at all, so that an unknown name is no reason to take it for that."""
    if leaf.values and not wish.kinds:
        return False
    return not (wish.mail and leaf.kind in NUMBERS) and (not wish.optional or generic(leaf.name))


def _mute(path: Path, wishes: Sequence[Wish], elsewhere: frozenset[str]) -> bool:
    """Does the name of the element not tell that it is something else than one of these?"""
    name = path[-1].name
    if generic(name):
        return True
    company = frozenset[str]().union(
        *(COMPANY.get(one, frozenset()) for wish in wishes for one in meanings(wish.words[0]))
    )
    known = meanings(name) & COMPANY.keys()
    return not known & elsewhere and known <= WEAK | company


def _numeric(wishes: list[Wish], leaves: list[Path]) -> tuple[list[Wish], list[Path]]:
    if len(wishes) < 2 or len(wishes) != len(leaves):
        return [], []
    mine = [wish for wish in wishes if "number" in meanings(wish.words[0])]
    return mine, [path for path in leaves if path[-1].kind in NUMBERS]


def _optional(wishes: list[Wish], leaves: list[Path]) -> tuple[list[Wish], list[Path]]:
    if len(wishes) < 2 or len(wishes) != len(leaves):
        return [], []
    return [wish for wish in wishes if wish.optional], [path for path in leaves if not path[-1].least]


def _all(wishes: list[Wish], leaves: list[Path]) -> tuple[list[Wish], list[Path]]:
    return wishes, leaves
