"""Mistakes in a target file, in what it names, and in the environment that it reads."""

from __future__ import annotations

import json

from tests.bad_input.row import (
    BEARER,
    CHECK,
    CORREOS,
    FEW,
    INIT,
    REST,
    SOAP,
    WSDL,
    address,
    certificates,
    impatient,
    inside,
    key,
    loop,
    row,
    target,
)

# fmt: off

TOML = (
    target("syntax", f"a = 1\nname = \n{REST}", r"^target\.toml, line 2, column 8: .*no TOML.*invalid value"),
    target("unclosed text", f'name = "x\n{REST}', r"target\.toml, line 1, column 10: .*no TOML"),
    target("no end", "name = [", r"target\.toml, line 1, at its end: .*no TOML"),
    target("Latin-1", f'\nname = "ñ"\n{REST}'.encode("latin-1"), r"target\.toml, line 2: byte 9 .*save .* UTF-8"),
    target("UTF-16", REST.encode("utf-16"), r"target\.toml, line 1: byte 0 .*save .* UTF-8"),
    target("NUL", f'name = "a\0b"\n{REST}', r"target\.toml, line 1, column 10: "),
    target("key twice", f'name = "x"\nname = "y"\n{REST}', r"target\.toml, line 2, .*has a value already; keep one"),
    target("table twice", REST + REST, r"target\.toml, line 3, .*collection-policy"),
    target("number of 5000 digits", f"\nbudget = {{requests = {'1' * 5000} }}\n{REST}", r"toml, line 2: a number .*too long"),
    target("exponent of 20 digits", f"budget = {{per_second = 1e{'9' * 20} }}\n{REST}", r"toml, line 1: a number .*too long"),
    target("5000 lists in one another", f"x = {'[' * 5000}{']' * 5000}\n", r"target\.toml has .*more than 32 deep"),
    target("3000 tables in one another", f"{'.'.join('a' * 3000)} = 1\n{REST}", r"target\.toml has .*more than 32 deep"),
    target("2 MiB", b"#" * 2**21, r"target\.toml has more than 1048576 bytes; name another file"),
    target("empty", "", r"target\.toml: no service to test; add a section, such as \[collection-policy\]"),
    row("target: none", "check --target gone.toml", r"gone\.toml cannot be read \(No such file .*" + INIT),
    row("target: a folder", "check --target folder", r"folder cannot be read \(Is a directory.*" + INIT, files={"folder": None}),
    row("target: below a file", "check --target file/t.toml", r"file/t\.toml cannot be read \(Not a dir.*" + INIT, files={"file": ""}),
    row("target: a circle of links", "check --target loop", r"loop cannot be read \(Too many levels.*" + INIT, make=loop),
    row("target: a name too long", f"check --target {'x' * 300}", r"xxx cannot be read \(File name too long.*" + INIT),
    row("target: no name", "check --target ''", r"--target.*must not be empty"),
    row("bind: none", "bind --target gone.toml", r"gone\.toml cannot be read \(No such file .*" + INIT),
)

KEYS = (
    key("unknown key", 'enviroment = "x"', r"enviroment: unknown key; did you mean environment\?"),
    key("unknown key of budget", "budget = { request = 5 }", r"budget\.request: unknown key; did you mean requests\?"),
    key("unknown key of timeout", "timeout = { conect = 5 }", r"timeout\.conect: unknown key; did you mean connect\?"),
    key("unknown key of tls", "tls = { verfy = true }", r"tls\.verfy: unknown key; did you mean verify\?"),
    key("unknown key of credential", 'credential = {command = "x", secs = 5 }', r"credential\.secs: unknown key; did you mean seconds\?"),
    target("unknown section", f"[collection_policy]\n{REST}", r"collection_policy: unknown key; did you mean collection-policy\?"),
    inside("unknown key of a section", 'heders = {a = "b" }', r"collection-policy\.heders: unknown key; did you mean headers\?"),
    inside("unknown member", 'values = {emial = "x" }', r"collection-policy\.values\.emial: .*no such member; did you mean Email\?"),
    inside("unknown key of auth", 'auth = {kind = "basic", user = "x", password = "y" }', r"auth\.user: unknown key; did you mean username", r"auth\.username: is required", section=SOAP, lines=2),
    inside("unknown key of refusal", 'refusal = {codigo = "!= 0" }', r"refusal\.codigo: unknown key; known are any, all", r"refusal: must name", section=SOAP, lines=2),
    inside("unknown key of a document", 'documentos = [{tipo = "factura", number = "1" }]', r"documentos\[0\]\.number: unknown key; did you mean numero", r"documentos\[0\]\.numero: is required", r"wsdl: there is no file", section=WSDL, lines=3),
    key("text for a table", 'budget = "5"', r"budget: must be a table"),
    key("number for a text", "name = 5", r"name: must be a text in quotes"),
    key("text for a flag", 'tls = { verify = "no" }', r"tls\.verify: must be true or false"),
    key("text for a list", 'recipients = "a@example.com"', r"recipients: must be a list"),
    key("effects", 'effects = "yes"', r'effects: must be "allow"'),
    target("list for a section", '[[collection-policy]]\nurl = "x"\n', r"collection-policy: must be a table"),
    target("no url", "[collection-policy]\n", r"collection-policy\.url: is required"),
    key("timeout 0 and below", "timeout = {connect = 0, exchange = -1 }", r"timeout\.connect: must be greater than 0", r"timeout\.exchange: must be greater than 0", lines=2),
    key("timeout NaN and huge", "timeout = {connect = nan, exchange = 1e30 }", r"timeout\.connect: must be", r"timeout\.exchange: must be less than or equal to 86400", lines=2),
    key("timeout without end", "timeout = { connect = inf }", r"timeout\.connect: must be"),
    key("budget 0 and below", "budget = {requests = 0, per_second = -1 }", r"budget\.requests: must be greater than or equal to 1", r"budget\.per_second: must be greater than or equal to 0.001", lines=2),
    key("a rate of next to nothing", "budget = {per_second = 1e-320}", r"budget\.per_second: must be greater than or equal to 0.001"),
    key("budget of a fraction and NaN", "budget = {requests = 1.5, per_second = nan }", r"budget\.requests: must be a whole number", r"budget\.per_second: must be", lines=2),
    key("recipients", 'recipients = ["*", "@", "*@*", "a@b@c", "", 5]', *(rf"recipients\[{place}\]: must|recipients\[{place}\]: .* must" for place in range(6)), lines=6),
    key("proxy without scheme", 'proxy = "proxy.example.com:3128"', r"proxy: must be an absolute http or https url"),
    key("proxy of another kind", 'proxy = "socks5://127.0.0.1"', r"proxy: must be an absolute http or https url"),
    key("proxy without host", 'proxy = "http://:3128"', r"proxy: must be an absolute http or https url"),
    key("proxy with port 99999", 'proxy = "http://127.0.0.1:99999"', r"proxy: must have a port from 1 to 65535"),
)

ENVIRONMENT = (
    key("variables unset", 'name = "${A_1} ${B_1}"\nenvironment = "${C_1}"', r"name: .*variable A_1 is not set", r"name: .*variable B_1 is not set", r"environment: .*variable C_1 is not set", lines=3),
    key("variable empty", 'name = "${A_1}"', r"name: the environment variable A_1 is empty", environ={"A_1": ""}),
    key("variable of bytes", 'name = "${S_1}"', r"name: the environment variable S_1 is not UTF-8", environ={"S_1": "qa\udcff\udcfe"}),
    key("variable not closed", 'name = "${A_1"', r"name: `\$\{` begins the name .*write `\$\$\{`"),
    inside("credential without command", 'headers = {Authorization = "Bearer ${CREDENTIAL}" }', r"headers\.Authorization: .*CREDENTIAL is not set; .*needs credential = \{ command"),
    inside("secret with a line end", 'headers = {Authorization = "Bearer ${S_1}" }', r"headers\.Authorization: must be one line", environ={"S_1": "s3cr3t-word\n"}),
    inside("secret that is no address", "", r"url: must be an absolute", section='[collection-policy]\nurl = "${S_1}"\n', environ={"S_1": "s3cr3t-word"}),
    inside("secret in a wrong place", 'values = {Email = "${S_1}" }', r"values\.Email: ", environ={"S_1": "s3cr3t-word@acme.com"}),
)

ADDRESSES = (
    address("empty", "", r"must be an absolute http or https url, such as"),
    address("without scheme", "staging.example.com/api", r"must be an absolute http or https url, such as"),
    address("relative", "//h/api", r"must be an absolute http or https url, such as"),
    address("ftp", "ftp://h/", r"must be an absolute http or https url, such as"),
    address("without host", "http:///api", r"must be an absolute http or https url, such as"),
    address("blank", "http://h/a b", r"without blanks.*%XX"),
    address("letters beyond ASCII", "http://h/ñ", r"must be ASCII.*%XX"),
    address("backslash", "http://127.0.0.1\\\\h/", r"must be ASCII.*%XX"),
    address("port 99999", "http://h:99999/", r"must have a port from 1 to 65535"),
    address("port 0", "http://h:0/", r"must have a port from 1 to 65535"),
    address("port x", "http://h:x/", r"must have a port from 1 to 65535"),
    address("bracket", "http://[::1/", r"must be an absolute"),
    address("no number in brackets", "http://[zz]/", r"must be an absolute"),
    address("label of 64", f"http://{'a' * 64}.example/", r"name of a host.*at most 63"),
    address("empty label", "http://a..b/", r"name of a host"),
    address("percent in the host", "http://%31/", r"name of a host"),
    address("user", "http://u:p@127.0.0.1/", r"must not hold a user or password; use headers"),
    address("fragment", "http://127.0.0.1/#x", r"must not have a fragment"),
    address("unknown parameter", "http://127.0.0.1/{branch}", r"\{branch\} is no parameter of collection-policy"),
)

SECTIONS = (
    inside("headers", 'headers = {"X-A" = "a\\nb", "X-B" = "漢", "a b" = "x", Content-Length = "5" }', r"headers\.X-A: must be one line", r"headers\.X-B: must be .*Latin-1", r"headers\.a b: is no name", r"headers\.Content-Length: cannot be set", lines=4),
    inside("encoding", 'encodings = ["jsn"]', r"encodings\[0\]: .*'jsn'; did you mean json\?"),
    inside("no encoding", "encodings = []", r"encodings: must name at least one of json, xml, form"),
    inside("enforcement", 'enforcement = "may"', r'enforcement: must be "must" or "advisory"'),
    inside("somebody's address", 'values = { Email = "someone@acme.com" }', r"values\.Email: .*add it to recipients"),
    inside("user with a NUL", 'auth = {kind = "wsse", username = "a\\u0000b", password = "y" }', r"auth\.username: holds a character that XML does not admit", section=SOAP),
    inside("value with a control character", 'values = {NIT = "9\\u0001" }', r"values\.NIT: holds a character that XML does not admit", section=SOAP),
    inside("SOAP 1.3", 'soap = ["1.3"]', r'soap\[0\]: must be "1\.1" or "1\.2"', section=SOAP),
    inside("profile", 'profiles = ["wsi-bp-2"]', r"profiles\[0\]: .*did you mean wsi-bp-1\.1\?", section=SOAP),
    inside("no values", "values = []", r"values: must be a table, or a list of tables", section=SOAP),
    inside("refusal of nothing", "refusal = {}", r"refusal: must name what a refusal says, such as", section=SOAP),
    inside("refusal by a number", "refusal = {any = {QR = 5 } }", r"refusal\.any\.QR: must be a text in quotes", section=SOAP),
    inside("refusal by >", 'refusal = {any = {QR = "> 0" } }', r'refusal\.any\.QR: compares by "!= …" or "== …" alone', section=SOAP),
    inside("refusal by an unknown member", 'refusal = {all = {"RespuestaProduccion/IsVald" = "false" } }', r"IsVald: .*no such member; did you mean RespuestaProduccion/IsValid\?", section=SOAP),
    inside("refusal by no member", 'refusal = {any = {"" = "x" } }', r"refusal\.any\.: must be the path of a member", section=SOAP),
    inside("auth of another kind", 'auth = {kind = "digest", username = "x", password = "y" }', r'auth\.kind: must be "basic", "wsse" or "fields"', section=SOAP),
    inside("auth without password", 'auth = {kind = "basic", username = "qa" }', r"auth\.password: is required", section=SOAP),
    inside("no WSDL", "", r"actualizar-correo\.wsdl: there is no file correos\.wsdl; name the address of the WSDL, or a file", section=WSDL),
    inside("WSDL by file:", "", r"actualizar-correo\.wsdl: must be an absolute http or https url", section='[actualizar-correo]\nwsdl = "file:///etc/hosts"\n'),
    inside("binding of no input", 'binding = {issuer = "x" }', r"binding\.issuer: there is no such input; known are facturador", section=WSDL, files={"correos.wsdl": CORREOS}),
    inside("kind of document", 'tipos = {fatura = "1" }', r"tipos\.fatura: .*did you mean factura\?", section=WSDL, files={"correos.wsdl": CORREOS}),
    inside("host", 'wsdl_hosts = ["a b"]', r"wsdl_hosts\[0\]: 'a b' must be the name of a host", section=WSDL, files={"correos.wsdl": CORREOS}),
    target("binding to no element", WSDL + 'binding = { facturador = "nadie" }', r"^correos\.wsdl: ", r"facturador", r"nadie", files={"correos.wsdl": CORREOS}, lines=0, words="bind --target target.toml"),
    target("WSDL that is none", WSDL, r"^correos\.wsdl is not a WSDL", files={"correos.wsdl": "<a/>"}, words="bind --target target.toml"),
    target("WSDL that is no XML", WSDL, r"^correos\.wsdl is no well-formed XML.*line 1", files={"correos.wsdl": "a"}, words="bind --target target.toml"),
    inside("nothing to bind", "", r"target\.toml: no section needs a binding; a WSDL is read for actualizar-correo", words="bind --target target.toml"),
)

FILES_OF_TLS = (
    key("CA with a NUL", 'tls = { ca = "a\\u0000b" }', r"tls\.ca: 'a\\x00b' is no name of a file"),
    key("client certificate with a NUL", 'tls = { client_cert = "a\\u0000b" }', r"tls\.client_cert: 'a\\x00b' is no file"),
    key("CA that is a device", 'tls = { ca = "/dev/zero" }', r"tls\.ca: /dev/zero is neither a file nor a folder"),
    key("no CA", 'tls = { ca = "gone.pem" }', r"tls\.ca: there is no file gone\.pem"),
    key("CA below a file", 'tls = {ca = "target.toml/ca.pem" }', r"tls\.ca: .*ca\.pem cannot be read \(Not a directory\)"),
    key("CA in a circle of links", 'tls = {ca = "loop" }', r"tls\.ca: loop cannot be read \(Too many levels", make=loop),
    key("empty CA", 'tls = {ca = "ca.pem" }', r"tls\.ca: ca\.pem holds no certificate in PEM form", files={"ca.pem": ""}),
    key("CA in another form", 'tls = {ca = "ca.pem" }', r"tls\.ca: ca\.pem holds no certificate in PEM form", files={"ca.pem": b"0\x82\x01\x02" * 9}),
    key("CA that is a key", 'tls = {ca = "client.key" }', r"tls\.ca: client\.key holds no certificate in PEM form", make=certificates),
    key("CA cut off", 'tls = {ca = "ca.pem" }', r"tls\.ca: ca\.pem holds no certificate .*that can be read", files={"ca.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n"}),
    key("CA in an empty folder", 'tls = {ca = "folder" }', r"tls\.ca: the folder folder holds no certificates.*openssl rehash", files={"folder": None}),
    key("no client certificate", 'tls = {client_cert = ["a.pem", "b.key"] }', r"tls\.client_cert: there is no file a\.pem", r"tls\.client_cert: there is no file b\.key", lines=2),
    key("client certificate without a key", 'tls = {client_cert = "client.pem" }', r'client_cert: client\.pem holds no private key.*write \["certificate\.pem", "key\.pem"\]', make=certificates),
    key("key without a client certificate", 'tls = {client_cert = "client.key" }', r"client_cert: client\.key holds no certificate in PEM form", make=certificates),
    key("encrypted key", 'tls = {client_cert = ["client.pem", "locked.key"] }', r"client_cert: the key in locked\.key is encrypted.*give a file with a plain key", make=certificates),
    key("key of another certificate", 'tls = {client_cert = ["client.pem", "other.key"] }', r"client_cert: the key in other\.key is not that of the certificate in client\.pem", make=certificates),
    key("client certificate cut off", 'tls = {client_cert = "c.pem" }', r"client_cert: OpenSSL cannot read c\.pem; are the files whole\?", files={"c.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----BEGIN PRIVATE KEY-----\nMIIB\n"}),
    key("three files", 'tls = {client_cert = ["a", "b", "c"] }', r"client_cert: must be the name of a file, or of two"),
    target("CA of the environment", REST.replace("http:", "https:"), r"the environment variable REQUESTS_CA_BUNDLE: there is no file .*gone\.pem; correct it, or name .*tls\.ca", environ={"REQUESTS_CA_BUNDLE": "gone.pem"}),
)

TOKENS = tuple(
    target(f"credential: {name}", f"credential = {{ command = {json.dumps(command)} }}\n{REST}{BEARER}", said, words=f"{CHECK} {FEW}", **more)
    for name, command, said, more in (
        ("empty", "", r"credential\.command: must not be empty", {}),
        ("missing", "/nowhere/token", r"credential\.command cannot be run \(No such file .*check its path", {}),
        ("quotes", 'echo "a', r"credential\.command cannot be run .*quotes", {}),
        ("failing", "false", r"credential\.command ended with status 1; run it by hand", {}),
        ("silent", "true", r"credential\.command must print the token, one line of text", {}),
        ("two lines", "printf 'a\\nb'", r"credential\.command must print the token, one line of text", {}),
        ("zero bytes", "printf 'a\\0b'", r"credential\.command must print the token, one line of text", {}),
        ("no UTF-8", "printf 'ab\\377\\376'", r"credential\.command must print the token, one line of text", {}),
        ("never ending", "sleep 30", r"credential\.command printed no token within .*; run it by hand", {"make": impatient}),
    )
)

ROWS = (*TOML, *KEYS, *ENVIRONMENT, *ADDRESSES, *SECTIONS, *FILES_OF_TLS, *TOKENS)
