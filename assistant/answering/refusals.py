"""Honest refusals that help: what the guide does not have, and what it has nearby."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering import cues
from assistant.answering.compose import Draft
from assistant.answering.concepts import Linker
from assistant.answering.extractive import Composer
from assistant.answering.memory import Memory, Question
from assistant.ingestion.chunks import Chunk
from assistant.settings import Clinic
from assistant.wording import Wording

NEARBY = ("lead", "training", "nutrition", "treatment", "body_part")
"""Kinds of questions beside the guide after which it is worth saying what the guide has nearby."""
NEAR_ENOUGH = 0.3
"""Least cosine at which a passage that was found first is worth saying."""
MOST_DESCRIBED = 8
"""Words up to which a question on how something goes needs no "the one where" to describe an exercise."""


class Refusals:
    """Says that the guide does not cover a question, and what it says nearby."""

    def __init__(self, composer: Composer, linker: Linker, wording: Wording, clinic: Clinic) -> None:
        self.composer = composer
        self.linker = linker
        self.wording = wording
        self.clinic = clinic

    def serves(self, text: str) -> bool:
        """Say whether `text` names, beside what the guide lacks, a muscle or complaint that it serves."""
        for thing in self.linker.missing(text):
            text = text.replace(thing, " ")
        return bool((self.linker.concepts.named(text) & self.linker.served) - self.linker.subject)

    def unknown(self, question: Question, memory: Memory) -> bool:
        """Say whether a message asks how an exercise is done that neither guide nor thesaurus knows."""
        message = question.message
        plain = len(message.split()) <= MOST_DESCRIBED and not question.targets and not memory.shown
        told = (
            self.linker.concepts.named(message)
            or cues.DESCRIBES.search(message)
            or cues.POINTS.search(message)
        )
        return bool(plain and not told and cues.HOW_IS_DONE.search(message))

    def say_missing(self, draft: Draft, missing: Sequence[str]) -> None:
        """Say, once in a conversation, what the guide lacks, in the visitor's own words."""
        key = f"missing:{missing}"
        if key not in draft.said:
            draft.said.append(key)
            draft.say(self.wording.say("answers.partly.missing", things=_joined(missing)))

    def elsewhere(self, missing: Sequence[str], question: Question, memory: Memory) -> Draft:
        """Say that the guide does not have the exercise or gear asked for, and which of its own are
        nearest."""
        draft = Draft("out_of_scope")
        draft.covered = False
        draft.said = memory.said
        if missing:
            self.say_missing(draft, missing)
        else:
            draft.say(self.wording.say("answers.partly.unknown"))
        near = self.linker.exercises(question.message, 2)
        draft.say(self.wording.say("answers.lead.related"))
        self.composer.reasons(draft, near, card=False)
        self.composer.suggest(draft, "out_of_scope")
        return draft

    def outside(self, kind: str, question: Question, memory: Memory, *, alone: bool = True) -> Draft:
        """Decline a question of a kind that is beside the guide; `alone` where nothing else was asked."""
        if kind in NEARBY and (missing := self.linker.missing(question.message)):
            return self.elsewhere(missing, question, memory)
        draft = Draft("out_of_scope")
        draft.covered = False
        times = memory.said.count(f"out.{kind}") if memory.intent.startswith("out.") else 0
        again = self.wording.all("answers.out.again")
        draft.say(again[min(times, len(again)) - 1] if times else self.wording.say(f"answers.out.{kind}"))
        memory.said.append(f"out.{kind}")
        named = self.linker.concepts.named(question.message) - self.linker.subject
        kinds = ["tip", "cause", "integration", "exercise"]
        near = self.linker.items(question.message, 2, kinds) if named else []
        near = near or [c for k in kinds[:3] for c in first_found(question, k)]
        bears = self.linker.concepts.loading(question.message)
        near = [c for c in near if not self.linker.serves(c) & bears]
        if kind in NEARBY and near:
            draft.say(self.wording.say("answers.lead.related"))
            self.composer.mixed(draft, near)
        elif "offer" not in memory.said and alone:
            draft.say(self.wording.say("answers.out.offer"))
            memory.said.append("offer")
        if kind in ("diagnosis", "imaging", "surgery", "body_part", "treatment", "insurance"):
            self.composer.ways(draft, self.clinic.ways_to_a_person())
        self.composer.suggest(draft, "out_of_scope")
        return draft


def _joined(things: Sequence[str]) -> str:
    return ", ".join(f"“{thing}”" for thing in things)


def first_found(question: Question, kind: str) -> list[Chunk]:
    """Return the passage found first, if it is of that kind and near enough."""
    return [c for c in question.passages[:1] if c.kind == kind and question.nearness >= NEAR_ENOUGH]
