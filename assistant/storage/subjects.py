"""Access and erasure requests: everything held of one phone number or e-mail address."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from assistant.storage.callbacks import Callbacks
from assistant.storage.conversations import Conversations
from assistant.storage.database import Database
from assistant.storage.models import FeedbackRow, MessageRow
from assistant.storage.secrecy import Secrecy


class Subjects:
    """Finds and erases what is held of one person, by the contact given in a call-back request."""

    def __init__(
        self, database: Database, secrecy: Secrecy, callbacks: Callbacks, conversations: Conversations
    ) -> None:
        self._database = database
        self._secrecy = secrecy
        self._callbacks = callbacks
        self._conversations = conversations
        self._clinic = conversations.clinic

    def export(self, contact: str) -> dict[str, Any]:
        """Return the call-back requests of a contact and the conversations they were made in."""
        requests = self._callbacks.of_contact(contact)
        talks = dict.fromkeys(r.conversation_id for r in requests if r.conversation_id)
        return {
            "contact": contact,
            "callbacks": [asdict(request) for request in requests],
            "conversations": [
                {"id": talk, "messages": self._messages(talk)} for talk in talks if self._messages(talk)
            ],
        }

    def erase(self, contact: str) -> tuple[int, int]:
        """Delete all of it; return how many call-back requests and conversations that were."""
        talks = {r.conversation_id for r in self._callbacks.of_contact(contact) if r.conversation_id}
        conversations = sum(self._conversations.delete(talk) for talk in talks)
        return self._callbacks.erase_contact(contact), conversations

    def _messages(self, conversation_id: str) -> list[dict[str, Any]]:
        if self._conversations.get(conversation_id) is None:
            return []
        query = (
            select(MessageRow, FeedbackRow)
            .outerjoin(FeedbackRow, FeedbackRow.message_id == MessageRow.id)
            .where(MessageRow.clinic == self._clinic, MessageRow.conversation_id == conversation_id)
            .order_by(MessageRow.created)
        )
        with self._database.session() as session:
            return [
                {
                    "created": message.created,
                    "text": self._secrecy.open(message.text) if message.text else None,
                    "topic": message.topic,
                    "level": message.level,
                    "helpful": vote.helpful if vote else None,
                    "comment": self._secrecy.open(vote.comment) if vote and vote.comment else None,
                }
                for message, vote in session.execute(query)
            ]
