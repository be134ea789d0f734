"""The emitted OpenAPI, made as helpful to a generic tool as OpenAPI allows.

Our document leaves out what it cannot say for sure. A user of a generic tool would add it by hand, for without it half
of the valid requests that the tool draws are refused; so the benchmark adds it. Must never take anything away.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

ADDED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("GrantorTaxId", {"minLength": 1, "pattern": r"\S"}),
    ("ArMailName", {"minLength": 1, "pattern": r"\S"}),
    ("MinimumInterest", {"multipleOf": 0.01}),
    ("MaximunInterest", {"multipleOf": 0.01}),
)
"""Member of the request, what is added to its schema where it is not there yet."""


def helped(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the table's additions in every schema of the request."""
    found = deepcopy(document)
    for name, schema in found["components"]["schemas"].items():
        if name in _requests(found):
            for member, added in ADDED:
                known = schema["properties"][member]
                known |= {key: value for key, value in added.items() if key not in known}
    return found


def _requests(document: dict[str, Any]) -> set[str]:
    """The names of the schemas that a request body refers to."""
    bodies = [
        media["schema"]["$ref"]
        for path in document["paths"].values()
        for operation in path.values()
        for media in operation["requestBody"]["content"].values()
    ]
    return {reference.rpartition("/")[2] for reference in bodies}
