"""What is answered to each kind of question that is not about an exercise by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from assistant.answering import cues, week
from assistant.answering.choice import Choice
from assistant.answering.compose import Draft
from assistant.answering.concepts import Linker
from assistant.answering.extractive import MAX_CHOICES
from assistant.answering.memory import Memory, Question
from assistant.answering.mentions import Mentions, words
from assistant.answering.partial import Partial
from assistant.answering.plans import PlanWriter
from assistant.answering.refusals import first_found
from assistant.ingestion.chunks import Chunk, sentences
from assistant.settings import Clinic
from assistant.wording import Wording

_EQUIPMENT = ("weight", "band", "dumbbell", "bench", "kettlebell", "ball", "towel", "foam roller")

BARE_WORDS = 5
"""Words up to which "what are the causes" names none of them, whichever passage it is nearest to."""


class Replies(Choice):
    """Drafts the answer of each intent; an intent's method bears its name."""

    def __init__(
        self,
        chunks: Sequence[Chunk],
        mentions: Mentions,
        linker: Linker,
        wording: Wording,
        clinic: Clinic,
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__(chunks, linker, wording)
        self.plans = PlanWriter(self.composer, linker, mentions, wording, today)
        self.clinic = clinic
        self.partial = Partial(
            composer=self.composer,
            wording=wording,
            clinic=clinic,
            gentle=self._gentlest,
            sessions=self.plans.sessions,
        )
        self._guide = chunks[0].guide if chunks else ""

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
        if "easier" in draft.said and not cues.HARDEST.search(question.message):
            self._more(draft, question, memory.model_copy(update={"shown": []}))
            return
        if cues.HARDEST.search(question.message):
            draft.say(self.wording.say("answers.partly.unranked"))
            self.composer.reasons(draft, question.targets[:MAX_CHOICES])
            return
        draft.said.append("easier")
        draft.say(self.wording.say("answers.partly.easier"))
        self._gentlest(draft)

    def _gentlest(self, draft: Draft) -> None:
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
        if cues.FREQUENT.search(question.message):
            draft.say(self.wording.say("answers.partly.most_common"))
            near = []
        elif not near and len(words(question.message)) > BARE_WORDS:
            near = first_found(question, "cause")
        if near:
            anchored = [c for c in question.anchors if c.kind == "cause"]
            near = list(dict.fromkeys([*anchored, *near]))[:2]
        self._lead(draft, "cause" if near else "causes")
        self.composer.items(draft, near or every)
        self.partial.beyond_minutes(draft, question.message, every)
        if near and self.linker.concepts.named(question.context):
            self._also(draft, self.linker.exercises(question.context, 2))
            self._tips_nearby(draft, question)

    def _integrate(self, draft: Draft, question: Question) -> None:
        both = {"before", "after"} <= set(words(question.message))
        near = self.linker.items(question.context, 3 if both else 2, ["integration"])
        if cues.HARD_RUN.search(question.message) and "after" in words(question.message):
            draft.say(self.wording.say("answers.partly.runs"))
        else:
            self._lead(draft, "integrate")
        every = self.composer.of_kind("integration")
        if cues.LONG.search(question.message) and not near:
            near = [chunk for chunk in every if any(c.isdigit() for c in chunk.text)]
        self.composer.items(draft, near or every)
        if near and not question.targets:
            self.composer.summaries(draft, self.plans.named_in(near))
        if not near or question.targets:
            self.composer.frequency(draft)
        if question.targets:
            self.composer.doses(draft, question.targets[:2])

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
        if cues.BOOKING.search(question.message) and cues.AT_TIME.search(question.message):
            draft.say(self.wording.say("answers.clinic.no_booking"))
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
