"""Numbers with their units, and how often something is done."""

from __future__ import annotations

import re
from typing import NamedTuple

_DIGITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
    "forty-five": 45, "fifty": 50, "sixty": 60, "once": 1, "twice": 2, "thrice": 3, "half": 0,
    "dozen": 12, "hundred": 100, "double": 2, "triple": 3,
}  # fmt: skip
FIGURES = frozenset(_DIGITS)
"""Words that are read as numbers."""
_NUMBER = r"\d+(?:[.,]\d+)?|" + "|".join(sorted(_DIGITS, key=len, reverse=True))
_RANGE = re.compile(
    rf"\b(?P<low>{_NUMBER})(?:\s*(?:-|–|—|\bto\b|\band\b|\bor\b)\s*(?P<high>{_NUMBER}))?\b"
    r"(?P<unit>(?:\s*|-)(?:°|%|[a-z]+(?:\s+(?:a|per|each|every|in)\s+(?:the\s+)?(?:week|day|month|year|run)"
    r"|\s+(?:weekly|daily))?))?",
    re.IGNORECASE,
)
_WEEK_OR_TWO = re.compile(r"\ban?\s+(week|day|month|minute|second)\s+or\s+two\b", re.IGNORECASE)
_FRACTIONS = (
    (
        re.compile(r"\b(?:a |the )?half (?:of )?(?:an?|the) hour\b|\bhalf[- ]hour\b", re.IGNORECASE),
        "30 minutes",
    ),
    (re.compile(r"\bthree[- ]quarters of an hour\b", re.IGNORECASE), "45 minutes"),
    (
        re.compile(r"\b(?:an? )?quarter of an hour\b|\b(?:an? )?quarter[- ]hour\b", re.IGNORECASE),
        "15 minutes",
    ),
    (re.compile(r"\bhalf (?:of )?a minute\b|\bhalf[- ]minute\b", re.IGNORECASE), "30 seconds"),
)
"""Parts of an hour or a minute, and what they are in whole units."""
_ARTICLE = re.compile(
    r"\ban?\s+(?:full\s+|whole\s+|single\s+)?(second|minute|hour|month|year)\b", re.IGNORECASE
)
_ONE_SESSION = re.compile(r"\b(?:a|one) single (?:session|visit|appointment|call|go)\b", re.IGNORECASE)
_POINTING = re.compile(
    r"\b(?:the|these|those|your|both|this|that|each|every|another|next|any|which) (?:one|two|three|four)\b"
    r"(?!\s*(?:-|–|—|to|or|and)\s*(?:\d|two|three|four|five))(?!\s+(?:sets?|reps?|times|seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b)"
    r"|\b(?:top|bottom|upper|lower|first|second|other|front|back) half\b|\bhalf[- ]?(?=kneel|way)"
    r"|\bonce (?=you|your|it|the|that|this|they|there|everything|again)|\bat once\b|\bone (?:of"
    r"|more|by one)\b"
    r"|\b(?:two|three)-in-one\b|\b(?:is|are|make|makes|count as) (?:one|a) set\b"
    r"|\b(?:one|two|three)[- ]legged\b|\bdouble[- ]check\w*",
    re.IGNORECASE,
)
"""Numbers that point at what was named, and none: "between the two positions", "once you are up"."""
_UNITS = {
    "rep": "", "reps": "", "repetition": "", "repetitions": "", "tap": "", "taps": "", "time": "",
    "times": "",
    "set": "set", "sets": "set", "round": "set", "rounds": "set",
    "second": "second", "seconds": "second", "sec": "second", "secs": "second", "s": "second",
    "minute": "minute", "minutes": "minute", "min": "minute", "mins": "minute",
    "hour": "hour", "hours": "hour", "day": "day", "days": "day", "week": "week", "weeks": "week",
    "month": "month", "months": "month", "year": "year", "years": "year", "mg": "mg", "ml": "ml",
    "km": "km", "kilometre": "km", "kilometer": "km", "kilometres": "km", "kilometers": "km", "mile": "mile",
    "miles": "mile", "kg": "kg", "kilo": "kg", "kilos": "kg", "pound": "lb", "pounds": "lb", "lb": "lb",
    "lbs": "lb", "°": "degree", "degree": "degree", "degrees": "degree", "%": "percent", "percent": "percent",
    "leg": "leg", "knee": "knee", "foot": "foot", "arm": "arm", "hand": "hand", "session": "session",
    "sessions": "session", "exercise": "exercise", "exercises": "exercise", "litre": "litre",
    "litres": "litre",
}  # fmt: skip
LIMBS = frozenset(("leg", "knee", "foot", "arm", "hand"))
_LONE_ONE = (*sorted(LIMBS), "set", "minute", "second", "week", "day", "hour", "month")
_ALL_OF = re.compile(r"\b(?:all|of the|all of the|these) $", re.IGNORECASE)
_COMPLEMENT = re.compile(
    rf"\b(?P<number>(?:{_NUMBER})(?:\s*(?:-|–|—|\bto\b|\bor\b)\s*(?:{_NUMBER}))?)[\s-]*(?:minutes?|mins?|hours?|sets?|rounds?)"
    r"\s+(?:of|to|for|on) (?P<what>[a-z-]+(?:(?:,? and |, | )(?!(?:on|in|after|at|during|while"
    r"|before|per|each|as|for|to|with)\b)[a-z-]+){0,3})",
    re.IGNORECASE,
)


class Number(NamedTuple):
    """A number or range with its unit; `unit` is "" for repetitions."""

    low: str
    high: str
    unit: str


def numbers(text: str) -> list[Number]:
    """Return the numbers of `text` in order, words as figures: "two to three sets" is ("2", "3", "set")."""
    found: list[Number] = []
    plain = re.sub(r"\b(\w+)-to-(\w+)[- ](?=\w)", r"\1 to \2 ", text.replace("’", "'"))
    for pattern, whole in _FRACTIONS:
        plain = pattern.sub(whole, plain)
    for match in _WEEK_OR_TWO.finditer(plain):
        found.append(Number("1", "2", match[1].lower()))
    plain = _POINTING.sub(" ", _WEEK_OR_TWO.sub(" ", plain))
    found += [Number("1", "1", "session") for _ in _ONE_SESSION.findall(plain)]
    found += [Number("1", "1", _UNITS[match[1].lower()]) for match in _ARTICLE.finditer(plain)]
    for match in _RANGE.finditer(plain):
        unit = _unit(match["unit"] or "")
        if not unit and _ALL_OF.search(plain[: match.start()]):
            unit = "any"
        low = match["low"].lower()
        if low == "one" and not match["high"] and unit not in _LONE_ONE:
            continue
        found.append(Number(_figure(low), _figure((match["high"] or low).lower()), unit))
    return found


def _figure(word: str) -> str:
    return str(_DIGITS[word]) if word in _DIGITS else word.replace(",", ".")


def _unit(text: str) -> str:
    parts = text.lower().lstrip("-").split()
    if not parts:
        return ""
    if parts[0] == "of":
        return "any"
    unit = _UNITS.get(parts[0], "")
    parts[-1] = {"weekly": "week", "daily": "day"}.get(parts[-1], parts[-1])
    if parts[0] in ("a", "per", "each", "every") and len(parts) > 1:
        return ""
    if len(parts) > 1 and parts[-1] in ("week", "day", "month", "year", "run"):
        return f"{'time' if unit in ('', 'session') else unit}/{parts[-1]}"
    return unit


def per_period(text: str) -> list[str]:
    """Return the periods that something is done in: "per week", "a day", "daily"."""
    plain = text.lower()
    found = re.findall(r"\b(?:a|per|each|every)\s+(?:single\s+)?(day|week|month|night|morning)\b", plain)
    # "On a run" is a place; "twice a run" and "after every run" say how often.
    found += re.findall(
        r"\b(?:(?:times?|once|twice|\d+) (?:a|per|each|every)|(?:before|after|per) (?:each"
        r"|every)(?: single)?) (run)\b",
        plain,
    )
    found += re.findall(
        r"\b(?:per|(?:each|every)(?= breath)) (breath|rep|repetition|stride|mile"
        r"|minute|hour|position)\b",
        plain,
    )
    found += [f"every {nth}" for nth in re.findall(r"\bevery (other|second|third|fourth|fifth)\b", plain)]
    if re.search(r"\bdaily\b", plain):
        found.append("day")
    if re.search(r"\bweekly\b", plain):
        found.append("week")
    return found


def unnumbered(text: str) -> str:
    """Return `text` without its numbers and the units behind them: "two rounds of 12 taps" is " of "."""
    return _RANGE.sub(
        lambda match: " " if _unit(match["unit"] or "") or not match["unit"] else match["unit"], text
    )


def complements(text: str) -> list[tuple[Number, str]]:
    """Return numbers of minutes and sets with what they are of: "20–30 minutes of core work"."""
    return [
        (found[0], match["what"])
        for match in _COMPLEMENT.finditer(text.replace("’", "'"))
        if (found := numbers(match[0]))
    ]
