"""What names mean: the words of billing messages in Spanish and English, as people write them in schemas.

A name is split into words (`idFacturador`, `nro_documento`, `NEW-EMAIL`, `correoelectronico`), each word has a meaning,
and a meaning has company: words that say no more when they stand beside it. Pure text work; knows no service and no
member.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_GENERIC = re.compile(
    r"(?:arg|args|argument|argumento|param|parameter|parameters|parametro|parametros|par|in|input|entrada|field|campo|"
    r"valor|value|val|attr|dato|data|var|string|str|elem|element|[a-z])_?[0-9]*"
)
"""Names that say nothing but which place they have."""
LITTLE = frozenset("a al con de del e el en for la las lo los o of or para por su the to y".split())


@dataclass(frozen=True, slots=True)
class Meaning:
    """`words` mean the same; `company` are meanings that may stand beside them and change nothing."""

    name: str
    words: str
    company: str = ""


# fmt: off
MEANINGS = (
    Meaning("issuer", "facturador emisor emisora issuer biller empresa compania company tenant nit rut rfc ruc proveedor supplier vendor seller vendedor obligado contribuyente taxpayer organizacion organization", "id number code electronic tax invoice key business account"),
    Meaning("document", "documento documentos document documents doc docs dcto comprobante comprobantes voucher vouchers factura facturas invoice invoices bill bills", "electronic list item id code request update mail business"),
    Meaning("list", "lista listado list array arreglo coleccion collection arrayof listof vector lote batch masivo bulk", "document item electronic request update"),
    Meaning("item", "item items elemento elementos entry entries registro registros record records detalle detalles linea lineas line lines row rows fila filas", "document list electronic request update"),
    Meaning("prefix", "prefijo prefijos prefix pref pfx serie series", "document invoice number code electronic numbering"),
    Meaning("number", "numero numeros number num nro nbr no nr folio folios consecutivo consecutive secuencial secuencia sequence correlativo", "document invoice electronic id code"),
    Meaning("kind", "tipo tipos type kind clase class categoria category tp", "document invoice electronic code id"),
    Meaning("mail", "correo correos email emails mail mails e-mail", "new address electronic customer recipient update notification document list"),
    Meaning("user", "usuario user username usr login loginname cuenta", "name id service web ws access"),
    Meaning("password", "clave contrasena contrasenia password passwd pwd pass pin llave secret secreto", "user access service web ws"),
    Meaning("token", "token apikey accesstoken jwt ticket", "access service security id"),
    Meaning("id", "id ids identificador identifier identificacion identification ident idn cod_id uuid guid"),
    Meaning("code", "codigo cod code"),
    Meaning("electronic", "electronico electronica electronicos electronicas electronic digital"),
    Meaning("new", "nuevo nueva new actualizado actualizada updated reemplazo"),
    Meaning("update", "actualizar actualiza actualizacion update updates cambiar cambio change modificar"),
    Meaning("address", "direccion address dir addr"),
    Meaning("customer", "cliente customer client adquirente adquiriente comprador buyer"),
    Meaning("recipient", "receptor recipient destinatario destino receiver"),
    Meaning("notification", "notificacion notification notificar notify envio send"),
    Meaning("request", "request req solicitud peticion entrada input dto payload body mensaje message consulta data datos info"),
    Meaning("response", "response respuesta resultado result return out salida"),
    Meaning("tax", "tax tributario tributaria fiscal impuesto"),
    Meaning("key", "key llaves"),
    Meaning("business", "negocio business comercial"),
    Meaning("numbering", "numeracion numbering resolucion resolution autorizacion"),
    Meaning("account", "account"),
    Meaning("service", "servicio service"),
    Meaning("web", "web ws"),
    Meaning("access", "acceso access"),
    Meaning("security", "seguridad security auth autenticacion authentication credencial credenciales credential credentials"),
    Meaning("name", "nombre name razon social title titulo"),
    Meaning("date", "fecha date hora time emision timestamp"),
    Meaning("phone", "telefono phone celular mobile"),
    Meaning("old", "anterior viejo old previous previo actual current original"),
    Meaning("copy", "copia copy cc bcc cco"),
    Meaning("check", "digito verificacion dv check verification checkdigit"),
    Meaning("environment", "ambiente environment env entorno"),
    Meaning("subject", "asunto subject cuerpo texto text observacion observaciones nota comment comments comentario comentarios motivo reason"),
    Meaning("person", "persona person contacto contact"),
    Meaning("amount", "total valorneto monto amount cantidad quantity count"),
    Meaning("credit", "credito credit"),
    Meaning("debit", "debito debit"),
    Meaning("version", "version"),
    Meaning("channel", "canal channel origen origin source fuente sistema system aplicacion application app"),
)
# fmt: on
BY_NAME: Mapping[str, Meaning] = {meaning.name: meaning for meaning in MEANINGS}
OF_WORD: Mapping[str, str] = {word: meaning.name for meaning in MEANINGS for word in meaning.words.split()}
_SPLITTING = frozenset(word for word in OF_WORD if len(word) > 2) | {"id"}
"""Words that one in small letters is taken apart into."""


def plain(name: str) -> str:
    """Small letters and digits without accents: names that differ in spelling only are equal."""
    return "".join(char for char in _bare(name).lower() if char.isalnum())


def _bare(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, without the little ones."""
    found: list[str] = []
    for run in _CAMEL.findall(_bare(name)):
        low = run.lower()
        found.extend((low,) if low in OF_WORD or low.isdigit() else _apart(low) or (low,))
    # `e-mail` and `eMail` are one word.
    joined = " ".join(found).replace("e mail", "email").split(" ")
    return tuple(word for word in joined if word and word not in LITTLE)


def _apart(text: str) -> tuple[str, ...]:
    """The text as known words one behind the other, the fewest; empty where it is none."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(text)
    for end in range(1, len(text) + 1):
        for start in range(end):
            before, word = best[start], text[start:end]
            if before is None or not (word in _SPLITTING or (word in LITTLE and len(word) > 1 and before)):
                continue
            made = (*before, word)
            held = best[end]
            if held is None or len(made) < len(held):
                best[end] = made
    return best[-1] or ()


def meanings(name: str) -> frozenset[str]:
    """What the words of a name mean; a word that is not known means itself. Digits at the end mean nothing."""
    return frozenset(OF_WORD.get(word, word) for word in words(name) if not word.isdigit())


def generic(name: str) -> bool:
    """Does the name say nothing but its place, as `arg0` or `c1` do?"""
    return _GENERIC.fullmatch(_bare(name).lower()) is not None


SAME, FULL, LOOSE, NONE = 3, 2, 1, 0
"""How well a name says what is sought: the same name; nothing else in it that means something; something unknown."""


def likeness(sought: str, name: str) -> int:
    """How well an element's name says what a member's name does."""
    if plain(sought) == plain(name):
        return SAME
    mine, other = meanings(sought), meanings(name)
    if not mine or not mine <= other:
        return NONE
    company = frozenset(word for one in mine if one in BY_NAME for word in BY_NAME[one].company.split())
    rest = other - mine - company
    if rest & BY_NAME.keys():
        # A word that is known to mean something else makes it another thing.
        return NONE
    return LOOSE if rest else FULL
