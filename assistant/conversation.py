"""What is remembered between turns."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from typing import Protocol

from pydantic import BaseModel, Field

from assistant.answering.answerer import Memory
from assistant.guardrail.triage import TriageState

MAX_HELD = 10_000


class Conversation(BaseModel):
    """One visitor's conversation: the guardrail's facts and what was talked about, not the words."""

    id: str
    started: float = Field(default_factory=time.time)
    triage: TriageState | None = None
    memory: Memory = Memory()
    turns: int = 0

    @classmethod
    def new(cls) -> Conversation:
        """Start a conversation under an unguessable id."""
        return cls(id=secrets.token_urlsafe(18))


class ConversationStore(Protocol):
    """Keeps conversations between requests."""

    def get(self, conversation_id: str) -> Conversation | None: ...

    def put(self, conversation: Conversation) -> None: ...

    def delete(self, conversation_id: str) -> bool: ...


class MemoryStore:
    """Conversations of one process, the oldest dropped first."""

    def __init__(self, most: int = MAX_HELD) -> None:
        self._held: OrderedDict[str, str] = OrderedDict()
        self._most = most
        self._lock = threading.Lock()

    def get(self, conversation_id: str) -> Conversation | None:
        """Return the conversation, or None where it is unknown or forgotten."""
        with self._lock:
            held = self._held.get(conversation_id)
        return Conversation.model_validate_json(held) if held else None

    def put(self, conversation: Conversation) -> None:
        """Keep the conversation as it is now."""
        with self._lock:
            self._held[conversation.id] = conversation.model_dump_json()
            self._held.move_to_end(conversation.id)
            while len(self._held) > self._most:
                self._held.popitem(last=False)

    def delete(self, conversation_id: str) -> bool:
        """Forget the conversation; say whether it was known."""
        with self._lock:
            return self._held.pop(conversation_id, None) is not None
