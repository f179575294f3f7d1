"""Whether a sentence tells the steps of an exercise in another order than its passage."""

from __future__ import annotations

import re
from itertools import pairwise

from assistant.answering import facts
from assistant.answering.evidence import Evidence
from assistant.answering.likeness import Likeness
from assistant.answering.rules import stems

LEAST_ALIKE = 2
"""Words that a part of a sentence shares with a step to tell that step."""
_FIRST_THEN = re.compile(
    r"^(?P<a>.*?)(?:,? and|[,;])? ?\b(?:then|next|after that"
    r"|afterwards)\b,?(?P<b>.*)$",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"^(?P<a>.*?),? ?\bbefore\b (?:you )?(?P<b>[^,]*)$", re.IGNORECASE)
_AFTER = re.compile(r"^(?P<b>.*?),? ?\b(?:after|once)\b (?:you(?:'ve| have)? )?(?P<a>[^,]*)$", re.IGNORECASE)
_AFTER_FIRST = re.compile(r"^(?:after|once) (?:you(?:'ve| have)? )?(?P<a>[^,]*),(?P<b>.*)$", re.IGNORECASE)
_AT_ONCE = re.compile(r"\b(?:simultaneously|at the same time|together|at once)\b", re.IGNORECASE)
_TURN = re.compile(
    r"\b(?:first|then|finally|afterwards|before|followed by|after that"
    r"|only then)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"\b(?:other|switch|swap|repeat|again|opposite|alternate)\b", re.IGNORECASE)


class Order:
    """Compares the order of steps.

    Args:
        words: Which words may stand for which.
    """

    def __init__(self, words: Likeness) -> None:
        self._words = words

    def fault(self, text: str, evidence: list[Evidence]) -> bool:
        """Say whether two steps that `text` puts one after the other are the other way round in a passage."""
        steps = [one for one in evidence if one.chunk.exercise]
        if len(steps) != 1:
            return False
        if any(_AT_ONCE.search(step) and self._in_turn(text, step) for step in steps[0].texts):
            return True
        for pattern in (_AFTER_FIRST, _FIRST_THEN, _BEFORE, _AFTER):
            if match := pattern.match(text.strip(" .!").replace("’", "'")):
                first, second = self._step(match["a"], steps[0]), self._step(match["b"], steps[0])
                return first is not None and second is not None and first > second
        return False

    @staticmethod
    def _in_turn(text: str, step: str) -> bool:
        """Say whether `text` moves one after the other what the step moves at the same time."""
        groups = [facts.parts(part) & facts.parts(step) for part in _TURN.split(text)]
        groups = [group for group in groups if group]
        return len(groups) > 1 and any(a.isdisjoint(b) for a, b in pairwise(groups))

    def _step(self, part: str, evidence: Evidence) -> int | None:
        """Return which step a part of a sentence tells, None where it is none or not clear which."""
        exercise = evidence.chunk.exercise
        if _AGAIN.search(part):
            return None
        said = frozenset(stems(facts.unpaired(part)))
        scores = (
            [len(said & self._words.wide(stems(facts.unpaired(step)))) for step in exercise.steps]
            if exercise
            else []
        )
        best = max(scores, default=0)
        return scores.index(best) if best >= LEAST_ALIKE and scores.count(best) == 1 else None
