"""The outbox: at least once, one worker at a time, under one id."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import select, update

from assistant.storage.callbacks import Callbacks
from assistant.storage.database import Database
from assistant.storage.models import OutboxRow
from assistant.storage.outbox import LONGEST_RETRY_SECONDS, Outbox, pause
from assistant.storage.secrecy import Secrecy


@pytest.fixture
def callbacks(database: Database, secrecy: Secrecy) -> Callbacks:
    return Callbacks(database, secrecy, channels=["webhook", "mail"])


@pytest.fixture
def outbox(database: Database, callbacks: Callbacks) -> Outbox:
    return Outbox(database, callbacks, lease=60)


def receive(callbacks: Callbacks, name: str = "Ana") -> str:
    return callbacks.receive(name=name, contact="ana@runner.example", topic="call_back")


def make_due(database: Database, due: float) -> None:
    with database.session() as session:
        session.execute(update(OutboxRow).values(due=due))


def test_a_request_is_due_once_by_every_channel(callbacks: Callbacks, outbox: Outbox) -> None:
    callback_id = receive(callbacks)
    claimed = outbox.claim()
    assert {delivery.channel for delivery in claimed} == {"webhook", "mail"}
    assert {delivery.callback.id for delivery in claimed} == {callback_id}
    assert outbox.claim() == []


def test_what_arrived_is_never_due_again(callbacks: Callbacks, outbox: Outbox, database: Database) -> None:
    receive(callbacks)
    for delivery in outbox.claim():
        outbox.settle(delivery)
    make_due(database, 0.0)
    assert outbox.claim() == []
    assert outbox.waiting().count == 0


def test_a_worker_that_died_is_followed_under_the_same_id(
    callbacks: Callbacks, outbox: Outbox, database: Database
) -> None:
    receive(callbacks)
    first = {delivery.id for delivery in outbox.claim()}
    make_due(database, time.time() - 1)
    again = outbox.claim()
    assert {delivery.id for delivery in again} == first
    assert {delivery.attempts for delivery in again} == {2}


def test_a_failure_waits_and_names_its_kind(callbacks: Callbacks, outbox: Outbox, database: Database) -> None:
    receive(callbacks)
    for delivery in outbox.claim():
        outbox.settle(delivery, "webhook: status 500")
    assert outbox.waiting().count == 2 and outbox.waiting().problem == "webhook: status 500"
    with database.session() as session:
        assert all(due > time.time() for due in session.scalars(select(OutboxRow.due)))


def test_a_clock_set_back_does_not_hold_deliveries_up(
    callbacks: Callbacks, outbox: Outbox, database: Database
) -> None:
    receive(callbacks)
    make_due(database, time.time() + 365 * 86_400)
    assert len(outbox.claim()) == 2


def test_many_workers_take_each_delivery_once(callbacks: Callbacks, database: Database) -> None:
    for number in range(10):
        receive(callbacks, f"n{number}")
    taken: list[str] = []

    def work() -> None:
        mine = Outbox(database, callbacks, lease=60)
        while batch := mine.claim(limit=3):
            taken.extend(delivery.id for delivery in batch)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # A worker that lost every race of a round stops early; what it left is still there to take.
    work()
    assert len(taken) == len(set(taken)) == 20


def test_another_clinics_deliveries_are_not_taken(callbacks: Callbacks, database: Database) -> None:
    receive(callbacks)
    assert Outbox(database, callbacks, clinic="other", lease=60).claim() == []


def test_pauses_double_up_to_an_hour() -> None:
    for attempts in (1, 2, 5, 12, 40):
        longest = min(LONGEST_RETRY_SECONDS, 2.0 ** (attempts - 1))
        assert all(longest / 2 <= pause(attempts) <= longest for _ in range(50))
