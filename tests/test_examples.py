"""Example cases: files with a story each, read strictly, made into cases of the baseline."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance.codecs import CODECS, json
from conformance.codecs.decoded import Malformed
from conformance.errors import ConformanceError
from conformance.generate.examples import example_cases, read
from conformance.generate.subject import Subject
from conformance.judge import request_findings
from conformance.model import Expect
from conformance.reference import State, answer
from conformance.resources import cases_dir
from conformance.run.contracts import all_rules, contracts

CONTRACT = contracts()["collection-policy"]
RULES = dict(all_rules())
REQUEST = CONTRACT.operation.request
ENCODINGS = ("json", "xml", "form")


def subject(encoding="json", **values):
    return Subject(
        contract=CONTRACT,
        encoding=CONTRACT.encoding(encoding),
        url="http://127.0.0.1/api/CollectionPolicy",
        values={**CONTRACT.baseline, **values},
        explicit=frozenset(values),
    )


SUBJECT = subject()
FILES = sorted((cases_dir() / "collection-policy").glob("*.toml"))
CASES = tuple(case for name in ENCODINGS for case in example_cases(subject(name), cases_dir(), RULES))
RULE = "collection-policy/request/ArMailName/max-length"
STORY = "A story that is long enough to tell something."


def made(tmp_path, text, about=SUBJECT):
    folder = tmp_path / "collection-policy"
    folder.mkdir(exist_ok=True)
    (folder / "a.toml").write_text(text, encoding="utf-8")
    return list(example_cases(about, tmp_path, RULES))


def decoded(case):
    """The message of the case; None where it is none."""
    try:
        return CODECS[case.encoding].decode(REQUEST, case.request.body, "")
    except Malformed:
        return None


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


def test_committed_examples_become_cases_of_each_encoding_that_they_name():
    due = sum(len(example.encodings) for path in FILES for example in read(path).case)
    assert len(CASES) == due >= 80
    assert len({case.id for case in CASES}) == len(CASES)
    for case in CASES:
        assert case.id == f"collection-policy/{case.encoding}/example/{case.origin.removeprefix('example:')}"
        assert case.origin.startswith("example:")
        assert case.encoding in RULES[case.rules[0]].encodings


def test_an_example_by_members_is_tried_in_every_encoding_in_which_its_rule_holds():
    for path in FILES:
        for found in read(path).case:
            if found.body is None:
                assert tuple(found.encodings) == RULES[found.rule].encodings, found.title


def test_there_are_examples_written_out_by_hand_in_every_encoding():
    written = {name for path in FILES for found in read(path).case if found.body for name in found.encodings}
    assert written == set(ENCODINGS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.encoding}: {case.title}")
def test_a_committed_example_expects_what_the_contract_says(case):
    read_ = decoded(case)
    tree = read_.tree if read_ is not None else None
    odd = read_ is not None and any(oddity.kind in {"root", "namespace"} for oddity in read_.oddities)
    whole = isinstance(tree, dict) and not odd
    found = {rule for rule, _ in request_findings(CONTRACT, tree)} if whole else set(case.rules)
    if case.expect is Expect.REFUSED:
        assert found == set(case.rules)
    elif case.expect is Expect.ACCEPTED:
        assert found == set()
    else:
        # What readers differ on may break the rule that it is told under, and no other.
        assert found <= set(case.rules)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.encoding}: {case.title}")
def test_a_committed_example_that_decides_is_one_difference_from_the_baseline(case):
    message, base = decoded(case), subject(case.encoding).baseline()
    whole = message is not None and isinstance(message.tree, dict) and not message.oddities
    if case.expect is not Expect.OBSERVE and whole:
        changed = {name for name in {*base, *message.tree} if base.get(name) != message.tree.get(name)}
        assert len(changed) <= 1, changed


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.encoding}: {case.title}")
def test_the_reference_does_with_a_committed_example_what_it_expects(case):
    response, _ = answer(CONTRACT, case.request, State())
    statuses = {Expect.ACCEPTED: {200}, Expect.REFUSED: {400}, Expect.OBSERVE: {200, 400}}
    assert response.status in statuses[case.expect]


def test_an_example_is_the_same_message_in_every_encoding():
    by_origin = {}
    for case in CASES:
        if (message := decoded(case)) is not None and not case.origin.startswith("example:wire"):
            by_origin.setdefault(case.origin, []).append(message.tree)
    assert len(by_origin) > 20
    for trees in by_origin.values():
        assert all(tree == trees[0] for tree in trees)


def test_set_and_remove_change_the_baseline_and_nothing_else(tmp_path):
    text = example(set='{ MinimumInterest = 6.10, Observaciones = "x" }', remove='["IsAfiliatedCC"]')
    (case,) = made(tmp_path, text)
    expected = SUBJECT.baseline() | {"MinimumInterest": Decimal("6.10"), "Observaciones": "x"}
    del expected["IsAfiliatedCC"]
    assert json.decode(case.request.body).tree == expected
    assert b"6.10" in case.request.body


# fmt: off
BODIES = [
    ("json", "{{ArMailName}}", '"Muñoz & \\"Cía\\" <1>"'), ("json", "{{MaximumTermDays}}", "60"),
    ("json", "{{MinimumInterest}}", "6.10"), ("json", "{{AssignSeller}}", "false"), ("json", "{{UserId}}", "null"),
    ("xml", "{{ArMailName}}", 'Muñoz &amp; "Cía" &lt;1&gt;'), ("xml", "{{MaximumTermDays}}", "60"),
    ("xml", "{{MinimumInterest}}", "6.10"), ("xml", "{{AssignSeller}}", "false"),
    ("xml", "{{GrantorTaxId}}", "a\tb\n&#13;c"),
    ("xml", "{{CollectionReminderTime}}", ""),
    ("xml", "{{NotificationSchemaList}}",
     "<NotificationSchemaModelApi><NotificationSchemaName>&amp;</NotificationSchemaName></NotificationSchemaModelApi>"),
    ("form", "{{ArMailName}}", "Mu%C3%B1oz+%26+%22C%C3%ADa%22+%3C1%3E"), ("form", "{{MaximumTermDays}}", "60"),
    ("form", "{{MinimumInterest}}", "6.10"), ("form", "{{AssignSeller}}", "false"),
    ("form", "{{Email}}", "cobranza%40mail.test"), ("form", "{{CollectionReminderTime}}", ""),
]
# fmt: on
TENANT = {
    "ArMailName": 'Muñoz & "Cía" <1>',
    "MinimumInterest": Decimal("6.10"),
    "GrantorTaxId": "a\tb\n\rc",
    "CollectionReminderTime": "",
    "NotificationSchemaList": [{"NotificationSchemaName": "&"}],
    "UserId": None,
}


@pytest.mark.parametrize(("encoding", "body", "written"), BODIES)
def test_a_literal_body_is_sent_as_it_stands_with_the_baselines_values_as_the_encoding_writes_them(
    tmp_path, encoding, body, written
):
    text = example(encodings=f'["{encoding}"]', body=f"'''<a b= '&'>{body}={body}\n'''")
    (case,) = made(tmp_path, text, subject(encoding, **TENANT))
    assert case.request.body.decode() == f"<a b= '&'>{written}={written}\n"


@pytest.mark.parametrize("encoding", ["xml", "form"])
def test_a_value_that_is_no_single_text_has_no_place_in_a_literal_body(tmp_path, encoding):
    text = example(encodings=f'["{encoding}"]', body="'{{UserId}}'")
    with pytest.raises(ConformanceError, match=rf"a\.toml#1: body: .*UserId.* is no single text in {encoding}"):
        made(tmp_path, text, subject(encoding, **TENANT))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_body_written_out_of_placeholders_is_the_baseline(tmp_path, encoding):
    names = list(subject(encoding).baseline())
    marks = {
        "json": "{" + ",".join(f'"{name}": {{{{{name}}}}}' for name in names) + "}",
        "xml": "".join(f"<{name}>{{{{{name}}}}}</{name}>" for name in names).join(
            (f"<{REQUEST.root}>", f"</{REQUEST.root}>")
        ),
        "form": "&".join(f"{name}={{{{{name}}}}}" for name in names),
    }
    text = example(encodings=f'["{encoding}"]', body=f"'''{marks[encoding]}'''")
    (case,) = made(tmp_path, text, subject(encoding))
    assert decoded(case).tree == subject(encoding).baseline()


def test_an_example_may_name_its_media_types(tmp_path):
    (case,) = made(tmp_path, example(media_type="text/json", accept="*/*"))
    assert case.request.header("Content-Type") == "text/json"
    assert case.request.header("Accept") == "*/*"


def test_an_example_of_another_encoding_makes_no_case(tmp_path):
    assert made(tmp_path, example(encodings='["xml"]')) == []
    assert len(made(tmp_path, example(encodings='["xml"]'), subject("xml"))) == 1


def test_an_example_that_names_no_encoding_is_one_in_json(tmp_path):
    assert len(made(tmp_path, example())) == 1
    assert made(tmp_path, example(), subject("xml")) == []


def test_an_example_about_answers_may_be_sent_as_a_form_though_nobody_answers_in_one(tmp_path):
    text = example(rule="collection-policy/response/data/Email/echo", encodings='["form"]')
    (case,) = made(tmp_path, text, subject("form"))
    assert case.encoding == "form"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_mistake_is_told_whatever_encoding_is_asked_for(tmp_path, encoding):
    text = example(rule="collection-policy/envelope/request-root", encodings='["form"]')
    with pytest.raises(ConformanceError, match=r"a\.toml#1: encodings: .*request-root does not hold in form"):
        made(tmp_path, text, subject(encoding))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[case]", "is no TOML"),
        ("", "case"),
        ("[[case]]\ntitle = 'x'\n", "case.0.title"),
        (example(surprise="x"), "case.0.surprise"),
        (example(expect="perhaps"), "case.0.expect"),
        (example(story="Too short."), "case.0.story"),
        (example(rule="collection-policy/request/Nothing/pattern"), "there is no rule"),
        (example(body="'{{Nothing}}'"), "is no member of the baseline"),
        (example(encodings="[]"), "case.0.encodings"),
        (example(encodings='["json", "soap-1.1"]'), "documents no 'soap-1.1'; it documents json, xml, form"),
        (example(rule="collection-policy/envelope/malformed", encodings='["form"]'), "does not hold in form"),
        (example(body="'{}'", remove='["Email"]'), "case.0: .*leave out set and remove"),
        (example(remove='["Emial"]'), "remove: the request has no member 'Emial'"),
    ],
    ids=[
        *("syntax", "empty", "title", "surprise", "expect", "story", "rule", "placeholder", "no encoding"),
        *("undocumented encoding", "rule of another encoding", "two ways", "removed"),
    ],
)
def test_a_mistake_in_an_example_names_the_file_and_the_key(tmp_path, text, words):
    with pytest.raises(ConformanceError, match=words) as caught:
        made(tmp_path, text)
    assert "a.toml" in str(caught.value)
