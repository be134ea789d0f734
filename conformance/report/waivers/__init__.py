"""Waivers: failures that somebody answers for until a day. Here they are laid over the verdicts of a run.

A waiver is a mapping with the keys of its table in the waivers file; `expiry` is the last day on which it holds. No
outcome is changed here: a waived failure stays a failure, with a name on it. Pure; must never import a writer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from conformance.model import PROVIDER, Outcome, Verdict
from conformance.report.sections import DECIDED, UNDECIDED
from conformance.report.text import listed, unique

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    Waiver = Mapping[str, Any]
    Key = tuple[str, str, str]

USED, STALE, EXPIRED, IDLE, ELSEWHERE = "used", "stale", "expired", "idle", "elsewhere"

OPTIONAL: Mapping[str, Any] = {"encodings": None, "target": "*", "ticket": ""}
"""What a waiver may leave out, since it holds in every encoding and for every target then, and not every team has
tickets."""

PARTY = "party"
"""What a waiver says besides where it is for one party of an audit. A run meets a provider."""

HERE = "here"
"""A key of the journal alone: whether the waiver is for the target of the run, decided by the target's own name."""

_FEW = 5


def is_for(waiver: Waiver, target: str) -> bool:
    """Is it for the target of this name?"""
    return fnmatchcase(target, str(waiver.get("target", "*")))


def names(waiver: Waiver, rule: str, encoding: str, party: str = "") -> bool:
    """Does it speak of the rule in that encoding, and of that party?"""
    if waiver.get(PARTY) and waiver[PARTY] != (party or PROVIDER):
        return False
    return fnmatchcase(rule, str(waiver["rule"])) and encoding in (waiver.get("encodings") or (encoding,))


def lay(
    verdicts: Sequence[Verdict],
    waivers: Sequence[Waiver],
    *,
    target: str,
    day: str,
    unreached: Collection[tuple[str, str]] = (),
    partial: bool = False,
) -> tuple[tuple[Verdict, ...], tuple[Waiver, ...]]:
    """The verdicts with their waivers, and the waivers with state and verdicts. `day` is that of the run's start;
    `unreached` are rules and encodings of the target that the run left out; a `partial` run shows of nothing that it
    does not fail any more."""
    named = [
        [v for v in verdicts if names(waiver, *v.key)] if waiver.get(HERE, is_for(waiver, target)) else None
        for waiver in waivers
    ]
    laid = _laid(named, waivers, day)
    told = []
    for place, (waiver, mine) in enumerate(zip(waivers, named, strict=True)):
        whole = not partial and not any(names(waiver, *item) for item in unreached)
        kept = {**OPTIONAL, **{key: held for key, held in waiver.items() if key != HERE}}
        covered = [item if item[2] else item[:2] for item, first in laid.items() if first == place]
        told.append({**kept, "state": _state(mine, whole=whole, expired=_expired(waiver, day)), "verdicts": covered})
    return tuple(_with(v, laid, told) for v in verdicts), tuple(told)


def _laid(named: Sequence[Sequence[Verdict] | None], waivers: Sequence[Waiver], day: str) -> dict[Key, int]:
    """Each failure → the place of its waiver: the first that has not expired, else the first."""
    places = [*range(len(waivers))]
    laid: dict[Key, int] = {}
    for place in sorted(places, key=lambda one: _expired(waivers[one], day)):
        for verdict in named[place] or ():
            if verdict.outcome is Outcome.FAILED:
                laid.setdefault(verdict.key, place)
    return laid


def _expired(waiver: Waiver, day: str) -> bool:
    return str(waiver["expiry"]) < day


def _state(named: Sequence[Verdict] | None, *, whole: bool, expired: bool) -> str:
    if named is None:
        return ELSEWHERE
    if expired:
        return EXPIRED
    outcomes = {verdict.outcome for verdict in named}
    if Outcome.FAILED in outcomes:
        return USED
    passes = Outcome.PASSED in outcomes and not outcomes.intersection(UNDECIDED)
    return STALE if passes and whole else IDLE


def _with(verdict: Verdict, laid: Mapping[Key, int], told: Sequence[Waiver]) -> Verdict:
    place = laid.get(verdict.key)
    if place is None:
        return verdict
    return replace(verdict, waiver={key: held for key, held in told[place].items() if key != "verdicts"})


# --- what is said of them ---------------------------------------------------------------------------------------------


def why_not_zero(waivers: Sequence[Waiver]) -> str:
    """`1 waiver is stale and 2 waivers have expired`; nothing where none is wrong."""
    stale, expired = (sum(waiver["state"] == state for waiver in waivers) for state in (STALE, EXPIRED))
    said = []
    if stale:
        said.append("1 waiver is stale" if stale == 1 else f"{stale} waivers are stale")
    if expired:
        said.append("1 waiver has expired" if expired == 1 else f"{expired} waivers have expired")
    return listed(said)


def errors(waivers: Sequence[Waiver], verdicts: Sequence[Verdict]) -> Iterator[str]:
    """A notice for each waiver that is stale or has expired."""
    for waiver in waivers:
        if waiver["state"] == STALE:
            yield f"The waiver of {_name(waiver)} is stale: nothing that it names fails any more. Take it out"
        elif waiver["state"] == EXPIRED:
            said = f"The waiver of {_name(waiver)} expired on {waiver['expiry']}; it was owned by {waiver['owner']}"
            if waiver["verdicts"]:
                again = f"Failures that count again: {len(waiver['verdicts'])}"
                yield f"{said}. {again}; mend them, or agree on a new expiry"
            elif any(v.outcome in DECIDED for v in _named(waiver, verdicts)):
                yield f"{said}. Nothing that it names fails without a waiver: take it out"
            else:
                yield f"{said}. What it names was not decided here"


def remarks(waivers: Sequence[Waiver], verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Notices about waivers with which nothing is wrong."""
    idle = []
    for waiver in waivers:
        passing = [v for v in _named(waiver, verdicts) if v.outcome is Outcome.PASSED]
        if waiver["state"] == USED and not waiver["verdicts"]:
            yield f"The waiver of {_name(waiver)} adds nothing: an earlier one in the file covers the same failures"
        if waiver["state"] == USED and passing:
            yield f"The waiver of {_name(waiver)} is wider than what fails. Passing now: {_places(passing)}"
        elif waiver["state"] == IDLE and passing:
            said = f"The waiver of {_name(waiver)} may be stale. Passing now: {_places(passing)}"
            yield f"{said}; this run did not decide all that it names"
        elif waiver["state"] == IDLE:
            idle.append(_name(waiver))
    if idle:
        yield f"Waivers of which nothing was decided here: {listed(unique(idle), _FEW)}"
    other = [str(waiver.get("target", "")) for waiver in waivers if waiver["state"] == ELSEWHERE]
    if other:
        yield f"Waivers for other targets: {listed(unique(other), _FEW)}"


def _named(waiver: Waiver, verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [v for v in verdicts if waiver["state"] != ELSEWHERE and names(waiver, *v.key)]


def _name(waiver: Waiver) -> str:
    """Its glob, with the encodings and the party that it is limited to."""
    limited = [*(waiver.get("encodings") or ()), *((waiver[PARTY],) if waiver.get(PARTY) else ())]
    return f"{waiver['rule']} ({', '.join(limited)})" if limited else str(waiver["rule"])


def _places(verdicts: Sequence[Verdict]) -> str:
    return listed([f"{verdict.rule} ({verdict.place})" for verdict in verdicts], _FEW)
