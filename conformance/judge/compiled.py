"""The emitted schemas, compiled: they vouch for messages in which the contract walk would find nothing.

A validator says yes or no at native speed. What it cannot express (`beyond`) has a check of its own, made once from the
contract; a message that is `valid` and `holds` is `clean`: the walk has nothing to find in it. Whatever is not clean
goes to the walk, which alone explains; so a validator may be stricter than the walk, never looser. Pure; opens nothing,
fetches nothing. Must never import the walk.

Messages come decoded: JSON as `msgspec.json.Decoder(float_hook=Decimal)` reads it, so that numbers are exact; XML as
lxml parses it without comments and processing instructions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any

import jsonschema_rs
from lxml import etree

from conformance.codecs import covered
from conformance.codecs.elements import unwrapped
from conformance.emit.bounds import rule_id
from conformance.emit.jsonschema import request_schema, response_schema
from conformance.emit.soap_xsd import soap_schemas
from conformance.emit.xsd import xsd_files
from conformance.emit.xsd_notes import xs
from conformance.judge.beyond import Check, Checks, json_answer, json_request
from conformance.judge.beyond_xml import soap_answer, soap_request, xml_answer, xml_request
from conformance.model import Contract, Field, Message
from conformance.rules import rules_of
from conformance.rules.soap import is_soap

Valid = Callable[[Any], bool]
PLACE = "conformance:"
"""Before the namespace or the file name of a schema that another one imports. Nothing is looked for there."""


@dataclass(frozen=True, slots=True)
class Vouch:
    """What vouches for one kind of message: `valid` says what its schema says, `holds` what the schema cannot.

    `beyond` are the rules that `holds` looks at. `known` is False where there is no schema; then nothing is valid.
    """

    valid: Valid
    holds: Check
    beyond: tuple[str, ...] = ()
    known: bool = True
    texts: Mapping[bytes, tuple[Check, ...]] | None = None
    """What `holds` looks at in a document, by local names; None where it looks at more than texts of elements."""

    def __call__(self, message: Any) -> bool:
        return self.valid(message)

    def clean(self, message: Any) -> bool:
        """Would the walk find nothing? False says that it may."""
        return self.valid(message) and bool(self.holds(message))


def never(_message: Any) -> bool:
    """Of nothing is it said that it is valid, so that the walk looks at all of it."""
    return False


NOBODY = Vouch(never, never, known=False)


class Compiled:
    """The validators of one contract, each compiled when it is first asked for."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._operation = contract.operation
        self._encodings = frozenset(encoding.name for encoding in contract.operation.encodings)

    @cached_property
    def json_request(self) -> Vouch:
        """For a decoded request in JSON."""
        if "json" not in self._encodings:
            return NOBODY
        return self._vouch(
            "request", of_json(request_schema(self.contract)), json_request(self._operation.request.fields)
        )

    @cached_property
    def json_answer(self) -> Vouch:
        """For the decoded answer to an accepted request in JSON."""
        if "json" not in self._encodings:
            return NOBODY
        checks = json_answer(self._operation.response.fields, self._operation.acceptance)
        return self._vouch("response", of_json(response_schema(self.contract)), checks)

    @cached_property
    def xml_request(self) -> Vouch:
        """For the root element of a request in XML."""
        if "xml" not in self._encodings:
            return NOBODY
        return self._vouch("request", self._of_files("request"), xml_request(self._operation.request))

    @cached_property
    def xml_answer(self) -> Vouch:
        """For the root element of the answer to an accepted request in XML."""
        if "xml" not in self._encodings:
            return NOBODY
        checks = xml_answer(self._operation.response, self._operation.acceptance)
        return self._vouch("response", self._of_files("response"), checks)

    @cached_property
    def soap_request(self) -> Vouch:
        """For the child of the Body of a request."""
        held = self._soap
        if held is None:
            return NOBODY
        checks = soap_request(held.operation.request)._replace(places=soap_request(self._operation.request).places)
        return self._vouch("request", self._of_namespaces, checks)

    @cached_property
    def soap_answer(self) -> Vouch:
        """For the child of the Body of an answer that is no fault."""
        held = self._soap
        if held is None or not held.operation.response.fields:
            # Without documented members there is nothing to hold an answer to.
            return NOBODY
        return self._vouch("response", self._of_namespaces, soap_answer(held.operation.response))

    def _vouch(self, part: str, valid: Valid, checks: Checks) -> Vouch:
        looked = dict.fromkeys(rule_id(self.contract, part, path, facet) for path, facet in checks.places)
        beyond = tuple(rule for rule in looked if rule in self._rules)
        return Vouch(valid, checks.holds, beyond, known=valid is not never, texts=checks.texts)

    @cached_property
    def _rules(self) -> frozenset[str]:
        return frozenset(rule.id for rule in rules_of(self.contract, covered(self.contract)))

    def _of_files(self, part: str) -> Valid:
        files = xsd_files(self.contract)
        return of_xsd(files[f"{part}.xsd"], files)

    @cached_property
    def _soap(self) -> Contract | None:
        """The contract as a schema can have it; None where none can, or where the service speaks no SOAP."""
        request, response = _plain(self._operation.request), _plain(self._operation.response)
        if not any(map(is_soap, self._encodings)) or not self._operation.request.root:
            return None
        if request is None or response is None:
            return None
        return replace(self.contract, operation=replace(self._operation, request=request, response=response))

    @cached_property
    def _of_namespaces(self) -> Valid:
        schemas = soap_schemas(self._soap, published=False) if self._soap is not None else {}
        for root in schemas.values():
            for imported in root.findall(xs("import")):
                imported.set("schemaLocation", PLACE + str(imported.get("namespace", "")))
        texts = {PLACE + space: etree.tostring(root, encoding="unicode") for space, root in schemas.items()}
        return of_xsd(next(iter(texts.values())), texts) if texts else never


def of_json(schema: dict[str, Any]) -> Valid:
    """A validator of decoded JSON."""
    try:
        # In time linear in the text, whatever the pattern.
        options = jsonschema_rs.RegexOptions()
        is_valid = jsonschema_rs.Draft202012Validator(schema, pattern_options=options).is_valid
    except (jsonschema_rs.ValidationError, ValueError):
        return never

    def valid(tree: Any) -> bool:
        try:
            return is_valid(tree)
        except ValueError:
            # Half of a surrogate pair, or deeper than it reads.
            return False

    return valid


def of_xsd(text: str, others: Mapping[str, str]) -> Valid:
    """A validator of elements; `others` are the schemas that the first one may import, by their place."""

    class Known(etree.Resolver):
        # The stubs of lxml leave out what a resolver is handed.
        def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
            del public_id
            return self.resolve_string(others.get(system_url, ""), context, base_url=system_url)

    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(Known())
    try:
        return etree.XMLSchema(etree.fromstring(text.encode(), parser)).validate
    except etree.XMLSchemaParseError:
        # libxml2 reads fewer patterns than XML Schema has.
        return never


# --- a contract that is bound to a WSDL -------------------------------------------------------------------------------


def _plain(message: Message) -> Message | None:
    """The message with the elements that a WSDL gives its members in place of our names; None where that cannot be
    said in one schema."""
    fields = _grouped(message.fields)
    return None if fields is None else replace(message, fields=fields)


def _grouped(members: tuple[Field, ...]) -> tuple[Field, ...] | None:
    """The members by their own elements; those that share an element which only holds others stand in that one."""
    made: list[Field] = []
    for step, held in groupby(members, key=lambda one: _around(one)[:1]):
        inside = tuple(held)
        if step:
            fields = _grouped(tuple(map(_deeper, inside)))
            found = [None if fields is None else _holder(step[0], inside[0], fields)]
        else:
            found = [_renamed(member) for member in inside]
        if None in found:
            return None
        made += filter(None, found)
    names = [one.name for one in made]
    return tuple(made) if len(set(names)) == len(names) else None


def _around(member: Field) -> tuple[str, ...]:
    """The elements around the member's own; a list that has none stands in that of its items."""
    return member.element if _flat(member) else member.element[:-1]


def _flat(member: Field) -> bool:
    return unwrapped(member) and member.item is not None and bool(member.item.element)


def _deeper(member: Field) -> Field:
    return replace(member, element=member.element[1:])


def _holder(step: str, first: Field, fields: tuple[Field, ...]) -> Field:
    """An element that is there where something in it must be."""
    name, due = etree.QName(step), any(one.required or (one.occurs or (0,))[0] for one in fields)
    return Field(
        name=name.localname,
        namespace=name.namespace or "",
        type="object",
        fields=fields,
        occurs=(int(due), 1),
        basis=first.basis,
        citation=first.citation,
    )


def _renamed(member: Field) -> Field | None:
    """The member under the name of its own element, and so all that is in it."""
    fields = _grouped(member.fields)
    item = _renamed(member.item) if member.item is not None else None
    if fields is None or (member.item is not None and item is None):
        return None
    made = replace(member, fields=fields, item=item, element=())
    if item is not None and _flat(member):
        return replace(made, name=item.name, namespace=item.namespace)
    if not member.element:
        return made
    name = etree.QName(member.element[-1])
    return replace(made, name=name.localname, namespace=name.namespace or "")
