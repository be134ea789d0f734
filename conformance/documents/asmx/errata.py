"""What an ASMX help page betrays of its own gaps: content cut off, hidden text, choices of one, cardinality.

Must never import a reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.documents.draft import erratum
from conformance.documents.ledger import members
from conformance.documents.page import kebab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.documents.asmx.tree import Element
    from conformance.documents.page import Page
    from conformance.model import Erratum, Field, Operation


def cut_off(page: Page, tops: tuple[Element, ...]) -> Iterator[Erratum]:
    """One erratum for each name of an element whose content is not shown."""
    found: dict[str, list[tuple[Element, str]]] = {}
    for top in tops:
        for element, place in _nils(top, ""):
            found.setdefault(kebab(element.name) or "element", []).append((element, place or top.name))
    for identity, held in found.items():
        lines = sorted({element.line for element, _ in held})
        names = _listed(dict.fromkeys(element.name for element, _ in held))
        places = _listed(dict.fromkeys(place for _, place in held))
        noun = "lines" if len(lines) > 1 else "line"
        yield erratum(
            page,
            lines[0],
            f"cut-off-{identity}",
            f"{names} in {places} is printed as nil on {noun} {_listed(map(str, lines))}: the page"
            " generator stops at this depth.",
            "The content is open: it may be anything, and nil is not demanded.",
        )


def _nils(element: Element, path: str) -> Iterator[tuple[Element, str]]:
    before: tuple[str, str] | None = None
    for child in element.children:
        if child.nil:
            yield child, path
        elif child.qualified != before:
            # Items of a list add nothing to a path, and the second one shows what the first does.
            listed = len(element.children) > 1 and len({held.qualified for held in element.children}) == 1
            yield from _nils(child, path if listed else f"{path}/{child.name}".lstrip("/"))
        before = child.qualified


def silent(page: Page, operation: Operation) -> Iterator[Erratum]:
    """What the generator never prints, and what it hides on this page."""
    yield erratum(
        page,
        operation.request.citation.line or 1,
        "cardinality-not-printed",
        "The page does not say which elements may be absent or repeated.",
        "Cardinality is inferred from the type mapping: an absent string is no defect, an absent int is one of ours.",
    )
    for identity, paths, lines in _where(operation, lambda held: held.type == "enum" and len(held.choices) == 1):
        yield erratum(
            page,
            lines[0],
            f"one-choice-{identity}",
            f"The word printed for {_listed(paths)} names no type of XML Schema.",
            "It is read as the only choice of an enumeration.",
        )
    for identity, paths, lines in _where(operation, _only_attributes):
        yield erratum(
            page,
            lines[0],
            f"attributes-only-{identity}",
            f"{_listed(paths)} is printed with attributes and without content, as the page generator prints an element"
            " with a text value too.",
            "Whether text stands in it is not known, and no text is demanded.",
        )
    for encoding in operation.encodings:
        asked = encoding.request
        if asked is not None and any(held.type == "string" for held in asked.fields):
            yield erratum(
                page,
                asked.citation.line or 1,
                f"text-in-{encoding.name}",
                f"The part for {encoding.name} prints the type string for parameters of any simple type.",
                "Types are those of the SOAP parts, where the page has them.",
            )


def _only_attributes(held: Field) -> bool:
    return bool(held.fields) and all(inner.name.startswith("@") for inner in held.fields)


def _where(
    operation: Operation, fits: Callable[[Field], bool]
) -> Iterator[tuple[str, tuple[str, ...], tuple[int, ...]]]:
    """The members of both messages that fit, by a name for an erratum, with their paths and lines."""
    found: dict[str, list[tuple[str, int]]] = {}
    for message in (operation.request, operation.response):
        for path, held in members((*message.headers, *message.fields)):
            inner = held
            while inner.item is not None:
                inner = inner.item
            if fits(inner):
                line = inner.citation.line or 1
                found.setdefault(kebab(inner.name) or "element", []).append((path, line))
    for identity, places in found.items():
        yield identity, tuple(dict.fromkeys(path for path, _ in places)), tuple(sorted(line for _, line in places))


def _listed(names: Iterable[object]) -> str:
    every = [str(name) for name in names]
    return " and ".join((", ".join(every[:-1]), every[-1])) if len(every) > 1 else every[0]
