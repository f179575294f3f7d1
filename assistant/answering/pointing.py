"""What a message points at: exercises by name or in part, items of a list, what was said before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from langchain_core.documents import Document

from assistant.answering import cues
from assistant.answering.compose import exercise_of
from assistant.answering.concepts import Linker
from assistant.answering.intent import Intents
from assistant.answering.memory import Memory
from assistant.answering.mentions import Mention, Mentions, words
from assistant.answering.segments import asks
from assistant.answering.wishes import wishes
from assistant.ingestion.chunks import Chunk

ABOUT_ONE = ("howto", "benefit", "dose", "frequency", "compare", "order", "alternative")
PLAN_TALK = ("plan", "calendar", "day")
SHORT_WORDS = 7
FRAGMENT_WORDS = 3
ORDINAL_WORDS = 14
"""Words up to which "the last" points at a list."""
BARE_WORDS = 5
"""Words up to which "it" can only mean something said before."""
ANCHOR = 0.42
"""Least cosine of a passage that the answer must hold."""
ANCHOR_SHARE = 0.85
"""Least share of the nearest passage's cosine for another one to count too."""
ANCHORS = 3
KEPT_MENTIONS = 256


class Pointing:
    """Resolves what a message names or points back to."""

    def __init__(self, chunks: Sequence[Chunk], mentions: Mentions, linker: Linker) -> None:
        self._linker = linker
        self._find = lru_cache(maxsize=KEPT_MENTIONS)(mentions.find)
        self._mentions = mentions
        self._by_id = {chunk.id: chunk for chunk in chunks}
        self._exercises = [chunk for chunk in chunks if chunk.exercise]

    def _names_concept(self, text: str) -> bool:
        return bool(self._linker.concepts.named(text))

    def _own(self, text: str) -> bool:
        """Say whether a text names the part of the body that the guide is about."""
        return bool(self._linker.concepts.named(text) & self._linker.subject)

    def _mentioned(self, message: str, memory: Memory) -> Sequence[Mention]:
        """Return the exercises that are named; "hip flexors" in a longer message are a muscle, not
        their stretch."""
        mentions = self._find(message)
        if len(message.split()) <= FRAGMENT_WORDS + 1:
            return mentions
        tokens = set(words(message))
        parts = self._linker.concepts.parts

        def is_muscle(mention: Mention) -> bool:
            missing = [word for word in words(mention.chunk.title) if word not in tokens]
            said = " ".join(word for word in words(mention.chunk.title) if word in tokens)
            whole = " ".join(words(message)[mention.start : mention.end])
            named = self._linker.concepts.named(whole)
            return (
                bool(missing)
                and whole == said
                and bool(named & parts)
                and mention.chunk.id not in memory.shown
            )

        return [mention for mention in mentions if not is_muscle(mention)]

    def _refused(self, message: str, memory: Memory) -> list[Chunk]:
        """Return the exercises for which something else is asked: "no lunges, what instead"."""
        if not cues.INSTEAD.search(message):
            return []
        gone = [i for wish in wishes(message, self._mentions) if wish.out for i in wish.ids]
        if not gone and len(memory.shown) == 1 and len(message.split()) <= BARE_WORDS:
            # "what instead", after one that hurts: not that one again.
            instead = "instead" in words(message) and not self._names_concept(message)
            return [self._by_id[i] for i in memory.shown if instead and i in self._by_id]
        return [chunk for chunk in self._exercises if exercise_of(chunk).id in gone]

    def _context(self, message: str, named: Sequence[Chunk], memory: Memory, intent: str = "") -> str:
        """Return the text that the needs are read from: this message, or an earlier one it points back to."""
        if intent == "integrate":
            if {"before", "after"} <= set(words(message)):
                return f"{message} before a run after a run"
            placed = self._linker.placed(message)
            side = cues.SIDE.search(message) or (None if placed else cues.BEFORE_OR_AFTER.search(message))
            if side:
                return f"{message} {side[1]} a run"
        points = len(message.split()) <= SHORT_WORDS and cues.POINTS_BACK.search(message)
        if memory.about and points and not named and not self._names_concept(message):
            return f"{memory.about} {message}"
        return message

    def _called(self, message: str, memory: Memory) -> list[Chunk]:
        """Return the exercises that "the side one" means: each the only one with these words in its name."""
        shown = [chunk for chunk in self._exercises if chunk.id in memory.shown]
        called: list[Chunk] = []
        for match in cues.CALLED.finditer(message):
            wanted = set(words(match[1])) - {"the", "other", "same", "this", "that"}
            for pool in (shown, self._exercises):
                found = [chunk for chunk in pool if wanted <= set(words(chunk.title))] if wanted else []
                if len(found) == 1:
                    called += found
                    break
        return called

    def _item(self, message: str, memory: Memory) -> Chunk | None:
        """Return the cause, tip or way that an ordinal points at in the list shown last."""
        listed = [self._by_id[i] for i in memory.listed if i in self._by_id]
        if not listed or any(chunk.exercise for chunk in listed):
            return None
        if called := cues.CALLED.search(message):
            wanted = {word for word in words(called[1]) if len(word) > 2}
            found = [chunk for chunk in listed if wanted & set(words(chunk.title)) - cues.FILLERS]
            if len(found) == 1:
                return found[0]
        match = cues.ORDINAL.search(message)
        if not match or match[3] or (len(listed) == 1 and memory.shown):
            return None
        place = cues.ORDINALS[(match[1] or match[2]).lower()]
        return listed[place] if -len(listed) <= place < len(listed) else None

    def _anchors(self, documents: Sequence[Document]) -> list[Chunk]:
        """Return the passages that are near in themselves and nearly as near as the nearest."""
        near = sorted(documents, key=lambda d: -float(d.metadata["dense"]))
        if not near or near[0].metadata["dense"] < ANCHOR:
            return []
        least = max(ANCHOR, ANCHOR_SHARE * float(near[0].metadata["dense"]))
        return [self._by_id[str(d.id)] for d in near if d.metadata["dense"] >= least][:ANCHORS]

    def _pointed(self, message: str, memory: Memory, intents: Intents) -> list[Chunk]:
        """Return the exercises named before that a short message points back to."""
        shown = [self._by_id[i] for i in memory.shown if i in self._by_id]
        if cues.OTHER.search(message) and (other := self._other(shown, memory)):
            return other
        if len(shown) == 1 and (beside := cues.NEIGHBOUR.search(message)):
            row = self._exercises
            place = row.index(shown[0]) + (-1 if beside[1].lower() == "before" else 1)
            return [row[place]] if 0 <= place < len(row) else []
        at_clinic = memory.intent.startswith("clinic") and intents.best.startswith("clinic")
        match = None if at_clinic else cues.ORDINAL.search(message)
        if match and len(message.split()) <= ORDINAL_WORDS:
            number = (match[3] or "").lower()
            choices = [self._by_id[i] for i in memory.choices if i in self._by_id]
            listed = self._exercises if number else shown if len(shown) > 1 else choices or self._exercises
            if number:
                place = (cues.COUNTS.get(number) or int(number)) - 1
            else:
                place = cues.ORDINALS[(match[1] or match[2]).lower()]
            if -len(listed) <= place < len(listed):
                return [listed[place]]
        length = len(message.split())
        if not shown and intents.best == "dose" and length <= FRAGMENT_WORDS:
            # "reps?" after a word on shoes: those of the exercise before it.
            shown = [self._by_id[i] for i in memory.earlier if i in self._by_id]
        if intents.best == "dose" and length <= ORDINAL_WORDS and not self._names_concept(message):
            # "do I need to do 2 or 3 sets": of what was talked about, however long the question is.
            of_all = cues.EACH.search(message) and length > FRAGMENT_WORDS
            of_all = of_all and not (len(shown) > 1 and cues.OF_THESE.search(message))
            return [] if of_all or memory.intent in PLAN_TALK else shown
        if len(shown) == 1 and length <= SHORT_WORDS and memory.intent in ABOUT_ONE and not asks(message):
            # "I fall over every time": told of the exercise that was just explained.
            return [] if self._names_concept(message) else shown
        bare = length <= 4 or (intents.best == "dose" and not self._names_concept(message))
        return shown if length <= SHORT_WORDS and (cues.POINTS_BACK.search(message) or bare) else []

    def _other(self, shown: Sequence[Chunk], memory: Memory) -> list[Chunk]:
        """Return what "the other one" is: the rest of a choice between two, or the one of like name."""
        rest = [self._by_id[i] for i in memory.choices if i in self._by_id and i not in memory.shown]
        if len(memory.choices) == 2 and len(rest) == 1:
            return rest
        if len(shown) != 1:
            return []
        own = set(words(shown[0].title))
        kin = [
            chunk
            for chunk in self._by_id.values()
            if chunk.exercise and chunk is not shown[0] and own & set(words(chunk.title)) - {"with"}
        ]
        return kin if len(kin) == 1 else []
