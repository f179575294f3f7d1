"""The server and the receiver as processes that can be killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from tests.services.engines import free_port, missing, wait_until

ROOT = Path(__file__).parents[2]


class Process:
    """A command that can be started, killed and started again; its output goes to one file."""

    def __init__(self, command: list[str], log: Path, **env: str) -> None:
        self._command = command
        self._env = {**os.environ, **env}
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as sink:
            self.process = subprocess.Popen(
                [sys.executable, *self._command],
                env=self._env,
                cwd=ROOT,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it and its workers at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


class Server(Process):
    """`assistant serve` on a loopback port."""

    def __init__(self, data_dir: Path, log: Path, *, workers: int = 1, **env: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        command = ["-m", "assistant.cli", "serve", "--port", str(self.port), "--workers", str(workers)]
        super().__init__(command, log, ASSISTANT_DATA_DIR=str(data_dir), **env)

    def ready(self) -> bool:
        """Say whether it answers."""
        assert self.process is None or self.process.poll() is None, self.log.read_text()
        try:
            return httpx.get(f"{self.base}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def start_ready(self, seconds: float = 90) -> None:
        """Start it and wait until it answers."""
        self.start()
        wait_until(self.ready, seconds)


class ChromaServer(Process):
    """`chroma run` on a loopback port."""

    def __init__(self, folder: Path) -> None:
        program = Path(sys.executable).with_name("chroma")
        if not program.exists():
            missing("chroma")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        arguments = ["run", "--path", str(folder / "chroma"), "--host", "127.0.0.1", "--port", str(self.port)]
        super().__init__([], folder / "chroma.log")
        self._line = [str(program), *arguments]

    def start_ready(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as sink:
            self.process = subprocess.Popen(self._line, stdout=sink, stderr=sink, start_new_session=True)
        wait_until(self.answers, 60)

    def answers(self) -> bool:
        """Say whether it answers."""
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat", timeout=5).status_code == 200
        except httpx.TransportError:
            return False
