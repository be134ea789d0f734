"""WSDLs drawn at random: those whose names speak bind, and what is sent is what a stock client sends; any other gives
one clear error."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.errors import ConformanceError
from tests.wsdl_shapes import Leaf, Sheet, text_of
from tests.wsdl_support import agrees, bound, elements, from_text

ISSUERS = ("idFacturador", "nitEmisor", "IssuerId", "id_empresa", "companyTaxId", "facturador", "NIT")
LISTS = ("documentos", "ListaDocumentos", "facturas", "documents", "items", "comprobantes", "registro")
NAMES = {
    "prefijo": ("prefijo", "Prefix", "serie", "prefijo_documento", "PREF"),
    "numero": ("numero", "nroDocumento", "Folio", "documentNumber", "consecutivo", "NUM"),
    "tipo": ("tipo", "TipoDocumento", "document-type", "kind", "claseDocumento", "x9"),
    "correo": ("correo", "Email", "correoElectronico", "nuevoCorreo", "e-mail", "customer_mail"),
}
LITERALS = (
    ("FACTURA", "NOTA_CREDITO", "NOTA_DEBITO"),
    ("FV", "NC", "ND"),
    ("01", "91", "92"),
    ("Invoice", "CreditNote", "DebitNote"),
)
HOLDERS = ("", "lista", "ArrayOfDocumento", "contenido")


@st.composite
def spoken_leaves(draw):
    made = []
    for member, names in NAMES.items():
        kind = "kinds" if member == "tipo" else draw(st.sampled_from(("string", "string", "token", "anyURI")))
        if member == "numero":
            kind = draw(st.sampled_from(("string", "int", "long", "integer", "unsignedInt")))
        least = draw(st.integers(0, 1))
        made.append(Leaf(name=draw(st.sampled_from(names)), type=kind, least=least, nillable=draw(st.booleans())))
    return tuple(draw(st.permutations(made)))


@st.composite
def spoken(draw):
    """A WSDL whose names speak for themselves."""
    around = [Leaf(name=draw(st.sampled_from((*ISSUERS, "arg0"))), type=draw(st.sampled_from(("string", "long"))))]
    if draw(st.booleans()):
        around.append(Leaf(name=draw(st.sampled_from(("observaciones", "fechaEnvio", "canal"))), least=0))
    versions = draw(st.sampled_from((("1.1",), ("1.2",), ("1.1", "1.2"))))
    model = draw(st.sampled_from(("sequence", "sequence", "all")))
    return Sheet(
        around=tuple(draw(st.permutations(around))),
        inside=draw(spoken_leaves()),
        listed=draw(st.sampled_from((*LISTS, "arg1"))),
        holder=draw(st.sampled_from(HOLDERS)),
        request=draw(st.sampled_from(("", "", "solicitud", "arg0Request"))),
        inner=draw(st.sampled_from(("", "", "identificacion"))),
        place=draw(st.integers(0, 2)),
        literals=tuple(draw(st.permutations(draw(st.sampled_from(LITERALS))))),
        style=draw(st.sampled_from(("document", "document", "rpc"))),
        versions=versions,
        qualified=draw(st.booleans()),
        anonymous=draw(st.booleans()),
        model=model,
        apart=draw(st.booleans()),
        first=draw(st.booleans()),
    )


@given(spoken())
@settings(deadline=None)
def test_a_wsdl_whose_names_speak_binds_as_a_stock_client_would(sheet):
    made = bound(from_text(text_of(sheet)))
    assert [name for name in elements(made) if name not in ("facturador", "documentos")] == list(NAMES)
    agrees(made)


@given(spoken(), st.data())
@settings(deadline=None)
def test_the_target_file_overrides_names_that_say_nothing(sheet, data):
    inside = tuple(replace(leaf, name=f"m{place}", type="string") for place, leaf in enumerate(sheet.inside))
    sheet = replace(sheet, inside=inside, around=(Leaf(name="a1"), Leaf(name="a2")))
    order = data.draw(st.permutations([leaf.name for leaf in inside]))
    told = dict(zip(NAMES, order, strict=True)) | {"facturador": data.draw(st.sampled_from(("a1", "a2")))}
    literals = {"factura": "F", "nota-credito": "C", "nota-debito": "D"}
    made = bound(from_text(text_of(sheet)), binding=told, tipos=literals)
    held = {name: path.rpartition("/")[2] for name, path in elements(made).items()}
    assert held.items() >= told.items()
    agrees(made)


WORDS = st.sampled_from(
    [
        "id",
        "nit",
        "correo",
        "email",
        "numero",
        "tipo",
        "prefijo",
        "documento",
        "lista",
        "fecha",
        "valor",
        "cliente",
        "emisor",
        "nuevo",
        "a1",
        "x",
        "codigo",
        "total",
    ]
)
ANY_NAME = st.lists(WORDS, min_size=1, max_size=3).map("_".join)
ANY_TYPE = st.sampled_from(("string", "string", "int", "boolean", "dateTime", "base64Binary", "anyType", "decimal"))


@st.composite
def anything(draw):
    """A WSDL whose names may mean anything."""
    leaves = st.builds(
        Leaf,
        name=ANY_NAME,
        type=ANY_TYPE,
        least=st.integers(0, 1),
        most=st.sampled_from(("1", "1", "2", "unbounded")),
        nillable=st.booleans(),
    )
    issuer = st.builds(Leaf, name=st.sampled_from(ISSUERS), type=ANY_TYPE)
    around = draw(st.lists(st.one_of(issuer, leaves), max_size=3))
    inside = [*draw(spoken_leaves()), *draw(st.lists(leaves, max_size=3))]
    for place in draw(st.lists(st.integers(0, len(inside) - 1), max_size=2)):
        inside[place] = draw(leaves)
    return Sheet(
        around=tuple({leaf.name: leaf for leaf in around}.values()),
        inside=tuple({leaf.name: leaf for leaf in draw(st.permutations(inside))}.values()),
        listed=draw(st.one_of(st.sampled_from(LISTS), ANY_NAME)),
        holder=draw(st.sampled_from(HOLDERS)),
        request=draw(st.sampled_from(("", "solicitud"))),
        literals=tuple(draw(st.one_of(st.sampled_from(LITERALS), st.lists(ANY_NAME, max_size=5, unique=True)))),
        style=draw(st.sampled_from(("document", "rpc"))),
        repeated=draw(st.integers(0, 9)) > 0,
    )


@given(anything(), st.booleans())
@settings(deadline=None)
def test_any_wsdl_binds_or_is_one_clear_error(sheet, auth_fields):
    description, made = from_text(text_of(sheet)), None
    with suppress(ConformanceError):
        made = bound(description, auth_fields=auth_fields)
    if made is None:
        with pytest.raises(ConformanceError, match="The message of the WSDL:"):
            bound(description, auth_fields=auth_fields)
    else:
        values = made.complete({**made.contract.baseline, "usuario": "qa", "clave": "x"})
        agrees(made, values)
