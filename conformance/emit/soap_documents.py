"""The schemas of a SOAP service while they are written: one document for each namespace, and what each declares.

A local element is declared where it stands; one of another namespace is declared there and referred to. Where the name
is taken there by something else, a group holds the declaration: what is local to a group takes no name away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from conformance.emit.xsd_notes import RULES, XS, Parent, xs
from conformance.facets import element_name
from conformance.model import Contract, Field, Message

XML = "http://www.w3.org/XML/1998/namespace"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(slots=True)
class Document:
    """The schema of one namespace, and the names that are taken in it; a type with what it was made for."""

    namespace: str
    root: Parent
    prefix: str
    elements: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    types: dict[str, object] = field(default_factory=dict)
    groups: int = 0
    imports: set[str] = field(default_factory=set)

    def named(self, name: str) -> str:
        """The name as a reference says it."""
        return f"{self.prefix}:{name}" if self.namespace else name

    def fresh(self, wanted: str, path: str, key: object) -> str:
        """A name that no type has yet. The same name at another place holds something else there."""
        name = element_name(wanted)
        if name in self.types and path:
            name = element_name(f"{wanted}.{path.replace('/', '.')}")
        while name in self.types:
            name += "_"
        self.types[name] = key
        return name

    def group(self, kind: str, name: str) -> Parent:
        """A group for one declaration."""
        self.groups += 1
        return etree.SubElement(self.root, xs(kind), name=element_name(f"{name}.{self.groups}"))


class Documents:
    """The schemas of one contract, that of its messages first."""

    def __init__(self, contract: Contract) -> None:
        self._prefixes = prefixes(contract)
        self.held: dict[str, Document] = {}
        self.of(own_space(contract))

    def of(self, namespace: str) -> Document:
        """The schema of a namespace; empty for none."""
        if namespace not in self.held:
            known = {prefix: space for space, prefix in self._prefixes.items()}
            root = etree.Element(xs("schema"), nsmap={"xs": XS, "suite": RULES} | known)
            root.set("elementFormDefault", "qualified")
            if namespace:
                root.set("targetNamespace", namespace)
            self.held[namespace] = Document(namespace, root, self._prefixes.get(namespace, ""))
        return self.held[namespace]

    def element(self, sequence: Parent, here: Document, namespace: str, name: str) -> tuple[Parent, Parent, Document]:
        """(the particle in the sequence, the declaration to complete, the schema that it is in)."""
        if namespace in {here.namespace, ""}:
            made = etree.SubElement(sequence, xs("element"), name=name)
            if namespace != here.namespace:
                made.set("form", "unqualified")
            return made, made, here
        there = self.of(namespace)
        here.imports.add(namespace)
        if name not in there.elements:
            there.elements.add(name)
            made = etree.SubElement(there.root, xs("element"), name=name)
            return etree.SubElement(sequence, xs("element"), ref=there.named(name)), made, there
        group = there.group("group", name)
        made = etree.SubElement(etree.SubElement(group, xs("sequence")), xs("element"), name=name)
        return etree.SubElement(sequence, xs("group"), ref=there.named(str(group.get("name")))), made, there

    def attribute(self, held: Parent, here: Document, namespace: str, name: str) -> tuple[Parent, Parent, Document]:
        """(the element that says how it is used, the declaration to complete, the schema that it is in)."""
        if namespace in {here.namespace, ""}:
            made = etree.SubElement(held, xs("attribute"), name=name)
            if namespace:
                made.set("form", "qualified")
            return made, made, here
        there = self.of(namespace)
        here.imports.add(namespace)
        if name not in there.attributes:
            there.attributes.add(name)
            made = etree.SubElement(there.root, xs("attribute"), name=name)
            return etree.SubElement(held, xs("attribute"), ref=there.named(name)), made, there
        group = there.group("attributeGroup", name)
        etree.SubElement(held, xs("attributeGroup"), ref=there.named(str(group.get("name"))))
        made = etree.SubElement(group, xs("attribute"), name=name, form="qualified")
        return made, made, there

    def finished(self) -> Mapping[str, Parent]:
        """Namespace → schema. Imports come first, and name no file."""
        for document in self.held.values():
            root = document.root
            for namespace in sorted(document.imports, reverse=True):
                root.insert(0, etree.Element(xs("import"), namespace=namespace))
            inner = [one for one in root.iter(xs("element")) if one.getparent() is not root and one.get("name")]
            if inner and all(one.get("form") == "unqualified" for one in inner):
                # No element inside of a type has a namespace, which the schema then says once.
                root.set("elementFormDefault", "unqualified")
                for one in inner:
                    del one.attrib["form"]
        return {space: document.root for space, document in self.held.items()}


def prefixes(contract: Contract) -> dict[str, str]:
    """Namespace → the prefix that it has in every file of the service."""
    own = own_space(contract)
    spaces = [own, *(found for _, message in sides(contract) for found in _spaces(message))]
    named = [space for space in dict.fromkeys(spaces) if space]
    return {space: "tns" if space == own else f"q{number}" for number, space in enumerate(named, start=1)}


def sides(contract: Contract) -> tuple[tuple[str, Message], ...]:
    """The messages by the part that their rules belong to."""
    return ("request", contract.operation.request), ("response", contract.operation.response)


def own_space(contract: Contract) -> str:
    """The namespace of the messages; empty for none."""
    return next((message.namespace for _, message in sides(contract) if message.root), None) or ""


def space_of(member: Field, around: str | None) -> str:
    """The namespace of a member; `around` is that of its parent. Empty for none."""
    return (around if member.namespace is None else member.namespace) or ""


def _spaces(message: Message) -> Iterator[str]:
    if message.namespace:
        yield message.namespace
    for member in (*message.headers, *message.fields):
        yield from _inside(member)


def _inside(member: Field) -> Iterator[str]:
    if member.namespace not in {None, "", XML, XSI}:
        yield str(member.namespace)
    for inner in (*member.fields, *((member.item,) if member.item is not None else ())):
        yield from _inside(inner)
