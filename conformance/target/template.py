"""The commented target file that `conformance init` writes. It loads as it stands once its variables are set.

Text only; must never import the wire.
"""

from __future__ import annotations

from collections.abc import Sequence

from conformance.errors import ConformanceError
from conformance.target.checks import nearest
from conformance.target.sections import SERVICES

_HEAD = """\
# Where `conformance check --target FILE` sends to, and within which bounds.
# ${NAME} reads the environment; what it reads is masked in everything that is written. $${ stands for ${.

name = "staging"
environment = "staging, build 1.2.3"               # printed on the report

# All operations write data or send mail. Without this line nothing is sent to a host that is not this machine.
# effects = "allow"

# Mail addresses that may appear in messages, besides those whose domain nobody can own (example.com, .test, …).
# recipients = ["*@qa.example.com"]

budget = { requests = 2000, per_second = 5 }       # at most so many requests, and so many a second
timeout = { connect = 5, exchange = 30 }           # seconds; exchange counts from connecting to the last byte

# tls = { ca = "staging-ca.pem", client_cert = "client.pem", verify = true }
# proxy = "http://proxy.example.com:3128"
# A command that prints a token; it is run again when the token is older. ${CREDENTIAL} stands for it in headers.
# credential = { command = "print-token --for staging", seconds = 900 }
"""

_SECTIONS = {
    "collection-policy": """
[collection-policy]
url = "https://staging.example.com/Dito.REST/api/CollectionPolicy"
# encodings = ["json", "xml", "form"]              # default: all that this version covers
headers = { Authorization = "Bearer ${QA_TOKEN}" }
enforcement = "must"                               # "advisory": a constraint that is not enforced is no failure

# What must exist at this tenant; everything else has a working default. Remove a line to use the default.
[collection-policy.values]
GrantorTaxId = "AAA010101AAA"
DefaultNotificationSchemaId = "00000000-0000-4000-8000-000000000000"
NotificationTypeId = 1
# UserId = "00000000-0000-4000-8000-000000000000"
""",
    "envio-correo": """
[envio-correo]
url = "https://staging.example.com/ServicioSSIntegral.asmx"
# soap = ["1.1", "1.2"]                            # default: both
# profiles = ["wsi-bp-1.1"]                        # claimed profiles: their clauses become MUST
# refusal = { any = { "RespuestaProduccion/IsValid" = "false" } }

[envio-correo.values]
NIT = "900123456"
Clave = "${SS_CLAVE}"
CodigoEmpresa = 1
TipoAmbiente = 2
""",
    "actualizar-correo": """
[actualizar-correo]
wsdl = "https://staging.example.com/FacturacionElectronica/FacturacionElectronicaValidacionPrevia?wsdl"
# url = "https://staging.example.com/…"            # default: soap:address of the WSDL
auth = { kind = "basic", username = "qa", password = "${LOGGRO_CLAVE}" }
# binding = { facturador = "…", documentos = "…", prefijo = "…", numero = "…", tipo = "…", correo = "…" }
# tipos = { factura = "…", nota-credito = "…", nota-debito = "…" }
# refusal = { any = { codigo = "!= 0" } }
values = { facturador = "1" }
documentos = [                                     # documents that exist in this tenant
    { tipo = "factura", prefijo = "SETP", numero = "990000001" },
]
""",
}


def render(services: Sequence[str]) -> str:
    """The file with a section for each of the services, in the order of the documents; for all where none is named."""
    for service in services:
        if service not in SERVICES:
            raise ConformanceError(f"unknown service {service!r}{nearest(service, list(SERVICES))}")
    return _HEAD + "".join(_SECTIONS[service] for service in SERVICES if not services or service in services)
