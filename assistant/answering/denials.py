"""Whether what a sentence denies, or says to be all there is, is so in its passage."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering import facts
from assistant.answering.evidence import Evidence, Unit
from assistant.answering.likeness import Likeness
from assistant.answering.rules import STOP, stem, stems
from assistant.answering.valence import Valence

_BURDENS = frozenset(map(stem, ("stress", "impact", "load", "strain", "pressure")))
_WEAK = frozenset(map(stem, ("weak", "weakness", "lack", "insufficient")))
_BODY = frozenset(map(stem, facts.NOUNS)) | {"back", "bodi", "it", "posit", "way"}
_WHETHER = re.compile(r"\b(?:if|when|whenever|once)\b[^,;:]*(?:[,;:]|$)", re.IGNORECASE)


class Denials:
    """Compares negations."""

    def __init__(self, words: Likeness) -> None:
        self.words = words
        self._valence = Valence(words.rules)

    def fault(self, text: str, evidence: Sequence[Evidence], foreign: frozenset[str] = frozenset()) -> bool:
        """Say whether a word that is not `foreign` is denied here and not there, or there and not here."""
        said = frozenset(stems(text))
        reach = frozenset(s for s in facts.denied(text, stem) - STOP if "'" not in s)
        denied = reach - self.words.rules.link - foreign or reach - self.words.rules.talk
        units = [unit for one in evidence for unit in one.units]
        mine = facts.alone(text, stem) - STOP - (self.words.rules.link - self.words.rules.topic)
        added = facts.additive(text) and any(
            facts.additive(unit.text)
            or (facts.restricted(unit.text) and mine & self.words.wide(facts.alone(unit.text, stem)))
            for unit in units
        )
        if facts.restricted(text) and not added:
            alone = [facts.alone(unit.text, stem) for unit in units if facts.restricted(unit.text)]
            if not alone or (mine and not any(mine & self.words.wide(one) for one in alone)):
                return True
        benefit = facts.benefit_denied(text)
        if benefit and not added and not any(facts.negated(unit.text) for unit in units):
            return True
        touching = {pair for one in evidence for pair in one.contacts}
        lies = facts.contacts(text)  # "don't let your back come off the ground" says that it stays on it
        shunned = any(
            (
                facts.shunned(text)
                and facts.restricted(unit.text)
                and denied <= self.words.wide(unit.stems)
                and bool(denied & self.words.wide(facts.alone(unit.text, stem)) - self.words.rules.topic)
            )
            or (facts.advised_against(text) and bool(denied) and denied <= self.words.wide(_adverse(unit)))
            for unit in units
        )
        # "Without a weight" of "a weight or just bodyweight" takes one of two.
        chosen = any(
            not side & unit.denied and denied <= self.words.wide(side) and facts.has_choice_word(text)
            for unit in units
            for pair in unit.alternatives
            for side in pair
        )
        if (
            facts.negated(text)
            and not added
            and not (chosen and denied)
            and not (lies and lies <= touching)
            and not shunned
            and not self._valence.sensible(text)
            and not any(denied and self._denies(unit, denied, benefit) for unit in units)
        ):
            return True
        best = max(units, key=lambda unit: len(self.words.wide(unit.stems) & said))
        affirmed_there = frozenset(s for unit in units for s in unit.stems - unit.denied)
        only_denied = best.denied - affirmed_there - STOP - self.words.rules.link
        lacking = frozenset(map(stem, facts.LACKING))
        if best.stems & lacking and not said & self.words.wide(lacking) and not facts.negated(text):
            return True
        verbs = frozenset(
            s
            for unit in units
            for s in unit.denied
            - affirmed_there
            - STOP
            - self.words.rules.link
            - frozenset(map(stem, facts.NOUNS))
        )
        reached = said & ((self.words.wide(only_denied) - self.words.rules.link) | only_denied | verbs)
        if condition := _WHETHER.search(text):
            # "If your hips sway, keep them level" does not tell anyone to sway.
            rest = frozenset(stems(text[: condition.start()] + text[condition.end() :]))
            if any(self.words.opposed(s, reached) for s in rest):
                reached &= rest
        if any(self.words.opposed(s, only_denied) for s in said):
            # "Keep your hips still" of "avoid rocking your hips": the hips are spoken of, not rocked.
            reached -= frozenset(map(stem, facts.NOUNS))
        gone = denied | facts.lessened(text, stem) | {s for sign, s in facts.effects(text, stem) if sign < 0}
        if best.lacks and said & _WEAK:
            return False  # "these supporting muscles are weak" of "without support from the muscles"
        if reached <= self.words.rules.good and self._valence.sensible(text, turned_away=True):
            return False  # "prepare, so that you don't overload your back" of "without preparation"
        return bool(reached) and not reached & gone

    def _denies(self, unit: Unit, denied: frozenset[str], benefit: bool) -> bool:
        """Say whether a unit denies, lessens, lacks or opposes every word that a claim denies."""
        there = unit.denied - self.words.rules.talk
        if unit.stems & frozenset(map(stem, facts.LACKING)):
            there |= unit.stems
        if denied <= self.words.wide(there):
            return True
        if benefit:  # "does not help with stiffness" denies the help, not the stiffness
            return False
        lessened = there | unit.lessened
        affirmed = unit.plain_stems - lessened
        rest = denied - self.words.wide(lessened)
        # "Don't let your lower back sag" of "keep your lower back flat": sagging is the opposite of flat.
        turned = frozenset(s for s in rest if self.words.opposed(s, affirmed))
        reached = turned | (denied & self.words.wide(lessened) - self.words.wide(affirmed))
        return bool(reached) and rest - turned <= self.words.wide(affirmed) & _BODY


def _adverse(unit: Unit) -> frozenset[str]:
    """Return the words of what a unit says to be a burden: it overloads or adds stress."""
    found: frozenset[str] = frozenset()
    for before, sign, behind in unit.causes:
        if sign > 0 and behind & (_BURDENS | {"back"}):
            found |= before
    return found
