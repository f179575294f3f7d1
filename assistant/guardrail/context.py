"""ConText modifiers of a sentence (Harkema et al. 2009): negated, hypothetical, historical, other experiencer.

Each is read from trigger words and reaches over a limited scope that conjunctions and new subjects
end, as in the published algorithm; pseudo-triggers ("not only", "no wonder") are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.guardrail.clauses import Sentence
from assistant.guardrail.lexicon import Places

NEGATION_WORDS = 6
_ENDS_NEGATION = frozenset(
    "but however except although though because since just only it it's i i'm i've my when after until unless "
    "pero mais aber mas yet still until till so where while then that which who he she they now".split()
)
_WISH = frozenset("want hope hoping wish to get getting until till when before once how will would if never hasn't "
                  "haven't isn't not doesn't didn't won't can could should ever".split())  # fmt: skip
_PRESENT = frozenset("is am are 's i'm it's has have i've he's she's still now today currently keeps keep gets hurts "
                     "aches since get been lately recently tonight".split())  # fmt: skip
_PAST_VERBS = frozenset("had was were did got".split())


@dataclass(frozen=True, slots=True)
class Context:
    """The modifiers of one sentence, by word number."""

    negated: frozenset[int]
    """Words in the scope of a negation."""
    triggers: dict[int, int]
    """Word in scope → the word that negates it."""
    hypothetical: bool
    generic: bool
    """A question about people in general."""
    historical: bool
    resolved_at: int | None
    """The word where the sentence says that it is over."""
    subject: Literal["self", "other", "unsaid"]


def read(sentence: Sentence, places: Places) -> Context:
    """Return the modifiers of `sentence`."""
    words = sentence.words
    triggers = _negation(words, places)
    has_self = "self_word" in places
    relative = "relative" in places
    other = relative or "other_word" in places
    starts_as_question = words[0] in _QUESTION or any(a == 0 for a, _ in places.get("question_start", ()))
    about_someone = has_self or other
    hypothetical = _hypothetical(sentence, places)
    generic = not about_someone and (starts_as_question or sentence.question) and not _has_span(places)
    return Context(
        negated=frozenset(triggers),
        triggers=triggers,
        hypothetical=hypothetical,
        generic=generic,
        historical=_historical(words, places),
        resolved_at=_resolved(words, places, triggers),
        subject="other" if relative else "self" if has_self else "other" if other else "unsaid",
    )


_QUESTION = frozenset("why how what which is are does do can could should would who where wie warum comment pourquoi".split())


def _has_span(places: Places) -> bool:
    return "long_time" in places


def _negation(words: list[str], places: Places) -> dict[int, int]:
    pseudo = {k for a, b in places.get("pseudo_negated", ()) for k in range(a, b + 1)}
    reached: dict[int, int] = {}
    for first, last in places.get("negated", ()):
        if first in pseudo or words[first] in ("can't", "couldn't", "won't"):
            continue
        for k in range(last + 1, min(len(words), last + 1 + NEGATION_WORDS)):
            if words[k] in _ENDS_NEGATION and k > last + 1:
                break
            reached.setdefault(k, first)
    return reached


def _hypothetical(sentence: Sentence, places: Places) -> bool:
    words = sentence.words
    for first, last in places.get("hypothetical", ()):
        if words[first].startswith("hypothe") or words[first] == "theoretically":
            # "this is hypothetical, but my legs are numb": what follows the "but" is not.
            if "but" in words[first:] or "pero" in words[first:]:
                continue
        if last + 1 < len(words) or first > 0:
            return True
    return False


def _historical(words: list[str], places: Places) -> bool:
    if "past" not in places:
        return False
    return not any(w in _PRESENT for w in words)


def _resolved(words: list[str], places: Places, triggers: dict[int, int]) -> int | None:
    best: int | None = None
    for first, last in places.get("resolved", ()):
        before = words[max(0, first - 3) : first]
        if first in triggers or any(w in _WISH for w in before):
            continue
        best = max(best or 0, last)
    return best
