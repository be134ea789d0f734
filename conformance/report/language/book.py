"""The templates of a language, found by their words, and how a text is parted among the places of one. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from conformance.report.language.catalogue import translations
from conformance.report.language.templates import cut

Spans = Sequence[tuple[int, int]]
"""Where something begins and ends that is not to be parted."""

_SPLITS, _STEPS = 4, 60
"""Ways to part a text by one template, and steps to find them."""
JOINTS = ("{first} and {last}", "{first} or {last}")
_NUMBERS = frozenset({"number", "count", "n", "hits", "tested", "status", "revision", "answered", "planned"})
"""Places that hold a number and nothing else."""
_LEVELS = frozenset({"MUST", "SHOULD", "MAY"})
WORDS = re.compile(r"[A-Za-z]+")
_COUNTED = re.compile(r"\d[\d.,]*(?: [A-Za-z]+){0,4}")


@dataclass(frozen=True, slots=True)
class Template:
    """A message with places, and what it is in the language. `weight` counts the letters that are its own."""

    texts: tuple[str, ...]
    places: tuple[str, ...]
    told: str
    weight: int
    within: tuple[bool, ...]
    """Of each text, whether it begins within quotes of the template itself."""


@dataclass(frozen=True, slots=True)
class Book:
    """The messages of a language: those without places, and templates by the rarest of their words."""

    exact: Mapping[str, str]
    by_word: Mapping[str, Sequence[Template]]


@cache
def book(code: str) -> Book:
    """The messages of the language."""
    known = translations(code)
    templates: list[tuple[Template, tuple[str, ...]]] = []
    frequency: Counter[str] = Counter()
    for message, told in known.items():
        texts, places = cut(message)
        if places and message not in JOINTS:
            words = tuple(dict.fromkeys(_anchors(texts)))
            frequency.update(words)
            weight = sum(len(word) for text in texts for word in WORDS.findall(text))
            within = tuple(_open(texts[:number]) for number in range(len(texts)))
            templates.append((Template(texts, places, told, weight, within), words))
            if "\n" in message:
                # A finding tells it on one line.
                texts = cut(_on_one_line(message))[0]
                templates.append((Template(texts, places, _on_one_line(told), weight, within), words))
    by_word: dict[str, list[Template]] = {}
    for template, words in templates:
        if words:
            by_word.setdefault(min(words, key=lambda word: (frequency[word], -len(word))), []).append(template)
    return Book(known, by_word)


def _open(texts: Sequence[str]) -> bool:
    """Whether a quote that begins in the texts has not ended."""
    return any("".join(texts).count(mark) % 2 for mark in '"`')


def _on_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _anchors(texts: Sequence[str]) -> Iterator[str]:
    """The words of a template that no letter of a part can lengthen."""
    for number, text in enumerate(texts):
        for match in WORDS.finditer(text):
            open_left = match.start() == 0 and number > 0
            open_right = match.end() == len(text) and number < len(texts) - 1
            if not (open_left or open_right):
                yield match.group()


def within(at: int, spans: Spans) -> bool:
    """Whether a place in a text is inside of one of the spans."""
    return any(start < at < end for start, end in spans)


def cut_at(text: str, pattern: re.Pattern[str], spans: Spans) -> list[str]:
    """The pieces between the joints that are in no quotes, and the joints."""
    pieces, last = [], 0
    for match in pattern.finditer(text):
        if not within(match.start(), spans):
            pieces += [text[last : match.start()], match.group()]
            last = match.end()
    return [*pieces, text[last:]]


def splits(template: Template, text: str, spans: Spans) -> Iterator[tuple[str, ...]]:
    """The ways, a few of them, in which the parts of a text stand in the places of a template."""
    first, last = template.texts[0], template.texts[-1]
    if not (text.startswith(first) and text.endswith(last)) or len(text) < len(first) + len(last):
        return
    end = len(text) - len(last)
    if last and not template.within[-1] and any(start < end < stop - 1 for start, stop in spans):
        return
    steps = [_STEPS]
    found = 0
    for parts in _places(template, text[:end], 1, len(first), spans, steps):
        if all(_fits(name, part) for name, part in zip(template.places, parts, strict=True)):
            yield parts
            found += 1
            if found == _SPLITS:
                return


def _places(
    template: Template, text: str, number: int, at: int, spans: Spans, steps: list[int]
) -> Iterator[tuple[str, ...]]:
    """What stands in the places from `number` on, where the text from `at` on is theirs."""
    if number == len(template.places):
        yield (text[at:],)
        return
    literal = template.texts[number]
    if not literal:
        # Of two places that touch the last takes all; the translation has them together as well.
        yield from (("", *rest) for rest in _places(template, text, number + 1, at, spans, steps))
        return
    for position in _positions(text, literal, at):
        steps[0] -= 1
        if steps[0] < 0:
            return
        if not template.within[number] and any(start < position < end - 1 for start, end in spans):
            continue
        for rest in _places(template, text, number + 1, position + len(literal), spans, steps):
            yield (text[at:position], *rest)


def _positions(text: str, literal: str, at: int) -> Iterator[int]:
    """Where the literal stands: its first three places, and its last."""
    position = text.find(literal, at)
    for _ in range(3):
        if position < 0:
            return
        yield position
        position = text.find(literal, position + 1)
    if position >= 0:
        yield text.rfind(literal)


def _fits(name: str, part: str) -> bool:
    if name in {"number", "count"} and _COUNTED.fullmatch(part):
        return True
    if name == "level":
        return part in _LEVELS
    return not part or name not in _NUMBERS or part.replace(",", "").replace(".", "").isdigit()
