"""A made-up run for the tests of reports: rules, exchanges, verdicts, a journal, and text as hostile as it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.model import (
    Basis,
    Case,
    Citation,
    Exchange,
    Expect,
    Finding,
    Judgement,
    Level,
    Observation,
    Outcome,
    Record,
    Reply,
    Request,
    Response,
    Result,
    Rule,
    Verdict,
)
from conformance.report.build import build
from conformance.report.language import ENGLISH, Language
from conformance.report.material import Material
from conformance.target.journal import RunLog

if TYPE_CHECKING:
    from conformance.model import Report

URL = "https://staging.example.com/Dito.REST/api/CollectionPolicy"
DOCUMENT = "001_a7101fb9927c4164.txt"
NASTY = "<script>alert('x')</script> \x1b[31mred\x1b[0m \x00 \u202eevil ]]> \ud800 &amp;"
EMAIL = "collection-policy/request/Email/pattern"
INTEREST = "collection-policy/request/MinimumInterest/maximum"
STEP = "collection-policy/request/MinimumInterest/maximum-step"
TAX_ID = "collection-policy/request/GrantorTaxId/required"
USER = "collection-policy/request/UserId/type"
SUCCESS = "collection-policy/response/success/type"
ACCEPT = "collection-policy/http/accept-unknown"


def rule(name: str, statement: str, *, level: Level = Level.MUST, line: int | None = 57) -> Rule:
    service, part, *path, facet = name.split("/")
    cited = Citation(document=DOCUMENT, line=line) if line else Citation(standard="RFC 9110", clause="§12.5.1")
    return Rule(
        id=name,
        service=service,
        part=part,
        path="/".join(path),
        facet=facet,
        level=level,
        basis=Basis.STATED if line else Basis.STANDARD,
        citation=cited,
        statement=statement,
        encodings=("json",),
    )


RULES = {
    r.id: r
    for r in (
        rule(EMAIL, "Email matches the stated pattern."),
        rule(INTEREST, "MinimumInterest is at most 100.", line=69),
        rule(STEP, "MinimumInterest is refused just above 100.", level=Level.SHOULD, line=69),
        rule(TAX_ID, "GrantorTaxId is required.", line=13),
        rule(USER, "UserId is a globally unique identifier.", line=100),
        rule(SUCCESS, "success is a boolean.", line=140),
        rule(ACCEPT, "An unknown media type in Accept is answered.", level=Level.SHOULD, line=None),
    )
}


def response(status: int = 200, body: bytes = b'{"success":true}', media_type: str = "application/json") -> Response:
    headers = (("Content-Type", media_type), ("Set-Cookie", "session=abc; Path=/"))
    return Response(status=status, headers=headers, body=body, reason="OK" if status == 200 else "Bad Request")


def record(
    number: int,
    rules: tuple[str, ...],
    *,
    title: str = "Email without a top level domain",
    case: str = "",
    body: bytes = b'{"GrantorTaxId":"AAA010101AAA","MinimumInterest":1.50,"Email":"a@b"}',
    answer: Response | None = None,
    error: str | None = None,
    results: tuple[Result, ...] = (),
    reply: Reply = Reply.ACCEPTED,
    url: str = URL + "?tenant=a%20b&x=",
) -> Record:
    headers = (("Content-Type", "application/json; charset=utf-8"), ("Authorization", "***"))
    request = Request(method="POST", url=url, headers=headers, body=body)
    key = f"x{number:05d}"
    return Record(
        case=Case(
            id=case or f"case-{number}",
            service="collection-policy",
            encoding="json",
            kind="negative",
            expect=Expect.REFUSED,
            rules=rules,
            title=title,
            request=request,
        ),
        exchange=Exchange(
            id=key,
            case=case or f"case-{number}",
            request=request,
            response=None if error else (answer or response()),
            error=error,
            started=f"2026-03-04T10:00:{number:02d}.250000-05:00",
            milliseconds=12.5,
        ),
        judgement=Judgement(exchange=key, reply=reply, words="", encoding="json", results=results),
    )


FINDINGS = tuple(
    Finding(path="Email", expected="a refusal of 'a@b'", observed=f"200 with success true, time {n}") for n in range(5)
)


def failed(name: str, finding: Finding) -> Result:
    return Result(rule=name, outcome=Outcome.FAILED, finding=finding, leans=True)


def verdict(
    name: str, outcome: Outcome, *, level: Level = Level.MUST, basis: Basis = Basis.STATED, **more: Any
) -> Verdict:
    return Verdict(
        rule=name,
        service=name.split("/", maxsplit=1)[0],
        encoding="json",
        level=level,
        basis=basis,
        outcome=outcome,
        **more,
    )


def header(**changes: Any) -> dict[str, Any]:
    sha = "0123456789abcdef" * 4
    told: dict[str, Any] = {
        "run": "20260304T150000Z-staging",
        "started": "2026-03-04T10:00:00-05:00",
        "command": "conformance check --target 'my target.toml' --workers 4 --out=reports/x",
        "suite": {
            "name": "billing-conformance",
            "version": "0.1.0",
            "python": "3.11.7",
            "seed": 7,
            "depth": "standard",
            "workers": 4,
        },
        "target": {
            "name": "staging",
            "environment": "ACME staging, build 4.2.1",
            "reference": False,
            "effects": True,
            "tls_verify": True,
            "services": {
                "collection-policy": {
                    "url": URL,
                    "encodings": ["json"],
                    "enforcement": "must",
                    "values_defaulted": [],
                }
            },
        },
        "scope": {
            "services": ["collection-policy"],
            "encodings": {"collection-policy": ["json"]},
            "selection": "",
            "not_covered": [],
        },
        "contracts": {
            "collection-policy": {
                "hash": sha,
                "document": DOCUMENT,
                "sha256": sha,
                "effect": "the earlier policy was overwritten",
                "accepted": "success",
                "echo": "data",
            }
        },
        "strict": False,
        "rules": [[name, "json"] for name in RULES],
        "plan": [{"exchange": f"x{n:05d}", "case": {"id": f"case-{n}", "title": f"title {n}"}} for n in range(1, 9)],
        "left_out": {},
        "notices": [],
    }
    return told | changes


def log(records: tuple[Record, ...] = (), **changes: Any) -> RunLog:
    names = ("unsent", "pending", "begun", "ended", "problems", "unjudged", "end", "stopped", "folder")
    kept = {key: changes.pop(key) for key in names if key in changes}
    return RunLog(header=header(**changes), records=records, **({"ended": True} | kept))


PASSED = tuple(verdict(name, Outcome.PASSED, exchanges=("x00001",)) for name in (TAX_ID, INTEREST, SUCCESS))

RECORDS = (
    record(2, (EMAIL,), results=(failed(EMAIL, FINDINGS[1]),)),
    record(
        1,
        (EMAIL,),
        title=f"a title {NASTY}",
        body=b"\xff\x00binary",
        answer=response(body=f'{{"success":true,"message":"{NASTY}"}}'.encode("utf-8", "surrogatepass")),
        results=(failed(EMAIL, FINDINGS[0]),),
    ),
    record(2, (INTEREST,), case="rider-2", results=(Result(rule=INTEREST, outcome=Outcome.PASSED),)),
    record(3, (USER,), error=f"timed out after 30 s {NASTY}", reply=Reply.DEAD),
    record(4, (STEP,), body=b"", answer=response(400, b"<html>'no'</html>", "text/html"), reply=Reply.REFUSED),
)

WAIVER = {"reason": "fixed in 4.3", "owner": "Ana", "expiry": "2026-12-31", "ticket": "QA-9"}

VERDICTS = (
    *PASSED[:1],
    verdict(INTEREST, Outcome.PASSED, exchanges=("x00002",)),
    verdict(EMAIL, Outcome.FAILED, findings=FINDINGS, exchanges=("x00001", "x00002")),
    verdict(
        STEP,
        Outcome.FAILED,
        level=Level.SHOULD,
        findings=(Finding(path="MinimumInterest", expected="a refusal of 100.01", observed=NASTY),),
        exchanges=("x00004",),
    ),
    verdict(USER, Outcome.CANT_TELL, reason=f"no answer: {NASTY}", exchanges=("x00003",)),
    verdict(ACCEPT, Outcome.UNTESTED, level=Level.SHOULD, basis=Basis.STANDARD, reason="budget"),
    verdict(
        SUCCESS,
        Outcome.FAILED,
        findings=(Finding(path="success", expected="a boolean", observed='"true"'),),
        exchanges=("x00001",),
        waiver=WAIVER,
    ),
)

OBSERVATIONS = (Observation(rule=ACCEPT, encoding="json", sentence=f"The server said {NASTY}", exchanges=("x00001",)),)


def hostile(**changes: Any) -> tuple[Report, RunLog]:
    """A report with something in every section, and the journal behind it."""
    run = log(RECORDS, **changes)
    return build(run, VERDICTS, OBSERVATIONS), run


def material(report: Report, log: RunLog, language: Language = ENGLISH) -> Material:
    """What a writer gets of a made-up run."""
    return Material(report=report, log=log, rules=RULES, language=language)
