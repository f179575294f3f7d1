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
    rf"|(?P<not>\b(?:not|never|except|but not|no (?:run|time|gym)|no(?=\s+(?:{_DAY})\b)|"
    r"can'?t|cannot|without|skip|drop|leave out|"
    r"remove|delete|cancel|scrap|take out|avoid|apart from|don'?t)\b)"
    r"|(?P<stop>[;.!?\n]|\bthen\b|\bwhile\b|\bbut\b)|(?P<comma>,|\band\b|\bplus\b|&|\+)"
    + "".join(rf"|(?P<{name.replace('-', '_')}>\b(?:{pattern})\b)" for name, pattern in _RUNS.items()),
    re.IGNORECASE,
)
_PLAIN = ("run", "runs", "running")
RUN_GROUPS = tuple(name.replace("-", "_") for name in _RUNS)
_DAY_KINDS = ("day", "range", "weekend", "weekday", "daily")
_EXCEPT = ("except", "but not", "apart from")
_MOVED = re.compile(
    rf"\b(?:swap|move|change|switch|shift)\s+(?:my\s+|the\s+)?({_DAY})(?:'?s)?(?:\s+(?:run|one|session))?"
    rf"\s+(?:for|to|with|onto|into|and)\s+(?:a\s+)?({_DAY})\b",
    re.IGNORECASE,
)
_LONG_MOVED = re.compile(
    rf"\blong(?:\s+(?:run|one))?\b.{{0,25}}?\b(?:to|on|onto|is|now)\s+(?:a\s+)?({_DAY})\b", re.IGNORECASE
)
_LATE_NO = re.compile(
    r"\b(?:so no\b|no good|no way|won'?t work|(?:do(?:es)?n'?t|do(?:es)? not|will not) (?:work|fit|suit)|"
    r"(?:is|are|'s) (?:out|impossible|bad|busy|full|taken|tricky|for)\b)",
    re.IGNORECASE,
)
"""A denial behind the day: "Mondays are for football so no"."""
_QUESTION = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|but|then)\W+)*(?:what|how|which|when|why|where|do|does|is|are)\b",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"\b(?:swap|move|change|switch|shift|add|put|make|drop|skip|remove|instead|only|just|if i|when i|"
    r"(?:what|how) (?:if|about)|can i|could i)\b",
    re.IGNORECASE,
)
_IT_MOVED = re.compile(
    rf"\b(?:swap|move|change|switch|shift|put)\s+(?:it|that|this)(?:\s+(?:one|run|session))?\s+(?:for|to|on|onto)\s+"
    rf"(?:a\s+)?({_DAY})\b",
    re.IGNORECASE,
)
_MINUTES = re.compile(r"(\d{1,3})\s*(?:min(?:ute)?s?|mins|')\b", re.IGNORECASE)
_HOUR = re.compile(r"\b(half an hour|an hour|one hour|1 ?h(?:our)?)\b", re.IGNORECASE)
_TIMES = re.compile(
    r"\b(\d|once|twice|one|two|three|four|five|six|seven)\s*(?:x|times?|days?|runs?|sessions?)?"
    r"\s*(?:a|per|each|/|in the|every)\s*(?:week|wk)\b"
    r"|\bonly\s+(\d|one|two|three|once|twice)\s*(?:days?|times?|sessions?)?\b"
    r"|\b(\d|one|two|three|four)\s+(?:strength|core|back|gym)\s+(?:days?|times?|sessions?|workouts?)\b"
    r"|\b(\d|one|two|three|four|five|six|seven)\s+(?:runs?|running days|days of running)\b",
    re.IGNORECASE,
)
_ONE_MORE = re.compile(
    r"\b(?:add|another|one more|an? (?:extra|additional))\b[^.;!?]*\b(?:strength|sessions?|"
    r"core|workout|back)\b",
    re.IGNORECASE,
)
_ONE_LESS = re.compile(
    r"\b(?:one|a) (?:strength )?(?:day|session|time) (?:less|fewer)\b|\b(?:fewer|less) (?:strength |core )?"
    r"(?:days|sessions|often)\b|\btoo (?:often|many (?:days|sessions))\b",
    re.IGNORECASE,
)
_SESSIONS = re.compile(r"\b(?:only|just|strength|core|exercises?|sessions?|back work)\b", re.IGNORECASE)
_AWAY = re.compile(
    r"\b(?:away|on holiday|on vacation|travell?ing|busy|off)\b.{0,20}\bnext week\b"
    r"|\bnext week\b.{0,20}\b(?:away|holiday|vacation|off|busy)\b"
    r"|\bstart(?:ing)?\b.{0,15}\b(?:week after next|in two weeks)\b",
    re.IGNORECASE,
)


def besides_sport(message: str) -> str:
    """Return a message without its words for cross-training: yoga on Sundays is no wish to be more supple."""
    return re.sub(rf"\b(?:{_RUNS['cross-training']})\b", " ", message, flags=re.IGNORECASE)


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
    avoid: list[str] = []
    """Ids of exercises that are not wanted."""
    prefer: list[str] = []
    """Ids of exercises that are wanted."""
    assumed: dict[Day, Run] = {}
    """The runs that a plan was drawn for because none were named."""
    touched: Day | None = None
    """The day that was spoken of last."""
    planned: int = 0
    """Strength sessions of the plan that was drawn last."""
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
    told = list(mentions(text))
    if before.planned and asks_of_day(text):
        told = []
    moved = _MOVED.search(text)
    it_moved = None if moved or before.touched is None else _IT_MOVED.search(text)
    if before.assumed and (moved or it_moved or _few_days(told)):
        # One day told or moved changes the week that was assumed; more days replace it.
        week.runs, week.run_count = dict(before.assumed), None
    if moved:
        source, target = _day(moved[1]), _day(moved[2])
        week.runs[target] = week.runs.pop(source, "easy")
        week.excluded = [day for day in week.excluded if day != target]
        told = list(mentions(text[: moved.start()] + text[moved.end() :]))
    elif it_moved and before.touched is not None:
        source, target = before.touched, _day(it_moved[1])
        if source in week.excluded:
            week.runs.setdefault(target, "cross-training")
        else:
            week.runs[target] = week.runs.pop(source, "easy")
        told = []
    elif before.runs or before.assumed:
        _move_long(text, week)
    for mention in told:
        if mention.negation in _EXCEPT:
            week.runs = {day: run for day, run in week.runs.items() if day not in mention.days}
        elif mention.negation:
            week.excluded = sorted({*week.excluded, *mention.days}, key=DAYS.index)
        else:
            for day in mention.days:
                week.runs[day] = mention.run or week.runs.get(day, "easy")
                week.excluded = [d for d in week.excluded if d != day]
    if len(days := {day for mention in told for day in mention.days}) == 1:
        week.touched = days.pop()
    if before.planned and _ONE_MORE.search(text):
        week.sessions = before.planned + 1
    elif before.planned and _ONE_LESS.search(text):
        week.sessions = before.planned - 1
    elif found := _TIMES.search(text):
        count = _number(next(group for group in found.groups() if group))
        beside = text[max(0, found.start() - 25) : found.end() + 25]
        runs = re.search(r"\brun", beside, re.IGNORECASE) and not _SESSIONS.search(found.group())
        if not runs and (before.known or _SESSIONS.search(beside)):
            week.sessions = count
        else:
            week.run_count = count
            if not before.runs or not runs:
                week.runs = {day: run for day, run in week.runs.items() if any(day in m.days for m in told)}
            elif len(week.runs) > count:
                week.runs = {}
    if found := _MINUTES.search(text):
        week.minutes = int(found[1])
    elif found := _HOUR.search(text):
        week.minutes = 30 if found[1].lower().startswith("half") else 60
    if _AWAY.search(text):
        week.weeks_away = 1
    return week


def asks_of_day(text: str) -> bool:
    """Say whether a text asks what is on a day, and changes nothing."""
    return bool(_QUESTION.search(text)) and not _CHANGES.search(text)


def _few_days(told: list[Mention]) -> bool:
    days = {day for mention in told if not mention.negation for day in mention.days}
    return len(days) == 1


def _move_long(text: str, week: Week) -> None:
    """Free the day of the long run that was known, where another day is named for it."""
    if found := _LONG_MOVED.search(text):
        target = _day(found[1])
        for day in [day for day, run in week.runs.items() if run == "long" and day != target]:
            del week.runs[day]


def mentions(text: str) -> Iterator[Mention]:
    """Yield the days that `text` names, each group with the kind of run that belongs to it.

    A kind belongs to the days before it ("Sunday long"), unless a comma stands between them or no day came
    yet: then it belongs to the days behind it ("long on Sunday").
    """
    for part in re.split(r"[;.!?\n]|\bbut\b(?! not)", text):
        late = "not" if _LATE_NO.search(part) else ""
        for clause, negation in _clauses(part):
            both = re.search(r"\bboth\b", part, re.IGNORECASE) is not None
            for mention in _grouped(clause, negation or late, both=both):
                plain = any(match.group().lower() in _PLAIN for match in clause)
                if mention.negation and mention.negation not in _EXCEPT and plain:
                    # "I don't run on Fridays" says that there is no run, not that the day is closed to back
                    # work.
                    mention = mention._replace(negation=_EXCEPT[0])
                yield mention


def _clauses(text: str) -> Iterator[tuple[list[re.Match[str]], str]]:
    clause: list[re.Match[str]] = []
    negation = ""
    for match in _TOKEN.finditer(text):
        parted = bool(clause) and clause[-1].lastgroup == "comma"
        kind = match.lastgroup in RUN_GROUPS and match.group().lower() not in _PLAIN
        if match.lastgroup in ("stop", "not"):
            yield clause, negation
            clause = []
            negation = match.group().lower() if match.lastgroup == "not" else ""
        elif negation and parted and kind:
            # "every day except Friday, tempo on Tuesday": the kind of run begins anew.
            yield clause, negation
            clause, negation = [match], ""
        else:
            clause.append(match)
    yield clause, negation


def _grouped(clause: list[re.Match[str]], negation: str, *, both: bool = False) -> Iterator[Mention]:
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
        elif match.group().lower() in _PLAIN:
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
                single = named == "long" or (named == "speed" and len(days) > 2)
                if single and len(days) > 1 and not both and index and clause[index - 1].lastgroup == "day":
                    # "Mon, Wed and Sat long": one of them is.
                    yield Mention(tuple(days[:-1]), None, negation)
                    days = days[-1:]
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
