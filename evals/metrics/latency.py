"""How long replies take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Latency(NamedTuple):
    """Milliseconds per reply."""

    replies: int
    p50: float
    p95: float
    p99: float
    worst: float


def latency(milliseconds: Sequence[float]) -> Latency:
    """Return nearest-rank percentiles of `milliseconds` (Hyndman & Fan 1996, definition 1)."""
    ordered = sorted(milliseconds)
    if not ordered:
        return Latency(0, 0.0, 0.0, 0.0, 0.0)

    def percentile(share: float) -> float:
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    return Latency(len(ordered), percentile(0.5), percentile(0.95), percentile(0.99), ordered[-1])
