"""`conformance derive`: documents → contracts and schemas on disk, or the differences to what is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from conformance.documents import count, differences
from conformance.documents import derive as read_documents
from conformance.emit import files_of, published
from conformance.emit.contract_json import load
from conformance.errors import ConformanceError
from conformance.report.files import put
from conformance.resources import schemas_dir


def derive(documents: Path, *, check_only: bool, out: Path | None, say: Callable[[str], None]) -> int:
    """Write every generated file below `out`; with `check_only` compare instead. Returns the exit status."""
    folder = out if out is not None else schemas_dir()
    # All that can be wrong with a document is told before a file is written.
    derived = read_documents(documents)
    told = [] if not check_only else _unlike(folder, published())
    if not check_only:
        _write_all(folder, published())
    for contract in derived:
        say(f"{contract.service}: {contract.document.name}: {count(contract)}")
        files = files_of(contract)
        if not check_only:
            _write_all(folder, files)
            continue
        committed = folder / contract.service / "contract.json"
        if not committed.is_file():
            raise ConformanceError(f"{committed}: nothing is committed; run `conformance derive` without --check")
        told += differences(load(committed), contract) or _unlike(folder, files)
    for line in told:
        say(line)
    return 1 if told else 0


def _unlike(folder: Path, files: Mapping[str, str]) -> list[str]:
    """The generated files that are not, to the byte, what is on disk."""
    return [
        f"{name} differs from what the contract gives"
        for name, text in files.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != text.encode()
    ]


def _write_all(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            put(path, text.encode())
        except OSError as error:
            raise ConformanceError(f"{path}: cannot write: {error.strerror}") from None
