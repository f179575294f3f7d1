"""PostgreSQL with pgvector as the vector store of many clinics, through `langchain-postgres`.

One table holds the passages of every clinic and build. A look-up is filtered by both and sorted exactly: the
filter leaves a few dozen to a few thousand rows, over which an approximate index would be slower and less
exact.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, create_engine, text

if TYPE_CHECKING:
    from assistant.ingestion.chunks import Chunk
    from assistant.settings import Settings

TABLE = "guide_passages"
COLUMNS = ["clinic", "build", "chunk"]
BATCH = 500
CONNECT_SECONDS = 5
LOCK = 7265402
"""Number of the advisory lock under which the table is made."""

_engines: dict[str, Any] = {}
_lock = threading.Lock()


class PostgresStore:
    """The passages of one clinic's build in the shared table."""

    def __init__(self, settings: Settings, build: str) -> None:
        self._own = {"clinic": settings.clinic_id, "build": build}
        self.store = _store(settings)

    def nearest(self, vector: NDArray[np.float32], k: int) -> dict[str, float]:
        """Return the ids of the `k` nearest passages with their cosine similarity, nearest first."""
        found = self.store.similarity_search_with_score_by_vector(
            [float(value) for value in vector], k=k, filter=dict(self._own)
        )
        return {str(document.metadata["chunk"]): 1.0 - float(distance) for document, distance in found}


def fill(settings: Settings, build: str, chunks: Sequence[Chunk], vectors: NDArray[np.float32]) -> None:
    """Write a build's passages and vectors; the table is made on first use."""
    if not chunks:
        return
    _make_table(settings, vectors.shape[1])
    store = _store(settings)
    for start in range(0, len(chunks), BATCH):
        part = chunks[start : start + BATCH]
        store.add_embeddings(
            texts=[chunk.searchable for chunk in part],
            embeddings=vectors[start : start + len(part)].tolist(),
            metadatas=[{"clinic": settings.clinic_id, "build": build, "chunk": chunk.id} for chunk in part],
            ids=[f"{settings.clinic_id}/{build}/{chunk.id}" for chunk in part],
        )


def count(settings: Settings, build: str) -> int:
    """Return how many passages of a build the table holds."""
    engine = _plain(settings.vector_url)
    try:
        with engine.connect() as connection:
            if connection.scalar(text("select to_regclass(:name)"), {"name": TABLE}) is None:
                return 0
            query = text(f"select count(*) from {TABLE} where clinic = :clinic and build = :build")  # noqa: S608
            found = connection.scalar(query, {"clinic": settings.clinic_id, "build": build})
            return int(found or 0)
    finally:
        engine.dispose()


def drop(settings: Settings, build: str) -> None:
    """Delete a build's passages."""
    engine = _plain(settings.vector_url)
    try:
        with engine.begin() as connection:
            query = text(f"delete from {TABLE} where clinic = :clinic and build = :build")  # noqa: S608
            connection.execute(query, {"clinic": settings.clinic_id, "build": build})
    finally:
        engine.dispose()


def _store(settings: Settings) -> Any:
    """Return LangChain's store over the shared table."""
    # Imported only here: where Chroma serves, neither is needed.
    from langchain_core.embeddings import Embeddings
    from langchain_postgres import PGVectorStore

    class NoEmbeddings(Embeddings):
        """Stands where LangChain wants embeddings; every vector is given."""

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            raise NotImplementedError

        def embed_query(self, text: str) -> list[float]:
            raise NotImplementedError

    return PGVectorStore.create_sync(
        _engine(settings.vector_url), NoEmbeddings(), TABLE, metadata_columns=COLUMNS
    )


def _make_table(settings: Settings, dimensions: int) -> None:
    from langchain_postgres import Column

    engine = _plain(settings.vector_url)
    try:
        with engine.connect() as connection:
            # Several clinics and machines may ingest for the first time at once; the lock is the session's.
            connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
            connection.commit()
            try:
                if connection.scalar(text("select to_regclass(:name)"), {"name": TABLE}) is None:
                    _engine(settings.vector_url).init_vectorstore_table(
                        TABLE,
                        dimensions,
                        metadata_columns=[Column(name, "TEXT", nullable=False) for name in COLUMNS],
                        id_column=Column("langchain_id", "TEXT", nullable=False),
                        store_metadata=False,
                    )
                index = f"create index if not exists ix_{TABLE}_own on {TABLE} (clinic, build)"
                connection.execute(text(index))
                connection.commit()
            finally:
                connection.rollback()
                connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": LOCK})
                connection.commit()
    finally:
        engine.dispose()


def _engine(url: str) -> Any:
    """Return LangChain's engine for a URL, one for each process; a connection that is gone is replaced."""
    from langchain_postgres import PGEngine

    with _lock:
        if url not in _engines:
            _engines[url] = PGEngine.from_connection_string(
                _driver(url), pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS}
            )
        return _engines[url]


def _plain(url: str) -> Engine:
    return create_engine(
        _driver(url), hide_parameters=True, connect_args={"connect_timeout": CONNECT_SECONDS}
    )


def _driver(url: str) -> str:
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return f"postgresql+psycopg://{url.removeprefix(short)}"
    return url
