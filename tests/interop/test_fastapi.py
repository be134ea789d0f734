"""A JSON service made with FastAPI and pydantic: the strict one conforms, each slip in it is told by its own rule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool, create_model
from pydantic.alias_generators import to_camel

from conformance.model import Level, Outcome
from tests.interop import fastapi_server as server
from tests.profiles.running import Checked, ask, run_suite

ACCEPT = {"http/accept-honoured", "http/accept-quality"}
"""It answers in JSON whatever Accept asks for; the page documents XML too."""
JSON = ("json",)


def slip(**fields: Any) -> type[server.Policy]:
    """The model with these fields in place of its own: annotation, default."""
    return create_model("Policy", __base__=server.Policy, **fields)


def loose_mail(text: str) -> str:
    if server.re.search(server.MAIL, text, server.re.ASCII) is None:
        raise ValueError("no mail address")
    return text


def answered(**members: Any) -> server.Answer:
    """The documented answer with these members in place of its own."""
    return lambda policy: server.documented(policy) | members


def defaulted(policy: server.Policy) -> Any:
    return server.documented(policy.model_copy(update={"FlagPaymentNotification": True}))


def camel(policy: server.Policy) -> Any:
    data = {to_camel(name): value for name, value in policy.model_dump(mode="json").items() if name == "UserId"}
    return answered(data=policy.model_dump(mode="json", exclude={"UserId"}) | data)(policy)


def no_nulls(policy: server.Policy) -> Any:
    return answered(data=policy.model_dump(mode="json", exclude_none=True))(policy)


class Shouting(server.Policy):
    """Upper case on the way in."""

    model_config = ConfigDict(str_to_upper=True)


ANY_DECIMALS = Annotated[Decimal, BeforeValidator(server.as_number), Field(ge=0, le=100), server.AsNumber]
AS_TEXT = Annotated[Decimal, BeforeValidator(server.as_number), Field(ge=0, le=100, decimal_places=2)]
ROUNDED = Annotated[
    Decimal,
    BeforeValidator(server.as_number),
    BeforeValidator(lambda value: round(value, 2)),
    Field(ge=0, le=100),
    server.AsNumber,
]


@dataclass(frozen=True)
class Slip:
    """A way to get it wrong, and the one rule that tells."""

    rule: str
    model: type[server.Policy] = server.Policy
    answer: server.Answer = server.documented


MUST: dict[str, Slip] = {
    "an upper bound off by one": Slip(
        "request/DaysUncollectibleDebt/maximum",
        slip(DaysUncollectibleDebt=(Annotated[server.Whole, Field(ge=1, le=121)], ...)),
    ),
    "a lower bound left out": Slip(
        "request/DaysUncollectibleDebt/minimum",
        slip(DaysUncollectibleDebt=(Annotated[server.Whole, Field(ge=0, le=120)], ...)),
    ),
    "gt for ge": Slip(
        "request/MaximumTermDays/minimum",
        slip(MaximumTermDays=(Annotated[server.Whole, Field(gt=0, le=180)], ...)),
    ),
    "search in place of fullmatch": Slip(
        "request/Email/pattern",
        slip(Email=(Annotated[server.Text, Field(max_length=100), AfterValidator(loose_mail)], ...)),
    ),
    "no longest mail address": Slip(
        "request/Email/max-length",
        slip(Email=(Annotated[server.Text, AfterValidator(server.whole_mail)], ...)),
    ),
    "a default for a required member": Slip(
        "request/FlagAttachment/required", slip(FlagAttachment=(StrictBool, False))
    ),
    "null for a required member": Slip("request/AssignBranch/required", slip(AssignBranch=(StrictBool | None, ...))),
    "no default for an optional member": Slip(
        "request/IsCreditRateAutomatic/optional", slip(IsCreditRateAutomatic=(StrictBool, ...))
    ),
    "decimals of any number": Slip("request/MinimumInterest/pattern", slip(MinimumInterest=(ANY_DECIMALS, ...))),
    "rounded in place of refused": Slip("request/MaximunInterest/pattern", slip(MaximunInterest=(ROUNDED, ...))),
    "anything for a GUID": Slip("request/UserId/type", slip(UserId=(str | None, None))),
    "a decimal as text, pydantic's own way": Slip(
        "response/data/MinimumInterest/type", slip(MinimumInterest=(AS_TEXT, ...))
    ),
    "success as text": Slip("response/success/type", answer=answered(success="true")),
    "no success": Slip("response/success/required", answer=lambda policy: {"message": "saved", "data": policy}),
    "a text for the list of details": Slip("response/messageDetail/type", answer=answered(messageDetail="none")),
    "a name in camel case": Slip("response/data/UserId/name", answer=camel),
}

SHOULD: dict[str, Slip] = {
    "pydantic's lax booleans": Slip("request/ShowDocumentDetail/strict-type", slip(ShowDocumentDetail=(bool, ...))),
    "blank text": Slip(
        "request/ArMailName/not-blank", slip(ArMailName=(Annotated[str, Field(strict=True, max_length=100)], ...))
    ),
    "a default comes back": Slip("response/data/FlagPaymentNotification/echo", answer=defaulted),
}


def asked(app: Any, *rules: str, depth: str = "quick") -> Checked:
    return ask(server.in_process(app), *rules, encodings=JSON, depth=depth)


def narrow(rule: str) -> tuple[str, ...]:
    """The rules that lie beside the rule."""
    *above, _ = rule.split("/")
    return (f"{'/'.join(above)}/*", f"*/{above[-1]}/*", "response/success/required", "envelope/root")


def test_the_strict_service_conforms(tmp_path):
    with server.serving(server.TextJson(server.application())) as url:
        checked = run_suite(tmp_path, url, more='encodings = ["json"]\n')
    assert not checked.failed(Level.MUST), checked.why(checked.failed(Level.MUST))
    assert checked.failed(Level.SHOULD) == ACCEPT
    assert checked.exit == 0, checked.sentence
    assert not checked.rules(Outcome.CANT_TELL) | checked.rules(Outcome.UNTESTED)


def test_fastapi_as_it_comes_breaks_over_a_nan_and_is_told_so():
    app = server.TextJson(server.application(stock=True))
    checked = asked(app, "envelope/*", "http/no-server-error", depth="standard")
    assert checked.failed() == {"http/no-server-error"}
    assert checked.exit == 0
    assert any(found.sentence.startswith("NaN for a value: neither: 500") for found in checked.report.observations)


def test_null_members_left_out_make_no_difference():
    checked = asked(server.TextJson(server.application(answer=no_nulls)), "response/data*", "response/m*", "envelope/*")
    assert not checked.failed(), checked.why(checked.failed())
    assert checked.exit == 0


@pytest.mark.parametrize("name", MUST)
def test_a_slip_against_the_page_fails_its_own_rule(name):
    seeded = MUST[name]
    checked = asked(server.TextJson(server.application(seeded.model, seeded.answer)), *narrow(seeded.rule))
    assert checked.failed(Level.MUST) == {seeded.rule}, checked.why(checked.failed())
    assert checked.exit == 1


@pytest.mark.parametrize("name", SHOULD)
def test_a_slip_against_our_reading_fails_its_own_rule_and_does_not_decide(name):
    seeded = SHOULD[name]
    checked = asked(server.TextJson(server.application(seeded.model, seeded.answer)), *narrow(seeded.rule))
    assert checked.failed() == {seeded.rule}, checked.why(checked.failed())
    assert checked.exit == 0


def test_upper_case_on_the_way_in_is_seen_where_it_comes_back():
    checked = asked(
        server.TextJson(server.application(Shouting)), "response/data/ArMailName/*", "response/data/Email/*"
    )
    assert checked.failed() == {"response/data/ArMailName/echo", "response/data/Email/echo"}


def test_a_framework_that_does_not_know_a_documented_media_type_is_told():
    checked = asked(server.application(), "http/*")
    assert checked.failed(Level.MUST) == {"http/request-media-type"}
    assert checked.exit == 1


def test_many_slips_at_once_do_not_hide_each_other():
    apart = ("an upper bound off by one", "gt for ge", "no longest mail address", "a default for a required member")
    chosen = [MUST[name] for name in (*apart, "null for a required member", "decimals of any number")]
    fields = {
        name: (found.annotation, found)
        for seeded in chosen
        for name, found in seeded.model.model_fields.items()
        if name == seeded.rule.split("/")[1]
    }
    checked = asked(server.TextJson(server.application(slip(**fields))), "request/*")
    assert checked.failed(Level.MUST) == {seeded.rule for seeded in chosen}, checked.why(checked.failed())
