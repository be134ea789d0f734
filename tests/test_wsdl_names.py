"""What names say: which elements a binding takes, what it refuses to guess, and what it says then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.errors import ConformanceError
from conformance.wsdl.kinds import literals
from conformance.wsdl.words import COMPANY, KINDS, OF_WORD, generic, likeness, words
from tests.wsdl_shapes import Leaf, Sheet, text_of
from tests.wsdl_support import agrees, bound, elements, from_text, how

ISSUERS = [
    "idFacturador",
    "nitEmisor",
    "issuerId",
    "idEmpresa",
    "tenantId",
    "NIT",
    "nit_facturador",
    "Id_Facturador_Electronico",
    "emisor",
    "IDENTIFICACION_EMISOR",
    "companyTaxId",
    "codigoEmpresa",
    "taxId",
    "facturadorElectronicoId",
    "rucEmisor",
]
LISTS = [
    "documentos",
    "listaDocumentos",
    "documents",
    "facturas",
    "items",
    "lista-documentos",
    "DocumentList",
    "arrayOfDocuments",
]
PREFIXES = ["prefijo", "prefix", "serie", "Prefijo_Documento", "prefijoNumeracion", "documentPrefix", "PREF"]
NUMBERS = [
    "numero",
    "nroDocumento",
    "folio",
    "number",
    "consecutivo",
    "numeroDocumento",
    "Número",
    "docNumber",
    "invoiceNumber",
    "NUM",
    "nro_factura",
    "numero-factura",
    "numerodocumento",
]
KIND_NAMES = [
    "tipo",
    "tipoDocumento",
    "documentType",
    "kind",
    "clase",
    "tipo_documento",
    "TIPODOC",
    "claseDeDocumento",
    "codigoTipo",
]
MAILS = [
    "correo",
    "email",
    "mail",
    "correoElectronico",
    "nuevoCorreo",
    "newEmail",
    "e-mail",
    "eMail",
    "correo_cliente",
    "nuevaDireccionDeCorreoElectronicoDelCliente",
    "customerEmailAddress",
    "emailReceptor",
    "correoelectronico",
    "EMAIL",
]


def item(**names):
    """The elements of an item with other names for some."""
    held = {"prefijo": "prefijo", "numero": "numero", "tipo": "tipo", "correo": "correo"} | names
    return tuple(Leaf(name=name, type="kinds" if key == "tipo" else "string") for key, name in held.items())


def of(sheet, **told):
    return bound(from_text(text_of(sheet)), **told)


@pytest.mark.parametrize("name", ISSUERS)
def test_the_issuer_goes_by_many_names(name):
    made = of(Sheet(around=(Leaf(name=name),)))
    assert elements(made)["facturador"] == name
    assert how(made)["facturador"] == "synonym"
    agrees(made)


@pytest.mark.parametrize("name", LISTS)
def test_the_list_goes_by_many_names(name):
    other = (
        '<xs:element name="anexos" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence/></xs:complexType>'
        "</xs:element>"
    )
    made = of(Sheet(listed=name, further=other))
    assert elements(made)["documentos"] == name
    agrees(made)


@pytest.mark.parametrize(
    ("member", "name"),
    [
        *(("prefijo", name) for name in PREFIXES),
        *(("numero", name) for name in NUMBERS),
        *(("tipo", name) for name in KIND_NAMES),
        *(("correo", name) for name in MAILS),
    ],
)
def test_members_of_an_item_go_by_many_names(member, name):
    made = of(Sheet(inside=item(**{member: name})))
    assert elements(made)[member] == name
    agrees(made)


def test_what_stands_around_an_element_speaks_for_it():
    inside = (Leaf(name="codigo"), Leaf(name="numero"), Leaf(name="tipo", type="kinds"), Leaf(name="correo"))
    made = of(replace(Sheet(), inside=inside, inner="serie"), binding={"numero": "numero"})
    assert elements(made)["prefijo"] == "serie/codigo"


def test_a_list_of_kinds_is_the_kind_whatever_it_is_called():
    made = of(Sheet(inside=item(tipo="c3")))
    assert (elements(made)["tipo"], how(made)["tipo"]) == ("c3", "type")


def test_what_is_left_over_is_what_is_left_over():
    made = of(Sheet(inside=item(numero="c2", tipo="c3")))
    assert (elements(made)["numero"], how(made)["numero"]) == ("c2", "shape and order")


def test_an_unknown_name_is_not_taken_for_what_may_be_left_out():
    with pytest.raises(
        ConformanceError, match='prefijo: no element is called like it; where the service has none, say prefijo = ""'
    ):
        of(Sheet(inside=item(prefijo="planta")))


def test_a_service_without_prefixes_binds_where_the_target_says_so():
    made = of(Sheet(inside=item(prefijo="planta")), binding={"prefijo": ""})
    assert "prefijo" not in elements(made)
    assert all("prefijo" not in document for document in made.contract.baseline["documentos"])
    agrees(made)


def test_what_the_document_demands_cannot_be_left_out():
    with pytest.raises(ConformanceError, match="numero: the document demands it"):
        of(Sheet(), binding={"numero": ""})


def test_the_new_address_goes_before_another():
    made = of(Sheet(inside=(*item(), Leaf(name="nuevoCorreo"))))
    assert elements(made)["correo"] == "nuevoCorreo"


@pytest.mark.parametrize(
    "name", ["correoAnterior", "tipoCorreo", "nombreCliente", "telefono", "fechaDocumento", "correoCopia"]
)
def test_a_word_that_means_something_else_makes_it_something_else(name):
    made = of(Sheet(inside=(Leaf(name=name), *item())))
    assert name not in elements(made).values()


def test_names_that_say_nothing_are_not_guessed():
    inside = (Leaf(name="c1"), Leaf(name="c2"), Leaf(name="c3", type="kinds"), Leaf(name="c4"))
    with pytest.raises(ConformanceError) as told:
        of(Sheet(inside=inside))
    text = str(told.value)
    assert all(f"- {name}: no element is called like it" in text for name in ("numero", "correo"))
    assert "      c3: kinds (FACTURA, NOTA_CREDITO, NOTA_DEBITO), 0..1" in text
    assert (
        'binding = { facturador = "facturador", documentos = "documentos", prefijo = "?", numero = "?", tipo = "c3",'
        in text
    )
    assert 'tipos = { factura = "FACTURA", nota-credito = "NOTA_CREDITO", nota-debito = "NOTA_DEBITO" }' in text


def test_two_elements_that_say_the_same_are_not_chosen_from():
    with pytest.raises(ConformanceError, match="correo: emailReceptor and emailCliente could both be it"):
        of(Sheet(inside=(*item(correo="emailReceptor"), Leaf(name="emailCliente"))))


def test_two_lists_that_suit_alike_are_not_chosen_from():
    leaves = "".join(f'<xs:element name="{one.name}" type="xs:string"/>' for one in item())
    other = (
        f'<xs:element name="facturas" maxOccurs="unbounded"><xs:complexType><xs:sequence>{leaves}</xs:sequence>'
        "</xs:complexType></xs:element>"
    )
    sheet = Sheet(listed="comprobantes", further=other)
    with pytest.raises(ConformanceError, match="documentos: comprobantes and facturas could both be it"):
        of(sheet)


def test_a_message_without_a_list_is_no_such_message():
    with pytest.raises(ConformanceError, match="documentos: no element with others in it may be repeated"):
        of(Sheet(repeated=False))


def test_the_target_file_decides():
    inside = (Leaf(name="c1"), Leaf(name="c2"), Leaf(name="c3", type="kinds"), Leaf(name="c4"))
    told = {"prefijo": "c1", "numero": "c2", "tipo": "c3", "correo": "c4"}
    made = of(Sheet(inside=inside), binding=told)
    assert elements(made).items() > told.items()
    assert how(made)["prefijo"] == "binding"
    agrees(made)


def test_the_target_file_may_name_the_element_around_the_list():
    made = of(Sheet(holder="lote", listed="x"), binding={"documentos": "lote"})
    assert elements(made)["documentos"] == "lote/x"
    agrees(made)


@pytest.mark.parametrize("named", ["solicitud/lote/documentos", "lote/documentos", "LOTE/Documentos", "documentos"])
def test_a_path_may_be_told_from_its_end(named):
    made = of(Sheet(request="solicitud", holder="lote"), binding={"documentos": named})
    assert elements(made)["documentos"] == "solicitud/lote/documentos"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"numero": "nada"}, "numero: there is no element 'nada'"),
        ({"numeros": "numero"}, r"binding\.numeros is none of facturador, documentos, prefijo, numero, tipo, correo"),
        ({"documentos": "facturador"}, "documentos: 'facturador' holds no element with others in it"),
    ],
)
def test_a_name_that_is_not_there_is_an_error_that_lists_those_that_are(told, why):
    with pytest.raises(ConformanceError, match=why) as error:
        of(Sheet(), binding=told)
    assert "  actualizarCorreoClienteListaDocumentos\n    facturador: string, 0..1\n    documentos: tipo0, 0..*" in str(
        error.value
    )


def test_every_mistake_is_told_at_once():
    with pytest.raises(ConformanceError) as told:
        of(Sheet(inside=item(correo="c4", numero="c2", tipo="c3")), binding={"x": "y"}, values={"z": 1})
    assert str(told.value).count("\n- ") == 4


@pytest.mark.parametrize(
    "literals_", [("A", "B", "C"), ("1", "2", "3"), ("FACTURA_VENTA", "FACTURA_EXPORTACION", "NC")]
)
def test_kinds_that_the_values_do_not_tell_must_be_told(literals_):
    with pytest.raises(ConformanceError, match=r"must be told: add tipos"):
        of(Sheet(literals=literals_))
    told = dict(zip(("factura", "nota-credito", "nota_debito"), literals_, strict=True))
    agrees(of(Sheet(literals=literals_), tipos=told))


def test_kinds_of_a_plain_text_must_be_told():
    inside = tuple(replace(one, type="string") for one in item())
    with pytest.raises(
        ConformanceError, match="lists no values, so what stands for factura, nota-credito, nota-debito"
    ):
        of(Sheet(inside=inside))
    agrees(of(Sheet(inside=inside), tipos={"factura": "F", "nota-credito": "C", "nota-debito": "D"}))


def test_a_kind_that_is_not_told_is_a_kind_that_is_not_sent():
    inside = tuple(replace(one, type="string") for one in item())
    made = of(Sheet(inside=inside), tipos={"factura": "F"})
    listed = made.contract.operation.request.fields[1]
    assert [(one.name, one.literal) for one in listed.item.fields[2].choices] == [("factura", "F")]
    assert any("No literal is known for nota-credito, nota-debito" in notice for notice in made.notices)


@pytest.mark.parametrize(
    ("type_", "told", "why"),
    [
        ("kinds", {"factura": "X"}, r"tipos\.factura: 'X' is none of FACTURA, NOTA_CREDITO, NOTA_DEBITO"),
        ("int", {"factura": "X"}, r"tipos\.factura: 'X' is no number"),
        ("string", {"recibo": "X"}, r"tipos\.recibo is none of factura, nota-credito, nota-debito"),
    ],
)
def test_a_literal_that_cannot_be_is_an_error(type_, told, why):
    inside = tuple(replace(one, type=type_) if one.name == "tipo" else one for one in item())
    with pytest.raises(ConformanceError, match=why):
        of(Sheet(inside=inside), tipos=told)


@pytest.mark.parametrize(
    "values",
    [
        ("FACTURA", "NOTA_CREDITO", "NOTA_DEBITO"),
        ("factura", "nota crédito", "nota débito"),
        ("FV", "NC", "ND"),
        ("01", "91", "92"),
        ("Invoice", "CreditNote", "DebitNote"),
        ("INVOICE", "CREDIT_NOTE", "DEBIT_NOTE"),
        ("FACTURA_ELECTRONICA", "NOTA_CREDITO_ELECTRONICA", "NOTA_DEBITO_ELECTRONICA"),
        ("Factura", "Credito", "Debito"),
        ("FAC", "NCR", "NDB"),
        ("FACTURA", "NotaCreditoDeFactura", "NotaDebitoDeFactura"),
    ],
)
def test_kinds_go_by_many_literals(values):
    found = literals(("factura", "nota-credito", "nota-debito"), [(value, "") for value in reversed(values)])
    assert tuple(found.values()) == values


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("idFacturador", ("id", "facturador")),
        ("nro_documento", ("nro", "documento")),
        ("NEW-EMAIL", ("new", "email")),
        ("NITEmisor", ("nit", "emisor")),
        ("correoelectronicodelcliente", ("correo", "electronico", "cliente")),
        ("e-mail", ("email",)),
        ("Número", ("numero",)),
        ("zyx", ("zyx",)),
        ("", ()),
    ],
)
def test_names_are_split_into_words(name, split):
    assert words(name) == split


def test_the_vocabulary_holds_together():
    assert all(company <= COMPANY.keys() for company in COMPANY.values())
    assert all(word == word.lower() and word.isascii() and word.isalnum() for word in OF_WORD)
    every = [literal for literals_, _ in KINDS for literal in literals_]
    assert len(every) == len(set(every))


def test_likeness_has_steps():
    found = [likeness("correo", name) for name in ("Correo", "nuevoEmail", "emailZyx", "tipoCorreo", "numero", "")]
    assert found == [3, 2, 1, 0, 0, 0]


def test_places_are_no_names():
    assert all(generic(name) for name in ("arg0", "arg1", "in0", "param_2", "c1", "Parametro1", "x"))
    assert not any(generic(name) for name in ("numero", "nit", "documentos", "args0x"))
