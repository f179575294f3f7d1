"""Sides, directions, how one lies, and which limb goes where."""

from __future__ import annotations

import re
from itertools import groupby

from assistant.answering.facts.body import NOUNS, parts, singular
from assistant.answering.facts.polarity import negated
from assistant.answering.facts.words import WORDS

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
    r"(?<!rock )(?<!sway )(?<!tilt )(?<!shift )(?<!drop )\b(?:out )?to (?:the|one|your|each"
    r"|either) (?:left |right )?side\b(?! to)|\bsideways?\b|\bout wide\b",
    re.IGNORECASE,
)
_AWAY = re.compile(r"\baway from (?:your|the) (?:\w+ )?(\w+)", re.IGNORECASE)
_END_OF = re.compile(
    r"\b(front|back|rear) of (?:the|your|each|both) (hip|knee|leg|thigh|arm|shoulder|foot"
    r"|head)s?\b",
    re.IGNORECASE,
)
_WITH_NEXT = re.compile(
    r"\b(forward|back|behind)s? with (?:your|the) (?:(?:left|right"
    r"|other) )?(arm|leg|hand|foot)\b",
    re.IGNORECASE,
)
_AGAINST_GRAVITY = re.compile(
    r"\b(?:(lower|drop|sink)\w*\b[^,;.]{0,40}\b(?:toward|towards|to) the (?:ceiling|sky)"
    r"|(lift|rais)\w*\b[^,;.]{0,40}\b(?:toward|towards|to) the (?:floor|ground|mat))\b",
    re.IGNORECASE,
)
_ON = re.compile(r"\b(?:on|against|into|onto) (?:the |your )?(?:ground|floor|mat)\b")
_OFF = re.compile(r"\b(?:off|from|above|clear of|leav(?:e|es|ing)) (?:the |your )?(?:ground|floor|mat)\b")
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
_SAME_VERB = {"lean": "hinge", "fold": "hinge", "bend": "hinge"}
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
_CAT_COW = re.compile(r"\bcat[-–/ ]?(?:and[- ])?cow\b")
_BREATH_CLAUSE = re.compile(r"[,;.:]|\bthen\b|\band\b|\bbefore\b")
_CLAUSE = re.compile(
    r"\s*(?:[,;:]?\s*\bthen\b|;|\bbefore\b|\bfollowed by\b|,\s*(?:and )?(?=(?:your |the )?(?:left"
    r"|right) \w+ (?:(?:to|with) (?:your |the )?(?:left|right)|(?!back|forward)\w+(?:s|es))\b))\s*",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"\bboth (?:your |of your )?(?:(?:\w+ and )?)(arm|leg|hand|foot|feet|knee|heel|elbow)s?\b", re.IGNORECASE
)
_SINGLE = re.compile(
    r"\b(?:one|other|front|top|single)[ -](arm|leg|hand|foot|knee|heel|elbow)\b", re.IGNORECASE
)
_EACH_SIDE = re.compile(
    r"\bsides?\b|\b(?:each|either|both|per|other|switch|swap|change) (?:leg|arm|foot|knee)s?\b"
    r"|\bswitch\b|\beach way\b"
)
_SAME_SIDE = re.compile(
    r"\b(?:same[- ](?:side|hand|arm|leg|foot|direction)|(?:swing|mov|go)\w* (?:in )?the same way|(?:left"
    r"|right) with (?:the|your) (left|right))\b"
)
_SKYWARD = re.compile(r"([^,;.]*)\b(?:toward|towards|to|at) the (?:ceiling|sky)", re.IGNORECASE)
_MOVES_UP = re.compile(r"\b(?:lift|rais|lower)\w*\b(?P<rest>(?:(?!\buntil\b|\bso\b|[.;]).)*)", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(?:lift|raise|lower)\b (?:up |down )?(?:your |the |both )(?P<rest>(?:(?!\b(?:until|so|and"
    r"|while|as|then)\b)[^,.;:])*)",
    re.IGNORECASE,
)


def clauses(text: str) -> list[str]:
    """Cut a sentence where one movement ends and the next begins."""
    return [part for part in _CLAUSE.split(text) if part.strip()]


_NO_SIDE = re.compile(
    r"\bleft (?:out|without|alone|over|behind(?! you))\b"
    r"|\bright (?:at|away|after|before|now|there|exercises?|amount|thing|place|time|choice)\b",
    re.IGNORECASE,
)
"""What is "left out", or stands "right at" the center, has no side."""


def sides(clause: str) -> list[tuple[str, str]]:
    """Return each side with the part of the body it belongs to, in order."""
    words = WORDS.findall(_NO_SIDE.sub(" ", clause.lower()))
    found = []
    for index, word in enumerate(words):
        if word in SIDES:
            noun = next((w for w in words[index + 1 : index + 3] if w in NOUNS), "")
            found.append((word, singular(noun)))
    return found


def bindings(text: str) -> set[tuple[str, str]]:
    """Return what goes with what in each clause: a part with its direction, a breath with its shape.

    How one lies counts too: ("lie", "back"), ("lie", "side") or ("lie", "front").
    """
    found = {("lie", way) for pattern, way in _LIES if pattern.search(text)} | _breathed(text)
    found |= {("way", "side") for _ in _TO_THE_SIDE.findall(text)}
    found |= {
        (singular(noun.lower()), f"at the {_REAR.get(end.lower(), end.lower())}")
        for end, noun in _END_OF.findall(text)
    }
    for way, part in _WITH_NEXT.findall(text):
        found.add((part.lower(), _SAME_WAY.get(way.lower(), way.lower())))
    found |= {("lower", "up") for _ in _AGAINST_GRAVITY.findall(text)}
    found |= {("away", singular(noun.lower())) for noun in _AWAY.findall(text) if noun.lower() in NOUNS}
    for clause in re.split(
        r"[,;:.]|\b(?:then|while|as|until|before)\b|\band (?=inhale|exhale|breathe|"
        r"hinge|lean|shift|step|move|reach|extend|lift|lower|push|tip|fold|let|keep|bend|press|raise|rotate|return|come|bring|send)",
        text.lower(),
    ):
        words = WORDS.findall(clause)
        for index, word in enumerate(words):
            direction = _SAME_WAY.get(word.rstrip("s"), word.rstrip("s"))
            direction = direction if word in _DIRECTIONS else ""
            beyond = words[index + 1] if index + 1 < len(words) else ""
            if direction == "down" and _PRESSED.search(clause):
                continue
            if direction in ("up", "down") and (
                "spine" in words[max(0, index - 1) : index]
                or beyond in ("to", "toward", "towards", "from", "into")
                or not index
                or words[index - 1] not in NOUNS
            ):
                continue  # "line up", "from head down to heels": no way that a part moves
            if word in _ENDS and beyond in NOUNS:
                found.add((singular(beyond), f"at the {_REAR.get(word, word)}"))
                continue
            if clause_front := word == "front" and index > 1 and words[index - 1] == "in":
                before = [w for w in words[max(0, index - 4) : index] if w in NOUNS]
                found |= {(singular(noun), "at the front") for noun in before[-1:]} if clause_front else set()
                continue
            if word == "back" and index and words[index - 1] in NOUNS:
                direction = "back"
            before = [w for w in words[max(0, index - 4) : index] if w in NOUNS]
            if direction and before:
                found.add((singular(before[-1]), direction))
            elif word == "back" and index and words[index - 1] in _VERBS and before:
                found.add((singular(before[-1]), "back"))
            elif direction in ("forward", "back") and index and words[index - 1] in ("hunching", "leaning"):
                found.add((words[index - 1], direction))
            elif index and words[index - 1] in _VERBS and (direction or word == "back"):
                found.add((_SAME_VERB.get(words[index - 1], words[index - 1]), direction or "back"))
    return found


def _breathed(text: str) -> set[tuple[str, str]]:
    """Return each breath with the shapes of its clause; a clause of a breath alone goes with the next."""
    plain = text.lower()
    for phrase, breath in _BREATH.items():
        plain = plain.replace(phrase, breath)
    found: set[tuple[str, str]] = set()
    waiting = ""
    for clause in _BREATH_CLAUSE.split(_CAT_COW.sub(" ", plain)):
        words = WORDS.findall(clause)
        breaths = [w for w in words if w in ("inhale", "exhale")] or ([waiting] if waiting else [])
        shapes = [shape for shape, _ in groupby(_SHAPE[w] for w in words if w in _SHAPE)]
        pairs = (
            zip(breaths, shapes, strict=False)
            if len(breaths) > 1
            else ((b, s) for b in breaths for s in shapes)
        )
        found |= set(pairs)
        waiting = breaths[-1] if breaths and not shapes else ""
    return found


_RELATION = re.compile(
    r"\b(shoulder|wrist|elbow|hand|hip|knee|foot|feet|ankle|heel|leg|arm|head)s?(?: \w+){0,2}? "
    r"(over|above|on top of|atop|under|underneath|below|beneath) (?:your |the |each |both )?(?:left |right )?"
    r"(shoulder|wrist|elbow|hand|hip|knee|foot|feet|ankle|heel|leg|arm|head)s?\b",
    re.IGNORECASE,
)


def relations(text: str) -> set[tuple[str, str]]:
    """Return which part of the body is over which: ("shoulder", "wrist")."""
    found: set[tuple[str, str]] = set()
    for a, how, b in _RELATION.findall(text):
        upper, lower = singular(a.lower()), singular(b.lower())
        found.add((lower, upper) if how.lower().startswith(("un", "be")) else (upper, lower))
    return found


_PRESSED = re.compile(r"\b(?:press|push|plant|drive|dig)")
_PLURAL = re.compile(r"\b(arms|legs|hands|feet|knees|heels|elbows)\b", re.IGNORECASE)


def plural(text: str) -> frozenset[str]:
    """Return the limbs of which `text` names more than one: "arms extended"."""
    return frozenset(singular(limb.lower()) for limb in _PLURAL.findall(text))


def both(text: str) -> frozenset[str]:
    """Return the limbs that `text` says both of: "both feet"."""
    found = {singular(limb.lower()) for limb in _BOTH.findall(text)}
    return frozenset(found | ({"leg", "foot"} if found & {"leg", "foot"} else set()))


def single(text: str) -> frozenset[str]:
    """Return the limbs of which `text` names one: "on one leg"."""
    return frozenset(limb.lower() for limb in _SINGLE.findall(text))


def each_side(text: str) -> bool:
    """Say whether `text` says that both sides do it."""
    return bool(_EACH_SIDE.search(text.lower()))


def same_side(text: str) -> bool:
    """Say whether `text` pairs limbs of one side."""
    return bool(_SAME_SIDE.search(text.lower()))


_IN_TURN = re.compile(
    r"\b(left|right) (\w+)(?: (?!left|right)\w+){0,3}?,? (?:first|then|afterwards|before"
    r"|followed by)\b[^.;]*?\b(left|right) (\w+)",
    re.IGNORECASE,
)


def in_turn(text: str) -> list[frozenset[tuple[str, str]]]:
    """Return the pairs of sided parts that move one after the other: "your right arm, then your left leg"."""
    return [
        frozenset({(a.lower(), singular(b.lower())), (c.lower(), singular(d.lower()))})
        for a, b, c, d in _IN_TURN.findall(text)
    ]


_MOMENT = re.compile(
    r"\b(?:at|reach|near) the (top|bottom)\b|\bon (?:the|your) way (up|down)\b|\bas you (?:come"
    r"|go) (up|down)\b",
    re.IGNORECASE,
)


def moments(text: str) -> set[str]:
    """Return when of a movement something is done: "top", "bottom", "up" or "down"."""
    return {next(filter(None, found)).lower() for found in _MOMENT.findall(text)}


def moved(text: str) -> set[tuple[str, str]]:
    """Return which part is told to go up or down; "lower your hips back down" undoes what went before."""
    return {
        (part, "down" if match[0].lower().startswith("lower") else "up")
        for match in _TOLD.finditer(text)
        for part in parts(match["rest"])
        if not re.search(r"\b(?:back|again|return)", match["rest"])
    }


def implied(text: str) -> set[tuple[str, str]]:
    """Return the bindings that a sentence implies: lifted hips go up, a step back takes a leg back."""
    found: set[tuple[str, str]] = set()
    for match in _MOVES_UP.finditer(text):
        way = "down" if match[0].lower().startswith("lower") else "up"
        found |= {(part, way) for part in parts(match["rest"])}
    for match in _SKYWARD.finditer(text):
        found |= {(part, "up") for part in parts(match[1])}
    found |= {(part, "at the front") for part, way in bindings(text) if way == "forward"}
    for _, way in (pair for pair in bindings(text) if pair[0] == "step"):
        found |= {("leg", way), ("foot", way)}
    return found


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
