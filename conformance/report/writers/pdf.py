"""`report.pdf`: the page of `report.html`, unfolded and printed by a browser.

The browser writes the time of printing into the file; the run's own takes its place, so that the same journal gives the
same bytes by the same browser. Must never import another writer than that of the page.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance.report.browser import printed
from conformance.report.sections import started
from conformance.report.writers.html import rendered

if TYPE_CHECKING:
    from conformance.report.material import Material

_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}\+00'00'\)")


def write(material: Material) -> bytes:
    """The PDF."""
    return dated(printed(rendered(material, unfolded=True)), started(material.report.suite))


def dated(content: bytes, moment: str) -> bytes:
    """The PDF with that moment in place of the time of printing; all bytes keep their places, which its index needs."""
    try:
        at = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError):
        at = datetime(2000, 1, 1, tzinfo=UTC)
    told = at.strftime("%Y%m%d%H%M%S").encode()
    return _DATE.sub(lambda match: b"/%b (D:%b+00'00')" % (match[1], told), content)
