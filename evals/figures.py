"""Observations of the cases → figures with intervals, and how two runs compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from evals import statistics
from evals.cases import SUITES, Split
from evals.statistics import Interval

LOWER_IS_BETTER = frozenset(
    [
        "forbidden_fact",
        "wrongly_declined",
        "over_triage_to_urgent",
        "under_triage",
        "over_triage",
        "reading_grade",
    ]
)
NOT_PAIRED = frozenset(["abstention_precision"])
"""Figures whose cases depend on what the assistant did, so that two runs cannot be paired."""
SIGNIFICANT = 0.05

Row = Mapping[str, Any]
"""A row of results.jsonl."""


class Figure(NamedTuple):
    """One number of the report."""

    name: str
    """Suite and metric: "triage.urgent_sensitivity"."""
    split: Split
    value: float
    interval: Interval
    cases: int
    observations: int


class Change(NamedTuple):
    """One figure in two runs, over the cases that both have."""

    name: str
    before: float
    after: float
    lost: int
    """Cases that got worse."""
    gained: int
    test: str
    p: float
    """Adjusted for the number of figures tested (Holm)."""

    @property
    def worse(self) -> bool:
        """Say whether the change is for the worse."""
        return better_is_lower(self.name) == (self.after > self.before) and self.after != self.before

    @property
    def significant_drop(self) -> bool:
        """Say whether the figure fell by more than chance."""
        return self.worse and self.p < SIGNIFICANT


def better_is_lower(figure: str) -> bool:
    """Say whether a smaller value of `figure` is the better one."""
    return figure.partition(".")[2] in LOWER_IS_BETTER


def summarise(rows: Iterable[Row], split: Split) -> list[Figure]:
    """Return every figure of the rows of one split, in the order of the suites.

    A figure of yes-or-no observations, one a case, gets a Wilson interval; any other a bootstrap over cases.
    """
    collected: dict[str, list[list[float]]] = {}
    for row in rows:
        if row["split"] == split:
            for name, values in row["scores"].items():
                collected.setdefault(name, []).append(values)
    figures = [_figure(name, split, per_case) for name, per_case in collected.items()]
    return sorted(figures, key=lambda figure: (SUITES.index(figure.name.partition(".")[0]), figure.name))


def _figure(name: str, split: Split, per_case: Sequence[Sequence[float]]) -> Figure:
    flat = [value for values in per_case for value in values]
    value = sum(flat) / len(flat)
    yes_or_no = all(v in (0.0, 1.0) for v in flat)
    if yes_or_no and len(flat) == len(per_case):
        interval = statistics.wilson(round(sum(flat)), len(flat))
    elif yes_or_no and value in (0.0, 1.0):
        # no resample differs: take each case as the one observation that it at least is
        interval = statistics.wilson(round(value) * len(per_case), len(per_case))
    else:
        interval = statistics.bootstrap(
            [sum(values) for values in per_case], [len(values) for values in per_case]
        )
    rounded = Interval(round(interval.low, 4), round(interval.high, 4), interval.method)
    return Figure(name, split, round(value, 4), rounded, len(per_case), len(flat))


def compare(before: Iterable[Row], after: Iterable[Row], split: Split = "report") -> list[Change]:
    """Return how each figure changed over the cases that both runs have.

    McNemar's exact test where every case gives yes or no, else a paired bootstrap; p-values are adjusted
    after Holm for the number of figures.
    """
    old = {row["id"]: row for row in before if row["split"] == split}
    new = {row["id"]: row for row in after if row["split"] == split}
    shared = [case_id for case_id in new if case_id in old]
    names = dict.fromkeys(name for case_id in shared for name in new[case_id]["scores"])
    changes: list[Change] = []
    for name in names:
        if name.partition(".")[2] in NOT_PAIRED:
            continue
        pairs = [
            (_mean(old[i]["scores"][name]), _mean(new[i]["scores"][name]))
            for i in shared
            if name in old[i]["scores"] and name in new[i]["scores"]
        ]
        if pairs:
            changes.append(_change(name, pairs))
    adjusted = statistics.holm([change.p for change in changes])
    return [change._replace(p=round(p, 6)) for change, p in zip(changes, adjusted, strict=True)]


def _change(name: str, pairs: Sequence[tuple[float, float]]) -> Change:
    sign = -1 if better_is_lower(name) else 1
    lost = sum(sign * (after - before) < 0 for before, after in pairs)
    gained = sum(sign * (after - before) > 0 for before, after in pairs)
    means = round(_mean([b for b, _ in pairs]), 4), round(_mean([a for _, a in pairs]), 4)
    if all(value in (0.0, 1.0) for pair in pairs for value in pair):
        return Change(name, *means, lost, gained, "McNemar exact", statistics.mcnemar_exact(lost, gained))
    p = statistics.paired_bootstrap([b for b, _ in pairs], [a for _, a in pairs])
    return Change(name, *means, lost, gained, "paired bootstrap", p)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
