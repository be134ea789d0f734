"""Contracts and messages for tests of schemas: every type and facet that a page can state, in a domain of its own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from conformance.model import (
    Acceptance,
    Basis,
    Choice,
    Citation,
    Constraint,
    Contract,
    Document,
    Encoding,
    Field,
    Message,
    Operation,
)

CITE = Citation(document="loans.txt", line=1)
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
NAMESPACE = "http://schemas.datacontract.org/2004/07/Library.Models"


def constraint(facet, **values):
    return Constraint(facet=facet, basis=Basis.STATED, citation=CITE, **values)


REQUIRED = constraint("required")


def member(name, type_name, *constraints, **more):
    return Field(name=name, type=type_name, basis=Basis.STATED, citation=CITE, constraints=constraints, **more)


SHELF = (Choice(name="Open", number=0), Choice(name="Closed", number=1))
COPY = (
    member("Barcode", "string", REQUIRED, constraint("length", min_length=2, max_length=6)),
    member("Weight", "decimal", constraint("range", minimum=Decimal("0.5"), maximum=Decimal("9.5"))),
)
FIELDS = (
    member("Title", "string", REQUIRED, constraint("min-length", min_length=3)),
    member("Reader", "guid"),
    member("Shelf", "enum", choices=SHELF, model="ShelfKind"),
    member("Due", "dateTime"),
    member("Weeks", "integer", constraint("range", minimum=Decimal("0.5"), maximum=Decimal("8.5"))),
    member("Renewable", "boolean"),
    member("Tags", "list", constraint("max-length", max_length=2), item=member("string", "string")),
    member("Copies", "list", item=member("CopyModel", "object", fields=COPY, model="CopyModel")),
    member("Spare", "object", fields=COPY, model="CopyModel"),
    member("Notes", "map", item=member("string", "string")),
    member("Anything", "open"),
    member(
        "Code",
        "string",
        constraint("pattern", pattern="^[A-Z]*$"),
        constraint("pattern", pattern="^.{1,3}$"),
        constraint("data-type", text="PostalCode"),
    ),
    member("Odd", "string", constraint("pattern", pattern=r"^(a)\1$")),
    member("Never", "integer", constraint("range", minimum=Decimal(5), maximum=Decimal(4))),
)
ANSWER = (
    member("ok", "boolean"),
    member("when", "dateTime"),
    member("words", "list", item=member("string", "string")),
    member("saved", "object", fields=FIELDS, model="LoanModel"),
)
CONTRACT = Contract(
    schema="",
    service="loans",
    document=Document(name="loans.txt", kind="aspnet-help-page", sha256="", lines=1),
    operation=Operation(
        name="Loans",
        method="POST",
        path="api/Loans/{branch}",
        citation=CITE,
        request=Message(root="LoanModel", citation=CITE, fields=FIELDS),
        response=Message(root="LoanAnswer", citation=CITE, fields=ANSWER),
        encodings=(
            Encoding(
                name="json",
                media_types=("application/json", "text/json"),
                response_media_types=("application/json", "text/json"),
                citation=CITE,
            ),
            Encoding(
                name="xml",
                media_types=("application/xml", "text/xml"),
                response_media_types=("application/xml", "text/xml"),
                citation=CITE,
                serializer="xml-serializer",
            ),
            Encoding(name="form", media_types=("application/x-www-form-urlencoded",), citation=CITE),
        ),
        acceptance=Acceptance(member="ok", citation=CITE, basis=Basis.INFERRED, echo="saved"),
        parameters=(member("branch", "integer", REQUIRED), member("notify", "boolean")),
    ),
)
VALID = {
    "Title": "Ficciones",
    "Reader": "00000000-0000-0000-0000-000000000001",
    "Shelf": "Open",
    "Due": "2025-01-31T00:00:00",
    "Weeks": 3,
    "Renewable": True,
    "Tags": ["a", "b"],
    "Copies": [{"Barcode": "b1", "Weight": Decimal("1.5")}],
    "Spare": {"Barcode": "b2"},
    "Code": "ABC",
}


def in_namespace(contract=CONTRACT):
    """The same contract as a data contract: in a namespace, members by name."""
    operation = contract.operation
    encodings = tuple(
        replace(one, serializer="data-contract") if one.name == "xml" else one for one in operation.encodings
    )
    return replace(
        contract,
        operation=replace(
            operation,
            request=replace(operation.request, namespace=NAMESPACE),
            response=replace(operation.response, namespace=NAMESPACE),
            encodings=encodings,
        ),
    )
