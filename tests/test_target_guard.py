from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from conformance.errors import ConformanceError
from conformance.model import Request
from conformance.target.guard import Refused, check_plan, check_send, loopback
from conformance.target.secrets import Secrets
from conformance.target.settings import ServiceTarget
from tests.target_support import case, plan, request, target

HERE = "http://127.0.0.1:1/api"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "localhost"])
def test_this_machine_is_loopback(host: str) -> None:
    assert loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.0.2.1", "10.0.0.1", "::ffff:192.0.2.1", "fe80::1%lo", "", "a" * 70]
)
def test_any_other_is_not(host: str) -> None:
    assert not loopback(host)


@pytest.mark.parametrize(
    ("found", "expected"),
    [(["127.0.0.1", "::1"], True), (["127.0.0.1", "192.0.2.1"], False), ([], False)],
)
def test_a_name_is_loopback_where_all_its_addresses_are(monkeypatch, found: list[str], expected: bool) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(0, 0, 0, "", (one, 0)) for one in found])
    assert loopback("some.test") is expected


def test_a_name_that_does_not_resolve_is_not_loopback(monkeypatch) -> None:
    def unknown(*rest: object, **more: object) -> object:
        raise OSError("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Refused, match=r"unknown\.test is not this machine .* effects"):
        check_send(request("http://unknown.test/"), target(HERE))


def test_with_effects_any_host_may_be_sent_to() -> None:
    check_send(request("https://192.0.2.1/"), target(HERE, effects=True))
    with pytest.raises(Refused, match="effects"):
        check_send(request("https://192.0.2.1/"), target(HERE))


def test_the_embedded_reference_must_be_this_machine_and_takes_any_address() -> None:
    check_send(request(HERE, b'{"Email": "a@b.co"}'), target(HERE, reference=True))
    with pytest.raises(Refused):
        check_send(request("http://192.0.2.1/"), target(HERE, reference=True))


@pytest.mark.parametrize(
    "sent",
    [
        request(HERE, b'{"Email": "a@b.co"}'),
        request(HERE, b"Email=a%40b.co"),
        request(HERE, "<Email>a@b.co</Email>".encode("utf-16")),
        request(HERE + "?to=a%40b.co"),
        request(HERE, b"", (("X-To", "a@b.co"),)),
        request(HERE, b"", (("a@b.co", "x"),)),
        request(HERE, b'{"Email": "a@example.com", "MailRecepcion": "a@b.co"}'),
    ],
)
def test_an_address_that_somebody_owns_is_refused_on_loopback_too(sent: Request) -> None:
    with pytest.raises(Refused, match="recipients") as caught:
        check_send(sent, target(HERE))
    assert isinstance(caught.value, ConformanceError)
    assert "\n" not in str(caught.value)
    check_send(sent, target(HERE, recipients=("a@b.co",)))


def test_unowned_addresses_pass() -> None:
    check_send(request(HERE, b'{"Email": "a@example.com", "Other": "b@c.zz"}'), target(HERE))


def test_an_account_name_in_a_header_of_the_target_file_is_no_recipient() -> None:
    given = ("X-User", "qa@acme.com")
    service = ServiceTarget(service="collection-policy", url=HERE, encodings=("json",), headers=(given,))
    at = target(HERE, services={"collection-policy": service})
    check_send(request(HERE, b"", (given,)), at)
    with pytest.raises(Refused):
        check_send(request(HERE, b"", (("X-User", "other@acme.com"),)), at)


def test_a_url_without_a_host_is_refused() -> None:
    with pytest.raises(Refused, match="absolute url"):
        check_send(request("/api"), target(HERE))


def test_a_refusal_shows_no_secret() -> None:
    with pytest.raises(Refused) as caught:
        check_send(request(HERE, b"hidden-word@b.co"), target(HERE, secrets=Secrets(["hidden-word"])))
    assert "hidden-word" not in str(caught.value)


def test_a_refusal_shows_no_part_of_a_secret() -> None:
    at = target(HERE, secrets=Secrets(["one two-words@b.co"]))
    with pytest.raises(Refused, match="•••, an address") as caught:
        check_send(request(HERE, b'{"Email": "one two-words@b.co"}'), at)
    assert "two-words" not in str(caught.value)


@pytest.mark.parametrize(
    "sent",
    [
        request(HERE, b'<!DOCTYPE r [<!ENTITY d "x">]><r>&d;</r>'),
        request(HERE, b"<r/>", (("Content-Type", "application/xml; charset=unheard-of"),)),
    ],
)
def test_a_message_in_which_an_address_could_go_unseen_is_refused(sent: Request) -> None:
    with pytest.raises(Refused, match="could go unseen; leave that out"):
        check_send(sent, target(HERE))


def test_the_charset_of_the_content_type_is_read() -> None:
    headers = (("Content-Type", 'application/json; charset="utf-7"'),)
    with pytest.raises(Refused, match=r"'a@b\.co'"):
        check_send(request(HERE, b"a+AEA-b.co", headers), target(HERE))


def test_the_whole_plan_is_checked_and_the_case_is_named() -> None:
    good = case("good", request(HERE))
    check_plan(plan([good, good]), target(HERE))
    bad = case("bad", replace(good.request, body=b"a@b.co"))
    with pytest.raises(Refused, match="case collection-policy/json/case-bad: "):
        check_plan(plan([good, bad]), target(HERE))
    away = case("away", replace(good.request, url="http://192.0.2.1/"))
    with pytest.raises(Refused, match=r"case-away: .*effects"):
        check_plan(plan([good, away]), target(HERE))
