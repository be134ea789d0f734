"""How the verdicts of an audit were decided, in plain sentences. Those about messages are the same as for a run.

Pure; must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.model import PROVIDER
from conformance.report.audit import PARTIES, deciding
from conformance.report.decision_rules import STRICT, families

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALL, _REST, _SOAP = "", "rest", "soap"
_TOLD = "rest with a member that tells acceptance"

RULES: tuple[tuple[str, str], ...] = (
    (_ALL, "A party conforms in what was seen when a rule was seen kept and no MUST rule broken without a waiver."),
    (_ALL, "A rule that no recorded exchange bears on is untested; an audit decides over what it saw, and no more."),
    (_ALL, "Requests are the consumer's, answers the provider's; the two are counted apart and never added."),
    (_ALL, "A party of which nothing could be judged leaves the audit inconclusive, where that party decides."),
    (_ALL, "A rule that one exchange breaks has failed, however many keep it; its rate says in how many it did."),
    (_ALL, "A provider that accepts a request which its document excludes breaks the same rule as its consumer."),
    (_ALL, "Whether a proper request was accepted decides nothing: what the tenant holds is not known."),
    (_ALL, "What is truncated, masked or of another service is not judged; it is counted, with the reason."),
    (_ALL, "What the document states, or a standard that it invokes demands, is MUST; our own reading is SHOULD."),
    (_ALL, "An assumption without which nothing could be tested is MAY and never fails a run."),
    (_TOLD, "Accepted means a 2xx answer with {member} true."),
    (_SOAP, "Accepted means a success with an envelope that holds no fault and no declared refusal."),
    (_SOAP, "Unknown, missing or reordered elements in a request decide nothing; they are observed."),
    (_SOAP, "Fault codes are judged, fault texts never."),
    (_SOAP, "Clauses of a WS-I profile are SHOULD, and MUST where the target claims the profile."),
    (_SOAP, "A clause of SOAP 1.2 that SOAP 1.1 leaves to the profile is SHOULD in SOAP 1.1."),
    (_ALL, "Strings on which regular expression dialects differ decide nothing; they are observed."),
    (_ALL, "One defect is one finding: what lies below a missing member is untested, not failed."),
    (_ALL, "The results speak of what the recordings hold and of nothing else."),
)

ALONE = {
    True: "The provider alone decides this audit: what the consumer breaks is told, and decides nothing.",
    False: "The consumer alone decides this audit: what the provider breaks is told, and decides nothing.",
}


def decision_rules(header: Mapping[str, Any], *, strict: bool) -> tuple[str, ...]:
    """The sentences that concern what the header of an audit has in scope."""
    there = families(header)
    said: dict[str, None] = {}
    for family, text in RULES:
        for member in there.get(family, ()):
            said[text.replace("{member}", member)] = None
    first, *others = said
    who = deciding(header)
    alone = () if who == PARTIES else (ALONE[who == (PROVIDER,)],)
    return (first, *alone, *others, *((STRICT,) if strict else ()))
