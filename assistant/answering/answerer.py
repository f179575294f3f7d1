"""From a message and the passages found for it to a drafted answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_core.documents import Document
from pydantic import BaseModel

from assistant import schema
from assistant.answering.compose import Draft
from assistant.answering.concepts import Linker
from assistant.answering.extractive import MAX_CHOICES, Composer
from assistant.answering.intent import IntentClassifier, Intents
from assistant.answering.mentions import Mentions, mask
from assistant.ingestion.chunks import Chunk
from assistant.settings import Clinic
from assistant.wording import Wording

Covered = Callable[[Sequence[Document], float], bool]

_TOPICS: dict[str, schema.Topic] = {
    "why": "why",
    "causes": "causes",
    "integrate": "integration",
    "plan": "integration",
    "protect": "protection",
    "seek_help": "seek_help",
    "report": "seek_help",
    "clinic": "clinic",
}
_SMALLTALK = ("greeting", "thanks", "goodbye", "affirm", "deny")
_ABOUT_ONE = ("howto", "benefit", "dose", "frequency", "compare", "order")


@dataclass(frozen=True)
class Question:
    """One question with what was found for it."""

    message: str
    targets: list[Chunk]
    """Exercises that it names, or that were talked about last."""
    passages: list[Chunk]


class Memory(BaseModel):
    """What the answering side remembers between turns."""

    topic: str = ""
    intent: str = ""
    shown: list[str] = []
    """Ids of the exercises named last, in order."""
    questions: list[str] = []


class Answerer:
    """Answers from the guide's own words."""

    def __init__(
        self,
        chunks: Sequence[Chunk],
        intents: IntentClassifier,
        mentions: Mentions,
        linker: Linker,
        wording: Wording,
        clinic: Clinic,
    ) -> None:
        self.composer = Composer(chunks, wording)
        self.intents = intents
        self.mentions = mentions
        self.linker = linker
        self.wording = wording
        self.clinic = clinic
        self._by_id = {chunk.id: chunk for chunk in chunks}
        self._guide = chunks[0].guide if chunks else ""

    def answer(
        self, message: str, documents: Sequence[Document], memory: Memory, covered: Covered
    ) -> tuple[Draft, Memory]:
        """Return the drafted answer and the new memory."""
        mentions = self.mentions.find(message)
        named = [mention.chunk for mention in mentions]
        intents = self.intents.classify(
            mask(message, mentions, self.wording.say("answers.exercise.stand_in"))
        )
        passages = [self._by_id[str(d.id)] for d in documents if str(d.id) in self._by_id]
        intent = self._decide(message, intents, named, documents, memory, covered)
        draft = self._dispatch(intent, message, named, passages, memory)
        return draft, Memory(
            topic=draft.topic if draft.covered else memory.topic,
            intent=intent,
            shown=draft.shown or memory.shown,
            questions=[*memory.questions, message][-20:],
        )

    def _decide(
        self,
        message: str,
        intents: Intents,
        named: Sequence[Chunk],
        documents: Sequence[Document],
        memory: Memory,
        covered: Covered,
    ) -> str:
        best = intents.best
        if named:
            if intents.margin < -0.15:
                return f"out.{intents.best_out}"
            return best if best in (*_ABOUT_ONE, "integrate", "choose", "plan") else "howto"
        if best in _SMALLTALK or best.startswith("meta"):
            if intents.margin > 0.05 and intents.scores[best] > 0.45:
                return best
            best = next(n for n in intents.scores if n not in _SMALLTALK and not n.startswith("meta"))
        short = len(message.split()) <= 5
        if (
            short
            and memory.shown
            and best in ("dose", "frequency", "howto", "benefit", "integrate", "order", "compare")
        ):
            return best
        if not covered(documents, intents.scores[best] - intents.out[intents.best_out]):
            near = intents.out[intents.best_out] >= 0.35
            return f"out.{intents.best_out}" if near else "out.lead"
        return best

    def _dispatch(
        self, intent: str, message: str, named: list[Chunk], passages: list[Chunk], memory: Memory
    ) -> Draft:
        if intent.startswith("out."):
            return self._outside(intent[4:])
        if intent in _SMALLTALK or intent.startswith("meta"):
            return self._talk(intent, memory)
        draft = Draft(_TOPICS.get(intent, "exercises"))
        targets = named or (
            self._recalled(memory) if intent in _ABOUT_ONE and len(message.split()) <= 8 else []
        )
        getattr(self, f"_{intent}", self._choose)(draft, Question(message, targets, passages))
        if not draft.suggestions:
            key = "one_exercise" if draft.topic == "exercises" and len(draft.shown) == 1 else draft.topic
            self.composer.suggest(draft, key)
        return draft

    def _recalled(self, memory: Memory) -> list[Chunk]:
        return [self._by_id[i] for i in memory.shown if i in self._by_id]

    def _lead(self, draft: Draft, key: str) -> None:
        draft.say(self.wording.say(f"answers.lead.{key}"))

    def _also(self, draft: Draft, chunks: Sequence[Chunk]) -> None:
        """Add what the guide says nearby, unless it stands in the answer already."""
        cited = {citation.id for citation in draft.citations}
        if new := [chunk for chunk in chunks if chunk.id not in cited]:
            self._lead(draft, "also")
            self.composer.mixed(draft, new)

    def _why(self, draft: Draft, question: Question) -> None:
        texts = [c for c in self.composer.of_topic("why") if c.kind == "text"]
        main = next((c for c in texts if "\n- " in c.quote or "\n• " in c.quote), texts[0] if texts else None)
        if main:
            self.composer.passage(draft, main)
        self._also(draft, self.linker.exercises(question.message, 3))
        self.composer.frequency(draft)

    def _causes(self, draft: Draft, question: Question) -> None:
        near = self.linker.items(question.message, 2, ["cause"])
        near = near or [c for c in question.passages[:2] if c.kind == "cause"]
        self._lead(draft, "cause" if near else "causes")
        self.composer.items(draft, near or self.composer.of_kind("cause"))
        if self.linker.concepts.named(question.message):
            self._also(draft, self.linker.exercises(question.message, 2))
            self._tips_nearby(draft, question)

    def _howto(self, draft: Draft, question: Question) -> None:
        if not question.targets:
            self._choose(draft, question)
        for chunk in question.targets[:3]:
            self.composer.exercise(draft, chunk)
        if question.targets:
            self.composer.frequency(draft)

    def _benefit(self, draft: Draft, question: Question) -> None:
        if len(question.targets) != 1:
            self._choose(draft, question)
            return
        self.composer.exercise(draft, question.targets[0])
        self.composer.frequency(draft)

    def _dose(self, draft: Draft, question: Question) -> None:
        if not question.targets:
            self._frequency(draft, question)
            return
        self.composer.doses(draft, question.targets)
        self.composer.frequency(draft)

    def _frequency(self, draft: Draft, question: Question) -> None:
        self.composer.frequency(draft)
        targets = question.targets[:3]
        if targets:
            self.composer.summaries(draft, targets)
        else:
            self.composer.items(draft, self.composer.of_kind("integration")[:2])

    def _choose(self, draft: Draft, question: Question) -> None:
        wanted = list(
            dict.fromkeys([*question.targets, *self.linker.exercises(question.message, MAX_CHOICES)])
        )
        chosen = wanted[: max(MAX_CHOICES, len(question.targets))]
        if chosen:
            self._lead(draft, "choose" if len(chosen) > 1 else "choose_one")
            self.composer.summaries(draft, chosen)
            self.composer.frequency(draft)
        self._tips_nearby(draft, question)
        if not draft.paragraphs:
            self._lead(draft, "related")
            self.composer.mixed(draft, question.passages[:3])

    def _compare(self, draft: Draft, question: Question) -> None:
        if len(question.targets) < 2:
            self._choose(draft, question)
            return
        self._lead(draft, "compare")
        self.composer.summaries(draft, question.targets[:MAX_CHOICES])
        self.composer.frequency(draft)

    def _order(self, draft: Draft, question: Question) -> None:
        self._lead(draft, "order")
        self.composer.summaries(draft, question.targets or self.composer.of_kind("exercise"))

    def _integrate(self, draft: Draft, question: Question) -> None:
        self._lead(draft, "integrate")
        self.composer.items(draft, self.composer.of_kind("integration"))
        self.composer.frequency(draft)
        if question.targets:
            self.composer.doses(draft, question.targets[:2])

    def _plan(self, draft: Draft, _question: Question) -> None:
        self._lead(draft, "plan")
        self.composer.items(draft, self.composer.of_kind("integration"))
        self.composer.frequency(draft)

    def _protect(self, draft: Draft, question: Question) -> None:
        near = self.linker.items(question.message, 2, ["tip"])
        near = near or [c for c in question.passages[:3] if c.kind == "tip"][:2]
        self._lead(draft, "cause" if near else "protect")
        self.composer.items(draft, near or self.composer.of_kind("tip"))
        if self.linker.concepts.named(question.message):
            causes = self.linker.items(question.message, 1, ["cause"])
            self._also(draft, [*self.linker.exercises(question.message, 2), *causes])

    def _report(self, draft: Draft, question: Question) -> None:
        """Answer somebody who tells of pain and asks nothing: the guide's rule on when to get help."""
        for chunk in self.composer.of_topic("seek_help")[:1]:
            self.composer.passage(draft, chunk, most=1)
        if self.linker.concepts.named(question.message):
            self._also(draft, self.linker.items(question.message, 1, ["cause"]))

    def _seek_help(self, draft: Draft, _question: Question) -> None:
        for chunk in self.composer.of_topic("seek_help"):
            self.composer.passage(draft, chunk)
        draft.say(self.wording.say("answers.seek_help.offer", clinic=self.clinic.name))
        self.composer.ways(draft, self.clinic.ways_to_a_person())

    def _clinic(self, draft: Draft, _question: Question) -> None:
        draft.say(self.wording.say("answers.clinic.ways", clinic=self.clinic.name))
        ways = self.clinic.ways_to_a_person()
        draft.bullets([f"[{way.label}]({way.url})" if way.kind == "link" else way.label for way in ways])
        draft.say(self.wording.say("answers.clinic.no_prices"))
        self.composer.ways(draft, ways)

    def _tips_nearby(self, draft: Draft, question: Question) -> None:
        linked = self.linker.items(question.message, 2, ["tip", "cause", "integration"])
        near = linked or [c for c in question.passages[:3] if c.kind in ("tip", "cause", "integration")][:1]
        self._also(draft, near)

    def _talk(self, intent: str, memory: Memory) -> Draft:
        draft = Draft("smalltalk")
        if intent == "meta_history":
            asked = memory.questions[-1] if memory.questions else ""
            key = "history" if asked else "history_none"
            draft.say(self.wording.say(f"answers.meta.{key}", question=asked))
        elif intent.startswith("meta_"):
            name = intent.removeprefix("meta_")
            draft.say(self.wording.say(f"answers.meta.{name}", clinic=self.clinic.name, guide=self._guide))
        else:
            key = {"affirm": "affirm_nothing", "deny": "deny_nothing"}.get(intent, intent)
            draft.say(self.wording.say(f"answers.{key}"))
        self.composer.suggest(draft, "smalltalk")
        return draft

    def _outside(self, kind: str) -> Draft:
        draft = Draft("out_of_scope")
        draft.covered = False
        draft.say(self.wording.say(f"answers.out.{kind}"))
        draft.say(self.wording.say("answers.out.offer"))
        if kind in ("diagnosis", "imaging", "surgery", "body_part", "treatment", "insurance"):
            self.composer.ways(draft, self.clinic.ways_to_a_person())
        self.composer.suggest(draft, "out_of_scope")
        return draft
