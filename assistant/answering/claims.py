"""Whether a language model's sentence may be read: supported by the guide, exact in its facts, and harmless.

A sentence is let through when every word that carries meaning stands in the passages it cites, or may stand
for one that does (`knowledge/claims.toml`), its embedding is near one of their sentences, and numbers, units,
sides, directions, names and negations are exactly theirs. Sentence-level attribution after Rashkin et al.
2023 (AIS, Computational Linguistics 49(4)); the exact checks are there as embeddings do not see a changed
number or a dropped "not" (Naik et al. 2018, COLING, on numbers and negation in entailment).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import Stemmer
from numpy.typing import NDArray

from assistant.answering import facts
from assistant.answering.mentions import Mentions
from assistant.ingestion.chunks import Chunk, sentences

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Reason = Literal[
    "", "talk", "empty", "markup", "contact", "prompt", "steering", "diagnosis", "drug", "reassurance",
    "citation", "name", "number", "side", "negation", "opposite", "word", "far", "long", "repeated",
]  # fmt: skip

LEAST_COSINE = 0.35
"""Least cosine of a claim to the nearest sentence it may rest on; set on half of tests/models."""
PLAIN_COSINE = 0.6
"""The same for a sentence whose words are all common ones."""
LEAST_SHARED = 2
"""Least words with a meaning of their own that a claim shares with its passage."""
NEAREST = 3
"""Passages that a sentence without a mark is held against."""
MAX_WORDS = 60
TALK_WORDS = 24
"""Words of the longest sentence that may say nothing of the guide."""
LEAKED_WORDS = 6
"""Words in a row of the prompt that count as repeating it."""
_MARK = re.compile(r"\[(\d{1,3})\]")
_WORD = re.compile(r"[a-zà-ÿ]+(?:['’][a-z]+)?", re.IGNORECASE)
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,12}:)?//\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|co|uk|de|fr|eu|info|biz|"
    r"health|app|dev|me|us|ca|au|ch|at|es|it|nl|clinic|shop|site|xyz|online|gov|edu)\b(?:/\S*)?"
    r"|\b(?:javascript|mailto|tel|data):\S+",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\S+\s?(?:@|\(at\)|\[at\])\s?\S+\.\w+", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|\b0|\(0|\b1-|\b)\d(?:[\s().-]?\d){5,}|\b(?:111|112|911|999|988)\b")
_MARKUP = re.compile(r"</?[a-z!][^>]*>|\]\(|!\[|`|\{\{|\}\}|<<|>>|\|", re.IGNORECASE)
_STEMMER = Stemmer.Stemmer("english")
_STOP = frozenset((
    "a", "an", "the", "of", "to", "in", "on", "at", "for", "with", "by", "from", "as", "is", "are",
    "be", "am", "it", "its", "this", "that", "these", "those", "you", "your", "yours", "they", "them",
    "their", "and", "or", "so", "if", "when", "who", "whom", "can", "may", "will", "do", "does", "did",
    "have", "has", "i", "we", "our", "us", "into", "he", "she", "his", "her", "the", "re", "ve", "ll",
))  # fmt: skip


class ClaimsError(ValueError):
    """`claims.toml` cannot be used; the message names what to mend."""


class Verdict(NamedTuple):
    """What the check found of one sentence."""

    ok: bool
    reason: Reason
    chunks: tuple[Chunk, ...] = ()
    """The passages that it rests on; empty for talk."""
    instead: str = ""
    """The guide's own sentence that may stand in its place, where it failed on a fact."""
    instead_of: Chunk | None = None

    @property
    def claim(self) -> bool:
        """Say whether the sentence states anything."""
        return self.reason != "talk"


@dataclass(frozen=True)
class Rules:
    """The lists of `claims.toml`, compiled."""

    never: Mapping[str, tuple[re.Pattern[str], ...]]
    talk: frozenset[str]
    topic: frozenset[str]
    link: frozenset[str]
    opposites: frozenset[tuple[str, str]]
    canon: Mapping[str, frozenset[str]]
    """Stem → the stems that may stand for it."""

    @classmethod
    def load(cls, path: Path) -> Rules:
        """Read the lists.

        Raises:
            ClaimsError: the file is missing, not TOML, lacks a list, or holds a pattern that is none.
        """
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            never = {
                name: tuple(re.compile(pattern, re.IGNORECASE) for pattern in table["never"][name])
                for name in ("diagnosis", "drug", "reassurance", "steering")
            }
            talk, topic, link = (table["words"][name] for name in ("talk", "topic", "link"))
            groups, pairs = table["synonyms"]["groups"], table["opposites"]["pairs"]
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ClaimsError(f"{path}: {error}; restore or mend it") from error
        except re.error as error:
            raise ClaimsError(f"{path}: the pattern {error.pattern!r}: {error}; mend it") from error
        except (KeyError, TypeError) as error:
            raise ClaimsError(f"{path}: {error} is missing or of the wrong kind; restore it") from error
        canon: dict[str, set[str]] = {}
        for group in groups:
            stems = {s for word in group.split() if "_" not in word for s in _stems(word)}
            for one in stems:
                canon.setdefault(one, set()).update(stems)
        return cls(
            never,
            frozenset(s for word in talk for s in _stems(word)),
            frozenset(s for word in topic for s in _stems(word)),
            frozenset(s for word in (*talk, *topic, *link) for s in _stems(word)),
            frozenset(pair for text in pairs for a, b in [_stems(text)] for pair in ((a, b), (b, a))),
            {name: frozenset(group) for name, group in canon.items()},
        )


@dataclass(frozen=True)
class _Unit:
    """One sentence of a passage."""

    text: str
    stems: frozenset[str]
    numbers: frozenset[facts.Number]
    denied: frozenset[str]


class _Evidence:
    """One passage, taken apart."""

    def __init__(self, chunk: Chunk, texts: Sequence[str]) -> None:
        self.chunk = chunk
        self.texts = list(texts)
        self.headed = [*texts, *(f"{chunk.title}: {text}" for text in texts if chunk.exercise)]
        head = f"{chunk.section.split(' > ')[-1]} {chunk.title}"
        self.whole = " ".join([head, *texts])
        self.stems = frozenset(_stems(self.whole))
        self.numbers = frozenset(n for text in texts for n in facts.numbers(text))
        self.units = [
            _Unit(text, frozenset(_stems(text)), frozenset(facts.numbers(text)), facts.denied(text, _stem))
            for text in texts
        ]
        self.bindings = {pair for text in texts for pair in facts.bindings(text)}
        self.sides = [pairs for text in texts for part in facts.clauses(text) if (pairs := facts.sides(part))]
        self.periods = {period for text in texts for period in facts.per_period(text)}
        self.dose = facts.numbers(chunk.exercise.dose) if chunk.exercise else []
        self.each_side = bool(chunk.exercise and re.search(r"\bside\b", chunk.exercise.dose))


class Checker:
    """Checks sentences against passages.

    Args:
        chunks: Every passage of the guide.
        mentions: Finds the exercises that a sentence names.
        encode: Sentence embeddings, rows L2-normalised.
        rules: The lists of `claims.toml`.
        contacts: Addresses and telephone numbers of the clinic, which a sentence may hold.
        prompts: The texts of the prompts, which a sentence must not repeat.

    Example:
        >>> checker.check("Hold for 3–5 seconds. [1]", [chunk]).ok  # doctest: +SKIP
    """

    def __init__(
        self,
        chunks: Sequence[Chunk],
        mentions: Mentions,
        encode: Encode,
        rules: Rules,
        contacts: Sequence[str] = (),
        prompts: Sequence[str] = (),
    ) -> None:
        self.rules = rules
        self._mentions = mentions
        self._encode = encode
        self._contacts = frozenset(contact.rstrip("/").lower() for contact in contacts)
        self._evidence: dict[str, _Evidence] = {}
        for chunk in chunks:
            texts = [text for text in units(chunk) if not self.steers(text)]
            if texts:
                self._evidence[chunk.id] = _Evidence(chunk, texts)
        every = [text for one in self._evidence.values() for text in one.headed]
        vectors = encode(every) if every else np.zeros((0, 1), np.float32)
        self._rows: dict[str, NDArray[np.float32]] = {}
        at = 0
        for chunk_id, one in self._evidence.items():
            self._rows[chunk_id] = vectors[at : at + len(one.headed)]
            at += len(one.headed)
        self._prompt_runs = frozenset(run for prompt in prompts for run in _runs(prompt))

    def steers(self, text: str) -> bool:
        """Say whether `text` tries to instruct a language model."""
        return any(pattern.search(text) for pattern in self.rules.never["steering"])

    def usable(self, chunk: Chunk) -> bool:
        """Say whether anything of a passage may be evidence."""
        return chunk.id in self._evidence

    def check(self, sentence: str, passages: Sequence[Chunk], secret: str = "") -> Verdict:
        """Return the verdict on one sentence.

        Args:
            sentence: Plain text or light Markdown, with marks like [2] that count from 1.
            passages: The passages that the model was given, in their order.
            secret: The unguessable mark of the prompt, which no sentence may hold.
        """
        marks = [int(n) for n in _MARK.findall(sentence)]
        text = _MARK.sub("", sentence).replace("**", "").replace("__", "").strip(" *_#")
        text = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s+", " ", text)).strip()
        if reason := self._barred(text, secret):
            return Verdict(False, reason)
        if any(not 1 <= mark <= len(passages) for mark in marks):
            return Verdict(False, "citation")
        if self._is_talk(text):
            return Verdict(True, "talk")
        cited = [passages[mark - 1] for mark in dict.fromkeys(marks)]
        return self._supported(text, cited, passages)

    # ── what no sentence may hold ─────────────────────────────────────────────────────────────────────────

    def _barred(self, text: str, secret: str) -> Reason:
        if not _WORD.search(text):
            return "empty"
        if len(text.split()) > MAX_WORDS:
            return "long"
        if secret and secret.lower() in text.lower():
            return "prompt"
        if self._foreign_contact(text):
            return "contact"
        if _MARKUP.search(text):
            return "markup"
        if not self._prompt_runs.isdisjoint(_runs(text)):
            return "prompt"
        for name in ("steering", "drug", "diagnosis", "reassurance"):
            if any(pattern.search(text.replace("’", "'")) for pattern in self.rules.never[name]):
                return name
        return ""

    def _foreign_contact(self, text: str) -> bool:
        found = [*_LINK.findall(text), *_MAIL.findall(text)]
        if any(one.rstrip("/.,;:!?)").lower() not in self._contacts for one in found):
            return True
        rest = _LINK.sub(" ", text)
        known = {re.sub(r"\D", "", contact) for contact in self._contacts}
        return any(re.sub(r"\D", "", match) not in known for match in _PHONE.findall(rest))

    def _is_talk(self, text: str) -> bool:
        """Say whether a sentence only talks: no facts, nothing denied, every word in the list of talk."""
        if facts.numbers(text) or facts.negated(text) or len(text.split()) > TALK_WORDS:
            return False
        asks = text.endswith((":", "?"))
        return all(s in self.rules.talk or (asks and s in self.rules.topic) for s in _stems(text))

    # ── what a claim rests on ─────────────────────────────────────────────────────────────────────────────

    def _supported(self, text: str, cited: Sequence[Chunk], passages: Sequence[Chunk]) -> Verdict:
        known = [chunk for chunk in passages if chunk.id in self._evidence]
        wanted = [chunk for chunk in cited if chunk.id in self._evidence]
        parts = self._segments(text, {chunk.id: chunk for chunk in known})
        if self._shared_number(parts):
            return Verdict(False, "number", (), *self._own(text, wanted or known))
        used: list[Chunk] = []
        for part, chunk in parts:
            verdict = self._part(part, chunk, wanted, known)
            if not verdict.ok:
                instead, source = self._own(text, wanted or known)
                return verdict._replace(instead=instead, instead_of=source)
            used += [c for c in verdict.chunks if c not in used]
        return Verdict(True, "", tuple(used))

    def _segments(self, text: str, known: Mapping[str, Chunk]) -> list[tuple[str, Chunk | None]]:
        """Cut a sentence that names several exercises, so that each part rests on its own."""
        mentions = [m for m in self._mentions.find(text) if m.chunk.id in known]
        spans = [
            m.span() for m in re.finditer(r"(?<!['’])[a-zà-ÿ0-9]+|(?<=['’])(?!s\b)[a-zà-ÿ0-9]+", text.lower())
        ]
        if not mentions:
            return [(text, None)]
        starts = [spans[m.start][0] for m in mentions if m.start < len(spans)]
        if len(mentions) == 1 or len(starts) != len(mentions):
            return [(text, known[m.chunk.id]) for m in mentions[:1]]
        starts[0] = 0
        parts = [text[a:b] for a, b in pairwise([*starts, len(text)])]
        if len({m.start for m in mentions}) == 1 or not self._parted(parts):
            return [(text, None)]
        return [(part, known[m.chunk.id]) for part, m in zip(parts, mentions, strict=True)]

    def _shared_number(self, parts: Sequence[tuple[str, Chunk | None]]) -> bool:
        """Say whether a number behind a list of names is not true of each: "bird dogs and bridges: 12–15"."""
        for (text, chunk), (behind, _) in pairwise(parts):
            if chunk is None or facts.numbers(text) or len(self._meaning(text) - self._title(chunk)) > 1:
                continue
            if any(n not in self._evidence[chunk.id].numbers for n in facts.numbers(behind)):
                return True
        return False

    def _title(self, chunk: Chunk) -> frozenset[str]:
        return frozenset(_stems(chunk.title))

    def _parted(self, parts: Sequence[str]) -> bool:
        """Say whether facts stand between the names: a plain list of names has none."""
        return any(facts.numbers(part) or len(_stems(part)) > 5 for part in parts)

    def _part(
        self, text: str, named: Chunk | None, cited: Sequence[Chunk], known: Sequence[Chunk]
    ) -> Verdict:
        """Check one part against what it cites; without marks, against the passages one by one."""
        if cited:
            own = [named] if named is not None and named in cited else []
            tries = [own, list(cited)] if own and len(cited) > 1 else [own or list(cited)]
            if named is not None and not own:
                tries = [list(cited)]
        else:
            # One passage at a time: a union of passages would let words of two make up a third statement.
            near = sorted(known, key=lambda c: -self._nearness(text, c))[:NEAREST]
            tries = [[chunk] for chunk in dict.fromkeys([*([named] if named is not None else []), *near])]
        first: Verdict | None = None
        for chunks in tries:
            reason = self._fault(text, [self._evidence[c.id] for c in chunks], named)
            if not reason:
                return Verdict(True, "", tuple(chunks))
            first = first or Verdict(False, reason)
        return first or Verdict(False, "citation")

    def _nearness(self, text: str, chunk: Chunk) -> float:
        return len(self._meaning(text) & self._wide(self._evidence[chunk.id].stems)) + float(
            np.max(self._rows[chunk.id] @ self._encode([text])[0])
        )

    def _meaning(self, text: str) -> frozenset[str]:
        return frozenset(s for s in _stems(text) if s not in self.rules.talk)

    def _wide(self, stems: Iterable[str]) -> frozenset[str]:
        return frozenset(other for s in stems for other in (s, *self.rules.canon.get(s, ())))

    def _fault(self, text: str, evidence: Sequence[_Evidence], named: Chunk | None) -> Reason:
        """Return what keeps `text` from resting on `evidence`, or ""."""
        if reason := self._number_fault(text, evidence, named):
            return reason
        if self._side_fault(text, evidence):
            return "side"
        there = frozenset().union(*(one.stems for one in evidence))
        wide = self._wide(there)
        meaning = self._meaning(text)
        if any(s not in wide and s not in self.rules.link for s in meaning):
            return "word"
        shared = (meaning - self.rules.link) & wide
        own_meaning = meaning - self.rules.link
        exact = len(facts.numbers(text))
        if len(shared) + exact < min(LEAST_SHARED, len(own_meaning)):
            return "far"
        if self._negation_fault(text, evidence):
            return "negation"
        if self._turned_round(frozenset(_stems(text)), evidence):
            return "opposite"
        vector = self._encode([text])[0]
        nearest = max(float(np.max(self._rows[one.chunk.id] @ vector)) for one in evidence)
        if nearest < (LEAST_COSINE if own_meaning or exact else PLAIN_COSINE):
            return "far"
        return ""

    def _number_fault(self, text: str, evidence: Sequence[_Evidence], named: Chunk | None) -> Reason:
        said = facts.numbers(text)
        own = [one for one in evidence if named is None or one.chunk is named or not one.chunk.exercise]
        there = {n for one in own for n in one.numbers}
        if any(number not in there for number in said):
            return "number"
        periods = {period for one in evidence for period in one.periods}
        if not set(facts.per_period(text)) <= periods:
            return "number"
        for one in evidence:
            if (
                one.each_side
                and any(n in one.dose and n.unit == "" for n in said)
                and "side" not in text.lower()
            ):
                return "side"
        return ""

    def _side_fault(self, text: str, evidence: Sequence[_Evidence]) -> bool:
        there = [pairs for one in evidence for pairs in one.sides]
        for clause in facts.clauses(text):
            pairs = facts.sides(clause)
            if pairs and not any(set(pairs) <= set(other) for other in there):
                return True
        bound = {pair for one in evidence for pair in one.bindings}
        return not facts.bindings(text) <= bound

    def _negation_fault(self, text: str, evidence: Sequence[_Evidence]) -> bool:
        """Say whether a word is denied here and not there, or there and not here."""
        said = frozenset(_stems(text))
        denied = facts.denied(text, _stem) - _STOP - self.rules.link
        units = [unit for one in evidence for unit in one.units]
        if facts.negated(text) and not any(denied and denied <= self._wide(unit.denied) for unit in units):
            return True
        best = max(units, key=lambda unit: len(self._wide(unit.stems) & said))
        affirmed_there = frozenset(s for unit in units for s in unit.stems - unit.denied)
        only_denied = best.denied - affirmed_there - _STOP - self.rules.link
        lacking = frozenset(map(_stem, facts.LACKING))
        if best.stems & lacking and not said & lacking and not facts.negated(text):
            return True
        reached = said & only_denied
        return bool(reached) and not reached & denied

    def _turned_round(self, said: frozenset[str], evidence: Sequence[_Evidence]) -> bool:
        """Say whether the nearest sentence has the opposite of a word that is said here."""
        units = [unit for one in evidence for unit in one.units]
        best = max(units, key=lambda unit: len(self._wide(unit.stems) & said))
        return any(
            a in said and b in best.stems and a not in best.stems and b not in said
            for a, b in self.rules.opposites
        )

    def _own(self, text: str, chunks: Sequence[Chunk]) -> tuple[str, Chunk | None]:
        """Return the guide's own sentence that is nearest to `text`, where one is near."""
        vector = self._encode([text])[0]
        best: tuple[float, str, Chunk | None] = (0.5, "", None)
        for chunk in chunks:
            scores = self._rows[chunk.id] @ vector
            row = int(np.argmax(scores))
            if float(scores[row]) > best[0]:
                texts = self._evidence[chunk.id].texts
                best = (float(scores[row]), texts[row % len(texts)], chunk)
        return best[1], best[2]


def units(chunk: Chunk) -> list[str]:
    """Return the sentences of a passage as they may be said by themselves."""
    if chunk.exercise:
        fields = chunk.exercise
        why = [fields.why] if fields.why else []
        dose = [fields.dose] if fields.dose else []
        return [*why, *fields.steps, *dose]
    if chunk.title:
        return [
            f"{chunk.title} – {first}" if i == 0 else first for i, first in enumerate(sentences(chunk.text))
        ]
    lines = [re.sub(r"^(?:[-•*]|\d+\.)\s+", "", line).strip() for line in chunk.quote.split("\n")]
    return [text for line in lines if line for text in sentences(line)]


def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(word.lower().replace("’", "'").removesuffix("'s")))


def _stems(text: str) -> list[str]:
    return [
        _stem(w) for w in _WORD.findall(text) if w.lower() not in _STOP and w.lower() not in facts.FIGURES
    ]


def _runs(text: str) -> set[str]:
    words = [word.lower() for word in _WORD.findall(text)]
    return {" ".join(words[i : i + LEAKED_WORDS]) for i in range(len(words) - LEAKED_WORDS + 1)}
