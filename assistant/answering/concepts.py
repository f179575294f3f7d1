"""Links between what a visitor needs and what the guide's exercises do, through muscles and movements."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from math import fsum
from pathlib import Path

import numpy as np
import Stemmer
from numpy.typing import NDArray

from assistant.answering.mentions import word_spans, words
from assistant.ingestion.chunks import Chunk

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

NEAR_WEIGHT = 0.45
"""What a concept counts that is only worked along with the one asked for."""
CUT = 0.5
"""Least share of the best exercise's score for another one to be named beside it."""
FEWEST = 2
DENSE_WEIGHT = 1.2
"""What a cosine of 1 counts beside one shared concept."""
KEPT_TEXTS = 1_024
_DISTANCE = re.compile(r"^\d+(?:k|km|mi|mile|mpw|kpw)$")
_PLAIN = frozenset(
    ("the", "to", "your", "you", "when", "how", "why", "a", "for", "into", "run", "runner", "exercise")
)
_STEMMER = Stemmer.Stemmer("english")


class ConceptsError(ValueError):
    """`concepts.toml` cannot be used; the message names what to mend."""


@dataclass(frozen=True)
class Need:
    """The concepts in a text, with their weights (1 for named, less for near)."""

    weights: dict[str, float]

    @property
    def named(self) -> frozenset[str]:
        """Return the concepts that the text itself names."""
        return frozenset(name for name, weight in self.weights.items() if weight == 1.0)


class Concepts:
    """The thesaurus of `knowledge/concepts.toml`."""

    def __init__(
        self,
        words_of: dict[str, list[str]],
        near: dict[str, list[str]],
        positions: frozenset[str] = frozenset(),
        parts: frozenset[str] = frozenset(),
        things: frozenset[str] = frozenset(),
        loaded: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._near = near
        self.positions = positions
        """Concepts that an exercise also serves by its steps."""
        self.parts = parts
        """Concepts that are parts of the body."""
        self.things = things
        """Exercises and gear that a guide may not have."""
        self._loaded = dict(loaded or {})
        self.words = [term for terms in words_of.values() for term in terms]
        self._terms: dict[str, list[tuple[list[str], str]]] = {}
        for name, terms in words_of.items():
            for term in map(_stems, terms):
                if term:
                    self._terms.setdefault(term[0], []).append((term, name))
        # One message is looked through several times on its way to an answer.
        self._found = lru_cache(maxsize=KEPT_TEXTS)(self._find)

    @classmethod
    def load(cls, path: Path) -> Concepts:
        """Read the thesaurus.

        Raises:
            ConceptsError: the file is missing, not TOML, or a concept lacks words or names an unknown one.
        """
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ConceptsError(f"{path}: {error}; restore or mend it") from error
        for name, entry in table.items():
            if not isinstance(entry, dict) or not entry.get("words"):
                raise ConceptsError(f'{path}: [{name}] needs words = ["…"]')
            for key in ("near", "loaded"):
                if unknown := set(entry.get(key, [])) - set(table):
                    unnamed = ", ".join(sorted(unknown))
                    raise ConceptsError(f"{path}: [{name}] {key} names {unnamed}, which is no table here")
        return cls(
            {name: entry["words"] for name, entry in table.items()},
            {name: entry.get("near", []) for name, entry in table.items()},
            frozenset(name for name, entry in table.items() if entry.get("steps")),
            frozenset(name for name, entry in table.items() if entry.get("part")),
            frozenset(name for name, entry in table.items() if entry.get("thing")),
            {name: entry.get("loaded", []) for name, entry in table.items()},
        )

    def named(self, text: str) -> frozenset[str]:
        """Return the concepts that `text` names."""
        return self._found(text)

    def _find(self, text: str) -> frozenset[str]:
        stems = _stems(text)
        return frozenset(
            name
            for place, stem in enumerate(stems)
            for term, name in self._terms.get(stem, ())
            if stems[place : place + len(term)] == term
        )

    def loading(self, text: str) -> frozenset[str]:
        """Return the positions that bear on a part of the body that `text` names."""
        return frozenset(position for part in self.named(text) for position in self._loaded.get(part, ()))

    def wording(self, text: str, names: Set[str]) -> list[str]:
        """Return the words by which `text` names these concepts, each once."""
        stems, spans = _stems(text), word_spans(text)
        found = [
            text[spans[place][0] : spans[place + len(term) - 1][1]]
            for place, stem in enumerate(stems)
            for term, name in sorted(self._terms.get(stem, ()), key=lambda item: -len(item[0]))
            if name in names and stems[place : place + len(term)] == term
        ]
        return [said for said in dict.fromkeys(found) if not any(said != o and said in o for o in found)]

    def need(self, text: str) -> Need:
        """Return the concepts that `text` asks for, those near them at less weight."""
        named = self.named(text)
        weights = {near: NEAR_WEIGHT for name in named for near in self._near[name]}
        return Need({**weights, **dict.fromkeys(named, 1.0)})


class Linker:
    """Ranks a guide's chunks for a need; the links are made from the guide's own text."""

    def __init__(self, chunks: Sequence[Chunk], concepts: Concepts, encode: Encode) -> None:
        self.concepts = concepts
        self._encode = encode
        self.subject = concepts.named(" ".join({chunk.guide for chunk in chunks}))
        """The concepts in the guide's title: the part of the body that it is about."""
        self.topic = _most_common(chunks)
        """The word that the guide's headings hold most: "back"."""
        self._chunks = [chunk for chunk in chunks if chunk.title]
        self._links = {
            chunk.id: concepts.named(_about(chunk)) - concepts.positions
            | (concepts.named(_steps(chunk)) & concepts.positions)
            for chunk in self._chunks
        }
        self._served = frozenset().union(*self._links.values())
        self._held = concepts.named(" ".join(chunk.searchable for chunk in chunks))
        texts = [_about(chunk) for chunk in self._chunks]
        self._vectors = encode(texts) if texts else np.zeros((0, 1), np.float32)

    @property
    def served(self) -> frozenset[str]:
        """Return the concepts that any passage of the guide serves."""
        return self._served

    def serves(self, chunk: Chunk) -> frozenset[str]:
        """Return the concepts that a passage serves."""
        return self._links.get(chunk.id, frozenset())

    def foreign(self, text: str) -> frozenset[str]:
        """Return the parts of the body that `text` names and the guide says nothing of."""
        return (self.concepts.named(text) & self.concepts.parts) - self._served

    def placed(self, text: str) -> bool:
        """Say whether `text` names a time or place that only a way of integration is about ("before a
        run")."""
        named = self.concepts.named(text)
        links = [(chunk.kind, self._links[chunk.id] & named) for chunk in self._chunks]
        exercised = frozenset().union(*(found for kind, found in links if kind == "exercise"))
        return any(kind == "integration" and found - exercised for kind, found in links)

    def missing(self, text: str) -> list[str]:
        """Return the exercises and gear that `text` names and the guide does not have, in the text's
        words."""
        return self.concepts.wording(text, self.concepts.things - self._held)

    def exercises(self, text: str, most: int, also: frozenset[str] = frozenset()) -> list[Chunk]:
        """Return up to `most` exercises for what `text` asks for, and the concepts in `also`, best first.

        Each concept that is named gets the exercise that serves it best, before a second one is chosen.
        """
        ranked = self._ranked(text, "exercise")
        chosen: list[Chunk] = []
        for concept in sorted(self.concepts.named(text) | also):
            serving = [chunk for chunk, _ in ranked if concept in self._links[chunk.id]]
            if serving and not any(concept in self._links[c.id] for c in chosen):
                chosen.append(serving[0])
        order = {chunk.id: rank for rank, (chunk, _) in enumerate(ranked)}
        chosen = sorted(chosen[:most], key=lambda chunk: order[chunk.id])
        shared = self._shared(text)
        enough = CUT * max((shared[chunk.id] for chunk, _ in ranked), default=0.0)
        chosen += [chunk for chunk, _ in ranked if chunk not in chosen and shared[chunk.id] >= enough]
        fewest = [chunk for chunk, _ in ranked if chunk not in chosen][: max(0, FEWEST - len(chosen))]
        return [*chosen, *fewest][:most]

    def unserved(self, text: str) -> bool:
        """Say whether `text` names concepts that tips or causes serve, and nothing to do does."""
        named = self.concepts.named(text) - self.subject
        serving = {chunk.kind for chunk in self._chunks if self._links[chunk.id] & named}
        return bool(serving) and not serving & {"exercise", "integration"}

    def items(self, text: str, most: int, kinds: Sequence[str]) -> list[Chunk]:
        """Return up to `most` causes, tips or ways of integration that share a named concept with `text`."""
        named = self.concepts.named(text)
        ranked = self._ranked(text, *kinds)
        return [chunk for chunk, _ in ranked if self._links[chunk.id] & named][:most]

    def _shared(self, text: str) -> dict[str, float]:
        """Return for each chunk the weight of the concepts that it shares with `text`."""
        weights = self.concepts.need(text).weights
        # fsum: the order of a set changes from process to process, and a plain sum's last digit with it.
        return {
            chunk.id: fsum(weights.get(name, 0.0) for name in self._links[chunk.id]) for chunk in self._chunks
        }

    def _ranked(self, text: str, *kinds: str) -> list[tuple[Chunk, float]]:
        shared = self._shared(text)
        similarity = self._vectors @ self._encode([text])[0]
        scored = [
            (chunk, shared[chunk.id] + DENSE_WEIGHT * float(cosine))
            for chunk, cosine in zip(self._chunks, similarity, strict=True)
            if chunk.kind in kinds
        ]
        return sorted(scored, key=lambda item: (-item[1], item[0].position))


def _most_common(chunks: Sequence[Chunk]) -> str:
    headings = {chunk.section.split(" > ")[0] for chunk in chunks}
    counts = Counter(
        word for heading in sorted(headings) for word in set(words(heading)) if word not in _PLAIN
    )
    return max(sorted(counts), key=lambda word: counts[word], default="")


def _stems(text: str) -> list[str]:
    stems: list[str] = _STEMMER.stemWords(words(text))
    # "from 50k to 80k": which number it is does not matter, but that it is a distance does.
    return [_DISTANCE.sub("#k", stem) if stem[0].isdigit() else stem for stem in stems]


def _about(chunk: Chunk) -> str:
    """Return what a chunk says of its purpose: for an exercise its name and reason, not its steps."""
    if chunk.exercise:
        return f"{chunk.exercise.name}: {chunk.exercise.why}"
    return f"{chunk.title}: {chunk.text}"


def _steps(chunk: Chunk) -> str:
    return ". ".join(chunk.exercise.steps) if chunk.exercise else ""
