"""Which intent a question has, once it is known what it names, what it points at and what it is like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from langchain_core.documents import Document

from assistant.answering import cues, week
from assistant.answering.concepts import Linker
from assistant.answering.intent import IntentClassifier, Intents
from assistant.answering.memory import Memory
from assistant.answering.mentions import Mentions, words
from assistant.answering.partial import PARTIAL
from assistant.answering.pointing import (
    ABOUT_ONE,
    BARE_WORDS,
    FRAGMENT_WORDS,
    ORDINAL_WORDS,
    PLAN_TALK,
    SHORT_WORDS,
    Pointing,
)
from assistant.answering.segments import asks
from assistant.answering.wishes import wishes
from assistant.ingestion.chunks import Chunk

Covered = Callable[[Sequence[Document], float, float], bool]

SMALLTALK = ("greeting", "thanks", "goodbye", "affirm", "deny", "complaint")
FOLLOW_UPS = (
    *ABOUT_ONE,
    "why",
    "causes",
    "integrate",
    "more",
    "all",
    "easier",
    "no_weights",
    "plan",
    "calendar",
    *PARTIAL,
)
PLAN_KIN = ("plan", "integrate", "frequency", "report", "order", "calendar", "easier", "alternative", "deny")
"""Intents that a message may seem to have which changes a plan that was drawn a while ago."""
LISTS = ("all", "summary", "order", "more")
FIRM = (
    "drugs",
    "surgery",
    "pregnancy",
    "children",
    "injection",
    "imaging",
    "diagnosis",
    "insurance",
    "other_medical",
)
"""Kinds outside the guide that neither an earlier question nor a muscle's name brings inside."""
NAMED_PART = 0.09
NAMED = 0.06
"""What the name of a muscle, movement or complaint that the guide serves counts as a difference of
cosines."""
FAR_OUTSIDE = -0.3
"""Leaning below which even a fragment is about something else."""
SURE_LIST = 0.5
"""Least similarity at which a message counts as asking for a whole list."""
SURE_TALK = 0.45
"""Least similarity at which a message counts as small talk or as a question about the assistant."""
SURE_LANGUAGE = 0.6
TALK_MARGIN = 0.05
"""Lead over what is beside the guide below which small talk must be so much the surer."""
OUTSIDE_NAMED = -0.05
"""Leaning below which a message that holds a word of an exercise's name is about something else ("my cat is
limping")."""
OUTSIDE_WHOLE_NAME = -0.25
"""The same where the whole name stands there ("diastasis recti and dead bugs")."""
CERTAIN = 0.85
"""Similarity at which a message is as good as one of the examples."""
LEAD = 0.05
"""By how much an intent must be nearer than every other to be taken for certain."""
MEDICAL = ("drugs", "surgery", "pregnancy", "children")
"""Kinds whose questions are not answered with an exercise in doubt."""
DOUBT = 0.1
"""How much further inside a message must lean that may be of such a kind."""
SCOPE_SHARE = 0.3
"""What the linear classifier counts in that leaning, beside the difference of cosines."""
NEAR_OUT = 0.35
"""Least similarity to a kind of question outside the guide at which that kind's own wording is used."""


class Choosing(Pointing):
    """Chooses the intent: what the examples say, corrected by what was named, shown and planned."""

    def __init__(
        self, chunks: Sequence[Chunk], intents: IntentClassifier, mentions: Mentions, linker: Linker
    ) -> None:
        super().__init__(chunks, mentions, linker)
        self._intents = intents

    def _goes_on(self, message: str, intent: str, before: str, memory: Memory, intents: Intents) -> bool:
        """Say whether a message that seems beside the guide may only be the rest of an earlier question."""
        short = len(message.split()) <= SHORT_WORDS
        points = cues.POINTS_BACK.search(message) or len(message.split()) <= FRAGMENT_WORDS + 1
        ours = (
            bool(before) and not memory.intent.startswith(("out.", "meta")) and memory.intent not in SMALLTALK
        )
        beside = intent.startswith("out.") and intent[4:] not in FIRM
        foreign = self._linker.foreign(message) or self._linker.missing(message)
        return bool(short and points and ours and beside and not foreign) and intents.margin > FAR_OUTSIDE

    def _intent(
        self,
        message: str,
        intents: Intents,
        named: Sequence[Chunk],
        pointed: Sequence[Chunk],
        *,
        documents: Sequence[Document],
        memory: Memory,
        covered: Covered,
        whole: bool,
        bare: bool,
    ) -> str:
        best = intents.best
        if "children" in intents.out and (cues.GROWN.search(message) or not cues.YOUNG.search(message)):
            intents = replace(intents, out={k: v for k, v in intents.out.items() if k != "children"})
        if memory.week is not None and week.asks_of_day(message) and self._days(message) and not named:
            return "day"
        if self._about_plan(message, intents, memory, covered, documents):
            return "plan"
        numbered = bool(pointed) and bool(cues.ORDINAL.search(message))
        if (
            best.startswith("clinic")
            and not numbered
            and intents.scores[best] > SURE_TALK
            and intents.margin > LEAD
        ):
            return best
        if cues.WEEKLY.search(message) and best in (
            *FOLLOW_UPS,
            "frequency",
            "choose",
            "protect",
            "seek_help",
        ):
            return "frequency"
        if named:
            whole = whole or all(chunk.id in memory.shown for chunk in named)
            if (
                intents.best_out == "body_part"
                and best in ("report", "alternative")
                and cues.UNABLE.search(message)
            ):
                return "alternative"  # the exercise is asked about, whatever it does to the neck
            if self._beside(message, intents, OUTSIDE_WHOLE_NAME if whole else OUTSIDE_NAMED):
                return f"out.{intents.best_out}"
            if bare:
                # "and superman": the bare name, whatever was asked before.
                return "dose" if memory.intent == "dose" and cues.POINTS_BACK.search(message) else "howto"
            known = (
                *ABOUT_ONE,
                "integrate",
                "choose",
                "plan",
                "calendar",
                "easier",
                "no_weights",
                "report",
                *PARTIAL,
            )
            if best == "alternative" and not self._clearly(best, intents):
                best = next(name for name in intents.scores if name != best)
            return best if best in known else "howto"
        told = len(message.split()) <= ORDINAL_WORDS and cues.ORDINAL.search(message)
        if len(pointed) == 1 and (told or cues.OTHER.search(message) or cues.NEIGHBOUR.search(message)):
            bare_number = len(message.split()) <= FRAGMENT_WORDS - 1
            return best if best in ("benefit", "dose", "frequency") and not bare_number else "howto"
        if best in SMALLTALK or best.startswith("meta"):
            back = (best == "meta_ability" and len(pointed) == 1) or (
                # Anything in another tongue is a little like a question about tongues.
                best == "meta_language" and intents.scores[best] < SURE_LANGUAGE
            )
            if not back and intents.scores[best] > SURE_TALK + max(0.0, TALK_MARGIN - intents.margin):
                return best
            best = next(n for n in intents.scores if n not in SMALLTALK and not n.startswith("meta"))
        if best in LISTS and intents.scores[best] < SURE_LIST:
            best = next(
                n for n in intents.scores if n not in (*LISTS, *SMALLTALK) and not n.startswith("meta")
            )
        if (
            memory.week is not None
            and memory.intent in PLAN_TALK
            and best in ("dose", "holds")
            and cues.LONG.search(message)
        ):
            return "integrate"
        short = len(message.split()) <= SHORT_WORDS
        if short and best in FOLLOW_UPS and intents.margin > (-0.05 if pointed else 0.02):
            if pointed and best in ("why", "causes"):
                return "causes" if cues.CAUSE.search(message) and memory.about else "benefit"
            if pointed or best in ("more", "all", "easier", "no_weights", *PARTIAL):
                return best
            few = len(message.split()) <= BARE_WORDS
            if not memory.shown and few and best in ABOUT_ONE and cues.POINTS_BACK.search(message):
                return "which" if best in ("howto", "benefit", "dose", "compare") else best
        if best == "report" and not asks(message) and intents.margin > 0:
            return best
        if self._of_another_part(message) and intents.out.get("body_part", 0.0) >= max(
            self._of_substance(intents)
        ):
            return "out.body_part"
        margin = max(self._of_substance(intents)) - intents.nearest_out + self._named_bonus(message, intents)
        ours = intents.best_out == "body_part" and self._own(message)
        if not ours and not covered(documents, margin, intents.scope):
            near = intents.out[intents.best_out] >= NEAR_OUT
            return f"out.{intents.best_out}" if near else "out.lead"
        return best

    def _of_another_part(self, message: str) -> bool:
        """Say whether a message is about a part of the body that the guide says nothing of, and about
        no other."""
        named = self._linker.concepts.named(message)
        concepts = self._linker.concepts
        ours = named & (concepts.parts | concepts.positions) & self._linker.served
        if ours or self._linker.topic in words(message):
            return False
        return bool(self._linker.foreign(message)) and not self._linker.unserved(message)

    def _named_bonus(self, message: str, intents: Intents) -> float:
        """Return what it counts that a message names what the guide serves, where nothing medical is
        in doubt."""
        served = (self._linker.concepts.named(message) & self._linker.served) - self._linker.subject
        if not served or intents.best_out in (*FIRM, "treatment") or self._linker.foreign(message):
            return 0.0
        return NAMED_PART if served & self._linker.concepts.parts else NAMED

    @staticmethod
    def _clearly(name: str, intents: Intents) -> bool:
        """Say whether an intent is near, and by far the nearest."""
        others = max(score for other, score in intents.scores.items() if other != name)
        return intents.scores[name] >= SURE_LIST and intents.scores[name] > others + LEAD

    @staticmethod
    def _of_substance(intents: Intents) -> list[float]:
        """Return the similarities to the intents that the guide itself answers."""
        return [
            score
            for name, score in intents.scores.items()
            if name not in (*SMALLTALK, "report") and not name.startswith("meta")
        ]

    def _beside(self, message: str, masked: Intents, least: float) -> bool:
        """Say whether a message that names an exercise is about something else all the same.

        The name counts half: with it put aside "my cat is limping" could be about any exercise.
        """
        if masked.scores[masked.best] >= CERTAIN and masked.margin > LEAD:
            return False
        plain = self._intents.classify(message, plain=True)
        leanings = [found.margin + SCOPE_SHARE * found.scope for found in (masked, plain)]
        least += DOUBT if plain.best_out in MEDICAL else 0.0
        return sum(leanings) / len(leanings) < least

    @staticmethod
    def _days(message: str) -> list[week.Day]:
        return [day for mention in week.mentions(message) for day in mention.days if len(mention.days) < 5]

    def _about_plan(
        self,
        message: str,
        intents: Intents,
        memory: Memory,
        covered: Covered,
        documents: Sequence[Document],
    ) -> bool:
        """Say whether the message asks for a plan or changes the one that was drawn."""
        days = self._days(message)
        if memory.week is None and (cues.BOOKING.search(message) or cues.MAY_RUN.search(message)):
            return False
        score = intents.scores.get("plan", 0.0)
        near = score >= max(intents.scores.values()) - 0.12
        if memory.week is not None:
            named = bool(self._find(message))
            told = week.read(message, memory.week, names=named) != memory.week
            told = told or bool(week.work_days(message, memory.week, names=named))
            wished = any(wishes(message, self._mentions))
            if wished and cues.EDITS.search(message):
                return True
            told = told or wished
            recent = memory.intent in PLAN_TALK
            if (told and (len(message.split()) <= 14 if recent else intents.best in PLAN_KIN)) or (
                told and near
            ):
                return True
            if recent:
                return False
        asked = cues.PLAN.search(message) and (days or week.read(message, week.Week()).known)
        if asked and intents.margin > 0:
            return True
        if len(days) >= 2:
            return near or intents.best in ("plan", "integrate", "frequency", "report", "order")
        return intents.best == "plan" and covered(documents, score - intents.nearest_out, intents.scope)
