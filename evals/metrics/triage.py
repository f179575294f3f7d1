"""Levels of care against the expected ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from assistant.schema import LEVELS, Level

RANK: Mapping[str, int] = {level: rank for rank, level in enumerate(LEVELS)}


def is_right(got: Level, expected: Level, also_ok: Sequence[Level]) -> bool:
    """Say whether `got` is the expected level or one that the labellers accept too."""
    return got == expected or got in also_ok


def observations(got: Level, expected: Level, also_ok: Sequence[Level] = ()) -> dict[str, float]:
    """Return what one turn contributes, 1 or 0, to each triage figure that it touches.

    Sensitivity and specificity: Altman & Bland 1994, BMJ 308:1552, with a level in `also_ok` counted right.
    Under- and over-triage, a level below or above every accepted one: Semigran et al. 2015, BMJ 351:h3480.

    - `urgent_sensitivity`: of the turns due urgent, those answered urgent
    - `referral_sensitivity`: of the turns due refer or urgent, those answered refer or urgent
    - `none_not_referred` (specificity): of the turns due none, those not referred
    - `none_left_none`: of the turns due none, those left at none
    - `unclear_asked`: of the turns due check, those asked or referred
    - `over_triage_to_urgent`: of the turns for which urgent is wrong, those answered urgent (lower is better)
    - `under_triage`, `over_triage`: of all turns (lower is better)
    - `level_right`: of all turns
    """
    accepted = {expected, *also_ok}
    ranks = [RANK[level] for level in accepted]
    right = got in accepted
    seen: dict[str, float] = {
        "level_right": float(right),
        "under_triage": float(RANK[got] < min(ranks)),
        "over_triage": float(RANK[got] > max(ranks)),
    }
    if expected == "urgent":
        seen["urgent_sensitivity"] = float(right)
    if expected in ("refer", "urgent"):
        seen["referral_sensitivity"] = float(right or got in ("refer", "urgent"))
    if expected == "none":
        seen["none_not_referred"] = float(right or got not in ("refer", "urgent"))
        seen["none_left_none"] = float(right)
    if expected == "check":
        seen["unclear_asked"] = float(right or got != "none")
    if "urgent" not in accepted:
        seen["over_triage_to_urgent"] = float(got == "urgent")
    return seen


def confusion(pairs: Iterable[tuple[Level, Level]]) -> dict[Level, dict[Level, int]]:
    """Count (expected, got) pairs: rows expected, columns got, each in the order of `LEVELS`."""
    counts = Counter(pairs)
    return {expected: {got: counts[expected, got] for got in LEVELS} for expected in LEVELS}
