"""What one message says: its sentences with their concepts and modifiers, its pains, signs and time spans."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.guardrail import clauses
from assistant.guardrail.clauses import Sentence
from assistant.guardrail.context import Context
from assistant.guardrail.lexicon import Places
from assistant.guardrail.model import Subject
from assistant.guardrail.pain import Mention
from assistant.guardrail.policy import Flag


@dataclass(frozen=True, slots=True)
class Hit:
    """A flag's pattern found in a sentence."""

    flag: Flag
    evidence: str
    place: int
    """Character where it stands in the message."""
    subject: Subject
    sentence: int
    strong: bool = False
    """Found by a pattern that says enough by itself."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time span that may be that of the pain."""

    days: float
    evidence: str
    place: int
    certain: bool
    """Said of the pain itself, not only beside it."""
    firm: bool = False
    """Said of the pain of the back in so few words that no reading of the rest takes it back."""


@dataclass(slots=True)
class Reading:
    """Everything found in one message."""

    language: str = "en"
    sentences: list[Sentence] = field(default_factory=list)
    places: list[Places] = field(default_factory=list)
    contexts: list[Context] = field(default_factory=list)
    pains: list[tuple[int, Mention]] = field(default_factory=list)
    """Sentence number and mention, in order."""
    hits: list[Hit] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    subject: Subject = "self"
    over_at: int | None = None
    """Character up to which the message tells of something that is over."""

    def has(self, concept: str) -> bool:
        """Say whether any sentence holds `concept`."""
        return any(concept in p for p in self.places)

    def where(self, concept: str) -> str:
        """Return the words around the first place of `concept`."""
        for sentence, places in zip(self.sentences, self.places, strict=True):
            if concept in places:
                return sentence.text[: clauses.MAX_EVIDENCE_CHARS]
        return ""

    def words(self) -> int:
        """Return the number of words."""
        return sum(len(s.words) for s in self.sentences)
