"""The contracts of a run as its target has them: refusals that it declares, and names from the WSDL that it publishes.

A service whose document has no names is bound before anything is planned. Its WSDL is fetched with the wire of the run,
so the same guard, limits and masks hold; what was fetched is evidence like any other exchange.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.errors import ConformanceError
from conformance.generate.subject import USER_AGENT
from conformance.judge.expectation import GATE
from conformance.model import (
    Case,
    Contract,
    Description,
    Exchange,
    Expect,
    Finding,
    Judgement,
    Outcome,
    Record,
    Reply,
    Request,
    Response,
    Result,
    Step,
)
from conformance.target.file.checks import address_mistakes
from conformance.target.guard import loopback, said_here
from conformance.target.journal import now
from conformance.target.journal.records import masked_exchange, masked_judgement
from conformance.target.settings import ServiceTarget, Target
from conformance.wsdl.errors import Unread, Unusable

Send = Callable[[Request], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A service as a run tests it. `url` maps an encoding to the address of its port; `wanting` says why nothing of it
    can be planned, `beyond` which encodings the target does not have. `records` and `steps` are what was fetched.
    `sure` maps an input to its element and how that was found; `values` are the target's with what its WSDL demands
    beyond the document.
    """

    contract: Contract
    description: Description | None = None
    url: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    wanting: str = ""
    beyond: Mapping[str, str] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    steps: tuple[Step, ...] = ()
    sure: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    block: str = ""


def described(contract: Contract) -> bool:
    """Do the names of the service come from a target's WSDL? Its document states none."""
    return contract.document.kind == "prose"


def plain(contract: Contract, kept: ServiceTarget) -> Bound:
    """The contract with what the target file declares; not yet bound where its names are unknown."""
    operation = contract.operation
    told = replace(operation, refusal=kept.refusal) if kept.refusal is not None else operation
    return Bound(contract=replace(contract, operation=told))


def at_reference(contract: Contract, kept: ServiceTarget) -> Bound:
    """The service bound to the WSDL that the embedded reference publishes, without a byte sent."""
    url = kept.wsdl or f"{kept.url}?wsdl"
    from conformance.emit.wsdl import wsdl_text  # noqa: PLC0415 - of the reference alone

    text = wsdl_text(contract, kept.url).encode()

    def fetch(address: str) -> bytes:
        if address != url:
            raise Unusable(f"{address}: the reference publishes one document")
        return text

    return _bound(contract, kept, fetch)


def from_target(contract: Contract, kept: ServiceTarget, target: Target, send: Send) -> Bound:
    """The service bound to the WSDL of the target. ConformanceError where names cannot be told; what is wrong with the
    WSDL itself is a finding about the target, and nothing else of the service is sent."""
    if not urlsplit(kept.wsdl).scheme:
        from conformance.wsdl.load import file_fetch, file_url  # noqa: PLC0415 - as below

        path = Path(kept.wsdl)
        try:
            made = _bound(contract, kept, file_fetch(path.parent))
        except ConformanceError as error:
            # A file was named, and no address of it.
            raise ConformanceError(str(error).replace(file_url(path.name), kept.wsdl)) from None
        return replace(made, notices=(*made.notices, f"{contract.service}: the WSDL is the file {path.name}."))
    fetched = _Fetched(contract, target, send)
    try:
        made = _bound(contract, kept, fetched)
    except Unusable as error:
        # What this suite does not read or follow is not held against a target.
        outcome = Outcome.CANT_TELL if fetched.dead or isinstance(error, Unread) else Outcome.FAILED
        records = fetched.records(kept.encodings, outcome, str(error))
        wanting = f"its WSDL cannot be used: {error}"
        return replace(plain(contract, kept), wanting=wanting, records=records, steps=fetched.steps())
    except ConformanceError as error:
        # It quotes the WSDL and its address, and either may hold what the target file keeps secret.
        raise ConformanceError(target.masks().mask(str(error))) from None
    records = fetched.records(kept.encodings, Outcome.PASSED, "")
    return replace(made, records=records, steps=fetched.steps())


def _bound(contract: Contract, kept: ServiceTarget, fetch: Callable[[str], bytes]) -> Bound:
    # zeep takes a while to load; only services without names need it.
    from conformance.wsdl.bind import bind  # noqa: PLC0415
    from conformance.wsdl.load import file_url, load  # noqa: PLC0415

    base = plain(contract, kept).contract
    versions = tuple(name.removeprefix("soap-") for name in kept.encodings)
    wsdl = kept.wsdl if urlsplit(kept.wsdl).scheme else file_url(Path(kept.wsdl).name)
    binding = bind(
        base,
        load(fetch, wsdl, hosts=kept.wsdl_hosts),
        soap=versions,
        binding=kept.binding,
        tipos=kept.tipos,
        auth_fields=kept.auth is not None and kept.auth.kind == "fields",
        values=kept.values,
    )
    here = {encoding.name for encoding in binding.contract.operation.encodings}
    beyond = {
        name: f"the WSDL of the target binds no {name.replace('soap-', 'SOAP ')}"
        for name in kept.encodings
        if name not in here
    }
    return Bound(
        contract=binding.contract,
        description=binding.description,
        url={f"soap-{name}": _url(kept, wsdl, address) for name, address in binding.addresses.items()},
        values=binding.complete(kept.values),
        notices=tuple(f"{contract.service}: {notice}" for notice in binding.notices),
        beyond=beyond,
        sure={one.member: (one.element, one.how) for one in binding.sure},
        block=binding.block,
    )


def _url(kept: ServiceTarget, wsdl: str, address: str) -> str:
    """Where to send: the target file's address, or that of the WSDL where it is on the host that the WSDL came from."""
    if kept.url:
        return kept.url
    if wrong := next(address_mistakes(address), ""):
        text = f"{kept.service}: soap:address of the WSDL is {address!r}, which {wrong}"
        raise ConformanceError(f"{text}; name the address to send to as url in the section [{kept.service}]")
    there, came = urlsplit(address), urlsplit(wsdl)
    same = there.hostname == came.hostname
    # A name that only the WSDL says is not asked for: who answers for it would hear of us.
    near = said_here(there.hostname or "") and loopback(came.hostname or "")
    if there.scheme in {"http", "https"} and (same or near) and not (came.scheme == "https" and there.scheme == "http"):
        return address
    text = f"{kept.service}: soap:address of the WSDL is {address or 'empty'}, which is not where the WSDL came from"
    raise ConformanceError(f"{text}; name the address to send to as url in the section [{kept.service}]")


class _Fetched:
    """Fetches over the wire and keeps what came: a case, a step and an exchange for every document."""

    def __init__(self, contract: Contract, target: Target, send: Send) -> None:
        self._contract = contract
        self._target = target
        self._send = send
        self._kept = target.services[contract.service]
        self._exchanges: list[tuple[Case, Exchange]] = []
        self.dead = False

    def __call__(self, url: str) -> bytes:
        own = {"user-agent", "content-type", "soapaction"}
        # What is secret of the service goes to the place that the target file names, and to no other.
        home = urlsplit(url)[:2] == urlsplit(self._kept.wsdl)[:2]
        given = tuple(pair for pair in self._kept.headers if home and pair[0].lower() not in own)
        budget = self._target.budget_requests
        if budget is not None and len(self._exchanges) >= budget:
            raise Unread(f"{url} is not fetched: the budget of {budget} requests is spent (budget.requests)")
        # Whoever only lists rules loads no wire.
        from conformance.target.wire import WireError  # noqa: PLC0415

        request = Request(method="GET", url=url, headers=(("User-Agent", USER_AGENT), *given), body=b"")
        started, clock = now(), time.perf_counter()
        response, error = None, None
        try:
            response = self._send(request)
        except WireError as broken:
            error = str(broken)
        number = len(self._exchanges) + 1
        case = Case(
            id=f"{self._contract.service}/wsdl/{number}",
            service=self._contract.service,
            encoding=self._kept.encodings[0],
            kind="http",
            expect=Expect.ANY,
            rules=(f"{self._contract.service}/http/wsdl",),
            title="the WSDL" if number == 1 else f"document {number} of the WSDL",
            request=request,
        )
        exchange = Exchange(
            id=f"w{number:05d}",
            case=case.id,
            request=request,
            response=response,
            error=error,
            started=started,
            milliseconds=round((time.perf_counter() - clock) * 1000, 3),
        )
        self._exchanges.append((case, exchange))
        if response is None:
            self.dead = True
            raise Unusable(f"{url}: no answer: {error}")
        if response.status != 200:
            # A gate speaks of who asks, or of the moment: not of the WSDL. Nor does who sends elsewhere.
            self.dead = response.status in GATE - {404} or 300 <= response.status < 400
            raise Unusable(f"{url}: answered {response.status}{_whither(response)}")
        return response.body

    def steps(self) -> tuple[Step, ...]:
        """The downloads as steps that were sent already."""
        return tuple(Step(exchange=exchange.id, case=case, barrier=True) for case, exchange in self._exchanges)

    def records(self, encodings: tuple[str, ...], outcome: Outcome, why: str) -> tuple[Record, ...]:
        """The downloads, masked, each with what it says of the rule that the WSDL is there and of use."""
        masks = self._target.masks()
        records = []
        for case, exchange in self._exchanges:
            last = exchange is self._exchanges[-1][1]
            told = outcome if last else Outcome.PASSED
            for encoding in encodings:
                finding = Finding(path="wsdl", expected="a WSDL that can be used", observed=why)
                result = Result(
                    rule=case.rules[0],
                    outcome=told,
                    finding=finding if told is Outcome.FAILED else None,
                    reason=why if told is Outcome.CANT_TELL else "",
                )
                judgement = Judgement(
                    exchange=exchange.id,
                    reply=Reply.DEAD if exchange.response is None else Reply.NEITHER,
                    words=why,
                    encoding=encoding,
                    results=(result,),
                )
                here = replace(case, id=f"{case.id}/{encoding}", encoding=encoding)
                masked = masked_exchange(exchange, masks)
                records.append(
                    Record(
                        case=replace(here, request=masked.request),
                        exchange=masked,
                        judgement=masked_judgement(judgement, masks),
                    )
                )
        return tuple(records)


def _whither(response: Response) -> str:
    where = response.header("Location")
    return f", a redirect to {where}; give that address" if where and 300 <= response.status < 400 else ""
