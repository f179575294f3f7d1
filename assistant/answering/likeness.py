"""Which words may stand for which, and which are opposites."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.answering.rules import Rules, stems

MOST_WIDENED = 20_000
"""Sets of stems that are kept with their synonyms."""


class Likeness:
    """Synonyms and opposites of `claims.toml`, by stem.

    Args:
        rules: The lists.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._widened: dict[frozenset[str], frozenset[str]] = {}

    def wide(self, stems: Iterable[str]) -> frozenset[str]:
        """Return some stems with all that may stand for them; those of the passages are asked for often."""
        asked = frozenset(stems)
        if (known := self._widened.get(asked)) is None:
            known = frozenset(other for s in asked for other in (s, *self.rules.canon.get(s, ())))
            if len(self._widened) < MOST_WIDENED:
                self._widened[asked] = known
        return known

    def opposed(self, s: str, there: frozenset[str]) -> bool:
        return not self.rules.opposites.get(s, frozenset()).isdisjoint(there)

    def meaning(self, text: str) -> frozenset[str]:
        return frozenset(s for s in stems(text) if s not in self.rules.talk)
