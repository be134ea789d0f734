"""Sentences that came from below put into another language by the templates of the catalogue. Pure.

A text is looked up whole; else the template is taken that leaves least English behind, its parts put into the language
in turn. What stands in quotes is never looked into, nor are the words of a server. What no template fits stays as it
came. The work is bounded, whatever a server wrote: `_FUEL` texts are tried for one sentence, and long ones barely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from conformance.report.language.book import JOINTS, WORDS, Spans, Template, book, cut_at, splits, within
from conformance.report.language.templates import cut, filled

_FUEL, _DEEP = 400, 8
_LONG = 6000
"""Characters from which on a text is looked up whole and no template is tried on its parts."""
_TRIED, _PIECES = 16, 60
"""Templates tried on a text, and pieces that one is cut into."""

_STRONG, _LITTLE = 8, 2
"""Letters from which on a template fits what it does not know; a weaker one, such as `{name} of {name}`, would tear an
English sentence into pieces."""

_SELDOM = 3
_NAMES = frozenset(
    {"member", "path", "service", "url", "key", "rule", "id", "exchange", "encoding", "file", "folder", "out", "run"}
    | {"name", "name2", "localname", "document", "host", "by", "line", "paths", "names", "rules", "ids"}
)
"""Places in which a word that stands alone is a name, though it may be a word of ours as well."""

_LISTS = frozenset(
    {"names", "known", "depths", "formats", "keys", "close", "near", "put_right", "kinds", "documented"}
    | {"where", "encodings", "ids", "exchanges"}
)
"""Places for names, one or several in a row."""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|(?<!\w)\'[^\']*\'(?!\w)|“[^”]*”|«[^»]*»')
_PROSE = re.compile(r"(?<![^\s(])[a-z]+(?:'[a-z]+)?(?=[.,;:)]*(?:\s|$))")
_STOP = re.compile(r"(?<=[.!?]) +(?=[A-Z`0-9])")
_ANSWER = re.compile(r"(?P<status>[1-5]\d\d (?![a-z]|MUST |SHOULD |MAY )[^:;]{0,60}): (?P<said>.*)", re.DOTALL)
"""A status with its reason. `421 requests not sent: …` is none, nor is `1 of 124 MUST rules failed in json: …`."""
_OURS = re.compile(
    r"an HTML page|a declared refusal: .*|redirect to .*|[^ ]+, which this suite does not read", re.DOTALL
)
"""What stands behind a status and is ours."""
_ANSWERED = re.compile(r"(?:^|[:(] ?)\d{3} [A-Z][A-Za-z' -]*(?::|$)")
"""A text that quotes an answer: what comes after it is a server's, line for line."""
_AND_OR = re.compile(r", | (?:and|or) ")
_EDGE = re.compile(r"(?P<before>[\s:;,]*)(?P<core>.*?)(?P<after>[\s:;,]*)", re.DOTALL)


def said(code: str, text: str) -> str:
    """The text in the language, as far as it is known there."""
    if not text or code == "en":
        return text
    return _kept(code, text) if len(text) < _LONG else _said(code, text)


@lru_cache(maxsize=20_000)
def _kept(code: str, text: str) -> str:
    return _said(code, text)


def _said(code: str, text: str) -> str:
    return _Sentence(code).told(text)[0]


def _english(text: str) -> int:
    """How many letters of prose are in a text. A word that stands alone may be a name, so it counts as one; what is
    quoted, or is spelt like a name, counts as none."""
    words = _PROSE.findall(_QUOTED.sub('""', text))
    return sum(map(len, words)) if len(words) > 1 else len(words)


@dataclass(slots=True)
class _Sentence:
    """One sentence being put into a language: what was tried already, and how much and how deep may still be."""

    code: str
    fuel: int = _FUEL
    depth: int = 0
    seen: dict[str, tuple[str, int]] = field(default_factory=dict)

    def told(self, text: str) -> tuple[str, int]:
        """The text in the language, and how many letters of English are left in it."""
        if text in self.seen:
            return self.seen[text]
        edge = _EDGE.fullmatch(text)
        core = edge["core"] if edge is not None else text
        found = self._core(core)
        if edge is not None and core != text:
            found = (f"{edge['before']}{found[0]}{edge['after']}", found[1])
        self.seen[text] = found
        return found

    def _core(self, text: str) -> tuple[str, int]:
        exact = book(self.code).exact
        if text in exact:
            return exact[text], 0
        if text.endswith(".") and text[:-1] in exact:
            return f"{exact[text[:-1]]}.", 0
        if f"{text}." in exact:
            return exact[f"{text}."].removesuffix("."), 0
        left = _english(text)
        self.fuel -= 1
        if self.fuel < 0 or self.depth >= _DEEP or (len(text) > _LONG and self.fuel < _FUEL - 1):
            return text, left
        if not left:
            return self._terse(text), 0
        # Until something fits, so that a text that leads back to itself ends.
        self.seen[text] = best = (text, left)
        self.depth += 1
        for candidate in self._ways(text):
            if candidate[1] < best[1]:
                best = candidate
            if not best[1]:
                break
        self.depth -= 1
        return best

    def _terse(self, text: str) -> str:
        """A text in which only its frame could be prose, such as `Exchanges x-1.`."""
        for template in self._candidates(text) if " " in text else ():
            for parts in splits(template, text, [match.span() for match in _QUOTED.finditer(text)]):
                self.depth += 1
                told, left = self._filled(template, parts)
                self.depth -= 1
                if not left:
                    return told
        return text

    def _ways(self, text: str) -> Iterator[tuple[str, int]]:
        """Ways to put the text into the language, likely ones first."""
        answer = _ANSWER.fullmatch(text)
        if answer is not None and not _OURS.fullmatch(answer["said"]):
            # The less of what follows is taken for the server's, the better.
            yield text, 1 + 3 * len(re.findall("[;.] ", answer["said"]))
            return
        if answer is not None:
            yield self._row([answer["status"], ": ", answer["said"]])
        answered = _ANSWERED.search(text)
        if answered is None and "\n" in text:
            yield self._row(re.split("(\n)", text))
        quoted = [match.span() for match in _QUOTED.finditer(text)]
        # Only a template of many words may tell where the words of a server end.
        spans = quoted if answered is None else [*quoted, (answered.start(), len(text) + 1)]
        yield from self._cut(text, re.compile("; "), spans)
        for template in self._candidates(text):
            for parts in splits(template, text, quoted if template.weight >= _STRONG else spans):
                told, left = self._filled(template, parts)
                if template.weight >= _STRONG or left <= _LITTLE:
                    yield told, left
        yield from self._joined(text, spans)
        if text[:1].isupper() and text[1:2].islower():
            # A clause that was put at the beginning of a sentence.
            told, left = self.told(text[:1].lower() + text[1:])
            yield told[:1].upper() + told[1:], left
        if text.endswith(".") and not text.endswith(".."):
            # A clause that was made a sentence.
            told, left = self.told(text[:-1])
            yield f"{told}.", left
        elif text[:1].isupper() and not text.endswith("…"):
            # A sentence that became a clause.
            told, left = self.told(f"{text}.")
            yield told.removesuffix("."), left

    def _candidates(self, text: str) -> list[Template]:
        by_word = book(self.code).by_word
        words = dict.fromkeys(WORDS.findall(text))
        found = [one for word in words for one in by_word.get(word, ()) if all(part in text for part in one.texts)]
        found.sort(key=lambda one: -one.weight)
        return found[: _TRIED if len(text) <= _LONG else 4]

    def _filled(self, template: Template, parts: Sequence[str]) -> tuple[str, int]:
        told: dict[str, str] = {}
        left = 0
        for name, part in zip(template.places, parts, strict=True):
            if name in _LISTS and all(" " not in one for one in _AND_OR.split(part)):
                told[name] = self._names(part)
                left += any(map(_english, _AND_OR.split(part)))
                continue
            if name in _NAMES and " " not in part:
                told[name] = part
                left += _english(part) + (part in book(self.code).exact)
                continue
            told[name], english = self.told(part)
            # A name is seldom a sentence.
            left += english + (_SELDOM if name in _NAMES and _english(part) > 1 else 0)
        return filled(template.told, told), left

    def _names(self, text: str) -> str:
        """Names in a row, which are no words whatever they look like; what joins them is one."""
        for joint in JOINTS:
            first, word, last = text.rpartition(cut(joint)[0][1])
            if word:
                return filled(book(self.code).exact.get(joint, joint), {"first": self._names(first), "last": last})
        return text

    def _joined(self, text: str, spans: Spans) -> Iterator[tuple[str, int]]:
        """Several texts in a row: sentences, clauses, lists."""
        for pattern in (_STOP, re.compile(" — ")):
            yield from self._cut(text, pattern, spans)
        for match in list(re.finditer(": ", text))[:3]:
            if not within(match.start(), spans):
                yield self._row([text[: match.start()], match.group(), text[match.end() :]])
        if text.endswith(")") and (start := text.find(" (")) > 0 and not within(start, spans):
            yield self._row([text[:start], " (", text[start + 2 : -1], ")"])
        yield from self._listed(text, spans)

    def _cut(self, text: str, pattern: re.Pattern[str], spans: Spans) -> Iterator[tuple[str, int]]:
        pieces = cut_at(text, pattern, spans)
        if 1 < len(pieces) <= _PIECES:
            yield self._row(pieces)

    def _row(self, pieces: Sequence[str]) -> tuple[str, int]:
        told = [self.told(piece) for piece in pieces]
        return "".join(one for one, _ in told), sum(left for _, left in told)

    def _listed(self, text: str, spans: Spans) -> Iterator[tuple[str, int]]:
        """`a, b and c`, where each of them is known: a word such as `and` alone makes no list."""
        for joint in JOINTS:
            word = cut(joint)[0][1]
            for at in (text.rfind(word), text.find(word)):
                if at > 0 and not within(at, spans):
                    first, last = self.told(text[:at]), self.told(text[at + len(word) :])
                    # Each of a list may be a name, which counts as one.
                    if first[1] <= 1 + text.count(", ") and last[1] <= 1:
                        parts = {"first": first[0], "last": last[0]}
                        yield filled(book(self.code).exact.get(joint, joint), parts), first[1] + last[1]
        pieces = cut_at(text, re.compile(", "), spans)
        if 1 < len(pieces) <= _PIECES and all(self.told(piece)[1] <= 1 for piece in pieces):
            yield self._row(pieces)
