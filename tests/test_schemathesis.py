"""Another program reads the OpenAPI document, draws requests from it and holds the reference's answers against it.

Schemathesis makes requests that the document allows, and ones that it does not, in every media type; all of its checks
look at each answer. Two of its findings may be no defect, and are counted:

* a request that the document allows is refused, where the document lists that it cannot say the rule, or where a number
  stands in a text format in a spelling of JSON alone (`1e-07`, `95.0` for an integer);
* a request that it does not allow is accepted, where the wrong value became a right one on its way into a text format
  (0 is a boolean in XML, the text "5" is a number in a form).

Anything else is a defect of ours. The number of examples is that of the Hypothesis profile. Loopback only.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings

from conformance.codecs import CODECS, Malformed
from conformance.judge import request_findings
from conformance.model import Tree
from conformance.reference.app import serving
from conformance.resources import schemas_dir
from conformance.run.contracts import contracts

with warnings.catch_warnings():
    # What it imports warns of its own futures.
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
    from schemathesis.openapi.checks import RejectedPositiveData

POLICY = contracts()["collection-policy"]
TEXT = (schemas_dir() / "collection-policy" / "openapi.yaml").read_text("utf-8")
DOCUMENT = yaml.safe_load(TEXT)
ENCODINGS = {media: one.name for one in POLICY.operation.encodings for media in one.media_types}
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def listed(value):
    """Ids that the document lists as not expressed."""
    if isinstance(value, dict):
        found = set(value.get("x-not-expressed", {}))
        return found.union(*(listed(inner) for inner in value.values()))
    return set().union(*(listed(inner) for inner in value)) if isinstance(value, list) else set()


LISTED = listed(DOCUMENT)


def operation():
    (result,) = schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
    return result.ok()


@pytest.fixture(scope="module")
def url():
    with serving([POLICY]) as root:
        yield root


def read(case, request) -> tuple[str, Tree]:
    """The message as it went over the wire."""
    encoding = ENCODINGS[case.media_type]
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    return encoding, CODECS[encoding].decode(POLICY.operation.request, body, "").tree


def broken(case, request) -> tuple[str, dict[str, Tree]]:
    """Rules that the message breaks, with what stands there."""
    encoding, tree = read(case, request)
    found = {}
    for rule, finding in request_findings(POLICY, tree):
        found[rule] = tree.get(finding.path) if isinstance(tree, dict) else tree
    return encoding, found


def legal(failure, case, request) -> bool:
    """Is the finding one of the two that are no defect?"""
    try:
        encoding, rules = broken(case, request)
    except (Malformed, AttributeError, KeyError):
        return False
    if isinstance(failure, RejectedPositiveData):
        return bool(rules) and all(
            rule in LISTED or (encoding != "json" and isinstance(value, str) and NUMBER.fullmatch(value) is not None)
            for rule, value in rules.items()
        )
    return isinstance(failure, AcceptedNegativeData) and encoding != "json" and not rules


def findings(case, root, seen):
    """Send the case; the failures that are ours to mend."""
    response = case.call(base_url=root)
    seen[case.media_type, response.status_code] += 1
    try:
        case.validate_response(response)
    except FailureGroup as group:
        failures = group.exceptions
    except AssertionError as failure:
        failures = (failure,)
    else:
        return []
    ours = []
    for failure in failures:
        if legal(failure, case, response.request):
            seen[type(failure).__name__] += 1
        else:
            ours.append((failure, case.as_curl_command()))
    return ours


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_drawn_requests_have_no_finding_that_is_ours(mode, url):
    seen = Counter()

    @settings(suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(operation().as_strategy(generation_mode=mode))
    def run(case):
        assert findings(case, url, seen) == []

    run()
    drawn = {key[0] for key in seen if isinstance(key, tuple)}
    # A few draws need not meet every media type.
    assert drawn <= set(ENCODINGS)
    assert len(drawn) >= 3
    assert any(key[1] == (200 if mode is GenerationMode.POSITIVE else 400) for key in seen if isinstance(key, tuple))
