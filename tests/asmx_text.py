"""The text of an ASMX help page that a sheet describes, in the layout that it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from tests.asmx_pages import DEEPEST, Kind, Member, Sheet

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
VERSIONS = {
    "soap-1.1": ("soap", "http://schemas.xmlsoap.org/soap/envelope/", "text/xml"),
    "soap-1.2": ("soap12", "http://www.w3.org/2003/05/soap-envelope", "application/soap+xml"),
}
CAPTIONS = (
    ("Sample", "The words shown stand for values."),
    ("Ejemplo", "Las palabras mostradas representan valores."),
    ("例", "ここに示す語は値の代わりです。"),
)


@dataclass
class Tag:
    """An element to print; `inside` are tags and texts."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Tag | str] = field(default_factory=list)


def tags(member: Member, around: str, depth: int) -> list[Tag]:
    """What the generator prints of a member below an element in some namespace."""
    namespace = around if member.namespace is None else member.namespace
    return [_tag(member, namespace, around, depth) for _ in range(2 if member.flat else 1)]


def _tag(member: Member, namespace: str, around: str, depth: int) -> Tag:
    made = Tag(member.name, {} if namespace == around else {"xmlns": namespace})
    kind = member.kind
    if kind.complex and depth >= DEEPEST:
        made.attributes["xsi:nil"] = "true"
        return made
    _fill(made, kind, namespace, depth)
    return made


def _fill(made: Tag, kind: Kind, namespace: str, depth: int) -> None:
    match kind.kind:
        case "word":
            if kind.text == "QName":
                made.attributes["xmlns:q1"] = "http://tempuri.org/SampleNamespace"
            made.inside.append("q1:QName" if kind.text == "QName" else kind.text)
        case "enum":
            made.inside.append(" or ".join(kind.choices))
        case "any":
            made.inside.append("xml")
        case "dataset":
            made.inside += [Tag("xsd:schema", {}, ["schema"]), "xml"]
        case "struct" | "array":
            made.attributes |= dict(kind.attributes)
            for inner in kind.members:
                made.inside += tags(inner, namespace, depth + 1)
            made.inside += ["xml"] if kind.wildcard else []


def written(tag: Tag, lines: str, level: int = 0) -> str:
    """The tag as text: `pretty` with two blanks a level, `flat` without, or all on `one` line."""
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in tag.attributes.items())
    if not tag.inside:
        return f"<{tag.name}{attributes} />"
    if all(isinstance(held, str) for held in tag.inside):
        return f"<{tag.name}{attributes}>{escape(''.join(map(str, tag.inside)))}</{tag.name}>"
    inside = [escape(held) if isinstance(held, str) else written(held, lines, level + 1) for held in tag.inside]
    if lines == "one":
        return f"<{tag.name}{attributes}>{''.join(inside)}</{tag.name}>"
    pad = "  " if lines == "pretty" else ""
    body = "".join(f"\n{pad * (level + 1)}{text}" for text in inside)
    return f"<{tag.name}{attributes}>{body}\n{pad * level}</{tag.name}>"


def text_of(sheet: Sheet) -> str:
    """The whole page."""
    title, sentence = CAPTIONS[sheet.layout.language]
    parts = ["Orchard", sheet.name, *([sheet.documentation] if sheet.documentation else [])]
    for name in (*sheet.soap, *sheet.http):
        pieces = _soap(sheet, name) if name in VERSIONS else _http(sheet, name)
        caption = f"{title} {name}: {sentence}"
        if sheet.layout.captions == "glued":
            parts.append(caption + pieces[0])
        else:
            parts += [caption, pieces[0]]
        parts += pieces[1:]
    return "\n".join(parts).replace("\n", sheet.layout.newline)


def _head(sheet: Sheet, lines: list[str]) -> str:
    return {"lines": "\n", "blank": "\n\n", "spaced": " ", "glued": ""}[sheet.layout.heads].join(lines)


def _message(sheet: Sheet, head: list[str], root: Tag, *, declaration: str = ' encoding="utf-8"') -> str:
    declared = {
        "own": f'<?xml version="1.0"{declaration}?>\n',
        "same": f'<?xml version="1.0"{declaration}?>',
        "none": "",
    }
    body = declared[sheet.layout.declaration] + written(root, sheet.layout.lines)
    glued = sheet.layout.heads in {"spaced", "glued"}
    between = {"spaced": " ", "glued": ""}[sheet.layout.heads] if glued else "\n\n" if sheet.layout.gap else "\n"
    return _head(sheet, head) + between + body


def _soap(sheet: Sheet, version: str) -> list[str]:
    prefix, uri, media = VERSIONS[version]
    content = f"Content-Type: {media}; charset=utf-8"
    action = sheet.namespace + sheet.name
    ask = ["POST /Orchard/Ripe.asmx HTTP/1.1", "Host: orchard.example", content, "Content-Length: length"]
    if version == "soap-1.1":
        ask.append(f'SOAPAction: "{action}"')
    elif sheet.action_parameter:
        ask[2] = f'{content}; action="{action}"'
    asked = Kind("struct", members=sheet.parameters)
    request = _envelope(sheet, prefix, uri, sheet.request_headers, sheet.name, asked)
    if sheet.one_way:
        return [_message(sheet, ask, request), "HTTP/1.1 202 Accepted"]
    result = () if sheet.result is None else (Member(f"{sheet.name}Result", sheet.result),)
    replied = Kind("struct", members=result)
    answer = _envelope(sheet, prefix, uri, sheet.answer_headers, f"{sheet.name}Response", replied)
    reply = ["HTTP/1.1 200 OK", content, "Content-Length: length"]
    return [_message(sheet, ask, request), _message(sheet, reply, answer)]


def _envelope(sheet: Sheet, prefix: str, uri: str, headers: tuple[Member, ...], root: str, kind: Kind) -> Tag:
    envelope = Tag(f"{prefix}:Envelope", {"xmlns:xsi": XSI, "xmlns:xsd": XSD, f"xmlns:{prefix}": uri})
    if headers:
        blocks = [tag for held in headers for tag in _roots(sheet, held)]
        envelope.inside.append(Tag(f"{prefix}:Header", {}, [*blocks]))
    envelope.inside.append(Tag(f"{prefix}:Body", {}, [*_roots(sheet, Member(root, kind))]))
    return envelope


def _roots(sheet: Sheet, member: Member) -> list[Tag]:
    """A member as a root: in the namespace of the service, which is always declared."""
    made = Tag(member.name, {"xmlns": sheet.namespace})
    _fill(made, member.kind, sheet.namespace, 0)
    return [made]


def _http(sheet: Sheet, name: str) -> list[str]:
    pairs = []
    for held in sheet.parameters:
        array = held.kind.kind == "array"
        word = "string" if array or held.kind.kind == "word" else held.kind.name
        pairs += [f"{held.name}={word}"] * (2 if array else 1)
    query = ("&amp;" if sheet.layout.escaped else "&").join(pairs)
    path = f"/Orchard/Ripe.asmx/{quote(sheet.name)}"
    if name == "http-get":
        asked = _head(sheet, [f"GET {path}?{query} HTTP/1.1", "Host: orchard.example"])
    else:
        head = [f"POST {path} HTTP/1.1", "Host: orchard.example", "Content-Type: application/x-www-form-urlencoded"]
        asked = f"{_head(sheet, [*head, 'Content-Length: length'])}\n{query}"
    if sheet.one_way:
        return [asked]
    return [asked, _answer(sheet)]


def _answer(sheet: Sheet) -> str:
    kind = sheet.result
    if kind is None:
        return "HTTP/1.1 200 OK"
    head = ["HTTP/1.1 200 OK", "Content-Type: text/xml; charset=utf-8", "Content-Length: length"]
    if kind.kind == "any":
        return f'{_head(sheet, head)}\n<?xml version="1.0"?>\nxml'
    (root,) = _roots(sheet, Member(kind.name, kind))
    root.attributes |= {"xmlns:xsi": XSI, "xmlns:xsd": XSD}
    return _message(sheet, head, root)
