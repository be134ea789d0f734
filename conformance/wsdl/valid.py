"""Is a message valid against the WSDL that the target itself publishes? Must never import what opens sockets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import islice
from typing import Any

import xmlschema
from lxml import etree

from conformance.model import Description
from conformance.wsdl.compiler import telling
from conformance.wsdl.errors import Untold, Unusable
from conformance.wsdl.operations import Part, Shape, shapes
from conformance.wsdl.schemas import schema_of

MOST = 5
"""Reasons that are told of one message."""
_LONGEST = 300


class Validator:
    """Holds what stands in a Body against the schemas of a WSDL. Untold where nothing is wrong as far as it goes, and
    a pattern is more than can be held against a text here."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self._schema = schema_of(description)
        self._maps = self._schema.maps

    def problems(self, child: etree._Element | None, version: str) -> tuple[str, ...]:
        """Why the child of an answer's Body is not the operation's output; empty where it is."""
        _, output = shapes(self._description, version)
        return _told(self._of(output, child))

    def request_problems(self, child: etree._Element | None, version: str) -> tuple[str, ...]:
        """The same of a request and the operation's input."""
        given, _ = shapes(self._description, version)
        return _told(self._of(given, child))

    def fault_problems(self, child: etree._Element) -> tuple[str, ...]:
        """Why the child of a fault's detail is not as the WSDL declares it; empty where it declares no such element."""
        declared = self._maps.elements.get(str(child.tag))
        return _told(_errors(declared, child)) if declared is not None else ()

    def _of(self, shape: Shape | None, child: etree._Element | None) -> Iterator[str]:
        if shape is None or not shape.tag:
            if child is not None:
                yield f"the WSDL wants an empty Body, and there is {_called(str(child.tag))}"
            return
        if child is None:
            yield f"the WSDL wants {_called(shape.tag)} in the Body, which is empty"
        elif child.tag != shape.tag:
            yield f"the WSDL wants {_called(shape.tag)} in the Body, and there is {_called(str(child.tag))}"
        elif shape.rpc:
            yield from self._parts(shape, child)
        else:
            yield from _errors(self._global("elements", shape.tag), child)

    def _parts(self, shape: Shape, child: etree._Element) -> Iterator[str]:
        """The accessors of an rpc message: WS-I BP 1.1 R2735, one for each part, in no namespace."""
        came = [one for one in child if isinstance(one.tag, str)]
        due = [part.element or part.name for part in shape.parts]
        if [one.tag for one in came] != due:
            names = ", ".join(_called(str(one.tag)) for one in came) or "nothing"
            yield f"{_called(shape.tag)} must hold {', '.join(map(_called, due)) or 'nothing'}, and it holds {names}"
            return
        for part, accessor in zip(shape.parts, came, strict=True):
            yield from self._part(part, accessor)

    def _part(self, part: Part, accessor: etree._Element) -> Iterator[str]:
        if part.element:
            yield from _errors(self._global("elements", part.element), accessor)
            return
        kind = self._global("types", part.type)
        if not kind.is_simple():
            yield from _errors(kind, accessor)
        elif next(accessor.iterchildren("*"), None) is not None:
            yield f"{part.name} must hold text, and it holds elements"
        else:
            for error in kind.iter_errors(accessor.text or ""):
                yield _line(f"{part.name}: {error.reason}")

    def _global(self, kind: str, name: str) -> Any:
        found = getattr(self._maps, kind).get(name)
        if found is None:
            raise Unusable(f"{self._description.url}: nothing declares {name or 'the type of a part'}")
        return found


def _told(problems: Iterable[str]) -> tuple[str, ...]:
    with telling() as untold:
        found = tuple(islice(problems, MOST))
    if untold and not found:
        raise Untold(_line(untold[0]))
    return found


def _errors(component: Any, element: etree._Element) -> Iterator[str]:
    # A copy has no ancestors, whose attributes are none of the schema's business; the prefixes that they declare are.
    # lxml takes None for the default namespace, its type stubs do not.
    attributes: Any = element.attrib
    prefixes: Any = element.nsmap
    alone = etree.Element(element.tag, dict(attributes), nsmap=prefixes)
    alone.text = element.text
    alone.extend(deepcopy(child) for child in element)
    try:
        for error in component.iter_errors(alone):
            path = error.path or f"/{etree.QName(alone).localname}"
            yield _line(f"{path}: {error.reason}")
    except (xmlschema.XMLSchemaException, KeyError, ValueError) as error:
        # A type by xsi:type that nothing declares, or whose prefix is bound nowhere.
        yield _line(f"/{etree.QName(alone).localname}: {error}")


def _line(text: str) -> str:
    bare = " ".join(text.split())
    return bare if len(bare) <= _LONGEST else f"{bare[:_LONGEST]}…"


def _called(tag: str) -> str:
    name = etree.QName(tag)
    return f"{name.localname} in {name.namespace}" if name.namespace else f"{name.localname} in no namespace"
