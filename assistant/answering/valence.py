"""Whether what a sentence denies makes sense: something bad turned away, or something good lost to a bad one.

"Build up gradually so that your back isn't overloaded" denies what no passage denies in so many words, and is
what a passage on overloading means; "tight hips don't strain your back" denies the very point. The product
of the senses of the denied words (sentiment composition: Moilanen & Pulman 2007, RANLP) tells the two apart.
"""

from __future__ import annotations

import re

from assistant.answering import facts
from assistant.answering.rules import Rules, stem, stems

_MEANT = re.compile(
    r"(?:^|[,;:–—.]\s|\b(?:so(?: that)?|and|then|helps?|try|sure|careful|to"
    r"|means?(?: that)?)\s)(?:\w+ ){0,3}$"
)
"""What stands before a denial that is advice, a purpose or an outcome."""
_ENDED = re.compile(r"\b(?:can|could|will|may|might|helps?|is|are|makes?|keeps?)\b")
_CLAUSE = re.compile(r"([,;:–]?\s*\b(?:because|since|so|which|and then|as|when|if)\b|[,;:–])")
_REASON = re.compile(r"\b(?:because|since|as)$")
_IF = re.compile(r"\s*(?:if|when|whenever|once|it|they|this|these|that)\b")
OPENING = 3
"""Words of a clause that what it speaks of stands among."""


class Valence:
    """Weighs what is denied.

    Args:
        rules: The lists of `claims.toml`; `rules.good` and `rules.bad` are stems.
    """

    def __init__(self, rules: Rules) -> None:
        self._good, self._bad, self._less = rules.good, rules.bad, rules.less
        self._sense = dict.fromkeys(rules.good, 1) | dict.fromkeys(rules.bad, -1)

    def sensible(self, text: str, *, turned_away: bool = False) -> bool:
        """Say whether every denial of `text` is of something bad, or of something good lost to a bad cause.

        Args:
            text: A sentence.
            turned_away: Only the first counts.
        """
        if facts.benefit_denied(text):
            return False
        denials = facts.denials(text)
        turns: set[bool] = set()
        for denial in denials:
            sense = self._of(_ENDED.split(denial.reach)[0])
            before, behind = self._all(denial.before), self._all(denial.behind)
            if sense == 0 or (turned_away and sense > 0):
                return False
            turns.add(sense < 0)
            if sense < 0:
                if -1 in before or not (1 in before or _MEANT.search(denial.before)):
                    return False
            elif -1 not in before and -1 not in behind:
                return False
        return len(turns) == 1  # "without preparation … not overloaded" is of both kinds

    def cures(self, text: str) -> frozenset[str]:
        """Return the stems of good words that open a clause, where nothing bad comes of it.

        "A strong core helps, because a weak one strains the back" speaks well of a strong core; "if they are
        strong, the back absorbs more impact" does not.
        """
        found: frozenset[str] = frozenset()
        parts = _CLAUSE.split(f" {text.lower()}")
        for joint, clause in zip(["", *parts[1::2]], parts[::2], strict=True):
            reason = bool(_REASON.search(joint))
            bad = bool(frozenset(stems(clause)) & (self._bad - self._less))
            if bad and not reason:
                return frozenset()
            if not bad and not reason and not _IF.match(clause) and not _IF.search(joint):
                opening = frozenset(map(stem, clause.split()[:OPENING]))
                found |= opening & (self._good | self._less)
        return found

    def _of(self, text: str) -> int:
        """Return 1 or -1 for good or bad, 0 where no word has a sense."""
        found = self._all(text)
        sense = 1 if found else 0
        for one in found:
            sense *= one
        return sense

    def _all(self, text: str) -> list[int]:
        return [
            self._sense[s]
            for s in dict.fromkeys([*stems(text), *map(stem, text.split())])
            if s in self._sense
        ]
