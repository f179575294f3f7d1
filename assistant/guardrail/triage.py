"""The guardrail: a message and the state so far in, the referral level and the new state out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant import resources
from assistant.guardrail import answers, courtesy, facts, lengths, signals, windows
from assistant.guardrail import policy as policies
from assistant.guardrail.clauses import word_set
from assistant.guardrail.head import FILE as HEAD_FILE
from assistant.guardrail.head import Head, Opinion
from assistant.guardrail.lexicon import matches
from assistant.guardrail.model import ASK_ORDER, Fact, Triage, TriageState
from assistant.guardrail.policy import Policy
from assistant.guardrail.reading import Reading
from assistant.guardrail.scenes import (
    back_denied,
    climbing,
    earlier,
    joined_by_the_back,
    told_before_the_back,
    widened,
)
from assistant.guardrail.verdict import verdict
from assistant.guardrail.weighing import (
    of_another,
    raise_later,
    spoken,
    take_over,
    void,
    weigh,
    without_questions,
)

_COMMON = word_set("i my the a and it is of to in me can't no not i'm its it's when on with back pain")
HALF_WORDS = 9
"""A message up to this length may be half of what the visitor wants to say."""
LATER_WORDS = 4
NAMED_BEFORE = "My back hurts."
BESIDE_WORDS = 5
"""A later turn shorter than this is an answer, and the head is not asked about it."""
LISTED_PARTS = 2
"""Other parts of the body named in one sentence from which on the back is one of a list."""
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
Scorer = Callable[[str], NDArray[np.float32] | None]


_UNTOLD: dict[str, object] = {"facts": [], "pain": "unknown", "elsewhere": False, "settled": {}}
"""What a state looks like after nothing but a greeting."""


class Guardrail:
    """Triage of a conversation, turn by turn.

    Example:
        >>> guardrail = Guardrail.load()  # doctest: +SKIP
        >>> guardrail.assess("My lower back has hurt for three weeks").level  # doctest: +SKIP
        'refer'
    """

    def __init__(
        self,
        policy: Policy,
        today: Callable[[], date],
        use_rules: bool = True,
        head: Head | None = None,
    ) -> None:
        self.policy = policy
        self.head = head
        self._today = today
        self._use_rules = use_rules

    @classmethod
    def load(
        cls,
        knowledge: Path | None = None,
        *,
        use_head: bool = True,
        use_rules: bool = True,
        today: Callable[[], date] = date.today,
    ) -> Guardrail:
        """Read the policy of `knowledge` (default: the installation's).

        Raises:
            PolicyError: a file of the policy is wrong; the message names file, line and remedy.
        """
        directory = knowledge or resources.folder("knowledge")
        head = Head.load(directory / HEAD_FILE) if use_head else None
        return cls(policies.load(directory), today, use_rules, head)

    def assess(
        self,
        message: str,
        state: TriageState | None = None,
        *,
        embed: Embed | None = None,
        score: Scorer | None = None,
    ) -> Triage:
        """Return the verdict on `message` after the conversation that `state` remembers.

        `embed` gives the embedding of the message and `score` the adapter's scores of it; without them the
        rules decide alone. Each is called once, but for a story of more than `windows.WINDOW_WORDS` words,
        which is read in windows, and for a sign that only its sentence shows, which is read again.
        """
        message = courtesy.without(message)
        before = state or TriageState()
        now = before.model_copy(deep=True)
        now.turn += 1
        greeted = before.turn <= 2 and len(before.last.split()) <= 2
        opening = before.turn == 0 or (greeted and before == before.model_copy(update=_UNTOLD))
        reading = signals.read(
            message, self.policy, self._today(), before.language, before.pain == "present", opening
        )
        if before.pain_subject == "other" and not any(_ME & {*s.words} for s in reading.sentences):
            reading.subject = "other"  # "he says it's easing" is still about his pain
        whole = reading
        if not self._use_rules:
            reading = replace(reading, hits=[], spans=[])
        now.language = reading.language
        answers.answer(self.policy, reading, before, now)
        self._pain(reading, before, now)
        self._correct(reading, before, now)
        self._facts(reading, before, now)
        self._joined(message, reading, before, now)
        wider = widened(reading) if now.pain == "present" else ""
        if wider:
            facts.add(self.policy, now, "worsening", wider)
        if earlier(reading, now):
            facts.add(self.policy, now, "worsening", " ".join(s.text for s in reading.sentences)[:200])
        self._learned(message, whole, before, now, embed, score)
        if len(now.settled) == len(ASK_ORDER) > len(before.settled):
            now.settled_turn = now.turn
        return verdict(self.policy, now)

    # ── reading into the state ──

    def _pain(self, reading: Reading, before: TriageState, now: TriageState) -> None:
        unhurt = before.pain == "unknown" and back_denied(reading)
        for number, mention in sorted(reading.pains, key=lambda found: found[0]):
            sentence = reading.sentences[number]
            if mention.status == "present":
                if mention.site == "elsewhere" or unhurt:
                    now.elsewhere = now.pain == "unknown"
                elif mention.site == "back" or not now.elsewhere:
                    now.pain = "present"
                    now.pain_turn = now.turn
                    now.pain_evidence = sentence.text[:200]
                    now.pain_subject = reading.subject
            elif (
                mention.status in ("denied", "past", "told")
                and mention.site != "elsewhere"
                and before.pain != "present"
                and not any(m.status == "present" and m.strong for _, m in reading.pains)
            ):
                now.pain = "denied"
        if now.pain == "unknown" and answers.owned(reading) and self._names_a_sore_back(before.last):
            facts.present(now, before.last, reading)  # "Ice or heat for back pain?" / "yes mine"
        if before.elsewhere and now.pain == "unknown" and (back_too := joined_by_the_back(reading)):
            facts.present(now, back_too, reading)
        if before.pain != "present" and now.pain == "present" and self._all_over(reading):
            now.pain = "denied"
        own = [
            replace(m, weak=m.weak or (not m.strong and self._listed(reading, n)))
            for n, m in reading.pains
            if m.status == "present" and m.site != "elsewhere"
        ]
        denied = any(m.status == "denied" and m.strong for _, m in reading.pains)
        worked = reading.has("hard_work") or denied
        if own and before.pain != "present":
            now.mild = worked and all(m.weak for m in own)
        elif any(m.strong for m in own):
            now.mild = now.mild and reading.has("mild")
        if before.pain == "present" and reading.has("hard_work") and reading.has("mild") and not now.facts:
            now.mild = True
        if before.pain == "present" and now.pain != "present":
            now.pain = "present"

    def _listed(self, reading: Reading, number: int) -> bool:
        """Say whether the back is one of a list of sore parts: "calves, hamstrings, lower back"."""
        sites = {reading.sentences[number].words[a] for a, _ in reading.places[number].get("other_site", ())}
        return len(sites) >= LISTED_PARTS

    def _correct(self, reading: Reading, before: TriageState, now: TriageState) -> None:
        """Take back a sign that the visitor explains by a harmless cause; a wish takes nothing back."""
        if answers.taken_back(reading, before):
            now.facts, now.settled, now.pain = [], {}, "denied"
            return
        if reading.has("override"):
            return
        if (
            before.pain == "present"
            and reading.words() <= answers.TAKEN_BACK_WORDS
            and answers.over(reading, before)
        ):
            now.facts = [f for f in now.facts if f.level == "urgent"]
            now.settled = {}
            now.pain = "denied"
            return
        if not before.facts:
            return
        said = {w for s in reading.sentences for w in s.words}
        again = {h.flag.id for h in reading.hits if h.flag.level == "urgent"}
        kept: list[Fact] = []
        for fact in now.facts:
            explained = self._explained(fact.row, reading)
            about = said & (
                {w.lower().strip(".,!?") for w in fact.evidence.split()} - _COMMON
            ) or reading.has("correction")
            answer = reading.words() <= HALF_WORDS + 3 and not any(
                m.status == "present" for _, m in reading.pains
            )
            if fact.row == "worsening" and answers.eased(reading):
                continue
            if explained and not said & _GUESSING and (about or answer) and fact.row not in again:
                continue
            kept.append(fact)
        now.facts = kept

    def _learned(
        self,
        message: str,
        reading: Reading,
        before: TriageState,
        now: TriageState,
        embed: Embed | None,
        score: Scorer | None,
    ) -> None:
        """Let the head raise what the rules missed, and drop what they took from a side remark."""
        if self.head is None or embed is None or reading.language != "en" or reading.words() < 3:
            return
        if before.turn and (before.pain == "present" or self._names_the_back(before.last)):
            self._beside(message, reading, before, now, embed, score)
            return
        head, told = self.head, embed

        def judge(text: str, read: Reading) -> Opinion:
            # The scores first: their run gives the embedding too.
            parts = windows.cut(text, read.sentences)
            scored = [s for part in parts if score is not None and (s := score(part)) is not None]
            vector = windows.together(told(parts)) if len(parts) > 1 else told(parts)[0]
            return head.judge(vector, read, windows.gravest(scored) if scored else None)

        def alone(sentence: str) -> float:
            return float(judge(sentence, signals.read(sentence, self.policy, self._today())).chances[3])

        opinion = judge(message, reading)
        if before.turn == 0:
            level = facts.level(self.policy, now)
            settled = head.settle(opinion, reading, level, now.pain == "present")
            weigh(self.policy, head.thresholds, opinion, reading, now, alone, settled)
        elif not void(reading) and reading.words() >= LATER_WORDS:
            raise_later(self.policy, head.thresholds, opinion, reading, now)

    def _beside(
        self,
        message: str,
        reading: Reading,
        before: TriageState,
        now: TriageState,
        embed: Embed,
        score: Scorer | None,
    ) -> None:
        """Read a later message beside the pain that was named before, as one opening message.

        "Since Monday it's in the left leg too" says what it says only so.
        """
        taken_back = len([f for f in now.facts if f.turn < now.turn]) < len(before.facts)
        if taken_back or now.pain == "denied" or reading.has("override") or reading.words() < BESIDE_WORDS:
            return
        found = self.assess(f"{NAMED_BEFORE} {message}", embed=embed, score=score).state
        found.facts = [f for f in found.facts if f.source != "head" or not self._explained(f.row, reading)]
        now.facts = without_questions(reading, now, {fact.row for fact in found.facts})
        take_over(found, message, reading, before, now)

    def _explained(self, row: str, reading: Reading) -> bool:
        """Say whether a harmless cause of a sign is named: "on purpose, I'm on a diet"."""
        return any(
            matches(p, places) for p in self.policy.explained.get(row, []) for places in reading.places
        )

    @staticmethod
    def text(message: str, state: TriageState | None = None) -> str:
        """Return what `assess` will most likely have embedded and scored, for a caller to have it ready."""
        message = courtesy.without(message)
        return f"{NAMED_BEFORE} {message}" if state is not None and state.pain == "present" else message

    def _names_the_back(self, text: str) -> bool:
        """Say whether a short message before named the back without saying that it hurts."""
        if not text:
            return False
        return spoken(signals.read(text, self.policy, self._today(), "en", False, True))

    def _names_a_sore_back(self, text: str) -> bool:
        """Say whether a short message before named a back that hurts, without saying whose."""
        if not text:
            return False
        reading = signals.read(text, self.policy, self._today(), "en", False, True)
        return reading.has("backache") or (reading.has("spine_any") and reading.has("weak_pain"))

    def _joined(self, message: str, reading: Reading, before: TriageState, now: TriageState) -> None:
        """Read a short message together with the short one before it, for a red flag told in two halves."""
        short = reading.words() <= HALF_WORDS
        now.last = message[:200] if short else ""
        asks = reading.has("exercise_name") and any(s.question for s in reading.sentences)
        if asks or not (short and before.last) or not self._use_rules or reading.has("override"):
            return  # "Supermans: chest only or legs too?" finishes nothing
        joined = signals.read(
            f"{before.last.rstrip('.!?… ')} {message}", self.policy, self._today(), now.language, True, False
        )
        alone = {h.flag.id for h in reading.hits} | {f.row for f in before.facts}
        for hit in joined.hits:
            if hit.flag.level == "urgent" and hit.flag.id not in alone:
                facts.add(
                    self.policy, now, hit.flag.id, message[:200], subject=hit.subject, context=hit.evidence
                )

    def _facts(self, reading: Reading, before: TriageState, now: TriageState) -> None:
        for hit in reading.hits:
            if hit.flag.id == "interference" and "runs_fine" in reading.places[hit.sentence]:
                continue
            if of_another(hit.subject, hit.flag.needs == "pain", before):
                continue
            if hit.flag.recent_only and hit.sentence in reading.long_ago:
                continue
            if hit.subject == "other" and self._anothers_story(hit.place, reading, before):
                continue
            over = reading.over_at is not None and hit.place < reading.over_at and hit.flag.level == "refer"
            if over and "past" not in hit.flag.keeps and before.pain != "present":
                continue
            facts.add(
                self.policy,
                now,
                hit.flag.id,
                hit.evidence,
                subject=hit.subject,
                context=reading.sentences[hit.sentence].text[:400],
            )
        scene = told_before_the_back(reading)
        if scene and before.turn == 0:
            facts.present(now, scene, reading)
            facts.add(self.policy, now, "interference", scene)
        if climbing(reading) and now.pain == "present":
            facts.add(self.policy, now, "worsening", reading.sentences[0].text[:200])
        self._across(reading, now)
        lengths.take(self.policy, reading, before, now, self._today())
        if now.pain == "present":
            if reading.has("runs_fine") and "interference" not in {f.row for f in now.facts}:
                now.settled["interference"] = reading.where("runs_fine")
            for concept in ("better", "same"):
                if reading.has(concept) and "worsening" not in {f.row for f in now.facts}:
                    now.settled["worsening"] = reading.where(concept)

    @staticmethod
    def _anothers_story(place: int, reading: Reading, before: TriageState) -> bool:
        """Say whether a sign is told of somebody else, and as over, to one who has pain: "he is fine now"."""
        ended = reading.over_at is not None and place < reading.over_at
        return ended and before.pain == "present" and before.pain_subject == "self"

    def _all_over(self, reading: Reading) -> bool:
        """Say whether every pain is told before the words that end it, and no sign is urgent."""
        if reading.over_at is None or any(h.flag.level == "urgent" for h in reading.hits):
            return False
        places = [reading.sentences[n].spans[m.first][0] for n, m in reading.pains if m.status == "present"]
        return bool(places) and max(places) < reading.over_at

    def _across(self, reading: Reading, now: TriageState) -> None:
        """Put together what stands in different sentences or turns, e.g. a pregnancy and a severe pain."""
        real = [(s, p) for s, p, c in zip(reading.sentences, reading.places, reading.contexts, strict=True)
                if not (c.hypothetical or c.generic) or _EXPECTING in p]  # fmt: skip
        for flag in self.policy.flags.values():
            for pair in flag.across:
                here = {name: s.text for name in pair for s, p in real if name in p}
                if here and all(name in here or f"{flag.id}.{name}" in now.known for name in pair):
                    facts.add(self.policy, now, flag.id, list(here.values())[-1][:200])
                now.known += [k for name in here if (k := f"{flag.id}.{name}") not in now.known]


_EXPECTING = "pregnant"
"""Who asks what may be done when pregnant is, or is with one who is."""
_ME = word_set("i i'm i've i'd i'll my me mine myself")
_GUESSING = word_set("""
    maybe perhaps probably might guess could possibly presumably prob probs prolly suppose reckon think hope
    hopefully likely must bet will try see
""")
"""With one of these a harmless cause is a hope, and takes nothing back."""
