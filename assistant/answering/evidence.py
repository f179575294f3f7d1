"""A passage taken apart: what a sentence about it is held against."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering import facts
from assistant.answering.rules import stem, stems
from assistant.ingestion.chunks import Chunk, sentences

_CONTRAST = re.compile(r",\s+(?:but|yet)\s+", re.IGNORECASE)
"""What stands before it is often what is not so; a claim rests on one side of it."""

_SIDED = re.compile(
    r"\b(?:sides?|other|front|one) (?:arm|leg|foot|knee|hand|heel)s?\b|\bper side\b", re.IGNORECASE
)
"""A movement of one limb, or of one after the other."""


@dataclass(frozen=True)
class Unit:
    """One sentence of a passage."""

    text: str
    stems: frozenset[str]
    numbers: frozenset[facts.Number]
    denied: frozenset[str]
    effects: frozenset[tuple[int, str]]
    causes: tuple[tuple[frozenset[str], int, frozenset[str]], ...]
    """What does what to what: the stems before a word of growing or shrinking, its sign, those behind it."""
    alternatives: tuple[tuple[frozenset[str], frozenset[str]], ...]
    lessened: frozenset[str]
    """The stems behind a word of shrinking, to the end of the clause."""
    parts: frozenset[str]
    """The parts of the body that it names."""
    lacks: bool
    """Whether it says that something is missing: "without support"."""
    plain_stems: frozenset[str]
    """The stems without "lower" and "upper" where they name a part of the body."""


class Evidence:
    """One passage, taken apart."""

    def __init__(self, chunk: Chunk, texts: Sequence[str]) -> None:
        self.chunk = chunk
        self.texts = list(texts)
        self.headed = [*texts, *(f"{chunk.title}: {text}" for text in texts if chunk.exercise)]
        head = f"{chunk.section.split(' > ')[-1]} {chunk.title}"
        self.whole = " ".join([head, *texts])
        self.said = frozenset(map(plain, texts))
        """Its sentences without case and marks."""
        self.stems = frozenset(stems(self.whole))
        self.numbers = frozenset(n for text in texts for n in facts.numbers(text))
        self.units = [
            Unit(
                part,
                frozenset(stems(part)),
                frozenset(facts.numbers(part)),
                facts.denied(part, stem),
                frozenset(facts.effects(part, stem)),
                tuple(facts.causes(part, stem)),
                tuple(facts.alternatives(part, stem)),
                facts.lessened(part, stem),
                facts.parts(part),
                bool(re.search(r"\b(?:without|lack|no)\b", part, re.IGNORECASE)),
                frozenset(stems(facts.unpaired(part))),
            )
            for text in texts
            for part in _CONTRAST.split(text)
        ]
        self.listed = [unit.text.lower() for unit in self.units]
        """Its sentences in lower case, those of a list with the line that heads it."""
        head_line = ""
        for at, line in enumerate(self.listed):
            if line.endswith(":"):
                head_line = line
            elif head_line and not _whole(line):
                self.listed[at] = f"{head_line[:-1]} {line}"
            else:
                head_line = ""
        self.bindings = {pair for text in texts for pair in facts.bindings(text) | facts.implied(text)}
        self.sides = [pairs for text in texts for part in facts.clauses(text) if (pairs := facts.sides(part))]
        self.sided = bool(self.sides) or bool(_SIDED.search(self.whole))
        self.limbs = facts.single(self.whole)
        self.contacts = {pair for text in texts for pair in facts.contacts(text)}
        self.relations = {pair for text in texts for pair in facts.relations(text)}
        self.periods = {period for text in texts for period in facts.per_period(text)}
        self.dose = facts.numbers(chunk.exercise.dose) if chunk.exercise else []
        self.each_side = bool(chunk.exercise and re.search(r"\bside\b", chunk.exercise.dose))


def _whole(line: str) -> bool:
    """Say whether a line is a whole sentence, and so no point of a list."""
    return line.endswith((".", "!", "?"))


def plain(text: str) -> str:
    """Return `text` in lower case without punctuation."""
    return " ".join(re.findall(r"[\w°%–-]+", text.lower()))


def units(chunk: Chunk) -> list[str]:
    """Return the sentences of a passage as they may be said by themselves."""
    if chunk.exercise:
        fields = chunk.exercise
        why = [fields.why] if fields.why else []
        dose = [fields.dose] if fields.dose else []
        return [*why, *fields.steps, *dose]
    if chunk.title:
        return [
            f"{chunk.title} – {first}" if i == 0 else first for i, first in enumerate(sentences(chunk.text))
        ]
    lines = [re.sub(r"^(?:[-•*]|\d+\.)\s+", "", line).strip() for line in chunk.quote.split("\n")]
    return [text for line in lines if line for text in sentences(line)]
