"""A row of the tables of mistakes, and the situations that rows need.

A row has the command, the files that lie about when it starts, its environment, and what the one message must say: the
file, line or key, and what to do. Variables whose names begin with `S_` hold secrets: no message may show one.
"""

from __future__ import annotations

import errno
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import trustme

from conformance.cli import main
from conformance.resources import schemas_dir
from conformance.target.journal.lines import sealed

Files = Mapping[str, str | bytes | None]
Make = Callable[[Path, pytest.MonkeyPatch], None]

ROOT = Path(__file__).resolve().parents[2]
URL = "http://127.0.0.1:9/api"
REST = f'[collection-policy]\nurl = "{URL}"\n'
SOAP = f'[envio-correo]\nurl = "{URL}"\n'
WSDL = f'[actualizar-correo]\nwsdl = "correos.wsdl"\nurl = "{URL}"\n'
BEARER = 'headers = { Authorization = "Bearer ${CREDENTIAL}" }\n'
CHECK = "check --target target.toml"
INIT = r"`conformance init`"
CORREOS = (ROOT / "docs" / "examples" / "correos" / "servicio.wsdl").read_text("utf-8")
HUERTO = (ROOT / "docs" / "examples" / "huerto" / "huerto.txt").read_text("utf-8")
RULE = "collection-policy/request/Email/pattern"
FEW = f"--rules {RULE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`words` are what stands after `conformance`; None in `files` is a folder; `lines` counts those of the message;
    `out` is what was asked for and is printed before the mistake shows."""

    name: str
    words: str
    says: tuple[str, ...]
    files: Files = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    make: Make | None = None
    lines: int = 1
    out: str = ""


def row(name: str, words: str, *says: str, **more: Any) -> Row:
    """A row; what is said are patterns."""
    return Row(name=name, words=words, says=says, **more)


def target(name: str, text: str | bytes, *says: str, words: str = CHECK, **more: Any) -> Row:
    """A row about a target file."""
    files = {"target.toml": text, **more.pop("files", {})}
    return Row(name=f"target: {name}", words=words, says=says, files=files, **more)


def key(name: str, line: str, *says: str, section: str = REST, **more: Any) -> Row:
    """A row about one line at the top of a target file that is right otherwise."""
    return target(name, f"{line}\n{section}", r"^target\.toml: ", *says, **more)


def inside(name: str, line: str, *says: str, section: str = REST, **more: Any) -> Row:
    """A row about one line of a section."""
    return target(name, f"{section}{line}\n", r"^target\.toml: ", *says, **more)


def address(name: str, url: str, *says: str) -> Row:
    """A row about the address of a service."""
    return target(f"url: {name}", f'[collection-policy]\nurl = "{url}"\n', r"collection-policy\.url: ", *says)


# --- files that a row needs -------------------------------------------------------------------------------------------


def loop(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "loop").symlink_to("loop")


def certificates(folder: Path, _: pytest.MonkeyPatch) -> None:
    """`ca.pem`, `client.pem` and its `client.key`, another `other.key`, and an encrypted one."""
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
        load_pem_private_key,
    )

    authority = trustme.CA()
    client, other = authority.issue_cert("client.example.com"), authority.issue_cert("other.example.com")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    client.cert_chain_pems[0].write_to_path(folder / "client.pem")
    client.private_key_pem.write_to_path(folder / "client.key")
    other.private_key_pem.write_to_path(folder / "other.key")
    plain = load_pem_private_key(client.private_key_pem.bytes(), None)
    locked = plain.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pass phrase"))
    (folder / "locked.key").write_bytes(locked)


def no_leave(folder: Path, patched: pytest.MonkeyPatch) -> None:
    """The system gives no leave to listen, as it does for ports below 1024 to all but root."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    patched.setattr("conformance.reference.app.socket.create_server", refused)


def impatient(folder: Path, patched: pytest.MonkeyPatch) -> None:
    patched.setattr("conformance.target.credential._PATIENCE", 0.3)


def no_scratch(folder: Path, patched: pytest.MonkeyPatch) -> None:
    """The folder for temporary files is gone."""
    patched.setattr("tempfile.tempdir", str(folder / "gone"))


@cache
def _whole_run() -> Mapping[str, bytes]:
    """The files of a run that came to its end. Made in a folder that is then gone, once for all rows."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        words = f"check --quiet --service collection-policy --rules {RULE} --depth quick --out {out}"
        with pytest.raises(SystemExit) as ended:
            main(words.split())
        assert ended.value.code == 0
        return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}


def a_run(folder: Path, _: pytest.MonkeyPatch) -> None:
    """A run that came to its end, in `run`."""
    (folder / "run").mkdir()
    for name, content in _whole_run().items():
        (folder / "run" / name).write_bytes(content)


def a_damaged_run(folder: Path, patched: pytest.MonkeyPatch) -> None:
    """The same; in line 4 of its journal is a blank too many."""
    a_run(folder, patched)
    path = folder / "run" / "run.jsonl"
    lines = path.read_bytes().split(b"\n")
    lines[3] = lines[3][:24] + lines[3][24:].replace(b": ", b":  ", 1)
    path.write_bytes(b"\n".join(lines))


def a_run_of_other_rules(folder: Path, patched: pytest.MonkeyPatch) -> None:
    """The same, of a rule that nobody has."""
    a_run(folder, patched)
    path = folder / "run" / "run.jsonl"
    first, *others = path.read_bytes().split(b"\n")
    header = {**json.loads(first)["header"], "rules": [["a", "json"]]}
    path.write_bytes(b"\n".join((sealed({"header": header}, 1).rstrip(b"\n"), *others)))


def sealed_header(**header: Any) -> bytes:
    """The first line of a journal."""
    return sealed({"header": header}, 1)


def journal(*lines: bytes) -> Files:
    return {"run/run.jsonl": b"\n".join(lines)}


def contract(of: str, **changes: Any) -> dict[str, str]:
    """The file of a contract of this version with other values at the top."""
    document = json.loads((schemas_dir() / of / "contract.json").read_text("utf-8"))
    return {f"own/{of}/contract.json": json.dumps({**document, **changes})}


def case(text: str | bytes) -> Files:
    """A service of the user's own that has one file of example cases, with this text."""
    return {**contract("collection-policy"), "own/collection-policy/cases/mine.toml": text}
