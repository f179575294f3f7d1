"""Call-backs while everything is killed: each that got a 201 is delivered, none twice under one id."""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.services.engines import Postgres, free_port, fresh_database, wait_until
from tests.services.processes import ROOT, Process, Server

pytestmark = pytest.mark.service
REQUESTS = 200
KILLS = 8


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that this test may kill."""
    folder = Path(tempfile.mkdtemp(prefix="assistant-pg-"))
    server = Postgres(folder)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


STRIKING = threading.Lock()
"""Held while a victim is down."""


def restarted(victim: Process | Postgres, *, wait: float) -> Callable[[], None]:
    def strike() -> None:
        with STRIKING:
            # A server whose database was just starting up has ended by itself, with one clear sentence.
            with contextlib.suppress(ProcessLookupError):
                victim.kill()
            time.sleep(wait)
            victim.start()

    return strike


def kept_up(server: Server) -> None:
    """Start a server again that ended by itself, as a supervisor does; not while it is being struck."""
    if STRIKING.acquire(blocking=False):
        try:
            if server.process is not None and server.process.poll() is not None:
                server.start()
        finally:
            STRIKING.release()


def insist(server: Server, number: int) -> str:
    """Ask for a call back until it is acknowledged, as a form does that a person sends again."""
    body = {
        "name": f"n{number}",
        "contact": f"n{number}@runner.example",
        "topic": "call_back",
        "consent": True,
    }
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            answer = httpx.post(
                f"{server.base}/api/callbacks",
                json=body,
                headers={"Idempotency-Key": f"k{number}"},
                timeout=15,
            )
        except httpx.TransportError:
            time.sleep(0.1)
            kept_up(server)
            continue
        if answer.status_code == 201:
            return str(answer.json()["id"])
        assert answer.status_code == 503, answer.text
        time.sleep(0.1)
    raise AssertionError("never acknowledged")


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_every_acknowledged_call_back_arrives_once(
    engine: str, data_dir: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    port, noted = free_port(), tmp_path / "received"
    env = {"ASSISTANT_WEBHOOK_URL": f"http://127.0.0.1:{port}/", "ASSISTANT_DELIVERY_TIMEOUT": "1"}
    victims: list[Process | Postgres] = []
    if engine == "postgresql":
        postgres: Postgres = request.getfixturevalue("own_postgres")
        env["ASSISTANT_DATABASE_URL"] = fresh_database(postgres)
        victims.append(postgres)
    receiver = Process([str(ROOT / "tests/services/receiver.py"), str(port), str(noted)], tmp_path / "r.log")
    server = Server(data_dir, tmp_path / "s.log", **env)
    victims += [receiver, server]
    receiver.start()
    server.start_ready()
    chance = random.Random(8)
    acknowledged: list[str] = []
    over = threading.Event()

    def strike() -> None:
        for kill in range(KILLS):
            restarted(victims[kill % len(victims)], wait=chance.uniform(0.1, 0.8))()
            if over.wait(chance.uniform(0.3, 1.5)):
                return

    killer = threading.Thread(target=strike)
    killer.start()
    try:
        for number in range(REQUESTS):
            acknowledged.append(insist(server, number))
            time.sleep(0.02)
        killer.join()

        def received() -> list[list[str]]:
            kept_up(server)
            return [line.split() for line in noted.read_text().splitlines()]

        wait_until(lambda: set(acknowledged) <= {callback for _, callback in received()}, 120)
    finally:
        over.set()
        killer.join()
        server.kill()
        receiver.kill()
    lines = [line.split() for line in noted.read_text().splitlines()]
    assert len(set(acknowledged)) == REQUESTS
    assert max(Counter(delivery for delivery, _ in lines).values()) == 1
    assert max(Counter(callback for _, callback in lines).values()) == 1
