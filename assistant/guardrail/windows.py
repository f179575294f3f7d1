"""A long story cut into windows: the encoder reads 256 word pieces of a text and no further."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.guardrail.clauses import Sentence

WINDOW_WORDS = 150
"""Words of one window at most: 256 word pieces hold about 190 words, fewer of rare ones."""
LEVELS = 4

Array = NDArray[np.float32]


def cut(message: str, sentences: Sequence[Sentence]) -> list[str]:
    """Return the message alone, or where it is too long its windows of whole sentences, in order.

    A sentence longer than a window is cut between words.
    """
    if sum(len(s.words) for s in sentences) <= WINDOW_WORDS:
        return [message]
    starts: list[int] = []
    held = WINDOW_WORDS
    for sentence in sentences:
        for first in range(0, len(sentence.words), WINDOW_WORDS):
            words = min(WINDOW_WORDS, len(sentence.words) - first)
            if held + words > WINDOW_WORDS:
                starts.append(sentence.spans[first][0])
                held = 0
            held += words
    ends = [*starts[1:], len(message)]
    return [message[a:b].strip() for a, b in zip(starts, ends, strict=True)]


def gravest(scores: Sequence[Array]) -> Array:
    """Return the scores of the window whose expected level is highest: none 0, check 1, refer 2, urgent 3."""
    return max(scores, key=_gravity)


def together(vectors: Array) -> Array:
    """Return one embedding for all windows: their mean, L2-normalised; `vectors` has one row per window."""
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)


def _gravity(scores: Array) -> float:
    chances = np.exp(scores[:LEVELS] - scores[:LEVELS].max())
    return float(chances @ np.arange(LEVELS) / chances.sum())
