"""Which exercises a message names: titles, short forms, joined words and typos."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from assistant.ingestion.chunks import Chunk

ALIAS_RATIO = 86
"""Least likeness (0–100) of a run of words to an alias that counts as a misspelling of it."""
_WORD = re.compile(r"(?<!['’])[a-zà-ÿ0-9]+|(?<=['’])(?!s\b)[a-zà-ÿ0-9]+")
_SKIP = frozenset(
    ["a", "an", "the", "with", "of", "and", "for", "to", "my", "your", "do", "on", "in", "at", "it", "or"]
)
_TAILS = frozenset({"stretch", "hold", "exercise", "drill", "raise"})
_QUALIFIERS = frozenset(
    [
        "single",
        "side",
        "double",
        "one",
        "leg",
        "legs",
        "arm",
        "arms",
        "back",
        "lower",
        "upper",
        "left",
        "right",
    ]
)


@dataclass(frozen=True)
class Mention:
    """An exercise that a message names, and where."""

    chunk: Chunk
    start: int
    """Index of the first word."""
    end: int
    """Index behind the last word."""
    strength: float
    """Share of the exercise's name that was written, 0 to 1."""
    words: frozenset[int]
    """Indices of the words that were taken for it."""


class Mentions:
    """Finds the exercises of a guide in what a visitor wrote.

    `is_word` says whether a word is ordinary English: such a word is never taken for a misspelling.
    """

    def __init__(self, chunks: Sequence[Chunk], is_word: Callable[[str], bool]) -> None:
        self._is_word = is_word
        self._exercises = [chunk for chunk in chunks if chunk.exercise]
        self._names: dict[str, tuple[str, ...]] = {}
        self._short: dict[str, frozenset[str]] = {}
        texts = {c.id: set(words(c.text)) for c in self._exercises}
        for chunk in self._exercises:
            plain, short = _parts(chunk.exercise.name if chunk.exercise else "")
            self._names[chunk.id] = tuple(w for w in words(plain) if w not in _SKIP)
            self._short[chunk.id] = frozenset(short)
        named = {w for name in self._names.values() for w in name}
        self._forms = {
            chunk_id: self._short[chunk_id].union(*(forms(w) for w in name))
            for chunk_id, name in self._names.items()
        }
        self._telling = frozenset[str]().union(*self._forms.values())
        self._whole = {
            chunk_id
            for chunk_id, name in self._names.items()
            if len(name) == 2
            and not set(name) & (_TAILS | _QUALIFIERS)
            and not self._stand_alone(chunks, name)
        }
        """Exercises that only both words of their name mean: a dog or a bug alone is none."""
        self._generic = {
            word
            for word in named
            if word in _QUALIFIERS | _TAILS
            or any(word in texts[c.id] and word not in self._names[c.id] for c in self._exercises)
        }

    def _stand_alone(self, chunks: Sequence[Chunk], name: tuple[str, ...]) -> bool:
        """Say whether a word of a two-word name also stands alone in the guide: "bird" never does
        without "dog"."""
        for chunk in chunks:
            tokens = words(f"{chunk.title} {chunk.text}")
            for place, token in enumerate(tokens):
                before = tokens[place - 1 : place] if place else []
                if token == name[0] and tokens[place + 1 : place + 2] != [name[1]]:
                    return True
                if token == name[1] and before != [name[0]]:
                    return True
        return False

    def find(self, text: str) -> list[Mention]:
        """Return the exercises that `text` names, in the order of the text."""
        tokens = words(text)
        correct = all(map(self._is_word, tokens))
        if correct and self._telling.isdisjoint(tokens):
            return []
        asked = _Tokens(tokens, self._is_word)
        found: dict[str, Mention] = {}
        for chunk in self._exercises:
            if correct and self._forms[chunk.id].isdisjoint(tokens):
                continue  # without a misspelled word, a name is told by a word of it
            if mention := self._match(chunk, asked):
                found[chunk.id] = mention
        return sorted(_without_weaker(list(found.values())), key=lambda m: (m.start, m.chunk.position))

    def _match(self, chunk: Chunk, asked: _Tokens) -> Mention | None:
        name = self._names[chunk.id]
        span = self._alias(name, asked)
        for index, token in enumerate(asked.tokens if self._short[chunk.id] else ()):
            if token in self._short[chunk.id]:
                # "single-leg deadlifts (RDLs)" is one mention, not a name beside an unknown word.
                beside = span is not None and span[0] - 1 <= index <= span[1]
                start, end = (
                    (min(index, span[0]), max(index + 1, span[1])) if span and beside else (index, index + 1)
                )
                return Mention(chunk, start, end, 1.0, frozenset(range(start, end)))
        if span:
            return Mention(chunk, *span, 1.0, frozenset(range(*span)))
        hits = [(i, w) for w in name if (i := asked.position(w)) is not None]
        if not hits or (len(hits) < len(name) and chunk.id in self._whole):
            return None
        distinct = [w for _, w in hits if w not in self._generic]
        share = len(hits) / len(name)
        start, end = min(i for i, _ in hits), max(i for i, _ in hits) + 1
        close = end - start <= len(name) + 2
        if share == 1.0 and len(name) > 2:
            return Mention(chunk, start, end, share, frozenset(i for i, _ in hits))
        if (distinct or (share >= 0.66 and len(hits) > 1)) and close:
            return Mention(chunk, start, end, share, frozenset(i for i, _ in hits))
        return None

    def _alias(self, name: tuple[str, ...], asked: _Tokens) -> tuple[int, int] | None:
        """Return the words that are the whole name: joined, split or misspelled."""
        joined = "".join(name)
        if len(name) < 2 or len(joined) < 6:
            return None
        tailed = len(name) > 2 and name[-1] in self._generic | _TAILS
        if tailed and (short := self._alias(name[:-1], asked)):
            return short
        for size in range(1, len(name) + 2):
            for run, window in asked.runs(size, joined[0]):
                if abs(len(run) - len(joined)) > 2:
                    continue
                if run == joined:
                    return window[0][0], window[-1][0] + 1
                unknown = any(not self._is_word(token) for _, token in window if token not in name)
                shared = any(token in name for _, token in window)
                if (unknown or shared) and fuzz.ratio(run, joined) >= ALIAS_RATIO:
                    return window[0][0], window[-1][0] + 1
        return None


class _Tokens:
    """The words of one text, and where those stand that a name may begin with."""

    def __init__(self, tokens: list[str], is_word: Callable[[str], bool]) -> None:
        self.tokens = tokens
        self._places = {token: index for index, token in reversed(list(enumerate(tokens)))}
        self._strange = [
            (index, token) for index, token in enumerate(tokens) if len(token) >= 4 and not is_word(token)
        ]
        self._kept = [(index, token) for index, token in enumerate(tokens) if token not in _SKIP]
        self._starts: dict[str, list[int]] = {}
        for at, (_, token) in enumerate(self._kept):
            self._starts.setdefault(token[0], []).append(at)

    def runs(self, size: int, first: str) -> Iterator[tuple[str, list[tuple[int, str]]]]:
        """Yield the runs of so many words that begin with a letter: joined, and word by word with places."""
        for at in self._starts.get(first, ()):
            if len(window := self._kept[at : at + size]) == size:
                yield "".join(token for _, token in window), window

    def position(self, word: str) -> int | None:
        """Return where a word stands, perhaps misspelled."""
        for form in forms(word):
            if (place := self._places.get(form)) is not None:
                return place
        if len(word) < 4:
            return None
        allowed = 1 if len(word) < 8 else 2
        for index, token in self._strange:
            if abs(len(token) - len(word)) <= allowed and DamerauLevenshtein.distance(token, word) <= allowed:
                return index
        return None


def forms(word: str) -> tuple[str, ...]:
    """Return the forms in which a word of a name is the word."""
    return word, f"{word}ing", f"{word[:-1]}ing"


def mask(text: str, mentions: Sequence[Mention], stand_in: str) -> str:
    """Return `text` with each named exercise replaced by `stand_in`, so that only the question is left."""
    spans = word_spans(text)
    for mention in sorted(mentions, key=lambda m: -m.start):
        if mention.end <= len(spans) and stand_in not in text[spans[mention.start][0] :][: len(stand_in)]:
            text = text[: spans[mention.start][0]] + stand_in + text[spans[mention.end - 1][1] :]
    return text


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return where each of the `words` of `text` begins and ends."""
    return [match.span() for match in _WORD.finditer(text.lower())]


def words(text: str) -> list[str]:
    """Return the lower-case words of `text` in the singular, hyphens split."""
    return [_singular(word) for word in _WORD.findall(text.lower())]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    if (
        len(word) > 6
        and word.endswith("ing")
        and word[-4] not in "aeiou"
        and word[:-3].endswith(("idg", "ung"))
    ):
        return word[:-3] + "e"
    return word


def _parts(name: str) -> tuple[str, list[str]]:
    short = [w for inner in re.findall(r"\(([^)]+)\)", name) for w in words(inner)]
    return re.sub(r"\([^)]*\)", " ", name), short


def _without_weaker(mentions: list[Mention]) -> list[Mention]:
    """Of mentions that rest on the same words keep the fullest: "side plank" is not every plank."""
    return [
        mention
        for mention in mentions
        if not any(
            rival.strength > mention.strength + 0.2 and mention.words <= rival.words
            for rival in mentions
            if rival is not mention
        )
    ]
