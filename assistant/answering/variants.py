"""Sentences made of a guide's own lines for training: some that keep what a line says, some that change it.

Authors write few sentences that are nearly the guide's own, and fewer pairs that differ in one word; a reader
trained without such doubts the one kind and believes the other. Faulty ones after the contrast sets of
Gardner et al. 2020 (Findings of EMNLP): the smallest edit that changes what follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from assistant.answering.entailment import Passage
from assistant.answering.rules import Rules, stem

LEAST_WORDS = 4
MOST_WORDS = 18
"""Words of a line that another may be joined to."""
_BOUND = re.compile(
    r"\b(?:if|when|unless|not|never|neither|nor|without|but|avoid|than|either|to:)\b", re.IGNORECASE
)
"""What a cut or a joint would change the sense of."""
_TAIL = re.compile(r",\s+(?!and\b|or\b)[^,]*[.]?$")
_IMPERATIVE = re.compile(
    r"(?:lie|stand|sit|kneel|hold|keep|lift|lower|press|pull|push|squeeze|step|start|bend|tap|extend|reach"
    r"|rotate|return|raise|repeat|add|do|choose|place|put|take|move|brace|engage|stretch|slide|use|run|stay"
    r"|drop|open|replace|include|wear|look|roll|turn|switch|alternate|shift|walk|set)\b"
)
_VERB = re.compile(r"\b(?:is|are|can|should|may|must|will)\b(?! not)")
_DENIAL = re.compile(r"\b(?:do not|don't|not|never)\s+", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_SIDES = {"left": "right", "right": "left", "front": "back", "up": "down", "down": "up"}

Guide = Sequence[Passage]


class Variants:
    """Makes sentences of passages.

    Args:
        rules: The lists; words of opposite senses are taken from them.

    Example:
        >>> variants.faulty(passages, np.random.default_rng(0))  # doctest: +SKIP
        ('Keep your back rounded.', Passage(name='Bird Dogs', lines=[...]))
    """

    def __init__(self, rules: Rules) -> None:
        self._opposite: dict[str, list[str]] = {}
        for one, other in rules.poles:
            for a, b in ((one, other), (other, one)):
                for word in a:
                    self._opposite.setdefault(stem(word), []).extend(b)

    def faithful(self, guide: Guide, chance: np.random.Generator) -> tuple[str, Passage] | None:
        """Return a line, a shorter one or two in one, with its passage; None where the draw gives none."""
        passage, line = _drawn(guide, chance)
        after = passage.lines[passage.lines.index(line) + 1 :]
        shape = chance.integers(4)
        if line.endswith(":"):
            return None
        if shape == 1 and not _BOUND.search(line):
            line = _TAIL.sub(".", line)
        elif shape == 2 and after and _ordered(line) and _ordered(after[0]):
            line = f"{line.rstrip('.')}, then {_lowered(after[0])}"
        elif shape == 3 and passage.name:
            line = f"{passage.name}: {_lowered(line)}"
        return (line, passage) if len(line.split()) >= LEAST_WORDS else None

    def faulty(self, guide: Guide, chance: np.random.Generator) -> tuple[str, Passage] | None:
        """Return a line with one change that makes it say something else; None where the draw gives none."""
        passage, line = _drawn(guide, chance)
        edits: list[Callable[[], str]] = [
            lambda: self._opposed(line, chance),
            lambda: _denied(line),
            lambda: _renumbered(line, chance),
            lambda: _sided(line),
            lambda: _joined(line, passage, guide, chance),
            lambda: _misnamed(line, passage, guide, chance),
        ]
        for at in chance.permutation(len(edits)):
            if (changed := edits[int(at)]()) not in ("", line) and not line.endswith(":"):
                return changed, passage
        return None

    def _opposed(self, line: str, chance: np.random.Generator) -> str:
        words = [m for m in re.finditer(r"[A-Za-z]+", line) if stem(m[0]) in self._opposite]
        if not words:
            return ""
        found = words[int(chance.integers(len(words)))]
        others = self._opposite[stem(found[0])]
        other = others[int(chance.integers(len(others)))]
        return (
            line[: found.start()]
            + (other.capitalize() if found[0][0].isupper() else other)
            + line[found.end() :]
        )


def _drawn(guide: Guide, chance: np.random.Generator) -> tuple[Passage, str]:
    passage = guide[int(chance.integers(len(guide)))]
    return passage, passage.lines[int(chance.integers(len(passage.lines)))]


def _ordered(line: str) -> bool:
    return bool(_IMPERATIVE.match(line.lower())) and len(line.split()) <= MOST_WORDS


def _lowered(line: str) -> str:
    return line[:1].lower() + line[1:]


def _denied(line: str) -> str:
    """Return a line with a denial taken out or put in."""
    if _DENIAL.search(line):
        return _DENIAL.sub("", line, count=1)
    if _IMPERATIVE.match(line.lower()):
        return f"Don't {_lowered(line)}"
    return _VERB.sub(lambda found: f"{found[0]} not", line, count=1)


def _renumbered(line: str, chance: np.random.Generator) -> str:
    add = int(chance.integers(1, 6))
    return _NUMBER.sub(lambda found: str(int(found[0]) + add), line, count=1)


def _sided(line: str) -> str:
    """Return a line with its first side or direction turned round."""
    found = re.search(r"\b(?:" + "|".join(_SIDES) + r")\b", line)
    return line[: found.start()] + _SIDES[found[0]] + line[found.end() :] if found else ""


def _joined(line: str, passage: Passage, guide: Guide, chance: np.random.Generator) -> str:
    """Return a line with one of another passage behind it."""
    other, behind = _drawn(guide, chance)
    if (
        other == passage
        or len(behind.split()) > MOST_WORDS
        or behind in passage.lines
        or behind.endswith(":")
    ):
        return ""
    return f"{line.rstrip('.')}, and {_lowered(behind)}"


def _misnamed(line: str, passage: Passage, guide: Guide, chance: np.random.Generator) -> str:
    """Return a line behind the name of another exercise."""
    other, _ = _drawn(guide, chance)
    if not passage.name or not other.name or line in other.lines:
        return ""
    return f"{other.name}: {_lowered(line)}" if other.name != passage.name else ""
