"""The verdict: the level of the facts that count, its reasons, and the one question worth asking."""

from __future__ import annotations

from assistant.guardrail import facts
from assistant.guardrail.model import ASK_ORDER, Ask, AskKind, Kind, Triage, TriageState
from assistant.guardrail.policy import Policy
from assistant.schema import LEVELS, Level, Reason, When


def verdict(policy: Policy, now: TriageState) -> Triage:
    """Return what follows from the facts that `now` remembers; a question asked is noted in it."""
    present = now.pain == "present"
    active = facts.active(policy, now)
    level: Level = "none"
    when: When | None = None
    ask: Ask | None = None
    if active:
        level = max((f.level for f in active), key=LEVELS.index)
        whens = [f.when for f in active if f.level == level]
        when = "now" if "now" in whens else "today" if "today" in whens else "soon"
    elif present:
        unknown = [] if now.mild else [kind for kind in ASK_ORDER if kind not in now.settled]
        level = "check" if unknown else "none"
        ask = _ask(policy, now, unknown)
    counted = [f for f in active if f.level == level] + [f for f in active if f.level != level]
    seen: set[str] = set()
    counted = [f for f in counted if not (f.row in seen or seen.add(f.row))]  # type: ignore[func-returns-value]
    kind: Kind = "self_harm" if any(f.row == "self_harm" for f in active) else "back"
    return Triage(
        level=level, when=when, ask=ask, language=now.language,
        reasons=[Reason(signal=f.signal, evidence=f.evidence, turn=f.turn) for f in counted],
        rows=[f.row for f in counted], sources=[f.source for f in counted],
        subject=now.pain_subject, present_pain=present, kind=kind, state=now,
    )  # fmt: skip


def _ask(policy: Policy, now: TriageState, unknown: list[AskKind]) -> Ask | None:
    if len(now.asked) >= policy.thresholds.max_questions:
        return None
    for kind in unknown:
        if kind not in now.asked:
            now.asked.append(kind)
            now.pending = kind
            return Ask(kind=kind)
    return None
