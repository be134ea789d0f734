"""Where the data folders are: inside the installed package, or beside it in a checkout. Finds paths, reads nothing."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    packaged = PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name


def schemas_dir() -> Path:
    """The folder with one sub-folder of contracts and schemas for each service."""
    return _folder("schemas")


def cases_dir() -> Path:
    """The folder with the suite that meets a target: test files and example cases."""
    return _folder("cases")
