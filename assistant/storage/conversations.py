"""Conversations, what was answered in them, and votes on it."""

from __future__ import annotations

import time

from sqlalchemy import bindparam, delete, insert, select, update

from assistant import schema
from assistant.conversation import Conversation
from assistant.storage.database import Database
from assistant.storage.models import ConversationRow, FeedbackRow, MessageRow, PlanRow
from assistant.storage.secrecy import Secrecy

_NEW = insert(ConversationRow)
_CHANGED = (
    update(ConversationRow)
    .where(
        ConversationRow.id == bindparam("seen_id"),
        ConversationRow.clinic == bindparam("seen_clinic"),
        ConversationRow.version == bindparam("seen_version"),
    )
    .values(state=bindparam("state"), updated=bindparam("updated"), version=bindparam("version"))
)
_SAID = insert(MessageRow)
_PLANNED = insert(PlanRow)


class Overtaken(Exception):
    """The conversation went on elsewhere since it was read; read it again and repeat."""


class Conversations:
    """Keeps conversations of one clinic between requests, encrypted."""

    def __init__(
        self, database: Database, secrecy: Secrecy, *, clinic: str = "", keep_text: bool = True
    ) -> None:
        self._database = database
        self._secrecy = secrecy
        self.clinic = clinic
        self._keep_text = keep_text

    def get(self, conversation_id: str) -> Conversation | None:
        """Return the conversation, or None where it is unknown or forgotten."""
        with self._database.session() as session:
            row = session.get(ConversationRow, conversation_id)
            if row is None or row.clinic != self.clinic:
                return None
            found = Conversation.model_validate_json(self._secrecy.open(row.state))
            found.version = row.version
            return found

    def keep(self, conversation: Conversation, question: str, reply: schema.Reply) -> None:
        """Keep the conversation as it is after a reply, and note the reply; both or neither.

        Raises:
            Overtaken: another request of the same conversation was kept since this one was read.
        """
        now = time.time()
        state = self._secrecy.seal(conversation.model_dump_json())
        row = {"state": state, "updated": now, "version": conversation.version + 1}
        # Statements instead of objects: this runs once per answer, before the answer is sent.
        with self._database.connection(durable=False) as connection:
            if conversation.version == 0:
                connection.execute(_NEW, {"id": conversation.id, "clinic": self.clinic, **row})
            else:
                seen = {
                    "seen_id": conversation.id,
                    "seen_clinic": self.clinic,
                    "seen_version": conversation.version,
                }
                if connection.execute(_CHANGED, {**seen, **row}).rowcount == 0:
                    raise Overtaken(conversation.id)
            connection.execute(_SAID, self._message(question, reply, now))
            if reply.plan is not None:
                connection.execute(_PLANNED, self._plan_row(reply, reply.plan, now))
        conversation.version += 1

    def delete(self, conversation_id: str) -> bool:
        """Forget the conversation and all that was written in it; say whether it was known."""
        with self._database.session() as session:
            row = session.get(ConversationRow, conversation_id)
            if row is None or row.clinic != self.clinic:
                return False
            said = (MessageRow.clinic == self.clinic, MessageRow.conversation_id == conversation_id)
            votes = FeedbackRow.message_id.in_(select(MessageRow.id).where(*said))
            plans = (PlanRow.clinic == self.clinic, PlanRow.conversation_id == conversation_id)
            session.execute(delete(FeedbackRow).where(FeedbackRow.clinic == self.clinic, votes))
            session.execute(delete(MessageRow).where(*said))
            session.execute(delete(PlanRow).where(*plans))
            session.delete(row)
            return True

    def _message(self, question: str, reply: schema.Reply, now: float) -> dict[str, object]:
        return {
            "id": reply.message_id,
            "clinic": self.clinic,
            "conversation_id": reply.conversation_id,
            "created": now,
            "topic": reply.topic,
            "level": reply.referral.level,
            "signals": ",".join(sorted({reason.signal for reason in reply.referral.reasons}))[:256],
            "covered": reply.topic != "out_of_scope",
            "text": self._secrecy.seal(question) if self._keep_text else None,
        }

    def _plan_row(self, reply: schema.Reply, plan: schema.Plan, now: float) -> dict[str, object]:
        return {
            "id": plan.calendar_url.rsplit("/", 1)[-1].removesuffix(".ics"),
            "clinic": self.clinic,
            "conversation_id": reply.conversation_id,
            "created": now,
            "plan": plan.model_dump_json(),
        }

    def plan(self, plan_id: str) -> tuple[schema.Plan, float] | None:
        """Return a plan and when it was made, or None where it is unknown or forgotten."""
        with self._database.session() as session:
            row = session.get(PlanRow, plan_id)
            if row is None or row.clinic != self.clinic:
                return None
            return schema.Plan.model_validate_json(row.plan), row.created

    def vote(self, message_id: str, *, helpful: bool, comment: str | None) -> bool:
        """Keep a vote, replacing an earlier one; say whether the message is known."""
        with self._database.session() as session:
            message = session.get(MessageRow, message_id)
            if message is None or message.clinic != self.clinic:
                return False
            sealed = self._secrecy.seal(comment) if comment and self._keep_text else None
            session.merge(
                FeedbackRow(
                    message_id=message_id,
                    clinic=self.clinic,
                    created=time.time(),
                    helpful=helpful,
                    comment=sealed,
                )
            )
            return True
