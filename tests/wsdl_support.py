"""WSDLs for tests: those in tests/wsdl, and what every binding must show, whatever it was bound to."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from conformance.codecs import soap
from conformance.wsdl import stock
from conformance.wsdl.bind import bind
from conformance.wsdl.load import file_fetch, file_url, load
from conformance.wsdl.valid import Validator
from tests.documents_at_hand import committed

FOLDER = Path(__file__).parent / "wsdl"
CONTRACT = committed()["actualizar-correo"]
HOST = "http://facturas.example.com"
URL = f"{HOST}/servicio?wsdl"


def from_file(name):
    """A WSDL of tests/wsdl."""
    return load(file_fetch(FOLDER), file_url(name))


def from_text(text, **others):
    """A WSDL at an address, with what it imports by the name of the file."""
    documents = {URL: text} | {f"{HOST}/{name.replace('_', '.')}": held for name, held in others.items()}
    return load(lambda url: documents[url].encode(), URL)


def bound(description, contract=CONTRACT, **told):
    return bind(contract, description, **told)


def elements(bound_to):
    """Member → element."""
    return {one.member: one.element for one in bound_to.sure}


def how(bound_to):
    return {one.member: one.how for one in bound_to.sure}


def same(one, other):
    """Are two elements the same message? Prefixes do not count, nor does the order of attributes."""
    return (
        one.tag == other.tag
        and (one.text or "").strip() == (other.text or "").strip()
        and dict(one.attrib) == dict(other.attrib)
        and len(one) == len(other)
        and all(same(mine, theirs) for mine, theirs in zip(one, other, strict=True))
    )


def sent(bound_to, version, values=None):
    """The child of the Body that our codec writes."""
    message = bound_to.contract.operation.request
    body = soap.encode(message, bound_to.contract.baseline if values is None else values, version)
    return etree.fromstring(body)[-1][0]


def stock_sent(bound_to, version, values=None):
    """The one that zeep writes of the same values."""
    message = bound_to.contract.operation.request
    given = stock.arguments(message, bound_to.contract.baseline if values is None else values)
    return etree.fromstring(stock.message(bound_to.description, version, given).body)[-1][0]


def agrees(bound_to, values=None):
    """What we send is valid, is what a stock client sends, and is read back as it was."""
    values = dict(bound_to.contract.baseline) if values is None else values
    message = bound_to.contract.operation.request
    assert bound_to.addresses
    for version in bound_to.addresses:
        mine = sent(bound_to, version, values)
        assert Validator(bound_to.description).request_problems(mine, version) == ()
        theirs = stock_sent(bound_to, version, values)
        assert same(mine, theirs), f"{etree.tostring(mine)} is not {etree.tostring(theirs)}"
        read = soap.decode(message, soap.encode(message, values, version))
        assert (read.tree, read.oddities) == (values, ())
