"""The hybrid search and the embeddings as LangChain's own, for chains and other vector stores.

Serving does without: importing LangChain's runnables would be a tenth of its start.
"""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from assistant.retrieval.embeddings import LocalEmbeddings
from assistant.retrieval.hybrid import DEFAULT_K, Hybrid


class GuideEmbeddings(Embeddings):
    """The assistant's sentence embeddings, 384 columns with the default model, L2-normalised.

    Example:
        >>> Chroma(embedding_function=GuideEmbeddings(load_embeddings(settings)))  # doctest: +SKIP
    """

    def __init__(self, embeddings: LocalEmbeddings) -> None:
        self._embeddings = embeddings

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector per text."""
        return [[float(value) for value in row] for row in self._embeddings.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one text."""
        return self.embed_documents([text])[0]


class HybridRetriever(BaseRetriever):
    """The guide's passages for a question, best first; `hybrid` says what their metadata hold.

    Example:
        >>> HybridRetriever(hybrid=assistant.retriever).invoke("tight hips", k=3)  # doctest: +SKIP
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    hybrid: Hybrid
    k: int = Field(default=DEFAULT_K, ge=1)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        return self.hybrid.search(query, self.k if k is None else k)
