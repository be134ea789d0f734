"""SOAP answers written by hand, and what the judge says of them. For tests only."""

from __future__ import annotations

from conformance.generate.plan import baseline_case
from conformance.generate.soap import soap_transport_cases
from conformance.generate.subject import Subject
from conformance.judge import reply
from conformance.judge.soap import soap_observations, soap_results
from conformance.model import Exchange, Outcome, Response
from conformance.run.contracts import contracts

CONTRACT = contracts()["envio-correo"]
NAMESPACES = {"1.1": "http://schemas.xmlsoap.org/soap/envelope/", "1.2": "http://www.w3.org/2003/05/soap-envelope"}
LABELS = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
OWN = CONTRACT.operation.response.namespace
PAYLOAD = f'<EnvioCorreoResponse xmlns="{OWN}"><EnvioCorreoResult/></EnvioCorreoResponse>'


def subject(version, contract=CONTRACT, **more):
    """The service in that version at an address that is never asked."""
    encoding = contract.encoding(f"soap-{version}")
    values = more.pop("values", contract.baseline)
    return Subject(contract=contract, encoding=encoding, url="http://127.0.0.1/s.asmx", values=values, **more)


def cases(version, contract=CONTRACT, **more):
    """The envelope and HTTP cases of that version, by what their ids have of their own."""
    made = subject(version, contract, **more)
    prefix = f"{contract.service}/soap-{version}/"
    found = {case.id.removeprefix(prefix): case for case in soap_transport_cases(made)}
    return {"baseline": baseline_case(made), **found}


CASES = {version: cases(version) for version in NAMESPACES}


def envelope(version, inside=PAYLOAD, *, header="", after="", attributes="", body="", before=""):
    """An envelope around the text; `e` is the prefix of its namespace."""
    start = f'<e:Envelope xmlns:e="{NAMESPACES[version]}"{attributes}>{header}'
    return f"{before}{start}<e:Body{body}>{inside}</e:Body>{after}</e:Envelope>".encode()


def fault(version, value="", **parts):
    """A fault as its version has it, with that code. `parts` replace whole children; None leaves one out."""
    value = value or ("e:Client" if version == "1.1" else "e:Sender")
    if version == "1.1":
        due = {"code": f"<faultcode>{value}</faultcode>", "reason": "<faultstring>no</faultstring>", "more": ""}
    else:
        due = {
            "code": f"<e:Code><e:Value>{value}</e:Value></e:Code>",
            "reason": '<e:Reason><e:Text xml:lang="en">no</e:Text></e:Reason>',
            "more": "",
        }
    return f"<e:Fault>{''.join(part or '' for part in (due | parts).values())}</e:Fault>"


def response(version, body, status=200, label="", http="HTTP/1.1", **headers):
    """An answer; `label` None leaves the Content-Type out."""
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    if label is not None:
        pairs.append(("Content-Type", label or LABELS[version]))
    return Response(status=status, headers=tuple(pairs), body=body, http_version=http)


def read(version, answer, slug="baseline"):
    """The case, the answer, and what `reply` makes of it. None stands for no answer."""
    case = CASES[version][slug]
    exchange = Exchange(
        id="x00001",
        case=case.id,
        request=case.request,
        response=answer,
        error=None if answer is not None else "closed",
        started="",
        milliseconds=0.0,
    )
    return case, reply.read(CONTRACT, exchange, case.encoding)


def results(version, answer, slug="baseline"):
    """Rule, without the service → outcomes, for the case of that version answered so."""
    case, held = read(version, answer, slug)
    found = {}
    for result in soap_results(case, answer, held):
        assert (result.finding is not None) == (result.outcome is Outcome.FAILED), result
        rule = result.rule.removeprefix("envio-correo/")
        assert rule not in found, f"two results for {rule}"
        found[rule] = result
    return found


def outcomes(version, answer, outcome, slug="baseline"):
    """The rules, without the service, with that outcome."""
    return {rule for rule, result in results(version, answer, slug).items() if result.outcome is outcome}


def failed(version, answer, slug="baseline"):
    """The rules that the answer breaks."""
    return outcomes(version, answer, Outcome.FAILED, slug)


def observed(version, answer, slug):
    """The sentences told of the answer."""
    case, held = read(version, answer, slug)
    return [found.sentence for found in soap_observations(case, "x00001", answer, held)]
