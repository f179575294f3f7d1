"""A semantic cache: a checked answer serves again for the same first question in nearly the same words."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant import schema
from assistant.answering import facts
from assistant.answering.mentions import words

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

_ASKING = re.compile(
    r"\b(?:how|what|when|where|which|why|can|could|should|do|does|must|may|shall) "
    r"(?:do |should |can |must )?i\b|\b(?:tell|show|give) me\b"
    r"|\bmy (?:back|week|training|runs?|routine|warm-?ups?|posture|shoes|lower back|core|glutes|hips|"
    r"hamstrings)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:i|i'?m|i'?ve|i'?d|i'?ll|me|my|mine|myself|we|us|our|he|she|his|her|him|they|their|husband|wife|"
    r"son|daughter|mother|father|mum|mom|dad|friend|partner|kid|child|years? old|pregnan\w+|hurts?|pains?|"
    r"painful|aches?|aching|sore|injur\w+|since|ago|yesterday|today|diagnos\w+|surgery|doctor)\b",
    re.IGNORECASE,
)
_SETTLING = frozenset(
    ("not", "no", "never", "without", "before", "after", "more", "less", "only", "except", "left", "right")
)


class Kept(NamedTuple):
    """A checked answer."""

    text: str
    citations: tuple[schema.Citation, ...]


def impersonal(message: str) -> bool:
    """Say whether a question holds nothing about a person, so that its answer may serve another."""
    return not _PERSONAL.search(_ASKING.sub(" ", message.replace("’", "'"))) and not re.search(
        r"\d{4,}|@", message
    )


class Keep:
    """Holds answers of one guide and one model; the least used goes first.

    Args:
        encode: Sentence embeddings, rows L2-normalised.
        scope: Names the guide's build, the model and the prompts; an answer of another scope never serves.
        bound: Least cosine of two questions that count as the same.
        most: Answers that are held; 0 holds none.
    """

    def __init__(self, encode: Encode, scope: str, bound: float, most: int) -> None:
        self._encode = encode
        self._scope = scope
        self._bound = bound
        self._most = most
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, tuple[NDArray[np.float32], tuple[object, ...], Kept]] = OrderedDict()

    def find(self, message: str, targets: Sequence[str]) -> Kept | None:
        """Return the answer to the same question, or None. `targets` are the ids of what it is about."""
        if not self._most or not impersonal(message):
            return None
        vector = self._encode([message])[0]
        told = _told(message, targets)
        with self._lock:
            for key, (other, what, kept) in reversed(self._entries.items()):
                if what == told and float(other @ vector) >= self._bound:
                    self._entries.move_to_end(key)
                    return kept
        return None

    def add(self, message: str, targets: Sequence[str], kept: Kept) -> None:
        """Keep an answer, unless the question is a person's own."""
        if not self._most or not impersonal(message):
            return
        vector = self._encode([message])[0]
        with self._lock:
            self._entries[f"{self._scope}\0{message}"] = (vector, _told(message, targets), kept)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)


def _told(message: str, targets: Sequence[str]) -> tuple[object, ...]:
    """Return what must be exactly the same in two questions, however near they are."""
    return (
        tuple(sorted(targets)),
        tuple(facts.numbers(message)),
        frozenset(words(message)) & _SETTLING,
    )
