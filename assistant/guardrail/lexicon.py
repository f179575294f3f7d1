"""Concepts (word lists) and the patterns composed of them, matched over words, never over raw text.

A concept is a list of words or phrases (`numb*` takes every ending). A pattern is written as a
clinician would read it:

    {cannot} ... {pee}        the two in this order, up to four words between
    {numb} + {saddle_area}    both in one sentence, in any order, at most twelve words apart
    no|none of {control}      words stand for themselves; | gives alternatives, of one or more words
    {fever} -{glandular}      unless the sentence also holds the concept after the minus

Matching walks from the places of the first concept, so its cost is linear in the message for a
fixed set of patterns: no backtracking over text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.guardrail.clauses import fold, parts

GAP_WORDS = 4
WINDOW_WORDS = 12
REACH_WORDS = 40
"""No sequence is longer than this; bounds the look back for the other side of a `+`."""
MAX_MATCHES = 30
"""Matches of one pattern in one sentence that are looked at; people do not say a thing more often."""
Places = dict[str, list[tuple[int, int]]]
Match = tuple[int, int, frozenset[int]]
"""First word, last word, and the words used."""
_ENTRY_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*\*?|\d+(?:[.,:/]\d+)?\*?|'s|[½¼¾=%°]|/(?=[a-z])")
"""As in `clauses`; "im" stays, since a foreign sentence keeps it."""
_ITEM = re.compile(r"\{[a-z_0-9]+\}|\.\.\.|\+|-\{[a-z_0-9]+\}|(?:(?!\.\.\.| -\{)[^{}+])+")


class LexiconError(ValueError):
    """A concept or pattern cannot be read; the message says what and how to mend it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One item of a pattern's sequence and how many words may stand before it."""

    concept: str
    gap: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern: sequences that must all be found near each other, and what forbids it."""

    source: str
    sequences: tuple[tuple[Step, ...], ...]
    unless: tuple[str, ...]


class Lexicon:
    """Finds concepts in words.

    Args:
        concepts: name → entries. An entry is a phrase; `{name}` takes over another concept's entries.

    Raises:
        LexiconError: an entry is empty or names a concept that does not exist.
    """

    def __init__(self, concepts: Mapping[str, Sequence[str]]) -> None:
        self.concepts = {name: list(entries) for name, entries in concepts.items()}
        self._exact: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self._pairs: dict[tuple[str, str], list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        """Phrases by their first two words, the quickest way to tell that none stands here."""
        self._prefix: dict[str, list[tuple[str, tuple[str, ...], str]]] = defaultdict(list)
        self._known: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._layers: list[Lexicon] = [self]
        """Those whose entries hold: what this one extends is looked up there, not copied."""
        for name in self.concepts:
            for entry in self._entries(name, ()):
                self._add(name, entry)

    def extended(self, own: Mapping[str, Sequence[str]]) -> Lexicon:
        """Return this lexicon with more entries; who takes over a concept takes over its new ones too.

        Raises:
            LexiconError: an entry is empty or names a concept that does not exist.
        """
        new = Lexicon({})
        new.concepts = {name: list(entries) for name, entries in self.concepts.items()}
        new._layers = [*self._layers, new]
        for name, entries in own.items():
            new.concepts[name] = [*new.concepts.get(name, []), *entries]
        users: dict[str, list[str]] = defaultdict(list)
        for name, entries in new.concepts.items():
            for entry in entries:
                if entry.startswith("{"):
                    users[entry[1:-1]].append(name)
        for name, entries in own.items():
            plain = [e for entry in entries for e in new._expanded(entry, name)]
            for user in _with_users(name, users, set()):
                for entry in plain:
                    new._add(user, entry)
        return new

    def _expanded(self, entry: str, name: str) -> Iterable[str]:
        if not (entry.startswith("{") and entry.endswith("}")):
            return [entry]
        if entry[1:-1] not in self.concepts:
            raise LexiconError(f"concept {name!r} takes over {entry}, which does not exist")
        return self._entries(entry[1:-1], (name,))

    def _entries(self, name: str, above: tuple[str, ...]) -> Iterable[str]:
        if name in above:
            raise LexiconError(f"concept {name!r} takes itself over; remove one of the {{…}} in it")
        for entry in self.concepts[name]:
            if entry.startswith("{") and entry.endswith("}"):
                inner = entry[1:-1]
                if inner not in self.concepts:
                    raise LexiconError(f"concept {name!r} takes over {{{inner}}}, which does not exist")
                yield from self._entries(inner, (*above, name))
            else:
                yield entry

    def _add(self, name: str, entry: str) -> None:
        words = tuple(phrase_words(entry))
        if not words:
            raise LexiconError(f"concept {name!r} holds an empty entry; remove it")
        if words[0].endswith("*"):
            stem = words[0][:-1]
            if len(stem) < 2:
                raise LexiconError(f"concept {name!r}: {entry!r} needs two letters before the *")
            self._prefix[stem[:2]].append((stem, words, name))
        elif len(words) > 1 and not words[1].endswith("*"):
            self._pairs[words[0], words[1]].append((words, name))
        else:
            self._exact[words[0]].append((words, name))

    def literal(self, words: str) -> str:
        """Make the alternatives `a|b` a concept of their own and return its name."""
        name = f"={words}"
        if name not in self.concepts:
            self.concepts[name] = words.split("|")
            for entry in self.concepts[name]:
                self._add(name, entry)
            self._known.clear()
        return name

    def _starting(self, word: str) -> list[tuple[tuple[str, ...], str]]:
        found = self._known.get(word)
        if found is None:
            found = [entry for layer in self._layers for entry in layer._exact.get(word, ())]
            for layer in self._layers:
                found += [(w, n) for stem, w, n in layer._prefix.get(word[:2], ()) if word.startswith(stem)]
            if len(self._known) < 50_000:
                self._known[word] = found
        return found

    def _pair(self, pair: tuple[str, str]) -> Iterable[tuple[tuple[str, ...], str]]:
        if len(self._layers) == 1:
            return self._pairs.get(pair, ())
        return [entry for layer in self._layers for entry in layer._pairs.get(pair, ())]

    def places(self, words: Sequence[str]) -> Places:
        """Return where each concept stands in `words`, as (first, last) word numbers."""
        result: Places = {}
        for i, word in enumerate(words):
            for phrase, name in self._starting(word):
                if len(phrase) == 1 or _phrase_at(words, i, phrase):
                    result.setdefault(name, []).append((i, i + len(phrase) - 1))
            if i + 1 < len(words):
                for phrase, name in self._pair((word, words[i + 1])):
                    if len(phrase) == 2 or _phrase_at(words, i, phrase):
                        result.setdefault(name, []).append((i, i + len(phrase) - 1))
        return result

    def pattern(self, source: str) -> Pattern:
        """Compile `source`.

        Raises:
            LexiconError: it is empty, or names a concept that does not exist.
        """
        sequences: list[list[Step]] = [[]]
        unless: list[str] = []
        gap = 0
        for item in (found.strip() for found in _ITEM.findall(source)):
            if not item:
                continue
            if item == "+":
                sequences.append([])
                gap = 0
            elif item == "...":
                gap = GAP_WORDS
            elif item.startswith("-{"):
                unless.append(self._named(item[2:-1], source))
            elif item.startswith("{"):
                sequences[-1].append(Step(self._named(item[1:-1], source), gap))
                gap = 0
            else:
                sequences[-1].append(Step(self.literal(item), gap))
                gap = 0
        if not all(sequences):
            raise LexiconError(
                f"pattern {source!r} has an empty side; write at least one word or {{concept}}"
            )
        return Pattern(source, tuple(tuple(s) for s in sequences), tuple(unless))

    def _named(self, name: str, source: str) -> str:
        if name not in self.concepts:
            raise LexiconError(f"pattern {source!r} names {{{name}}}, which is no concept; add or correct it")
        return name


def phrase_words(entry: str) -> list[str]:
    """Return the words of a lexicon entry, cut and normalised as those of a message are."""
    found: list[str] = []
    for word in _ENTRY_WORD.findall(fold(entry)):
        found += [word] if word.endswith("*") or word == "im" else parts(word)
    return found


def _phrase_at(words: Sequence[str], start: int, phrase: tuple[str, ...]) -> bool:
    if start + len(phrase) > len(words):
        return False
    for offset in range(1, len(phrase)):
        want, have = phrase[offset], words[start + offset]
        if have != want and not (want.endswith("*") and have.startswith(want[:-1])):
            return False
    return True


def matches(pattern: Pattern, places: Places) -> list[Match]:
    """Return where `pattern` stands: first word, last word, and the words that it used."""
    if any(name in places for name in pattern.unless):
        return []
    found = _sequence(pattern.sequences[0], places)
    for other in pattern.sequences[1:]:
        if not found:
            return []
        found = _near(found, _sequence(other, places))
    return found


def _near(found: list[Match], others: list[Match]) -> list[Match]:
    """Return the pairs that share no word and stand at most `WINDOW_WORDS` apart."""
    starts = [b[0] for b in others]
    result: list[Match] = []
    for a in found:
        low = bisect_left(starts, a[0] - REACH_WORDS)
        for b in others[low : bisect_right(starts, a[1] + WINDOW_WORDS)]:
            if max(a[0], b[0]) - min(a[1], b[1]) <= WINDOW_WORDS and not (a[2] & b[2]):
                result.append((min(a[0], b[0]), max(a[1], b[1]), a[2] | b[2]))
                if len(result) >= MAX_MATCHES:
                    return result
    return result


def _sequence(steps: tuple[Step, ...], places: Places) -> list[Match]:
    found: list[Match] = [(a, b, frozenset(range(a, b + 1))) for a, b in places.get(steps[0].concept, ())]
    for step in steps[1:]:
        if not found:
            return []
        nexts = places.get(step.concept, ())
        starts = [a for a, _ in nexts]
        joined: list[Match] = []
        for first, last, used in found:
            low = bisect_right(starts, last)
            for a, b in nexts[low : bisect_right(starts, last + step.gap + 1)]:
                joined.append((first, b, used | frozenset(range(a, b + 1))))
        found = joined[: 4 * MAX_MATCHES]
    return found


def _with_users(name: str, users: Mapping[str, Sequence[str]], seen: set[str]) -> set[str]:
    """Return `name` and the concepts that take it over, directly or not."""
    if name not in seen:
        seen.add(name)
        for other in users.get(name, ()):
            _with_users(other, users, seen)
    return seen
