"""What is remembered between turns, and one question as it was understood."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel

from assistant.answering.week import Week
from assistant.ingestion.chunks import Chunk


class Memory(BaseModel):
    """What the answering side remembers between turns."""

    topic: str = ""
    intent: str = ""
    shown: list[str] = []
    """Ids of the exercises named last, in order."""
    earlier: list[str] = []
    """Ids of the exercises named last before an answer that was not about exercises."""
    seen: list[str] = []
    """Ids of all exercises named so far."""
    choices: list[str] = []
    """Ids of the exercises between which the visitor had a choice last."""
    said: list[str] = []
    """Keys of what need not be said twice in a conversation."""
    listed: list[str] = []
    """Ids of the passages that the last answer listed, in order."""
    about: str = ""
    """The last question that named a muscle, a movement or a complaint."""
    questions: list[str] = []
    outside: str = ""
    """For whom the guide is not written, as was said of the person talked about: a child, a pregnancy."""
    week: Week | None = None
    """The week of the plan that was drawn last."""


@dataclass(frozen=True)
class Question:
    """One question, understood."""

    message: str
    intent: str
    targets: list[Chunk] = field(default_factory=list)
    """Exercises that it names or points back to."""
    passages: list[Chunk] = field(default_factory=list)
    context: str = ""
    """What a message that points back is about: an earlier question, with this one behind it."""
    anchors: list[Chunk] = field(default_factory=list)
    """Passages so near that the answer must hold them, nearest first."""
    named: bool = False
    """Whether the targets are named in the message itself."""
    loose: bool = False
    """Whether one word stands for several targets ("a plank")."""
    beside: list[str] = field(default_factory=list)
    """Ids of exercises that the answer is to go beside."""
    nearness: float = 0.0
    """Cosine of the nearest passage."""
