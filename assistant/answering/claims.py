"""Whether a language model's sentence may be read: supported by the guide, exact in its facts, and harmless.

A sentence is let through when every word that carries meaning stands in the passages it cites, may stand for
one that does (`knowledge/claims.toml`) or is plain, its embedding is near one of their sentences, and
numbers, units, sides, directions, names, negations, and who does what to which part of the body are theirs.
Eight sets of sentences, 360 faithful and 360 faulty ones, were each measured before anything was changed for
them: of the last three (110 each) 25 % of the faithful were dropped (46 % by the check before) and 8 % of the
faulty let through (13 %). Over all sets that it was then mended on: 3 % dropped, 1 to 2 % let through.
Sentence-level attribution after Rashkin et al. 2023 (AIS, Computational Linguistics 49(4)); the exact checks
are there as embeddings do not see a changed number or a dropped "not" (Naik et al. 2018, COLING, on numbers
and negation in entailment).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.answering import facts
from assistant.answering.evidence import Evidence, Unit, plain, units
from assistant.answering.mentions import Mentions
from assistant.answering.plainness import Plainness
from assistant.answering.rules import STOP, WORD, ClaimsError, Rules, stem, stems
from assistant.ingestion.chunks import Chunk

__all__ = ["Checker", "ClaimsError", "Encode", "Reason", "Rules", "Verdict", "units"]

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Reason = Literal[
    "", "talk", "empty", "markup", "contact", "prompt", "steering", "diagnosis", "drug", "reassurance",
    "citation", "name", "number", "side", "negation", "opposite", "word", "far", "long", "repeated",
]  # fmt: skip

LEAST_COSINE = 0.35
"""Least cosine of a claim to the nearest sentence it may rest on; set on half of tests/models."""
PLAIN_COSINE = 0.6
"""The same for a sentence whose words are all common ones."""
KNOWN_WORDS = 3
"""Words of any kind but talk that a sentence of common words shares with its passage to need no more."""
LEAST_SHARED = 2
"""Least words with a meaning of their own that a claim shares with its passage."""
VERBATIMWORDS, VERBATIM_SHARE = 4, 0.7
"""Words of a claim, and their share, that stand in one sentence of the passage when it is nearly verbatim."""
NEAREST = 3
"""Passages that a sentence without a mark is held against."""
MOST_WIDENED = 20_000
"""Sets of stems that are kept with their synonyms."""
MAXWORDS = 60
TALKWORDS = 24
"""Words of the longest sentence that may say nothing of the guide."""
LEAKEDWORDS = 6
"""Words in a row of the prompt that count as repeating it."""
_MARK = re.compile(r"\[(\d{1,3})\]")
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,12}:)?//\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|co|uk|de|fr|eu|info|biz|"
    r"health|app|dev|me|us|ca|au|ch|at|es|it|nl|clinic|shop|site|xyz|online|gov|edu)\b(?:/\S*)?"
    r"|\b(?:javascript|mailto|tel|data):\S+",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\S+\s?(?:@|\(at\)|\[at\])\s?\S+\.\w+", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|\b0|\(0|\b1-|\b)\d(?:[\s().-]?\d){5,}|\b(?:111|112|911|999|988)\b")
_CONDITION = re.compile(r"\b(?:if|when|once|whenever|unless)\b", re.IGNORECASE)
_BURDENS = frozenset(map(stem, ("stress", "impact", "load", "strain", "pressure")))
_BURDENED = frozenset(
    map(
        stem,
        [
            "overload",
            "overloaded",
            "stress",
            "strain",
            "impact",
            "load",
            "pressure",
            "harder",
            "work",
            "tough",
            "burden",
            "hurt",
            "risk",
            "demand",
            "toll",
            "pain",
            "ache",
            "trouble",
            "worse",
            "lead",
            "price",
            "compensate",
            "absorb",
            "problem",
            "careful",
            "gradual",
            "prepare",
            "preparation",
            "variety",
            "vary",
            "mix",
            "off",
            "same",
            "avoid",
        ],
    )
)
"""Words of a sentence that says, or may say, that something is a burden."""
_RELIEFS = frozenset(map(stem, ("relief", "relieve", "ease", "reduce", "loosen", "undo", "help", "improve")))
_DENIED = ("side", "negation", "opposite")
_ACTS = frozenset(map(stem, facts.ACTS))
_MARKUP = re.compile(r"</?[a-z!][^>]*>|\]\(|!\[|`|\{\{|\}\}|<<|>>|\|", re.IGNORECASE)


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
        self._plain = Plainness(rules, encode)
        self._contacts = frozenset(contact.rstrip("/").lower() for contact in contacts)
        self._evidence: dict[str, Evidence] = {}
        self._widened: dict[frozenset[str], frozenset[str]] = {}
        for chunk in chunks:
            texts = [text for text in units(chunk) if not self.steers(text)]
            if texts:
                self._evidence[chunk.id] = Evidence(chunk, texts)
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
        text = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s+", " ", text)).strip()
        if reason := self._barred(text, secret):
            return Verdict(False, reason)
        if any(not 1 <= mark <= len(passages) for mark in marks):
            return Verdict(False, "citation")
        if self._is_talk(text):
            return Verdict(True, "talk")
        cited = [passages[mark - 1] for mark in dict.fromkeys(marks)]
        for chunk in cited or passages:
            if chunk.id in self._evidence and plain(text) in self._evidence[chunk.id].said:
                return Verdict(True, "", (chunk,))  # the guide's own sentence
        return self._supported(self.rules.rewritten(text), cited, passages, about)

    # ── what no sentence may hold ─────────────────────────────────────────────────────────────────────────

    def _barred(self, text: str, secret: str) -> Reason:
        if not WORD.search(text):
            return "empty"
        if len(text.split()) > MAXWORDS:
            return "long"
        if secret and secret.lower() in text.lower():
            return "prompt"
        if self._foreign_contact(text):
            return "contact"
        if _MARKUP.search(text):
            return "markup"
        if not self._prompt_runs.isdisjoint(_runs(text)):
            return "prompt"
        straight = text.replace("’", "'")
        for name in ("steering", "drug", "diagnosis", "reassurance"):
            for pattern in self.rules.never[name]:
                if any(
                    name != "diagnosis" or not _conditional(straight, match)
                    for match in pattern.finditer(straight)
                ):
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
        if facts.numbers(text) or facts.negated(text) or len(text.split()) > TALKWORDS:
            return False
        asks = text.endswith((":", "?"))
        return all(s in self.rules.talk or (asks and s in self.rules.topic) for s in stems(text))

    # ── what a claim rests on ─────────────────────────────────────────────────────────────────────────────

    def _supported(
        self, text: str, cited: Sequence[Chunk], passages: Sequence[Chunk], about: Chunk | None
    ) -> Verdict:
        known = [chunk for chunk in passages if chunk.id in self._evidence]
        wanted = [chunk for chunk in cited if chunk.id in self._evidence]
        parts = self._segments(text, {chunk.id: chunk for chunk in known})
        if self._shared_number(parts):
            return Verdict(False, "number", (), *self._own(text, wanted or known))
        used: list[Chunk] = []
        for part, chunk in parts:
            verdict = self._part(part, chunk, wanted, known, about or next(iter(passages), None))
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
            near = sorted(open_to, key=lambda c: -self._nearness(text, c))[:NEAREST]
            tries = [[chunk] for chunk in dict.fromkeys([*([named] if named is not None else []), *near])]
        first: Verdict | None = None
        for chunks in tries:
            reason = self._fault(text, [self._evidence[c.id] for c in chunks], named)
            if not reason:
                return Verdict(True, "", tuple(chunks))
            first = first or Verdict(False, reason)
            if not cited and reason in _DENIED:
                break  # What the nearest passage denies does not rest on a further one.
        return first or Verdict(False, "citation")

    def _nearness(self, text: str, chunk: Chunk) -> float:
        return len(self._meaning(text) & self._wide(self._evidence[chunk.id].stems)) + float(
            np.max(self._rows[chunk.id] @ self._encode([text])[0])
        )

    def _meaning(self, text: str) -> frozenset[str]:
        return frozenset(s for s in stems(text) if s not in self.rules.talk)

    def _wide(self, stems: Iterable[str]) -> frozenset[str]:
        """Return some stems with all that may stand for them; those of the passages are asked for often."""
        asked = frozenset(stems)
        if (known := self._widened.get(asked)) is None:
            known = frozenset(other for s in asked for other in (s, *self.rules.canon.get(s, ())))
            if len(self._widened) < MOST_WIDENED:
                self._widened[asked] = known
        return known

    def _fault(self, text: str, evidence: Sequence[Evidence], named: Chunk | None) -> Reason:
        """Return what keeps `text` from resting on `evidence`, or ""."""
        if reason := self._number_fault(text, evidence, named):
            return reason
        if self._side_fault(text, evidence) or (
            facts.same_side(text) and not any(facts.same_side(one.whole) for one in evidence)
        ):
            return "side"
        there = frozenset().union(*(one.stems for one in evidence))
        wide = self._wide(there)
        meaning = self._meaning(text)
        foreign = [s for s in meaning if s not in wide and s not in self.rules.link]
        denied = facts.denied(text, stem)
        # What is denied may be the opposite of what the passage says: "doesn't sag" of "flat".
        foreign = [s for s in foreign if not (s in denied and self._opposed(s, wide))]
        if any(s in self.rules.opposites for s in foreign):
            return "word"
        if foreign and not self._plain.all(w for w in WORD.findall(text) if stem(w) in foreign):
            return "word"
        shared = (meaning - self.rules.link) & wide
        own_meaning = meaning - self.rules.link - frozenset(foreign)
        exact = len(facts.numbers(text))
        if len(shared) + exact < min(LEAST_SHARED, len(own_meaning)):
            return "far"
        if self._negation_fault(text, evidence, frozenset(foreign)):
            return "negation"
        if self._turned_round(text, evidence) or self._overstated(text, evidence):
            return "opposite"
        if self._verbatim(text, evidence):
            return ""
        vector = self._encode([text])[0]
        nearest = max(float(np.max(self._rows[one.chunk.id] @ vector)) for one in evidence)
        said = frozenset(stems(text)) - self.rules.talk
        known = own_meaning or exact or len(said & there) >= KNOWN_WORDS
        least = PLAIN_COSINE if foreign or not known else LEAST_COSINE
        if nearest < least:
            return "far"
        return ""

    def _verbatim(self, text: str, evidence: Sequence[Evidence]) -> bool:
        """Say whether nearly all words of `text` stand in one sentence: then no embedding is needed."""
        said = frozenset(stems(text))
        most = max(len(said & unit.stems) for one in evidence for unit in one.units)
        return most >= VERBATIMWORDS and most >= VERBATIM_SHARE * len(said)

    def _number_fault(self, text: str, evidence: Sequence[Evidence], named: Chunk | None) -> Reason:
        said = facts.numbers(text)
        own = [one for one in evidence if named is None or one.chunk is named or not one.chunk.exercise]
        there = {n for one in own for n in one.numbers}
        if any(not _among(number, there) and not _a_limb(number, own) for number in said):
            return "number"
        periods = {period for one in evidence for period in one.periods}
        if not set(facts.per_period(text)) <= periods:
            return "number"
        for one in evidence:
            if (
                one.each_side
                and any(n in one.dose and n.unit == "" for n in said)
                and not facts.each_side(text)
            ):
                return "side"
        return ""

    def _side_fault(self, text: str, evidence: Sequence[Evidence]) -> bool:
        there = [pairs for one in evidence for pairs in one.sides]
        for clause in facts.clauses(text):
            pairs = facts.sides(clause)
            if pairs and not any(set(pairs) <= set(other) for other in there):
                return True
        touching = {pair for one in evidence for pair in one.contacts}
        for part, way in facts.contacts(text):
            if (part, way) not in touching and (part, {"on": "off", "off": "on"}[way]) in touching:
                return True
        limbs = {noun for pairs in there for _, noun in pairs} | {p for one in evidence for p in one.limbs}
        if facts.both(text) & limbs and not any(facts.both(one.whole) for one in evidence):
            return True
        bound = {pair for one in evidence for pair in one.bindings}
        return not facts.bindings(text) <= bound

    def _opposed(self, s: str, there: frozenset[str]) -> bool:
        return not self.rules.opposites.get(s, frozenset()).isdisjoint(there)

    def _negation_fault(
        self, text: str, evidence: Sequence[Evidence], foreign: frozenset[str] = frozenset()
    ) -> bool:
        """Say whether a word that is not `foreign` is denied here and not there, or there and not here."""
        said = frozenset(stems(text))
        reach = facts.denied(text, stem) - STOP
        denied = reach - self.rules.link - foreign or reach - self.rules.talk
        units = [unit for one in evidence for unit in one.units]
        if facts.restricted(text):
            alone = [facts.alone(unit.text, stem) for unit in units if facts.restricted(unit.text)]
            mine = facts.alone(text, stem) - STOP - (self.rules.link - self.rules.topic)
            if not alone or (mine and not any(mine & self._wide(one) for one in alone)):
                return True
        benefit = facts.benefit_denied(text)
        touching = {pair for one in evidence for pair in one.contacts}
        lies = facts.contacts(text)  # "don't let your back come off the ground" says that it stays on it
        shunned = any(
            (facts.shunned(text) and facts.restricted(unit.text) and denied <= self._wide(unit.stems))
            or (facts.advised_against(text) and bool(denied) and denied <= self._wide(_adverse(unit)))
            for unit in units
        )
        # "Without a weight" of "a weight or just bodyweight" takes one of two.
        chosen = any(
            denied <= self._wide(side) and facts.has_choice_word(text)
            for unit in units
            for pair in unit.alternatives
            for side in pair
        )
        if (
            facts.negated(text)
            and not (chosen and denied)
            and not (lies and lies <= touching)
            and not shunned
            and not any(denied and self._denies(unit, denied, benefit) for unit in units)
        ):
            return True
        best = max(units, key=lambda unit: len(self._wide(unit.stems) & said))
        affirmed_there = frozenset(s for unit in units for s in unit.stems - unit.denied)
        only_denied = best.denied - affirmed_there - STOP - self.rules.link
        lacking = frozenset(map(stem, facts.LACKING))
        if best.stems & lacking and not said & self._wide(lacking) and not facts.negated(text):
            return True
        verbs = frozenset(
            s
            for unit in units
            for s in unit.denied - affirmed_there - STOP - self.rules.link - frozenset(map(stem, facts.NOUNS))
        )
        reached = said & ((self._wide(only_denied) - self.rules.link) | only_denied | verbs)
        if any(self._opposed(s, only_denied) for s in said):
            # "Keep your hips still" of "avoid rocking your hips": the hips are spoken of, not rocked.
            reached -= frozenset(map(stem, facts.NOUNS))
        return bool(reached) and not reached & denied

    def _denies(self, unit: Unit, denied: frozenset[str], benefit: bool) -> bool:
        """Say whether a unit denies, lessens, lacks or opposes every word that a claim denies."""
        there = unit.denied - self.rules.talk
        if unit.stems & frozenset(map(stem, facts.LACKING)):
            there |= unit.stems
        if denied <= self._wide(there):
            return True
        if benefit:  # "does not help with stiffness" denies the help, not the stiffness
            return False
        lessened = there | unit.lessened
        affirmed = unit.plain_stems - lessened
        rest = denied - self._wide(lessened)
        # "Don't let your lower back sag" of "keep your lower back flat": sagging is the opposite of flat.
        turned = frozenset(s for s in rest if self._opposed(s, affirmed))
        reached = turned | (denied & self._wide(lessened) - self._wide(affirmed))
        return bool(reached) and rest - turned <= self._wide(affirmed)

    def _turned_round(self, text: str, evidence: Sequence[Evidence]) -> bool:
        """Say whether what grows here shrinks there, something else does it, or a word is the opposite."""
        units = [unit for one in evidence for unit in one.units]
        there = {effect for unit in units for effect in unit.effects}
        mine = {
            (sign, s)
            for sign, s in facts.effects(text, stem)
            if s == "work" or (s not in STOP and s not in self.rules.link)
        }
        if any((-sign, s) in there and (sign, s) not in there for sign, s in mine):
            return True
        return (
            self._opposite_word(text, units, evidence)
            or self._other_cause(text, evidence)
            or self._other_part(text, units)
            or self._other_bearer(text, units)
            or self._brought_about(text, units)
            or self._made_good(text, units)
        )

    def _other_part(self, text: str, units: Sequence[Unit]) -> bool:
        """Say whether something is done to, or by, another part of the body than in the passage.

        "Your hips are forced to work harder" of "tight hips force the back to work harder": of the sentences
        with the same verb, none names the part that the clause names.
        """
        for clause in re.split(r"[,;:–]|\b(?:and|so|but|which|because|while|as|until|if|when)\b", text):
            named = facts.parts(clause)
            for verb in frozenset(stems(facts.verbal(clause))) & _ACTS if named else ():
                alike = (self._wide([verb]) & _ACTS) | {verb}
                same = [found for unit in units if (found := _parts_with(unit, alike))]
                there = frozenset().union(*same)
                if same and (not named & there or facts.object_of(clause, verb, stem) - there):
                    return True
        return False

    def _other_bearer(self, text: str, units: Sequence[Unit]) -> bool:
        """Say whether another part has to bear it: "the hips have to work harder", where the back does."""
        for verb, part in facts.bearers(text):
            there = {p for unit in units for v, p in facts.bearers(unit.text) if v == verb}
            if there and part not in there:
                return True
        return False

    def _made_good(self, text: str, units: Sequence[Unit]) -> bool:
        """Say whether what burdens the body in the nearest sentence is spoken of here without any burden."""
        said = frozenset(stems(text))
        best = max(units, key=lambda unit: len(self._wide(unit.stems) & said))
        if facts.negated(text) or said & _BURDENED or any(sign > 0 for sign, _ in facts.effects(text, stem)):
            return False
        return any(
            len(before & said - STOP - self.rules.talk) >= LEAST_SHARED
            for before, sign, behind in best.causes
            if sign > 0 and behind & (_BURDENS | {"back", "work"})
        )

    def _brought_about(self, text: str, units: Sequence[Unit]) -> bool:
        """Say whether something is brought about here that the nearest sentence says is lessened."""
        said = frozenset(stems(text))
        best = max(units, key=lambda unit: len(self._wide(unit.stems) & said))
        lessened = {s for sign, s in best.effects if sign < 0} - STOP - self.rules.link
        return not said & _RELIEFS and bool(
            facts.brought(text, stem) & lessened - facts.lessened(text, stem) - facts.denied(text, stem)
        )

    def _opposite_word(self, text: str, units: Sequence[Unit], evidence: Sequence[Evidence]) -> bool:
        said = frozenset(stems(facts.unpaired(text)))
        wide_said = self._wide(said)
        gone = facts.denied(text, stem) | {s for sign, s in facts.effects(text, stem) if sign < 0}
        best = max(units, key=lambda unit: len(self._wide(unit.stems) & said))
        every = self._wide(s for one in evidence for s in one.stems)
        for a in said - gone:
            against = self.rules.opposites.get(a, frozenset()) - wide_said
            for unit in units if against else ():
                lessened = {s for sign, s in unit.effects if sign < 0}
                if a in unit.stems or not against & unit.plain_stems - unit.denied - lessened:
                    continue
                # Elsewhere than in the nearest sentence it counts where both speak of one thing.
                one_thing = said & unit.stems - (self.rules.link - self.rules.topic) - {a}
                if unit is best or (a not in every and one_thing):
                    return True
        return False

    def _other_cause(self, text: str, evidence: Sequence[Evidence]) -> bool:
        """Say whether something else does here what the passage says of one: "trails increase impact"."""
        for subject, sign, objects in facts.causes(text, stem):
            who = subject - STOP - self.rules.link
            what = objects - STOP - self.rules.link
            if not who or not what:
                continue
            doers = [
                (before if before - STOP - self.rules.link else unit.stems)
                | frozenset(stems(f"{one.chunk.title} {one.chunk.section.split(' > ')[-1]}"))
                for one in evidence
                for unit in one.units
                for before, other, behind in unit.causes
                if other == sign and behind & what
            ]
            if doers and not any(who & self._wide(before) for before in doers):
                return True
        return False

    def _overstated(self, text: str, evidence: Sequence[Evidence]) -> bool:
        """Say whether `text` obliges, demands or is certain where the passage leaves a choice or a doubt."""
        units = [unit for one in evidence for unit in one.units]
        said = frozenset(stems(text))
        if facts.obliged(text) and not any(facts.obliged(unit.text) for unit in units):
            return True
        best = max(units, key=lambda unit: len(self._wide(unit.stems) & said))
        if facts.certain(text) and facts.hedged(best.text) and not facts.certain(best.text):
            return True
        if facts.demanded(text) and not facts.alternatives(text, stem):
            for unit in units:
                for one, other in unit.alternatives:
                    left, right = (side - STOP - self.rules.link for side in (one, other))
                    if left and right and bool(left & said) != bool(right & said):
                        return True
        return False

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


def _parts_with(unit: Unit, verbs: frozenset[str]) -> frozenset[str]:
    """Return the parts of the body in the clauses of a sentence that hold one of some verbs."""
    found: frozenset[str] = frozenset()
    for clause in re.split(r"\s[–—]\s|[;:]|\b(?:until|so that)\b", unit.text):
        if not verbs.isdisjoint(stems(facts.unpaired(clause))):
            found |= unit.parts if facts.pointing(clause) else facts.parts(clause)
    return found


def _conditional(text: str, match: re.Match[str]) -> bool:
    """Say whether what seems a diagnosis stands under a condition: "when your hips are tight"."""
    before = re.split(r"[,;:.]", text[: match.start()])[-1]
    return bool(re.search(r"\byou", match[0], re.IGNORECASE) and _CONDITION.search(before))


def _adverse(unit: Unit) -> frozenset[str]:
    """Return the words of what a unit says to be a burden: it overloads or adds stress."""
    found: frozenset[str] = frozenset()
    for before, sign, behind in unit.causes:
        if sign > 0 and behind & (_BURDENS | {"back"}):
            found |= before
    return found


def _among(number: facts.Number, there: set[facts.Number]) -> bool:
    """Say whether a number is among others; "two of those" may be of any unit."""
    return number in there or (number.unit == "any" and any(n[:2] == number[:2] for n in there))


def _a_limb(number: facts.Number, evidence: Sequence[Evidence]) -> bool:
    """Say whether a number is the "one arm" of a movement that has a left and a right, or another side."""
    return number[:2] == ("1", "1") and number.unit in facts.LIMBS and any(one.sided for one in evidence)


def _runs(text: str) -> set[str]:
    words = [word.lower() for word in WORD.findall(text)]
    return {" ".join(words[i : i + LEAKEDWORDS]) for i in range(len(words) - LEAKEDWORDS + 1)}
