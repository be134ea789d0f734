"""The report of an audit: what recorded traffic shows of its two parties, told apart and never added.

The same `Report` as that of a run, so that every format renders it. Pure; must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.model import BETWEEN, CONSUMER, PROVIDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from conformance.model import Report, Verdict
    from conformance.report.language import Language

PARTIES = (PROVIDER, CONSUMER)
"""In the order of telling."""
BOTH = "both"


UNNAMED = ("recorded traffic", "live traffic")
"""What an audit without a target file calls its target: words of ours, and no name."""


def target_said(report: Report, language: Language) -> str:
    """The name of the target for people."""
    name = str(report.target.get("name", ""))
    return language.say(name) if is_audit(report) and name in UNNAMED else name


def is_audit(report: Report) -> bool:
    """Is it of recorded traffic, and not of a run?"""
    return "audit" in report.scope


def deciding(header: Mapping[str, Any]) -> tuple[str, ...]:
    """The parties that decide an audit."""
    party = header.get("audit", {}).get("party", BOTH)
    return PARTIES if party == BOTH else (party,)


def by_party(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, Sequence[Verdict]]]:
    """The verdicts of each party of an audit; those of a run, or none, together and of no party."""
    parties = [party for party in PARTIES if any(one.party == party for one in verdicts)]
    for party in parties or ("",):
        yield party, [one for one in verdicts if one.party == party]


def group_said(group: str, language: Language) -> str:
    """A service, or a party of it, for people: the name of a party is a word of their language."""
    service, between, party = group.rpartition(BETWEEN)
    return f"{service}{between}{language.word(party)}" if party in PARTIES else group
