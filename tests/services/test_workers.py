"""Several workers: no fact crosses between conversations, and a new index is served without a gap."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from assistant import settings as settings_module
from assistant.ingestion import index
from tests.conftest import FIXTURES
from tests.services.engines import Postgres, Redis, fresh_database, wait_until
from tests.services.processes import ROOT, Server

CONVERSATIONS = int(os.environ.get("TEST_CONVERSATIONS", "120"))
DOSES = {
    "bird dogs": "8–10 per side",
    "glute bridges": "12–15",
    "side planks": "20–40 seconds",
    "superman holds": "10–12",
}
PAINS = {"my back has hurt for a month": "refer", "I have no pain at all": "none"}


@pytest.mark.service
def test_no_fact_crosses_from_one_conversation_to_another(
    postgres: Postgres, redis_server: Redis, data_dir: Path, tmp_path: Path
) -> None:
    server = Server(
        data_dir,
        tmp_path / "log",
        workers=2,
        ASSISTANT_DATABASE_URL=fresh_database(postgres),
        ASSISTANT_REDIS_URL=redis_server.url,
    )
    server.start_ready()
    kinds = [(pain, name) for pain in PAINS for name in DOSES]
    chance = random.Random(5)
    talks: dict[int, str] = {}
    problems: list[str] = []

    def say(client: httpx.Client, number: int, message: str) -> dict[str, object]:
        body = {"message": message} | ({"conversation_id": talks[number]} if number in talks else {})
        answer = client.post(f"{server.base}/api/chat", json=body)
        assert answer.status_code == 200, answer.text
        reply: dict[str, object] = answer.json()
        talks[number] = str(reply["conversation_id"])
        return reply

    def turn(step: tuple[int, int]) -> None:
        number, stage = step
        pain, name = kinds[number % len(kinds)]
        # A connection of its own each time, so that either worker may get it.
        with httpx.Client(timeout=60) as client:
            reply = say(client, number, (pain, f"how do I do {name}?", "how many reps?")[stage])
        level = reply["referral"]["level"]  # type: ignore[index]
        if level != PAINS[pain]:
            problems.append(f"{pain}: {level}")
        if stage == 2 and DOSES[name] not in str(reply["answer"]):
            problems.append(f"{name}: {reply['answer']}")

    try:
        with ThreadPoolExecutor(8) as pool:
            for stage in range(3):
                steps = [(number, stage) for number in range(CONVERSATIONS)]
                chance.shuffle(steps)
                list(pool.map(turn, steps))
    finally:
        server.stop()
    assert problems == []
    assert len(set(talks.values())) == CONVERSATIONS


def ingest(data_dir: Path, guide: str) -> subprocess.Popen[str]:
    env = {**os.environ, "ASSISTANT_DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "assistant.cli", "ingest", str(FIXTURES / guide)]
    return subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_two_ingests_at_once_under_load_leave_no_gap(data_dir: Path, tmp_path: Path) -> None:
    server = Server(data_dir, tmp_path / "log", workers=2)
    server.start_ready()
    over = threading.Event()
    wrong: list[str] = []
    asked = 0

    def load() -> None:
        nonlocal asked
        while not over.is_set():
            answer = httpx.post(
                f"{server.base}/api/chat", json={"message": "how do I do a bird dog?"}, timeout=30
            )
            asked += 1
            if answer.status_code != 200 or "8–10 per side" not in answer.text:
                wrong.append(f"{answer.status_code} {answer.text[:200]}")

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        both = [ingest(data_dir, "knee-guide.txt"), ingest(data_dir, "ankle-guide.html")]
        outputs = [process.communicate(timeout=120)[0] for process in both]
        assert [process.returncode for process in both] == [0, 0], outputs
        built = index.current(settings_module.load(data_dir=data_dir))
        guides = sorted({chunk.guide_id for chunk in built.chunks})
        assert len(guides) == 3

        def everywhere() -> bool:
            # Fresh connections spread over the workers; all of them must know every guide.
            paths = [f"{server.base}/guides/{guide}" for guide in guides for _ in range(10)]
            return all(httpx.get(path, timeout=30).status_code == 200 for path in paths)

        ended = time.monotonic()
        wait_until(everywhere, 30)
        took = time.monotonic() - ended
        print(f"every worker served the new index {took:.1f} s after the ingests, {asked} answers meanwhile")
    finally:
        over.set()
        for thread in threads:
            thread.join()
        server.stop()
    assert wrong == []
    assert asked > 0
