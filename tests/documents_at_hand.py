"""Where the three documents are. They stay outside the repository, so a clean clone may not have them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.documents import derive
from conformance.documents.page import Page, open_page
from conformance.emit.contract_json import load
from conformance.resources import schemas_dir

if TYPE_CHECKING:
    from conformance.model import Contract

VARIABLE = "CONFORMANCE_DOCUMENTS"
BESIDE = Path(__file__).resolve().parent.parent.parent / "shared" / "documents"
SERVICES = ("actualizar-correo", "collection-policy", "envio-correo")


def documents_dir() -> Path | None:
    """The folder that the environment names, else the one beside the checkout; None where there is neither."""
    named = os.environ.get(VARIABLE)
    if named and not any(Path(named).glob("*.txt")):
        raise pytest.UsageError(f"{VARIABLE} names {named}, which holds no document; correct it or unset it")
    folder = Path(named) if named else BESIDE
    return folder if any(folder.glob("*.txt")) else None


@dataclass(frozen=True)
class Source:
    """A contract under test: the committed one, or the one that the documents at hand yield now."""

    contract: Contract
    page: Page | None


def committed() -> dict[str, Contract]:
    """The contracts of this checkout by service id."""
    return {service: load(schemas_dir() / service / "contract.json") for service in SERVICES}


def sources() -> list[object]:
    """Every committed contract, and beside it every contract that is derived now where the documents are at hand."""
    found: list[object] = [
        pytest.param(Source(held, None), id=f"{name}-committed") for name, held in committed().items()
    ]
    folder = documents_dir()
    for contract in derive(folder) if folder is not None else ():
        page = open_page(folder / contract.document.name) if folder is not None else None
        found.append(pytest.param(Source(contract, page), id=f"{contract.service}-derived"))
    return found
