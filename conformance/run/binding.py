"""`conformance bind`: what of a target's WSDL is taken for what the document describes, and the block to paste."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.errors import ConformanceError
from conformance.report.language import ENGLISH, Language
from conformance.report.text import printable
from conformance.run.bound import Bound, described, from_target
from conformance.run.contracts import contracts, encodings
from conformance.target.file import load_target
from conformance.target.pace import Pace
from conformance.target.secrets import Secrets
from conformance.target.wire import Wire


def told(path: Path, language: Language = ENGLISH) -> str:
    """The bindings of the target's services whose documents have no names. Only their WSDL is fetched."""
    target = load_target(path, os.environ, contracts(), encodings())
    wanted = [service for service in target.services if described(contracts()[service])]
    if not wanted:
        known = ", ".join(service for service, contract in contracts().items() if described(contract))
        raise ConformanceError(f"{path}: no section needs a binding; a WSDL is read for {known or 'no service'}")
    wire = Wire(target)
    send = Pace(target.per_second).paced(wire.send)
    try:
        bound = {
            service: from_target(contracts()[service], target.services[service], target, send) for service in wanted
        }
    finally:
        wire.close()
    unusable = [f"{service}: {one.wanting}" for service, one in bound.items() if one.wanting]
    if unusable:
        raise ConformanceError(target.masks().mask("\n".join(unusable)))
    return "\n".join(_shown(service, one, target.masks(), language) for service, one in bound.items())


def _shown(service: str, bound: Bound, masks: Secrets, language: Language) -> str:
    # The words of the WSDL are a stranger's: no markup, no escape sequence.
    console = Console(width=120, highlight=False, markup=False, emoji=False)
    heads = [language.word(head) for head in ("input", "element", "how sure")]
    table = Table(*heads, title=language.fill("{service}: bound to its WSDL", service=service))
    for place, (element, sure) in bound.sure.items():
        table.add_row(place, Text(printable(masks.mask(element))), Text(printable(language.say(sure))))
    told = [f"{encoding}: {url}" for encoding, url in bound.url.items()]
    told += [*bound.notices, *(f"{name}: {reason}" for name, reason in bound.beyond.items())]
    told = [language.say(text) for text in told] + [f"\n[{service}]\n{bound.block}"]
    with console.capture() as captured:
        console.print(table)
        for text in told:
            console.print(printable(masks.mask(text)), soft_wrap=True)
    return captured.get()
