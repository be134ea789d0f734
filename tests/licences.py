"""The licences of what an installed conformance needs, from the metadata of the packages themselves.

`python -m tests.licences` prints docs/licences.md; a test compares.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement

NAME = "billing-conformance"
COMPATIBLE = {
    "Apache-2.0": "the licence of this project",
    "BSD-2-Clause": "permissive",
    "BSD-3-Clause": "permissive",
    "ISC": "permissive",
    "MIT": "permissive",
    "MIT-0": "permissive",
    "MPL-2.0": "weak copyleft, file by file; nothing of it is changed or carried here",
    "PSF-2.0": "permissive",
}
"""Licences of which a package that is under Apache-2.0 may depend."""
_WORDS = (
    (r"apache", "Apache-2.0"),
    (r"mozilla public|mpl[ -]?2", "MPL-2.0"),
    (r"bsd[ -]2|simplified bsd", "BSD-2-Clause"),
    (r"bsd", "BSD-3-Clause"),
    (r"\bisc\b", "ISC"),
    (r"\bmit\b|expat", "MIT"),
    (r"python software foundation|psf", "PSF-2.0"),
)
"""How packages that give no SPDX expression call them. The first row that fits."""
HEAD = """\
# Licences

What an installed `conformance` depends on, and under which licence, as the packages say themselves. Made by
`python -m tests.licences`; `tests/test_supply_chain.py` compares it with what is installed, and knows which licences
may stand here. What only the tests and benchmarks need (`.[dev]`) is not installed with the package and not listed. No
package is carried in the wheel.

| package | licence | needed by |
|---|---|---|
"""


def normal(name: str) -> str:
    """The name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed() -> dict[str, set[str]]:
    """Package → what needs it, of all that is needed here beyond the optional."""
    found: dict[str, set[str]] = {}
    queue = [NAME]
    seen: set[str] = set()
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        for line in metadata.requires(name) or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                other = normal(requirement.name)
                found.setdefault(other, set()).add(name)
                queue.append(other)
    return found


def licence(name: str) -> str:
    """The SPDX expression of the package, or what its words come to; its own words where they come to nothing."""
    told = metadata.metadata(name)
    expression = told.get("License-Expression")
    if expression:
        return expression
    trove = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or () if one.startswith("License ::")]
    words = [*trove, (told.get("License") or "").partition("\n")[0]]
    for text in filter(None, words):
        for pattern, spdx in _WORDS:
            if re.search(pattern, text, re.IGNORECASE):
                return spdx
    return " / ".join(words)


def compatible(expression: str) -> bool:
    """May this project depend on it? Of alternatives one is enough, and of several every one counts."""
    if " OR " in expression:
        return any(compatible(one) for one in expression.split(" OR "))
    return all(one.strip("() ") in COMPATIBLE for one in expression.split(" AND "))


def rows() -> Iterator[str]:
    """A line for each package."""
    for name, by in sorted(needed().items()):
        yield f"| {name} | {licence(name)} | {'this package' if NAME in by else 'others'} |"


def page() -> str:
    """docs/licences.md."""
    return HEAD + "\n".join(rows()) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
