"""Which sentences of the guide are nearest to what a language model said, by the words they share.

By words, not by embeddings: one of those costs as much as the rest of the check, and whether a sentence may
be said is decided elsewhere. Rare words count more (Spärck Jones 1972, inverse document
frequency), and what may stand for a word counts as the word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import fsum, log

from assistant.answering.evidence import Evidence
from assistant.answering.likeness import Likeness
from assistant.answering.rules import stems
from assistant.ingestion.chunks import Chunk

NEAREST = 3
"""Passages that a sentence without a mark is held against."""
FARTHER = 0.25
"""Nearness, 0 to 1, by which such a passage may be farther from the sentence than the nearest one."""
NAMED = 0.15
"""What the name of a passage's exercise adds to that of its lines."""
NEAR_LINE = 0.3
"""Least nearness of the guide's sentence that is said instead of another."""


class Nearness:
    """How near sentences are to passages and their lines (Dice 1945, weighted).

    Args:
        evidence: Every passage, by id.
        words: What may stand for what.
    """

    def __init__(self, evidence: Mapping[str, Evidence], words: Likeness) -> None:
        self._evidence = evidence
        self._words = words
        self._lines = {
            name: [(text, frozenset(stems(text))) for text in one.texts] for name, one in evidence.items()
        }
        self._titles = {name: frozenset(stems(one.chunk.title)) for name, one in evidence.items()}
        counts = Counter(s for lines in self._lines.values() for _, line in lines for s in line)
        lines = sum(map(len, self._lines.values()))
        self._rarity = {s: log(1 + lines / count) for s, count in counts.items()}
        self._unknown = log(1 + lines)

    def nearest(self, text: str, chunks: Sequence[Chunk]) -> list[Chunk]:
        """Return the few of some passages that are nearest to `text`, the nearest first."""
        close = {chunk.id: self._passage(text, chunk) for chunk in chunks}
        most = max(close.values(), default=0.0)
        near = sorted(chunks, key=lambda chunk: -close[chunk.id])[:NEAREST]
        return [chunk for chunk in near if close[chunk.id] >= most - FARTHER]

    def line(self, text: str, chunks: Sequence[Chunk]) -> tuple[str, Chunk | None]:
        """Return the guide's own sentence that is nearest to `text`, and its passage, where one is near."""
        meaning = self._words.meaning(text)
        best: tuple[float, str, Chunk | None] = (NEAR_LINE, "", None)
        for chunk in chunks:
            # The exercise's name tells which exercise, and nothing of which of its lines.
            title = self._titles[chunk.id] if chunk.exercise else frozenset()
            said = meaning - title
            named = NAMED * self._weight(meaning & title) / (self._weight(title) or 1.0)
            for line, held in self._lines[chunk.id]:
                shared = self._weight(said & self._words.wide(held))
                whole = self._weight(said) + self._weight(held - title)
                if shared and named + 2 * shared / whole > best[0]:
                    best = (named + 2 * shared / whole, line, chunk)
        return best[1], best[2]

    def _passage(self, text: str, chunk: Chunk) -> float:
        """Return the share of what `text` means that stands in a passage, half of it in one line."""
        said = self._words.meaning(text)
        whole = self._weight(said) or 1.0
        title = self._titles[chunk.id]
        somewhere = self._weight(said & self._words.wide(self._evidence[chunk.id].stems))
        together = max(
            (self._weight(said & self._words.wide(held | title)) for _, held in self._lines[chunk.id]),
            default=0.0,
        )
        return (somewhere + together) / (2 * whole)

    def _weight(self, said: Iterable[str]) -> float:
        return fsum(self._rarity.get(s, self._unknown) for s in said)
