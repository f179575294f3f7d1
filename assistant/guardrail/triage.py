"""The guardrail: one message and the state of the conversation in, the referral level and the new state out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.guardrail import policy as policies
from assistant.guardrail import signals
from assistant.guardrail.model import ASK_ORDER, Ask, AskKind, Fact, Kind, Triage, TriageState
from assistant.guardrail.policy import Flag, Policy
from assistant.guardrail.signals import Reading
from assistant.schema import LEVELS, Level, Reason, When

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


class Guardrail:
    """Triage of a conversation, turn by turn.

    Example:
        >>> guardrail = Guardrail.load()  # doctest: +SKIP
        >>> guardrail.assess("My lower back has hurt for three weeks").level  # doctest: +SKIP
        'refer'
    """

    def __init__(self, policy: Policy, today: Callable[[], date], use_rules: bool = True) -> None:
        self.policy = policy
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
        return cls(policies.load(knowledge), today, use_rules)

    def assess(self, message: str, state: TriageState | None = None, *, embed: Embed | None = None) -> Triage:
        """Return the verdict on `message` after the conversation that `state` remembers."""
        before = state or TriageState()
        now = before.model_copy(deep=True)
        now.turn += 1
        reading = signals.read(message, self.policy, self._today(), before.language, before.pain == "present")
        now.language = reading.language
        self._answer(reading, before, now)
        self._pain(reading, before, now)
        self._facts(reading, before, now)
        return self._verdict(now)

    # ── reading into the state ────────────────────────────────────────────────────────────────────────────────

    def _answer(self, reading: Reading, before: TriageState, now: TriageState) -> None:
        """Read a short answer against the question asked."""
        now.pending = None
        if before.pending is None or reading.words() > 12:
            return
        text = " ".join(s.text for s in reading.sentences)
        yes, no = _says(reading, "yes_word"), _says(reading, "no_answer")
        if before.pending == "interference":
            if reading.has("runs_fine") or (no and not yes):
                now.settled["interference"] = text
            elif yes and not no:
                self._add(now, "interference", text)
        elif before.pending == "worsening":
            if reading.has("better") or reading.has("same") or (no and not yes):
                now.settled["worsening"] = text
            elif yes and not no:
                self._add(now, "worsening", text)
        elif before.pending == "duration" and no and not reading.spans:
            now.settled.setdefault("duration", text)

    def _pain(self, reading: Reading, before: TriageState, now: TriageState) -> None:
        for number, mention in reading.pains:
            sentence = reading.sentences[number]
            if mention.status == "present":
                if mention.site == "elsewhere":
                    now.elsewhere = now.pain == "unknown"
                elif mention.site == "back" or not now.elsewhere:
                    now.pain = "present"
                    now.pain_turn = now.turn
                    now.pain_evidence = sentence.text[:200]
                    now.pain_subject = reading.subject
            elif mention.status in ("denied", "past") and mention.site != "elsewhere":
                if before.pain != "present":
                    now.pain = "denied"
        if before.pain == "present" and now.pain != "present":
            now.pain = "present"

    def _facts(self, reading: Reading, before: TriageState, now: TriageState) -> None:
        for hit in reading.hits:
            over = reading.over_at is not None and hit.place < reading.over_at and hit.flag.level == "refer"
            if over and "past" not in hit.flag.keeps and before.pain != "present":
                continue
            self._add(now, hit.flag.id, hit.evidence, subject=hit.subject)
        limit = self.policy.thresholds.refer_from_days
        spans = [s for s in reading.spans if reading.over_at is None or s.place > reading.over_at or before.pain == "present"]
        if spans:
            longest = max(spans, key=lambda s: s.days)
            if longest.days >= limit:
                fact = Fact(row="duration", signal="duration", level="refer", when="soon", evidence=longest.evidence,
                            turn=now.turn, needs_pain=True, days=int(longest.days))  # fmt: skip
                if reading.has("correction") and before.turn:
                    now.facts = [f for f in now.facts if f.signal != "duration"]
                now.facts = [*now.facts, fact]
            else:
                now.settled["duration"] = longest.evidence
                if reading.has("correction") and before.turn:
                    now.facts = [f for f in now.facts if f.signal != "duration"]
        if now.pain == "present":
            if reading.has("runs_fine") and "interference" not in {f.row for f in now.facts}:
                now.settled["interference"] = reading.where("runs_fine")
            for concept in ("better", "same"):
                if reading.has(concept) and "worsening" not in {f.row for f in now.facts}:
                    now.settled["worsening"] = reading.where(concept)

    def _add(self, now: TriageState, row: str, evidence: str, *, subject: str = "self", source: str = "rule") -> None:
        flag: Flag = self.policy.flags[row]
        if any(f.row == row and f.evidence == evidence for f in now.facts):
            return
        now.facts.append(
            Fact(row=row, signal=flag.signal, level=flag.level, when=flag.when, evidence=evidence or "…", turn=now.turn,
                 subject="other" if subject == "other" else "self", needs_pain=flag.needs == "pain",
                 source="head" if source == "head" else "rule")
        )  # fmt: skip

    # ── the verdict ───────────────────────────────────────────────────────────────────────────────────────────

    def _verdict(self, now: TriageState) -> Triage:
        present = now.pain == "present"
        active = [f for f in now.facts if present or not f.needs_pain]
        level: Level = "none"
        when: When | None = None
        ask: Ask | None = None
        if active:
            level = max((f.level for f in active), key=LEVELS.index)
            whens = [f.when for f in active if f.level == level]
            when = "now" if "now" in whens else "today" if "today" in whens else "soon"
        elif present:
            unknown = [kind for kind in ASK_ORDER if kind not in now.settled]
            level = "check" if unknown else "none"
            ask = self._ask(now, unknown)
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

    def _ask(self, now: TriageState, unknown: list[AskKind]) -> Ask | None:
        if len(now.asked) >= self.policy.thresholds.max_questions:
            return None
        for kind in unknown:
            if kind not in now.asked:
                now.asked.append(kind)
                now.pending = kind
                return Ask(kind=kind)
        return None


def _says(reading: Reading, concept: str) -> bool:
    return bool(reading.places) and any(a == 0 for a, _ in reading.places[0].get(concept, ()))
