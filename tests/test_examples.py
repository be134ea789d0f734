"""Example cases: files with a story each, read strictly, made into cases of the baseline."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance.codecs import json
from conformance.errors import ConformanceError
from conformance.generate.examples import example_cases, read
from conformance.generate.subject import Subject
from conformance.judge import request_findings
from conformance.model import Expect
from conformance.resources import cases_dir
from conformance.run.contracts import all_rules, contracts

CONTRACT = contracts()["collection-policy"]
RULES = dict(all_rules())
SUBJECT = Subject(
    contract=CONTRACT,
    encoding=CONTRACT.encoding("json"),
    url="http://127.0.0.1/api/CollectionPolicy",
    values=CONTRACT.baseline,
)
FILES = sorted((cases_dir() / "collection-policy").glob("*.toml"))
CASES = tuple(example_cases(SUBJECT, cases_dir(), RULES))
RULE = "collection-policy/request/ArMailName/max-length"
STORY = "A story that is long enough to tell something."


def made(tmp_path, text):
    folder = tmp_path / "collection-policy"
    folder.mkdir()
    (folder / "a.toml").write_text(text, encoding="utf-8")
    return list(example_cases(SUBJECT, tmp_path, RULES))


def example(**keys):
    lines = {"title": "A title", "story": STORY, "rule": RULE, "expect": "accepted"} | keys
    body = "\n".join(f"{key} = {value if key in RAW else chr(34) + value + chr(34)}" for key, value in lines.items())
    return f"[[case]]\n{body}\n"


RAW = {"set", "remove", "encodings", "body"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_committed_example_has_a_title_a_story_and_a_rule_that_exists(path):
    for found in read(path).case:
        assert found.story.endswith(".")
        assert found.story != found.title
        assert found.rule in RULES


def test_committed_examples_become_cases_numbered_in_their_file():
    assert len(CASES) == sum(len(read(path).case) for path in FILES) >= 10
    assert len({case.id for case in CASES}) == len(CASES)
    for case in CASES:
        assert case.id == f"collection-policy/json/example/{case.origin.removeprefix('example:')}"
        assert case.origin.startswith("example:")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_committed_example_expects_what_the_contract_says(case):
    tree = json.decode(case.request.body).tree
    found = {rule for rule, _ in request_findings(CONTRACT, tree)} if isinstance(tree, dict) else set(case.rules)
    if case.expect is Expect.REFUSED:
        assert found == set(case.rules)
    else:
        assert found == set()


def test_set_and_remove_change_the_baseline_and_nothing_else(tmp_path):
    text = example(set='{ MinimumInterest = 6.10, Observaciones = "x" }', remove='["IsAfiliatedCC"]')
    (case,) = made(tmp_path, text)
    expected = SUBJECT.baseline() | {"MinimumInterest": Decimal("6.10"), "Observaciones": "x"}
    del expected["IsAfiliatedCC"]
    assert json.decode(case.request.body).tree == expected
    assert b"6.10" in case.request.body


def test_a_literal_body_is_sent_as_it_stands_with_the_baselines_values_in_it(tmp_path):
    (case,) = made(tmp_path, example(body="""'{ "Email" : {{Email}}, "MaximumTermDays":{{MaximumTermDays}} }'"""))
    assert case.request.body == b'{ "Email" : "cobranza@mail.test", "MaximumTermDays":60 }'


def test_an_example_may_name_its_media_types(tmp_path):
    (case,) = made(tmp_path, example(media_type="text/json", accept="*/*"))
    assert case.request.header("Content-Type") == "text/json"
    assert case.request.header("Accept") == "*/*"


def test_an_example_of_another_encoding_makes_no_case(tmp_path):
    assert made(tmp_path, example(encodings='["xml"]')) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[case]", "not TOML"),
        ("", "case"),
        ("[[case]]\ntitle = 'x'\n", "case.0.title"),
        (example(surprise="x"), "case.0.surprise"),
        (example(expect="perhaps"), "case.0.expect"),
        (example(story="Too short."), "case.0.story"),
        (example(rule="collection-policy/request/Nothing/pattern"), "there is no rule"),
        (example(body="'{{Nothing}}'"), "is no member of the baseline"),
    ],
    ids=["syntax", "empty", "title", "surprise", "expect", "story", "rule", "placeholder"],
)
def test_a_mistake_in_an_example_names_the_file_and_the_key(tmp_path, text, words):
    with pytest.raises(ConformanceError, match=words) as caught:
        made(tmp_path, text)
    assert "a.toml" in str(caught.value)
