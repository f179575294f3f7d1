"""The server as a process of its own: starts, streams an answer, stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from assistant.settings import Settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_serve_streams_an_answer_and_ends_on_sigterm(guide_settings: Settings, tmp_path: Path) -> None:
    port = free_port()
    env = {**os.environ, "ASSISTANT_DATA_DIR": str(guide_settings.data_dir)}
    command = [sys.executable, "-m", "assistant.cli", "serve", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("wb") as sink, subprocess.Popen(command, env=env, stdout=sink, stderr=sink) as server:
        base = f"http://127.0.0.1:{port}"
        try:
            deadline = time.monotonic() + 90
            while not _ready(base):
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            with httpx.stream(
                "POST", f"{base}/api/chat/stream", json={"message": "how many dead bugs?"}
            ) as reply:
                text = "".join(reply.iter_text())
            assert text.startswith("event: referral") and "event: done" in text
            assert "8–10 per side" in text
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)
    assert f"http://127.0.0.1:{port}" in log.read_text()
    assert "dead bugs" not in log.read_text()


def _ready(base: str) -> bool:
    try:
        return httpx.get(f"{base}/readyz").status_code == 200
    except httpx.TransportError:
        return False
