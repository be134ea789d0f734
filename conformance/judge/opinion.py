"""The second opinion: jsonschema over the emitted schemas, its errors turned back into rule ids.

Only rules that the schema expresses are compared; regular expressions are read with ECMA-262's ends, which Python's
`$` does not have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from conformance.emit.jsonschema import request_schema, response_schema
from conformance.facets import exact
from conformance.model import Contract, Tree
from conformance.patterns import holder


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not holder(pattern)(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _integer(_checker: Any, instance: Any) -> bool:
    # 90.0 is an integer by JSON Schema; jsonschema knows that of float only, not of Decimal.
    return exact("integer", instance)


Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _integer),
)


class Opinion:
    """The two emitted schemas of a service, ready to validate."""

    def __init__(self, contract: Contract) -> None:
        self._request = Validator(request_schema(contract))
        self._response = Validator(response_schema(contract))

    def of_request(self, tree: Tree) -> frozenset[str]:
        """Ids of the rules that the request breaks according to its schema."""
        return frozenset(self._rules(self._request, tree))

    def of_response(self, tree: Tree) -> frozenset[str]:
        """Ids of the rules that the answer to an accepted request breaks according to its schema."""
        return frozenset(self._rules(self._response, tree))

    def _rules(self, validator: Any, tree: Tree) -> Iterator[str]:
        for error in validator.iter_errors(tree):
            yield _rule(error)


def _rule(error: ValidationError) -> str:
    schema: Any = error.schema
    rules = schema.get("x-rules", {})
    if error.validator == "required":
        # jsonschema reports each missing name as an error of its own; the message alone tells which.
        return next(str(rule) for name, rule in rules["required"].items() if error.message.startswith(f"'{name}'"))
    if error.validator in {"type", "enum"} and error.instance is None and "null" in rules:
        return str(rules["null"])
    return str(rules.get(error.validator, f"?/{error.validator}"))
