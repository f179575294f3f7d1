"""Sessions of the staff page, kept in the database so that signing out holds for every worker."""

from __future__ import annotations

import hmac
import secrets
import time

from sqlalchemy import delete, or_

from assistant.storage.database import Database
from assistant.storage.models import StaffSessionRow
from assistant.storage.secrecy import Secrecy

IDLE_SECONDS = 3_600.0
WHOLE_SECONDS = 8 * 3_600.0


class Sessions:
    """Opens, checks and ends the sessions of one clinic's staff."""

    def __init__(self, database: Database, secrecy: Secrecy, password_hash: str, *, clinic: str = "") -> None:
        self._database = database
        self._secrecy = secrecy
        self._clinic = clinic
        self._password = secrecy.digest(f"password {password_hash}")

    def begin(self) -> str:
        """Open a session; return the value of its cookie."""
        value, now = secrets.token_urlsafe(32), time.time()
        with self._database.session() as session:
            session.execute(
                delete(StaffSessionRow).where(
                    or_(
                        StaffSessionRow.seen < now - IDLE_SECONDS,
                        StaffSessionRow.created < now - WHOLE_SECONDS,
                    )
                )
            )
            session.add(
                StaffSessionRow(
                    digest=self._digest(value),
                    clinic=self._clinic,
                    password=self._password,
                    created=now,
                    seen=now,
                )
            )
        return value

    def holds(self, value: str) -> bool:
        """Say whether a cookie belongs to a session that is neither ended nor too old, and prolong it."""
        now = time.time()
        with self._database.session() as session:
            row = session.get(StaffSessionRow, self._digest(value)) if value else None
            if row is None or row.clinic != self._clinic or row.password != self._password:
                return False
            if now - row.seen > IDLE_SECONDS or now - row.created > WHOLE_SECONDS:
                session.delete(row)
                return False
            row.seen = now
            return True

    def end(self, value: str) -> None:
        """End a session."""
        with self._database.session() as session:
            session.execute(
                delete(StaffSessionRow).where(
                    StaffSessionRow.clinic == self._clinic, StaffSessionRow.digest == self._digest(value)
                )
            )

    def form_token(self, value: str) -> str:
        """Return the token that forms of a session carry against requests forged from other sites."""
        return self._secrecy.digest(f"form of {value}")

    def is_own_form(self, value: str, token: str) -> bool:
        """Say whether a form was given out in this session."""
        return hmac.compare_digest(self.form_token(value).encode(), token.encode())

    def _digest(self, value: str) -> str:
        return self._secrecy.digest(f"session {value}")
