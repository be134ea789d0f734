"""The schemas of a WSDL as one compiled schema: those inside of it and those that it imports. Nothing is fetched.

WSDLs in the wild are sloppy: they refer to namespaces without importing them, and import what nobody provides. So every
schema here may refer to every other, and what is wrong with one of them is kept as a remark. Must never import what
opens sockets.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

import xmlschema
from lxml import etree

from conformance.model import Description
from conformance.wsdl.compiler import Schema
from conformance.wsdl.errors import TOO_DEEP, Unread
from conformance.wsdl.load import WSDL, XS, parse
from conformance.wsdl.standin import XML

_TROUBLE = (
    xmlschema.XMLSchemaException,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def schema_of(description: Description) -> Any:
    """All schemas of the WSDL, compiled; Unread where that cannot be."""
    return _compiled(description.url, tuple(description.documents.items()))


def remarks(description: Description) -> tuple[str, ...]:
    """What is wrong with the schemas, a line each; empty for good ones."""
    return tuple(dict.fromkeys(_line(error) for error in schema_of(description).maps.all_errors))


def _line(error: Any) -> str:
    if isinstance(error, RecursionError):
        return TOO_DEEP
    return " ".join(str(getattr(error, "message", error)).split())


@lru_cache(maxsize=8)
def _compiled(url: str, documents: tuple[tuple[str, bytes], ...]) -> Any:
    held = list(dict.fromkeys(_Gathered(dict(documents)).schemas()))
    known = {namespace for namespace, _ in held}
    sources = [(namespace, _opened(text, namespace, known)) for namespace, text in held]
    if not sources:
        sources = [("", f'<xs:schema xmlns:xs="{XS}"/>')]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (first, text), *others = sources
            made = Schema(text, first or None, validation="lax", allow="none", use_fallback=False, build=False)
            for namespace, other in others:
                made.add_schema(other, namespace or None)
            made.build()
    except _TROUBLE as error:
        raise Unread(f"{url}: its schemas cannot be read: {_line(error)}") from error
    return made


class _Gathered:
    """The schemas of all documents with the namespace that each counts for."""

    def __init__(self, documents: dict[str, bytes]) -> None:
        self._documents = {url: parse(content) for url, content in documents.items()}
        self._included: set[tuple[str, str]] = set()

    def schemas(self) -> Iterator[tuple[str, str]]:
        """(namespace, text); a schema without a namespace counts for that of each schema that includes it."""
        included = self._inclusions()
        for url, root in self._documents.items():
            for schema in _schemas(root):
                namespace = schema.get("targetNamespace", "")
                if namespace == XML:
                    # The compiler has this one itself.
                    continue
                counted = {space for address, space in included if address == url} if not namespace else set()
                for space in sorted(counted) or [namespace]:
                    yield space, etree.tostring(schema, encoding="unicode", with_tail=False)

    def _inclusions(self) -> set[tuple[str, str]]:
        """(address, namespace of who includes it), through chains of inclusions."""
        queue = [
            (url, schema, schema.get("targetNamespace", ""))
            for url, root in self._documents.items()
            for schema in _schemas(root)
        ]
        found: set[tuple[str, str]] = set()
        while queue:
            url, schema, namespace = queue.pop()
            for element in schema.iterchildren(f"{{{XS}}}include"):
                address = urljoin(url, (element.get("schemaLocation") or "").strip())
                other = self._documents.get(address)
                if other is None or not namespace or (address, namespace) in found:
                    continue
                found.add((address, namespace))
                if not other.get("targetNamespace"):
                    queue.append((address, other, namespace))
        return found


def _schemas(root: etree._Element) -> list[etree._Element]:
    if root.tag == f"{{{XS}}}schema":
        return [root]
    return root.findall(f"{{{WSDL}}}types/{{{XS}}}schema")


def _opened(text: str, namespace: str, known: set[str]) -> str:
    """The schema without its inclusions, which stand beside it, and with an import of every other namespace."""
    schema = deepcopy(etree.fromstring(text))
    imported = set()
    for element in list(schema.iterchildren(f"{{{XS}}}import", f"{{{XS}}}include")):
        if element.tag == f"{{{XS}}}import":
            imported.add(element.get("namespace", ""))
        schema.remove(element)
    for place, space in enumerate(sorted((known | imported | {XML}) - {namespace})):
        made = etree.Element(f"{{{XS}}}import")
        if space:
            made.set("namespace", space)
        schema.insert(place, made)
    return etree.tostring(schema, encoding="unicode")
