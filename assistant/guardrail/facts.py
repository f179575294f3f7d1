"""The facts of a conversation: how one is added, which of them count, and the level that follows."""

from __future__ import annotations

from assistant.guardrail import clauses
from assistant.guardrail.model import ASK_ORDER, Fact, TriageState
from assistant.guardrail.policy import Flag, Policy
from assistant.guardrail.reading import Reading
from assistant.schema import LEVELS, Level

OLD_DAYS = 28
"""From this age on a pain is not that of a recent fall."""


def add(
    policy: Policy,
    now: TriageState,
    row: str,
    evidence: str,
    *,
    subject: str = "self",
    source: str = "rule",
    context: str = "",
    sure: bool = False,
) -> None:
    """Add a fact of the row `row` of the policy, unless it is known by the same words."""
    flag: Flag = policy.flags[row]
    if any(f.row == row and f.evidence == evidence for f in now.facts):
        return
    now.facts.append(
        Fact(
            row=row,
            signal=flag.signal,
            level=flag.level,
            when=flag.when,
            evidence=evidence or "…",
            turn=now.turn,
            context=context,
            subject="other" if subject == "other" else "self",
            needs_pain=flag.needs == "pain",
            source="head" if source == "head" else "rule",
            sure=sure,
        )
    )


def present(now: TriageState, evidence: str, reading: Reading) -> None:
    """Note that there is pain now, and by which words it is known."""
    if now.pain != "present":
        now.pain, now.pain_turn, now.pain_evidence = "present", now.turn, evidence
        now.pain_subject = reading.subject


def active(policy: Policy, now: TriageState) -> list[Fact]:
    """Return the facts that count, given what is known of the pain."""
    found = [f for f in now.facts if _counts(f, now)]
    old = any((f.days or 0) >= OLD_DAYS or f.row == "persistent" for f in found)
    return [f for f in found if f.sure or not (old and _only_recent(policy, f))]


def level(policy: Policy, now: TriageState) -> Level:
    """Return the level without choosing a question."""
    counted = active(policy, now)
    if counted:
        return max((f.level for f in counted), key=LEVELS.index)
    unknown = not now.mild and any(kind not in now.settled for kind in ASK_ORDER)
    return "check" if now.pain == "present" and unknown else "none"


def _counts(fact: Fact, now: TriageState) -> bool:
    """Say whether the pain that a fact needs is there; a child's fever says nothing of the parent's back."""
    if not fact.needs_pain:
        return True
    anothers = fact.level == "urgent" and fact.subject == "other" and now.pain_subject == "self"
    return now.pain == "present" and not anothers


def _only_recent(policy: Policy, fact: Fact) -> bool:
    flag = policy.flags.get(fact.row)
    if flag is None or not flag.recent_only:
        return False
    places = policy.lexicon.places(clauses.sentences(fact.context)[0].words) if fact.context else {}
    return not {"recently", "fresh"} & set(places)
