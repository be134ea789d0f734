// EnvioCorreo as gSOAP makes it: generated code for the WSDL, two functions, and the library for everything else.
// Built with what wsdl2h and soapcpp2 make of the WSDL; the first line of the output is the port. An argument "strict"
// has gSOAP check messages as strictly as it can.
#include <unistd.h>

#include <cstring>
#include <iostream>
#include <string>
#include <thread>
#include <type_traits>

#include "soapH.h"

struct Namespace namespaces[] = {
    {"SOAP-ENV", "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope", nullptr},
    {"SOAP-ENC", "http://schemas.xmlsoap.org/soap/encoding/", "http://www.w3.org/2003/05/soap-encoding", nullptr},
    {"xsi", "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/*/XMLSchema-instance", nullptr},
    {"xsd", "http://www.w3.org/2001/XMLSchema", "http://www.w3.org/*/XMLSchema", nullptr},
    {"ns1", "https://factura.ssintegral.com/", nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr}};

namespace {

// The types' names are the generator's: each member says its own.
template <class T>
T& made(T*& member) {
    member = new T();
    return *member;
}

template <class List>
auto& first(List& list) {
    if constexpr (std::is_pointer_v<typename List::value_type>) {
        list.push_back(new std::remove_pointer_t<typename List::value_type>());
        return *list.back();
    } else {
        list.emplace_back();
        return list.back();
    }
}

void put(std::string*& member, const std::string& text) { made(member) = text; }

void put(xsd__base64Binary*& member, const std::string& bytes) {
    auto& made_here = made(member);
    made_here.__ptr = reinterpret_cast<unsigned char*>(strdup(bytes.c_str()));
    made_here.__size = static_cast<int>(bytes.size());
}

// A required member is a pointer only where it may be nil.
void put(bool& member, bool value) { member = value; }
void put(bool*& member, bool value) { made(member) = value; }

std::string repeated(const std::string& text, int times) {
    std::string whole;
    while (times-- > 0) whole += text;
    return whole;
}

auto* answer() {
    static _ns1__EnvioCorreoResponse response;
    if (response.EnvioCorreoResult) return response.EnvioCorreoResult;
    auto& result = made(response.EnvioCorreoResult);
    const std::string invoice = "<Invoice/>";
    put(result.CUFE, repeated("0a", 48));
    put(result.CUDE, repeated("0b", 48));
    put(result.QR, "https://catalogo-vpfe.dian.example/document");
    put(result.xml, invoice);
    put(result.FacturaPDF, "%PDF-1.7\n");
    put(result.ResponseDIAN, "<ApplicationResponse/>");
    put(result.Descripcion, "Documento enviado");
    auto& resolution = made(result.DatosResolucion);
    made(resolution.ExtensionData);
    put(resolution.OperationCode, "100");
    put(resolution.OperationDescription, "Acción completada");
    first(made(resolution.ResponseList).NumberRangeResponse);
    auto& trial = made(result.RespuestaHabilitacion);
    made(trial.ExtensionData);
    first(made(trial.ErrorMessageList).XmlParamsResponseTrackId);
    put(trial.ZipKey, "1");
    auto& production = made(result.RespuestaProduccion);
    made(production.ExtensionData);
    first(made(production.ErrorMessage).string) = "Regla: FAJ43b, notificación";
    put(production.IsValid, true);
    put(production.StatusCode, "00");
    put(production.StatusDescription, "Procesado Correctamente");
    put(production.StatusMessage, "La Factura ha sido autorizada");
    put(production.XmlBase64Bytes, invoice);
    put(production.XmlBytes, invoice);
    put(production.XmlDocumentKey, repeated("0a", 48));
    put(production.XmlFileName, "factura");
    return response.EnvioCorreoResult;
}

}  // namespace

int __ns1__EnvioCorreo(struct soap*, _ns1__EnvioCorreo*, _ns1__EnvioCorreoResponse& response) {
    response.EnvioCorreoResult = answer();
    return SOAP_OK;
}

// The generator makes a function for each binding of the WSDL.
int __ns1__EnvioCorreo_(struct soap* soap, _ns1__EnvioCorreo* request, _ns1__EnvioCorreoResponse& response) {
    return __ns1__EnvioCorreo(soap, request, response);
}

int main(int count, char** arguments) {
    const bool strict = count > 1 && std::strcmp(arguments[1], "strict") == 0;
    answer();
    struct soap* soap = soap_new1(SOAP_C_UTFSTRING | (strict ? SOAP_XML_STRICT : 0));
    soap->bind_flags = SO_REUSEADDR;
    soap->recv_timeout = soap->send_timeout = 1;  // it reads to the end of the document, not of the Content-Length
    if (!soap_valid_socket(soap_bind(soap, "127.0.0.1", 0, 100))) return 1;
    struct sockaddr_in bound;
    socklen_t size = sizeof bound;
    getsockname(soap->master, reinterpret_cast<struct sockaddr*>(&bound), &size);
    std::cout << ntohs(bound.sin_port) << std::endl;
    std::thread([] {
        while (std::cin.get() != EOF) continue;
        _exit(0);
    }).detach();
    while (soap_valid_socket(soap_accept(soap))) {
        struct soap* copy = soap_copy(soap);
        std::thread([copy] {
            soap_serve(copy);
            soap_destroy(copy);
            soap_end(copy);
            soap_free(copy);
        }).detach();
    }
    return 1;
}
