"""A message body made readable for people. The bytes themselves are in the evidence; here only what a page shows.

Pure; must never import a writer.
"""

from __future__ import annotations

import json
import re

from conformance.report.evidence import text_of
from conformance.report.text import counted

LONGEST = 20_000
_HEX_SHOWN = 512
_ROW = 16

_CHARSET = re.compile(r"charset\s*=\s*\"?(iso-8859-1|latin-?1)\b", re.IGNORECASE)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


def shown(body: bytes, media_type: str | None) -> dict[str, str] | None:
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
        return {"note": f"{size}, cut; whole in evidence.har", "text": text[:LONGEST]}
    spaced = indented(text) if "json" in (media_type or "").lower() else text
    return {"note": size if spaced == text else f"{size}, indented for reading", "text": spaced}


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
            out.append("" if before in ("{", "[") else "\n" + "  " * depth)
        elif before in ("{", "[", ","):
            out.append("\n" + "  " * depth)
        out.append(": " if here == ":" else here)
        depth += here in ("{", "[")
    return "".join(out)
