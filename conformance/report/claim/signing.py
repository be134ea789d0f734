"""Signatures of claims: Ed25519 over the bytes of `claim.json`, 64 bytes raw, as OpenSSL makes and checks them.

The key comes from the environment, where CI systems keep secrets, and no message repeats it: neither its text nor the
name of its file, since either may stand in the wrong variable. Must never import a writer.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import ConformanceError
from conformance.report.text import one_line

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PREFIX = "CONFORMANCE_SIGNING_"
KEY, KEY_FILE, PASSWORD = f"{PREFIX}KEY", f"{PREFIX}KEY_FILE", f"{PREFIX}KEY_PASSWORD"
MAKE = "`openssl genpkey -algorithm ed25519` makes one"
LENGTH = 64
"""Bytes of a signature."""
LARGEST = 64 * 1024
"""Bytes of a key file."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs; never shows the key."""

    _key: Ed25519PrivateKey = field(repr=False)

    def sign(self, content: bytes) -> bytes:
        """The signature of the bytes."""
        return self._key.sign(content)

    @property
    def fingerprint(self) -> str:
        """Which key it is, without telling it."""
        return _fingerprint(self._key.public_key())


@dataclass(frozen=True, slots=True)
class Checker:
    """Who checks signatures, by a public key."""

    _key: Ed25519PublicKey = field(repr=False)

    def holds(self, signature: bytes, content: bytes) -> bool:
        """Was the content signed with the private half of the key?"""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - as below

        try:
            self._key.verify(signature, content)
        except InvalidSignature:
            return False
        return True

    @property
    def fingerprint(self) -> str:
        """Which key it is."""
        return _fingerprint(self._key)


def signer_of(environ: Mapping[str, str]) -> Signer | None:
    """Whoever the environment says signs; None where it names no key. A ConformanceError where the key is no good."""
    named = [name for name in (KEY, KEY_FILE) if name in environ]
    if not named:
        if PASSWORD in environ:
            raise ConformanceError(f"{PASSWORD} is set, but no key; set {KEY} or {KEY_FILE} as well, or neither")
        return None
    if len(named) > 1:
        raise ConformanceError(f"{KEY} and {KEY_FILE} are both set; unset one of them")
    (name,) = named
    if not environ[name].strip():
        raise ConformanceError(f"{name} is empty; unset it for a claim without a signature")
    pem = environ[name].encode("utf-8", "surrogateescape") if name == KEY else _file_of(environ[name])
    return Signer(_private(name, pem, environ.get(PASSWORD) or None))


def secrets_of(environ: Mapping[str, str]) -> Iterator[str]:
    """The texts of the environment that nobody must learn, and the parts of them that tell as much."""
    for name in (KEY, PASSWORD):
        if text := environ.get(name, "").strip():
            yield text
    lines = environ.get(KEY, "").splitlines()
    yield from (line.strip() for line in lines if re.fullmatch(r"[A-Za-z0-9+/=]{16,}", line.strip()))


def checker_of(path: Path) -> Checker:
    """Whoever checks by the public key in the file. A ConformanceError where it is no good."""
    # Only who signs or checks waits for it.
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        pem = _bounded(path)
    except OSError as error:
        raise ConformanceError(f"--key {path}: cannot be read ({error.strerror}); name a public key, as PEM") from None
    if b"PRIVATE KEY" in pem:
        advice = "`openssl pkey -in KEY -pubout` prints its public half, which is what to name"
        raise ConformanceError(f"--key {path}: holds a private key; {advice}")
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise ConformanceError(f"--key {path}: holds no public key, as PEM; ask whoever signed for it") from None
    if not isinstance(key, Ed25519PublicKey):
        raise ConformanceError(f"--key {path}: is not for Ed25519, and claims are signed with nothing else")
    return Checker(key)


def _file_of(name: str) -> bytes:
    try:
        return _bounded(Path(name))
    except OSError as error:
        raise ConformanceError(f"{KEY_FILE}: the file that it names cannot be read ({error.strerror})") from None
    except ValueError:
        raise ConformanceError(f"{KEY_FILE}: names no file; the text of a key goes into {KEY}") from None


def _bounded(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST)


def _private(name: str, pem: bytes, password: str | None) -> Ed25519PrivateKey:
    # As above.
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    if b"-----BEGIN" not in pem:
        other = f"; the path of a key file goes into {KEY_FILE}" if name == KEY else ""
        raise ConformanceError(f"{name}: holds no private key, as PEM{other}; {MAKE}")
    locked = b"ENCRYPTED" in pem
    if locked and password is None:
        raise ConformanceError(f"{name}: the key is encrypted; set {PASSWORD}")
    if password is not None and not locked:
        raise ConformanceError(f"{PASSWORD} is set, but the key is not encrypted; unset it")
    try:
        # What the library says may quote what it read.
        key = load_pem_private_key(pem, password.encode("utf-8", "surrogateescape") if password is not None else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        wrong = f"; or {PASSWORD} is another one's" if locked else ""
        raise ConformanceError(f"{name}: holds no private key that can be read{wrong}; {MAKE}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConformanceError(f"{name}: is not for Ed25519, and claims are signed with nothing else; {MAKE}")
    return key


def _fingerprint(key: Ed25519PublicKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - as above

    shown = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return one_line(hashlib.sha256(shown).hexdigest())
