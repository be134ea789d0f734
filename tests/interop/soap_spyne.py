"""EnvioCorreo as spyne makes it: classes for the types, one method, and the framework for everything else.

Written from the page; must never import `conformance`. It is imported in a process of its own: see soap_wsgi.
"""

from typing import Any

from spyne import Application, Fault, ServiceBase, rpc
from spyne.model.binary import ByteArray
from spyne.model.complex import ComplexModel, ComplexModelBase
from spyne.model.primitive import Boolean, DateTime, Integer32, Unicode
from spyne.protocol.soap import Soap11, Soap12
from spyne.protocol.xml import SchemaValidationError
from spyne.server.wsgi import WsgiApplication

NAMESPACE = "https://factura.ssintegral.com/"
PATH = "/ServicioSSIntegral.asmx"

Number = Integer32(min_occurs=1, nillable=False)
Moment = DateTime(min_occurs=1, nillable=False)
Flag = Boolean(min_occurs=1, nillable=False)
Bytes = ByteArray(encoding="base64")


def record(name: str, **members: Any) -> Any:
    """A class of the service's namespace, its members in this order."""
    body: dict[str, Any] = {"__namespace__": NAMESPACE, "__type_name__": name, "_type_info": list(members.items())}
    return type(ComplexModelBase)(name, (ComplexModel,), body)


def texts(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, Unicode)


def listed(name: str, member: str, kind: Any) -> Any:
    """A list as ASMX writes it: an element that holds the items."""
    return record(name, **{member: kind.customize(min_occurs=0, max_occurs="unbounded", nillable=True)})


Archivo = record("Archivos", NombreArchivo=Unicode, Archivo=Bytes)
Correo = record(
    "Correo",
    **texts("NIT", "Clave", "Resolucion", "NumeroFactura", "Prefijo"),
    CodigoEmpresa=Number,
    TipoAmbiente=Number,
    **texts("server", "MailAreaFacturacionFacturador", "RazonSocialFacturador", "MailRecepcion", "TelefonoRecepcion"),
    **texts("NombreEmpresaRecepcion", "NitEmpresaRecepcion"),
    Adjuntos=listed("ArrayOfArchivos", "Archivos", Archivo),
    **texts("TipoDocumento", "DigitoVerificacionCliente", "DigitoVerificacionFacturador"),
    FechaFactura=Moment,
    **texts("RutaArchivo", "TipoIdentificacionCliente", "TipoIdentificacionFacturador", "NombreDocumento"),
)

Extension = record("ExtensionDataObject")
NumberRange = record("NumberRangeResponse", **texts("ResolutionNumber", "Prefix"))
TrackId = record("XmlParamsResponseTrackId", **texts("DocumentKey", "ProcessedMessage"))
Resolution = record(
    "NumberRangeResponseList",
    ExtensionData=Extension,
    **texts("OperationCode", "OperationDescription"),
    ResponseList=listed("ArrayOfNumberRangeResponse", "NumberRangeResponse", NumberRange),
)
Trial = record(
    "UploadDocumentResponse",
    ExtensionData=Extension,
    ErrorMessageList=listed("ArrayOfXmlParamsResponseTrackId", "XmlParamsResponseTrackId", TrackId),
    ZipKey=Unicode,
)
Production = record(
    "DianResponse",
    ExtensionData=Extension,
    ErrorMessage=listed("ArrayOfString", "string", Unicode),
    IsValid=Flag,
    **texts("StatusCode", "StatusDescription", "StatusMessage"),
    XmlBase64Bytes=Bytes,
    XmlBytes=Bytes,
    **texts("XmlDocumentKey", "XmlFileName"),
)
Result = record(
    "Respuesta",
    **texts("CUFE", "CUDE", "QR"),
    xml=Bytes,
    FacturaPDF=Bytes,
    ResponseDIAN=Bytes,
    Descripcion=Unicode,
    DatosResolucion=Resolution,
    RespuestaHabilitacion=Trial,
    RespuestaProduccion=Production,
)


def answer() -> Any:
    """The same answer to everyone, with every member."""
    invoice, pdf = [b"<Invoice/>"], [b"%PDF-1.7\n"]
    return Result(
        CUFE="0a" * 48,
        CUDE="0b" * 48,
        QR="https://catalogo-vpfe.dian.example/document",
        xml=invoice,
        FacturaPDF=pdf,
        ResponseDIAN=[b"<ApplicationResponse/>"],
        Descripcion="Documento enviado",
        DatosResolucion=Resolution(
            ExtensionData=Extension(),
            OperationCode="100",
            OperationDescription="Acción completada",
            ResponseList=Resolution._type_info["ResponseList"](
                NumberRangeResponse=[NumberRange(ResolutionNumber="18760000001", Prefix="SETP")]
            ),
        ),
        RespuestaHabilitacion=Trial(
            ExtensionData=Extension(),
            ErrorMessageList=Trial._type_info["ErrorMessageList"](
                XmlParamsResponseTrackId=[TrackId(DocumentKey="1", ProcessedMessage="ninguno")]
            ),
            ZipKey="1",
        ),
        RespuestaProduccion=Production(
            ExtensionData=Extension(),
            ErrorMessage=Production._type_info["ErrorMessage"](string=["Regla: FAJ43b, notificación"]),
            IsValid=True,
            StatusCode="00",
            StatusDescription="Procesado Correctamente",
            StatusMessage="La Factura ha sido autorizada",
            XmlBase64Bytes=invoice,
            XmlBytes=invoice,
            XmlDocumentKey="0a" * 48,
            XmlFileName="factura",
        ),
    )


class ServicioSSIntegral(ServiceBase):
    """The one operation."""

    @rpc(Correo, _returns=Result, _out_variable_name="EnvioCorreoResult")
    def EnvioCorreo(ctx, correo):  # noqa: N802, N805 - spyne's convention, the page's name
        return answer()


def application(version: str, variant: str = "lxml") -> Any:
    """The service in that version of SOAP (spyne binds a version to an application) or in both, as the media type says.

    `lxml` and `soft` are spyne's validators. `lxml-mended` makes an ordinary fault of a refusal by the schema: spyne's
    own breaks in SOAP 1.2, its reason is bytes where text belongs.
    """
    if version != "both":
        return _one(version, variant)
    versions = {each: _one(each, variant) for each in ("1.1", "1.2")}

    def choose(environ: dict[str, Any], start_response: Any) -> Any:
        label = environ.get("CONTENT_TYPE", "").lower()
        return versions["1.2" if label.startswith("application/soap+xml") else "1.1"](environ, start_response)

    return choose


def _one(version: str, variant: str) -> WsgiApplication:
    kind = {"1.1": Soap11, "1.2": Soap12}[version]
    validator, _, mended = variant.partition("-")
    made = Application(
        [ServicioSSIntegral],
        tns=NAMESPACE,
        name="ServicioSSIntegral",
        in_protocol=kind(validator=validator),
        out_protocol=kind(),
    )
    if mended:
        made.event_manager.add_listener("method_exception_object", _plain_fault)
    return WsgiApplication(made)


def _plain_fault(context: Any) -> None:
    refusal = context.out_error
    if isinstance(refusal, SchemaValidationError):
        reason = refusal.faultstring
        context.out_error = Fault(refusal.faultcode, reason.decode() if isinstance(reason, bytes) else reason)
