"""Cases about the text as a whole and about HTTP: spellings, malformed bodies, media types, Accept, methods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.generate.envelopes import TEXTS
from conformance.generate.subject import Subject
from conformance.model import Case, Change, Expect, Request, Tree

UNKNOWN = "application/x-unknown"
UNNAMED = "NotDocumented"
LEVELS = 190
"""Of an answer that repeats it more could not be read."""


def transport_cases(subject: Subject) -> Iterator[Case]:
    """Every envelope and HTTP case of the subject's encoding."""
    for text in TEXTS[subject.encoding.name](subject):
        request = subject.request(text.body)
        yield case_of(subject, "envelope", text.facet, text.slug, text.title, request, text.expect, change=text.change)
    yield from _media_types(subject)
    yield from _accept(subject)
    request = replace(subject.request(b"", media_type=None), method=_other_method(subject))
    title = f"{request.method} in place of the documented method"
    yield case_of(subject, "http", "allow", request.method.lower(), title, request, Expect.ANY)
    if subject.encoding.name != "form":
        # No page shows how a form nests.
        yield _deep(subject)


def _deep(subject: Subject) -> Case:
    """A member that nobody knows, so deep that a reader which calls itself for each level may run out of stack."""
    value: Tree = "x"
    for _ in range(LEVELS):
        value = {UNNAMED: value}
    request = subject.request(subject.encode(subject.baseline() | {UNNAMED: value}))
    title = f"a member that the document does not name, {LEVELS} levels deep"
    return case_of(subject, "http", "no-server-error", "nested", title, request, Expect.ANY)


def _other_method(subject: Subject) -> str:
    return "GET" if subject.contract.operation.method != "GET" else "DELETE"


def case_of(
    subject: Subject,
    part: str,
    facet: str,
    slug: str,
    title: str,
    request: Request,
    expect: Expect,
    *,
    also: tuple[str, ...] = (),
    answer: str = "",
    change: Change | None = None,
) -> Case:
    """A case of the rule with that facet, and of `also` in the same part. `answer` names what the judge looks for."""
    kind = {Expect.REFUSED: "negative", Expect.OBSERVE: "observe"}.get(expect, "http")
    return Case(
        id=f"{subject.service}/{subject.encoding.name}/{part}/{facet}/{slug}",
        service=subject.service,
        encoding=subject.encoding.name,
        kind=kind,
        expect=expect,
        rules=tuple(f"{subject.service}/{part}/{name}" for name in (facet, *also)),
        title=title,
        request=request,
        answer=answer,
        change=change,
    )


def _media_types(subject: Subject) -> Iterator[Case]:
    body = subject.encode(subject.baseline())

    def sent(facet: str, slug: str, media_type: str | None, expect: Expect) -> Case:
        title = f"Content-Type: {media_type}" if media_type else "no Content-Type"
        request = subject.request(body, media_type=media_type)
        change = Change(slot="media-type", media_type=media_type)
        return case_of(subject, "http", facet, slug, title, request, expect, change=change)

    first = subject.encoding.media_types[0]
    for media_type in subject.encoding.media_types:
        yield sent("request-media-type", _slug(media_type), media_type, Expect.ACCEPTED)
    yield sent("media-type-case", "upper", first.upper(), Expect.ACCEPTED)
    yield sent("charset-parameter", "plain", f"{first}; charset=utf-8", Expect.ACCEPTED)
    yield sent("charset-parameter", "upper", f"{first};charset=UTF-8", Expect.ACCEPTED)
    yield sent("charset-parameter", "quoted", f'{first}; charset="utf-8"', Expect.ACCEPTED)
    yield sent("unsupported-media-type", "unknown", UNKNOWN, Expect.REFUSED)
    yield sent("unsupported-media-type", "text-plain", "text/plain", Expect.OBSERVE)
    yield sent("unsupported-media-type", "none", None, Expect.OBSERVE)
    latin = subject.request(body, media_type=f"{first}; charset=iso-8859-1")
    yield case_of(subject, "http", "charset-parameter", "latin-1", "charset=iso-8859-1", latin, Expect.OBSERVE)


def _slug(media_type: str) -> str:
    return media_type.replace("/", "-")


def _accept(subject: Subject) -> Iterator[Case]:
    """Every media type of a request against every one of an answer; quality values and the rest once."""
    body = subject.encode(subject.baseline())
    documented = tuple(
        dict.fromkeys(
            media_type
            for encoding in subject.contract.operation.encodings
            for media_type in encoding.response_media_types
        )
    )

    def asked(
        facet: str, slug: str, accept: str | None, wanted: str, *, also: tuple[str, ...] = (), sent: str = ""
    ) -> Case:
        title = f"Accept: {accept}" if accept is not None else "no Accept"
        title += f", Content-Type: {sent}" if sent else ""
        request = subject.request(body, accept=accept, media_type=sent)
        change = Change(slot="accept", accept=accept, media_type=sent, besides=("media-type",) if sent else ())
        return case_of(
            subject, "http", facet, slug, title, request, Expect.ANY, also=also, answer=wanted, change=change
        )

    for number, sent in enumerate(subject.encoding.media_types):
        for media_type in documented:
            slug = f"{_slug(sent)}-{_slug(media_type)}" if number else _slug(media_type)
            other = sent if number else ""
            yield asked("accept-documented", slug, media_type, media_type, also=("accept-honoured",), sent=other)
    first = subject.accept
    others = [media_type for media_type in documented if media_type not in subject.answers.response_media_types]
    if others:
        other = others[0]
        yield asked("accept-quality", "first", f"{other};q=0.1, {first};q=0.9", first)
        yield asked("accept-quality", "last", f"{first};q=0.1, {other};q=0.9", other)
        yield asked("accept-quality", "front", f"{other};q=0.9, {first};q=0.1", other)
        yield asked("accept-quality", "default", f"{first};q=0.5, {other}", other)
    for slug, accept in (
        ("any", "*/*"),
        ("subtype", "application/*"),
        ("none", None),
        ("mixed", f"{UNKNOWN}, */*;q=0.1"),
    ):
        yield asked("accept-wildcard", slug, accept, "")
    yield asked("accept-unknown", "unknown", UNKNOWN, subject.encoding.media_types[0])
