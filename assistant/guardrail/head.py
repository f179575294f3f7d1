"""The learned head: logistic regression over embeddings, words and what the rules found.

It reads a whole message, so it knows a training story from a complaint where single clauses mislead. Its
opinion is the mean of two: of the regression, and of the adapter that reads the words in their order. How far
each of them and the rules are to be trusted is a regression of its own (`Head.settle`).
`triage.py` lets it raise what the rules missed and drop what they took from a side remark; a red flag that
the rules found falls only where no pain of the back is told. Inference is numpy only; the weights are a
small `.npz` made by `python -m assistant.guardrail.train`, with the name of the embedding model and the hash
of the cases. Without the file the rules work alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.guardrail.reading import Reading

FILE = "triage_head.npz"
LEVELS = ("none", "check", "refer", "urgent")
SCALES = {"message": 3.0, "concepts": 0.5, "reading": 0.6, "rows": 0.6, "words": 4.5}
"""Weights of the blocks of features, chosen by cross-validation on the cases; that of the words on 720
messages that no part had seen (log loss of both opinions 0.402 with 2.0, 0.385 with 4.8)."""
NGRAM = 3
READING_FEATURES = 15
WHOLE = 25.0
"""Length of the words' row, from which on it is not shortened: a sign told in a long story counts in full."""

URGENT_ROWS = {
    "saddle": "saddle", "bladder_bowel": "bladder_bowel", "both_legs": "both_legs",
    "leg_weakness": "leg_weakness", "trauma": "trauma", "fever": "fever", "weight_loss": "weight_loss",
    "cancer_history": "cancer_history", "night_pain": "night_pain", "chest_pain": "chest_pain",
    "other_red_flag": "other_sign", "despair": "self_harm",
}  # fmt: skip
"""Signal of a case → the row of `red_flags.toml` that speaks for it."""
REFER_ROWS = {
    "duration": "persistent", "interference": "interference", "worsening": "worsening",
    "recurrence": "recurrence", "numbness": "numbness", "bone_stress": "bone_stress", "other": "worried",
}  # fmt: skip

LEAST = 0.01
NEXT_ROWS = 2
SCORE_SCALE = 10.0

Array = NDArray[np.float32]


def sign(case: dict[str, Any]) -> str:
    """Return the signal that a case teaches; thoughts of ending one's life are a class of their own."""
    if "despair" in case.get("voice", ""):
        return "despair"
    return str(case["signals"][0]) if case["signals"] else ""


class HeadError(ValueError):
    """The weights file cannot be used; the message names the file and the remedy."""


@dataclass(frozen=True)
class Thresholds:
    """From which chances on the level of the rules is changed."""

    lean_urgent: float
    """Added to the logarithm of the chance of urgent before the likeliest level is taken: a missed red flag
    costs more than one too many."""
    lean_bare: float
    """The same where no word of the likeliest sign is said."""
    urgent_short: float
    """Raise a short message to urgent: the chance of the opinion too."""
    urgent_void: float
    """Raise to urgent where the message is only about others, the past or what might be."""
    check_short: float
    """Raise a short message to check: the opinion's chance that it is not none."""
    quiet: float
    """Drop check to none: the chance of none."""
    quiet_short: float
    """The same in a short message."""
    quiet_sure: float
    """From this chance on it is not even remembered."""
    drop_firm: float
    """Drop refer to less where a time is told of the pain: the chance of none."""
    refer_later: float
    """Raise to refer, or to urgent, in a later turn."""
    refer: float
    """Raise to refer: the chance of refer or urgent."""
    refer_short: float
    """The same in a short message, of the opinion too."""
    refer_doubt: float
    """The same where no back or pain is named, something is over, or only others or what might be is told."""
    refer_mild: float
    """The same where the pain is called mild, or all that was asked about it is harmless."""
    veto_plain: float
    """Keep a red flag of the rules in a short message from this chance of urgent on."""
    urgent_alone: float
    """Keep it where its sentence alone has this chance of urgent."""


@dataclass(frozen=True)
class Opinion:
    """What the head thinks of a message: chance of each level of `LEVELS`, and the likeliest rows."""

    chances: Array
    urgent_row: str
    """The likeliest row of a red flag, one of which something is said in as many words first."""
    refer_row: str
    first: Array
    """The chances of the regression alone."""
    scores: Array
    """The scores of the adapter; empty where there are none."""
    grounded: bool = True
    """Something is said of the sign in as many words."""
    next_rows: tuple[str, ...] = ()
    """The rows of a red flag that are likeliest after that."""


def ngrams(reading: Reading) -> Iterator[str]:
    """Yield the runs of one to three normalised words of each sentence."""
    for sentence in reading.sentences:
        words = sentence.words
        for n in range(1, NGRAM + 1):
            for i in range(len(words) - n + 1):
                yield " ".join(words[i : i + n])


def _concepts(reading: Reading, index: dict[str, int]) -> Array:
    row = np.zeros(len(index), dtype=np.float32)
    for places in reading.places:
        for name in places:
            if name in index:
                row[index[name]] = 1.0
    return row


def _reading(reading: Reading) -> Array:
    """Return what the rules read: length, time spans, what is over, whose pain and how told."""
    own = [m for _, m in reading.pains if m.status == "present"]
    rest = [m for _, m in reading.pains if m.status != "present"]
    longest = max((min(s.days, 60.0) for s in reading.spans), default=0.0)
    contexts = reading.contexts
    return np.array(
        [
            np.log1p(reading.words()),
            len(reading.spans),
            longest / 30,
            longest >= 8,
            reading.over_at is not None,
            any(m.site == "back" for m in own),
            bool(own),
            bool(rest),
            any(s.question for s in reading.sentences),
            bool(contexts) and all(c.generic or c.hypothetical for c in contexts),
            reading.subject == "other",
            any(m.strong for m in own),
            bool(own) and all(m.weak for m in own),
            any(c.told_past or c.historical for c in contexts),
            any(c.subject != "unsaid" for c in contexts),
        ],
        dtype=np.float32,
    )


def _rows(reading: Reading, index: dict[str, int]) -> Array:
    row = np.zeros(len(index), dtype=np.float32)
    for hit in reading.hits:
        if hit.flag.id in index:
            row[index[hit.flag.id]] = 1.0
    return row


def stacked(opinion: Opinion, reading: Reading, level: str, hurts: bool) -> Array:
    """Return the row from which the opinions and the rules are settled (see `Head.settle`)."""
    return np.concatenate(
        [
            np.log(opinion.first + LEAST),
            np.log(_softmax(opinion.scores[: len(LEVELS)]) + LEAST),
            np.array([level == name for name in LEVELS], dtype=np.float32),
            np.array([hurts], dtype=np.float32),
            _reading(reading),
            opinion.scores[len(LEVELS) :] / SCORE_SCALE,
        ]
    ).astype(np.float32)


class Features:
    """Turns a message and its embeddings into one row of numbers.

    Args:
        concepts: names of the lexicon's lists that count.
        rows: ids of the rows of `red_flags.toml` that count.
        words: runs of words that count, with their inverse document frequency.
    """

    def __init__(self, concepts: Sequence[str], rows: Sequence[str], words: dict[str, float]) -> None:
        self.concepts = {name: i for i, name in enumerate(concepts)}
        self.rows = {name: i for i, name in enumerate(rows)}
        self.words = {run: (i, weight) for i, (run, weight) in enumerate(words.items())}

    def row(self, vector: Array, reading: Reading) -> Array:
        """Return the features; `vector` is the embedding of the message."""
        blocks = {
            "message": vector,
            "concepts": _concepts(reading, self.concepts),
            "reading": _reading(reading),
            "rows": _rows(reading, self.rows),
            "words": self._words(reading),
        }
        return np.concatenate([blocks[name] * scale for name, scale in SCALES.items()]).astype(np.float32)

    def _words(self, reading: Reading) -> Array:
        counts: dict[int, list[float]] = {}
        for run in ngrams(reading):
            known = self.words.get(run)
            if known is not None:
                counts.setdefault(known[0], [0.0, known[1]])[0] += 1.0
        row = np.zeros(len(self.words), dtype=np.float32)
        for i, (count, weight) in counts.items():
            row[i] = (1.0 + np.log(count)) * weight
        length = min(float(np.linalg.norm(row)), WHOLE)
        return row / np.float32(length) if length else row


class Head:
    """Weights and thresholds, read from the file that training wrote."""

    def __init__(self, arrays: dict[str, NDArray[Any]], meta: dict[str, Any]) -> None:
        self._arrays = {k: np.asarray(v, np.float32) for k, v in arrays.items() if k != "words"}
        words = dict(zip(arrays["words"].tolist(), self._arrays["word_idf"].tolist(), strict=True))
        self.features = Features(meta["concepts"], meta["rows"], words)
        self.urgent_rows = [str(r) for r in meta["urgent_rows"]]
        self.refer_rows = [str(r) for r in meta["refer_rows"]]
        self.signals = [str(s) for s in meta["signals"]]
        """The adapter's scores after those of the levels; empty where the head was trained without it."""
        self.thresholds = Thresholds(**{str(k): float(v) for k, v in meta["thresholds"].items()})
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
                arrays = {name: data[name] for name in data.files if name != "meta"}
                meta = json.loads(str(data["meta"]))
            return cls(arrays, meta)
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise HeadError(
                f"{path}: not a triage head ({error}); "
                "run `python -m assistant.guardrail.train` or remove the file"
            ) from error

    def judge(self, vector: Array, reading: Reading, scores: Array | None = None) -> Opinion:
        """Return the opinion on a message.

        `vector` is the embedding of the message; `scores` are those of the adapter, whose opinion counts
        as much as the head's own where it was trained with it.
        """
        row = self.features.row(vector, reading)
        # Most of the words are not said: their columns need not be multiplied.
        told = np.flatnonzero(row)
        chances = first = _softmax(self._weighed(row, told, "level"))
        urgent = dict(zip(self.urgent_rows, _softmax(self._weighed(row, told, "urgent")), strict=True))
        refer = dict(zip(self.refer_rows, _softmax(self._weighed(row, told, "refer")), strict=True))
        if scores is not None and len(scores) == len(LEVELS) + len(self.signals):
            # The geometric mean: an opinion that the other does not share at all counts for little.
            shared = np.sqrt(chances * _softmax(scores[: len(LEVELS)]))
            chances = np.asarray(shared / shared.sum(), dtype=np.float32)
            for named, mapping in ((urgent, URGENT_ROWS), (refer, REFER_ROWS)):
                known = [i for i, signal in enumerate(self.signals) if mapping.get(signal) in named]
                shares = _softmax(scores[len(LEVELS) :][known])
                for i, share in zip(known, shares, strict=True):
                    named[mapping[self.signals[i]]] += share
        likeliest = sorted(urgent, key=urgent.__getitem__, reverse=True)
        said = next((r for r in likeliest[:3] if _said(r, reading)), "")
        chosen = said or likeliest[0]
        return Opinion(
            chances,
            chosen,
            max(refer, key=refer.__getitem__),
            first,
            scores if scores is not None else np.zeros(0, np.float32),
            bool(said),
            tuple(row for row in likeliest[:NEXT_ROWS] if row != chosen),
        )

    def settle(self, opinion: Opinion, reading: Reading, level: str, hurts: bool) -> Array:
        """Return the chances of the levels after both opinions, and after the rules, which say `level`.

        Stacking (Wolpert 1992): a regression on the chances of both, on what the rules made of the message
        and on how it was read, trained on messages that neither had seen. Without the adapter's scores the
        opinion's own chances are returned.
        """
        weight = self._arrays.get("settle_w")
        if weight is None or len(opinion.scores) != len(LEVELS) + len(self.signals):
            return opinion.chances
        row = stacked(opinion, reading, level, hurts)
        return _softmax(row @ weight + self._arrays["settle_b"])

    def _weighed(self, row: Array, told: NDArray[np.intp], kind: str) -> Array:
        return np.asarray(row[told] @ self._arrays[f"{kind}_w"][told] + self._arrays[f"{kind}_b"], np.float32)


GROUNDS = {
    "saddle": {"saddle_area", "wipe", "erection", "underwear"},
    "bladder_bowel": {"bladder", "bowel", "wipe", "underwear", "wet_self", "start_flow"},
    "both_legs": {"both_legs_phrase", "both_sides", "legs_plural"},
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
    },
    "self_harm": {"suicide"},
}
"""What is spoken of where a sign is named; of the likeliest three the first with a ground is taken."""


def _said(row: str, reading: Reading) -> bool:
    """Say whether a sentence names a ground of the row without denying it, for real and of now."""
    grounds = GROUNDS[row]
    for places, context in zip(reading.places, reading.contexts, strict=True):
        if context.hypothetical or context.generic or context.historical or context.resolved_at is not None:
            continue
        if row == "cancer_history" and context.subject == "other":
            continue
        named = grounds & places.keys()
        if any(first not in context.negated for name in named for first, _ in places[name]):
            return True
    return False


def _softmax(scores: Array) -> Array:
    shifted = np.exp(scores - scores.max())
    return np.asarray(shifted / shifted.sum(), dtype=np.float32)
