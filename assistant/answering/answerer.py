"""From a question and the passages found for it to a drafted answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from langchain_core.documents import Document

from assistant import schema
from assistant.answering import cues
from assistant.answering.choice import asked_number
from assistant.answering.choosing import SMALLTALK, Covered
from assistant.answering.compose import Draft
from assistant.answering.concepts import Linker
from assistant.answering.intent import IntentClassifier
from assistant.answering.memory import Memory, Question
from assistant.answering.mentions import Mentions, words
from assistant.answering.partial import PARTIAL
from assistant.answering.pointing import ABOUT_ONE
from assistant.answering.refusals import NEAR_ENOUGH, Refusals
from assistant.answering.replies import Replies
from assistant.answering.understanding import Understanding
from assistant.ingestion.chunks import Chunk, sentences
from assistant.settings import Clinic
from assistant.wording import Wording

_TOPICS: dict[str, schema.Topic] = {
    "why": "why",
    "causes": "causes",
    "integrate": "integration",
    "plan": "integration",
    "calendar": "integration",
    "day": "integration",
    "protect": "protection",
    "seek_help": "seek_help",
    "report": "seek_help",
    "clinic": "clinic",
    "clinic_cost": "clinic",
    "clinic_reach": "clinic",
}
_OPEN = ("why", "causes", "choose", "integrate", "protect", "benefit", "frequency", "report", "order")
"""Intents whose answer also holds the passages that are nearest to the question."""
_ITEMISED = ("causes", "protect", "integrate", "item")
"""Intents whose answer lists causes, tips or ways before anything else."""
_NOT_ABOUT_EXERCISES = ("protect", "seek_help", "clinic", "clinic_cost", "clinic_reach")
"""Intents whose answer names exercises by the way: "how many?" after it does not mean those."""
_UNSURE = (
    "why",
    "causes",
    "choose",
    "integrate",
    "protect",
    "benefit",
    "frequency",
    "order",
    "howto",
    "dose",
    "compare",
    "seek_help",
)
"""Intents that a question may be taken for by mistake: what was found first stands in the answer too."""
_BY_SUBJECT = ("integrate", "why", "frequency", "dose", "holds", "choose", "howto", "benefit", "compare")
"""Intents that give way where a question's subject is one that only a tip is about."""
_OF_NO_EXERCISE = (*_NOT_ABOUT_EXERCISES, "plan", "calendar", "day", "report", "summary", "all")
"""Intents whose answer does not say that the guide lacks an exercise or thing."""
_FOR_OTHERS = ("out.children", "out.pregnancy")
_HOLDS = {"howto": {"howto", "benefit", "dose"}, "benefit": {"benefit", "howto", "dose"}}
"""What an answer of an intent answers along with it."""
WHOLE_LIST = 4
"""Items from which on an answer is a list by itself and needs nothing beside it."""
_KEPT_QUESTIONS = 20


class Answerer(Replies):
    """Answers from the guide's own words."""

    def __init__(
        self,
        chunks: Sequence[Chunk],
        intents: IntentClassifier,
        mentions: Mentions,
        linker: Linker,
        wording: Wording,
        clinic: Clinic,
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__(chunks, mentions, linker, wording, clinic, today)
        self.understanding = Understanding(
            chunks,
            intents,
            mentions,
            linker,
            wording.say("answers.exercise.stand_in"),
        )
        self.refusals = Refusals(self.composer, linker, wording, clinic)

    @property
    def vocabulary(self) -> list[str]:
        """Return texts that hold the words which questions to this guide use."""
        return [*self.understanding.examples, *self.linker.concepts.words]

    def answer(
        self,
        found: Mapping[str, Sequence[Document]],
        memory: Memory,
        covered: Covered,
        *,
        tells: bool = False,
        fresh: bool = False,
        replies: bool = False,
    ) -> tuple[Draft, Memory]:
        """Return the drafted answer and the new memory.

        Args:
            found: The questions of one message in order, each with its passages.
            memory: What was talked about before.
            covered: Judges from passages and a margin of cosines whether the guide covers a question.
            tells: The message asks nothing, and the visitor has pain.
            fresh: It told something new of the pain.
            replies: It is in few words what the last reply asked for.
        """
        memory = memory.model_copy(deep=True)
        drafts: list[Draft] = []
        named: list[str] = []
        answered: dict[tuple[str, ...], set[str]] = {}
        said_earlier = set(memory.said)
        before = memory.questions[-1] if memory.questions else ""
        for text in self._worth_answering(found, memory, covered, before):
            question = self.understanding.understand(
                text,
                found[text],
                memory,
                covered,
                tells=tells,
                fresh=fresh,
                replies=replies,
                before=before,
            )
            before = text
            if question.intent == "which" and drafts:
                continue
            about = tuple(chunk.id for chunk in question.targets) or (text,)
            told = question.intent == "frequency" and "frequency" in set(memory.said) - said_earlier
            if question.intent in answered.setdefault(about, set()) or (told and not question.named):
                continue
            answered[about] |= _HOLDS.get(question.intent, {question.intent})
            draft = self._draft(question, memory, alone=len(found) == 1)
            drafts.append(draft)
            self._remember(memory, question, draft)
            if question.intent not in _NOT_ABOUT_EXERCISES:
                named += [i for i in draft.shown if i not in named]
        if len(drafts) > 1 and named:
            memory.shown = memory.choices = named
        memory.questions = [*memory.questions, " ".join(found)][-_KEPT_QUESTIONS:]
        whole = Draft.joined(drafts)
        asked = {" ".join(words(text)) for text in memory.questions}
        whole.suggestions = [s for s in whole.suggestions if " ".join(words(s)) not in asked]
        return whole, memory

    def _remember(self, memory: Memory, question: Question, draft: Draft) -> None:
        memory.intent = question.intent
        if question.intent in _FOR_OTHERS:
            memory.outside = question.intent.removeprefix("out.")
        memory.topic = draft.topic if draft.covered else memory.topic
        named = [] if question.intent in _NOT_ABOUT_EXERCISES else draft.shown
        memory.earlier = memory.shown or memory.earlier
        memory.shown = named or ([] if question.intent in _NOT_ABOUT_EXERCISES else memory.shown)
        if len(named) > 1:
            memory.choices = named
        listed = draft.shown and question.intent not in _ITEMISED
        if question.intent != "item":
            memory.listed = [] if listed else draft.listed or memory.listed
        if self.linker.concepts.named(question.context):
            memory.about = question.context
        memory.seen = list(dict.fromkeys([*memory.seen, *draft.shown]))

    def _worth_answering(
        self, found: Mapping[str, Sequence[Document]], memory: Memory, covered: Covered, before: str
    ) -> list[str]:
        """Leave out a greeting or thanks beside a real question."""
        if len(found) == 1:
            return list(found)
        understood = {
            text: self.understanding.understand(text, documents, memory, covered, before=before).intent
            for text, documents in found.items()
        }
        return [text for text, intent in understood.items() if intent not in SMALLTALK] or list(found)[:1]

    def _draft(self, question: Question, memory: Memory, *, alone: bool = True) -> Draft:
        intent = question.intent
        if intent.startswith("out."):
            return self.refusals.outside(intent[4:], question, memory, alone=alone)
        if intent in SMALLTALK or intent.startswith("meta"):
            return self._talk(intent, question.message, memory)
        missing = [] if intent in _OF_NO_EXERCISE else self.linker.missing(question.message)
        about = intent in ABOUT_ONE or (intent == "choose" and cues.TRAINS_FOR.search(question.message))
        if missing and about and not question.targets and not self.refusals.serves(question.message):
            return self.refusals.elsewhere(missing, question, memory)
        if intent in ("howto", "choose") and self.refusals.unknown(question, memory):
            return self.refusals.elsewhere([], question, memory)
        if question.loose and self._needs(question):
            # "Which plank stops the wobble": the one that serves what is asked for comes first.
            order = [chunk.id for chunk in self.linker.exercises(question.message, len(self.composer.chunks))]
            rank = {chunk_id: place for place, chunk_id in enumerate(order)}
            targets = sorted(question.targets, key=lambda chunk: rank.get(chunk.id, len(rank)))
            question = replace(question, targets=targets)
        draft = Draft(_TOPICS.get(intent, "exercises"))
        draft.said = memory.said
        draft.asked_for = intent
        if missing:
            self.refusals.say_missing(draft, missing)
        parts = self.linker.concepts.named(question.message) & self.linker.concepts.parts
        spared = parts - self.linker.subject if cues.SPARES.search(question.message) else frozenset()
        if (
            spared
            and not question.named
            and intent in ("howto", "benefit", "choose", "easier", "alternative")
        ):
            return self.refusals.outside("body_part", question, memory, alone=alone)
        if intent in ("howto", "benefit", "suits", "feel") and question.targets:
            part = self.linker.concepts.wording(question.message, self.linker.foreign(question.message))
            if part:
                self.partial.of_part(draft, part[0], question.targets[:2])
                return self._suggested(draft)
        claimed = intent in ("benefit", "why", "integrate", "choose") and cues.CLAIMED.search(
            question.message
        )
        if claimed and "opinion" not in draft.said:
            draft.said.append("opinion")
            draft.say(self.wording.say("answers.partly.opinion"))
        barred = self._positions(question.message, barred=True) and not question.targets
        if intent in ("more", "all", "plan", "calendar", "day", "easier") and not barred:
            getattr(self, f"_{intent}")(draft, question, memory)
        else:
            handler = getattr(self, f"_{intent}", self.partial.say if intent in PARTIAL else self._choose)
            if intent in _BY_SUBJECT and not question.targets:
                handler = self._by_subject(question) or handler
            handler = self._choose if barred else handler
            handler(draft, question)
            if intent in _OPEN and len(draft.listed) < WHOLE_LIST:
                barred, counted = self._barred(question), bool(asked_number(question))
                near = [c for c in question.anchors if not (counted and c.exercise)]
                self._also(draft, [c for c in near if not self.linker.serves(c) & barred])
            if alone and intent in _UNSURE and not (question.targets or asked_number(question)):
                self._second_chance(draft, question)
        if len(draft.paragraphs) <= bool(missing):
            self._lead(draft, "related")
            self.composer.mixed(draft, question.passages[:3])
        return self._suggested(draft)

    def _suggested(self, draft: Draft) -> Draft:
        """Add follow-up questions, unless there are some."""
        if not draft.suggestions:
            key = "one_exercise" if draft.topic == "exercises" and len(draft.shown) == 1 else draft.topic
            self.composer.suggest(draft, key)
        return draft

    def _by_subject(self, question: Question) -> Callable[[Draft, Question], None] | None:
        """Return what answers a question whose subject only a tip of the guide is about."""
        if not self.linker.unserved(question.message):
            return None
        if question.intent == "integrate" and self.linker.items(question.context, 1, ["integration"]):
            return None
        return self._protect if self.linker.items(question.message, 1, ["tip"]) else None

    def _second_chance(self, draft: Draft, question: Question) -> None:
        """Add the passage found first, unless the answer holds it: a question may be taken for
        another kind."""
        for chunk in question.passages[:1]:
            said = any(citation.id == chunk.id for citation in draft.citations)
            if (
                said
                or self.linker.serves(chunk) & self._barred(question)
                or chunk.id in question.beside
                or question.nearness < NEAR_ENOUGH
                or chunk.topic == "clinic"
            ):
                continue
            if chunk.title:
                self._also(draft, [chunk])
            elif (
                chunk.kind == "text"
                and chunk.section != chunk.guide
                and not draft.beside
                and not sentences(chunk.text)[0].endswith(":")
            ):
                self._lead(draft, "also")
                self.composer.passage(draft, chunk, most=1)
