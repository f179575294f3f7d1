"""Whether a language model's sentence may be read: supported by the guide, exact in its facts, and harmless.

What only opens, labels or offers ("the good part is that", "quick tip:") is set aside. The rest is let
through when every word that carries meaning stands in the passages it cites, may stand for one that does
(`knowledge/claims.toml`) or is plain, its embedding is near one of their sentences, and what must be exact is
theirs: numbers, units and what they are of, sides, directions, which part lies over which, the order of
steps, names, what is denied (`denials`, `valence`), who does what to which part (`reversals`).

Last, sentence and passages are read together (`entailment`): a sure reading outweighs what the rules find
in words alone, and a doubtful one their pass. Sets of sentences by new authors were each measured before
anything was changed for them; `docs/model.md` has how many were dropped and passed.
Sentence-level attribution after Rashkin et al. 2023 (AIS, Computational Linguistics 49(4)); the exact checks
are there as embeddings do not see a changed number or a dropped "not" (Naik et al. 2018, COLING, on numbers
and negation in entailment).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.answering import facts
from assistant.answering.barred import Barred
from assistant.answering.denials import Denials
from assistant.answering.entailment import Entailment, Passage
from assistant.answering.evidence import Evidence, plain, units
from assistant.answering.exact import number_fault, side_fault
from assistant.answering.likeness import Likeness
from assistant.answering.mentions import Mentions
from assistant.answering.nearness import Nearness
from assistant.answering.order import Order
from assistant.answering.plainness import Plainness
from assistant.answering.reversals import LEAST_SHARED, Reversals
from assistant.answering.rules import WORD, ClaimsError, Rules, stem, stems
from assistant.answering.valence import Valence
from assistant.answering.verdict import Reason, Verdict
from assistant.ingestion.chunks import Chunk

__all__ = ["Checker", "ClaimsError", "Encode", "Reason", "Rules", "Verdict", "units"]

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

LEAST_COSINE = 0.42
"""Least cosine of a claim to the nearest sentence it may rest on; set on half of tests/models."""
NUMBER_COSINE = 0.4
"""The same for one with a number, which is checked exactly."""
PLAIN_COSINE = 0.55
"""The same for a sentence whose words are all common ones."""
KNOWN_WORDS = 3
"""Words of any kind but talk that a sentence of common words shares with its passage to need no more."""
VERBATIMWORDS, VERBATIM_SHARE = 4, 0.7
"""Words of a claim, and their share, that stand in one sentence of the passage when it is nearly verbatim."""
TALKWORDS = 24
"""Words of the longest sentence that may say nothing of the guide."""
OTHER_NAME = 0.7
"""Share of another exercise's name behind a label that makes the sentence one of two exercises."""
_LABEL = re.compile(r"([A-Za-z][\w\s’'-]{2,50}):\s")
_MARK = re.compile(r"\[(\d{1,3})\]")
_DENIED = ("side", "negation", "opposite")
_WEIGHED = ("word", "far", "negation", "diagnosis")
"""What the rules find that a sure reading outweighs. Numbers, sides, directions and reassurance stay theirs:
there it was as often sure of new sentences that are faulty as of faithful ones."""


class Checker:
    """Checks sentences against passages.

    Args:
        chunks: Every passage of the guide.
        mentions: Finds the exercises that a sentence names.
        encode: Sentence embeddings, rows L2-normalised.
        rules: The lists of `claims.toml`.
        contacts: Addresses and telephone numbers of the clinic, which a sentence may hold.
        prompts: The texts of the prompts, which a sentence must not repeat.
        entailment: Reads sentence and passages together; None leaves the check to the rules.

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
        entailment: Entailment | None = None,
    ) -> None:
        self.rules = rules
        self._entailment = entailment
        self._mentions = mentions
        self._encode = encode
        self._plain = Plainness(rules, encode)
        self.barred = Barred(rules, contacts, prompts)
        self.words = Likeness(rules)
        self._denials = Denials(self.words)
        self._reversals = Reversals(self.words)
        self._order = Order(self.words)
        self._valence = Valence(rules)
        self._evidence: dict[str, Evidence] = {}
        for chunk in chunks:
            texts = [text for text in units(chunk) if not self.barred.steers(text)]
            if texts:
                self._evidence[chunk.id] = Evidence(chunk, texts)
        self._nearness = Nearness(self._evidence, self.words)
        self._known = frozenset().union(*(one.stems for one in self._evidence.values()))

    def steers(self, text: str) -> bool:
        """Say whether `text` tries to instruct a language model."""
        return self.barred.steers(text)

    def usable(self, chunk: Chunk) -> bool:
        """Say whether anything of a passage may be evidence."""
        return chunk.id in self._evidence

    def check(
        self, sentence: str, passages: Sequence[Chunk], secret: str = "", about: Chunk | None = None
    ) -> Verdict:
        """Return the verdict on one sentence.

        Args:
            sentence: Plain text or light Markdown, with marks like [2] that count from 1.
            passages: The passages that the model was given, in their order.
            secret: The unguessable mark of the prompt, which no sentence may hold.
            about: The passage that the sentence before rested on; a sentence that neither cites nor names an
                exercise may rest on no other exercise than this one, or the first passage without one.
        """
        marks = [int(n) for n in _MARK.findall(sentence)]
        text = _MARK.sub("", sentence).replace("**", "").replace("__", "").strip(" *_#")
        text = re.sub(r"^\(?\d{1,2}[.)]\s+(?=\D)", "", text)  # the number of a list's line
        text = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s+", " ", text)).strip()
        reason = self.barred.fault(text, secret)
        if reason and not (self._entailment and reason in _WEIGHED):
            return Verdict(False, reason)
        if any(not 1 <= mark <= len(passages) for mark in marks):
            return Verdict(False, "citation")
        if not reason and self._is_talk(text):
            return Verdict(True, "talk")
        cited = [passages[mark - 1] for mark in dict.fromkeys(marks)]
        for chunk in cited or passages:
            if chunk.id in self._evidence and plain(text) in self._evidence[chunk.id].said:
                return Verdict(True, "", (chunk,))  # the guide's own sentence
        ruled = Verdict(False, reason) if reason else self._supported(text, cited, passages, about)
        return self._read(text, ruled, cited, passages, about)

    def _read(
        self,
        text: str,
        ruled: Verdict,
        cited: Sequence[Chunk],
        passages: Sequence[Chunk],
        about: Chunk | None,
    ) -> Verdict:
        """Return the rules' verdict, or another where sentence and passages read together say so."""
        if self._entailment is None or (not ruled.ok and ruled.reason not in _WEIGHED):
            return ruled
        known = [chunk for chunk in cited or passages if chunk.id in self._evidence]
        chunks = list(ruled.chunks) or (known if cited else self._likely(text, known, about))
        if not chunks:
            return ruled
        chance = self._entailment.chance(
            text,
            [Passage(c.title if c.exercise else "", self._evidence[c.id].texts) for c in chunks],
        )
        if ruled.ok and chance < self._entailment.doubtful:
            return Verdict(False, "unsupported", (), *self._nearness.line(text, known))
        if not ruled.ok and chance >= self._entailment.sure:
            return Verdict(True, "", tuple(chunks))
        return ruled

    def _likely(self, text: str, known: Sequence[Chunk], about: Chunk | None) -> list[Chunk]:
        """Return the passages that a sentence without a mark may rest on: those named, or the nearest."""
        if named := [m.chunk for m in self._mentions.find(text) if m.chunk.id in self._evidence]:
            return [chunk for chunk in known if chunk in named]
        open_to = [c for c in known if not c.exercise or (about and c.id == about.id)]
        return self._nearness.nearest(text, open_to)

    def _is_talk(self, text: str) -> bool:
        """Say whether a sentence only talks: no facts, nothing denied, every word in the list of talk."""
        if facts.numbers(text) or facts.negated(text) or len(text.split()) > TALKWORDS:
            return False
        asks = text.endswith((":", "?"))
        if self.rules.offered(text):
            strange = [
                w
                for w in WORD.findall(self.rules.rewritten(text))
                if (s := stem(w)) not in self._known and s not in self.rules.link
            ]
            return self._plain.all(strange) or not strange
        return all(s in self.rules.talk or (asks and s in self.rules.topic) for s in stems(text))

    # ── what a claim rests on ─────────────────────────────────────────────────────────────────────────────

    def _supported(
        self, asked: str, cited: Sequence[Chunk], passages: Sequence[Chunk], about: Chunk | None
    ) -> Verdict:
        known = [chunk for chunk in passages if chunk.id in self._evidence]
        wanted = [chunk for chunk in cited if chunk.id in self._evidence]
        text = self.rules.rewritten(self.rules.unframed(asked))
        parts = self._segments(text, {chunk.id: chunk for chunk in known})
        if self._shared_number(parts):
            return Verdict(False, "number", (), *self._nearness.line(text, wanted or known))
        used: list[Chunk] = []
        for part, chunk in parts:
            verdict = self._part(
                part,
                chunk,
                wanted,
                known,
                about or next(iter(passages), None),
                asked if len(parts) == 1 else part,
            )
            if not verdict.ok:
                instead, source = self._nearness.line(text, wanted or known)
                return verdict._replace(instead=instead, instead_of=source)
            used += [c for c in verdict.chunks if c not in used]
        return Verdict(True, "", tuple(used))

    def _segments(self, text: str, known: Mapping[str, Chunk]) -> list[tuple[str, Chunk | None]]:
        """Cut a sentence that names several exercises, so that each part rests on its own."""
        if label := _LABEL.match(text):  # "Side planks: elbow under shoulder" names one exercise
            said = frozenset(stems(label[1]))
            titled = [chunk for chunk in known.values() if chunk.exercise and self._title(chunk) == said]
            if titled and not facts.numbers(label[1]):
                rest = self._mentions.find(text[label.end() :])
                if not any(
                    m.chunk.id in known and m.chunk is not titled[0] and m.strength > OTHER_NAME for m in rest
                ):
                    return [(text, titled[0])]
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
            if chunk is None or facts.numbers(text) or len(self.words.meaning(text) - self._title(chunk)) > 1:
                continue
            if any(n not in self._evidence[chunk.id].numbers for n in facts.numbers(behind)):
                return True
        return False

    def _title(self, chunk: Chunk) -> frozenset[str]:
        return frozenset(stems(chunk.title))

    def _parted(self, parts: Sequence[str]) -> bool:
        """Say whether facts stand between the names: a plain list of names has none."""
        return any(facts.numbers(part) or len(stems(part)) > 5 for part in parts)

    def _part(
        self,
        text: str,
        named: Chunk | None,
        cited: Sequence[Chunk],
        known: Sequence[Chunk],
        about: Chunk | None,
        asked: str,
    ) -> Verdict:
        """Check one part against what it cites; without marks, against the passages one by one."""
        if cited:
            own = [named] if named is not None and named in cited else []
            tries = [own, list(cited)] if own and len(cited) > 1 else [own or list(cited)]
            if named is not None and not own:
                # Of an exercise that it neither cites nor finds named in what it cites, nothing is known.
                said = self._title(named) & frozenset(stems(text))
                if not any(said <= self._evidence[c.id].stems for c in cited):
                    return Verdict(False, "name")
                tries = [list(cited)]
        else:
            # One passage at a time: a union of passages would let words of two make up a third statement.
            # "Hold it for 20 seconds" without a name is about the exercise that was spoken of, not any other.
            open_to = (
                known
                if named is not None
                else [c for c in known if not c.exercise or (about is not None and c.id == about.id)]
            )
            near = self._nearness.nearest(text, open_to)
            tries = [[chunk] for chunk in dict.fromkeys([*([named] if named is not None else []), *near])]
        first: Verdict | None = None
        for chunks in tries:
            reason = self._fault(text, [self._evidence[c.id] for c in chunks], named, asked)
            if not reason:
                return Verdict(True, "", tuple(chunks))
            first = first or Verdict(False, reason)
            if not cited and reason in _DENIED:
                break  # What the nearest passage denies does not rest on a further one.
        return first or Verdict(False, "citation")

    def _fault(self, text: str, evidence: Sequence[Evidence], named: Chunk | None, asked: str) -> Reason:
        """Return what keeps `text` from resting on `evidence`, or ""."""
        figures = number_fault(text, evidence, named)
        if figures not in ("", *_WEIGHED):
            return figures
        if side_fault(text, evidence) or (
            facts.same_side(text) and not any(facts.same_side(one.whole) for one in evidence)
        ):
            return "side"
        if self._other_work(text, evidence):
            return "number"
        # What a sure reading outweighs comes last: it must not hide what none does.
        if self._order.fault(text, list(evidence)):
            return "opposite"
        if self._reversals.fault(text, evidence) or self._reversals.overstated(text, evidence):
            return "opposite"
        if figures:
            return figures
        there = frozenset().union(*(one.stems for one in evidence))
        wide = self.words.wide(there)
        meaning = self.words.meaning(facts.unnumbered(text))
        foreign = [s for s in meaning if s not in wide and s not in self.rules.link]
        denied = facts.denied(text, stem)
        # What is denied may be the opposite of what the passage says: "doesn't sag" of "flat".
        turned = {s for s in foreign if s in denied and self.words.opposed(s, wide)}
        if text.lower().startswith("without"):
            turned = set()  # "without stretching, key stabilizers stay weak" is no advice against it
        # And what is good of the opposite of what it says to be bad: "a strong core helps" of "weak core".
        cures = {s for s in foreign if s in self._valence.cures(text) and self.words.opposed(s, wide)}
        foreign = [s for s in foreign if s not in turned | cures]
        if any(self.words.opposed(s, wide) for s in foreign if s not in denied):
            return "word"
        if foreign and not self._all_plain(w for w in WORD.findall(text) if stem(w) in foreign):
            return "word"
        shared = (meaning - self.rules.link) & wide
        own_meaning = meaning - self.rules.link - frozenset(foreign) - turned - cures
        exact = len(facts.numbers(text))
        if len(shared) + exact < min(LEAST_SHARED, len(own_meaning)):
            return "far"
        if self._denials.fault(text, evidence, frozenset(foreign)):
            return "negation"
        if self._entailment is not None or self._verbatim(text, evidence):
            return ""  # reading both together tells more than how near they are
        said = frozenset(stems(text)) - self.rules.talk
        known = own_meaning or exact or len(said & there) >= KNOWN_WORDS
        least = PLAIN_COSINE if foreign or not known else NUMBER_COSINE if exact else LEAST_COSINE
        # Rewriting may take a sentence away from the guide's wording, so what was asked counts too.
        if all(self._nearest(one, evidence) < least for one in dict.fromkeys((text, asked))):
            return "far"
        return ""

    def _all_plain(self, words: Iterable[str]) -> bool:
        """Say whether no word states anything of its own; where all is read together, only a list says so."""
        if self._entailment is not None:
            return False
        return self._plain.all(words)

    def _nearest(self, text: str, evidence: Sequence[Evidence]) -> float:
        vector = self._encode([text])[0]
        return max(float(np.max(self._rows[one.chunk.id] @ vector)) for one in evidence)

    @cached_property
    def _rows(self) -> dict[str, NDArray[np.float32]]:
        """The embeddings of each passage's sentences; only the rules alone ask for them."""
        every = [text for one in self._evidence.values() for text in one.headed]
        vectors = iter(self._encode(every) if every else ())
        return {name: np.stack([next(vectors) for _ in one.headed]) for name, one in self._evidence.items()}

    def _other_work(self, text: str, evidence: Sequence[Evidence]) -> bool:
        """Say whether minutes or sets are of something else than in the passage: "20 minutes of running"."""
        for number, what in facts.complements(text):
            said = frozenset(stems(what)) - (self.rules.link - self.rules.topic)
            units = [unit for one in evidence for unit in one.units if number in unit.numbers]
            whole = frozenset(s for one in evidence if one.chunk.exercise for s in one.stems)
            if said and units and not any(said & self.words.wide(unit.stems | whole) for unit in units):
                return True
        return False

    def _verbatim(self, text: str, evidence: Sequence[Evidence]) -> bool:
        """Say whether nearly all words of `text` stand in one sentence: then no embedding is needed."""
        said = frozenset(stems(text))
        most = max(len(said & unit.stems) for one in evidence for unit in one.units)
        return most >= VERBATIMWORDS and most >= VERBATIM_SHARE * len(said)
