"""Answers without a language model: the guide's own sentences, chosen and put in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from heapq import merge

from assistant import schema
from assistant.answering.compose import Draft
from assistant.ingestion.chunks import Chunk, sentences
from assistant.wording import Wording

MAX_CHOICES = 4
_SECONDS = re.compile(r"\d[^.]*\b(?:seconds?|minutes?|s|min)\b", re.IGNORECASE)
_PER_WEEK = re.compile(
    r"\b(?:\d+(?:–\d+)?|once|twice|\w+) times? (?:per|a|each) \w+|\b(?:once|twice) (?:per|a) \w+"
)
_HOW_OFTEN = re.compile(r"\d|\b(once|twice|(two|three|four) times|daily|every)\b", re.IGNORECASE)


class Composer:
    """Turns passages into paragraphs with citations.

    Every method adds to a draft; what it adds of the guide's content stands in the guide word for word.
    """

    def __init__(self, chunks: Sequence[Chunk], wording: Wording) -> None:
        self.chunks = list(chunks)
        self.wording = wording
        # Found once: an answer asks for several, and a guide may have a hundred thousand passages.
        self._kinds: dict[str, list[int]] = {}
        self._topics: dict[str, list[Chunk]] = {}
        for place, chunk in enumerate(self.chunks):
            self._kinds.setdefault(chunk.kind, []).append(place)
            self._topics.setdefault(chunk.topic, []).append(chunk)

    def of_kind(self, *kinds: str) -> list[Chunk]:
        """Return the chunks of these kinds, in the guide's order."""
        return [self.chunks[place] for place in merge(*(self._kinds.get(kind, []) for kind in kinds))]

    def of_topic(self, topic: str) -> list[Chunk]:
        """Return the chunks of a topic, in the guide's order."""
        return list(self._topics.get(topic, []))

    def exercise(self, draft: Draft, chunk: Chunk) -> None:
        """Explain one exercise whole: why, steps, dose."""
        fields = chunk.exercise
        assert fields is not None
        mark = draft.cite(chunk)
        draft.paragraphs.append(self.wording.say("answers.exercise.heading", name=fields.name))
        if fields.why:
            draft.paragraphs.append(self.wording.say("answers.exercise.why", why=fields.why) + mark)
        steps = "\n".join(f"{number}. {step}{mark}" for number, step in enumerate(fields.steps, start=1))
        head = self.wording.say("answers.exercise.steps")
        # Of two exercises in one answer only the first says what its steps are.
        again = any(paragraph.startswith(head) for paragraph in draft.paragraphs)
        draft.paragraphs.append(steps if again else f"{head}\n\n{steps}")
        if fields.dose:
            draft.paragraphs.append(self.wording.say("answers.exercise.dose", dose=fields.dose) + mark)
        draft.said.append(f"explained:{chunk.id}")
        draft.show(chunk)

    def reasons(self, draft: Draft, chunks: Sequence[Chunk], *, card: bool = True) -> None:
        """Say of each exercise why it helps."""
        lines = []
        for chunk in chunks:
            if chunk.exercise and chunk.exercise.why:
                reason = self.wording.say(
                    "answers.exercise.reason", name=chunk.exercise.name, why=chunk.exercise.why
                )
                lines.append(reason + draft.cite(chunk))
                draft.show(chunk, card=card)
        draft.bullets(lines)

    def doses(self, draft: Draft, chunks: Sequence[Chunk]) -> None:
        """Give the dose of each exercise."""
        lines = []
        for chunk in chunks:
            if chunk.exercise:
                mark = draft.cite(chunk)
                text = self.wording.say(
                    "answers.exercise.dose_of", name=chunk.exercise.name, dose=chunk.exercise.dose
                )
                lines.append(text.rstrip(".") + self._holds(chunk) + "." + mark)
                draft.show(chunk)
        draft.bullets(lines)

    def summaries(self, draft: Draft, chunks: Sequence[Chunk]) -> None:
        """Name each exercise with its reason, and with its dose the first time."""
        lines = []
        for chunk in chunks:
            if chunk.exercise:
                mark = draft.cite(chunk)
                again = f"summed:{chunk.id}" in draft.said
                draft.said += [] if again else [f"summed:{chunk.id}"]
                name, why = chunk.exercise.name, f"{chunk.exercise.why}{mark}"
                dose = chunk.exercise.dose.rstrip(".") + self._holds(chunk)
                key = "answers.exercise.reason" if again else "answers.exercise.summary"
                lines.append(self.wording.say(key, name=name, why=why, **({} if again else {"dose": dose})))
                draft.show(chunk)
        draft.bullets(lines)

    def _holds(self, chunk: Chunk) -> str:
        """Return what the steps say of how long: a dose without it is half an answer."""
        steps = chunk.exercise.steps if chunk.exercise else ()
        return "".join(
            f"; {step[0].lower()}{step[1:].rstrip('.')}" for step in steps if _SECONDS.search(step)
        )

    def items(self, draft: Draft, chunks: Sequence[Chunk]) -> None:
        """List titled items: causes, tips, ways of integration."""
        draft.listed += [chunk.id for chunk in chunks if chunk.id not in draft.listed]
        draft.said += [f"item:{chunk.id}" for chunk in chunks]
        draft.bullets([f"**{c.title}** – {c.text}{draft.cite(c)}" for c in chunks])

    def item(self, draft: Draft, chunk: Chunk) -> None:
        """Say one titled item that was asked for by itself."""
        draft.listed += [chunk.id] if chunk.id not in draft.listed else []
        draft.paragraphs.append(self.wording.say("answers.exercise.heading", name=chunk.title))
        draft.paragraphs.append(f"{chunk.text}{draft.cite(chunk)}")

    def passage(self, draft: Draft, chunk: Chunk, most: int = 3) -> None:
        """Say a text passage: its first sentences, lists as lists."""
        lead: list[str] = []
        bullets: list[str] = []
        mark = draft.cite(chunk)
        for line in chunk.quote.split("\n"):
            if line.startswith(("- ", "• ")):
                bullets.append(f"{line[2:].strip()}{mark}")
            elif line.strip() and len(lead) < most:
                lead += sentences(line.strip())
        if bullets:
            introduction = [s for s in lead if s.endswith(":")][:1]
            draft.say(" ".join(f"{s}{'' if s.endswith(':') else mark}" for s in [*lead[:1], *introduction]))
            draft.bullets(bullets)
        else:
            draft.say(" ".join(f"{sentence}{mark}" for sentence in lead[:most]))

    def timed(self) -> list[Chunk]:
        """Return the exercises that are held, or done, for a time."""
        return [
            chunk
            for chunk in self.of_kind("exercise")
            if chunk.exercise and _SECONDS.search(" ".join((*chunk.exercise.steps, chunk.exercise.dose)))
        ]

    def invitations(
        self, draft: Draft, addresses: Sequence[str], chunks: Sequence[Chunk] | None = None
    ) -> bool:
        """List the guide's own invitations to get in touch, and say whether it has any.

        Those are the sections on the clinic, and sentences that hold one of its addresses. `chunks` are the
        passages to take them from; by default all.
        """
        lines: list[str] = []
        for chunk in self.chunks if chunks is None else chunks:
            if chunk.topic == "clinic":
                lines.append(f"{chunk.text}{draft.cite(chunk)}")
            elif chunk.kind == "text":
                held = [s for s in sentences(chunk.text) if any(url in s for url in addresses)]
                lines += [f"{sentence}{draft.cite(chunk)}" for sentence in held]
        draft.bullets(lines)
        return bool(lines)

    def offer(self, draft: Draft, chunk: Chunk, most: int = 2) -> None:
        """Say what the clinic does: the sentences of the seek-help passage behind its rule."""
        parts = sentences(chunk.text)[1 : 1 + most]
        draft.say(" ".join(f"{part}{draft.cite(chunk)}" for part in parts))

    def frequency(self, draft: Draft) -> None:
        """Say how often the exercises are done: the sentences of the overview that hold a number.

        Said once in a conversation; asked for again, the number alone.
        """
        if "frequency" in draft.said:
            if draft.asked_for == "frequency":
                self._frequency_again(draft)
            return
        draft.said.append("frequency")
        for chunk in self.of_kind("overview"):
            parts = [part for part in sentences(chunk.text) if _HOW_OFTEN.search(part)]
            for part in parts[:2]:
                draft.say(part + draft.cite(chunk, part))
            if parts:
                return

    def _frequency_again(self, draft: Draft) -> None:
        for chunk in self.of_kind("overview"):
            for part in sentences(chunk.text):
                if span := _PER_WEEK.search(part):
                    draft.say(
                        self.wording.say("answers.exercise.frequency_again", span=span[0])
                        + draft.cite(chunk, part)
                    )
                    return

    def steps_with(self, draft: Draft, chunks: Sequence[Chunk], things: Sequence[str]) -> None:
        """Quote the steps that name one of `things`, under the exercise they belong to."""
        lines = []
        for chunk in chunks:
            steps = chunk.exercise.steps if chunk.exercise else ()
            for step in steps:
                if any(thing in step.lower() for thing in things):
                    lines.append(f"**{chunk.title}**: {step}{draft.cite(chunk)}")
        draft.bullets(lines)

    def mixed(self, draft: Draft, chunks: Sequence[Chunk], most: int = 3) -> None:
        """Say passages of any kind: exercises with reason and dose, items, text."""
        exercises = [c for c in chunks if c.exercise][:MAX_CHOICES]
        items = [c for c in chunks if c.title and not c.exercise]
        self.summaries(draft, exercises)
        self.items(draft, items)
        if not exercises and not items:
            for chunk in chunks[:2]:
                self.passage(draft, chunk, most)

    def suggest(self, draft: Draft, key: str) -> None:
        """Offer follow-up questions."""
        draft.suggestions = self.wording.all(f"answers.suggest.{key}")

    def ways(self, draft: Draft, actions: Sequence[schema.Action]) -> None:
        """Offer ways to a person."""
        draft.actions = list(actions)
