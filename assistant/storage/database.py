"""The engine: SQLite in WAL mode in the data folder, or PostgreSQL by URL; migrated on opening."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from assistant.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST_MIGRATION = "0002"
"""Revision of the newest file in `migrations/versions`."""
BUSY_SECONDS = 10
POOL_SIZE = 10


class StorageError(RuntimeError):
    """The database cannot be used; the message says why and what to do."""


class Database:
    """A migrated database and its sessions."""

    def __init__(self, engine: Engine, quick: Engine | None = None) -> None:
        self.engine = engine
        self._quick = quick
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._quick_sessions = sessionmaker(quick or engine, expire_on_commit=False)

    @contextmanager
    def session(self, *, durable: bool = True) -> Iterator[Session]:
        """Yield a session whose work is committed as one, or not at all.

        What is not `durable` waits for no disk on SQLite: it outlives the process, but not every power cut.
        """
        with (self._sessions if durable else self._quick_sessions).begin() as session:
            yield session

    @contextmanager
    def connection(self, *, durable: bool = True) -> Iterator[Connection]:
        """Yield a connection whose work is committed as one, or not at all; `durable` as for `session`.

        Statements on it cost half of what the same objects in a session cost.
        """
        engine = self.engine if durable or self._quick is None else self._quick
        with engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let every connection go."""
        self.engine.dispose()
        if self._quick is not None:
            self._quick.dispose()

    @property
    def is_sqlite(self) -> bool:
        """Say whether this is SQLite, which has one writer at a time."""
        return self.engine.dialect.name == "sqlite"

    def ping(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            StorageError: it gives none.
        """
        try:
            with self.engine.connect() as connection:
                connection.execute(text("select 1"))
        except SQLAlchemyError as error:
            raise StorageError(_sentence(self.engine, error)) from error


def url_of(settings: Settings) -> str:
    """Return the SQLAlchemy URL that the settings mean."""
    if not settings.database_url:
        return f"sqlite:///{settings.data_dir / 'assistant.sqlite3'}"
    url = settings.database_url
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return f"postgresql+psycopg://{url.removeprefix(short)}"
    return url


def open_database(settings: Settings) -> Database:
    """Open the database and bring its tables up to date.

    Raises:
        StorageError: it cannot be reached, read or written.
    """
    try:
        url = make_url(url_of(settings))
    except ArgumentError as error:
        raise StorageError(
            "ASSISTANT_DATABASE_URL is no database URL; write postgresql://user@host/name"
        ) from error
    try:
        engine = _sqlite(settings, str(url)) if url.drivername.startswith("sqlite") else _server(url)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(settings.data_dir / "MIGRATE.lock"):
            migrate(engine)
    except (SQLAlchemyError, OSError) as error:
        raise StorageError(_sentence_of(url.render_as_string(hide_password=True), error)) from error
    return Database(engine, _sqlite(settings, str(url), "NORMAL") if engine.name == "sqlite" else None)


def migrate(engine: Engine) -> None:
    """Apply the migrations that the database lacks."""
    if _revision(engine) == NEWEST_MIGRATION:
        return
    # Imported only here: most starts have nothing to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Several machines may start at once; the lock is released with the transaction.
            connection.execute(text("select pg_advisory_xact_lock(7265401)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(engine: Engine) -> str:
    """Return the migration that the database stands at, or "" where it has none."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return connection.scalar(text("select version_num from alembic_version")) or ""


def _sqlite(settings: Settings, url: str, synchronous: str = "FULL") -> Engine:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # FULL: what was acknowledged survives a power cut; NORMAL would not promise it in WAL mode.
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _server(url: Any) -> Engine:
    return create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": 5},
    )


def _sentence(engine: Engine, error: Exception) -> str:
    return _sentence_of(engine.url.render_as_string(hide_password=True), error)


def _sentence_of(url: str, error: Exception) -> str:
    cause = str(getattr(error, "orig", None) or error).strip().split("\n")[0][:200]
    return f"the database {url} cannot be used ({cause}); mend or move it, or set ASSISTANT_DATABASE_URL"
