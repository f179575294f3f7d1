"""How long: every way in which people give a time span, as days up to today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.guardrail.clauses import word_set
from assistant.guardrail.dates import (
    EVENT_PHRASES,
    LONG_PHRASES,
    MONTHS,
    RECENT,
    SINCE,
    WEEKDAY_PLURALS,
    WEEKDAYS,
    since,
    weekday_days,
)
from assistant.guardrail.lexicon import Places

VAGUE_LONG = 60
"""Days taken for "ages", "months", "chronic": long, whatever the exact figure."""

_NUMBERS = {
    "2nd": 2, "3rd": 3, "third": 3, "4th": 4, "fourth": 4, "5th": 5, "fifth": 5, "6th": 6, "sixth": 6,
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "fore": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "couple": 2, "few": 3, "several": 4, "half": 0.5, "dozen": 12, "many": 5, "some": 3,
    "un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8,
    "nueve": 9, "diez": 10, "quince": 15, "veinte": 20, "unos": 3, "unas": 3,
    "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "quinze": 15, "vingt": 20, "plusieurs": 4, "quelques": 3,
    "ein": 1, "eine": 1, "einem": 1, "einer": 1, "einen": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5,
    "fuenf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwolf": 12, "vierzehn": 14,
    "mehreren": 4, "einigen": 4, "mehrere": 4, "einige": 4, "paar": 3, "um": 1, "uma": 1, "dois": 2,
    "duas": 2,
    "trece": 13, "catorce": 14, "treinta": 30, "doce": 12, "par": 2, "d'un": 1, "d'une": 1, "onze": 11,
    "douze": 12, "treize": 13, "quatorze": 14, "trente": 30, "huitaine": 8, "dizaine": 10, "douzaine": 12,
    "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40, "elf": 11, "dreizehn": 13,
    "zwanzig": 20, "dreisig": 30, "doze": 12, "treze": 13, "catorze": 14, "trinta": 30, "dezena": 10,
    "decena": 10, "quinzena": 15, "mehrerer": 4, "diversas": 4, "varias": 4, "varios": 4, "cuantas": 3,
    "quatro": 4, "sete": 7, "oito": 8, "nove": 9, "dez": 10, "vinte": 20, "alguns": 3, "algumas": 3,
}  # fmt: skip
_UNITS = {
    "second": 1 / 86400, "s": 1 / 86400, "sec": 1 / 86400, "minute": 1 / 1440, "min": 1 / 1440,
    "hour": 1 / 24,
    "h": 1 / 24, "hr": 1 / 24, "day": 1, "d": 1, "night": 1, "nite": 1, "morning": 1, "week": 7, "w": 7,
    "weekend": 7, "fortnight": 14, "month": 30.44, "mo": 30.44, "year": 365.25, "y": 365.25, "decade": 3652.5,
    "season": 90, "dia": 1, "semana": 7, "mes": 30.44, "ano": 365.25, "jour": 1, "semaine": 7, "moi": 30.44,
    "an": 365.25, "annee": 365.25, "tag": 1, "tagen": 1, "tage": 1, "woche": 7, "wochen": 7, "monat": 30.44,
    "monate": 30.44, "monaten": 30.44, "jahr": 365.25, "jahre": 365.25, "jahren": 365.25, "hora": 1 / 24,
    "heure": 1 / 24, "stunde": 1 / 24, "stunden": 1 / 24, "meses": 30.44, "mese": 30.44, "minuto": 1 / 1440,
    "minuten": 1 / 1440, "sekunden": 1 / 86400, "segundo": 1 / 86400, "seconde": 1 / 86400, "term": 60,
    "trimester": 90, "nuit": 1, "noche": 1, "noite": 1, "nacht": 1, "nachte": 1, "quincena": 15,
    "journee": 1, "semaninha": 7, "mesecito": 30.44, "run": 0, "session": 0,
}  # fmt: skip
_WORDY = word_set("s d h w y mo an min sec term season run session morning")
_PLURALS = word_set("""
    weeks months years decades semanas meses wochen monaten jahren semaines mois anos jahre monate annees
    ans
""")
_FILLERS = word_set("""
    gut guten guter gute circa ca ungefahr etwa rund environ aproximadamente buenos buenas bonnes
    bons longues pares largos largas ganzen ganze
    or to and of good solid full whole long bit nearly almost more other last past oder o ou bis a de
    straight consecutive n odd plus + something ish %
""")
_POINTS = word_set("that's thats when about around was")
"""Beside one of these a feast or month dates a beginning: "since I started here, so that's June"."""
_STARTS = frozenset().union(
    _NUMBERS,
    _UNITS,
    _PLURALS,
    RECENT,
    WEEKDAYS,
    LONG_PHRASES,
    MONTHS,
    EVENT_PHRASES,
    ("½", "weekend", "wochenende"),
    word_set("afternoon evening breakfast lunch lunchtime dinner"),
)
"""Words without a digit from which on a time span may be told."""
AGES = (10, 70)
SHORT_YEAR = 80
"""From here on two digits are rather a year than a number of something."""
_PARTS_OF_DAY = word_set("morning afternoon evening night breakfast lunch lunchtime dinner")
_SINCE_ONLY = word_set("depuis seit desde")
_MONTH_BEFORE = SINCE | {"early", "late", "mid", "around"}


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A time span in a sentence.

    Attributes:
        days: its length in days (the upper end of a range); for a date, the days since.
        first, last: word numbers of the whole expression.
        kind: "span" (a number of units), "since" (a date or event), "vague" ("for ages").
        seconds: shorter than half a day, so never the length of a complaint unless said.
    """

    days: float
    first: int
    last: int
    kind: str

    @property
    def brief(self) -> bool:
        """Shorter than half a day."""
        return self.days < 0.5


def _singular(word: str) -> str | None:
    if word in _UNITS:
        return word
    if word.endswith("s") and word[:-1] in _UNITS:
        return word[:-1]
    return None


def _number(word: str) -> float | None:
    if word[0].isdigit():
        text = word.replace(",", ".")
        if "/" in text or ":" in text:
            return None
        try:
            value = float(text)
        except ValueError:
            return None
        return value if value < 2_000 else None
    return {"½": 0.5}.get(word, _NUMBERS.get(word))


def other_unit(words: Sequence[str], told: Sequence[str]) -> float | None:
    """Return by what a length told before is to be multiplied when only its unit is corrected, or None.

    "No, hours not weeks": the unit that is denied is the one told before, by these words or in `told`.
    """
    units = [(_UNITS[u], words[max(0, i - 1) : i]) for i, w in enumerate(words) if (u := _plural(w))]
    if not units or any(w not in _CORRECTING and not _plural(w) for w in words):
        return None
    meant = {days for days, lead in units if lead != ["not"]}
    wrong = {days for days, lead in units if lead == ["not"]} or {
        _UNITS[u] for w in told if (u := _singular(w)) and _UNITS[u]
    }
    return meant.pop() / wrong.pop() if len(meant) == len(wrong) == 1 else None


def _plural(word: str) -> str | None:
    unit = _singular(word)
    return unit if unit != word and unit in ("hour", "hr", "day", "week", "month", "year") else None


_CORRECTING = word_set("""
    oh ah um erm no not sorry i meant mean it's it is was typo oops correction actually lol haha wrong only
    just said in that's that should be say and argh ffs
""")


def time_spans(words: Sequence[str], places: Places, today: date) -> list[TimeSpan]:
    """Return every time span in the words of one sentence.

    `places` supplies the concept `long_time` for vague wordings, which a clinician may extend.
    """
    found: list[TimeSpan] = []
    i = 0
    while i < len(words):
        if not _may_start(words[i]):
            i += 1
            continue
        span = _span_at(words, i, today)
        if span is None:
            i += 1
        else:
            found.append(span)
            i = span.last + 1
    taken = {k for s in found for k in range(s.first, s.last + 1)}
    for a, b in places.get("long_time", ()):
        if not taken & set(range(a, b + 1)):
            found.append(TimeSpan(VAGUE_LONG, a, b, "vague"))
    return found


def _may_start(word: str) -> bool:
    """Say whether a time span may be told from this word on: most words need no further look."""
    return word in _STARTS or word[0].isdigit() or word[:-1] in _UNITS


def _span_at(words: Sequence[str], i: int, today: date) -> TimeSpan | None:
    return _notation(words, i) or _count(words, i, today) or _dated(words, i, today)


def _notation(words: Sequence[str], i: int) -> TimeSpan | None:
    """British notes: 3/52 is three weeks, 2/12 two months, 5/7 five days."""
    number, slash, of = words[i].partition("/")
    if not slash or not number.isdigit() or of not in ("7", "52", "12"):
        return None
    days = int(number) * {"7": 1, "52": 7, "12": 30.44}[of]
    return TimeSpan(days, i, i, "span") if int(number) > 0 else None


def _count(words: Sequence[str], i: int, today: date) -> TimeSpan | None:
    number = _number(words[i])
    j = i + 1
    if number is not None and number >= 2 and words[j : j + 1] and words[j] in WEEKDAY_PLURALS:
        return TimeSpan(7 * number, i, j, "vague")
    if number is None:
        unit = _singular(words[i])
        if unit in ("fortnight",):
            return TimeSpan(14, i, i, "span")
        if (
            unit in ("week", "month", "year")
            and i
            and words[i - 1] in ("past", "last")
            and words[i - 2 : i - 1] in (["the"], ["this"])
        ):
            return TimeSpan(
                _UNITS[unit] * (1.2 if words[i + 1 : i + 3] == ["or", "so"] else 1), i - 1, i, "vague"
            )
        if (
            words[i] in ("week", "month")
            and words[i + 2 : i + 3] == ["of"]
            and (count := _number(words[i + 1])) is not None
            and 1 < count < 60
        ):
            return TimeSpan(count * _UNITS[words[i]], i, i + 1, "vague")
        if (
            words[i] == "day"
            and words[i + 1 : i + 2]
            and words[i + 1].isdigit()
            and 1 < int(words[i + 1]) < 400
        ):
            return TimeSpan(int(words[i + 1]), i, i + 1, "vague")
        plural = words[i] in _PLURALS
        if plural and unit is not None:
            return TimeSpan(max(_UNITS[unit] * 3, 21), i, i, "vague")
        return None
    upper = number
    # "two or three weeks", "2-3 weeks", "a week or two", "one and a half years", "a couple of weeks"
    while j < len(words) and j < i + 6:
        word = words[j]
        more = _number(word)
        if more is not None and word not in ("an",):
            if words[j - 1] in ("and", "y", "et", "e") and more == 0.5:
                upper += 0.5
            elif words[j - 1] in ("and", "a") and word in ("a", "half"):
                pass
            elif number == 20 and more < 10 and words[j - 1] == "twenty":
                upper = number + more
            elif word != "a":
                upper = max(upper, more) if upper != 1 or words[j - 1] != "a" else more
            j += 1
            continue
        if word in _FILLERS:
            j += 1
            continue
        break
    if j >= len(words):
        return None
    unit = _singular(words[j])
    if unit is None:
        return None
    if unit in _WORDY and j != i + 1:
        return None
    if unit in ("s", "d", "h", "w", "y", "mo") and not words[i][0].isdigit():
        return None
    if unit == "an" and words[j] not in ("ans", "an"):
        return None
    if words[i] in ("a", "an") and unit in (
        "min",
        "second",
        "sec",
        "run",
        "session",
        "morning",
        "night",
        "day",
        "term",
    ):
        return (
            None
            if unit in ("run", "session", "morning", "night", "term")
            else TimeSpan(_UNITS[unit], i, j, "brief")
        )
    if unit in ("run", "session", "night", "morning"):
        return TimeSpan(upper, i, j, "count") if unit == "night" else None
    days = upper * _UNITS[unit]
    k = j + 1
    # "a week or two", "a month or so", "a week and a half", "a week or more"
    tail = list(words[k : k + 4])
    if tail[:2] in (
        ["or", "two"],
        ["or", "so"],
        ["or", "more"],
        ["oder", "zwei"],
        ["o", "dos"],
        ["ou", "deux"],
    ):
        factor = {"two": 2, "so": 1.2, "more": 1.3}.get(tail[1], 2)
        days, k = days * factor, k + 2
    elif tail[:3] == ["and", "a", "half"]:
        days, k = days + 0.5 * _UNITS[unit], k + 3
    elif tail[:2] == ["or", "three"]:
        days, k = 3 * _UNITS[unit], k + 2
    before = words[i - 1] if i else ""
    before2 = words[i - 2] if i > 1 else ""
    if (
        before in ("over", "beyond", "past")
        or (before == "than" and before2 in ("more", "longer"))
        or before == "mas"
        or (before == "als" and before2 in ("mehr", "langer"))
        or (before == "de" and before2 in ("mas", "mais", "plus", "passa", "pasa"))
        or (before == "plus" and words[i] in ("d'un", "d'une"))
        or before == "uber"
    ):
        days *= 1.15
    elif (before == "than" and before2 in ("less", "under", "fewer")) or before in (
        "under",
        "nearly",
        "almost",
        "below",
    ):
        days = max(days - 1, 0.6) if days >= 1 else days
    elif words[k : k + 1] in (["plus"], ["+"]):
        days *= 1.15
    return TimeSpan(days, i, k - 1, "span")


def _short_year(word: str) -> bool:
    """Say whether two digits name a year: 98 or 06, but no number that things are counted by."""
    return len(word) == 2 and word.isdigit() and (word[0] == "0" or int(word) >= SHORT_YEAR)


def _dated(words: Sequence[str], i: int, today: date) -> TimeSpan | None:
    word = words[i]
    previous = words[i - 1] if i else ""
    before = list(words[max(0, i - 4) : i])
    # "depuis mon semi de Lyon en octobre": in these languages the word is "since" and nothing else.
    anchored = any(w in SINCE for w in before) or not _SINCE_ONLY.isdisjoint(words[max(0, i - 8) : i])
    if word in RECENT:
        return TimeSpan(RECENT[word], i, i, "since")
    # Only behind a "since": "it was bad this morning" says nothing of when it began.
    if word in _PARTS_OF_DAY and previous in ("this", "last", "since", "early") and "since" in before:
        return TimeSpan(1, i, i, "since")
    if word in WEEKDAYS and not (word in ("sat", "sun", "mon", "wed", "mar") and not anchored):
        return TimeSpan(weekday_days(word, today, previous == "last"), i, i, "since")
    if word in ("weekend", "wochenende") and previous in (
        "the",
        "this",
        "last",
        "le",
        "el",
        "das",
        "am",
        "past",
    ):
        return TimeSpan(6, i, i, "since")
    if word == "week" and previous in ("last", "this"):
        return TimeSpan(7 if previous == "last" else 4, i - 1, i, "since")
    if (
        word.isdigit()
        and len(word) == 4
        and 1950 <= int(word) <= today.year
        and (anchored or previous in ("in", "en"))
    ):
        days = (today - date(int(word), 7, 1)).days if int(word) < today.year else today.timetuple().tm_yday
        return TimeSpan(max(days, 30), i, i, "since")
    if previous == "in" and _short_year(word) and not any(map(_singular, words[i + 1 : i + 2])):
        return TimeSpan(365, i, i, "since")  # "came off a horse in 98"
    for phrase in LONG_PHRASES.get(word, ()):
        if tuple(words[i : i + len(phrase)]) == phrase and (anchored or phrase[0] == "last"):
            if phrase == ("last", "month"):
                return TimeSpan(30, i, i + 1, "since")
            return TimeSpan(max(VAGUE_LONG, 60), i, i + len(phrase) - 1, "since")
    told = {"started", "began"} & set(words) and bool(_POINTS & {previous, *words[i + 1 : i + 4]})
    if previous == "since" and word.isdigit() and AGES[0] <= int(word) <= AGES[1] and i + 1 == len(words):
        return TimeSpan(365, i, i, "since")  # "since 16": an age
    if not anchored and not told and previous != "since":
        return None
    doubtful = word in ("may", "mar", "march", "mars") and previous not in _MONTH_BEFORE
    if word in MONTHS and not doubtful:
        return TimeSpan(since(today, MONTHS[word], 15), i, i, "since")
    for phrase, (month, day) in EVENT_PHRASES.get(word, ()):
        if tuple(words[i : i + len(phrase)]) == phrase:
            return TimeSpan(since(today, month, day), i, i + len(phrase) - 1, "since")
    if word.isdigit() and previous == "was" and 3 < int(word) < 90:
        return TimeSpan(365, i, i, "since")
    return None
