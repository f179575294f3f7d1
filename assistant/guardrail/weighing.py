"""Weighing what was learned against the rules: what it raises, what it drops, what it may not touch."""

from __future__ import annotations

from collections.abc import Callable

from assistant.guardrail import facts
from assistant.guardrail.head import Opinion, Thresholds
from assistant.guardrail.model import ASK_ORDER, Fact, TriageState
from assistant.guardrail.policy import Policy
from assistant.guardrail.reading import Reading
from assistant.guardrail.scenes import back_denied, longest

LATER_REFER = 0.93
"""Chance from which the head alone refers in a later turn."""
SACRED = frozenset({"self_harm"})
"""Rows that no opinion takes back."""
SURE = 0.85
"""Chance of a red flag from which a long time told beside it makes no old accident of it."""
_LEGS = frozenset({"both_legs", "leg_weakness"})
STORY_WORDS = 12
"""From this length on, a finding of the rules may be a side remark."""


SIGN_WORDS = 14
"""Up to this length a sentence that tells of a sign and of the pain means both."""
LONG_WORDS = 25
"""From this length on the rules miss more than they find."""


def weigh(
    policy: Policy,
    limits: Thresholds,
    opinion: Opinion,
    reading: Reading,
    now: TriageState,
    alone: Callable[[str], float],
) -> None:
    """Weigh what was learned against the rules on an opening message.

    A red flag of the rules falls only where no pain of the back is told and hardly any chance is seen, or in
    a story where next to none is; and not where its sentence, read `alone`, is urgent by itself: a sign
    behind a harmless question counts.
    """
    none, check, refer, urgent = (float(c) for c in opinion.chances)
    feared = _feared(opinion, reading)
    if feared:
        refer, urgent = refer + (urgent if reading.has("afraid") else 0.0), 0.0
    urgent = 0.0 if _declines(opinion, reading) else urgent
    told = reading.sentences[0].text[:200] if len(reading.sentences) == 1 else longest(reading)
    level = facts.level(policy, now)
    story, long = reading.words() >= STORY_WORDS, reading.words() >= LONG_WORDS
    if level == "urgent":
        pained = limits.veto_pain if story else 0.0
        if urgent >= (pained if now.pain == "present" else limits.veto) or _sacred(now):
            return
        if any(_beside_pain(f, reading) for f in _own_signs(now)):
            return
        if len(reading.sentences) > 1 and any(
            alone(f.context) >= limits.urgent_alone for f in _own_signs(now)
        ):
            return
        now.facts = [f for f in now.facts if f.level != "urgent"]
        level = facts.level(policy, now)
    named = spoken(reading)
    doubtful = void(reading) or over(reading) or now.elsewhere or not named
    timed = any(f.days is not None for f in now.facts)
    # A fever, a bad night or lost weight says something only beside a back that hurts.
    flag = policy.flags[opinion.urgent_row]
    unhurt = now.turn <= 1 and back_denied(reading)
    counts = named or flag.needs != "pain" or urgent >= limits.urgent_void
    sure = urgent >= SURE
    dated = flag.recent_only and bool(reading.long_ago)
    counts = counts and not (unhurt and flag.needs == "pain") and not dated
    # In few words the rules tell one tingling leg from both.
    one_leg = not long and opinion.urgent_row in _LEGS and any(f.row == "numbness" for f in now.facts)
    least = limits.urgent if opinion.grounded and not one_leg else limits.urgent_bare
    least = limits.urgent_void if doubtful else least
    if opinion.urgent_row in SACRED:
        least = limits.urgent  # who wants to end it need not name a back, nor a pain
    if urgent >= least and counts:
        facts.present(now, told, reading)
        facts.add(policy, now, opinion.urgent_row, told, source="head", sure=sure)
    elif level in ("none", "check"):
        if now.elsewhere or unhurt:
            return
        least = limits.refer if long else limits.refer_short
        harmless = all(kind in now.settled for kind in ASK_ORDER)
        if doubtful or now.mild or harmless or now.pain == "denied":
            least = limits.refer_void if void(reading) or harmless else limits.refer_doubt
        if refer + urgent >= least:
            facts.present(now, told, reading)
            facts.add(policy, now, "worried" if feared else opinion.refer_row, told, source="head")
        elif level == "none" and 1 - none >= limits.check and not (doubtful or now.mild):
            facts.present(now, told, reading)
        elif level == "check" and none >= (limits.quiet if story else limits.quiet_short):
            now.pain = "unknown"
    elif any(span.firm for span in reading.spans) and none < limits.quiet_short:
        return
    elif story and refer + urgent < limits.keep:
        now.facts = []
        if none >= check:
            now.pain = "unknown"
        else:
            facts.present(now, told, reading)
    elif none >= limits.drop_short and not timed:
        now.facts, now.pain = [], "unknown"


def raise_later(
    policy: Policy, limits: Thresholds, opinion: Opinion, reading: Reading, now: TriageState
) -> None:
    """Raise in a later turn, where a message is short and means what it means through the others."""
    told = longest(reading)
    new = any(f.turn == now.turn for f in now.facts)
    if (
        float(opinion.chances[3]) >= limits.refer_later
        and not new
        and not (_declines(opinion, reading) or _feared(opinion, reading))
    ):
        facts.add(policy, now, opinion.urgent_row, told, source="head")
    elif not any(m.status == "present" and m.site != "elsewhere" for _, m in reading.pains):
        return
    elif not now.settled and not now.facts and float(opinion.chances[2:].sum()) >= LATER_REFER:
        facts.add(policy, now, opinion.refer_row, told, source="head")


def _own_signs(now: TriageState) -> list[Fact]:
    return [f for f in now.facts if f.level == "urgent" and f.subject == "self" and f.context]


def _beside_pain(fact: Fact, reading: Reading) -> bool:
    """Say whether a sign stands in one short sentence with the pain: "I have a fever and my back hurts"."""
    told = {n for n, m in reading.pains if m.status == "present" and m.site == "back"}
    return any(
        sentence.text[:400] == fact.context and number in told and len(sentence.words) <= SIGN_WORDS
        for number, sentence in enumerate(reading.sentences)
    )


def _sacred(now: TriageState) -> bool:
    return any(f.row in SACRED for f in now.facts)


def over(reading: Reading) -> bool:
    """Say whether something is told to be over, and no pain of now after it."""
    if reading.over_at is None:
        return False
    return not any(
        m.status == "present"
        and m.site != "elsewhere"
        and reading.sentences[n].spans[m.first][0] > reading.over_at
        for n, m in reading.pains
    )


def take_over(
    found: TriageState, message: str, reading: Reading, before: TriageState, now: TriageState
) -> None:
    """Take over what a later message says when it is read beside the pain that was named before.

    Args:
        found: the state after an opening message made of that pain and the message.
        message: the message.
        reading: the message, read by itself.
        before: the state before it.
        now: the state after it; changed.
    """
    known = {fact.row for fact in now.facts}
    answered = now.settled != before.settled
    own = any(c.subject != "other" and not c.hypothetical for c in reading.contexts)
    for fact in found.facts:
        if fact.level == "urgent":
            real = fact.source != "head" or own
        else:
            meant = before.pain == "present" or "mine" in message.lower().split()
            real = meant and not answered and fact.row not in now.settled
        if not real or of_another(fact.subject, fact.needs_pain, before):
            continue
        facts.present(now, message[:200], reading)
        if fact.row not in known:
            evidence = fact.evidence if fact.evidence in message else message[:200]
            now.facts = [*now.facts, fact.model_copy(update={"turn": now.turn, "evidence": evidence})]


def of_another(subject: str, needs_pain: bool, before: TriageState) -> bool:
    """Say whether a sign that counts beside a pain is told of somebody else than the one in pain."""
    own = before.pain == "present" and before.pain_subject == "self"
    return subject == "other" and needs_pain and own


def _declines(opinion: Opinion, reading: Reading) -> bool:
    """Say whether "I don't need to see anyone" was taken for a wish to be gone."""
    return opinion.urgent_row in SACRED and reading.has("declines_help")


def _feared(opinion: Opinion, reading: Reading) -> bool:
    """Say whether cancer is only feared, or not that of the one in pain: "I keep googling tumours"."""
    own = reading.subject == "self"
    return own and opinion.urgent_row == "cancer_history" and reading.has("cancer_other")


def spoken(reading: Reading) -> bool:
    """Say whether a message names the back or a pain."""
    return any(reading.has(c) for c in ("spine_any", "ache_word", "backache"))


def void(reading: Reading) -> bool:
    """Say whether a message is only about others, the past or what might be."""
    return all(
        c.hypothetical or c.generic or c.historical or c.resolved_at is not None for c in reading.contexts
    )
