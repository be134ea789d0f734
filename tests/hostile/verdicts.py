"""Is what a run says of an answer what had to follow? Each difference in words."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.model import Level, Outcome
from tests.hostile.running import Seen
from tests.hostile.way import lanes

DECIDED = frozenset({Outcome.PASSED, Outcome.FAILED})
OPEN = frozenset({Outcome.CANT_TELL, Outcome.UNTESTED})


def differences(seen: Seen, clean: Seen) -> list[str]:
    """Where the verdicts are not what the way demands. `clean` is the run at a server without fault."""
    return list(_differences(seen, clean))


def _differences(seen: Seen, clean: Seen) -> Iterator[str]:
    way = seen.way
    if way.over or seen.report is None:
        if seen.report is not None or not way.over or way.over not in seen.error:
            yield f"the run ended with {seen.error!r}"
        return
    due = {(rule, lane) for rule, words in way.fails.items() for lane in lanes(words)}
    for rule, lane in sorted(due - seen.failed()):
        yield f"{rule}@{lane} did not fail: {_why(seen, rule, lane)}"
    for rule, lane in sorted(seen.failed() - due):
        yield f"{rule}@{lane} failed: {_why(seen, rule, lane)}"
    for rule, words in way.unsure.items():
        for lane in lanes(words):
            if seen.verdicts[rule, lane].outcome not in OPEN:
                yield f"{rule}@{lane} was decided: {_why(seen, rule, lane)}"
    if seen.report.exit_status != way.exit:
        yield f"exit {seen.report.exit_status} in place of {way.exit}: {seen.report.sentence}; {seen.report.notices}"
    if way.says not in seen.words():
        yield f"nothing says {way.says!r}: {seen.words()[:2000]}"
    yield from _as_clean(seen, clean, due)
    yield from _silent(seen, due)


def _as_clean(seen: Seen, clean: Seen, due: set[tuple[str, str]]) -> Iterator[str]:
    wanted = lanes(seen.way.clean)
    apart = due | {(rule, lane) for rule, words in seen.way.unsure.items() for lane in lanes(words)}
    for (rule, lane), one in seen.verdicts.items():
        if lane not in wanted or (rule, lane) in apart:
            continue
        before = clean.verdicts[rule, lane].outcome
        if one.outcome is not before:
            yield f"{rule}@{lane} is {one.outcome}, not {before}: {_why(seen, rule, lane)}"


def _silent(seen: Seen, due: set[tuple[str, str]]) -> Iterator[str]:
    wanted = lanes(seen.way.silent)
    for (rule, lane), one in seen.verdicts.items():
        told = rule.startswith(("response/", "envelope/root", "envelope/order")) or one.level is Level.MUST
        if lane in wanted and told and one.outcome in DECIDED and (rule, lane) not in due and _of_members(rule):
            yield f"{rule}@{lane} is {one.outcome} without an answer: {_why(seen, rule, lane)}"


def _of_members(rule: str) -> bool:
    """Is it decided by what an accepted answer holds? What HTTP says can be seen of any."""
    return rule.startswith("response/") or rule in {"envelope/root", "envelope/namespace", "envelope/order"}


def _why(seen: Seen, rule: str, lane: str) -> str:
    one = seen.verdicts.get((rule, lane))
    if one is None:
        return "no such verdict"
    told = "; ".join(f"{found.path}: {found.expected} / {found.observed}" for found in one.findings)
    return f"{one.outcome} {one.reason} {told}"[:600]
