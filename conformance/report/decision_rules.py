"""How verdicts were decided, in plain sentences, so that a reader who was not there can check them.

One sentence a row, with the services that it concerns (none: all). Pure data; must never import a writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_HTTP = ("collection-policy",)
_SOAP = ("envio-correo", "actualizar-correo")
_ALL: tuple[str, ...] = ()

RULES: tuple[tuple[tuple[str, ...], str], ...] = (
    (_ALL, "A target conforms when every MUST rule in scope was tested and none failed without a waiver."),
    (_ALL, "A MUST rule that was not tested, or whose answer does not tell, leaves the run inconclusive."),
    (_ALL, "What the document states, or a standard that it invokes demands, is MUST; our own reading is SHOULD."),
    (_ALL, "An assumption without which nothing could be tested is MAY and never fails a run."),
    (_ALL, "A refusal counts only for a request that differs in one point from one that this target accepts."),
    (_ALL, "The accepted request is sent first, at intervals, and last; where it is refused, nothing between counts."),
    (_HTTP, "Accepted means a 2xx answer with success true."),
    (_HTTP, "Refused means 400 or 422, or a 2xx answer with success false."),
    (_SOAP, "Accepted means an answer that is no fault and no declared refusal."),
    (_SOAP, "Refused means a fault, a 400 with or without a body, or a refusal that the target file declares."),
    (_ALL, "Any other answer, such as 401, 404, 415, 429, 3xx or 5xx, says nothing about a field: it is cant-tell."),
    (_ALL, "A stated constraint that is not enforced is a failure, unless the target file makes it advisory."),
    (_HTTP, "A hard wrong type must be refused; a type that many readers convert should be."),
    (_HTTP, "Three decimals, a value below the minimum and one above the maximum by a whole unit must be refused."),
    (_HTTP, "Saved values that do not come back in the answer, or come back changed, are SHOULD failures."),
    (_HTTP, "A refusal need not use the documented answer, but it must not say success true."),
    (_SOAP, "Unknown, missing or reordered elements in a request decide nothing; they are observed."),
    (_SOAP, "Fault codes are judged, fault texts never."),
    (_ALL, "A refusal after changing a business reference of the tenant is cant-tell, with the server's words."),
    (_ALL, "Strings on which regular expression dialects differ decide nothing; they are observed."),
    (_ALL, "One defect is one finding: what lies below a missing member is untested, not failed."),
    (_ALL, "Two independent judges read every message; where they differ the verdict is cant-tell."),
    (_ALL, "The results speak of what was tested at that time and of nothing else."),
)

STRICT = "The run is strict: a SHOULD failure counts like a MUST failure."


def decision_rules(services: Collection[str], *, strict: bool) -> tuple[str, ...]:
    """The sentences that concern these services."""
    said = [text for concerned, text in RULES if not concerned or set(concerned) & set(services)]
    return (*said, STRICT) if strict else tuple(said)
