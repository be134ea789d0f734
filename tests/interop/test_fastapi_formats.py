"""The FastAPI service in XML and forms: it conforms, and what such code does wrong to answers is told by its rules."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from conformance.model import Level, Outcome
from tests.interop import fastapi_formats as formats
from tests.interop.fastapi_server import TextJson, in_process, serving
from tests.profiles.running import ask, run_suite

ASKED = ("json", "xml", "form")
FLAGS = frozenset(f"response/data/{name}/type@xml" for name in formats.FLAGS)


@dataclass(frozen=True)
class Slip:
    """What must fail, as `rule@encoding`: these and no other."""

    must: frozenset[str] = frozenset()
    should: frozenset[str] = frozenset()


def only(*rules: str) -> frozenset[str]:
    return frozenset(rules)


def everywhere(rule: str) -> frozenset[str]:
    return frozenset(f"{rule}@{encoding}" for encoding in ASKED)


SLIPS: dict[str, Slip] = {
    # the document
    "a root in a namespace": Slip(only("envelope/namespace@xml")),
    "a root of another name": Slip(only("envelope/root@xml")),
    "a document that does not end": Slip(only("envelope/well-formed@xml")),
    "an entity of HTML": Slip(only("envelope/well-formed@xml")),
    "Latin-1 called UTF-8": Slip(only("envelope/charset@xml")),
    "UTF-8 called UTF-16": Slip(only("envelope/charset@xml")),
    "elements in alphabetical order": Slip(should=only("envelope/order@xml")),
    "members twice": Slip(should=only("envelope/repeated@xml")),
    # members and values
    "flags as Python writes them": Slip(FLAGS | only("response/success/type@xml")),
    "flags of the policy as Python writes them": Slip(FLAGS),
    "items named item": Slip(only("response/messageDetail/item@xml", "response/data/NotificationSchemaList/item@xml")),
    "success as an attribute": Slip(only("response/success/required@xml")),
    "a name in camel case": Slip(only("response/data/Email/name@xml")),
    "a null as an empty element": Slip(
        only(
            "response/data/UserId/type@xml",
            "response/data/IsAfiliatedCC/type@xml",
            "response/data/IsCreditRateAutomatic/type@xml",
        )
    ),
    "a comma for the fraction": Slip(
        only("response/data/MinimumInterest/type@xml", "response/data/MaximunInterest/type@xml")
    ),
    # labels
    "406 for text/xml": Slip(everywhere("http/accept-documented")),
    "JSON called XML": Slip(everywhere("http/content-type")),
    "XML called JSON": Slip(
        everywhere("http/content-type"), everywhere("http/accept-honoured") | everywhere("http/accept-quality")
    ),
    # requests
    "a default for a required member in XML": Slip(only("request/ArMailName/required@xml")),
    "a longest name in JSON alone": Slip(only("request/ArMailName/max-length@xml")),
    "entities left as they are": Slip(
        only("envelope/spelling@xml"),
        # What is sent in XML may be asked for in JSON, and a form in either.
        only("envelope/malformed@xml", "response/data/ArMailName/echo@xml", "response/data/ArMailName/echo@json"),
    ),
    "a range of its own in forms": Slip(should=only("request/MaximumTermDays/maximum@form")),
    "no pattern in forms": Slip(
        should=only(
            "request/Email/pattern@form",
            "request/Email/max-length@form",
            "response/data/Email/echo@json",
            "response/data/Email/echo@xml",
        )
    ),
    "forms in Latin-1": Slip(
        should=only(
            "request/ArMailName/max-length@form",
            "response/data/ArMailName/echo@json",
            "response/data/ArMailName/echo@xml",
        )
    ),
    "a plus sign for itself": Slip(
        should=only(
            "request/ArMailName/not-blank@form",
            "request/GrantorTaxId/not-blank@form",
            "response/data/ArMailName/echo@json",
            "response/data/ArMailName/echo@xml",
        )
    ),
}


def test_the_service_conforms_in_every_format(tmp_path):
    with serving(TextJson(formats.application())) as url:
        checked = run_suite(tmp_path, url)
    assert not checked.failed(), checked.why(checked.failed())
    assert checked.exit == 0, checked.sentence
    assert not checked.found(Outcome.CANT_TELL) | checked.found(Outcome.UNTESTED)


def test_drawn_values_find_nothing_wrong_with_it():
    checked = ask(in_process(formats.application()), "request/*", "response/data*", depth="standard", seed=11)
    assert not checked.failed(), checked.why(checked.failed())
    assert checked.exit == 0, checked.sentence


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_fails_its_rules_in_its_encoding_and_no_other(name):
    slip = SLIPS[name]
    checked = ask(in_process(formats.application(name)), depth="standard")
    assert checked.failed_in(Level.MUST) == slip.must, checked.why(checked.failed_in())
    assert checked.failed_in(Level.SHOULD) == slip.should, checked.why(checked.failed_in())
    assert checked.exit == (1 if slip.must else 0)
