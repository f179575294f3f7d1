"""Intervals and paired tests; every random draw is seeded, so that two runs give the same bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

Z95 = 1.959963984540054
RESAMPLES = 2_000
SEED = 20_261_122


class Interval(NamedTuple):
    """A 95 % confidence interval."""

    low: float
    high: float
    method: str


def wilson(successes: int, total: int) -> Interval:
    """Return the Wilson score interval of a proportion.

    Source: Wilson 1927, JASA 22:209-212; recommended by Brown, Cai & DasGupta 2001, Statistical Science 16.

    Raises:
        ValueError: unless 0 ≤ successes ≤ total and total ≥ 1.
    """
    if total < 1 or not 0 <= successes <= total:
        raise ValueError("successes lie between 0 and total, and total is at least 1")
    share = successes / total
    z2 = Z95 * Z95
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == total else min(1.0, centre + half)
    return Interval(low, high, "Wilson")


def bootstrap(sums: Sequence[float], counts: Sequence[int], *, seed: int = SEED) -> Interval:
    """Return the percentile bootstrap interval of a ratio Σ sums / Σ counts, resampling cases whole.

    A case with several turns is one cluster, because its turns are not independent.

    Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 13; cluster resampling: Field &
    Welsh 2007, JRSS B 69.

    Args:
        sums: per case, the sum of its observations.
        counts: per case, how many observations it has, at least 1.
        seed: of the resampling.
    """
    total = np.asarray(sums, dtype=np.float64)
    weight = np.asarray(counts, dtype=np.float64)
    size = len(total)
    if size < 1 or len(weight) != size:
        raise ValueError("one sum and one count per case, and at least one case")
    draws = np.random.default_rng(seed).integers(0, size, size=(RESAMPLES, size))
    means = total[draws].sum(axis=1) / weight[draws].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(low), float(high), "bootstrap")


def mcnemar_exact(lost: int, gained: int) -> float:
    """Return the two-sided exact p-value of McNemar's test.

    `lost` cases were right before and are wrong now, `gained` the other way round; under no change they are
    binomial with one half.

    Source: McNemar 1947, Psychometrika 12; exact conditional form: Fagerland, Lydersen & Laake 2013, BMC
    Medical Research Methodology 13:91.
    """
    if lost < 0 or gained < 0:
        raise ValueError("counts are not negative")
    total = lost + gained
    if total == 0:
        return 1.0
    tail = sum(math.comb(total, i) for i in range(min(lost, gained) + 1)) / 2**total
    return min(1.0, float(2 * tail))


def paired_bootstrap(before: Sequence[float], after: Sequence[float], *, seed: int = SEED) -> float:
    """Return the two-sided p-value that the mean of `after` - `before` is not zero, cases resampled in pairs.

    The differences are centred on zero, resampled, and the share of means at least as far from zero as the
    one seen is counted, plus one in numerator and denominator so that it is never 0.

    Source: Efron & Tibshirani 1993, ch. 16; for system comparison Koehn 2004, EMNLP.
    """
    difference = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    if difference.size == 0 or not np.any(difference):
        return 1.0
    seen = abs(difference.mean())
    centred = difference - difference.mean()
    draws = np.random.default_rng(seed).integers(0, difference.size, size=(RESAMPLES, difference.size))
    means = np.abs(centred[draws].mean(axis=1))
    return float((np.count_nonzero(means >= seen - 1e-12) + 1) / (RESAMPLES + 1))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted for testing several figures at once.

    Source: Holm 1979, Scandinavian Journal of Statistics 6.
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [1.0] * len(p_values)
    worst = 0.0
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = worst
    return adjusted
