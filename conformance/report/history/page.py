"""The history of runs as one page: a drawing a target, with the same numbers as a table below it. No script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.model import Level
from conformance.report.audit import group_said
from conformance.report.headline import CONFORMS, DOES_NOT_CONFORM, INCONCLUSIVE
from conformance.report.history.chart import KINDS, chart
from conformance.report.history.rows import heads, rows, service_rows, services
from conformance.report.writers.page import render

if TYPE_CHECKING:
    from typing import Any

    from conformance.report.history import History, Track
    from conformance.report.language import Language


def page(history: History, language: Language) -> bytes:
    """The page as UTF-8."""
    return render(
        "history.html.j2",
        language,
        extra="history.css",
        tracks=[_track(track, language) for track in history.tracks],
        kinds=_kinds(language),
        outcomes={
            CONFORMS: language.fill("Conforms"),
            DOES_NOT_CONFORM: language.fill("Does not conform"),
            INCONCLUSIVE: language.fill("Inconclusive"),
        },
        heads=heads(language),
        service_heads=heads(language, about=False),
    )


def _kinds(language: Language) -> dict[str, str]:
    names = (language.word("failed"), language.word("waived"), language.fill("not decided"))
    return dict(zip(KINDS, names, strict=True))


def _track(track: Track, language: Language) -> dict[str, Any]:
    # One bar is no trend.
    drawn = [] if len(track.points) == 1 else [chart(track, Level.MUST), chart(track, Level.SHOULD)]
    return {
        "name": group_said(track.name, language) or language.fill("Target without a name"),
        "charts": [one for one in drawn if one.level is Level.MUST or any(bar.total for bar in one.bars)],
        "latest": track.points[-1].run,
        "rows": rows(track, language),
        "services": {service: service_rows(track, service, language) for service in services(track)},
        "changes": [point for point in track.points if point.since is not None and _moved(point.since)],
        "flapping": track.flapping,
    }


def _moved(since: Any) -> bool:
    return bool(since.newly_failing or since.newly_passing)
