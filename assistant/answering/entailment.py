"""Whether a passage entails a sentence, read by the embedding model as a cross-encoder.

The rules of `claims` see words; that "keep a gap" takes back "pressed into the ground", or that "short on
mobility" is "limited mobility", takes reading both together (cross-encoding after Devlin et al. 2019; claims
against evidence after Thorne et al. 2018, FEVER). `entailment_training` tunes the model for it on sentences
of many hands, faithful and faulty ones, and writes weights and thresholds; `claims` says where its opinion
counts.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from assistant import resources
from assistant.answering.rules import stems
from assistant.retrieval.adapter import Adapter
from assistant.retrieval.cross_encoder import CrossEncoder, export_folder
from assistant.retrieval.embeddings import DEFAULT_MODEL, locate_model, threads_of
from assistant.retrieval.encoders import ModelError
from assistant.settings import Settings

FILE = "entailment.npz"
MOST_WORDS = 75
"""Words of a premise; more costs time and helps no reading."""

log = logging.getLogger(__name__)


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

    @classmethod
    def load(cls, settings: Settings) -> Entailment | None:
        """Return what the installation's weights say; None where they or their model are not there.

        Raises:
            ModelError: the export cannot be made or is damaged.
            ValueError: the weights are damaged.
        """
        if (found := _adapter()) is None:
            log.warning("no %s for the packaged model; the rules check alone", FILE)
            return None
        source = locate_model(DEFAULT_MODEL)[0]
        reader = CrossEncoder.load(settings.data_dir, source, found, threads_of(settings))
        return cls(reader, float(found.meta["sure"]), float(found.meta["doubtful"]))

    def chance(self, sentence: str, passages: Sequence[Passage]) -> float:
        """Return the chance, 0 to 1, that all of `sentence` follows from the passages."""
        return 1.0 / (1.0 + math.exp(-self._read(sentence, premise(sentence, passages))))


def is_exported(settings: Settings) -> bool:
    """Say whether `load` finds its export, or needs none."""
    return (found := _adapter()) is None or (export_folder(settings.data_dir, found) / "model.onnx").is_file()


def _adapter() -> Adapter | None:
    """Return the installation's weights where they were tuned from the packaged model."""
    found = Adapter.load(resources.folder("knowledge") / FILE)
    try:
        source, weights = locate_model(DEFAULT_MODEL)
    except ModelError:
        return None
    return found if found is not None and found.base == weights and source.is_dir() else None


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
