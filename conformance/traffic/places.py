"""Where the values of a body stand: a text → spans with their places in the message, for texts written plainly.

None of a text in which a value may stand elsewhere than it seems: JSON with an escape or an exponent, XML with anything
but elements, attributes and texts. Nor of one with more in it than the messages of a service have. The text is known to
be well-formed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_TOKENS, MOST_VALUES, DEEPEST = 2000, 100, 32
"""Tags or signs, values, and levels of a text."""
Place = tuple[str | int, ...]
"""The names from the message down; items by their number, elements of one name by theirs."""


@dataclass(slots=True)
class Values:
    """The values of a text that are neither empty nor null, in their order."""

    spans: list[tuple[int, int]] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    quoted: list[bool] = field(default_factory=list)
    fixed: set[Place] = field(default_factory=set)
    """Of values that are not to be told apart from what stands around them."""
    names: set[str] = field(default_factory=set)
    """Of the members of the message itself, whatever they hold."""

    def large(self, stack: Sequence[str | int]) -> bool:
        """Is there more than a message has, or deeper than that?"""
        return len(self.spans) > MOST_VALUES or len(stack) > DEEPEST


_JSON = re.compile(
    r'"(?P<text>[^"\\]*)"(?P<named>\s*:)?|(?P<bare>-?[0-9]+(?:\.[0-9]+)?(?![0-9.eE+-])|true|false)|(?P<mark>[][{},])|null|\s+'
)


def json_values(text: str) -> Values | None:
    """Of an object in JSON."""
    found, at = Values(), 0
    stack: list[str | int] = []
    for number, token in enumerate(_JSON.finditer(text)):
        if token.start() != at or number > MOST_TOKENS or found.large(stack):
            return None
        at = token.end()
        mark = token["mark"]
        if token["named"]:
            stack[-1] = token["text"]
            if len(stack) == 1:
                found.names.add(token["text"])
        elif token["text"] or token["bare"]:
            kind = "bare" if token["bare"] else "text"
            found.spans.append(token.span(kind))
            found.places.append(tuple(stack))
            found.quoted.append(kind == "text")
        elif mark in {"{", "["}:
            stack.append("" if mark == "{" else 0)
        elif mark in {"}", "]"}:
            stack.pop()
        elif mark == "," and isinstance(stack[-1], int):
            stack[-1] += 1
    return found if at == len(text) else None


def no_values(_text: str) -> None:
    """Of no text is it known where its values stand."""


_PROLOG = re.compile(r"\s*(?:<\?xml[^<>?]*\?>)?\s*")
_TAG = re.compile(
    r"""<(?P<end>/)?(?:[\w.-]+:)?(?P<name>[\w.-]+)(?P<more>(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*)\s*(?P<none>/)?>(?P<text>[^<>]*)"""
)


def xml_values(text: str) -> Values | None:
    """Of a document; names without prefix, places below the root. The text of an element with attributes is none."""
    found, prolog = Values(), _PROLOG.match(text)
    at = prolog.end() if prolog is not None else 0
    stack: list[str] = []
    counts: list[dict[str, int]] = [{}]
    for token, tag in enumerate(_TAG.finditer(text, at)):
        if tag.start() != at or token > MOST_TOKENS or found.large(stack):
            return None
        at = tag.end()
        if tag["end"]:
            stack.pop()
            counts.pop()
            continue
        number = counts[-1].get(tag["name"], 0)
        counts[-1][tag["name"]] = number + 1
        if len(stack) == 1:
            found.names.add(tag["name"])
        if tag["none"]:
            continue
        stack.append(f"{tag['name']}[{number}]" if number else tag["name"])
        counts.append({})
        if not tag["text"] or not text.startswith("</", at):
            continue
        if tag["more"]:
            found.fixed.add(tuple(stack[1:]))
        else:
            found.spans.append(tag.span("text"))
            found.places.append(tuple(stack[1:]))
            found.quoted.append(False)
    return found if at == len(text) and not stack else None
