"""The ways in which each rule of SOAP can be broken, as a table: plausible bugs of services and what fails by them.

A rule that no row speaks of has one way, `dropped`. A way may need something that a contract has not; it may show in
one version alone; and `also` are the rules that cannot but fail with it. Must never import the service.
"""

from __future__ import annotations

from collections.abc import Mapping

from conformance.reference.defect import Way, is_of
from conformance.reference.soap_breakable import (
    any_member,
    around_items,
    coded,
    demands,
    has,
    in_ascii,
    lax,
    numbered,
    objects_within,
    qualified,
    scalar,
    several,
    text_in,
    unsorted,
    value,
    wordy,
    wrapped,
)

FIRST, SECOND = ("soap-1.1",), ("soap-1.2",)
CLIENTS = ("http/stock-client",)
"""A stock client reads no answer whose envelope or whose status is broken so."""
CODES_DUE = ("envelope/must-understand", "envelope/version-mismatch")
"""Where a fault with a certain code is due."""
ALIKE = ("envelope/versions-agree",)
"""Where both versions are asked for the same, and one takes what the other refuses."""
CHECKS = (Way(), Way(variant="second-version", encodings=SECOND, also=ALIKE))
"""The ways of a check of a member about which more is asked than what is refused."""
IN_SECOND = Way(variant="second-version", encodings=SECOND)


WAYS: Mapping[tuple[str, str], tuple[Way, ...]] = {
    # --- answers: the document ---
    ("envelope", "well-formed"): (
        Way(),
        Way(variant="blank-line"),
        Way(variant="ampersand"),
        Way(variant="entity"),
        Way(variant="control"),
        Way(variant="twice"),
        Way(variant="utf-16"),
        Way(variant="page"),
        Way(variant="trace", also=("http/no-server-error",)),
    ),
    ("envelope", "charset"): (
        Way(also=CLIENTS),
        Way(variant="byte-order-mark", also=CLIENTS),
        Way(variant="declaration", also=CLIENTS),
        Way(variant="fault"),
    ),
    ("envelope", "utf"): (Way(), Way(variant="windows")),
    ("envelope", "document-type"): (Way(also=CLIENTS), Way(variant="fault")),
    ("envelope", "processing-instruction"): (Way(), Way(variant="fault")),
    # --- answers: the envelope ---
    ("envelope", "version"): (
        Way(also=CLIENTS),
        Way(variant="unknown", also=CLIENTS),
        Way(variant="whole", also=CLIENTS),
        Way(variant="bare"),
        Way(variant="fault", encodings=SECOND),
    ),
    ("envelope", "structure"): (
        Way(variant="two-headers"),
        Way(variant="before-body"),
        Way(variant="header-last"),
        Way(variant="two-bodies"),
    ),
    ("envelope", "one-child"): (Way(), Way(variant="twice")),
    ("envelope", "qualified-child"): (
        Way(also=("envelope/namespace", "response/valid")),
        Way(variant="fault", also=("http/no-server-error", "http/success-status")),
    ),
    ("envelope", "encoding-style"): (Way(), Way(variant="message", encodings=FIRST, also=("response/valid",))),
    ("envelope", "must-understand-value"): (Way(), Way(variant="true", encodings=FIRST)),
    # --- answers: the message ---
    ("envelope", "root"): (
        Way(),
        Way(variant="wrapper", when=wrapped),
        Way(variant="request"),
        Way(variant="recased"),
        Way(variant="bare", when=wrapped),
    ),
    ("envelope", "namespace"): (Way(), Way(variant="slash"), Way(variant="members"), Way(variant="leaf")),
    ("envelope", "order"): (
        Way(when=several),
        Way(variant="sorted", when=unsorted),
        Way(variant="nested", when=objects_within),
    ),
    ("envelope", "repeated"): (Way(when=any_member), Way(variant="nested", when=objects_within)),
    ("envelope", "versions-agree"): (
        Way(variant="code", when=coded),
        Way(variant="stricter", when=lax),
        Way(variant="laxer", when=demands),
    ),
    # --- answers: faults ---
    ("envelope", "fault-structure"): (
        Way(),
        Way(variant="no-code", also=CODES_DUE),
        Way(variant="empty", also=CODES_DUE),
        Way(variant="other-version"),
        Way(variant="two-codes"),
        Way(variant="second-children", encodings=FIRST),
        Way(variant="first-children", encodings=SECOND),
        Way(variant="no-text", encodings=SECOND),
        Way(variant="detail-first", encodings=SECOND),
        Way(variant="order", encodings=SECOND),
    ),
    ("envelope", "fault-code"): (
        Way(),
        Way(variant="unknown"),
        Way(variant="bare"),
        Way(variant="empty", also=CODES_DUE),
        Way(variant="first-version", encodings=SECOND),
    ),
    ("envelope", "fault-language"): (Way(), Way(variant="plain")),
    ("envelope", "fault-alone"): (Way(), Way(variant="message"), Way(variant="twice")),
    ("envelope", "fault-status"): (
        Way(),
        Way(variant="bad-request", encodings=FIRST),
        Way(variant="accepted"),
        Way(variant="unprocessable"),
    ),
    # --- requests: the envelope ---
    ("envelope", "spelling"): (
        Way(variant="undeclared"),
        Way(variant="encoding-case"),
        Way(variant="no-encoding"),
        Way(variant="around"),
        Way(variant="indented"),
        Way(variant="empty-header"),
        Way(variant="comments", also=("envelope/non-ascii",)),
        Way(variant="unprefixed", when=qualified),
        Way(variant="prefix"),
        Way(variant="cdata", when=wordy),
        Way(variant="references", when=wordy, also=("envelope/non-ascii",)),
    ),
    ("envelope", "non-ascii"): (
        Way(also=("request/*/text",)),
        Way(variant="references", when=wordy),
    ),
    ("envelope", "header"): (Way(), Way(variant="node"), Way(variant="zero")),
    ("envelope", "must-understand"): (
        Way(),
        Way(variant="other-code"),
        Way(variant="next"),
        Way(variant="true", encodings=SECOND),
        Way(variant="ultimate", encodings=SECOND),
        Way(variant="second-version", encodings=SECOND),
    ),
    ("envelope", "version-mismatch"): (Way(), Way(variant="other-code"), Way(variant="stale")),
    ("envelope", "malformed"): (Way(), Way(variant="recovered")),
    ("envelope", "empty-body"): (
        Way(),
        Way(variant="nothing"),
        Way(variant="no-message"),
        Way(variant="no-body"),
    ),
    ("envelope", "request-root"): (Way(), Way(variant="bare")),
    # --- HTTP ---
    ("http", "media-type"): (
        Way(),
        Way(variant="other-version"),
        Way(variant="page"),
        Way(variant="fault"),
    ),
    ("http", "content-type-present"): (Way(), Way(variant="fault")),
    ("http", "success-status"): (Way(also=CLIENTS), Way(variant="created", also=CLIENTS)),
    ("http", "charset-parameter"): (Way(), Way(variant="quoted"), Way(variant="upper"), Way(variant="close")),
    ("http", "method"): (Way(), Way(variant="refused")),
    ("http", "in-time"): (Way(), Way(variant="large", when=has("base64Binary"))),
    ("http", "malformed-status"): (Way(), Way(variant="unprocessable")),
    ("http", "no-server-error"): (
        Way(),
        Way(variant="page"),
        Way(variant="missing"),
        Way(variant="nested"),
        Way(variant="other-envelope"),
        Way(variant="nil"),
        Way(variant="number", when=has("int")),
        Way(variant="large", when=has("base64Binary"), also=("request/*/size",)),
        Way(
            variant="non-ascii",
            when=in_ascii,
            also=("envelope/non-ascii", "request/*/text", "envelope/accepts-byte-order-mark"),
        ),
        Way(variant="header", also=("envelope/header", "envelope/spelling")),
        Way(variant="method", also=("http/method",)),
    ),
    ("http", "wsdl"): (
        Way(variant="missing"),
        Way(variant="truncated"),
        Way(variant="page"),
        Way(variant="other-operation"),
    ),
    ("http", "stock-client"): (Way(also=("response/valid",)),),
    ("response", "valid"): (
        Way(variant="overflow", when=numbered),
        Way(variant="unknown", also=CLIENTS),
        Way(variant="order", when=objects_within, also=CLIENTS),
    ),
    # --- members of a request ---
    ("request", "type"): (
        *CHECKS,
        Way(variant="word", when=is_of("int", "integer", "decimal", "boolean", "dateTime")),
        Way(variant="fraction", when=is_of("int", "integer")),
        Way(variant="thousands", when=is_of("int", "integer")),
        Way(variant="overflow", when=is_of("int")),
        Way(variant="empty", when=is_of("int", "integer", "decimal")),
        Way(variant="day-first", when=is_of("dateTime")),
        Way(variant="alphabet", when=is_of("base64Binary")),
        Way(variant="url-alphabet", when=is_of("base64Binary")),
    ),
    ("request", "strict-type"): (
        *CHECKS,
        Way(variant="date", when=is_of("dateTime")),
        Way(variant="time", when=is_of("dateTime")),
        Way(variant="blank", when=is_of("dateTime")),
        Way(variant="month", when=is_of("dateTime")),
        Way(variant="day", when=is_of("dateTime")),
        Way(variant="zone", when=is_of("dateTime")),
        Way(variant="empty", when=is_of("dateTime", "boolean")),
        Way(variant="capital", when=is_of("boolean")),
        Way(variant="padding", when=is_of("base64Binary")),
        Way(variant="length", when=is_of("base64Binary")),
    ),
    ("request", "lexical"): (
        Way(variant="plus", when=is_of("int", "integer")),
        Way(variant="zeros", when=is_of("int", "integer")),
        Way(variant="padded", when=is_of("int", "integer", "decimal", "boolean", "dateTime")),
        Way(variant="digit", when=is_of("boolean")),
        Way(variant="utc", when=is_of("dateTime")),
        Way(variant="offset", when=is_of("dateTime")),
        Way(variant="fraction", when=is_of("dateTime")),
        Way(variant="microseconds", when=is_of("dateTime")),
        Way(variant="lines", when=is_of("base64Binary")),
    ),
    ("request", "text"): (
        Way(variant="latin"),
        Way(variant="specials"),
        Way(variant="quote"),
        Way(variant="white-space"),
    ),
    ("request", "size"): (Way(variant="empty"), Way(variant="large")),
    ("request", "required"): (
        *CHECKS,
        Way(variant="nil", when=value),
        Way(variant="defaulted", when=value),
    ),
    ("request", "not-blank"): (Way(), IN_SECOND, Way(variant="empty"), Way(variant="spaces")),
    ("request", "enumeration"): (Way(), IN_SECOND),
    ("request", "several"): (Way(), Way(variant="third")),
    # --- members of an answer ---
    ("response", "item"): (Way(when=around_items),),
    ("response", "name"): (Way(), Way(variant="renamed")),
    ("response", "type"): (
        Way(),
        Way(variant="element", when=scalar),
        Way(variant="word", when=text_in("boolean", "int", "dateTime")),
        Way(variant="empty", when=text_in("boolean", "int", "dateTime")),
        Way(variant="cut", when=text_in("base64Binary")),
    ),
}
"""(part, facet) → the ways."""
