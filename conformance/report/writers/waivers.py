"""`waivers-draft.toml`: a waiver for every rule that decides a failing run, to be filled in by whoever answers for it.

Must never import another writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.report.text import one_line
from conformance.report.waivers.block import CHANGE_ME, blocks_of

if TYPE_CHECKING:
    from conformance.report.material import Material


def write(material: Material) -> bytes:
    """The file as UTF-8; comments alone where there is nothing to waive."""
    language = material.language
    blocks = blocks_of(material.report, material.rules, language)
    if blocks:
        head = language.fill(
            "Failures of the run {run}. Keep the tables of those that may stand for a while, and say why, and who "
            "answers for it, in place of {placeholder}; the file is refused until then.",
            run=material.report.suite.get("run", ""),
            placeholder=CHANGE_ME,
        )
    else:
        head = language.fill("Nothing that decides the run fails without a waiver, so there is nothing to waive.")
    return "\n\n".join([f"# {one_line(head, 1000)}", *blocks]).encode() + b"\n"
