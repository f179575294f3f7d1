"""What one question asks for, in the light of what was talked about before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from langchain_core.documents import Document

from assistant.answering import cues, week
from assistant.answering.choosing import (
    CERTAIN,
    FOLLOW_UPS,
    SMALLTALK,
    SURE_LIST,
    Choosing,
    Covered,
)
from assistant.answering.concepts import Linker
from assistant.answering.intent import IntentClassifier, Intents
from assistant.answering.memory import Memory, Question
from assistant.answering.mentions import Mentions, mask, words
from assistant.answering.partial import PARTIAL
from assistant.answering.pointing import (
    ABOUT_ONE,
    ANCHOR,
    FRAGMENT_WORDS,
    PLAN_TALK,
    SHORT_WORDS,
)
from assistant.answering.segments import core
from assistant.ingestion.chunks import Chunk

OWN_WORDS = ("out.pregnancy", "out.surgery", "out.children", "out.drugs")
"""Kinds outside the guide whose own wording is said even to somebody who tells of pain."""
SURE_CORE = 0.65
"""Least similarity at which the sentence that asks settles the intent of a longer message."""
NEARLY = 0.15
"""Distance to the nearest intent within which a message may tell of pain all the same."""
SEVERAL = 2
"""Exercises named from which on a message asks about them, whatever else it tells."""
OF_EXERCISES = ("race", "suits", "harder", "feel")
"""Kinds that are about training at large unless the exercises are meant."""


class Understanding(Choosing):
    """Intent and slots of a question, from embeddings, the guide's names and the conversation."""

    def __init__(
        self,
        chunks: Sequence[Chunk],
        intents: IntentClassifier,
        mentions: Mentions,
        linker: Linker,
        stand_in: str,
    ) -> None:
        super().__init__(chunks, intents, mentions, linker)
        self._stand_in = stand_in
        self.examples = intents.examples
        held = {w for chunk in chunks for w in words(f"{chunk.section} {chunk.title} {chunk.searchable}")}
        self._vocabulary = {_singular(word) for word in held}

    def understand(
        self,
        message: str,
        documents: Sequence[Document],
        memory: Memory,
        covered: Covered,
        *,
        tells: bool = False,
        fresh: bool = False,
        replies: bool = False,
        before: str = "",
    ) -> Question:
        """Return what `message` asks for.

        Args:
            message: One question.
            documents: The passages found for it.
            memory: What was talked about.
            covered: Judges whether the guide covers a question.
            tells: It asks nothing, and the visitor has pain.
            fresh: It told something new of the pain.
            replies: It is in few words what the last reply asked for.
            before: The question before it, in the same message or an earlier one.
        """
        if len(memory.shown) > 1 and cues.NUMBER.match(message):
            # "3", after a list.
            message = f"number {message.strip()}"
        mentions = self._mentioned(message, memory)
        named = [mention.chunk for mention in mentions]
        if cues.OTHER.search(message) and len(named) > 1:
            named = [chunk for chunk in named if chunk.id not in memory.shown] or named
        intents = self._intents.classify(mask(message, mentions, self._stand_in))
        intents = self._of_core(message, intents)
        refers = named or memory.questions or cues.REFERS.search(message)
        if intents.best in OF_EXERCISES and not refers:
            # "Polarised or threshold at fifty" asks nothing of the guide's exercises.
            rest = {name: score for name, score in intents.scores.items() if name not in OF_EXERCISES}
            intents = replace(intents, scores=rest)
        beside = [chunk.id for chunk in named] if named and cues.BESIDES.search(message) else []
        named = [] if beside else named
        if memory.week is None and (refused := self._refused(message, memory)):
            return Question(message, "alternative", refused, context=message, named=True)
        if cues.BOOKING.search(message):
            intents = self._of_a_visit(message, intents)
        item = None if memory.intent.startswith("clinic") else self._item(message, memory)
        if item:
            return Question(message, "item", [], [item], context=item.searchable)
        if not beside:
            named = list(dict.fromkeys([*named, *self._called(message, memory)]))
        alone = named or beside or intents.best in FOLLOW_UPS or intents.scores[intents.best] >= SURE_LIST
        plainly = intents.scores[intents.best]
        wordless = not re.search(r"[a-z]{2}", message, re.IGNORECASE)
        if before and (wordless or (len(message.split()) <= FRAGMENT_WORDS and not alone)):
            # A fragment means little alone: "while running?" goes on from the question before it.
            intents = self._intents.classify(f"{before} {message}")
        passages = [self._by_id[str(d.id)] for d in documents if str(d.id) in self._by_id]
        pointed = [] if named else self._pointed(message, memory, intents)
        taken = {i for mention in mentions for i in range(mention.start, mention.end)}
        bare = bool(named) and {w for i, w in enumerate(words(message)) if i not in taken} <= cues.FILLERS
        whole = any(mention.strength == 1.0 and len(mention.words) > 1 for mention in mentions)
        if beside:
            intents = replace(intents, scores={"choose": max(intents.scores.values()), **intents.scores})
        judge = partial(
            self._intent, message, documents=documents, memory=memory, covered=covered, whole=whole
        )
        intent = judge(intents, named, pointed, bare=bare)
        if memory.outside and cues.OF_THEM.search(message) and not self._answerable(intent):
            # "She still runs", "can she do planks": still of the child.
            intent = "report" if tells else f"out.{memory.outside}"
        if (
            memory.intent == "causes"
            and cues.FREQUENT.search(message)
            and len(message.split()) <= SHORT_WORDS
        ):
            intent = "causes"  # "what's the main one"
        text = message
        if self._goes_on(message, intent, before, memory, intents):
            # "how many miles are they good for?" says nothing alone; with the question before it, it does.
            joined = self._intents.classify(f"{before} {message}")
            again = judge(joined, named, pointed, bare=bare)
            if not again.startswith(("out.", "meta")) and again not in SMALLTALK:
                intents, intent, text = joined, again, f"{before} {message}"
        listed = {self._by_id[i].kind for i in memory.listed if i in self._by_id}
        unsaid = intent == "protect" and intents.scores[intent] < SURE_LIST and before
        if unsaid and len(message.split()) <= SHORT_WORDS and memory.listed and not self._names_concept(text):
            # "and when to replace?" after a word on shoes goes on about the shoes.
            text = f"{before} {message}"
        if intent == "protect" and "tip" in listed and not cues.OF_THE_SAME.search(message):
            # Tips again, and nothing said of which: the others.
            intent = intent if self._names_concept(text) else "more"
        ours = not memory.intent.startswith("out.") and not intent.startswith(("out.", "plan"))
        ours = ours and not cues.ORDINAL.search(message) and not cues.NUMBER.match(message)
        # "and reps", after an exercise: no thing that the guide lacks, but how many of it.
        ours = ours and not (pointed and intent in ("dose", "frequency", "howto", "holds"))
        if ours and not named and self._unspoken(message, documents):
            intent = "unspoken"
        polite = intent in ("thanks", "goodbye") and intents.scores[intent] >= SURE_LIST
        nothing = (intent in (*SMALLTALK, "which") and not polite) or (
            intent in ABOUT_ONE and not pointed and not named
        )
        hurts = len(named) == 1 and intents.scores["report"] > max(SURE_LIST, intents.scores["howto"])
        outside = intent.startswith("out.") and intent not in OWN_WORDS
        told = max(intents.scores["report"], intents.scores["seek_help"])
        complains = fresh and not polite and intent not in OWN_WORDS
        complains = complains and told >= max(intents.scores.values()) - NEARLY and len(named) < SEVERAL
        answers = replies and not (named or polite) and plainly < CERTAIN
        if tells and (hurts or nothing or outside or complains or answers):
            # Whoever stops an exercise because it hurts is not shown the exercise again.
            return Question(message, "report", passages=passages, context=message)
        follows = (
            intent in (*ABOUT_ONE, *PARTIAL)
            or intent == "holds"
            or (intent == "integrate" and len(pointed) == 1)
        )
        targets = named or (pointed if follows else [])
        if intent == "compare" and len(named) == 1:
            # "what's the difference to cat-cow": from the one that was talked about.
            shown = [self._by_id[i] for i in memory.shown if i in self._by_id and i != named[0].id]
            targets = [*shown, *named] if len(shown) == 1 else named
        if intent in ("calendar", "plan") and memory.week is None:
            intent = "plan"
        return Question(
            message,
            intent,
            targets,
            passages,
            text if text != message else self._context(message, named, memory, intent),
            self._anchors(documents),
            bool(named),
            len(mentions) > 1 and bool(frozenset.intersection(*(mention.words for mention in mentions))),
            beside,
            max((float(d.metadata["dense"]) for d in documents), default=0.0),
        )

    @staticmethod
    def _answerable(intent: str) -> bool:
        """Say whether a question is answered whoever it is about: the clinic, when to get help."""
        return intent in (*SMALLTALK, "seek_help") or intent.startswith(("clinic", "meta"))

    def _of_core(self, message: str, intents: Intents) -> Intents:
        """Put the intent of the sentence that asks first, where it is sure: what stands around it is
        background."""
        if not (asking := core(message)):
            return intents
        found = self._intents.classify(mask(asking, self._find(asking), self._stand_in))
        best = found.best
        if best == intents.best and found.scores[best] >= SURE_CORE and intents.best_out == "diagnosis":
            # "My back hurts. What causes back strains?" asks of strains, not what the pain is.
            return found if found.margin > intents.margin else intents
        if found.scores[best] < SURE_CORE or found.margin < 0 or best in (*SMALLTALK, *PARTIAL, intents.best):
            return intents
        return replace(
            intents, scores={best: max(intents.scores[best], found.scores[best]), **intents.scores}
        )

    @staticmethod
    def _of_a_visit(message: str, intents: Intents) -> Intents:
        """Put the way to the clinic first where a visit is booked: a plan, too, speaks of days."""
        if intents.best not in (*PLAN_TALK, "integrate", "frequency", "daytime"):
            return intents
        rest = {name: score for name, score in intents.scores.items() if name not in PLAN_TALK}
        if not cues.BOOKS.search(message):
            return replace(intents, scores=rest)
        return replace(intents, scores={"clinic_reach": max(rest.values()), **rest})

    def texts(self, message: str, memory: Memory) -> list[str]:
        """Return the texts whose embeddings `understand` and what follows it may ask for."""
        mentions = self._find(message)
        texts = [message, mask(message, mentions, self._stand_in)]
        if memory.questions and len(message.split()) <= FRAGMENT_WORDS:
            texts.append(f"{memory.questions[-1]} {message}")
        if asking := core(message):
            texts.append(mask(asking, self._find(asking), self._stand_in))
        return [*texts, self._context(message, [mention.chunk for mention in mentions], memory)]

    def _unspoken(self, message: str, documents: Sequence[Document]) -> bool:
        """Say whether "and what about hills" asks about a thing that no passage of the guide speaks of."""
        thing = cues.subject(message)
        tokens = [token for token in words(thing) if token not in cues.FILLERS]
        if not tokens or self._names_concept(thing) or cues.POINTS_BACK.search(thing):
            return False
        known = week.read(thing, week.Week()).known or cues.DAILY.search(thing)
        if known or _singular(tokens[-1]) in self._vocabulary:
            return False
        return max((float(d.metadata["dense"]) for d in documents), default=0.0) < ANCHOR


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word
