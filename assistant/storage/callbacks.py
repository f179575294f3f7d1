"""Call-back requests: stored with their delivery in one transaction."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assistant.storage.database import Database
from assistant.storage.models import CallbackRow, OutboxRow
from assistant.storage.secrecy import Secrecy


@dataclass(frozen=True)
class Callback:
    """One request as staff see it."""

    id: str
    created: float
    done: float | None
    topic: str
    name: str
    contact: str
    message: str
    preferred_time: str
    conversation_id: str | None


class Callbacks:
    """The inbox of one clinic."""

    def __init__(
        self, database: Database, secrecy: Secrecy, *, clinic: str = "", channels: Sequence[str] = ()
    ) -> None:
        self._database = database
        self._secrecy = secrecy
        self._clinic = clinic
        self._channels = tuple(channels)

    def receive(
        self,
        *,
        name: str,
        contact: str,
        topic: str,
        message: str = "",
        preferred_time: str = "",
        conversation_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> str:
        """Store a request and what must be delivered of it; return its id.

        With an idempotency key seen before, the first request's id is returned and nothing is stored.
        """
        key = self._secrecy.digest(f"{self._clinic}\n{idempotency_key}") if idempotency_key else None
        details = {"name": name, "contact": contact, "message": message, "preferred_time": preferred_time}
        row = CallbackRow(
            id=secrets.token_urlsafe(16),
            clinic=self._clinic,
            created=time.time(),
            topic=topic,
            details=self._secrecy.seal(json.dumps(details)),
            contact_digest=self._secrecy.digest(normalised(contact)),
            conversation_id=conversation_id,
            idempotency_key=key,
        )
        try:
            with self._database.session() as session:
                if key and (first := self._first(session, key)):
                    return first
                session.add(row)
                session.flush()
                for channel in self._channels:
                    session.add(
                        OutboxRow(
                            id=secrets.token_urlsafe(16), callback_id=row.id, channel=channel, due=row.created
                        )
                    )
        except IntegrityError:
            # Another request with the same key was stored in between; it is the first.
            with self._database.session() as session:
                if key and (first := self._first(session, key)):
                    return first
            raise
        return row.id

    def requests(self, *, include_done: bool = False) -> list[Callback]:
        """Return the requests, oldest first."""
        query = select(CallbackRow).where(CallbackRow.clinic == self._clinic).order_by(CallbackRow.created)
        if not include_done:
            query = query.where(CallbackRow.done.is_(None))
        with self._database.session() as session:
            return [self._opened(row) for row in session.scalars(query)]

    def get(self, callback_id: str) -> Callback | None:
        """Return one request, or None."""
        with self._database.session() as session:
            row = session.get(CallbackRow, callback_id)
            return self._opened(row) if row is not None and row.clinic == self._clinic else None

    def mark_done(self, callback_id: str) -> bool:
        """Mark a request as dealt with; say whether it is known."""
        with self._database.session() as session:
            row = session.get(CallbackRow, callback_id)
            if row is None or row.clinic != self._clinic:
                return False
            row.done = row.done or time.time()
            return True

    def of_contact(self, contact: str) -> list[Callback]:
        """Return everything held of one phone number or e-mail address."""
        query = self._held(contact)
        with self._database.session() as session:
            return [self._opened(row) for row in session.scalars(query)]

    def erase_contact(self, contact: str) -> int:
        """Delete everything held of one contact; return how many requests that were."""
        with self._database.session() as session:
            ids = [row.id for row in session.scalars(self._held(contact))]
            session.execute(delete(OutboxRow).where(OutboxRow.callback_id.in_(ids)))
            session.execute(delete(CallbackRow).where(CallbackRow.id.in_(ids)))
            return len(ids)

    def _held(self, contact: str) -> Select[CallbackRow]:
        digest = self._secrecy.digest(normalised(contact))
        return select(CallbackRow).where(
            CallbackRow.clinic == self._clinic, CallbackRow.contact_digest == digest
        )

    def _first(self, session: Session, key: str) -> str | None:
        return session.scalar(
            select(CallbackRow.id).where(
                CallbackRow.clinic == self._clinic, CallbackRow.idempotency_key == key
            )
        )

    def _opened(self, row: CallbackRow) -> Callback:
        details = json.loads(self._secrecy.open(row.details))
        return Callback(
            id=row.id,
            created=row.created,
            done=row.done,
            topic=row.topic,
            conversation_id=row.conversation_id,
            **details,
        )


def normalised(contact: str) -> str:
    """Return a contact in the form by which two spellings of it are equal."""
    contact = contact.strip().lower()
    return contact if "@" in contact else re.sub(r"[^\d+]", "", contact)
