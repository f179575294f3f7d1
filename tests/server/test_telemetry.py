"""Metrics count without naming anybody; nothing that a visitor wrote reaches a log, a metric or a file."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from assistant.server.app import create_app
from assistant.server.telemetry import configure_logs
from assistant.settings import Settings
from tests.services.engines import free_port

MARK = "zqxmarker"
SECRETS = {
    "message": f"my back hurts {MARK}message",
    "name": f"{MARK}name",
    "contact": f"{MARK}contact@runner.example",
    "comment": f"{MARK}comment",
    "key": f"{MARK}key",
    "agent": f"{MARK}agent",
}


def ready(base: str) -> bool:
    try:
        return httpx.get(f"{base}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def walk_every_path(base: str) -> None:
    """Send marked secrets wherever a visitor can put one, rightly and wrongly."""
    headers = {"User-Agent": SECRETS["agent"], "Referer": f"https://x.example/{MARK}referer"}
    with httpx.Client(base_url=base, headers=headers) as client:
        message = SECRETS["message"]
        callback = {
            "name": SECRETS["name"],
            "contact": SECRETS["contact"],
            "topic": "call_back",
            "message": message,
            "preferred_time": message,
            "consent": True,
        }
        reply = client.post("/api/chat", json={"message": message}).json()
        client.post("/api/chat/stream", json={"message": message}).read()
        client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": message}]})
        client.post(
            "/v1/chat/completions",
            json={
                "messages": [{"role": "user", "content": message}],
                "model": f"{MARK}model",
                "stream": True,
            },
        ).read()
        client.post(
            "/api/feedback",
            json={"message_id": reply["message_id"], "helpful": True, "comment": SECRETS["comment"]},
        )
        assert client.post(
            "/api/callbacks", json=callback, headers={"Idempotency-Key": SECRETS["key"]}
        ).is_success
        client.post("/api/callbacks", json={**callback, "consent": False})
        client.post("/api/callbacks", json={**callback, "contact": MARK})
        client.post("/api/callbacks", json={**callback, "topic": MARK})
        client.post("/api/callbacks", json=callback, headers={"X-Form-Token": MARK})
        client.post("/api/chat", json={"message": message, "conversation_id": f"{MARK}id"})
        client.post(
            "/api/chat",
            content=f'{{"message": "{MARK}'.encode(),
            headers={"Content-Type": "application/json"},
        )
        client.post("/api/chat", content=MARK.encode(), headers={"Content-Type": f"text/{MARK}"})
        client.post("/api/chat", json={"message": MARK * 2000})
        client.post("/api/chat", json={"message": [MARK]})
        for path in (
            f"/{MARK}",
            f"/figures/{MARK}.svg",
            f"/guides/{MARK}",
            f"/api/plans/{MARK}.ics?tz={MARK}",
        ):
            client.get(path)
        client.delete(f"/api/conversations/{MARK}")
        client.request("DELETE", f"/{MARK}")


def test_no_secret_reaches_the_output_the_metrics_or_a_file(guide_settings: Settings, tmp_path: Path) -> None:
    port = free_port()
    data = tmp_path / "data"
    data.mkdir()
    for name in ("index", "models", "cache"):
        if (guide_settings.data_dir / name).exists():
            (data / name).symlink_to(guide_settings.data_dir / name)
    env = {
        **os.environ,
        "ASSISTANT_DATA_DIR": str(data),
        "ASSISTANT_LOG_LEVEL": "debug",
        "ASSISTANT_WEBHOOK_URL": "http://127.0.0.1:9/hook",
    }
    log = tmp_path / "log"
    command = [sys.executable, "-m", "assistant.cli", "serve", "--port", str(port)]
    with log.open("wb") as sink, subprocess.Popen(command, env=env, stdout=sink, stderr=sink) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 90
            while not ready(base):
                assert server.poll() is None and time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            walk_every_path(base)
            metrics = httpx.get(f"{base}/metrics").text
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)
    written = log.read_text()
    assert '"route": "/api/chat"' in written and "webhook: ConnectError" in written
    assert MARK not in written
    assert MARK not in metrics and "assistant_replies_total" in metrics
    for path in data.rglob("*"):
        if path.is_file():
            assert MARK.encode() not in path.read_bytes(), path


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    # A server that ran in this process before may have left its own settings on these loggers.
    for server in (logging.getLogger("uvicorn"), logging.getLogger("uvicorn.error")):
        server.setLevel(logging.NOTSET)
        server.disabled, server.propagate = False, True
        server.handlers.clear()
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def test_exceptions_and_other_libraries_lose_their_text(
    root_logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("info")
    try:
        raise ValueError(f"{MARK} in an exception")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("it broke")
        logging.getLogger("some.library").error("value %s", MARK)
    logging.getLogger("assistant.x").warning("our own line")
    written = capsys.readouterr().err
    assert MARK not in written
    assert "ValueError" in written and "test_telemetry.py:" in written and "our own line" in written


def test_metrics_count_by_template_and_level(guide_settings: Settings) -> None:
    with TestClient(create_app(guide_settings)) as client:
        deadline = time.monotonic() + 60
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        client.post("/api/chat", json={"message": "my back has hurt for a month"})
        client.get("/figures/nothing.svg")
        client.get("/some/unknown/path")
        page = client.get("/metrics").text
    assert 'assistant_replies_total{level="refer"' in page
    assert 'route="/figures/{exercise_id}.svg",status="404"' in page
    assert "unknown" not in page and "assistant_ready 1.0" in page
    assert 'assistant_request_seconds_bucket{le="0.1",route="/api/chat"}' in page


def test_code_that_breaks_is_answered_and_its_words_are_kept_back(
    guide_settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(guide_settings)

    def broken(_id: str) -> None:
        raise RuntimeError(f"{MARK} in the error")

    monkeypatch.setattr(app.state.runtime.conversations, "delete", broken)
    response = TestClient(app).delete("/api/conversations/x")
    assert response.status_code == 503 and response.json()["error"]["code"] == "not_ready"
    assert MARK not in response.text and MARK not in caplog.text
    assert "RuntimeError" in caplog.text
