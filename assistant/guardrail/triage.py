"""The guardrail: a message and the state so far in, the referral level and the new state out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant import resources
from assistant.guardrail import clauses, signals
from assistant.guardrail import policy as policies
from assistant.guardrail.head import FILE as HEAD_FILE
from assistant.guardrail.head import Head, Unit, units
from assistant.guardrail.lexicon import matches
from assistant.guardrail.model import ASK_ORDER, Ask, AskKind, Fact, Kind, Triage, TriageState
from assistant.guardrail.policy import Flag, Policy
from assistant.guardrail.signals import Reading
from assistant.schema import LEVELS, Level, Reason, When

_COMMON = frozenset(
    [
        "i",
        "my",
        "the",
        "a",
        "and",
        "it",
        "is",
        "of",
        "to",
        "in",
        "me",
        "can't",
        "no",
        "not",
        "i'm",
        "its",
        "it's",
        "when",
        "on",
        "with",
        "back",
        "pain",
    ]
)
STRICT_URGENT = 0.85
"""Chance from which the head alone raises to urgent where no back pain has been told."""
STRICT_LASTING = 0.93
"""The same for "it lasts", which the rules read well and short pains resemble."""
LISTED_PARTS = 2
"""Other parts of the body named in one sentence from which on the back is one of a list."""
OLD_DAYS = 28
"""From this age on a pain is not that of a recent fall."""
Embed = Callable[[Sequence[str]], NDArray[np.float32]]


class Guardrail:
    """Triage of a conversation, turn by turn.

    Example:
        >>> guardrail = Guardrail.load()  # doctest: +SKIP
        >>> guardrail.assess("My lower back has hurt for three weeks").level  # doctest: +SKIP
        'refer'
    """

    def __init__(
        self, policy: Policy, today: Callable[[], date], use_rules: bool = True, head: Head | None = None
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

    def assess(self, message: str, state: TriageState | None = None, *, embed: Embed | None = None) -> Triage:
        """Return the verdict on `message` after the conversation that `state` remembers."""
        before = state or TriageState()
        now = before.model_copy(deep=True)
        now.turn += 1
        reading = signals.read(
            message, self.policy, self._today(), before.language, before.pain == "present", before.turn == 0
        )
        if not self._use_rules:
            reading.hits, reading.spans = [], []
        now.language = reading.language
        self._answer(reading, before, now)
        self._pain(reading, before, now)
        self._correct(reading, before, now)
        self._facts(reading, before, now)
        self._marks(reading, now)
        self._learned(message, reading, now, embed)
        return self._verdict(now)

    # ── reading into the state ────────────────────────────────────────────────────────────────────────────────  # noqa: E501

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
            elif mention.status in ("denied", "past", "told") and mention.site != "elsewhere":  # noqa: SIM102
                if before.pain != "present" and not any(
                    m.status == "present" and m.strong for _, m in reading.pains
                ):
                    now.pain = "denied"
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
        """Take back a sign that the visitor explains by a harmless cause; a wish or reassurance takes nothing back."""  # noqa: E501
        if not before.facts or reading.has("override"):
            return
        said = {w for s in reading.sentences for w in s.words}
        again = {h.flag.id for h in reading.hits if h.flag.level == "urgent"}
        kept: list[Fact] = []
        for fact in now.facts:
            patterns = self.policy.explained.get(fact.row, [])
            explained = any(matches(p, places) for p in patterns for places in reading.places)
            about = said & (
                {w.lower().strip(".,!?") for w in fact.evidence.split()} - _COMMON
            ) or reading.has("correction")
            if explained and about and fact.row not in again:
                continue
            kept.append(fact)
        now.facts = kept

    def _learned(self, message: str, reading: Reading, now: TriageState, embed: Embed | None) -> None:
        """Let the head raise what the rules did not find; it never lowers."""
        if self.head is None or embed is None or reading.language != "en" or reading.words() < 3:
            return
        found = units(message, reading)
        vectors = embed([message, *(u.text for u in found)] if len(found) > 1 else [message])
        opinions = self.head.judge(vectors[1:] if len(found) > 1 else vectors, reading, found)
        limits = self.head.thresholds
        told = [o for o in opinions if not self._void(o.unit, reading)]
        if not told or now.elsewhere:
            return
        worst = max(told, key=lambda o: float(o.chances[3]))
        if now.pain == "unknown" and not now.elsewhere and reading.over_at is None:
            surest = min(told, key=lambda o: float(o.chances[0]))
            spoken = reading.has("spine_any") or reading.has("ache_word") or reading.has("trouble")
            if spoken and 1 - float(surest.chances[0]) >= limits.check and len(opinions) == 1:
                now.pain, now.pain_turn = "present", now.turn
                now.pain_evidence, now.pain_subject = surest.unit.text[:200], reading.subject
        back = now.pain == "present"
        if float(worst.chances[3]) >= (limits.urgent if back else STRICT_URGENT):  # noqa: SIM102
            if worst.urgent_row and not any(f.level == "urgent" and f.turn == now.turn for f in now.facts):
                self._add(now, worst.urgent_row, worst.unit.text[:200], source="head")
                return
        if back and not any(f.turn == now.turn for f in now.facts):
            likely = max(told, key=lambda o: float(o.chances[2] + o.chances[3]))
            needed = STRICT_LASTING if likely.refer_row == "persistent" else limits.refer
            if float(likely.chances[2] + likely.chances[3]) >= needed:
                self._add(now, likely.refer_row, likely.unit.text[:200], source="head")

    def _void(self, unit: Unit, reading: Reading) -> bool:
        contexts = [reading.contexts[n] for n in unit.sentences]
        return all(c.hypothetical or c.generic or c.historical or c.resolved_at is not None for c in contexts)

    def _marks(self, reading: Reading, now: TriageState) -> None:
        if now.pain != "present" or reading.words() > 15:
            return
        words = [w for s in reading.sentences for w in s.words]
        for unit, number in itertools.pairwise(words):
            if unit in ("mile", "km", "k", "minute") and number.isdigit():
                now.marks = [*now.marks, float(number)]
        if now.marks and (
            "my street" in " ".join(words)
            or "front door" in " ".join(words)
            or "first step" in " ".join(words)
        ):
            now.marks = [*now.marks, 0.0]
        if len(now.marks) >= 2 and now.marks[-1] < now.marks[0]:
            self._add(now, "worsening", " ".join(s.text for s in reading.sentences)[:200])

    def _facts(self, reading: Reading, before: TriageState, now: TriageState) -> None:
        for hit in reading.hits:
            over = reading.over_at is not None and hit.place < reading.over_at and hit.flag.level == "refer"
            if over and "past" not in hit.flag.keeps and before.pain != "present":
                continue
            self._add(
                now,
                hit.flag.id,
                hit.evidence,
                subject=hit.subject,
                context=reading.sentences[hit.sentence].text[:400],
            )
        if _climbing(reading) and now.pain == "present":
            self._add(now, "worsening", reading.sentences[0].text[:200])
        self._across(reading, now)
        limit = self.policy.thresholds.refer_from_days
        spans = [
            s
            for s in reading.spans
            if reading.over_at is None or s.place > reading.over_at or before.pain == "present"
        ]
        if spans:
            longest = max(spans, key=lambda s: s.days)
            if longest.days >= limit:
                fact = Fact(row="duration", signal="duration", level="refer", when="soon", evidence=longest.evidence,  # noqa: E501
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

    def _all_over(self, reading: Reading) -> bool:
        """Say whether every pain of the message is told before the words that end it, and no sign is urgent."""  # noqa: E501
        if reading.over_at is None or any(h.flag.level == "urgent" for h in reading.hits):
            return False
        places = [reading.sentences[n].spans[m.first][0] for n, m in reading.pains if m.status == "present"]
        return bool(places) and max(places) < reading.over_at

    def _across(self, reading: Reading, now: TriageState) -> None:
        """Put together what stands in different sentences or turns, e.g. a pregnancy and a severe pain."""
        real = [(s, p) for s, p, c in zip(reading.sentences, reading.places, reading.contexts, strict=True)
                if not (c.hypothetical or c.generic)]  # fmt: skip
        for flag in self.policy.flags.values():
            for pair in flag.across:
                here = {name: s.text for name in pair for s, p in real if name in p}
                if here and all(name in here or f"{flag.id}.{name}" in now.known for name in pair):
                    self._add(now, flag.id, list(here.values())[-1][:200])
                now.known += [k for name in here if (k := f"{flag.id}.{name}") not in now.known]

    def _add(
        self,
        now: TriageState,
        row: str,
        evidence: str,
        *,
        subject: str = "self",
        source: str = "rule",
        context: str = "",
    ) -> None:
        flag: Flag = self.policy.flags[row]
        if any(f.row == row and f.evidence == evidence for f in now.facts):
            return
        now.facts.append(
            Fact(row=row, signal=flag.signal, level=flag.level, when=flag.when, evidence=evidence or "…", turn=now.turn,  # noqa: E501
                 context=context, subject="other" if subject == "other" else "self", needs_pain=flag.needs == "pain",  # noqa: E501
                 source="head" if source == "head" else "rule")
        )  # fmt: skip

    # ── the verdict ───────────────────────────────────────────────────────────────────────────────────────────  # noqa: E501

    def _verdict(self, now: TriageState) -> Triage:
        present = now.pain == "present"
        active = [f for f in now.facts if present or not f.needs_pain]
        old = any((f.days or 0) >= OLD_DAYS or f.row == "persistent" for f in active)
        active = [f for f in active if not (old and self._only_recent(f))]
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

    def _only_recent(self, fact: Fact) -> bool:
        flag = self.policy.flags.get(fact.row)
        if flag is None or not flag.recent_only:
            return False
        places = self.policy.lexicon.places(clauses.sentences(fact.context)[0].words) if fact.context else {}
        return not {"recently", "fresh"} & set(places)

    def _ask(self, now: TriageState, unknown: list[AskKind]) -> Ask | None:
        if len(now.asked) >= self.policy.thresholds.max_questions:
            return None
        for kind in unknown:
            if kind not in now.asked:
                now.asked.append(kind)
                now.pending = kind
                return Ask(kind=kind)
        return None


def _climbing(reading: Reading) -> bool:
    """Say whether a score of pain climbs from day to day: "monday a 2, tuesday a 4, today a 7"."""
    words = [w for s in reading.sentences for w in s.words]
    if sum(w in _DAYS for w in words) < 2 or len(words) > 40:
        return False
    scores = [
        int(w)
        for i, w in enumerate(words)
        if w.isdigit() and int(w) <= 10 and words[i + 1 : i + 2] not in (["k"], ["miles"])
    ]
    return len(scores) >= 2 and all(a < b for a, b in itertools.pairwise(scores))


_DAYS = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "yesterday",
        "today",
        "tonight",
        "now",
        "week",
    ]
)


def _says(reading: Reading, concept: str) -> bool:
    return bool(reading.places) and any(a == 0 for a, _ in reading.places[0].get(concept, ()))
