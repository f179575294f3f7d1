"""Misspelled words, mended toward the words that the guide and its questions use."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from rapidfuzz.distance import DamerauLevenshtein

LEAST_LETTERS = 4
LONG_WORD = 8
"""From this many letters on, two mistakes are mended; below, one."""
_ENDINGS = ("s", "es", "ing", "ings", "ed", "er", "ers")
_WORD = re.compile(r"(?<!['’])\b[a-zA-Zà-ÿ]+\d?\b(?!['’])")


class ShortFormsError(ValueError):
    """`chat_words.toml` cannot be used; the message names what to mend."""


def short_forms(path: Path) -> dict[str, str]:
    """Read the short forms of chats.

    Raises:
        ShortFormsError: the file is missing, not TOML, or holds something other than texts.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ShortFormsError(f"{path}: {error}; restore or mend it") from error
    for short, full in table.items():
        if not isinstance(full, str):
            raise ShortFormsError(f"{path}: {short} must be a text in quotes")
    return table


class Spelling:
    """Mends words that are no English words toward a known vocabulary.

    `is_word` says whether a word is ordinary English; such a word is left alone. `short` maps the short
    forms of chats to what they stand for.
    """

    def __init__(
        self, texts: Iterable[str], is_word: Callable[[str], bool], short: Mapping[str, str] | None = None
    ) -> None:
        self._is_word = is_word
        self._short = dict(short or {})
        counts: dict[str, int] = {}
        for text in texts:
            for word in _WORD.findall(text.lower()):
                if len(word) >= LEAST_LETTERS:
                    counts[word] = counts.get(word, 0) + 1
        self._by_initial: dict[str, list[str]] = {}
        for word in sorted(counts, key=lambda w: -counts[w]):
            self._by_initial.setdefault(word[0], []).append(word)
        self._known = frozenset(counts)

    def mend(self, text: str) -> str:
        """Return `text` with its misspelled words mended; everything else stays as it was."""
        return _WORD.sub(lambda match: self._mended(match.group()), text)

    def _mended(self, word: str) -> str:
        lower = word.lower()
        if lower in self._short:
            return self._short[lower]
        if any(self._is_word(stem) or stem in self._known for stem in _stems(lower)):
            # "planking" is no misspelling of "parking".
            return word
        if len(lower) < LEAST_LETTERS or lower in self._known or self._is_word(lower):
            return word
        allowed = 2 if len(lower) >= LONG_WORD else 1
        best, distance = word, allowed + 1
        for known in self._by_initial.get(lower[0], ()):
            if abs(len(known) - len(lower)) <= allowed:
                found = DamerauLevenshtein.distance(lower, known, score_cutoff=allowed)
                if found < distance:
                    best, distance = known, found
        return best


def _stems(word: str) -> list[str]:
    """Return what an English word may be an inflected form of."""
    stems: list[str] = []
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= LEAST_LETTERS - 1:
            stem = word[: -len(ending)]
            stems += [stem, f"{stem}e", *([stem[:-1]] if stem[-1] == stem[-2] else [])]
    return stems
