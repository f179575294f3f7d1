"""Retrieval metrics over a ranked list of gains (0 = not relevant)."""

from __future__ import annotations

import math
from collections.abc import Sequence


def recall_at_k(gains: Sequence[float], relevant: int, k: int) -> float:
    """Return the share of the `relevant` passages that stand in the first `k`.

    Source: Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, ch. 8.

    Args:
        gains: the gain of each retrieved passage in rank order, each relevant passage counted once.
        relevant: how many passages are relevant, at least 1.
        k: depth, at least 1.
    """
    if relevant < 1 or k < 1:
        raise ValueError("relevant and k are at least 1")
    return min(1.0, sum(gain > 0 for gain in gains[:k]) / relevant)


def reciprocal_rank(gains: Sequence[float]) -> float:
    """Return 1 / rank of the first relevant passage, 0 without one; its mean is MRR.

    Source: Voorhees 1999, The TREC-8 Question Answering Track Report.
    """
    return next((1 / rank for rank, gain in enumerate(gains, start=1) if gain > 0), 0.0)


def ndcg_at_k(gains: Sequence[float], ideal: Sequence[float], k: int) -> float:
    """Return the normalised discounted cumulative gain of the first `k`, with discount log2(rank + 1).

    Source: Järvelin & Kekäläinen 2002, ACM TOIS 20(4), with linear gains and the discount of trec_eval.

    Args:
        gains: the gain of each retrieved passage in rank order.
        ideal: every gain there is to get, in any order.
        k: depth.
    """
    best = _dcg(sorted(ideal, reverse=True)[:k])
    return _dcg(gains[:k]) / best if best else 0.0


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
