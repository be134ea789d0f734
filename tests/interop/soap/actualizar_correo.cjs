// actualizarCorreoClienteListaDocumentos for node-soap, behind a WSDL as JAX-WS makes them. A refusal is a normal answer with
// a code; missing input is a fault.
"use strict";

const refused = (descripcion) => ({ return: { codigo: 1, descripcion } });

function fault(version, text) {
  if (version === "1.2") return { Fault: { Code: { Value: "soap:Sender" }, Reason: { Text: text }, statusCode: 400 } };
  return { Fault: { faultcode: "soap:Client", faultstring: text, statusCode: 500 } };
}

const operation = (version) => ({ arg0, arg1 } = {}) => {
  const documents = [arg1 ?? []].flat();
  if (!arg0) throw fault(version, "Falta el facturador");
  if (documents.length === 0) throw fault(version, "Faltan los documentos");
  for (const { numero, tipo, email } of documents) {
    if (!numero || !email) throw fault(version, "Documento incompleto");
    if (!["FACTURA", "NOTA_CREDITO", "NOTA_DEBITO"].includes(tipo)) throw fault(version, "Tipo de documento inválido");
    if (!/^[^@\s]+@[^@\s]+\.[a-z]+$/i.test(email)) return refused("Correo inválido");
  }
  const resultados = documents.map(({ numero }) => ({ numero, estado: "NOTIFICADO" }));
  return { return: { codigo: 0, descripcion: "Correos actualizados", resultados } };
};

module.exports = {
  path: "/FacturacionElectronica",
  services: (version) => ({
    FacturacionElectronica: {
      FacturacionElectronicaPort: { actualizarCorreoClienteListaDocumentos: operation(version) },
    },
  }),
};
