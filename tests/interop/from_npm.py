"""Packages from npm that tests read or run, installed on first use into a folder outside of the sources."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "interop"
NPM = ("npm", "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")


def installed(name: str, version: str) -> Path:
    """The folder whose `node_modules` has the package."""
    folder = CACHE / f"{name}-{version}"
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=CACHE))
        subprocess.run([*NPM, "--prefix", str(fresh), f"{name}@{version}"], check=True, capture_output=True)
        try:
            fresh.rename(folder)
        except OSError:  # another test was faster
            shutil.rmtree(fresh)
    return folder
