"""Which defects a run of the benchmark takes: a part of each kind in proportion, the same for the same seed.

Pure. The table is long and the other tool is slow, so the default is a sample; every defect is as likely as any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from bench.side_by_side.compare import kind


def sample(defects: Sequence[str], size: int, seed: int) -> tuple[str, ...]:
    """So many of the defects, spread evenly over their kinds; all of them where `size` asks for as many.

    Sorted by kind, drawn in even steps from a random start: a kind with a tenth of the defects has a tenth of the
    places.
    """
    if size >= len(defects):
        return tuple(defects)
    random = Random(seed)
    order = sorted(defects)
    random.shuffle(order)
    order.sort(key=kind)
    step = len(order) / size
    start = random.random() * step
    drawn = {order[int(start + place * step)] for place in range(size)}
    return tuple(defect for defect in defects if defect in drawn)
