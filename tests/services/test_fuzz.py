"""Generated requests: schemathesis over the served description, and messages of every kind."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.services.processes import Server

EXAMPLES = os.environ.get("TEST_EXAMPLES", "15")
MESSAGES = int(os.environ.get("TEST_MESSAGES", "300"))
LEVELS = {"none", "check", "refer", "urgent"}
URGENT = "since this morning I cannot feel between my legs and I cannot pee"


@pytest.fixture
def server(data_dir: Path, tmp_path: Path) -> Iterator[Server]:
    server = Server(data_dir, tmp_path / "log")
    server.start_ready()
    yield server
    server.stop()


def test_schemathesis_finds_no_break_of_the_contract(server: Server, tmp_path: Path) -> None:
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert program, "schemathesis is a development dependency"
    config = str(Path(__file__).with_name("schemathesis.toml"))
    command = [
        program,
        "--config-file",
        config,
        "run",
        f"{server.base}/openapi.json",
        "--checks",
        "all",
        "--seed",
        "7",
    ]
    done = subprocess.run(
        [*command, "--max-examples", EXAMPLES, "--no-color", "--continue-on-failure"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        timeout=1_500,
    )
    print(done.stdout[-6_000:])
    assert done.returncode == 0, done.stdout[-12_000:]
    cases = re.search(r"([\d,]+) generated", done.stdout)
    assert cases, done.stdout[-2_000:]


def strange(chance: random.Random) -> str:
    """Return a message of some kind: words, any Unicode, markup, injections, very long, very short."""
    words = [
        "back",
        "pain",
        "run",
        "week",
        "sore",
        "hips",
        "plank",
        "bird",
        "dog",
        "urgent",
        "worse",
        "since",
        "doctor",
        "10",
        "km",
        "no",
        "not",
        ";",
        "'",
        "<b>",
        "{x}",
        "%s",
    ]
    kind = chance.randrange(6)
    if kind == 0:
        return " ".join(chance.choices(words, k=chance.randint(1, 60)))
    if kind == 1:
        return "".join(chr(chance.choice([0x20, 0xE000]) + chance.randrange(0x3000)) for _ in range(80))
    if kind == 2:
        return chance.choice(words) * chance.randint(1, 700)
    if kind == 3:
        return "\u202e\u200d\ufe0f" * chance.randint(1, 50) + chance.choice(words)
    if kind == 4:
        return "".join(chr(chance.randrange(0x1F300, 0x1FAFF)) for _ in range(chance.randint(1, 40)))
    return (
        f"{chance.choice(words)}\n\n```{{{{{chance.random()}}}}}``` <script>{chance.choice(words)}</script>"
    )


def test_strange_messages_are_answered_and_no_level_is_lost(server: Server) -> None:
    chance = random.Random(11)
    messages = [strange(chance)[:4_000] for _ in range(MESSAGES)]
    client = httpx.Client(base_url=server.base, timeout=60)

    def send(message: str) -> str:
        answer = client.post("/api/chat", json={"message": message})
        if answer.status_code == 422:
            return ""  # nothing is left of it without controls and blanks
        assert answer.status_code == 200, (answer.status_code, message)
        assert answer.json()["referral"]["level"] in LEVELS
        return str(answer.json()["conversation_id"])

    def still_urgent(noise: str) -> None:
        first = client.post("/api/chat", json={"message": URGENT}).json()
        assert first["referral"]["level"] == "urgent"
        body = {"message": noise, "conversation_id": first["conversation_id"]}
        later = client.post("/api/chat", json=body)
        assert later.status_code == 422 or later.json()["referral"]["level"] == "urgent", noise

    with client, ThreadPoolExecutor(4) as pool:
        assert any(pool.map(send, messages))
        list(pool.map(still_urgent, messages[: max(10, MESSAGES // 50)]))
