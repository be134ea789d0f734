"""Reports against the schemas that the formats' own makers publish: CTRF's and HAR's from npm, Jenkins's of JUnit from
the sources of pytest. None of them is copied into this repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import xmlschema
from hypothesis import given, settings
from referencing import Registry
from referencing.jsonschema import DRAFT6

from conformance.report.language import language_of
from conformance.report.writers import ctrf, har, junit
from tests.interop.from_npm import installed
from tests.report_samples import header, hostile, material
from tests.report_strategies import reports

if TYPE_CHECKING:
    from conformance.report.material import Material

CTRF, HAR, PYTEST = "0.3.0", "2.0.0", "8.4.2"


@pytest.fixture(scope="module")
def npm() -> None:
    """On a machine without npm these tests are skipped, but never in CI, which installs it."""
    if shutil.which("npm") is None and not os.environ.get("CI"):
        pytest.skip("npm not found: the published schemas of CTRF and HAR are not met here")
    assert shutil.which("npm"), "apt-get install nodejs npm"


@pytest.fixture(scope="module")
def ctrf_schema(npm: None) -> jsonschema.Draft7Validator:
    of = ctrf.SPECIFICATION.rpartition(".")[0]
    file = installed("ctrf", CTRF) / "node_modules" / "ctrf" / "dist" / f"ctrf-schema-{of}.json"
    return jsonschema.Draft7Validator(json.loads(file.read_text("utf-8")), format_checker=jsonschema.FormatChecker())


@pytest.fixture(scope="module")
def har_schema(npm: None) -> jsonschema.Draft6Validator:
    folder = installed("har-schema", HAR) / "node_modules" / "har-schema" / "lib"
    kinds = {file.name: json.loads(file.read_text("utf-8")) for file in folder.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        (name, DRAFT6.create_resource(schema)) for name, schema in kinds.items()
    )
    return jsonschema.Draft6Validator({"$ref": "har.json"}, registry=registry)


def samples() -> list[Material]:
    strict = hostile(strict=True, pending=("x00005",), suite=header()["suite"] | {"version": ""})
    return [material(*run, language_of(code)) for run in (hostile(), strict) for code in ("en", "es")]


def wrong(schema: Any, content: bytes) -> list[str]:
    return [f"{error.json_path}: {error.message}"[:300] for error in schema.iter_errors(json.loads(content))]


def test_ctrf_fits_the_schema_of_its_makers(ctrf_schema: Any) -> None:
    for told in samples():
        assert wrong(ctrf_schema, ctrf.write(told)) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("reportFormat", "ctrf"), ("specVersion", "1"), ("reportId", "7"), ("timestamp", "yesterday"), ("more", 1)],
)
def test_the_schema_of_ctrf_sees_what_is_wrong(ctrf_schema: Any, key: str, value: Any) -> None:
    document = json.loads(ctrf.write(samples()[0])) | {key: value}
    assert wrong(ctrf_schema, json.dumps(document).encode()) != []


def test_har_fits_the_schema_of_har_validator(har_schema: Any) -> None:
    for told in samples():
        assert wrong(har_schema, har.write(told)) == []


@pytest.mark.parametrize("key", ["status", "headers", "content", "bodySize"])
def test_the_schema_of_har_sees_what_is_missing(har_schema: Any, key: str) -> None:
    document = json.loads(har.write(samples()[0]))
    del document["log"]["entries"][0]["response"][key]
    assert wrong(har_schema, json.dumps(document).encode()) != []


@settings(max_examples=max(20, settings().max_examples // 10))
@given(data=reports())
def test_any_report_fits_both(ctrf_schema: Any, har_schema: Any, data: Any) -> None:
    told = material(*data)
    assert wrong(ctrf_schema, ctrf.write(told)) == []
    assert wrong(har_schema, har.write(told)) == []


@pytest.fixture(scope="module")
def junit_schema(tmp_path_factory: pytest.TempPathFactory) -> xmlschema.XMLSchema:
    """The schema of Jenkins's xUnit plugin, which pytest holds its own reports against."""
    folder = tmp_path_factory.mktemp("pytest")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "pytest"]
    subprocess.run([*command, f"pytest=={PYTEST}", "--dest", str(folder)], check=True, capture_output=True)
    (archive,) = folder.glob("pytest-*.tar.gz")
    with tarfile.open(archive) as content:
        (name,) = [name for name in content.getnames() if Path(name).name == "junit-10.xsd"]
        file = content.extractfile(name)
        assert file is not None
        return xmlschema.XMLSchema(file.read().decode())


@pytest.mark.nightly
def test_junit_fits_the_schema_of_the_xunit_plugin(junit_schema: xmlschema.XMLSchema) -> None:
    for told in samples():
        junit_schema.validate(junit.write(told).decode())
    extra = junit.write(samples()[0]).replace(b"<testsuites ", b'<testsuites skipped="1" ')
    assert not junit_schema.is_valid(extra.decode())


@pytest.mark.nightly
@settings(max_examples=100)
@given(data=reports())
def test_junit_of_any_report_fits_it(junit_schema: xmlschema.XMLSchema, data: Any) -> None:
    junit_schema.validate(junit.write(material(*data)).decode())
