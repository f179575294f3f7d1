"""What a message asks for: the intent whose examples in `knowledge/intents.toml` it is nearest to."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

RIDGE = 1.0
"""Strength of the regularisation; best of 0.3, 1, 3, 10 and 30 on the tune split of the evals."""
NEIGHBOURS = 3
NEAREST_WEIGHT = 0.6
"""Weight of the single nearest example; the rest goes to the mean of the nearest three."""


class IntentsError(ValueError):
    """`intents.toml` cannot be used; the message names what to mend."""


@dataclass(frozen=True)
class Intents:
    """How near a message is to each intent."""

    scores: dict[str, float]
    """Similarity to each intent inside the guide's scope, -1 to 1, best first."""
    out: dict[str, float]
    """Similarity to each intent outside it, best first."""
    scope: float = 0.0
    """Which side a linear classifier puts it on: 1 like the examples inside, -1 like those outside."""

    @property
    def best(self) -> str:
        """Return the nearest intent inside the scope."""
        return next(iter(self.scores))

    @property
    def best_out(self) -> str:
        """Return the nearest intent outside the scope."""
        return next(iter(self.out))

    @property
    def margin(self) -> float:
        """Return by how much the best inside beats the best outside."""
        return self.scores[self.best] - self.out[self.best_out]


class IntentClassifier:
    """Nearest-examples classifier over sentence embeddings (k-nearest neighbours, Fix and Hodges 1951)."""

    def __init__(self, inside: dict[str, list[str]], outside: dict[str, list[str]], encode: Encode) -> None:
        self._encode = encode
        self._rows: dict[str, slice] = {}
        self._outside = frozenset(outside)
        texts: list[str] = []
        for name, examples in (*inside.items(), *outside.items()):
            self._rows[name] = slice(len(texts), len(texts) + len(examples))
            texts += examples
        self.examples = texts
        self._vectors = encode(texts)
        # One row per intent, its examples' places; the place behind the last example fills shorter rows.
        self._names = list(self._rows)
        longest = max((rows.stop - rows.start for rows in self._rows.values()), default=0)
        self._places = np.full((len(self._names), max(longest, NEIGHBOURS)), len(texts))
        for row, rows in enumerate(self._rows.values()):
            self._places[row, : rows.stop - rows.start] = np.arange(rows.start, rows.stop)
        inner = sum(len(examples) for examples in inside.values())
        self._plane = _ridge(self._vectors, inner)

    @classmethod
    def load(
        cls, path: Path, encode: Encode, own: Callable[[str], bool] = lambda _: False
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
        return cls(table["in"], {name: examples for name, examples in outside.items() if examples}, encode)

    def classify(self, text: str) -> Intents:
        """Return how near `text` is to each intent."""
        vector = self._encode([text])[0]
        similarities = np.append(self._vectors @ vector, np.float32(-np.inf))[self._places]
        nearest = -np.sort(np.partition(-similarities, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS], axis=1)
        there = np.isfinite(nearest)
        means = np.where(there, nearest, 0.0).sum(axis=1) / there.sum(axis=1)
        joined = NEAREST_WEIGHT * nearest[:, 0] + (1 - NEAREST_WEIGHT) * means
        scores = dict(zip(self._names, joined.tolist(), strict=True))
        ranked = sorted(scores, key=lambda name: -scores[name])
        return Intents(
            scores={name: scores[name] for name in ranked if name not in self._outside},
            out={name: scores[name] for name in ranked if name in self._outside},
            scope=float(vector @ self._plane[:-1] + self._plane[-1]),
        )


def _ridge(vectors: NDArray[np.float32], inside: int) -> NDArray[np.float32]:
    """Return weights and bias that separate the first `inside` rows (1) from the rest (-1).

    Regularised least squares (Hoerl and Kennard 1970); both sides weigh the same, however many examples
    they have.
    """
    rows = np.hstack([vectors, np.ones((len(vectors), 1), np.float32)]).astype(np.float64)
    labels = np.where(np.arange(len(rows)) < inside, 1.0, -1.0)
    weights = np.where(labels > 0, 1.0 / inside, 1.0 / max(len(rows) - inside, 1)) * len(rows) / 2
    gram = rows.T @ (rows * weights[:, None]) + RIDGE * np.eye(rows.shape[1])
    return np.linalg.solve(gram, rows.T @ (weights * labels)).astype(np.float32)
