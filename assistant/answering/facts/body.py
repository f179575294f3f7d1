"""The parts of the body that a sentence names."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.answering.facts.words import WORDS

NOUNS = frozenset((
    "arm", "arms", "leg", "legs", "hand", "hands", "foot", "feet", "knee", "knees", "shoulder",
    "shoulders", "elbow", "elbows", "heel", "heels", "hip", "hips", "chest", "torso", "head", "weight",
    "side", "toe", "toes", "glutes", "spine",
))  # fmt: skip
PARTS = re.compile(
    r"\b(?:ankle|arm|belly|calf|calves|chest|chin|core|ear|elbow|feet|foot|finger|forearm|glute|groin|hamstring|hand|"
    r"head|heel|hip|kneecap|knee|leg|neck|oblique|palm|quad|quadriceps|rib|shin|shoulder|spine|stomach|thigh|toe|torso|"
    r"trunk|wrist|(?<=your )back|(?<=the )back|(?<=lower )back|(?<=upper )back|back(?= extension"
    r"| muscle)|stabilizer|abdominal)s?\b"
)
ACTS = (
    "squeeze", "press", "push", "lift", "raise", "lower", "tap", "touch", "extend", "reach", "hinge",
    "rotate", "shift", "bend", "stack", "round", "arch", "strengthen", "target", "release", "force", "absorb",
    "compensate", "engage", "overload", "tighten", "loosen", "straighten", "open", "stretch",
    "extension", "rotation", "slide", "pull", "anchor", "load",
)  # fmt: skip
"""Verbs of which it matters what part of the body does them, or has them done to it."""


def verbal(text: str) -> str:
    """Return `text` without names and nouns that look like verbs: "lower back", "a stretch"."""
    return re.sub(
        r"\b(?:a|the|this|that|each|every|hip|flexor|gentle|good) (?:(?!your|of|to)\w+ )?(?:stretch"
        r"|tap|press|lift|load|shift|rotation)(?:es|s)?\b",
        "",
        unpaired(text),
    )


def parts(text: str) -> frozenset[str]:
    """Return the parts of the body that a clause names, in the singular."""
    return frozenset(
        {"calves": "calf", "feet": "foot"}.get(part, part.removesuffix("s"))
        for part in PARTS.findall(re.sub(r"\bon your back\b", "", text.lower().replace("spinal", "spine")))
    )


def pointing(text: str) -> bool:
    """Say whether a clause points back at what was named: "in these areas"."""
    return bool(re.search(r"\b(?:these|those|them|they|it|there|this)\b", text.lower()))


def object_of(clause: str, verb: str, stem: Callable[[str], str]) -> frozenset[str]:
    """Return the part of the body that stands right behind a verb: "knees" of "tap your knees"."""
    words = WORDS.findall(verbal(clause).lower())
    for index, word in enumerate(words):
        if stem(word) == verb:
            behind = words[index + 1 : index + 5]
            if behind and behind[0] in ("into", "through", "with", "against"):
                behind = behind[1:]
            if behind and behind[0] in ("your", "the", "both", "each", "one"):
                return frozenset(sorted(parts(" ".join(behind[:3])))[:1])
    return frozenset()


def unpaired(text: str) -> str:
    """Return `text` with "lower back" and the like as one thing, so that "lower" is no direction."""
    return re.sub(
        r"\b(?:lower|upper) (?=back|body|leg|arm)|\b(?:left|right)\b", "", text, flags=re.IGNORECASE
    )


def singular(noun: str) -> str:
    return {"feet": "foot"}.get(noun, noun.removesuffix("s") if noun not in ("glutes",) else noun)
