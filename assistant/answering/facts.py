"""What in a sentence must be exact: numbers with their units, sides, directions, and what is denied."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby
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
    r"(?P<unit>\s*(?:°|%|[a-z]+(?:\s+(?:a|per|each|every|in)\s+(?:the\s+)?(?:week|day|month|year|run))?))?",
    re.IGNORECASE,
)
_WEEK_OR_TWO = re.compile(r"\ban?\s+(week|day|month|minute|second)\s+or\s+two\b", re.IGNORECASE)
_ARTICLE = re.compile(
    r"\ban?\s+(?:full\s+|whole\s+|single\s+)?(second|minute|hour|month|year)\b", re.IGNORECASE
)
_POINTING = re.compile(
    r"\b(?:the|these|those|your|both|this|that|each|every|another|next|any|which) (?:one|two|three|four)\b"
    r"(?!\s*(?:-|–|—|to|or|and)\s*(?:\d|two|three|four|five))(?!\s+(?:sets?|reps?|times|seconds?|minutes?|weeks?)\b)"
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

NOUNS = frozenset((
    "arm", "arms", "leg", "legs", "hand", "hands", "foot", "feet", "knee", "knees", "shoulder",
    "shoulders", "elbow", "elbows", "heel", "heels", "hip", "hips", "chest", "torso", "head", "weight",
    "side", "toe", "toes", "glutes", "spine",
))  # fmt: skip
SIDES = frozenset(("left", "right"))
_DIRECTIONS = frozenset(
    ("forward", "forwards", "backward", "backwards", "up", "down", "behind", "under", "over", "beneath",
     "below",
     "underneath", "above", "atop")
)  # fmt: skip
_SAME_WAY = {
    "behind": "back", "backward": "back", "beneath": "under", "below": "under", "underneath": "under",
    "above": "over", "atop": "over",
}  # fmt: skip
_MORE = frozenset((
    "increase", "increases", "increasing", "raise", "raises", "raising", "more", "cause", "causes",
    "causing", "lead", "leads", "leading", "add", "adds", "adding", "higher", "greater", "worsen", "worsens",
    "overload", "overloads", "boost", "boosts",
))  # fmt: skip
_LESS = frozenset((
    "reduce", "reduces", "reducing", "less", "fewer", "prevent", "prevents", "preventing", "decrease",
    "decreases", "lessen", "lessens", "relieve", "relieves", "ease", "eases", "easing", "cut", "cuts",
    "minimize", "minimizes", "limit", "limits", "release", "releases", "remove", "removes", "stop", "stops",
    "avoid", "avoids",
))  # fmt: skip
_DEGREES = frozenset(("more", "less", "fewer", "higher", "greater"))
EFFECT_WORDS = 4
"""Words behind a word of growing or shrinking that it may be about."""
_PART = re.compile(r"[,;:.]|\b(?:and|but|so|that|which|while|if|when|or)\b")
_ENDS = frozenset(("front", "back", "rear"))
_REAR = {"rear": "back"}
_LIES = (
    (
        re.compile(r"\b(?:lie|lying|lay|roll over)\b[^.;]{0,20}\bon your back\b|\bface up\b", re.IGNORECASE),
        "back",
    ),
    (
        re.compile(
            r"\b(?:lie|lying|lay)\b[^.;]{0,20}\b(?:on|onto) (?:your|one|either|the) (?:left |right )?side\b",
            re.IGNORECASE,
        ),
        "side",
    ),
    (
        re.compile(r"\bface[- ]down\b|\bprone\b|\bon your (?:front|stomach|belly|tummy)\b", re.IGNORECASE),
        "front",
    ),
)
_TO_THE_SIDE = re.compile(
    r"\b(?:out )?to (?:the|one|your|each|either) (?:left |right )?side\b(?! to)|\bsideways?\b|\bout wide\b",
    re.IGNORECASE,
)
_AWAY = re.compile(r"\baway from (?:your|the) (?:\w+ )?(\w+)", re.IGNORECASE)
_ON = re.compile(r"\b(?:on|against|into|onto) (?:the |your )?(?:ground|floor|mat)\b")
_OFF = re.compile(r"\b(?:off|from|above|clear of|leav(?:e|es|ing)) (?:the |your )?(?:ground|floor|mat)\b")
_PARTS = re.compile(
    r"\b(?:ankle|arm|belly|calf|calves|chest|chin|core|ear|elbow|feet|foot|finger|forearm|glute|groin|hamstring|hand|"
    r"head|heel|hip|kneecap|knee|leg|neck|oblique|palm|quad|quadriceps|rib|shin|shoulder|spine|stomach|thigh|toe|torso|"
    r"trunk|wrist|(?<=your )back|(?<=the )back|(?<=lower )back|(?<=upper )back|stabilizer|abdominal)s?\b"
)
_VERBS = frozenset(
    (
        "step",
        "hinge",
        "shift",
        "lean",
        "reach",
        "extend",
        "lift",
        "face",
        "lie",
        "return",
        "move",
        "walk",
        "jump",
    )
)
_BREATH = {
    "inhaling": "inhale",
    "exhaling": "exhale",
    "inhale": "inhale",
    "breathe in": "inhale",
    "exhale": "exhale",
    "breathe out": "exhale",
}
_SHAPE = {
    "arch": "arch", "arches": "arch", "arching": "arch", "cow": "arch",
    "round": "round", "rounds": "round", "rounding": "round", "cat": "round",
}  # fmt: skip
_CLAUSE = re.compile(
    r"\s*(?:[,;:]?\s*\bthen\b|;|\bbefore\b|\bfollowed by\b|,\s*(?:and )?(?=(?:your |the )?(?:left"
    r"|right) \w+ (?:to (?:your |the )?(?:left|right)|(?!back|forward)\w+(?:s|es))\b))\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_NEGATIONS = re.compile(
    r"\b(?:not|never|no|nor|neither|without|avoid|avoids|avoiding|don't|doesn't|isn't|aren't|can't|cannot|won't|"
    r"shouldn't|needn't|wouldn't|nobody|nothing|none|instead of|rather than|unlike|except|"
    r"free of|stop(?:s|ped|ping)?|keep(?:s|ing)? (?:\w+ ){0,4}from(?= \w+ing\b))\b",
    re.IGNORECASE,
)
LACKING = ("neglect", "neglected", "lack", "skip", "alone", "overlook")
"""Words that say that something is left out: a sentence without any of them says something else."""
_ONLY = re.compile(
    r"(?<!not )(?<!n't )(?<!never )\b(?:only|solely|merely|exclusively|purely|alone|"
    r"(?:just|all) (?:about|for|in|on|while|when)|all (?:that )?(?:you|it) (?:ever )?(?:needs?|takes?))\b",
    re.IGNORECASE,
)
_SHORT_SCOPE = {"without": 1, "no": 2, "keep": 2, "keeps": 2, "keeping": 2, "avoid": 3}
SCOPE = 6
"""Words behind a negation that it may deny; it ends earlier at a comma, "but" and the like (ConText,
Harkema et al. 2009)."""
_QUANTIFIED = re.compile(r"^\s*(?:enough|any|much|proper|sufficient|the|your|an?)\b")
_SCOPE_END = re.compile(r"[,;:.!?–—]|\b(?:but|so|because|when|while|and keep|then|which|if)\b", re.IGNORECASE)


class Number(NamedTuple):
    """A number or range with its unit; `unit` is "" for repetitions."""

    low: str
    high: str
    unit: str


def numbers(text: str) -> list[Number]:
    """Return the numbers of `text` in order, words as figures: "two to three sets" is ("2", "3", "set")."""
    found: list[Number] = []
    plain = text.replace("’", "'")
    for match in _WEEK_OR_TWO.finditer(plain):
        found.append(Number("1", "2", match[1].lower()))
    plain = _POINTING.sub(" ", _WEEK_OR_TWO.sub(" ", plain))
    found += [Number("1", "1", _UNITS[match[1].lower()]) for match in _ARTICLE.finditer(plain)]
    for match in _RANGE.finditer(plain):
        unit = _unit(match["unit"] or "")
        low = match["low"].lower()
        if low == "one" and not match["high"] and unit not in _LONE_ONE:
            continue
        found.append(Number(_figure(low), _figure((match["high"] or low).lower()), unit))
    return found


def _figure(word: str) -> str:
    return str(_DIGITS[word]) if word in _DIGITS else word.replace(",", ".")


def _unit(text: str) -> str:
    parts = text.lower().split()
    if not parts:
        return ""
    if parts[0] == "of":
        return "any"
    unit = _UNITS.get(parts[0], "")
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
    if re.search(r"\bdaily\b", plain):
        found.append("day")
    if re.search(r"\bweekly\b", plain):
        found.append("week")
    return found


def clauses(text: str) -> list[str]:
    """Cut a sentence where one movement ends and the next begins."""
    return [part for part in _CLAUSE.split(text) if part.strip()]


def sides(clause: str) -> list[tuple[str, str]]:
    """Return each side with the part of the body it belongs to, in order."""
    words = _WORD.findall(clause.lower())
    found = []
    for index, word in enumerate(words):
        if word in SIDES:
            noun = next((w for w in words[index + 1 : index + 3] if w in NOUNS), "")
            found.append((word, _singular(noun)))
    return found


def bindings(text: str) -> set[tuple[str, str]]:
    """Return what goes with what in each clause: a part with its direction, a breath with its shape.

    How one lies counts too: ("lie", "back"), ("lie", "side") or ("lie", "front").
    """
    found = {("lie", way) for pattern, way in _LIES if pattern.search(text)} | _breathed(text)
    found |= {("way", "side") for _ in _TO_THE_SIDE.findall(text)}
    found |= {("away", _singular(noun.lower())) for noun in _AWAY.findall(text) if noun.lower() in NOUNS}
    for clause in re.split(
        r"[,;.]|\b(?:then|while|as|until|before)\b|\band (?=inhale|exhale|breathe|"
        r"hinge|lean|shift|step|move|reach|extend|lift|lower|push|tip|fold|let|keep|bend|press|raise|rotate|return|come|bring|send)",
        text.lower(),
    ):
        words = _WORD.findall(clause)
        for index, word in enumerate(words):
            direction = _SAME_WAY.get(word.rstrip("s"), word.rstrip("s"))
            direction = direction if word in _DIRECTIONS else ""
            beyond = words[index + 1] if index + 1 < len(words) else ""
            if direction in ("up", "down") and (
                beyond in ("to", "toward", "towards", "from", "into")
                or not index
                or words[index - 1] not in NOUNS
            ):
                continue  # "line up", "from head down to heels": no way that a part moves
            if word in _ENDS and beyond in NOUNS:
                found.add((_singular(beyond), f"at the {_REAR.get(word, word)}"))
                continue
            if clause_front := word == "front" and index > 1 and words[index - 1] == "in":
                before = [w for w in words[max(0, index - 4) : index] if w in NOUNS]
                found |= (
                    {(_singular(noun), "at the front") for noun in before[-1:]} if clause_front else set()
                )
                continue
            if word == "back" and index and words[index - 1] in NOUNS:
                direction = "back"
            before = [w for w in words[max(0, index - 4) : index] if w in NOUNS]
            if direction and before:
                found.add((_singular(before[-1]), direction))
            elif word == "back" and index and words[index - 1] in _VERBS and before:
                found.add((_singular(before[-1]), "back"))
            elif direction in ("forward", "back") and index and words[index - 1] in ("hunching", "leaning"):
                found.add((words[index - 1], direction))
            elif index and words[index - 1] in _VERBS and (direction or word == "back"):
                found.add((words[index - 1], direction or "back"))
    return found


def _breathed(text: str) -> set[tuple[str, str]]:
    """Return each breath with its shape: the first named goes with the first, the second with the second."""
    plain = text.lower()
    for phrase, breath in _BREATH.items():
        plain = plain.replace(phrase, breath)
    words = _WORD.findall(plain)
    breaths = [w for w in words if w in ("inhale", "exhale")]
    shapes = [shape for shape, _ in groupby(_SHAPE[w] for w in words if w in _SHAPE)]
    return set(zip(breaths, shapes, strict=False))


def effects(text: str, stem: Callable[[str], str]) -> set[tuple[int, str]]:
    """Return what is said to grow (1) or shrink (-1): the words behind "increases", "prevents", "less"."""
    found: set[tuple[int, str]] = set()
    for part in _PART.split(text.lower().replace("’", "'")):
        words = _WORD.findall(part)
        for index, word in enumerate(words):
            sign = 1 if word in _MORE else -1 if word in _LESS else 0
            if sign and index and words[index - 1] in ("not", "never", "don't", "doesn't", "won't"):
                sign = -sign
            if word == "harder":
                found |= {(1, stem(w)) for w in words[max(0, index - 2) : index]}
            if sign:
                found |= {(sign, stem(w)) for w in words[index + 1 : index + 1 + EFFECT_WORDS]}
    return found


def denied(text: str, stem: Callable[[str], str]) -> frozenset[str]:
    """Return the stems of the words that a negation of `text` reaches."""
    plain = text.lower().replace("’", "'")
    reached: set[str] = set()
    for match in _NEGATIONS.finditer(plain):
        rest = plain[match.end() :]
        if end := _SCOPE_END.search(rest):
            rest = rest[: end.start()]
        rest = _QUANTIFIED.sub("", rest)
        scope = _SHORT_SCOPE.get(match.group().split()[0], SCOPE)
        reached |= {stem(word) for word in _WORD.findall(rest)[:scope]}
        if match.group().startswith("keep"):  # "keep strain from shifting" denies the strain too
            reached |= {stem(word) for word in _WORD.findall(match.group())[1:-1]}
    return frozenset(reached)


_OR = re.compile(r"((?:[a-z-]+ ){1,4})or ((?:[a-z-]+ ?){1,4})")
_NEED = re.compile(
    r"\b(?:need|needs|must|requires?|required|only|always|essential|necessary|without (?:an?"
    r"|the)\b.{0,20}won't)\b"
)


def alternatives(text: str, stem: Callable[[str], str]) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return the words on both sides of each "or": "a weight or just bodyweight" leaves a choice."""
    return [
        (frozenset(map(stem, one.split())), frozenset(map(stem, other.split())))
        for one, other in _OR.findall(text.lower())
    ]


def lessened(text: str, stem: Callable[[str], str]) -> frozenset[str]:
    """Return the words behind a word of shrinking, to the end of the clause."""
    found: set[str] = set()
    for clause in re.split(r"[,;.]", text.lower()):
        words = _WORD.findall(clause)
        at = next((i for i, word in enumerate(words) if word in _LESS), len(words))
        found |= {stem(word) for word in words[at + 1 :]}
        found |= {stem(w) for i, word in enumerate(words) if word == "against" for w in words[i + 1 : i + 3]}
    return frozenset(found)


_BROUGHT = re.compile(r"\b(?:makes?|leaves?|causes?|creates?|adds?|brings?)\b([^,.;]*)")


def brought(text: str, stem: Callable[[str], str]) -> frozenset[str]:
    """Return the stems of what is said to be brought about: "leaves your spine stiff", without an "if"."""
    if re.search(r"\b(?:if|when|whenever|after)\b", text.lower()):
        return frozenset()
    return frozenset(stem(w) for rest in _BROUGHT.findall(text.lower()) for w in _WORD.findall(rest))


_BOTH = re.compile(
    r"\bboth (?:your |of your )?(?:(?:\w+ and )?)(arm|leg|hand|foot|feet|knee|heel|elbow)s?\b", re.IGNORECASE
)
_SINGLE = re.compile(
    r"\b(?:one|other|front|top|single)[ -](arm|leg|hand|foot|knee|heel|elbow)\b", re.IGNORECASE
)


def both(text: str) -> frozenset[str]:
    """Return the limbs that `text` says both of: "both feet"."""
    found = {_singular(limb.lower()) for limb in _BOTH.findall(text)}
    return frozenset(found | ({"leg", "foot"} if found & {"leg", "foot"} else set()))


def single(text: str) -> frozenset[str]:
    """Return the limbs of which `text` names one: "on one leg"."""
    return frozenset(limb.lower() for limb in _SINGLE.findall(text))


def has_choice_word(text: str) -> bool:
    """Say whether `text` leaves something out by choice: "without a weight"."""
    return bool(re.search(r"\b(?:without|no)\b", text.lower())) and not demanded(text)


_ADVISED = re.compile(
    r"\b(?:try not to|avoid|be careful not to|don't)\b(?!.*\b(?:help|professional|doctor|specialist)\b)"
)


def advised_against(text: str) -> bool:
    """Say whether `text` advises against something, other than against getting help."""
    return bool(_ADVISED.search(text.lower().replace("’", "'")))


def verbal(text: str) -> str:
    """Return `text` without names and nouns that look like verbs: "lower back", "a stretch"."""
    return re.sub(
        r"\b(?:a|the|this|that|each|every|hip|flexor|gentle|good) (?:(?!your|of|to)\w+ )?(?:stretch"
        r"|tap|press|lift|load|shift)(?:es|s)?\b",
        "",
        unpaired(text),
    )


_SHUNNED = re.compile(r"\b(?:instead of|rather than)\b")


def shunned(text: str) -> bool:
    """Say whether `text` names what to do less of: "instead of only running on pavement"."""
    return len(_NEGATIONS.findall(text)) == 1 and bool(_SHUNNED.search(text.lower()))


_EACH_SIDE = re.compile(
    r"\bsides?\b|\b(?:each|either|both|per|other|switch|swap|change) (?:leg|arm|foot|knee)s?\b"
    r"|\bswitch\b|\beach way\b"
)


def each_side(text: str) -> bool:
    """Say whether `text` says that both sides do it."""
    return bool(_EACH_SIDE.search(text.lower()))


def demanded(text: str) -> bool:
    """Say whether `text` says that something is needed."""
    return bool(_NEED.search(text.lower()))


_OBLIGED = re.compile(
    r"\byou(?:'ve got to| have got to| absolutely| must| have to)\b(?! (?:not|avoid))|\b(?:is"
    r"|are) (?:required|mandatory|compulsory|a must)\b"
    r"|\b(?:no|without) exceptions?\b"
)
_SURE = re.compile(
    r"\b(?:always|inevitabl[ey]|definitely|certainly|undoubtedly|bound to|sure to|without fail"
    r"|every time|never)\b"
)
_HEDGED = re.compile(r"\b(?:may|might|can|could|often|usually|sometimes)\b")


_SAME_SIDE = re.compile(
    r"\b(?:same[- ](?:side|hand|arm|leg|foot)|(?:left|right) with (?:the|your) (left|right))\b"
)


def same_side(text: str) -> bool:
    """Say whether `text` pairs limbs of one side."""
    return bool(_SAME_SIDE.search(text.lower()))


_BENEFIT_DENIED = re.compile(
    r"(?:\b(?:not|never|cannot|hardly|no longer)|n't) (?:really |actually |do much to "
    r"|\w+ly )?(?:help|work|reduce|relieve|"
    r"ease|prevent|improve|strengthen|build|support|protect|matter|increase|boost|train|stabili[sz]e|benefit|count)"
)


def benefit_denied(text: str) -> bool:
    """Say whether `text` says that something does not do what it is for: "does not help"."""
    return bool(_BENEFIT_DENIED.search(text.lower().replace("’", "'")))


def obliged(text: str) -> bool:
    """Say whether `text` obliges the reader: "you must", "is mandatory"."""
    return bool(_OBLIGED.search(text.lower().replace("’", "'")))


def certain(text: str) -> bool:
    """Say whether `text` says that something is so every time."""
    return bool(_SURE.search(text.lower()))


def hedged(text: str) -> bool:
    """Say whether `text` says that something may be so."""
    return bool(_HEDGED.search(text.lower()))


def causes(text: str, stem: Callable[[str], str]) -> list[tuple[frozenset[str], int, frozenset[str]]]:
    """Return who does what to what: the words before "increases", its sign, those behind."""
    found: list[tuple[frozenset[str], int, frozenset[str]]] = []
    for part in re.split(
        r"[;:–]|,\s*(?:so|and|but|which)\b|\b(?:because|since|while|if|when)\b", text.lower()
    ):
        words = _WORD.findall(part.replace("’", "'"))
        for index, word in enumerate(words):
            if word == "harder":
                found.append((frozenset(map(stem, words[: max(0, index - 2)])), 1, frozenset({"work"})))
            if word in _DEGREES and index > 1 and words[index - 1] in ("mean", "means"):
                found.append(
                    (
                        frozenset(map(stem, words[: index - 1])),
                        1 if word in _MORE else -1,
                        frozenset(stem(w) for w in words[index + 1 : index + 1 + EFFECT_WORDS]),
                    )
                )
            sign = 0 if word in _DEGREES else 1 if word in _MORE else -1 if word in _LESS else 0
            if sign and index:
                before = frozenset(map(stem, words[:index]))
                behind = frozenset(stem(w) for w in words[index + 1 : index + 1 + EFFECT_WORDS])
                found.append((before, sign, behind))
    return found


def parts(text: str) -> frozenset[str]:
    """Return the parts of the body that a clause names, in the singular."""
    return frozenset(
        {"calves": "calf", "feet": "foot"}.get(part, part.removesuffix("s"))
        for part in _PARTS.findall(re.sub(r"\bon your back\b", "", text.lower().replace("spinal", "spine")))
    )


ACTS = (
    "squeeze", "press", "push", "lift", "raise", "lower", "tap", "touch", "extend", "reach", "hinge",
    "rotate", "shift", "bend", "stack", "round", "arch", "strengthen", "target", "release", "force", "absorb",
    "compensate", "engage", "overload", "tighten", "loosen", "straighten", "open", "stretch",
    "extension", "rotation", "slide", "pull", "anchor", "load",
)  # fmt: skip
"""Verbs of which it matters what part of the body does them, or has them done to it."""


def pointing(text: str) -> bool:
    """Say whether a clause points back at what was named: "in these areas"."""
    return bool(re.search(r"\b(?:these|those|them|they|it|there|this)\b", text.lower()))


_BEARS = re.compile(
    r"\b(work(?:s|ing)? (?:harder|more|extra)|compensat\w+|absorb\w*"
    r"|tak(?:e|es|ing) (?:on |up |in )?(?:more|the|extra)(?: of the)? (?:impact|load|stress|shock|force))"
)


def bearers(text: str) -> set[tuple[str, str]]:
    """Return which part of the body works harder, compensates or absorbs: the last before the verb."""
    found: set[tuple[str, str]] = set()
    for clause in re.split(r"[,;:]|\b(?:which|while|when|if)\b", text.lower()):
        for match in _BEARS.finditer(clause):
            if named := _PARTS.findall(clause[: match.start()]):
                verb = "abso" if match[1].startswith("tak") else match[1][:4]
                found.add((verb, named[-1].removesuffix("s")))
    return found


_ALONE = re.compile(
    r"\b(?:only|solely|purely|exclusively)\b((?:\W+\w+){1,4})|((?:\w+\W+){1,2})(?:alone|exclusively)\b"
)


def alone(text: str, stem: Callable[[str], str]) -> frozenset[str]:
    """Return the words of what is said to be all there is: "miles" of "miles alone"."""
    return frozenset(
        stem(w) for match in _ALONE.finditer(text.lower()) for w in _WORD.findall(match[1] or match[2] or "")
    )


_MOVES_UP = re.compile(r"\b(?:lift|rais|lower)\w*\b(?P<rest>(?:(?!\buntil\b|\bso\b|[.;]).)*)", re.IGNORECASE)


def implied(text: str) -> set[tuple[str, str]]:
    """Return the bindings that a sentence implies: lifted hips go up, a step back takes a leg back."""
    found: set[tuple[str, str]] = set()
    for match in _MOVES_UP.finditer(text):
        way = "down" if match[0].lower().startswith("lower") else "up"
        found |= {(part, way) for part in parts(match["rest"])}
    found |= {(part, "at the front") for part, way in bindings(text) if way == "forward"}
    for _, way in (pair for pair in bindings(text) if pair[0] == "step"):
        found |= {("leg", way), ("foot", way)}
    return found


def object_of(clause: str, verb: str, stem: Callable[[str], str]) -> frozenset[str]:
    """Return the part of the body that stands right behind a verb: "knees" of "tap your knees"."""
    words = _WORD.findall(verbal(clause).lower())
    for index, word in enumerate(words):
        if stem(word) == verb:
            behind = words[index + 1 : index + 5]
            if behind and behind[0] in ("into", "through", "with", "against"):
                behind = behind[1:]
            if behind and behind[0] in ("your", "the", "both", "each", "one"):
                return frozenset(sorted(parts(" ".join(behind[:3])))[:1])
    return frozenset()


def contacts(text: str) -> set[tuple[str, str]]:
    """Return which part of the body is on the ground and which is off it."""
    found: set[tuple[str, str]] = set()
    for clause in re.split(
        r"[;.]|\b(?:then|while|as|until|and (?=press|keep|hold|lift|raise|lower))\b", text.lower()
    ):
        for way, pattern in (("on", _ON), ("off", _OFF)):
            if match := pattern.search(clause):
                if negated(clause):
                    way = {"on": "off", "off": "on"}[way]
                before = clause[: match.start()]
                tail = before.rsplit(",", 1)[-1]  # "while your arm moves, your back stays on the floor"
                here = parts(tail) if re.search(r"\b(?:your|the)\b", tail) and parts(tail) else parts(before)
                found |= {(part, way) for part in here}
    return found


def unpaired(text: str) -> str:
    """Return `text` with "lower back" and the like as one thing, so that "lower" is no direction."""
    return re.sub(
        r"\b(?:lower|upper) (?=back|body|leg|arm)|\b(?:left|right)\b", "", text, flags=re.IGNORECASE
    )


def restricted(text: str) -> bool:
    """Say whether `text` says that something is all there is: "only about", and not "isn't only about"."""
    return bool(_ONLY.search(text.replace("’", "'")))


def negated(text: str) -> bool:
    """Say whether `text` denies anything."""
    return bool(_NEGATIONS.search(text.replace("’", "'")))


def _singular(noun: str) -> str:
    return {"feet": "foot"}.get(noun, noun.removesuffix("s") if noun not in ("glutes",) else noun)
