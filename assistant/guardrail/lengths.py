"""How long the pain has lasted, as a visitor tells it turn by turn, corrects it and puts its unit right."""

from __future__ import annotations

from datetime import date

from assistant.guardrail import clauses, duration
from assistant.guardrail.clauses import word_set
from assistant.guardrail.model import Fact, TriageState
from assistant.guardrail.policy import Policy
from assistant.guardrail.reading import Reading, Span

UNIT_WORDS = 8
"""A correction of the unit alone is up to so long."""
_BEGAN = word_set("started starting began begun since came from")
_RESTATING = word_set("""
    no not nope nah sorry i i've i'm mean it it's its is was been has have had only just like about around
    actually oops correction lol haha wrong said should be say and argh ffs that that's the my pain back hurt
    hurts hurting sore aching started starting began begun since for ago of now really so far tbh well then
    came on from duh scratch silly me bad mistake misread rather to clear at all maximum max tops
""")
"""What a corrected length of time is told with, and nothing of what else went on."""


def take(policy: Policy, reading: Reading, before: TriageState, now: TriageState, today: date) -> None:
    """Take over the longest time told of the pain: a fact from the policy's days on, else settled."""
    told = [
        s
        for s in reading.spans
        if reading.over_at is None or s.place > reading.over_at or before.pain == "present"
    ]
    restated = _restated(reading, before, today)
    if not (spans := told or restated):
        return
    longest = max(spans, key=lambda s: s.days)
    if restated or _corrected(reading, before, today):
        now.facts = [f for f in now.facts if f.signal != "duration"]
    if longest.days < policy.thresholds.refer_from_days:
        now.settled["duration"] = longest.evidence
        return
    fact = Fact(
        row="duration", signal="duration", level="refer", when="soon", turn=now.turn,
        evidence=longest.evidence, needs_pain=True, days=int(longest.days),
    )  # fmt: skip
    now.facts = [*now.facts, fact]


def _corrected(reading: Reading, before: TriageState, today: date) -> bool:
    """Say whether a length of time is put in the place of the one told before: "no sorry, 3 days, not weeks".

    A time that is told of something else, or of a good day, takes nothing back: "it was ok today".
    """
    if before.turn == 0:
        return False
    # "3 days not 3 weeks" and "I meant 3 days" say it whatever else is said.
    denied = any(
        sentence.words[max(0, a - 2) : a].count("not") > 0
        for sentence, places in zip(reading.sentences, reading.places, strict=True)
        for a, _ in places.get("time_unit", ())
    )
    said = [w for s in reading.sentences for w in s.words]
    if (
        denied
        or said[:2] in (["no", "wait"], ["no", "hang"])
        or {"meant", "typo", "mistyped", "autocorrect"} & {*said}
    ):
        return bool(reading.spans) and not reading.has("exercise_name")  # "I meant planks for 2 minutes"
    spans = [
        span for sentence in reading.sentences for span in duration.time_spans(sentence.words, {}, today)
    ]
    if not reading.has("correction") or reading.has("benign_denial"):
        return False
    if (
        any(s.kind == "since" for s in spans)
        and (reading.has("ache_word") or reading.has("still_sore"))
        and not _BEGAN & {*said}
    ):
        return False  # "only hurt for an hour today"
    spent = sum(span.last - span.first + 1 for span in spans)
    return sum(w not in _RESTATING for w in said) <= spent


def _restated(reading: Reading, before: TriageState, today: date) -> list[Span]:
    """Return the length told before in the unit that is put in its place: "sorry, days not weeks"."""
    if reading.spans or reading.words() > UNIT_WORDS or not reading.has("correction"):
        return []
    told = [f.evidence for f in before.facts if f.row == "duration"] or [before.settled.get("duration", "")]
    known = [
        (span.days, sentence.words)
        for sentence in clauses.sentences(told[-1])
        for span in duration.time_spans(sentence.words, {}, today)
    ]
    for days, words in sorted(known, reverse=True):
        said = [w for s in reading.sentences for w in s.words]
        if (times := duration.other_unit(said, words)) is not None:
            first = reading.sentences[0]
            return [Span(days * times, " ".join(s.text for s in reading.sentences), first.start, True)]
    return []
