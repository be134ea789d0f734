"""Envelope and HTTP rules of SOAP 1.1 and 1.2: one row a rule, with the clause of each version's standard.

Clauses of the WS-I Basic Profile are SHOULD unless a target claims the profile. What conforming stacks do differently
(DOMAIN: envelope and HTTP rules) is no row here; cases observe it.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.model import Basis, Citation, Contract, Level, Rule
from conformance.rules.rows import Row, rule_of, standard_clause

SOAP = ("soap-1.1", "soap-1.2")
FIRST, SECOND = ("soap-1.1",), ("soap-1.2",)
PROFILES = {"WS-I BP 1.1": "wsi-bp-1.1"}
"""Standards that are profiles, by the name under which a target file claims them."""
MUST, SHOULD = Level.MUST, Level.SHOULD
SOFT = FIRST
"""A MUST of SOAP 1.2 that SOAP 1.1 leaves to the profile."""


# fmt: off
ANSWERS = (
    Row("envelope", "well-formed", MUST, "XML 1.0 §2.1", "An answer that is labelled as XML is one well-formed XML document.", SOAP),
    Row("envelope", "charset", MUST, "RFC 7303 §3", "The bytes of an answer are in the encoding that its byte order mark, charset or declaration names.", SOAP),
    Row("envelope", "utf", SHOULD, "WS-I BP 1.1 R1012", "An answer is encoded in UTF-8 or UTF-16.", FIRST),
    Row("envelope", "document-type", MUST, "SOAP 1.1 §3; SOAP 1.2 Part 1 §5", "An answer has no document type declaration.", SOAP),
    Row("envelope", "processing-instruction", MUST, "SOAP 1.1 §3; SOAP 1.2 Part 1 §5", "An answer has no processing instruction.", SOAP),
    Row("envelope", "version", MUST, "SOAP 1.1 §4.1.2; SOAP 1.2 Part 1 §5.1", "The root of an answer is the Envelope of the SOAP version of the request.", SOAP),
    Row("envelope", "structure", MUST, "SOAP 1.1 §4; SOAP 1.2 Part 1 §5.1", "An Envelope holds at most one Header, then one Body.", SOAP),
    Row("envelope", "after-body", MUST, "WS-I BP 1.1 R1011; SOAP 1.2 Part 1 §5.1", "Nothing follows the Body.", SOAP, SOFT),
    Row("envelope", "one-child", SHOULD, "WS-I BP 1.1 R2712; WS-I BP 2.0 R2712", "The Body of an answer holds one element.", SOAP),
    Row("envelope", "qualified-child", SHOULD, "WS-I BP 1.1 R1014; SOAP 1.2 Part 1 §5.3.1", "The children of Body are in a namespace.", SOAP),
    Row("envelope", "encoding-style", MUST, "WS-I BP 1.1 R1005; SOAP 1.2 Part 1 §5.1.1", "No element of the envelope's namespace has an encodingStyle; in SOAP 1.1 no child of Body either.", SOAP, SOFT),
    Row("envelope", "soap-attributes", SHOULD, "WS-I BP 1.1 R1032", "Envelope, Header and Body have no attribute of the envelope's namespace.", FIRST),
    Row("envelope", "must-understand-value", SHOULD, "WS-I BP 1.1 R1013; SOAP 1.2 Part 1 §5.2.3", "mustUnderstand in a header block of an answer is 0 or 1, in SOAP 1.2 also false or true.", SOAP),
    Row("envelope", "fault-structure", MUST, "SOAP 1.1 §4.4; SOAP 1.2 Part 1 §5.4", "A fault has faultcode and faultstring; in SOAP 1.2 Code with Value and Reason with Text, then Node, Role, Detail, in that order.", SOAP),
    Row("envelope", "fault-children", SHOULD, "WS-I BP 1.1 R1000", "A fault has no children but faultcode, faultstring, faultactor and detail.", FIRST),
    Row("envelope", "fault-unqualified", SHOULD, "WS-I BP 1.1 R1001", "The children of a fault are in no namespace.", FIRST),
    Row("envelope", "fault-code", MUST, "WS-I BP 1.1 R1004; SOAP 1.2 Part 1 §5.4.6", "The code of a fault is a qualified name; in SOAP 1.2 one of the five.", SOAP, SOFT),
    Row("envelope", "fault-dots", SHOULD, "WS-I BP 1.1 R1031", "The code of a fault is not refined by dots.", FIRST),
    Row("envelope", "fault-language", MUST, "SOAP 1.2 Part 1 §5.4.2.1", "Every Text of a fault's Reason has xml:lang.", SECOND),
    Row("envelope", "fault-alone", MUST, "WS-I BP 1.1 R2712; SOAP 1.2 Part 1 §5.4", "A fault is the only child of Body.", SOAP, SOFT),
    Row("envelope", "fault-status", MUST, "SOAP 1.1 §6.2; SOAP 1.2 Part 2 §7.5.2.2", "A fault travels with HTTP 500; in SOAP 1.2 with 400 or 500.", SOAP),
    Row("envelope", "fault-status-sender", SHOULD, "SOAP 1.2 Part 2 §7.5.2.2", "A fault of the sender travels with HTTP 400.", SECOND),
    Row("http", "media-type", MUST, "SOAP 1.1 §6; RFC 3902 §2", "An envelope travels as text/xml; in SOAP 1.2 as application/soap+xml.", SOAP),
    Row("http", "content-type", MUST, "RFC 9110 §8.3", "The Content-Type of an answer tells the truth about its body.", SOAP),
    Row("http", "content-type-present", SHOULD, "RFC 9110 §8.3", "An answer with a body has a Content-Type.", SOAP),
    Row("http", "success-status", SHOULD, "WS-I BP 1.1 R1111; SOAP 1.2 Part 2 §7.5.2.2", "An envelope that holds no fault travels with HTTP 200.", SOAP),
    Row("http", "version", SHOULD, "WS-I BP 1.1 R1140", "The answer is sent with HTTP/1.1.", FIRST),
    Row("http", "allow", MUST, "RFC 9110 §15.5.6", "An answer 405 lists the allowed methods in Allow.", SOAP),
)
"""What any answer shows."""
REQUESTS = (
    Row("envelope", "spelling", MUST, "XML 1.0 §2", "Every spelling of the same message is accepted: prefixes, white space between elements, CDATA, references, comments, with and without an XML declaration.", SOAP),
    Row("envelope", "non-ascii", MUST, "XML 1.0 §2.2", "Text beyond ASCII is accepted, as UTF-8 and as character references.", SOAP),
    Row("envelope", "accepts-byte-order-mark", SHOULD, "WS-I BP 1.1 R4001; XML 1.0 §4.3.3", "A message with a byte order mark is accepted.", SOAP),
    Row("envelope", "header", SHOULD, "SOAP 1.1 §4.2.2; SOAP 1.2 Part 1 §2.4", "A header block that need not be understood, or is meant for another node, is no obstacle.", SOAP),
    Row("envelope", "must-understand", MUST, "SOAP 1.1 §4.2.3; SOAP 1.2 Part 1 §5.2.3", "A header block that must be understood and is not is answered with a MustUnderstand fault.", SOAP),
    Row("envelope", "version-mismatch", MUST, "SOAP 1.1 §4.1.2; SOAP 1.2 Part 1 §2.8", "An envelope in an unknown namespace is answered with a VersionMismatch fault.", SOAP),
    Row("http", "media-type-case", SHOULD, "RFC 9110 §8.3.1", "A media type is accepted in any case.", SOAP),
    Row("http", "charset-parameter", SHOULD, "RFC 9110 §8.3.2", "A charset parameter that names UTF-8 is accepted in any case, quoted or not.", SOAP),
    Row("http", "action-parameter", SHOULD, "RFC 3902 §2", "A request is accepted with an action parameter and without one.", SECOND),
    Row("http", "unsupported-media-type", SHOULD, "WS-I BP 1.1 R1115; RFC 9110 §15.5.16", "A body of a media type that is not documented is not accepted.", SOAP),
    Row("http", "method", SHOULD, "WS-I BP 1.1 R1114; RFC 9110 §15.5.6", "A method that the service does not have is answered 405.", SOAP),
    Row("http", "malformed-status", SHOULD, "WS-I BP 1.1 R1113", "A body that is not well-formed XML is answered 400.", FIRST),
)
"""What cases of their own try."""
INFERRED = (
    Row("envelope", "malformed", SHOULD, "", "A body that is no XML document is refused.", SOAP),
    Row("envelope", "empty-body", SHOULD, "", "A request without a message (nothing, no Body, an empty Body) is refused.", SOAP),
    Row("envelope", "request-root", SHOULD, "", "A message whose element is not that of the operation is refused.", SOAP),
    Row("envelope", "request-namespace", SHOULD, "", "A message whose element is in another namespace is refused.", SOAP),
    Row("envelope", "versions-agree", SHOULD, "", "Both versions of SOAP answer the same data alike.", SOAP),
    Row("envelope", "repeated", SHOULD, "", "No member of an answer that is no item of a list comes twice.", SOAP),
    Row("http", "no-server-error", SHOULD, "", "No request is answered with a status of 500 or above, unless with a fault.", SOAP),
    Row("http", "in-time", SHOULD, "", "An answer comes within the time that the target gives one.", SOAP),
)
STATED = (
    Row("envelope", "root", MUST, "response", "The Body of an answer to an accepted request holds the documented element with the documented wrapper in it.", SOAP),
    Row("envelope", "namespace", MUST, "response", "The elements of an answer are in the documented namespace.", SOAP),
    Row("envelope", "order", MUST, "response", "The members of an answer come in the order of the document.", SOAP),
    Row("http", "request-media-type", MUST, "encoding", "A request with the documented media type is accepted.", SOAP),
)
DESCRIBED = (
    Row("http", "wsdl", MUST, "operation", "The WSDL is where the target says, can be read, and has the operation.", SOAP),
)
CLIENTS = (
    Row("http", "stock-client", MUST, "WSDL 1.1 §3", "A stock client that is built from the WSDL can call the service and read its answer.", SOAP),
    Row("response", "valid", MUST, "WSDL 1.1 §3.5", "An answer is valid against the WSDL that the target publishes.", SOAP),
)
"""What holds of a service whose document has no names: its own WSDL has them."""
# fmt: on

OF_MESSAGES = frozenset({"root", "namespace", "order", "repeated"})
"""Facets that only a documented answer has: a document without names states none."""
BOTH_VERSIONS = frozenset({"versions-agree"})

EVERY_ANSWER = frozenset(
    {f"{row.part}/{row.facet}" for row in ANSWERS if row.facet != "allow" and not row.facet.startswith("fault-")}
    | {f"envelope/{facet}" for facet in OF_MESSAGES}
    | {"http/no-server-error", "http/in-time"}
)
"""Rules that an accepted baseline decides."""
FAULTS = tuple(f"/{row.facet}" for row in ANSWERS if row.facet.startswith("fault-"))
"""Endings of rules that only faults show."""


def is_soap(encoding: str) -> bool:
    """Is the encoding a version of SOAP?"""
    return encoding in SOAP


def soap_rules(contract: Contract, encodings: tuple[str, ...]) -> Iterator[Rule]:
    """The rows that apply to the service in these encodings."""
    documented = bool(contract.operation.response.fields)
    described = contract.document.kind == "prose"
    for basis, rows in (
        (Basis.STATED, (*STATED, *(DESCRIBED if described else ()))),
        (Basis.STANDARD, (*ANSWERS, *REQUESTS, *(CLIENTS if described else ()))),
        (Basis.INFERRED, INFERRED),
    ):
        for row in rows:
            applies = tuple(name for name in row.encodings if name in encodings)
            unknown = row.facet in OF_MESSAGES and row.part == "envelope" and not documented
            if not applies or unknown or (row.facet in BOTH_VERSIONS and len(applies) < len(SOAP)):
                continue
            cited = {name: _citation(contract, row, name, basis) for name in applies}
            profiles = {name: PROFILES.get(cite.standard or "", "") for name, cite in cited.items()}
            yield rule_of(contract, row, basis, cited, {name: profile for name, profile in profiles.items() if profile})


def _citation(contract: Contract, row: Row, encoding: str, basis: Basis) -> Citation:
    if basis is Basis.STANDARD:
        return standard_clause(row, encoding)
    if row.clause == "operation":
        return contract.operation.citation
    if row.clause == "response":
        return contract.operation.response.citation
    return contract.encoding(encoding).citation
