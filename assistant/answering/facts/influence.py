"""What is said to grow or shrink, by what, and what has to bear it."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.answering.facts.body import PARTS
from assistant.answering.facts.words import WORDS

_MORE = frozenset((
    "increase", "increases", "increasing", "raise", "raises", "raising", "more", "cause", "causes",
    "causing", "lead", "leads", "leading", "add", "adds", "adding", "higher", "greater", "worsen", "worsens",
    "overload", "overloads", "boost", "boosts", "extra",
))  # fmt: skip
_LESS = frozenset((
    "reduce", "reduces", "reducing", "less", "fewer", "prevent", "prevents", "preventing", "decrease",
    "decreases", "lessen", "lessens", "relieve", "relieves", "ease", "eases", "easing", "cut", "cuts",
    "minimize", "minimizes", "limit", "limits", "release", "releases", "remove", "removes", "stop", "stops",
    "avoid", "avoids",
))  # fmt: skip
_DEGREES = frozenset(("more", "extra", "less", "fewer", "higher", "greater"))
_LITTLE = frozenset(("limited", "poor", "restricted"))
EFFECT_WORDS = 4
"""Words behind a word of growing or shrinking that it may be about."""
_PART = re.compile(r"[,;:.]|\b(?:and|but|so|that|which|while|if|when|or)\b")
_BROUGHT = re.compile(r"\b(?:makes?|leaves?|causes?|creates?|adds?|brings?)\b([^,.;]*)")
_BEARS = re.compile(
    r"\b(work(?:s|ing)? (?:harder|more|extra)|compensat\w+|absorb\w*"
    r"|tak(?:e|es|ing) (?:on |up |in )?(?:more|the|extra)(?: of the)? (?:impact|load|stress|shock|force))"
    r"|\b(?:impact|load|stress|strain|force) (?:ends? up|may find yourself|lands?|falls?|goes|comes"
    r"|leads) (?:in|on"
    r"|onto|to|into) (?:your|the) (\w+)"
)


def effects(text: str, stem: Callable[[str], str]) -> set[tuple[int, str]]:
    """Return what is said to grow (1) or shrink (-1): the words behind "increases", "prevents", "less"."""
    found: set[tuple[int, str]] = set()
    for part in _PART.split(text.lower().replace("’", "'")):
        words = WORDS.findall(part)
        for index, word in enumerate(words):
            sign = 1 if word in _MORE else -1 if word in _LESS else 0
            if word == "avoid" and not index:
                sign = 0  # "avoid sudden jumps" advises; it does not say that they shrink
            if sign and index and words[index - 1] in ("not", "never", "don't", "doesn't", "won't"):
                sign = -sign
            if word == "harder":
                found |= {(1, stem(w)) for w in words[max(0, index - 2) : index]}
            if sign:
                found |= {(sign, stem(w)) for w in words[index + 1 : index + 1 + EFFECT_WORDS]}
    return found


def lessened(text: str, stem: Callable[[str], str]) -> frozenset[str]:
    """Return the words behind a word of shrinking, to the end of the clause."""
    found: set[str] = set()
    for clause in re.split(r"[,;.]", text.lower()):
        words = WORDS.findall(clause)
        found |= {stem(w) for i, word in enumerate(words) if word in _LITTLE for w in words[i + 1 : i + 2]}
        at = next((i for i, word in enumerate(words) if word in _LESS), len(words))
        found |= {stem(word) for word in words[at + 1 :] if word not in _LESS | _MORE}
        found |= {stem(w) for i, word in enumerate(words) if word == "against" for w in words[i + 1 : i + 3]}
    return frozenset(found)


def brought(text: str, stem: Callable[[str], str]) -> frozenset[str]:
    """Return the stems of what is said to be brought about: "leaves your spine stiff", without an "if"."""
    if re.search(r"\b(?:if|when|whenever|after)\b", text.lower()):
        return frozenset()
    return frozenset(stem(w) for rest in _BROUGHT.findall(text.lower()) for w in WORDS.findall(rest))


def causes(text: str, stem: Callable[[str], str]) -> list[tuple[frozenset[str], int, frozenset[str]]]:
    """Return who does what to what: the words before "increases", its sign, those behind."""
    found: list[tuple[frozenset[str], int, frozenset[str]]] = []
    for part in re.split(
        r"[;:–]|,\s*(?:so|and|but|which|as)\b|\b(?:because|since|while|if|when)\b", text.lower()
    ):
        words = WORDS.findall(part.replace("’", "'"))
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


def bearers(text: str) -> set[tuple[str, str]]:
    """Return which part of the body works harder, compensates or absorbs: the last before the verb."""
    found: set[tuple[str, str]] = set()
    for clause in re.split(r"[,;:]|\b(?:which|while|when|if)\b", text.lower()):
        for match in _BEARS.finditer(clause):
            if match[2]:
                found.add(("abso", match[2].removesuffix("s")))
            elif named := PARTS.findall(clause[: match.start()]):
                verb = "abso" if match[1].startswith("tak") else match[1][:4]
                found.add((verb, named[-1].removesuffix("s")))
    return found
