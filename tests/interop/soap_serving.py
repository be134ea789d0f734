"""Servers of other SOAP stacks, each in a process of its own that ends when the block does; each context yields a URL.

What is not a Python package is made here: node-soap is installed from npm, the gSOAP server is generated and compiled,
both into a folder outside of the sources. Must never import `conformance`.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.interop.from_npm import installed

ROOT = Path(__file__).resolve().parents[2]
SOURCES = Path(__file__).resolve().parent / "soap"
ENVIO, FACTURACION, UPDATES = "/ServicioSSIntegral.asmx", "/FacturacionElectronica", "/mail-updates"
NODE_SOAP = "1.6.1"
FLAGS, LIBRARIES = ("-std=c++17", "-w", "-DWITH_NONAMESPACES", "-I."), ("-lgsoap++", "-lpthread")


@contextmanager
def _running(command: Sequence[str | Path], path: str, environment: dict[str, str] | None = None) -> Iterator[str]:
    """The process says its port in the first line of its output, and ends with its input."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = process.stdout.readline().strip().decode()
            if not port:
                complaints.seek(0)
                raise RuntimeError(complaints.read().decode(errors="replace"))
            yield f"http://127.0.0.1:{port}{path}"
        finally:
            process.stdin.close()
            process.stdout.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def spyne(version: str, variant: str = "lxml") -> Iterator[str]:
    """EnvioCorreo by spyne in `1.1`, `1.2` or `both`; the variants are those of soap_spyne."""
    command = (sys.executable, "-W", "ignore", "-m", "tests.interop.soap_wsgi", "tests.interop.soap_spyne")
    with _running((*command, version, variant), ENVIO) as url:
        yield url


@contextmanager
def spyne_update(version: str = "1.1") -> Iterator[str]:
    """actualizarCorreoClienteListaDocumentos by spyne."""
    command = (sys.executable, "-W", "ignore", "-m", "tests.interop.soap_wsgi", "tests.interop.soap_spyne_update")
    with _running((*command, version), UPDATES) as url:
        yield url


@contextmanager
def node_soap(version: str, wsdl: Path) -> Iterator[str]:
    """EnvioCorreo by node-soap, which answers in one version whatever it is asked in."""
    command = ("node", SOURCES / "serve.cjs", node_library(), SOURCES / "envio_correo.cjs", wsdl, version)
    with _running(command, ENVIO) as url:
        yield url


@contextmanager
def node_soap_update(version: str = "1.1") -> Iterator[str]:
    """actualizarCorreoClienteListaDocumentos by node-soap, behind a WSDL with arg0 and arg1."""
    service, wsdl = SOURCES / "actualizar_correo.cjs", SOURCES / "actualizar_correo.wsdl"
    with _running(("node", SOURCES / "serve.cjs", node_library(), service, wsdl, version), FACTURACION) as url:
        yield url


def node_library() -> Path:
    """The folder that has node-soap, installed on first use."""
    return installed("soap", NODE_SOAP)


@contextmanager
def php(version: str, wsdl: Path) -> Iterator[str]:
    """EnvioCorreo by PHP's SoapServer and its built-in web server, which says its port where it complains."""
    process = subprocess.Popen(
        ["php", "-d", "display_errors=0", "-S", "127.0.0.1:0", str(SOURCES / "envio_correo.php")],
        env={**os.environ, "SERVICE_WSDL": str(wsdl), "SERVICE_SOAP": version, "PHP_CLI_SERVER_WORKERS": "4"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        process_group=0,
    )
    assert process.stderr is not None
    # It complains of every request, and would wait where nobody listens.
    deaf = threading.Thread(target=deque, args=(process.stderr, 0), daemon=True)
    try:
        said = process.stderr.readline().decode()
        port = re.search(r"http://127\.0\.0\.1:([0-9]+)", said)
        if port is None:
            raise RuntimeError(said)
        deaf.start()
        yield f"http://127.0.0.1:{port[1]}{ENVIO}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(5)
        if deaf.ident is not None:
            deaf.join(5)
        process.stderr.close()


@contextmanager
def gsoap(wsdl: Path, mode: str = "default") -> Iterator[str]:
    """EnvioCorreo by gSOAP, in both versions at once; the modes are `default` and `strict`."""
    with tempfile.TemporaryDirectory() as folder, _running((_compiled(wsdl, Path(folder)), mode), ENVIO) as url:
        yield url


def _compiled(wsdl: Path, folder: Path) -> Path:
    for command in (
        ("wsdl2h", "-o", "service.h", wsdl),
        ("soapcpp2", "-S", "-x", "-L", "-I/usr/share/gsoap/import:/usr/share/gsoap", "service.h"),
        ("g++", *FLAGS, SOURCES / "envio_correo.cpp", "soapC.cpp", "soapServer.cpp", "-o", "server", *LIBRARIES),
    ):
        subprocess.run([str(part) for part in command], cwd=folder, check=True, capture_output=True)
    return folder / "server"
