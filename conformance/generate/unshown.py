"""Rules about patterns that no case can show: without a message that breaks the pattern, a service that takes
everything would pass. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conformance.facets import readable
from conformance.generate.subject import Subject
from conformance.model import Case, Expect
from conformance.patterns import Unsupported, parse
from conformance.rules.fields import walk


def unshown(subject: Subject, cases: Iterable[Case]) -> Mapping[str, str]:
    """Rule id → why no case of the subject breaks the pattern that the rule is about."""
    broken = {rule for case in cases if case.expect is Expect.REFUSED for rule in case.rules}
    reasons: dict[str, str] = {}
    for path, member in walk(subject.fields):
        rule = f"{subject.service}/request/{path}/pattern"
        constraint = member.constraint("pattern")
        if constraint is not None and constraint.pattern is not None and rule not in broken:
            reasons[rule] = f"no message is known that breaks its pattern{_why(constraint.pattern)}"
    return reasons


def _why(pattern: str) -> str:
    try:
        parse(pattern)
    except Unsupported as error:
        told = "no text is held against it here" if not readable(pattern) else "none is made from it here"
        return f": {told} ({error})"
    return ""
