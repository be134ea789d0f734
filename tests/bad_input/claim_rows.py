"""Mistakes around the claim of a run: in what is to be verified, and in the key that signs or checks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.report.claim import SCHEMA_ID
from tests.bad_input.row import FEW, Files, a_run, loop, row

# fmt: off


def another_journal(folder: Path, patched: pytest.MonkeyPatch) -> None:
    a_run(folder, patched)
    (folder / "run" / "copy.jsonl").write_bytes((folder / "run" / "run.jsonl").read_bytes())


def claim(**said: object) -> Files:
    return {"run/claim.json": json.dumps({"schema": SCHEMA_ID, "revision": 1, **said})}


MAKE = r"`openssl genpkey -algorithm ed25519` makes one"

ROWS = (
    row("verify: nothing", "verify", r"Missing argument 'RUN'"),
    row("verify: no name", "verify ''", r"RUN.*must not be empty"),
    row("verify: none", "verify gone", r"gone: is not there"),
    row("verify: an empty folder", "verify run", r"run: no claim\.json here; name the folder that a run wrote", files={"run": None}),
    row("verify: a killed run", "verify run", r"run: no claim\.json here; .*killed.*`conformance report run` makes one", files={"run/run.jsonl": ""}),
    row("verify: a circle of links", "verify loop", r"loop: is a link and no file", make=loop),
    row("verify: a folder of that name", "verify run", r"run/claim\.json: is no file", files={"run/claim.json": None}),
    row("verify: a report", "verify run/report.json", r"run/report\.json: is no claim; name the folder that a run wrote", make=a_run),
    row("verify: a page", "verify run/report.html", r"run/report\.html: is no claim: not JSON", make=a_run),
    row("verify: bytes", "verify run", r"run/claim\.json: is no claim: not JSON", files={"run/claim.json": b"\0\xff" * 9}),
    row("verify: too deep", "verify run", r"run/claim\.json: is no claim: not JSON", files={"run/claim.json": "[" * 100_000}),
    row("verify: too large", "verify run", r"run/claim\.json: has more than 16777216 bytes", files={"run/claim.json": " " * (2**24 + 1)}),
    row("verify: a list", "verify run", r"run/claim\.json: is no claim; name the folder", files={"run/claim.json": "[]"}),
    row("verify: a later one", "verify run", r"run/claim\.json: a claim of revision 3, and this version reads up to 2; update billing-conformance", files=claim(revision=3)),
    row("verify: nothing in it", "verify run", r"run/claim\.json: is no claim of this suite: \$: 'outcome' is a required property", files=claim()),
    row("verify: out of the folder", "verify run", r"run/claim\.json: is no claim of this suite: .*", files=claim(artefacts={"../../etc/passwd": {"bytes": 1, "sha256": "0" * 64}})),
    row("verify: key: none", "verify run --key gone.pem", r"--key gone\.pem: cannot be read \(No such file or directory\); name a public key, as PEM", make=a_run),
    row("verify: key: no key", "verify run --key run/report.html", r"--key run/report\.html: holds no public key, as PEM; ask whoever signed for it", make=a_run),
    row("verify: language", "verify run --lang fr", r"--lang fr: known are en, es", make=a_run),
    row("report: a copy of a journal beside it", "report run/copy.jsonl", r"--out run: holds the journal of another run; name another folder", make=another_journal),
    row("sign: no key", f"check {FEW}", rf"CONFORMANCE_SIGNING_KEY: holds no private key, as PEM; .*CONFORMANCE_SIGNING_KEY_FILE; {MAKE}", environ={"CONFORMANCE_SIGNING_KEY": "hunter2"}),
    row("sign: no key, without sending", f"check --dry-run {FEW}", r"CONFORMANCE_SIGNING_KEY is empty; unset it for a claim without a signature", environ={"CONFORMANCE_SIGNING_KEY": ""}),
    row("sign: no file", f"check {FEW}", r"CONFORMANCE_SIGNING_KEY_FILE: the file that it names cannot be read \(No such file or directory\)", environ={"CONFORMANCE_SIGNING_KEY_FILE": "gone.pem"}),
    row("sign: a password alone", f"check {FEW}", r"CONFORMANCE_SIGNING_KEY_PASSWORD is set, but no key", environ={"CONFORMANCE_SIGNING_KEY_PASSWORD": "hunter2"}),
    row("sign: a report", "report run", r"CONFORMANCE_SIGNING_KEY: holds no private key", environ={"CONFORMANCE_SIGNING_KEY": "hunter2"}, make=a_run),
)
