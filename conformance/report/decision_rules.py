"""How verdicts were decided, in plain sentences, so that a reader who was not there can check them.

One sentence a row, with the family of encodings that it concerns (none: all). The families in scope, and the members
that tell acceptance, come from the journal's header. Pure; must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ALL, _REST, _SOAP = "", "rest", "soap"
_TOLD, _UNTOLD, _ECHO = "rest with a member that tells acceptance", "rest without one", "rest with an echo"
_READ, _BOUND = "soap with a member that tells acceptance", "soap with names from a WSDL"

RULES: tuple[tuple[str, str], ...] = (
    (_ALL, "A target conforms when every MUST rule in scope was tested and none failed without a waiver."),
    (_ALL, "A MUST rule that was not tested, or whose answer does not tell, leaves the run inconclusive."),
    (_ALL, "What the document states, or a standard that it invokes demands, is MUST; our own reading is SHOULD."),
    (_ALL, "An assumption without which nothing could be tested is MAY and never fails a run."),
    (_ALL, "A refusal counts only for a request that differs in one point from one that this target accepts."),
    (_ALL, "The accepted request is sent first, at intervals, and last; where it is refused, nothing between counts."),
    (_TOLD, "Accepted means a 2xx answer with {member} true."),
    (_TOLD, "Refused means 400 or 422, or a 2xx answer with {member} false."),
    (_UNTOLD, "Accepted means a 2xx answer, where the document has no member that tells acceptance."),
    (_UNTOLD, "Refused means 400 or 422, where the document has no member that tells acceptance."),
    (_SOAP, "Accepted means a success with an envelope that holds no fault and no declared refusal."),
    (_SOAP, "Refused means a fault, a 400 with or without a body, or a refusal that the target file declares."),
    (_READ, "By our reading an answer with {member} false is a refusal, unless the target file declares another."),
    (_SOAP, "Where none is declared, an answer whose codes differ from those of the accepted request is cant-tell."),
    (_ALL, "Any other answer, such as 401, 404, 415, 429, 3xx or 5xx, says nothing about a field: it is cant-tell."),
    (_ALL, "A stated constraint that is not enforced is a failure, unless the target file makes it advisory."),
    (_REST, "A hard wrong type must be refused; a type that many readers convert should be."),
    (_REST, "Three decimals, a value below the minimum and one above the maximum by a whole unit must be refused."),
    (_ECHO, "Saved values that do not come back in the answer, or come back changed, are SHOULD failures."),
    (_TOLD, "A refusal need not use the documented answer, but it must not say {member} true."),
    (_SOAP, "Unknown, missing or reordered elements in a request decide nothing; they are observed."),
    (_SOAP, "Fault codes are judged, fault texts never."),
    (_SOAP, "Where no answer was a fault, the rules about faults are inapplicable."),
    (_SOAP, "Clauses of a WS-I profile are SHOULD, and MUST where the target claims the profile."),
    (_SOAP, "A clause of SOAP 1.2 that SOAP 1.1 leaves to the profile is SHOULD in SOAP 1.1."),
    (_BOUND, "Names that the document does not state are those of the target's WSDL; answers are held against that."),
    (_ALL, "A refusal after changing a business reference of the tenant is cant-tell, with the server's words."),
    (_ALL, "Strings on which regular expression dialects differ decide nothing; they are observed."),
    (_ALL, "One defect is one finding: what lies below a missing member is untested, not failed."),
    (_ALL, "Two independent judges read every message that a document shows; where they differ it is cant-tell."),
    (_ALL, "The results speak of what was tested at that time and of nothing else."),
)

SHARD = "What takes the requests of other shards is untested and decides nothing here; all shards merged decide it."
STRICT = "The run is strict: a SHOULD failure counts like a MUST failure."


def decision_rules(header: Mapping[str, Any], *, strict: bool) -> tuple[str, ...]:
    """The sentences that concern what the header of a run has in scope."""
    there = families(header)
    said: dict[str, None] = {}
    for family, text in RULES:
        for member in there.get(family, ()):
            said[text.replace("{member}", member)] = None
    if "shard" in header:
        said[SHARD] = None
    return (*said, STRICT) if strict else tuple(said)


def families(header: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """The families of sentences that concern what the header has in scope, with the members that they speak of."""
    return dict(_families(header))


def _families(header: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The families in scope, each with the members that its sentences speak of, or one that stands for none."""
    scope, contracts = header.get("scope", {}), header.get("contracts", {})
    encodings = scope.get("encodings", {})
    soap = {service for service, names in encodings.items() if any(name.startswith("soap") for name in names)}
    rest = [service for service in encodings if service not in soap]
    # The first journals have one service of this family, which answers so, and do not say it.
    told = {service: contracts.get(service, {}).get("accepted", "success") for service in rest}
    none = ("",)
    yield _ALL, none
    yield _REST, none if rest else ()
    yield _SOAP, none if soap else ()
    yield _TOLD, tuple(dict.fromkeys(member for member in told.values() if member))
    yield _UNTOLD, none if not all(told.values()) else ()
    yield _ECHO, none if any(contracts.get(service, {}).get("echo", "data") for service in rest) else ()
    read = (contracts.get(service, {}).get("accepted") for service in encodings if service in soap)
    yield _READ, tuple(dict.fromkeys(member for member in read if member))
    served = header.get("target", {}).get("services", {})
    yield _BOUND, none if any(served.get(service, {}).get("wsdl") for service in soap) else ()
