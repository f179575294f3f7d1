"""Questions that the guide answers only in part: what it lacks is said first, then what stands near."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.answering import cues
from assistant.answering.compose import Draft
from assistant.answering.extractive import Composer
from assistant.answering.memory import Question
from assistant.ingestion.chunks import Chunk
from assistant.settings import Clinic
from assistant.wording import Wording

PARTIAL = ("race", "suits", "harder", "daytime", "feel", "together", "missed", "results", "unspoken")
"""Intents whose answer begins with what the guide does not say."""
MOST_TARGETS = 2
"""Exercises up to which a question of whom they suit is about these alone."""
_MINUTES = re.compile(r"\d\s*(?:min|hour)")
_UNITS = {
    "set": r"(?:sets?|rounds?)",
    "second": r"(?:seconds?|secs?)",
    "minute": r"(?:minutes?|mins?)",
    "repetition": r"(?:repetitions?|reps?|taps?|times (?:each|per) side)",
}
_SPAN = r"(\d+)(?:\s*[–-]\s*(\d+))?"


class Partial:
    """Says what the guide leaves open, and what it has nearby."""

    def __init__(
        self,
        composer: Composer,
        wording: Wording,
        clinic: Clinic,
        gentle: Callable[[Draft], None],
        sessions: tuple[int, int],
    ) -> None:
        """`gentle` adds the gentlest work that the guide names; `sessions` is how often a week it asks
        for."""
        self._composer = composer
        self._wording = wording
        self._clinic = clinic
        self._gentle = gentle
        self._sessions = sessions

    def say(self, draft: Draft, question: Question) -> None:
        """Answer a question of one of the `PARTIAL` kinds."""
        getattr(self, f"_{question.intent}")(draft, question)

    def beyond_week(self, draft: Draft, message: str) -> None:
        """Say that the guide names no more, or no fewer, sessions a week than its own, if that was asked."""
        least, most = self._sessions
        if cues.LESS.search(message) or cues.MORE.search(message):
            self._bounds(draft, more=not cues.LESS.search(message))
            return
        asked = cues.times_a_week(message)
        if asked is not None and not least <= asked <= most:
            self._bounds(draft, more=asked > most)

    def beyond_minutes(self, draft: Draft, message: str, chunks: Sequence[Chunk]) -> None:
        """Say the same of the minutes of one session."""
        if asked := re.search(rf"\b(\d+)\s*{_UNITS['minute']}\b", message, re.IGNORECASE):
            spans = [span for chunk in chunks for span in _spans(chunk.text, "minute")]
            if spans and int(asked[1]) < min(int(low) for low, _ in spans):
                self._bounds(draft, more=False)
            elif spans and int(asked[1]) > max(int(high or low) for low, high in spans):
                self._bounds(draft, more=True)

    def _bounds(self, draft: Draft, *, more: bool) -> None:
        draft.say(self._wording.say(f"answers.partly.{'no_more' if more else 'no_fewer'}"))

    def beyond_dose(self, draft: Draft, message: str, chunks: Sequence[Chunk]) -> None:
        """Say the same of sets, repetitions, seconds and minutes of the exercises asked about."""
        if cues.LESS.search(message) or cues.MORE.search(message):
            self._bounds(draft, more=not cues.LESS.search(message))
            return
        texts = [" ".join((*c.exercise.steps, c.exercise.dose)) for c in chunks if c.exercise]
        for unit, pattern in _UNITS.items():
            if not (asked := re.search(rf"(\d+)\s*{pattern}\b", message, re.IGNORECASE)):
                continue
            spans = [_spans(text, unit) for text in texts]
            bounds = [(int(low), int(high or low)) for span in spans for low, high in span]
            if not bounds:
                continue
            if int(asked[1]) > max(high for _, high in bounds):
                self._bounds(draft, more=True)
            elif int(asked[1]) < min(low for low, _ in bounds):
                self._bounds(draft, more=False)

    def of_part(self, draft: Draft, part: str, chunks: Sequence[Chunk]) -> None:
        """Say of exercises, where another part of the body is sore, who can tell whether they suit."""
        draft.say(self._wording.say("answers.partly.part", part=part))
        self._composer.summaries(draft, chunks)
        self._composer.ways(draft, self._clinic.ways_to_a_person())

    def _lacks(self, draft: Draft, key: str) -> None:
        draft.say(self._wording.say(f"answers.partly.{key}"))

    def _race(self, draft: Draft, question: Question) -> None:
        self._lacks(draft, "race")
        ways = self._composer.of_kind("integration")
        gentle = [way for way in ways if "entle" in way.text]
        self._composer.items(draft, [*(way for way in ways[:1] if way not in gentle), *gentle])

    def _suits(self, draft: Draft, question: Question) -> None:
        self._lacks(draft, "suits")
        if question.targets and (question.named or len(question.targets) <= MOST_TARGETS):
            self._composer.summaries(draft, question.targets[:MOST_TARGETS])
        else:
            self._gentle(draft)
        self._composer.ways(draft, self._clinic.ways_to_a_person())

    def _harder(self, draft: Draft, question: Question) -> None:
        self._lacks(draft, "harder")
        self._composer.doses(draft, question.targets[:3])
        if not question.targets:
            self._composer.frequency(draft)

    def _daytime(self, draft: Draft, question: Question) -> None:
        self._lacks(draft, "daytime")
        self._composer.items(draft, self._composer.of_kind("integration")[:2])

    def _feel(self, draft: Draft, question: Question) -> None:
        self._lacks(draft, "feel")
        self._composer.reasons(draft, question.targets[:2], card=False)
        self._composer.ways(draft, self._clinic.ways_to_a_person())

    def _together(self, draft: Draft, question: Question) -> None:
        self._lacks(draft, "together")
        timed = [c for c in self._composer.of_kind("integration") if _MINUTES.search(c.text)]
        self._composer.items(draft, timed)

    def _missed(self, draft: Draft, question: Question) -> None:
        self._lacks(draft, "missed")
        self._consistency(draft)

    def _results(self, draft: Draft, question: Question) -> None:
        self._lacks(draft, "results")
        self._consistency(draft)

    def _consistency(self, draft: Draft) -> None:
        for chunk in [c for c in self._composer.of_topic("integration") if c.kind == "text"][:1]:
            self._composer.passage(draft, chunk, most=1)
        self._composer.frequency(draft)

    def _unspoken(self, draft: Draft, question: Question) -> None:
        thing = cues.subject(question.message)
        draft.say(self._wording.say("answers.partly.unspoken", thing=thing))
        near = [c for c in question.passages if c.kind in ("tip", "cause", "integration")][:1]
        if near:
            draft.say(self._wording.say("answers.lead.related"))
            self._composer.items(draft, near)


def _spans(text: str, unit: str) -> list[tuple[str, str]]:
    """Return the numbers that a dose gives in a unit, each as its least and most."""
    if unit == "repetition":
        return re.findall(rf"sets? of {_SPAN}", text)
    return re.findall(rf"{_SPAN}\s*{_UNITS[unit]}", text, re.IGNORECASE)
