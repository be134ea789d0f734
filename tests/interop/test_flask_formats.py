"""The Flask service in XML and forms: each slip that hand-written readers are known for is told by its rules."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from conformance.model import Level, Outcome
from tests.interop import flask_formats as formats
from tests.interop import flask_server as server
from tests.profiles.running import ask

READ = ("xml", "form")
BOXES = frozenset(server.FLAGS)


@dataclass(frozen=True)
class Slip:
    """What must fail, as `rule@encoding`: these and no other. `open_` is what cannot be told."""

    must: frozenset[str] = frozenset()
    should: frozenset[str] = frozenset()
    open_: frozenset[str] = frozenset()


def only(*rules: str) -> frozenset[str]:
    return frozenset(rules)


def each(rule: str, names: frozenset[str] | tuple[str, ...]) -> frozenset[str]:
    """The rule for each of the names in the place of {}."""
    return frozenset(rule.format(name) for name in names)


ITEM = "request/NotificationSchemaList/{}/type@xml"
IN_ITEMS = each(ITEM, ("NotificationSchemaId",))
LABELS = ("http/{}@xml", "http/{}@form")

SLIPS: dict[str, Slip] = {
    "XML in ASCII": Slip(only("envelope/non-ascii@xml"), open_=only("request/ArMailName/max-length@xml")),
    "a document begins with its declaration": Slip(only("envelope/spelling@xml")),
    "the order of the form": Slip(only("envelope/spelling@form")),
    "the root is not looked at": Slip(should=only("envelope/request-root@xml")),
    "the text between the tags": Slip(
        only("envelope/spelling@xml"),
        only(
            "envelope/malformed@xml",
            "envelope/request-root@xml",
            # What is sent in XML may be asked for in JSON.
            "response/data/ArMailName/echo@xml",
            "response/data/ArMailName/echo@json",
            "response/data/NotificationSchemaList/echo@xml",
        )
        | IN_ITEMS,
    ),
    "the truth of a text": Slip(
        each("request/{}/type@xml", formats.FLAGS),
        each("request/{}/type@form", formats.FLAGS)
        | each("request/{}/strict-type@xml", formats.FLAGS)
        | each("response/data/{}/echo@xml", formats.FLAGS)
        | each("response/data/{}/echo@json", formats.FLAGS),
    ),
    "fractions cut off": Slip(
        should=each("request/{}/strict-type@xml", formats.WHOLE) | each("request/{}/strict-type@form", formats.WHOLE)
    ),
    "a box that is not ticked is false": Slip(should=each("request/{}/required@form", BOXES)),
    "a label compared as it stands": Slip(
        should=each(LABELS[0], ("charset-parameter", "media-type-case"))
        | each(LABELS[1], ("charset-parameter", "media-type-case"))
    ),
    "a crash over malformed XML": Slip(
        should=only("http/no-server-error@xml"), open_=only("envelope/malformed@xml", "envelope/empty-body@xml")
    ),
    "a list of one is no list": Slip(open_=IN_ITEMS | only("response/data/NotificationSchemaList/echo@xml")),
}


def test_the_service_conforms_in_every_format():
    checked = ask(server.in_process(server.application()))
    assert not checked.failed(), checked.why(checked.failed())
    assert checked.exit == 0, checked.sentence
    assert not checked.found(Outcome.CANT_TELL) | checked.found(Outcome.UNTESTED)


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_fails_its_rules_in_its_encoding_and_no_other(name):
    slip = SLIPS[name]
    checked = ask(server.in_process(server.application(name)), encodings=READ, depth="standard")
    assert checked.failed_in(Level.MUST) == slip.must, checked.why(checked.failed_in())
    assert checked.failed_in(Level.SHOULD) == slip.should, checked.why(checked.failed_in())
    assert checked.found(Outcome.CANT_TELL) == slip.open_, checked.why(checked.found(Outcome.CANT_TELL))
    assert checked.exit == (1 if slip.must else 0)


def test_a_form_that_is_shown_again_in_place_of_a_refusal_is_no_evidence():
    checked = ask(server.in_process(server.application("back to the form")), encodings=("form",))
    assert not checked.failed(), checked.why(checked.failed())
    assert "redirect to /policy" in checked.verdict("request/Email/pattern@form").reason
    assert checked.verdict("request/Email/pattern@form").outcome is Outcome.CANT_TELL


def test_pairs_without_a_value_may_vanish():
    checked = ask(server.in_process(server.application("blank pairs vanish")), encodings=("form",))
    assert not checked.failed(), checked.why(checked.failed())
    assert checked.exit == 0
