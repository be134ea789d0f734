"""`conformance bind`: what of a target's WSDL is taken for what the document describes, and the block to paste."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console
from rich.table import Table

from conformance.errors import ConformanceError
from conformance.run.bound import Bound, described, from_target
from conformance.run.contracts import contracts, encodings
from conformance.target.file import load_target
from conformance.target.secrets import Secrets
from conformance.target.wire import Wire


def told(path: Path) -> str:
    """The bindings of the target's services whose documents have no names. Only their WSDL is fetched."""
    target = load_target(path, os.environ, contracts(), encodings())
    wanted = [service for service in target.services if described(contracts()[service])]
    if not wanted:
        known = ", ".join(service for service, contract in contracts().items() if described(contract))
        raise ConformanceError(f"{path}: no section needs a binding; a WSDL is read for {known or 'no service'}")
    wire = Wire(target)
    try:
        bound = {
            service: from_target(contracts()[service], target.services[service], target, wire.send)
            for service in wanted
        }
    finally:
        wire.close()
    unusable = [f"{service}: {one.wanting}" for service, one in bound.items() if one.wanting]
    if unusable:
        raise ConformanceError(target.masks().mask("\n".join(unusable)))
    return "\n".join(_shown(service, one, target.masks()) for service, one in bound.items())


def _shown(service: str, bound: Bound, masks: Secrets) -> str:
    console = Console(width=120, highlight=False)
    table = Table("input", "element", "how sure", title=f"{service}: bound to its WSDL")
    for place, (element, sure) in bound.sure.items():
        table.add_row(place, masks.mask(element), sure)
    with console.capture() as captured:
        console.print(table)
        for encoding, url in bound.url.items():
            console.print(f"{encoding}: {masks.mask(url)}", markup=False, soft_wrap=True)
        for text in (*bound.notices, *(f"{name}: {reason}" for name, reason in bound.beyond.items())):
            console.print(masks.mask(text), markup=False, soft_wrap=True)
        console.print(f"\n[{service}]\n{masks.mask(bound.block)}", markup=False, soft_wrap=True)
    return captured.get()
