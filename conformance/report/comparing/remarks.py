"""What makes two runs hard to compare: another target, suite or scope, a run that is not whole, a wrong order.

Pure; must never import a writer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance.report.comparing.snapshot import DAMAGED, DEFECT, UNFINISHED
from conformance.report.text import counted, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.report.comparing.snapshot import Snapshot

_OLDER = {
    UNFINISHED: "The older run did not come to its end.",
    DAMAGED: "The journal of the older run is damaged.",
    DEFECT: "The older run met a defect of the suite.",
}
_NEWER = {
    UNFINISHED: "The newer run did not come to its end.",
    DAMAGED: "The journal of the newer run is damaged.",
    DEFECT: "The newer run met a defect of the suite.",
}


def remarks(old: Snapshot, new: Snapshot) -> Iterator[str]:
    """Each as a sentence, the weightiest first."""
    if (old.run, old.started) == (new.run, new.started):
        yield "Both are the same run."
    yield from (_OLDER[old.trouble],) if old.trouble else ()
    yield from (_NEWER[new.trouble],) if new.trouble else ()
    if moment(old.started) > moment(new.started):
        yield "The run named as the older one began later than the other; are the two swapped?"
    if old.audit != new.audit:
        yield "One of them judged recorded traffic, the other sent requests; what they say is not of the same things."
    yield from _target(old, new)
    yield from _scope(old, new)
    if old.version != new.version:
        yield f"The suite is another version: {old.version} then, {new.version} now."
    for service in _both(old, new, "contract"):
        yield f"The contract of {service} is another one, so its rules may say something else."
    levels = {one.key: one.level for one in old.said}
    moved = sum(levels.get(one.key, one.level) is not one.level for one in new.said)
    if moved:
        yield f"{counted(moved, 'rule')} of another level than then; the level of the newer run counts."


def moment(iso: str) -> datetime:
    """The time for an order; the beginning of time where the text is none."""
    try:
        found = datetime.fromisoformat(iso)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _target(old: Snapshot, new: Snapshot) -> Iterator[str]:
    if old.name != new.name:
        yield f"The target is another one: {one_line(old.name)} then, {one_line(new.name)} now."
    if old.environment != new.environment:
        yield f"The environment: {_or_none(old.environment)} then, {_or_none(new.environment)} now."
    if not (old.reference and new.reference):
        # The reference listens at another port each time.
        for service in _both(old, new, "url"):
            was, is_ = (one_line(side.services[service]["url"]) for side in (old, new))
            yield f"The address of {service} is another one: {was} then, {is_} now."
    for service in _both(old, new, "enforcement"):
        was, is_ = (side.services[service]["enforcement"] for side in (old, new))
        yield f"The enforcement of {service} is another one: {was} then, {is_} now."


def _scope(old: Snapshot, new: Snapshot) -> Iterator[str]:
    for service in old.services:
        if service not in new.services:
            yield f"Only the older run tested {service}."
    for service in new.services:
        if service not in old.services:
            yield f"Only the newer run tested {service}."
    for service in _both(old, new, "encodings"):
        was, is_ = (side.services[service]["encodings"] for side in (old, new))
        yield f"The encodings of {service} are others: {was} then, {is_} now."
    if old.selection != new.selection:
        was, is_ = (one_line(side.selection) or "every rule" for side in (old, new))
        yield f"The selection is another one: {was} then, {is_} now."
    if old.depth != new.depth:
        yield f"The depth is another one: {old.depth} then, {new.depth} now."
    if old.seed != new.seed:
        yield f"The seed is another one: {old.seed} then, {new.seed} now."
    if old.strict != new.strict:
        yield "Only the newer run was strict." if new.strict else "Only the older run was strict."


def _or_none(text: str) -> str:
    return one_line(text) or "none named"


def _both(old: Snapshot, new: Snapshot, fact: str) -> Iterator[str]:
    """The services of both runs with another value of that fact."""
    for service in new.services:
        if service in old.services and old.services[service].get(fact) != new.services[service].get(fact):
            yield service
