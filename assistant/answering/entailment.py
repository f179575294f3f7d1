"""Whether a passage entails a sentence, read by the embedding model as a cross-encoder.

The rules of `claims` see words; that "keep a gap" takes back "pressed into the ground", or that "short on
mobility" is "limited mobility", takes reading both together (cross-encoding after Devlin et al. 2019; claims
against evidence after Thorne et al. 2018, FEVER). `train` tunes the model for it on sentences of many
hands, faithful and faulty ones, and writes weights and thresholds; `claims` says where its opinion counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from assistant.answering.rules import stems

MOST_WORDS = 75
"""Words of a premise; more costs time and helps no reading."""


class Passage(NamedTuple):
    """A passage as a premise is made of it."""

    name: str
    """Name of the exercise, or "" where the lines name what they are about."""
    lines: Sequence[str]


class Entailment:
    """Says how likely passages are to entail a sentence.

    Args:
        read: Returns the log odds of a sentence and a premise.
        sure: Chance from which on an opinion outweighs a rule that asks for more words in common.
        doubtful: Chance below which it outweighs rules that found no fault.

    Example:
        >>> entailment.chance("Keep a gap under your back.", [Passage("Dead Bugs", lines)])  # doctest: +SKIP
    """

    def __init__(self, read: Callable[[str, str], float], sure: float, doubtful: float) -> None:
        self._read = read
        self.sure = sure
        self.doubtful = doubtful

    def chance(self, sentence: str, passages: Sequence[Passage]) -> float:
        """Return the chance, 0 to 1, that all of `sentence` follows from the passages."""
        return 1.0 / (1.0 + math.exp(-self._read(sentence, premise(sentence, passages))))


def premise(sentence: str, passages: Sequence[Passage]) -> str:
    """Return what a sentence is held against: the passages, or those of their lines nearest in words."""
    lines = [(passage.name, line, at) for at, passage in enumerate(passages) for line in passage.lines]
    if sum(len(line.split()) for _, line, _ in lines) > MOST_WORDS:
        said = frozenset(stems(sentence))
        shared = [len(said.intersection(stems(line))) for _, line, _ in lines]
        room, kept = MOST_WORDS, set[int]()
        for place in sorted(range(len(lines)), key=lambda place: (-shared[place], place)):
            if (words := len(lines[place][1].split())) <= room:
                room -= words
                kept.add(place)
        lines = [line for place, line in enumerate(lines) if place in kept]
    told: list[str] = []
    for place, (name, line, at) in enumerate(lines):
        first = not place or lines[place - 1][2] != at
        told.append(f"{name}: {line}" if name and first else line)
    return " ".join(told)
