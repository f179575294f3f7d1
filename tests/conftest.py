"""What every test shares: the packaged model, an index of the project's guide, no network."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import settings as settings_module
from assistant.ingestion import index
from assistant.retrieval.embeddings import LocalEmbeddings, load_embeddings
from assistant.settings import Settings
from tests.services.engines import Postgres, Redis, with_pgvector

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """Refuse every connection that would leave the machine, for the whole run."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
            host = str(address[0])
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside() -> None:
    """Leave the settings of whoever runs the tests out of them."""
    for name in [name for name in os.environ if name.startswith("ASSISTANT_")]:
        del os.environ[name]


@pytest.fixture(scope="session")
def embeddings() -> LocalEmbeddings:
    """The default model, its export kept in the checkout's data folder between runs."""
    return load_embeddings(settings_module.load())


@pytest.fixture(scope="session")
def guide_settings(tmp_path_factory: pytest.TempPathFactory, embeddings: LocalEmbeddings) -> Settings:
    """Settings with an index of the project's own knowledge."""
    settings = fresh_settings(tmp_path_factory.mktemp("data"))
    index.ingest(settings, embeddings.encode, embeddings.identity)
    return settings


def share(data_dir: Path) -> None:
    """Let a data folder have the exported model and the kept vectors of the checkout's own."""
    for name in ("models", "cache"):
        folder = settings_module.default_data_dir() / name
        folder.mkdir(parents=True, exist_ok=True)
        (data_dir / name).symlink_to(folder)


def fresh_settings(data_dir: Path, **overrides: object) -> Settings:
    """Return settings with an empty data folder that shares the exported model."""
    share(data_dir)
    return settings_module.load(data_dir=data_dir, **overrides)


@pytest.fixture
def empty_settings(tmp_path: Path, embeddings: LocalEmbeddings) -> Settings:
    """Settings with nothing ingested yet."""
    return fresh_settings(tmp_path)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL server of this run; the test is skipped where it is not installed."""
    # pytest's own folders are closed to other users, and PostgreSQL never runs as root.
    folder = Path(tempfile.mkdtemp(prefix="assistant-pg-"))
    server = Postgres(folder)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def pgvector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL server with pgvector; the test is skipped where it is not installed."""
    folder = Path(tempfile.mkdtemp(prefix="assistant-pgvector-"))
    server = Postgres(folder, with_pgvector())
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A Redis server of this run; the test is skipped where it is not installed."""
    server = Redis(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()
