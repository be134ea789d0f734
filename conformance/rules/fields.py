"""Contract → rules about members: what a request must satisfy, what an answer must carry.

Rule ids are derived from the path and the facet, never numbered. Paths leave out list indices.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.model import Basis, Citation, Constraint, Contract, Field, Rule
from conformance.rules.applies import ANYTHING, answering, applies, softer, testable
from conformance.rules.levels import level_of

LENGTHS = frozenset({"length", "max-length", "min-length"})
SCHEMA_FACETS = frozenset({"required", "type", "pattern", "minimum", "maximum", "max-length", "min-length"})


def join(*names: str) -> str:
    """`data`, `Email` → `data/Email`; empty names vanish."""
    return "/".join(name for name in names if name)


def walk(fields: tuple[Field, ...], prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Every member with its path: objects and the items of lists are entered."""
    for member in fields:
        path = join(prefix, member.name)
        yield path, member
        if member.fields:
            yield from walk(member.fields, path)
        if member.type == "list" and member.item is not None:
            yield from walk(member.item.fields, path)


def request_rules(contract: Contract, encodings: tuple[str, ...]) -> Iterator[Rule]:
    """Rules that a request can break; their negatives are one difference from an accepted baseline."""
    for path, member in walk(contract.operation.request.fields):
        for facet, basis, citation, statement in _of_member(path, member):
            here = tuple(name for name in encodings if applies(name, member, facet, nested="/" in path))
            # JSON Schema's `pattern` speaks of strings only.
            schema = facet in SCHEMA_FACETS and (facet != "pattern" or member.type == "string")
            if here:
                place = ("request", path, facet)
                yield member_rule(contract, here, place, basis, citation, statement, schema, softer(facet, here))


def _of_member(path: str, member: Field) -> Iterator[tuple[str, Basis, Citation, str]]:
    """Facet, basis, citation and statement of every rule about a member of a request."""
    cite = member.citation
    required = member.constraint("required")
    if required is not None:
        statement = f"A request without {path}, or with null in it, is refused."
        yield "required", required.basis, required.citation, statement
        if member.type in {"string", "guid"}:
            yield "not-blank", Basis.INFERRED, required.citation, f"A blank {path} is refused."
    elif "/" not in path:
        yield "optional", Basis.STATED, cite, f"A request without {path} is accepted."
    type_cite = member.type_citation or cite
    statement = f"{path} is {article(member.type)}; anything else is refused."
    yield "type", member.type_basis, type_cite, statement
    statement = f"A value that would have to be converted to {article(member.type)} is refused in {path}."
    yield "strict-type", Basis.INFERRED, type_cite, statement
    told: set[str] = set()
    for constraint in sorted((held for held in member.constraints if testable(member, held)), key=_tightness):
        for facet, statement in _constraint(path, constraint):
            # Of two constraints on one facet the tighter decides.
            if facet not in told:
                told.add(facet)
                yield facet, constraint.basis, constraint.citation, statement
    bounds = member.constraint("range")
    if bounds is not None and member.type == "decimal":
        statement = f"{path} just above {bounds.maximum} is refused."
        yield "maximum-step", bounds.basis, bounds.citation, statement


def _tightness(constraint: Constraint) -> tuple[int, int]:
    """The tightest length first; everything else stays in the order of the page."""
    most = constraint.max_length
    return (0 if most is None else most, -(constraint.min_length or 0)) if constraint.facet in LENGTHS else (0, 0)


def _constraint(path: str, constraint: Constraint) -> Iterator[tuple[str, str]]:
    if constraint.facet == "pattern":
        yield "pattern", f"The whole of {path} matches {constraint.pattern}; anything else is refused."
    elif constraint.facet == "range":
        yield "minimum", f"{path} below {constraint.minimum} is refused, {constraint.minimum} is accepted."
        yield "maximum", f"{path} above {constraint.maximum} is refused, {constraint.maximum} is accepted."
    least, most = constraint.min_length, constraint.max_length
    if least:
        yield "min-length", f"{path} of fewer than {least} characters is refused, of {least} accepted."
    if most is not None:
        yield "max-length", f"{path} of more than {most} characters is refused, of {most} accepted."


def response_rules(contract: Contract, encodings: tuple[str, ...]) -> Iterator[Rule]:
    """Rules about the answer to a valid request, and what a refusal must not say, in the encodings of answers."""
    answers = answering(contract.operation.encodings, encodings)
    acceptance = contract.operation.acceptance
    echoed = acceptance.echo if acceptance is not None else None

    def rule(path: str, facet: str, basis: Basis, citation: Citation, statement: str) -> Rule:
        schema = facet == "type" or (facet == "required" and basis is Basis.STATED)
        here = tuple(name for name in answers if name == "xml") if facet == "item" else answers
        return member_rule(contract, here, ("response", path, facet), basis, citation, statement, schema)

    if not answers:
        return

    for path, member in walk(contract.operation.response.fields):
        cite = member.citation
        if acceptance is not None and path == acceptance.member:
            yield rule(path, "required", Basis.STATED, cite, f"The answer to an accepted request carries {path}.")
            refusal = f"A refusal that carries {path} does not say true there."
            yield rule(path, "refusal", acceptance.basis, acceptance.citation, refusal)
        if path == echoed:
            yield rule(path, "required", Basis.INFERRED, cite, f"The answer to an accepted request carries {path}.")
        yield rule(path, "name", member.basis, cite, f"{path} is spelt exactly so, case included.")
        if member.type not in ANYTHING:
            statement = f"{path}, where present and not null, is {article(member.type)}."
            yield rule(path, "type", member.type_basis, member.type_citation or cite, statement)
        if member.type == "list" and member.item is not None and "xml" in answers:
            item = member.item
            yield rule(path, "item", member.basis, item.citation, f"The items of {path} stand in elements {item.name}.")
        if echoed is not None and path.startswith(f"{echoed}/"):
            sent = path.removeprefix(f"{echoed}/")
            yield rule(path, "echo", Basis.INFERRED, cite, f"{path} comes back with the value that was sent in {sent}.")


def member_rule(
    contract: Contract,
    encodings: tuple[str, ...],
    place: tuple[str, str, str],
    basis: Basis,
    citation: Citation,
    statement: str,
    schema: bool,
    softer_in: tuple[str, ...] = (),
) -> Rule:
    """The rule at (part, path, facet)."""
    part, path, facet = place
    return Rule(
        id="/".join((contract.service, *place)),
        service=contract.service,
        part=part,
        path=path,
        facet=facet,
        level=level_of(part, facet, basis),
        basis=basis,
        citation=citation,
        statement=statement,
        encodings=encodings,
        schema=schema,
        softer_in=softer_in,
    )


ARTICLES = {
    "string": "a string",
    "boolean": "a boolean",
    "integer": "an integer",
    "decimal": "a decimal number",
    "guid": "a GUID",
    "enum": "one of the documented names",
    "map": "an object",
    "list": "a list",
    "object": "an object",
    "int": "an xsd:int",
    "dateTime": "an xsd:dateTime",
    "base64Binary": "xsd:base64Binary",
    "empty": "an empty element",
    "open": "anything",
}


def article(type_name: str) -> str:
    """The type with its article, for sentences."""
    return ARTICLES[type_name]
