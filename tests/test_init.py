"""From `init` and `serve` to a first verdict: the two commands with which somebody begins."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.run.serving import defects
from tests.test_cli import (
    MUST_DEFECT,
    NARROW,
    RULE,
    SERVICE,
    conformance,
    one_message,
    outcomes,
    report_of,
    surroundings,
    target_file,
)


@contextmanager
def served(folder: Path, *words: str, name: str = SERVICE) -> Iterator[str]:
    """`conformance serve` on a free port; the url that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", "serve", "--service", name, "--port", "0", *words],
        cwd=folder,
        env=surroundings(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        service, _, url = process.stdout.readline().strip().partition(": ")
        assert service == name
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_the_file_that_init_prints_loads_and_checks_what_serve_serves(tmp_path: Path) -> None:
    ran = conformance("init", "--service", SERVICE, cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    with served(tmp_path) as url:
        text = ran.out.replace("https://staging.example.com/Dito.REST/api/CollectionPolicy", url)
        # The template's rate is for a staging server that others use too.
        text = text.replace("per_second = 5", "per_second = 500")
        (tmp_path / "target.toml").write_text(text, "utf-8")
        checked = conformance(
            "check", "--target", "target.toml", *NARROW, "--out", "run", cwd=tmp_path, QA_TOKEN="t0ken-of-qa"
        )
    assert (checked.status, checked.err) == (0, "")
    report = report_of(tmp_path / "run")
    assert (report["outcome"], report["target"]["name"]) == ("conforms", "staging")
    assert report["target"]["services"][SERVICE]["url"] == url


@pytest.mark.parametrize(
    ("name", "address", "rules"),
    [
        ("envio-correo", "https://staging.example.com/ServicioSSIntegral.asmx", "*/request/FechaFactura/*"),
        (
            "actualizar-correo",
            "https://staging.example.com/FacturacionElectronica/FacturacionElectronicaValidacionPrevia",
            "*/request/facturador/*",
        ),
    ],
)
def test_the_section_of_a_soap_service_checks_what_serve_serves(
    tmp_path: Path, name: str, address: str, rules: str
) -> None:
    ran = conformance("init", "--service", name, cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    with served(tmp_path, name=name) as url:
        text = ran.out.replace(address, url).replace("per_second = 5", "per_second = 500")
        (tmp_path / "target.toml").write_text(text, "utf-8")
        words = ("--target", "target.toml", "--rules", rules, "--depth", "quick", "--out", "run")
        checked = conformance("check", *words, cwd=tmp_path, SS_CLAVE="s0me-clave", LOGGRO_CLAVE="an0ther-clave")
    assert (checked.status, checked.err) == (0, ""), checked.out
    report = report_of(tmp_path / "run")
    assert {encoding for _, encoding in outcomes(report)} == {"soap-1.1", "soap-1.2"}
    assert set(outcomes(report).values()) == {"passed"}
    assert report["target"]["services"][name]["url"] == url
    written = b"".join(path.read_bytes() for path in (tmp_path / "run").glob("*.*") if path.is_file())
    assert b"0me-clave" not in written
    assert b"an0ther-clave" not in written


def test_init_as_it_stands_asks_for_its_variables_and_for_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_text(conformance("init", "--service", SERVICE, cwd=tmp_path).out, "utf-8")
    missing = conformance("check", "--target", "target.toml", cwd=tmp_path)
    assert missing.status == 4
    assert "the environment variable QA_TOKEN is not set" in one_message(missing)
    guarded = conformance("check", "--target", "target.toml", cwd=tmp_path, QA_TOKEN="t0ken-of-qa")
    assert guarded.status == 4
    assert 'effects = "allow"' in one_message(guarded)


def test_a_served_defect_fails_its_rule(tmp_path: Path) -> None:
    with served(tmp_path, "--defect", MUST_DEFECT) as url:
        target_file(tmp_path, url)
        ran = conformance("check", "--target", "target.toml", *NARROW, "--out", "run", cwd=tmp_path)
    assert ran.status == 1
    failed = [rule for (rule, _), outcome in outcomes(report_of(tmp_path / "run")).items() if outcome == "failed"]
    assert failed == [RULE]


def test_serve_lists_its_defects(tmp_path: Path) -> None:
    ran = conformance("serve", "--service", SERVICE, "--defect", "list", cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == [defect.id for defect in defects(SERVICE)]
