r"""The last cell of a row of an ASP.NET Web API help page: the texts of its annotations → constraints.

The page generator puts `Required` first and sorts the rest by text, ignoring case; the texts stand side by side with a
blank between them, or with none. What that leaves open is decided so:

* A pattern may hold anything, the words of other annotations too, so what follows it is read from the right: the last
  text that is an annotation of its own in the sorted order is one, as long as what remains for the pattern is balanced.
  A pattern that itself ends in such words (`^a Max length: 5`) cannot be told from a pattern and a length; the page
  means the latter far more often.
* Words of an annotation that is registered at the service (a custom text) and that stand behind the pattern are part of
  the pattern, unless they follow a `$` outside all brackets, where a pattern could match nothing more.
* Custom texts side by side cannot be told apart and are one text. `Required` with a lower-case word behind it
  (`Required if…`) is a custom text: a condition must not become an absolute demand.
* A default goes to the end of the cell. Bounds that are no numbers (dates) are kept as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from conformance.documents.helppage.brackets import balanced, scan
from conformance.model import Basis, Constraint

if TYPE_CHECKING:
    from conformance.model import Citation

NONE = frozenset({"", "None.", "None"})
PATTERN = "Matching regular expression pattern:"
DATA_TYPES = (
    "CreditCard|Currency|Custom|DateTime|Date|Duration|EmailAddress|Html|ImageUrl|MultilineText|Password|PhoneNumber"
    "|PostalCode|Text|Time|Upload|Url"
)
_NUMBER = r"-?\d{1,400}(?:[.,]\d{1,400})?(?:E[+-]?\d{1,3})?"
_LENGTH = r"\d{1,10}"
# In the order in which the generator sorts them, which is the order in which they may stand.
_KNOWN = (
    ("default", re.compile(r"Default value is (?P<text>.+)", re.DOTALL)),
    ("data-type", re.compile(rf"Data type: (?P<text>(?:{DATA_TYPES})(?![a-z])|\S+?(?=Max |Min |Range:|String |\s|$))")),
    ("max-length", re.compile(rf"Max length: (?P<high>{_LENGTH})(?!\d|[.,]\d)")),
    ("min-length", re.compile(rf"Min length: (?P<low>{_LENGTH})(?!\d|[.,]\d)")),
    (
        "range",
        re.compile(rf"Range: inclusive between (?P<low>{_NUMBER}) and (?P<high>{_NUMBER})(?!\d|[.,]\d|[a-z/:-])"),
    ),
    ("length", re.compile(rf"String length: inclusive between (?P<low>{_LENGTH}) and (?P<high>{_LENGTH})(?!\d)")),
)
AFTER_PATTERN = ("max-length", "min-length", "range", "length")
_LABELS = {"max-length": "max length:", "min-length": "min length:", "range": "range:", "length": "string length:"}
_REQUIRED = re.compile(r"Required(?P<comma>[,;]?)(?= [^a-z]|[A-Z]|\s*$)")
_BETWEEN = " ,;"
"""What divides annotations besides blanks, where somebody wrote them as a list."""
BREAK = "\n"
_FIRST_WORDS = re.compile(
    rf"Required\b|{re.escape(PATTERN)}|Default value is |Data type: |Max length: |Min length: |Range: inclusive"
    r"|String length: inclusive"
)


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation: its facet and what it holds."""

    facet: str
    low: str | None = None
    high: str | None = None
    text: str | None = None


def begins(text: str) -> bool:
    """The text begins as the generator's own annotations do, or says that there is none."""
    return text.strip() in NONE or _FIRST_WORDS.match(text.strip()) is not None


def constraints(text: str, cite: Citation) -> tuple[Constraint, ...]:
    """The constraints that a cell states, in the order of the page."""
    return tuple(_constraint(found, cite) for found in annotations_in(text))


def annotations_in(text: str) -> Iterator[Annotation]:
    """The annotations in a cell."""
    if text.strip() in NONE:
        return
    for part in _parts(text):
        yield from _annotations(part)


def _parts(text: str) -> Iterator[str]:
    """What stands between line breaks; a pattern goes on behind a break while a bracket of it is open."""
    held = ""
    for part in text.split(BREAK):
        held = f"{held}<br>{part}" if held else part.strip()
        if balanced(held.partition(PATTERN)[2]):
            yield held
            held = ""
    if held:
        # No bracket closes it, so it is torn, and what stands behind it stands for itself.
        yield from held.split("<br>")


def _annotations(text: str) -> Iterator[Annotation]:
    """The annotations that stand side by side."""
    rest = text.strip()
    if rest in NONE:
        return
    listed = ""
    required = _REQUIRED.match(rest)
    if required is not None:
        yield Annotation("required")
        rest = rest[required.end() :]
        listed = required["comma"]
    head, separator, tail = rest.partition(PATTERN)
    yield from _plain(head)
    if separator:
        yield from _pattern_and_after(tail, listed)


def _plain(text: str) -> Iterator[Annotation]:
    """Annotations among which there is no pattern: what none of the known texts covers is a custom one."""
    rest = text.strip()
    while rest:
        matches = [(found, facet) for facet, known in _KNOWN if (found := known.search(rest)) is not None]
        match, facet = min(matches, key=lambda pair: pair[0].start(), default=(None, ""))
        before = (rest[: match.start()] if match is not None else rest).strip()
        if before.strip(_BETWEEN):
            yield Annotation("text", text=before)
        if match is None:
            return
        yield _known(facet, match)
        rest = rest[match.end() :].strip()


def _pattern_and_after(tail: str, listed: str) -> Iterator[Annotation]:
    """A pattern and what follows it, read from the right; `listed` is what else divides annotations in this cell."""
    pattern = tail.removeprefix(" ")
    after: list[Annotation] = []
    last = len(AFTER_PATTERN)
    while True:
        found = _last(pattern, last)
        if found is None or not balanced(found[1]):
            break
        last = AFTER_PATTERN.index(found[0].facet)
        after.append(found[0])
        pattern = found[1].removesuffix(listed)
    following = after[-1].facet if after else None
    pattern, custom = _beyond_the_end(pattern, following)
    yield Annotation("pattern", text=pattern)
    if custom:
        yield Annotation("text", text=custom)
    yield from reversed(after)


def _last(text: str, before: int) -> tuple[Annotation, str] | None:
    """The annotation that ends the text and sorts before those that were taken already, and what stands before it."""
    for facet, known in _KNOWN:
        if facet not in AFTER_PATTERN[:before]:
            continue
        start = text.rfind(known.pattern.partition(":")[0] + ":")
        match = known.fullmatch(text, start) if start >= 0 else None
        if match is not None:
            left = text[:start]
            return _known(facet, match), left.removesuffix(" ")
    return None


def _beyond_the_end(pattern: str, following: str | None) -> tuple[str, str]:
    """The pattern, and a custom text behind a `$` that ends it, if it sorts before the annotation that follows."""
    for at, char, depth in scan(pattern):
        custom = pattern[at + 1 :].strip()
        if char != "$" or depth or "|" in custom or not re.match(r"[A-Z][\w:]* ", f"{custom} "):
            continue
        sorted_ = PATTERN.lower() < custom.lower() and (following is None or custom.lower() < _LABELS[following])
        own = all(held.facet == "text" for held in _plain(custom))
        if sorted_ and own and balanced(pattern[: at + 1]):
            return pattern[: at + 1], custom
    return pattern, ""


def _known(facet: str, match: re.Match[str]) -> Annotation:
    held = match.groupdict()
    return Annotation(facet, low=held.get("low"), high=held.get("high"), text=held.get("text"))


def _constraint(found: Annotation, cite: Citation) -> Constraint:
    made = Constraint(facet=found.facet, basis=Basis.STATED, citation=cite)
    match found.facet:
        case "required":
            return made
        case "pattern":
            return Constraint(facet="pattern", basis=Basis.STATED, citation=cite, pattern=found.text)
        case "range":
            return Constraint(
                facet="range",
                basis=Basis.STATED,
                citation=cite,
                minimum=_number(found.low),
                maximum=_number(found.high),
            )
        case "max-length" | "min-length" | "length":
            return Constraint(
                facet=found.facet,
                basis=Basis.STATED,
                citation=cite,
                min_length=int(found.low) if found.low is not None else None,
                max_length=int(found.high) if found.high is not None else None,
            )
    return Constraint(facet=found.facet, basis=Basis.STATED, citation=cite, text=found.text)


def _number(text: str | None) -> Decimal | None:
    """A bound; a server of another culture prints a comma."""
    return Decimal(text.replace(",", ".")) if text is not None else None
