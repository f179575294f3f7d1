"""A cross-encoder that reads question and passage together and orders the passages again, by setting.

Retrieve and re-rank with a cross-encoder: Nogueira and Cho 2019 (arXiv:1901.04085).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from assistant.retrieval.embeddings import threads_of
from assistant.settings import Settings


class RerankerError(RuntimeError):
    """The reranker cannot be used; the message says why and what to do."""


class Reranker:
    """A sentence-transformers cross-encoder.

    Args:
        source: A folder with the model, or the name of a published one, which sentence-transformers fetches.
        threads: Processor threads that one call uses.

    Raises:
        RerankerError: the model cannot be loaded, or gives other than one score a pair.
    """

    def __init__(self, source: str, threads: int = 1) -> None:
        import torch
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        torch.set_num_threads(threads)
        local = Path(source).is_dir()
        if local:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            self._model = CrossEncoder(source, device="cpu", local_files_only=local)
        except Exception as error:
            raise RerankerError(
                f"the reranker {source} cannot be loaded ({type(error).__name__}); "
                "check ASSISTANT_RERANK_MODEL, or the network if it names a published model"
            ) from error
        if self._model.num_labels != 1:
            raise RerankerError(
                f"the reranker {source} gives {self._model.num_labels} scores a pair; "
                "ASSISTANT_RERANK_MODEL must name a cross-encoder with one"
            )

    def __call__(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return one score per passage; higher is more relevant."""
        if not passages:
            return []
        pairs = [(question, passage) for passage in passages]
        return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]


def load_reranker(settings: Settings) -> Reranker | None:
    """Load the reranker that the settings name, or None where they name none.

    Raises:
        RerankerError: it cannot be loaded.
    """
    return Reranker(settings.rerank_model, threads_of(settings)) if settings.rerank_model else None
