"""The address of a request: what stands between braces in it, and its query, filled with values.

Pure. Rules about parameters are not derived, so each has one value, and every request carries it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from conformance.facets import is_number, plain
from conformance.generate.defaults import carried, default
from conformance.model import Field, Operation, Tree

PLACEHOLDER = re.compile(r"\{\*?(?P<name>[^{}/?&=]+)\}")


def placeholders(url: str) -> tuple[str, ...]:
    """The names between braces."""
    return tuple(found["name"] for found in PLACEHOLDER.finditer(url))


def address(url: str, operation: Operation, values: Mapping[str, Any]) -> str:
    """The address with the values of its parameters, or with the simplest values that their constraints admit.

    A parameter that the documented path does not name goes into the query, unless the address already says it. An
    optional one is left out where it has no value and a simple one could be refused.
    """
    known = {parameter.name.lower(): parameter for parameter in operation.parameters}
    if not known:
        return url

    def filled(text: str) -> str:
        return PLACEHOLDER.sub(lambda found: _written(known.get(found["name"].lower()), found[0], values), text)

    parts = urlsplit(url)
    given = [pair for pair in parts.query.split("&") if pair]
    in_path = placeholders(urlsplit(operation.path).path)
    said = {name.lower() for name in (*in_path, *placeholders(url), *(_key(pair) for pair in given))}
    pairs = [
        filled(pair) for pair in given if all(_sent(known.get(name.lower()), values) for name in placeholders(pair))
    ]
    for key, parameter in known.items():
        if key not in said and _sent(parameter, values):
            found = _pairs(parameter.name, _value(parameter, values))
            pairs += [f"{quote(name, safe='')}={text}" for name, text in found]
    return urlunsplit(parts._replace(path=filled(parts.path), query="&".join(pairs)))


def _key(pair: str) -> str:
    return unquote(pair.partition("=")[0])


def _sent(parameter: Field | None, values: Mapping[str, Any]) -> bool:
    return parameter is None or parameter.name in values or carried(parameter)


def _value(parameter: Field, values: Mapping[str, Any]) -> Tree:
    return values[parameter.name] if parameter.name in values else default(parameter)


def _written(parameter: Field | None, placeholder: str, values: Mapping[str, Any]) -> str:
    return placeholder if parameter is None else _text(_value(parameter, values))


def _pairs(name: str, value: Tree) -> Iterator[tuple[str, str]]:
    """A list stands several times, the members of an object as `object.member`, which is what ASP.NET reads."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield from _pairs(f"{name}.{key}", held)
    elif isinstance(value, list):
        for held in value:
            yield from _pairs(name, held)
    elif value is not None:
        yield name, _text(value)


def _text(value: Tree) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return quote(plain(value) if is_number(value) else str(value), safe="")
