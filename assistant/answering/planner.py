"""The weekly plan: where the guide's rules put the exercises into a visitor's week."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant import schema
from assistant.answering.compose import exercise_of
from assistant.answering.mentions import Mentions
from assistant.answering.week import DAYS, SPREAD, Day, Run, Week
from assistant.ingestion.chunks import Chunk

Placement = Literal["after", "cross-training", "warm-up", "recovery"]

SESSION_EXERCISES = 4
"""Exercises of one strength session; 2–3 sets of four fill about the guide's 10–15 minutes."""
LONG_SESSION_EXERCISES = 6
_STRENGTH: tuple[Placement, ...] = ("after", "cross-training")
_RANGE = re.compile(r"(\d+)\s*[–-]\s*(\d+)|(\d+)")
_WORDS = {"once": 1, "twice": 2, "three times": 3, "two times": 2, "four times": 4}
_PLACES: dict[Placement, str] = {
    "warm-up": r"warm|before",
    "cross-training": r"cross|strength day",
    "recovery": r"recover|rest",
    "after": r"after|easy|short",
}


@dataclass(frozen=True)
class Rule:
    """One way of integration, as the guide gives it."""

    placement: Placement
    chunk: Chunk
    minutes: tuple[int, int] | None
    exercises: tuple[str, ...]
    """Ids of the exercises that it names; empty where it names none."""


@dataclass(frozen=True)
class Rules:
    """The guide's rules for a week."""

    sessions: tuple[int, int]
    """Least and most strength sessions a week."""
    ways: dict[Placement, Rule]
    exercises: tuple[Chunk, ...]

    @classmethod
    def of(cls, chunks: Sequence[Chunk], mentions: Mentions) -> Rules:
        """Read the rules from a guide's overview and its ways of integration."""
        overview = " ".join(chunk.text for chunk in chunks if chunk.kind == "overview")
        ways: dict[Placement, Rule] = {}
        for chunk in chunks:
            if chunk.kind != "integration":
                continue
            place = next(
                (p for p, pattern in _PLACES.items() if re.search(pattern, chunk.title, re.IGNORECASE)), None
            )
            if place and place not in ways:
                named = tuple(dict.fromkeys(_id(m.chunk) for m in mentions.find(chunk.text)))
                ways[place] = Rule(place, chunk, _minutes(chunk.text), named)
        return cls(_sessions(overview), ways, tuple(chunk for chunk in chunks if chunk.exercise))


@dataclass(frozen=True)
class Drawn:
    """A plan, and what was assumed for it: keys of `prompts/plan.toml` with their variables."""

    days: list[schema.PlanDay]
    assumed: list[tuple[str, dict[str, str]]]
    runs: dict[Day, Run]
    """The week's runs, named or assumed."""

    @property
    def sessions(self) -> int:
        """Return how many strength sessions there are."""
        return sum(day.work in _STRENGTH for day in self.days)


def draw(week: Week, rules: Rules, preferred: Sequence[Chunk]) -> Drawn:
    """Draw a week: strength 2–3 times, after easy runs or on cross-training days, never on the others.

    `preferred` are exercises in the order of how well they serve the visitor's goal.
    """
    assumed: list[tuple[str, dict[str, str]]] = []
    runs = _runs(week, assumed)
    named = dict(runs)
    least, most = rules.sessions
    wanted = week.sessions if week.sessions is not None else (most if len(runs) >= most else least)
    if not least <= wanted <= most:
        assumed.append(("sessions", {"least": str(least), "most": str(most)}))
        wanted = min(max(wanted, least), most)
    strength = _strength_days(runs, week, wanted, rules, assumed)
    shortest = (_shortest_span(rules) or (0, 0))[0]
    if week.minutes is not None and week.minutes < shortest:
        assumed.append(("short", {"least": str(shortest)}))
    elif len(strength) < (wanted if week.sessions is not None else least):
        assumed.append(("fewer", {"count": str(len(strength))}))
    preferred = _wanted([*preferred, *(c for c in rules.exercises if c not in preferred)], week)
    days = [_day(day, runs, strength, week, rules, preferred, assumed) for day in DAYS]
    return Drawn(days, list({key: (key, variables) for key, variables in assumed}.values()), named)


def _shortest_span(rules: Rules) -> tuple[int, int] | None:
    """Return the minutes of the guide's shortest session, None where it names none."""
    ways = (rules.ways.get(place) for place in _STRENGTH)
    return min((way.minutes for way in ways if way and way.minutes), default=None)


def _wanted(chunks: Sequence[Chunk], week: Week) -> list[Chunk]:
    """Return the exercises without those that are not wanted, those that are wanted first."""
    kept = [chunk for chunk in chunks if _id(chunk) not in week.avoid] or list(chunks)
    return sorted(kept, key=lambda chunk: _id(chunk) not in week.prefer)


def _runs(week: Week, assumed: list[tuple[str, dict[str, str]]]) -> dict[Day, Run]:
    count = week.run_count or 3
    days = SPREAD[min(max(count, 1), 7)]
    runs: dict[Day, Run]
    if week.runs:
        runs = {day: week.runs[day] for day in DAYS if day in week.runs}
        missing = (week.run_count or 0) - sum(run in ("easy", "long", "speed") for run in runs.values())
        for day in [day for day in (*days, *DAYS) if day not in runs and day not in week.excluded][
            : max(0, missing)
        ]:
            runs[day] = "easy"
            assumed.append(("days", {}))
        if assumed:
            named = ", ".join(day for day in DAYS if runs.get(day) in ("easy", "long", "speed"))
            assumed[:] = [("days", {"days": named})]
        return {day: runs[day] for day in DAYS if day in runs}
    runs = dict.fromkeys(days, "easy")
    if count >= 3:
        runs["Sun"] = "long"
    key = "days" if week.run_count else "week"
    assumed.append((key, {"days": ", ".join(day for day in DAYS if day in runs)}))
    return runs


def _strength_days(
    runs: dict[Day, Run], week: Week, wanted: int, rules: Rules, assumed: list[tuple[str, dict[str, str]]]
) -> list[Day]:
    """Choose days for strength: easy and cross-training days, spread out; else make a free day one."""
    fitting = {"easy": "after", "cross-training": "cross-training"}
    open_days = [
        day
        for day, run in runs.items()
        if day not in week.excluded
        and fitting.get(run) in rules.ways
        and _time_for(week, rules.ways, fitting[run])
    ]
    chosen = _spread(open_days, wanted)
    free = [day for day in DAYS if day not in runs and day not in week.excluded]
    enough = wanted if week.sessions is not None or not week.known else rules.sessions[0]
    timely = "cross-training" in rules.ways and _time_for(week, rules.ways, "cross-training")
    while len(chosen) < enough and free and timely:
        day = max(free, key=lambda d: (min((_gap(d, c) for c in chosen), default=7), -DAYS.index(d)))
        free.remove(day)
        runs[day] = "cross-training"
        chosen.append(day)
        assumed.append(("cross_training", {"day": day}))
    return sorted(chosen, key=DAYS.index)


def _time_for(week: Week, ways: dict[Placement, Rule], place: str) -> bool:
    minutes = ways[place].minutes  # type: ignore[index]
    return week.minutes is None or minutes is None or week.minutes >= minutes[0]


def _spread(days: Sequence[Day], wanted: int) -> list[Day]:
    """Choose up to `wanted` days, each as far from the others as can be."""
    from itertools import combinations

    size = min(wanted, len(days))
    if size == 0:
        return []
    return list(max(combinations(days, size), key=_least_gap))


def _least_gap(chosen: Iterable[Day]) -> int:
    days = list(chosen)
    return min((_gap(a, b) for index, a in enumerate(days) for b in days[index + 1 :]), default=7)


def _gap(one: Day, other: Day) -> int:
    distance = abs(DAYS.index(one) - DAYS.index(other))
    return min(distance, 7 - distance)


def _day(
    day: Day,
    runs: dict[Day, Run],
    strength: Sequence[Day],
    week: Week,
    rules: Rules,
    preferred: Sequence[Chunk],
    assumed: list[tuple[str, dict[str, str]]],
) -> schema.PlanDay:
    run = runs.get(day)
    extra = [i for i in week.extra.get(day, []) if i not in week.avoid]
    if day in strength:
        place: Placement = "cross-training" if run == "cross-training" else "after"
        minutes = _bounded(rules.ways[place].minutes, week.minutes, assumed)
        count = LONG_SESSION_EXERCISES if minutes and minutes[0] >= 20 else SESSION_EXERCISES
        if length := week.lengths.get(day):
            # The guide's spans stay as they are; what changes is how much is done in them.
            count += -1 if length == "least" else 1
            if length == "least" and (least := _shortest_span(rules)):
                span = "–".join(map(str, dict.fromkeys(least)))
                assumed.append(("shortest", {"day": day, "span": span}))
        names = list(dict.fromkeys([*extra, *_rotated(preferred, strength.index(day), count)]))[:count]
        return schema.PlanDay(day=day, run=run, work=place, minutes=minutes, exercises=names)
    if day in week.lengths and len(week.lengths) < len(DAYS):
        assumed.append(("no_session", {"day": day}))
    if extra:
        way = rules.ways.get("recovery") if run in (None, "rest") else rules.ways.get("warm-up")
        placed = way is not None and set(extra) <= set(way.exercises)
        assumed.append(("has" if placed else "unplaced", {"day": day, "exercises": " ".join(extra)}))
    if day in week.excluded:
        return schema.PlanDay(day=day, run=run, work=None)
    if run in ("long", "speed", "easy") and (way := rules.ways.get("warm-up")):
        return schema.PlanDay(day=day, run=run, work="warm-up", exercises=_without(way, week))
    if run in (None, "rest") and (way := rules.ways.get("recovery")):
        return schema.PlanDay(day=day, run=run or "rest", work="recovery", exercises=_without(way, week))
    return schema.PlanDay(day=day, run=run, work=None)


def _without(way: Rule, week: Week) -> list[str]:
    return [name for name in way.exercises if name not in week.avoid] or list(way.exercises)


def _bounded(
    minutes: tuple[int, int] | None, most: int | None, assumed: list[tuple[str, dict[str, str]]]
) -> list[int]:
    if minutes is None:
        return []
    least, upper = minutes
    if most is not None and most > upper:
        assumed.append(("minutes", {"most": str(upper)}))
    return [least, upper if most is None else max(least, min(upper, most))]


def _rotated(chunks: Sequence[Chunk], session: int, count: int) -> list[str]:
    """Return the ids for one session: the best first, the rest in turn so that the week covers more."""
    size = min(count, len(chunks))
    kept = list(chunks[: size // 2])
    others = [chunk for chunk in chunks if chunk not in kept]
    start = session * (size - len(kept))
    rest = [others[(start + step) % len(others)] for step in range(size - len(kept))] if others else []
    return [_id(chunk) for chunk in dict.fromkeys([*kept, *rest])]


def _sessions(overview: str) -> tuple[int, int]:
    text = overview.lower()
    if match := re.search(r"(\d)\s*(?:[–-]|to)\s*(\d)\s*(?:times|x|days|sessions)", text):
        return int(match[1]), int(match[2])
    for word, count in _WORDS.items():
        if word in text:
            return count, count
    if match := re.search(r"(\d)\s*(?:times|x|days|sessions)", text):
        return int(match[1]), int(match[1])
    return 2, 3


def _minutes(text: str) -> tuple[int, int] | None:
    for match in _RANGE.finditer(text):
        if re.match(r"\s*(?:min|')", text[match.end() :]):
            low, high, only = match.groups()
            return (int(low), int(high)) if low else (int(only), int(only))
    return None


def _id(chunk: Chunk) -> str:
    return exercise_of(chunk).id
