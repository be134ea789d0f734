"""Cases about the JSON text as a whole and about HTTP: spellings, malformed bodies, media types, Accept, methods."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from conformance.generate.subject import Subject
from conformance.model import Case, Expect, Request, Tree

UNKNOWN = "application/x-unknown"


def transport_cases(subject: Subject) -> Iterator[Case]:
    """Every envelope and HTTP case of the JSON encoding; none for other encodings."""
    if subject.encoding.name != "json":
        return
    yield from _spellings(subject)
    yield from _malformed(subject)
    yield from _media_types(subject)
    yield from _accept(subject)
    request = replace(subject.request(b"", media_type=None), method="GET")
    yield _case(subject, "http", "allow", "get", "GET in place of the documented method", request, Expect.ANY)


def _case(
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
) -> Case:
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
    )


def _words(subject: Subject) -> str | None:
    """A free text member, for text beyond ASCII: the first required string without a pattern that is no reference."""
    for member in subject.fields:
        free = member.type == "string" and member.required and not member.marks and member.name not in subject.private
        if free and member.constraint("pattern") is None:
            return member.name
    return None


def _spellings(subject: Subject) -> Iterator[Case]:
    base = subject.baseline()

    def spelt(facet: str, slug: str, title: str, body: bytes) -> Case:
        return _case(subject, "envelope", facet, slug, title, subject.request(body), Expect.ACCEPTED)

    compact = subject.encode(base).decode()
    wide = json.dumps(json.loads(compact), indent="\t", ensure_ascii=False, separators=(" , ", " : "))
    spaced = f" \r\n{wide}\n".encode()
    yield spelt("spelling", "white-space", "white space between all tokens and around the text", spaced)
    backwards = dict(reversed(base.items()))
    yield spelt("spelling", "order", "the members in reverse order", subject.encode(backwards))
    name = _words(subject)
    if name is not None:
        text = str(base[name])
        units = text.encode("utf-16-be").hex()
        escaped = "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
        body = compact.replace(subject.encode(text).decode(), f'"{escaped}"', 1)
        yield spelt("spelling", "escapes", f"{name} written in \\u escapes", body.encode())
        accented = base | {name: "Ñandú Cobranza"}
        yield spelt("non-ascii", "utf-8", f"{name} = 'Ñandú Cobranza' in UTF-8", subject.encode(accented))
        plain = json.dumps(json.loads(subject.encode(accented)))
        yield spelt("non-ascii", "escaped", f"{name} = 'Ñandú Cobranza' in escapes", plain.encode())


def _malformed(subject: Subject) -> Iterator[Case]:
    base = subject.baseline()
    text = subject.encode(base).decode()
    first = next(iter(base))

    def refused(facet: str, slug: str, title: str, body: bytes, expect: Expect = Expect.REFUSED) -> Case:
        return _case(subject, "envelope", facet, slug, title, subject.request(body), expect)

    yield refused("malformed", "truncated", "the text ends after its first half", text[: len(text) // 2].encode())
    yield refused("malformed", "unclosed", "the last brace left out", text[:-1].encode())
    yield refused("malformed", "bare-word", "a bare word for a value", _swap(text, "policy").encode())
    yield refused("malformed", "no-colon", "a member without its colon", text.replace(":", " ", 1).encode())
    yield refused("malformed", "other-format", "an XML element", b"<policy/>")
    observed = Expect.OBSERVE
    yield refused("malformed", "trailing-comma", "a comma after the last member", f"{text[:-1]},}}".encode(), observed)
    yield refused("malformed", "comment", "a comment in front", f"/* policy */ {text}".encode(), observed)
    yield refused("malformed", "trailing-bytes", "a word after the text", f"{text} end".encode(), observed)
    yield refused("malformed", "single-quotes", "single quotes for double", text.replace('"', "'").encode(), observed)
    again = f"{text[:-1]},{json.dumps(first)}:{json.dumps(base[first], default=str)}}}"
    yield refused("malformed", "twice", f"{first} twice, with one value", again.encode(), observed)
    yield refused("malformed", "plus-sign", "a number with a plus sign", _plus(subject, base).encode(), observed)
    yield refused("malformed", "not-a-number", "NaN for a value", _swap(text, "NaN").encode(), observed)
    yield refused(
        "malformed", "byte-order-mark", "a byte order mark in front", b"\xef\xbb\xbf" + text.encode(), observed
    )
    yield refused("empty-body", "nothing", "no body at all", b"")
    yield refused("empty-body", "white-space", "white space alone", b" \r\n ")
    yield refused("empty-body", "null", "null", b"null")
    yield refused("empty-body", "object", "an empty object", b"{}")
    yield refused("request-root", "list", "the message in a list", f"[{text}]".encode())
    yield refused("request-root", "empty-list", "an empty list", b"[]")
    yield refused("request-root", "string", "a string", b'"policy"')
    yield refused("request-root", "number", "a number", b"5")


def _swap(text: str, token: str) -> str:
    """The text with the value of its first member replaced by a bare token."""
    start = text.index(":") + 1
    end = min(place for place in (text.find(",", start), text.find("}", start)) if place >= 0)
    return text[:start] + token + text[end:]


def _plus(subject: Subject, base: dict[str, Tree]) -> str:
    number = next(
        (name for name, value in base.items() if isinstance(value, int) and not isinstance(value, bool)), None
    )
    text = subject.encode(base).decode()
    return text if number is None else text.replace(f'"{number}":', f'"{number}":+', 1)


def _media_types(subject: Subject) -> Iterator[Case]:
    body = subject.encode(subject.baseline())

    def sent(facet: str, slug: str, media_type: str | None, expect: Expect) -> Case:
        title = f"Content-Type: {media_type}" if media_type else "no Content-Type"
        request = subject.request(body, media_type=media_type)
        return _case(subject, "http", facet, slug, title, request, expect)

    first = subject.encoding.media_types[0]
    for media_type in subject.encoding.media_types:
        slug = media_type.replace("/", "-")
        yield sent("request-media-type", slug, media_type, Expect.ACCEPTED)
    yield sent("media-type-case", "upper", first.upper(), Expect.ACCEPTED)
    yield sent("charset-parameter", "plain", f"{first}; charset=utf-8", Expect.ACCEPTED)
    yield sent("charset-parameter", "upper", f"{first};charset=UTF-8", Expect.ACCEPTED)
    yield sent("charset-parameter", "quoted", f'{first}; charset="utf-8"', Expect.ACCEPTED)
    yield sent("unsupported-media-type", "unknown", UNKNOWN, Expect.REFUSED)
    yield sent("unsupported-media-type", "text-plain", "text/plain", Expect.OBSERVE)
    yield sent("unsupported-media-type", "none", None, Expect.OBSERVE)
    latin = subject.request(body, media_type=f"{first}; charset=iso-8859-1")
    yield _case(subject, "http", "charset-parameter", "latin-1", "charset=iso-8859-1", latin, Expect.OBSERVE)


def _accept(subject: Subject) -> Iterator[Case]:
    body = subject.encode(subject.baseline())
    documented = tuple(
        dict.fromkeys(
            media_type
            for encoding in subject.contract.operation.encodings
            for media_type in encoding.response_media_types
        )
    )
    first = subject.encoding.media_types[0]

    def asked(facet: str, slug: str, accept: str | None, wanted: str, also: tuple[str, ...] = ()) -> Case:
        title = f"Accept: {accept}" if accept is not None else "no Accept"
        request = subject.request(body, accept=accept)
        return _case(subject, "http", facet, slug, title, request, Expect.ANY, also=also, answer=wanted)

    for media_type in documented:
        slug = media_type.replace("/", "-")
        yield asked("accept-documented", slug, media_type, media_type, also=("accept-honoured",))
    others = [media_type for media_type in documented if media_type not in subject.encoding.media_types]
    if others:
        other = others[0]
        yield asked("accept-quality", "first", f"{other};q=0.1, {first};q=0.9", first)
        yield asked("accept-quality", "last", f"{first};q=0.1, {other};q=0.9", other)
        yield asked("accept-quality", "default", f"{first};q=0.5, {other}", other)
    for slug, accept in (
        ("any", "*/*"),
        ("subtype", "application/*"),
        ("none", None),
        ("mixed", f"{UNKNOWN}, */*;q=0.1"),
    ):
        yield asked("accept-wildcard", slug, accept, "")
    yield asked("accept-unknown", "unknown", UNKNOWN, first)
