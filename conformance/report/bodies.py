"""A message body made readable for people. The bytes themselves are in the evidence; here only what a page shows.

Pure; must never import a writer.
"""

from __future__ import annotations

import json
import re

from conformance.report.evidence import text_of
from conformance.report.text import counted

LONGEST = 20_000
LONG_VALUE = 400
"""A value of more characters, such as an attachment, is shown by its beginning."""
_SHOWN_OF_VALUE = 120
_DEEPEST = 20
"""Levels that are indented; what lies deeper stands as deep as these."""
_HEX_SHOWN = 512
_ROW = 16

_CHARSET = re.compile(r"charset\s*=\s*\"?(iso-8859-1|latin-?1)\b", re.IGNORECASE)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


def shown(body: bytes, media_type: str | None, longest: int = LONGEST) -> dict[str, str] | None:
    """`text` and a `note` on what it is; None when there is no body."""
    if not body:
        return None
    size = counted(len(body), "byte")
    text = text_of(body)
    if text is None:
        text = _declared(body, media_type or "")
    if text is None:
        rows = [body[at : at + _ROW].hex(" ") for at in range(0, min(len(body), _HEX_SHOWN), _ROW)]
        more = f", the first {_HEX_SHOWN} here" if len(body) > _HEX_SHOWN else ""
        return {"note": f"{size}, not UTF-8 text, in hexadecimal{more}", "text": "\n".join(rows)}
    if len(text) > LONGEST:
        return {"note": f"{size}, cut; whole in evidence.har", "text": text[:longest]}
    spaced = pretty(text, media_type or "")
    if len(spaced) > longest:
        return {"note": f"{size}, cut; whole in evidence.har", "text": spaced[:longest]}
    return {"note": size if spaced == text else f"{size}, indented for reading", "text": spaced}


def pretty(text: str, media_type: str) -> str:
    """JSON and XML indented, every token as it came but for long values; any other text unchanged."""
    kind = media_type.lower()
    if "json" in kind:
        return indented(text)
    return indented_xml(text) if "xml" in kind or "html" not in kind else text


def _declared(body: bytes, media_type: str) -> str | None:
    """The body in the single-byte charset that its type names: old error pages; None for any other."""
    named = _CHARSET.search(media_type)
    return body.decode(named[1]) if named else None


def indented(text: str) -> str:
    """JSON on one line set on several, every token as it came; any other text unchanged."""
    if "\n" in text or not text.startswith(("{", "[")):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    tokens = _TOKEN.findall(text)
    out: list[str] = []
    depth = 0
    for before, here in zip(["", *tokens], tokens, strict=False):
        if here in "}]":
            depth -= 1
            out.append("" if before in ("{", "[") else _line(depth))
        elif before in ("{", "[", ","):
            out.append(_line(depth))
        out.append(": " if here == ":" else _brief(here))
        depth += here in ("{", "[")
    return "".join(out)


def indented_xml(text: str) -> str:
    """XML on one line set on several, every token as it came; other text, and text among elements, unchanged."""
    tokens = _xml_tokens(text) if text.startswith("<") and "\n<" not in text[1:].replace("?>\n<", "", 1) else None
    if tokens is None:
        return text
    out: list[str] = []
    depth = 0
    before = ""
    for here, behind in zip(tokens, [*tokens[1:], ""], strict=True):
        if _is_text(here):
            blank = here.isspace()
            if blank and not (_opens(before) and behind.startswith("</")):
                continue  # between elements; alone in one it is the value
            if not _opens(before):
                return text
            out.append(_brief(here))
            before = here
            continue
        closes = here.startswith("</")
        depth -= closes
        if closes and (_opens(before) or _is_text(before)):
            out.append(here)
        elif before and _is_text(before):
            return text
        else:
            out.append(_line(max(depth, 0)) + here if before else here)
        depth += _opens(here)
        before = here
    return "".join(out)


def _is_text(token: str) -> bool:
    return not token.startswith("<") or token.startswith("<![CDATA[")


def _opens(token: str) -> bool:
    return token.startswith("<") and not token.startswith(("</", "<?", "<!")) and not token.endswith("/>")


def _xml_tokens(text: str) -> list[str] | None:
    """Markup and the text around it; None where a token has no end."""
    ends = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<", ">"))
    found: list[str] = []
    at = 0
    while at < len(text):
        end = next((end for start, end in ends if text.startswith(start, at)), None)
        stop = text.find(end or "<", at)
        if stop < 0 and end is not None:
            return None
        stop = len(text) if stop < 0 else stop + len(end or "")
        found.append(text[at:stop])
        at = stop
    return found


def _line(depth: int) -> str:
    return "\n" + "  " * min(depth, _DEEPEST)


def _brief(token: str) -> str:
    """A long value by its beginning, and how much there is of it."""
    if len(token) <= LONG_VALUE:
        return token
    return f"{token[:_SHOWN_OF_VALUE]}… [{len(token)}]"
