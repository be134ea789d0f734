"""Contract → OpenAPI 3.1 of a REST service, with every media type of its request and its answer.

The schemas are those of `jsonschema`. For XML and forms they are written again: with `xml` objects, and without null,
which these formats cannot write (OpenAPI knows no `xsi:nil`). `x-rules` at the root maps a rule id to what says it,
`x-not-expressed` to the reason why nothing does; within a schema both mean what they mean in the published JSON
Schemas. Must never import rules, codecs or documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import yaml

from conformance.emit.jsonschema import Schema, parameter_schema, request_schema, response_schema
from conformance.emit.openapi_rules import said, unsaid
from conformance.emit.xsd import ARRAYS
from conformance.model import Contract, Encoding, Field, Message

VERSION = "3.1.0"
SERVER = "https://billing.example.com"
REST = frozenset({"json", "xml", "form"})
NESTED = frozenset({"list", "map", "object"})
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
PLAIN_XML = "As XML. A null is written with xsi:nil, or left out; OpenAPI has no word for it."
FORM = "A form carries the scalar members; how nested ones are written in a form no document shows."
REFUSED = "Any other answer. How a request is refused, by status and body, the document does not state."
Document = dict[str, Any]


def openapi_file(contract: Contract) -> Mapping[str, str]:
    """`openapi.yaml` → its text; nothing for a service that has no REST encoding."""
    if not any(encoding.name in REST for encoding in contract.operation.encodings):
        return {}
    return {"openapi.yaml": _text(openapi(contract))}


def _text(document: Document) -> str:
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes a value wherever it stands, never a reference to the same value elsewhere."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - as above
        super().increase_indent(flow, False)


def openapi(contract: Contract) -> Document:
    """The document as plain data."""
    operation = contract.operation
    names = _names(contract)
    return {
        "openapi": VERSION,
        "info": {
            "title": f"{contract.service}: {operation.method} {operation.path}",
            "version": f"sha256-{contract.document.sha256[:12]}",
            "summary": f"What {contract.document.name} says of {operation.name}, as far as OpenAPI can say it.",
            "description": (
                "Derived from the document, not written by its provider. The version is the beginning of the document's"
                " SHA-256. Extension keys hold the ids of the rules that a part expresses, and of those that none can."
            ),
        },
        "servers": [{"url": SERVER, "description": "An example; the document names no host."}],
        "paths": {f"/{_path(contract)}": {operation.method.lower(): _operation(contract, names)}},
        "components": {"schemas": dict(_components(contract, names))},
        "x-rules": said(contract),
        "x-not-expressed": unsaid(contract),
    }


def _path(contract: Contract) -> str:
    return contract.operation.path.partition("?")[0].lstrip("/")


def _names(contract: Contract) -> dict[str, str]:
    """Names of the components: those of the models, made distinct and plain."""
    request, response = (
        re.sub(r"[^A-Za-z0-9._-]", "_", message.root)
        for message in (contract.operation.request, contract.operation.response)
    )
    return {
        "request": request,
        "xml": f"{request}.xml",
        "form": f"{request}.form",
        "response": response if response != request else f"{response}.answer",
    }


def _operation(contract: Contract, names: Mapping[str, str]) -> Document:
    operation = contract.operation
    found: Document = {"operationId": operation.name}
    parameters = list(_parameters(contract))
    if parameters:
        found["parameters"] = parameters
    requested = [encoding for encoding in operation.encodings if encoding.name in REST]
    if operation.request.fields:
        found["requestBody"] = {
            "required": True,
            "content": {
                media: _body(contract, names, one, example=media == one.media_types[0])
                for one in requested
                for media in one.media_types
            },
        }
    answers = {
        media: {"schema": _reference(names["response"])} for one in requested for media in one.response_media_types
    }
    found["responses"] = {
        "200": {"description": "The request was processed.", "content": answers},
        "default": {"description": REFUSED},
    }
    return found


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _body(contract: Contract, names: Mapping[str, str], encoding: Encoding, *, example: bool) -> Document:
    body: Document = {"schema": _reference(names["request" if encoding.name == "json" else encoding.name])}
    if example and encoding.name == "json" and contract.baseline:
        body["example"] = _plain(contract.baseline)
    return body


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    if isinstance(value, str | int | None):
        return value
    return int(value) if value == int(value) else float(value)


# --- parameters -------------------------------------------------------------------------------------------------------


def _parameters(contract: Contract) -> Iterator[Document]:
    """Those in the path, whether or not the page has a row for them, then those in the query."""
    known = {member.name: member for member in contract.operation.parameters}
    in_path = list(dict.fromkeys(PLACEHOLDER.findall(_path(contract))))
    for name in in_path:
        schema = parameter_schema(known[name]) if name in known else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name, member in known.items():
        if name not in in_path:
            yield {"name": name, "in": "query", "required": member.required, "schema": parameter_schema(member)}


# --- schemas ----------------------------------------------------------------------------------------------------------


def _components(contract: Contract, names: Mapping[str, str]) -> Iterator[tuple[str, Schema]]:
    request, response = contract.operation.request, contract.operation.response
    written = {encoding.name for encoding in contract.operation.encodings}
    if request.fields:
        asked = _component(request_schema(contract))
        forms = {"request": asked, "xml": _request_as_xml(asked, request), "form": _scalars(asked, request)}
        for form, schema in forms.items():
            if form in written or (form == "request" and "json" in written):
                yield names[form], schema
    answered = _component(response_schema(contract))
    if "xml" in written:
        _as_xml(answered, response)
    yield names["response"], answered


def _component(schema: Schema) -> Schema:
    """A component needs neither dialect nor address of its own."""
    return {key: value for key, value in schema.items() if key not in {"$schema", "$id"}}


def _request_as_xml(request: Schema, message: Message) -> Schema:
    written = _without_null(deepcopy(request))
    _as_xml(written, message)
    return {"title": written.pop("title"), "description": PLAIN_XML, **written}


def _scalars(request: Schema, message: Message) -> Schema:
    """What a form carries: no nested members."""
    form = deepcopy(request)
    nested = {member.name for member in message.fields if member.type in NESTED}
    for name in nested:
        del form["properties"][name]
    if "required" in form:
        form["required"] = [name for name in form["required"] if name not in nested]
        kept = form["x-rules"]["required"]
        form["x-rules"]["required"] = {name: rule for name, rule in kept.items() if name not in nested}
    form = _without_null(form)
    return {"title": form.pop("title"), "description": FORM, **form}


def _without_null(schema: Any) -> Any:
    """The schema, and those inside, for a format that has no null of its own."""
    if isinstance(schema, list):
        return [_without_null(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: value if key.startswith("x-") else _without_null(value) for key, value in schema.items()}
    if isinstance(plain.get("type"), list):
        kept = [kind for kind in plain["type"] if kind != "null"]
        plain["type"] = kept[0] if len(kept) == 1 else kept
    if isinstance(plain.get("enum"), list):
        plain["enum"] = [value for value in plain["enum"] if value is not None]
    return plain


def _as_xml(schema: Schema, message: Message) -> None:
    """Add what XML needs: names that are not those of properties, wrapped lists, namespaces."""
    schema["xml"] = _xml(message.namespace, name=message.root)
    _members_as_xml(schema, message.fields, message.namespace)


def _members_as_xml(schema: Schema, fields: tuple[Field, ...], namespace: str | None) -> None:
    for member in fields:
        inner = schema["properties"][member.name]
        if member.type == "list" and member.item is not None:
            inner["xml"] = _xml(namespace, wrapped=True)
            _item_as_xml(inner["items"], member.item, namespace)
        else:
            if namespace:
                inner["xml"] = _xml(namespace)
            _members_as_xml(inner, member.fields, namespace)


def _item_as_xml(schema: Schema, item: Field, namespace: str | None) -> None:
    schema["xml"] = _xml(namespace if item.fields or not namespace else ARRAYS, name=item.name)
    _members_as_xml(schema, item.fields, namespace)
    if item.type == "list" and item.item is not None:
        schema["xml"]["wrapped"] = True
        _item_as_xml(schema["items"], item.item, namespace)


def _xml(namespace: str | None, **keys: Any) -> Document:
    return {**keys, **({"namespace": namespace} if namespace else {})}
