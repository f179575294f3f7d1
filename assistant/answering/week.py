"""What a visitor says of their week: days, kinds of run, minutes at hand, days to leave out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from pydantic import BaseModel

Day = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
Run = Literal["easy", "long", "speed", "rest", "cross-training"]
DAYS: tuple[Day, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SPREAD: dict[int, tuple[Day, ...]] = {
    1: ("Wed",),
    2: ("Tue", "Sat"),
    3: ("Tue", "Thu", "Sun"),
    4: ("Tue", "Thu", "Sat", "Sun"),
    5: ("Mon", "Tue", "Thu", "Sat", "Sun"),
    6: ("Mon", "Tue", "Wed", "Thu", "Sat", "Sun"),
    7: DAYS,
}
"""Days assumed for a number of runs a week, spread out."""

_DAY = (
    r"mon(?:day)?s?|tue(?:s(?:day)?)?s?|wed(?:s|nesday|ensday|nsday)?s?|thu(?:r|rs|rsday)?s?|fri(?:day)?s?|"
    r"sat(?:urday)?s?|sun(?:day)?s?"
)
_RUNS: dict[Run, str] = {
    "long": r"long(?:er)?(?: slow)?(?: runs?| one)?|lsr",
    "speed": (
        r"speed(?:work| work| session)?s?|intervals?|tempo|track|hills?(?: reps?| session)?|fartlek|"
        r"threshold|hard|fast|workout|quality|parkrun|race"
    ),
    "rest": r"rest(?: days?)?|off|day off|nothing|free",
    "cross-training": (
        r"cross[- ]?train(?:ing)?|x-?train(?:ing)?|swim(?:ming|s)?|cycl(?:e|es|ing)|bik(?:e|es|ing)|"
        r"spin(?:ning)?|gym|row(?:ing)?|yoga|pilates|elliptical|aqua"
    ),
    "easy": r"easy|recovery run|jog(?:ging|s)?|slow|short|steady|runs?|running",
}
_NUMBERS = {"one": 1, "once": 1, "two": 2, "twice": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_TOKEN = re.compile(
    rf"(?P<range>\b(?:{_DAY})\s*(?:-|–|to|through|till)\s*(?:{_DAY})\b)|(?P<day>\b(?:{_DAY})\b)"
    r"|(?P<weekend>\bweekends?\b)|(?P<weekday>\bweekdays?\b)|(?P<daily>\b(?:every ?day|daily)\b)"
    r"|(?P<not>\b(?:not|never|except|but not|no (?:run|time|gym)|can'?t|cannot|without|skip|drop|leave out|"
    r"apart from|don'?t)\b)"
    r"|(?P<stop>[;.!?\n]|\bthen\b|\bwhile\b|\bbut\b)|(?P<comma>,|\band\b|\bplus\b|&|\+)"
    + "".join(rf"|(?P<{name.replace('-', '_')}>\b(?:{pattern})\b)" for name, pattern in _RUNS.items()),
    re.IGNORECASE,
)
_DAY_KINDS = ("day", "range", "weekend", "weekday", "daily")
_EXCEPT = ("except", "but not", "apart from")
_MOVED = re.compile(
    rf"\b(?:swap|move|change|switch|shift)\s+(?:my\s+)?({_DAY})(?:'?s)?(?:\s+run)?\s+(?:for|to|with|onto|into|and)\s+(?:a\s+)?({_DAY})\b",
    re.IGNORECASE,
)
_MINUTES = re.compile(r"(\d{1,3})\s*(?:min(?:ute)?s?|mins|')\b", re.IGNORECASE)
_HOUR = re.compile(r"\b(half an hour|an hour|one hour|1 ?h(?:our)?)\b", re.IGNORECASE)
_TIMES = re.compile(
    r"\b(\d|once|twice|one|two|three|four|five|six|seven)\s*(?:x|times?|days?|runs?|sessions?)?"
    r"\s*(?:a|per|each|/|in the|every)\s*(?:week|wk)\b"
    r"|\bonly\s+(\d|one|two|three|once|twice)\s*(?:days?|times?|sessions?)?\b"
    r"|\b(\d|one|two|three|four|five|six|seven)\s+(?:runs?|running days|days of running)\b",
    re.IGNORECASE,
)
_SESSIONS = re.compile(r"\b(?:only|just|strength|core|exercises?|sessions?|back work)\b", re.IGNORECASE)
_AWAY = re.compile(
    r"\b(?:away|on holiday|on vacation|travell?ing|busy|off)\b.{0,20}\bnext week\b"
    r"|\bnext week\b.{0,20}\b(?:away|holiday|vacation|off|busy)\b"
    r"|\bstart(?:ing)?\b.{0,15}\b(?:week after next|in two weeks)\b",
    re.IGNORECASE,
)


class Week(BaseModel):
    """A visitor's week as far as it is known."""

    runs: dict[Day, Run] = {}
    excluded: list[Day] = []
    """Days without back work, by the visitor's wish."""
    run_count: int | None = None
    """Runs a week, where no days were named."""
    sessions: int | None = None
    """Strength sessions wished for."""
    minutes: int | None = None
    """Minutes at hand for one session."""
    goal: str = ""
    weeks_away: int = 0
    """Weeks before the plan begins."""

    @property
    def known(self) -> bool:
        """Say whether any run is known."""
        return bool(self.runs) or self.run_count is not None


class Mention(NamedTuple):
    """Days, with the kind of run or the wish that goes with them."""

    days: tuple[Day, ...]
    run: Run | None
    negation: str
    """The word that denied them ("not", "except"), or ""."""


def read(text: str, before: Week) -> Week:
    """Return the week after what `text` says of it; what it does not mention stays."""
    week = before.model_copy(deep=True)
    if moved := _MOVED.search(text):
        source, target = _day(moved[1]), _day(moved[2])
        week.runs[target] = week.runs.pop(source, "easy")
        week.excluded = [day for day in week.excluded if day != target]
        text = text[: moved.start()] + text[moved.end() :]
    for mention in mentions(text):
        if mention.negation in _EXCEPT:
            week.runs = {day: run for day, run in week.runs.items() if day not in mention.days}
        elif mention.negation:
            week.excluded = sorted({*week.excluded, *mention.days}, key=DAYS.index)
        else:
            for day in mention.days:
                week.runs[day] = mention.run or week.runs.get(day, "easy")
                week.excluded = [d for d in week.excluded if d != day]
    if found := _TIMES.search(text):
        count = _number(next(group for group in found.groups() if group))
        if (
            before.known
            or before.runs
            or (_SESSIONS.search(text) and not re.search(r"\brun", text, re.IGNORECASE))
        ):
            week.sessions = count
        elif not week.runs:
            week.run_count = count
    if found := _MINUTES.search(text):
        week.minutes = int(found[1])
    elif found := _HOUR.search(text):
        week.minutes = 30 if found[1].lower().startswith("half") else 60
    if _AWAY.search(text):
        week.weeks_away = 1
    return week


def mentions(text: str) -> Iterator[Mention]:
    """Yield the days that `text` names, each group with the kind of run that belongs to it.

    A kind belongs to the days before it ("Sunday long"), unless a comma stands between them or no day came
    yet: then it belongs to the days behind it ("long on Sunday").
    """
    for clause, negation in _clauses(text):
        yield from _grouped(clause, negation)


def _clauses(text: str) -> Iterator[tuple[list[re.Match[str]], str]]:
    clause: list[re.Match[str]] = []
    negation = ""
    for match in _TOKEN.finditer(text):
        if match.lastgroup in ("stop", "not"):
            yield clause, negation
            clause = []
            negation = match.group().lower() if match.lastgroup == "not" else ""
        else:
            clause.append(match)
    yield clause, negation


def _grouped(clause: list[re.Match[str]], negation: str) -> Iterator[Mention]:
    days: list[Day] = []
    run: Run | None = None
    parted = False
    for index, match in enumerate(clause):
        kind = match.lastgroup or ""
        if kind == "comma":
            parted = True
            continue
        if kind in ("day", "range", "weekend", "weekday", "daily"):
            days += [day for day in _days(kind, match.group()) if day not in days]
        elif match.group().lower() in ("run", "runs", "running"):
            # "swim on Friday and run Monday": a plain run says no kind, but ends the one before it.
            if days and run is not None and parted:
                yield Mention(tuple(days), run, negation)
                days, run = [], None
            continue
        else:
            following = clause[index + 1].lastgroup if index + 1 < len(clause) else ""
            forward = not days or (parted and following in _DAY_KINDS) or run is not None
            named: Run = "cross-training" if kind == "cross_training" else kind  # type: ignore[assignment]
            if forward:
                if days:
                    yield Mention(tuple(days), run, negation)
                days, run = [], named
            else:
                yield Mention(tuple(days), named, negation)
                days, run = [], None
        parted = False
    if days:
        yield Mention(tuple(days), run, negation)


def _days(kind: str, text: str) -> list[Day]:
    if kind == "weekend":
        return ["Sat", "Sun"]
    if kind == "weekday":
        return list(DAYS[:5])
    if kind == "daily":
        return list(DAYS)
    named = [_day(word) for word in re.findall(_DAY, text, re.IGNORECASE)]
    if kind == "range":
        first, last = DAYS.index(named[0]), DAYS.index(named[-1])
        return [DAYS[(first + step) % 7] for step in range((last - first) % 7 + 1)]
    return named


def _day(word: str) -> Day:
    return next(day for day in DAYS if word[:3].lower() == day.lower())


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word.lower()]
