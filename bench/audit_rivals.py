"""What an audit is measured against, each the least that does its work and nothing else.

`bare` reads a recording, decodes every line and body with a fast decoder or parses it with lxml, asks the compiled
validator, and forgets: nothing that judges by these schemas can be faster. `opinions` decodes too, validates every
message with jsonschema or xmlschema alone, over the same schemas, and turns the errors into ids of rules as an audit
has to: the second opinions of a run. `plain` leaves that away and counts the errors. None of them tells services apart,
masks, counts rules, or survives a record that is damaged.

    python -m bench.audit_rivals rest rest.jsonl        # the bare pipeline as a process of its own
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import msgspec
import orjson
from jsonschema import Draft202012Validator
from lxml import etree

from bench.recordings import SERVICES
from conformance.emit.jsonschema import request_schema, response_schema
from conformance.emit.soap_xsd import soap_schemas
from conformance.emit.xsd import xsd_files
from conformance.judge import soap_opinion, xml_opinion
from conformance.judge.compiled import Compiled
from conformance.judge.opinion import Opinion
from conformance.judge.soap_opinion import SoapOpinion
from conformance.judge.xml_opinion import XmlOpinion
from conformance.run.contracts import contracts

Decode = Callable[[Any], Any]
Bodies = Callable[[bytes], tuple[str, str]]
Asks = Callable[[Any], object]


class _Side(msgspec.Struct):
    body: str = ""


class _Both(msgspec.Struct):
    request: _Side
    response: _Side


class Decoder(NamedTuple):
    """How a line becomes two bodies, and a body a tree."""

    bodies: Bodies
    tree: Decode


def _of_objects(decode: Decode) -> Decoder:
    def bodies(line: bytes) -> tuple[str, str]:
        found = decode(line)
        return found["request"]["body"], found["response"]["body"]

    return Decoder(bodies, decode)


def _typed() -> Decoder:
    decode = msgspec.json.Decoder(_Both).decode

    def bodies(line: bytes) -> tuple[str, str]:
        found = decode(line)
        return found.request.body, found.response.body

    return Decoder(bodies, msgspec.json.Decoder().decode)


DECODERS: Mapping[str, Callable[[], Decoder]] = {
    "orjson": lambda: _of_objects(orjson.loads),
    "msgspec": lambda: _of_objects(msgspec.json.Decoder().decode),
    "msgspec, two bodies alone": _typed,
}
"""The fastest maintained ones. The last of them makes nothing of what it is not asked for."""


class Asked(NamedTuple):
    """What is asked about a request and about an answer: in JSON, and in XML."""

    json: tuple[Asks, Asks] | None
    xml: tuple[Asks, Asks]


def _compiled(kind: str) -> Asked:
    contract = contracts()[SERVICES[kind]]
    compiled = Compiled(contract)
    if kind == "soap":
        return Asked(None, (compiled.soap_request.valid, compiled.soap_answer.valid))
    options = jsonschema_rs.RegexOptions()
    request, answer = (
        jsonschema_rs.Draft202012Validator(schema, pattern_options=options).is_valid
        for schema in (request_schema(contract), response_schema(contract))
    )
    return Asked((request, answer), (compiled.xml_request.valid, compiled.xml_answer.valid))


def _opinions(kind: str) -> Asked:
    contract = contracts()[SERVICES[kind]]
    if kind == "soap":
        schema = soap_opinion.compiled(soap_schemas(contract, published=False))
        return Asked(None, (_errors(schema), _errors(schema)))
    files = xsd_files(contract)
    request, answer = (xml_opinion.compiled(files, name) for name in ("request", "response"))
    asked, answered = (Draft202012Validator(schema) for schema in (request_schema(contract), response_schema(contract)))
    return Asked((_errors(asked), _errors(answered)), (_errors(request), _errors(answer)))


def _errors(validator: Any) -> Asks:
    return lambda message: sum(1 for _ in validator.iter_errors(message))


def bare(kind: str, path: Path, decoder: str = "orjson") -> int:
    """The bare pipeline; how many exchanges it has seen."""
    return _run(kind, path, DECODERS[decoder](), _compiled(kind))


def plain(kind: str, path: Path) -> int:
    """jsonschema and xmlschema alone, errors counted; how many exchanges they have seen."""
    return _run(kind, path, _of_objects(json.loads), _opinions(kind))


def opinions(kind: str, path: Path) -> int:
    """jsonschema and xmlschema alone, errors by rule; how many exchanges they have seen."""
    contract, count = contracts()[SERVICES[kind]], 0
    if kind == "soap":
        by_soap = SoapOpinion(contract)
        asks: dict[str, tuple[Asks, Asks]] = {
            "<": (lambda body: by_soap.of_request(_child(body)), lambda body: by_soap.of_response(_child(body)))
        }
    else:
        by_json, by_xml = Opinion(contract), XmlOpinion(contract)
        read = partial(json.loads, parse_float=Decimal)
        asks = {
            "<": (by_xml.of_request, by_xml.rules_of_response),
            "{": (lambda body: by_json.of_request(read(body)), lambda body: by_json.of_response(read(body))),
        }
    with path.open("rb") as file:
        for line in file:
            found = json.loads(line)
            for asked, side in enumerate(("request", "response")):
                body = found[side]["body"]
                asks[body[0]][asked](body.encode())
            count += 1
    return count


def _child(body: bytes) -> etree._Element:
    return etree.fromstring(body)[0][0]


def _run(kind: str, path: Path, decoder: Decoder, asked: Asked) -> int:
    bodies, tree = decoder
    parse, count = etree.fromstring, 0
    of_request, of_answer = asked.xml
    with path.open("rb") as file:
        if kind == "soap" or asked.json is None:
            for line in file:
                request, answer = bodies(line)
                of_request(parse(request.encode())[0][0])
                of_answer(parse(answer.encode())[0][0])
                count += 1
            return count
        of_tree, of_answered = asked.json
        for line in file:
            request, answer = bodies(line)
            if request[0] == "<":
                of_request(parse(request.encode()))
            else:
                of_tree(tree(request))
            if answer[0] == "<":
                of_answer(parse(answer.encode()))
            else:
                of_answered(tree(answer))
            count += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("kind", choices=SERVICES)
    parser.add_argument("path", type=Path)
    parser.add_argument("--decoder", choices=DECODERS, default="orjson")
    told = parser.parse_args()
    print(bare(told.kind, told.path, told.decoder))


if __name__ == "__main__":
    main()
