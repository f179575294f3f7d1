"""Three clinics over two workers on PostgreSQL, pgvector and Redis: no answer, datum or metric crosses."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.clinics import ASKED, HOSTS, KEYS, make
from tests.conftest import share
from tests.services.engines import Postgres, Redis, fresh_database
from tests.services.processes import ROOT, Server

CONVERSATIONS = int(os.environ.get("TEST_CONVERSATIONS", "90"))
WAYS: dict[str, dict[str, str]] = {
    "north": {"host": HOSTS["north"]},
    "south": {"host": HOSTS["south"]},
    "west": {"x-clinic-key": KEYS["west"]},
}
PAINS = {"it has hurt for a month when I run": "refer", "I have no pain at all": "none"}


@pytest.mark.service
def test_nothing_crosses_between_clinics(pgvector: Postgres, redis_server: Redis, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    share(data)
    database = fresh_database(pgvector)
    env = {
        "ASSISTANT_CLINICS_DIR": str(make(tmp_path / "clinics")),
        "ASSISTANT_DATABASE_URL": database,
        "ASSISTANT_VECTOR_URL": database,
        "ASSISTANT_REDIS_URL": redis_server.url,
    }
    server = Server(data, tmp_path / "log", workers=2, **env)
    server.start_ready()
    names, pains = list(WAYS), list(PAINS)
    talks: dict[int, str] = {}
    problems: list[str] = []
    counted: Counter[tuple[str, str]] = Counter()

    def turn(step: tuple[int, int]) -> None:
        number, stage = step
        clinic, pain = names[number % 3], pains[number // 3 % 2]
        question, dose = ASKED[clinic]
        body = {"message": (pain, question, "how many reps?")[stage]}
        if number in talks:
            body["conversation_id"] = talks[number]
        # A connection of its own each time, so that either worker may get it.
        with httpx.Client(timeout=60, headers=WAYS[clinic]) as client:
            answer = client.post(f"{server.base}/api/chat", json=body)
            assert answer.status_code == 200, answer.text
            reply = answer.json()
            talks[number] = reply["conversation_id"]
            other = names[(number + 1) % 3]
            crossed = httpx.post(
                f"{server.base}/api/chat",
                json={"message": "and?", "conversation_id": talks[number]},
                headers=WAYS[other],
                timeout=60,
            )
            if stage == 2:
                sent = client.post(
                    f"{server.base}/api/callbacks",
                    json={
                        "name": f"{clinic} {number}",
                        "contact": "ana@runner.example",
                        "topic": "call_back",
                        "consent": True,
                    },
                    headers={"Idempotency-Key": f"same-{number // 3}"},
                )
                assert sent.status_code == 201, sent.text
        counted[clinic, reply["referral"]["level"]] += 1
        if crossed.status_code != 404:
            problems.append(f"{other} goes on with a conversation of {clinic}")
        if reply["referral"]["level"] != PAINS[pain]:
            problems.append(f"{clinic}, {pain}: {reply['referral']['level']}")
        guides = {citation["guide"].split()[0].lower() for citation in reply["citations"]}
        if not guides <= {{"north": "knee", "south": "steady", "west": "back"}[clinic]}:
            problems.append(f"{clinic} cites {guides}")
        if stage == 2 and dose not in reply["answer"]:
            problems.append(f"{clinic}: {reply['answer']}")

    try:
        with ThreadPoolExecutor(8) as pool:
            for stage in range(3):
                steps = [(number, stage) for number in range(CONVERSATIONS)]
                random.Random(stage).shuffle(steps)
                list(pool.map(turn, steps))
        metrics = {
            name: httpx.get(f"{server.base}/metrics", headers={**way, "host": HOSTS.get(name, "x")}).text
            for name, way in WAYS.items()
        }
        inboxes = {name: run("inbox", "--clinic", name, "list", data=data, **env) for name in names}
        log = (tmp_path / "log").read_text()
    finally:
        server.stop()
    assert problems == []
    for name in names:
        assert set(re.findall(r'clinic="(\w+)"', metrics[name])) == {name}
        for level in ("none", "refer"):
            pattern = rf'assistant_replies_total{{clinic="{name}",level="{level}",[^}}]*}} (\d+)'
            assert sum(map(int, re.findall(pattern, metrics[name]))) == counted[name, level]
        assert len(inboxes[name].splitlines()) == CONVERSATIONS // 3
    assert "away" not in log, log
    with psycopg.connect(database) as connection:
        for table in ("conversations", "messages", "callbacks", "guide_passages"):
            found = connection.execute(f"select clinic, count(*) from {table} group by clinic").fetchall()  # type: ignore[arg-type]
            rows = dict(found)
            assert set(rows) == set(names), (table, rows)
            if table == "messages":
                assert all(rows[name] == CONVERSATIONS for name in names)
    # Each reply stands under the clinic of its conversation.
    with psycopg.connect(database) as connection:
        strays = connection.execute(
            "select count(*) from messages m join conversations c on c.id = m.conversation_id"
            " where c.clinic <> m.clinic"
        ).fetchone()
    assert strays == (0,)


def run(*arguments: str, data: Path, **env: str) -> str:
    """Run the command of the assistant; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli", *arguments],
        env={**os.environ, **env, "ASSISTANT_DATA_DIR": str(data)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
