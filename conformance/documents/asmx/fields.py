"""The elements of an ASMX sample as members of a message: types, lists, attributes, wildcards.

What is printed is all that is known. Anything repeated is printed twice, side by side; a type four levels below the
root is printed as nil, which means that its content is not shown. `occurs` is what the type mapping of such a server
gives. Must never import another reader or the readings.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from conformance.documents.asmx.words import ANY_NAMES, ANYTHING, word
from conformance.model import Basis, Field, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.asmx.tree import Attribute, Element
    from conformance.documents.page import Page

SCHEMA = ("http://www.w3.org/2001/XMLSchema", "schema")
ENVELOPES = {
    "http://schemas.xmlsoap.org/soap/envelope/": "soap-1.1",
    "http://www.w3.org/2003/05/soap-envelope": "soap-1.2",
}
ANY = "#any"
TEXT = "#text"
UNBOUNDED = (0, None)


def message(page: Page, body: Element, header: Element | None = None) -> Message:
    """What a body holds: one element, whose only child may merely wrap the members; or nothing, or anything."""
    if any(held.name == "encodingStyle" for held in body.attributes) or len(body.children) > 1:
        told = "this body is encoded as SOAP's own data model, or holds several elements"
        raise page.error(body.line, f"{told}; only one element with literal content can be read")
    if body.children:
        root = body.children[0]
        wrappers, top = unwrapped(root)
        made = _message(page, root, top, tuple(held.name for held in wrappers))
    else:
        made = Message(root="", citation=page.cite(body.line), fields=tuple(_any(page, body)))
    return replace(made, headers=members(page, header, made.namespace or "") if header is not None else ())


def answer(page: Page, root: Element) -> Message:
    """A message whose members stand in the root itself."""
    return _message(page, root, root)


def _message(page: Page, root: Element, top: Element, wrappers: tuple[str, ...] = ()) -> Message:
    return Message(
        root=root.name,
        citation=page.cite(root.line),
        fields=_content(page, top, root.namespace),
        wrappers=wrappers,
        namespace=root.namespace or None,
    )


def unwrapped(root: Element) -> tuple[tuple[Element, ...], Element]:
    """The elements that only wrap, and the one that holds the members."""
    wrappers: list[Element] = []
    top = root
    while len(top.children) == 1 and not top.text and _only_wraps(top.children[0], root.namespace):
        top = top.children[0]
        wrappers.append(top)
    return tuple(wrappers), top


def _only_wraps(element: Element, namespace: str) -> bool:
    holds = bool(element.children) and not is_open(element) and not repeats(element)
    return holds and not _attributes(element) and element.namespace == namespace


def is_open(element: Element) -> bool:
    """Is the content left open: cut off, of any type, or the schema and content of a data set?"""
    if element.nil or element.any_type:
        return True
    if _attributes(element) or not all(child.qualified == SCHEMA for child in element.children):
        return False
    if not element.text:
        # A schema without a word beside it is still the schema of a data set.
        return bool(element.children) or element.name in ANY_NAMES
    return bool(element.children) or ANYTHING.fullmatch(element.text) is not None


def _opened(element: Element) -> Basis:
    """Words for anything are the page's own; that a content is open because it is not shown is our reading."""
    return Basis.STATED if element.text or element.children else Basis.INFERRED


def repeats(element: Element) -> bool:
    """Is all that it holds one element again and again?"""
    names = {child.qualified for child in element.children}
    return len(element.children) > 1 and len(names) == 1 and not _attributes(element) and not element.text


def _attributes(element: Element) -> tuple[Attribute, ...]:
    """The attributes that belong to the service; those of an envelope do not."""
    return tuple(held for held in element.attributes if held.namespace not in ENVELOPES)


def _content(page: Page, element: Element, namespace: str) -> tuple[Field, ...]:
    """The members of an element that a message is made of: its own content may be open, or mere text."""
    if is_open(element):
        return (_made(page, element, ANY, "open", occurs=UNBOUNDED, basis=_opened(element)),)
    if element.text and not element.children and not _attributes(element):
        return (_typed(page, element, _made(page, element, TEXT, "string"), element.text),)
    return members(page, element, namespace)


def members(page: Page, element: Element, namespace: str) -> tuple[Field, ...]:
    """What stands in an element: attributes, elements (those side by side with one name are a list), text, anything."""
    found = [*_from_attributes(page, element), *_from_children(page, element, namespace)]
    if ANYTHING.fullmatch(element.text) is not None:
        found += _any(page, element)
    elif element.text:
        if element.children:
            raise page.error(element.line, f"{element.name} holds text beside elements: {element.text[:40]!r}")
        found.append(_typed(page, element, _made(page, element, TEXT, "string"), element.text))
    return tuple(found)


def _from_attributes(page: Page, element: Element) -> Iterator[Field]:
    held = _attributes(element)
    if len({one.name for one in held}) != len(held):
        raise page.error(element.line, f"{element.name} has two attributes of one name; they cannot be told apart")
    for one in held:
        made = _typed(page, element, _made(page, element, f"@{one.name}", "string"), one.value)
        yield replace(made, namespace=one.namespace or None)


def _from_children(page: Page, element: Element, namespace: str) -> Iterator[Field]:
    groups = [tuple(group) for _, group in groupby(element.children, key=lambda child: child.qualified)]
    names = [group[0].name for group in groups]
    if len(names) != len(set(names)):
        raise page.error(element.line, f"{element.name} repeats an element among others; this reader cannot place it")
    for group in groups:
        made = _alike(page, group, namespace)
        yield _listed(made) if len(group) > 1 else made


def _alike(page: Page, group: tuple[Element, ...], namespace: str) -> Field:
    """The member that elements of one name show; they are items of a list, so they show the same."""
    first, *others = (_field(page, element, namespace) for element in group)
    for element, other in zip(group[1:], others, strict=True):
        if shape(other) != shape(first):
            raise page.error(element.line, f"{element.name} is printed again here, but not as before; items are alike")
    return first


def _listed(made: Field) -> Field:
    """A list whose items have no element around them."""
    item = replace(made, occurs=UNBOUNDED)
    listed = replace(item, type="list", type_basis=Basis.STATED, item=item, fields=(), choices=(), constraints=())
    return replace(listed, item=replace(item, namespace=None))


def _field(page: Page, element: Element, namespace: str) -> Field:
    own = element.namespace if element.namespace != namespace else None
    made = replace(_made(page, element, element.name, "object"), namespace=own)
    if is_open(element):
        return replace(made, type="open", type_basis=_opened(element))
    if repeats(element):
        item = replace(_alike(page, element.children, element.namespace), occurs=UNBOUNDED)
        return replace(made, type="list", item=item)
    if element.children or _attributes(element):
        return replace(made, fields=members(page, element, element.namespace))
    return _typed(page, element, made, element.text) if element.text else replace(made, type="empty")


def _typed(page: Page, element: Element, made: Field, text: str) -> Field:
    """A member whose value is text."""
    said = word(text)
    if said is None:
        raise page.error(element.line, f"the type {text!r} is not known to this reader")
    return replace(
        made,
        type=said.type,
        type_basis=said.type_basis,
        occurs=said.occurs,
        choices=said.choices,
        constraints=said.constraints(made.citation),
    )


def _any(page: Page, element: Element) -> Iterator[Field]:
    if ANYTHING.fullmatch(element.text) is not None:
        yield _made(page, element, ANY, "open", occurs=UNBOUNDED)
    elif element.text and not element.children:
        raise page.error(element.line, f"{element.name} holds {element.text[:40]!r} in place of an element")


def _made(
    page: Page,
    element: Element,
    name: str,
    kind: str,
    *,
    occurs: tuple[int, int | None] = (0, 1),
    basis: Basis = Basis.STATED,
) -> Field:
    return Field(
        name=name, type=kind, basis=Basis.STATED, citation=page.cite(element.line), type_basis=basis, occurs=occurs
    )


def shape(member: Field) -> object:
    """What two printings of one member must agree on: everything but the lines."""
    inner = tuple(shape(child) for child in member.fields)
    stated = tuple((held.facet, held.text) for held in member.constraints)
    item = shape(member.item) if member.item is not None else None
    return member.name, member.namespace, member.type, member.occurs, member.choices, stated, inner, item


def message_shape(held: Message) -> object:
    """What the two SOAP versions must agree on."""
    fields, headers = tuple(map(shape, held.fields)), tuple(map(shape, held.headers))
    return held.root, held.wrappers, held.namespace, fields, headers
