"""Whether the assistant says "not in the guide" when it should, and only then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


def observations(declined: bool, should_decline: bool) -> dict[str, float]:
    """Return what one reply contributes to precision and recall of abstention, 1 or 0.

    `abstention_recall`: of the questions beside the guide, those declined. `abstention_precision`: of the
    replies that decline, those that should.

    Source: Rajpurkar, Jia & Liang 2018 (SQuAD 2.0, ACL) for unanswerable questions; Feng et al. 2024
    (Don't Hallucinate, Abstain, ACL) for precision and recall of abstaining.
    """
    seen: dict[str, float] = {}
    if should_decline:
        seen["abstention_recall"] = float(declined)
    if declined:
        seen["abstention_precision"] = float(should_decline)
    return seen


class RiskCoverage(NamedTuple):
    """Risk at each coverage, most confident answers first, and the area under the curve."""

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    aurc: float


def risk_coverage(confidence: Sequence[float], wrong: Sequence[bool]) -> RiskCoverage:
    """Return the share of wrong answers among the most confident ones, for each share answered.

    Answers of equal confidence enter together, so that the order of ties does not matter.

    Source: El-Yaniv & Wiener 2010, JMLR 11 (risk-coverage); Geifman, Uziel & El-Yaniv 2019, ICLR (AURC).

    Args:
        confidence: one value per answer, higher is surer (here the score of the best passage).
        wrong: whether giving that answer was wrong.
    """
    if len(confidence) != len(wrong):
        raise ValueError("confidence and wrong have one value per answer each")
    order = sorted(zip(confidence, wrong, strict=True), key=lambda pair: -pair[0])
    total = len(order)
    coverage: list[float] = []
    risk: list[float] = []
    area = 0.0
    errors = 0
    before = 0
    for position, (value, bad) in enumerate(order, start=1):
        errors += bad
        if position == total or order[position][0] != value:
            coverage.append(position / total)
            risk.append(errors / position)
            area += (position - before) / total * risk[-1]
            before = position
    return RiskCoverage(tuple(coverage), tuple(risk), area)
