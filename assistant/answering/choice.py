"""Which exercises fit a question, and what is said of the ones that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answering import cues
from assistant.answering.compose import Draft
from assistant.answering.concepts import Linker
from assistant.answering.extractive import MAX_CHOICES, Composer
from assistant.answering.memory import Question
from assistant.answering.mentions import words
from assistant.answering.partial import Partial
from assistant.answering.refusals import MOST_DESCRIBED, first_found
from assistant.answering.segments import asks
from assistant.ingestion.chunks import Chunk
from assistant.wording import Wording

LEAST_TOLD = 4
"""Words below which "hinge how" asks for a movement and tells no need."""
MOST_BESIDE = 3
"""Passages added to an answer beside what was asked for: short first."""
_ASKS_NUMBER = (
    "how many",
    "how much",
    "how long",
    "how far",
    "how old",
    "mileage",
    "miles",
    "litre",
    "what distance",
)


class Choice:
    """Chooses exercises by what a question names, needs and bars, and drafts what is said of them."""

    partial: Partial
    """Says what the guide lacks of a question that it answers in part."""

    def __init__(self, chunks: Sequence[Chunk], linker: Linker, wording: Wording) -> None:
        self.composer = Composer(chunks, wording)
        self.linker = linker
        self.wording = wording

    def _lead(self, draft: Draft, key: str) -> None:
        draft.say(self.wording.say(f"answers.lead.{key}"))

    def _also(self, draft: Draft, chunks: Sequence[Chunk]) -> None:
        """Add what the guide says nearby, unless it stands in the answer already; of running text a line."""
        cited = {citation.id for citation in draft.citations}
        new = [chunk for chunk in chunks if chunk.id not in cited and not chunk.text.endswith(":")]
        new = [chunk for chunk in new if chunk.title or (chunk.section != chunk.guide and draft.beside < 2)]
        if new := new[: max(0, MOST_BESIDE - draft.beside)]:
            draft.beside += len(new)
            self._lead(draft, "also")
            self.composer.mixed(draft, new, most=1)

    def _tells_need(self, question: Question) -> bool:
        """Say whether a message tells a need ("my posture goes, what would you do?") and describes no
        exercise."""
        brief = len(question.message.split()) < LEAST_TOLD
        return bool(self._needs(question)) and not brief and not cues.DESCRIBES.search(question.message)

    def _needs(self, question: Question) -> frozenset[str]:
        """Return the muscles, movements and complaints that a question names and the guide serves."""
        served = self.linker.concepts.named(question.message) & self.linker.served
        return served - self.linker.concepts.positions - self.linker.subject

    def _described(self, question: Question, most: int = 2) -> list[Chunk]:
        """Return the exercise that a question describes without its name, if the first passages hold one.

        Where it tells a position ("on hands and knees"), only an exercise in that position will do.
        """
        told = self.linker.concepts.named(question.message) & self.linker.concepts.positions
        brief = len(question.message.split()) <= MOST_DESCRIBED
        if not told and not brief and not cues.DESCRIBES.search(question.message):
            return []
        exercises = [chunk for chunk in question.passages if chunk.exercise]
        fitting = [chunk for chunk in exercises if told and told <= self.linker.serves(chunk)]
        return fitting[:1] or [chunk for chunk in question.passages[:most] if chunk.exercise][:1]

    def _howto(self, draft: Draft, question: Question) -> None:
        targets = question.targets or ([] if self._tells_need(question) else self._described(question))
        if not targets:
            self._choose(draft, question)
            return
        again = all(f"explained:{chunk.id}" in draft.said for chunk in targets)
        told = not asks(question.message) and not cues.STEPS.search(question.message)
        if again and told and not question.named:
            # "I fall over", told of what was just explained: the steps once more say nothing new.
            self.partial.say(draft, replace(question, intent="feel"))
            return
        whole = targets[: 1 if question.loose else 3]
        for chunk in whole:
            self.composer.exercise(draft, chunk)
        if others := [chunk for chunk in targets[:3] if chunk not in whole]:
            self._lead(draft, "also")
            self.composer.reasons(draft, others)
        self.composer.frequency(draft)

    def _benefit(self, draft: Draft, question: Question) -> None:
        if not question.targets:
            self._choose(draft, question)
            return
        known = [f"explained:{chunk.id}" in draft.said for chunk in question.targets]
        if len(question.targets) > 1 or all(known):
            self.composer.reasons(draft, question.targets[: 2 * MAX_CHOICES])
            return
        self.composer.exercise(draft, question.targets[0])
        self.composer.frequency(draft)

    def _dose(self, draft: Draft, question: Question) -> None:
        every = not question.targets and cues.EACH.search(question.message)
        targets = question.targets or ([] if every else self._described(question, most=1))
        if not targets and cues.OF_EACH.search(question.message):
            self.composer.doses(draft, self.composer.of_kind("exercise"))
            return
        if not targets:
            self._frequency(draft, question)
            return
        self.composer.doses(draft, targets)
        self.partial.beyond_dose(draft, question.message, targets)
        self.composer.frequency(draft)

    def _frequency(self, draft: Draft, question: Question) -> None:
        again = "frequency" in draft.said
        draft.asked_for = "frequency"
        self.composer.frequency(draft)
        self.partial.beyond_week(draft, question.message)
        if question.named:
            self.composer.summaries(draft, question.targets[:3])
        elif not question.targets and not again:
            self.composer.items(draft, self.composer.of_kind("integration")[:2])

    def _choose(self, draft: Draft, question: Question) -> None:
        unserved = not question.targets and self.linker.unserved(question.context)
        if unserved and self.linker.items(question.context, 1, ["tip"]):
            self._protect(draft, question)
            return
        # "glutes, abs, back": the guide's own part of the body is one of the needs.
        listed = self._needs(question) and self.linker.topic in words(question.context)
        also = self.linker.subject if listed else frozenset[str]()
        linked = self.linker.exercises(question.context, MAX_CHOICES + len(question.beside), also)
        if not self.linker.concepts.named(question.context):
            # Nothing that a concept tells: what the question describes comes first.
            linked = [*(c for c in question.passages[:MAX_CHOICES] if c.exercise), *linked]
        if barred := self._barred(question):
            # "I cannot kneel": nothing that is done on the knees.
            every = self.linker.exercises(question.context, len(self.composer.chunks))
            rest = [chunk for chunk in self.composer.of_kind("exercise") if chunk not in every]
            linked = [c for c in (*every, *rest) if not self.linker.serves(c) & barred]
            wished = self._positions(question.message, barred=False)
            linked = ([c for c in linked if self.linker.serves(c) & wished] or linked)[:MAX_CHOICES]
        wanted = [c for c in dict.fromkeys([*question.targets, *linked]) if c.id not in question.beside]
        chosen = wanted[: asked_number(question) or max(MAX_CHOICES, len(question.targets))]
        if chosen:
            self._lead(draft, "choose" if len(chosen) > 1 else "choose_one")
            self.composer.summaries(draft, chosen)
            self.composer.frequency(draft)
        self._tips_nearby(draft, question)

    def _barred(self, question: Question) -> frozenset[str]:
        """Return the positions that a visitor cannot be in or does not want, or that bear on what hurts."""
        barred = self._positions(question.message, barred=True)
        if cues.HURTS.search(question.message):
            barred |= self.linker.concepts.loading(question.message)
        return barred

    def _positions(self, message: str, *, barred: bool) -> frozenset[str]:
        """Return the positions that a message bars, or those that it asks for beside them ("I can't kneel,
        anything standing?")."""
        if not cues.CANNOT.search(message):
            return frozenset()
        concepts = self.linker.concepts
        clauses = re.split(r"[.;,!?\n]+|\bbut\b|\bso\b", message)
        chosen = " . ".join(c for c in clauses if bool(cues.CANNOT.search(c)) is barred)
        denied = " . ".join(c for c in clauses if cues.CANNOT.search(c))
        # "No floor" names standing by what it denies: a wish, in a clause that bars the rest.
        wished = frozenset(
            name
            for name in concepts.named(denied) & concepts.positions
            if any(cues.DENIES.match(said) for said in concepts.wording(denied, {name}))
        )
        found = concepts.named(chosen) & concepts.positions
        return found - wished if barred else found | wished

    def _alternative(self, draft: Draft, question: Question) -> None:
        """Name exercises for the same muscles as the one that is not wanted."""
        if not question.targets:
            self._choose(draft, question)
            return
        purpose = " ".join(c.exercise.why for c in question.targets if c.exercise)
        barred = self._barred(question)
        found = self.linker.exercises(purpose, len(self.composer.chunks))
        found += [chunk for chunk in self.composer.of_kind("exercise") if chunk not in found]
        others = [c for c in found if c not in question.targets and not self.linker.serves(c) & barred]
        self._lead(draft, "choose")
        self.composer.summaries(draft, others[: MAX_CHOICES - 1])

    def _compare(self, draft: Draft, question: Question) -> None:
        if len(question.targets) < 2:
            self._choose(draft, question)
            return
        one = not question.named and cues.ONE.search(question.message)
        if cues.ONE.search(question.message) or cues.BETTER.search(question.message):
            draft.say(self.wording.say("answers.partly.unranked"))
        if not one:
            self._lead(draft, "compare")
        self.composer.summaries(draft, question.targets[: 1 if one else MAX_CHOICES])
        self.composer.frequency(draft)

    def _order(self, draft: Draft, question: Question) -> None:
        self._lead(draft, "order")
        self.composer.summaries(draft, question.targets or self.composer.of_kind("exercise"))

    def _tips_nearby(self, draft: Draft, question: Question) -> None:
        linked = self.linker.items(question.context, 2, ["tip", "cause", "integration"])
        near = linked or [c for c in question.passages[:3] if c.kind in ("tip", "cause", "integration")][:1]
        self._also(draft, near)

    def _protect(self, draft: Draft, question: Question) -> None:
        near = self.linker.items(question.context, 2, ["tip"]) or first_found(question, "tip")
        if near:
            anchored = [c for c in question.anchors if c.kind == "tip"]
            near = list(dict.fromkeys([*anchored, *near]))[:2]
        self._lead(draft, "cause" if near else "protect")
        self.composer.items(draft, near or self.composer.of_kind("tip"))
        asks_number = any(words in question.message.lower() for words in _ASKS_NUMBER)
        if asks_number and not any(c.isdigit() for chunk in near for c in chunk.text):
            draft.say(self.wording.say("answers.partly.amounts"))
        if self.linker.concepts.named(question.context):
            causes = self.linker.items(question.context, 1, ["cause"])
            self._also(draft, [*self.linker.items(question.context, 2, ["exercise"]), *causes])


def asked_number(question: Question) -> int:
    """Return how many exercises are asked for ("the best two exercises"), 0 where no number is said."""
    if question.intent == "choose" and cues.ONE.search(question.message):
        return 1
    found = cues.SO_MANY.search(question.message) if question.intent == "choose" else None
    if not found:
        return 0
    number = (found[1] or found[2]).lower()
    return cues.COUNTS.get(number) or int(number)
