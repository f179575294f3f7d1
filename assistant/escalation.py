"""The one thing a language model may do to the referral level: raise it, with the visitor's own words."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.guardrail import Fact, Triage
from assistant.schema import LEVELS, Level, Reason

LEAST_WORDS = 3
"""Words of evidence below which nothing is raised."""
MOST_CHARS = 200
_ROWS: dict[str, tuple[str, str, str]] = {
    "refer": ("other", "other", "soon"),
    "urgent": ("other_sign", "other_red_flag", "today"),
}
"""Level → row and signal under which it is kept, and when."""


def raised(triage: Triage, level: str, evidence: str, message: str, steers: Callable[[str], bool]) -> Triage:
    """Return the verdict after a model's proposal.

    The level rises only to refer or urgent, only above what the guardrail found, and only on words that stand
    in this very message, about present pain that the guardrail sees too; whatever else a model says, the
    verdict stays. What is raised is remembered as a fact, so that it holds for the conversation.

    Args:
        steers: Says whether a text tries to instruct a model; a message that does raises nothing.
    """
    row = _ROWS.get(level)
    found = _words(evidence)
    if row is None or LEVELS.index(triage.level) >= LEVELS.index(level):
        return triage
    if not triage.present_pain or steers(message):
        return triage
    if len(found.split()) < LEAST_WORDS or len(evidence) > MOST_CHARS or found not in _words(message):
        return triage
    name, signal, when = row
    state = triage.state.model_copy(deep=True)
    new: Level = "urgent" if level == "urgent" else "refer"
    fact = Fact.model_validate(
        {
            "row": name, "signal": signal, "level": new, "when": when, "evidence": evidence.strip(),
            "turn": state.turn, "source": "model", "subject": triage.subject,
        }
    )  # fmt: skip
    state.facts.append(fact)
    if state.pending is not None:
        state.asked = [kind for kind in state.asked if kind != state.pending]
        state.pending = None
    return triage.model_copy(
        update={
            "level": new,
            "when": when,
            "reasons": [Reason(signal=fact.signal, evidence=fact.evidence, turn=fact.turn), *triage.reasons],
            "rows": [name, *triage.rows],
            "sources": ["model", *triage.sources],
            "ask": None,
            "state": state,
        }
    )


def _words(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.lower().replace("’", "'")))
