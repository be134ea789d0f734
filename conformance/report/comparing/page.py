"""What changed between two runs, as one page: no script, nothing fetched, with the look of `report.html`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.report.comparing import LISTS, NO_REGRESSION, REGRESSED, sentence, since, status
from conformance.report.comparing.wording import change, names, sides
from conformance.report.headline import CONFORMS, DOES_NOT_CONFORM, INCONCLUSIVE
from conformance.report.writers.page import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.model import Comparison, Difference
    from conformance.report.language import Language

_COLOURS = {NO_REGRESSION: CONFORMS, REGRESSED: DOES_NOT_CONFORM}

_LONG = 30
"""Lists that are longer, and that decide nothing, are folded."""


def page(comparison: Comparison, statements: Mapping[str, str], language: Language) -> bytes:
    """The page as UTF-8. `statements` are rules as sentences, by id."""
    return render(
        "diff.html.j2",
        language,
        comparison=comparison,
        statements={one.rule: statements.get(one.rule, "") for name in LISTS for one in getattr(comparison, name)},
        sentence=language.say(sentence(comparison)),
        summary=language.say(since(comparison)),
        colour=_COLOURS.get(status(comparison), INCONCLUSIVE),
        sides=sides(comparison, language),
        lists=list(_lists(comparison, language)),
        change=lambda difference: change(difference, language),
    )


def _lists(comparison: Comparison, language: Language) -> Iterator[tuple[str, str, Sequence[Difference], bool]]:
    """Anchor, title, differences, and whether they are folded; none that is empty."""
    for name, (title, differences) in names(comparison, language).items():
        if differences:
            yield name, title, differences, name not in {"newly_failing", "lost"} and len(differences) > _LONG
