"""Hybrid retrieval: meaning, words and needs, joined as a weighted sum.

A convex combination of scores does better than reciprocal-rank fusion where the weights can be tuned on a few
dozen questions: Bruch, Gai and Ingber 2023, An Analysis of Fusion Functions for Hybrid Retrieval, ACM TOIS.
BM25: Robertson and Zaragoza 2009, by the bm25s library.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from math import fsum
from typing import Any

import bm25s
import numpy as np
import Stemmer
from langchain_core.documents import Document
from numpy.typing import NDArray

from assistant.ingestion.chunks import Chunk, sentences
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.retrieval.vectorstore import Store

logging.getLogger("bm25s").setLevel(logging.WARNING)

LINE_SHARE = 0.5
"""How much of a passage's meaning is that of its nearest line; the rest is that of the whole."""
LEXICAL_WEIGHT = 0.3
"""What a BM25 score of MOST_LEXICAL or more counts beside a cosine of 1."""
NEEDS_WEIGHT = 0.2
"""What a muscle, movement or complaint counts that question and passage share. The three weights were set
on the tune split of the retrieval suite (recall@5 96 %, MRR 0.87; fused by ranks 93 % and 0.81); the report
split then gave 90 % and 0.81 for 84 % and 0.76."""
MOST_LEXICAL = 6.0
"""BM25 scores beyond this say no more."""
LENGTHENED = 0.15
"""How much less each further need that a passage serves makes the shared ones count."""
MOST_LINES = 5_000
"""Lines that are embedded by themselves; a library with more is searched by whole passages."""
DEFAULT_K = 5
RERANKED = 20
"""How many of the best passages a reranker reads."""
POOL = 60
"""How many passages each ranking contributes."""

Needs = Callable[[str], Mapping[str, float]]


class Hybrid:
    """The guide's passages for a question, best first, as LangChain documents.

    A document's metadata hold `chunk_id`, `section`, `kind`, `topic`, `dense` (cosine similarity, -1 to 1),
    `lexical` (BM25 score, 0 where no word is shared) and `score` (the joined score).

    Args:
        chunks: All passages.
        store: Their vectors.
        embeddings: Embed the questions.
        k: How many passages a search returns.
        mend: Mends misspelled words of a query before it is searched.
        rerank: Scores the best passages again, question and passage read together; None keeps the order.
        needs: Returns the muscles, movements and complaints in a text with their weights.
        encode: Embeds the passages' lines once, perhaps from a cache; by default the embeddings themselves.

    Example:
        >>> hybrid = Hybrid(chunks, store, embeddings)  # doctest: +SKIP
        >>> hybrid.search("tight hips", k=3)  # doctest: +SKIP
    """

    def __init__(
        self,
        chunks: Sequence[Chunk],
        store: Store,
        embeddings: LocalEmbeddings,
        *,
        k: int = DEFAULT_K,
        mend: Callable[[str], str] = str,
        rerank: Callable[[str, Sequence[str]], Sequence[float]] | None = None,
        needs: Needs | None = None,
        encode: Callable[[Sequence[str]], NDArray[np.float32]] | None = None,
        use_dense: bool = True,
        use_lexical: bool = True,
    ) -> None:
        self.chunks = chunks
        self.store = store
        self.embeddings = embeddings
        self.k = k
        self.mend = mend
        self.rerank = rerank
        self.needs = needs
        self.use_dense = use_dense
        self.use_lexical = use_lexical
        self._by_id = {chunk.id: chunk for chunk in chunks}
        self._stemmer = Stemmer.Stemmer("english")
        self._bm25: Any = None
        if chunks:
            self._bm25 = bm25s.BM25()
            self._bm25.index(self._words([chunk.searchable for chunk in chunks]), show_progress=False)
        self._lines: NDArray[np.float32] | None = None
        lines = [(chunk.id, line) for chunk in chunks for line in _lines(chunk)]
        if 0 < len(lines) <= MOST_LINES:
            self._lines = (encode or embeddings.encode)([line for _, line in lines])
            owners = [owner for owner, _ in lines]
            self._line_starts = [n for n, owner in enumerate(owners) if not n or owner != owners[n - 1]]
            self._line_owners = [owners[n] for n in self._line_starts]
        self._served: dict[str, frozenset[str]] = {}
        if needs is not None:
            self._served = {chunk.id: frozenset(needs(chunk.searchable)) for chunk in chunks}

    def search(self, query: str, k: int | None = None) -> list[Document]:
        """Return the `k` best passages for `query`; `k` defaults to its own."""
        wanted = self.k if k is None else k
        query = self.mend(query)
        dense = self._dense(query, max(wanted, POOL)) if self.use_dense else {}
        lexical = self._lexical(query, max(wanted, POOL)) if self.use_lexical else {}
        near = self._near(query, dense) if dense else {}
        asked = self.needs(query) if self.needs and dense and lexical else {}
        joined: dict[str, float] = {}
        least = min(near.values(), default=0.0)
        for chunk_id in {**dense, **lexical}:
            served = self._served.get(chunk_id, frozenset())
            shared = fsum(asked.get(need, 0.0) for need in served)
            joined[chunk_id] = (
                near.get(chunk_id, least)
                + LEXICAL_WEIGHT * min(lexical.get(chunk_id, 0.0), MOST_LEXICAL) / MOST_LEXICAL
                + NEEDS_WEIGHT * shared / (1 + LENGTHENED * len(served))
            )
        best = sorted(joined, key=lambda i: (-joined[i], self._by_id[i].position))
        if self.rerank is not None:
            best = best[: max(wanted, RERANKED)]
            scores = self.rerank(query, [self._by_id[i].searchable for i in best])
            again = dict(zip(best, scores, strict=True))
            best.sort(key=lambda chunk_id: -again[chunk_id])
        return [
            self._document(self._by_id[i], dense.get(i, 0.0), lexical.get(i, 0.0), joined[i])
            for i in best[:wanted]
        ]

    def _near(self, query: str, dense: Mapping[str, float]) -> dict[str, float]:
        """Return how near each passage is in meaning: the whole of it and its nearest line."""
        if self._lines is None:
            return dict(dense)
        cosines = self._lines @ self.embeddings.encode([query])[0]
        # A passage's lines lie behind one another.
        best = np.maximum.reduceat(cosines, self._line_starts)
        nearest = dict(zip(self._line_owners, best.tolist(), strict=True))
        return {
            chunk_id: (1 - LINE_SHARE) * cosine + LINE_SHARE * nearest.get(chunk_id, cosine)
            for chunk_id, cosine in dense.items()
        }

    def chunk(self, chunk_id: str) -> Chunk:
        """Return the chunk of that id."""
        return self._by_id[chunk_id]

    def _dense(self, query: str, k: int) -> dict[str, float]:
        if not self.chunks:
            return {}
        found = self.store.nearest(self.embeddings.encode([query])[0], min(k, len(self.chunks)))
        return {chunk_id: score for chunk_id, score in found.items() if chunk_id in self._by_id}

    def _lexical(self, query: str, k: int) -> dict[str, float]:
        if self._bm25 is None:
            return {}
        rows, scores = self._bm25.retrieve(
            self._words([query]), k=min(k, len(self.chunks)), show_progress=False, n_threads=0
        )
        return {
            self.chunks[int(row)].id: float(score)
            for row, score in zip(np.ravel(rows), np.ravel(scores), strict=True)
            if score > 0.0
        }

    def _words(self, texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)

    def _document(self, chunk: Chunk, dense: float, lexical: float, score: float) -> Document:
        metadata = {
            "chunk_id": chunk.id,
            "section": chunk.section,
            "topic": chunk.topic,
            "kind": chunk.kind,
            "title": chunk.title,
            "dense": dense,
            "lexical": lexical,
            "score": score,
        }
        return Document(id=chunk.id, page_content=chunk.quote, metadata=metadata)


def _lines(chunk: Chunk) -> list[str]:
    """Return the lines of a passage that a question may be about: an exercise's steps, or its sentences."""
    if fields := chunk.exercise:
        return [fields.name, fields.why, f"{fields.name}: {fields.why}", *fields.steps]
    head = f"{chunk.title}: " if chunk.title else ""
    rows = [row.strip("-•* ") for row in chunk.quote.split("\n") if row.strip("-•* ")]
    return [*([chunk.title] if head else []), *(f"{head}{s}" for row in rows for s in sentences(row))]
