"""The learned head: logistic regression over sentence embedding and concepts, beside the rules.

It raises what the rules did not find: small scenes without key words. Inference is numpy only; the
weights are a small `.npz` made by `python -m assistant.guardrail.train`, with the name of the
embedding model and the hash of the cases inside. Without the file the rules work alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.guardrail.signals import Reading

FILE = "triage_head.npz"
LEVELS = ("none", "check", "refer", "urgent")
EMBEDDING_SCALE = 3.0
CONCEPT_SCALE = 0.6
"""Weights of the two kinds of features, chosen on the tune part of the cases."""
SHORT_WORDS = 30
UNIT_WORDS = 8
MAX_UNITS = 24
STATUS_FEATURES = 5

Array = NDArray[np.float32]


class HeadError(ValueError):
    """The weights file cannot be used; the message names the file and the remedy."""


class Unit(NamedTuple):
    """A stretch of a message that the head judges: its text and the numbers of its sentences."""

    text: str
    sentences: list[int]


class Opinion(NamedTuple):
    """What the head thinks of one unit: chance of each level, the likeliest row, and the unit."""

    chances: Array
    urgent_row: str | None
    refer_row: str
    unit: Unit


@dataclass(frozen=True)
class Thresholds:
    """Chances from which the head raises to a level."""

    urgent: float
    refer: float
    check: float


def units(message: str, reading: Reading) -> list[Unit]:
    """Cut a message into what the head judges: a short one whole, a long one by sentences."""
    everything = list(range(len(reading.sentences)))
    if reading.words() <= SHORT_WORDS:
        return [Unit(message, everything)] if everything else []
    found: list[Unit] = []
    current: list[int] = []
    count = 0
    for number, sentence in enumerate(reading.sentences):
        current.append(number)
        count += len(sentence.words)
        if count >= UNIT_WORDS:
            found.append(_unit(reading, current))
            current, count = [], 0
    if current:
        found.append(_unit(reading, current))
    return found[:MAX_UNITS]


def _unit(reading: Reading, numbers: list[int]) -> Unit:
    return Unit(" . ".join(reading.sentences[n].text for n in numbers), numbers)


def concept_features(reading: Reading, unit: Unit, index: dict[str, int]) -> Array:
    """Return the concepts of a unit as 0/1, then five of its status: pain, past, hypothetical, resolved, person."""  # noqa: E501
    row = np.zeros(len(index) + STATUS_FEATURES, dtype=np.float32)
    for number in unit.sentences:
        for name in reading.places[number]:
            if name in index:
                row[index[name]] = 1.0
    base = len(index)
    inside = set(unit.sentences)
    contexts = [reading.contexts[n] for n in unit.sentences]
    row[base] = any(m.status == "present" for n, m in reading.pains if n in inside)
    row[base + 1] = any(m.status != "present" for n, m in reading.pains if n in inside)
    row[base + 2] = any(c.hypothetical or c.generic for c in contexts)
    row[base + 3] = any(c.resolved_at is not None for c in contexts)
    row[base + 4] = any(c.subject != "unsaid" for c in contexts)
    return row


def features(vectors: Array, reading: Reading, found: Sequence[Unit], index: dict[str, int]) -> Array:
    """Return one row per unit: scaled embedding, then scaled concepts."""
    concepts = np.stack([concept_features(reading, unit, index) for unit in found])
    return np.hstack([vectors * EMBEDDING_SCALE, concepts * CONCEPT_SCALE]).astype(np.float32)


class Head:
    """Weights and thresholds, read from the file that training wrote."""

    def __init__(self, arrays: dict[str, Array], meta: dict[str, object]) -> None:
        self._arrays = arrays
        names = meta["concepts"]
        assert isinstance(names, list)
        self.index = {str(name): i for i, name in enumerate(names)}
        self.urgent_rows = [str(r) for r in meta["urgent_rows"]]  # type: ignore[attr-defined]
        self.refer_rows = [str(r) for r in meta["refer_rows"]]  # type: ignore[attr-defined]
        limits = meta["thresholds"]
        assert isinstance(limits, dict)
        self.thresholds = Thresholds(**{str(k): float(v) for k, v in limits.items()})
        self.model = str(meta["model"])
        self.data_sha256 = str(meta["data_sha256"])

    @classmethod
    def load(cls, path: Path) -> Head | None:
        """Read `path`; None where it does not exist.

        Raises:
            HeadError: the file is not a head's weights.
        """
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as data:
                arrays = {
                    name: np.asarray(data[name], dtype=np.float32) for name in data.files if name != "meta"
                }
                meta = json.loads(str(data["meta"]))
            return cls(arrays, meta)
        except (OSError, ValueError, KeyError, AssertionError, TypeError) as error:
            raise HeadError(
                f"{path}: not a triage head ({error}); run `python -m assistant.guardrail.train` or remove the file"  # noqa: E501
            ) from error

    def _plausible(self, order: NDArray[np.int64], reading: Reading, unit: Unit) -> str | None:
        """Return the likeliest sign that the unit speaks of at all."""
        for number in order:
            row = self.urgent_rows[int(number)]
            if any(_said(GROUNDS[row], reading, n) for n in unit.sentences):
                return row
        return None

    def judge(self, vectors: Array, reading: Reading, found: Sequence[Unit]) -> list[Opinion]:
        """Return an opinion per unit; `vectors` holds the embedding of each."""
        rows = features(vectors, reading, found, self.index)
        levels = _softmax(rows @ self._arrays["level_w"] + self._arrays["level_b"])
        urgent = np.argsort(-(rows @ self._arrays["urgent_w"] + self._arrays["urgent_b"]), axis=1)[:, :3]
        refer = np.argmax(rows @ self._arrays["refer_w"] + self._arrays["refer_b"], axis=1)
        return [
            Opinion(
                levels[i], self._plausible(urgent[i], reading, unit), self.refer_rows[int(refer[i])], unit
            )
            for i, unit in enumerate(found)
        ]


GROUNDS = {
    "saddle": {"saddle_area", "wipe", "erection", "underwear"},
    "bladder_bowel": {"bladder", "bowel", "wipe", "underwear", "wet_self", "start_flow"},
    "both_legs": {"legs_only", "both_legs_phrase", "legs"},
    "leg_weakness": {"legs", "legs_own", "trip", "foot_drop"},
    "trauma": {"crash", "fall", "height", "frail", "fracture"},
    "fever": {"fever", "infection", "immune", "hot_number", "sweat"},
    "weight_loss": {"lost", "weight", "sweat", "night_sweat", "no_effort"},
    "cancer_history": {"cancer"},
    "night_pain": {"night", "night_strong", "wakes"},
    "chest_pain": {"chest", "breathless"},
    "other_sign": {
        "collapse_word",
        "tearing",
        "unsteady",
        "band",
        "lump",
        "pregnant",
        "procedure",
        "suicide",
    },
}
"""What must be spoken of for the head to name a sign: a guess without any of it is not made."""


def _said(grounds: set[str], reading: Reading, number: int) -> bool:
    """Say whether a sentence names one of the grounds without denying it."""
    negated = reading.contexts[number].negated
    places = reading.places[number]
    return any(first not in negated for name in grounds & places.keys() for first, _ in places[name])


def _softmax(scores: Array) -> Array:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)
