"""Any text made safe in a page of Markdown: it shows what was written, and does nothing.

A plain word stands as it is. Whatever else a word holds, it stands as code: there no renderer looks for markup, and no
filter of GitHub or GitLab for mentions, references, commands, emoji or addresses. Pure; must never import a writer.
"""

from __future__ import annotations

import re

from conformance.report.text import one_line

_LONGEST = 400
_PLAIN = re.compile(r"[(\"']{0,2}(?!www)[^\W_]+(?:[-'’,.][^\W_]+)*[)\"',.;:!?…]{0,3}|[×–·%]", re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{7,}", re.IGNORECASE)
_REFERENCE = re.compile(r"[A-Z]{2,}-?\d", re.IGNORECASE)
_TIME = re.compile(r"(?:UTC)?[+-]?\d\d:\d\d(?::\d\d)?[,.]?")
_BULLET = re.compile(r"\d+[.)]")
_AROUND = re.compile(r"([(\"']*)(.*?)([)\"',.;:!?…]*)", re.DOTALL)
_WHOLE = re.compile(r"[(\"'].+[)\"'][,.;:!?…]*|[\w./@*-]+[,;:]")
"""In brackets or quotes, or a name in a list: it is code for itself."""
_BODY = re.compile(r"<[?!/\w]|[\[{]+[\"']")
"""Where a quoted message begins; what a service said stands last in our sentences."""
_QUOTED = re.compile("(?<!`)`([^`]+)`(?!`)")
_FENCE = re.compile("`+")


def told(text: str, longest: int = _LONGEST) -> str:
    """A sentence, its plain words as they are; what stands in backticks, and words that are not plain, as code."""
    said: list[str] = []
    for number, part in enumerate(_QUOTED.split(one_line(text, longest))):
        if number % 2:
            said.append(code(part))
        else:
            said += _runs(part, first=not said)
    return "".join(said)


def _runs(text: str, *, first: bool) -> list[str]:
    """The words of a text and what is between them; those that are not plain as code, as many at once as follow."""
    said: list[str] = []
    held = ""
    words = re.split("( )", text)
    for at, word in enumerate(words):
        if _BODY.match(word):
            held += "".join(words[at:])
            break
        if word == " " or not word:
            held, said = (held + word, said) if held else (held, [*said, word])
        elif _is_plain(word, first=first):
            said += [_coded(held), word]
            held = ""
        elif _WHOLE.fullmatch(word):
            said += [_coded(held), _coded(word)]
            held = ""
        else:
            held += word
        first = first and not word.strip()
    return [*said, _coded(held)]


def _is_plain(word: str, *, first: bool) -> bool:
    if _TIME.fullmatch(word):
        return True
    if not _PLAIN.fullmatch(word) or _COMMIT.search(word) or _REFERENCE.search(word):
        return False
    return not (first and _BULLET.fullmatch(word))


def _coded(text: str) -> str:
    """The text as code, its brackets, quotes and stops outside."""
    bare = text.rstrip(" ")
    if not bare:
        return text
    before, inside, behind = _AROUND.fullmatch(bare).groups()  # type: ignore[union-attr]  # it matches any text
    return before + code(inside) + behind + text[len(bare) :]


def code(text: str, longest: int = _LONGEST) -> str:
    """The text as code, behind a fence that it cannot end."""
    line = one_line(text, longest)
    if not line:
        return ""
    fence = "`" * (1 + max((len(run) for run in _FENCE.findall(line)), default=0))
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{room}{line}{room}{fence}"


def cell(text: str, longest: int = _LONGEST, *, as_code: bool = False) -> str:
    """A sentence, or code, for a cell of a table, which a bar would end whatever it stands in. Renderers differ over a
    backslash before an escaped bar, so none is left there."""
    said = code(text, longest) if as_code else told(text, longest)
    return said.replace("\\|", "\\ |").replace("|", "\\|")
