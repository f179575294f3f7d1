"""The hybrid search as a LangChain retriever, for chains."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from assistant.retrieval.hybrid import DEFAULT_K, Hybrid


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
