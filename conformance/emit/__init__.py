"""Contract → published schemas. Pure and deterministic: the same contract gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from conformance.emit.contract_json import contract_schema, dumps
from conformance.emit.jsonschema import request_schema, response_schema
from conformance.model import Contract


def files_of(contract: Contract) -> Mapping[str, str]:
    """Every generated file of the service: path below `schemas/` → text."""
    # A run reads contracts by this package and emits nothing.
    from conformance.emit.openapi import openapi_file  # noqa: PLC0415
    from conformance.emit.wsdl import soap_files  # noqa: PLC0415
    from conformance.emit.xsd import xsd_files  # noqa: PLC0415

    files = {f"{contract.service}/contract.json": dumps(contract)}
    if any(encoding.name == "json" for encoding in contract.operation.encodings):
        files[f"{contract.service}/request.schema.json"] = _text(request_schema(contract))
        files[f"{contract.service}/response.schema.json"] = _text(response_schema(contract))
    for name, text in (*xsd_files(contract).items(), *openapi_file(contract).items(), *soap_files(contract).items()):
        files[f"{contract.service}/{name}"] = text
    return files


def published() -> Mapping[str, str]:
    """The schemas that belong to no service: path below `schemas/` → text."""
    return {"contract-1.schema.json": _text(contract_schema())}


def _text(schema: Mapping[str, object]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
