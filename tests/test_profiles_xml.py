"""Services that differ in XML and forms: what is legal there fails nothing, and what strays fails its own rules.

All in process: nothing here depends on the wire. Sets of failures are written `rule@encoding`, and are complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from conformance.model import Level, Outcome
from tests.profiles import answering, forms, methods, refusing, tenants, xml_answering, xml_reading
from tests.profiles.policy import MEMBERS, Problems
from tests.profiles.running import all_of, ask, everywhere
from tests.profiles.service import FORM, XML, Service
from tests.profiles.wire import Incoming, Outgoing

EVERY = ("json", "xml", "form")
DEPTHS = pytest.mark.parametrize("depth", ["quick", "standard"])

# fmt: off
LEGAL_IN_XML: tuple[type[Service], ...] = (
    # the text around the elements
    xml_answering.NoDeclaration, xml_answering.OtherDeclaration, xml_answering.IndentedXml, xml_answering.NoPrefixes,
    xml_answering.MorePrefixes, xml_answering.SingleQuoted, xml_answering.LongTags, xml_answering.Commented,
    xml_answering.Sections,
    # encodings
    xml_answering.Accented, xml_answering.NoXmlCharset, xml_answering.NoWord, xml_answering.MarkedXml,
    xml_answering.Wide, xml_answering.WideMark, xml_answering.Narrow, xml_answering.NarrowDeclared,
    # what is empty, and how values are written
    xml_answering.Nils, xml_answering.OtherNils, xml_answering.NoEmptyLists, xml_answering.ListsOfBlanks,
    xml_answering.Bare, xml_answering.Digits, xml_answering.Padded, xml_answering.DecimalColumn,
    xml_answering.MoreElements,
    # how a request is refused
    xml_answering.StockRefusal, xml_answering.ProblemXml, xml_answering.DeclaredXml, xml_answering.DeclaredBare,
    xml_answering.RefusalEchoesXml, refusing.BareRefusal, refusing.PlainRefusal, refusing.PageRefusal,
    # how a request is read
    xml_reading.NoComments, xml_reading.TakesDoctype, xml_reading.Utf8Only, xml_reading.AnyCharset,
    xml_reading.AnyName, xml_reading.KnownNames, xml_reading.InOrder, xml_reading.OrderDemanded,
    xml_reading.LastWins, xml_reading.NoBlanks, xml_reading.EmptyIsNull,
)
LEGAL_IN_FORMS: tuple[type[Service], ...] = (
    forms.AnyCaseForm, forms.LastPairWins, forms.OncePair, forms.CarefulEscapes, forms.LatinPairs,
    forms.DottedLists, forms.BracketedLists, forms.EmptyPairIsNone,
)
# fmt: on


def name(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else ""


@DEPTHS
@pytest.mark.parametrize("profile", LEGAL_IN_XML, ids=name)
def test_what_is_legal_in_xml_fails_nothing(profile, depth):
    checked = ask(profile(), encodings=("xml",), depth=depth)
    assert not checked.failed(), checked.why(checked.failed())
    assert (checked.exit, checked.report.outcome) == (0, "conforms"), checked.sentence


@DEPTHS
@pytest.mark.parametrize("profile", LEGAL_IN_FORMS, ids=name)
def test_what_is_legal_in_forms_fails_nothing(profile, depth):
    checked = ask(profile(), encodings=("form",), depth=depth)
    assert not checked.failed(), checked.why(checked.failed())
    assert (checked.exit, checked.report.outcome) == (0, "conforms"), checked.sentence


@pytest.mark.parametrize("profile", [Service, xml_answering.Accented, xml_answering.Wide], ids=name)
def test_drawn_values_find_nothing_wrong_in_xml_and_forms(profile):
    checked = ask(profile(), "request/*", "response/data*", encodings=("xml", "form"), depth="standard", seed=20250131)
    assert not checked.failed(), checked.why(checked.failed())
    assert checked.exit == 0, checked.sentence


# --- either behaviour conforms, and is observed -----------------------------------------------------------------------


# fmt: off
OBSERVED: tuple[tuple[type[Service], str, str, bool], ...] = (
    (Service, "xml", "a comment in front", True),
    (xml_reading.NoComments, "xml", "a comment in front", False),
    (xml_reading.NoComments, "xml", "a processing instruction in front", False),
    (Service, "xml", "a document type declaration", False),
    (xml_reading.TakesDoctype, "xml", "a document type declaration", True),
    (Service, "xml", "the document in UTF-16, with a byte order mark", True),
    (xml_reading.Utf8Only, "xml", "the document in UTF-16, with a byte order mark", False),
    (xml_reading.Utf8Only, "xml", "a byte order mark in front", False),
    (Service, "xml", "the elements in reverse order", True),
    (xml_reading.InOrder, "xml", "the elements in reverse order", False),
    (xml_reading.OrderDemanded, "xml", "the elements in reverse order", False),
    (xml_reading.KnownNames, "xml", "an element that the document does not name", False),
    (xml_reading.AnyName, "xml", "the name of the first element in lower case", True),
    (xml_reading.AnyName, "xml", "the elements in a namespace that the document does not name", True),
    (Service, "xml", "IsCreditRateEnabled: a digit for a boolean", True),
    (xml_reading.NoBlanks, "xml", "IsCreditRateEnabled: a digit for a boolean", False),
    (xml_reading.NoBlanks, "xml", "MaximumTermDays: written 60 between spaces", False),
    (forms.AnyCaseForm, "form", "the name of the first pair in lower case", True),
    (Service, "form", "the name of the first pair in lower case", False),
    (forms.OncePair, "form", "GrantorTaxId twice, with one value", False),
    (forms.CarefulEscapes, "form", "an escape that is none", False),
    (forms.LatinPairs, "form", "ArMailName = 'Ñandú Cobranza' in Latin-1", True),
    (Service, "form", "ArMailName = 'Ñandú Cobranza' in Latin-1", False),
    (forms.OncePair, "form", "NotificationSchemaList written as NotificationSchemaList[0].Member", False),
    (forms.DottedLists, "form", "NotificationSchemaList written as NotificationSchemaList[0].Member", True),
)
# fmt: on


@pytest.mark.parametrize(("profile", "encoding", "sentence", "taken"), OBSERVED, ids=name)
def test_what_servers_legally_treat_in_different_ways_is_observed_and_not_judged(profile, encoding, sentence, taken):
    checked = ask(profile(), encodings=(encoding,), depth="standard")
    (seen,) = {one.sentence for one in checked.report.observations if one.sentence.startswith(f"{sentence}: ")}
    said = "accepted" if taken else "refused: 400 Bad Request"
    assert seen.startswith(f"{sentence}: {said}")
    assert not checked.failed()


# --- what strays fails what it strays from, and no more ---------------------------------------------------------------


@DEPTHS
def test_a_lenient_reader_of_texts_fails_only_our_reading_of_types(depth):
    checked = ask(xml_reading.LenientWords(), encodings=("xml", "form"), depth=depth)
    assert checked.failed_in() == everywhere("request", "strict-type", encodings=("xml", "form"))
    assert checked.exit == 0


@DEPTHS
def test_a_server_that_reads_missing_value_types_as_zero_fails_required_of_exactly_these(depth):
    checked = ask(xml_reading.ZeroForMissing(), depth=depth)
    zeros = {member.name for member in MEMBERS if member.required and member.kind != "text"}
    # Zero is out of the range of one: there the absence is refused after all.
    assert checked.failed_in() == {f"request/{name}/required@xml" for name in zeros - {"DaysUncollectibleDebt"}}
    assert len(checked.failed_in()) == 12
    assert checked.exit == 1
    assert not checked.found(Outcome.CANT_TELL) | checked.found(Outcome.UNTESTED)


@DEPTHS
def test_a_reader_that_looks_past_an_element_in_place_of_text_fails_nothing(depth):
    checked = ask(xml_reading.NoTextWords(), encodings=("xml",), depth=depth)
    assert checked.failed_in() == set()


def test_blanks_cut_off_before_the_pattern_is_looked_at_are_observed():
    # Blanks around a number or a flag mean nothing in XML; those around free text are part of it.
    checked = ask(xml_reading.Trimmed(), encodings=("xml",), depth="standard")
    assert checked.failed_in() == {"response/data/ArMailName/echo@xml"}
    seen = {one.sentence for one in checked.report.observations}
    assert "Email: 'cobranza@mail.test ' (' ' after the rest): accepted" in seen


@DEPTHS
def test_a_server_with_a_comma_culture_fails_the_patterns_that_admit_a_fraction(depth):
    checked = ask(forms.Comma(), "request/M*Interest/*", depth=depth)
    rules = {f"request/{side}Interest/pattern" for side in ("Minimum", "Maximun")}
    assert checked.failed_in(Level.MUST) == {f"{rule}@xml" for rule in rules}
    # The page shows no form, so how a number is written there is our reading.
    assert checked.failed_in(Level.SHOULD) == {f"{rule}@form" for rule in rules}


@DEPTHS
def test_a_server_without_forms_fails_the_media_type_and_leaves_all_else_open(depth):
    checked = ask(forms.NoForm(), depth=depth)
    assert checked.failed_in() == {"http/request-media-type@form"}
    undecided = checked.found(Outcome.CANT_TELL)
    assert undecided
    assert {place.rpartition("@")[2] for place in undecided} == {"form"}
    assert not checked.found(Outcome.UNTESTED)
    # Of a form only what leans on no baseline is seen: that 415 is no crash and comes in time, and an honest label.
    passed = {place for place in checked.found(Outcome.PASSED) if place.endswith("@form")}
    assert passed == {"http/no-server-error@form", "http/in-time@form", "http/allow@form"}
    assert checked.exit == 1
    assert "415" in checked.verdict("request/GrantorTaxId/required@form").reason


class NoXml(Service):
    """XML is not taken: 415."""

    def gate(self, incoming: Incoming) -> Outgoing | None:
        return self.unsupported() if self.label[0] in XML else super().gate(incoming)


@DEPTHS
def test_a_server_without_xml_requests_fails_the_media_type_and_leaves_all_else_open(depth):
    checked = ask(NoXml(), depth=depth)
    assert checked.failed_in() == {"http/request-media-type@xml"}
    assert {place.rpartition("@")[2] for place in checked.found(Outcome.CANT_TELL)} == {"xml"}
    assert not checked.found(Outcome.UNTESTED)
    assert checked.exit == 1


class NoTextXml(Service):
    """The second of the two documented names of XML is not known."""

    def gate(self, incoming: Incoming) -> Outgoing | None:
        return self.unsupported() if self.label[0] == "text/xml" else super().gate(incoming)


@DEPTHS
def test_one_documented_media_type_that_is_not_known_fails_that_rule_alone(depth):
    checked = ask(NoTextXml(), depth=depth)
    assert checked.failed_in() == {"http/request-media-type@xml"}
    assert checked.exit == 1


# --- which encoding an answer has -------------------------------------------------------------------------------------


@DEPTHS
def test_json_whatever_is_asked_for_leaves_the_rules_about_xml_answers_inapplicable(depth):
    checked = ask(methods.AcceptIgnored(), depth=depth)
    unheard = {f"http/{rule}@{name}" for rule in ("accept-honoured", "accept-quality") for name in EVERY}
    assert checked.failed_in() == unheard
    assert checked.exit == 0, checked.sentence
    about = everywhere("response", encodings=("xml",)) | {
        f"envelope/{facet}@xml" for facet in ("well-formed", "charset", "root", "namespace", "order", "repeated")
    }
    assert about <= checked.found(Outcome.INAPPLICABLE)
    assert "came in json" in checked.verdict("response/data/Email/type@xml").reason


class XmlAlone(Service):
    """XML, whatever Accept says."""

    def wanted(self, accept: str | None) -> str | None:
        return XML[0]


@DEPTHS
def test_xml_whatever_is_asked_for_leaves_the_rules_about_json_answers_inapplicable(depth):
    checked = ask(XmlAlone(), depth=depth)
    unheard = {f"http/{rule}@{name}" for rule in ("accept-honoured", "accept-quality") for name in EVERY}
    # To Accept that nobody knows XML is an answer for who sent XML alone.
    assert checked.failed_in() == unheard | {"http/accept-unknown@json", "http/accept-unknown@form"}
    assert checked.exit == 0, checked.sentence
    assert everywhere("response", encodings=("json",)) <= checked.found(Outcome.INAPPLICABLE)


@DEPTHS
def test_406_for_a_documented_type_is_a_failure_in_every_encoding_that_asks_for_it(depth):
    class NoTextXmlAnswer(Service):
        """406 to text/xml."""

        def wanted(self, accept: str | None) -> str | None:
            return None if accept == "text/xml" else super().wanted(accept)

    checked = ask(NoTextXmlAnswer(), depth=depth)
    assert checked.failed_in() == {f"http/accept-documented@{name}" for name in EVERY}
    assert checked.exit == 1


class JsonRefusals(Service):
    """Refusals in JSON whatever was asked for, as an exception filter writes them."""

    def refuse(self, problems: Problems) -> Outgoing:
        return self.json(400, {"error": problems[0][1]})


@DEPTHS
@pytest.mark.parametrize("profile", [JsonRefusals, xml_answering.StockRefusal], ids=name)
def test_refusals_that_always_have_one_encoding_leave_nothing_open(profile, depth):
    checked = ask(profile(), depth=depth)
    assert not checked.failed(), checked.why(checked.failed())
    assert checked.exit == 0, checked.sentence
    for encoding in ("json", "xml"):
        assert checked.verdict(f"response/success/refusal@{encoding}").outcome is Outcome.INAPPLICABLE


@DEPTHS
def test_an_answer_in_xml_that_is_success_alone_fails_no_must_rule(depth):
    checked = ask(answering.Acknowledges(), encodings=("xml",), depth=depth)
    assert checked.failed_in() == {"response/data/required@xml"}
    demanded = all_of("response", level=Level.MUST, encoding="xml")
    inside = {rule for rule in demanded if rule.startswith("response/data/")}
    assert checked.rules(Outcome.UNTESTED, Level.MUST) == inside - {"response/data/name"}
    assert checked.exit == 6


@DEPTHS
def test_answers_to_forms_come_in_json_and_are_judged_there(depth):
    class Wrong(Service):
        """A form is answered with a text for success."""

        def envelope(self, success: bool, message: str, details: list[str], data: Any) -> dict[str, Any]:
            found = super().envelope(success, message, details, data)
            return found | ({"message": 7} if self.label[0] in FORM else {})

    checked = ask(Wrong(), depth=depth)
    # Where XML was asked for, 7 is as good a text as any.
    assert checked.failed_in() == {"response/message/type@json"}
    assert checked.exit == 1


class UnknownUsers(JsonRefusals, tenants.KnownUsers):
    """A UserId that this tenant does not have is refused, in JSON."""


@DEPTHS
def test_a_refused_reference_is_told_in_the_encoding_of_the_request_whatever_the_refusal_is_written_in(depth):
    rules = ("request/UserId/*", "response/data/UserId/*")
    checked = ask(UnknownUsers(), *rules, encodings=("xml",), depth=depth)
    assert checked.verdict("response/data/UserId/echo@xml").outcome is Outcome.CANT_TELL
    assert "no such user here" in checked.verdict("response/data/UserId/echo@xml").reason

    class InXmlAlone(UnknownUsers):
        """In XML only: what JSON shows stays shown."""

        def business(self, values: Mapping[str, Any]) -> Problems:
            return super().business(values) if self.format == "xml" else []

    checked = ask(InXmlAlone(), *rules, depth=depth)
    assert checked.verdict("response/data/UserId/echo@json").outcome is Outcome.PASSED
    assert checked.verdict("response/data/UserId/echo@xml").outcome is Outcome.CANT_TELL


@DEPTHS
@pytest.mark.parametrize("encodings", [("xml",), ("xml", "form")])
def test_answers_in_an_encoding_that_nobody_judges_leave_the_run_open_or_are_judged(encodings, depth):
    # A form is answered in JSON, so with one in scope those answers are judged; with XML alone nobody looks at them.
    checked = ask(methods.AcceptIgnored(), "response/*", encodings=encodings, depth=depth)
    if "form" in encodings:
        assert checked.exit == 0
        assert "response/success/required@json" in checked.found(Outcome.PASSED)
    else:
        assert checked.exit == 6
        assert "response/success/required@xml" in checked.found(Outcome.UNTESTED)
