"""What is remembered between turns."""

from __future__ import annotations

import secrets
import time

from pydantic import BaseModel, Field

from assistant.answering.memory import Memory
from assistant.guardrail import TriageState


class Conversation(BaseModel):
    """One visitor's conversation: the guardrail's facts and what was talked about, not the words."""

    id: str
    started: float = Field(default_factory=time.time)
    triage: TriageState | None = None
    memory: Memory = Memory()
    turns: int = 0
    asked_model: bool = False
    """Whether a language model was asked in it."""
    version: int = Field(default=0, exclude=True)
    """How often it was kept; 0 for one that is new."""

    @classmethod
    def new(cls) -> Conversation:
        """Start a conversation under an unguessable id."""
        return cls(id=secrets.token_urlsafe(18))
