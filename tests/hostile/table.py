"""All ways, in the order of the wire: bytes first, words last."""

from __future__ import annotations

from dataclasses import replace

from tests.hostile import ways_coding, ways_head, ways_json, ways_text, ways_time, ways_wsdl, ways_xml
from tests.hostile.way import Way, answer, sends

WITHOUT_FAULT = Way(id="a server without fault", act=sends(answer), clean="all")


def some(ways: tuple[Way, ...], each: int) -> tuple[Way, ...]:
    """A large family, whose ways differ in detail alone: one in so many for each commit, the others for each night."""
    return tuple(way if place % each == 0 else replace(way, nightly=True) for place, way in enumerate(ways))


WAYS: tuple[Way, ...] = (
    *some(ways_time.WAYS, 3),
    *some(ways_time.FRAMING, 5),
    *some(ways_head.STATUS_LINES, 4),
    *some(ways_head.STATUSES, 5),
    *some(ways_head.REDIRECTS, 3),
    *some(ways_head.HEADERS, 4),
    *some(ways_head.LABELS, 6),
    *some(ways_coding.BOMBS, 2),
    *some(ways_coding.CODINGS, 3),
    *some(ways_json.JSON, 3),
    *some(ways_xml.ENTITIES, 2),
    *some(ways_xml.ELSEWHERE, 2),
    *some(ways_xml.SIZES, 4),
    *some(ways_xml.MARKUP, 6),
    *some(ways_xml.CHARSETS, 3),
    *some(ways_xml.SOAP, 2),
    *some(ways_text.TEXTS, 6),
    *some(ways_wsdl.IMPORTS, 2),
    *some(ways_wsdl.CONTENT, 2),
    *some(ways_wsdl.BOMBS, 3),
    *some(ways_wsdl.SLOW, 2),
    *some(ways_wsdl.ADDRESSES, 3),
    *some(ways_wsdl.TEXTS, 3),
)
BY_ID = {way.id: way for way in WAYS}
