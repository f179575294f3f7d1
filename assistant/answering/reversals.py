"""Whether a sentence turns round what its passage says: more for less, another cause, part or certainty."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering import facts
from assistant.answering.evidence import Evidence, Unit
from assistant.answering.likeness import Likeness
from assistant.answering.rules import STOP, WORD, stem, stems
from assistant.answering.valence import Valence

LEAST_SHARED = 2
"""Least words with a meaning of their own that a claim shares with its passage."""
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
_ACTS = frozenset(map(stem, facts.ACTS))
BEFORE, BEHIND = 5, 7
"""Words around a verb that what it is done to stands among."""
_UNITS = frozenset(map(stem, ("minute", "second", "set", "rep", "one", "two", "three")))
_CLAUSES = re.compile(r"[,;:–]|\b(?:so|but|which|because|while|as|until|if|when)\b")
_DOES = re.compile(
    r"\b(?:support|work(?=s? (?:with|together|alongside|hand))|stabili[sz]e|absorb|transfer|protect"
    r"|strengthen|force|overload|strain|train|challenge)s?\b"
)
_BORNE = frozenset(map(stem, ("support", "absorb", "stabilize", "transfer", "work")))
_PASSIVE = re.compile(
    r"\b(?:is|are|be|been|being|gets?|by|the|and|for|of|your|back|muscle|more"
    r"|helps?)\W*$"
)


class Reversals:
    """Compares what does what to what."""

    def __init__(self, words: Likeness) -> None:
        self.words = words
        self._valence = Valence(words.rules)

    def fault(self, text: str, evidence: Sequence[Evidence]) -> bool:
        """Say whether what grows here shrinks there, something else does it, or a word is the opposite."""
        units = [unit for one in evidence for unit in one.units]
        there = {(sign, _burden(s)) for unit in units for sign, s in unit.effects}
        there |= {(-1, _burden(s)) for unit in units for s in unit.lessened}
        mine = {
            (sign, _burden(s))
            for sign, s in facts.effects(text, stem)
            if s == "work" or (s not in STOP and s not in self.words.rules.link)
        }
        if self._valence.sensible(text, turned_away=True):
            mine = {(sign, s) for sign, s in mine if sign > 0}  # "to avoid the impact" is why one does it
        if any((-sign, s) in there and (sign, s) not in there for sign, s in mine):
            return True
        return (
            self._opposite_word(text, units, evidence)
            or self._other_cause(text, evidence)
            or self._other_part(text, units)
            or self._other_bearer(text, units)
            or self._brought_about(text, units)
            or self._made_good(text, units)
            or self._swapped_roles(text, evidence)
        )

    def _other_part(self, text: str, units: Sequence[Unit]) -> bool:
        """Say whether something is done to, or by, another part of the body than in the passage.

        "Your hips are forced to work harder" of "tight hips force the back to work harder": of the sentences
        with the same verb, none names the part that the clause names.
        """
        for clause in re.split(r"[,;:–]|\b(?:and|so|but|which|because|while|as|until|if|when)\b", text):
            named = facts.parts(clause)
            for verb in frozenset(stems(facts.verbal(clause))) & _ACTS if named else ():
                alike = (self.words.wide([verb]) & _ACTS) | {verb}
                if not _near(clause, verb):
                    continue
                same = [found for unit in units if (found := _parts_with(unit, alike))]
                there = frozenset().union(*same)
                if same and (not named & there or facts.object_of(clause, verb, stem) - there):
                    return True
        return False

    def _swapped_roles(self, text: str, evidence: Sequence[Evidence]) -> bool:
        """Say whether a part does here what in the passage is done to it, or while it moves.

        "Your legs support rotation" of "support rotation as your arms and legs move".
        """
        told = [text_ for one in evidence for text_ in one.listed]
        plain = text.lower()
        for one in evidence:  # "glute bridges" are no glutes
            plain = plain.replace(one.chunk.title.lower().removesuffix("s") or "\0", "it")
        for clause in _CLAUSES.split(plain):
            for before, verb, _ in _doing(clause):
                for one_told in told:
                    mine = [(b, a) for b, v, a in _doing(one_told) if v == verb]
                    subjects = frozenset().union(*(b for b, _ in mine))
                    others = frozenset().union(*(a for _, a in mine))
                    if before and subjects and not before & (subjects | others) and verb in _BORNE:
                        return True
                    for part in before if mine else ():
                        if verb != "work" and all(part in a and part not in b for b, a in mine):
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
        best = max(units, key=lambda unit: len(self.words.wide(unit.stems) & said))
        if facts.negated(text) or said & _BURDENED or any(sign > 0 for sign, _ in facts.effects(text, stem)):
            return False
        return any(
            len(before & said - STOP - self.words.rules.talk) >= LEAST_SHARED
            for before, sign, behind in best.causes
            if sign > 0 and behind & (_BURDENS | {"back", "work"})
        )

    def _brought_about(self, text: str, units: Sequence[Unit]) -> bool:
        """Say whether something is brought about here that the nearest sentence says is lessened."""
        said = frozenset(stems(text))
        best = max(units, key=lambda unit: len(self.words.wide(unit.stems) & said))
        lessened = {s for sign, s in best.effects if sign < 0} - STOP - self.words.rules.link
        return not said & _RELIEFS and bool(
            facts.brought(text, stem) & lessened - facts.lessened(text, stem) - facts.denied(text, stem)
        )

    def _opposite_word(self, text: str, units: Sequence[Unit], evidence: Sequence[Evidence]) -> bool:
        said = frozenset(stems(facts.unpaired(text)))
        wide_said = self.words.wide(said)
        gone = facts.denied(text, stem) | {s for sign, s in facts.effects(text, stem) if sign < 0}
        gone |= {s for denial in facts.denials(text) for s in stems(denial.reach)}
        shared = [len(self.words.wide(unit.stems) & said) for unit in units]
        nearest = [unit for unit, count in zip(units, shared, strict=True) if count == max(shared)]
        every = self.words.wide(s for one in evidence for s in one.stems - _BURDENS)
        cures = self._valence.cures(text)
        for a in said - gone:
            against = self.words.rules.opposites.get(a, frozenset()) - wide_said
            for unit in units if against else ():
                lessened = {s for sign, s in unit.effects if sign < 0} | unit.lessened
                if a in unit.stems or not against & unit.plain_stems - unit.denied - lessened:
                    continue
                # Elsewhere than in the nearest sentence it counts where both speak of one thing.
                hits = against & unit.plain_stems
                if hits <= self.words.rules.bad and a in cures:
                    continue
                if hits <= self.words.rules.bad and self._valence.sensible(text, turned_away=True):
                    continue  # "gradually, so that your back isn't overloaded" of sudden increases
                if _of_other_things(a, hits, text, unit):
                    continue
                one_thing = said & unit.stems - (self.words.rules.link - self.words.rules.topic) - {a}
                if any(unit is one for one in nearest) or (a not in every and one_thing):
                    return True
        return False

    def _other_cause(self, text: str, evidence: Sequence[Evidence]) -> bool:
        """Say whether something else does here what the passage says of one: "trails increase impact"."""
        for subject, sign, objects in facts.causes(text, stem):
            who = subject - STOP - self.words.rules.link - _UNITS
            what = objects - STOP - self.words.rules.link
            if not who or not what:
                continue
            doers = [
                (before if before - STOP - self.words.rules.link else unit.stems)
                | frozenset(stems(f"{one.chunk.title} {one.chunk.section.split(' > ')[-1]}"))
                for one in evidence
                for unit in one.units
                for before, other, behind in unit.causes
                if other == sign and behind & what
            ]
            if doers and not any(who & self.words.wide(before) for before in doers):
                return True
        return False

    def overstated(self, text: str, evidence: Sequence[Evidence]) -> bool:
        """Say whether `text` obliges, demands or is certain where the passage leaves a choice or a doubt."""
        units = [unit for one in evidence for unit in one.units]
        said = frozenset(stems(text))
        if facts.obliged(text) and not any(facts.obliged(unit.text) for unit in units):
            return True
        best = max(units, key=lambda unit: len(self.words.wide(unit.stems) & said))
        if facts.certain(text) and facts.hedged(best.text) and not facts.certain(best.text):
            return True
        if facts.guaranteed(text) and not any(facts.guaranteed(unit.text) for unit in units):
            return True
        if facts.superlative(text) and not any(facts.superlative(unit.text) for unit in units):
            return True
        if facts.demanded(text) and not facts.alternatives(text, stem):
            for unit in units:
                for one, other in unit.alternatives:
                    left, right = (side - STOP - self.words.rules.link for side in (one, other))
                    if left and right and bool(left & said) != bool(right & said):
                        return True
        return False


def _burden(s: str) -> str:
    """Return one stem for all burdens: what lessens the load on the spine does not add pressure to it."""
    return "burden" if s in _BURDENS else s


def _near(clause: str, verb: str) -> bool:
    """Say whether a part of the body stands near a verb, so that one may be done to the other."""
    words = facts.verbal(clause).lower().split()
    at = next((i for i, word in enumerate(words) if stem(word.strip(".,!?")) == verb), None)
    return at is not None and bool(facts.parts(" ".join(words[max(0, at - BEFORE) : at + BEHIND])))


def _doing(clause: str) -> list[tuple[frozenset[str], str, frozenset[str]]]:
    """Return the parts before a verb of doing, its stem, and those behind it; passives are left out."""
    return [
        (facts.parts(clause[: match.start()]), stem(match[0]), facts.parts(clause[match.end() :]))
        for match in _DOES.finditer(clause)
        if not _PASSIVE.search(clause[: match.start()])
    ]


def _parts_with(unit: Unit, verbs: frozenset[str]) -> frozenset[str]:
    """Return the parts of the body in the clauses of a sentence that hold one of some verbs."""
    found: frozenset[str] = frozenset()
    for clause in re.split(r"\s[–—]\s|[;:]|\b(?:until|so that)\b", unit.text):
        if not verbs.isdisjoint(stems(facts.unpaired(clause))):
            found |= unit.parts if facts.pointing(clause) else facts.parts(clause)
    return found


_DETERMINERS = frozenset(("your", "the", "a", "an", "those", "these", "both", "each", "up", "out"))


def _behind(s: str, text: str) -> list[str]:
    """Return the stems of the three words behind the one with stem `s`, determiners left out."""
    words = [stem(w) for w in WORD.findall(facts.unpaired(text).lower()) if w not in _DETERMINERS]
    return words[words.index(s) + 1 :][:3] if s in words else []


def _of_other_things(a: str, against: frozenset[str], text: str, unit: Unit) -> bool:
    """Say whether opposites qualify two things that the unit tells apart: "straight arms", "bent knees"."""
    here = _behind(a, text)[:1]
    return (
        bool(here)
        and here[0] in unit.stems
        and all(
            (there := _behind(b, unit.text)) and here[0] not in there and there[0] not in STOP
            for b in against
        )
    )
