"""From a question and the passages found for it to a drafted answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from langchain_core.documents import Document

from assistant import schema
from assistant.answering import cues, week
from assistant.answering.compose import Draft
from assistant.answering.concepts import Linker
from assistant.answering.extractive import MAX_CHOICES, Composer
from assistant.answering.intent import IntentClassifier
from assistant.answering.memory import Memory, Question
from assistant.answering.mentions import Mentions, words
from assistant.answering.plans import PlanWriter
from assistant.answering.refusals import MOST_DESCRIBED, NEAR_ENOUGH, Refusals, first_found
from assistant.answering.understanding import ABOUT_ONE, SMALLTALK, Covered, Understanding
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
_HOLDS = {"howto": {"howto", "benefit", "dose"}, "benefit": {"benefit", "howto", "dose"}}
"""What an answer of an intent answers along with it."""
_EQUIPMENT = ("weight", "band", "dumbbell", "bench", "kettlebell", "ball", "towel", "foam roller")
LEAST_TOLD = 4
"""Words below which "hinge how" asks for a movement and tells no need."""
WHOLE_LIST = 4
"""Items from which on an answer is a list by itself and needs nothing beside it."""
_KEPT_QUESTIONS = 20
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
        today: Callable[[], date] = date.today,
    ) -> None:
        self.composer = Composer(chunks, wording)
        self.understanding = Understanding(
            chunks,
            intents,
            mentions,
            linker,
            wording.say("answers.exercise.stand_in"),
        )
        self.plans = PlanWriter(self.composer, linker, mentions, wording, today)
        self.linker = linker
        self.wording = wording
        self.clinic = clinic
        self.refusals = Refusals(self.composer, linker, wording, clinic)
        self._guide = chunks[0].guide if chunks else ""

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
    ) -> tuple[Draft, Memory]:
        """Return the drafted answer and the new memory.

        Args:
            found: The questions of one message in order, each with its passages.
            memory: What was talked about before.
            covered: Judges from passages and a margin of cosines whether the guide covers a question.
            tells: The message asks nothing, and the visitor has pain.
            fresh: It told something new of the pain.
        """
        memory = memory.model_copy(deep=True)
        drafts: list[Draft] = []
        named: list[str] = []
        answered: dict[tuple[str, ...], set[str]] = {}
        said_earlier = set(memory.said)
        before = memory.questions[-1] if memory.questions else ""
        for text in self._worth_answering(found, memory, covered, before):
            question = self.understanding.understand(
                text, found[text], memory, covered, tells=tells, fresh=fresh, before=before
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
        barred = self._barred(question) and not question.targets
        if intent in ("more", "all", "plan", "calendar", "day", "easier") and not barred:
            getattr(self, f"_{intent}")(draft, question, memory)
        else:
            handler = getattr(self, f"_{intent}", self._choose)
            if intent in _BY_SUBJECT and not question.targets:
                handler = self._by_subject(question) or handler
            handler = self._choose if barred else handler
            handler(draft, question)
            if intent in _OPEN and len(draft.listed) < WHOLE_LIST:
                barred, counted = self._barred(question), bool(_asked_number(question))
                near = [c for c in question.anchors if not (counted and c.exercise)]
                self._also(draft, [c for c in near if not self.linker.serves(c) & barred])
            if alone and intent in _UNSURE and not (question.targets or _asked_number(question)):
                self._second_chance(draft, question)
        if len(draft.paragraphs) <= bool(missing):
            self._lead(draft, "related")
            self.composer.mixed(draft, question.passages[:3])
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
            elif chunk.kind == "text" and not sentences(chunk.text)[0].endswith(":"):
                self._lead(draft, "also")
                self.composer.passage(draft, chunk, most=1)

    def _plan(self, draft: Draft, question: Question, memory: Memory) -> None:
        memory.week = self.plans.write(draft, question.message, memory.week)

    def _calendar(self, draft: Draft, question: Question, memory: Memory) -> None:
        memory.week = self.plans.write(draft, "", memory.week, whole=False)

    def _day(self, draft: Draft, question: Question, memory: Memory) -> None:
        assert memory.week is not None
        days = [day for mention in week.mentions(question.message) for day in mention.days]
        self.plans.days(draft, memory.week, days)

    def _more(self, draft: Draft, question: Question, memory: Memory) -> None:
        """Go on: the rest of a list, the next exercise of the guide, or others that were not shown yet."""
        listed = [c for c in self.composer.chunks if c.id in memory.listed]
        kin = [c for c in self.composer.chunks if listed and c.kind == listed[0].kind and c not in listed]
        rest = [c for c in kin if f"item:{c.id}" not in memory.said] or kin
        if rest and not memory.shown and listed[0].kind != "exercise":
            self._lead(draft, "more")
            self.composer.items(draft, rest)
            return
        if listed and not kin and not memory.shown:
            draft.say(self.wording.say("answers.partly.all_shown"))
            self.composer.suggest(draft, draft.topic)
            return
        every = self.composer.of_kind("exercise")
        unseen = [chunk for chunk in every if chunk.id not in memory.seen]
        if not unseen and len(memory.shown) != 1:
            draft.say(self.wording.say("answers.partly.all_shown"))
            self.composer.suggest(draft, "exercises")
            return
        unseen = unseen or every
        if len(memory.shown) == 1:
            after = [c for c in every if c.id == memory.shown[0]]
            place = every.index(after[0]) + 1 if after else 0
            following = [c for c in (*every[place:], *every[:place]) if c in unseen]
            self.composer.exercise(draft, following[0])
            return
        self._lead(draft, "more")
        self.composer.summaries(draft, unseen[:MAX_CHOICES])

    def _all(self, draft: Draft, question: Question, memory: Memory) -> None:
        for chunk in self.composer.of_kind("overview")[:1]:
            first = sentences(chunk.text)[0]
            draft.say(first + draft.cite(chunk, first))
        self.composer.doses(draft, self.composer.of_kind("exercise"))
        self.composer.frequency(draft)

    def _summary(self, draft: Draft, question: Question) -> None:
        """Say in a few lines what strains, what the exercises are for, how often, and when to get help."""
        lines = []
        for chunk in self.composer.of_kind("overview")[:1]:
            first = sentences(chunk.text)[0]
            lines.append(f"{first}{draft.cite(chunk, first)}")
        if causes := self.composer.of_kind("cause"):
            names = ", ".join(f"{chunk.title}{draft.cite(chunk)}" for chunk in causes)
            lines.append(self.wording.say("answers.summary.causes", names=names))
        if ways := self.composer.of_kind("integration"):
            names = ", ".join(f"{chunk.title.lower()}{draft.cite(chunk)}" for chunk in ways)
            lines.append(self.wording.say("answers.summary.integration", names=names))
        for chunk in self.composer.of_topic("seek_help")[:1]:
            first = sentences(chunk.text)[0]
            lines.append(f"{first}{draft.cite(chunk, first)}")
        draft.bullets(lines)
        self.composer.frequency(draft)

    def _item(self, draft: Draft, question: Question) -> None:
        """Say one cause, tip or way that was listed before, and what helps with it."""
        for chunk in question.passages:
            self.composer.item(draft, chunk)
        self._also(draft, self.linker.exercises(question.context, 3))

    def _holds(self, draft: Draft, question: Question) -> None:
        """List the exercises that are dosed by time, or those of them that were talked about."""
        timed = self.composer.timed()
        self.composer.doses(draft, [chunk for chunk in timed if chunk in question.targets] or timed)

    def _which(self, draft: Draft, question: Question) -> None:
        draft.say(self.wording.say("answers.exercise.which"))
        names = [c.title for c in self.composer.of_kind("exercise")]
        draft.suggestions = names[:4]

    def _easier(self, draft: Draft, question: Question, memory: Memory) -> None:
        if "easier" in draft.said:
            self._more(draft, question, memory.model_copy(update={"shown": []}))
            return
        draft.said.append("easier")
        draft.say(self.wording.say("answers.partly.easier"))
        gentle = [c for c in self.composer.of_kind("integration") if "entle" in c.text]
        if gentle:
            self._lead(draft, "gentle")
            self.composer.items(draft, gentle)
        self.composer.summaries(draft, self.plans.named_in(gentle))

    def _no_weights(self, draft: Draft, question: Question) -> None:
        """Say which exercises need nothing, and what the guide says of the ones that name a thing."""
        self._lead(draft, "no_weights")
        self.composer.steps_with(draft, self.composer.of_kind("exercise"), _EQUIPMENT)
        if question.targets or self.linker.concepts.named(question.context):
            self._choose(draft, question)

    def _lead(self, draft: Draft, key: str) -> None:
        draft.say(self.wording.say(f"answers.lead.{key}"))

    def _also(self, draft: Draft, chunks: Sequence[Chunk]) -> None:
        """Add what the guide says nearby, unless it stands in the answer already; of running text a line."""
        cited = {citation.id for citation in draft.citations}
        new = [chunk for chunk in chunks if chunk.id not in cited and not chunk.text.endswith(":")]
        if new := [chunk for chunk in new if chunk.title or chunk.section != chunk.guide]:
            self._lead(draft, "also")
            self.composer.mixed(draft, new, most=1)

    def _why(self, draft: Draft, question: Question) -> None:
        texts = [c for c in self.composer.of_topic("why") if c.kind == "text" and c.section != c.guide]
        general = [c for c in texts if "\n- " in c.quote or "\n• " in c.quote] or texts
        others = [c for c in texts if c not in general]
        near = [c for c in (*question.anchors, *question.passages) if c in others] or others
        for chunk in near[:1]:
            self.composer.passage(draft, chunk, most=1)
        for chunk in general[:1]:
            self.composer.passage(draft, chunk)
        if self.linker.concepts.named(question.context) - self.linker.subject:
            self._also(draft, self.linker.exercises(question.context, 2))

    def _causes(self, draft: Draft, question: Question) -> None:
        every = self.composer.of_kind("cause")
        near = self.linker.items(question.context, len(every), ["cause"])
        # What most causes have in common, the part of the body itself, singles none of them out.
        near = near[:2] if 2 * len(near) <= len(every) else []
        near = near or first_found(question, "cause")
        if near:
            anchored = [c for c in question.anchors if c.kind == "cause"]
            near = list(dict.fromkeys([*anchored, *near]))[:2]
        self._lead(draft, "cause" if near else "causes")
        self.composer.items(draft, near or every)
        if near and self.linker.concepts.named(question.context):
            self._also(draft, self.linker.exercises(question.context, 2))
            self._tips_nearby(draft, question)

    def _howto(self, draft: Draft, question: Question) -> None:
        targets = question.targets or ([] if self._tells_need(question) else self._described(question))
        if not targets:
            self._choose(draft, question)
            return
        whole = targets[: 1 if question.loose else 3]
        for chunk in whole:
            self.composer.exercise(draft, chunk)
        if others := [chunk for chunk in targets[:3] if chunk not in whole]:
            self._lead(draft, "also")
            self.composer.reasons(draft, others)
        self.composer.frequency(draft)

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
        targets = question.targets or self._described(question, most=1)
        if not targets and cues.OF_EACH.search(question.message):
            self.composer.doses(draft, self.composer.of_kind("exercise"))
            return
        if not targets:
            self._frequency(draft, question)
            return
        self.composer.doses(draft, targets)
        self.composer.frequency(draft)

    def _frequency(self, draft: Draft, question: Question) -> None:
        again = "frequency" in draft.said
        draft.asked_for = "frequency"
        self.composer.frequency(draft)
        if question.named:
            self.composer.summaries(draft, question.targets[:3])
        elif not question.targets and not again:
            self.composer.items(draft, self.composer.of_kind("integration")[:2])

    def _results(self, draft: Draft, question: Question) -> None:
        """Say that the guide names no time until an effect, and what it says of keeping at it."""
        draft.say(self.wording.say("answers.partly.results"))
        for chunk in [c for c in self.composer.of_topic("integration") if c.kind == "text"][:1]:
            self.composer.passage(draft, chunk, most=1)
        self.composer.frequency(draft)

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
            linked = [c for c in (*every, *rest) if not self.linker.serves(c) & barred][:MAX_CHOICES]
        wanted = [c for c in dict.fromkeys([*question.targets, *linked]) if c.id not in question.beside]
        chosen = wanted[: _asked_number(question) or max(MAX_CHOICES, len(question.targets))]
        if chosen:
            self._lead(draft, "choose" if len(chosen) > 1 else "choose_one")
            self.composer.summaries(draft, chosen)
            self.composer.frequency(draft)
        self._tips_nearby(draft, question)

    def _barred(self, question: Question) -> frozenset[str]:
        """Return the positions that a visitor cannot or does not want to be in."""
        if not cues.CANNOT.search(question.message):
            return frozenset()
        return self.linker.concepts.named(question.message) & self.linker.concepts.positions

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
        self._lead(draft, "compare")
        self.composer.summaries(draft, question.targets[:MAX_CHOICES])
        self.composer.frequency(draft)

    def _order(self, draft: Draft, question: Question) -> None:
        self._lead(draft, "order")
        self.composer.summaries(draft, question.targets or self.composer.of_kind("exercise"))

    def _integrate(self, draft: Draft, question: Question) -> None:
        both = {"before", "after"} <= set(words(question.message))
        near = self.linker.items(question.context, 3 if both else 2, ["integration"])
        self._lead(draft, "integrate")
        self.composer.items(draft, near or self.composer.of_kind("integration"))
        if near and not question.targets:
            self.composer.summaries(draft, self.plans.named_in(near))
        if not near or question.targets:
            self.composer.frequency(draft)
        if question.targets:
            self.composer.doses(draft, question.targets[:2])

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

    def _report(self, draft: Draft, question: Question) -> None:
        """Answer somebody who tells of pain and asks nothing: the guide's rule on when to get help."""
        if "report" in draft.said:
            draft.say(self.wording.say("answers.noted"))
            return
        draft.said.append("report")
        for chunk in self.composer.of_topic("seek_help")[:1]:
            self.composer.passage(draft, chunk, most=1)
        if self.linker.concepts.named(question.context):
            self._also(draft, self.linker.items(question.context, 1, ["cause"]))
        if (self.linker.concepts.named(question.context) & self.linker.served) - self.linker.subject:
            self._also(
                draft, [*question.targets[:2], *self.linker.items(question.context, 2, ["exercise"])][:2]
            )

    def _seek_help(self, draft: Draft, _question: Question) -> None:
        for chunk in self.composer.of_topic("seek_help"):
            self.composer.passage(draft, chunk)
        draft.say(self.wording.say("answers.seek_help.offer", clinic=self.clinic.name))
        self.composer.ways(draft, self.clinic.ways_to_a_person())

    def _clinic(self, draft: Draft, question: Question) -> None:
        """Say what the clinic does, then the ways to it."""
        if "clinic" not in draft.said:
            draft.said.append("clinic")
            for chunk in self.composer.of_topic("seek_help")[:1]:
                self.composer.offer(draft, chunk)
        self._clinic_reach(draft, question)

    def _clinic_cost(self, draft: Draft, question: Question) -> None:
        draft.say(self.wording.say("answers.clinic.no_prices"))
        draft.said += [key for key in ("clinic", "ways") if key not in draft.said]
        priced = [chunk for chunk in self.composer.of_topic("clinic") if cues.PRICE.search(chunk.searchable)]
        self._clinic_reach(draft, replace(question, passages=[*priced, *question.passages]))

    def _clinic_reach(self, draft: Draft, question: Question) -> None:
        """List the clinic's invitations; in a later turn only the one that fits best."""
        ways = self.clinic.ways_to_a_person()
        self.composer.ways(draft, ways)
        if cues.DETAILS.search(question.message):
            draft.say(self.wording.say("answers.clinic.details"))
        addresses = [way.url for way in ways]
        if "ways" in draft.said:
            near = list(dict.fromkeys(c for c in question.passages if c.topic == "clinic"))[:2]
            if not self.composer.invitations(draft, addresses, near):
                draft.bullets([way.label for way in ways])
            return
        draft.said.append("ways")
        draft.say(self.wording.say("answers.clinic.ways", clinic=self.clinic.name))
        if not self.composer.invitations(draft, addresses):
            draft.bullets([way.label for way in ways])

    def _tips_nearby(self, draft: Draft, question: Question) -> None:
        linked = self.linker.items(question.context, 2, ["tip", "cause", "integration"])
        near = linked or [c for c in question.passages[:3] if c.kind in ("tip", "cause", "integration")][:1]
        self._also(draft, near)

    def _talk(self, intent: str, question: str, memory: Memory) -> Draft:
        draft = Draft("smalltalk")
        if intent == "meta_history":
            first = re.search(r"\bfirst\b", question, re.IGNORECASE)
            asked = memory.questions[0 if first else -1] if memory.questions else ""
            key = "history" if asked else "history_none"
            draft.say(self.wording.say(f"answers.meta.{key}", question=asked))
        elif intent.startswith("meta_"):
            name = intent.removeprefix("meta_")
            draft.say(self.wording.say(f"answers.meta.{name}", clinic=self.clinic.name, guide=self._guide))
        else:
            key = {"affirm": "affirm_nothing", "deny": "deny_nothing"}.get(intent, intent)
            if key == "greeting" and memory.questions:
                key = "greeting_again"
            if key == "complaint" and memory.intent == key:
                key = "complaint_again"
            draft.say(
                self.wording.say(
                    f"answers.{key}", **({"clinic": self.clinic.name} if key.startswith("complaint") else {})
                )
            )
            if intent == "complaint":
                self.composer.ways(draft, self.clinic.ways_to_a_person())
        self.composer.suggest(draft, "smalltalk")
        return draft


def _asked_number(question: Question) -> int:
    """Return how many exercises are asked for ("the best two exercises"), 0 where no number is said."""
    found = cues.SO_MANY.search(question.message) if question.intent == "choose" else None
    return (cues.COUNTS.get(found[1].lower()) or int(found[1])) if found else 0
