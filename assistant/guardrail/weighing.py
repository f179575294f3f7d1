"""Weighing what was learned against the rules: what it raises, what it drops, what it may not touch."""

from __future__ import annotations

from collections.abc import Callable, Set

import numpy as np
from numpy.typing import NDArray

from assistant.guardrail import facts
from assistant.guardrail.clauses import word_set
from assistant.guardrail.head import LEVELS, Opinion, Thresholds
from assistant.guardrail.model import ASK_ORDER, Fact, TriageState
from assistant.guardrail.policy import Policy
from assistant.guardrail.reading import Reading
from assistant.guardrail.scenes import back_denied, longest

LATER_REFER = 0.93
"""Chance from which the head alone refers in a later turn."""
SELF_HARM = "self_harm"
NIGHT_PAIN = "night_pain"
NIGHT_SIGNS = ("wakes", "wakes_me", "worse_night", "worse_night_strong", "rest_no_help", "pacing")
NIGHT_WORDS = word_set("""
    worse worst unbearable agony hell torture murder awake sleep sleepless scream 1am 2am 3am 4am 5am
""")
SACRED = frozenset({SELF_HARM})
"""Rows that no opinion takes back."""
LEG_ROWS = frozenset({"leg_weakness", "both_legs"})
"""Rows for which tingling in one leg, which the rules tell from them, is easily taken."""
SURE = 0.85
"""Chance of a red flag from which a long time told beside it makes no old accident of it, and of a referral
from which no pain elsewhere speaks against it."""
REFER, URGENT = LEVELS.index("refer"), LEVELS.index("urgent")
LEAST = 1e-6
STORY_WORDS = 12
"""From this length on, a finding of the rules may be a side remark."""
UNSPOKEN = 0.75
"""Chance from which few words that name neither a back nor a pain are taken for a complaint."""
ASKED_ANYWAY = 0.03
"""Chance of a referral below which a short message that the rules would refer is asked about instead."""
ALL_WORDS = 24
"""Up to this length a message that tells it is short, no limit and no worse tells no other thing."""
TIMED_WORDS = 16
"""Up to this length a time that is told is that of the pain."""
BARE_SIGN_WORDS = 7
"""Up to this length a message that tells a sign tells nothing else."""
SIGN_WORDS = 14
"""Up to this length a sentence that tells of a sign and of the pain means both."""
Array = NDArray[np.float32]


def weigh(
    policy: Policy,
    limits: Thresholds,
    opinion: Opinion,
    reading: Reading,
    now: TriageState,
    alone: Callable[[str], float],
    settled: Array,
) -> None:
    """Weigh what was learned against the rules on an opening message.

    `settled` are the chances of the levels after both opinions and the rules. A red flag of the rules falls
    only where they say so, and not where its sentence tells the pain too or is urgent by itself, read
    `alone`: a sign behind a harmless question counts.
    """
    one_sided = opinion.urgent_row in LEG_ROWS and any(f.row == "numbness" for f in now.facts)
    explained = one_sided and not reading.has("legs_plural")
    urgency = limits.lean_urgent if opinion.grounded and not explained else limits.lean_bare
    lean = np.array([0.0, 0.0, 0.0, urgency])
    odds = np.log(np.maximum(settled, LEAST)) + lean
    feared = _feared(opinion, reading)
    if feared or _declines(opinion, reading):
        odds[2] = max(odds[2], odds[3]) if feared and reading.has("afraid") else odds[2]
        odds[3] = -np.inf
    told = reading.sentences[0].text[:200] if len(reading.sentences) == 1 else longest(reading)
    short = reading.words() < STORY_WORDS
    level = facts.level(policy, now)
    if level == "urgent":
        if odds.argmax() == URGENT or _kept(limits, reading, now, alone, float(settled[URGENT])):
            return
        now.facts = [f for f in now.facts if f.level != "urgent"]
        level = facts.level(policy, now)
    elif odds.argmax() == URGENT and not (short and opinion.chances[URGENT] < limits.urgent_short):
        # Where the likeliest cannot count, only the wish to be gone is looked for behind it.
        rows = (opinion.urgent_row, *(r for r in opinion.next_rows if r in SACRED))
        row = next((r for r in rows if _may_count(policy, r, reading, now)), "")
        doubted = void(reading) or not (spoken(reading) or policy.flags[row or SELF_HARM].needs != "pain")
        if row and (row in SACRED or settled[URGENT] >= limits.urgent_void or not doubted):
            facts.present(now, told, reading)
            facts.add(policy, now, row, told, source="head", sure=bool(settled[URGENT] >= SURE))
            return
    wanted = LEVELS[int(odds[:URGENT].argmax())]
    brief = reading.words() < TIMED_WORDS
    doubtful = now.mild or void(reading) or over(reading) or not spoken(reading)
    if level in ("none", "check"):
        if (now.elsewhere or (now.turn <= 1 and back_denied(reading))) and settled[REFER] < SURE:
            return
        told_all = all(kind in now.settled for kind in ASK_ORDER)
        harmless = now.mild or told_all
        least = limits.refer_mild if harmless else limits.refer_doubt if doubtful else limits.refer
        if brief and not spoken(reading):
            least = max(least, UNSPOKEN)
        agreed = not short or float(opinion.chances[REFER:].sum()) >= limits.refer_short
        if told_all and reading.words() < ALL_WORDS:
            return  # short, no limit, no worse, in so few words that nothing stands beside it
        if wanted == "refer" and agreed and settled[REFER:].sum() >= least:
            facts.present(now, told, reading)
            facts.add(policy, now, "worried" if feared else opinion.refer_row, told, source="head")
        elif (
            level == "none"
            and wanted == "check"
            and not (doubtful or (short and float(opinion.chances[0]) > 1 - limits.check_short))
        ):
            facts.present(now, told, reading)
        elif level == "check" and settled[0] >= (limits.quiet_short if brief else limits.quiet):
            if settled[0] >= limits.quiet_sure:
                now.pain = "unknown"
            else:
                now.mild = True  # what comes later is still read beside this pain
    elif level == "refer" and wanted != "refer":
        timed = brief and any(f.days is not None for f in now.facts)
        firm = any(span.firm for span in reading.spans) and settled[0] < limits.drop_firm
        if firm or (timed and not void(reading) and not over(reading)):
            return
        if wanted == "check" and brief and settled[REFER:].sum() >= ASKED_ANYWAY:
            return  # "my back hurts and I had to stop my run": nothing is left to ask
        now.facts = []
        if wanted == "none":
            now.pain = "unknown"
        else:
            facts.present(now, told, reading)


def _kept(
    limits: Thresholds, reading: Reading, now: TriageState, alone: Callable[[str], float], urgent: float
) -> bool:
    """Say whether a red flag of the rules stays although it is thought to be none.

    A sentence that tells the pain too, or is urgent by itself, stays so whatever stands beside it.
    """
    signs = _own_signs(now)
    if _sacred(now) or any(_beside_pain(fact, reading) for fact in signs):
        return True
    if (
        signs
        and reading.words() <= BARE_SIGN_WORDS
        and not (void(reading) or over(reading) or _asks(reading))
    ):
        return True  # "I can't feel my legs", and nothing beside it that explains it
    if reading.words() < STORY_WORDS and urgent >= limits.veto_plain:
        return True
    return len(reading.sentences) > 1 and any(alone(f.context) >= limits.urgent_alone for f in signs)


def _asks(reading: Reading) -> bool:
    return any(sentence.question for sentence in reading.sentences) or reading.has("question_start")


def _may_count(policy: Policy, row: str, reading: Reading, now: TriageState) -> bool:
    """Say whether a red flag can count: a fever says something only beside a back that hurts."""
    if row in SACRED:
        return True  # who wants to end it need not name a back, nor a pain
    if row == NIGHT_PAIN and reading.words() < STORY_WORDS:
        said = {word for sentence in reading.sentences for word in sentence.words}
        if not (said & NIGHT_WORDS or any(map(reading.has, NIGHT_SIGNS))):
            return False  # pain "at night" is no sign before it wakes, or is worst then
    flag = policy.flags[row]
    unhurt = now.turn <= 1 and back_denied(reading)
    return not (unhurt and flag.needs == "pain") and not (flag.recent_only and bool(reading.long_ago))


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
    """Say whether a sign stands in one short sentence with the pain: "I have a fever and my back hurts".

    Where nothing parts the sentences of a message, it is one.
    """
    told = {n for n, m in reading.pains if m.status == "present" and m.site == "back"}
    unparted = len(reading.sentences) == 1
    return any(
        sentence.text[:400] == fact.context
        and number in told
        and (unparted or len(sentence.words) <= SIGN_WORDS)
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


def without_questions(reading: Reading, now: TriageState, agreed: Set[str]) -> list[Fact]:
    """Return the facts without referrals found only in a question of this turn, and in nothing else.

    "Which ones can I do lying on the floor?" tells of no day spent on the floor; `agreed` are the rows that
    hold when the message is read as a whole beside the pain.
    """
    asked = {sentence.text[:400] for sentence in reading.sentences if sentence.question}
    return [
        fact
        for fact in now.facts
        if fact.turn != now.turn
        or fact.level != "refer"
        or fact.source != "rule"
        or fact.row in agreed
        or fact.context not in asked
    ]


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
