"""The vector store behind the retriever: Chroma, embedded in the data folder or a server by URL.

A small collection of the embedded store is looked up in memory: its vectors, read back from Chroma when the
index was built, are compared exactly, which gives the same ranks in a fraction of the time and leaves
Chroma's own start-up and memory out of a server that only reads.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from urllib.parse import urlparse

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_chroma import Chroma

    from assistant.ingestion.chunks import Chunk

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
UPSERT_BATCH = 1_000
HELD_PASSAGES = 10_000
"""Up to so many passages are looked up in memory: an exact look-up takes 0.6 ms there, Chroma's 2.4 ms."""


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


class ChromaStore:
    """A collection of Chroma through LangChain: a server's, or one too large to hold."""

    def __init__(self, chroma: Chroma) -> None:
        self.chroma = chroma

    def nearest(self, vector: NDArray[np.float32], k: int) -> dict[str, float]:
        """Return the ids of the `k` nearest passages with their cosine similarity, nearest first."""
        found = self.chroma.similarity_search_by_vector_with_relevance_scores(
            [float(value) for value in vector], k=k
        )
        return {str(document.id): 1.0 - float(distance) for document, distance in found}


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
    """Write a build's chunks and vectors into its collection."""
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
    return not settings.chroma_url and number <= HELD_PASSAGES


def usable(settings: Settings, build: str, vectors: NDArray[np.float32]) -> bool:
    """Say whether an embedded build opens, holds every vector and answers; a server answers for itself."""
    if settings.chroma_url or not len(vectors):
        return True
    try:
        collection = client(settings, build).get_collection(collection_name(build), embedding_function=None)
        found = collection.query(query_embeddings=vectors[:1], n_results=1, include=[])
        return bool(collection.count() == len(vectors) and found["ids"][0])
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # Chroma's native part panics with one that is no Exception.
        return False


def drop(settings: Settings, build: str) -> None:
    """Delete a build's collection on a server; an embedded one goes with its folder."""
    if settings.chroma_url:
        import contextlib

        with contextlib.suppress(Exception):
            client(settings, build).delete_collection(collection_name(build))


def stored(
    settings: Settings, build: str, ids: Sequence[str], vectors: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Read the vectors of a build back from its collection, one row per id; a server's are not read back.

    Raises:
        StoreError: the collection does not hold every id.
    """
    if settings.chroma_url or not ids:
        return vectors
    collection = client(settings, build).get_collection(collection_name(build), embedding_function=None)
    found: dict[str, Any] = {}
    for start in range(0, len(ids), UPSERT_BATCH):
        part = collection.get(ids=list(ids[start : start + UPSERT_BATCH]), include=["embeddings"])
        found.update(zip(part["ids"], part["embeddings"], strict=True))
    if missing := [i for i in ids if i not in found]:
        raise StoreError(f"Chroma lacks {len(missing)} of {len(ids)} passages just written; ingest again")
    return np.array([found[i] for i in ids], np.float32)


def open_store(
    settings: Settings, build: str, embeddings: Embeddings, ids: Sequence[str], vectors: NDArray[np.float32]
) -> Store:
    """Return the store of a build; `ids` and `vectors` are the collection's as they were read back."""
    if held(settings, len(ids)):
        return HeldStore(ids, vectors)
    from langchain_chroma import Chroma

    return ChromaStore(
        Chroma(
            client=client(settings, build),
            collection_name=collection_name(build),
            embedding_function=embeddings,
            create_collection_if_not_exists=False,
        )
    )


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
