"""Whether a word that a passage does not hold says anything of its own.

"Culprit", "set aside" and "lovely" add nothing to a sentence about a plank; "kettlebell", "magnesium" and
"Tuesday" do. No list of either is ever complete, so the two lists of `claims.toml` teach a linear classifier
over the words' embeddings (ridge regression on ±1 with balanced classes). In ten-fold cross-validation over
the lists (1,459 and 1,578 words), 91 % of the words that say something were held back and 84 % of the plain
ones let through at the limit of several foreign words; 74 % and 96 % at that of a single one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answering.rules import Rules, stem

RIDGE = 3.0
LIMITS = (0.3, 0.1, -0.1)
"""Score below which a word counts as plain (-1 plain, 1 concrete): where it is the only foreign one of a
sentence, one of two, one of more. The more words a passage does not hold, the surer each of them must be."""


class Plainness:
    """Tells plain words from those that state something.

    Args:
        rules: The lists; words of `rules.concrete` are never plain.
        encode: Embeddings, rows L2-normalised.
    """

    def __init__(self, rules: Rules, encode: Callable[[Sequence[str]], NDArray[np.float32]]) -> None:
        self._encode = encode
        self._concrete = rules.concrete
        self._stems = frozenset(map(stem, rules.concrete)) - frozenset(map(stem, rules.plain))
        words = [*sorted(rules.concrete), *sorted(rules.plain)]
        wanted = np.r_[np.ones(len(rules.concrete)), -np.ones(len(rules.plain))]
        rows = np.c_[encode(words), np.ones(len(words))]
        share = np.where(wanted > 0, 0.5 / max(len(rules.concrete), 1), 0.5 / max(len(rules.plain), 1))
        weighted = rows * (share * len(words))[:, None]
        self._weights = np.linalg.solve(
            weighted.T @ rows + RIDGE * np.eye(rows.shape[1]), weighted.T @ wanted
        )

    def all(self, words: Iterable[str]) -> bool:
        """Say whether none of `words` states anything by itself."""
        asked = [word.lower() for word in words]
        if not asked or any(word in self._concrete or stem(word) in self._stems for word in asked):
            return not asked
        scores = np.c_[self._encode(asked), np.ones(len(asked))] @ self._weights
        return bool(np.max(scores) < LIMITS[min(len(set(asked)), len(LIMITS)) - 1])
