"""A second learned opinion on red flags: how near a message is to red flags told before.

A support vector machine with a radial kernel (Cortes and Vapnik 1995) over the embedding of the whole
message. Where the head weighs words and findings, this compares whole messages, so it knows a red flag told
in words that no list holds. It only ever raises to urgent. Inference is numpy; the support vectors are a
small file made by `python -m assistant.guardrail.train`. Without the file the rules and the head work alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

FILE = "triage_kernel.npz"
GAMMA = 2.0
"""Width of the kernel exp(-GAMMA · ||x - y||²)."""
COST = 10.0
"""Penalty of a training error; width and penalty are the best of a small grid by cross-validation."""
THRESHOLD = 0.3
"""Least decision value that raises to urgent. Trained on the tune part, beside rules and head, it finds
4 of 8 red flags missed in the report part at 0.6 % over-triage; 0.15 finds no more, at 1.9 %."""

Array = NDArray[np.float32]


class Nearness(NamedTuple):
    """The decision value of a message, and the row of `red_flags.toml` that it is nearest to."""

    value: float
    row: str


class Kernel:
    """Support vectors with their weights, and the red-flag row of each that is one."""

    def __init__(self, vectors: Array, weights: Array, bias: float, rows: Sequence[str], sha256: str) -> None:
        self._vectors = vectors
        self._weights = weights
        self._bias = bias
        self._rows = list(rows)
        self.data_sha256 = sha256
        """Hash of the cases that it was trained on."""

    @classmethod
    def load(cls, path: Path) -> Kernel | None:
        """Read `path`; None where it does not exist.

        Raises:
            ValueError: the file is damaged; delete it or train again.
        """
        if not path.is_file():
            return None
        try:
            with np.load(path) as held:
                return cls(
                    held["vectors"].astype(np.float32),
                    held["weights"].astype(np.float32),
                    float(held["bias"]),
                    [str(row) for row in held["rows"]],
                    str(held["sha256"]),
                )
        except (OSError, KeyError, ValueError) as error:
            raise ValueError(
                f"{path}: damaged ({type(error).__name__}); "
                "run python -m assistant.guardrail.train, or delete it"
            ) from error

    @classmethod
    def fit(cls, vectors: Array, urgent: Sequence[bool], rows: Sequence[str], sha256: str) -> Kernel:
        """Train on the embeddings of messages; `rows` names the red-flag row of each that is urgent."""
        from sklearn.svm import SVC

        machine: Any = SVC(C=COST, gamma=GAMMA, class_weight="balanced").fit(vectors, np.asarray(urgent))
        held = machine.support_
        return cls(
            vectors[held].astype(np.float16).astype(np.float32),
            machine.dual_coef_[0].astype(np.float32),
            float(machine.intercept_[0]),
            [rows[i] if urgent[i] else "" for i in held],
            sha256,
        )

    def save(self, path: Path) -> None:
        """Write the file that `load` reads."""
        np.savez_compressed(
            path,
            vectors=self._vectors.astype(np.float16),
            weights=self._weights,
            bias=np.float32(self._bias),
            rows=np.array(self._rows),
            sha256=np.array(self.data_sha256),
        )

    def near(self, vector: Array) -> Nearness:
        """Return how near a message is to red flags; `vector` is its L2-normalised embedding."""
        likeness = np.exp(-GAMMA * (2.0 - 2.0 * (self._vectors @ vector)))
        shares = likeness * self._weights
        known = [index for index, row in enumerate(self._rows) if row]
        row = self._rows[max(known, key=lambda index: shares[index])] if known else ""
        return Nearness(float(shares.sum() + self._bias), row)


def out_of_fold(vectors: Array, urgent: Sequence[bool], folds: int) -> Array:
    """Return the cross-validated decision value of each message."""
    from sklearn.model_selection import StratifiedKFold
    from sklearn.svm import SVC

    labels = np.asarray(urgent)
    values = np.zeros(len(labels), np.float32)
    for learn, judge in StratifiedKFold(folds, shuffle=True, random_state=0).split(vectors, labels):
        machine = SVC(C=COST, gamma=GAMMA, class_weight="balanced").fit(vectors[learn], labels[learn])
        values[judge] = machine.decision_function(vectors[judge])
    return values
