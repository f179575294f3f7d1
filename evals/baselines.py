"""Naive baselines for triage: a keyword list, the nearest labelled example, a regression on the message.

They are what a clinic might try first; the report prints them beside the guardrail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.schema import LEVELS, Level

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

_URGENT = re.compile(
    r"\b(?:numb\w*|bladder|bowel|incontinen\w*|can'?t pee|paraly\w*|weak\w*|fever|cancer|tumou?r|"
    r"chest pain|accident|crash|fell|suicid\w*|weight loss|night sweats|faint\w*)\b",
    re.I,
)
_REFER = re.compile(
    r"\b(?:weeks?|months?|years?|worse|worsening|can'?t run|stopped|chronic|keeps coming back|"
    r"for ages|tingl\w*)\b",
    re.I,
)
_PAIN = re.compile(r"\b(?:pain\w*|hurt\w*|ache\w*|aching|sore|twinge\w*|strain\w*)\b", re.I)


class Baseline(Protocol):
    """Answers a level for each message."""

    name: str

    def predict(self, messages: Sequence[str]) -> list[Level]: ...


@dataclass
class KeywordBaseline:
    """A list of alarming words, then of lasting words beside a word for pain, then of words for pain."""

    name: str = "keyword list"

    def predict(self, messages: Sequence[str]) -> list[Level]:
        """Return the level of each message."""
        return [self._level(m) for m in messages]

    @staticmethod
    def _level(message: str) -> Level:
        if _URGENT.search(message):
            return "urgent"
        if not _PAIN.search(message):
            return "none"
        return "refer" if _REFER.search(message) else "check"


class NearestBaseline:
    """The level of the labelled message whose embedding is nearest by cosine."""

    name = "nearest labelled example"

    def __init__(self, messages: Sequence[str], levels: Sequence[Level], embed: Embed) -> None:
        self._levels = list(levels)
        self._vectors = embed(list(messages))
        self._embed = embed

    def predict(self, messages: Sequence[str]) -> list[Level]:
        """Return the level of each message."""
        nearest = np.argmax(self._embed(list(messages)) @ self._vectors.T, axis=1)
        return [self._levels[int(i)] for i in nearest]


class RegressionBaseline:
    """Logistic regression on the embedding of the whole message; needs scikit-learn."""

    name = "regression on the message"

    def __init__(self, messages: Sequence[str], levels: Sequence[Level], embed: Embed) -> None:
        from sklearn.linear_model import LogisticRegression

        self._embed = embed
        self._model = LogisticRegression(max_iter=2000, class_weight="balanced")
        self._model.fit(embed(list(messages)), [LEVELS.index(level) for level in levels])

    def predict(self, messages: Sequence[str]) -> list[Level]:
        """Return the level of each message."""
        return [LEVELS[int(i)] for i in self._model.predict(self._embed(list(messages)))]
