"""XML of the service: documents read and written by the standard library alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from tests.profiles.wire import Outgoing

REQUEST = "GrantorSettingsModelApi"
RESPONSE = "ResponseModelApiOfGrantorSettingsModelApi"
ITEMS = {"NotificationSchemaList": "NotificationSchemaModelApi", "messageDetail": "string"}
SCHEMA = "http://www.w3.org/2001/XMLSchema"
INSTANCE = f"{SCHEMA}-instance"
NIL = f"{{{INSTANCE}}}nil"

# --- reading ----------------------------------------------------------------------------------------------------------


class Careful(ET.TreeBuilder):
    """Takes no document type declaration, as no server of the kind does."""

    def doctype(self, name: str, _public: str | None, _system: str | None) -> None:
        raise ValueError(f"a document type declaration of {name}")


class Plain(Careful):
    """Nothing but elements: neither comments nor processing instructions."""

    def comment(self, _text: str | None, /) -> ET.Element:
        raise ValueError("a comment")

    def pi(self, target: str, _text: str | None = None, /) -> ET.Element:
        raise ValueError(f"a processing instruction {target}")


def parsed(body: bytes, builder: type[ET.TreeBuilder], root: str | None = REQUEST) -> ET.Element:
    """The root element of the document; ValueError where it is none, or has another root (None: any)."""
    try:
        found = ET.fromstring(body, ET.XMLParser(target=builder()))
    except (ET.ParseError, LookupError) as error:
        raise ValueError(str(error)) from None
    if root not in (None, found.tag):
        raise ValueError(f"{found.tag} for a root")
    return found


def held(element: ET.Element) -> Any:
    """What an element holds: None for a nil, text, a list of items, or {} for elements in place of text."""
    if element.get(NIL) in {"true", "1"}:
        return None
    if element.tag in ITEMS:
        return [{leaf.tag: held(leaf) for leaf in item} for item in element if item.tag == ITEMS[element.tag]]
    return {} if len(element) else element.text or ""


def members(root: ET.Element) -> dict[str, Any]:
    """The members below an element: of two with one name the first."""
    return {child.tag: held(child) for child in reversed(root)}


# --- writing ----------------------------------------------------------------------------------------------------------


class Writer:
    """Answers as XmlSerializer writes them: what is null is left out, empty lists stand there without content."""

    xml_type = "{}; charset=utf-8"
    """The Content-Type of an answer, with a place for its media type."""

    def xml(self, status: int, tree: Any, media_type: str) -> Outgoing:
        content_type = self.xml_type.format(media_type)
        return Outgoing(
            status=status, headers=(("Content-Type", content_type),), body=self.written(self.document(tree))
        )

    def document(self, tree: Any) -> ET.Element:
        (root,) = self.elements(RESPONSE, tree)
        root.attrib |= {"xmlns:xsd": SCHEMA, "xmlns:xsi": INSTANCE}
        return root

    def written(self, root: ET.Element) -> bytes:
        return self.declaration("utf-8") + self.bare(root).encode()

    def declaration(self, encoding: str) -> bytes:
        return f'<?xml version="1.0" encoding="{encoding}"?>'.encode()

    def bare(self, root: ET.Element) -> str:
        """The document without a declaration."""
        return ET.tostring(root, encoding="unicode")

    def elements(self, name: str, value: Any) -> Iterator[ET.Element]:
        """The element of a member; none where it is left out."""
        if value is None:
            yield from self.null(name)
            return
        element = ET.Element(name)
        if isinstance(value, dict):
            for key, inner in value.items():
                element.extend(self.elements(key, inner))
        elif isinstance(value, list):
            for inner in value:
                element.extend(self.elements(ITEMS.get(name, "item"), inner))
        else:
            element.text = self.leaf(value)
        yield element

    def null(self, _name: str) -> Iterator[ET.Element]:
        yield from ()

    def leaf(self, value: Any) -> str:
        """The text of a scalar."""
        if isinstance(value, bool):
            return self.flag(value)
        return self.figure(value) if isinstance(value, int | Decimal) else str(value)

    def flag(self, value: bool) -> str:
        return str(value).lower()

    def figure(self, value: int | Decimal) -> str:
        return format(value, "f") if isinstance(value, Decimal) else str(value)
