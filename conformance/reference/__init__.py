"""The embedded reference implementation, which can break any one rule on purpose."""

from __future__ import annotations

from conformance.reference.defects import Defect, defects_of
from conformance.reference.service import State, answer

__all__ = ["Defect", "State", "answer", "defects_of"]
