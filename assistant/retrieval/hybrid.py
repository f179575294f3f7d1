"""Hybrid retrieval: dense and BM25 rankings joined by reciprocal-rank fusion.

Reciprocal-rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009.
BM25: Robertson and Zaragoza 2009, by the bm25s library.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import bm25s
import numpy as np
import Stemmer
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field, PrivateAttr

from assistant.ingestion.chunks import Chunk
from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.retrieval.vectorstore import Store

logging.getLogger("bm25s").setLevel(logging.WARNING)

RRF_K = 10
"""Constant of the fusion. The paper's 60 suits rankings of a thousand; over a guide of some forty passages 10
ranks better (evals, retrieval suite: recall@5 90 % against 89 %, MRR 0.78 against 0.77)."""
DEFAULT_K = 5
POOL = 20
"""How many passages each ranking contributes to the fusion."""


class HybridRetriever(BaseRetriever):
    """The guide's passages for a question, best first, as LangChain documents.

    A document's metadata hold `chunk_id`, `section`, `kind`, `topic`, `dense` (cosine similarity, -1 to 1),
    `lexical` (BM25 score, 0 where no word is shared) and `score` (the fused score).

    Example:
        >>> retriever = HybridRetriever(chunks=chunks, store=store, embeddings=embeddings)  # doctest: +SKIP
        >>> retriever.invoke("tight hips", k=3)  # doctest: +SKIP
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    chunks: Sequence[Chunk]
    store: Store
    embeddings: LocalEmbeddings
    k: int = Field(default=DEFAULT_K, ge=1)
    mend: Callable[[str], str] = str
    """Mends misspelled words of a query before it is searched."""
    rerank: Callable[[str, Sequence[str]], Sequence[float]] | None = None
    """Scores the best passages again, question and passage read together; None keeps the fused order."""
    use_dense: bool = True
    use_lexical: bool = True

    _by_id: dict[str, Chunk] = PrivateAttr(default_factory=dict)
    _bm25: Any = PrivateAttr(default=None)
    _stemmer: Any = PrivateAttr(default=None)

    def model_post_init(self, _context: Any, /) -> None:
        """Index the passages' words."""
        self._by_id = {chunk.id: chunk for chunk in self.chunks}
        self._stemmer = Stemmer.Stemmer("english")
        if self.chunks:
            self._bm25 = bm25s.BM25()
            self._bm25.index(self._words([chunk.searchable for chunk in self.chunks]), show_progress=False)

    def search(self, query: str, k: int | None = None) -> list[Document]:
        """Return the `k` best passages for `query`; `k` defaults to the retriever's own."""
        wanted = self.k if k is None else k
        query = self.mend(query)
        dense = self._dense(query, max(wanted, POOL)) if self.use_dense else {}
        lexical = self._lexical(query, max(wanted, POOL)) if self.use_lexical else {}
        fused: dict[str, float] = {}
        for ranking in (dense, lexical):
            for rank, chunk_id in enumerate(ranking, start=1):
                fused[chunk_id] = fused.get(chunk_id, 0.0) + 1.0 / (RRF_K + rank)
        best = sorted(fused, key=lambda chunk_id: (-fused[chunk_id], self._by_id[chunk_id].position))
        if self.rerank is not None:
            best = best[: max(wanted, POOL)]
            scores = self.rerank(query, [self._by_id[i].searchable for i in best])
            again = dict(zip(best, scores, strict=True))
            best.sort(key=lambda chunk_id: -again[chunk_id])
        return [
            self._document(self._by_id[i], dense.get(i, 0.0), lexical.get(i, 0.0), fused[i])
            for i in best[:wanted]
        ]

    def chunk(self, chunk_id: str) -> Chunk:
        """Return the chunk of that id."""
        return self._by_id[chunk_id]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        return self.search(query, k)

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
