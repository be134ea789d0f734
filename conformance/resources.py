"""Where the data folders are: inside the installed package, or beside it in a checkout. Finds paths, reads no file.

A folder of schemas of the user's own, derived from other documents, is named by `--schemas` or by an environment
variable: the variable alone reaches the processes that a command starts.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SCHEMAS = "CONFORMANCE_SCHEMAS"
"""The environment variable that names a further folder of contracts."""
CONTRACT = "contract.json"


def _folder(name: str) -> Path:
    packaged = PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name


def schemas_dir() -> Path:
    """The folder with one sub-folder of contracts and schemas for each service."""
    return _folder("schemas")


def cases_dir() -> Path:
    """The folder with the suite that meets a target: test files and example cases."""
    return _folder("cases")


def own_schemas_dir() -> Path | None:
    """The further folder of schemas that the user named."""
    named = os.environ.get(SCHEMAS, "")
    return Path(named) if named else None


def schemas_dirs() -> tuple[Path, ...]:
    """Every folder of schemas; a service in a later one replaces that of an earlier one."""
    own = own_schemas_dir()
    return (schemas_dir(),) if own is None else (schemas_dir(), own)


def use_schemas(folder: Path | None) -> Callable[[], None]:
    """Make this the further folder of schemas, here and in every process started from now on; None changes nothing.

    Returns what puts the earlier one back.
    """
    before = os.environ.get(SCHEMAS)

    def restore() -> None:
        if before is None:
            os.environ.pop(SCHEMAS, None)
        else:
            os.environ[SCHEMAS] = before

    if folder is not None:
        os.environ[SCHEMAS] = str(folder.absolute())
    return restore


def is_own(service: str) -> bool:
    """Is the service one that the user derived, perhaps in place of one that this version carries?"""
    own = own_schemas_dir()
    return own is not None and (own / service / CONTRACT).is_file()


def example_files(folder: Path, service: str) -> tuple[Path, ...]:
    """The example cases of a service: beside its contract where it is the user's own, else in the suite's folder."""
    own = own_schemas_dir()
    if own is not None and is_own(service):
        return tuple(sorted((own / service / "cases").glob("*.toml")))
    return tuple(sorted((folder / service).glob("*.toml")))
