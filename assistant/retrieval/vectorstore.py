"""The vector store behind the retriever: Chroma, embedded in the data folder or a server by URL, or pgvector.

A small collection of the embedded store is looked up in memory: its vectors, read back from Chroma when the
index was built, are compared exactly, which gives the same ranks in a fraction of the time and leaves
Chroma's own start-up and memory out of a server that only reads.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from urllib.parse import urlparse

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval import pgvectors
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.ingestion.chunks import Chunk

log = logging.getLogger(__name__)

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
UPSERT_BATCH = 1_000
HELD_PASSAGES = 10_000
"""Up to so many passages are looked up in memory: an exact look-up takes 0.6 ms there, Chroma's 2.4 ms."""

AWAY_SECONDS = 10.0
"""How long a store that did not answer is left alone."""


@runtime_checkable
class Store(Protocol):
    """Finds the passages nearest to a vector."""

    def nearest(self, vector: NDArray[np.float32], k: int) -> dict[str, float]:
        """Return the ids of the `k` nearest passages with their cosine similarity, nearest first."""
        ...


class HeldStore:
    """The vectors of a collection in memory, compared exactly."""

    def __init__(self, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        self._ids = list(ids)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True) if len(vectors) else 1.0
        self._vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)

    def nearest(self, vector: NDArray[np.float32], k: int) -> dict[str, float]:
        """Return the ids of the `k` nearest passages with their cosine similarity, nearest first."""
        if not self._ids:
            return {}
        cosines = self._vectors @ (vector / np.float32(max(float(np.linalg.norm(vector)), 1e-12)))
        best = np.arange(len(cosines))
        if k < len(cosines):
            best = np.argpartition(-cosines, k - 1)[:k]
        best = best[np.lexsort((best, -cosines[best]))]
        return {self._ids[int(row)]: float(cosines[row]) for row in best}


class GuardedStore:
    """A store on another machine, and this process's copy of the vectors for the time that it is away."""

    def __init__(self, store: Store, copy: HeldStore, name: str) -> None:
        self.store = store
        self._copy = copy
        self._name = name
        self._back_at = 0.0

    def nearest(self, vector: NDArray[np.float32], k: int) -> dict[str, float]:
        """Return the ids of the `k` nearest passages with their cosine similarity, nearest first."""
        if time.monotonic() >= self._back_at:
            try:
                return self.store.nearest(vector, k)
            except Exception as error:
                self._back_at = time.monotonic() + AWAY_SECONDS
                log.warning(
                    "%s is away (%s); passages are looked up in memory", self._name, type(error).__name__
                )
        return self._copy.nearest(vector, k)


class ChromaStore:
    """A collection of Chroma: a server's, or one too large to hold."""

    def __init__(self, collection: Any) -> None:
        self.collection = collection

    def nearest(self, vector: NDArray[np.float32], k: int) -> dict[str, float]:
        """Return the ids of the `k` nearest passages with their cosine similarity, nearest first."""
        # Ids and distances alone: LangChain's wrapper fetches every text too, four fifths of the time.
        found = self.collection.query(query_embeddings=[vector], n_results=k, include=["distances"])
        return {
            str(chunk_id): 1.0 - float(distance)
            for chunk_id, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        }


class StoreError(RuntimeError):
    """The vector store cannot be reached or read; the message says which and what to do."""


def client(settings: Settings, build: str) -> Any:
    """Return the Chroma client of a build: one folder each when embedded, so that a swap is atomic.

    Raises:
        StoreError: the server does not answer.
    """
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    quiet = ChromaSettings(anonymized_telemetry=False)
    if settings.chroma_url:
        url = urlparse(settings.chroma_url)
        secure = url.scheme == "https"
        try:
            return chromadb.HttpClient(
                host=url.hostname or "localhost",
                port=url.port or (443 if secure else 80),
                ssl=secure,
                settings=quiet,
            )
        except Exception as error:
            raise StoreError(
                f"the Chroma server at {url.hostname} does not answer ({type(error).__name__}); "
                "start it or clear ASSISTANT_CHROMA_URL"
            ) from error
    folder = settings.data_dir / "index" / build / "chroma"
    folder.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(path=str(folder), settings=quiet)


def collection_name(build: str) -> str:
    """Return the collection of a build; Chroma wants three characters or more."""
    return f"guide-{build}"


def fill(settings: Settings, build: str, chunks: Sequence[Chunk], vectors: NDArray[np.float32]) -> None:
    """Write a build's chunks and vectors into its collection.

    Raises:
        StoreError: the server does not take them.
    """
    if settings.vector_url:
        with _named(settings):
            pgvectors.fill(settings, build, chunks, vectors)
        return
    collection = client(settings, build).get_or_create_collection(
        collection_name(build), embedding_function=None, metadata={"hnsw:space": "cosine"}
    )
    for start in range(0, len(chunks), UPSERT_BATCH):
        part = chunks[start : start + UPSERT_BATCH]
        collection.upsert(
            ids=[chunk.id for chunk in part],
            embeddings=vectors[start : start + len(part)],
            documents=[chunk.searchable for chunk in part],
            metadatas=[_metadata(chunk) for chunk in part],
        )


def held(settings: Settings, number: int) -> bool:
    """Say whether so many passages are looked up in memory."""
    return not _remote(settings) and number <= HELD_PASSAGES


def _remote(settings: Settings) -> bool:
    return bool(settings.chroma_url or settings.vector_url)


@contextmanager
def _named(settings: Settings) -> Iterator[None]:
    """Tell whoever runs the command which server failed and what to do."""
    try:
        yield
    except Exception as error:
        host = urlparse(settings.vector_url).hostname
        raise StoreError(
            f"the vector store at {host} cannot be used ({type(error).__name__}); start it, give it the "
            "extension pgvector, or clear ASSISTANT_VECTOR_URL"
        ) from error


def usable(settings: Settings, build: str, vectors: NDArray[np.float32]) -> bool:
    """Say whether an embedded build opens, holds every vector and answers; a server answers for itself."""
    if not len(vectors):
        return True
    if settings.vector_url:
        try:
            return pgvectors.count(settings, build) == len(vectors)
        except Exception as error:
            log.warning("the vector store is away (%s)", type(error).__name__)
            return True
    if settings.chroma_url:
        return True
    try:
        collection = _collection(settings, build)
        found = collection.query(query_embeddings=vectors[:1], n_results=1, include=[])
        return bool(collection.count() == len(vectors) and found["ids"][0])
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # Chroma's native part panics with one that is no Exception.
        return False


def drop(settings: Settings, build: str) -> None:
    """Delete a build's collection on a server; an embedded one goes with its folder."""
    with contextlib.suppress(Exception):
        if settings.vector_url:
            pgvectors.drop(settings, build)
        elif settings.chroma_url:
            client(settings, build).delete_collection(collection_name(build))


def stored(
    settings: Settings, build: str, ids: Sequence[str], vectors: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Read the vectors of a build back from its collection, one row per id; a server's are not read back.

    Raises:
        StoreError: the collection does not hold every id.
    """
    if _remote(settings) or not ids:
        return vectors
    collection = _collection(settings, build)
    found: dict[str, Any] = {}
    for start in range(0, len(ids), UPSERT_BATCH):
        part = collection.get(ids=list(ids[start : start + UPSERT_BATCH]), include=["embeddings"])
        found.update(zip(part["ids"], part["embeddings"], strict=True))
    if missing := [i for i in ids if i not in found]:
        raise StoreError(f"Chroma lacks {len(missing)} of {len(ids)} passages just written; ingest again")
    return np.array([found[i] for i in ids], np.float32)


def open_store(settings: Settings, build: str, ids: Sequence[str], vectors: NDArray[np.float32]) -> Store:
    """Return the store of a build; `ids` and `vectors` are the collection's as they were read back."""
    if held(settings, len(ids)):
        return HeldStore(ids, vectors)
    if not _remote(settings):
        return ChromaStore(_collection(settings, build))
    return GuardedStore(_Later(settings, build), HeldStore(ids, vectors), "the vector store")


class _Later:
    """A store on another machine that is opened with the first look-up, and again after it was away."""

    def __init__(self, settings: Settings, build: str) -> None:
        self._settings = settings
        self._build = build
        self._store: Store | None = None

    def nearest(self, vector: NDArray[np.float32], k: int) -> dict[str, float]:
        """Look up; errors of the store are raised, and it is opened anew next time."""
        store = self._store
        try:
            if store is None:
                store = self._opened()
            found = store.nearest(vector, k)
        except Exception:
            self._store = None
            raise
        self._store = store
        return found

    def _opened(self) -> Store:
        if self._settings.vector_url:
            return pgvectors.PostgresStore(self._settings, self._build)
        return ChromaStore(_collection(self._settings, self._build))


def _collection(settings: Settings, build: str) -> Any:
    return client(settings, build).get_collection(collection_name(build), embedding_function=None)


def _metadata(chunk: Chunk) -> dict[str, str | int]:
    metadata: dict[str, str | int] = {
        "guide": chunk.guide,
        "section": chunk.section,
        "topic": chunk.topic,
        "kind": chunk.kind,
        "title": chunk.title,
        "position": chunk.position,
    }
    if chunk.exercise:
        metadata |= {
            "name": chunk.exercise.name,
            "why": chunk.exercise.why,
            "steps": "\n".join(chunk.exercise.steps),
            "dose": chunk.exercise.dose,
        }
    return metadata
