"""Whether an answer holds what it must and nothing that it must not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from evals.text import contains, first_found, numbers


class FactsFound(NamedTuple):
    """Which of a case's key facts an answer holds."""

    found: tuple[str, ...]
    missing: tuple[str, ...]
    """The first alternate of each fact that is missing."""

    @property
    def recall(self) -> float:
        """Share of the facts found; 1 where none is asked for."""
        total = len(self.found) + len(self.missing)
        return len(self.found) / total if total else 1.0


def key_facts(answer: str, facts: Sequence[Sequence[str]]) -> FactsFound:
    """Find each fact, any alternate of it, in `answer`.

    Nugget recall with string matching for the assessor: Voorhees 2003, Overview of the TREC 2003 Question
    Answering Track (vital nuggets); Lin & Demner-Fushman 2005 on automatic nugget matching.
    """
    hits = [(alternates, first_found(answer, alternates)) for alternates in facts]
    return FactsFound(
        tuple(hit for _, hit in hits if hit is not None),
        tuple(alternates[0] for alternates, hit in hits if hit is None),
    )


def forbidden_facts(answer: str, forbidden: Sequence[str]) -> tuple[str, ...]:
    """Return the forbidden texts that `answer` holds; the rate is the share of cases with any."""
    return tuple(text for text in forbidden if contains(answer, text))


class NumberFidelity(NamedTuple):
    """The numbers of the guide's content in an answer, and those that the guide does not hold."""

    total: int
    strange: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of the numbers that stand in the guide; 1 without numbers."""
        return 1.0 - len(self.strange) / self.total if self.total else 1.0


def number_fidelity(claims: Sequence[str], allowed: str) -> NumberFidelity:
    """Check every number and range in `claims` against the numbers of `allowed` (quotes of the guide).

    A range counts as one number, so that "2-3" is not excused by a "2" and a "3" apart. After the number
    hallucination check of Zhao, Cohen & Webber 2020 (Reducing Quantity Hallucinations in Abstractive
    Summarization, Findings of EMNLP).
    """
    known = set(numbers(allowed))
    said = [number for claim in claims for number in numbers(claim)]
    return NumberFidelity(len(said), tuple(number for number in said if number not in known))
