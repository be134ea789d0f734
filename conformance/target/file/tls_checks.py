"""What is wrong with the files that `tls` names, told before anything is sent. Reads them; opens no socket.

OpenSSL itself is asked, since it will be asked when a connection is made: then there is a run under way, and its words
say neither which file is meant nor what to do. Must never import the wire.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from os.path import exists, isfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.target.file.environment import Mistake

if TYPE_CHECKING:
    import ssl

BUNDLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that name the authorities where the target file names none; the first that is set counts."""
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")
_PAIR = 2


class _EncryptedError(Exception):
    """OpenSSL asked for a pass phrase."""


def tls_mistakes(tls: object, base: Path) -> Iterator[Mistake]:
    """The mistakes of the table `tls`; `base` is the directory that relative names start from."""
    if not isinstance(tls, dict):
        return
    authorities, certificate = tls.get("ca"), tls.get("client_cert")
    if isinstance(authorities, str) and authorities:
        yield from ((("tls", "ca"), text) for text in _authorities(base / authorities, authorities))
    named = certificate if isinstance(certificate, list) else [certificate]
    files = [name for name in named if isinstance(name, str) and name]
    if len(files) == len(named) <= _PAIR:
        yield from ((("tls", "client_cert"), text) for text in _client(base, files))


def bundle_mistakes(tree: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[Mistake]:
    """What is wrong with the authorities that the environment names, where a service is verified by them."""
    tls = tree.get("tls")
    own = isinstance(tls, dict) and (tls.get("ca") or tls.get("verify") is False)
    urls = (held.get(key) for held in tree.values() if isinstance(held, dict) for key in ("url", "wsdl"))
    name = next((name for name in BUNDLES if environ.get(name)), None)
    if name is None or own or not any(str(url).lower().startswith("https:") for url in urls):
        return
    for text in _authorities(Path(environ[name]), environ[name]):
        yield (), f"the environment variable {name}: {text}; correct it, or name the authorities as tls.ca"


def _authorities(path: Path, name: str) -> Iterator[str]:
    if "\0" in name:
        yield f"{name!r} is no name of a file"
        return
    try:
        if path.is_dir():
            if not any(_HASHED.fullmatch(held.name) for held in path.iterdir()):
                yield f"the folder {name} holds no certificates under the names that `openssl rehash` gives them"
            return
        if path.exists() and not path.is_file():
            yield f"{name} is neither a file nor a folder"
            return
        path.open("rb").close()
    except OSError as error:
        yield _unread(name, error)
        return
    if not _holds(path):
        yield f"{name} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----) that can be read"


def _holds(path: Path) -> bool:
    """Is there a certificate in it?"""
    import ssl  # noqa: PLC0415 - who tests over http need not wait for it

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(path)
    except OSError:  # of which OpenSSL's errors are a kind
        return False
    return True


def _client(base: Path, files: list[str]) -> Iterator[str]:
    held = []
    for name in files:
        if "\0" in name or (exists(base / name) and not isfile(base / name)):  # noqa: PTH110, PTH113 - a Path may raise
            yield f"{name!r} is no file"
            continue
        try:
            held.append((base / name).read_bytes())
        except OSError as error:
            yield _unread(name, error)
    if len(held) < len(files):
        return
    certificate, key = files[0], files[-1]
    if b"-----BEGIN CERTIFICATE-----" not in held[0]:
        yield f"{certificate} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
    elif b"PRIVATE KEY-----" not in held[-1]:
        advice = "" if len(files) == _PAIR else '; where it is in another file, write ["certificate.pem", "key.pem"]'
        yield f"{key} holds no private key in PEM form{advice}"
    else:
        yield from _chain(base, certificate, key)


def _chain(base: Path, certificate: str, key: str) -> Iterator[str]:
    import ssl  # noqa: PLC0415 - as above

    context: ssl.SSLContext = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_cert_chain(base / certificate, base / key, _asked)
    except _EncryptedError:
        yield f"the key in {key} is encrypted, and nobody is asked for its pass phrase; give a file with a plain key"
    except (ssl.SSLError, ValueError) as error:
        if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
            yield f"the key in {key} is not that of the certificate in {certificate}"
        else:
            yield f"OpenSSL cannot read {' and '.join(dict.fromkeys((certificate, key)))}; are the files whole?"


def _asked(*_: Any) -> str:
    raise _EncryptedError


def _unread(name: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no file {name}"
    return f"{name} cannot be read ({error.strerror})"
