"""Cases with drawn values for SOAP: texts, instants, contents; and words where a value is due. The seed decides."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.codecs.xsd import hard, valid
from conformance.generate.members import Place
from conformance.generate.properties import LETTERS, draw, text
from conformance.generate.subject import Subject, refers
from conformance.generate.values import Value
from conformance.model import Case, Expect, Field
from conformance.rules.soap_fields import TYPED, free

SCRIPTS = LETTERS + "0123456789 .,;:-_/<>\"'()[]{}=+*#!?$áéíóúñÑüßøΩжش日本語☃€"
"""No at sign, ampersand or per cent, from which an address could be read."""


def drawn_cases(subject: Subject, count: int) -> Iterator[Case]:
    """Drawn cases for every member that is free to vary, and broken values for every one that has a type."""
    base = subject.baseline()
    for member in subject.fields:
        if member.name in base and member.name not in subject.private:
            yield from _of(Place(subject, member, (member.name,), base), count)


def _of(place: Place, count: int) -> Iterator[Case]:
    member = place.member
    taken = None if refers(member) else accepted(member)
    facet = "text" if free(member) else "lexical"
    for number, drawn in enumerate(draw(taken, count, place.subject.seed)):
        yield _case(place, facet, f"drawn-{number}", drawn, Expect.ACCEPTED)
    for number, drawn in enumerate(draw(refused(member), count, place.subject.seed)):
        yield _case(place, "type", f"drawn-no-{number}", drawn, Expect.REFUSED)


def _case(place: Place, facet: str, slug: str, drawn: str, expect: Expect) -> Case:
    case = place.case(facet, Value(slug, drawn, repr(drawn)), expect)
    return replace(case, origin=f"property:{place.subject.seed}")


def accepted(member: Field) -> SearchStrategy[Any] | None:
    """Texts that the member must take; None where a draw would tell nothing."""
    if free(member):
        return scripts()
    if member.type == "dateTime":
        return zoned()
    return contents() if member.type == "base64Binary" else None


@cache
def scripts() -> SearchStrategy[str]:
    """Texts of many scripts that are not blank."""
    return text(SCRIPTS, 1, 40).filter(lambda drawn: bool(drawn.strip()))


@cache
def zoned() -> SearchStrategy[str]:
    """Instants with a zone or without one."""
    return st.tuples(instants(), st.sampled_from(("", "Z", "-05:00", "+14:00", "-14:00"))).map("".join)


@cache
def contents() -> SearchStrategy[str]:
    """Bytes of any kind in base64."""
    return st.binary(min_size=1, max_size=200).map(lambda drawn: base64.b64encode(drawn).decode())


def instants() -> SearchStrategy[str]:
    """Instants of this century, some with fractions of a second."""
    moments = st.datetimes(min_value=datetime(2001, 1, 2), max_value=datetime(2099, 12, 30))  # noqa: DTZ001
    return moments.map(datetime.isoformat)


def refused(member: Field) -> SearchStrategy[Any] | None:
    """Words that are no value of the member's type."""
    if member.type not in TYPED - {"guid", "base64Binary"}:
        return None
    return text(LETTERS, 1, 12).filter(lambda drawn: not valid(member, drawn) and hard(member, drawn))
