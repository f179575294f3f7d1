"""The Chroma store behind the retriever: embedded in the data folder, or a server by URL."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
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


def open_store(settings: Settings, build: str, embeddings: Embeddings) -> Chroma:
    """Return the LangChain vector store of a build."""
    from langchain_chroma import Chroma

    return Chroma(
        client=client(settings, build),
        collection_name=collection_name(build),
        embedding_function=embeddings,
        create_collection_if_not_exists=False,
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
