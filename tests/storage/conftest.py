"""A database for the storage suite: SQLite always, PostgreSQL where its programs are installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import settings as settings_module
from assistant.settings import Settings
from assistant.storage.database import Database, open_database
from assistant.storage.secrecy import Secrecy
from tests.services.engines import fresh_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def store_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings with an empty database of each kind."""
    url = ""
    if request.param == "postgresql":
        url = fresh_database(request.getfixturevalue("postgres"))
    return settings_module.load(data_dir=tmp_path, database_url=url)


@pytest.fixture
def database(store_settings: Settings) -> Iterator[Database]:
    """The empty database."""
    database = open_database(store_settings)
    yield database
    database.close()


@pytest.fixture
def secrecy(store_settings: Settings) -> Secrecy:
    """Keys of this test alone."""
    return Secrecy.load(store_settings)
