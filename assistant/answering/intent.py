"""What a message asks for: the intent whose examples in `knowledge/intents.toml` it is nearest to."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

RIDGE = 3.0
"""Regularisation of the plane between inside and outside; best of 0.3, 1, 3 and 10, the gate behind it."""
KINDS_RIDGE = 3.0
"""Regularisation of the planes between the kinds."""
KINDS_WEIGHT = 0.5
"""Weight of the planes beside the nearest examples. Each example left out, the nearest alone find 78 % of the
intents, the planes alone 78 %, both 83 %."""
NEIGHBOURS = 3
NEAREST_WEIGHT = 0.6
"""Weight of the single nearest example; the rest goes to the mean of the nearest three."""


class IntentsError(ValueError):
    """`intents.toml` cannot be used; the message names what to mend."""


@dataclass(frozen=True)
class Intents:
    """How near a message is to each intent."""

    scores: dict[str, float]
    """Similarity to each intent inside the guide's scope, -1 to 1, the likeliest intent first."""
    out: dict[str, float]
    """Similarity to each intent outside it, the likeliest first."""
    scope: float = 0.0
    """Which side a linear classifier puts it on: 1 like the examples inside, -1 like those outside."""

    @property
    def best(self) -> str:
        """Return the likeliest intent inside the scope."""
        return next(iter(self.scores))

    @property
    def best_out(self) -> str:
        """Return the likeliest intent outside the scope."""
        return next(iter(self.out))

    @property
    def margin(self) -> float:
        """Return by how much the nearest inside beats the nearest outside."""
        return max(self.scores.values()) - self.nearest_out

    @property
    def nearest_out(self) -> float:
        """Return the similarity to the nearest intent outside the scope."""
        return max(self.out.values())


class IntentClassifier:
    """Nearest examples over sentence embeddings (Fix and Hodges 1951) beside one plane for each kind.

    Args:
        inside: Examples of each intent that the guide covers.
        outside: Examples of each kind of question that it does not cover.
        encode: Embeds texts, one normalised row each.
        mask: Replaces the names of exercises, as it is done to the messages that are classified.
    """

    def __init__(
        self,
        inside: dict[str, list[str]],
        outside: dict[str, list[str]],
        encode: Encode,
        mask: Callable[[str], str] = str,
    ) -> None:
        self._encode = encode
        self._rows: dict[str, slice] = {}
        self._outside = frozenset(outside)
        texts: list[str] = []
        for name, examples in (*inside.items(), *outside.items()):
            self._rows[name] = slice(len(texts), len(texts) + len(examples))
            texts += examples
        self.examples = texts
        self._plain = encode(texts)
        masked = {row: mask(text) for row, text in enumerate(texts)}
        changed = [row for row, text in masked.items() if text != texts[row]]
        self._masked = self._plain.copy()
        if changed:
            self._masked[changed] = encode([masked[row] for row in changed])
        # One row per intent, its examples' places; the place behind the last example fills shorter rows.
        self._names = list(self._rows)
        longest = max((rows.stop - rows.start for rows in self._rows.values()), default=0)
        self._places = np.full((len(self._names), max(longest, NEIGHBOURS)), len(texts))
        for row, rows in enumerate(self._rows.values()):
            self._places[row, : rows.stop - rows.start] = np.arange(rows.start, rows.stop)
        inner = sum(len(examples) for examples in inside.values())
        sides = np.where(np.arange(len(texts)) < inner, 1.0, -1.0)
        weights = np.where(sides > 0, 0.5 / inner, 0.5 / max(len(texts) - inner, 1)) * len(texts)
        kinds = np.zeros((len(texts), len(self._rows)))
        rarity = np.ones(len(texts))
        for column, rows in enumerate(self._rows.values()):
            kinds[rows, column] = 1.0
            rarity[rows] = (rows.stop - rows.start) ** -0.5
        rarity *= len(texts) / rarity.sum()
        # Beside the rest of a start: the linear algebra holds no lock of Python's.
        pool = ThreadPoolExecutor(1)
        self._plane = pool.submit(_ridge, self._masked, sides, weights, RIDGE)
        self._plain_plane = pool.submit(_ridge, self._plain, sides, weights, RIDGE)
        self._kinds = pool.submit(_ridge, self._masked, kinds, rarity, KINDS_RIDGE)
        pool.shutdown(wait=False)

    @classmethod
    def load(
        cls,
        path: Path,
        encode: Encode,
        own: Callable[[str], bool] = lambda _: False,
        mask: Callable[[str], str] = str,
    ) -> IntentClassifier:
        """Read the examples and embed them.

        `own` says whether a text is about the part of the body that the guide is about: such examples are
        left out of `body_part`, so that "my knee hurts" is no stranger to a guide on knees.

        Raises:
            IntentsError: the file is missing, not TOML, or lacks a list of texts somewhere.
        """
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise IntentsError(f"{path}: {error}; restore or mend it") from error
        for side in ("in", "out"):
            for name, examples in table.get(side, {}).items():
                if (
                    not isinstance(examples, list)
                    or not examples
                    or not all(isinstance(e, str) for e in examples)
                ):
                    raise IntentsError(f"{path}: [{side}] {name} must be a list of texts in quotes")
        if not table.get("in") or not table.get("out"):
            raise IntentsError(f"{path}: the tables [in] and [out] are both needed")
        outside = {
            name: [e for e in examples if name != "body_part" or not own(e)]
            for name, examples in table["out"].items()
        }
        outside = {name: examples for name, examples in outside.items() if examples}
        return cls(table["in"], outside, encode, mask)

    def classify(self, text: str, *, plain: bool = False) -> Intents:
        """Return how near `text` is to each intent; `plain` compares it with the examples unmasked."""
        vector = self._encode([text])[0]
        vectors = self._plain if plain else self._masked
        similarities = np.append(vectors @ vector, np.float32(-np.inf))[self._places]
        nearest = -np.sort(np.partition(-similarities, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS], axis=1)
        there = np.isfinite(nearest)
        means = np.where(there, nearest, 0.0).sum(axis=1) / there.sum(axis=1)
        joined = NEAREST_WEIGHT * nearest[:, 0] + (1 - NEAREST_WEIGHT) * means
        kinds = self._kinds.result()
        planes = vector @ kinds[:-1] + kinds[-1]
        scores = dict(zip(self._names, joined.tolist(), strict=True))
        likely = dict(zip(self._names, (joined + KINDS_WEIGHT * planes).tolist(), strict=True))
        ranked = sorted(scores, key=lambda name: -likely[name])
        side = (self._plain_plane if plain else self._plane).result()
        return Intents(
            scores={name: scores[name] for name in ranked if name not in self._outside},
            out={name: scores[name] for name in ranked if name in self._outside},
            scope=float(vector @ side[:-1] + side[-1]),
        )


def _ridge(
    vectors: NDArray[np.float32], targets: NDArray[np.float64], weights: NDArray[np.float64], strength: float
) -> NDArray[np.float32]:
    """Return weights and, last, biases by regularised least squares (Hoerl and Kennard 1970)."""
    rows = np.hstack([vectors, np.ones((len(vectors), 1), np.float32)]).astype(np.float64)
    gram = rows.T @ (rows * weights[:, None]) + strength * np.eye(rows.shape[1])
    return np.linalg.solve(gram, (rows * weights[:, None]).T @ targets).astype(np.float32)
