"""The ways in which a secret is written, as patterns; `escapes` undoes what goes deeper than one layer.

Servers shout, and hosts and header names lose their capitals, so a text is looked for in any case. Base64 is not.
Standard library only.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html import unescape

from conformance.target.secrets.escapes import Layer, layers

SHORT = 4
"""A shorter secret is looked for where it stands alone, in its own case: as a part of words it would be everywhere."""
_CORE = 6
"""The least number of base64 characters that are taken for a part of a secret."""
_UUID = re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_NOT_ASCII = re.compile(r"([?\ufffd]*[^\x00-\x7f][^\x00-\x3e\x40-\x7f]*)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_LETTERS = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}


def low(text: str) -> str:
    """The text in small letters, each at the place that it had."""
    # The one letter that two would stand for, and the one that depends on what follows.
    return text.lower() if text.isascii() else text.replace("\u0130", "I").lower().replace("\u03c2", "\u03c3")


def lowered(values: frozenset[str]) -> tuple[re.Pattern[str], ...]:
    """Expressions for all forms of all secrets but those that hang on case, to be looked for in the small letters of a
    text; the longest first, since one may be a part of another."""
    forms: dict[str, int] = {}
    for value in values:
        if len(value) < SHORT:
            continue
        for said in _readings(value):
            forms.setdefault("".join(map(_char, said)), len(said))
            for raw in _raws(said):
                forms.setdefault("[-: ]?".join(f"{byte:02x}" for byte in raw), len(said))
        if not value.isascii() and sum(char.isascii() and char.isalnum() for char in value) >= SHORT:
            # As a server writes it whose character encoding lacks a letter.
            forms.setdefault(_lost(value), len(value))
    return _patterns(forms)


def cased(values: frozenset[str]) -> tuple[re.Pattern[str], ...]:
    """The same of short secrets, and of base64."""
    alone = [re.escape(value) for value in values if len(value) < SHORT]
    forms = {rf"{value}(?<![^\W_]{value})(?![^\W_])": 0 for value in alone}
    forms |= {"".join(map(_base64_char, core)): len(core) for value in values for core in _cores(value)}
    return _patterns(forms)


def _patterns(forms: dict[str, int]) -> tuple[re.Pattern[str], ...]:
    """Those that begin with a letter or a digit, by it: most of a text is passed by at once. Then the others."""
    ordered = sorted(forms, key=lambda form: (-forms[form], form))
    heads: dict[str, list[str]] = {}
    for form in ordered:
        heads.setdefault(form[0] if form[0].isalnum() and form[0].isascii() else "", []).append(form)
    others = heads.pop("", [])
    plain = [f"{head}(?:{'|'.join(form[1:] for form in found)})" for head, found in sorted(heads.items())]
    return tuple(re.compile("|".join(ways)) for ways in (plain, others) if ways)


def _readings(value: str) -> Iterator[str]:
    """The secret as it is, as a reader has it who undoes escapes that it holds, and its UTF-8 misread byte by byte."""
    yield value
    yield from (layer.text for layer in layers(value) if len(layer.text) >= SHORT)
    if "'" in value:
        yield value.replace("'", "'\"'\"'")  # As a shell is told it.
    if _UUID.fullmatch(value):
        yield value.replace("-", "")
    if value.isascii():
        return
    # What is a control character by its number is a letter of windows-1252 to readers of HTML.
    yield "".join(unescape(f"&#{ord(char)};") if "\x80" <= char < "\xa0" else char for char in value)
    # Bytes of Latin-1 that are some character of UTF-8 as well are read as that.
    yield Layer("".join(f"%{ord(char):02x}" if ord(char) < 0x100 else char for char in value)).text
    for name in ("latin-1", "cp1252"):
        try:
            yield value.encode("utf-8").decode(name)
        except UnicodeError:
            continue


def _lost(value: str) -> str:
    """The secret with question marks for what is not ASCII; one count for those in a row: they match in one way."""
    parts = _NOT_ASCII.split(value)
    return "".join(
        rf"[?\ufffd]{{1,{4 * len(part)}}}" if number % 2 else "".join(map(_char, part))
        for number, part in enumerate(parts)
    )


def _char(char: str) -> str:
    """The ways in which one character is written in small letters, one layer deep; `views` finds the others."""
    if char.isascii() and char.isalnum():
        return char.lower()
    code = ord(char)
    units = char.encode("utf-16-be", "surrogatepass")
    # Backslashes are counted: without an end, a long run of them would be read again from each of its places.
    escaped = "".join(rf"\\{{1,8}}u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
    percent = "".join(f"%(?:25)?{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))
    entity = f"&#(?:0{{0,8}}{code}|x0{{0,8}}{code:x});"
    # A backslash stands for itself alone here: several that may be any number each match in too many ways.
    plain = re.escape(char) if char == "\\" else rf"\\{{0,8}}{re.escape(low(char))}"
    ways = [plain, escaped, percent, entity]
    if char in _ENTITIES:
        ways.append(f"&(?:amp;)?{_ENTITIES[char][1:]}")
    if char in _LETTERS:
        ways.append(rf"\\{{1,8}}{_LETTERS[char]}")
    if char == " ":
        ways.append(r"\+")
    return f"(?:{'|'.join(ways)})"


def _raws(said: str) -> Iterator[bytes]:
    """The bytes that stand for the text."""
    for name in ("utf-8",) if said.isascii() else ("utf-8", "latin-1"):
        try:
            yield said.encode(name, "surrogatepass")
        except UnicodeEncodeError:
            continue


def _cores(value: str) -> Iterator[str]:
    """What of the base64 of a longer text is this secret, for each of the three places that it can start at."""
    for raw in _raws(value):
        if len(raw) >= SHORT:
            yield from _of_bytes(raw)


def _of_bytes(raw: bytes) -> Iterator[str]:
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        first = -(-offset * 8 // 6)
        last = (offset + len(raw)) * 8 // 6
        if last - first >= _CORE or (offset == 0 and last - first >= SHORT + 1):
            # What begins with a letter or a digit is found soonest.
            yield encoded[first:last].lstrip("+/")


def _base64_char(char: str) -> str:
    """Both alphabets of base64, and the escapes of URLs and JSON for what is no letter."""
    if char == "+":
        return r"(?:\+|-|%2[bB]|\\u002[bB])"
    if char == "/":
        return r"(?:\\?/|_|%2[fF])"
    return char
