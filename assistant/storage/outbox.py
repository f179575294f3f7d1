"""The outbox: deliveries that must happen at least once, claimed by one worker at a time.

A claim is a lease: it moves `due` into the future by compare-and-set, so it needs no lock and holds on SQLite
and PostgreSQL alike. A worker that dies lets the lease run out, and another one delivers under the same id.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from sqlalchemy import func, or_, select, update
from sqlalchemy.engine import CursorResult

from assistant.storage.callbacks import Callback, Callbacks
from assistant.storage.database import Database
from assistant.storage.models import CallbackRow, OutboxRow

FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 3_600.0
MOST_BYTES_OF_PROBLEM = 200


@dataclass(frozen=True)
class Delivery:
    """One claimed delivery; `id` is what the receiver tells repeats by."""

    id: str
    channel: str
    attempts: int
    callback: Callback


@dataclass(frozen=True)
class Waiting:
    """What has not been delivered yet."""

    count: int
    oldest_seconds: float
    problem: str
    """Kind of the last failure, or empty."""


class Outbox:
    """Claims and settles the deliveries of one clinic.

    Args:
        lease: Seconds after which an unsettled claim may be taken by another worker; must be longer than
            one delivery can take.
    """

    def __init__(self, database: Database, callbacks: Callbacks, *, clinic: str = "", lease: float) -> None:
        self._database = database
        self._callbacks = callbacks
        self._clinic = clinic
        self._lease = lease

    def claim(self, limit: int = 10) -> list[Delivery]:
        """Take up to `limit` deliveries that are due; nobody else gets them while the lease holds."""
        now = time.time()
        # Due beyond any back-off: the clock was set back since. Waiting it out could take years.
        lost_in_time = OutboxRow.due > now + LONGEST_RETRY_SECONDS * 2 + self._lease
        waiting = (
            select(OutboxRow.id, OutboxRow.due)
            .join(CallbackRow, CallbackRow.id == OutboxRow.callback_id)
            .where(OutboxRow.delivered.is_(None), or_(OutboxRow.due <= now, lost_in_time))
            .where(CallbackRow.clinic == self._clinic)
            .order_by(OutboxRow.due)
            .limit(limit)
        )
        with self._database.session() as session:
            candidates = [(row.id, row.due) for row in session.execute(waiting)]
        return [found for delivery_id, due in candidates if (found := self._take(delivery_id, due, now))]

    def settle(self, delivery: Delivery, problem: str = "") -> None:
        """Note that a delivery arrived, or why it did not and when it is tried again."""
        now = time.time()
        values: dict[str, object] = {"claimed": None, "problem": problem[:MOST_BYTES_OF_PROBLEM]}
        if problem:
            values["due"] = now + pause(delivery.attempts)
        else:
            values["delivered"] = now
        with self._database.session() as session:
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.id == delivery.id, OutboxRow.delivered.is_(None))
                .values(**values)
            )

    def waiting(self) -> Waiting:
        """Return how much has not been delivered yet, and since when."""
        open_rows = (
            select(func.count(OutboxRow.id), func.min(CallbackRow.created), func.max(OutboxRow.problem))
            .join(CallbackRow, CallbackRow.id == OutboxRow.callback_id)
            .where(OutboxRow.delivered.is_(None), CallbackRow.clinic == self._clinic)
        )
        with self._database.session() as session:
            count, oldest, problem = session.execute(open_rows).one()
        return Waiting(count, max(0.0, time.time() - oldest) if oldest else 0.0, problem or "")

    def _take(self, delivery_id: str, due: float, now: float) -> Delivery | None:
        with self._database.session() as session:
            taken = session.execute(
                update(OutboxRow)
                .where(OutboxRow.id == delivery_id, OutboxRow.due == due, OutboxRow.delivered.is_(None))
                .values(claimed=now, due=now + self._lease, attempts=OutboxRow.attempts + 1)
            )
            if not isinstance(taken, CursorResult) or taken.rowcount != 1:
                return None
            row = session.get_one(OutboxRow, delivery_id)
            callback_id, channel, attempts = row.callback_id, row.channel, row.attempts
        callback = self._callbacks.get(callback_id)
        return Delivery(delivery_id, channel, attempts, callback) if callback else None


def pause(attempts: int) -> float:
    """Return the seconds before the next attempt: doubling with full jitter on the upper half.

    Source: exponential back-off and jitter, AWS Architecture Blog 2015.
    """
    longest = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(attempts - 1, 20))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311
