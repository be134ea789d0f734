"""Every place of a target file that can hold a secret, each with one of its own; and the files that have them all.

A secret has a mark at its beginning and one at its end, so that half of it is found as well. What stands between says
which place it is from.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import trustme

SERVICES = REST, MAIL, UPDATE = "collection-policy", "envio-correo", "actualizar-correo"


def _wide(place: str) -> str:
    """For where any text may stand."""
    return f"kqzvxw/Ñ&<\"{place}'> +é=%jyvqzk"


def _narrow(place: str) -> str:
    """For addresses, names of files and headers."""
    return f"kqzvxw-{place}-Y_jyvqzk"


PLACES: Mapping[str, str] = {
    "PATH": _narrow("path"),
    "QUERY": _narrow("query"),
    "BEARER": _narrow("bearer.aGVhZGVy") + "+/==",
    "COMPANY": _wide("company"),
    "COOKIE": _narrow("cookie"),
    "API_KEY": _narrow("api"),
    "PARTNER": "kqzvxw&<9>+z\\q jyvqzk",
    "NAME": _narrow("name"),
    "BUILD": _wide("environment"),
    "RECIPIENT": "kqzvxw.jyvqzk.example",
    "CA": _narrow("ca"),
    "CLIENT_CERT": _narrow("cert"),
    "PROXY": _narrow("proxy"),
    "COMMAND": _narrow("command"),
    "TEXT": _wide("value"),
    "TAX": "kqzvxw,\"{7}: \\ 100%jyvqzk",
    "UUID": "facade07-8A47-4e59-9B10-2d3e4f5a6bff",
    "MAIL": "kqzvxw.mail.jyvqzk@example.test",
    "NUMBER": "7351958264",
    "REFUSAL": _narrow("refusal"),
    "WSSE": _wide("wsse"),
    "WSSE_USER": _narrow("user"),
    "WSDL": _narrow("wsdl"),
    "AUTH": _wide("auth"),
    "AUTH_USER": _narrow("auth-user"),
    "OWNER": _wide("facturador"),
    "ITEM": _narrow("numero"),
    "KIND": _narrow("tipo"),
}  # fmt: skip
"""Name of a variable → its value."""

CLAVE = _wide("clave")
"""Secret because the contract says so; it stands in the file as it is."""
LITERAL = _narrow("literal")
"""Secret because of the header that it stands in."""
OF_BASIC = _wide("of basic")
"""A password in base64, in a header that stands in the file as it is."""
TOKENS = tuple(f"kqzvxw-token-{number}-jyvqzk" for number in range(3))
"""What the credential's command prints, one after another."""
OF_THE_ENVIRONMENT = _narrow("https-proxy")
"""The password of a proxy that the environment names."""
SESSION = "zeehgzk"
"""The server's own secret begins with it."""

CHILD = "child.json"
"""What the credential's command saw: its own arguments and environment, and the arguments of who started it."""

ALL: Mapping[str, str] = {
    **PLACES,
    "Clave": CLAVE,
    "a header of the file": LITERAL,
    "Basic in a header of the file": OF_BASIC,
    **{f"token {number}": token for number, token in enumerate(TOKENS)},
    "HTTPS_PROXY": OF_THE_ENVIRONMENT,
}


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """A target file, and the environment that it is read in."""

    path: Path
    environ: Mapping[str, str]


def seeded(folder: Path, server: str, *, digest: bool = False, requests: int = 90) -> Seeded:
    """Write a target file with a secret in every place. `server` is a root without a solidus at its end."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / f"{PLACES['CA']}.pem")
    authority.issue_cert("client.test").private_key_and_cert_chain_pem.write_to_path(
        folder / f"{PLACES['CLIENT_CERT']}.pem"
    )
    count = folder / "count"
    script = folder / "prints_a_token.py"
    script.write_text(
        f"""
import json, os, pathlib, sys
count, parent = pathlib.Path({str(count)!r}), pathlib.Path(f"/proc/{{os.getppid()}}/cmdline")
number = int(count.read_text()) if count.exists() else 0
count.write_text(str(number + 1))
print({TOKENS!r}[min(number, {len(TOKENS) - 1})])
print(sys.argv, file=sys.stderr)
seen = {{"argv": sys.argv, "environ": dict(os.environ), "parent": parent.read_text() if parent.exists() else ""}}
pathlib.Path({str(folder / CHILD)!r}).write_text(json.dumps(seen))
""",
        "utf-8",
    )
    of_basic = base64.b64encode(f"qa:{OF_BASIC}".encode()).decode()
    path = folder / "t.toml"
    path.write_text(
        f"""
name = "staging-${{NAME}}"
environment = "build ${{BUILD}}"
budget = {{ requests = {requests} }}
recipients = ["*@${{RECIPIENT}}"]
proxy = "http://qa:${{PROXY}}@127.0.0.1:9"
tls = {{ ca = "${{CA}}.pem", client_cert = "${{CLIENT_CERT}}.pem" }}
credential = {{ command = '"{sys.executable}" "{script}" ${{COMMAND}}', seconds = 1 }}

[{REST}]
url = "{server}/${{PATH}}/CollectionPolicy?key=${{QUERY}}"
[{REST}.headers]
Authorization = "Bearer ${{BEARER}}"
Cookie = "session=${{COOKIE}}; theme=dark"
X-Api-Key = "${{API_KEY}}"
X-Partner = "${{PARTNER}}"
X-Secret-Key = "{LITERAL}"
X-Session = "${{CREDENTIAL}}"
[{REST}.values]
ArMailName = "${{TEXT}}"
GrantorTaxId = "${{TAX}}"
UserId = "${{UUID}}"
Email = "${{MAIL}}"

[{MAIL}]
url = "{server}/{MAIL}/ServicioSSIntegral.asmx"
soap = ["1.1"]
headers = {{ Authorization = "Basic {of_basic}" }}
auth = {{ kind = "wsse", username = "${{WSSE_USER}}", password = "${{WSSE}}", digest = {str(digest).lower()} }}
refusal = {{ any = {{ "RespuestaProduccion/StatusCode" = "${{REFUSAL}}" }} }}
[{MAIL}.values]
Clave = '''{CLAVE}'''
NIT = "${{NUMBER}}"
NombreEmpresaRecepcion = "${{TEXT}} ${{COMPANY}}"

[{UPDATE}]
wsdl = "{server}/{UPDATE}/correos?wsdl&token=${{WSDL}}"
soap = ["1.1"]
auth = {{ kind = "basic", username = "${{AUTH_USER}}", password = "${{AUTH}}" }}
tipos = {{ factura = "${{KIND}}" }}
values = {{ facturador = "${{OWNER}}" }}
documentos = [ {{ tipo = "factura", prefijo = "SETP", numero = "${{ITEM}}" }} ]
""",
        "utf-8",
    )
    return Seeded(path=path, environ={**PLACES, "HTTPS_PROXY": f"http://qa:{OF_THE_ENVIRONMENT}@127.0.0.1:9"})
