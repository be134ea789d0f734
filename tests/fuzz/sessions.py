"""What entry points need beside bytes, made once: plans, judges, a bound WSDL, a folder. For the fuzzers only."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

from conformance.generate.subject import Subject
from conformance.judge import Judge
from conformance.judge.opinions import Opinions
from conformance.model import Case, Contract, Description, Exchange, Response
from conformance.reference.prove import Bench
from conformance.reference.service import State, answer
from conformance.run.contracts import all_rules, contracts
from conformance.run.options import Options
from conformance.run.proving import bench
from conformance.run.setup import NOWHERE, Setup, at_reference, bind_all
from conformance.wsdl.load import file_fetch, file_url, load
from tests.wsdl_support import FOLDER

START = re.compile(r"(\d{1,6}) (\d{1,6})(?: ([^\r\n]*))?\Z")


@cache
def folder() -> Path:
    """A folder of this process, in memory where there is such a place; gone at its end."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="conformance-fuzz-", dir=memory if memory.is_dir() else None))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def bench_of(service: str) -> Bench:
    return bench(service, "quick")


def contract_for(service: str) -> Contract:
    """The contract; that of a service which its document does not describe is bound to the reference's own WSDL."""
    return bench_of(service).contract


@cache
def prepared(service: str) -> Setup:
    """A run of the service against the reference in process, bound but not planned."""
    rules = {rule.id: rule for rule in all_rules().values() if rule.service == service}
    items = tuple((rule.id, encoding) for rule in rules.values() for encoding in rule.encodings)
    made = Setup(options=Options(depth="quick"), target=at_reference(NOWHERE, (service,)), rules=rules, items=items)
    return bind_all(made, lambda request: answer(contracts()[service], request, State())[0])


@cache
def judge_of(service: str) -> Judge:
    bound = prepared(service).service(service)
    return Judge(bound.contract, prepared(service).rules, bound.description)


@cache
def opinions_of(service: str) -> Opinions:
    return Opinions(contract_for(service))


@cache
def cases_of(service: str, encoding: str) -> tuple[Case, ...]:
    """The cases of a quick plan, those that ride on others as well: one of each kind and expectation, and some more."""
    plan = bench_of(service).plan
    every = [case for step in plan.steps for case in (step.case, *plan.riding(step)) if case.encoding == encoding]
    first = {(case.kind, case.expect, case.rules[:1]): case for case in reversed(every)}
    return tuple(first.values())


@cache
def exchanges_of(service: str, encoding: str) -> tuple[Exchange, ...]:
    """What the reference answers to some of them."""
    found = [record.exchange for record in bench_of(service).records() if record.case.encoding == encoding]
    return tuple(found[:: max(len(found) // 12, 1)])


def subject_of(service: str, encoding: str) -> Subject:
    contract = contract_for(service)
    return Subject(
        contract=contract,
        encoding=contract.encoding(encoding),
        url="http://127.0.0.1/api",
        values=contract.baseline,
    )


def response_from(data: bytes) -> tuple[int, Response]:
    """A number that chooses the case, and an answer: `number status reason`, headers, an empty line, the body. The wire
    gives texts of Latin-1 for headers, and a status that is a number of three digits at least."""
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    start = START.match(first)
    number, status, reason = (int(start[1]), int(start[2]), start[3] or "") if start else (0, 200, first)
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    return number, Response(status=status, headers=headers, body=body, reason=reason)


def exchanged(case: Case, response: Response) -> Exchange:
    """The answer to the case."""
    return Exchange(
        id="x00001", case=case.id, request=case.request, response=response, error=None, started="", milliseconds=1.0
    )


def as_bytes(number: int, response: Response) -> bytes:
    """The answer as `response_from` reads it."""
    lines = [f"{number} {response.status} {response.reason}", *(f"{name}: {held}" for name, held in response.headers)]
    return "\n".join(lines).encode("latin-1", "replace") + b"\n\n" + response.body


def described_by(data: bytes) -> Description:
    """A WSDL of its own, which may import the schemas of tests/wsdl."""
    kept = folder() / "wsdl"
    if not kept.is_dir():
        shutil.copytree(FOLDER, kept)
    (kept / "given.wsdl").write_bytes(data)
    return load(file_fetch(kept), file_url("given.wsdl"))
