"""Faults: the service goes on, or ends with one clear sentence and an exit code that is not zero."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import FIXTURES
from tests.server.receivers import Posted, running
from tests.services.engines import Postgres, Redis, fresh_database, wait_until
from tests.services.processes import ROOT, ChromaServer, Server

CALLBACK = {"name": "Ana", "contact": "ana@runner.example", "topic": "call_back", "consent": True}


def chat(server: Server, message: str = "how do I do a bird dog?") -> httpx.Response:
    return httpx.post(f"{server.base}/api/chat", json={"message": message}, timeout=60)


def command(data_dir: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ASSISTANT_DATA_DIR": str(data_dir), **env}
    line = [sys.executable, "-m", "assistant.cli", *arguments]
    return subprocess.run(
        line, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """Check that a command ended with an error in one sentence; return it."""
    assert done.returncode not in (0, -9), done.stdout
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.strip().splitlines() if line.startswith("assistant: ")]
    assert len(said) == 1, done.stderr
    return said[0]


def test_sigterm_lets_streams_finish(data_dir: Path, tmp_path: Path) -> None:
    server = Server(data_dir, tmp_path / "log")
    server.start_ready()
    finished: list[str] = []
    begun = threading.Semaphore(0)

    def read() -> None:
        body = {"message": "what exercises help with a weak core?"}
        with httpx.stream("POST", f"{server.base}/api/chat/stream", json=body, timeout=60) as reply:
            text = ""
            for part in reply.iter_text():
                if not text:
                    begun.release()
                    time.sleep(0.5)
                text += part
            finished.append(text)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert begun.acquire(timeout=60)
    code = server.stop()
    for thread in threads:
        thread.join()
    assert len(finished) == 6 and all("event: done" in text for text in finished)
    assert code in (0, -signal.SIGTERM)


def test_a_damaged_database_is_one_sentence(data_dir: Path) -> None:
    (data_dir / "assistant.sqlite3").write_bytes(b"this is no database at all" * 400)
    assert "database" in one_sentence(command(data_dir, "inbox"))
    done = command(data_dir, "doctor")
    assert done.returncode == 1 and "MEND database" in done.stdout


def test_a_database_that_is_away_at_the_start_is_one_sentence(data_dir: Path) -> None:
    away = {"ASSISTANT_DATABASE_URL": "postgresql://nobody:hidden@127.0.0.1:9/x"}
    said = one_sentence(command(data_dir, "serve", "--port", "0", **away))
    assert "database" in said and "hidden" not in said


def test_a_damaged_index_is_rebuilt(data_dir: Path, tmp_path: Path) -> None:
    name = (data_dir / "index" / "CURRENT").read_text().strip()
    (data_dir / "index" / name / "chunks.json").write_text("[{")
    server = Server(data_dir, tmp_path / "log")
    server.start_ready()
    try:
        assert "8–10 per side" in chat(server).text
    finally:
        server.stop()


def test_a_damaged_chroma_folder_leaves_the_answers_and_is_rebuilt_by_the_next_ingest(data_dir: Path) -> None:
    name = (data_dir / "index" / "CURRENT").read_text().strip()
    for path in (data_dir / "index" / name / "chroma").glob("chroma.sqlite3*"):
        path.write_bytes(b"no database" * 1_000)
    done = command(data_dir, "ask", "how do I do a bird dog?")
    assert done.returncode == 0 and "8–10 per side" in done.stdout, done.stderr
    done = command(data_dir, "ingest")
    assert done.returncode == 0 and "damaged" in done.stdout, done.stderr
    assert (data_dir / "index" / "CURRENT").read_text().strip() != name


def test_damaged_vectors_are_found_and_rebuilt(data_dir: Path) -> None:
    name = (data_dir / "index" / "CURRENT").read_text().strip()
    vectors = data_dir / "index" / name / "vectors.npy"
    whole = bytearray(vectors.read_bytes())
    whole[-4_000:-3_000] = bytes(1_000)
    vectors.write_bytes(bytes(whole))
    done = command(data_dir, "ask", "how do I do a bird dog?")
    assert done.returncode == 0 and "8–10 per side" in done.stdout, done.stderr
    assert "damaged" in done.stderr


def test_a_locked_sqlite_is_waited_for_and_nothing_acknowledged_is_lost(
    data_dir: Path, tmp_path: Path
) -> None:
    server = Server(data_dir, tmp_path / "log")
    server.start_ready()
    try:
        lock = sqlite3.connect(data_dir / "assistant.sqlite3", isolation_level=None)
        lock.execute("begin immediate")
        answers: list[httpx.Response] = []
        thread = threading.Thread(
            target=lambda: answers.append(
                httpx.post(f"{server.base}/api/callbacks", json=CALLBACK, timeout=60)
            )
        )
        thread.start()
        time.sleep(1)
        lock.execute("rollback")
        lock.close()
        thread.join()
        assert answers[0].status_code == 201
        assert answers[0].json()["id"] in command(data_dir, "inbox").stdout
    finally:
        server.stop()


@pytest.mark.service
def test_postgresql_and_redis_gone_and_back(
    postgres: Postgres, redis_server: Redis, data_dir: Path, tmp_path: Path
) -> None:
    server = Server(
        data_dir,
        tmp_path / "log",
        ASSISTANT_DATABASE_URL=fresh_database(postgres),
        ASSISTANT_REDIS_URL=redis_server.url,
    )
    server.start_ready()
    try:
        redis_server.stop()
        assert chat(server).status_code == 200
        postgres.stop()
        refused = chat(server)
        assert refused.status_code == 503 and json.loads(refused.text)["error"]["code"] == "not_ready"
        assert httpx.get(f"{server.base}/metrics", timeout=30).status_code == 200
        assert httpx.get(f"{server.base}/healthz", timeout=30).status_code == 200
        postgres.start()
        redis_server.start()
        wait_until(lambda: chat(server).status_code == 200)
    finally:
        server.stop()


@pytest.mark.service
def test_a_chroma_server_gone_and_back(data_dir: Path, tmp_path: Path) -> None:
    chroma = ChromaServer(tmp_path)
    chroma.start_ready()
    shutil.rmtree(data_dir / "index")
    at = {"ASSISTANT_CHROMA_URL": chroma.url}
    assert command(data_dir, "ingest", **at).returncode == 0
    server = Server(data_dir, tmp_path / "log", **at)
    try:
        server.start_ready()
        assert "8–10 per side" in chat(server).text
        assert "away" not in server.log.read_text()
        chroma.kill()
        for number in range(3):
            assert "8–10 per side" in chat(server, f"how do I do a bird dog, take {number}?").text
        assert server.log.read_text().count("away") == 1
        # Also a server that starts meanwhile serves.
        server.stop()
        server.start_ready()
        assert "8–10 per side" in chat(server).text
        chroma.start_ready()
        assert "8–10 per side" in chat(server).text
        assert command(data_dir, "ingest", str(FIXTURES / "knee-guide.txt"), **at).returncode == 0
        wait_until(lambda: "3 sets of 15 per side" in chat(server, "how do I do clamshells?").text)
        chroma.kill()
        said = one_sentence(command(data_dir, "ingest", str(FIXTURES / "ankle-guide.html"), **at))
        assert "Chroma server" in said
        assert "8–10 per side" in chat(server).text
    finally:
        server.stop()
        if chroma.process is not None and chroma.process.poll() is None:
            chroma.kill()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own that can be made read-only."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    disk = tmp_path / "small"
    disk.mkdir()
    line = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(disk)]
    if subprocess.run(line, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=False)


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def test_a_read_only_disk_is_one_sentence_and_nothing_on_it_is_lost(
    data_dir: Path, small_disk: Path, tmp_path: Path
) -> None:
    at = {"ASSISTANT_DATABASE_URL": f"sqlite:///{small_disk / 'small.sqlite3'}"}
    server = Server(data_dir, tmp_path / "log", **at)
    server.start_ready()
    talk = chat(server, "my back has hurt for a month").json()["conversation_id"]
    before = httpx.post(f"{server.base}/api/callbacks", json=CALLBACK, timeout=60)
    assert before.status_code == 201
    server.stop()
    remount(small_disk, "ro")
    said = one_sentence(command(data_dir, "serve", "--port", "0", **at))
    assert "database" in said and "cannot be used" in said
    remount(small_disk, "rw")
    server.start_ready()
    try:
        body = {"message": "and now?", "conversation_id": talk}
        again = httpx.post(f"{server.base}/api/chat", json=body, timeout=60).json()
        assert again["referral"]["level"] == "refer"
        assert before.json()["id"] in command(data_dir, "inbox", **at).stdout
    finally:
        server.stop()


def test_a_data_folder_that_cannot_be_written_is_one_sentence(data_dir: Path, small_disk: Path) -> None:
    for name in ("index", "models"):
        (small_disk / name).symlink_to((data_dir / name).resolve())
    remount(small_disk, "ro")
    said = one_sentence(command(small_disk, "serve", "--port", "0"))
    assert "Read-only" in said or "readonly" in said or "cannot" in said
    done = command(small_disk, "doctor")
    assert done.returncode == 1 and "MEND data folder" in done.stdout


CLOCK = """
import pathlib, time
_real, _file = time.time, pathlib.Path({file!r})
def _told():
    try:
        return _real() + float(_file.read_text())
    except (OSError, ValueError):
        return _real()
time.time = _told
"""


@pytest.mark.parametrize("days", [400, -400])
def test_a_clock_that_jumps_stops_nothing(data_dir: Path, tmp_path: Path, days: int) -> None:
    jump = tmp_path / "jump"
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(CLOCK.format(file=str(jump)))
    with running(Posted()) as receiver:
        server = Server(
            data_dir,
            tmp_path / "log",
            PYTHONPATH=str(site),
            ASSISTANT_WEBHOOK_URL=receiver.url,
            ASSISTANT_LIMIT_LOCAL="true",
        )
        server.start_ready()
        try:
            talk = chat(server, "my back has hurt for a month").json()["conversation_id"]
            asked = httpx.post(f"{server.base}/api/callbacks", json=CALLBACK, timeout=60)
            assert asked.status_code == 201
            wait_until(lambda: len(receiver.got) == 1)
            jump.write_text(str(days * 86_400.0))
            body = {"message": "what can I do?", "conversation_id": talk}
            for _ in range(5):
                after = httpx.post(f"{server.base}/api/chat", json=body, timeout=60)
                assert after.status_code == 200
            assert after.json()["referral"]["level"] == "refer"
            token = httpx.get(f"{server.base}/api/forms/token", timeout=30).json()["token"]
            later = httpx.post(
                f"{server.base}/api/callbacks", json=CALLBACK, headers={"X-Form-Token": token}, timeout=60
            )
            assert later.status_code == 201
            wait_until(lambda: len(receiver.got) == 2)
            held = command(data_dir, "inbox").stdout
            assert asked.json()["id"] in held and later.json()["id"] in held
        finally:
            server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_acknowledges_nothing_that_it_does_not_hold(data_dir: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    server = Server(data_dir, tmp_path / "log", ASSISTANT_DATABASE_URL=f"sqlite:///{disk / 'small.sqlite3'}")
    try:
        server.start_ready()
        acknowledged: list[str] = []
        statuses: list[int] = []
        for _ in range(400):
            body = {**CALLBACK, "message": "x" * 1_900, "preferred_time": "y" * 190}
            answer = httpx.post(f"{server.base}/api/callbacks", json=body, timeout=60)
            statuses.append(answer.status_code)
            if answer.status_code == 201:
                acknowledged.append(answer.json()["id"])
            elif statuses[-3:] == [503] * 3:
                break
        assert 503 in statuses and set(statuses) <= {201, 503}
        assert httpx.get(f"{server.base}/healthz", timeout=30).status_code == 200
        server.kill()
        # On a disk with room, everything that was acknowledged is there.
        shutil.copytree(disk, tmp_path / "copy")
        env = {"ASSISTANT_DATABASE_URL": f"sqlite:///{tmp_path / 'copy' / 'small.sqlite3'}"}
        held = command(data_dir, "inbox", **env)
        assert held.returncode == 0, held.stderr
        assert acknowledged and all(made in held.stdout for made in acknowledged)
    finally:
        if server.process is not None and server.process.poll() is None:
            server.stop()
        subprocess.run(["umount", str(disk)], check=False)
