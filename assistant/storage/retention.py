"""Retention: what is kept how long, and the purge that keeps to it."""

from __future__ import annotations

import time
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.models import (
    CallbackRow,
    ConversationRow,
    FeedbackRow,
    MessageRow,
    OutboxRow,
    PlanRow,
)

DAY = 86_400.0


class Purged(NamedTuple):
    """How many of each kind a purge deleted."""

    conversations: int
    callbacks: int


def purge(database: Database, settings: Settings, *, now: float | None = None) -> Purged:
    """Delete what is older than the settings of its clinic keep it; safe in several processes at once."""
    now = time.time() if now is None else now
    talked = now - settings.retention_days * DAY
    settled = now - settings.callback_retention_days * DAY
    clinic = settings.clinic_id
    forgotten = (ConversationRow.clinic == clinic, ConversationRow.updated < talked)
    dealt_with = (CallbackRow.clinic == clinic, CallbackRow.done < settled)
    with database.session() as session:
        old = select(ConversationRow.id).where(*forgotten)
        said = select(MessageRow.id).where(MessageRow.clinic == clinic, MessageRow.conversation_id.in_(old))
        _delete(session, FeedbackRow, FeedbackRow.clinic == clinic, FeedbackRow.message_id.in_(said))
        _delete(session, MessageRow, MessageRow.clinic == clinic, MessageRow.conversation_id.in_(old))
        _delete(session, PlanRow, PlanRow.clinic == clinic, PlanRow.conversation_id.in_(old))
        conversations = _delete(session, ConversationRow, *forgotten)
        done = select(CallbackRow.id).where(*dealt_with)
        _delete(session, OutboxRow, OutboxRow.callback_id.in_(done))
        callbacks = _delete(session, CallbackRow, *dealt_with)
    return Purged(conversations, callbacks)


def _delete(session: Session, table: type[object], *which: ColumnElement[bool]) -> int:
    done = session.execute(delete(table).where(*which).execution_options(synchronize_session=False))
    return done.rowcount if isinstance(done, CursorResult) else 0


class Clock:
    """Notices when the machine's clock was set, so that one wrong date does not purge everything.

    A clock is trusted while it runs as fast as the monotonic one; after a jump it is trusted again once it
    has run steadily for a day.
    """

    TOLERANCE_SECONDS = 3_600.0
    PROBATION_SECONDS = DAY

    def __init__(self, wall: float | None = None, steady: float | None = None) -> None:
        self._wall = time.time() if wall is None else wall
        self._steady = time.monotonic() if steady is None else steady
        self._jumped: float | None = None

    def trusted(self, wall: float | None = None, steady: float | None = None) -> bool:
        """Say whether a purge may go by the clock now."""
        wall = time.time() if wall is None else wall
        steady = time.monotonic() if steady is None else steady
        if abs((wall - self._wall) - (steady - self._steady)) > self.TOLERANCE_SECONDS:
            self._jumped = steady
        self._wall, self._steady = wall, steady
        if self._jumped is not None and steady - self._jumped >= self.PROBATION_SECONDS:
            self._jumped = None
        return self._jumped is None
