"""The emitted XML Schemas: read by two libraries, bound to the rules both ways, held against the page's samples."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pytest
import xmlschema
from lxml import etree

from conformance.codecs import xml
from conformance.emit import files_of
from conformance.emit.xsd import xsd_files
from conformance.emit.xsd_notes import RULES as NOTES
from conformance.model import Basis, Citation, Constraint, Field
from conformance.resources import schemas_dir
from conformance.rules import rules_of
from conformance.run.contracts import contracts
from tests.documents_at_hand import documents_dir
from tests.xml_words import CONTRACT as LOANS
from tests.xml_words import NAMESPACE, VALID, constraint, in_namespace, member

POLICY = contracts()["collection-policy"]
XS = {"xs": "http://www.w3.org/2001/XMLSchema", "suite": NOTES}
EVERY = {"collection-policy": POLICY, "loans": LOANS, "loans as data contract": in_namespace()}


def saved(contract, folder):
    """The files on disk, as a reader who downloads them has them."""
    for name, text in xsd_files(contract).items():
        (folder / name).write_text(text, "utf-8")
    return folder


def tree_of(text):
    return etree.fromstring(text.encode("utf-8"))


def noted(contract, kind):
    found = []
    for text in xsd_files(contract).values():
        found += [one.get("id") for one in tree_of(text).iterfind(f".//suite:{kind}", XS)]
    return found


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("part", ["request", "response"])
def test_a_schema_is_read_by_xmlschema_and_by_libxml2(name, part, tmp_path):
    folder = saved(EVERY[name], tmp_path)
    assert xmlschema.XMLSchema10(folder / f"{part}.xsd").validity == "valid"
    schema = etree.XMLSchema(etree.parse(folder / f"{part}.xsd"))
    assert not schema.error_log


def test_a_service_without_xml_has_no_schema():
    assert xsd_files(contracts()["envio-correo"]) == {}


def test_the_committed_files_are_what_is_emitted():
    assert set(xsd_files(POLICY)) == {"request.xsd", "response.xsd"}
    for name, text in xsd_files(POLICY).items():
        assert (schemas_dir() / "collection-policy" / name).read_bytes() == text.encode("utf-8"), name


def test_the_same_bytes_come_out_under_another_hash_seed():
    program = (
        "import hashlib\n"
        "from conformance.emit import files_of\n"
        "from conformance.run.contracts import contracts\n"
        "texts = [text for one in contracts().values() for text in files_of(one).values()]\n"
        "print(hashlib.sha256('\\0'.join(texts).encode()).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert files_of(POLICY) == files_of(POLICY)


# --- rules ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_each_rule_about_members_is_expressed_or_listed_with_the_reason(name):
    contract = EVERY[name]
    about = [rule for rule in rules_of(contract, ("json", "xml")) if rule.part in {"request", "response"}]
    expressed, missing = set(noted(contract, "rule")), set(noted(contract, "not-expressed"))
    assert {rule.id for rule in about if "xml" in rule.encodings} <= expressed | missing
    assert expressed | missing <= {rule.id for rule in about}
    assert not expressed & missing


def test_a_rule_stands_at_the_keyword_that_expresses_it():
    request = tree_of(xsd_files(POLICY)["request.xsd"])
    for element in request.iterfind(".//xs:element[xs:annotation]", XS):
        here = {one.get("keyword") for one in element.iterfind("xs:annotation/xs:appinfo/suite:rule", XS)}
        facets = {etree.QName(one).localname for one in element.iterfind("xs:simpleType/xs:restriction/*", XS)}
        for keyword in here - {"type", "minOccurs", "name"}:
            assert keyword in facets, (element.get("name"), keyword)


def test_every_reason_is_a_sentence_of_its_own():
    for text in xsd_files(LOANS).values():
        for one in tree_of(text).iterfind(".//suite:not-expressed", XS):
            assert len(one.get("reason").split()) > 3


def test_what_xml_schema_cannot_say_of_the_policy():
    kinds = {rule.rsplit("/", 1)[1] for rule in noted(POLICY, "not-expressed")}
    assert kinds == {"not-blank", "echo", "required", "refusal"}
    required = [rule for rule in noted(POLICY, "not-expressed") if rule.endswith("/required")]
    assert required == ["collection-policy/response/data/required"]


# --- what the schemas admit -------------------------------------------------------------------------------------------


def test_members_stand_in_the_order_of_the_document():
    request = tree_of(xsd_files(POLICY)["request.xsd"])
    names = [one.get("name") for one in request.find("xs:complexType/xs:sequence", XS)]
    assert names == [field.name for field in POLICY.operation.request.fields]


def test_members_of_a_data_contract_stand_by_name():
    request = tree_of(xsd_files(in_namespace())["request.xsd"])
    names = [one.get("name") for one in request.find("xs:complexType/xs:sequence", XS)]
    assert names == sorted(names)
    assert request.get("targetNamespace") == NAMESPACE


def test_required_members_must_be_there_and_others_may_be_nil():
    request = tree_of(xsd_files(POLICY)["request.xsd"])
    for field, element in zip(
        POLICY.operation.request.fields, request.find("xs:complexType/xs:sequence", XS), strict=True
    ):
        assert (element.get("minOccurs") == "0") is not field.required
        assert (element.get("nillable") == "true") is not field.required


def test_an_answer_must_carry_but_its_acceptance_member():
    response = tree_of(xsd_files(POLICY)["response.xsd"])
    due = [
        one.get("name") for one in response.iterfind(".//xs:sequence/xs:element", XS) if one.get("minOccurs") is None
    ]
    assert due == ["success"]
    facets = {etree.QName(one).localname for one in response.iterfind(".//xs:restriction/*", XS)}
    assert facets == {"pattern"}, "the form of a GUID and nothing else"


SAMPLE = {"string": "sample string 1", "boolean": "true", "integer": "1", "decimal": "6.1"}


def printed(fields):
    """Members as the page generator prints them: two items of a list, indented by nothing."""
    guid = "08de22c4-0ad9-82b3-ba1f-9f35ac4f117a"
    for field in fields:
        if field.item is not None:
            inner = "".join(printed(field.item.fields)) or SAMPLE[field.item.type]
            held = f"<{field.item.name}>\n{inner}</{field.item.name}>\n" * 2
            held = held if field.item.fields else held.replace(">\n", ">", 2)
        elif field.fields:
            held = "\n" + "".join(printed(field.fields))
        else:
            held = SAMPLE.get(field.type, guid)
        yield f"<{field.name}>{held}</{field.name}>\n"


def page_samples():
    """Samples in the page's own form; where the documents are at hand, the page's own too."""
    found = []
    for part, message in (("request", POLICY.operation.request), ("response", POLICY.operation.response)):
        text = f'<{message.root} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        found.append(
            pytest.param(part, f"{text}{''.join(printed(message.fields))}</{message.root}>", id=f"{part}-made")
        )
    folder = documents_dir()
    if folder is not None:
        page = (folder / POLICY.document.name).read_text("utf-8")
        for part, message in (("request", POLICY.operation.request), ("response", POLICY.operation.response)):
            whole = re.search(rf"<{message.root} .*?</{message.root}>", page, re.DOTALL)
            assert whole is not None
            found.append(pytest.param(part, whole[0], id=f"{part}-page"))
    return found


@pytest.mark.parametrize(("part", "sample"), page_samples())
def test_a_sample_is_valid_but_for_the_two_constraints_that_it_is_known_to_break(part, sample):
    schema = xmlschema.XMLSchema10(xsd_files(POLICY)[f"{part}.xsd"])
    wrong = {
        (etree.QName(error.elem.tag).localname, type(error.validator).__name__) for error in schema.iter_errors(sample)
    }
    known = {("CollectionReminderTime", "XsdMaxLengthFacet"), ("Email", "XsdPatternFacets")}
    assert wrong == (known if part == "request" else set())


def test_the_baseline_is_valid():
    body = xml.encode(POLICY.operation.request, dict(POLICY.baseline))
    assert xmlschema.XMLSchema10(xsd_files(POLICY)["request.xsd"]).is_valid(body.decode())


@pytest.mark.parametrize("name", ["loans", "loans as data contract"])
def test_what_the_codec_writes_is_valid_for_both_libraries(name, tmp_path):
    contract = EVERY[name]
    folder = saved(contract, tmp_path)
    answer = {"ok": True, "when": "2025-01-31", "words": ["a", None], "saved": VALID | {"Tags": None, "Notes": {}}}
    for part, message, tree in (
        ("request", contract.operation.request, VALID),
        ("response", contract.operation.response, answer),
    ):
        body = xml.encode(message, tree)
        assert list(xmlschema.XMLSchema10(folder / f"{part}.xsd").iter_errors(body.decode())) == []
        assert etree.XMLSchema(etree.parse(folder / f"{part}.xsd")).validate(etree.fromstring(body))


# fmt: off
TIMES = [
    ("2025-01-31", True), ("2025-01-31T10:20:30", True), ("2025-01-31T10:20:30.1234567-05:00", True),
    ("2025-01-31T10:20:30Z", True), ("2025-02-31", False), ("2025-01-31T24:00:00", False), ("31/01/2025", False),
    ("10:20:30", False), ("", False), ("2025-01-31Z", False),
]
# fmt: on


@pytest.mark.parametrize(("text", "valid"), TIMES)
def test_a_time_has_the_forms_that_the_platform_writes(text, valid):
    body = xml.encode(LOANS.operation.request, VALID | {"Due": text})
    files = xsd_files(LOANS)
    assert xmlschema.XMLSchema10(files["request.xsd"]).is_valid(body.decode()) is valid
    assert etree.XMLSchema(tree_of(files["request.xsd"])).validate(etree.fromstring(body)) is valid


def with_member(field):
    operation = LOANS.operation
    request = replace(operation.request, fields=(field,))
    return replace(LOANS, operation=replace(operation, request=request))


def test_the_tighter_of_two_lengths_holds():
    both = member(
        "Name", "string", constraint("length", min_length=1, max_length=9), constraint("max-length", max_length=4)
    )
    facets = tree_of(xsd_files(with_member(both))["request.xsd"]).find(".//xs:restriction", XS)
    assert [(etree.QName(one).localname, one.get("value")) for one in facets] == [
        ("minLength", "1"),
        ("maxLength", "4"),
    ]


def test_bounds_that_admit_nothing_are_left_out_with_the_reason():
    never = member("Name", "string", constraint("min-length", min_length=5), constraint("max-length", max_length=4))
    contract = with_member(never)
    assert xmlschema.XMLSchema10(xsd_files(contract)["request.xsd"]).validity == "valid"
    assert {"loans/request/Name/min-length", "loans/request/Name/max-length"} <= set(noted(contract, "not-expressed"))


def test_a_bound_on_another_type_is_listed_with_the_reason():
    cite = Citation(document="loans.txt", line=1)
    length = Constraint(facet="max-length", basis=Basis.STATED, citation=cite, max_length=4)
    contract = with_member(Field(name="Flag", type="boolean", basis=Basis.STATED, citation=cite, constraints=(length,)))
    assert "loans/request/Flag/max-length" in noted(contract, "not-expressed")


def test_a_model_at_two_places_has_a_type_for_each():
    request = tree_of(xsd_files(LOANS)["request.xsd"])
    names = [one.get("name") for one in request.iterfind("xs:complexType", XS)]
    assert names == ["LoanModel", "CopyModel", "CopyModel.Spare"]
