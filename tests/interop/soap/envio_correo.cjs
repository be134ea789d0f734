// EnvioCorreo as it is written for node-soap: one function, and the library for everything else.
"use strict";

const base64 = (text) => Buffer.from(text, "utf-8").toString("base64");

function EnvioCorreo() {
  const invoice = base64("<Invoice/>");
  return {
    EnvioCorreoResult: {
      CUFE: "0a".repeat(48),
      CUDE: "0b".repeat(48),
      QR: "https://catalogo-vpfe.dian.example/document",
      xml: invoice,
      FacturaPDF: base64("%PDF-1.7\n"),
      ResponseDIAN: base64("<ApplicationResponse/>"),
      Descripcion: "Documento enviado",
      DatosResolucion: {
        ExtensionData: {},
        OperationCode: "100",
        OperationDescription: "Acción completada",
        ResponseList: { NumberRangeResponse: [{}] },
      },
      RespuestaHabilitacion: {
        ExtensionData: {},
        ErrorMessageList: { XmlParamsResponseTrackId: [{}] },
        ZipKey: "1",
      },
      RespuestaProduccion: {
        ExtensionData: {},
        ErrorMessage: { string: ["Regla: FAJ43b, notificación"] },
        IsValid: true,
        StatusCode: "00",
        StatusDescription: "Procesado Correctamente",
        StatusMessage: "La Factura ha sido autorizada",
        XmlBase64Bytes: invoice,
        XmlBytes: invoice,
        XmlDocumentKey: "0a".repeat(48),
        XmlFileName: "factura",
      },
    },
  };
}

const ports = { ServicioSSIntegralSoap: { EnvioCorreo }, ServicioSSIntegralSoap12: { EnvioCorreo } };
module.exports = { path: "/ServicioSSIntegral.asmx", services: () => ({ ServicioSSIntegral: ports }) };
